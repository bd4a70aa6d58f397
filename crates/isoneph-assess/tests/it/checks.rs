//! Every check of the repository: its cases, its fixtures, the monotonicity test.

use std::path::{Path, PathBuf};

use isoneph_assess::harness::{CheckTests, HarnessError, TestReport};
use isoneph_assess::{Check, Pack, TestFiles};
use isoneph_standard::Catalogue;
use isoneph_tables::{Inventory, Sink};
use libtest_mimic::{Failed, Trial};

/// One test for each check and kind.
pub(crate) fn trials() -> Result<Vec<Trial>, Failed> {
    let catalogue = Catalogue::embedded()?;
    let mut trials = Vec::new();
    let mut pack = Pack::default();
    if let Err(errors) = pack.add_folder(&controls(), catalogue) {
        for error in errors {
            let name = format!("{}::load", folder_name(&error.file));
            trials.push(Trial::test(name, move || Err(Failed::from(error.render()))));
        }
    }
    let pack: &'static Pack = Box::leak(Box::new(pack));
    for (check, files) in pack.with_tests() {
        trials.push(trial(check, files, catalogue, "cases", CheckTests::run));
        trials.push(trial(check, files, catalogue, "monotonicity", CheckTests::monotone));
        trials.push(fixtures(check, files, catalogue));
    }
    Ok(trials)
}

fn controls() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap_or(Path::new("."));
    root.join("controls")
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
        shown(&test(&mut CheckTests::read(check, files, catalogue)?)?)
    })
}

fn fixtures(check: &'static Check, files: &'static TestFiles, catalogue: &'static Catalogue) -> Trial {
    Trial::test(format!("{}::fixtures", check.id()), move || {
        let folder = files.folder.as_deref().unwrap_or(Path::new(".")).join("fixtures");
        shown(&CheckTests::read(check, files, catalogue)?.fixtures(&folder, &read_fixture)?)
    })
}

fn read_fixture(path: &Path) -> Result<Inventory, String> {
    let mut sink = Sink::default();
    isoneph_sources::read_path(path, &isoneph_sources::Reading::new(jiff::civil::date(2026, 7, 1)), &mut sink)
        .map_err(|error| error.to_string())?;
    sink.finish().map_err(|error| error.to_string())
}

/// A report as the test runner tells it.
pub(crate) fn shown(report: &TestReport) -> Result<(), Failed> {
    if report.failures.is_empty() {
        return Ok(());
    }
    let shown: Vec<&str> = report.failures.iter().take(12).map(String::as_str).collect();
    Err(Failed::from(format!("{} wrong, {} tried\n{}", report.failures.len(), report.tried, shown.join("\n"))))
}
