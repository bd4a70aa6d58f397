//! Assurances on the day of the assessment, and products in use against their scopes.

use isoneph_register::ObjectKey;
use isoneph_register::kinds::{Assurance, AssuranceType, Kind};
use isoneph_tables::schema::register as schema;
use isoneph_tables::{Cell, SinkError};

use super::{Writer, known, start};
use crate::assurance::{
    AssuranceCode, CoverageState, Holding, OfferingCoverage, Options, coverage, rests_on_statement, review,
};
use crate::declared::Entry;

impl Writer<'_, '_, '_> {
    pub(super) fn assured(&mut self) -> Result<(), SinkError> {
        let options = Options { soa_versions: self.known.soa_versions.clone(), ..Options::default() };
        for holding in review(self.declared, &options, self.known.as_of) {
            let Some(entry) = self.declared.get::<Assurance>(&holding.assurance) else { continue };
            self.standing(entry, &holding)?;
        }
        let services = coverage(self.declared, &options, self.known.as_of);
        for service in
            services.into_iter().filter(|service| self.declared.is_ours(&service.service)).collect::<Vec<_>>()
        {
            let mut products: Vec<&str> = service.offerings.iter().map(|found| found.offering.as_str()).collect();
            products.dedup();
            for product in products {
                let found = service.offerings.iter().filter(|found| found.offering == product);
                if let Some(best) = found.min_by_key(|found| found.state) {
                    self.offering(&service.service, service.environment.as_deref(), best)?;
                }
            }
        }
        Ok(())
    }

    fn standing(&mut self, entry: Entry<'_, Assurance>, holding: &Holding) -> Result<(), SinkError> {
        let has = |code: AssuranceCode| holding.findings.iter().any(|finding| finding.code == code);
        let any = |codes: &[AssuranceCode]| codes.iter().copied().find(|code| has(*code));
        use AssuranceCode as Code;
        let stopped = any(&[Code::Withdrawn, Code::Suspended, Code::Expired, Code::NotYetIssued]);
        let unsure = any(&[Code::StatusUnverified, Code::NoExpiry]);
        let needs_base = needs_base(entry.spec);
        let base_wrong = any(&[Code::BaseNotValid, Code::BaseNotIso27001, Code::BaseOfOther]).is_some();
        let other_holder = any(&[Code::HolderNotProvider, Code::HolderNameDiffers]).is_some();
        let exceptions = any(&[Code::Exceptions, Code::Qualified]).is_some();
        let other_statement = any(&[Code::SoaVersionOlder, Code::SoaVersionDiffers]).is_some();
        let is_report = entry.spec.report.is_some();
        let row = schema::AssuranceStanding {
            assurance: entry.name.into(),
            holder: holding.holder.as_str().into(),
            type_of_assurance: entry.spec.r#type.as_str().into(),
            in_force: known(decided(stopped.is_some(), unsure.is_some())),
            in_force_why: Cell::Known(stopped.or(unsure).map(|code| code.to_string()).unwrap_or_default()),
            needs_base: needs_base.into(),
            base_holds: known(decided(base_wrong, has(Code::BaseUnknown))),
            holder_matches: known(decided(other_holder, has(Code::HolderNameUnknown))),
            is_report: is_report.into(),
            period_current: known(is_report.then(|| any(&[Code::PeriodOver, Code::Expired]).is_none())),
            has_exceptions: known(decided(exceptions, has(Code::ExceptionsUnknown)).map(|none| !none)),
            independent: any(&[Code::SelfDeclared, Code::Undocumented]).is_none().into(),
            superseded: self.is_superseded(entry.name).into(),
            edition_replaced: has(Code::SupersededEdition).into(),
            soa_version: Cell::Known(entry.spec.soa_version.clone().unwrap_or_default()),
            soa_frozen: (rests_on_statement(entry.spec) && self.known.soa_versions.contains_key(&holding.holder))
                .into(),
            soa_in_force: known(decided(other_statement, has(Code::SoaVersionUnknown) || has(Code::SoaNotHeld))),
            has_until: holding.until.is_some().into(),
            until: known(holding.until.map(start)),
        };
        let services = match entry.spec.services.as_slice() {
            [] => vec![String::new()],
            services => services.to_vec(),
        };
        for service in services {
            let suffix = format!("#standing@{service}");
            self.row(&key(Kind::Assurance, entry.name), &suffix, &service, &row)?;
        }
        Ok(())
    }

    fn is_superseded(&self, name: &str) -> bool {
        self.declared.claimed::<Assurance>().any(|later| later.spec.supersedes.as_deref() == Some(name))
    }

    fn offering(&mut self, service: &str, environment: Option<&str>, best: &OfferingCoverage) -> Result<(), SinkError> {
        let perhaps = best.elsewhere.iter().filter_map(|elsewhere| elsewhere.environment.clone());
        let row = schema::AssuredOffering {
            offering: best.offering.as_str().into(),
            environment: environment.unwrap_or_default().into(),
            covered: known(is_covered(best.state)),
            state: best.state.as_str().into(),
            assurance: best.assurance.clone().unwrap_or_default().into(),
            regions_missing: best.regions_missing.clone().into(),
            perhaps: perhaps.chain(best.resembling.iter().cloned()).collect::<Vec<_>>().into(),
        };
        let suffix = format!("#offering/{}", best.offering);
        // What covers it shows it; what is not covered stands where its use is declared.
        let of = match &best.assurance {
            Some(assurance) => key(Kind::Assurance, assurance),
            None => key(Kind::CloudService, service),
        };
        self.row(&of, &format!("{suffix}@{service}"), service, &row)
    }
}

fn key(kind: Kind, name: &str) -> ObjectKey {
    ObjectKey { kind, name: name.to_owned() }
}

/// False where something is wrong, unknown where too little is told, else true.
fn decided(wrong: bool, unsure: bool) -> Option<bool> {
    match (wrong, unsure) {
        (true, _) => Some(false),
        (false, true) => None,
        (false, false) => Some(true),
    }
}

fn needs_base(assurance: &Assurance) -> bool {
    use AssuranceType::{AccreditedCertificate, Extension, UnaccreditedCertificate};
    let certificate = matches!(assurance.r#type, AccreditedCertificate | UnaccreditedCertificate);
    let of_27017 = crate::assurance::standard_of(assurance)
        .is_some_and(|standard| standard.family == isoneph_standard::Family::Iso27017);
    assurance.r#type == Extension || (certificate && of_27017)
}

fn is_covered(state: CoverageState) -> Option<bool> {
    match state {
        CoverageState::Covered => Some(true),
        CoverageState::RegionsUnknown | CoverageState::ScopeUnknown => None,
        CoverageState::RegionMissing
        | CoverageState::OtherEnvironment
        | CoverageState::NotInScope
        | CoverageState::NoAssurance => Some(false),
    }
}
