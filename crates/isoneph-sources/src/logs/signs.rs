//! Signs of misuse: whose accounts are not outside, and the rows of a store that are looked into.

use std::ops::Range;
use std::path::Path;

use arrow::array::StringArray;
use isoneph_logs::changes::Declared;
use isoneph_logs::ingest::each_batch_of_rows;
use isoneph_logs::reconcile::{self, BatchError};
use isoneph_logs::signs::{Inside, MORE_COLUMNS, SignCatalogue, SignFinder};
use isoneph_register::kinds;
use isoneph_tables::{Inventory, TableId};

use super::{LogsAgainst, LogsError};

/// The catalogue of signs.
pub(super) fn catalogue() -> Result<SignCatalogue, LogsError> {
    SignCatalogue::shipped().map_err(|error| LogsError::Given(error.to_string()))
}

/// Looks into the rows of a file that were marked: what was asked for is read of them alone.
pub(super) fn look_again(part: &Path, finder: &mut SignFinder<'_>) -> Result<(), LogsError> {
    let marked = finder.take_marked(part);
    look_into(part, marked, finder)
}

/// Looks into the rows that can be told to be signs only now that all files were read.
pub(super) fn look_at_last(finder: &mut SignFinder<'_>) -> Result<(), LogsError> {
    finder.take_last().into_iter().try_for_each(|(part, rows)| look_into(&part, rows, finder))
}

fn look_into(part: &Path, rows: Vec<Range<usize>>, finder: &mut SignFinder<'_>) -> Result<(), LogsError> {
    if rows.is_empty() {
        return Ok(());
    }
    let columns: Vec<&str> = reconcile::COLUMNS.iter().chain(MORE_COLUMNS).copied().collect();
    let told = |error: BatchError| LogsError::Store { path: part.display().to_string(), message: error.to_string() };
    each_batch_of_rows(part, &columns, rows, &mut |batch| finder.observe_batch(batch).map_err(told))
}

/// Whose accounts and addresses are not outside: those in scope, of tenants, of partners, of people that are declared, and
/// the members of an organisation that the inventory shows.
pub(super) fn inside(against: &LogsAgainst<'_>, declared: &Declared, seen: &Inventory) -> Inside {
    let mut inside = Inside::default();
    for id in of_organisations(seen) {
        inside.add_organisation(id);
        // As an ARN that of a member ends in the account.
        id.rsplit('/')
            .next()
            .filter(|last| !last.starts_with("o-"))
            .into_iter()
            .for_each(|account| inside.add_of_organisation(account));
    }
    against.accounts.iter().for_each(|account| inside.add_account(account, ""));
    for register in &against.registers {
        for tenant in register.claimed::<kinds::Tenant>() {
            tenant.spec.accounts.iter().for_each(|account| inside.add_account(account, tenant.name));
        }
        for scope in register.claimed::<kinds::Scope>() {
            scope.spec.accounts.iter().for_each(|account| inside.add_account(&account.id, ""));
        }
    }
    for partner in declared.partners.iter().flatten() {
        partner.accounts.iter().for_each(|account| inside.add_account(account, ""));
        partner.domains.iter().for_each(|domain| inside.add_address(domain));
    }
    let addresses = declared.people.iter().flatten().flat_map(|person| &person.identities);
    addresses.filter(|identity| identity.contains('@')).for_each(|address| inside.add_address(address));
    inside
}

/// The table that the members of an organisation stand in.
pub(super) const RESOURCES: &str = "resource";

/// The organisations of AWS that an inventory lists, and their members: whoever manages one has them there.
fn of_organisations(seen: &Inventory) -> impl Iterator<Item = &str> {
    let resources = TableId::find(RESOURCES).map(|table| seen.table(table));
    let column = |name: &str| {
        let column = resources.and_then(|table| table.column_by_name(name));
        column.and_then(|column| column.as_any().downcast_ref::<StringArray>())
    };
    let rows = column("native_type").zip(column("native_id"));
    let rows = rows.into_iter().flat_map(|(types, ids)| types.iter().zip(ids));
    const TYPES: [&str; 2] = ["aws_organizations_account", "aws_organizations_organization"];
    let of_them = rows.filter(|(native_type, _)| native_type.is_some_and(|native| TYPES.contains(&native)));
    of_them.filter_map(|(_, id)| id)
}
