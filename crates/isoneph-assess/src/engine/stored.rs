//! Audit events as the query engine sees them: Parquet files, read column by column and batch by batch, never whole.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use datafusion::catalog::TableProvider;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl};
use datafusion::error::DataFusionError;
use datafusion::logical_expr::JoinType;
use datafusion::prelude::{DataFrame, Expr, SessionContext, col, lit};
use isoneph_tables::Row as _;
use isoneph_tables::schema::AuditEvent;

/// Events that lie in files rather than in the inventory.
#[derive(Debug, Clone, Default)]
pub struct StoredEvents {
    /// Parquet files in the schema of the table `audit_event`, store by store. An event that several stores hold counts
    /// once.
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
            let known = events.clone().select(vec![col("uid").alias("known")])?;
            let new = files(context, parts)?.join(known, JoinType::LeftAnti, &["uid"], &["known"], None)?;
            events = events.union(new)?;
        }
        let column = |name: &str| if name == "snapshot" { lit(self.snapshot).alias(name) } else { col(name) };
        let schema = AuditEvent::table().def().schema();
        let columns: Vec<Expr> = schema.fields().iter().map(|field| column(field.name())).collect();
        Ok(events.select(columns)?.into_view())
    }
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
