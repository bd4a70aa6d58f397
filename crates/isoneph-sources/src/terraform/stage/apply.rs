//! What resources say of others, done to the rows that waited.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use isoneph_model::GapCode;
use isoneph_tables::{SinkError, TableId};

use super::super::common_columns::provider_word;
use super::super::references::Reference;
use super::Stage;
use super::facet::{Children, Facet, Forget, SetEach};
use super::held::{Held, rows_by_target, rows_by_uid};

/// How often, at most, something that is said of an account is held against a row of it: everything said with every row.
const MAX_ACCOUNT_STEPS: usize = 500_000_000;

/// Columns of a row that an unresolved reference leaves open.
type Doubt = (TableId, Rc<str>, GapCode, &'static [&'static str], Forget);

type ByUid = BTreeMap<TableId, HashMap<Rc<str>, usize>>;

impl Stage<'_> {
    pub(super) fn apply_facets(&mut self) {
        let by_uid: ByUid = self.held.iter().map(|(table, rows)| (*table, rows_by_uid(rows))).collect();
        let wider = self.apply_to_parents(&by_uid);
        self.apply_wider_facets(wider, &by_uid);
        for (table, inherit) in std::mem::take(&mut self.inherits) {
            if let Some(held) = self.held.get_mut(&table) {
                inherit(held);
            }
        }
    }

    /// What children say of their parents; gives back what reaches several rows.
    fn apply_to_parents(&mut self, by_uid: &ByUid) -> Vec<Facet> {
        let mut own: BTreeSet<(TableId, Rc<str>, usize)> = BTreeSet::new();
        let mut doubts: Vec<Doubt> = Vec::new();
        let mut doubted: BTreeSet<(TableId, Rc<str>, usize)> = BTreeSet::new();
        let mut wider = Vec::new();
        for facet in std::mem::take(&mut self.facets) {
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
                facet => wider.push(facet),
            }
        }
        for (table, child, code, types, forget) in doubts {
            for (row, held) in self.held.entry(table).or_default().iter_mut().enumerate() {
                if is_of(&held.native_type, types, &child) && !own.contains(&(table, Rc::clone(&child), row)) {
                    forget(held.row.row(), code);
                }
            }
        }
        wider
    }

    /// Facets that reach several rows.
    fn apply_wider_facets(&mut self, facets: Vec<Facet>, by_uid: &ByUid) {
        let referrers: BTreeMap<TableId, HashMap<String, Vec<(String, usize)>>> =
            self.held.iter().map(|(table, rows)| (*table, rows_by_target(rows))).collect();
        let links = std::mem::take(&mut self.links);
        let mut accounts = Accounts::default();
        let mut steps = 0;
        let mut doubted: BTreeSet<(TableId, Rc<str>, &str, bool)> = BTreeSet::new();
        for facet in facets {
            let Some(held) = self.held.get_mut(&facet.table()) else { continue };
            match facet {
                Facet::Of { .. } => {}
                Facet::Members { table, child, parent, via, types, set, forget } => {
                    let found = parent.uid().and_then(|uid| referrers.get(&table)?.get(uid)).into_iter().flatten();
                    set_rows(held, found.filter(|(kind, _)| kind == via).map(|(_, row)| *row), &set);
                    let any = matches!(parent, Reference::Unresolved(_));
                    // One such child makes the same columns unknown as a thousand.
                    if doubted.insert((table, Rc::clone(&child), via, any)) {
                        let open = |held: &Held| any || !held.refers.iter().any(|(kind, _)| kind == via);
                        let concerned = |held: &&mut Held| is_of(&held.native_type, types, &child) && open(held);
                        let code = match parent {
                            Reference::Unresolved(code) => code,
                            _ => GapCode::UnresolvedReference,
                        };
                        held.iter_mut().filter(concerned).for_each(|held| forget(held.row.row(), code));
                    }
                }
                Facet::Referrers { table, uid, via, set } => {
                    let found = referrers.get(&table).and_then(|targets| targets.get(&uid)).into_iter().flatten();
                    set_rows(held, found.filter(|(kind, _)| via.contains(&kind.as_str())).map(|(_, row)| *row), &set);
                }
                Facet::Linked { table, uid, set } => {
                    let row_of = |to: &String| by_uid.get(&table)?.get(to.as_str()).copied();
                    set_rows(held, links.get(&uid).into_iter().flatten().filter_map(row_of), &set);
                }
                Facet::Account { table, account, provider, provider_key, set } => {
                    let rows = accounts.rows(table, held, (provider, account.known().cloned(), provider_key));
                    steps += rows.len();
                    if steps > MAX_ACCOUNT_STEPS {
                        return self.fail(SinkError::TooManySteps { table, most: MAX_ACCOUNT_STEPS });
                    }
                    set_rows(held, rows, &set);
                }
            }
        }
    }
}

fn set_rows(held: &mut [Held], rows: impl IntoIterator<Item = usize>, set: &SetEach) {
    for row in rows {
        set(&Rc::clone(&held[row].common), held[row].row.row());
    }
}

/// A provider, the account where it is known, and the provider block that resources without a known account share.
type AccountKey = (String, Option<String>, Option<Rc<str>>);

/// The waiting rows of each table by their account.
#[derive(Default)]
struct Accounts(BTreeMap<TableId, RowsOfAccounts>);

/// A row, and whether its account is known.
type RowOfBlock = (usize, bool);

/// Rows by provider and account, and by provider and provider block.
#[derive(Default)]
struct RowsOfAccounts {
    numbered: HashMap<(String, String), Vec<usize>>,
    blocks: HashMap<(String, Rc<str>), Vec<RowOfBlock>>,
}

impl Accounts {
    /// The rows of the same account: by its number where both have one, else by the provider block.
    fn rows(&mut self, table: TableId, held: &[Held], (provider, account, block): AccountKey) -> Vec<usize> {
        let known = self.0.entry(table).or_insert_with(|| RowsOfAccounts::of(held));
        let has_number = account.is_some();
        let by_number = account.and_then(|account| known.numbered.get(&(provider.clone(), account)));
        let by_block = block.and_then(|block| known.blocks.get(&(provider, block)));
        let by_block = by_block.into_iter().flatten().filter(|(_, numbered)| !(has_number && *numbered));
        by_number.into_iter().flatten().copied().chain(by_block.map(|(row, _)| *row)).collect()
    }
}

impl RowsOfAccounts {
    fn of(held: &[Held]) -> RowsOfAccounts {
        let mut rows = RowsOfAccounts::default();
        for (row, held) in held.iter().enumerate() {
            let Some(provider) = held.common.provider.known() else { continue };
            let account = held.common.account.known();
            if let Some(account) = account {
                rows.numbered.entry((provider.clone(), account.clone())).or_default().push(row);
            }
            if let Some(block) = &held.provider_key {
                let of_block = rows.blocks.entry((provider.clone(), Rc::clone(block))).or_default();
                of_block.push((row, account.is_some()));
            }
        }
        rows
    }
}

/// Whether a type is one of these; where none is named, any of the same provider as `child`.
fn is_of(native_type: &str, types: &[&str], child: &str) -> bool {
    if types.is_empty() { provider_word(native_type) == provider_word(child) } else { types.contains(&native_type) }
}
