//! Service objects that an ASA has by itself: protocols by their names, types of ICMP by theirs.

use crate::packet::{Match, Ranges, names};

/// What a service object is that nobody defines.
pub(super) fn service(name: &str) -> Option<Match> {
    let icmp = |number: u8, word: &str| {
        let kind = names::icmp_type(number, word).filter(|_| !is_number(word))?;
        Some(Match::any().with_protocol(number).with_icmp(Ranges::single(kind), Ranges::any()))
    };
    if let Some(word) = name.strip_prefix("icmp6-") {
        return icmp(names::ICMP6, word);
    }
    if let Some(word) = name.strip_prefix("icmp-") {
        return icmp(names::ICMP, word);
    }
    if name == "ip" {
        return Some(Match::any());
    }
    names::protocol(name).filter(|_| !is_number(name)).map(|number| Match::any().with_protocol(number))
}

fn is_number(word: &str) -> bool {
    word.parse::<u32>().is_ok()
}
