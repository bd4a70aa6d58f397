//! Tests across the boundary between tenants (CLD.9.5.1), as a test runner reports them.
//!
//! Every project has test results, and few of them try a boundary between tenants. So results count only where somebody
//! says whose boundary they try: the results themselves by properties `service` and `layer`, of the suite or the test,
//! or the register, where a layer of an isolation names the file (`junit`). The rest of a folder's results is passed over.

mod junit;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use isoneph_model::{Digest, EvidenceClass, Extent, InputId, Locator, SnapshotKind};
use isoneph_tables::schema::register::BoundaryTest;
use isoneph_tables::{Cell, Common, Instant, NewInput, Row, Scope, Sink, SinkError};
use sha2::Digest as _;

use self::junit::{Case, Results, Suite};
use crate::input::{ReadError, Reading, listed, reject, shown};
use crate::{Fault, Format};

/// A layer on which somebody claims that tenants are kept apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedLayer {
    /// The service.
    pub service: String,
    /// The layer.
    pub layer: String,
    /// The object of the register that claims it.
    pub object: String,
    /// Paths of test results that it names.
    pub results: Vec<String>,
}

/// Reads every file of test results that tries a boundary; gives the files that nobody else needs to look at.
///
/// # Errors
/// Where there is more than a run can hold; what is wrong with a file is a reject of its input.
pub fn read_boundary_tests(
    paths: &[PathBuf],
    claimed: &[ClaimedLayer],
    reading: &Reading,
    sink: &mut Sink,
) -> Result<BTreeSet<PathBuf>, ReadError> {
    let mut taken = BTreeSet::new();
    for path in paths {
        let given = path.is_file();
        let files = if given { vec![path.clone()] } else { listed(path, |_| false) };
        for file in files {
            let is_new = !reading.taken.contains(&file) && !taken.contains(&file);
            if is_new && looks_like(&file) && read_file(&file, given, claimed, sink)? {
                taken.insert(file);
            }
        }
    }
    Ok(taken)
}

fn looks_like(path: &Path) -> bool {
    let mut head = Vec::new();
    let read = File::open(path).and_then(|file| file.take(1 << 12).read_to_end(&mut head));
    read.is_ok() && junit::looks_like(&String::from_utf8_lossy(&head))
}

/// Reads one file; whether it was for this module to read.
fn read_file(path: &Path, given: bool, claimed: &[ClaimedLayer], sink: &mut Sink) -> Result<bool, ReadError> {
    let named: Vec<&ClaimedLayer> =
        claimed.iter().filter(|layer| layer.results.iter().any(|result| names(result, path))).collect();
    let (bytes, results, fault) = match content(path) {
        Ok((bytes, text)) => {
            let (results, fault) = junit::read(&text);
            (bytes, results, fault)
        }
        Err(fault) => (Vec::new(), Results::default(), Some(fault)),
    };
    let of = Boundaries { named: &named, claimed };
    let says = results.cases.iter().any(|case| of.of_case(&results, case).is_some());
    if !says && named.is_empty() && !given {
        return Ok(false);
    }
    let input = sink.input(NewInput {
        path: shown(path),
        sha256: (!bytes.is_empty()).then(|| Digest::new(sha2::Sha256::digest(&bytes).into())),
        format: Format::Junit.as_str().to_owned(),
        class: Some(EvidenceClass::Operated),
    });
    write(&results, &of, input, sink)?;
    if let Some(fault) = fault {
        reject(input, fault, sink)?;
    }
    Ok(true)
}

fn content(path: &Path) -> Result<(Vec<u8>, String), Fault> {
    let mut bytes = Vec::new();
    File::open(path)?.take(junit::MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > junit::MAX_BYTES {
        let message = format!("the file is larger than {} MiB", junit::MAX_BYTES >> 20);
        return Err(Fault::reject("", "too-large", message));
    }
    match String::from_utf8(bytes.clone()) {
        Ok(text) => Ok((bytes, text)),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            Err(Fault::reject(format!("byte {at}"), "wrong-encoding", "this is not UTF-8"))
        }
    }
}

/// Whether a path of the register, which is told from where the register lies, ends in what names this file.
fn names(result: &str, path: &Path) -> bool {
    let result = Path::new(result.trim_start_matches("./"));
    !result.as_os_str().is_empty() && path.ends_with(result)
}

/// Whose boundary tests try.
struct Boundaries<'a> {
    /// The layers that name this file.
    named: &'a [&'a ClaimedLayer],
    claimed: &'a [ClaimedLayer],
}

impl Boundaries<'_> {
    /// The service and layer of a test: as it says itself, as its suites say, as the register says of the file. What only
    /// half of that is known of is not guessed.
    fn of_case(&self, results: &Results, case: &Case) -> Option<(String, String)> {
        let mut suites: Vec<&Suite> = Vec::new();
        let mut at = results.suites.get(case.suite);
        while let Some(suite) = at {
            suites.push(suite);
            at = suite.within.and_then(|within| results.suites.get(within));
        }
        let said = |name: &str| {
            let around = std::iter::once(&case.properties).chain(suites.iter().map(|suite| &suite.properties));
            let long = format!("isoneph.{name}");
            let mut values = around.filter_map(|properties| properties.get(&long).or_else(|| properties.get(name)));
            values.next().filter(|value| !value.is_empty()).cloned()
        };
        let (service, layer) = (said("service"), said("layer").map(|layer| layer.to_lowercase().replace(' ', "-")));
        let fits = |claim: &&&ClaimedLayer| {
            service.as_ref().is_none_or(|service| *service == claim.service)
                && layer.as_ref().is_none_or(|layer| *layer == claim.layer)
        };
        let mut by_file = self.named.iter().filter(fits);
        match (&service, &layer, by_file.next(), by_file.next()) {
            (Some(service), Some(layer), ..) => Some((service.clone(), layer.clone())),
            (_, _, Some(only), None) => Some((only.service.clone(), only.layer.clone())),
            _ => None,
        }
    }

    /// The object that claims a layer of a service.
    fn claim(&self, service: &str, layer: &str) -> String {
        let claim = self.claimed.iter().find(|claim| claim.service == service && claim.layer == layer);
        claim.map(|claim| claim.object.clone()).unwrap_or_default()
    }
}

fn write(results: &Results, of: &Boundaries<'_>, input: InputId, sink: &mut Sink) -> Result<(), SinkError> {
    let ran = results.suites.iter().filter_map(|suite| suite.ran).max().map(Instant);
    let snapshot = sink.snapshot(input, SnapshotKind::Recorded, ran);
    let mut unplaced: BTreeSet<usize> = BTreeSet::new();
    let mut met: BTreeMap<String, usize> = BTreeMap::new();
    for case in &results.cases {
        let Some((service, layer)) = of.of_case(results, case) else {
            unplaced.insert(case.suite);
            continue;
        };
        // A test is the same from run to run wherever it stands in the file; of several of one name each is another.
        let mut address = format!("{service}/{layer}/{}", case.name);
        let before = met.entry(address.clone()).or_default();
        *before += 1;
        if *before > 1 {
            address = format!("{address} ({before})");
        }
        let suite = results.suites.get(case.suite);
        let row = BoundaryTest {
            suite: suite.map(|suite| suite.name.clone()).unwrap_or_default().into(),
            claimed_by: of.claim(&service, &layer).into(),
            layer: layer.into(),
            verdict: case.verdict.as_str().into(),
            ran_at: suite
                .and_then(|suite| suite.ran)
                .or(ran.map(|ran| ran.0))
                .map_or_else(Cell::default, |at| Cell::Known(Instant(at))),
        };
        push(&row, &format!("{snapshot}:{address}"), case, &service, (snapshot, input), sink)?;
    }
    for suite in unplaced.iter().filter_map(|suite| results.suites.get(*suite)) {
        let message = format!(
            "whose boundary the tests of '{}' try is not said: give them the properties `service` and `layer`, or name \
             the file in a layer of an isolation (`junit`)",
            suite.name
        );
        sink.reject(input, Locator::new(format!("line {}", suite.line)), "no-layer", message);
    }
    tell_lost(results, input, sink);
    if results.cases.is_empty() {
        sink.input_mut(input).notes.push("it holds no test: no result is not a pass".to_owned());
    }
    sink.covers(BoundaryTest::table(), snapshot, input, Scope::default(), Extent::Partial);
    Ok(())
}

/// A suite that counts more failures than it tells has lost some: what passed in it is then no whole answer.
fn tell_lost(results: &Results, input: InputId, sink: &mut Sink) {
    for (index, suite) in results.suites.iter().enumerate() {
        let within = |case: &&Case| {
            let mut at = Some(case.suite);
            while let Some(current) = at.filter(|current| *current != index) {
                at = results.suites.get(current).and_then(|suite| suite.within);
            }
            at.is_some()
        };
        let Some(counted) = suite.counted.filter(|counted| *counted > 0) else { continue };
        let bad = |case: &&Case| matches!(case.verdict, junit::Verdict::Failed | junit::Verdict::Errored);
        let told = results.cases.iter().filter(within).filter(bad).count() as u64;
        if counted > told {
            let message = format!("'{}' counts {counted} failures and errors, and tells {told}", suite.name);
            sink.reject(input, Locator::new(format!("line {}", suite.line)), "counts-differ", message);
        }
    }
}

fn push(
    row: &BoundaryTest,
    uid: &str,
    case: &Case,
    service: &str,
    (snapshot, input): (i64, InputId),
    sink: &mut Sink,
) -> Result<(), SinkError> {
    let text = |text: &str| Cell::Known(text.to_owned());
    let place = sink.place(input, &format!("line {}", case.line))?;
    let common = Common {
        uid: uid.to_owned(),
        provider: text(""),
        account: text(""),
        region: text(""),
        native_type: text("testcase"),
        native_id: text(""),
        name: text(&case.name),
        tags: Cell::Known(Vec::new()),
        service: text(service),
        tenant: text(""),
    };
    sink.push(snapshot, place, &common, row)?;
    sink.input_mut(input).records += 1;
    Ok(())
}

#[cfg(test)]
mod tests;
