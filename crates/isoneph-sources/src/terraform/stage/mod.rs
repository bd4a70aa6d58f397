//! Where mappers put rows. Most go straight to the sink; rows that another resource may still add to (a bucket by its
//! split-out settings, a disk by its account's default) wait here until every resource is read.

mod apply;
mod facet;
mod held;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use isoneph_model::{Extent, GapCode, InputId, Locator};
use isoneph_tables::schema::{Account, Relation};
use isoneph_tables::{Cell, Common, Coverage, PlaceId, Row, Scope, Sink, SinkError, TableId};

use self::facet::{Facet, Inherit};
use self::held::Held;
use super::references::Reference;
use super::resource::Resource;
use super::survey::Survey;

/// Tables whose rows belong to a thing in another table: what cannot be tied to it may be missing from it.
const SATELLITES: &[&str] = &[
    "resource_policy",
    "firewall_rule",
    "attachment",
    "route",
    "endpoint",
    "credential",
    "grant",
    "backup",
    "protection",
];

struct AccountRow {
    common: Common,
    place: PlaceId,
    row: Account,
}

/// Something that an account-wide resource says of its account.
type AccountFacet = Box<dyn FnOnce(&mut Account)>;

/// What a coverage entry speaks of, and why it is not whole.
type CoverageKey = (TableId, Scope, Option<GapCode>);

/// Where mappers put rows.
pub(crate) struct Stage<'s> {
    sink: &'s mut Sink,
    survey: &'s Survey,
    input: InputId,
    snapshot: i64,
    holding: BTreeSet<TableId>,
    held: BTreeMap<TableId, Vec<Held>>,
    facets: Vec<Facet>,
    /// What is tied to a resource by a third one.
    links: BTreeMap<String, Vec<String>>,
    inherits: BTreeMap<TableId, Inherit>,
    accounts: BTreeMap<String, AccountRow>,
    account_facets: Vec<(String, AccountFacet)>,
    coverage: BTreeMap<CoverageKey, (Extent, Option<Locator>)>,
    place: Option<PlaceId>,
    /// The tables that the current resource has rows in, the first of its own first.
    wrote: Vec<(TableId, bool)>,
    held_from: BTreeMap<TableId, usize>,
    error: Option<SinkError>,
}

impl<'s> Stage<'s> {
    /// A stage for one snapshot that holds back the rows of some tables.
    pub(crate) fn new(
        sink: &'s mut Sink,
        survey: &'s Survey,
        input: InputId,
        snapshot: i64,
        holding: BTreeSet<TableId>,
    ) -> Stage<'s> {
        Stage {
            sink,
            survey,
            input,
            snapshot,
            holding,
            held: BTreeMap::new(),
            facets: Vec::new(),
            links: BTreeMap::new(),
            inherits: BTreeMap::new(),
            accounts: BTreeMap::new(),
            account_facets: Vec::new(),
            coverage: BTreeMap::new(),
            place: None,
            wrote: Vec::new(),
            held_from: BTreeMap::new(),
            error: None,
        }
    }

    /// Adds the row that describes a resource.
    pub(crate) fn add<R: Row + 'static>(&mut self, resource: &Resource, row: R) {
        let common = Rc::clone(&resource.common);
        if let Some(place) = self.place_of(resource) {
            self.put(resource, common, place, row, true);
        }
    }

    /// Adds a row about a part of a resource: `pointer` leads from the resource to the part (`/values/ingress/0`),
    /// `suffix` tells its `uid` from others (`#ingress/0`).
    pub(crate) fn add_part<R: Row + 'static>(&mut self, resource: &Resource, pointer: &str, suffix: &str, row: R) {
        let common = resource.common.part(suffix);
        let locator = format!("{}{pointer}", resource.pointer);
        match self.sink.place(self.input, &locator) {
            Ok(place) => self.put(resource, common, place, row, false),
            Err(error) => self.fail(error),
        }
    }

    /// Adds a row about a nested block.
    pub(crate) fn add_block<R: Row + 'static>(&mut self, resource: &Resource, block: &super::block::Block<'_>, row: R) {
        self.add_part(resource, &block.pointer(), &block.uid_suffix(), row);
    }

    /// Adds a further row of a resource that has no place of its own in it.
    pub(crate) fn add_suffixed<R: Row + 'static>(&mut self, resource: &Resource, suffix: &str, row: R) {
        let common = resource.common.part(suffix);
        if let Some(place) = self.place_of(resource) {
            self.put(resource, common, place, row, false);
        }
    }

    fn put<R: Row + 'static>(&mut self, resource: &Resource, common: Rc<Common>, place: PlaceId, row: R, own: bool) {
        let table = R::table();
        self.wrote.push((table, own));
        if self.holding.contains(&table) {
            let held = Held {
                common,
                place,
                provider_key: resource.provider_key.as_deref().map(Rc::from),
                native_type: Rc::from(resource.native_type.as_str()),
                refers: Rc::from([]),
                row: Box::new(row),
            };
            self.held.entry(table).or_default().push(held);
        } else if let Err(error) = self.sink.push(self.snapshot, place, &common, &row) {
            self.fail(error);
        }
    }

    fn place_of(&mut self, resource: &Resource) -> Option<PlaceId> {
        if self.place.is_none() {
            match self.sink.place(self.input, &resource.pointer) {
                Ok(place) => self.place = Some(place),
                Err(error) => self.fail(error),
            }
        }
        self.place
    }

    fn fail(&mut self, error: SinkError) {
        self.error.get_or_insert(error);
    }

    /// Sets columns of the row of the resource's account itself.
    pub(crate) fn account(&mut self, resource: &Resource, set: impl FnOnce(&mut Account) + 'static) {
        let uid = self.account_uid(resource);
        self.account_facets.push((uid, Box::new(set)));
    }

    /// Says that rows of a table may be missing for a subject.
    pub(crate) fn doubt(&mut self, resource: &Resource, table: TableId, scope: Scope, code: GapCode) {
        let locator = Locator::new(resource.pointer.clone());
        self.coverage.entry((table, scope, Some(code))).or_insert((Extent::Partial, Some(locator)));
    }

    fn account_uid(&self, resource: &Resource) -> String {
        let provider = resource.common.provider.known().map_or("", String::as_str);
        match &resource.common.account {
            Cell::Known(account) => format!("{}:account:{provider}:{account}", self.snapshot),
            Cell::Gap(_) => format!("{}:account:{provider}", self.snapshot),
        }
    }

    /// Begins a resource.
    pub(crate) fn begin(&mut self) {
        self.place = None;
        self.wrote.clear();
        self.held_from = self.held.iter().map(|(table, rows)| (*table, rows.len())).collect();
    }

    /// Ends a resource: its relations, its account, and what could not be resolved.
    pub(crate) fn end(&mut self, resource: &Resource) {
        let Some(place) = self.place_of(resource) else { return };
        let log = resource.log.take();
        for (i, logged) in log.iter().enumerate() {
            let relation = Relation {
                from_uid: resource.uid().into(),
                to_uid: logged.reference.cell(),
                kind: logged.kind.as_str().into(),
                from_type: resource.native_type.as_str().into(),
            };
            let common = resource.common.part(&format!("#relation/{i}"));
            self.put(resource, common, place, relation, false);
            if let Reference::Unresolved(code) = logged.reference {
                self.doubt_unresolved(resource, logged.types, code);
            }
        }
        let refers: Vec<(String, String)> =
            log.into_iter().filter_map(|l| Some((l.kind, l.reference.uid()?.to_owned()))).collect();
        if !refers.is_empty() {
            let refers: Rc<[(String, String)]> = Rc::from(refers);
            for (table, rows) in &mut self.held {
                let from = self.held_from.get(table).copied().unwrap_or(0);
                for held in &mut rows[from..] {
                    held.refers = Rc::clone(&refers);
                }
            }
        }
        let uid = self.account_uid(resource);
        if !self.accounts.contains_key(&uid) {
            self.accounts.insert(uid.clone(), account_row(uid, place, resource));
        }
    }

    /// The table that describes the current resource, if one does.
    pub(crate) fn described_by(&self) -> Option<TableId> {
        let satellite = |table: &TableId| SATELLITES.contains(&table.def().name);
        let own = self.wrote.iter().filter(|(_, own)| *own).map(|(table, _)| *table);
        own.clone().find(|table| !satellite(table)).or_else(|| own.clone().next())
    }

    fn doubt_unresolved(&mut self, resource: &Resource, types: &[&str], code: GapCode) {
        let mut tables: BTreeSet<TableId> = self.wrote.iter().map(|(table, _)| *table).collect();
        tables.retain(|table| SATELLITES.contains(&table.def().name) || table.def().name == "relation");
        let provider = resource.common.provider.known().cloned();
        let natives: Vec<Option<String>> =
            if types.is_empty() { vec![None] } else { types.iter().map(|t| Some((*t).to_owned())).collect() };
        for table in tables {
            for native_type in &natives {
                let scope = Scope { provider: provider.clone(), native_type: native_type.clone(), ..Scope::default() };
                self.doubt(resource, table, scope, code);
            }
        }
    }

    /// Adds what resources say of others, and hands everything that waited to the sink.
    pub(crate) fn finish(mut self) -> Result<(), SinkError> {
        self.apply_facets();
        for (_, rows) in std::mem::take(&mut self.held) {
            for held in rows {
                held.row.push(self.sink, self.snapshot, held.place, &held.common)?;
            }
        }
        for (uid, set) in std::mem::take(&mut self.account_facets) {
            if let Some(account) = self.accounts.get_mut(&uid) {
                set(&mut account.row);
            }
        }
        for account in self.accounts.into_values() {
            self.sink.push(self.snapshot, account.place, &account.common, &account.row)?;
        }
        for ((table, scope, code), (extent, locator)) in self.coverage {
            let (snapshot, input) = (self.snapshot, self.input);
            self.sink.coverage(Coverage { table, snapshot, scope, extent, code, input, locator });
        }
        self.error.map_or(Ok(()), Err)
    }

    /// What the first pass collected.
    pub(crate) fn survey(&self) -> &'s Survey {
        self.survey
    }

    /// Counts a resource of a type that no mapper knows.
    pub(crate) fn unsupported(&mut self, native_type: &str) {
        self.sink.unsupported(self.input, native_type);
    }

    /// Adds a coverage entry for a whole table.
    pub(crate) fn covers(&mut self, table: TableId, scope: Scope, extent: Extent) {
        self.coverage.entry((table, scope, None)).or_insert((extent, None));
    }
}

fn account_row(uid: String, place: PlaceId, resource: &Resource) -> AccountRow {
    let account = resource.common.account.clone();
    let common = Common {
        uid,
        provider: resource.common.provider.clone(),
        account: account.clone(),
        region: "global".into(),
        native_type: "account".into(),
        native_id: account,
        ..Common::default()
    };
    // Google records administration by itself, for 400 days, and nobody can switch it off; the others keep 90 days.
    let recorded = common.provider.known().is_some_and(|provider| provider == "google");
    AccountRow { common, place, row: Account { recorded_by_provider: recorded.into(), ..Account::default() } }
}
