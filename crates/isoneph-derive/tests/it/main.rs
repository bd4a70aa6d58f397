//! Two companies: Kaisho sells `crm` (SaaS) on `aws`; the bank Ginko uses it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod assurance;
mod chains;
mod companies;
mod duties;
mod imports;
mod intent;
mod matrix;
mod sample;
mod soa;
