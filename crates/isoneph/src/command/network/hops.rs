//! The hops of a path as lines.

use std::io::Write;

use isoneph_network::reach::TraceHop;

use crate::safe;

/// The longest part of a path that is looked for again right after itself.
const LONGEST: usize = 12;
/// From so many times on in a row a part is told once.
const TIMES: usize = 3;

/// Writes the hops of a path, one a line.
pub(super) fn write_hops(out: &mut impl Write, path: &[TraceHop]) -> anyhow::Result<()> {
    for line in lines(path) {
        writeln!(out, "    {}", safe::terminal(&line))?;
    }
    Ok(())
}

/// A path in one line.
pub(super) fn in_one_line(path: &[TraceHop]) -> String {
    lines(path).join(" > ")
}

/// One hop, with the rule that decided there.
fn hop(hop: &TraceHop) -> String {
    let rule = hop.rule.as_ref().map_or_else(String::new, |rule| format!(": {rule}"));
    format!("{} {}{rule}", hop.what, hop.name)
}

/// The hops. Routes in a circle lead past the same ones again and again: these are told once, with how often.
fn lines(path: &[TraceHop]) -> Vec<String> {
    let all: Vec<String> = path.iter().map(hop).collect();
    let (mut out, mut at) = (Vec::new(), 0);
    while at < all.len() {
        let circle = (1..=LONGEST).map(|length| (length, times(&all[at..], length))).find(|(_, times)| *times >= TIMES);
        let Some((length, times)) = circle else {
            out.push(all[at].clone());
            at += 1;
            continue;
        };
        out.extend_from_slice(&all[at..at + length]);
        let what = if length == 1 { "this hop".to_owned() } else { format!("these {length} hops") };
        out.push(format!("… {what} {} times more", times - 1));
        at += length * times;
    }
    out
}

/// How often the first `length` of these stand there in a row.
fn times(all: &[String], length: usize) -> usize {
    let Some(first) = all.get(..length) else { return 0 };
    all.chunks_exact(length).take_while(|part| *part == first).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(names: &str) -> Vec<TraceHop> {
        let hop = |name: &str| TraceHop { what: "route".into(), name: name.into(), rule: None };
        names.split(' ').map(hop).collect()
    }

    #[test]
    fn a_circle_is_told_once_and_nothing_else_is_left_out() {
        for (given, shown) in [
            ("a b c", "route a > route b > route c"),
            ("a b a b", "route a > route b > route a > route b"),
            ("x a b a b a b y", "route x > route a > route b > … these 2 hops 2 times more > route y"),
            ("a a a a", "route a > … this hop 3 times more"),
            ("a b c a b c a b c a b", "route a > route b > route c > … these 3 hops 2 times more > route a > route b"),
        ] {
            assert_eq!(in_one_line(&path(given)), shown, "{given}");
        }
        assert_eq!(in_one_line(&[]), "");
    }
}
