//! A finding in isoneph's words, whatever format it came in, and its way into the table `finding`.

use std::collections::BTreeMap;

use isoneph_model::{GapCode, InputId, Locator, Outcome};
use isoneph_tables::schema::Finding;
use isoneph_tables::{Cell, Common, Instant, Sink};

use super::controls::{Bearing, Controls};
use super::fields::{ID_CAP, prose};
use super::mask::mask;
use crate::Fault;

/// More findings of one input than this are not read.
const MOST_FINDINGS: u64 = 2_000_000;

/// More rejects of one input than this are counted, not listed.
const MOST_REJECTS: u64 = 1_000;

/// A finding, normalised. What the tool does not say stays a gap.
#[derive(Debug, Clone)]
pub(super) struct Reported {
    /// The tool's own identity of the finding; `""` if it has none.
    pub(super) id: String,
    pub(super) tool: Cell<String>,
    pub(super) tool_version: Cell<String>,
    pub(super) rule: String,
    pub(super) title: Cell<String>,
    pub(super) verdict: Outcome,
    pub(super) severity: Cell<String>,
    pub(super) suppressed: bool,
    pub(super) observed_at: Cell<Instant>,
    pub(super) message: Cell<String>,
    pub(super) bearing: Bearing,
    pub(super) provider: Cell<String>,
    pub(super) account: Cell<String>,
    pub(super) things: Vec<Thing>,
}

/// A resource that a finding speaks of.
#[derive(Debug, Clone, Default)]
pub(super) struct Thing {
    /// As the tool names it; `""` for none.
    pub(super) id: String,
    /// The provider's own identifier, where `id` is one.
    pub(super) native_id: Cell<String>,
    pub(super) name: Cell<String>,
    pub(super) native_type: Cell<String>,
    pub(super) region: Cell<String>,
    pub(super) tags: Cell<Vec<String>>,
}

/// Why a record gives no finding.
#[derive(Debug)]
pub(super) enum Refusal {
    /// It is a record of another kind: counted, not read.
    OtherKind(String),
    /// It makes no sense.
    Senseless(String),
}

impl Refusal {
    pub(super) fn because(why: impl Into<String>) -> Refusal {
        Refusal::Senseless(why.into())
    }
}

/// Where findings of one input go.
pub(super) struct Drain<'s> {
    pub(super) sink: &'s mut Sink,
    pub(super) input: InputId,
    pub(super) controls: Controls,
    snapshot: i64,
    declared_account: Option<String>,
    uids: BTreeMap<String, u32>,
    records: u64,
    rejects: u64,
}

impl<'s> Drain<'s> {
    pub(super) fn new(sink: &'s mut Sink, input: InputId, snapshot: i64) -> Result<Drain<'s>, Fault> {
        let declared_account = sink.declared_account(input);
        let (uids, controls) = (BTreeMap::new(), Controls::new()?);
        Ok(Drain { sink, input, controls, snapshot, declared_account, uids, records: 0, rejects: 0 })
    }

    /// How many findings were seen, understood or not.
    pub(super) fn records(&self) -> u64 {
        self.records
    }

    /// How many of them were refused.
    pub(super) fn rejects(&self) -> u64 {
        self.rejects
    }

    /// Takes what a record came to.
    pub(super) fn accept(&mut self, place: &Locator, read: Result<Reported, Refusal>) -> Result<(), Fault> {
        self.records += 1;
        if self.records > MOST_FINDINGS {
            let message = format!("the input has more than {MOST_FINDINGS} findings; the rest is not read");
            return Err(Fault::Reject { locator: place.clone(), code: "too-many", message });
        }
        match read.and_then(|reported| check_lengths(&reported).map(|()| reported)) {
            Ok(reported) => return self.push(place, reported),
            Err(Refusal::OtherKind(kind)) => self.sink.unsupported(self.input, &kind),
            Err(Refusal::Senseless(why)) => self.reject(place, "unreadable", why),
        }
        Ok(())
    }

    /// Refuses a record that was not even looked into.
    pub(super) fn refuse(&mut self, place: &Locator, code: &str, why: &str) {
        self.records += 1;
        self.reject(place, code, why.to_owned());
    }

    /// Says how many refusals were not listed.
    pub(super) fn finish(&mut self) {
        if let Some(unlisted) = self.rejects.checked_sub(MOST_REJECTS).filter(|n| *n > 0) {
            let why = format!("{unlisted} more findings could not be read");
            self.sink.reject(self.input, Locator::new("#"), "unreadable", why);
        }
    }

    fn reject(&mut self, place: &Locator, code: &str, why: String) {
        self.rejects += 1;
        if self.rejects <= MOST_REJECTS {
            self.sink.reject(self.input, place.clone(), code, why);
        }
    }

    /// A row for each resource that the finding speaks of, and one if it speaks of none.
    fn push(&mut self, place: &Locator, mut reported: Reported) -> Result<(), Fault> {
        let mut things = std::mem::take(&mut reported.things);
        if things.is_empty() {
            things.push(Thing::default());
        }
        let place = self.sink.place(self.input, place.as_str())?;
        let uid = self.uid(&reported, &things[0]);
        for (index, thing) in things.into_iter().enumerate() {
            let uid = if index == 0 { uid.clone() } else { format!("{uid}#resource/{index}") };
            let row = row_of(&reported, &thing);
            let common = self.common(uid, &reported, thing);
            self.sink.push(self.snapshot, place, &common, &row)?;
        }
        Ok(())
    }

    fn common(&self, uid: String, reported: &Reported, thing: Thing) -> Common {
        let declared = self.declared_account.clone().map_or_else(Cell::default, Cell::Known);
        Common {
            uid,
            provider: reported.provider.clone(),
            account: reported.account.clone().or(declared),
            region: thing.region,
            native_type: thing.native_type,
            native_id: thing.native_id,
            name: thing.name,
            tags: thing.tags,
            ..Common::default()
        }
    }

    /// The finding's own identity, or rule and resource; told apart where a report repeats it.
    fn uid(&mut self, reported: &Reported, thing: &Thing) -> String {
        let own = match (reported.id.as_str(), thing.id.as_str()) {
            ("", "") => reported.rule.clone(),
            ("", thing) => format!("{}@{thing}", reported.rule),
            (id, _) => id.to_owned(),
        };
        let uid = format!("{}:{own}", self.snapshot);
        let times = self.uids.entry(own).or_insert(0);
        *times += 1;
        if *times == 1 { uid } else { format!("{uid}#again/{times}") }
    }
}

fn row_of(reported: &Reported, thing: &Thing) -> Finding {
    let told = |text: &Cell<String>| text.clone().map(|text| prose(&mask(&text)));
    let controls: Vec<String> = reported.bearing.controls.iter().map(ToString::to_string).collect();
    Finding {
        tool: reported.tool.clone(),
        tool_version: reported.tool_version.clone(),
        rule: reported.rule.clone().into(),
        title: told(&reported.title),
        verdict: reported.verdict.as_str().into(),
        severity: reported.severity.clone(),
        resource: thing.id.clone().into(),
        controls: controls.into(),
        control_basis: reported.bearing.basis.into(),
        suppressed: reported.suppressed.into(),
        observed_at: reported.observed_at.clone(),
        message: told(&reported.message),
    }
}

/// An identifier that is too long is refused: cut short, it could be that of another thing.
fn check_lengths(reported: &Reported) -> Result<(), Refusal> {
    let known = |cell: &Cell<String>| cell.known().map_or(0, String::len);
    let of_finding = [
        ("identifier", reported.id.len()),
        ("rule", reported.rule.len()),
        ("tool", known(&reported.tool).max(known(&reported.tool_version))),
        ("account", known(&reported.account).max(known(&reported.provider))),
    ];
    let of_things = reported.things.iter().flat_map(|thing| {
        let other = known(&thing.native_type).max(known(&thing.region)).max(known(&thing.name));
        [("resource", thing.id.len().max(known(&thing.native_id))), ("resource's type, region or name", other)]
    });
    match of_finding.into_iter().chain(of_things).find(|(_, length)| *length > ID_CAP) {
        Some((what, _)) => Err(Refusal::because(format!("the {what} is longer than {ID_CAP} bytes"))),
        None => Ok(()),
    }
}

/// A severity in the table's words. `None` for a word that means nothing here.
pub(super) fn severity_word(word: &str) -> Option<&'static str> {
    match word.trim().to_ascii_lowercase().as_str() {
        "informational" | "info" | "none" => Some("informational"),
        "low" | "minor" => Some("low"),
        "medium" | "moderate" => Some("medium"),
        "high" | "important" => Some("high"),
        "critical" | "fatal" => Some("critical"),
        _ => None,
    }
}

/// The severity, or why it is not known: nothing was said, or a word that means nothing here.
pub(super) fn severity_cell(said: bool, word: Option<&'static str>) -> Cell<String> {
    match word {
        Some(word) => word.into(),
        None if said => Cell::Gap(GapCode::Unreadable),
        None => Cell::default(),
    }
}

/// A provider in the tables' words.
pub(super) fn provider_word(word: &str) -> String {
    match word.to_ascii_lowercase().as_str() {
        "gcp" | "google cloud" | "google cloud platform" => "google".to_owned(),
        "amazon" | "amazon web services" | "aws-us-gov" | "aws-cn" => "aws".to_owned(),
        "microsoft azure" => "azure".to_owned(),
        "k8s" => "kubernetes".to_owned(),
        other => other.to_owned(),
    }
}

/// Whether the words of a finding that passed say that nothing was looked at. Prowler passes a port check with "was not
/// checked" when an all-ports check fails on the same group: such a pass shows nothing.
pub(super) fn is_hollow(message: &str) -> bool {
    const PHRASES: &[&str] = &[
        "not checked",
        "not be checked",
        "not been checked",
        "not evaluated",
        "not be evaluated",
        "not assessed",
        "not be assessed",
        "not verified",
        "not be verified",
        "not be determined",
        "not be retrieved",
        "not scanned",
        "cannot be checked",
        "cannot be verified",
        "unable to ",
        "was skipped",
        "check skipped",
        "access denied",
        "accessdenied",
        "manual check",
        "manually verify",
    ];
    let lower = message.to_lowercase();
    PHRASES.iter().any(|phrase| lower.contains(phrase))
}

/// A verdict that the finding's own words may take back.
pub(super) fn unless_hollow(verdict: Outcome, messages: &[Option<&str>]) -> Outcome {
    let hollow = || messages.iter().flatten().any(|message| is_hollow(message));
    if verdict == Outcome::Pass && hollow() { Outcome::Unknown } else { verdict }
}

/// Tags as the tables have them: `key=value`, sorted, none twice.
pub(super) fn sorted_tags(tags: impl IntoIterator<Item = (String, String)>) -> Vec<String> {
    let joined = tags.into_iter().map(|(key, value)| format!("{key}={value}")).filter(|tag| tag.len() <= ID_CAP);
    joined.collect::<std::collections::BTreeSet<String>>().into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pass_that_did_not_look_is_unknown() {
        let words = "Group g has all ports open to the Internet and therefore was not checked against port 22.";
        assert_eq!(unless_hollow(Outcome::Pass, &[Some(words)]), Outcome::Unknown);
        assert_eq!(unless_hollow(Outcome::Fail, &[Some(words)]), Outcome::Fail);
        assert_eq!(unless_hollow(Outcome::Pass, &[None, Some("Bucket b is not public.")]), Outcome::Pass);
    }

    #[test]
    fn tags_are_sorted_and_single() {
        let pair = |k: &str, v: &str| (k.to_owned(), v.to_owned());
        assert_eq!(sorted_tags([pair("b", "2"), pair("a", "1"), pair("b", "2")]), ["a=1", "b=2"]);
    }
}
