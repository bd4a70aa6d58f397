//! Audit events as the query engine sees them: Parquet files, read column by column and batch by batch, never whole.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use datafusion::catalog::TableProvider;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl};
use datafusion::error::DataFusionError;
use datafusion::logical_expr::{JoinType, Operator, binary_expr};
use datafusion::prelude::{DataFrame, Expr, SessionContext, col, lit};
use isoneph_tables::schema::AuditEvent;
use isoneph_tables::{ColumnKind, Row as _};

/// Events that lie in files rather than in the inventory.
#[derive(Debug, Clone, Default)]
pub struct StoredEvents {
    /// Parquet files in the schema of the table `audit_event`, store by store. What several stores hold with the same
    /// content counts once.
    pub parts: Vec<Vec<PathBuf>>,
    /// How many events they hold, as their manifest says.
    pub events: u64,
    /// The snapshot that they belong to.
    pub snapshot: i64,
}

impl StoredEvents {
    /// How many events the files hold, those that several stores hold as often as they are held.
    pub(super) async fn held(&self, context: &SessionContext) -> Result<usize, DataFusionError> {
        files(context, &self.parts.concat())?.count().await
    }

    /// The events as a table. Their own column `snapshot` is of the run that stored them: the one of this run stands in
    /// its place.
    pub(super) fn table(&self, context: &SessionContext) -> Result<Arc<dyn TableProvider>, DataFusionError> {
        let mut stores = self.parts.iter().filter(|parts| !parts.is_empty());
        let mut events = files(context, stores.next().map(Vec::as_slice).unwrap_or_default())?;
        for parts in stores {
            let known = |name: &str| format!("known_{name}");
            let columns: Vec<Expr> = said().map(|name| col(name).alias(known(name))).collect();
            let same = said().map(|name| match name {
                "uid" => col(name).eq(col(known(name))),
                // What neither says, both leave out.
                _ => binary_expr(col(name), Operator::IsNotDistinctFrom, col(known(name))),
            });
            let new = files(context, parts)?.join_on(events.clone().select(columns)?, JoinType::LeftAnti, same)?;
            events = events.union(new)?;
        }
        let column = |name: &str| if name == "snapshot" { lit(self.snapshot).alias(name) } else { col(name) };
        let schema = AuditEvent::table().def().schema();
        let columns: Vec<Expr> = schema.fields().iter().map(|field| column(field.name())).collect();
        Ok(events.select(columns)?.into_view())
    }
}

/// The columns by which an event of one store is that of another: its identity, which whoever is logged may choose, and
/// what it says. When and where it was read is no part of it; what it was done to stands in the request as well.
fn said() -> impl Iterator<Item = &'static str> {
    let own = AuditEvent::table().def().columns.iter();
    let says = own.filter(|column| column.kind != ColumnKind::Texts && column.name != "delivered_at");
    std::iter::once("uid")
        .chain(says.map(|column| column.name).filter(|name| !name.starts_with("source_") || *name == "source_address"))
}

/// The events in some files.
fn files(context: &SessionContext, parts: &[PathBuf]) -> Result<DataFrame, DataFusionError> {
    let paths = parts.iter().map(|path| address(path)).collect::<Result<Vec<_>, _>>()?;
    let options = ListingOptions::new(Arc::new(ParquetFormat::default()));
    let config = ListingTableConfig::new_with_multi_paths(paths).with_listing_options(options);
    let schema = AuditEvent::table().def().schema();
    context.read_table(Arc::new(ListingTable::try_new(config.with_schema(schema.clone()))?))
}

/// The address of a file. Whatever its name holds is meant literally: a `*` is no pattern.
fn address(path: &Path) -> Result<ListingTableUrl, DataFusionError> {
    use std::fmt::Write as _;
    let path = path.canonicalize()?;
    let mut address = "file://".to_owned();
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'/' | b'-' | b'_' | b'.' | b'~' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => {
                address.push(char::from(*byte));
            }
            other => write!(address, "%{other:02X}").map_err(|error| DataFusionError::External(error.into()))?,
        }
    }
    ListingTableUrl::parse(address)
}
