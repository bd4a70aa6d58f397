//! What the parties say: the register, kept and asked.

pub(crate) mod apply;
pub(crate) mod assurance;
pub(crate) mod duties;
pub(crate) mod get;
pub(crate) mod import;
pub(crate) mod init;
pub(crate) mod matrix;
pub(crate) mod questionnaire;
pub(crate) mod sample;
pub(crate) mod schema;
mod sheet_text;
pub(crate) mod sheets;
pub(crate) mod soa;
