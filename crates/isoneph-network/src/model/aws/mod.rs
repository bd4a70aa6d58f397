//! Amazon VPC: from the API's own JSON and from Terraform plans and states.

mod among;
pub(crate) mod api;
mod balancers;
mod build;
pub(crate) mod estate;
mod filters;
mod links;
mod routes;
pub(crate) mod terraform;
mod transit;

pub(crate) use build::build;
