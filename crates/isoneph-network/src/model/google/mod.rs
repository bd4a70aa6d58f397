//! Google Cloud VPC networks: from Terraform (google) and from the Compute API's own JSON (`gcloud compute … list`).

mod api;
mod assets;
mod build;
mod estate;
mod firewall;
mod hierarchy;
mod links;
mod listed;
mod outbound;
mod reading;
mod routes;
mod terraform;
mod unread;

pub(crate) use api::{read as read_api, recognises as recognises_api};
pub(crate) use assets::{read as read_assets, recognises as recognises_assets};
pub(crate) use build::build;
pub(crate) use estate::Estate;
pub(crate) use listed::read_nothing;
pub(crate) use terraform::{read as read_terraform, recognises as recognises_terraform};
