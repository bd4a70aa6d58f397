//! The certificate as JSON.

use serde::Serialize;

use crate::packet::{Family, Match, address_text};
use crate::policy::{Action, Policy, Reading, State};

/// The schema's name.
pub(super) const SCHEMA: &str = "isoneph.separation-proof/1";

/// A certificate: see the module's description for what it proves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Certificate {
    /// The schema's name.
    pub schema: String,
    /// The layer it speaks of: `network`, and no other.
    pub layer: String,
    /// The digest of the model the paths come from.
    pub model_sha256: String,
    /// The policies on the paths.
    pub policies: Vec<CertificatePolicy>,
    /// The claims.
    pub claims: Vec<CertificateClaim>,
    /// The digest of all that.
    pub sha256: String,
}

/// A first-match policy as it may permit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CertificatePolicy {
    /// Its name.
    pub name: String,
    /// What happens to what no rule matches.
    pub default: Action,
    /// Its rules, in the order they are tried.
    pub rules: Vec<CertificateRule>,
}

/// A rule as boxes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CertificateRule {
    /// Its line and label.
    pub label: String,
    /// What it does.
    pub action: Action,
    /// What it matches.
    pub boxes: Vec<CertificateBox>,
}

/// A product of intervals, both ends included. `first` and `second` are source and destination port, or ICMP type and
/// code; packets of other protocols stand at every value of both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CertificateBox {
    /// The family.
    pub family: Family,
    /// First and last source address.
    pub source: [String; 2],
    /// First and last destination address.
    pub destination: [String; 2],
    /// Lowest and highest protocol number.
    pub protocol: [u8; 2],
    /// Lowest and highest source port or ICMP type.
    pub first: [u16; 2],
    /// Lowest and highest destination port or ICMP code.
    pub second: [u16; 2],
    /// 0 new, 1 established.
    pub established: [u8; 2],
}

/// A path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CertificatePath {
    /// Its hops.
    pub name: String,
    /// What it may carry.
    pub carries: Vec<CertificateBox>,
    /// The policies on it, by index.
    pub stages: Vec<usize>,
}

/// One claim and its cover.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CertificateClaim {
    /// The zone packets come from.
    pub from: String,
    /// The zone they do not reach.
    pub to: String,
    /// Which parts of the two.
    pub part: String,
    /// The packets spoken of: disjoint boxes.
    pub universe: Vec<CertificateBox>,
    /// What is meant to pass, by name.
    pub exceptions: Vec<(String, Vec<CertificateBox>)>,
    /// All paths.
    pub paths: Vec<CertificatePath>,
    /// Disjoint boxes that cover the universe, each with its reasons.
    pub boxes: Vec<(CertificateBox, Why)>,
}

/// Why no packet of a box is a breach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Why {
    /// It is meant to pass: the exception at this index.
    Exception(usize),
    /// For each path in order: `null`, it is not carried; or the place on the path of the first policy that denies it.
    Blocked(Vec<Option<usize>>),
}

/// The boxes of a condition.
pub(super) fn boxes(one: &Match) -> Vec<CertificateBox> {
    let mut boxes = Vec::new();
    for cube in one.raw_cubes() {
        let of = |field: usize, greatest: u128| -> Vec<(u128, u128)> {
            let list = cube[field].clone().unwrap_or_else(|| vec![(0, u128::MAX)]);
            list.into_iter().map(|(low, high)| (low, high.min(greatest))).collect()
        };
        for (family, _) in of(0, 1).into_iter().flat_map(|(low, high)| (low..=high).map(|family| (family, ()))) {
            let (family, widest) =
                if family == 0 { (Family::V4, u128::from(u32::MAX)) } else { (Family::V6, u128::MAX) };
            for source in of(1, widest) {
                for destination in of(2, widest) {
                    for protocol in of(3, 255) {
                        for first in of(4, 65535) {
                            for second in of(5, 65535) {
                                for established in of(6, 1) {
                                    boxes.push(CertificateBox {
                                        family,
                                        source: addresses(family, source),
                                        destination: addresses(family, destination),
                                        protocol: [protocol.0 as u8, protocol.1 as u8],
                                        first: [first.0 as u16, first.1 as u16],
                                        second: [second.0 as u16, second.1 as u16],
                                        established: [established.0 as u8, established.1 as u8],
                                    });
                                }
                            }
                        }
                    }
                }
            }
        }
    }
    boxes
}

fn addresses(family: Family, (low, high): (u128, u128)) -> [String; 2] {
    [address_text(family, low), address_text(family, high)]
}

/// A policy as it may permit.
pub(super) fn policy(policy: &Policy) -> CertificatePolicy {
    let rules = policy.deciding_order().into_iter().map(|index| &policy.rules[index as usize]);
    let counted = rules.filter(|rule| Reading::May.counts_in(rule, State::Usual));
    CertificatePolicy {
        name: policy.name.clone(),
        default: policy.default,
        rules: counted
            .map(|rule| CertificateRule {
                label: if rule.line > 0 { format!("line {}: {}", rule.line, rule.label) } else { rule.label.clone() },
                action: rule.action,
                boxes: rule.matches.iter().flat_map(boxes).collect(),
            })
            .collect(),
    }
}
