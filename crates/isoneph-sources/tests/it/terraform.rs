//! Terraform: the literate fixtures of every mapped type, and the reading of whole files.

mod fixture;
mod fixtures;
mod listing;
