//! Rows that wait until every resource is read, and how they are found again.

use std::any::Any;
use std::collections::HashMap;
use std::rc::Rc;

use isoneph_tables::{Common, PlaceId, Row, Sink, SinkError};

/// A row that waits, of whatever table.
pub(super) trait Waiting {
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

pub(super) struct Held {
    pub(super) common: Rc<Common>,
    pub(super) place: PlaceId,
    pub(super) provider_key: Option<Rc<str>>,
    pub(super) native_type: Rc<str>,
    /// What the resource refers to: attribute and `uid`.
    pub(super) refers: Rc<[(String, String)]>,
    pub(super) row: Box<dyn Waiting>,
}

/// Rows by their own name.
pub(super) fn rows_by_uid(rows: &[Held]) -> HashMap<Rc<str>, usize> {
    rows.iter().enumerate().map(|(i, held)| (Rc::from(held.common.uid.as_str()), i)).collect()
}

/// Rows by what they refer to, with the attribute that does.
pub(super) fn rows_by_target(rows: &[Held]) -> HashMap<String, Vec<(String, usize)>> {
    let mut by_target: HashMap<String, Vec<(String, usize)>> = HashMap::new();
    for (i, held) in rows.iter().enumerate() {
        for (kind, to) in held.refers.iter() {
            by_target.entry(to.clone()).or_default().push((kind.clone(), i));
        }
    }
    by_target
}

/// Gives each row what the row it belongs to has.
pub(super) fn pass_on<R: Row + Clone + 'static>(
    held: &mut [Held],
    parent_of: fn(&R) -> Option<&String>,
    inherit: fn(&R, &mut R),
) {
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
