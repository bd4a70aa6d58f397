//! A column for each party: ticks, letters, the name of a party, or the duty itself.

use isoneph_register::kinds::Holder;

use super::Held;
use crate::import::{Line, Mark, ProblemCode, Rows, key, read_holder, read_mark};

/// What a party's cell says of its part.
enum Part {
    None,
    Whole,
    /// Part of it: somebody else has the other.
    Some,
    Duty(String),
    /// It can mean that the party carries it, or that it does not.
    Unclear(String),
}

pub(super) fn by_columns(line: &Line<'_>, rows: &mut Rows) -> Option<Held> {
    if stands_over_both(line) {
        return over_both(line, rows);
    }
    let (provider, customer) =
        (part(line.text("provider"), Holder::Provider), part(line.text("customer"), Holder::Customer));
    let mut clear = true;
    for (key, part) in [("provider", &provider), ("customer", &customer)] {
        if let Part::Unclear(why) = part {
            rows.problem(line, key, ProblemCode::NotUnderstood, why.clone());
            clear = false;
        }
    }
    if !clear {
        return None;
    }
    let shared = read_mark(line.text("shared"));
    if matches!(shared, Mark::Other) {
        let message = format!("'{}' is no mark", line.text("shared"));
        rows.problem(line, "shared", ProblemCode::NotUnderstood, message);
        return None;
    }
    if matches!(shared, Mark::Set | Mark::Part) {
        return Some(held(Holder::Shared, provider, customer));
    }
    if let (Part::Some, Part::None) | (Part::None, Part::Some) = (&provider, &customer) {
        let key = if matches!(provider, Part::Some) { "provider" } else { "customer" };
        rows.problem(line, key, ProblemCode::Ambiguous, "it is marked in part, and nobody has the other part");
        return None;
    }
    let holder = match (&provider, &customer) {
        (Part::None, Part::None) => {
            let (code, message) = match nobody(line) {
                true => return Some(held(Holder::NotApplicable, provider, customer)),
                false => (ProblemCode::Missing, "neither party is marked"),
            };
            rows.problem(line, "area", code, message);
            return None;
        }
        (_, Part::None) => Holder::Provider,
        (Part::None, _) => Holder::Customer,
        _ => Holder::Shared,
    };
    Some(held(holder, provider, customer))
}

/// Both cells say that the area does not arise.
fn nobody(line: &Line<'_>) -> bool {
    ["provider", "customer"].iter().all(|key| read_holder(line.text(key)) == Some(Holder::NotApplicable))
}

fn stands_over_both(line: &Line<'_>) -> bool {
    line.covered_by("provider") == Some("customer") || line.covered_by("customer") == Some("provider")
}

/// One merged cell under both parties: a tick is both's; any other text does not say whose part is which.
fn over_both(line: &Line<'_>, rows: &mut Rows) -> Option<Held> {
    let (key, text) = match line.text("provider") {
        "" => ("customer", line.text("customer")),
        text => ("provider", text),
    };
    let holder = read_holder(text).or_else(|| matches!(read_mark(text), Mark::Set).then_some(Holder::Shared));
    match holder {
        Some(holder) => Some(held(holder, Part::None, Part::None)),
        None => {
            let message = "one merged cell stands under both parties: whose part is which is not said";
            rows.problem(line, key, ProblemCode::Ambiguous, message);
            None
        }
    }
}

fn held(holder: Holder, provider: Part, customer: Part) -> Held {
    let duty = |part: Part| match part {
        Part::Duty(duty) => Some(duty),
        _ => None,
    };
    Held { holder, provider_duty: duty(provider), customer_duty: duty(customer), customer: None }
}

fn part(text: &str, own: Holder) -> Part {
    match read_mark(text) {
        Mark::Empty | Mark::Cleared => return Part::None,
        Mark::Set => return Part::Whole,
        Mark::Part => return Part::Some,
        Mark::Other => {}
    }
    let key = key(text);
    let key = key.trim_end_matches('.').to_owned();
    if let Some(part) = letters(&key).or_else(|| word(&key)) {
        return part;
    }
    match read_holder(text) {
        Some(Holder::NotApplicable) => Part::None,
        Some(holder) if holder == own => Part::Whole,
        Some(Holder::Shared) => Part::Some,
        Some(Holder::Nobody) if key == "none" || key == "なし" => Part::None,
        Some(Holder::Nobody) => Part::Unclear(format!("'{text}': whether the {own} carries it is not settled")),
        Some(_) => Part::Unclear(format!("'{text}' names another in the column of the {own}")),
        None if is_denial(&key) => Part::Unclear(format!("'{text}' may be a duty, or say that there is none")),
        None if is_prose(&key) => Part::Duty(text.trim().to_owned()),
        None => Part::Unclear(format!("'{text}' is no mark and no duty")),
    }
}

/// The letters R and A of a RACI matrix carry it; C and I carry nothing.
fn letters(key: &str) -> Option<Part> {
    let letters: Vec<&str> = key.split([',', '/', ' ', '+', '&']).filter(|letter| !letter.is_empty()).collect();
    let only = |of: &[&str]| !letters.is_empty() && letters.iter().all(|letter| of.contains(letter));
    if only(&["c", "i"]) {
        return Some(Part::None);
    }
    only(&["r", "a", "c", "i"]).then_some(Part::Whole)
}

/// The same written out, and the words of other languages for yes and no.
fn word(key: &str) -> Option<Part> {
    let part = match key {
        "responsible" | "accountable" | "owner" | "primary" | "lead" | "full" | "ja" | "verantwortlich"
        | "zuständig" | "有" | "主" | "実施" | "責任" | "担当" => Part::Whole,
        "support" | "supports" | "supporting" | "secondary" | "partly" | "partially" | "teilweise" | "mitwirkung"
        | "従" | "一部" | "支援" => Part::Some,
        "consulted" | "informed" | "not responsible" | "not involved" | "no responsibility" | "nein" | "keine"
        | "無" | "不要" => Part::None,
        _ => return None,
    };
    Some(part)
}

fn is_denial(key: &str) -> bool {
    let first = key.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    matches!(first, "no" | "not" | "none" | "nothing" | "never" | "nicht" | "nichts" | "kein" | "keine" | "keinerlei")
        || key.ends_with("なし")
        || key.ends_with("ない")
        || key.ends_with("ません")
}

/// Words enough to be a duty: two, or as much as that in a script without spaces.
fn is_prose(key: &str) -> bool {
    let words = key.split_whitespace().filter(|word| word.chars().any(char::is_alphabetic)).count();
    let others = key.chars().filter(|c| c.is_alphabetic() && !c.is_ascii() && *c >= '\u{2e80}').count();
    words >= 2 || others >= 4
}
