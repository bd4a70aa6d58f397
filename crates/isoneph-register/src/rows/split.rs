//! Who carries which duties.

use isoneph_tables::SinkError;
use isoneph_tables::schema::register as schema;

use super::cells::{count, day, has, ids, maybe, said, start, titled, word};
use super::{Part, Writer};
use crate::kinds::Responsibility;
use crate::register::Entry;

impl Writer<'_> {
    pub(super) fn responsibility(&mut self, entry: &Entry, spec: &Responsibility) -> Result<(), SinkError> {
        let basis = spec.basis.as_ref();
        let incident = spec.incident.as_ref();
        let (document, document_version) = titled(basis.and_then(|basis| basis.document.as_ref()));
        let row = schema::Responsibility {
            area: spec.area.as_str().into(),
            holder: word(Some(spec.holder)),
            stated_by: self.speaker(spec.stated_by.as_ref()).into(),
            customer: said(spec.customer.as_ref()),
            controls: ids(&spec.controls),
            provider_duty: said(spec.provider_duty.as_ref()),
            customer_duty: said(spec.customer_duty.as_ref()),
            third_party: said(spec.third_party.as_ref().map(|third| &third.party)),
            third_party_duty: said(spec.third_party.as_ref().map(|third| &third.duty)),
            handed_to: said(spec.handed_to.as_ref()),
            basis: word(basis.map(|basis| basis.kind)),
            agreement: said(basis.and_then(|basis| basis.agreement.as_ref())),
            clause: said(basis.and_then(|basis| basis.clause.as_ref())),
            document,
            document_version,
            version: said(spec.version.as_ref()),
            has_dated: has(&spec.dated),
            dated: day(spec.dated),
            agreed: count(spec.agreed.len()),
            deliveries: count(spec.published.len()),
            evidence: count(spec.evidence.len()),
            incidents_reported: said(incident.and_then(|facts| facts.reported.as_ref())),
            incident_disclosure: said(incident.and_then(|facts| facts.disclosure.as_ref())),
            has_notice_hours: incident.is_some_and(|facts| facts.notice_hours.is_some()).into(),
            notice_hours: maybe(incident.and_then(|facts| facts.notice_hours)),
            incident_procedure: said(incident.and_then(|facts| facts.procedure.as_ref())),
            incident_contact: said(incident.and_then(|facts| facts.contact.as_ref())),
            incident_remedies: said(incident.and_then(|facts| facts.remedies.as_ref())),
            owner: said(spec.owner.as_ref()),
        };
        self.row(entry, Part::of(&spec.service), &row)?;
        for (i, agreed) in spec.agreed.iter().enumerate() {
            let row = schema::ResponsibilityAgreed {
                responsibility: entry.object.name.as_str().into(),
                party: agreed.party.as_str().into(),
                version: agreed.version.as_str().into(),
                agreed_on: start(agreed.on).into(),
                current_version: said(spec.version.as_ref()),
            };
            let suffix = format!("#agreed/{i}");
            self.row(entry, Part { suffix: &suffix, service: &spec.service, tenant: "" }, &row)?;
        }
        let service = std::slice::from_ref(&spec.service);
        self.promises(entry, service, spec.customer.as_ref(), &spec.promises)?;
        self.deliveries(entry, &spec.service, &spec.published)?;
        self.evidence_links(entry)
    }
}
