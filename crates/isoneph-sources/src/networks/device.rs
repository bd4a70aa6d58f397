//! The rules of a device against the intent.

use std::collections::BTreeMap;
use std::path::PathBuf;

use isoneph_model::{Digest, EvidenceClass, GapCode, InputId, Locator, SnapshotKind};
use isoneph_network::acl::Format;
use isoneph_network::idd::Budget;
use isoneph_network::policy::{Note, NoteKind, Policy};
use isoneph_network::zones::{Border, Intent, borders};
use isoneph_tables::schema::{PolicyDifference, Reach};
use isoneph_tables::{Cell, NewInput, Sink, SinkError};
use jiff::civil::Date;
use sha2::{Digest as _, Sha256};

use super::find::Device;
use super::rows::{Target, kind};
use super::{NetworkQuestion, cover};

/// What policies of devices include and name, by path.
pub(super) type Meanings = BTreeMap<PathBuf, Digest>;

/// Takes what policies include and name into the evidence: it says what they mean.
pub(super) fn write_meanings(meanings: &Meanings, sink: &mut Sink) {
    for (path, sha256) in meanings {
        sink.input(NewInput {
            path: path.to_string_lossy().into_owned(),
            sha256: Some(*sha256),
            format: word(Format::Capirca).to_owned(),
            class: Some(EvidenceClass::Configured),
        });
    }
}

/// The digest of all that answers about a policy rest on: its file alone, or with what it may include and name.
fn model_digest(own: Digest, format: Format, meanings: &Meanings) -> Digest {
    if format != Format::Capirca || meanings.is_empty() {
        return own;
    }
    let mut all = Sha256::new();
    all.update(own.to_string());
    for (path, sha256) in meanings {
        all.update(format!("\n{sha256} {}", path.display()));
    }
    Digest::new(all.finalize().into())
}

/// Writes what the policies of a device permit between declared zones. Without declared zones there is nothing to ask.
pub(super) fn write(
    device: Device,
    meanings: &Meanings,
    question: NetworkQuestion<'_>,
    sink: &mut Sink,
) -> Result<(), SinkError> {
    let sha256 = Digest::new(Sha256::digest(&device.bytes).into());
    let model = match &device.beside {
        Some(beside) => Digest::new(Sha256::digest(format!("{sha256}\n{}", beside.sha256)).into()),
        None => model_digest(sha256, device.document.format, meanings),
    };
    let input = sink.input(NewInput {
        path: device.path.clone(),
        sha256: Some(sha256),
        format: word(device.document.format).to_owned(),
        class: Some(EvidenceClass::Configured),
    });
    let policies: Vec<&Policy> =
        device.document.policies.iter().filter(|policy| is_on_the_way(&device, policy)).collect();
    sink.input_mut(input).records = policies.iter().map(|policy| policy.rules.len() as u64).sum();
    note(&device, &policies, input, sink);
    let snapshot = sink.snapshot(input, SnapshotKind::Recorded, None);
    let Some(intent) = question.intent else { return Ok(()) };
    let beside = device.beside.iter().flat_map(|held| &held.policies).filter(|policy| is_on_the_way(&device, policy));
    let of_device: Vec<&Policy> = policies.iter().copied().chain(beside).collect();
    // A device of which no list is held against the intent was not judged.
    let mut whole = !policies.is_empty()
        && device.document.asides.iter().all(|aside| aside.sure)
        && device.document.unfiltered.is_empty();
    if device.document.policies.is_empty() {
        // What filters here, if anything does, is elsewhere: that nothing was found says nothing.
        let message = "no list of rules is in it that could be held against the intent".to_owned();
        sink.reject(input, Locator::new("line 1"), "no-rules", message);
    }
    for policy in &policies {
        let held = Held { device: &device.path, policy, intent, model: model.to_string() };
        whole &= held.judge(&of_device, question.as_of, (snapshot, input), sink)?;
    }
    cover(snapshot, input, whole, sink);
    Ok(())
}

/// Tells what the file says of itself, and what of it is not understood.
fn note(device: &Device, policies: &[&Policy], input: InputId, sink: &mut Sink) {
    let document = &device.document;
    let notes = &mut sink.input_mut(input).notes;
    // What is noted of no line is of the file as a whole.
    let of_all = document.notes.iter().filter(|note| note.line == 0 && note.kind == NoteKind::Ignored);
    notes.extend(of_all.map(|note| note.message.clone()));
    notes.extend(document.asides.iter().map(|aside| {
        let at = if aside.line == 0 { String::new() } else { format!("line {}: ", aside.line) };
        format!("{at}list {} {}", aside.list, aside.why)
    }));
    let said = |note: &Note| format!("line {}: {}", note.line, note.message);
    notes.extend(document.unfiltered.iter().map(said));
    let open = policies.iter().flat_map(|policy| &policy.notes).chain(&document.notes);
    notes.extend(open.filter(|note| matches!(note.kind, NoteKind::NotUnderstood | NoteKind::Depends)).map(said));
}

/// Chains of a machine's own traffic say nothing of what it passes on, and neither do lists that are no filters.
fn is_on_the_way(device: &Device, policy: &Policy) -> bool {
    if device.document.asides.iter().any(|aside| aside.list == policy.name) {
        return false;
    }
    device.document.format != Format::Iptables || policy.name.split([' ', '/']).any(|word| word == "FORWARD")
}

fn word(format: Format) -> &'static str {
    match format {
        Format::Csv => "rules-csv",
        Format::Iptables => "iptables",
        Format::Cisco => "cisco-acl",
        Format::Capirca => "capirca",
    }
}

struct Held<'a> {
    device: &'a str,
    policy: &'a Policy,
    intent: &'a Intent,
    model: String,
}

impl Held<'_> {
    /// Writes what the policy permits between zones; false where that could not be found out.
    fn judge(
        &self,
        of_device: &[&Policy],
        as_of: Date,
        (snapshot, input): (i64, InputId),
        sink: &mut Sink,
    ) -> Result<bool, SinkError> {
        // Every pair of zones takes room as well.
        let budget = Budget::for_rules(self.policy.weight() + self.intent.zones.len().pow(2));
        let found = match borders(self.policy, of_device, self.intent, as_of, budget) {
            Ok(found) => found,
            Err(why) => {
                let message = format!("{}: not held against the intent: {why}", self.policy.name);
                sink.reject(input, Locator::new("line 1"), "too-large", message);
                return Ok(false);
            }
        };
        for border in &found {
            // What no rule decides is said of the file as a whole.
            let line = border.rule.as_ref().map_or(1, |(line, _)| (*line).max(1));
            let locator = format!("{}:{line}", self.device);
            self.write(border, &Target { snapshot, input, locator: &locator, provider: "" }, sink)?;
        }
        Ok(true)
    }

    fn write(&self, border: &Border, target: &Target<'_>, sink: &mut Sink) -> Result<(), SinkError> {
        let zone = |name: &str| self.intent.zones.iter().find(|zone| zone.name == name);
        let (Some(from), Some(to)) = (zone(&border.from), zone(&border.to)) else { return Ok(()) };
        let open = |value: Option<bool>| value.map_or(Cell::Gap(GapCode::UnresolvedReference), Cell::Known);
        let declared = !from.implied && !to.implied;
        let policy = format!("{}: {}", self.device, self.policy.name);
        let rules: Vec<String> = border.rule.iter().map(|(_, text)| text.clone()).collect();
        let witness = border.witness.as_ref().map_or_else(String::new, ToString::to_string);
        let row = Reach {
            from_zone: from.name.clone().into(),
            to_zone: to.name.clone().into(),
            from_tenant: from.tenant().into(),
            to_tenant: to.tenant().into(),
            from_kind: kind(from.kind).into(),
            to_kind: kind(to.kind).into(),
            passes: open(border.passes),
            intended: open(border.intended),
            declared: if declared { true.into() } else { Cell::Gap(GapCode::NotCollected) },
            witness: witness.clone().into(),
            path: rules.clone().into(),
            open_because: border.because.join("; ").into(),
            model: self.model.clone().into(),
            layer: "physical".into(),
            policy: policy.clone().into(),
            blocked: border.blocked.clone().into(),
        };
        let name = format!("{}: {} -> {}", self.policy.name, from.name, to.name);
        target.push(&name, &name, &row, sink)?;
        if !declared {
            return Ok(());
        }
        let difference = |direction: &str, packet: String| PolicyDifference {
            policy: policy.clone().into(),
            against: "intent".into(),
            layer: "physical".into(),
            direction: direction.into(),
            packet: packet.into(),
            rules: rules.clone().into(),
        };
        if !witness.is_empty() {
            target.push(&format!("{name}#more"), &name, &difference("permits-more", witness), sink)?;
        }
        for (number, flow) in border.blocked.iter().enumerate() {
            let row = difference("permits-less", format!("{name}: {flow}"));
            target.push(&format!("{name}#less/{number}"), &name, &row, sink)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use isoneph_model::Extent;
    use isoneph_network::acl::{self, Document, ReadOptions};
    use isoneph_tables::Row as _;

    use super::*;

    #[test]
    fn answers_about_a_policy_rest_on_what_it_includes_and_names() {
        let digest = |byte: u8| Digest::new([byte; 32]);
        let meanings = |held: &[(&str, u8)]| -> Meanings {
            held.iter().map(|(path, byte)| (PathBuf::from(path), digest(*byte))).collect()
        };
        let of = |format, held: &[(&str, u8)]| model_digest(digest(1), format, &meanings(held)).to_string();
        let alone = digest(1).to_string();
        assert_eq!(of(Format::Capirca, &[]), alone);
        assert_eq!(of(Format::Cisco, &[("a.net", 2)]), alone, "other devices name nothing of them");
        let one = of(Format::Capirca, &[("a.net", 2)]);
        assert_ne!(one, alone);
        assert_ne!(one, of(Format::Capirca, &[("a.net", 3)]));
        assert_ne!(one, of(Format::Capirca, &[("a.net", 2), ("b.inc", 2)]));
    }

    const ZONES: &str = "
zones:
- {name: web, kind: internal, members: [{address: 10.0.1.0/24}]}
- {name: data, kind: internal, members: [{address: 10.0.2.0/24}]}
";
    const NAT: &str = "access-list 104 permit ip any any\nip nat inside source list 104 interface G0 overload\n";
    const FILTER: &str = "ip access-list extended FILTER\n deny ip any any\n";
    const APPLIED: &str = "interface G0\n ip access-group FILTER in\n";

    /// What the lists of a configuration are found to permit against the intent, what is told of it, and whether that is all.
    fn judged(text: &str) -> (usize, Vec<String>, Extent) {
        held(acl::read(text, &ReadOptions::default()).unwrap(), text.as_bytes())
    }

    fn held(document: Document, bytes: &[u8]) -> (usize, Vec<String>, Extent) {
        let device = Device { path: "r.cfg".to_owned(), bytes: bytes.to_vec(), document, beside: None };
        let intent = Intent::read(ZONES).unwrap();
        let question = NetworkQuestion { intent: Some(&intent), as_of: jiff::civil::date(2026, 11, 20) };
        let mut sink = Sink::default();
        write(device, &Meanings::new(), question, &mut sink).unwrap();
        let inventory = sink.finish().unwrap();
        let departures = inventory.table(PolicyDifference::table()).num_rows();
        (departures, inventory.inputs[0].notes.clone(), inventory.coverage[0].extent)
    }

    #[test]
    fn lists_that_filter_nothing_are_told_and_not_held_against_the_intent() {
        let (departures, notes, extent) = judged(&format!("{APPLIED}{FILTER}{NAT}"));
        assert_eq!((departures, extent), (0, Extent::Complete));
        assert_eq!(notes, ["line 6: list 104 is no filter: it is for what addresses are translated"]);
        let (departures, notes, _) = judged(&format!("{APPLIED}{}", FILTER.replace("deny", "permit")));
        assert_eq!((departures, notes), (2, Vec::new()), "what is applied permits what nobody intends");
        assert_eq!(judged(&FILTER.replace("deny", "permit")).0, 2, "so does a list of which nothing more is shown");
    }

    #[test]
    fn a_device_with_a_way_on_which_no_list_filters_is_judged_in_part() {
        let two = "interface G0\n ip address 10.0.0.1 255.0.0.0\n ip access-group FILTER in\n\
                   interface G1\n ip address 192.0.2.1 255.255.255.0\n";
        let (departures, notes, extent) = judged(&format!("{FILTER}{two}"));
        assert_eq!((departures, extent), (0, Extent::Partial));
        assert_eq!(
            notes,
            ["line 6: no list filters what of IPv4 comes in by G1 and goes out by G0: what passes there is not judged"]
        );
        let (_, notes, extent) = judged(&format!("{FILTER}{two} ip access-group FILTER in\n"));
        assert_eq!((notes, extent), (Vec::new(), Extent::Complete));
    }

    #[test]
    fn a_configuration_of_which_no_list_filters_is_not_judged() {
        for text in [format!("interface G0\n{NAT}"), format!("interface G0\n{FILTER}"), NAT.to_owned()] {
            let (departures, notes, extent) = judged(&text);
            assert_eq!((departures, notes.len(), extent), (0, 1, Extent::Partial), "{text}");
        }
        let (departures, notes, extent) = held(Document::without_lists(), b"hostname r\n");
        assert_eq!((departures, extent), (0, Extent::Partial));
        assert_eq!(notes, ["a configuration without access lists: it filters nothing"]);
    }
}
