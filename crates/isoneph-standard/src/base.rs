//! The controls of ISO/IEC 27002, the standard that ISO/IEC 27017 builds on.

use isoneph_model::{ControlId, Edition, Text};
use serde::Serialize;

isoneph_model::vocabulary! {
    /// An edition of ISO/IEC 27002 (and, with the prefix `A.`, of Annex A of ISO/IEC 27001).
    pub enum BaseStandard {
        /// ISO/IEC 27002:2013, 114 controls.
        E2013 = "ISO/IEC 27002:2013",
        /// ISO/IEC 27002:2022, 93 controls.
        E2022 = "ISO/IEC 27002:2022",
    }
}

impl BaseStandard {
    /// The edition that an edition of ISO/IEC 27017 builds on.
    pub fn of(edition: Edition) -> BaseStandard {
        match edition {
            Edition::E2015 => BaseStandard::E2013,
            Edition::E2026 => BaseStandard::E2022,
        }
    }

    /// The edition of ISO/IEC 27017 that builds on it.
    pub fn cloud_edition(self) -> Edition {
        match self {
            BaseStandard::E2013 => Edition::E2015,
            BaseStandard::E2022 => Edition::E2026,
        }
    }
}

isoneph_model::vocabulary! {
    /// What ISO/IEC 27017 adds to a control of ISO/IEC 27002.
    pub enum CloudLayer {
        /// Guidance for the provider, the customer or both.
        Guidance = "guidance",
        /// A remark that asks for nothing.
        NoteOnly = "note-only",
        /// Nothing: the base control applies as it is.
        None = "none",
    }
}

/// A control of ISO/IEC 27002.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BaseControl {
    /// The edition it belongs to.
    pub standard: BaseStandard,
    /// Its identifier.
    pub id: ControlId,
    /// Its title; the Japanese one is our own rendering.
    pub title: Text,
    /// The clause (2013) or theme (2022) it stands in.
    pub group: String,
    /// The control objective it stands under; 2022 has none.
    pub objective_group: Option<String>,
    /// What ISO/IEC 27017 adds.
    pub cloud: CloudLayer,
    /// The controls of the other edition that it corresponds to. Empty if it is new in 2022.
    pub counterparts: Vec<ControlId>,
}

impl BaseControl {
    /// Whether ISO/IEC 27017 has guidance for it. Without, a reference to it is valid and means the base control.
    pub fn has_cloud_guidance(&self) -> bool {
        self.cloud == CloudLayer::Guidance
    }
}
