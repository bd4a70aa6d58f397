//! Cells of services: protocols with their ports, `tcp/443`, `udp:53`, `80/tcp`.

use super::ports;
use crate::acl::address::is_any;
use crate::acl::draft::Draft;
use crate::packet::{Match, Ranges, names};

/// Limits a rule to the services of a cell. A name alone is an object of the device that nobody shows.
pub(super) fn read(draft: &mut Draft, cell: &str) -> Result<(), String> {
    if is_any(cell) {
        return Ok(());
    }
    let parts = cell.split([';', ',', ' ', '\n']).map(str::trim).filter(|part| !part.is_empty());
    let services: Vec<Match> = parts
        .map(|part| one(part).ok_or_else(|| format!("{part:?} is no protocol with its ports")))
        .collect::<Result<_, _>>()?;
    draft.matches =
        draft.matches.iter().flat_map(|held| services.iter().map(|service| held.intersection(service))).collect();
    Ok(())
}

fn one(part: &str) -> Option<Match> {
    let of = |protocol: u8, written: &str| {
        let set: Ranges<u16> = ports(written).ok()?;
        (names::has_ports(protocol) || set.is_any())
            .then(|| Match { destination_port: set, ..Match::any().with_protocol(protocol) })
    };
    let protocol =
        |word: &str| names::protocol(word).filter(|_| word.starts_with(|first: char| first.is_ascii_alphabetic()));
    if let Some(number) = protocol(part) {
        return of(number, "any");
    }
    let (first, second) = part.split_once(['/', ':'])?;
    match (protocol(first), protocol(second)) {
        (Some(number), None) if !second.is_empty() => of(number, second),
        (None, Some(number)) if !first.is_empty() => of(number, first),
        _ => None,
    }
}
