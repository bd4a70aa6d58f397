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
            [(number, _)] => Some(*number),
            // An account that tenants share: the names decide between them.
            [_, ..] => named(owners.into_iter(), targets),
            [] => named(self.all.iter().enumerate(), targets),
        }
    }
}

/// The one tenant whose things the targets are.
fn named<'t>(tenants: impl Iterator<Item = (usize, &'t Tenant)> + Clone, targets: &[String]) -> Option<usize> {
    let parts = targets.iter().flat_map(|target| target.split(['/', ':']));
    let mut numbers: BTreeSet<usize> = parts.flat_map(|part| marked(tenants.clone(), part)).collect();
    let first = numbers.pop_first();
    first.filter(|_| numbers.is_empty())
}

/// The tenants as whose things a part of a path or an ARN begins. Of two beginnings the longer says more: `acme-` is no
/// mark of what begins with `acme-eu-`, where that is another's.
fn marked<'t>(tenants: impl Iterator<Item = (usize, &'t Tenant)>, part: &str) -> Vec<usize> {
    let lengths = tenants.filter_map(|(number, tenant)| Some((tenant.beginning_of(part)?, number)));
    let mut lengths: Vec<(usize, usize)> = lengths.collect();
    let longest = lengths.iter().map(|(length, _)| *length).max();
    lengths.retain(|(length, _)| Some(*length) == longest);
    lengths.into_iter().map(|(_, number)| number).collect()
}

impl Tenant {
    /// How long the longest beginning of its things' names is that a name has.
    fn beginning_of(&self, name: &str) -> Option<usize> {
        let begins = |own: &&String| name.get(..own.len()).is_some_and(|start| start.eq_ignore_ascii_case(own));
        self.prefixes.iter().filter(begins).map(String::len).max()
    }
}
