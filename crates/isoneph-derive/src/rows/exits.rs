//! Departed tenants by what the register says of them: what was agreed, handed back, removed and counted.

use std::collections::BTreeMap;

use isoneph_register::kinds::{
    Agreement, AssetRemoval, AssetReturn, ExitTerms, Kind, RemovedFrom, ResidueCount, Tenant, TenantDataStore,
};
use isoneph_register::{Derived, ObjectKey};
use isoneph_tables::SinkError;
use isoneph_tables::schema::{ExitItem, TenantExit};
use jiff::ToSpan;
use jiff::civil::Date;

use super::{Writer, count, known, start};
use crate::declared::{Declared, Entry};

/// What tells the row of a departure from the tenant's own.
const EXIT: &str = "#exit";

/// What is known of a departed tenant in one store.
struct Item<'a> {
    store: &'a str,
    state: Option<&'static str>,
    in_time: Option<bool>,
    removed: Option<&'a RemovedFrom>,
    last_count: Option<&'a ResidueCount>,
}

impl Writer<'_, '_, '_> {
    /// Returns whether any tenant has departed.
    pub(super) fn exits(&mut self) -> Result<bool, SinkError> {
        let mut any = false;
        let departed = self
            .declared
            .claimed::<Tenant>()
            .filter(|tenant| tenant.spec.ended.is_some_and(|day| day <= self.known.as_of));
        for tenant in departed.collect::<Vec<_>>() {
            any = true;
            self.exit(tenant)?;
        }
        Ok(any)
    }

    fn exit(&mut self, tenant: Entry<'_, Tenant>) -> Result<(), SinkError> {
        let Some(ended) = tenant.spec.ended else { return Ok(()) };
        let said = Said { declared: self.declared, as_of: self.known.as_of };
        let terms = said.terms(tenant.spec);
        let due = terms.and_then(|terms| ended.checked_add(i64::from(terms.removal_days?).days()).ok());
        let items = said.items(tenant.name, &tenant.spec.service, due);
        let returns: Vec<&AssetReturn> = self
            .declared
            .claimed::<AssetReturn>()
            .filter(|entry| entry.spec.tenant == tenant.name)
            .map(|entry| entry.spec)
            .collect();
        let handed_over = returns.iter().map(|back| back.handed_over).min();
        let waived = returns.iter().any(|back| back.waived.is_some());
        let agreed = terms.map(|terms| !waived && (terms.return_days.is_some() || !terms.return_formats.is_empty()));
        let of_state = |state: Option<&str>| count(items.iter().filter(|item| item.state == state).count());
        let row = TenantExit {
            ended_at: start(ended).into(),
            due_at: known(due.map(start)),
            returned: handed_over.is_some().into(),
            returned_at: known(handed_over.map(start)),
            return_agreed: known(agreed),
            items: count(items.len()),
            removed: of_state(Some("removed")),
            recoverable: of_state(Some("recoverable")),
            remaining: of_state(Some("remaining")),
            undecided: of_state(None),
        };
        let key = ObjectKey { kind: Kind::Tenant, name: tenant.name.to_owned() };
        let service = &tenant.spec.service;
        let (service, tenant) = (service.as_str(), tenant.name);
        self.written.derive(Derived { of: &key, suffix: EXIT, service, tenant }, &row, self.sink)?;
        let exit = self.written.uid(&key, EXIT);
        for item in items {
            let row = item_row(&exit, &item, due, self.known.as_of);
            let of = &ObjectKey { kind: Kind::TenantDataStore, name: item.store.to_owned() };
            let suffix = &format!("{EXIT}/{tenant}");
            self.written.derive(Derived { of, suffix, service, tenant }, &row, self.sink)?;
        }
        Ok(())
    }
}

/// What the register says of departures.
struct Said<'w, 'a> {
    declared: &'w Declared<'a>,
    as_of: Date,
}

impl<'a> Said<'_, 'a> {
    /// The exit terms that hold for a tenant: of its agreement, or of the one that the provider has with everybody.
    fn terms(&self, tenant: &Tenant) -> Option<&'a ExitTerms> {
        if let Some(name) = &tenant.agreement {
            return self.declared.get::<Agreement>(name)?.spec.exit.as_ref();
        }
        let about = |spec: &Agreement| spec.services.contains(&tenant.service);
        let agreements: Vec<&'a Agreement> =
            self.declared.claimed::<Agreement>().map(|entry| entry.spec).filter(|spec| about(spec)).collect();
        let own = agreements.iter().find(|spec| spec.customer.is_some() && spec.customer == tenant.party);
        own.or_else(|| agreements.iter().find(|spec| spec.customer.is_none()))?.exit.as_ref()
    }

    /// Every store of the service: pooled tenants leave rows, prefixes and backups, wherever they were.
    fn items(&self, tenant: &str, service: &str, due: Option<Date>) -> Vec<Item<'a>> {
        let mut removed: BTreeMap<&str, &'a RemovedFrom> = BTreeMap::new();
        for record in self.declared.claimed::<AssetRemoval>().filter(|entry| entry.spec.tenant == tenant) {
            removed.extend(record.spec.removed.iter().map(|from| (from.store.as_str(), from)));
        }
        let stores = self.declared.claimed::<TenantDataStore>().filter(|store| store.spec.service == service);
        stores.map(|store| self.item(tenant, store, removed.get(store.name).copied(), due)).collect()
    }

    fn item(
        &self,
        tenant: &str,
        store: Entry<'a, TenantDataStore>,
        removed: Option<&'a RemovedFrom>,
        due: Option<Date>,
    ) -> Item<'a> {
        let counts = store.spec.counts.iter().filter(|count| count.tenant == tenant && count.as_of <= self.as_of);
        let last_count = counts.max_by_key(|count| count.as_of);
        // A count after the removal says more than the removal does.
        let counted = last_count.filter(|count| removed.is_none_or(|removed| removed.on <= count.as_of));
        let recoverable =
            removed.and_then(|removed| removed.recoverable_until).is_some_and(|until| until >= self.as_of);
        let state = match (counted.map(|counted| counted.count), removed) {
            (Some(left), _) if left > 0 => Some("remaining"),
            (_, Some(_)) if recoverable => Some("recoverable"),
            (Some(_), _) | (_, Some(_)) => Some("removed"),
            (None, None) => None,
        };
        let gone = removed.map(|removed| removed.recoverable_until.unwrap_or(removed.on).max(removed.on));
        let in_time = match (state, due) {
            (Some("remaining" | "recoverable"), Some(due)) if due < self.as_of => Some(false),
            (Some("removed"), Some(due)) => gone.map(|gone| gone <= due),
            _ => None,
        };
        Item { store: store.name, state, in_time, removed, last_count: counted }
    }
}

fn item_row(exit: &str, item: &Item<'_>, due: Option<Date>, as_of: Date) -> ExitItem {
    let known_by = [(item.removed.is_some(), "removal-record"), (item.last_count.is_some(), "residue-count")];
    let known_by: Vec<String> =
        known_by.into_iter().filter(|(known, _)| *known).map(|(_, word)| word.to_owned()).collect();
    ExitItem {
        exit: exit.into(),
        kind: "residue".into(),
        state: known(item.state.map(str::to_owned)),
        in_time: known(item.in_time),
        due: known(due.map(|due| due < as_of)),
        removed_at: known(item.removed.map(|removed| start(removed.on))),
        recoverable_until: known(item.removed.and_then(|removed| removed.recoverable_until).map(start)),
        residue: item.last_count.map_or(0, |count| i64::try_from(count.count).unwrap_or(i64::MAX)).into(),
        known_by: known_by.into(),
    }
}
