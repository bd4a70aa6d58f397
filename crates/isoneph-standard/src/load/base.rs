//! The two lists of ISO/IEC 27002.

use isoneph_model::ControlId;

use super::tables::{Base2013File, Base2022File};
use super::{Placed, Placeds, insert};
use crate::base::{BaseControl, BaseStandard, CloudLayer};
use crate::control::Control;
use crate::error::{CatalogueError, Problem};
use crate::source::Source;

pub(super) fn read_2013(source: Source<'_>) -> Result<Placeds<'_, BaseControl>, CatalogueError> {
    let mut controls = Placeds::new();
    for row in source.parse::<Base2013File>()?.control {
        source.require_words(&row.id, "title", &row.title)?;
        let cloud = match (row.has_cloud_guidance, row.note_only) {
            (true, _) => CloudLayer::Guidance,
            (false, true) => CloudLayer::NoteOnly,
            (false, false) => CloudLayer::None,
        };
        let value = BaseControl {
            standard: BaseStandard::E2013,
            id: row.id.get_ref().clone(),
            title: row.title,
            group: row.clause,
            objective_group: Some(row.objective_group),
            cloud,
            counterparts: row.iso27002_2022,
        };
        insert(&mut controls, Placed { source, at: row.id, value })?;
    }
    Ok(controls)
}

pub(super) fn read_2022(source: Source<'_>) -> Result<Placeds<'_, BaseControl>, CatalogueError> {
    let mut controls = Placeds::new();
    for row in source.parse::<Base2022File>()?.control {
        source.require_words(&row.id, "title", &row.title)?;
        let value = BaseControl {
            standard: BaseStandard::E2022,
            id: row.id.get_ref().clone(),
            title: row.title,
            group: row.theme,
            objective_group: None,
            cloud: CloudLayer::None,
            counterparts: row.iso27002_2013,
        };
        insert(&mut controls, Placed { source, at: row.id, value })?;
    }
    Ok(controls)
}

/// Both lists tell the same correspondence.
pub(super) fn agree(old: &Placeds<'_, BaseControl>, new: &Placeds<'_, BaseControl>) -> Result<(), CatalogueError> {
    for control in old.values() {
        if let Some(counterpart) = untold(control, new) {
            let (old, new) = (control.value.id.clone(), counterpart.clone());
            return Err(control.refuse(Problem::OneSidedBase { old, new }));
        }
    }
    for control in new.values() {
        if let Some(counterpart) = untold(control, old) {
            let (old, new) = (counterpart.clone(), control.value.id.clone());
            return Err(control.refuse(Problem::OneSidedBase { old, new }));
        }
    }
    Ok(())
}

/// A counterpart that does not name the control in turn.
fn untold<'c>(control: &'c Placed<'_, BaseControl>, others: &Placeds<'_, BaseControl>) -> Option<&'c ControlId> {
    let BaseControl { id, counterparts, .. } = &control.value;
    counterparts.iter().find(|c| !others.get(*c).is_some_and(|other| other.value.counterparts.contains(id)))
}

/// Which controls of 2022 have cloud guidance is known from the 2026 edition only.
pub(super) fn with_cloud_layer<'a>(
    mut base: Placeds<'a, BaseControl>,
    in_2026: &Placeds<'_, Control>,
) -> Placeds<'a, BaseControl> {
    for (id, control) in &mut base {
        if in_2026.contains_key(id) {
            control.value.cloud = CloudLayer::Guidance;
        }
    }
    base
}
