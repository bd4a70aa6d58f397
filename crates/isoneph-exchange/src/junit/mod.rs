//! JUnit XML, as build servers read it: a test suite a check, a test case a subject. Counts stand before the cases, so
//! that cases wait in a temporary file.

mod xml;

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};

use isoneph_assessment::{CheckInfo, CheckOutcome, Head, Tail, Writer};
use isoneph_model::{Lang, Outcome};

use self::xml::escape;
use crate::finding;

/// Writes an assessment as JUnit XML.
pub struct JunitWriter<W> {
    out: W,
    lang: Lang,
    cases: BufWriter<File>,
    end: u64,
    suites: Vec<Suite>,
}

/// The cases of one check: where they wait, and how they came out.
#[derive(Debug, Clone, Copy)]
struct Suite {
    check: usize,
    start: u64,
    tests: u64,
    failures: u64,
    skipped: u64,
}

impl<W: Write> JunitWriter<W> {
    /// A writer to `out`; messages are in `lang`.
    ///
    /// # Errors
    /// If no temporary file can be made.
    pub fn new(out: W, lang: Lang) -> io::Result<Self> {
        let cases = BufWriter::new(tempfile::tempfile()?);
        Ok(JunitWriter { out, lang, cases, end: 0, suites: Vec::new() })
    }

    fn suite(&mut self, check: usize) -> &mut Suite {
        if self.suites.last().is_none_or(|suite| suite.check != check) {
            self.suites.push(Suite { check, start: self.end, tests: 0, failures: 0, skipped: 0 });
        }
        let last = self.suites.len() - 1;
        &mut self.suites[last]
    }
}

impl<W: Write> Writer for JunitWriter<W> {
    fn head(&mut self, _head: &Head) -> io::Result<()> {
        Ok(())
    }

    fn outcome(&mut self, head: &Head, outcome: &CheckOutcome) -> io::Result<()> {
        let check = finding::check(head, outcome)?;
        let case = case(head, self.lang, check, outcome);
        let suite = self.suite(outcome.check);
        suite.tests += 1;
        match outcome.outcome {
            Outcome::Pass => {}
            Outcome::Fail => suite.failures += 1,
            Outcome::Unknown | Outcome::NotApplicable => suite.skipped += 1,
        }
        self.cases.write_all(case.as_bytes())?;
        self.end += case.len() as u64;
        Ok(())
    }

    fn tail(&mut self, head: &Head, tail: &Tail) -> io::Result<()> {
        let sum = |count: fn(&Suite) -> u64| self.suites.iter().map(count).sum::<u64>();
        let errors = tail.losses.len() as u64;
        let (tests, failures, skipped) = (sum(|s| s.tests) + errors, sum(|s| s.failures), sum(|s| s.skipped));
        writeln!(self.out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
        writeln!(
            self.out,
            "<testsuites name=\"isoneph\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\">"
        )?;
        let mut cases = std::mem::replace(&mut self.cases, BufWriter::new(tempfile::tempfile()?));
        cases.flush()?;
        let mut file = cases.into_inner().map_err(io::IntoInnerError::into_error)?;
        for (index, suite) in self.suites.iter().enumerate() {
            let end = self.suites.get(index + 1).map_or(self.end, |next| next.start);
            open_suite(&mut self.out, head, self.lang, suite)?;
            file.seek(SeekFrom::Start(suite.start))?;
            io::copy(&mut (&mut file).take(end - suite.start), &mut self.out)?;
            writeln!(self.out, "  </testsuite>")?;
        }
        losses(&mut self.out, tail)?;
        writeln!(self.out, "</testsuites>")?;
        self.out.flush()
    }
}

fn open_suite(out: &mut impl Write, head: &Head, lang: Lang, suite: &Suite) -> io::Result<()> {
    let check = head.checks.get(suite.check);
    let id = check.map(|c| escape(&c.id)).unwrap_or_default();
    let (tests, failures, skipped) = (suite.tests, suite.failures, suite.skipped);
    writeln!(
        out,
        "  <testsuite name=\"{id}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\">"
    )?;
    let Some(check) = check else { return Ok(()) };
    let controls: Vec<String> = check.supports.iter().map(|s| format!("{} ({})", s.control, s.role)).collect();
    writeln!(out, "    <properties>")?;
    let properties = [
        ("title", check.title.get(lang).to_owned()),
        ("severity", check.severity.to_string()),
        ("controls", controls.join(", ")),
        ("edition", format!("ISO/IEC 27017:{}", head.edition)),
        ("as-of", head.as_of.to_string()),
    ];
    for (name, value) in properties {
        writeln!(out, "      <property name=\"{name}\" value=\"{}\"/>", escape(&value))?;
    }
    writeln!(out, "    </properties>")
}

fn case(head: &Head, lang: Lang, check: &CheckInfo, outcome: &CheckOutcome) -> String {
    let name = match finding::address(outcome) {
        "" => "(none)",
        address => address,
    };
    let mut case = format!("    <testcase classname=\"{}\" name=\"{}\"", escape(&check.id), escape(name));
    let message = escape(&finding::message(lang, check, outcome));
    let places: Vec<String> = outcome.evidence.iter().map(|e| escape(&finding::place(head, e))).collect();
    let places = places.join("\n");
    // Writing to a string cannot fail.
    let _ = match outcome.outcome {
        Outcome::Pass => writeln!(case, "/>"),
        Outcome::Fail => {
            let accepted = finding::exception(head, outcome).map(|e| format!(" (accepted until {})", e.until));
            let accepted = accepted.unwrap_or_default();
            let severity = check.severity;
            writeln!(
                case,
                "><failure type=\"{severity}{accepted}\" message=\"{message}\">{places}</failure></testcase>"
            )
        }
        Outcome::Unknown | Outcome::NotApplicable => {
            writeln!(case, "><skipped message=\"{message}\"/></testcase>")
        }
    };
    case
}

/// What was lost is an error: a build that only counts failures must not turn green on it.
fn losses(out: &mut impl Write, tail: &Tail) -> io::Result<()> {
    let n = tail.losses.len();
    if n == 0 {
        return Ok(());
    }
    writeln!(out, "  <testsuite name=\"isoneph\" tests=\"{n}\" failures=\"0\" errors=\"{n}\" skipped=\"0\">")?;
    for (index, loss) in tail.losses.iter().enumerate() {
        let message = escape(&loss.message);
        writeln!(
            out,
            "    <testcase classname=\"isoneph\" name=\"loss {}\"><error type=\"incomplete\" message=\"{message}\"/></testcase>",
            index + 1
        )?;
    }
    writeln!(out, "  </testsuite>")
}
