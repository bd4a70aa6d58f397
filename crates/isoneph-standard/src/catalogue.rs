//! Everything this crate knows, in one value.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use isoneph_model::{ControlId, Edition};

use crate::base::{BaseControl, BaseStandard};
use crate::control::Control;
use crate::crosswalk::CrosswalkRow;
use crate::edition::EditionView;
use crate::error::CatalogueError;
use crate::glossary::{Glossary, Lookup};
use crate::{embedded, load};

/// The controls of both editions of ISO/IEC 27017, the lists of ISO/IEC 27002 under them, the crosswalks between them,
/// and the glossary. A value of this type is free of contradictions: every identifier in it leads somewhere.
#[derive(Debug, Clone)]
pub struct Catalogue {
    pub(crate) in_2015: EditionView,
    pub(crate) in_2026: EditionView,
    pub(crate) base_2013: BTreeMap<ControlId, BaseControl>,
    pub(crate) base_2022: BTreeMap<ControlId, BaseControl>,
    pub(crate) crosswalk: Vec<CrosswalkRow>,
    pub(crate) glossary: Glossary,
}

impl Catalogue {
    /// The catalogue that this program carries, read once.
    ///
    /// # Errors
    /// If the embedded files contradict each other; the tests of this crate see to it that they do not.
    pub fn embedded() -> Result<&'static Catalogue, CatalogueError> {
        static CATALOGUE: OnceLock<Result<Catalogue, CatalogueError>> = OnceLock::new();
        let read = || {
            let files = embedded::files()?;
            Catalogue::parse(files.iter().map(|(path, text)| (path.as_str(), text.as_str())))
        };
        CATALOGUE.get_or_init(read).as_ref().map_err(Clone::clone)
    }

    /// A catalogue from files, each by its path in the repository (`controls/…/control.toml`, `standard/….toml`) and text.
    /// Other paths are passed over.
    ///
    /// # Errors
    /// If a file is missing, is not what it should be, or contradicts another. The error names file and line.
    pub fn parse<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Catalogue, CatalogueError> {
        load::load(&files.into_iter().collect())
    }

    /// One edition of ISO/IEC 27017.
    pub fn edition(&self, edition: Edition) -> &EditionView {
        match edition {
            Edition::E2015 => &self.in_2015,
            Edition::E2026 => &self.in_2026,
        }
    }

    /// A control with cloud guidance, by its exact identifier in the edition. For what people write, see
    /// [`Catalogue::find`].
    pub fn control(&self, edition: Edition, id: &ControlId) -> Option<&Control> {
        self.edition(edition).control(id)
    }

    /// The controls of an edition of ISO/IEC 27002, in the order of the standard.
    pub fn base_controls(&self, standard: BaseStandard) -> impl ExactSizeIterator<Item = &BaseControl> {
        self.base(standard).values()
    }

    /// A control of ISO/IEC 27002.
    pub fn base_control(&self, standard: BaseStandard, id: &ControlId) -> Option<&BaseControl> {
        self.base(standard).get(id)
    }

    /// The crosswalk from the 2015 edition to the 2026 edition: by control of 2015, then the new ones of 2026. Every
    /// control of either edition is in it.
    pub fn crosswalk(&self) -> &[CrosswalkRow] {
        &self.crosswalk
    }

    /// Where a control of one edition of ISO/IEC 27017 is in the other. Empty for dropped and new controls.
    pub fn in_other_edition(&self, edition: Edition, id: &ControlId) -> Vec<&Control> {
        let other = self.edition(match edition {
            Edition::E2015 => Edition::E2026,
            Edition::E2026 => Edition::E2015,
        });
        let links = self.control(edition, id).map(|c| c.links.as_slice()).unwrap_or_default();
        links.iter().filter_map(|link| other.control(&link.id)).collect()
    }

    /// The words isoneph uses.
    pub fn glossary(&self) -> &Glossary {
        &self.glossary
    }

    /// What a word, a standard or a control identifier means. See [`Lookup`].
    pub fn explain(&self, asked: &str) -> Lookup<'_> {
        self.glossary.lookup(asked, self)
    }

    fn base(&self, standard: BaseStandard) -> &BTreeMap<ControlId, BaseControl> {
        match standard {
            BaseStandard::E2013 => &self.base_2013,
            BaseStandard::E2022 => &self.base_2022,
        }
    }
}

#[cfg(test)]
mod tests;
