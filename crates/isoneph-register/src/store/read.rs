//! The store as it stands, and as it stood.

use isoneph_model::Digest;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection};

use super::connection::failed;
use super::difference::{Action, FieldChange, fields};
use super::{Moment, StoreError};
use crate::kinds::Kind;
use crate::object::{Object, ObjectKey};

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

/// Which objects are asked for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Which<'a> {
    All,
    Kinds(&'a [Kind]),
    One(Kind, &'a str),
}

/// Revisions whose objects one row of an answer gathers. Their bodies together stay far below what a database holds in a
/// text, since one `apply` takes in a bounded file.
const REVISIONS_A_ROW: &str = "64";

/// Between two objects in a row, and between the name of an object and its body: neither holds such a character.
const BETWEEN_OBJECTS: &str = "\n";
const AFTER_NAME: char = '\t';

/// The question for objects at a moment. An answer that gives a row for each object spends most of its time on handing
/// rows over one by one, so a row gathers what a kind has of a span of revisions.
fn question(which: Which<'_>, moment: Moment, names_only: bool) -> QueryBuilder<Sqlite> {
    let body = match (names_only, moment) {
        (true, _) => "''",
        (false, Moment::Now) => "h.body",
        (false, Moment::At(_)) => "h.body_after",
    };
    let mut query = QueryBuilder::new("SELECT h.kind, string_agg(h.name || ");
    query.push_bind(AFTER_NAME.to_string()).push(" || ").push(body).push(", ").push_bind(BETWEEN_OBJECTS);
    match moment {
        Moment::Now => query.push(") FROM object h WHERE 1 = 1"),
        // Revisions are numbered in the order of their instants: the last one up to a moment tells all before it.
        Moment::At(at) => query
            .push(
                ") FROM history h WHERE h.body_after IS NOT NULL AND h.revision = (SELECT MAX(p.revision) \
                 FROM history p WHERE p.kind = h.kind AND p.name = h.name AND p.revision <= \
                 (SELECT COALESCE(MAX(r.id), 0) FROM revision r WHERE r.at_micros <= ",
            )
            .push_bind(at.as_microsecond())
            .push("))"),
    };
    match which {
        Which::All => {}
        Which::Kinds(kinds) => {
            query.push(" AND h.kind IN (");
            let mut list = query.separated(", ");
            for kind in kinds {
                list.push_bind(kind.as_str());
            }
            query.push(")");
        }
        Which::One(kind, name) => {
            query.push(" AND h.kind = ").push_bind(kind.as_str());
            query.push(" AND h.name = ").push_bind(name.to_owned());
        }
    }
    query.push(" GROUP BY h.kind, h.revision / ").push(REVISIONS_A_ROW);
    query
}

/// What a question is answered with: kind, name and body of each object, by kind and name. Databases sort each in their
/// own way, so it is done here.
fn sorted<'r>(rows: &'r [SqliteRow], path: &str) -> Result<Vec<(Kind, &'r str, &'r str)>, StoreError> {
    let mut found = Vec::new();
    for row in rows {
        let (kind, gathered): (&str, &str) = (column(row, 0, path)?, column(row, 1, path)?);
        let known = kind.parse().map_err(|_| unreadable(path, kind, "", "no such kind"))?;
        for object in gathered.split(BETWEEN_OBJECTS) {
            let parts = object.split_once(AFTER_NAME);
            let (name, body) = parts.ok_or_else(|| unreadable(path, kind, "", "an object without a name"))?;
            found.push((known, name, body));
        }
    }
    found.sort_unstable_by_key(|(kind, name, _)| (*kind, *name));
    Ok(found)
}

/// Objects at a moment, by kind and name, and the digest of their JSON, a line each.
pub(super) async fn objects(
    connection: &mut SqliteConnection,
    path: &str,
    which: Which<'_>,
    moment: Moment,
) -> Result<(Vec<Object>, Digest), StoreError> {
    let rows = question(which, moment, false).build().fetch_all(connection).await;
    let rows = rows.map_err(|source| failed(path, source))?;
    let found = sorted(&rows, path)?;
    let mut objects = Vec::with_capacity(found.len());
    let mut digest = Sha256::new();
    for (kind, name, body) in found {
        digest.update(body.as_bytes());
        digest.update(b"\n");
        objects.push(object(path, kind, name, body)?);
    }
    Ok((objects, Digest::new(digest.finalize().into())))
}

/// The names of a kind's objects at a moment. No object is read for it.
pub(super) async fn names(
    connection: &mut SqliteConnection,
    path: &str,
    kind: Kind,
    moment: Moment,
) -> Result<Vec<String>, StoreError> {
    let rows = question(Which::Kinds(&[kind]), moment, true).build().fetch_all(connection).await;
    let rows = rows.map_err(|source| failed(path, source))?;
    Ok(sorted(&rows, path)?.into_iter().map(|(_, name, _)| name.to_owned()).collect())
}

/// An object as stored.
pub(super) fn object(path: &str, kind: Kind, name: &str, body: &str) -> Result<Object, StoreError> {
    Object::from_json(kind, body).map_err(|error| unreadable(path, kind.as_str(), name, &error.to_string()))
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
    T: sqlx::Decode<'r, Sqlite> + sqlx::Type<Sqlite>,
{
    row.try_get(index).map_err(|source| failed(path, source))
}

fn unreadable(path: &str, kind: &str, name: &str, message: &str) -> StoreError {
    StoreError::Unreadable { path: path.to_owned(), key: format!("{kind} {name}"), message: message.to_owned() }
}
