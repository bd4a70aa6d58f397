//! The 2026 edition, and the crosswalk to it, which both sides must tell alike.

use isoneph_model::{ControlId, Edition, Role, Text};
use toml::Spanned;

use super::tables::{Control2026, Dropped, File2026};
use super::{Placed, Placeds, insert};
use crate::base::{BaseControl, BaseStandard};
use crate::control::{Confidence, Control, ControlKind, MappingBasis, TitleBasis};
use crate::crosswalk::{CrosswalkRow, Relation};
use crate::edition::derived_cell;
use crate::error::{CatalogueError, Problem};
use crate::source::Source;

/// The file of the 2026 edition, not yet checked against anything.
pub(super) struct Read2026<'a> {
    source: Source<'a>,
    file: File2026,
}

pub(super) fn read(source: Source<'_>) -> Result<Read2026<'_>, CatalogueError> {
    Ok(Read2026 { source, file: source.parse()? })
}

pub(super) fn crosswalk(
    read: &Read2026<'_>,
    in_2015: &Placeds<'_, Control>,
) -> Result<Vec<CrosswalkRow>, CatalogueError> {
    let mut rows = Vec::new();
    for control in &read.file.control {
        rows.extend(rows_to(read.source, control, in_2015)?);
    }
    for dropped in &read.file.dropped {
        rows.push(dropped_row(read.source, dropped, in_2015)?);
    }
    rows.sort_by(|a, b| (a.old.is_none(), &a.old, &a.new).cmp(&(b.old.is_none(), &b.old, &b.new)));
    in_2015.values().try_for_each(|control| every_link_is_told(control, &rows))?;
    Ok(rows)
}

fn old_control<'c, 'a>(
    source: Source<'_>,
    at: &Spanned<ControlId>,
    id: &ControlId,
    in_2015: &'c Placeds<'a, Control>,
) -> Result<&'c Control, CatalogueError> {
    let unknown = || source.refuse(at, Problem::UnknownControl(id.clone(), "ISO/IEC 27017:2015"));
    in_2015.get(id).map(|placed| &placed.value).ok_or_else(unknown)
}

/// The rows that lead to one control of 2026.
fn rows_to(
    source: Source<'_>,
    control: &Control2026,
    in_2015: &Placeds<'_, Control>,
) -> Result<Vec<CrosswalkRow>, CatalogueError> {
    let new = control.id.get_ref();
    if control.from_2015.is_empty() {
        let row =
            CrosswalkRow { old: None, new: Some(new.clone()), relation: Relation::New, note: control.known.clone() };
        return Ok(vec![row]);
    }
    let mut rows = Vec::new();
    for link in &control.from_2015 {
        let old = old_control(source, &control.id, &link.id, in_2015)?;
        if !old.links.iter().any(|back| back.id == *new && back.relation == link.relation) {
            let problem = Problem::OneSided { old: link.id.clone(), new: new.clone() };
            return Err(source.refuse(&control.id, problem));
        }
        let (id, note) = (Some(link.id.clone()), old.links_note.clone());
        rows.push(CrosswalkRow { old: id, new: Some(new.clone()), relation: link.relation, note });
    }
    Ok(rows)
}

fn dropped_row(
    source: Source<'_>,
    dropped: &Dropped,
    in_2015: &Placeds<'_, Control>,
) -> Result<CrosswalkRow, CatalogueError> {
    let old = old_control(source, &dropped.id, dropped.id.get_ref(), in_2015)?;
    let note = old.links_note.clone().unwrap_or_else(|| dropped.basis.clone());
    Ok(CrosswalkRow { old: Some(old.id.clone()), new: None, relation: Relation::Dropped, note: Some(note) })
}

/// A control of 2015 goes only where the file of 2026 says so too; one that goes nowhere is listed as dropped there.
fn every_link_is_told(placed: &Placed<'_, Control>, rows: &[CrosswalkRow]) -> Result<(), CatalogueError> {
    let control = &placed.value;
    let told =
        |new: Option<&ControlId>| rows.iter().any(|r| r.old.as_ref() == Some(&control.id) && r.new.as_ref() == new);
    if let Some(link) = control.links.iter().find(|link| !told(Some(&link.id))) {
        return Err(placed.refuse(Problem::OneSided { old: control.id.clone(), new: link.id.clone() }));
    }
    if control.links.is_empty() != told(None) {
        return Err(placed.refuse(Problem::NotDropped(control.id.clone())));
    }
    Ok(())
}

pub(super) fn build<'a>(
    read: Read2026<'a>,
    in_2015: &Placeds<'_, Control>,
    base_2022: &Placeds<'_, BaseControl>,
) -> Result<Placeds<'a, Control>, CatalogueError> {
    let Read2026 { source, file } = read;
    let mut controls = Placeds::new();
    for row in file.control {
        source.require_words(&row.id, "title", &row.title)?;
        source.require_words(&row.id, "basis", &row.basis)?;
        let in_base = base_2022.contains_key(row.id.get_ref());
        if in_base != (row.kind == ControlKind::Guidance) {
            let problem = Problem::UnknownControl(row.id.get_ref().clone(), BaseStandard::E2022.as_str());
            return Err(source.refuse(&row.id, problem));
        }
        let (at, value) = control_of(row, file.title_ja_basis, in_2015);
        insert(&mut controls, Placed { source, at, value })?;
    }
    Ok(controls)
}

fn control_of(
    row: Control2026,
    title_ja_basis: TitleBasis,
    in_2015: &Placeds<'_, Control>,
) -> (Spanned<ControlId>, Control) {
    let origins: Vec<&Control> = row.from_2015.iter().filter_map(|l| in_2015.get(&l.id)).map(|p| &p.value).collect();
    let id = row.id.get_ref().clone();
    let control = Control {
        edition: Edition::E2026,
        title: row.title,
        title_ja_basis,
        clause: row.clause,
        objective_group: None,
        kind: row.kind,
        layout: row.layout,
        confidence: Confidence { flags: row.confidence, basis: row.basis },
        iso27002_2022: if row.kind == ControlKind::Guidance { vec![id.clone()] } else { Vec::new() },
        iso27002_2022_basis: MappingBasis::PublicCorrespondence,
        provider: derived_cell(row.provider, Role::Provider, &origins, row.known.as_ref()),
        customer: derived_cell(row.customer, Role::Customer, &origins, row.known.as_ref()),
        links: row.from_2015,
        links_note: row.known,
        evidence: evidence_of(&origins),
        about: about(&origins),
        id,
    };
    (row.id, control)
}

/// What it is about, if each control that it comes from says so: else it may be about anything.
fn about(origins: &[&Control]) -> Vec<String> {
    if origins.iter().any(|origin| origin.about.is_empty()) {
        return Vec::new();
    }
    let mut about: Vec<String> = origins.iter().flat_map(|origin| origin.about.clone()).collect();
    about.sort_unstable();
    about.dedup();
    about
}

fn evidence_of(origins: &[&Control]) -> Vec<Text> {
    let mut evidence: Vec<Text> = Vec::new();
    for kind in origins.iter().flat_map(|c| &c.evidence) {
        if !evidence.contains(kind) {
            evidence.push(kind.clone());
        }
    }
    evidence
}
