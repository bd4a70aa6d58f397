//! Files into a catalogue: reads each, then checks that they agree.

use std::collections::BTreeMap;

use isoneph_model::{ControlId, Edition, RequirementKind, Role, Support, Text};
use serde::Deserialize;
use toml::Spanned;

use crate::base::{BaseControl, BaseStandard, CloudLayer};
use crate::catalogue::Catalogue;
use crate::control::{
    Cell, Certainty, Confidence, Control, ControlKind, Layout, MappingBasis, Origin, Passage, Requirement,
    RequirementKey, TitleBasis,
};
use crate::crosswalk::{CrosswalkRow, Link, Relation};
use crate::edition::{EditionFacts, EditionView, derived_cell};
use crate::error::{CatalogueError, Problem};
use crate::glossary::Glossary;
use crate::source::Source;

type Controls = BTreeMap<ControlId, Control>;
type BaseControls = BTreeMap<ControlId, BaseControl>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ControlFile {
    id: Spanned<ControlId>,
    kind: ControlKind,
    layout: Layout,
    clause: String,
    objective_group: String,
    title: Text,
    title_ja_basis: TitleBasis,
    evidence: Vec<Text>,
    confidence: Confidence,
    crosswalk: CrosswalkTable,
    provider: CellTable,
    customer: CellTable,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CrosswalkTable {
    iso27002_2022: Vec<ControlId>,
    iso27002_2022_basis: MappingBasis,
    iso27017_2026: Vec<Link>,
    iso27017_2026_note: Option<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CellTable {
    guidance: Spanned<bool>,
    text: Option<Text>,
    #[serde(default)]
    requires: Vec<RequirementTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RequirementTable {
    id: Spanned<String>,
    kind: RequirementKind,
    #[serde(rename = "as")]
    support: Support,
    what: Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Base2013File {
    #[serde(rename = "standard")]
    _standard: String,
    #[serde(rename = "title_ja_basis")]
    _title_ja_basis: TitleBasis,
    control: Vec<Base2013>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Base2013 {
    id: Spanned<ControlId>,
    title: Text,
    clause: String,
    objective_group: String,
    #[serde(rename = "in_standard")]
    _in_standard: bool,
    has_cloud_guidance: bool,
    note_only: bool,
    iso27002_2022: Vec<ControlId>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Base2022File {
    #[serde(rename = "standard")]
    _standard: String,
    #[serde(rename = "title_ja_basis")]
    _title_ja_basis: TitleBasis,
    control: Vec<Base2022>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Base2022 {
    id: Spanned<ControlId>,
    title: Text,
    theme: String,
    iso27002_2013: Vec<ControlId>,
    #[serde(rename = "new_in_2022")]
    _new_in_2022: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File2026 {
    #[serde(rename = "standard")]
    _standard: String,
    title_ja_basis: TitleBasis,
    #[serde(rename = "confidence")]
    _confidence: Certainty,
    #[serde(rename = "basis")]
    _basis: Text,
    dropped: Vec<Dropped>,
    control: Vec<Control2026>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Dropped {
    id: Spanned<ControlId>,
    basis: Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Control2026 {
    id: Spanned<ControlId>,
    title: Text,
    clause: String,
    kind: ControlKind,
    layout: Option<Layout>,
    provider: bool,
    customer: bool,
    from_2015: Vec<Link>,
    confidence: Certainty,
    basis: Text,
    known: Option<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EditionsFile {
    edition: Vec<EditionFacts>,
}

pub(crate) fn load(files: &BTreeMap<&str, &str>) -> Result<Catalogue, CatalogueError> {
    let base13_source = source(files, "standard/iso27002-2013.toml")?;
    let base13 = read_base_2013(base13_source)?;
    let base22 = read_base_2022(source(files, "standard/iso27002-2022.toml")?)?;
    let in_2015 = read_controls(files, &base13)?;
    let source_2026 = source(files, "standard/iso27017-2026.toml")?;
    let file_2026: File2026 = source_2026.parse()?;
    let crosswalk = crosswalk(source_2026, &file_2026, &in_2015)?;
    let in_2026 = build_2026(source_2026, file_2026, &in_2015, &base22)?;
    agree(base13_source, &base13, &base22, &in_2015)?;

    let base22 = with_cloud_layer(base22, &in_2026);
    let mut facts: BTreeMap<Edition, EditionFacts> =
        source(files, EDITIONS)?.parse::<EditionsFile>()?.edition.into_iter().map(|f| (f.edition, f)).collect();
    let mut view = |edition: Edition, controls| {
        let facts =
            facts.remove(&edition).ok_or_else(|| CatalogueError::Missing(format!("{EDITIONS}, edition {edition}")))?;
        Ok::<_, CatalogueError>(EditionView { facts, controls })
    };
    Ok(Catalogue {
        in_2015: view(Edition::E2015, in_2015)?,
        in_2026: view(Edition::E2026, in_2026)?,
        base_2013: base13.into_iter().map(|(id, (_, control))| (id, control)).collect(),
        base_2022: base22,
        crosswalk,
        glossary: Glossary::read(source(files, "standard/glossary.toml")?)?,
    })
}

const EDITIONS: &str = "standard/editions.toml";

fn source<'a>(files: &BTreeMap<&'a str, &'a str>, path: &str) -> Result<Source<'a>, CatalogueError> {
    let (path, text) = files.get_key_value(path).ok_or_else(|| CatalogueError::Missing(path.to_owned()))?;
    Ok(Source { path, text })
}

type SpannedBase = BTreeMap<ControlId, (Spanned<ControlId>, BaseControl)>;

fn read_base_2013(source: Source<'_>) -> Result<SpannedBase, CatalogueError> {
    let mut controls = SpannedBase::new();
    for row in source.parse::<Base2013File>()?.control {
        source.require_words(&row.id, "title", &row.title)?;
        let id = row.id.get_ref().clone();
        let cloud = match (row.has_cloud_guidance, row.note_only) {
            (true, _) => CloudLayer::Guidance,
            (false, true) => CloudLayer::NoteOnly,
            (false, false) => CloudLayer::None,
        };
        let control = BaseControl {
            standard: BaseStandard::E2013,
            id: id.clone(),
            title: row.title,
            group: row.clause,
            objective_group: Some(row.objective_group),
            cloud,
            counterparts: row.iso27002_2022,
        };
        if controls.contains_key(&id) {
            return Err(source.refuse(&row.id, Problem::Twice(id.to_string())));
        }
        controls.insert(id, (row.id, control));
    }
    Ok(controls)
}

fn read_base_2022(source: Source<'_>) -> Result<BaseControls, CatalogueError> {
    let mut controls = BaseControls::new();
    for row in source.parse::<Base2022File>()?.control {
        source.require_words(&row.id, "title", &row.title)?;
        let id = row.id.get_ref().clone();
        let control = BaseControl {
            standard: BaseStandard::E2022,
            id: id.clone(),
            title: row.title,
            group: row.theme,
            objective_group: None,
            cloud: CloudLayer::None,
            counterparts: row.iso27002_2013,
        };
        if controls.insert(id.clone(), control).is_some() {
            return Err(source.refuse(&row.id, Problem::Twice(id.to_string())));
        }
    }
    Ok(controls)
}

fn read_controls(files: &BTreeMap<&str, &str>, base: &SpannedBase) -> Result<Controls, CatalogueError> {
    let mut controls = Controls::new();
    for (path, text) in files {
        let Some(folder) = path.strip_prefix("controls/").and_then(|p| p.strip_suffix("/control.toml")) else {
            continue;
        };
        let source = Source { path, text };
        let (at, control) = read_control(source)?;
        let expected = folder_name(&control);
        if folder != expected {
            return Err(source.refuse(&at, Problem::FolderName { expected }));
        }
        check_against_base(source, &at, &control, base)?;
        if controls.insert(control.id.clone(), control).is_some() {
            return Err(source.refuse(&at, Problem::Twice(at.get_ref().to_string())));
        }
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

fn read_control(source: Source<'_>) -> Result<(Spanned<ControlId>, Control), CatalogueError> {
    let file: ControlFile = source.parse()?;
    let id = file.id.get_ref().clone();
    source.require_words(&file.id, "title", &file.title)?;
    source.require_words(&file.id, "confidence.basis", &file.confidence.basis)?;
    for kind in &file.evidence {
        source.require_words(&file.id, "evidence", kind)?;
    }
    let control = Control {
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
        provider: read_cell(source, &id, Role::Provider, file.provider)?,
        customer: read_cell(source, &id, Role::Customer, file.customer)?,
        id,
    };
    Ok((file.id, control))
}

fn read_cell(source: Source<'_>, id: &ControlId, role: Role, table: CellTable) -> Result<Cell, CatalogueError> {
    let guidance = *table.guidance.get_ref();
    let refuse = |why| Err(source.refuse(&table.guidance, Problem::Cell(role, why)));
    match (&table.text, guidance) {
        (None, true) => return refuse("has guidance but no text"),
        (Some(_), false) => return refuse("has a text but no guidance"),
        (Some(text), true) => source.require_words(&table.guidance, "text", text)?,
        (None, false) => {}
    }
    let required = table.requires.iter().any(|r| r.support == Support::Required);
    match (required, guidance) {
        (false, true) => return refuse("has guidance but requires nothing"),
        (_, false) if !table.requires.is_empty() => return refuse("has requirements but no guidance"),
        _ => {}
    }
    let passages = table.text.map(|text| Passage { control: id.clone(), text }).into_iter().collect();
    let mut requires: Vec<Requirement> = Vec::new();
    for row in table.requires {
        let name = row.id.get_ref();
        if !is_kebab(name) {
            return Err(source.refuse(&row.id, Problem::NotKebab(name.clone())));
        }
        if requires.iter().any(|r| r.key.name == *name) {
            return Err(source.refuse(&row.id, Problem::Twice(name.clone())));
        }
        source.require_words(&row.id, "what", &row.what)?;
        let key = RequirementKey { control: id.clone(), name: name.clone() };
        requires.push(Requirement { key, kind: row.kind, support: row.support, what: row.what });
    }
    Ok(Cell { guidance, origin: Origin::Written, passages, requires })
}

fn is_kebab(name: &str) -> bool {
    let word = |w: &str| !w.is_empty() && w.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    name.split('-').all(word)
}

fn check_against_base(
    source: Source<'_>,
    at: &Spanned<ControlId>,
    control: &Control,
    base: &SpannedBase,
) -> Result<(), CatalogueError> {
    match (base.get(&control.id), control.kind) {
        (None, ControlKind::Extended) => Ok(()),
        (Some((_, base)), ControlKind::Guidance) if base.title != control.title => {
            let base = format!("{} / {}", base.title.en, base.title.ja);
            Err(source.refuse(at, Problem::TitleDiffers { id: control.id.clone(), base }))
        }
        (Some((_, base)), ControlKind::Guidance) if !base.has_cloud_guidance() => {
            Err(source.refuse(at, Problem::GuidanceDiffers(control.id.clone())))
        }
        (Some(_), ControlKind::Guidance) => Ok(()),
        (None, ControlKind::Guidance) | (Some(_), ControlKind::Extended) => {
            Err(source.refuse(at, Problem::UnknownControl(control.id.clone(), BaseStandard::E2013.as_str())))
        }
    }
}

/// The crosswalk between the editions, which both sides must tell alike.
fn crosswalk(source: Source<'_>, file: &File2026, old: &Controls) -> Result<Vec<CrosswalkRow>, CatalogueError> {
    let unknown = |at, id: &ControlId| source.refuse(at, Problem::UnknownControl(id.clone(), "ISO/IEC 27017:2015"));
    let mut rows = Vec::new();
    for control in &file.control {
        for link in &control.from_2015 {
            let from = old.get(&link.id).ok_or_else(|| unknown(&control.id, &link.id))?;
            let back = from.links.iter().find(|l| l.id == *control.id.get_ref());
            if back.is_none_or(|l| l.relation != link.relation) {
                let (old, new) = (link.id.clone(), control.id.get_ref().clone());
                return Err(source.refuse(&control.id, Problem::OneSided { old, new }));
            }
            rows.push(CrosswalkRow {
                old: Some(link.id.clone()),
                new: Some(control.id.get_ref().clone()),
                relation: link.relation,
                note: from.links_note.clone(),
            });
        }
        if control.from_2015.is_empty() {
            let new = Some(control.id.get_ref().clone());
            rows.push(CrosswalkRow { old: None, new, relation: Relation::New, note: control.known.clone() });
        }
    }
    for dropped in &file.dropped {
        let from = old.get(dropped.id.get_ref()).ok_or_else(|| unknown(&dropped.id, dropped.id.get_ref()))?;
        let note = Some(from.links_note.clone().unwrap_or_else(|| dropped.basis.clone()));
        rows.push(CrosswalkRow { old: Some(from.id.clone()), new: None, relation: Relation::Dropped, note });
    }
    rows.sort_by(|a, b| (a.old.is_none(), &a.old, &a.new).cmp(&(b.old.is_none(), &b.old, &b.new)));
    every_link_returned(source, file, old, &rows)?;
    Ok(rows)
}

/// Every control of 2015 is dropped or goes where the 2026 file says so too.
fn every_link_returned(
    source: Source<'_>,
    file: &File2026,
    old: &Controls,
    rows: &[CrosswalkRow],
) -> Result<(), CatalogueError> {
    let Some(first) = file.control.first() else { return Ok(()) };
    for control in old.values() {
        let told =
            |new: Option<&ControlId>| rows.iter().any(|r| r.old.as_ref() == Some(&control.id) && r.new.as_ref() == new);
        let missing = match control.links.iter().find(|l| !told(Some(&l.id))) {
            Some(link) => Some(&link.id),
            None if control.links.is_empty() && !told(None) => Some(first.id.get_ref()),
            None => None,
        };
        if let Some(new) = missing {
            let problem = Problem::OneSided { old: control.id.clone(), new: new.clone() };
            return Err(source.refuse(&first.id, problem));
        }
    }
    Ok(())
}

fn build_2026(
    source: Source<'_>,
    file: File2026,
    old: &Controls,
    base: &BaseControls,
) -> Result<Controls, CatalogueError> {
    let mut controls = Controls::new();
    for row in file.control {
        source.require_words(&row.id, "title", &row.title)?;
        let id = row.id.get_ref().clone();
        let in_base = base.contains_key(&id);
        if in_base != (row.kind == ControlKind::Guidance) {
            return Err(source.refuse(&row.id, Problem::UnknownControl(id, BaseStandard::E2022.as_str())));
        }
        let sources: Vec<&Control> = row.from_2015.iter().filter_map(|l| old.get(&l.id)).collect();
        let mut evidence: Vec<Text> = Vec::new();
        for kind in sources.iter().flat_map(|c| &c.evidence) {
            if !evidence.contains(kind) {
                evidence.push(kind.clone());
            }
        }
        let control = Control {
            edition: Edition::E2026,
            id: id.clone(),
            title: row.title,
            title_ja_basis: file.title_ja_basis,
            clause: row.clause,
            objective_group: None,
            kind: row.kind,
            layout: row.layout,
            confidence: Confidence { flags: row.confidence, basis: row.basis },
            iso27002_2022: if in_base { vec![id.clone()] } else { Vec::new() },
            iso27002_2022_basis: MappingBasis::PublicCorrespondence,
            provider: derived_cell(row.provider, Role::Provider, &sources, row.known.as_ref()),
            customer: derived_cell(row.customer, Role::Customer, &sources, row.known.as_ref()),
            links: row.from_2015,
            links_note: row.known,
            evidence,
        };
        if controls.insert(id.clone(), control).is_some() {
            return Err(source.refuse(&row.id, Problem::Twice(id.to_string())));
        }
    }
    Ok(controls)
}

/// The lists of ISO/IEC 27002 agree with each other, and the older one with the control folders.
fn agree(
    source: Source<'_>,
    base13: &SpannedBase,
    base22: &BaseControls,
    old: &Controls,
) -> Result<(), CatalogueError> {
    for (id, (at, control)) in base13 {
        if control.has_cloud_guidance() != old.contains_key(id) {
            return Err(source.refuse(at, Problem::GuidanceDiffers(id.clone())));
        }
        let one_sided = |new: &&ControlId| !base22.get(*new).is_some_and(|c| c.counterparts.contains(id));
        if let Some(new) = control.counterparts.iter().find(one_sided) {
            let problem = Problem::OneSidedBase { old: id.clone(), new: new.clone() };
            return Err(source.refuse(at, problem));
        }
    }
    for control in base22.values() {
        let one_sided = |old: &&ControlId| !base13.get(*old).is_some_and(|(_, c)| c.counterparts.contains(&control.id));
        if let Some(old) = control.counterparts.iter().find(one_sided)
            && let Some((at, _)) = base13.values().next()
        {
            let problem = Problem::OneSidedBase { old: old.clone(), new: control.id.clone() };
            return Err(source.refuse(at, problem));
        }
    }
    for control in old.values() {
        let unknown = control.iso27002_2022.iter().find(|id| !base22.contains_key(id));
        if let Some(id) = unknown
            && let Some((at, _)) = base13.values().next()
        {
            return Err(source.refuse(at, Problem::UnknownControl(id.clone(), BaseStandard::E2022.as_str())));
        }
    }
    Ok(())
}

fn with_cloud_layer(mut base: BaseControls, controls: &Controls) -> BaseControls {
    for (id, control) in &mut base {
        if controls.contains_key(id) {
            control.cloud = CloudLayer::Guidance;
        }
    }
    base
}
