//! Whether a declaration holds together.

use std::collections::BTreeSet;
use std::ops::Range;

use globset::Glob;
use toml::Spanned;

use crate::declaration::Declaration;
use crate::error::{DeclarationError, Problem};

/// Collects every problem before it fails: one round of mending is enough.
pub(crate) fn validate(file: &str, text: &str, declaration: &Declaration) -> Result<(), DeclarationError> {
    let mut checker = Checker { text, problems: Vec::new() };
    checker.parties_and_services(declaration);
    checker.accounts(declaration);
    checker.exceptions(declaration);
    if let Some(period) = &declaration.scope.period {
        let (from, until) = (period.get_ref().from, period.get_ref().until);
        checker.demand(from <= until, period.span(), || format!("the period ends ({until}) before it begins ({from})"));
    }
    let mut problems = checker.problems;
    problems.sort_by_key(|problem| problem.line);
    if problems.is_empty() { Ok(()) } else { Err(DeclarationError { file: file.to_owned(), problems }) }
}

struct Checker<'a> {
    text: &'a str,
    problems: Vec<Problem>,
}

impl Checker<'_> {
    fn demand(&mut self, holds: bool, span: Range<usize>, message: impl FnOnce() -> String) {
        if !holds {
            self.problems.push(Problem::at(self.text, span, message()));
        }
    }

    fn unique<'a>(&mut self, what: &str, ids: impl Iterator<Item = &'a Spanned<String>>) {
        let mut seen = BTreeSet::new();
        for id in ids {
            self.demand(!id.get_ref().trim().is_empty(), id.span(), || format!("the id of a {what} is empty"));
            self.demand(seen.insert(id.get_ref()), id.span(), || format!("two {what}s have the id '{}'", id.get_ref()));
        }
    }

    fn known(&mut self, what: &str, id: &Spanned<String>, known: &[&str]) {
        self.demand(known.contains(&id.get_ref().as_str()), id.span(), || {
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            format!("no {what} has the id '{}' (declared: {known})", id.get_ref())
        });
    }

    fn parties_and_services(&mut self, declaration: &Declaration) {
        let us = declaration.organisation.as_ref();
        let parties: Vec<&str> = us
            .map(|organisation| organisation.id.as_str())
            .into_iter()
            .chain(declaration.parties.iter().map(|party| party.id.get_ref().as_str()))
            .collect();
        self.unique("party", declaration.parties.iter().map(|party| &party.id));
        self.unique("service", declaration.services.iter().map(|service| &service.id));
        if let (None, Some(service)) = (us, declaration.services.first()) {
            self.demand(false, service.id.span(), || {
                "services are declared, but not whose assessment it is: add [organisation] with id and name".to_owned()
            });
        }
        let services: Vec<&str> = declaration.services.iter().map(|s| s.id.get_ref().as_str()).collect();
        for service in &declaration.services {
            self.known("party", &service.provider, &parties);
            for base in &service.built_on {
                self.known("service", base, &services);
                self.demand(base.get_ref() != service.id.get_ref(), base.span(), || {
                    format!("service '{}' is built on itself", base.get_ref())
                });
            }
        }
    }

    fn accounts(&mut self, declaration: &Declaration) {
        self.unique("account", declaration.accounts.iter().map(|account| &account.id));
        let services: Vec<&str> = declaration.services.iter().map(|s| s.id.get_ref().as_str()).collect();
        for account in &declaration.accounts {
            for service in account.of.iter().chain(&account.serves) {
                self.known("service", service, &services);
            }
            if let Some(of) = &account.of {
                let own = declaration.role(of.get_ref()) == Some(isoneph_model::Role::Provider);
                self.demand(!own, of.span(), || {
                    format!("'{}' is the organisation's own service: use `serves`", of.get_ref())
                });
            }
            if let Some(serves) = &account.serves {
                let foreign = declaration.role(serves.get_ref()) == Some(isoneph_model::Role::Customer);
                self.demand(!foreign, serves.span(), || {
                    format!("'{}' is another party's service: use `of`", serves.get_ref())
                });
            }
            for pattern in &account.inputs {
                let valid = Glob::new(pattern.get_ref());
                self.demand(valid.is_ok(), pattern.span(), || format!("'{}' is not a pattern", pattern.get_ref()));
            }
        }
    }

    fn exceptions(&mut self, declaration: &Declaration) {
        for exception in &declaration.exceptions {
            let same = exception.owner.get_ref().trim() == exception.approver.trim();
            self.demand(!same, exception.owner.span(), || {
                "who owns a risk cannot accept it: name another approver".to_owned()
            });
            let reasoned = !exception.reason.get_ref().trim().is_empty();
            self.demand(reasoned, exception.reason.span(), || "an exception needs a reason".to_owned());
        }
    }
}
