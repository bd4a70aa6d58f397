//! What can be wrong with the files of a catalogue.

use isoneph_model::{ControlId, Role};

/// A catalogue that cannot be read or that contradicts itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CatalogueError {
    /// A file that every catalogue needs is not there.
    #[error("{0}: this file is missing")]
    Missing(String),
    /// A file that is not text.
    #[error("{0}: not UTF-8 text")]
    NotText(String),
    /// A file that is not the TOML it should be.
    #[error("{file}:{line}: {message}")]
    Syntax {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What the parser says.
        message: String,
    },
    /// A file that reads well but says what cannot be.
    #[error("{file}:{line}: {problem}")]
    Invalid {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What cannot be.
        problem: Problem,
    },
}

/// What cannot be in a catalogue.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Two entries with one identifier.
    #[error("'{0}' is there twice")]
    Twice(String),
    /// A control folder that is not named after its control.
    #[error("the folder of this control should be named '{expected}'")]
    FolderName {
        /// Identifier and title.
        expected: String,
    },
    /// A text without words in one of the languages.
    #[error("'{0}' is empty in English or Japanese")]
    Blank(&'static str),
    /// A cell whose `guidance` flag and contents disagree.
    #[error("the {0} cell {1}")]
    Cell(Role, &'static str),
    /// A requirement whose identifier is not in kebab-case.
    #[error("'{0}' should be in kebab-case (like image-baseline)")]
    NotKebab(String),
    /// A reference to a control that no file describes.
    #[error("{0} is not a control of {1}")]
    UnknownControl(ControlId, &'static str),
    /// A control that is called otherwise in the base standard's list.
    #[error("{id} is called '{base}' in the list of ISO/IEC 27002:2013 controls")]
    TitleDiffers {
        /// The control.
        id: ControlId,
        /// The title in the list.
        base: String,
    },
    /// A control with a cloud flag that its own file refutes.
    #[error("{0} is marked with has_cloud_guidance, which its own file and the list see differently")]
    GuidanceDiffers(ControlId),
    /// A link between editions that only one side tells.
    #[error("the link between {old} (2015) and {new} (2026) is not told alike by both sides")]
    OneSided {
        /// The control of the 2015 edition.
        old: ControlId,
        /// The control of the 2026 edition.
        new: ControlId,
    },
    /// A control of 2015 that goes nowhere and is not listed as dropped, or the other way round.
    #[error("{0} has to have either links to 2026 or an entry among those dropped there")]
    NotDropped(ControlId),
    /// A correspondence between the editions of ISO/IEC 27002 that only one list tells.
    #[error("the correspondence between {old} (2013) and {new} (2022) is in one of the lists only")]
    OneSidedBase {
        /// The control of the 2013 edition.
        old: ControlId,
        /// The control of the 2022 edition.
        new: ControlId,
    },
}
