//! The control folders: the 2015 edition.

use std::collections::BTreeMap;

use isoneph_model::{ControlId, Edition, Role, Support};

use super::tables::{CellTable, ControlFile, RequirementTable};
use super::{Placed, Placeds, insert};
use crate::base::{BaseControl, BaseStandard};
use crate::control::{Cell, Control, ControlKind, Origin, Passage, Requirement, RequirementKey};
use crate::error::{CatalogueError, Problem};
use crate::source::Source;

pub(super) fn read_all<'a>(files: &BTreeMap<&'a str, &'a str>) -> Result<Placeds<'a, Control>, CatalogueError> {
    let mut controls = Placeds::new();
    for (path, text) in files {
        let Some(folder) = path.strip_prefix("controls/").and_then(|p| p.strip_suffix("/control.toml")) else {
            continue;
        };
        let control = read(Source { path, text })?;
        let expected = folder_name(&control.value);
        if folder != expected {
            return Err(control.refuse(Problem::FolderName { expected }));
        }
        insert(&mut controls, control)?;
    }
    Ok(controls)
}

/// Identifier and title: letters and digits stay, spaces become hyphens, the rest goes.
fn folder_name(control: &Control) -> String {
    let slug = control.title.en.chars().filter_map(|c| match c {
        ' ' => Some('-'),
        c if c.is_ascii_alphanumeric() => Some(c.to_ascii_lowercase()),
        _ => None,
    });
    format!("{}-{}", control.id, slug.collect::<String>())
}

fn read(source: Source<'_>) -> Result<Placed<'_, Control>, CatalogueError> {
    let file: ControlFile = source.parse()?;
    let id = file.id.get_ref().clone();
    source.require_words(&file.id, "title", &file.title)?;
    source.require_words(&file.id, "confidence.basis", &file.confidence.basis)?;
    for kind in &file.evidence {
        source.require_words(&file.id, "evidence", kind)?;
    }
    let value = Control {
        edition: Edition::E2015,
        title: file.title,
        title_ja_basis: file.title_ja_basis,
        clause: file.clause,
        objective_group: Some(file.objective_group),
        kind: file.kind,
        layout: Some(file.layout),
        confidence: file.confidence,
        iso27002_2022: file.crosswalk.iso27002_2022,
        iso27002_2022_basis: file.crosswalk.iso27002_2022_basis,
        links: file.crosswalk.iso27017_2026,
        links_note: file.crosswalk.iso27017_2026_note,
        evidence: file.evidence,
        about: file.about,
        provider: read_cell(source, &id, Role::Provider, file.provider)?,
        customer: read_cell(source, &id, Role::Customer, file.customer)?,
        id,
    };
    Ok(Placed { source, at: file.id, value })
}

fn read_cell(source: Source<'_>, id: &ControlId, role: Role, table: CellTable) -> Result<Cell, CatalogueError> {
    let guidance = *table.guidance.get_ref();
    let required = table.requires.iter().any(|r| r.support == Support::Required);
    let mistake = match (guidance, &table.text) {
        (true, None) => Some("has guidance but no text"),
        (false, Some(_)) => Some("has a text but no guidance"),
        (true, Some(_)) if !required => Some("has guidance but requires nothing"),
        (false, None) if !table.requires.is_empty() => Some("has requirements but no guidance"),
        (true, Some(_)) | (false, None) => None,
    };
    if let Some(mistake) = mistake {
        return Err(source.refuse(&table.guidance, Problem::Cell(role, mistake)));
    }
    let mut passages = Vec::new();
    if let Some(text) = table.text {
        source.require_words(&table.guidance, "text", &text)?;
        passages.push(Passage { control: id.clone(), text });
    }
    let requires = read_requirements(source, id, table.requires)?;
    Ok(Cell { guidance, origin: Origin::Written, passages, requires })
}

fn read_requirements(
    source: Source<'_>,
    control: &ControlId,
    rows: Vec<RequirementTable>,
) -> Result<Vec<Requirement>, CatalogueError> {
    let mut requires: Vec<Requirement> = Vec::new();
    for row in rows {
        let name = row.id.get_ref().clone();
        if !is_kebab(&name) {
            return Err(source.refuse(&row.id, Problem::NotKebab(name)));
        }
        if requires.iter().any(|r| r.key.name == name) {
            return Err(source.refuse(&row.id, Problem::Twice(name)));
        }
        source.require_words(&row.id, "what", &row.what)?;
        let key = RequirementKey { control: control.clone(), name };
        requires.push(Requirement { key, kind: row.kind, support: row.support, what: row.what });
    }
    Ok(requires)
}

fn is_kebab(name: &str) -> bool {
    let word = |w: &str| !w.is_empty() && w.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    name.split('-').all(word)
}

/// The folders agree with the lists of ISO/IEC 27002: those with cloud guidance have a folder and the same title there,
/// the extended ones are on no list, and what they are mapped to exists.
pub(super) fn agree(
    controls: &Placeds<'_, Control>,
    base_2013: &Placeds<'_, BaseControl>,
    base_2022: &Placeds<'_, BaseControl>,
) -> Result<(), CatalogueError> {
    for (id, placed) in controls {
        let control = &placed.value;
        let base = base_2013.get(id).map(|b| &b.value);
        if base.is_some() != (control.kind == ControlKind::Guidance) {
            return Err(placed.refuse(Problem::UnknownControl(id.clone(), BaseStandard::E2013.as_str())));
        }
        if let Some(base) = base.filter(|base| base.title != control.title) {
            let base = format!("{} / {}", base.title.en, base.title.ja);
            return Err(placed.refuse(Problem::TitleDiffers { id: id.clone(), base }));
        }
        if let Some(unknown) = control.iso27002_2022.iter().find(|id| !base_2022.contains_key(*id)) {
            return Err(placed.refuse(Problem::UnknownControl(unknown.clone(), BaseStandard::E2022.as_str())));
        }
    }
    match base_2013.iter().find(|(id, base)| base.value.has_cloud_guidance() != controls.contains_key(*id)) {
        Some((id, base)) => Err(base.refuse(Problem::GuidanceDiffers(id.clone()))),
        None => Ok(()),
    }
}
