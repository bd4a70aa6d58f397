//! What is meant to be: segregation, purposes, needs.

use isoneph_tables::SinkError;
use isoneph_tables::schema::register as schema;

use super::cells::{count, day, has, ids, maybe, measure, said, word};
use super::{Part, Writer, sorted};
use crate::kinds::{Capability, Flow, ImagePurpose, Isolation, MonitoringNeed, Zone};
use crate::register::Entry;

impl Writer<'_> {
    pub(super) fn zone(&mut self, entry: &Entry, spec: &Zone) -> Result<(), SinkError> {
        let row = schema::Zone {
            title: spec.title.as_str().into(),
            part_of: said(spec.part_of.as_ref()),
            addresses: sorted(&spec.addresses).into(),
            members: sorted(&spec.members).into(),
            accounts: sorted(&spec.accounts).into(),
            member_tags: sorted(&spec.tags).into(),
            trust: said(spec.trust.as_ref()),
            outside: (spec.outside == Some(true)).into(),
            inner_flows: maybe(spec.inner_flows),
            purpose: word(spec.purpose),
        };
        let service = spec.service.as_deref().unwrap_or_default();
        let tenant = spec.tenant.as_deref().unwrap_or_default();
        self.row(entry, Part { suffix: "", service, tenant }, &row)
    }

    pub(super) fn flow(&mut self, entry: &Entry, spec: &Flow) -> Result<(), SinkError> {
        let row = schema::IntendedFlow {
            from_zone: spec.from.as_str().into(),
            to_zone: spec.to.as_str().into(),
            action: word(Some(spec.action)),
            protocol: said(spec.protocol.as_ref()),
            ports: sorted(&spec.ports).into(),
            purpose: said(spec.purpose.as_ref()),
            owner: said(spec.owner.as_ref()),
            has_until: has(&spec.until),
            until_day: day(spec.until),
        };
        let zone = self.register.find::<Zone>(&spec.to);
        let service = zone.and_then(|zone| zone.spec.service.as_deref()).unwrap_or_default();
        self.row(entry, Part::of(service), &row)
    }

    pub(super) fn image_purpose(&mut self, entry: &Entry, spec: &ImagePurpose) -> Result<(), SinkError> {
        let row = schema::ImagePurpose {
            purpose: spec.purpose.as_str().into(),
            images: sorted(&spec.images).into(),
            listens_to_nothing: (spec.listens_to_nothing == Some(true)).into(),
            guest_services: sorted(&spec.guest_services).into(),
            sign_in: sorted(&spec.sign_in).into(),
            no_malware_protection_because: said(spec.no_malware_protection_because.as_ref()),
            owner: said(spec.owner.as_ref()),
            has_reviewed: has(&spec.reviewed),
            reviewed: day(spec.reviewed),
        };
        self.row_each(entry, &spec.services, "", &row)?;
        for (i, listener) in spec.listens.iter().enumerate() {
            let row = schema::ImageListener {
                image_purpose: entry.object.name.as_str().into(),
                port: i64::from(listener.port).into(),
                protocol: listener.protocol.as_deref().unwrap_or("tcp").into(),
                address: said(listener.address.as_ref()),
                purpose: said(listener.purpose.as_ref()),
            };
            self.row(entry, Part { suffix: &format!("#listens/{i}"), ..Part::default() }, &row)?;
        }
        Ok(())
    }

    pub(super) fn isolation(&mut self, entry: &Entry, spec: &Isolation) -> Result<(), SinkError> {
        for layer in &spec.layers {
            let last = layer.tests.iter().max_by_key(|test| test.on);
            let row = schema::IsolationLayer {
                layer: word(Some(layer.layer)),
                tenancy: word(Some(layer.tenancy)),
                how: said(layer.how.as_ref()),
                inherited_from: said(layer.inherited_from.as_ref()),
                has_tested: has(&last),
                tested_on: day(last.map(|test| test.on)),
                tests_passed: i64::from(last.map_or(0, |test| test.passed)).into(),
                tests_failed: i64::from(last.map_or(0, |test| test.failed)).into(),
                release: said(last.and_then(|test| test.release.as_ref())),
                evidence: count(layer.evidence.len()),
            };
            let suffix = format!("#{}", layer.layer);
            self.row(entry, Part { suffix: &suffix, service: &spec.service, tenant: "" }, &row)?;
        }
        self.evidence_links(entry)
    }

    pub(super) fn monitoring_need(&mut self, entry: &Entry, spec: &MonitoringNeed) -> Result<(), SinkError> {
        let row = schema::MonitoringNeed {
            topic: spec.topic.as_str().into(),
            party: self.speaker(spec.party.as_ref()).into(),
            controls: ids(&spec.controls),
            has_retention: has(&spec.retention_days),
            retention_days: maybe(spec.retention_days),
            has_latency: has(&spec.latency_minutes),
            latency_minutes: maybe(spec.latency_minutes),
            met_by: said(spec.met_by.as_ref()),
            met: maybe(self.is_met(spec)),
            own_measure: measure(spec.own_measure.as_ref()),
            owner: said(spec.owner.as_ref()),
        };
        self.row(entry, Part::of(&spec.service), &row)
    }

    /// A capability that does not say for how long it keeps, or how soon it shows, promises neither. One that does not say
    /// what it covers leaves open whether what is needed is among it.
    fn is_met(&self, need: &MonitoringNeed) -> Option<bool> {
        let named = need.met_by.as_ref().and_then(|name| self.register.find::<Capability>(name));
        let Some(found) = named.filter(|found| !found.proposed && found.spec.service == need.service) else {
            return Some(false);
        };
        let found = &found.spec;
        let keeps = need.retention_days.is_none_or(|days| found.retention_days.is_some_and(|kept| kept >= days));
        let shows = need.latency_minutes.is_none_or(|most| found.latency_minutes.is_some_and(|shown| shown <= most));
        let said = || found.covers.iter().chain([&found.topic]);
        if !(found.offered && keeps && shows) {
            return Some(false);
        }
        let covers = said().any(|topic| topic.eq_ignore_ascii_case(&need.topic));
        if covers { Some(true) } else { (!found.covers.is_empty()).then_some(false) }
    }
}
