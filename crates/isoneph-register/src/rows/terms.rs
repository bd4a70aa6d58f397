//! What binds the parties.

use isoneph_tables::SinkError;
use isoneph_tables::schema::register as schema;

use super::cells::{count, day, has, ids, maybe, measure, said, titled, word};
use super::{Writer, sorted};
use crate::kinds::{Agreement, ExitTerms, Obligation};
use crate::register::Entry;

impl Writer<'_> {
    pub(super) fn agreement(&mut self, entry: &Entry, spec: &Agreement) -> Result<(), SinkError> {
        let none = ExitTerms::new();
        let exit = spec.exit.as_ref().unwrap_or(&none);
        let (document, document_version) = titled(spec.document.as_ref());
        let settled = spec.terms.iter().filter(|term| term.open != Some(true));
        let topics: Vec<String> = settled.map(|term| term.topic.clone()).collect();
        let row = schema::Agreement {
            title: spec.title.as_str().into(),
            provider_party: spec.provider.as_str().into(),
            customer_party: said(spec.customer.as_ref()),
            document,
            document_version,
            has_signed: has(&spec.signed),
            signed_on: day(spec.signed),
            has_from: has(&spec.from),
            valid_from: day(spec.from),
            has_until: has(&spec.until),
            valid_until: day(spec.until),
            law: sorted(&spec.law).into(),
            topics: sorted(&topics).into(),
            exit_told: spec.exit.is_some().into(),
            exit_clause: said(exit.clause.as_ref()),
            exit_assets: sorted(&exit.assets).into(),
            return_formats: sorted(&exit.return_formats).into(),
            has_return_days: has(&exit.return_days),
            return_days: maybe(exit.return_days),
            has_removal_days: has(&exit.removal_days),
            removal_days: maybe(exit.removal_days),
            has_backup_removal_days: has(&exit.backup_removal_days),
            backup_removal_days: maybe(exit.backup_removal_days),
            removal_confirmed: maybe(exit.confirmation),
            has_supplier_notice_days: has(&spec.supplier_notice_days),
            supplier_notice_days: maybe(spec.supplier_notice_days),
            audit_right: said(spec.audit_right.as_ref()),
            owner: said(spec.owner.as_ref()),
            evidence: count(spec.evidence.len()),
        };
        self.row_each(entry, &spec.services, "", &row)?;
        for (i, term) in spec.terms.iter().enumerate() {
            let row = schema::AgreementTerm {
                agreement: entry.object.name.as_str().into(),
                topic: term.topic.as_str().into(),
                clause: said(term.clause.as_ref()),
                text: said(term.text.as_ref()),
                holder: word(term.holder),
                controls: ids(&term.controls),
                open: (term.open == Some(true)).into(),
                own_measure: measure(term.own_measure.as_ref()),
            };
            self.row_each(entry, &spec.services, &format!("#term/{i}"), &row)?;
        }
        self.promises(entry, &spec.services, spec.customer.as_ref(), &spec.promises)?;
        self.evidence_links(entry)
    }

    pub(super) fn obligation(&mut self, entry: &Entry, spec: &Obligation) -> Result<(), SinkError> {
        let row = schema::Obligation {
            title: spec.title.as_str().into(),
            party: spec.party.as_str().into(),
            jurisdiction: said(spec.jurisdiction.as_ref()),
            topic: said(spec.topic.as_ref()),
            has_clock: has(&spec.clock_hours),
            clock_hours: maybe(spec.clock_hours),
            clock_from: said(spec.clock_from.as_ref()),
            permitted_countries: sorted(&spec.permitted_countries).into(),
            has_retention: has(&spec.retention_days),
            retention_days: maybe(spec.retention_days),
            controls: ids(&spec.controls),
            has_reviewed: has(&spec.reviewed),
            reviewed: day(spec.reviewed),
            owner: said(spec.owner.as_ref()),
            evidence: count(spec.evidence.len()),
        };
        self.row_each(entry, &spec.services, "", &row)?;
        self.evidence_links(entry)
    }
}
