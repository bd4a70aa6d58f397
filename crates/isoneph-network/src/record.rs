//! Where a record of a CSV stands.

/// The line of a record, from 1. The reader's own position is that of the comments and empty lines before it.
pub(crate) fn line(text: &str, record: &csv::StringRecord) -> Option<usize> {
    let place = record.position()?;
    let rest = text.get(usize::try_from(place.byte()).ok()?..)?;
    let passed = rest.split('\n').take_while(|line| line.starts_with('#') || line.trim_end_matches('\r').is_empty());
    Some(usize::try_from(place.line()).ok()? + passed.count())
}
