//! What other scanners found: OCSF, SARIF and ASFF, each finding a row of the table `finding`.
//!
//! - **Class of evidence: `asserted`.** A finding is what a party's own tool says of the party's estate. It is no state
//!   that we have read (`configured`), and no independent third party stands behind it (`assured`): the party chose the
//!   tool, its rules, its exclusions and the day. So it contributes to a control and never supports one alone.
//! - **Snapshot: `recorded`.** A report is a record of what a tool said, each finding at its own time. It takes the place
//!   of no inventory of the same account.
//! - **Coverage: `partial`, always.** Reports hold what their tool looks at, filters and mutes. That there is no finding
//!   never proves that there is nothing to find.
//! - A verdict that is not understood is `unknown`, and so is a pass that says that it did not look. Neither is a pass.
//! - A finding that makes no sense is refused with its place, and the others are read all the same.
//!
//! A document is walked, never held: one finding at a time, none larger than 16 MiB.

mod asff;
mod controls;
mod fields;
mod mapping;
mod mask;
mod ocsf;
mod reported;
mod sarif;
mod stream;
mod walk;

#[cfg(test)]
mod tests;

use std::io::BufRead;

use isoneph_model::{EvidenceClass, Extent, GapCode, InputId, SnapshotKind};
use isoneph_tables::{Coverage, Row, Scope, Sink, schema};

use crate::head::{FirstKeys, Kind};
use crate::{Fault, Format};
use reported::Drain;

macro_rules! marks {
    ($root:literal) => {
        Marks {
            ocsf: [
                concat!($root, "class_uid"),
                concat!($root, "finding_info/uid"),
                concat!($root, "finding_info/title"),
            ],
            asff_product: [concat!($root, "ProductArn"), concat!($root, "GeneratorId")],
            asff: [concat!($root, "SchemaVersion"), concat!($root, "AwsAccountId")],
        }
    };
}

/// What tells a finding, under each of the places where a file's first finding may stand: a finding alone or the first of
/// its lines, the first of an array, the first in what AWS's interfaces answer.
const MARKS: [Marks; 4] = [marks!(""), marks!("0/"), marks!("Findings/0/"), marks!("findings/0/")];

/// The paths of the keys that tell a finding.
struct Marks {
    ocsf: [&'static str; 3],
    asff_product: [&'static str; 2],
    asff: [&'static str; 2],
}

/// The format, as soon as the first keys of a file tell it.
pub(crate) fn sniff(head: &FirstKeys) -> Option<Format> {
    let has = |path: &&str| head.has(path);
    if head.kind("runs") == Some(Kind::Array) && (has(&"runs/0/tool") || head.text("version").is_some()) {
        return Some(Format::Sarif);
    }
    let told = MARKS.iter().find_map(|marks| match () {
        () if marks.ocsf.iter().any(has) => Some(Format::Ocsf),
        () if marks.asff_product.iter().any(has) && marks.asff.iter().any(has) => Some(Format::Asff),
        () => None,
    });
    let is_event = || has(&"detail/findings") && head.text("source") == Some("aws.securityhub");
    let is_empty_answer = || head.kind("Findings") == Some(Kind::Array) && has(&"NextToken") && !has(&"Findings/0");
    told.or_else(|| (is_event() || is_empty_answer()).then_some(Format::Asff))
}

/// Reads a file of a format that [`sniff`] told.
pub(crate) fn read(format: Format, reader: &mut dyn BufRead, input: InputId, sink: &mut Sink) -> Result<(), Fault> {
    sink.input_mut(input).class = Some(EvidenceClass::Asserted);
    let snapshot = sink.snapshot(input, SnapshotKind::Recorded, None);
    sink.coverage(Coverage {
        table: schema::Finding::table(),
        snapshot,
        scope: Scope::default(),
        extent: Extent::Partial,
        code: Some(GapCode::NotCollected),
        input,
        locator: None,
    });
    let mut drain = Drain::new(sink, input, snapshot)?;
    let result = stream::read(format, reader, &mut drain);
    drain.finish();
    let (records, rejects) = (drain.records(), drain.rejects());
    let record = sink.input_mut(input);
    record.records = records;
    if records == 0 && rejects == 0 && result.is_ok() {
        record.notes.push("the report holds no finding: that is no pass for anything".to_owned());
    }
    result
}
