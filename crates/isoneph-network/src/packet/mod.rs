//! Packets and exact sets of packets.
//!
//! A packet has a family (IPv4 or IPv6), source, destination, protocol, and then either ports (TCP, UDP, DCCP, SCTP,
//! UDP-Lite), an ICMP type and code (ICMP, ICMPv6), or neither; and it belongs to an established connection or not.
//! Link-layer traffic (ARP, DHCP before an address) and fragments after the first are outside this universe.

mod address;
mod describe;
mod field;
mod matching;
pub mod names;
mod range;
mod ranges;
mod set;
mod single;

pub use address::AddressSet;
pub use describe::describe_match;
pub use field::{DEFAULT_ORDER, FIELDS, Field, Order};
pub use matching::{Match, RawCube};
pub use range::{AddressError, AddressRange, Family, address_text};
pub use ranges::{Coordinate, Ranges};
pub use set::{PacketSet, PacketSpace};
pub use single::{Packet, PacketError, Payload};
