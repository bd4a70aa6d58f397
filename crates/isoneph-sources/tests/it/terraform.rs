//! Terraform: the literate fixtures of every mapped type, and the reading of whole files.

mod bad_input;
mod estate;
mod fixture;
mod fixtures;
mod listing;
mod mutation;
