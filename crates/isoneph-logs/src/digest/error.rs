//! What ends the verification of digests.

/// Why digests could not be verified at all.
#[derive(Debug, thiserror::Error)]
pub enum DigestError {
    /// A path cannot be read.
    #[error("{path}: {source}")]
    Io {
        /// The path.
        path: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// A file of public keys or signatures is not what it should be.
    #[error("{file}: {message}")]
    Malformed {
        /// The file.
        file: String,
        /// What is wrong.
        message: String,
    },
}
