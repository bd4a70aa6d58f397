//! The mappers of all types, and how they are found.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use isoneph_tables::{Row, TableId};

use super::resource::Resource;
use super::stage::Stage;
use super::{aws, azure, google};

/// How one native type becomes rows.
#[derive(Clone, Copy)]
pub(crate) struct Mapping {
    /// The type: `aws_ebs_volume`.
    pub(crate) native_type: &'static str,
    /// Writes its rows.
    pub(crate) map: fn(&Resource, &mut Stage),
    /// The tables in whose rows it sets columns of other resources: those rows wait for it.
    pub(crate) patches: &'static [fn() -> TableId],
    /// The tables that it adds rows to.
    pub(crate) fills: &'static [fn() -> TableId],
}

impl Mapping {
    /// A mapping that adds rows to these tables: `Mapping::new("aws_ebs_volume", volume, &[table::<Disk>])`.
    pub(crate) const fn new(
        native_type: &'static str,
        map: fn(&Resource, &mut Stage),
        fills: &'static [fn() -> TableId],
    ) -> Mapping {
        Mapping { native_type, map, patches: &[], fills }
    }

    /// It also sets columns in rows of these tables (`Stage::facet`, `for_referrers`, `for_account`).
    pub(crate) const fn patching(self, patches: &'static [fn() -> TableId]) -> Mapping {
        Mapping { patches, ..self }
    }
}

/// The table of a row type, for [`Mapping`].
pub(crate) fn table<R: Row>() -> TableId {
    R::table()
}

static MAPPINGS: LazyLock<BTreeMap<&'static str, Mapping>> = LazyLock::new(|| {
    let families = [aws::FAMILIES, azure::FAMILIES, google::FAMILIES].into_iter().flatten();
    families.flat_map(|family| family.iter()).map(|mapping| (mapping.native_type, *mapping)).collect()
});

/// The mapping of a type.
pub(crate) fn find(native_type: &str) -> Option<&'static Mapping> {
    MAPPINGS.get(native_type)
}

/// Every type that is mapped, with the tables it adds rows to and those it patches.
pub fn mapped_types() -> Vec<MappedType> {
    let names = |tables: &[fn() -> TableId]| tables.iter().map(|table| table().def().name).collect();
    let of = |mapping: &Mapping| MappedType {
        native_type: mapping.native_type,
        fills: names(mapping.fills),
        patches: names(mapping.patches),
    };
    MAPPINGS.values().map(of).collect()
}

/// A type that is mapped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappedType {
    /// The type as Terraform names it.
    pub native_type: &'static str,
    /// The tables that it adds rows to.
    pub fills: Vec<&'static str>,
    /// The tables in which it sets columns of rows of other resources.
    pub patches: Vec<&'static str>,
}

/// The tables whose rows have to wait, given the types that occur.
pub(crate) fn patched_by<'a>(types: impl Iterator<Item = &'a str>) -> BTreeSet<TableId> {
    types.filter_map(find).flat_map(|mapping| mapping.patches.iter().map(|table| table())).collect()
}

/// The tables that at least one mapper of a provider fills.
pub(crate) fn filled_for(provider: &str) -> BTreeSet<TableId> {
    let of_provider = MAPPINGS.values().filter(|m| super::common_columns::provider_word(m.native_type) == provider);
    let mut tables: BTreeSet<TableId> =
        of_provider.flat_map(|mapping| mapping.fills.iter().map(|table| table())).collect();
    if !tables.is_empty() {
        use isoneph_tables::schema::{Account, Relation, Resource};
        tables.extend([Account::table(), Relation::table(), Resource::table()]);
    }
    tables
}
