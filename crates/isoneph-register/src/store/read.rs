//! The store as it stands, and as it stood.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use super::connection::failed;
use super::difference::{Action, FieldChange, fields};
use super::{Moment, StoreError};
use crate::kinds::Kind;
use crate::object::{Object, ObjectKey};
use crate::register::Register;

/// A transaction that changed something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Revision {
    /// Its number, from 1.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub who: String,
    /// Why, in their words.
    pub note: String,
}

/// One change of one object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Version {
    /// The transaction.
    pub revision: Revision,
    /// What became of the object.
    pub action: Action,
    /// Where it was given: `FILE:LINE`.
    pub source: String,
    /// What changed, field by field.
    pub fields: Vec<FieldChange>,
    /// The object before, as JSON.
    pub before: Option<Value>,
    /// The object after, as JSON.
    pub after: Option<Value>,
}

/// The last revision and its instant in microseconds; zeros of an empty store.
pub(super) async fn last_revision(connection: &mut SqliteConnection, path: &str) -> Result<(i64, i64), StoreError> {
    let row = sqlx::query("SELECT COALESCE(MAX(id), 0), COALESCE(MAX(at_micros), 0) FROM revision")
        .fetch_one(connection)
        .await
        .map_err(|source| failed(path, source))?;
    Ok((column(&row, 0, path)?, column(&row, 1, path)?))
}

macro_rules! as_of {
    ($and:literal) => {
        concat!(
            "SELECT h.kind, h.name, h.body_after FROM history h WHERE h.body_after IS NOT NULL AND h.revision = ",
            "(SELECT MAX(p.revision) FROM history p WHERE p.kind = h.kind AND p.name = h.name AND p.revision <= ",
            "(SELECT COALESCE(MAX(r.id), 0) FROM revision r WHERE r.at_micros <= $1))",
            $and
        )
    };
}

// Revisions are numbered in the order of their instants: the last one up to a moment tells all that were made by then.
const AS_OF: &str = as_of!("");
const AS_OF_KIND: &str = as_of!(" AND h.kind = $2");
const AS_OF_NAME: &str = as_of!(" AND h.kind = $2 AND h.name = $3");

/// Objects at a moment, by kind and name.
pub(super) async fn objects(
    connection: &mut SqliteConnection,
    path: &str,
    kind: Option<Kind>,
    name: Option<&str>,
    moment: Moment,
) -> Result<Vec<Object>, StoreError> {
    // A statement for each question, so that each is answered by an index.
    let query = match (moment, kind, name) {
        (Moment::Now, None, _) => sqlx::query("SELECT kind, name, body FROM object"),
        (Moment::Now, Some(_), None) => sqlx::query("SELECT kind, name, body FROM object WHERE kind = $1"),
        (Moment::Now, Some(_), Some(_)) => {
            sqlx::query("SELECT kind, name, body FROM object WHERE kind = $1 AND name = $2")
        }
        (Moment::At(_), None, _) => sqlx::query(AS_OF),
        (Moment::At(_), Some(_), None) => sqlx::query(AS_OF_KIND),
        (Moment::At(_), Some(_), Some(_)) => sqlx::query(AS_OF_NAME),
    };
    let query = match moment {
        Moment::Now => query,
        Moment::At(at) => query.bind(at.as_microsecond()),
    };
    let query = match (kind, name) {
        (None, _) => query,
        (Some(kind), None) => query.bind(kind.as_str()),
        (Some(kind), Some(name)) => query.bind(kind.as_str()).bind(name),
    };
    let rows = query.fetch_all(connection).await.map_err(|source| failed(path, source))?;
    let mut objects = Vec::with_capacity(rows.len());
    for row in &rows {
        let (kind, name): (&str, &str) = (column(row, 0, path)?, column(row, 1, path)?);
        let known = kind.parse().map_err(|_| unreadable(path, kind, name, "no such kind"))?;
        objects.push(object(path, known, name, column(row, 2, path)?)?);
    }
    // Databases collate each in their own way.
    objects.sort_by_cached_key(Object::key);
    Ok(objects)
}

/// An object as stored.
pub(super) fn object(path: &str, kind: Kind, name: &str, body: &str) -> Result<Object, StoreError> {
    Object::from_json(kind, body).map_err(|error| unreadable(path, kind.as_str(), name, &error.to_string()))
}

/// A register of stored objects; its digest is that of their JSON, a line each.
pub(super) fn register(path: &str, objects: Vec<Object>) -> Result<Register, StoreError> {
    let mut digest = Sha256::new();
    for object in &objects {
        let key = object.key();
        let json = object.to_json().map_err(|e| unreadable(path, key.kind.as_str(), &key.name, &e.to_string()))?;
        digest.update(json.as_bytes());
        digest.update(b"\n");
    }
    Ok(Register::of_stored(path, isoneph_model::Digest::new(digest.finalize().into()), objects))
}

/// The changes of one object, oldest first.
pub(super) async fn history(
    connection: &mut SqliteConnection,
    path: &str,
    key: &ObjectKey,
) -> Result<Vec<Version>, StoreError> {
    let rows = sqlx::query(
        "SELECT r.id, r.at_micros, r.who, r.note, h.source, h.body_before, h.body_after \
         FROM history h JOIN revision r ON r.id = h.revision WHERE h.kind = $1 AND h.name = $2 ORDER BY r.id",
    )
    .bind(key.kind.as_str())
    .bind(key.name.as_str())
    .fetch_all(connection)
    .await
    .map_err(|source| failed(path, source))?;
    rows.iter().map(|row| version(row, path)).collect()
}

fn version(row: &SqliteRow, path: &str) -> Result<Version, StoreError> {
    let json = |index| -> Result<Option<Value>, StoreError> {
        let text: Option<&str> = column(row, index, path)?;
        Ok(text.and_then(|text| serde_json::from_str(text).ok()))
    };
    let (before, after) = (json(5)?, json(6)?);
    let action = match (&before, &after) {
        (None, _) => Action::Created,
        (_, None) => Action::Removed,
        _ => Action::Changed,
    };
    let fields = if after.is_some() { fields(before.as_ref(), after.as_ref()) } else { Vec::new() };
    Ok(Version { revision: revision(row, path)?, action, source: column(row, 4, path)?, fields, before, after })
}

pub(super) async fn revisions(connection: &mut SqliteConnection, path: &str) -> Result<Vec<Revision>, StoreError> {
    let rows = sqlx::query("SELECT id, at_micros, who, note FROM revision ORDER BY id")
        .fetch_all(connection)
        .await
        .map_err(|source| failed(path, source))?;
    rows.iter().map(|row| revision(row, path)).collect()
}

fn revision(row: &SqliteRow, path: &str) -> Result<Revision, StoreError> {
    let id = column(row, 0, path)?;
    let at = Timestamp::from_microsecond(column(row, 1, path)?)
        .map_err(|error| unreadable(path, "revision", &format!("{id}"), &error.to_string()))?;
    Ok(Revision { id, at, who: column(row, 2, path)?, note: column(row, 3, path)? })
}

fn column<'r, T>(row: &'r SqliteRow, index: usize, path: &str) -> Result<T, StoreError>
where
    T: sqlx::Decode<'r, sqlx::Sqlite> + sqlx::Type<sqlx::Sqlite>,
{
    row.try_get(index).map_err(|source| failed(path, source))
}

fn unreadable(path: &str, kind: &str, name: &str, message: &str) -> StoreError {
    StoreError::Unreadable { path: path.to_owned(), key: format!("{kind} {name}"), message: message.to_owned() }
}
