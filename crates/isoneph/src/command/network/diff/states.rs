//! What two states of a network come to, as text.

use std::io::Write;

use isoneph_network::model::traffic::Traffic;
use isoneph_network::policy::Comparison;
use isoneph_network::reach::{Change, Changes, PolicyChange};

use super::super::hops::write_hops;
use crate::safe;

/// Writes the difference. `whole` says whether all of both states could be read.
pub(super) fn text(out: &mut impl Write, found: &Changes, whole: bool) -> anyhow::Result<()> {
    match found.comparison() {
        Comparison::Equal => {
            let of = if whole { "" } else { "of what could be read, " };
            writeln!(out, "{of}both states let the same pass")?;
        }
        Comparison::Undecided => writeln!(out, "undecided: whether both states let the same pass is not known")?,
        Comparison::Different => {}
    }
    for (title, list) in [("only B lets pass", &found.gained), ("only A lets pass", &found.lost)] {
        list.iter().try_for_each(|change| passes(out, title, change))?;
    }
    found.policies.iter().try_for_each(|change| permits(out, change))?;
    for (title, list) in
        [("another address", &found.readdressed), ("in one state only", &found.unpaired), ("open", &found.undecided)]
    {
        for told in list {
            writeln!(out, "  {title}: {}", safe::terminal(told))?;
        }
    }
    Ok(())
}

fn passes(out: &mut impl Write, title: &str, change: &Change) -> anyhow::Result<()> {
    let what = doubted(&change.surely, &change.perhaps);
    writeln!(out, "{}", safe::terminal(&format!("{title}: {} -> {}: {what}", change.from, change.to)))?;
    for addresses in &change.addresses {
        writeln!(out, "    by {}", safe::terminal(addresses))?;
    }
    write_hops(out, &change.path)?;
    because(out, &change.because)
}

/// What a policy permits that nobody has.
fn permits(out: &mut impl Write, change: &PolicyChange) -> anyhow::Result<()> {
    let state = if change.gained { "B" } else { "A" };
    let what = doubted(&change.surely, &change.perhaps);
    let near = if change.near.is_empty() { String::new() } else { format!(" at {}", change.near) };
    let line = format!("only {state} permits: {}{near}, {}: {what}", change.part, change.far);
    writeln!(out, "{}", safe::terminal(&line))?;
    let rules = format!("permitted by {}, denied by {}", change.permitted_by, change.denied_by);
    writeln!(out, "    nobody has it yet; {}", safe::terminal(&rules))?;
    because(out, &change.because)
}

fn doubted(surely: &Traffic, perhaps: &Traffic) -> String {
    if surely.is_empty() { format!("perhaps {perhaps}") } else { surely.to_string() }
}

fn because(out: &mut impl Write, reasons: &[String]) -> anyhow::Result<()> {
    for why in reasons {
        writeln!(out, "    {}", safe::terminal(why))?;
    }
    Ok(())
}
