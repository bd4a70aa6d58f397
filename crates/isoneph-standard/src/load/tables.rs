//! The files of a catalogue as they are written.

use isoneph_model::{ControlId, RequirementKind, Support, Text};
use serde::Deserialize;
use toml::Spanned;

use crate::control::{Certainty, Confidence, ControlKind, Layout, MappingBasis, TitleBasis};
use crate::crosswalk::Link;
use crate::edition::EditionFacts;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ControlFile {
    pub(super) id: Spanned<ControlId>,
    pub(super) kind: ControlKind,
    pub(super) layout: Layout,
    pub(super) clause: String,
    pub(super) objective_group: String,
    pub(super) title: Text,
    pub(super) title_ja_basis: TitleBasis,
    pub(super) evidence: Vec<Text>,
    #[serde(default)]
    pub(super) about: Vec<String>,
    pub(super) confidence: Confidence,
    pub(super) crosswalk: CrosswalkTable,
    pub(super) provider: CellTable,
    pub(super) customer: CellTable,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CrosswalkTable {
    pub(super) iso27002_2022: Vec<ControlId>,
    pub(super) iso27002_2022_basis: MappingBasis,
    pub(super) iso27017_2026: Vec<Link>,
    pub(super) iso27017_2026_note: Option<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CellTable {
    pub(super) guidance: Spanned<bool>,
    pub(super) text: Option<Text>,
    #[serde(default)]
    pub(super) requires: Vec<RequirementTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RequirementTable {
    pub(super) id: Spanned<String>,
    pub(super) kind: RequirementKind,
    #[serde(rename = "as")]
    pub(super) support: Support,
    pub(super) what: Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Base2013File {
    #[serde(rename = "standard")]
    pub(super) _standard: String,
    #[serde(rename = "title_ja_basis")]
    pub(super) _title_ja_basis: TitleBasis,
    pub(super) control: Vec<Base2013>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Base2013 {
    pub(super) id: Spanned<ControlId>,
    pub(super) title: Text,
    pub(super) clause: String,
    pub(super) objective_group: String,
    #[serde(rename = "in_standard")]
    pub(super) _in_standard: bool,
    pub(super) has_cloud_guidance: bool,
    pub(super) note_only: bool,
    pub(super) iso27002_2022: Vec<ControlId>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Base2022File {
    #[serde(rename = "standard")]
    pub(super) _standard: String,
    #[serde(rename = "title_ja_basis")]
    pub(super) _title_ja_basis: TitleBasis,
    pub(super) control: Vec<Base2022>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Base2022 {
    pub(super) id: Spanned<ControlId>,
    pub(super) title: Text,
    pub(super) theme: String,
    pub(super) iso27002_2013: Vec<ControlId>,
    #[serde(rename = "new_in_2022")]
    pub(super) _new_in_2022: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File2026 {
    #[serde(rename = "standard")]
    pub(super) _standard: String,
    pub(super) title_ja_basis: TitleBasis,
    #[serde(rename = "confidence")]
    pub(super) _confidence: Certainty,
    #[serde(rename = "basis")]
    pub(super) _basis: Text,
    pub(super) dropped: Vec<Dropped>,
    pub(super) control: Vec<Control2026>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Dropped {
    pub(super) id: Spanned<ControlId>,
    pub(super) basis: Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Control2026 {
    pub(super) id: Spanned<ControlId>,
    pub(super) title: Text,
    pub(super) clause: String,
    pub(super) kind: ControlKind,
    pub(super) layout: Option<Layout>,
    pub(super) provider: bool,
    pub(super) customer: bool,
    pub(super) from_2015: Vec<Link>,
    pub(super) confidence: Certainty,
    pub(super) basis: Text,
    pub(super) known: Option<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EditionsFile {
    pub(super) edition: Vec<EditionFacts>,
}
