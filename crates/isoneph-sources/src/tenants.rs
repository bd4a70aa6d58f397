//! What tenants' own accounts let others use beside the network: read off the policies and shares that are there already,
//! held against the accounts that the register gives to tenants.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::Int64Type;
use isoneph_model::{Extent, GapCode, RowId};
use isoneph_tables::schema::{DiskSnapshot, ResourcePolicy, TenantGrant};
use isoneph_tables::{Cell, Common, Coverage, Row, Sink, SinkError, TableId};

/// Writes a row for each policy statement and each share of the run that a tenant's account may hold. `tenants` are the
/// declared tenants, with the accounts that are their own.
///
/// # Errors
/// Where there is more than a run can hold.
pub fn write_tenant_grants(tenants: &BTreeMap<String, Vec<String>>, sink: &mut Sink) -> Result<(), SinkError> {
    if tenants.is_empty() {
        return Ok(());
    }
    let seen = sink.so_far(&[ResourcePolicy::table(), DiskSnapshot::table()])?;
    let owners = Owners::of(tenants);
    if !owners.accounts.is_empty() {
        let policies = Shown::of(seen.table(ResourcePolicy::table()), ResourcePolicy::table());
        for index in 0..policies.batch.num_rows() {
            policies.statement(index, &owners, sink)?;
        }
        let snapshots = Shown::of(seen.table(DiskSnapshot::table()), DiskSnapshot::table());
        for index in 0..snapshots.batch.num_rows() {
            snapshots.share(index, &owners, sink)?;
        }
    }
    cover(&seen.coverage, sink);
    Ok(())
}

/// Whose an account is.
struct Owners<'a> {
    /// Accounts and the tenants that call them their own: two may share one.
    accounts: BTreeMap<&'a str, BTreeSet<&'a str>>,
}

impl<'a> Owners<'a> {
    fn of(tenants: &'a BTreeMap<String, Vec<String>>) -> Self {
        let mut accounts: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (tenant, held) in tenants {
            for account in held.iter().filter(|account| !account.is_empty()) {
                accounts.entry(account).or_default().insert(tenant);
            }
        }
        Self { accounts }
    }

    /// Tenants whose account a principal is or belongs to.
    fn named(&self, principal: &str) -> impl Iterator<Item = &'a str> {
        let accounts = accounts_in(principal).into_iter();
        accounts.filter_map(|account| self.accounts.get(account)).flatten().copied()
    }
}

/// The accounts that a principal may belong to, as it is written: an account's own number or name, the account of an ARN,
/// the project of a service account, the project after a kind of members (`projectOwner:name`), a subscription of an id.
fn accounts_in(principal: &str) -> Vec<&str> {
    let mut out = vec![principal];
    out.extend(principal.split([':', '/']));
    let project = principal.split_once('@').and_then(|(_, host)| host.split_once('.'));
    out.extend(project.filter(|(_, rest)| rest.ends_with("gserviceaccount.com")).map(|(project, _)| project));
    out
}

/// A table's rows, by name of column.
struct Shown<'a> {
    batch: &'a RecordBatch,
    table: TableId,
}

impl<'a> Shown<'a> {
    fn of(batch: &'a RecordBatch, table: TableId) -> Self {
        Self { batch, table }
    }

    fn column(&self, name: &str, index: usize) -> Option<&'a dyn Array> {
        let column = self.batch.column_by_name(name)?;
        column.is_valid(index).then_some(column.as_ref())
    }

    fn text(&self, name: &str, index: usize) -> Option<&'a str> {
        Some(self.column(name, index)?.as_string_opt::<i32>()?.value(index))
    }

    fn flag(&self, name: &str, index: usize) -> Option<bool> {
        Some(self.column(name, index)?.as_boolean_opt()?.value(index))
    }

    fn texts(&self, name: &str, index: usize) -> Option<Vec<&'a str>> {
        let column: &'a dyn Array = self.column(name, index)?;
        let list = column.as_list_opt::<i32>()?;
        let (first, last) = (*list.offsets().get(index)?, *list.offsets().get(index + 1)?);
        let texts: &'a _ = list.values().as_string_opt::<i32>()?;
        Some((first..last).map(|place| texts.value(place as usize)).collect())
    }

    /// One statement, where it permits.
    fn statement(&self, index: usize, owners: &Owners<'_>, sink: &mut Sink) -> Result<(), SinkError> {
        let effect = self.text("effect", index);
        if effect == Some("deny") {
            return Ok(());
        }
        let public = self.flag("public", index);
        let principals = self.texts("principals", index).filter(|held| {
            // Everybody under a condition may or may not be another tenant.
            effect.is_some() && (public == Some(true) || !held.contains(&"*"))
        });
        let kind = self.text("kind", index).unwrap_or("policy");
        self.write(index, Found { kind, lets_in: principals, everybody: public }, owners, sink)
    }

    /// One snapshot or image.
    fn share(&self, index: usize, owners: &Owners<'_>, sink: &mut Sink) -> Result<(), SinkError> {
        let lets_in = self.texts("shared_with", index);
        let everybody = self.flag("public", index);
        self.write(index, Found { kind: "snapshot", lets_in, everybody }, owners, sink)
    }

    fn write(&self, index: usize, found: Found<'_>, owners: &Owners<'_>, sink: &mut Sink) -> Result<(), SinkError> {
        let account = self.text("account", index);
        let own = account.map(|account| owners.accounts.get(account));
        if matches!(own, Some(None)) {
            return Ok(());
        }
        let own = own.flatten();
        let Some(row) = RowId::new(self.table.ordinal(), index) else { return Ok(()) };
        let (Some(place), Some(snapshot)) = (sink.place_of(row), self.snapshot(index)) else { return Ok(()) };
        let uid = self.text("uid", index).unwrap_or_default();
        let name = self.text("name", index);
        let common = Common {
            uid: format!("{uid}#tenant-grant"),
            provider: cell(self.text("provider", index)),
            account: cell(account),
            region: cell(self.text("region", index)),
            native_type: cell(self.text("native_type", index)),
            native_id: cell(self.text("native_id", index)),
            name: cell(name.filter(|name| !name.is_empty()).or(Some(uid))),
            tags: Cell::default(),
            service: cell(self.text("service", index)),
            // Of an account that two tenants share it is not known whose it is.
            tenant: cell(own.filter(|own| own.len() == 1).and_then(|own| own.first().copied())),
        };
        sink.push(snapshot, place, &common, &found.row(owners, own))?;
        Ok(())
    }

    fn snapshot(&self, index: usize) -> Option<i64> {
        Some(self.column("snapshot", index)?.as_primitive_opt::<Int64Type>()?.value(index))
    }
}

fn cell(text: Option<&str>) -> Cell<String> {
    text.map_or_else(Cell::default, |text| Cell::Known(text.to_owned()))
}

/// What was read of one statement or share.
struct Found<'a> {
    kind: &'a str,
    lets_in: Option<Vec<&'a str>>,
    everybody: Option<bool>,
}

impl Found<'_> {
    /// `own` are the tenants whose account it stands in, where that is known.
    fn row(&self, owners: &Owners<'_>, own: Option<&BTreeSet<&str>>) -> TenantGrant {
        let others = self.lets_in.as_ref().map(|held| {
            let named = held.iter().flat_map(|principal| owners.named(principal));
            named.filter(|tenant| own.is_none_or(|own| !own.contains(tenant))).collect::<BTreeSet<&str>>()
        });
        // Who is named in a place of unknown owners may be its owner.
        let others = others.filter(|others| own.is_some() || others.is_empty());
        let list = |held: Vec<&str>| Cell::Known(held.into_iter().map(str::to_owned).collect::<Vec<String>>());
        let everybody = self.everybody.filter(|everybody| own.is_some() || !everybody);
        TenantGrant {
            kind: self.kind.into(),
            lets_in: self.lets_in.clone().map_or_else(Cell::default, list),
            others: others.map_or_else(Cell::default, |others| list(others.into_iter().collect())),
            everybody: everybody.map_or_else(Cell::default, Cell::Known),
        }
    }
}

/// What was seen of policies and of snapshots was seen of what they let in; where one of both was not looked at, a part.
fn cover(seen: &[Coverage], sink: &mut Sink) {
    let of = |table: TableId| seen.iter().filter(move |entry| entry.table == table);
    let (policies, snapshots) = (ResourcePolicy::table(), DiskSnapshot::table());
    for (table, other) in [(policies, snapshots), (snapshots, policies)] {
        for entry in of(table) {
            let both = of(other).any(|beside| beside.snapshot == entry.snapshot);
            let mut entry = Coverage { table: TenantGrant::table(), ..entry.clone() };
            if !both && entry.extent != Extent::None {
                (entry.extent, entry.code) = (Extent::Partial, Some(GapCode::NotCollected));
            }
            sink.coverage(entry);
        }
    }
}

#[cfg(test)]
mod tests;
