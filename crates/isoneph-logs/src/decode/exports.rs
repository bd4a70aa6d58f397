//! What else people download where their logs are: lists for the eye, lines with a time before the record, tables of
//! queries.

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// A list of events that a console gives as CSV: by words that its headings have, and what to give instead. They leave
/// out by what means somebody was signed in, and what was asked for.
const LISTS: [(&[&str], &str); 6] = [
    (
        &["event name", "event source"],
        "CloudTrail's event history as CSV leaves out too much: download it as JSON, or give the files of a trail",
    ),
    (
        &["eventname", "eventsource"],
        "a table of CloudTrail's records as CSV is not read: give the files of the trail, or the rows as JSON",
    ),
    (
        &["operation name", "event initiated by"],
        "the portal's CSV of Azure's activity log leaves out too much: export it with `az monitor activity-log list`",
    ),
    (
        &["timegenerated", "operationname"],
        "a table of a workspace as CSV is not read: give its rows as JSON (`az monitor log-analytics query`)",
    ),
    (&["date (utc)", "correlation"], "the CSV of Entra ID's logs leaves out too much: download it as JSON"),
    (
        &["protopayload"],
        "a list of Google Cloud's log entries as CSV is not read: download it as JSON (`gcloud logging read --format=json`)",
    ),
];

/// What to give instead of a list for the eye, if a file begins as one.
pub(crate) fn list_for_the_eye(head: &[u8]) -> Option<&'static str> {
    let line = head.split(|byte| *byte == b'\n').next()?;
    let line = String::from_utf8_lossy(line).to_lowercase();
    let headings: Vec<&str> = line.split([',', ';', '\t']).map(|heading| heading.trim().trim_matches('"')).collect();
    let has = |word: &&str| headings.iter().any(|heading| heading.starts_with(word));
    LISTS.iter().find(|(words, _)| headings.len() > 2 && words.iter().all(has)).map(|(_, instead)| *instead)
}

/// How long the time before a record is, in a line of a log group of CloudWatch (`2026-11-02T10:00:00.000Z {…}`) or of a
/// container that writes its records out (`2026-11-02T10:00:00.000Z stdout F {…}`).
pub(crate) fn stamp(line: &[u8]) -> Option<usize> {
    const LONGEST: usize = 40;
    let end = line.iter().take(LONGEST).position(|byte| *byte == b' ')?;
    let is_time = std::str::from_utf8(&line[..end]).ok()?.parse::<jiff::Timestamp>().is_ok();
    let rest = &line[end + 1..];
    let whole = [&b"stdout F "[..], b"stderr F "].into_iter().find(|stream| rest.starts_with(stream));
    let length = end + 1 + whole.map_or(0, <[u8]>::len);
    (is_time && line.get(length) == Some(&b'{')).then_some(length)
}

/// The answer of a query, as Azure's API gives it: names of columns and rows of values.
#[derive(Deserialize)]
struct Table<'a> {
    columns: Vec<Named>,
    #[serde(borrow)]
    rows: Vec<Vec<&'a RawValue>>,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

/// The rows of the tables of such an answer, each with its names, as a JSON array.
pub(super) fn rows_of_tables(tables: &str) -> Option<String> {
    let tables: Vec<Table<'_>> = serde_json::from_str(tables).ok()?;
    let rows = tables.iter().flat_map(|table| table.rows.iter().map(|row| (&table.columns, row)));
    let rows = rows.map(|(columns, row)| {
        let cell = |(column, value): (&Named, &&RawValue)| {
            Some((column.name.clone(), serde_json::from_str(value.get()).ok()?))
        };
        columns.iter().zip(row).map(cell).collect::<Option<Map<String, Value>>>().map(Value::Object)
    });
    Some(Value::Array(rows.collect::<Option<_>>()?).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_for_the_eye_are_known_by_their_headings() {
        let cases = [
            ("Event name,Event time,User name,Event source,Resource type,Resource name\n", "event history"),
            ("\"eventversion\",\"useridentity\",\"eventtime\",\"eventsource\",\"eventname\"\n", "table of CloudTrail"),
            (
                "Correlation id,Operation name,Status,Event category,Level,Time,Subscription,Event initiated by\n",
                "portal",
            ),
            ("TenantId,\"TimeGenerated [UTC]\",OperationNameValue\n", "workspace"),
            ("Date (UTC),Request ID,User agent,Correlation ID,User ID,User\n", "Entra"),
            ("insertId,logName,protoPayload.methodName,timestamp\n", "Google"),
        ];
        for (head, words) in cases {
            assert!(list_for_the_eye(head.as_bytes()).is_some_and(|instead| instead.contains(words)), "{head}");
        }
        for head in [
            "Date (UTC),Cost,Service\n",
            "id,state,from,until,approver\n",
            "event name\n",
            "",
            "{\"eventName\":1,\"eventSource\":2,\"x\":3}",
        ] {
            assert_eq!(list_for_the_eye(head.as_bytes()), None, "{head}");
        }
    }

    #[test]
    fn a_time_before_a_record_is_passed_over() {
        for (line, length) in [
            ("2026-11-02T10:00:00.000Z {}", Some(25)),
            ("2026-11-02T10:00:00+09:00 {}", Some(26)),
            ("2026-11-02T10:00:00.000000000+00:00 stdout F {}", Some(45)),
            // The beginning of a record that goes on in another line.
            ("2026-11-02T10:00:00.000000000+00:00 stdout P {}", None),
            ("2026-11-02T10:00:00.000Z [1]", None),
            ("2026 {}", None),
            ("12 {}", None),
            ("", None),
        ] {
            assert_eq!(stamp(line.as_bytes()), length, "{line}");
        }
    }
}
