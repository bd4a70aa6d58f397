//! Azure virtual networks: from Terraform (azurerm) and from ARM's own JSON (`az … list`, exports, resource graph).

mod arm;
mod balancers;
mod build;
mod estate;
mod firewalls;
mod links;
mod outbound;
mod private;
mod routes;
mod rules;
mod services;
mod template;
mod terraform;
mod uplinks;

pub(crate) use arm::{read as read_arm, recognises as recognises_arm};
pub(crate) use build::build;
pub(crate) use estate::Estate;
pub(crate) use template::is_template;
pub(crate) use terraform::{read as read_terraform, recognises as recognises_terraform};
