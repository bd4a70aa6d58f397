//! Fixtures: small plans of each cloud beside a check, and what it answers about them. They tie a check to what sources
//! really yield, attribute by attribute.

use std::collections::BTreeMap;
use std::path::Path;

use isoneph_assessment::CheckOutcome;
use isoneph_model::Outcome;
use isoneph_standard::Catalogue;

use super::cases::AS_OF;
use super::{HarnessError, ReadFixture, TestReport, engine, fits, judge, line_of};
use crate::check::Check;
use crate::error::{CheckError, SourceFile};

/// What is expected of one cloud.
#[derive(Default)]
struct Expected {
    line: usize,
    outcomes: Vec<(usize, String)>,
    /// Why there is no fixture of the cloud.
    none: Option<String>,
}

const CLOUDS: [&str; 3] = ["aws", "azure", "google"];

pub(super) fn test(
    check: &Check,
    catalogue: &'static Catalogue,
    folder: &Path,
    read: &ReadFixture<'_>,
) -> Result<TestReport, HarnessError> {
    let path = folder.join("expect.md");
    let text = std::fs::read_to_string(&path).unwrap_or_default();
    let file = SourceFile { path: path.display().to_string(), text };
    let expected = parse(&file)?;
    let engine = engine(check, AS_OF, &BTreeMap::new(), catalogue)?;
    let mut report = TestReport::default();
    for cloud in CLOUDS {
        let fixture = folder.join(format!("{cloud}.json"));
        let Some(expected) = expected.get(cloud) else {
            report.failures.push(format!("{}: nothing is said of {cloud}", file.path));
            continue;
        };
        if expected.none.is_some() {
            if fixture.exists() {
                report.failures.push(format!("{}:{}: {cloud} has a fixture all the same", file.path, expected.line));
            }
            continue;
        }
        report.tried += 1;
        match read(&fixture) {
            Ok(inventory) => {
                let losses = inventory.inputs.iter().flat_map(|input| &input.rejected);
                report.failures.extend(
                    losses.map(|reject| format!("{}: {}: {}", fixture.display(), reject.locator, reject.message)),
                );
                let outcomes = judge(&engine, &inventory)?;
                report.failures.extend(compare(check, &file, cloud, expected, &outcomes));
            }
            Err(problem) => report.failures.push(format!("{}: {problem}", fixture.display())),
        }
    }
    Ok(report)
}

/// Every line that is written has to come out, and nothing may fail that is not written.
fn compare(
    check: &Check,
    file: &SourceFile,
    cloud: &str,
    expected: &Expected,
    outcomes: &[CheckOutcome],
) -> Vec<String> {
    let found: Vec<String> = outcomes.iter().map(|outcome| line_of(check, outcome)).collect();
    let mut failures = Vec::new();
    for (line, text) in &expected.outcomes {
        if !found.iter().any(|found| fits(text, found)) {
            let subject = text.split([' ', ':']).nth(1).unwrap_or_default();
            let instead: Vec<&str> = found
                .iter()
                .filter(|found| found.split(' ').nth(1).is_some_and(|s| s.trim_end_matches(':') == subject))
                .map(String::as_str)
                .collect();
            let instead = if instead.is_empty() { "nothing of it".to_owned() } else { instead.join("; ") };
            failures.push(format!("{}:{line}: {cloud}: expected: {text}; found: {instead}", file.path));
        }
    }
    let unexpected = outcomes.iter().zip(&found).filter(|(outcome, _)| outcome.outcome == Outcome::Fail);
    for (_, found) in unexpected {
        if !expected.outcomes.iter().any(|(_, text)| fits(text, found)) {
            failures.push(format!("{}:{}: {cloud}: not expected: {found}", file.path, expected.line));
        }
    }
    for needed in [Outcome::Pass, Outcome::Fail] {
        if !outcomes.iter().any(|outcome| outcome.outcome == needed) {
            failures.push(format!("{}:{}: {cloud}: nothing comes out '{needed}'", file.path, expected.line));
        }
    }
    failures
}

fn parse(file: &SourceFile) -> Result<BTreeMap<String, Expected>, CheckError> {
    if file.text.trim().is_empty() {
        return Err(file.error_whole("this file is missing or empty"));
    }
    let mut expected: BTreeMap<String, Expected> = BTreeMap::new();
    let mut current: Option<String> = None;
    for (index, line) in file.text.lines().enumerate() {
        let (number, line) = (index + 1, line.trim());
        let (word, rest) = line.split_once(':').unwrap_or((line, ""));
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if CLOUDS.contains(&word) {
            let reason = rest.trim().strip_prefix("none");
            let reason = reason.map(|reason| reason.trim_start_matches([' ', '—', '-']).to_owned());
            if reason.as_ref().is_some_and(String::is_empty) {
                return Err(file.error(number, 1, format!("no reason is given: '{word}: none — reason'")));
            }
            if reason.is_none() && !rest.trim().is_empty() {
                return Err(file.error(number, 1, format!("either '{word}' alone or '{word}: none — reason'")));
            }
            let entry = Expected { line: number, outcomes: Vec::new(), none: reason };
            if expected.insert(word.to_owned(), entry).is_some() {
                return Err(file.error(number, 1, format!("{word} is there twice")));
            }
            current = Some(word.to_owned());
        } else if let Some(entry) = current.as_ref().and_then(|cloud| expected.get_mut(cloud)) {
            entry.outcomes.push((number, line.to_owned()));
        } else {
            return Err(file.error(number, 1, "the name of a cloud comes first: aws, azure or google"));
        }
    }
    Ok(expected)
}
