//! Which control somebody means.

use std::fmt;

use isoneph_model::{ControlId, Edition, Text};

use crate::base::{BaseControl, BaseStandard};
use crate::catalogue::Catalogue;
use crate::control::Control;
use crate::spelling;

/// The most identifiers a failed search offers instead.
const MOST_SIMILAR: usize = 5;

/// A control that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found<'a> {
    /// A control with cloud guidance.
    Control(&'a Control),
    /// A control of the base standard for which ISO/IEC 27017 has a heading but no cloud guidance.
    Base(&'a BaseControl),
}

impl<'a> Found<'a> {
    /// Its identifier.
    pub fn id(self) -> &'a ControlId {
        match self {
            Found::Control(control) => &control.id,
            Found::Base(control) => &control.id,
        }
    }

    /// Its title.
    pub fn title(self) -> &'a Text {
        match self {
            Found::Control(control) => &control.title,
            Found::Base(control) => &control.title,
        }
    }

    /// Whether ISO/IEC 27017 has guidance for some role.
    pub fn has_cloud_guidance(self) -> bool {
        matches!(self, Found::Control(_))
    }
}

/// No control of the edition has this identifier; perhaps one of these was meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotFound {
    /// What was asked.
    pub asked: String,
    /// In which edition.
    pub edition: Edition,
    /// What may have been meant.
    pub instead: Vec<Instead>,
}

/// What may have been meant by an identifier that the edition does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Instead {
    /// The other edition has it.
    OtherEdition {
        /// The other edition.
        edition: Edition,
        /// The control there.
        id: ControlId,
        /// Its title there.
        title: Text,
        /// What it is in the edition that was asked about. Empty if it has nothing of the kind.
        here: Vec<ControlId>,
    },
    /// The edition has one that looks like it.
    Similar {
        /// Its identifier.
        id: ControlId,
        /// Its title.
        title: Text,
    },
}

impl std::error::Error for NotFound {}

impl fmt::Display for NotFound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ISO/IEC 27017:{} has no control '{}'", self.edition, self.asked)?;
        let mut similar = Vec::new();
        for instead in &self.instead {
            match instead {
                Instead::OtherEdition { edition, id, title, here } => {
                    write!(f, "; ISO/IEC 27017:{edition} has {id} ({})", title.en)?;
                    match here.as_slice() {
                        [] => write!(f, ", which has no counterpart in {}", self.edition)?,
                        ids => write!(f, ", which is {} in {}", list(ids.iter()), self.edition)?,
                    }
                }
                Instead::Similar { id, .. } => similar.push(id),
            }
        }
        if !similar.is_empty() {
            write!(f, "; similar: {}", list(similar.into_iter()))?;
        }
        Ok(())
    }
}

fn list<'a>(ids: impl Iterator<Item = &'a ControlId>) -> String {
    ids.map(ControlId::as_str).collect::<Vec<_>>().join(", ")
}

impl Catalogue {
    /// The control of an edition that somebody means by `9.2.1`, `A.9.2.1`, `CLD 9.5.2`, `6.3.1` or `８.３５`.
    ///
    /// An identifier of the base standard wins. Where it has none, the one with the prefix `CLD.` is meant: ISO/IEC
    /// 27002:2013 has no 6.3.1, so it is `CLD.6.3.1`.
    ///
    /// # Errors
    /// If the edition has no such control. The error says what may have been meant.
    pub fn find(&self, edition: Edition, asked: &str) -> Result<Found<'_>, NotFound> {
        let id = spelling::half_width(asked).parse::<ControlId>().ok();
        if let Some(found) = id.as_ref().and_then(|id| self.find_id(edition, id)) {
            return Ok(found);
        }
        let instead = id.map(|id| self.instead(edition, &id)).unwrap_or_default();
        Err(NotFound { asked: asked.trim().to_owned(), edition, instead })
    }

    pub(crate) fn find_id(&self, edition: Edition, id: &ControlId) -> Option<Found<'_>> {
        let base = || self.base_control(BaseStandard::of(edition), id).map(Found::Base);
        let cloud = || self.control(edition, &id.with_cloud_prefix()).map(Found::Control);
        self.control(edition, id).map(Found::Control).or_else(base).or_else(cloud)
    }

    fn instead(&self, edition: Edition, id: &ControlId) -> Vec<Instead> {
        let other = match edition {
            Edition::E2015 => Edition::E2026,
            Edition::E2026 => Edition::E2015,
        };
        if let Some(found) = self.find_id(other, id) {
            let here = self.counterparts(other, found);
            return vec![Instead::OtherEdition {
                edition: other,
                id: found.id().clone(),
                title: found.title().clone(),
                here,
            }];
        }
        let similar = |stem: &str| self.similar(edition, stem);
        let text = id.as_str().trim_start_matches("CLD.");
        let mut near = text.rsplit_once('.').map(|(stem, _)| similar(stem)).unwrap_or_default();
        if near.is_empty() {
            near = text.split_once('.').map(|(stem, _)| similar(stem)).unwrap_or_default();
        }
        near
    }

    /// What a control of `edition` is in the other edition: its links, or else the base standard's correspondence.
    fn counterparts(&self, edition: Edition, found: Found<'_>) -> Vec<ControlId> {
        match found {
            Found::Control(control) => {
                let linked = control.links.iter().map(|l| l.id.clone()).collect::<Vec<_>>();
                let base = || self.base_control(BaseStandard::of(edition), &control.id);
                if linked.is_empty() { base().map(|b| b.counterparts.clone()).unwrap_or_default() } else { linked }
            }
            Found::Base(control) => control.counterparts.clone(),
        }
    }

    fn similar(&self, edition: Edition, stem: &str) -> Vec<Instead> {
        let below = |id: &ControlId| {
            let text = id.as_str().trim_start_matches("CLD.");
            text.strip_prefix(stem).is_some_and(|rest| rest.starts_with('.'))
        };
        let base = self.base_controls(BaseStandard::of(edition)).map(|c| (&c.id, &c.title));
        let own = self.edition(edition).controls().map(|c| (&c.id, &c.title));
        let mut all: Vec<_> = base.chain(own).filter(|(id, _)| below(id)).collect();
        all.sort_by_key(|(id, _)| *id);
        all.dedup_by_key(|(id, _)| *id);
        let similar = |(id, title): (&ControlId, &Text)| Instead::Similar { id: id.clone(), title: title.clone() };
        all.into_iter().take(MOST_SIMILAR).map(similar).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(edition: Edition, asked: &str) -> Result<Found<'static>, NotFound> {
        Catalogue::embedded().unwrap().find(edition, asked)
    }

    fn found(edition: Edition, asked: &str) -> (&'static str, bool) {
        let found = find(edition, asked).unwrap();
        (found.id().as_str(), found.has_cloud_guidance())
    }

    #[test]
    fn people_write_identifiers_in_many_ways() {
        for asked in ["6.3.1", "CLD.6.3.1", "cld 6.3.1", " CLD-6.3.1 ", "ＣＬＤ．６．３．１"] {
            assert_eq!(found(Edition::E2015, asked), ("CLD.6.3.1", true), "{asked}");
        }
        assert_eq!(found(Edition::E2015, "A.9.2.1"), ("9.2.1", true));
        assert_eq!(found(Edition::E2026, "8.35"), ("8.35", true));
    }

    #[test]
    fn every_cloud_control_is_found_without_its_prefix() {
        for control in Catalogue::embedded().unwrap().edition(Edition::E2015).controls() {
            let bare = control.id.as_str().trim_start_matches("CLD.");
            assert_eq!(find(Edition::E2015, bare), Ok(Found::Control(control)));
        }
    }

    #[test]
    fn a_base_control_without_cloud_guidance_is_found_and_says_so() {
        assert_eq!(found(Edition::E2015, "9.4.2"), ("9.4.2", false));
        assert_eq!(found(Edition::E2026, "8.28"), ("8.28", false));
    }

    #[test]
    fn a_number_of_the_other_edition_is_recognised() {
        let error = find(Edition::E2015, "8.35").unwrap_err().to_string();
        assert_eq!(
            error,
            "ISO/IEC 27017:2015 has no control '8.35'; ISO/IEC 27017:2026 has 8.35 (Segregation in virtual computing \
             environments), which is CLD.9.5.1, 13.1.3 in 2015"
        );
        let error = find(Edition::E2026, "CLD.9.5.2").unwrap_err().to_string();
        assert!(
            error.ends_with("ISO/IEC 27017:2015 has CLD.9.5.2 (Virtual machine hardening), which is 8.9 in 2026"),
            "{error}"
        );
        let error = find(Edition::E2015, "8.36").unwrap_err().to_string();
        assert!(error.ends_with("which has no counterpart in 2015"), "{error}");
    }

    #[test]
    fn a_number_of_no_edition_gets_its_neighbours() {
        let error = find(Edition::E2015, "9.2.7").unwrap_err().to_string();
        assert!(error.ends_with("similar: 9.2.1, 9.2.2, 9.2.3, 9.2.4, 9.2.5"), "{error}");
        let error = find(Edition::E2015, "CLD.9.5.3").unwrap_err().to_string();
        assert!(error.ends_with("similar: CLD.9.5.1, CLD.9.5.2"), "{error}");
        assert_eq!(find(Edition::E2015, "hardening").unwrap_err().instead, []);
        assert_eq!(find(Edition::E2015, "99.9.9").unwrap_err().instead, []);
    }
}
