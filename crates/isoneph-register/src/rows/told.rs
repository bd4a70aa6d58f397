//! What a provider tells and offers its customers.

use isoneph_tables::SinkError;
use isoneph_tables::schema::register as schema;

use super::cells::{count, day, has, ids, maybe, moment, said, start, titled, word};
use super::{Part, Writer, sorted};
use crate::kinds::{Answer, Capability, Disclosure, Notice};
use crate::register::Entry;

impl Writer<'_> {
    pub(super) fn disclosure(&mut self, entry: &Entry, spec: &Disclosure) -> Result<(), SinkError> {
        let document = spec.document.as_ref();
        let (title, version) = titled(document);
        let dated = document.and_then(|document| document.dated);
        let row = schema::Disclosure {
            control: spec.control.to_string().into(),
            requirement: said(spec.requirement.as_ref()),
            what: said(spec.what.as_ref()),
            documented: document.is_some().into(),
            document: title,
            document_version: version,
            document_url: said(document.and_then(|document| document.url.as_ref())),
            has_dated: has(&dated),
            dated: day(dated),
            audience: word(spec.audience),
            named: sorted(&spec.named).into(),
            deliveries: count(spec.sent.len()),
            has_reviewed: has(&spec.reviewed),
            reviewed: day(spec.reviewed),
            held_by: said(spec.held_by.as_ref()),
            owner: said(spec.owner.as_ref()),
            evidence: count(spec.evidence.len()),
        };
        self.row(entry, Part::of(&spec.service), &row)?;
        self.deliveries(entry, &spec.service, &spec.sent)?;
        self.tests(entry, std::slice::from_ref(&spec.service), &spec.tested)?;
        self.evidence_links(entry)
    }

    pub(super) fn capability(&mut self, entry: &Entry, spec: &Capability) -> Result<(), SinkError> {
        let row = schema::Capability {
            topic: spec.topic.as_str().into(),
            offered: spec.offered.into(),
            what: said(spec.what.as_ref()),
            controls: ids(&spec.controls),
            requirement: said(spec.requirement.as_ref()),
            covers: sorted(&spec.covers).into(),
            limits: said(spec.limits.as_ref()),
            has_retention: has(&spec.retention_days),
            retention_days: maybe(spec.retention_days),
            has_latency: has(&spec.latency_minutes),
            latency_minutes: maybe(spec.latency_minutes),
            tenant_limited: maybe(spec.tenant_limited),
            document: titled(spec.document.as_ref()).0,
            evidence: count(spec.evidence.len()),
        };
        self.row(entry, Part::of(&spec.service), &row)?;
        self.tests(entry, std::slice::from_ref(&spec.service), &spec.tested)?;
        self.evidence_links(entry)
    }

    pub(super) fn notice(&mut self, entry: &Entry, spec: &Notice) -> Result<(), SinkError> {
        let row = schema::Notice {
            topic: word(Some(spec.topic)),
            noticed_on: start(spec.on).into(),
            recipients: sorted(&spec.to).into(),
            what: said(spec.what.as_ref()),
            version: said(spec.version.as_ref()),
            change: said(spec.change.as_ref()),
            has_begins: has(&spec.begins),
            begins: moment(spec.begins),
            has_ends: has(&spec.ends),
            ends: moment(spec.ends),
            has_known: has(&spec.known),
            known_at: moment(spec.known),
            has_sent: has(&spec.sent),
            sent_at: moment(spec.sent),
            controls: ids(&spec.controls),
            assessed: spec.assessed.is_some().into(),
            evidence: count(spec.evidence.len()),
        };
        self.row(entry, Part::of(&spec.service), &row)?;
        self.evidence_links(entry)
    }

    pub(super) fn answer(&mut self, entry: &Entry, spec: &Answer) -> Result<(), SinkError> {
        let row = schema::Answer {
            questionnaire: spec.questionnaire.as_str().into(),
            questionnaire_version: said(spec.version.as_ref()),
            question: spec.question.as_str().into(),
            answer: word(Some(spec.answer)),
            ownership: word(spec.ownership),
            implementation: said(spec.implementation.as_ref()),
            customer_duty: said(spec.customer_duty.as_ref()),
            area: said(spec.area.as_ref()),
            controls: ids(&spec.controls),
            requirement: said(spec.requirement.as_ref()),
            has_answered: has(&spec.answered),
            answered_on: day(spec.answered),
            evidence: count(spec.evidence.len()),
        };
        self.row(entry, Part::of(&spec.service), &row)?;
        self.evidence_links(entry)
    }
}
