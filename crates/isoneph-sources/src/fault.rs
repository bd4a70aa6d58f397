//! What stops the reading of one input.

use isoneph_model::Locator;
use isoneph_tables::SinkError;

/// Why an input, or the rest of it, was not read. It becomes one reject of the input.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The text is not the JSON it should be.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    /// The operating system could not read on.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// More than a run can hold.
    #[error("{0}")]
    Sink(#[from] SinkError),
    /// A trouble that the reader itself can name.
    #[error("{message}")]
    Reject {
        /// Where it is.
        locator: Locator,
        /// The kind of trouble, in one word.
        code: &'static str,
        /// What a person should know.
        message: String,
    },
}

impl Fault {
    /// A trouble that the reader can name.
    pub(crate) fn reject(locator: impl Into<String>, code: &'static str, message: impl Into<String>) -> Fault {
        Fault::Reject { locator: Locator::new(locator), code, message: message.into() }
    }
}
