//! Short texts for conditions, as an engineer would write them.

use super::{AddressSet, Coordinate, Family, Match, Ranges, names};

/// At most this many parts of a list are written out.
const PARTS: usize = 4;

/// One line: `tcp 10.0.0.0/8 -> 10.1.2.3 port 443`.
pub fn describe_match(one: &Match) -> String {
    if one.is_nothing() {
        return "nothing".to_owned();
    }
    let mut text = protocols(&one.effective_protocols());
    let ends = [(&one.source, &one.source_port), (&one.destination, &one.destination_port)];
    for (index, (address, port)) in ends.into_iter().enumerate() {
        text.push_str(if index == 0 { " " } else { " -> " });
        text.push_str(&addresses(address));
        if !port.is_any() {
            text.push_str(&format!(" port {}", numbers(port)));
        }
    }
    if !one.icmp_type.is_any() || !one.icmp_code.is_any() {
        text.push_str(&icmp(one));
    }
    match one.established {
        Some(true) => text.push_str(", established"),
        Some(false) => text.push_str(", new"),
        None => {}
    }
    text
}

fn icmp(one: &Match) -> String {
    let protocol = if one.protocol.contains(names::ICMP) { names::ICMP } else { names::ICMP6 };
    let kind = match one.icmp_type.intervals() {
        _ if one.icmp_type.is_any() => "any type".to_owned(),
        [(low, high)] if low == high => names::icmp_name(protocol, *low).into_owned(),
        _ => format!("type {}", numbers(&one.icmp_type)),
    };
    if one.icmp_code.is_any() { format!(", {kind}") } else { format!(", {kind} code {}", numbers(&one.icmp_code)) }
}

fn protocols(ranges: &Ranges<u8>) -> String {
    if ranges.is_any() {
        return "any protocol".to_owned();
    }
    let name = |(low, high): &(u8, u8)| {
        if low == high { names::protocol_name(*low).into_owned() } else { format!("protocol {low}-{high}") }
    };
    list(ranges.intervals().iter().map(name))
}

/// The set as a list of prefixes and ranges.
pub(super) fn addresses(set: &AddressSet) -> String {
    if set.is_any() {
        return "any".to_owned();
    }
    if *set == AddressSet::family(Family::V4) {
        return "any IPv4".to_owned();
    }
    if *set == AddressSet::family(Family::V6) {
        return "any IPv6".to_owned();
    }
    list(set.ranges().map(|range| range.to_string()))
}

fn numbers<T: Coordinate + std::fmt::Display>(ranges: &Ranges<T>) -> String {
    list(
        ranges
            .intervals()
            .iter()
            .map(|(low, high)| if low == high { low.to_string() } else { format!("{low}-{high}") }),
    )
}

fn list(parts: impl Iterator<Item = String>) -> String {
    let mut parts = parts.peekable();
    let mut shown: Vec<String> = parts.by_ref().take(PARTS).collect();
    let more = parts.count();
    if more > 0 {
        shown.push(format!("{more} more"));
    }
    shown.join(", ")
}
