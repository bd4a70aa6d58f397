//! The front matter of a check: TOML between two lines of `+++`.

use std::collections::BTreeMap;

use isoneph_model::{Edition, Role, Severity, Support, Text};
use serde::Deserialize;

use super::parameters::ParameterDef;
use crate::error::{CheckError, SourceFile};

isoneph_model::vocabulary! {
    /// How settled a check is.
    pub enum Status {
        /// Settled: its id and meaning stay.
        Stable = "stable",
        /// New: its meaning may change.
        Preview = "preview",
        /// Going away.
        Deprecated = "deprecated",
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct FrontMatter {
    pub(crate) id: String,
    pub(crate) title: Text,
    pub(crate) message: Text,
    pub(crate) severity: Severity,
    pub(crate) subject: String,
    pub(crate) applies: Option<String>,
    pub(crate) max_age: Option<u32>,
    #[serde(default)]
    pub(crate) since: String,
    pub(crate) status: Option<Status>,
    #[serde(default)]
    pub(crate) aliases: Vec<String>,
    #[serde(default)]
    pub(crate) profiles: Vec<String>,
    #[serde(default)]
    pub(crate) supports: Vec<SupportsEntry>,
    #[serde(default)]
    pub(crate) parameters: BTreeMap<String, ParameterDef>,
    pub(crate) expect: Option<Expects>,
}

/// A cell that a check supports, as written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SupportsEntry {
    pub(crate) control: String,
    pub(crate) role: Role,
    #[serde(rename = "as")]
    pub(crate) support: Support,
    pub(crate) requirement: Option<String>,
    #[serde(default = "default_edition")]
    pub(crate) edition: Edition,
}

fn default_edition() -> Edition {
    Edition::E2015
}

/// The short form of a check: `[expect]` of a column or of a setting of a disk image, or `[[expect]]` of several settings.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum Expects {
    One(Box<Expect>),
    All(Vec<Expect>),
}

impl Expects {
    pub(crate) fn as_slice(&self) -> &[Expect] {
        match self {
            Expects::One(one) => std::slice::from_ref(one),
            Expects::All(all) => all,
        }
    }
}

/// A column or a setting, and what is expected of it. `in` lists values that will do whatever the rest says; of the rest
/// all must hold.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Expect {
    pub(crate) column: Option<String>,
    pub(crate) setting: Option<String>,
    #[serde(rename = "in", default)]
    pub(crate) values: Vec<ExpectValue>,
    /// The number is at least this.
    pub(crate) at_least: Option<Limit>,
    /// The number is at most this.
    pub(crate) at_most: Option<Limit>,
    /// None of these is a word of the value.
    #[serde(default)]
    pub(crate) none_of: Vec<String>,
    /// All of these are words of the value.
    #[serde(default)]
    pub(crate) all_of: Vec<String>,
    /// The number, as a mode, gives no right that this octal mode does not give.
    pub(crate) within_mode: Option<String>,
    /// The value is among what the image's declared purpose lets it listen on.
    #[serde(default)]
    pub(crate) declared: bool,
}

/// A limit: a number, or the name of the parameter that holds it.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum Limit {
    Number(i64),
    Parameter(String),
}

/// A value that `[expect]` accepts.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub(crate) enum ExpectValue {
    Boolean(bool),
    Integer(i64),
    Text(String),
}

/// The front matter and the Markdown after it, with the line (from 1) that the Markdown starts on.
pub(crate) fn split(file: &SourceFile) -> Result<(FrontMatter, &str, usize), CheckError> {
    const FENCE: &str = "+++\n";
    let Some(rest) = file.text.strip_prefix(FENCE) else {
        return Err(file.error(1, 1, "a check begins with a line '+++', its front matter in TOML, and another '+++'"));
    };
    let Some(end) = rest.find("\n+++\n") else {
        return Err(file.error(1, 1, "the front matter is not closed: a line '+++' is missing"));
    };
    let toml = &rest[..=end];
    let front: FrontMatter = toml::from_str(toml).map_err(|error| {
        let offset = error.span().map_or(0, |span| span.start);
        file.error_at(FENCE.len() + offset, error.message().to_owned())
    })?;
    let body = &rest[end + "\n+++\n".len()..];
    let line = toml.matches('\n').count() + 3;
    Ok((front, body, line))
}

/// The line of the front matter (from 1) that sets a key; the first line if none does.
pub(crate) fn line_of(file: &SourceFile, key: &str) -> usize {
    let sets =
        |line: &str| line.trim_start().strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with(['=', ']']));
    let table = format!("[{key}]");
    let line =
        file.text.lines().position(|line| sets(line) || line.trim() == table || line.trim() == format!("[{table}]"));
    line.map_or(1, |index| index + 1)
}
