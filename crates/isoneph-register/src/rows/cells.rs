//! Fields as cells, and the rows that objects of several kinds have.

use isoneph_model::ControlId;
use isoneph_tables::schema::register as schema;
use isoneph_tables::{Cell, Instant, SinkError};
use jiff::Timestamp;
use jiff::civil::Date;

use super::{Part, Writer, evidence};
use crate::kinds::{Document, Promise, Sent, TestRecord};
use crate::register::Entry;

const MICROS_A_DAY: i64 = 86_400_000_000;

/// A text; `''` where nothing is said.
pub(super) fn said(text: Option<&String>) -> Cell<String> {
    Cell::Known(text.cloned().unwrap_or_default())
}

/// Words that stand where there is nothing to say, without the signs around them.
#[rustfmt::skip]
const NOTHING: [&str; 24] = [
    "", "n/a", "na", "n.a", "no", "none", "nothing", "nil", "no measure", "not applicable", "not yet", "not defined", "open",
    "pending", "planned", "tbc", "tbd", "todo", "to do", "to be defined", "なし", "無し", "該当なし", "未定",
];

/// A measure that somebody has; `''` also where a word stands for none or for one to come.
pub(super) fn measure(text: Option<&String>) -> Cell<String> {
    let bare = |text: &str| {
        let signs =
            |sign: char| sign.is_whitespace() || sign.is_ascii_punctuation() || matches!(sign, '–' | '—' | '。' | '…');
        text.trim_matches(signs).to_lowercase()
    };
    said(text.filter(|text| !NOTHING.contains(&bare(text).as_str())))
}

/// A word of a vocabulary; `''` where nothing is said.
pub(super) fn word(word: Option<impl ToString>) -> Cell<String> {
    Cell::Known(word.map(|word| word.to_string()).unwrap_or_default())
}

/// A value; NULL where nothing is said, because a column beside it says so or because nobody knows.
pub(super) fn maybe<T, U: From<T>>(value: Option<T>) -> Cell<U> {
    value.map_or_else(Cell::default, |value| Cell::Known(value.into()))
}

/// Whether something is said.
pub(super) fn has<T>(value: &Option<T>) -> Cell<bool> {
    Cell::Known(value.is_some())
}

/// The first instant of a day in UTC.
pub(super) fn start(day: Date) -> Instant {
    let epoch = Date::constant(1970, 1, 1);
    let days = (day - epoch).get_days();
    Instant(i64::from(days) * MICROS_A_DAY)
}

/// A day; NULL where none is said.
pub(super) fn day(day: Option<Date>) -> Cell<Instant> {
    day.map_or_else(Cell::default, |day| Cell::Known(start(day)))
}

/// An instant; NULL where none is said.
pub(super) fn moment(at: Option<Timestamp>) -> Cell<Instant> {
    at.map_or_else(Cell::default, |at| Cell::Known(Instant(at.as_microsecond())))
}

/// Controls as texts.
pub(super) fn ids(controls: &[ControlId]) -> Cell<Vec<String>> {
    let mut ids = controls.to_vec();
    ids.sort();
    ids.dedup();
    Cell::Known(ids.iter().map(ToString::to_string).collect())
}

/// How many.
pub(super) fn count(n: usize) -> Cell<i64> {
    Cell::Known(i64::try_from(n).unwrap_or(i64::MAX))
}

/// A whole number that may be larger than a column holds.
pub(super) fn large(n: u64) -> Cell<i64> {
    Cell::Known(i64::try_from(n).unwrap_or(i64::MAX))
}

/// A document's title and version.
pub(super) fn titled(document: Option<&Document>) -> (Cell<String>, Cell<String>) {
    (said(document.map(|document| &document.title)), said(document.and_then(|document| document.version.as_ref())))
}

impl Writer<'_> {
    /// The links to evidence of an object.
    pub(super) fn evidence_links(&mut self, entry: &Entry) -> Result<(), SinkError> {
        for (i, link) in evidence(&entry.object.spec).into_iter().enumerate() {
            let location = link.path.as_ref().or(link.url.as_ref());
            let row = schema::EvidenceLink {
                source: word(Some(entry.object.kind())),
                source_name: entry.object.name.as_str().into(),
                title: link.title.as_str().into(),
                location: said(location),
                sha256: word(link.sha256),
                has_from: has(&link.from),
                from_day: day(link.from),
                has_until: has(&link.until),
                until_day: day(link.until),
                has_received: has(&link.received),
                received_on: day(link.received),
            };
            self.row(entry, Part { suffix: &format!("#evidence/{i}"), ..Part::default() }, &row)?;
        }
        Ok(())
    }

    /// What went to somebody, for one service.
    pub(super) fn deliveries(&mut self, entry: &Entry, service: &str, sent: &[Sent]) -> Result<(), SinkError> {
        for (i, sent) in sent.iter().enumerate() {
            let row = schema::Delivery {
                source: word(Some(entry.object.kind())),
                source_name: entry.object.name.as_str().into(),
                recipient: sent.to.as_str().into(),
                sent_on: start(sent.on).into(),
                version: said(sent.version.as_ref()),
                way: said(sent.by.as_ref()),
                evidence: count(sent.evidence.len()),
            };
            let suffix = format!("#sent/{i}@{service}");
            self.row(entry, Part { suffix: &suffix, service, tenant: "" }, &row)?;
        }
        Ok(())
    }

    /// What was tried, for each service.
    pub(super) fn tests(&mut self, entry: &Entry, services: &[String], tests: &[TestRecord]) -> Result<(), SinkError> {
        for (i, test) in tests.iter().enumerate() {
            let row = schema::TestRecord {
                source: word(Some(entry.object.kind())),
                source_name: entry.object.name.as_str().into(),
                tested_on: start(test.on).into(),
                passed: test.passed.into(),
                how: said(test.how.as_ref()),
                evidence: count(test.evidence.len()),
            };
            self.row_each(entry, services, &format!("#test/{i}"), &row)?;
        }
        Ok(())
    }

    /// What is promised, for each service.
    pub(super) fn promises(
        &mut self,
        entry: &Entry,
        services: &[String],
        customer: Option<&String>,
        promises: &[Promise],
    ) -> Result<(), SinkError> {
        for (i, promise) in promises.iter().enumerate() {
            let row = schema::Promise {
                source: word(Some(entry.object.kind())),
                source_name: entry.object.name.as_str().into(),
                customer: said(customer),
                topic: promise.topic.as_str().into(),
                hours: i64::from(promise.hours).into(),
                clock_from: said(promise.from.as_ref()),
                clause: said(promise.clause.as_ref()),
            };
            self.row_each(entry, services, &format!("#promise/{i}"), &row)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_for_no_measure_is_none() {
        for text in "|  |-|—|N/A|n.a.|none|None.|(none)|TBD|To be defined|?|なし。|未定".split('|') {
            assert_eq!(measure(Some(&text.to_owned())), Cell::Known(String::new()), "{text}");
        }
        for text in ["proxy log", "None of it leaves the bank: proxy", "no-log policy of the proxy"] {
            assert_eq!(measure(Some(&text.to_owned())), Cell::Known(text.to_owned()));
        }
    }
}
