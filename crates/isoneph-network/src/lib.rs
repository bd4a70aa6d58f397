//! Exact packet sets, access policies, network models and reachability.
//!
//! The engine is useful alone: it knows neither tables nor controls, reads no file and no clock.
//!
//! * [`packet`] — what a packet is, and exact sets of packets ([`packet::PacketSpace`]).
//! * [`idd`] — the interval decision diagrams under the sets.
//! * [`policy`] — ordered rules, a naive evaluator, and the difference of two policies.
//! * [`acl`] — readers of rule files into one policy form.
//! * [`certificate`] — writes what a proof claims, for a verifier that shares no code.
//! * [`model`], [`reach`], [`zones`] — networks, what reaches what, and what is meant to.
//!
//! **Invariant:** a budget that runs out is an error ([`idd::Exhausted`]) which callers report as undecided; no
//! operation ever answers with an approximation.

#![allow(clippy::type_complexity, reason = "maps of small tuples inside one function; a name for each would hide them")]
#![allow(clippy::wrong_self_convention, reason = "from and to are the ends of a flow here, not conversions")]

pub mod acl;
pub mod certificate;
mod digest;
pub mod idd;
pub mod model;
pub mod packet;
pub mod policy;
pub mod reach;
mod record;
mod yaml;
pub mod zones;
