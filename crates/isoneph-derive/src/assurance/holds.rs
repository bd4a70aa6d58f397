//! Whether an assurance holds on a day.

use std::collections::BTreeMap;

use isoneph_model::{Edition, Role};
use isoneph_register::kinds::{
    Assurance, AssuranceStatus, AssuranceType, CloudService, Report, SubserviceMethod, YesNoUnknown,
};
use isoneph_standard::{Catalogue, EditionStatus, Family, StandardRef};
use jiff::ToSpan;
use jiff::civil::Date;
use serde::Serialize;

use super::finding::{AssuranceCode, AssuranceFinding, Weight};
use super::names::same_legal_name;
use crate::declared::{Declared, Entry};

/// What the register itself does not say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// Versions of statements of applicability that are held, by party: the newest last.
    pub soa_versions: BTreeMap<String, Vec<String>>,
    /// How many days before its last day an assurance is said to expire soon; 0 for 90.
    pub soon_days: u32,
}

/// An assurance, and what is to be known of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Holding {
    /// The assurance.
    pub assurance: String,
    /// What it is called.
    pub title: String,
    /// The party that it is about.
    pub holder: String,
    /// The last day that it, or the letter that bridges, speaks of.
    pub until: Option<Date>,
    /// Whether one may build on it at all.
    pub holds: bool,
    /// What is to be known.
    pub findings: Vec<AssuranceFinding>,
}

/// Every assurance that somebody stands behind, by name.
pub fn review(declared: &Declared<'_>, options: &Options, as_of: Date) -> Vec<Holding> {
    declared.claimed::<Assurance>().map(|entry| holding(declared, options, entry, as_of)).collect()
}

pub(super) fn holding(declared: &Declared<'_>, options: &Options, entry: Entry<'_, Assurance>, as_of: Date) -> Holding {
    let mut found = Found { assurance: entry.name, findings: Vec::new() };
    let assurance = entry.spec;
    days(assurance, options, as_of, &mut found);
    status(assurance, &mut found);
    base(declared, assurance, as_of, &mut found);
    holder(declared, assurance, &mut found);
    soa(assurance, options, &mut found);
    edition(assurance, &mut found);
    accreditation(assurance, &mut found);
    if let Some(report) = &assurance.report {
        self::report(report, as_of, &mut found);
    }
    let mut findings = found.findings;
    findings.sort_by_key(|finding| (finding.weight, finding.code));
    Holding {
        assurance: entry.name.to_owned(),
        title: assurance.title.clone(),
        holder: assurance.holder.clone(),
        until: until(assurance),
        holds: findings.iter().all(|finding| finding.weight != Weight::Stops),
        findings,
    }
}

/// The last day that it speaks of.
fn until(assurance: &Assurance) -> Option<Date> {
    let report = assurance.report.as_ref();
    let bridge = report.and_then(|report| report.bridge_letter.as_ref()).map(|letter| letter.until);
    let period = report.map(|report| report.period.until);
    assurance.expires.or(bridge.max(period))
}

struct Found<'a> {
    assurance: &'a str,
    findings: Vec<AssuranceFinding>,
}

impl Found<'_> {
    fn add(&mut self, code: AssuranceCode, facts: &[(&'static str, &dyn ToString)]) {
        let facts = facts.iter().map(|(name, value)| (*name, value.to_string())).collect();
        let assurance = self.assurance.to_owned();
        self.findings.push(AssuranceFinding { assurance, weight: code.weight(), code, facts });
    }
}

fn days(assurance: &Assurance, options: &Options, as_of: Date, found: &mut Found<'_>) {
    if let Some(issued) = assurance.issued.or(assurance.first_issued).filter(|issued| *issued > as_of) {
        found.add(AssuranceCode::NotYetIssued, &[("issued", &issued)]);
    }
    let soon = if options.soon_days == 0 { 90 } else { i64::from(options.soon_days) };
    let soon = as_of.checked_add(soon.days()).unwrap_or(Date::MAX);
    match assurance.expires {
        Some(expires) if expires < as_of => found.add(AssuranceCode::Expired, &[("expires", &expires)]),
        Some(expires) if expires <= soon => found.add(AssuranceCode::ExpiresSoon, &[("expires", &expires)]),
        Some(_) => {}
        // A report ends by its period.
        None if assurance.report.is_some() => {}
        None => found.add(AssuranceCode::NoExpiry, &[]),
    }
}

fn status(assurance: &Assurance, found: &mut Found<'_>) {
    let code = match assurance.status {
        Some(AssuranceStatus::Suspended) => AssuranceCode::Suspended,
        Some(AssuranceStatus::Withdrawn) => AssuranceCode::Withdrawn,
        Some(AssuranceStatus::Expired) if assurance.expires.is_none() => AssuranceCode::Expired,
        None if is_certificate(assurance) => AssuranceCode::StatusUnverified,
        None | Some(AssuranceStatus::Valid | AssuranceStatus::Expired) => return,
    };
    found.add(code, &[]);
}

fn is_certificate(assurance: &Assurance) -> bool {
    use AssuranceType::{AccreditedCertificate, Extension, UnaccreditedCertificate};
    matches!(assurance.r#type, AccreditedCertificate | UnaccreditedCertificate | Extension)
}

pub(crate) fn standard(assurance: &Assurance) -> Option<StandardRef> {
    let named = assurance.standard.as_deref()?;
    let edition = assurance.edition.as_deref().unwrap_or_default();
    format!("{named}:{edition}").parse().or_else(|_| named.parse()).ok()
}

/// ISO/IEC 27017 is guidance: whoever certifies against it extends a certificate of ISO/IEC 27001.
fn base(declared: &Declared<'_>, assurance: &Assurance, as_of: Date, found: &mut Found<'_>) {
    let of_27017 = standard(assurance).is_some_and(|standard| standard.family == Family::Iso27017);
    if assurance.r#type != AssuranceType::Extension && !(of_27017 && is_certificate(assurance)) {
        return;
    }
    let Some(base) = &assurance.base else { return found.add(AssuranceCode::BaseUnknown, &[]) };
    let entry = base.assurance.as_ref().and_then(|name| declared.get::<Assurance>(name));
    let entry = entry.filter(|entry| !entry.proposed);
    let named = entry.and_then(|entry| entry.spec.standard.clone()).or_else(|| base.standard.clone());
    match named.map(|named| (named.parse::<StandardRef>().ok(), named)) {
        Some((Some(StandardRef { family: Family::Iso27001, .. }), _)) => {}
        Some((_, named)) => found.add(AssuranceCode::BaseNotIso27001, &[("standard", &named)]),
        None => found.add(AssuranceCode::BaseUnknown, &[("missing", &"standard")]),
    }
    let expires = entry.and_then(|entry| entry.spec.expires).or(base.expires);
    match expires {
        Some(expires) if expires < as_of => found.add(AssuranceCode::BaseNotValid, &[("expires", &expires)]),
        Some(_) => {}
        None => found.add(AssuranceCode::BaseUnknown, &[("missing", &"expires")]),
    }
    if let Some(entry) = entry {
        if entry.spec.holder != assurance.holder {
            found.add(AssuranceCode::BaseOfOther, &[("holder", &entry.spec.holder)]);
        }
        if let Some(status @ (AssuranceStatus::Suspended | AssuranceStatus::Withdrawn | AssuranceStatus::Expired)) =
            entry.spec.status
        {
            found.add(AssuranceCode::BaseNotValid, &[("status", &status)]);
        }
    }
}

fn holder(declared: &Declared<'_>, assurance: &Assurance, found: &mut Found<'_>) {
    for service in assurance.services.iter().filter_map(|name| declared.get::<CloudService>(name)) {
        if service.spec.provider != assurance.holder {
            found.add(
                AssuranceCode::HolderNotProvider,
                &[("holder", &assurance.holder), ("provider", &service.spec.provider), ("service", &service.name)],
            );
        }
    }
    let party = declared.party(&assurance.holder);
    let legal = party.and_then(|party| party.spec.legal_name.as_deref());
    match (assurance.holder_name.as_deref(), legal) {
        (Some(name), Some(legal)) if !same_legal_name(name, legal) => {
            found.add(AssuranceCode::HolderNameDiffers, &[("named", &name), ("contract-party", &legal)]);
        }
        (Some(_), Some(_)) => {}
        (name, _) => {
            let missing = if name.is_none() { "holder-name" } else { "legal-name" };
            found.add(AssuranceCode::HolderNameUnknown, &[("missing", &missing)]);
        }
    }
}

/// Whether it is a certificate of an ISMS, which is one of a statement of applicability.
pub(crate) fn rests_on_statement(assurance: &Assurance) -> bool {
    let of_isms = standard(assurance).is_some_and(|standard| standard.family != Family::Iso27002);
    of_isms && is_certificate(assurance)
}

fn soa(assurance: &Assurance, options: &Options, found: &mut Found<'_>) {
    if !rests_on_statement(assurance) {
        return;
    }
    let Some(version) = &assurance.soa_version else { return found.add(AssuranceCode::SoaVersionUnknown, &[]) };
    let held = options.soa_versions.get(&assurance.holder);
    let Some((current, before)) = held.and_then(|held| held.split_last()) else {
        return found.add(AssuranceCode::SoaNotHeld, &[("refers-to", version)]);
    };
    let same = |held: &String| {
        use crate::responsibilities::{VersionOrder, compare_versions};
        compare_versions(held, version) == VersionOrder::Same
    };
    if same(current) {
        return;
    }
    if before.iter().any(same) {
        return found.add(AssuranceCode::SoaVersionOlder, &[("refers-to", version), ("current", current)]);
    }
    let held = before.iter().chain([current]).cloned().collect::<Vec<_>>().join(", ");
    found.add(AssuranceCode::SoaVersionDiffers, &[("refers-to", version), ("held", &held)]);
}

/// A notice, never more: certificates live on while their edition is replaced.
fn edition(assurance: &Assurance, found: &mut Found<'_>) {
    let Some(standard) = standard(assurance) else { return };
    let Some(year) = standard.year else { return };
    let replaced = match standard.family {
        Family::Iso27017 => {
            let edition = Edition::ALL.iter().find(|edition| edition.as_str() == year.to_string());
            let facts = edition.and_then(|edition| Some(Catalogue::embedded().ok()?.edition(*edition).facts()));
            facts.is_some_and(|facts| facts.status == EditionStatus::Withdrawn)
        }
        Family::Iso27001 | Family::Iso27002 => year == 2013,
    };
    if replaced {
        found.add(AssuranceCode::SupersededEdition, &[("edition", &year)]);
    }
}

fn accreditation(assurance: &Assurance, found: &mut Found<'_>) {
    if assurance.r#type != AssuranceType::SelfDeclaration && !assurance.is_documented() {
        found.add(AssuranceCode::Undocumented, &[]);
    }
    let accredited = assurance.accreditation.as_ref().map(|accreditation| accreditation.accredited);
    match (assurance.r#type, accredited) {
        (AssuranceType::SelfDeclaration, _) => found.add(AssuranceCode::SelfDeclared, &[]),
        (AssuranceType::UnaccreditedCertificate, _) | (_, Some(YesNoUnknown::No)) => {
            found.add(AssuranceCode::NotAccredited, &[]);
        }
        (AssuranceType::AccreditedCertificate | AssuranceType::Extension, None | Some(YesNoUnknown::Unknown)) => {
            found.add(AssuranceCode::AccreditationUnknown, &[]);
        }
        _ => {}
    }
}

fn report(report: &Report, as_of: Date, found: &mut Found<'_>) {
    let period = &report.period;
    if report.r#type == Some(1) {
        found.add(AssuranceCode::DesignOnly, &[("day", &period.until)]);
    }
    if period.until < as_of {
        let bridge = report.bridge_letter.as_ref();
        match bridge.filter(|letter| letter.dated <= as_of && letter.until >= as_of) {
            Some(letter) => {
                found.add(AssuranceCode::Bridged, &[("period-until", &period.until), ("bridged-until", &letter.until)]);
            }
            // Reports come yearly, so every reader finds the period over. Beyond a year there ought to be a newer one.
            None => {
                let a_year_on = period.until.checked_add(365.days()).unwrap_or(Date::MAX);
                let code = if a_year_on < as_of { AssuranceCode::Expired } else { AssuranceCode::PeriodOver };
                found.add(code, &[("period-until", &period.until)]);
            }
        }
    }
    match report.exceptions {
        Some(0) => {}
        Some(count) => found.add(AssuranceCode::Exceptions, &[("count", &count)]),
        None if !report.exceptions_noted.is_empty() => {
            found.add(AssuranceCode::Exceptions, &[("count", &report.exceptions_noted.len())]);
        }
        None => found.add(AssuranceCode::ExceptionsUnknown, &[]),
    }
    if report.qualified == Some(true) {
        found.add(AssuranceCode::Qualified, &[]);
    }
    if report.subservice_method == Some(SubserviceMethod::CarveOut) {
        found.add(AssuranceCode::SubservicesCarvedOut, &[("subservices", &report.subservices.join(", "))]);
    }
    if !report.complementary_controls.is_empty() {
        found.add(AssuranceCode::LeavesControls, &[("count", &report.complementary_controls.len())]);
    }
}

/// Whether it speaks to a role.
pub(super) fn speaks_to(assurance: &Assurance, role: Role) -> bool {
    use isoneph_register::kinds::AssuredRole;
    match (assurance.role, role) {
        (None | Some(AssuredRole::Both), _) => true,
        (Some(AssuredRole::Provider), role) => role == Role::Provider,
        (Some(AssuredRole::Customer), role) => role == Role::Customer,
    }
}
