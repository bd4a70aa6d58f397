//! Between the declaration (`isoneph.toml`) and the register: each can stand in for what the other does not say.

use toml::Spanned;

use crate::declaration::{Account, Declaration, Exception, Organisation, Party, Service};
use crate::kinds;
use crate::object::Object;
use crate::register::Register;

impl Declaration {
    /// What it declares as objects of the register, each with its place in the file.
    pub(crate) fn to_objects(&self) -> Vec<(String, Object)> {
        let place = |what: &str, id: &str| format!("{what} {id}");
        let mut objects = Vec::new();
        if let Some(us) = &self.organisation {
            objects.push((place("organisation", &us.id), Object::new(&us.id, kinds::Party::new(us.name.clone()))));
            objects.push((place("scope", &us.id), Object::new(&us.id, self.to_scope(us))));
        }
        for party in &self.parties {
            let id = party.id.get_ref();
            objects.push((place("party", id), Object::new(id, kinds::Party::new(party.name.clone()))));
        }
        for service in &self.services {
            let id = service.id.get_ref();
            let provider = service.provider.get_ref().clone();
            let mut spec = kinds::CloudService::new(service.name.clone(), service.model, provider);
            spec.built_on = service.built_on.iter().map(|base| base.get_ref().clone()).collect();
            objects.push((place("service", id), Object::new(id, spec)));
        }
        objects
    }

    fn to_scope(&self, us: &Organisation) -> kinds::Scope {
        let mut scope = kinds::Scope::new(us.name.clone(), us.id.clone());
        scope.services = self.services.iter().map(|service| service.id.get_ref().clone()).collect();
        scope.regions = self.scope.regions.clone();
        scope.period = self.scope.period.as_ref().map(|period| {
            let period = period.get_ref();
            kinds::Span::new(period.from, period.until)
        });
        let text = |value: &Option<Spanned<String>>| value.as_ref().map(|value| value.get_ref().clone());
        scope.accounts = self
            .accounts
            .iter()
            .map(|account| kinds::ScopedAccount {
                id: account.id.get_ref().clone(),
                title: (!account.name.is_empty()).then(|| account.name.clone()),
                of: text(&account.of),
                serves: text(&account.serves),
                inputs: account.inputs.iter().map(|input| input.get_ref().clone()).collect(),
            })
            .collect();
        scope
    }

    /// Adds what a register declares and the declaration does not: organisation, parties, services, accounts, regions,
    /// period and exceptions. Drafts are left out. What stands in both counts as the declaration has it.
    pub fn complete(&mut self, register: &Register) {
        if self.organisation.is_none() {
            self.organisation = register
                .keeper()
                .filter(|keeper| !keeper.proposed)
                .map(|keeper| Organisation { id: keeper.name.to_owned(), name: keeper.spec.title.clone() });
        }
        self.complete_parties(register);
        self.complete_scope(register);
        for exception in register.claimed::<kinds::RiskException>() {
            let spec = exception.spec;
            let same = |known: &Exception| known.check.get_ref() == &spec.check && known.subject == spec.subject;
            if !self.exceptions.iter().any(same) {
                self.exceptions.push(Exception {
                    check: unplaced(&spec.check),
                    subject: spec.subject.clone(),
                    owner: unplaced(&spec.owner),
                    approver: spec.approver.clone(),
                    reason: unplaced(&spec.reason),
                    until: spec.until,
                });
            }
        }
    }

    fn complete_parties(&mut self, register: &Register) {
        let us = self.organisation.as_ref().map(|us| us.id.clone());
        for party in register.claimed::<kinds::Party>() {
            let known = self.parties.iter().any(|known| known.id.get_ref() == party.name);
            if !known && us.as_deref() != Some(party.name) {
                self.parties.push(Party { id: unplaced(party.name), name: party.spec.title.clone() });
            }
        }
        for service in register.claimed::<kinds::CloudService>() {
            if !self.services.iter().any(|known| known.id.get_ref() == service.name) {
                self.services.push(Service {
                    id: unplaced(service.name),
                    name: service.spec.title.clone(),
                    model: service.spec.model,
                    provider: unplaced(&service.spec.provider),
                    built_on: service.spec.built_on.iter().map(|base| unplaced(base)).collect(),
                });
            }
        }
    }

    fn complete_scope(&mut self, register: &Register) {
        for scope in register.claimed::<kinds::Scope>() {
            let spec = scope.spec;
            if self.scope.regions.is_empty() {
                self.scope.regions.clone_from(&spec.regions);
            }
            if self.scope.period.is_none() {
                self.scope.period = spec.period.as_ref().map(|period| {
                    Spanned::new(0..0, crate::declaration::Period { from: period.from, until: period.until })
                });
            }
            for account in &spec.accounts {
                if !self.accounts.iter().any(|known| known.id.get_ref() == &account.id) {
                    self.accounts.push(Account {
                        id: unplaced(&account.id),
                        name: account.title.clone().unwrap_or_default(),
                        of: account.of.as_deref().map(unplaced),
                        serves: account.serves.as_deref().map(unplaced),
                        inputs: account.inputs.iter().map(|input| unplaced(input)).collect(),
                    });
                }
            }
        }
    }
}

fn unplaced(text: &str) -> Spanned<String> {
    Spanned::new(0..0, text.to_owned())
}
