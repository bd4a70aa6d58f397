//! A plain CSV of rules, first match: `action,protocol,src,sport,dst,dport`.
//!
//! The header may be left out (then the columns are in that order) or name the columns in any order, with the optional
//! columns `icmp_type`, `icmp_code`, `established` and `name`. Cells hold one value, a range (`1024-65535`,
//! `10.0.0.1-10.0.0.9`), a prefix, an address and its mask (`10.0.0.0 255.0.0.0`), or a list of these separated by `;` or
//! spaces; `any`, `*` and an empty cell mean any. The port of ICMP is its type, with a code or without (`8/0`). Protocols may be joined as well (`tcp/udp`). Columns may be separated by `;` or tabs instead, as spreadsheets write them
//! in many languages. Lines that begin with `#` are comments. What no rule matches is denied. Of exports of firewalls columns of
//! services (`tcp/443`), of numbers and of what is switched off are read, and those that count or tell pass.

mod column;
mod service;

use super::address::{is_any, numbers};
use super::document::MAX_RULES;
use super::draft::Draft;
use super::masks::addresses;
use super::{AclError, Document, Format};
use crate::packet::{Match, Ranges, names};
use crate::policy::{Action, Certainty, Condition, Note, NoteKind, Policy};
use column::{Column, column};

const PLAIN: [Column; 6] = [
    Column::Action,
    Column::Protocol,
    Column::Source,
    Column::SourcePort,
    Column::Destination,
    Column::DestinationPort,
];

/// What an action's word means.
pub(super) fn action(word: &str) -> Option<Action> {
    match word.trim().to_ascii_lowercase().as_str() {
        "permit" | "allow" | "accept" | "pass" | "1" => Some(Action::Permit),
        "deny" | "drop" | "reject" | "block" | "0" => Some(Action::Deny),
        _ => None,
    }
}

/// What may stand between columns, in the order in which it is tried: in a cell `;` separates the elements of a list.
const SEPARATORS: [char; 3] = [',', ';', '\t'];

/// Whether the first line that says something is a header of rules or a rule.
pub(super) fn looks_like(text: &str) -> bool {
    separator(text).is_some()
}

/// What stands between the columns, where the first line that says something is a header of rules or a rule.
fn separator(text: &str) -> Option<char> {
    let line = text.lines().map(|line| line.trim_matches([' ', '\r'])).find(|line| says_something(line))?;
    SEPARATORS.into_iter().find(|separator| is_of_rules(line.trim_start_matches('\u{feff}'), *separator))
}

fn says_something(line: &str) -> bool {
    !line.trim().is_empty() && !line.starts_with('#')
}

fn is_of_rules(line: &str, separator: char) -> bool {
    let cells: Vec<&str> = line.split(separator).map(|cell| cell.trim().trim_matches('"')).collect();
    if cells.len() < 3 {
        return false;
    }
    let columns: Vec<Column> = cells.iter().map(|cell| column(cell)).collect();
    let header = columns.contains(&Column::Action)
        && columns.contains(&Column::Source)
        && columns.contains(&Column::Destination);
    header || (cells.len() >= 6 && action(cells[0]).is_some())
}

pub(super) fn read(text: &str) -> Result<Document, AclError> {
    let text = text.trim_start_matches('\u{feff}');
    let separator = separator(text).unwrap_or(',');
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator as u8)
        .has_headers(false)
        .flexible(true)
        .comment(Some(b'#'))
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut policy = Policy::first_match("rules", Vec::new(), Action::Deny);
    policy.notes.push(Note { line: 0, kind: NoteKind::Assumed, message: "what no rule matches is denied".to_owned() });
    let mut columns: Option<(Vec<Column>, Vec<String>)> = None;
    let mut places: Vec<Option<u64>> = Vec::new();
    let mut record = csv::StringRecord::new();
    loop {
        let line = reader.position().line() as u32;
        match reader.read_record(&mut record) {
            Ok(false) => break,
            Ok(true) => {}
            Err(error) => return Err(AclError::Malformed { line, message: error.to_string() }),
        }
        let line = crate::record::line(text, &record).map_or(line, |line| line as u32);
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let Some((columns, names)) = &columns else {
            let header: Vec<Column> = record.iter().map(column).collect();
            if header.contains(&Column::Action) && header.contains(&Column::Source) {
                refuse_columns_given_twice(&record, &header, line)?;
                note_unknown_columns(&record, &header, line, &mut policy);
                columns = Some((header, record.iter().map(str::to_owned).collect()));
            } else {
                rule(&record, (&PLAIN, &[]), (line, separator), &mut policy);
                columns = Some((PLAIN.to_vec(), Vec::new()));
            }
            continue;
        };
        if policy.rules.len() >= MAX_RULES {
            return Err(AclError::TooManyRules { line });
        }
        let of_order =
            record.iter().zip(columns).filter(|(cell, column)| **column == Column::Number && !cell.is_empty());
        places.extend(of_order.map(|(cell, _)| cell.parse::<u64>().ok()));
        rule(&record, (columns, names), (line, separator), &mut policy);
    }
    if places.contains(&None) || !places.is_sorted() {
        out_of_order(&mut policy);
    }
    Ok(Document::of(Format::Csv, vec![policy], Vec::new()))
}

/// Which of two columns of one meaning counts, nobody knows.
fn refuse_columns_given_twice(record: &csv::StringRecord, header: &[Column], line: u32) -> Result<(), AclError> {
    for (index, column) in header.iter().enumerate() {
        let decides = !matches!(column, Column::Name | Column::Number | Column::Remark | Column::Unknown);
        if let Some(first) = header[..index].iter().position(|other| other == column).filter(|_| decides) {
            let (first, second) = (&record[first], &record[index]);
            let message = format!("columns {first:?} and {second:?} mean the same: which of them counts is not known");
            return Err(AclError::Malformed { line, message });
        }
    }
    Ok(())
}

/// Rows whose numbers do not rise: which of them is tried first nobody knows.
fn out_of_order(policy: &mut Policy) {
    policy.rules.iter_mut().for_each(|rule| rule.certainty = Certainty::AtMost);
    let message = "the numbers of the rules do not rise: in which order they are tried is not known".to_owned();
    policy.notes.push(Note { line: 1, kind: NoteKind::NotUnderstood, message });
}

fn note_unknown_columns(record: &csv::StringRecord, header: &[Column], line: u32, policy: &mut Policy) {
    for (name, column) in record.iter().zip(header) {
        if *column == Column::Unknown {
            let message =
                format!("column {name:?} is not understood: rules with a value there match at most what the rest says");
            policy.notes.push(Note { line, kind: NoteKind::NotUnderstood, message });
        }
    }
}

fn rule(
    record: &csv::StringRecord,
    (columns, names): (&[Column], &[String]),
    (line, separator): (u32, char),
    policy: &mut Policy,
) {
    let text = record.iter().collect::<Vec<_>>().join(separator.encode_utf8(&mut [0; 4]));
    let mut draft = Draft::new(line, text);
    let mut has_action = false;
    let icmp = icmp_of(record, columns);
    for (index, cell) in record.iter().enumerate() {
        let column = columns.get(index).copied().unwrap_or(Column::Unknown);
        has_action |= column == Column::Action;
        let done = match (column, icmp) {
            (Column::DestinationPort, Some(number)) => type_and_code(&mut draft, number, cell),
            (Column::SourcePort, Some(_)) if !is_any(cell) => Err(format!("{cell:?}: ICMP has no source port")),
            _ => apply(&mut draft, column, cell),
        };
        match (done, column) {
            (Ok(()), _) => {}
            (Err(message), Column::Action | Column::Established) => draft.not_understood(message),
            (Err(message), _) => {
                // The column's name and the cell say all that there is of it.
                let name = names.get(index).map_or_else(|| format!("column {}", index + 1), Clone::clone);
                draft.unknown(Condition::unknown(format!("{name} {cell:?}")), message);
            }
        }
    }
    without_ports(&mut draft);
    if !has_action {
        draft.not_understood("no action");
    }
    if record.len() < columns.len()
        && columns[record.len()..]
            .iter()
            .any(|column| !matches!(column, Column::Name | Column::Remark | Column::Number))
    {
        draft.not_understood(format!("{} cells where {} are expected", record.len(), columns.len()));
    }
    draft.finish(&mut policy.rules, &mut policy.notes);
}

/// The ICMP that a row is about, where it is about nothing else.
fn icmp_of(record: &csv::StringRecord, columns: &[Column]) -> Option<u8> {
    let cell = record.iter().zip(columns).find(|(_, column)| **column == Column::Protocol)?.0;
    names::protocol(cell.trim()).filter(|number| names::is_icmp(*number))
}

/// A type of ICMP, or a type and a code, in place of a port.
fn type_and_code(draft: &mut Draft, number: u8, cell: &str) -> Result<(), String> {
    if ports(cell).is_ok_and(|ports| ports.is_any()) {
        return Ok(());
    }
    let (kind, code) = cell.split_once('/').map_or((cell, None), |(kind, code)| (kind, Some(code)));
    let types = numbers(kind, "ICMP type", |text| names::icmp_type(number, text))?;
    let codes: Ranges<u8> = numbers(code.unwrap_or("any"), "ICMP code", |text| text.trim().parse().ok())?;
    draft.limit(|one| {
        one.icmp_type = one.icmp_type.intersection(&types);
        one.icmp_code = one.icmp_code.intersection(&codes);
    });
    Ok(())
}

/// Ports of protocols that have none say nothing that is understood; of any protocol, they mean those that have ports.
fn without_ports(draft: &mut Draft) {
    let Some(one) = draft.matches.first() else { return };
    let free = Match { source_port: Ranges::any(), destination_port: Ranges::any(), ..one.clone() };
    let others = one.protocol.difference(&one.effective_protocols());
    if free == *one || others.is_none() {
        return;
    }
    if one.protocol.is_any() {
        draft.note(NoteKind::Assumed, "of any protocol with ports, those that have ports are meant");
        return;
    }
    draft.matches.push(Match { protocol: others, ..free });
    draft.not_understood("ports are given of a protocol that has none");
}

fn apply(draft: &mut Draft, column: Column, cell: &str) -> Result<(), String> {
    match column {
        Column::Action => {
            draft.action = action(cell);
            draft.action.map(|_| ()).ok_or_else(|| format!("{cell:?} is no action: permit or deny"))
        }
        Column::Protocol if is_any(cell) || cell.eq_ignore_ascii_case("ip") => Ok(()),
        Column::Protocol => {
            let protocols = numbers(&apart(cell), "protocol", names::protocol)?;
            draft.limit(|one| one.protocol = protocols.clone());
            Ok(())
        }
        Column::Source => addresses(cell).map(|set| draft.limit(|one| one.source = set.clone())),
        Column::Destination => addresses(cell).map(|set| draft.limit(|one| one.destination = set.clone())),
        Column::SourcePort => ports(cell).map(|set| draft.limit(|one| one.source_port = set.clone())),
        Column::DestinationPort => ports(cell).map(|set| draft.limit(|one| one.destination_port = set.clone())),
        Column::IcmpType => {
            let types = numbers(cell, "ICMP type", |text| names::icmp_type(names::ICMP, text))?;
            draft.limit(|one| one.icmp_type = types.clone());
            Ok(())
        }
        Column::IcmpCode => {
            let codes: Ranges<u8> = numbers(cell, "ICMP code", |text| text.parse().ok())?;
            draft.limit(|one| one.icmp_code = codes.clone());
            Ok(())
        }
        Column::Established => {
            let established = match cell.to_ascii_lowercase().as_str() {
                "" | "any" | "*" => None,
                "1" | "true" | "yes" | "established" => Some(true),
                "0" | "false" | "no" | "new" => Some(false),
                _ => return Err(format!("{cell:?} is neither true nor false")),
            };
            draft.limit(|one| one.established = established);
            Ok(())
        }
        Column::Service => service::read(draft, cell),
        Column::Enabled | Column::Disabled => {
            let word = cell.to_ascii_lowercase();
            let says = |words: &[&str]| words.contains(&word.as_str());
            let on = match (says(column::YES), says(column::NO)) {
                (true, _) => column == Column::Enabled,
                (_, true) => column == Column::Disabled,
                _ if cell.is_empty() && column == Column::Disabled => true,
                _ => return Err(format!("{cell:?} does not say whether the rule is switched on")),
            };
            if !on {
                draft.never("is switched off");
            }
            Ok(())
        }
        Column::Name | Column::Remark | Column::Number => {
            if column == Column::Name && !cell.is_empty() {
                draft.label = cell.to_owned();
            }
            Ok(())
        }
        Column::Unknown if cell.trim().is_empty() => Ok(()),
        Column::Unknown => Err(format!("{cell:?} stands in a column that is not understood")),
    }
}

/// A cell of protocols in which those that are joined by name (`tcp/udp`, `tcp+udp`, `tcp-udp`) are a list. What holds a number
/// is left as it is: `tcp/22` is a port, and `6-17` a range.
fn apart(cell: &str) -> String {
    let is_name =
        |word: &str| !word.starts_with(|first: char| first.is_ascii_digit()) && names::protocol(word).is_some();
    let part = |part: &str| {
        let joined = part.contains(['/', '+', '-']) && part.split(['/', '+', '-']).all(is_name);
        if joined && !is_name(part) { part.replace(['/', '+', '-'], ";") } else { part.to_owned() }
    };
    cell.split([';', ',', ' ']).map(part).collect::<Vec<_>>().join(";")
}

/// Ports: `any` leaves them free; `0-65535` does too, for what it would exclude has no ports to compare.
fn ports(cell: &str) -> Result<Ranges<u16>, String> {
    numbers(cell, "port", names::port)
}
