//! Management locks: a lock refuses deletion of what it stands on, and of everything inside.

use isoneph_tables::schema::{Bucket, Database, LogStore, Resource as ResourceRow, Vm};
use isoneph_tables::{Cell, Common, Row};

use super::GROUP;
use super::roles::reach;
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::references::Reference;
use crate::terraform::resource::Resource;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] = &[Mapping::new("azurerm_management_lock", lock, &[]).patching(&[
    table::<Bucket>,
    table::<Database>,
    table::<LogStore>,
    table::<ResourceRow>,
    table::<Vm>,
])];

/// By which attribute what types of things stand inside another.
type Inside = (&'static str, &'static [&'static str]);

/// A row that a lock may keep from being deleted.
trait Lockable: Row + 'static {
    /// The row, once a lock may stand on it. Another lock may have kept it before.
    fn lock(&mut self, locked: Cell<bool>);
}

impl Lockable for Bucket {
    fn lock(&mut self, locked: Cell<bool>) {
        let mut kept = std::mem::take(&mut self.force_destroy).not();
        kept.take_in_any(locked);
        self.force_destroy = kept.not();
    }
}

impl Lockable for Database {
    fn lock(&mut self, locked: Cell<bool>) {
        self.deletion_protected.take_in_any(locked);
    }
}

impl Lockable for LogStore {
    fn lock(&mut self, locked: Cell<bool>) {
        self.deletion_protected.take_in_any(locked);
    }
}

impl Lockable for ResourceRow {
    fn lock(&mut self, locked: Cell<bool>) {
        self.destroy_prevented.take_in_any(locked);
    }
}

impl Lockable for Vm {
    fn lock(&mut self, locked: Cell<bool>) {
        self.deletion_protected.take_in_any(locked);
    }
}

fn lock(resource: &Resource, stage: &mut Stage) {
    let refuses = resource.text("lock_level").cell().map(|level| matches!(level.as_str(), "CanNotDelete" | "ReadOnly"));
    let scope = resource.reference("scope", &[]);
    if refuses != Cell::Known(false) {
        lock_rows::<Bucket>(resource, stage, &scope, &refuses);
        lock_rows::<Database>(resource, stage, &scope, &refuses);
        lock_rows::<LogStore>(resource, stage, &scope, &refuses);
        lock_rows::<ResourceRow>(resource, stage, &scope, &refuses);
        lock_rows::<Vm>(resource, stage, &scope, &refuses);
    }
}

fn lock_rows<R: Lockable>(resource: &Resource, stage: &mut Stage, scope: &Reference, refuses: &Cell<bool>) {
    let refuses = refuses.clone();
    let forget = |row: &mut R, code| row.lock(Cell::Gap(code));
    let inside: Inside = match reach(resource) {
        Cell::Known(reach) if reach == "resource" => ("server_id", &["azurerm_mssql_database"]),
        Cell::Known(reach) if reach == "group" => (GROUP, &[]),
        Cell::Known(_) => return stage.for_account::<R>(resource, move |_, row| row.lock(refuses.clone())),
        // It may stand on anything of the subscription.
        Cell::Gap(code) => return stage.for_account::<R>(resource, move |_, row| row.lock(Cell::Gap(code))),
    };
    let locked = refuses.clone();
    let itself = std::slice::from_ref(scope);
    stage.facet_each::<R>(resource, itself, &[], forget, move |row: &mut R| row.lock(locked.clone()));
    stage.for_members::<R>(resource, scope, inside, forget, move |_: &Common, row| row.lock(refuses.clone()));
}
