//! Two companies: Kaisho sells `crm` (SaaS) on `aws`; the bank Ginko uses it.

mod assurance;
mod chains;
mod companies;
mod duties;
mod imports;
mod matrix;
mod sample;
mod soa;
