//! Versions as people write them.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use isoneph_register::ObjectKey;
use isoneph_register::kinds::CloudService;
use jiff::civil::Date;

use super::matrix::MatrixRow;
use super::view::Side;

isoneph_model::vocabulary! {
    /// How one version stands to another.
    pub enum VersionOrder {
        /// They are the same, however they are written.
        Same = "same",
        /// It is the older one.
        Older = "older",
        /// It is the newer one.
        Newer = "newer",
        /// They differ, and nothing tells which is older.
        Different = "different",
    }
}

/// How `one` stands to `other`: `v1.2` is `1.2`, `1.10` is newer than `1.9`, `2025-03-01` is older than `2026-01`.
/// Versions that are not numbers with dots or dashes between are compared as they are.
pub fn compare_versions(one: &str, other: &str) -> VersionOrder {
    let (one, other) = (plain(one), plain(other));
    if one == other {
        return VersionOrder::Same;
    }
    let (Some(one), Some(other)) = (numbers(&one), numbers(&other)) else { return VersionOrder::Different };
    let longest = one.len().max(other.len());
    let padded = |numbers: &[u64]| -> Vec<u64> { (0..longest).map(|i| numbers.get(i).copied().unwrap_or(0)).collect() };
    match padded(&one).cmp(&padded(&other)) {
        Ordering::Equal => VersionOrder::Same,
        Ordering::Less => VersionOrder::Older,
        Ordering::Greater => VersionOrder::Newer,
    }
}

fn plain(version: &str) -> String {
    let lower = version.trim().to_lowercase();
    let bare = lower.strip_prefix("version").or_else(|| lower.strip_prefix("rev")).unwrap_or(&lower);
    let bare = bare.trim_start_matches(['.', ' ', ':']);
    let bare = bare.strip_prefix('v').filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit())).unwrap_or(bare);
    bare.trim().to_owned()
}

fn numbers(version: &str) -> Option<Vec<u64>> {
    version.split(['.', '-', '/']).map(|part| part.parse().ok()).collect()
}

/// The version that now holds: the one the service names, or else the newest that the provider's own rows bear.
pub(super) fn current_version(service: &CloudService, rows: &[MatrixRow]) -> Option<String> {
    if let Some(version) = &service.responsibilities_version {
        return Some(version.clone());
    }
    let views = rows.iter().flat_map(|row| &row.views);
    let own = views.filter(|view| view.side == Side::Provider && !view.proposed && view.source_is_matrix());
    let versions = own.filter_map(|view| Some((view.dated, view.version.as_ref()?)));
    let newest = versions.reduce(|best, next| if is_newer(next, best) { next } else { best });
    newest.map(|(_, version)| version.clone())
}

fn is_newer(next: (Option<Date>, &String), best: (Option<Date>, &String)) -> bool {
    match (next.0, best.0) {
        (Some(next), Some(best)) if next != best => next > best,
        _ => compare_versions(next.1, best.1) == VersionOrder::Newer,
    }
}

impl super::view::View {
    /// Whether a row of a matrix says it: answers and agreements have versions of their own.
    fn source_is_matrix(&self) -> bool {
        self.source.kind == isoneph_register::kinds::Kind::Responsibility
    }
}

/// What a party last agreed to.
pub(crate) struct LastAgreed {
    pub(crate) version: String,
    pub(crate) on: Date,
    pub(crate) source: ObjectKey,
}

pub(crate) fn agreed_versions(rows: &[MatrixRow]) -> BTreeMap<String, LastAgreed> {
    let mut last: BTreeMap<String, LastAgreed> = BTreeMap::new();
    for view in rows.iter().flat_map(|row| &row.views).filter(|view| !view.proposed) {
        for agreed in &view.agreed {
            let known = last.get(&agreed.party);
            let newer = known.is_none_or(|known| {
                known.on < agreed.on
                    || (known.on == agreed.on
                        && compare_versions(&agreed.version, &known.version) == VersionOrder::Newer)
            });
            if newer {
                let next = LastAgreed { version: agreed.version.clone(), on: agreed.on, source: view.source.clone() };
                last.insert(agreed.party.clone(), next);
            }
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_people_read_them() {
        let cases = [
            ("v1.2", "1.2", VersionOrder::Same),
            ("Version 3", "3.0", VersionOrder::Same),
            ("1.9", "1.10", VersionOrder::Older),
            ("2026-01-15", "2025-03-01", VersionOrder::Newer),
            ("spring", "autumn", VersionOrder::Different),
            ("2", "draft", VersionOrder::Different),
            ("1.99999999999999999999", "2", VersionOrder::Different),
        ];
        for (one, other, order) in cases {
            assert_eq!(compare_versions(one, other), order, "{one} to {other}");
        }
    }
}
