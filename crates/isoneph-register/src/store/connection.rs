//! How the file is opened, and what is SQLite's own.

use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{Connection, Row, Sqlite, SqliteConnection, Transaction};

use super::StoreError;

/// How long a writer waits for another.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

/// The tables, step by step. Append; never change one that has been released.
const MIGRATIONS: &[&str] = &[include_str!("migrations/0001_register.sql")];

pub(super) async fn open(path: &Path) -> Result<SqliteConnection, StoreError> {
    let shown = path.display().to_string();
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // What `apply` has answered for is on the disk.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        // Answers are gathered by kind: what is sorted for that is a few megabytes, and need not pass through a file.
        .pragma("temp_store", "memory")
        .busy_timeout(PATIENCE);
    let fail = |source| failed(&shown, source);
    // Two that make one new file together can find it locked for a moment, without the patience set above.
    let mut connection = SqliteConnection::connect_with(&options).await;
    for _ in 0..50 {
        match &connection {
            Err(error) if is_busy(error) => std::thread::sleep(Duration::from_millis(20)),
            _ => break,
        }
        connection = SqliteConnection::connect_with(&options).await;
    }
    let mut connection = connection.map_err(fail)?;
    let known = MIGRATIONS.len() as i64;
    // A table that is not there yet is the error here.
    let found = version(&mut connection).await.unwrap_or(0);
    if found > known {
        return Err(StoreError::Newer { path: shown, found, known });
    }
    if found < known {
        migrate(&mut connection).await.map_err(|source| failed(&shown, source))?;
    }
    Ok(connection)
}

async fn version(connection: &mut SqliteConnection) -> Result<i64, sqlx::Error> {
    let row = sqlx::query("SELECT COALESCE(MAX(version), 0) FROM schema_version").fetch_one(connection).await?;
    row.try_get(0)
}

async fn migrate(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    let mut transaction = begin(connection).await?;
    sqlx::query("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL PRIMARY KEY)")
        .execute(&mut *transaction)
        .await?;
    // Another process may have been here while this one waited.
    let done = version(&mut transaction).await?;
    for (number, sql) in (1..).zip(MIGRATIONS) {
        if number > done {
            sqlx::raw_sql(*sql).execute(&mut *transaction).await?;
            sqlx::query("INSERT INTO schema_version (version) VALUES ($1)")
                .bind(number)
                .execute(&mut *transaction)
                .await?;
        }
    }
    transaction.commit().await
}

/// Begins a transaction that writes: it waits here, not when it first writes, so that what it reads is what it changes.
pub(super) async fn begin(connection: &mut SqliteConnection) -> Result<Transaction<'_, Sqlite>, sqlx::Error> {
    connection.begin_with("BEGIN IMMEDIATE").await
}

pub(super) fn failed(path: &str, source: sqlx::Error) -> StoreError {
    if is_busy(&source) {
        return StoreError::Busy { path: path.to_owned(), seconds: PATIENCE.as_secs() };
    }
    StoreError::Database { path: path.to_owned(), source }
}

/// SQLITE_BUSY and SQLITE_LOCKED, with their extensions.
fn is_busy(error: &sqlx::Error) -> bool {
    let code =
        error.as_database_error().and_then(sqlx::error::DatabaseError::code).and_then(|code| code.parse::<u32>().ok());
    code.is_some_and(|code| matches!(code & 0xff, 5 | 6))
}
