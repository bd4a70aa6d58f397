//! `isoneph check test`: runs the tests of checks, the user's own included.

use std::io::Write;

use isoneph_assess::harness::CheckTests;
use isoneph_assess::{Check, TestFiles};
use isoneph_standard::Catalogue;

use crate::exit::{Exit, usage};
use crate::output::Output;
use crate::settings::CheckArguments;

/// With `--controls` alone the user's own checks are tested; the built-in ones are asked for by name, or without it.
pub(crate) fn run(ids: &[String], arguments: &CheckArguments, bless: bool) -> anyhow::Result<Exit> {
    let pack = arguments.load()?;
    if let Some(unknown) = ids.iter().find(|id| pack.find(id).is_none()) {
        return Err(usage(format!("there is no check '{unknown}'; `isoneph check list` tells them all")));
    }
    let own_only = ids.is_empty() && !arguments.controls.is_empty();
    let wanted = |check: &Check| {
        let named = ids.iter().any(|id| pack.find(id).is_some_and(|found| found.id() == check.id()));
        if ids.is_empty() { !own_only || !check.is_built_in() } else { named }
    };
    let mut output = Output::open(None)?;
    let (mut passed, mut failed) = (0, 0);
    for (check, files) in pack.with_tests().filter(|(check, _)| wanted(check)) {
        if bless {
            write_expectations(check, files)?;
        }
        let failures = failures(check, files);
        writeln!(output, "{}  {}", if failures.is_empty() { "ok    " } else { "FAILED" }, check.id())?;
        for failure in &failures {
            writeln!(output, "{}", failure.trim_end())?;
        }
        if failures.is_empty() { passed += 1 } else { failed += 1 }
    }
    writeln!(output, "\n{passed} passed, {failed} failed")?;
    output.finish()?;
    Ok(if failed > 0 { Exit::Findings } else { Exit::Done })
}

fn failures(check: &Check, files: &TestFiles) -> Vec<String> {
    let run = || -> anyhow::Result<Vec<String>> {
        let mut tests = CheckTests::read(check, files, Catalogue::embedded()?)?;
        let mut failures = tests.run()?.failures;
        failures.extend(tests.monotone()?.failures);
        Ok(failures)
    };
    run().unwrap_or_else(|error| vec![error.to_string()])
}

/// Only files of the user's own are written: what the program carries is changed in its repository.
fn write_expectations(check: &Check, files: &TestFiles) -> anyhow::Result<()> {
    let (Some(_), Some((path, _))) = (&files.folder, &files.tests) else { return Ok(()) };
    let text = CheckTests::read(check, files, Catalogue::embedded()?)?.blessed()?;
    Ok(std::fs::write(path, text)?)
}
