//! Every check of this repository against its tests: its cases and the monotonicity test. One test each, named
//! `check-id::kind`, so that `cargo test -p isoneph-assess --test it -- CHECK-ID` runs those of one check.
//!
//! Checks are read from the folder, not from what was embedded, so that an edit needs no rebuild.

use std::path::Path;

use isoneph_assess::harness::{CheckTests, HarnessError, TestReport};
use isoneph_assess::{Check, Pack, TestFiles};
use isoneph_standard::Catalogue;
use libtest_mimic::{Arguments, Failed, Trial};

fn main() {
    let arguments = Arguments::from_args();
    let trials = trials().unwrap_or_else(|error| vec![Trial::test("checks-load", move || Err(error))]);
    libtest_mimic::run(&arguments, trials).exit();
}

fn trials() -> Result<Vec<Trial>, Failed> {
    let catalogue = Catalogue::embedded()?;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../controls");
    let mut trials = Vec::new();
    let mut pack = Pack::default();
    if let Err(errors) = pack.add_folder(&folder, catalogue) {
        for error in errors {
            let name = format!("{}::load", folder_name(&error.file));
            trials.push(Trial::test(name, move || Err(Failed::from(error.render()))));
        }
    }
    let leaked: &'static Pack = Box::leak(Box::new(pack));
    for (check, files) in leaked.with_tests() {
        trials.push(trial(check, files, catalogue, "cases", CheckTests::run));
        trials.push(trial(check, files, catalogue, "monotonicity", CheckTests::monotone));
    }
    Ok(trials)
}

fn folder_name(file: &str) -> String {
    let folder = Path::new(file).parent().and_then(Path::file_name);
    folder.map_or_else(|| file.to_owned(), |name| name.to_string_lossy().into_owned())
}

fn trial(
    check: &'static Check,
    files: &'static TestFiles,
    catalogue: &'static Catalogue,
    kind: &str,
    test: fn(&mut CheckTests<'static>) -> Result<TestReport, HarnessError>,
) -> Trial {
    Trial::test(format!("{}::{kind}", check.id()), move || {
        let report = test(&mut CheckTests::read(check, files, catalogue)?)?;
        if report.failures.is_empty() {
            return Ok(());
        }
        let shown: Vec<&str> = report.failures.iter().take(12).map(String::as_str).collect();
        Err(Failed::from(format!("{} of {} tried\n{}", report.failures.len(), report.tried, shown.join("\n"))))
    })
}
