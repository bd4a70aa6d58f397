//! What third parties say.

use isoneph_tables::SinkError;
use isoneph_tables::schema::register as schema;

use super::cells::{count, day, has, ids, maybe, said, word};
use super::{Part, Writer, sorted};
use crate::kinds::Assurance;
use crate::register::Entry;

impl Writer<'_> {
    pub(super) fn assurance(&mut self, entry: &Entry, spec: &Assurance) -> Result<(), SinkError> {
        let row = self.assurance_row(entry, spec);
        let name = entry.object.name.as_str();
        let services = self.held_for(spec);
        self.row_each(entry, &services, "", &row)?;
        for (i, covered) in spec.services_in_scope.iter().enumerate() {
            let row = schema::AssuranceScope {
                assurance: name.into(),
                offering: covered.name.as_str().into(),
                environment: said(covered.environment.as_ref()),
                regions: sorted(if covered.regions.is_empty() { &spec.regions } else { &covered.regions }).into(),
            };
            self.row(entry, Part { suffix: &format!("#scope/{i}"), ..Part::default() }, &row)?;
        }
        for (i, claim) in spec.claims.iter().enumerate() {
            let own = spec.report.as_ref().map(|report| &report.period);
            let period = claim.period.as_ref().or(own);
            let from = period.map(|period| period.from).or(spec.issued);
            let until = period.map(|period| period.until).or(spec.expires);
            let row = schema::AssuranceClaim {
                assurance: name.into(),
                topic: claim.topic.as_str().into(),
                claim: claim.claim.as_str().into(),
                controls: ids(&claim.controls),
                requirement: said(claim.requirement.as_ref()),
                has_period: (from.is_some() && until.is_some()).into(),
                period_from: day(from),
                period_until: day(until),
            };
            self.row_each(entry, &services, &format!("#claim/{i}"), &row)?;
        }
        for (i, control) in spec.report.iter().flat_map(|report| &report.complementary_controls).enumerate() {
            let row = schema::ComplementaryControl {
                assurance: name.into(),
                id: control.id.as_str().into(),
                duty: control.duty.as_str().into(),
                controls: ids(&control.controls),
                area: said(control.area.as_ref()),
            };
            self.row_each(entry, &services, &format!("#control/{i}"), &row)?;
        }
        self.evidence_links(entry)
    }

    /// The services it is held for; where it names none, it is held for none in particular.
    fn held_for(&self, spec: &Assurance) -> Vec<String> {
        if spec.services.is_empty() { vec![String::new()] } else { spec.services.clone() }
    }

    fn assurance_row(&self, entry: &Entry, spec: &Assurance) -> schema::Assurance {
        let base = spec.base.as_ref();
        let base_expires = base.and_then(|base| base.expires);
        let report = spec.report.as_ref();
        let period = report.map(|report| &report.period);
        let bridge = report.and_then(|report| report.bridge_letter.as_ref());
        let later = |other: crate::register::Named<'_, Assurance>| {
            other.spec.supersedes.as_deref() == Some(entry.object.name.as_str())
        };
        schema::Assurance {
            title: spec.title.as_str().into(),
            type_of_assurance: word(Some(spec.r#type)),
            holder: spec.holder.as_str().into(),
            holder_name: said(spec.holder_name.as_ref()),
            number: said(spec.number.as_ref()),
            standard: said(spec.standard.as_ref()),
            edition: said(spec.edition.as_ref()),
            role: word(spec.role),
            base: said(base.and_then(|base| base.assurance.as_ref())),
            base_number: said(base.and_then(|base| base.number.as_ref())),
            has_base_expiry: has(&base_expires),
            base_expires_on: day(base_expires),
            scope: said(spec.scope.as_ref()),
            controls: ids(&spec.controls),
            regions: sorted(&spec.regions).into(),
            soa_version: said(spec.soa_version.as_ref()),
            body: said(spec.body.as_ref()),
            accredited: word(spec.accreditation.as_ref().map(|accreditation| accreditation.accredited)),
            has_issued: has(&spec.issued),
            issued_on: day(spec.issued),
            has_expiry: has(&spec.expires),
            expires_on: day(spec.expires),
            has_surveillance: has(&spec.last_surveillance),
            surveillance_on: day(spec.last_surveillance),
            status: maybe(spec.status.map(|status| status.to_string())),
            has_verified: has(&spec.verified),
            verified_on: day(spec.verified),
            has_period: has(&period),
            period_from: day(period.map(|period| period.from)),
            period_until: day(period.map(|period| period.until)),
            report_type: i64::from(report.and_then(|report| report.r#type).unwrap_or(0)).into(),
            exceptions: maybe(report.and_then(|report| report.exceptions)),
            qualified: maybe(report.and_then(|report| report.qualified)),
            subservice_method: word(report.and_then(|report| report.subservice_method)),
            subservices: sorted(report.map_or(&[][..], |report| &report.subservices)).into(),
            has_bridge: has(&bridge),
            bridge_until: day(bridge.map(|bridge| bridge.until)),
            superseded: self.register.claimed::<Assurance>().any(later).into(),
            evidence: count(spec.evidence.len()),
        }
    }
}
