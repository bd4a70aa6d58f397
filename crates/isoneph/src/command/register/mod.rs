//! What the parties say: the register, kept and asked.

pub(crate) mod apply;
pub(crate) mod get;
pub(crate) mod init;
pub(crate) mod sheets;
