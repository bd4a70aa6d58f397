//! The certificate as JSON. Unknown fields are refused: nothing may stand in a certificate that is not checked.

use serde::Deserialize;

/// The schema's name.
pub(crate) const SCHEMA: &str = "isoneph.separation-proof/1";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Certificate {
    pub(crate) schema: String,
    pub(crate) layer: String,
    pub(crate) model_sha256: String,
    pub(crate) policies: Vec<Policy>,
    pub(crate) claims: Vec<Claim>,
    pub(crate) sha256: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Policy {
    #[serde(rename = "name")]
    _name: String,
    pub(crate) default: Action,
    pub(crate) rules: Vec<Rule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rule {
    #[serde(rename = "label")]
    _label: String,
    pub(crate) action: Action,
    pub(crate) boxes: Vec<Box>,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Action {
    Permit,
    Deny,
}

impl Action {
    pub(crate) fn permits(self) -> bool {
        self == Self::Permit
    }
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Family {
    V4,
    V6,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Box {
    pub(crate) family: Family,
    pub(crate) source: [String; 2],
    pub(crate) destination: [String; 2],
    pub(crate) protocol: [u8; 2],
    pub(crate) first: [u16; 2],
    pub(crate) second: [u16; 2],
    pub(crate) established: [u8; 2],
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Path {
    pub(crate) name: String,
    pub(crate) carries: Vec<Box>,
    pub(crate) stages: Vec<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Claim {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) part: String,
    pub(crate) universe: Vec<Box>,
    pub(crate) exceptions: Vec<(String, Vec<Box>)>,
    pub(crate) paths: Vec<Path>,
    pub(crate) boxes: Vec<(Box, Why)>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Why {
    Exception(usize),
    Blocked(Vec<Option<usize>>),
}
