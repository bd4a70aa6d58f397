//! Zones, what is intended between them, and the proof that nothing else passes.
//!
//! A zone is a tenant's, the administration's, shared, or the outside. For every ordered pair of zones the answer is
//! *apart* (no packet may arrive but those of intended flows), *breach* (a packet surely arrives that nobody intends, shown
//! with its way, followed rule by rule before it is shown), or *undecided* because of named objects. Arrival alone is asked
//! for: a packet that gets through without an answer has crossed the border all the same. This is the network's layer;
//! storage, compute, identity and application have answers of their own.

mod border;
mod certify;
mod derive;
mod future;
mod intent;
mod members;
mod pair;
mod parties;
mod proof;
mod prove;

pub use border::{Border, MAX_BORDERS, borders};
pub use certify::{MAX_CLAIMS, certify, restate};
pub use derive::{TENANT_KEYS, derive, names_tenants};
pub use intent::{Flow, Intent, IntentError, Member, Zone, ZoneKind};
pub use members::{Assignment, assign};
pub use proof::{Allowed, Latent, PairProof, Proof, Separation, Witness, ZoneSummary};
pub use prove::{Bounds, prove, prove_within};
