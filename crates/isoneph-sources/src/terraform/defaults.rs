//! What a provider does where nothing is set: dated, with the source. A default decides only where the date of the plan
//! (or the version of Terraform that wrote the file, which cannot be older than its release) or the provider's major
//! version proves that it applied; anything else is a gap `provider-default`.

use std::sync::LazyLock;

use isoneph_model::GapCode;
use isoneph_tables::{Cell, Instant};
use serde::Deserialize;

use super::survey::Action;

/// The whole table.
pub(crate) static DEFAULTS: LazyLock<Defaults> = LazyLock::new(|| {
    // The file is part of the program and a test reads it: an empty table would only turn defaults into gaps.
    toml::from_str(include_str!("defaults.toml")).unwrap_or_default()
});

/// Defaults and the releases that date a file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Defaults {
    #[serde(default)]
    pub(crate) terraform: Vec<Release>,
    #[serde(default)]
    pub(crate) default: Vec<Entry>,
}

/// A release of Terraform.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Release {
    /// `1.5`: major and minor version.
    pub(crate) version: String,
    /// The day of its first release; a fork of the same number came later.
    pub(crate) released: String,
}

/// To what a default applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum For {
    /// Only what was made since the date.
    Created,
    /// Everything, also what was there before.
    Any,
}

/// One default.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    /// Its name: `aws.s3.public_access_block`.
    pub(crate) key: String,
    /// What the provider does.
    pub(crate) value: toml::Value,
    /// To what it applies.
    #[serde(rename = "for")]
    pub(crate) applies: For,
    /// Since when (a day), if it was not so always.
    pub(crate) since: Option<String>,
    /// The lowest major version of the Terraform provider that sets it so.
    pub(crate) provider_from: Option<u32>,
    /// The highest one.
    pub(crate) provider_to: Option<u32>,
    /// Where the provider says so.
    pub(crate) source: String,
    /// What it says there, in our words.
    pub(crate) says: String,
}

/// What is known of a resource that a default might apply to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Circumstances {
    pub(crate) action: Action,
    /// When the file was written, at the earliest.
    pub(crate) not_before: Option<Instant>,
    pub(crate) provider_major: Option<u32>,
}

/// A type that a default can have.
pub(crate) trait DefaultValue: Sized {
    /// The value, if it is of this type.
    fn of(value: &toml::Value) -> Option<Self>;
}

impl DefaultValue for bool {
    fn of(value: &toml::Value) -> Option<bool> {
        value.as_bool()
    }
}

impl DefaultValue for i64 {
    fn of(value: &toml::Value) -> Option<i64> {
        value.as_integer()
    }
}

impl DefaultValue for String {
    fn of(value: &toml::Value) -> Option<String> {
        value.as_str().map(str::to_owned)
    }
}

impl DefaultValue for Vec<String> {
    fn of(value: &toml::Value) -> Option<Vec<String>> {
        value.as_array()?.iter().map(|item| item.as_str().map(str::to_owned)).collect()
    }
}

impl Defaults {
    /// What the provider does where nothing is set, if it can be proved.
    pub(crate) fn decide<T: DefaultValue>(&self, key: &str, circumstances: Circumstances) -> Cell<T> {
        let mut entries = self.default.iter().filter(|entry| entry.key == key);
        let decided = entries.find(|entry| entry.is_proved(circumstances)).and_then(|entry| T::of(&entry.value));
        decided.map_or(Cell::Gap(GapCode::ProviderDefault), Cell::Known)
    }

    /// The earliest instant that a version of Terraform can have written a file at.
    pub(crate) fn released(&self, version: &str) -> Option<Instant> {
        let minor = |text: &str| -> Option<(u32, u32)> {
            let mut parts = text.split('.');
            Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
        };
        let version = minor(version)?;
        let known = self.terraform.iter().filter(|release| minor(&release.version).is_some_and(|v| v <= version));
        known.filter_map(|release| day(&release.released)).max()
    }
}

/// A default of a provider that decides what nobody set, for the documentation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderDefault {
    /// Its name: `aws.s3.public_access_block`.
    pub key: &'static str,
    /// Since when (a day), if it was not so always.
    pub since: Option<&'static str>,
    /// Where the provider says so.
    pub source: &'static str,
    /// What it says there, in our words.
    pub says: &'static str,
}

/// Every default that can decide what nobody set.
pub fn provider_defaults() -> Vec<ProviderDefault> {
    let of = |entry: &'static Entry| ProviderDefault {
        key: &entry.key,
        since: entry.since.as_deref(),
        source: &entry.source,
        says: &entry.says,
    };
    DEFAULTS.default.iter().map(of).collect()
}

impl Entry {
    fn is_proved(&self, circumstances: Circumstances) -> bool {
        let made_now = matches!(circumstances.action, Action::Create | Action::Replace);
        let dated = match &self.since {
            None => true,
            Some(since) => match (day(since), circumstances.not_before) {
                (Some(since), Some(not_before)) => not_before >= since,
                _ => false,
            },
        };
        let at_least = |from: u32| circumstances.provider_major.is_some_and(|major| major >= from);
        let at_most = |to: u32| circumstances.provider_major.is_some_and(|major| major <= to);
        (self.applies == For::Any || made_now)
            && dated
            && self.provider_from.is_none_or(at_least)
            && self.provider_to.is_none_or(at_most)
    }
}

fn day(text: &str) -> Option<Instant> {
    let time: jiff::Timestamp = format!("{text}T00:00:00Z").parse().ok()?;
    Some(Instant(time.as_microsecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_readable_and_every_entry_has_its_source() {
        let table: Defaults = toml::from_str(include_str!("defaults.toml")).unwrap();
        assert!(!table.default.is_empty() && !table.terraform.is_empty());
        for entry in &table.default {
            assert!(entry.source.starts_with("https://") && entry.says.len() > 10, "{}", entry.key);
            assert!(entry.since.as_deref().is_none_or(|since| day(since).is_some()), "{}", entry.key);
        }
        assert!(table.terraform.iter().all(|release| day(&release.released).is_some()));
    }

    #[test]
    fn a_default_decides_only_where_date_and_version_prove_it() {
        let table = &*DEFAULTS;
        let decide = |action, not_before: &str| -> Cell<bool> {
            let not_before = day(not_before);
            table.decide("aws.s3.public_access_block", Circumstances { action, not_before, provider_major: None })
        };
        assert_eq!(decide(Action::Create, "2024-01-01"), Cell::Known(true));
        assert_eq!(decide(Action::Create, "2022-01-01"), Cell::Gap(GapCode::ProviderDefault));
        assert_eq!(decide(Action::None, "2024-01-01"), Cell::Gap(GapCode::ProviderDefault));
        assert_eq!(decide(Action::Create, "no date"), Cell::Gap(GapCode::ProviderDefault));
        assert_eq!(table.released("1.5.7"), day("2023-06-12"));
        assert_eq!(table.released("0.12.1"), None);
    }
}
