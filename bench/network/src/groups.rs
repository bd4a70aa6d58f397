//! All pairs of security groups of one flat network: 20 groups a tenant, 4 to 15 ingress rules each, of which 60 % name a
//! group of the tenant, 35 % a block, 1 % everybody; a third sends everywhere, a third to the tenant and to 443, the rest to
//! the tenant and one group.

use isoneph_network::policy::generate::Seeded;
use isoneph_network::reach::flat::{
    FlatEndpoint, FlatGroup, FlatNetwork, FlatPeer, FlatRule, all_pairs, pairs_one_by_one,
};

use crate::timing::{median, shown};

const TENANT: u32 = 20;
/// Addresses from one endpoint to the next.
const STEP: u32 = 7;
const TCP: u32 = 6 << 16;
const ALL: (u32, u32) = (0, u32::MAX);

pub(crate) fn run() {
    println!("## All pairs of security groups\n");
    println!(
        "| groups | rules | reachable pairs | isoneph | pair by pair | ratio | same count |\n|---|---|---|---|---|---|---|"
    );
    for (count, runs) in [(100, 51), (1_000, 21), (10_000, 9), (50_000, 1)] {
        let network = network(count);
        let rules: usize = network.groups.iter().map(|group| group.ingress.len() + group.egress.len()).sum();
        let (own, pairs) = median(runs, || all_pairs(&network).pairs());
        if count > 10_000 {
            println!("| {count} | {rules} | {pairs} | {} | not run | | |", shown(own));
            continue;
        }
        let (peer, counted) = median(1, || pairs_one_by_one(&network));
        let same = if counted == pairs { "yes" } else { "**NO**" };
        let (own_shown, peer_shown) = (shown(own), shown(peer));
        println!("| {count} | {rules} | {pairs} | {own_shown} | {peer_shown} | {:.0} | {same} |", peer / own);
    }
    println!("\nBars at 10,000: 25 ms, and 150 times the loop over pairs.\n");
}

fn network(count: u32) -> FlatNetwork {
    let mut random = Seeded::new(u64::from(count));
    let mut out = FlatNetwork::default();
    for number in 0..count {
        let first = number / TENANT * TENANT;
        let own = FlatPeer::Block(first * STEP, (first + TENANT) * STEP);
        out.endpoints.push(FlatEndpoint { address: number * STEP, groups: vec![number] });
        let ingress = (0..4 + random.below(12)).map(|_| ingress(&mut random, first, count)).collect();
        let any = |peer, ports| FlatRule { peer, ports };
        let egress = match random.below(3) {
            0 => vec![any(FlatPeer::Any, ALL)],
            1 => vec![any(FlatPeer::Any, (TCP | 443, TCP | 443)), any(own, ALL)],
            _ => vec![any(own, ALL), any(FlatPeer::Group(first), ALL)],
        };
        out.groups.push(FlatGroup { ingress, egress });
    }
    out
}

fn ingress(random: &mut Seeded, first: u32, count: u32) -> FlatRule {
    let below = |random: &mut Seeded, limit: u32| random.below(u64::from(limit)) as u32;
    let port = below(random, 48) * 37 + 22;
    let peer = match random.below(100) {
        0..60 => FlatPeer::Group((first + below(random, TENANT)).min(count - 1)),
        60..95 => {
            let start = if random.chance(50) { first } else { below(random, count) / 64 * 64 };
            FlatPeer::Block(start * STEP, (start + TENANT) * STEP)
        }
        95 => FlatPeer::Any,
        _ => FlatPeer::Block(first * STEP, (first + TENANT / 2) * STEP),
    };
    FlatRule { peer, ports: (TCP | port, (TCP | port) + below(random, 2) * 10) }
}
