//! How two statements of applicability differ.

use std::collections::{BTreeMap, BTreeSet};

use isoneph_model::Role;
use serde::Serialize;

use super::{Soa, SoaCell, SoaClaim};

/// A cell: a row, and the role of its column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CellName {
    /// The row.
    pub id: String,
    /// The role; `None` for the column without one.
    pub role: Option<Role>,
}

/// One thing that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SoaChange {
    /// The cell.
    pub cell: CellName,
    /// The service that the claim is about; `None` for all, and for the decision of the cell.
    pub service: Option<String>,
    /// What: `decision`, `status`, `owner`, `how`, `exclusion`, `reasons`, `risks`, `approved`, `evidence`, `reviewed`,
    /// `next-review`, `claim`, `row`.
    pub field: &'static str,
    /// Before; empty if there was nothing.
    pub before: String,
    /// Now; empty if there is nothing.
    pub now: String,
}

/// All that changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SoaComparison {
    /// In the order of the rows.
    pub changes: Vec<SoaChange>,
}

/// Holds a statement of applicability against an earlier one.
pub fn compare(before: &Soa, now: &Soa) -> SoaComparison {
    let mut comparison = SoaComparison::default();
    let old: BTreeMap<&str, _> = before.rows.iter().map(|row| (row.id.as_str(), row)).collect();
    let new: BTreeSet<&str> = now.rows.iter().map(|row| row.id.as_str()).collect();
    let mut add = |cell: CellName, service: Option<String>, field, before: String, now: String| {
        if before != now {
            comparison.changes.push(SoaChange { cell, service, field, before, now });
        }
    };
    for row in &now.rows {
        let earlier = old.get(row.id.as_str());
        if earlier.is_none() {
            add(CellName { id: row.id.clone(), role: None }, None, "row", String::new(), row.title.en.clone());
        }
        for role in [None, Some(Role::Provider), Some(Role::Customer)] {
            let cell = |row: &super::SoaRow| row.cells().find(|(of, _)| *of == role).map(|(_, cell)| cell.clone());
            let (earlier, later) = (earlier.and_then(|row| cell(row)), cell(row));
            let name = || CellName { id: row.id.clone(), role };
            let decision = |cell: &Option<SoaCell>| cell.as_ref().map(|c| c.decision.to_string()).unwrap_or_default();
            add(name(), None, "decision", decision(&earlier), decision(&later));
            for (service, before, now) in claims(earlier.as_ref(), later.as_ref()) {
                for (field, before, now) in fields(before, now) {
                    add(name(), service.clone(), field, before, now);
                }
            }
        }
    }
    for row in before.rows.iter().filter(|row| !new.contains(row.id.as_str())) {
        add(CellName { id: row.id.clone(), role: None }, None, "row", row.title.en.clone(), String::new());
    }
    comparison
}

type Pair<'a> = (Option<String>, Option<&'a SoaClaim>, Option<&'a SoaClaim>);

/// Claims of one service and control belong together, whatever the statements are called.
fn claims<'a>(before: Option<&'a SoaCell>, now: Option<&'a SoaCell>) -> Vec<Pair<'a>> {
    type Key<'a> = (Option<&'a str>, &'a str, usize);
    let keyed = |cell: Option<&'a SoaCell>| -> BTreeMap<Key<'a>, &'a SoaClaim> {
        let mut seen: BTreeMap<(Option<&str>, &str), usize> = BTreeMap::new();
        let claims = cell.map(|cell| cell.claims.as_slice()).unwrap_or_default().iter();
        let keyed = claims.filter(|claim| !claim.proposed).map(|claim| {
            let place = (claim.service.as_deref(), claim.control.as_str());
            let nth = seen.entry(place).or_insert(0);
            *nth += 1;
            ((place.0, place.1, *nth), claim)
        });
        keyed.collect()
    };
    let (before, now) = (keyed(before), keyed(now));
    let keys: BTreeSet<Key<'_>> = before.keys().chain(now.keys()).copied().collect();
    keys.into_iter().map(|key| (key.0.map(str::to_owned), before.get(&key).copied(), now.get(&key).copied())).collect()
}

fn fields(before: Option<&SoaClaim>, now: Option<&SoaClaim>) -> Vec<(&'static str, String, String)> {
    let text = |claim: Option<&SoaClaim>, of: fn(&SoaClaim) -> String| claim.map(of).unwrap_or_default();
    type Field = (&'static str, fn(&SoaClaim) -> String);
    let all: [Field; 11] = [
        ("claim", |claim| if claim.applicable { "applicable".to_owned() } else { "excluded".to_owned() }),
        ("status", |claim| claim.status.map(|status| status.to_string()).unwrap_or_default()),
        ("owner", |claim| claim.owner.clone().unwrap_or_default()),
        ("how", |claim| claim.how.clone().unwrap_or_default()),
        ("exclusion", |claim| claim.exclusion.clone().unwrap_or_default()),
        ("reasons", |claim| list(claim.reasons.iter().map(ToString::to_string))),
        ("risks", |claim| list(claim.risks.iter().cloned())),
        ("approved", |claim| claim.approved.clone().unwrap_or_default()),
        ("evidence", |claim| list(claim.evidence.iter().map(|evidence| evidence.title.clone()))),
        ("reviewed", |claim| claim.reviewed.map(|day| day.to_string()).unwrap_or_default()),
        ("next-review", |claim| claim.next_review.map(|day| day.to_string()).unwrap_or_default()),
    ];
    all.into_iter().map(|(field, of)| (field, text(before, of), text(now, of))).collect()
}

fn list(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(", ")
}
