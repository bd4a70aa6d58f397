//! The register from outside: what people write, what the store keeps, what tables come of it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod documents;
mod init;
mod killed;
mod rows;
mod store;
mod yaml;

use isoneph_register::{Documents, Register};

/// One object of every kind, all of which hold together.
pub(crate) const EVERY_KIND: &str = include_str!("every-kind.yaml");

pub(crate) fn documents(text: &str) -> Documents {
    let mut documents = Documents::new();
    documents.read("register.yaml", text.as_bytes());
    documents
}

pub(crate) fn register(text: &str) -> Register {
    Register::new(documents(text)).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

/// Each mistake as a line.
pub(crate) fn mistakes(text: &str) -> Vec<String> {
    let mistakes = Register::new(documents(text)).expect_err("the documents are wrong");
    mistakes.found.iter().map(ToString::to_string).collect()
}
