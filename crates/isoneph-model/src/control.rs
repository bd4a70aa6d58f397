//! Controls, editions and roles.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

crate::vocabulary! {
    /// An edition of ISO/IEC 27017.
    pub enum Edition {
        /// ISO/IEC 27017:2015, in the numbering of ISO/IEC 27002:2013.
        E2015 = "2015",
        /// ISO/IEC 27017:2026, in the numbering of ISO/IEC 27002:2022.
        E2026 = "2026",
    }
}

crate::vocabulary! {
    /// The role of a party towards a cloud service.
    pub enum Role {
        /// Cloud service provider.
        Provider = "provider",
        /// Cloud service customer.
        Customer = "customer",
    }
}

/// The identifier of a control: `9.2.1`, `CLD.9.5.2`, `8.35`. Ordered as the standards order it: by number, and a `CLD`
/// control after the controls of the base standard under the same clause.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ControlId(String);

/// Text that is not a control identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not a control identifier (like 9.2.1, CLD.6.3.1 or 8.35)")]
pub struct ControlIdError(String);

impl ControlId {
    /// The identifier as written in the standard.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is one of the controls that ISO/IEC 27017 itself adds.
    pub fn is_extended(&self) -> bool {
        self.0.starts_with("CLD.")
    }

    /// `6.3.1` as `CLD.6.3.1`; an identifier that has the prefix already stays as it is.
    pub fn with_cloud_prefix(&self) -> ControlId {
        if self.is_extended() { self.clone() } else { ControlId(format!("CLD.{}", self.0)) }
    }

    fn numbers(&self) -> impl Iterator<Item = u16> + '_ {
        let numbers = self.0.strip_prefix("CLD.").unwrap_or(&self.0);
        numbers.split('.').map(|n| n.parse().unwrap_or(u16::MAX))
    }
}

impl FromStr for ControlId {
    type Err = ControlIdError;

    /// Accepts the forms people write: `A.9.2.1` (the prefix of ISO/IEC 27001 Annex A), `cld 6.3.1`, `CLD.6.3.1`, and `5.01`
    /// for 5.1, which sorts as a text.
    fn from_str(text: &str) -> Result<Self, ControlIdError> {
        let upper = text.trim().to_ascii_uppercase();
        let bare = upper.strip_prefix("A.").unwrap_or(&upper);
        let (prefix, numbers) = match bare.strip_prefix("CLD") {
            Some(rest) => ("CLD.", rest.trim_start_matches(['.', ' ', '-'])),
            None => ("", bare),
        };
        let parts: Vec<&str> = numbers.split('.').collect();
        let is_number = |p: &&str| (1..=3).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_digit());
        if !(2..=3).contains(&parts.len()) || !parts.iter().all(is_number) {
            return Err(ControlIdError(text.to_owned()));
        }
        let mut id = prefix.to_owned();
        for (n, part) in parts.iter().enumerate() {
            id.push_str(if n > 0 { "." } else { "" });
            let significant = part.trim_start_matches('0');
            id.push_str(if significant.is_empty() { "0" } else { significant });
        }
        Ok(ControlId(id))
    }
}

impl TryFrom<String> for ControlId {
    type Error = ControlIdError;

    fn try_from(text: String) -> Result<Self, ControlIdError> {
        text.parse()
    }
}

impl From<ControlId> for String {
    fn from(id: ControlId) -> String {
        id.0
    }
}

impl fmt::Display for ControlId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Ord for ControlId {
    fn cmp(&self, other: &Self) -> Ordering {
        if self.0 == other.0 {
            return Ordering::Equal;
        }
        let clause = |id: &ControlId| id.numbers().next();
        clause(self)
            .cmp(&clause(other))
            .then_with(|| self.is_extended().cmp(&other.is_extended()))
            .then_with(|| self.numbers().cmp(other.numbers()))
    }
}

impl PartialOrd for ControlId {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> ControlId {
        text.parse().unwrap()
    }

    #[test]
    fn every_form_people_write_is_one_identifier() {
        assert_eq!(id("A.9.2.1"), id("9.2.1"));
        assert_eq!(id("cld 6.3.1"), id("CLD.6.3.1"));
        assert_eq!(id("6.3.1").with_cloud_prefix(), id("CLD.6.3.1"));
        assert_eq!(id("A.5.01"), id("5.1"));
        assert_eq!(id("5.10").as_str(), "5.10");
    }

    #[test]
    fn controls_sort_by_number_and_cloud_controls_come_last_in_their_clause() {
        let mut ids = [id("CLD.9.5.1"), id("10.1.1"), id("9.4.4"), id("9.2.1"), id("CLD.12.1.5"), id("12.6.1")];
        ids.sort();
        let texts: Vec<&str> = ids.iter().map(ControlId::as_str).collect();
        assert_eq!(texts, ["9.2.1", "9.4.4", "CLD.9.5.1", "10.1.1", "12.6.1", "CLD.12.1.5"]);
    }

    #[test]
    fn text_that_is_no_identifier_is_refused() {
        for text in ["", "9", "9.2.1.4", "CLD", "9.x", "9..1", "１.２"] {
            assert!(text.parse::<ControlId>().is_err(), "{text:?}");
        }
    }
}
