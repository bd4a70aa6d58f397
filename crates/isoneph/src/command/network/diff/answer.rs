//! What two policies come to, as text and as a value.

use std::borrow::Cow;
use std::io::Write;

use isoneph_network::acl::{Alone, Pair};
use isoneph_network::idd::Budget;
use isoneph_network::packet::Family;
use isoneph_network::policy::{
    Comparison, Deciding, Difference, OpenPoint, Options, Policy, Side, Undecided, difference, sampled_difference,
};
use serde_json::{Value, json};

use crate::exit::Exit;
use crate::safe;

/// What the comparison of two policies of one name came to.
pub(super) struct Answer<'a> {
    /// The list, or the place where both are applied.
    name: Cow<'a, str>,
    policies: [&'a Policy; 2],
    found: Result<Difference, Undecided>,
    /// Why not all packets were compared, where what was found is of some of them.
    in_part: Option<Undecided>,
    /// What is open of the first and of the second, where that may decide.
    open: [Vec<OpenPoint>; 2],
    /// Both files are the same text: what is not understood of the one is the same of the other.
    same_text: bool,
}

impl<'a> Answer<'a> {
    pub(super) fn of(pair: &'a Pair<'_>, same_text: bool) -> Self {
        let [one, other] = [&*pair.lists[0], &*pair.lists[1]];
        let name = match &pair.at {
            Some(at) => Cow::Owned(format!("{at}: {} and {}", one.name, other.name)),
            None => Cow::Borrowed(one.name.as_str()),
        };
        let budget = Budget::for_rules(one.weight().max(other.weight()));
        let options = Options { budget, ..Options::default() };
        let (found, in_part) = match difference(one, other, &options) {
            Err(why @ Undecided::Budget(_)) => match sampled_difference(one, other, &options) {
                Some(found) => (Ok(found), Some(why)),
                None => (Err(why), None),
            },
            found => (found, None),
        };
        let open = found.as_ref().map(|found| found.open_points(one, other)).unwrap_or_default();
        Self { name, policies: [one, other], found, in_part, open, same_text }
    }

    fn comparison(&self) -> Comparison {
        match &self.found {
            _ if self.same_text => Comparison::Equal,
            // Of fragments nothing is computed: where the lists do not say the same of them, they are not called equal.
            Ok(found) if found.is_equal() && self.besides().is_some() => Comparison::Undecided,
            Ok(found) => found.comparison(),
            Err(_) => Comparison::Undecided,
        }
    }

    /// What is not compared and not said alike by both, where there is something.
    fn besides(&self) -> Option<&'static str> {
        let [one, other] = self.policies;
        if !one.treats_fragments_like(other) {
            Some("packet but later fragments is decided alike")
        } else if !one.comes_after_the_same(other) {
            Some("packet is decided alike, and other tables make something else of packets before that")
        } else if !one.sets_the_same(other) {
            Some("packet is decided alike, and rules set something else that they ask for")
        } else {
            None
        }
    }

    pub(super) fn exit(&self) -> Exit {
        super::exit_of(self.comparison())
    }

    pub(super) fn text(&self, out: &mut impl Write) -> anyhow::Result<()> {
        let [one, other] = self.policies;
        let name = if self.name.is_empty() { "the policies".into() } else { safe::terminal(&self.name) };
        match (self.comparison(), &self.found) {
            (Comparison::Equal, _) => {
                writeln!(out, "{name}: every {}packet is decided alike", self.compared())?;
                if self.open.iter().any(|open| !open.is_empty()) {
                    writeln!(out, "  both are the same text; what is not understood of it is taken to be the same:")?;
                    self.open_text(out, &[("", &self.open[0])])?;
                }
                self.taken_alike(out)?;
            }
            (_, Err(why)) => writeln!(out, "{name}: undecided: {}", safe::terminal(&why.to_string()))?,
            (comparison, Ok(found)) => {
                match comparison {
                    _ if found.is_equal() => {
                        let (compared, besides) = (self.compared(), self.besides().unwrap_or_default());
                        writeln!(out, "{name}: undecided: every {compared}{besides}")?;
                    }
                    Comparison::Different => writeln!(out, "{name}: they differ")?,
                    _ => writeln!(out, "{name}: undecided: whether they differ hangs on what is not understood")?,
                }
                if let Some(why) = &self.in_part {
                    writeln!(
                        out,
                        "  not compared whole: {why}; what follows was found around packets of some of the rules"
                    )?;
                }
                // What is sure comes before what stays open.
                for certain in [true, false] {
                    if !certain {
                        self.open_text(out, &[("A ", &self.open[0]), ("B ", &self.open[1])])?;
                    }
                    side(out, [("A", one), ("B", other)], found, &found.only_first, certain)?;
                    side(out, [("B", other), ("A", one)], found, &found.only_second, certain)?;
                }
                if comparison != Comparison::Undecided || found.is_equal() {
                    self.taken_alike(out)?;
                }
            }
        }
        self.left_out(out)
    }

    /// Conditions that are not understood and are the same in both as far as their text says.
    fn taken_alike(&self, out: &mut impl Write) -> anyhow::Result<()> {
        for text in self.unknown_of_both() {
            writeln!(out, "  not understood and taken to be the same in both: {}", safe::terminal(text))?;
        }
        Ok(())
    }

    fn unknown_of_both(&self) -> Vec<&'a str> {
        let [one, other] = self.policies;
        one.unknown().intersection(&other.unknown()).copied().collect()
    }

    /// The one family that is compared, as a word before others; nothing where both are.
    fn compared(&self) -> String {
        match self.policies[0].families_with(self.policies[1]).as_slice() {
            [one] => format!("{one} "),
            _ => String::new(),
        }
    }

    /// What the comparison is not about: a family of which only one of the lists says something, and later fragments.
    fn left_out(&self, out: &mut impl Write) -> anyhow::Result<()> {
        let [one, other] = self.policies;
        let common = !one.families_with(other).is_empty();
        for family in Family::ALL.into_iter().filter(|_| common) {
            let (speaks, is_silent) = match (one.governs(family), other.governs(family)) {
                (true, false) => ("A", "B"),
                (false, true) => ("B", "A"),
                _ => continue,
            };
            writeln!(out, "  not compared: {family}, of which {speaks} says something and {is_silent} does not")?;
        }
        if !one.comes_after_the_same(other) {
            before_text(out, "A", one, other)?;
            before_text(out, "B", other, one)?;
        }
        for (name, policy) in [("A", one), ("B", other)].into_iter().filter(|_| !one.sets_the_same(other)) {
            for rule in policy.sets.iter().map(|set| &set.rule) {
                let text =
                    format!("  not compared: what rules set and ask for: {name} line {}: {}", rule.line, rule.label);
                writeln!(out, "{}", safe::terminal(&text))?;
            }
        }
        for (name, policy) in [("A", one), ("B", other)] {
            for rule in &policy.fragments {
                let text = format!("  not compared: later fragments: {name} line {}: {}", rule.line, rule.label);
                writeln!(out, "{}", safe::terminal(&text))?;
            }
        }
        Ok(())
    }

    fn open_text(&self, out: &mut impl Write, sides: &[(&str, &Vec<OpenPoint>)]) -> anyhow::Result<()> {
        for (side, points) in sides {
            for point in *points {
                let line = if point.line == 0 { String::new() } else { format!("line {}: ", point.line) };
                let text = format!("  open: {side}{line}{}: {}", point.rule, point.message);
                writeln!(out, "{}", safe::terminal(&text))?;
            }
        }
        Ok(())
    }

    pub(super) fn value(&self) -> Value {
        let open = json!({ "first": self.open[0], "second": self.open[1] });
        let ([one, other], answer) = (self.policies, self.comparison());
        let name = &self.name;
        let families: Vec<String> = one.families_with(other).iter().map(Family::to_string).collect();
        let fragments = json!({ "first": fragments_of(one), "second": fragments_of(other) });
        match &self.found {
            Err(why) => {
                json!({ "policy": name, "answer": answer, "same_text": self.same_text, "why": why.to_string() })
            }
            Ok(found) => {
                let nothing = Side { complete: true, ..Side::default() };
                let [first, second] = match answer {
                    Comparison::Equal => [&nothing, &nothing],
                    _ => [&found.only_first, &found.only_second],
                };
                json!({
                    "policy": name,
                    "answer": answer,
                    "same_text": self.same_text,
                    "compared": families,
                    "in_part": self.in_part.as_ref().map(Undecided::to_string),
                    "later_fragments": fragments,
                    "same_before": one.comes_after_the_same(other),
                    "same_set": one.sets_the_same(other),
                    "open": open,
                    "taken_alike": self.unknown_of_both(),
                    "only_first": side_value(found, first, [one, other]),
                    "only_second": side_value(found, second, [other, one]),
                })
            }
        }
    }
}

/// What is in one file only.
pub(super) fn alone_text(out: &mut impl Write, alone: &Alone) -> anyhow::Result<()> {
    Ok(writeln!(out, "{}", safe::terminal(&format!("{}: undecided: {}", alone.name, alone.why)))?)
}

/// The same as a value.
pub(super) fn alone_value(alone: &Alone) -> Value {
    json!({ "policy": alone.name, "answer": Comparison::Undecided, "same_text": false, "why": alone.why })
}

/// Rules about later fragments, which are not compared.
fn fragments_of(policy: &Policy) -> Vec<Value> {
    policy.fragments.iter().map(|rule| json!({ "line": rule.line, "rule": rule.label })).collect()
}

/// What other tables of a file do before that those of the other do not.
fn before_text(out: &mut impl Write, name: &str, policy: &Policy, other: &Policy) -> anyhow::Result<()> {
    let known: Vec<&str> = other.before.iter().map(|(_, text)| text.as_str()).collect();
    let mut own: Vec<_> = policy.before.iter().filter(|(_, text)| !known.contains(&text.as_str())).collect();
    if own.is_empty() {
        // The same lines in another order.
        own = policy.before.iter().collect();
    }
    for (line, text) in own {
        let line = if *line == 0 { String::new() } else { format!("line {line}: ") };
        writeln!(out, "  not compared: before the filter: {name} {}", safe::terminal(&format!("{line}{text}")))?;
    }
    Ok(())
}

/// One direction: what is sure, or what only may be and says so. The policy that permits comes before the one that denies.
fn side(
    out: &mut impl Write,
    [(permits, permitting), (denies, denying)]: [(&str, &Policy); 2],
    difference: &Difference,
    side: &Side,
    certain: bool,
) -> anyhow::Result<()> {
    let title = format!("{permits} permits, {denies} denies");
    let told = || side.findings.iter().filter(|finding| finding.certain == certain);
    if certain && !side.certain.is_empty() {
        writeln!(out, "  {title}: {}", safe::terminal(&difference.space.describe(side.certain)))?;
    } else if !certain && side.certain.is_empty() && !side.possible.is_empty() {
        writeln!(out, "  perhaps {title}: {}", safe::terminal(&difference.space.describe(side.possible)))?;
    } else if !certain && told().next().is_some() {
        writeln!(out, "  perhaps more that {title}:")?;
    }
    for finding in told() {
        let doubt = if finding.certain { "" } else { " (perhaps: a rule is not fully known)" };
        writeln!(out, "    {}{doubt}", safe::terminal(&finding.text))?;
        writeln!(out, "      for example {}", finding.witness)?;
        if !finding.conditions.is_empty() {
            writeln!(out, "      where {}", safe::terminal(&finding.conditions.join(", and ")))?;
        }
        let by = [rule_text(permitting, finding.permitted_by), rule_text(denying, finding.denied_by)];
        let [permitted, denied] = by.map(|text| safe::terminal(&text).into_owned());
        writeln!(out, "      {permits} permits it by {permitted}")?;
        writeln!(out, "      {denies} denies it by {denied}")?;
    }
    let last = if side.findings.iter().all(|finding| finding.certain) { certain } else { !certain };
    if !side.complete && last && !side.findings.is_empty() {
        writeln!(out, "    … and more")?;
    }
    Ok(())
}

/// The rule that decides, as its source has it, or what decides where no rule does.
fn rule_text(policy: &Policy, by: Deciding) -> String {
    let number = match by {
        Deciding::Rule(number) => number,
        Deciding::Default if policy.rules.is_empty() => return "default, since it has no rules".to_owned(),
        Deciding::Default => return "default, since no rule matches".to_owned(),
    };
    match policy.rules.get(number) {
        Some(rule) if rule.label.is_empty() => format!("its rule {}", number + 1),
        Some(rule) if rule.line == 0 => rule.label.clone(),
        Some(rule) => format!("line {}: {}", rule.line, rule.label),
        None => format!("its rule {}", number + 1),
    }
}

/// The same as a value.
fn rule_value(policy: &Policy, by: Deciding) -> Value {
    match by {
        Deciding::Rule(number) => {
            let rule = policy.rules.get(number);
            json!({ "rule": number, "line": rule.map(|rule| rule.line), "text": rule.map(|rule| &rule.label) })
        }
        Deciding::Default => json!(by),
    }
}

fn side_value(difference: &Difference, side: &Side, [permitting, denying]: [&Policy; 2]) -> Value {
    let findings: Vec<Value> = side
        .findings
        .iter()
        .map(|finding| {
            json!({
                "certain": finding.certain,
                "witness": finding.witness,
                "where": finding.conditions,
                "text": finding.text,
                "permitted_by": rule_value(permitting, finding.permitted_by),
                "denied_by": rule_value(denying, finding.denied_by),
            })
        })
        .collect();
    json!({
        "packets": difference.space.describe(side.possible),
        "complete": side.complete,
        "findings": findings,
    })
}
