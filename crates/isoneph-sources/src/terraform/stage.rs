//! Where mappers put rows. Most go straight to the sink; rows that another resource may still add to (a bucket by its
//! split-out settings, a disk by its account's default) wait here until every resource is read.

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use isoneph_model::{Extent, GapCode, InputId, Locator};
use isoneph_tables::schema::{Account, Relation};
use isoneph_tables::{Cell, Common, Coverage, PlaceId, Row, Scope, Sink, SinkError, TableId};

use super::common_columns::provider_word;
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

/// A row that waits, of whatever table.
trait Waiting {
    fn row(&mut self) -> &mut dyn Any;
    fn push(&self, sink: &mut Sink, snapshot: i64, place: PlaceId, common: &Common) -> Result<(), SinkError>;
}

impl<R: Row + 'static> Waiting for R {
    fn row(&mut self) -> &mut dyn Any {
        self
    }

    fn push(&self, sink: &mut Sink, snapshot: i64, place: PlaceId, common: &Common) -> Result<(), SinkError> {
        sink.push(snapshot, place, common, self).map(drop)
    }
}

struct Held {
    common: Rc<Common>,
    place: PlaceId,
    provider_key: Option<Rc<str>>,
    native_type: Rc<str>,
    /// What the resource refers to: attribute and `uid`.
    refers: Rc<[(String, String)]>,
    row: Box<dyn Waiting>,
}

type Set = Box<dyn FnOnce(&mut dyn Any)>;
type SetEach = Box<dyn Fn(&Common, &mut dyn Any)>;
type Forget = Box<dyn Fn(&mut dyn Any, GapCode)>;
/// Gives each row what the row it belongs to has.
type Inherit = Box<dyn Fn(&mut [Held])>;

/// Settings of an account are one of a kind in each region: more of one type than this say nothing new.
const MAX_ACCOUNT_FACETS: usize = 256;

/// What a resource adds to rows of others.
enum Facet {
    /// To the rows of one parent, or, when it is not known which, doubt to those of every parent of these types.
    Of {
        table: TableId,
        child: Rc<str>,
        children: Children,
        parent: Reference,
        types: &'static [&'static str],
        set: Set,
        forget: Forget,
        /// Which columns it forgets: the address of the function that does.
        forgets: usize,
    },
    /// To the rows of everything that refers to it by one of these attributes.
    Referrers { table: TableId, uid: String, via: &'static [&'static str], set: SetEach },
    /// To the rows of everything that stands in the same parent as it; doubt to those whose parent, or its own, is open.
    Members {
        table: TableId,
        child: Rc<str>,
        parent: Reference,
        via: &'static str,
        types: &'static [&'static str],
        set: SetEach,
        forget: Forget,
    },
    /// To the rows that a third resource ties to it.
    Linked { table: TableId, uid: String, set: SetEach },
    /// To the rows of everything in its account.
    Account { table: TableId, account: Cell<String>, provider: String, provider_key: Option<Rc<str>>, set: SetEach },
}

/// Whether a parent has one child of a type or may have several.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Children {
    /// One: a parent that has its own is not the one that a lost child belongs to.
    One,
    /// Several: any parent may be the one that a lost child belongs to.
    Several,
}

struct AccountRow {
    common: Common,
    place: PlaceId,
    row: Account,
}

/// Something that an account-wide resource says of its account.
type AccountFacet = Box<dyn FnOnce(&mut Account)>;

/// What a coverage entry speaks of, and why it is not whole.
type CoverageKey = (TableId, Scope, Option<GapCode>);

/// Columns of a row that an unresolved reference leaves open.
type Doubt<'a> = (TableId, Rc<str>, GapCode, &'a [&'a str], Forget);

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

    /// Sets columns of a parent's row in `R`: what `path` refers to, one of `types`. When that cannot be resolved,
    /// `forget` makes the same columns unknown in every parent that has no such child of its own.
    pub(crate) fn facet<R: Row + 'static>(
        &mut self,
        resource: &Resource,
        path: &str,
        types: &'static [&'static str],
        forget: fn(&mut R, GapCode),
        set: impl FnOnce(&mut R) + 'static,
    ) -> Reference {
        let parent = resource.reference(path, types);
        self.facets.push(facet_of(resource, Children::One, &parent, types, forget, set));
        debug_assert!(self.holding.contains(&R::table()), "{} does not say that it patches", resource.native_type);
        parent
    }

    /// As [`facet`](Self::facet), where a parent may have several such children: `forget` reaches every parent. It and
    /// `set` add to what is known, and leave what another child has decided.
    pub(crate) fn facet_of_several<R: Row + 'static>(
        &mut self,
        resource: &Resource,
        path: &str,
        types: &'static [&'static str],
        forget: fn(&mut R, GapCode),
        set: impl FnOnce(&mut R) + 'static,
    ) -> Reference {
        let parent = resource.reference(path, types);
        self.facets.push(facet_of(resource, Children::Several, &parent, types, forget, set));
        debug_assert!(self.holding.contains(&R::table()), "{} does not say that it patches", resource.native_type);
        parent
    }

    /// As [`facet`](Self::facet), for references that are already resolved.
    pub(crate) fn facet_each<R: Row + 'static>(
        &mut self,
        resource: &Resource,
        parents: &[Reference],
        types: &'static [&'static str],
        forget: fn(&mut R, GapCode),
        set: impl Fn(&mut R) + Clone + 'static,
    ) {
        debug_assert!(self.holding.contains(&R::table()), "{} does not say that it patches", resource.native_type);
        for parent in parents {
            self.facets.push(facet_of(resource, Children::One, parent, types, forget, set.clone()));
        }
    }

    /// Ties one resource to another: see [`for_linked`](Self::for_linked).
    pub(crate) fn link(&mut self, from: &Reference, to: &Reference) {
        if let (Some(from), Some(to)) = (from.uid(), to.uid()) {
            self.links.entry(from.to_owned()).or_default().push(to.to_owned());
        }
    }

    /// Sets columns of the rows in `R` that a third resource has tied to this one with [`link`](Self::link). It comes
    /// after what that third resource itself sets.
    pub(crate) fn for_linked<R: Row + 'static>(
        &mut self,
        resource: &Resource,
        set: impl Fn(&Common, &mut R) + 'static,
    ) {
        debug_assert!(self.holding.contains(&R::table()), "{} does not say that it patches", resource.native_type);
        self.facets.push(Facet::Linked { table: R::table(), uid: resource.uid().to_owned(), set: each(set) });
    }

    /// Once everything is set, gives each row in `R` what the row it belongs to has. Said once for a table.
    pub(crate) fn inherit<R: Row + Clone + 'static>(
        &mut self,
        parent_of: fn(&R) -> Option<&String>,
        inherit: fn(&R, &mut R),
    ) {
        if self.holding.contains(&R::table()) {
            self.inherits.entry(R::table()).or_insert_with(|| Box::new(move |held| pass_on(held, parent_of, inherit)));
        }
    }

    /// Sets columns of the rows in `R` of everything that refers to this resource by one of the attributes `via`.
    pub(crate) fn for_referrers<R: Row + 'static>(
        &mut self,
        resource: &Resource,
        via: &'static [&'static str],
        set: impl Fn(&Common, &mut R) + 'static,
    ) {
        debug_assert!(self.holding.contains(&R::table()), "{} does not say that it patches", resource.native_type);
        self.facets.push(Facet::Referrers { table: R::table(), uid: resource.uid().to_owned(), via, set: each(set) });
    }

    /// Sets columns of the rows in `R` of everything that by its attribute `via` stands in `parent`, which this resource
    /// speaks of: a key in a ring that is bound. Rows of `types` (of the same provider, if none are given) whose own
    /// parent is not in the input, and all of them when `parent` is not, may be meant too: to these comes `forget`.
    pub(crate) fn for_members<R: Row + 'static>(
        &mut self,
        resource: &Resource,
        parent: &Reference,
        (via, types): (&'static str, &'static [&'static str]),
        forget: fn(&mut R, GapCode),
        set: impl Fn(&Common, &mut R) + 'static,
    ) {
        debug_assert!(self.holding.contains(&R::table()), "{} does not say that it patches", resource.native_type);
        self.facets.push(Facet::Members {
            table: R::table(),
            child: Rc::from(resource.native_type.as_str()),
            parent: parent.clone(),
            via,
            types,
            set: each(set),
            forget: Box::new(move |row, code| {
                if let Some(row) = row.downcast_mut::<R>() {
                    forget(row, code);
                }
            }),
        });
    }

    /// Sets columns of every row in `R` of the resource's account.
    pub(crate) fn for_account<R: Row + 'static>(
        &mut self,
        resource: &Resource,
        set: impl Fn(&Common, &mut R) + 'static,
    ) {
        debug_assert!(self.holding.contains(&R::table()), "{} does not say that it patches", resource.native_type);
        self.facets.push(Facet::Account {
            table: R::table(),
            account: resource.common.account.clone(),
            provider: resource.common.provider.known().cloned().unwrap_or_default(),
            provider_key: resource.provider_key.as_deref().map(Rc::from),
            set: each(set),
        });
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

    fn apply_facets(&mut self) {
        let facets = std::mem::take(&mut self.facets);
        let by_uid: BTreeMap<TableId, HashMap<Rc<str>, usize>> =
            self.held.iter().map(|(table, rows)| (*table, rows_by_uid(rows))).collect();
        let mut own: BTreeSet<(TableId, Rc<str>, usize)> = BTreeSet::new();
        let mut doubts: Vec<Doubt<'_>> = Vec::new();
        let mut doubted: BTreeSet<(TableId, Rc<str>, usize)> = BTreeSet::new();
        let mut later = Vec::new();
        for facet in facets {
            match facet {
                Facet::Of { table, child, children, parent: Reference::Uid(uid), set, .. } => {
                    let row = by_uid.get(&table).and_then(|rows| rows.get(uid.as_str()));
                    if let (Some(row), Some(held)) = (row, self.held.get_mut(&table)) {
                        set(held[*row].row.row());
                        if children == Children::One {
                            own.insert((table, child, *row));
                        }
                    }
                }
                Facet::Of { table, child, parent: Reference::Unresolved(code), types, forget, forgets, .. } => {
                    // One such child makes the same columns unknown as a thousand.
                    if doubted.insert((table, Rc::clone(&child), forgets)) {
                        doubts.push((table, child, code, types, forget));
                    }
                }
                Facet::Of { .. } => {}
                facet => later.push(facet),
            }
        }
        for (table, child, code, types, forget) in doubts {
            for (row, held) in self.held.entry(table).or_default().iter_mut().enumerate() {
                if is_of(&held.native_type, types, &child) && !own.contains(&(table, Rc::clone(&child), row)) {
                    forget(held.row.row(), code);
                }
            }
        }
        self.apply_wider_facets(later, &by_uid);
        for (table, inherit) in std::mem::take(&mut self.inherits) {
            if let Some(held) = self.held.get_mut(&table) {
                inherit(held);
            }
        }
    }

    /// Facets that reach several rows.
    fn apply_wider_facets(&mut self, facets: Vec<Facet>, by_uid: &BTreeMap<TableId, HashMap<Rc<str>, usize>>) {
        let referrers: BTreeMap<TableId, HashMap<String, Vec<(String, usize)>>> =
            self.held.iter().map(|(table, rows)| (*table, rows_by_target(rows))).collect();
        let links = std::mem::take(&mut self.links);
        let mut applied: BTreeMap<(TableId, String), usize> = BTreeMap::new();
        let mut doubted: BTreeSet<(TableId, Rc<str>, &str, bool)> = BTreeSet::new();
        for facet in facets {
            match facet {
                Facet::Of { .. } => {}
                Facet::Members { table, child, parent, via, types, set, forget } => {
                    let Some(held) = self.held.get_mut(&table) else { continue };
                    let found = parent.uid().and_then(|uid| referrers.get(&table)?.get(uid)).into_iter().flatten();
                    for (_, row) in found.filter(|(kind, _)| kind == via) {
                        set(&Rc::clone(&held[*row].common), held[*row].row.row());
                    }
                    let code = match parent {
                        Reference::Unresolved(code) => code,
                        _ => GapCode::UnresolvedReference,
                    };
                    let any = matches!(parent, Reference::Unresolved(_));
                    // One such child makes the same columns unknown as a thousand.
                    if doubted.insert((table, Rc::clone(&child), via, any)) {
                        let open = |held: &Held| any || !held.refers.iter().any(|(kind, _)| kind == via);
                        let concerned = |held: &&mut Held| is_of(&held.native_type, types, &child) && open(held);
                        held.iter_mut().filter(concerned).for_each(|held| forget(held.row.row(), code));
                    }
                }
                Facet::Referrers { table, uid, via, set } => {
                    let Some(held) = self.held.get_mut(&table) else { continue };
                    let found = referrers.get(&table).and_then(|targets| targets.get(&uid));
                    let rows = found.into_iter().flatten().filter(|(kind, _)| via.contains(&kind.as_str()));
                    for (_, row) in rows {
                        set(&Rc::clone(&held[*row].common), held[*row].row.row());
                    }
                }
                Facet::Linked { table, uid, set } => {
                    let Some(held) = self.held.get_mut(&table) else { continue };
                    for to in links.get(&uid).into_iter().flatten() {
                        if let Some(row) = by_uid.get(&table).and_then(|rows| rows.get(to.as_str())) {
                            set(&Rc::clone(&held[*row].common), held[*row].row.row());
                        }
                    }
                }
                Facet::Account { table, account, provider, provider_key, set } => {
                    let count = applied.entry((table, provider.clone())).or_default();
                    *count += 1;
                    if *count > MAX_ACCOUNT_FACETS {
                        continue;
                    }
                    let inside = |held: &&mut Held| {
                        held.common.provider.known() == Some(&provider)
                            && match (&account, &held.common.account) {
                                (Cell::Known(ours), Cell::Known(theirs)) => ours == theirs,
                                _ => provider_key.is_some() && provider_key == held.provider_key,
                            }
                    };
                    for held in self.held.entry(table).or_default().iter_mut().filter(inside) {
                        set(&held.common, held.row.row());
                    }
                }
            }
        }
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

fn facet_of<R: Row + 'static>(
    resource: &Resource,
    children: Children,
    parent: &Reference,
    types: &'static [&'static str],
    forget: fn(&mut R, GapCode),
    set: impl FnOnce(&mut R) + 'static,
) -> Facet {
    Facet::Of {
        table: R::table(),
        child: Rc::from(resource.native_type.as_str()),
        children,
        parent: parent.clone(),
        types,
        set: Box::new(|row| {
            if let Some(row) = row.downcast_mut::<R>() {
                set(row);
            }
        }),
        forget: Box::new(move |row, code| {
            if let Some(row) = row.downcast_mut::<R>() {
                forget(row, code);
            }
        }),
        forgets: forget as usize,
    }
}

/// Whether a type is one of these; where none is named, any of the same provider as `child`.
fn is_of(native_type: &str, types: &[&str], child: &str) -> bool {
    if types.is_empty() { provider_word(native_type) == provider_word(child) } else { types.contains(&native_type) }
}

fn each<R: Row + 'static>(set: impl Fn(&Common, &mut R) + 'static) -> SetEach {
    Box::new(move |common, row| {
        if let Some(row) = row.downcast_mut::<R>() {
            set(common, row);
        }
    })
}

fn rows_by_uid(rows: &[Held]) -> HashMap<Rc<str>, usize> {
    rows.iter().enumerate().map(|(i, held)| (Rc::from(held.common.uid.as_str()), i)).collect()
}

/// Rows by what they refer to, with the attribute that does.
fn rows_by_target(rows: &[Held]) -> HashMap<String, Vec<(String, usize)>> {
    let mut by_target: HashMap<String, Vec<(String, usize)>> = HashMap::new();
    for (i, held) in rows.iter().enumerate() {
        for (kind, to) in held.refers.iter() {
            by_target.entry(to.clone()).or_default().push((kind.clone(), i));
        }
    }
    by_target
}

fn pass_on<R: Row + Clone + 'static>(held: &mut [Held], parent_of: fn(&R) -> Option<&String>, inherit: fn(&R, &mut R)) {
    let by_uid = rows_by_uid(held);
    for i in 0..held.len() {
        let row = held[i].row.row().downcast_ref::<R>();
        let parent = row.and_then(|row| by_uid.get(parent_of(row)?.as_str()).copied());
        let Some(parent) = parent.and_then(|parent| held[parent].row.row().downcast_ref::<R>().cloned()) else {
            continue;
        };
        if let Some(row) = held[i].row.row().downcast_mut::<R>() {
            inherit(&parent, row);
        }
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
