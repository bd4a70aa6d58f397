//! Who is who, and what is in scope.

use isoneph_model::Role;
use isoneph_tables::schema::register as schema;
use isoneph_tables::{Cell, SinkError};

use super::cells::{count, day, has, ids, said, word};
use super::{Part, Writer, sorted};
use crate::kinds::{CloudService, Contact, Party, Scope};
use crate::register::Entry;

impl Writer<'_> {
    pub(super) fn scope(&mut self, entry: &Entry, spec: &Scope) -> Result<(), SinkError> {
        let accounts: Vec<String> = spec.accounts.iter().map(|account| account.id.clone()).collect();
        let row = schema::DeclaredScope {
            title: spec.title.as_str().into(),
            organisation: spec.organisation.as_str().into(),
            services: sorted(&spec.services).into(),
            accounts: sorted(&accounts).into(),
            regions: sorted(&spec.regions).into(),
            has_period: has(&spec.period),
            period_from: day(spec.period.as_ref().map(|period| period.from)),
            period_until: day(spec.period.as_ref().map(|period| period.until)),
            exclusions: said(spec.exclusions.as_ref()),
        };
        self.row(entry, Part::default(), &row)
    }

    pub(super) fn party(&mut self, entry: &Entry, spec: &Party) -> Result<(), SinkError> {
        let row = schema::Party {
            title: spec.title.as_str().into(),
            legal_name: said(spec.legal_name.as_ref()),
            type_of_party: word(spec.r#type),
            keeper: (entry.object.name == self.keeper).into(),
            part_of: said(spec.part_of.as_ref()),
            country: said(spec.country.as_ref()),
            data_countries: sorted(&spec.data_countries).into(),
        };
        self.row(entry, Part::default(), &row)
    }

    pub(super) fn cloud_service(&mut self, entry: &Entry, spec: &CloudService) -> Result<(), SinkError> {
        let name = &entry.object.name;
        let roles = self.register.roles(self.keeper, name);
        let provider = self.register.find::<Party>(&spec.provider).filter(|party| !party.proposed);
        let provider = provider.map(|party| party.spec);
        let row = schema::CloudService {
            title: spec.title.as_str().into(),
            model: word(Some(spec.model)),
            provider_party: spec.provider.as_str().into(),
            provided: roles.contains(&Role::Provider).into(),
            used: roles.contains(&Role::Customer).into(),
            environment: said(spec.environment.as_ref()),
            built_on: sorted(&spec.built_on).into(),
            customers: sorted(&spec.customers).into(),
            offerings: sorted(&spec.offerings).into(),
            regions: sorted(&spec.regions).into(),
            data_classes: sorted(&spec.data_classes).into(),
            owner: said(spec.owner.as_ref()),
            criticality: said(spec.criticality.as_ref()),
            status: word(spec.status),
            responsibilities_version: said(spec.responsibilities_version.as_ref()),
            critical_operations: count(spec.critical_operations.len()),
            provider_country: said(provider.and_then(|party| party.country.as_ref())),
            provider_data_countries: provider.map_or_else(Vec::new, |party| sorted(&party.data_countries)).into(),
        };
        self.row(entry, Part::of(name), &row)?;
        self.service_operations(entry, spec)
    }

    pub(super) fn contact(&mut self, entry: &Entry, spec: &Contact) -> Result<(), SinkError> {
        let reachable = spec.email.is_some() || spec.phone.is_some() || spec.url.is_some();
        let row = schema::Contact {
            party: spec.party.as_str().into(),
            purpose: word(Some(spec.purpose)),
            reachable: Cell::Known(reachable),
            hours: said(spec.hours.as_ref()),
            country: said(spec.country.as_ref()),
            controls: ids(&spec.controls),
            has_verified: has(&spec.verified),
            verified_on: day(spec.verified),
        };
        self.row_each(entry, &spec.services, "", &row)
    }
}
