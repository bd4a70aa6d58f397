//! Whose a control is, as summaries tell it: by a column for each origin, or by the names of origins in one.

use isoneph_register::kinds::Holder;

use crate::import::{Line, Mark, ProblemCode, Rows, key, read_holder, read_mark};

/// The origins that a row of a summary has marked.
pub(super) struct Origin {
    pub(super) holder: Option<Holder>,
    pub(super) other: Vec<(&'static str, String)>,
}

pub(super) fn origin(line: &Line<'_>) -> Origin {
    let mut other = Vec::new();
    let mut marked = |columns: &[&'static str]| {
        let mut any = false;
        for column in columns {
            match read_mark(line.text(column)) {
                Mark::Set | Mark::Part => any = true,
                Mark::Empty | Mark::Cleared => {}
                Mark::Other => other.push((*column, line.text(column).to_owned())),
            }
        }
        any
    };
    let provider = marked(&["corporate", "system", "hybrid", "pre-existing"]);
    let customer = marked(&["configured", "provided"]);
    let shared = marked(&["shared"]);
    let not_applicable = marked(&["not-applicable"]);
    let holder = match (shared || (provider && customer), provider, customer) {
        (true, _, _) => Some(Holder::Shared),
        (false, true, _) => Some(Holder::Provider),
        (false, false, true) => Some(Holder::Customer),
        (false, false, false) => not_applicable.then_some(Holder::NotApplicable),
    };
    Origin { holder, other }
}

/// `Service Provider Corporate; Configured by Customer`: one or more of the origins of a summary.
pub(super) fn by_origin(line: &Line<'_>, rows: &mut Rows) -> Option<Holder> {
    let written = line.text("origin");
    let named: Option<Vec<Holder>> =
        written.split([';', ',', '\n']).filter(|part| !part.trim().is_empty()).map(named_origin).collect();
    let holder = named.and_then(|mut holders| {
        holders.sort();
        holders.dedup();
        match holders.as_slice() {
            [one] => Some(*one),
            [Holder::Provider, Holder::Customer]
            | [Holder::Provider | Holder::Customer, Holder::Shared]
            | [Holder::Provider, Holder::Customer, Holder::Shared] => Some(Holder::Shared),
            _ => None,
        }
    });
    if holder.is_none() {
        let (code, message) = match written {
            "" => (ProblemCode::Missing, "no origin is named".to_owned()),
            written => (ProblemCode::NotUnderstood, format!("'{written}' is no origin of a control")),
        };
        rows.problem(line, "origin", code, message);
    }
    holder
}

fn named_origin(text: &str) -> Option<Holder> {
    let key = key(text);
    let without_remark = key.split_once('(').map_or(key.as_str(), |(name, _)| name.trim_end());
    match without_remark {
        "service provider corporate"
        | "service provider system specific"
        | "service provider hybrid"
        | "inherited"
        | "inherited from pre-existing authorization"
        | "inherited from pre-existing fedramp authorization" => Some(Holder::Provider),
        "configured by customer" | "provided by customer" => Some(Holder::Customer),
        "shared" => Some(Holder::Shared),
        _ => read_holder(&key),
    }
}
