//! JUnit XML, as test runners of all languages write it: suites, cases, and what became of each.
//!
//! Hostile input is normal input: bytes, depth, cases and the texts kept of them are bounded, no entity beyond the five
//! of XML is replaced, and a document type, which is where bombs of entities live, refuses the file.

use std::collections::BTreeMap;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use crate::Fault;

/// The largest file.
pub(super) const MAX_BYTES: u64 = 64 << 20;
const MAX_DEPTH: usize = 32;
const MAX_CASES: usize = 200_000;
const MAX_SUITES: usize = 20_000;
const MAX_PROPERTIES: usize = 100;
/// Characters kept of a name or property.
const MAX_TEXT: usize = 500;

isoneph_model::vocabulary! {
    /// What became of a test.
    pub enum Verdict {
        /// It held.
        Passed = "passed",
        /// It did not hold.
        Failed = "failed",
        /// It broke off: whether it would have held is not known.
        Errored = "errored",
        /// It did not run.
        Skipped = "skipped",
    }
}

/// The results of one file.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Results {
    pub(super) suites: Vec<Suite>,
    pub(super) cases: Vec<Case>,
}

/// One suite.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Suite {
    pub(super) name: String,
    pub(super) line: usize,
    /// The suite around it.
    pub(super) within: Option<usize>,
    /// When it ran, in microseconds since 1970; a time without a zone is taken as UTC.
    pub(super) ran: Option<i64>,
    pub(super) properties: BTreeMap<String, String>,
    /// How many failures and errors it says that it has.
    pub(super) counted: Option<u64>,
}

/// One test.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Case {
    pub(super) name: String,
    pub(super) line: usize,
    pub(super) suite: usize,
    pub(super) verdict: Verdict,
    pub(super) properties: BTreeMap<String, String>,
}

/// Whether a text begins as JUnit does: the first element is a suite, or several.
pub(super) fn looks_like(head: &str) -> bool {
    let mut rest = head.trim_start_matches('\u{feff}').trim_start();
    loop {
        let end = match rest {
            _ if rest.starts_with("<?") => "?>",
            _ if rest.starts_with("<!--") => "-->",
            // A document type is no reason to look away: the reader refuses it, and says so.
            _ if rest.starts_with("<!DOCTYPE testsuite") => return true,
            _ => break,
        };
        let Some(at) = rest.find(end) else { return false };
        rest = rest[at + end.len()..].trim_start();
    }
    ["<testsuites", "<testsuite"].iter().any(|tag| {
        rest.strip_prefix(tag).is_some_and(|after| after.starts_with(|c: char| c.is_whitespace() || "/>".contains(c)))
    })
}

/// Reads a whole file. What was read before it broke off comes back beside the fault: a test that failed has failed.
pub(super) fn read(text: &str) -> (Results, Option<Fault>) {
    let mut reading =
        Reading { text, lines: (0, 1), open: Vec::new(), suites: Vec::new(), case: None, results: Results::default() };
    let fault = reading.run().err();
    // A case that was not closed has no verdict.
    (reading.results, fault)
}

struct Reading<'t> {
    text: &'t str,
    /// A byte offset, and the line that it is on.
    lines: (usize, usize),
    open: Vec<String>,
    suites: Vec<usize>,
    case: Option<Case>,
    results: Results,
}

impl Reading<'_> {
    fn run(&mut self) -> Result<(), Fault> {
        let mut reader = Reader::from_str(self.text);
        loop {
            let at = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
            let event = reader.read_event();
            let line = self.line(at);
            match event.map_err(|error| broken(line, &error.to_string()))? {
                Event::Start(element) => self.start(&element, line)?,
                Event::Empty(element) => {
                    self.start(&element, line)?;
                    self.end();
                }
                Event::End(_) => self.end(),
                Event::DocType(_) => {
                    return Err(fault(line, "document-type", "a document type is refused: it could define entities"));
                }
                Event::Eof if self.open.is_empty() => return Ok(()),
                Event::Eof => return Err(broken(line, "the file ends in the middle of an element")),
                _ => {}
            }
        }
    }

    /// The line of an offset; offsets only grow.
    fn line(&mut self, at: usize) -> usize {
        let (from, line) = self.lines;
        let passed = self.text.as_bytes().get(from..at.min(self.text.len())).unwrap_or_default();
        let line = line + passed.iter().filter(|byte| **byte == b'\n').count();
        self.lines = (at, line);
        // An element's event begins behind the white space before it.
        let blank = self.text.as_bytes().get(at..).unwrap_or_default();
        let blank = blank.iter().take_while(|byte| byte.is_ascii_whitespace());
        line + blank.filter(|byte| **byte == b'\n').count()
    }

    fn start(&mut self, element: &BytesStart<'_>, line: usize) -> Result<(), Fault> {
        if self.open.len() >= MAX_DEPTH {
            return Err(fault(line, "too-deep", format!("elements stand more than {MAX_DEPTH} deep in one another")));
        }
        let name = short(element.name().as_ref());
        let attributes = attributes(element, line)?;
        match name.as_str() {
            "testsuite" => self.suite(&attributes, line)?,
            "testcase" => self.case(&attributes, line)?,
            "failure" => self.verdict(Verdict::Failed),
            "error" => self.verdict(Verdict::Errored),
            "skipped" => self.verdict(Verdict::Skipped),
            "property" => self.property(&attributes),
            _ => {}
        }
        self.open.push(name);
        Ok(())
    }

    fn end(&mut self) {
        match self.open.pop().as_deref() {
            Some("testcase") => self.results.cases.extend(self.case.take()),
            Some("testsuite") => {
                self.suites.pop();
            }
            _ => {}
        }
    }

    fn suite(&mut self, attributes: &BTreeMap<String, String>, line: usize) -> Result<(), Fault> {
        if self.results.suites.len() >= MAX_SUITES {
            return Err(fault(line, "too-many", format!("the file holds more than {MAX_SUITES} suites")));
        }
        let count = |name: &str| attributes.get(name).and_then(|text| text.trim().parse::<u64>().ok());
        self.results.suites.push(Suite {
            name: attributes.get("name").cloned().unwrap_or_default(),
            line,
            within: self.suites.last().copied(),
            ran: attributes.get("timestamp").and_then(|text| instant(text)),
            properties: BTreeMap::new(),
            counted: count("failures").map(|failures| failures.saturating_add(count("errors").unwrap_or(0))),
        });
        self.suites.push(self.results.suites.len() - 1);
        Ok(())
    }

    fn case(&mut self, attributes: &BTreeMap<String, String>, line: usize) -> Result<(), Fault> {
        let Some(suite) = self.suites.last().copied() else {
            return Err(broken(line, "a test stands in no suite"));
        };
        if self.case.is_some() {
            return Err(broken(line, "a test stands in another test"));
        }
        if self.results.cases.len() >= MAX_CASES {
            return Err(fault(line, "too-many", format!("the file holds more than {MAX_CASES} tests")));
        }
        let part = |name: &str| attributes.get(name).map(String::as_str).filter(|text| !text.is_empty());
        let name: Vec<&str> = [part("classname"), part("name")].into_iter().flatten().collect();
        let (name, properties) = (name.join("."), BTreeMap::new());
        self.case = Some(Case { name, line, suite, verdict: Verdict::Passed, properties });
        Ok(())
    }

    /// Of several the worst counts: a test that failed and was then skipped has failed.
    fn verdict(&mut self, verdict: Verdict) {
        let weight = |verdict: Verdict| match verdict {
            Verdict::Failed => 3,
            Verdict::Errored => 2,
            Verdict::Skipped => 1,
            Verdict::Passed => 0,
        };
        let directly = self.open.last().is_some_and(|parent| parent == "testcase");
        if let Some(case) = self.case.as_mut().filter(|case| directly && weight(verdict) > weight(case.verdict)) {
            case.verdict = verdict;
        }
    }

    fn property(&mut self, attributes: &BTreeMap<String, String>) {
        let suite = self.suites.last().copied().and_then(|index| self.results.suites.get_mut(index));
        let properties = match (self.case.as_mut(), suite) {
            (Some(case), _) => &mut case.properties,
            (None, Some(suite)) => &mut suite.properties,
            (None, None) => return,
        };
        if let (Some(name), Some(value)) = (attributes.get("name"), attributes.get("value"))
            && properties.len() < MAX_PROPERTIES
        {
            properties.insert(name.trim().to_lowercase(), value.trim().to_owned());
        }
    }
}

fn attributes(element: &BytesStart<'_>, line: usize) -> Result<BTreeMap<String, String>, Fault> {
    let mut found = BTreeMap::new();
    for attribute in element.attributes().take(MAX_PROPERTIES) {
        let attribute = attribute.map_err(|error| broken(line, &error.to_string()))?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0);
        let value = value.map_err(|error| broken(line, &error.to_string()))?;
        found.insert(short(attribute.key.as_ref()), short(&value));
    }
    Ok(found)
}

fn short(text: &str) -> String {
    text.chars().take(MAX_TEXT).collect()
}

/// `2026-11-02T10:00:00Z`, with another offset, or without one.
fn instant(text: &str) -> Option<i64> {
    let text = text.trim();
    let zoned = text.parse::<jiff::Timestamp>().ok();
    let at = zoned.or_else(|| Some(text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp()))?;
    Some(at.as_microsecond())
}

fn fault(line: usize, code: &'static str, message: impl Into<String>) -> Fault {
    Fault::reject(format!("line {line}"), code, message)
}

fn broken(line: usize, message: &str) -> Fault {
    fault(line, "unreadable", format!("this is no JUnit: {message}"))
}
