//! Tests of checks: the cases that stand beside a check, and the monotonicity test that every check is put to.
//!
//! Both are here, not in a test folder, because users' own checks are put to the same tests (`isoneph check test`).

mod cases;
mod fixtures;
mod monotone;
mod rows;

use std::collections::BTreeMap;

use isoneph_assessment::CheckOutcome;
use isoneph_model::{Edition, Lang, Outcome};
use isoneph_standard::Catalogue;
use isoneph_tables::{Inventory, SinkError, TableId};
use jiff::civil::Date;

use crate::check::{Check, ParameterValue, TestFiles};
use crate::engine::{AssessError, Engine, Settings};
use crate::error::{CheckError, SourceFile};
use cases::Case;

/// What ends a test before it can say anything.
#[derive(Debug, thiserror::Error)]
pub enum HarnessError {
    /// The check or its test file does not read well.
    #[error("{}", .0.render())]
    Check(CheckError),
    /// The engine failed.
    #[error(transparent)]
    Assess(#[from] AssessError),
    /// The rows of a case could not be built.
    #[error(transparent)]
    Rows(#[from] SinkError),
}

impl From<CheckError> for HarnessError {
    fn from(error: CheckError) -> HarnessError {
        HarnessError::Check(error)
    }
}

/// What the tests of a check found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TestReport {
    /// How many cases were run, or how many cells and tables the monotonicity test changed.
    pub tried: usize,
    /// Everything that is not as it should be, each in a few lines that name the place.
    pub failures: Vec<String>,
}

/// Reads the file of a fixture into tables; whoever has the sources gives it.
pub type ReadFixture<'a> = dyn Fn(&std::path::Path) -> Result<Inventory, String> + 'a;

/// The tests of one check.
pub struct CheckTests<'a> {
    check: &'a Check,
    file: SourceFile,
    cases: Vec<Case>,
    catalogue: &'static Catalogue,
    engines: BTreeMap<EngineKey, Engine>,
}

type EngineKey = (Date, String);

impl<'a> CheckTests<'a> {
    /// Reads the test file of a check.
    ///
    /// # Errors
    /// If there is none, or it does not read well.
    pub fn read(
        check: &'a Check,
        files: &TestFiles,
        catalogue: &'static Catalogue,
    ) -> Result<CheckTests<'a>, HarnessError> {
        let Some((path, text)) = &files.tests else {
            let file = SourceFile { path: check.file().to_owned(), text: String::new() };
            return Err(file.error_whole("this check has no tests.md beside it").into());
        };
        let file = SourceFile { path: path.clone(), text: text.clone() };
        let cases = cases::parse(&file)?;
        Ok(CheckTests { check, file, cases, catalogue, engines: BTreeMap::new() })
    }

    /// Runs the cases and compares what the check answers with what is expected.
    ///
    /// # Errors
    /// If a case cannot be run at all.
    pub fn run(&mut self) -> Result<TestReport, HarnessError> {
        let mut report = TestReport { tried: self.cases.len(), failures: Vec::new() };
        let mut seen = Vec::new();
        for case in self.cases.clone() {
            let outcomes = self.outcomes(&case)?;
            seen.extend(outcomes.iter().map(|outcome| outcome.outcome));
            let found: Vec<String> = outcomes.iter().map(|outcome| line_of(self.check, outcome)).collect();
            report.failures.extend(compare(&self.file.path, &case, &found));
        }
        for needed in [Outcome::Pass, Outcome::Fail, Outcome::Unknown] {
            if !seen.contains(&needed) {
                report.failures.push(format!("{}: no case shows the outcome '{needed}'", self.file.path));
            }
        }
        Ok(report)
    }

    /// The test file with every `expect` block as the check answers now.
    ///
    /// # Errors
    /// If a case cannot be run at all.
    pub fn blessed(&mut self) -> Result<String, HarnessError> {
        let lines: Vec<&str> = self.file.text.lines().collect();
        let lines: Vec<String> = lines.into_iter().map(str::to_owned).collect();
        let mut text = String::new();
        let mut next = 0;
        for case in self.cases.clone() {
            let Some((first, end)) = case.expect_span else { continue };
            let outcomes = self.outcomes(&case)?;
            let copy = |text: &mut String, line: &str| {
                text.push_str(line);
                text.push('\n');
            };
            lines[next..first - 1].iter().for_each(|line| copy(&mut text, line));
            outcomes.iter().for_each(|outcome| copy(&mut text, &line_of(self.check, outcome)));
            next = end - 1;
        }
        for line in &lines[next..] {
            text.push_str(line);
            text.push('\n');
        }
        Ok(text)
    }

    /// The monotonicity test: what is not known may leave an answer open, never decide it. For every case, each cell that
    /// the check reads is made unknown, one by one, and each table's coverage is dropped; wherever the check then decides
    /// all the same, no value that the cell could have had, and no row that the table could have held, may lead to another
    /// answer.
    ///
    /// # Errors
    /// If a case cannot be run at all.
    pub fn monotone(&mut self) -> Result<TestReport, HarnessError> {
        let mut report = TestReport::default();
        for case in self.cases.clone() {
            let all = self.cases.clone();
            let path = self.file.path.clone();
            let engine = self.engine(&case)?;
            monotone::test(engine, &path, &case, &all, &mut report)?;
        }
        Ok(report)
    }

    /// Judges the files of the check's folder `fixtures` and compares with `fixtures/expect.md`.
    ///
    /// # Errors
    /// If the folder cannot be read or the engine fails.
    pub fn fixtures(&self, folder: &std::path::Path, read: &ReadFixture<'_>) -> Result<TestReport, HarnessError> {
        fixtures::test(self.check, self.catalogue, folder, read)
    }

    fn engine(&mut self, case: &Case) -> Result<&Engine, HarnessError> {
        let key = (case.as_of, format!("{:?}", case.parameters));
        if !self.engines.contains_key(&key) {
            let engine = engine(self.check, case.as_of, &case.parameters, self.catalogue)?;
            self.engines.insert(key.clone(), engine);
        }
        Ok(&self.engines[&key])
    }

    fn outcomes(&mut self, case: &Case) -> Result<Vec<CheckOutcome>, HarnessError> {
        let path = self.file.path.clone();
        let tables: Vec<TableId> = TableId::all().collect();
        let inventory = rows::inventory(&path, &tables, std::iter::once(&case.estate))?;
        judge(self.engine(case)?, &inventory)
    }
}

fn engine(
    check: &Check,
    as_of: Date,
    parameters: &BTreeMap<String, ParameterValue>,
    catalogue: &'static Catalogue,
) -> Result<Engine, HarnessError> {
    let mut settings = Settings::new(Edition::E2015, as_of);
    settings.profile = check.profiles().first().cloned();
    let mut parameters = parameters.clone();
    if let Some(ParameterValue::Texts(regions)) = parameters.remove("regions_in_scope") {
        settings.regions = regions;
    }
    settings.parameters.insert(check.id().to_owned(), parameters);
    match Engine::new(vec![check.clone()], settings, catalogue).and_then(Engine::plan_all) {
        Ok(engine) => Ok(engine),
        Err(AssessError::Checks(mut errors)) if !errors.is_empty() => Err(HarnessError::Check(errors.swap_remove(0))),
        Err(error) => Err(error.into()),
    }
}

/// The outcomes over every snapshot of an inventory.
fn judge(engine: &Engine, inventory: &Inventory) -> Result<Vec<CheckOutcome>, HarnessError> {
    let chosen = inventory.snapshots.iter().map(|snapshot| snapshot.id).collect();
    let mut outcomes = Vec::new();
    engine.judge(inventory, &chosen, &mut |outcome| {
        outcomes.push(outcome);
        Ok(())
    })?;
    Ok(outcomes)
}

/// An outcome as an `expect` block writes it.
fn line_of(check: &Check, outcome: &CheckOutcome) -> String {
    let subject = outcome.subject.as_ref().map_or("-", |subject| subject.address.as_str());
    let head = format!("{} {subject}", outcome.outcome);
    if outcome.outcome == Outcome::Fail {
        return format!("{head}: {}", check.message().fill(Lang::En, &outcome.values));
    }
    match &outcome.reason {
        None => head,
        Some(reason) => {
            let place = match (&reason.table, &reason.column) {
                (Some(table), Some(column)) => format!("{table}.{column} "),
                (Some(table), None) => format!("{table} "),
                (None, _) => String::new(),
            };
            format!("{head}: {place}{}", reason.code.as_str())
        }
    }
}

/// Differences between what is expected and what was found. What stands after `: ` counts only where it is written, of a
/// reason the place too. The outcome without a subject needs no line while there are subjects.
fn compare(path: &str, case: &Case, found: &[String]) -> Vec<String> {
    let mut left: Vec<&String> = found.iter().collect();
    let mut failures = Vec::new();
    for (line, expected) in &case.expect {
        match left.iter().position(|found| fits(expected, found)) {
            Some(index) => {
                left.remove(index);
            }
            None => failures.push(format!("{path}:{line}: expected: {expected}")),
        }
    }
    let subjectless = |line: &str| line.split(' ').nth(1).is_some_and(|subject| subject.trim_end_matches(':') == "-");
    let alone = found.iter().all(|line| subjectless(line));
    left.retain(|line| alone || !subjectless(line));
    failures.extend(left.iter().map(|found| format!("{path}:{}: found:    {found}", case.line)));
    if !failures.is_empty() {
        failures.insert(0, format!("{path}:{}: {}", case.line, case.title));
    }
    failures
}

fn fits(expected: &str, found: &str) -> bool {
    let (expected, found) = (expected.trim_end(), found.trim_end());
    if expected == found {
        return true;
    }
    let parts = |line: &str| line.split_once(": ").map(|(head, rest)| (head.to_owned(), rest.to_owned()));
    match (parts(expected), parts(found)) {
        (None, Some((head, _))) => expected == head,
        // A code without a place fits wherever the code comes from.
        (Some((expected, code)), Some((head, reason))) => {
            expected == head && !head.starts_with("fail ") && reason.rsplit(' ').next() == Some(code.as_str())
        }
        _ => false,
    }
}
