//! A control of ISO/IEC 27017 and its two cells: what it asks of the provider, what of the customer.

use std::fmt;

use isoneph_model::{ControlId, Edition, Lang, RequirementKind, Role, Support, Text};
use serde::{Deserialize, Serialize};

use crate::crosswalk::Link;

isoneph_model::vocabulary! {
    /// Where a control of ISO/IEC 27017 comes from.
    pub enum ControlKind {
        /// A control of ISO/IEC 27002 for which ISO/IEC 27017 has cloud guidance.
        Guidance = "guidance",
        /// A control that ISO/IEC 27017 itself adds.
        Extended = "extended",
    }
}

isoneph_model::vocabulary! {
    /// How the standard lays out its guidance.
    pub enum Layout {
        /// One text for the provider, one for the customer.
        Split = "split",
        /// One text for both.
        SameText = "same-text",
    }
}

isoneph_model::vocabulary! {
    /// How sure we are of what a file says.
    pub enum Certainty {
        /// The text, or an identical one, was seen; or independent sources agree.
        High = "high",
        /// From knowledge, or one source; other sources bear it out.
        Medium = "medium",
        /// Not borne out.
        Low = "low",
    }
}

isoneph_model::vocabulary! {
    /// Where a Japanese title comes from.
    pub enum TitleBasis {
        /// Our own rendering.
        OwnRendering = "own-rendering",
        /// Known to be the usual one.
        KnownTitle = "known-title",
    }
}

isoneph_model::vocabulary! {
    /// Where a correspondence between controls comes from.
    pub enum MappingBasis {
        /// The public correspondence between the editions of ISO/IEC 27002.
        PublicCorrespondence = "public-correspondence",
        /// Our own reading: there is no official one.
        OwnMapping = "own-mapping",
    }
}

/// How sure we are, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Confidence {
    /// How sure we are of the rows and of which role has guidance.
    pub flags: Certainty,
    /// What that rests on.
    pub basis: Text,
}

/// A control of one edition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Control {
    /// The edition it belongs to.
    pub edition: Edition,
    /// Its identifier in that edition.
    pub id: ControlId,
    /// Its title.
    pub title: Text,
    /// Where the Japanese title comes from.
    pub title_ja_basis: TitleBasis,
    /// The clause it stands in, number and name.
    pub clause: String,
    /// The control objective it stands under; the 2026 edition has none.
    pub objective_group: Option<String>,
    /// Guidance on a base control, or a control of its own.
    pub kind: ControlKind,
    /// How its guidance is laid out, where known.
    pub layout: Option<Layout>,
    /// How sure we are of all this.
    pub confidence: Confidence,
    /// The controls of ISO/IEC 27002:2022 that deal with the same subject.
    pub iso27002_2022: Vec<ControlId>,
    /// Where that correspondence comes from.
    pub iso27002_2022_basis: MappingBasis,
    /// For a control of 2015, where it went in 2026; for one of 2026, where it came from.
    pub links: Vec<Link>,
    /// What is worth knowing about that move.
    pub links_note: Option<Text>,
    /// Kinds of evidence that usually speak to it.
    pub evidence: Vec<Text>,
    /// Tables of the things that it is about: where there are none of them, excluding it is no untruth. Empty: whatever
    /// its checks look at.
    pub about: Vec<String>,
    /// What it asks of the cloud service provider.
    pub provider: Cell,
    /// What it asks of the cloud service customer.
    pub customer: Cell,
}

impl Control {
    /// What it asks of one role.
    pub fn cell(&self, role: Role) -> &Cell {
        match role {
            Role::Provider => &self.provider,
            Role::Customer => &self.customer,
        }
    }
}

/// What a control asks of one role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cell {
    /// Whether ISO/IEC 27017 has guidance for the role here. If not, all below is empty.
    pub guidance: bool,
    /// How we know what it asks.
    pub origin: Origin,
    /// What the guidance comes to, in our own words. Derived cells may have several.
    pub passages: Vec<Passage>,
    /// What has to be shown.
    pub requires: Vec<Requirement>,
}

impl Cell {
    /// A requirement by its name within the cell (`image-baseline`). Where cells of 2015 with one name were joined in
    /// 2026, the first.
    pub fn requirement(&self, name: &str) -> Option<&Requirement> {
        self.requires.iter().find(|r| r.key.name == name)
    }

    /// The passages in one language, one a line. Empty where nothing is known or asked.
    pub fn text(&self, lang: Lang) -> String {
        let lines: Vec<&str> = self.passages.iter().map(|p| p.text.get(lang)).collect();
        lines.join("\n")
    }
}

/// How we know what a cell asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "origin", rename_all = "kebab-case")]
pub enum Origin {
    /// Written for this control of this edition.
    Written,
    /// Taken over, whole, from controls of the 2015 edition. Where only a part of such a control came here this asks for
    /// more than the edition does; never for less of what is known.
    Derived {
        /// The controls.
        from: Vec<ControlId>,
    },
    /// The edition has guidance, but its text was not seen and nothing of 2015 stands for it.
    Unseen {
        /// What is known.
        known: Text,
    },
}

/// What one control of the 2015 edition says to a role, in our own words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Passage {
    /// The control it was written for.
    pub control: ControlId,
    /// The text.
    pub text: Text,
}

/// One thing that has to be shown for a cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Requirement {
    /// Its name: unique within a cell, and the same in every edition.
    pub key: RequirementKey,
    /// The kind of evidence it asks for.
    pub kind: RequirementKind,
    /// Whether the cell can be supported without it.
    pub support: Support,
    /// What has to be shown, in our own words.
    pub what: Text,
}

/// The name of a requirement: `CLD.9.5.2/image-baseline`. The control is the one of the 2015 edition that it was written
/// for, so evidence gathered under it serves both editions.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequirementKey {
    /// The control of the 2015 edition.
    pub control: ControlId,
    /// The name within control and role.
    pub name: String,
}

impl fmt::Display for RequirementKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.control, self.name)
    }
}

impl Serialize for RequirementKey {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
