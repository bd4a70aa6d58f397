//! From a file to its records: an array, an object with a list inside, a single finding, or one finding a line.

use std::io::{BufRead, Cursor, Read};

use isoneph_model::Locator;
use serde_json::{Map, Value};

use super::reported::{Drain, Refusal};
use super::walk::{RECORD_CAP, Taken, Walker};
use super::{asff, ocsf, sarif};
use crate::{Fault, Format};

/// Reads the findings of a file.
///
/// A first line that is a whole JSON value, with more behind it, makes the file one of lines; then a line that makes no
/// sense costs only itself.
pub(super) fn read(format: Format, reader: &mut dyn BufRead, drain: &mut Drain<'_>) -> Result<(), Fault> {
    let first = first_line(reader)?;
    let whole = first.ends_with(b"\n") && serde_json::from_slice::<serde::de::IgnoredAny>(&first).is_ok();
    if whole && format != Format::Sarif && !at_end(reader)? {
        read_line(&first, 1, drain)?;
        return read_lines(reader, drain);
    }
    let mut document = Cursor::new(first).chain(reader);
    read_documents(format, &mut document, drain)
}

/// The first line that is not blank, or as much of it as a record may have.
fn first_line(reader: &mut dyn BufRead) -> Result<Vec<u8>, Fault> {
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = reader.take(RECORD_CAP as u64).read_until(b'\n', &mut line)?;
        if read == 0 || !line.iter().all(u8::is_ascii_whitespace) {
            return Ok(line);
        }
    }
}

fn at_end(reader: &mut dyn BufRead) -> Result<bool, Fault> {
    Walker::new(reader, "#").peek().map(|byte| byte.is_none())
}

fn read_lines(reader: &mut dyn BufRead, drain: &mut Drain<'_>) -> Result<(), Fault> {
    let mut line = Vec::new();
    let mut number = 1;
    loop {
        line.clear();
        if reader.take(RECORD_CAP as u64 + 1).read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        number += 1;
        if line.len() > RECORD_CAP && !line.ends_with(b"\n") {
            drain.refuse(&record_place(number), "too-large", "the finding is larger than 16 MiB");
            skip_line(reader)?;
        } else {
            read_line(&line, number, drain)?;
        }
    }
}

fn skip_line(reader: &mut dyn BufRead) -> Result<(), Fault> {
    loop {
        let buffer = reader.fill_buf()?;
        if buffer.is_empty() {
            return Ok(());
        }
        let end = buffer.iter().position(|b| *b == b'\n');
        let length = end.map_or(buffer.len(), |at| at + 1);
        reader.consume(length);
        if end.is_some() {
            return Ok(());
        }
    }
}

fn read_line(line: &[u8], number: u64, drain: &mut Drain<'_>) -> Result<(), Fault> {
    // Without its end, so that serde's messages speak of line 1.
    parse(line.trim_ascii_end(), &record_place(number), drain)
}

fn record_place(number: u64) -> Locator {
    Locator::new(format!("record {number}"))
}

/// Reads one JSON document after another; most files have one.
fn read_documents(format: Format, reader: &mut dyn BufRead, drain: &mut Drain<'_>) -> Result<(), Fault> {
    for number in 1_u64.. {
        let root = if number == 1 { "#".to_owned() } else { format!("record {number}") };
        let mut walker = Walker::new(reader, &root);
        match (walker.peek()?, format) {
            (None, _) => break,
            (Some(_), Format::Sarif) if number > 1 => {
                return Err(walker.fault("not-json", "something stands behind the end of the document"));
            }
            (Some(b'{'), Format::Sarif) => sarif::read_log(&mut walker, drain)?,
            (Some(b'{'), _) => read_object(&mut walker, drain)?,
            (Some(b'['), _) => read_array(&mut walker, drain)?,
            (Some(_), _) => return Err(walker.fault("not-json", "an object or an array should stand here")),
        }
    }
    Ok(())
}

fn read_array(walker: &mut Walker<'_>, drain: &mut Drain<'_>) -> Result<(), Fault> {
    let mut buffer = Vec::new();
    walker.array(&mut |walker, _| {
        let place = walker.place();
        match walker.take(&mut buffer, RECORD_CAP)? {
            Taken::Whole => parse(&buffer, &place, drain),
            Taken::TooLarge => {
                drain.refuse(&place, "too-large", "the finding is larger than 16 MiB");
                Ok(())
            }
        }
    })
}

/// An object is a finding, or has findings in a list (`aws securityhub get-findings`). Which of the two is known when the
/// list comes, or at the end: until then its members are kept.
fn read_object(walker: &mut Walker<'_>, drain: &mut Drain<'_>) -> Result<(), Fault> {
    let place = walker.place();
    let (mut members, mut kept, mut listed) = (Map::new(), 0, false);
    let mut buffer = Vec::new();
    walker.object(&mut |walker, key| {
        if matches!(key, "Findings" | "findings") && walker.peek()? == Some(b'[') {
            listed = true;
            return read_array(walker, drain);
        }
        let taken = walker.take(&mut buffer, RECORD_CAP)?;
        kept += buffer.len() + key.len();
        if taken == Taken::TooLarge || kept > RECORD_CAP {
            return Err(walker.fault("too-large", "the finding is larger than 16 MiB"));
        }
        match serde_json::from_slice(&buffer) {
            Ok(value) => {
                members.insert(key.to_owned(), value);
                Ok(())
            }
            Err(error) => Err(walker.fault("unreadable", &error.to_string())),
        }
    })?;
    if !listed {
        return dispatch(&Value::Object(members), &place, drain);
    }
    if members.get("NextToken").is_some_and(|token| !token.is_null()) {
        let note = format!("{place}: the list goes on at its NextToken: more findings were not exported");
        drain.sink.input_mut(drain.input).notes.push(note);
    }
    Ok(())
}

fn parse(bytes: &[u8], place: &Locator, drain: &mut Drain<'_>) -> Result<(), Fault> {
    match serde_json::from_slice::<Value>(bytes) {
        Ok(record) => dispatch(&record, place, drain),
        Err(error) => {
            drain.refuse(place, "unreadable", &error.to_string());
            Ok(())
        }
    }
}

/// Reads a record by what it is, whatever the first one of the file was.
fn dispatch(record: &Value, place: &Locator, drain: &mut Drain<'_>) -> Result<(), Fault> {
    // Security Hub's events carry their findings in `detail`; a line of `get-findings` in a list of its own.
    let inner = [record.pointer("/detail/findings"), record.get("Findings"), record.get("findings")];
    if let Some(findings) = inner.into_iter().flatten().find_map(Value::as_array) {
        for (index, finding) in findings.iter().enumerate() {
            let place = Locator::new(format!("{place} finding {}", index + 1));
            let read = read_record(finding, drain);
            drain.accept(&place, read)?;
        }
        return Ok(());
    }
    let read = read_record(record, drain);
    drain.accept(place, read)
}

fn read_record(record: &Value, drain: &mut Drain<'_>) -> Result<super::reported::Reported, Refusal> {
    if ocsf::is_ocsf(record) {
        ocsf::read(record, &mut drain.controls)
    } else if asff::is_asff(record) {
        asff::read(record, &mut drain.controls)
    } else {
        Err(Refusal::because("this is neither an OCSF finding nor a Security Hub finding"))
    }
}
