//! Frozen versions: what was approved never changes.

use isoneph_model::Digest;
use isoneph_register::kinds::Act;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::Soa;

/// A version of a statement of applicability that never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct FrozenSoa {
    /// The version.
    pub version: String,
    /// Who approved it, and when.
    pub approved: Option<Act>,
    /// What it says.
    pub soa: Soa,
    /// The digest of version, approval and what it says, as canonical JSON.
    pub sha256: Digest,
}

/// A version that cannot be frozen, or is not what was frozen.
#[derive(Debug, thiserror::Error)]
pub enum FreezeError {
    /// The version has no name.
    #[error("a frozen version needs a name")]
    Unnamed,
    /// Its digest does not fit what it says.
    #[error("version '{version}' was changed after it was frozen: its digest is {found}, not {written}")]
    Changed {
        /// The version.
        version: String,
        /// The digest that it bears.
        written: Digest,
        /// The digest of what it says.
        found: Digest,
    },
    /// It cannot be written as JSON.
    #[error("the statement of applicability cannot be written as JSON")]
    Json(#[from] serde_json::Error),
}

/// Freezes a version. The same statement, version and approval give the same digest.
///
/// # Errors
/// If the version has no name.
pub fn freeze(soa: Soa, version: &str, approved: Option<Act>) -> Result<FrozenSoa, FreezeError> {
    let version = version.trim().to_owned();
    if version.is_empty() {
        return Err(FreezeError::Unnamed);
    }
    let sha256 = digest(&version, approved.as_ref(), &soa)?;
    Ok(FrozenSoa { version, approved, soa, sha256 })
}

impl FrozenSoa {
    /// Makes sure that it is what was frozen.
    ///
    /// # Errors
    /// If its digest does not fit what it says.
    pub fn verify(&self) -> Result<(), FreezeError> {
        let found = digest(&self.version, self.approved.as_ref(), &self.soa)?;
        if found == self.sha256 {
            Ok(())
        } else {
            Err(FreezeError::Changed { version: self.version.clone(), written: self.sha256, found })
        }
    }
}

fn digest(version: &str, approved: Option<&Act>, soa: &Soa) -> Result<Digest, FreezeError> {
    let bytes = serde_json::to_vec(&(version, approved, soa))?;
    Ok(Digest::new(Sha256::digest(bytes).into()))
}
