//! The baseline: which value of which setting is expected, why, and how it is set. Data in `catalogue/*.toml` of this crate.

mod judge;

pub use judge::{Judgement, Outcome, Purpose, judge};

use serde::Deserialize;

/// The files of the catalogue.
const FILES: [(&str, &str); 6] = [
    ("remote-access.toml", include_str!("../../catalogue/remote-access.toml")),
    ("accounts.toml", include_str!("../../catalogue/accounts.toml")),
    ("files.toml", include_str!("../../catalogue/files.toml")),
    ("kernel.toml", include_str!("../../catalogue/kernel.toml")),
    ("services.toml", include_str!("../../catalogue/services.toml")),
    ("records.toml", include_str!("../../catalogue/records.toml")),
];

/// A text in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// English.
    pub en: String,
    /// Japanese.
    pub ja: String,
}

/// How bad it is when it fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth doing.
    Low,
    /// To be done.
    Medium,
    /// Opens the machine, or hides who opened it.
    High,
}

/// What an image is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// An image that machines are made of.
    Template,
    /// The disk of one machine.
    Server,
}

/// What becomes of a check when what its setting belongs to is not in the guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WhenAbsent {
    /// Nothing to judge.
    NotApplicable,
    /// What is wanted is missing.
    Fail,
}

/// What is expected of one setting. Every row of it, in every scope, must fit.
#[derive(Clone, Debug, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// Id of the setting.
    pub setting: String,
    /// Values that are fine, whatever the numbers below say.
    #[serde(default, rename = "in")]
    pub values: Vec<String>,
    /// The number is at least this.
    pub min: Option<i64>,
    /// The number is at most this.
    pub max: Option<i64>,
    /// No word of the value is one of these.
    #[serde(default)]
    pub none_of: Vec<String>,
    /// All of these are words of the value.
    #[serde(default)]
    pub all_of: Vec<String>,
    /// The mode gives no right that this octal mode does not give.
    pub within_mode: Option<String>,
    /// The value is among the ports that the image is declared to listen on.
    #[serde(default)]
    pub declared: bool,
    /// Name under which the threshold can be set.
    pub parameter: Option<String>,
}

/// One check of the baseline.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// Id, naming the bad pattern.
    pub id: String,
    /// Short id of the baseline.
    pub alias: String,
    /// What is wanted.
    pub title: Words,
    /// What is wrong when it fails; `{value}`, `{scope}` and `{place}` are filled in.
    pub message: Words,
    /// How bad.
    pub severity: Severity,
    /// `core` or `extended`.
    pub tier: String,
    /// Controls it speaks for.
    pub controls: Vec<String>,
    /// The requirement of CLD.9.5.2 it speaks for.
    pub requirement: String,
    /// What it is asked of.
    pub profiles: Vec<Profile>,
    /// What becomes of it when the setting is absent.
    pub absent: WhenAbsent,
    /// What is expected: all of it.
    pub expect: Vec<Expectation>,
    /// Why it matters.
    pub why: String,
    /// How it is set.
    pub fix: String,
    /// What it cannot see.
    pub cannot_see: String,
}

/// A file of the catalogue.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    check: Vec<Check>,
}

/// All checks, by id.
///
/// # Panics
/// Never: a test reads the files.
#[must_use]
pub fn checks() -> Vec<Check> {
    let read = |(_, text): &(&str, &str)| {
        toml::from_str::<File>(text).expect("the files of the catalogue are read by a test").check
    };
    let mut checks: Vec<Check> = FILES.iter().flat_map(read).collect();
    checks.sort_by(|a, b| a.id.cmp(&b.id));
    checks
}
