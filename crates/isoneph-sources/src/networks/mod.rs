//! Networks: what they let pass between zones becomes rows of `reach` and `policy_difference`; what a provider's API answers
//! of rules and routes, rows of their own tables.
//!
//! A Terraform plan or state shows the network of its own snapshot. Answers of a provider's API and Kubernetes objects show
//! one network together, and rule files of devices each a device; they stand for no estate, so their snapshot takes no
//! inventory's place. Nothing is asked where nobody declares zones and no tags name tenants: the tables then stay unfilled,
//! which is unknown and no pass.

mod answers;
mod device;
mod find;
mod rows;

use std::collections::BTreeSet;
use std::io::{self, Read};
use std::path::PathBuf;

use aho_corasick::AhoCorasick;
use isoneph_model::{Digest, EvidenceClass, Extent, GapCode, InputId, Locator, SnapshotKind};
use isoneph_network::model::{InputFile, Model, Problem};
use isoneph_network::zones::{Bounds, Intent, Proof, TENANT_KEYS, derive, names_tenants, prove_within};
use isoneph_tables::schema::{PolicyDifference, Reach};
use isoneph_tables::{Coverage, NewInput, Row, Scope, Sink, SinkError, TableId};
use jiff::civil::Date;

pub use find::{NetworkFiles, find_networks};

use crate::Format;
use crate::stream::Source;

/// The most pairs of classes of endpoints that an assessment follows: some seconds of work.
const MAX_PAIRS: usize = 250_000;

/// The largest plan or state whose network is followed: read as a whole it takes some five times that in memory.
const MAX_TERRAFORM: u64 = 64 << 20;

/// What networks are asked.
#[derive(Debug, Clone, Copy)]
pub struct NetworkQuestion<'a> {
    /// The zones and flows that somebody declares.
    pub intent: Option<&'a Intent>,
    /// The day for which flows are intended.
    pub as_of: Date,
}

/// Writes what the networks of the run let pass: those of the Terraform inputs in the sink, and those that were found.
///
/// # Errors
/// Where there is more than a run can hold.
pub fn write_networks(files: NetworkFiles, question: NetworkQuestion<'_>, sink: &mut Sink) -> Result<(), SinkError> {
    let terraform = [Format::TerraformPlan.as_str(), Format::TerraformState.as_str()];
    let shown: Vec<(InputId, String, i64)> = sink
        .inputs()
        .filter(|(_, input)| terraform.contains(&input.format.as_str()))
        .filter_map(|(id, input)| Some((id, input.path.clone(), sink.snapshot_of(id)?)))
        .collect();
    for (input, path, snapshot) in shown {
        match terraform_bytes(&path, question) {
            Ok(None) => {}
            Ok(Some(bytes)) => {
                let (model, problems) = Model::read_found(vec![InputFile { path, bytes }]);
                write_model(&model, &problems, &[input], snapshot, question, sink)?;
            }
            Err(error) => leave_out(&error.to_string(), snapshot, input, sink),
        }
    }
    if let Some((model, problems)) = files.found {
        let inputs: Vec<InputId> = model.sources.iter().map(|source| found_input(source, &model, sink)).collect();
        if let Some(first) = inputs.first() {
            let snapshot = sink.snapshot(*first, SnapshotKind::Recorded, None);
            let paths = model.sources.iter().map(|source| source.path.clone());
            files.answers.write(&paths.zip(inputs.iter().copied()).collect(), snapshot, sink)?;
            write_model(&model, &problems, &inputs, snapshot, question, sink)?;
        }
    }
    device::write_meanings(&files.meanings, sink);
    for held in files.devices {
        device::write(held, &files.meanings, question, sink)?;
    }
    Ok(())
}

/// The text of a plan or state, where there is something to ask of it.
fn terraform_bytes(path: &str, question: NetworkQuestion<'_>) -> io::Result<Option<Vec<u8>>> {
    let open = || Source(PathBuf::from(path)).open().map_err(io::Error::other);
    if question.intent.is_none() && !may_name_tenants(open()?)? {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    open()?.take(MAX_TERRAFORM + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_TERRAFORM {
        let most = MAX_TERRAFORM >> 20;
        return Err(io::Error::other(format!("the file is larger than {most} MiB; give its parts one by one")));
    }
    Ok(Some(bytes))
}

/// Whether a key of the document is one by which people name tenants. The document is not held for it, and unless there
/// is one nothing of it is parsed once more.
fn may_name_tenants(mut text: impl Read) -> io::Result<bool> {
    let keys = TENANT_KEYS.map(|key| format!("\"{key}\""));
    let longest = keys.iter().map(String::len).max().unwrap_or_default();
    let keys = AhoCorasick::new(keys).map_err(io::Error::other)?;
    let mut chunk = vec![0; 1 << 18];
    let mut kept = 0;
    loop {
        let read = text.read(&mut chunk[kept..])?;
        let end = kept + read;
        // Searching chunks is several times as fast as searching a stream byte by byte.
        if keys.is_match(&chunk[..end]) {
            return Ok(true);
        }
        if read == 0 {
            return Ok(false);
        }
        // A key that is cut by the end of the chunk is met whole in the next one.
        kept = longest.min(end);
        chunk.copy_within(end - kept..end, 0);
    }
}

/// The input that a file of a provider's answers, or of Kubernetes objects, stands under.
fn found_input(source: &isoneph_network::model::Source, model: &Model, sink: &mut Sink) -> InputId {
    let id = sink.input(NewInput {
        path: source.path.clone(),
        sha256: Digest::try_from(source.sha256.clone()).ok(),
        format: source.format.to_owned(),
        // Manifests are what somebody means to apply; what a provider or a cluster answers is what is there.
        class: Some(if source.live { EvidenceClass::Configured } else { EvidenceClass::Intended }),
    });
    let index = model.sources.iter().position(|held| held.path == source.path);
    let endpoints = model.parts.endpoints.iter().filter(|endpoint| Some(endpoint.origin.source) == index).count();
    sink.input_mut(id).records = endpoints as u64;
    id
}

fn write_model(
    model: &Model,
    problems: &[Problem],
    inputs: &[InputId],
    snapshot: i64,
    question: NetworkQuestion<'_>,
    sink: &mut Sink,
) -> Result<(), SinkError> {
    let Some(first) = inputs.first().copied() else { return Ok(()) };
    let lost = tell_problems(problems, model, inputs, sink);
    if model.parts.endpoints.is_empty() {
        return Ok(());
    }
    let suggested;
    let intent = match question.intent {
        Some(intent) => intent,
        None if names_tenants(model) => {
            suggested = derive(model);
            &suggested
        }
        None => return Ok(()),
    };
    match prove_within(model, intent, question.as_of, Bounds { pairs: MAX_PAIRS, future: false }) {
        Ok(proof) => {
            rows::write(&rows::Shown { model, intent, proof: &proof, inputs, snapshot }, sink)?;
            tell_rest(&proof, first, sink);
            let rest = [&proof.unassigned, &proof.disputed, &proof.uncertain, &proof.empty];
            let whole = !lost && rest.into_iter().all(Vec::is_empty);
            cover(snapshot, first, whole, sink);
        }
        Err(why) => {
            leave_out(&why.to_string(), snapshot, first, sink);
        }
    }
    Ok(())
}

/// A network that somebody asks about and that is not followed is said to be so.
fn leave_out(why: &str, snapshot: i64, input: InputId, sink: &mut Sink) {
    sink.input_mut(input).notes.push(format!("what its network lets pass was not worked out: {why}"));
    cover(snapshot, input, false, sink);
}

/// What could not be read of files that nobody else reads is a loss; what a plan lacks is told where it is read.
fn tell_problems(problems: &[Problem], model: &Model, inputs: &[InputId], sink: &mut Sink) -> bool {
    for problem in problems {
        let index = model.sources.iter().position(|source| source.path == problem.path).unwrap_or_default();
        if let Some(input) = inputs.get(index) {
            sink.reject(*input, Locator::new(problem.locator.clone()), "unreadable", problem.message.clone());
        }
    }
    !problems.is_empty()
}

/// How many names a note gives.
const NAMES: usize = 10;

fn tell_rest(proof: &Proof, input: InputId, sink: &mut Sink) {
    for (what, names) in [
        ("in no zone", &proof.unassigned),
        ("said to be in several zones", &proof.disputed),
        ("perhaps in a zone", &proof.uncertain),
        ("said to be in a zone, and not in this network", &proof.empty),
    ] {
        if names.is_empty() {
            continue;
        }
        let shown: Vec<&str> = names.iter().take(NAMES).map(String::as_str).collect();
        let more = if names.len() > NAMES { ", …" } else { "" };
        let note = format!("network: {} {what}: {}{more}", names.len(), shown.join(", "));
        sink.input_mut(input).notes.push(note);
    }
}

fn cover(snapshot: i64, input: InputId, whole: bool, sink: &mut Sink) {
    let planned = sink.inputs().any(|(id, held)| id == input && held.class == Some(EvidenceClass::Intended));
    let (extent, code) = match (whole, planned) {
        (false, _) => (Extent::Partial, Some(GapCode::NotCollected)),
        (true, true) => (Extent::Declared, None),
        (true, false) => (Extent::Complete, None),
    };
    let tables: [TableId; 2] = [Reach::table(), PolicyDifference::table()];
    for table in tables {
        sink.coverage(Coverage { table, snapshot, scope: Scope::default(), extent, code, input, locator: None });
    }
}

/// Files that were taken: nobody else needs to look at them.
pub(crate) type Taken = BTreeSet<PathBuf>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_names_tenants_is_found_wherever_chunks_end() {
        for key in TENANT_KEYS {
            for before in (1 << 18) - 12..(1 << 18) + 2 {
                let text = format!("{}\"{key}\": 1", " ".repeat(before));
                assert!(may_name_tenants(text.as_bytes()).unwrap(), "{key} behind {before} bytes");
            }
        }
        assert!(!may_name_tenants("{\"tenants\": \"my tenant\"}".as_bytes()).unwrap());
    }
}
