//! Whose accounts are of which services, as scopes declare them.

use isoneph_logs::changes::OfServices;
use isoneph_register::Register;
use isoneph_register::kinds::{CloudService, Scope, ScopedAccount};

/// The accounts of services; `None` where none are named, which speaks of all.
pub(super) fn accounts_of(register: &Register, services: &[String]) -> Option<OfServices> {
    if services.is_empty() {
        return None;
    }
    let mut found = OfServices::default();
    for scope in register.claimed::<Scope>() {
        for account in &scope.spec.accounts {
            match is_of_any(register, account, services) {
                Some(true) => found.inside.push(account.id.clone()),
                Some(false) => found.outside.push(account.id.clone()),
                None => {}
            }
        }
    }
    Some(found)
}

/// Whether an account is of one of the services, or one of them runs in it. Of a service and what it is built on one may
/// stand for the other: which of them was meant cannot be told.
fn is_of_any(register: &Register, account: &ScopedAccount, services: &[String]) -> Option<bool> {
    let own: Vec<&String> = account.of.iter().chain(&account.serves).collect();
    let hangs_together =
        |one: &str, other: &str| is_built_on(register, one, other) || is_built_on(register, other, one);
    if own.iter().any(|own| services.contains(own)) {
        return Some(true);
    }
    let open = own.is_empty() || own.iter().any(|own| services.iter().any(|service| hangs_together(own, service)));
    (!open).then_some(false)
}

/// Whether a service is built on another, directly or by way of others.
fn is_built_on(register: &Register, service: &str, base: &str) -> bool {
    let mut seen: Vec<&str> = Vec::new();
    let mut next = vec![service];
    while let Some(name) = next.pop() {
        let Some(service) = register.find::<CloudService>(name).filter(|_| !seen.contains(&name)) else { continue };
        seen.push(service.name);
        if service.spec.built_on.iter().any(|below| below == base) {
            return true;
        }
        next.extend(service.spec.built_on.iter().map(String::as_str));
    }
    false
}
