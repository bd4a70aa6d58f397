//! Documents into the store.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection};

use super::connection::{begin, failed};
use super::difference::{Action, Difference, ObjectChange, fields};
use super::{StoreError, read};
use crate::check::{Known, check};
use crate::declaration::Declaration;
use crate::documents::Documents;
use crate::kinds::{Kind, Target};
use crate::mistake::{Mistake, Mistakes};
use crate::object::{Object, ObjectKey};

/// What is to be taken in.
#[derive(Debug, Clone, Copy)]
pub struct Apply<'a> {
    /// The objects to make or change. Objects that are not among them stay.
    pub documents: &'a Documents,
    /// The objects to remove.
    pub remove: &'a [ObjectKey],
    /// What `isoneph.toml` declares: its parties and services can be referred to.
    pub declaration: Option<&'a Declaration>,
    /// Who changes it.
    pub who: &'a str,
    /// When. It is recorded as no earlier than the change before it.
    pub at: Timestamp,
    /// Why, in a line; may be empty.
    pub note: &'a str,
    /// Whether only to say what would change.
    pub dry_run: bool,
    /// The revision that the register has to stand at, if the caller has looked at one.
    pub expected: Option<i64>,
}

impl<'a> Apply<'a> {
    /// Documents by somebody at some time.
    pub fn new(documents: &'a Documents, who: &'a str, at: Timestamp) -> Apply<'a> {
        Apply { documents, remove: &[], declaration: None, who, at, note: "", dry_run: false, expected: None }
    }
}

/// A change about to be written.
struct Step {
    change: ObjectChange,
    before: Option<String>,
    after: Option<String>,
}

pub(super) async fn apply(
    connection: &mut SqliteConnection,
    path: &str,
    what: &Apply<'_>,
) -> Result<Difference, StoreError> {
    if what.who.trim().is_empty() {
        return Err(StoreError::Anonymous);
    }
    let fail = |source| failed(path, source);
    let mut transaction = begin(connection).await.map_err(fail)?;
    let (last, last_at) = read::last_revision(&mut transaction, path).await?;
    if let Some(expected) = what.expected.filter(|expected| *expected != last) {
        return Err(StoreError::Moved { expected, found: last });
    }
    let current = current(&mut transaction).await.map_err(fail)?;
    checked(what, &current, path)?;
    let steps = steps(what, &current, path)?;
    let unchanged = what.documents.len() + what.remove.len() - steps.len();
    let written = !what.dry_run && !steps.is_empty();
    let mut revision = last;
    if written {
        revision = last + 1;
        let at = what.at.as_microsecond().max(last_at);
        write(&mut transaction, revision, at, what, &steps).await.map_err(fail)?;
        transaction.commit().await.map_err(fail)?;
    } else {
        transaction.rollback().await.map_err(fail)?;
    }
    let changes = steps.into_iter().map(|step| step.change).collect();
    Ok(Difference { revision, written, changes, unchanged })
}

/// The objects as they stand: kind and name as stored → JSON.
type Current = BTreeMap<(String, String), String>;

async fn current(connection: &mut SqliteConnection) -> Result<Current, sqlx::Error> {
    let rows = sqlx::query("SELECT kind, name, body FROM object").fetch_all(connection).await?;
    rows.iter().map(|row| Ok(((row.try_get(0)?, row.try_get(1)?), row.try_get(2)?))).collect()
}

/// Whether everything refers to something once the change is made.
fn checked(what: &Apply<'_>, current: &Current, path: &str) -> Result<(), StoreError> {
    let mut known = Known::default();
    for (kind, name) in current.keys() {
        known.add(stored_kind(kind, name, path)?, name);
    }
    let mut mistakes = Vec::new();
    for key in what.remove {
        if !known.has(key.kind, &key.name) {
            let message = known.unknown(key.kind, &key.name);
            mistakes.push(Mistake { file: path.to_owned(), place: String::new(), message });
        }
        known.remove(key.kind, &key.name);
    }
    if let Some(declaration) = what.declaration {
        known.add_declared(declaration);
    }
    mistakes.extend(check(what.documents, &mut known));
    if !what.remove.is_empty() {
        mistakes.extend(left_hanging(what, current, &known, path)?);
    }
    Ok(Mistakes::check(mistakes)?)
}

/// Objects that stay and refer to what is removed.
fn left_hanging(what: &Apply<'_>, current: &Current, known: &Known, path: &str) -> Result<Vec<Mistake>, StoreError> {
    let mut mistakes = Vec::new();
    for ((kind, name), body) in current {
        let key = ObjectKey { kind: stored_kind(kind, name, path)?, name: name.clone() };
        let given = || what.documents.objects.iter().any(|given| given.object.key() == key);
        if what.remove.contains(&key) || given() {
            continue;
        }
        let object = read::object(path, key.kind, name, body)?;
        for reference in object.spec.references() {
            let Target::Object(target) = reference.target else { continue };
            if !known.has(target, &reference.name) {
                let message = format!("{key} still names {target} '{}' ({})", reference.name, reference.path);
                mistakes.push(Mistake { file: path.to_owned(), place: String::new(), message });
            }
        }
    }
    Ok(mistakes)
}

fn stored_kind(kind: &str, name: &str, path: &str) -> Result<Kind, StoreError> {
    kind.parse().map_err(|_| StoreError::Unreadable {
        path: path.to_owned(),
        key: format!("{kind} {name}"),
        message: "no such kind".to_owned(),
    })
}

/// What has to be written, by kind and name.
fn steps(what: &Apply<'_>, current: &Current, path: &str) -> Result<Vec<Step>, StoreError> {
    let mut steps = Vec::new();
    for given in &what.documents.objects {
        let key = given.object.key();
        let after = json(&given.object, path)?;
        let before = current.get(&(key.kind.to_string(), key.name.clone()));
        if before == Some(&after) {
            continue;
        }
        let file = &what.documents.files[given.file as usize].path;
        let source = format!("{file}:{}", given.place.short());
        let action = if before.is_some() { Action::Changed } else { Action::Created };
        let fields = fields(before.map(|text| value(text)).as_ref(), Some(&value(&after)));
        let change = ObjectChange { key, action, source, fields };
        steps.push(Step { change, before: before.cloned(), after: Some(after) });
    }
    for key in what.remove {
        let before = current.get(&(key.kind.to_string(), key.name.clone())).cloned();
        let change =
            ObjectChange { key: key.clone(), action: Action::Removed, source: String::new(), fields: Vec::new() };
        steps.push(Step { change, before, after: None });
    }
    steps.sort_by(|a, b| a.change.key.cmp(&b.change.key));
    Ok(steps)
}

fn json(object: &Object, path: &str) -> Result<String, StoreError> {
    object.to_json().map_err(|error| StoreError::Unreadable {
        path: path.to_owned(),
        key: object.key().to_string(),
        message: error.to_string(),
    })
}

fn value(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or(Value::Null)
}

/// Rows of one statement: few enough for any database's limit of parameters.
const CHUNK: usize = 400;

async fn write(
    connection: &mut SqliteConnection,
    revision: i64,
    at_micros: i64,
    what: &Apply<'_>,
    steps: &[Step],
) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO revision (id, at_micros, who, note) VALUES ($1, $2, $3, $4)")
        .bind(revision)
        .bind(at_micros)
        .bind(what.who)
        .bind(what.note)
        .execute(&mut *connection)
        .await?;
    for chunk in steps.chunks(CHUNK) {
        let mut insert =
            QueryBuilder::<Sqlite>::new("INSERT INTO history (kind, name, revision, body_before, body_after, source) ");
        insert.push_values(chunk, |mut row, step| {
            row.push_bind(step.change.key.kind.as_str())
                .push_bind(step.change.key.name.as_str())
                .push_bind(revision)
                .push_bind(step.before.as_deref())
                .push_bind(step.after.as_deref())
                .push_bind(step.change.source.as_str());
        });
        insert.build().execute(&mut *connection).await?;
    }
    let stays: Vec<(&ObjectKey, &str)> =
        steps.iter().filter_map(|step| Some((&step.change.key, step.after.as_deref()?))).collect();
    for chunk in stays.chunks(CHUNK) {
        let mut upsert = QueryBuilder::<Sqlite>::new("INSERT INTO object (kind, name, revision, body) ");
        upsert.push_values(chunk, |mut row, (key, body)| {
            row.push_bind(key.kind.as_str()).push_bind(key.name.as_str()).push_bind(revision).push_bind(*body);
        });
        upsert.push(" ON CONFLICT (kind, name) DO UPDATE SET revision = excluded.revision, body = excluded.body");
        upsert.build().execute(&mut *connection).await?;
    }
    for step in steps.iter().filter(|step| step.after.is_none()) {
        sqlx::query("DELETE FROM object WHERE kind = $1 AND name = $2")
            .bind(step.change.key.kind.as_str())
            .bind(step.change.key.name.as_str())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}
