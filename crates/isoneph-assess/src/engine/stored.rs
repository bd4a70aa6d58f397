//! Audit events as the query engine sees them: Parquet files, read column by column and batch by batch, never whole.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use datafusion::catalog::TableProvider;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl};
use datafusion::error::DataFusionError;
use datafusion::prelude::{Expr, SessionContext, col, lit};
use isoneph_tables::Row as _;
use isoneph_tables::schema::AuditEvent;

/// Events that lie in files rather than in the inventory.
#[derive(Debug, Clone, Default)]
pub struct StoredEvents {
    /// Parquet files in the schema of the table `audit_event`.
    pub parts: Vec<PathBuf>,
    /// How many events they hold, as their manifest says.
    pub events: u64,
    /// The snapshot that they belong to.
    pub snapshot: i64,
}

impl StoredEvents {
    /// The events as a table. Their own column `snapshot` is of the run that stored them: the one of this run stands in
    /// its place.
    pub(super) fn table(&self, context: &SessionContext) -> Result<Arc<dyn TableProvider>, DataFusionError> {
        let schema = AuditEvent::table().def().schema();
        let paths = self.parts.iter().map(|path| address(path)).collect::<Result<Vec<_>, _>>()?;
        let options = ListingOptions::new(Arc::new(ParquetFormat::default()));
        let config = ListingTableConfig::new_with_multi_paths(paths).with_listing_options(options);
        let files = Arc::new(ListingTable::try_new(config.with_schema(schema.clone()))?);
        let column = |name: &str| if name == "snapshot" { lit(self.snapshot).alias(name) } else { col(name) };
        let columns: Vec<Expr> = schema.fields().iter().map(|field| column(field.name())).collect();
        Ok(context.read_table(files)?.select(columns)?.into_view())
    }
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
