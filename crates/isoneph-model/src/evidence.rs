//! Evidence: where a fact was seen, and of which kind it is.

use std::fmt;

use serde::{Deserialize, Serialize};

crate::vocabulary! {
    /// What a piece of evidence can show. `Intended` alone never supports a control.
    pub enum EvidenceClass {
        /// A plan: what somebody means to build.
        Intended = "intended",
        /// A state, an inventory, an image: what is set up.
        Configured = "configured",
        /// A log or a record: what happened.
        Operated = "operated",
        /// What a party says of itself.
        Asserted = "asserted",
        /// What a third party says.
        Assured = "assured",
    }
}

crate::vocabulary! {
    /// What a snapshot of an estate shows.
    pub enum SnapshotKind {
        /// The estate as a plan would leave it.
        Planned = "planned",
        /// The estate as it was deployed.
        Deployed = "deployed",
        /// The physical side.
        Physical = "physical",
        /// What was recorded while it ran.
        Recorded = "recorded",
    }
}

crate::vocabulary! {
    /// How much of a table's population in a scope a source has seen.
    pub enum Extent {
        /// All there is: absence proves absence.
        Complete = "complete",
        /// All that a declaration (a plan, a state) holds: absence proves that nothing is declared.
        Declared = "declared",
        /// Some is known to be missing.
        Partial = "partial",
        /// Nothing was looked at.
        None = "none",
    }
}

impl Extent {
    /// Whether the absence of a row means that there is none.
    pub fn is_closed(self) -> bool {
        matches!(self, Extent::Complete | Extent::Declared)
    }
}

/// A SHA-256 digest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest with these bytes.
    pub const fn new(bytes: [u8; 32]) -> Digest {
        Digest(bytes)
    }

    /// The bytes of the digest.
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Reports hold hundreds of thousands of them: a table is ten times faster than a format for each byte.
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = [0; 64];
        for (pair, byte) in text.chunks_exact_mut(2).zip(self.0) {
            pair.copy_from_slice(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
        }
        f.write_str(std::str::from_utf8(&text).unwrap_or_default())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> String {
        digest.to_string()
    }
}

impl TryFrom<String> for Digest {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Digest, &'static str> {
        const ERROR: &str = "a SHA-256 digest has 64 hexadecimal digits";
        let mut bytes = [0; 32];
        if text.len() != 64 || !text.is_ascii() {
            return Err(ERROR);
        }
        for (i, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * i..2 * i + 2], 16).map_err(|_| ERROR)?;
        }
        Ok(Digest(bytes))
    }
}

/// An input of this run, by its place in the list of inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct InputId(pub u32);

/// A place inside an input: a JSON pointer (`#/values/root_module/resources/3`), `FILE:LINE`,
/// `guest:/etc/ssh/sshd_config:12`, or `record N`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Locator(String);

impl Locator {
    /// A locator in one of the documented forms.
    pub fn new(text: impl Into<String>) -> Locator {
        Locator(text.into())
    }

    /// The written form.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Locator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where a fact was seen: the pointer under every answer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The input.
    pub input: InputId,
    /// The place inside it.
    pub locator: Locator,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_survives_its_written_form() {
        let digest = Digest::new(std::array::from_fn(|i| i as u8 * 7));
        assert_eq!(Digest::try_from(digest.to_string()), Ok(digest));
        assert!(Digest::try_from("é".repeat(32)).is_err());
    }

    #[test]
    fn only_a_whole_population_closes_a_table() {
        let closed: Vec<Extent> = Extent::ALL.iter().copied().filter(|e| e.is_closed()).collect();
        assert_eq!(closed, [Extent::Complete, Extent::Declared]);
    }
}
