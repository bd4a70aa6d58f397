//! What a proof says: of every ordered pair of zones, of the packet that breaches one, and of the zones themselves.

use serde::Serialize;

use super::intent::{Flow, ZoneKind};
use crate::model::form::Origin;
use crate::model::traffic::{ICMP, ICMP6, Parcel, TCP, Traffic, TrafficBox, UDP};
use crate::reach::TraceHop;

/// What stands for an address that the input does not tell.
pub(super) const NOT_SHOWN: &str = "an address not shown";

/// Whether two zones are apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Separation {
    /// No packet may arrive but those of intended flows.
    Apart,
    /// A packet arrives that nobody intends.
    Breach,
    /// Whether one arrives depends on objects that the input does not show.
    Undecided,
    /// One of the zones holds nothing of the network: nothing was asked, and nothing is proved.
    HoldsNothing,
}

/// A packet that arrives where nobody wants it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Witness {
    /// The sender.
    pub from: String,
    /// The sender's address.
    pub source: String,
    /// The receiver.
    pub to: String,
    /// The address it is sent to.
    pub destination: String,
    /// Protocol by name.
    pub protocol: String,
    /// What it carries.
    pub packet: Parcel,
    /// What it passes.
    pub path: Vec<TraceHop>,
    /// Whether a connection can be set up, beyond the packet's arrival.
    pub connects: bool,
}

/// An intended flow, and whether anything uses it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Allowed {
    /// The flow.
    #[serde(flatten)]
    pub flow: Flow,
    /// Whether some packet of it may arrive: a flow that nothing lets through is a wish.
    pub open: bool,
    /// Whether some packet of it surely arrives.
    pub surely: bool,
    /// Whether it is past its last day, and does not count.
    pub expired: bool,
}

/// One ordered pair of zones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PairProof {
    /// The sender's zone.
    pub from: String,
    /// The receiver's zone.
    pub to: String,
    /// The answer.
    pub separation: Separation,
    /// The packet, for a breach.
    pub witness: Option<Witness>,
    /// Whether anything at all passes, intended or not; `None` where that depends on what is unknown.
    pub passes: Option<bool>,
    /// Where the answer was found: the last policy that a breaching packet passes, else the receiver, else the sender.
    pub origin: Option<Origin>,
    /// All that surely arrives against the intent.
    pub breaching: Traffic,
    /// The named objects, where something is undecided.
    pub because: Vec<String>,
    /// Flows that are intended between the two.
    pub intended: Vec<Allowed>,
    /// Pairs of classes that were followed.
    pub followed: usize,
    /// What a member to come would change: the pair is apart today.
    pub latent: Option<Latent>,
    /// What keeps them apart, with how many pairs of classes each does for.
    pub kept_apart_by: Vec<(String, usize)>,
}

/// What one more machine like today's, elsewhere in its subnet, would change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Latent {
    /// What the answer would be.
    pub separation: Separation,
    /// The packet.
    pub witness: Option<Witness>,
    /// The named objects, where something would be undecided.
    pub because: Vec<String>,
}

/// A zone in a proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ZoneSummary {
    /// Its name.
    pub name: String,
    /// Whose it is.
    pub kind: ZoneKind,
    /// How many endpoints it surely holds.
    pub endpoints: usize,
    /// How many classes of endpoints (or pieces of the outside), those that it may hold included.
    pub classes: usize,
}

/// What was proved about all zones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Proof {
    /// Digest of the inputs the model was made of.
    pub model: String,
    /// The layer the answers are about.
    pub layer: &'static str,
    /// Whether the zones were derived, and not given.
    pub derived: bool,
    /// The zones.
    pub zones: Vec<ZoneSummary>,
    /// Endpoints that no zone takes.
    pub unassigned: Vec<String>,
    /// Endpoints that several zones claim: they may be of each.
    pub disputed: Vec<String>,
    /// Endpoints of which a zone has a part of the range that their address is in.
    pub uncertain: Vec<String>,
    /// Members of zones that name nothing in the model, as `zone: member number`.
    pub empty: Vec<String>,
    /// Services of the platform that no policy covers, which every zone shares.
    pub shared_by_platform: Vec<String>,
    /// Every ordered pair of different zones.
    pub pairs: Vec<PairProof>,
    /// How many objects of the input are not modelled.
    pub unsupported: usize,
}

impl Proof {
    /// Whether anything was asked at all: some two zones hold something of the network.
    #[must_use]
    pub fn is_about_something(&self) -> bool {
        self.pairs.iter().any(|pair| pair.separation != Separation::HoldsNothing)
    }

    /// The zones that hold nothing of the network.
    pub fn hollow(&self) -> impl Iterator<Item = &str> {
        self.zones.iter().filter(|zone| zone.classes == 0).map(|zone| zone.name.as_str())
    }
}

impl std::fmt::Display for Witness {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { from, source, to, destination, protocol, packet, .. } = self;
        let end = |name: &str, address: &str| {
            let said = name.ends_with(address) || name.ends_with(&format!("(e.g. {address})"));
            if said || address == NOT_SHOWN { name.to_owned() } else { format!("{name} ({address})") }
        };
        write!(out, "{protocol} {} -> {}", end(from, source), end(to, destination))?;
        let what = match packet.protocol {
            TCP | UDP => "port",
            ICMP | ICMP6 => "code",
            _ => return Ok(()),
        };
        write!(out, " {what} {}", packet.destination)
    }
}

/// The boxes of what breaches a pair, for tables.
impl PairProof {
    /// Every box of [`PairProof::breaching`].
    #[must_use]
    pub fn breaching_boxes(&self) -> Vec<TrafficBox> {
        self.breaching.boxes()
    }
}
