//! Whose an event is: by the account whose log it stands in, or by the names of what it was done to.

use std::collections::BTreeSet;

/// A customer of the service, and what tells its events.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tenant {
    /// Its name.
    pub name: String,
    /// Accounts, subscriptions, projects or clusters that are its alone.
    pub accounts: Vec<String>,
    /// Beginnings of the names of its things.
    pub prefixes: Vec<String>,
}

/// Tenants, by what tells their events.
#[derive(Debug, Clone, Default)]
pub(super) struct Tenants {
    all: Vec<Tenant>,
    /// Whether names count: an event's targets are read only then.
    pub(super) reads_names: bool,
}

impl Tenants {
    pub(super) fn new(all: Vec<Tenant>) -> Tenants {
        let reads_names = all.iter().any(|tenant| !tenant.prefixes.is_empty());
        Tenants { all, reads_names }
    }

    /// The number of a tenant.
    pub(super) fn number(&self, name: &str) -> Option<usize> {
        self.all.iter().position(|tenant| tenant.name == name)
    }

    pub(super) fn name(&self, number: usize) -> &str {
        self.all.get(number).map_or("", |tenant| &tenant.name)
    }

    /// The number of the tenant whose event it is; `None` where nothing tells, or two tenants have a part in it.
    pub(super) fn whose(&self, account: &str, targets: &[String]) -> Option<usize> {
        let claims = |tenant: &&(usize, &Tenant)| tenant.1.accounts.iter().any(|own| own.eq_ignore_ascii_case(account));
        let owners: Vec<(usize, &Tenant)> =
            self.all.iter().enumerate().filter(|tenant| !account.is_empty() && claims(&tenant)).collect();
        match owners.as_slice() {
            [(number, _)] => return Some(*number),
            // An account that tenants share: the names decide between them.
            [_, ..] => return only(owners.iter().filter(|(_, tenant)| tenant.is_named_in(targets)).map(|(n, _)| *n)),
            [] => {}
        }
        only(self.all.iter().enumerate().filter(|(_, tenant)| tenant.is_named_in(targets)).map(|(number, _)| number))
    }
}

fn only(numbers: impl Iterator<Item = usize>) -> Option<usize> {
    let mut numbers: BTreeSet<usize> = numbers.take(2).collect();
    let first = numbers.pop_first();
    first.filter(|_| numbers.is_empty())
}

impl Tenant {
    /// Whether a part of a target's path or ARN begins as its things do.
    fn is_named_in(&self, targets: &[String]) -> bool {
        let mut parts = targets.iter().flat_map(|target| target.split(['/', ':']));
        parts.any(|part| {
            self.prefixes.iter().any(|own| part.get(..own.len()).is_some_and(|start| start.eq_ignore_ascii_case(own)))
        })
    }
}
