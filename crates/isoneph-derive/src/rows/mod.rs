//! What follows from the register, as rows for checks. Each row stands at the place of an object that it rests on.

mod assured;
mod exits;
mod split;

use std::collections::BTreeMap;

use isoneph_register::{Derived, ObjectKey, Register, WrittenRows};
use isoneph_tables::schema::register as schema;
use isoneph_tables::schema::{ExitItem, TenantExit};
use isoneph_tables::{Cell, Instant, Row, Sink, SinkError};
use jiff::civil::Date;

use crate::declared::Declared;

/// Where departures of tenants are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Departures {
    /// By what the register says alone.
    Said,
    /// Somebody else follows them through audit logs and inventories: they are not told twice.
    FollowedElsewhere,
}

/// What is known beside the register.
#[derive(Debug, Clone)]
pub struct Known {
    /// The day of the assessment.
    pub as_of: Date,
    /// Where departures of tenants are followed.
    pub departures: Departures,
    /// The versions of statements of applicability that are frozen, by organisation, the newest last.
    pub soa_versions: BTreeMap<String, Vec<String>>,
}

/// Writes what follows from a register beside its own rows.
///
/// # Errors
/// If the sink cannot hold more.
pub fn write_rows(
    register: &Register,
    known: &Known,
    written: &mut WrittenRows<'_>,
    sink: &mut Sink,
) -> Result<(), SinkError> {
    // Drafts claim nothing, and nothing follows from them.
    let declared = Declared::new(register.objects().filter(|object| !object.proposed));
    let mut writer = Writer { declared: &declared, known, written, sink };
    writer.split()?;
    writer.assured()?;
    let departed = known.departures == Departures::Said && writer.exits()?;
    let mut tables = vec![
        schema::DutyArea::table(),
        schema::ServiceSplit::table(),
        schema::AssuranceStanding::table(),
        schema::AssuredOffering::table(),
    ];
    if departed {
        tables.extend([TenantExit::table(), ExitItem::table()]);
    }
    tables.into_iter().for_each(|table| written.covers(table, sink));
    Ok(())
}

struct Writer<'w, 'a, 'r> {
    declared: &'w Declared<'a>,
    known: &'w Known,
    written: &'w mut WrittenRows<'r>,
    sink: &'w mut Sink,
}

impl Writer<'_, '_, '_> {
    /// Writes a row about a service at the place of an object.
    fn row<R: Row>(&mut self, of: &ObjectKey, suffix: &str, service: &str, row: &R) -> Result<(), SinkError> {
        self.written.derive(Derived { of, suffix, service, tenant: "" }, row, self.sink)
    }
}

/// A value; NULL where nobody knows.
fn known<T>(value: Option<T>) -> Cell<T> {
    value.map_or_else(Cell::default, Cell::Known)
}

/// The first instant of a day in UTC.
fn start(day: Date) -> Instant {
    const MICROS_A_DAY: i64 = 86_400_000_000;
    Instant(i64::from((day - Date::constant(1970, 1, 1)).get_days()) * MICROS_A_DAY)
}

fn count(n: usize) -> Cell<i64> {
    Cell::Known(i64::try_from(n).unwrap_or(i64::MAX))
}

fn text(text: Option<&String>) -> Cell<String> {
    Cell::Known(text.cloned().unwrap_or_default())
}
