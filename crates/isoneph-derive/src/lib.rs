//! What follows from the register: pure functions over what the parties declared. No IO, no clock (`as_of` is given),
//! no text for people except the headings of workbooks.
//!
//! - [`responsibilities`]: one matrix a service, what is wrong with it, how two differ, and where a duty goes that is
//!   handed down (CLD.6.3.1).
//! - [`intent`]: the zones and flows of the register, as the network engine takes them.
//! - [`duties`]: what others leave to a party, minus what it states that it does.
//! - [`soa`]: the statement of applicability of an ISMS scope, frozen and compared.
//! - [`assurance`]: what certificates and reports cover of what is in use, and what one may build on.
//! - [`sample`]: a sample that anybody can draw again.
//! - [`questionnaire`]: the provider cells as a checklist for a vendor.
//! - [`write_rows`]: what follows of it for checks, as rows of tables.
//! - [`import`]: what files say that others have made, row by row, before any of it counts.
//!
//! What is [`proposed`](isoneph_register::Object::proposed) claims nothing anywhere here.

#![allow(clippy::type_complexity, reason = "tuples that live for one function")]

pub mod assurance;
mod declared;
pub mod duties;
pub mod import;
pub mod intent;
pub mod questionnaire;
pub mod responsibilities;
mod rows;
pub mod sample;
pub mod soa;

pub use declared::{Declared, Entry};
pub use rows::{Departures, Known, write_rows};
