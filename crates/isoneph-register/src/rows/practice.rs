//! What parties have written down, do and claim.

use isoneph_model::Role;
use isoneph_tables::SinkError;
use isoneph_tables::schema::register as schema;

use super::cells::{count, day, has, ids, maybe, moment, said, start, titled, word};
use super::{Part, Writer, sorted};
use crate::kinds::{Audience, Awareness, Change, CloudService, CriticalOperation, Procedure, Review, Statement};
use crate::register::Entry;

impl Writer<'_> {
    pub(super) fn procedure(&mut self, entry: &Entry, spec: &Procedure) -> Result<(), SinkError> {
        let (document, document_version) = titled(spec.document.as_ref());
        let row = schema::Procedure {
            title: spec.title.as_str().into(),
            party: self.speaker(spec.party.as_ref()).into(),
            controls: ids(&spec.controls),
            covers: sorted(&spec.covers).into(),
            document,
            document_version,
            owner: said(spec.owner.as_ref()),
            approved_by: said(spec.approved.as_ref().map(|approved| &approved.by)),
            has_approved: has(&spec.approved),
            approved_on: day(spec.approved.as_ref().map(|approved| approved.on)),
            has_reviewed: has(&spec.reviewed),
            reviewed: day(spec.reviewed),
            has_next_review: has(&spec.next_review),
            next_review: day(spec.next_review),
            audience: word(spec.audience),
            evidence: count(spec.evidence.len()),
        };
        self.row_each(entry, &spec.services, "", &row)?;
        for (i, operation) in spec.critical_operations.iter().enumerate() {
            let row = schema::DocumentedOperation {
                procedure: entry.object.name.as_str().into(),
                operation: operation.operation.as_str().into(),
                calls: sorted(&operation.calls).into(),
                supervisor: said(operation.supervisor.as_ref()),
            };
            let services = if operation.services.is_empty() { &spec.services } else { &operation.services };
            self.row_each(entry, services, &format!("#operation/{i}"), &row)?;
        }
        self.tests(entry, &spec.services, &spec.exercised)?;
        self.evidence_links(entry)
    }

    /// The critical operations of a service, each with the procedure that tells customers about it.
    pub(super) fn service_operations(&mut self, entry: &Entry, spec: &CloudService) -> Result<(), SinkError> {
        let service = &entry.object.name;
        let provided = self.register.roles(self.keeper, service).contains(&Role::Provider);
        for (i, operation) in spec.critical_operations.iter().enumerate() {
            let (procedure, told) = self.told(service, &spec.provider, &operation.operation).unzip();
            let row = schema::ServiceOperation {
                operation: operation.operation.as_str().into(),
                loss: said(operation.loss.as_ref()),
                provided: provided.into(),
                procedure: word(procedure),
                document: titled(told.and_then(|told| told.document.as_ref())).0,
                audience: word(told.and_then(|told| told.audience)),
            };
            let suffix = format!("#operation/{i}");
            self.row(entry, Part { suffix: &suffix, service, tenant: "" }, &row)?;
        }
        Ok(())
    }

    /// The procedure of a service's provider that names an operation: the first that customers can read, else the first.
    fn told(&self, service: &String, provider: &String, operation: &str) -> Option<(&str, &Procedure)> {
        let is_of = |services: &[String]| services.is_empty() || services.contains(service);
        let is_it = |named: &CriticalOperation| {
            is_of(&named.services) && named.operation.trim().to_lowercase() == operation.trim().to_lowercase()
        };
        let names = |procedure: &Procedure| {
            let Procedure { party, services, critical_operations, .. } = procedure;
            self.speaker(party.as_ref()) == *provider && is_of(services) && critical_operations.iter().any(is_it)
        };
        let claimed = self.register.claimed::<Procedure>().map(|procedure| (procedure.name, procedure.spec));
        let found: Vec<_> = claimed.filter(|(_, procedure)| names(procedure)).collect();
        let is_told = |(_, procedure): &&(&str, &Procedure)| {
            let readable = procedure.audience.is_some_and(|audience| audience != Audience::Internal);
            readable && procedure.document.is_some()
        };
        found.iter().find(is_told).or(found.first()).copied()
    }

    pub(super) fn change(&mut self, entry: &Entry, spec: &Change) -> Result<(), SinkError> {
        let approvers: Vec<String> = spec.approved.iter().map(|approved| approved.by.clone()).collect();
        let row = schema::Change {
            title: spec.title.as_str().into(),
            reference: said(spec.reference.as_ref()),
            commit_id: said(spec.commit.as_ref()),
            requested_by: said(spec.requested.as_ref().map(|requested| &requested.by)),
            approved_by: sorted(&approvers).into(),
            actors: sorted(&spec.actors).into(),
            calls: sorted(&spec.calls).into(),
            accounts: sorted(&spec.accounts).into(),
            has_from: has(&spec.from),
            starts_at: moment(spec.from),
            has_until: has(&spec.until),
            ends_at: moment(spec.until),
            procedure: said(spec.procedure.as_ref()),
            affects_customers: maybe(spec.affects_customers),
            deliveries: count(spec.announced.len()),
            outcome: said(spec.outcome.as_ref()),
            evidence: count(spec.evidence.len()),
        };
        self.row_each(entry, &spec.services, "", &row)?;
        for service in self.each(&spec.services) {
            self.deliveries(entry, &service, &spec.announced)?;
        }
        self.evidence_links(entry)
    }

    pub(super) fn awareness(&mut self, entry: &Entry, spec: &Awareness) -> Result<(), SinkError> {
        let row = schema::Awareness {
            title: spec.title.as_str().into(),
            audience_group: spec.group.as_str().into(),
            party: self.speaker(spec.party.as_ref()).into(),
            topics: sorted(&spec.topics).into(),
            controls: ids(&spec.controls),
            has_held: has(&spec.held),
            held_on: day(spec.held),
            has_expected: has(&spec.expected),
            expected: maybe(spec.expected),
            has_completed: has(&spec.completed),
            completed: maybe(spec.completed),
            has_repeat: has(&spec.repeat_days),
            repeat_days: maybe(spec.repeat_days),
            evidence: count(spec.evidence.len()),
        };
        self.row_each(entry, &spec.services, "", &row)?;
        self.evidence_links(entry)
    }

    pub(super) fn review(&mut self, entry: &Entry, spec: &Review) -> Result<(), SinkError> {
        let row = schema::Review {
            title: spec.title.as_str().into(),
            type_of_review: word(Some(spec.r#type)),
            reviewed_on: start(spec.on).into(),
            reviewed_by: said(spec.by.as_ref()),
            party: self.speaker(spec.party.as_ref()).into(),
            controls: ids(&spec.controls),
            requirement: said(spec.requirement.as_ref()),
            role: word(spec.role),
            agreement: said(spec.agreement.as_ref()),
            assurance: said(spec.assurance.as_ref()),
            version: said(spec.version.as_ref()),
            result: word(spec.result),
            has_next: has(&spec.next),
            next_on: day(spec.next),
            evidence: count(spec.evidence.len()),
        };
        self.row_each(entry, &spec.services, "", &row)?;
        self.evidence_links(entry)
    }

    pub(super) fn statement(&mut self, entry: &Entry, spec: &Statement) -> Result<(), SinkError> {
        let reasons: Vec<String> = spec.reasons.iter().map(ToString::to_string).collect();
        let row = schema::Statement {
            control: spec.control.to_string().into(),
            party: self.speaker(spec.party.as_ref()).into(),
            role: word(spec.role),
            requirement: said(spec.requirement.as_ref()),
            applicable: spec.applicable.into(),
            reasons: sorted(&reasons).into(),
            exclusion: said(spec.exclusion.as_ref()),
            status: word(spec.status),
            how: said(spec.how.as_ref()),
            owner: said(spec.owner.as_ref()),
            risks: sorted(&spec.risks).into(),
            approved_by: said(spec.approved.as_ref().map(|approved| &approved.by)),
            procedures: sorted(&spec.procedures).into(),
            inherited_from: said(spec.inherited_from.as_ref()),
            has_reviewed: has(&spec.reviewed),
            reviewed: day(spec.reviewed),
            has_next_review: has(&spec.next_review),
            next_review: day(spec.next_review),
            evidence: count(spec.evidence.len()),
        };
        self.row_each(entry, spec.service.as_slice(), "", &row)?;
        self.evidence_links(entry)
    }
}
