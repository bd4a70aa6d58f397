//! What the parties say, as the register's tables hold it: claims about whole cells, and answers to what a cell asks to be
//! stated, disclosed or assured.
//!
//! A party's word fulfils what asks for a word: a disclosure that is documented or was delivered, a statement that says
//! how. It never shows a setting or an operation; [`can_show`](isoneph_standard::standing::can_show) sees to that. What is
//! not said has no row, and nothing here makes one up.

use std::collections::BTreeSet;

use arrow::array::{Array, AsArray, BooleanArray, Int64Array, ListArray, RecordBatch, StringArray};
use arrow::datatypes::{Int64Type, TimestampMicrosecondType};
use isoneph_model::{ControlId, Edition, EvidenceClass, Place, RequirementKind, Role, RowId, Support};
use isoneph_standard::standing::Claim;
use isoneph_standard::{Catalogue, ControlKind, RequirementKey};
use isoneph_tables::{Inventory, TableId};
use jiff::civil::Date;

use crate::engine::CellClaim;

/// One thing said that answers one requirement of a cell.
pub(crate) struct Said {
    pub(crate) control: ControlId,
    pub(crate) role: Role,
    /// The service; `None` for every one.
    pub(crate) service: Option<String>,
    pub(crate) requirement: RequirementKey,
    pub(crate) class: EvidenceClass,
    /// Whether its time has passed.
    pub(crate) stale: bool,
    pub(crate) place: Place,
}

/// Everything said.
#[derive(Default)]
pub(crate) struct Sayings {
    pub(crate) claims: Vec<CellClaim>,
    pub(crate) answers: Vec<Said>,
}

/// Reads the register's tables.
pub(crate) fn read(
    catalogue: &Catalogue,
    edition: Edition,
    as_of: Date,
    inventory: &Inventory,
    chosen: &BTreeSet<i64>,
) -> Sayings {
    let mut reader = Reader { catalogue, edition, as_of, inventory, chosen, said: Sayings::default() };
    reader.statements();
    reader.disclosures();
    reader.of_controls("capability", &[RequirementKind::Disclosure], |table, row| table.flag("offered", row));
    reader.of_controls("answer", &[RequirementKind::Disclosure, RequirementKind::Statement], |table, row| {
        table.text("answer", row) == "yes"
    });
    reader.of_controls("assurance_claim", &[RequirementKind::Assurance], |table, row| table.covers(as_of, row));
    reader.said
}

struct Reader<'a> {
    catalogue: &'a Catalogue,
    edition: Edition,
    as_of: Date,
    inventory: &'a Inventory,
    chosen: &'a BTreeSet<i64>,
    said: Sayings,
}

impl Reader<'_> {
    fn table(&self, name: &str) -> Option<Rows> {
        let id = TableId::find(name)?;
        let batch = self.inventory.table_of(id, self.chosen);
        (batch.num_rows() > 0).then_some(Rows { id, batch })
    }

    fn statements(&mut self) {
        let Some(table) = self.table("statement") else { return };
        for row in 0..table.batch.num_rows() {
            let roles: Vec<Role> = match table.text("role", row).parse() {
                Ok(role) => vec![role],
                Err(_) => Role::ALL.to_vec(),
            };
            let done = ["implemented", "alternative", "inherited"].contains(&table.text("status", row));
            let claim = match (table.flag("applicable", row), done) {
                (false, _) if table.is_null("applicable", row) => continue,
                (false, _) => Some(Claim::Excluded { reason: table.text("exclusion", row).to_owned() }),
                (true, true) => Some(Claim::Holds),
                (true, false) => None,
            };
            let requirement = table.text("requirement", row);
            let told = done && table.flag("applicable", row) && !table.text("how", row).trim().is_empty();
            for control in self.controls(table.text("control", row)) {
                for role in &roles {
                    // A statement about one requirement is no claim about the whole cell.
                    if let Some(claim) = claim.clone().filter(|_| requirement.is_empty()) {
                        let service = table.service(row);
                        self.said.claims.push(CellClaim { control: control.clone(), role: *role, service, claim });
                    }
                    if told {
                        self.answer(&table, row, &control, *role, requirement, &[RequirementKind::Statement]);
                    }
                }
            }
        }
    }

    fn disclosures(&mut self) {
        let Some(table) = self.table("disclosure") else { return };
        for row in 0..table.batch.num_rows() {
            let told = !table.text("what", row).trim().is_empty();
            let reached = table.flag("documented", row) || table.number("deliveries", row) > 0;
            if !(told && reached) {
                continue;
            }
            // What a customer has received and keeps is the customer's side of it.
            let role = if table.text("held_by", row).is_empty() { Role::Provider } else { Role::Customer };
            let requirement = table.text("requirement", row);
            for control in self.controls(table.text("control", row)) {
                self.answer(&table, row, &control, role, requirement, &[RequirementKind::Disclosure]);
            }
        }
    }

    /// A table whose rows name several controls and, mostly, the requirement of a provider's cell.
    fn of_controls(&mut self, name: &str, kinds: &[RequirementKind], counts: impl Fn(&Rows, usize) -> bool) {
        let Some(table) = self.table(name) else { return };
        for row in (0..table.batch.num_rows()).filter(|row| counts(&table, *row)) {
            let requirement = table.text("requirement", row);
            let controls = table.texts("controls", row);
            let controls: BTreeSet<ControlId> = controls.iter().flat_map(|control| self.controls(control)).collect();
            for control in controls {
                self.answer(&table, row, &control, Role::Provider, requirement, kinds);
            }
        }
    }

    /// The controls of the run's edition that a party means by a number of the 2015 edition, or of ISO/IEC 27001:2022
    /// Annex A: live certificates have both.
    fn controls(&self, written: &str) -> Vec<ControlId> {
        let of_2015 = match self.catalogue.find(Edition::E2015, written) {
            Ok(found) => vec![found.id().clone()],
            Err(_) => self.by_2022_number(written),
        };
        match self.edition {
            Edition::E2015 => of_2015,
            Edition::E2026 => {
                let there = of_2015.iter().flat_map(|id| self.catalogue.in_other_edition(Edition::E2015, id));
                let there: BTreeSet<ControlId> = there.map(|control| control.id.clone()).collect();
                there.into_iter().collect()
            }
        }
    }

    /// The controls with guidance of ISO/IEC 27017:2015 on a control of ISO/IEC 27001:2022 Annex A.
    fn by_2022_number(&self, written: &str) -> Vec<ControlId> {
        let Ok(id) = written.trim_start_matches("A.").parse::<ControlId>() else { return Vec::new() };
        let guided = self.catalogue.edition(Edition::E2015).controls();
        guided
            .filter(|control| control.kind == ControlKind::Guidance && control.iso27002_2022.contains(&id))
            .map(|control| control.id.clone())
            .collect()
    }

    /// Puts it down for the requirement that is named; without a name, for the only one that it can mean.
    fn answer(
        &mut self,
        table: &Rows,
        row: usize,
        control: &ControlId,
        role: Role,
        name: &str,
        kinds: &[RequirementKind],
    ) {
        let Some(known) = self.catalogue.control(self.edition, control) else { return };
        let fits = |kind: RequirementKind| kinds.contains(&kind);
        let requires = &known.cell(role).requires;
        let mut meant: Vec<_> = match name {
            "" => requires.iter().filter(|r| fits(r.kind) && r.support == Support::Required).collect(),
            name => requires.iter().filter(|r| r.key.name == name).collect(),
        };
        let place = table.row(row).and_then(|row| Some((self.inventory.place(row)?, self.inventory.class(row)?)));
        if let (Some(one), true, Some((place, class))) = (meant.pop(), meant.is_empty(), place) {
            self.said.answers.push(Said {
                control: control.clone(),
                role,
                service: table.service(row),
                requirement: one.key.clone(),
                class,
                stale: table.is_past("next_review", row, self.as_of),
                place,
            });
        }
    }
}

/// The rows of one table, read by the names of its columns. What is NULL reads as nothing said.
struct Rows {
    id: TableId,
    batch: RecordBatch,
}

impl Rows {
    fn column<T: 'static>(&self, name: &str) -> Option<&T> {
        self.batch.column(self.id.def().column_index(name)?).as_any().downcast_ref()
    }

    fn is_null(&self, name: &str, row: usize) -> bool {
        self.id.def().column_index(name).is_none_or(|index| self.batch.column(index).is_null(row))
    }

    fn text(&self, name: &str, row: usize) -> &str {
        self.column::<StringArray>(name).filter(|column| column.is_valid(row)).map_or("", |column| column.value(row))
    }

    fn flag(&self, name: &str, row: usize) -> bool {
        self.column::<BooleanArray>(name).is_some_and(|column| column.is_valid(row) && column.value(row))
    }

    fn number(&self, name: &str, row: usize) -> i64 {
        self.column::<Int64Array>(name).filter(|column| column.is_valid(row)).map_or(0, |column| column.value(row))
    }

    fn texts(&self, name: &str, row: usize) -> Vec<String> {
        let list = self.column::<ListArray>(name).filter(|column| column.is_valid(row)).map(|column| column.value(row));
        list.map_or_else(Vec::new, |list| list.as_string::<i32>().iter().flatten().map(str::to_owned).collect())
    }

    fn service(&self, row: usize) -> Option<String> {
        let service = self.text("service", row);
        (!service.is_empty()).then(|| service.to_owned())
    }

    fn row(&self, row: usize) -> Option<RowId> {
        let index = self.id.def().column_index("row")?;
        RowId::from_column(self.batch.column(index).as_primitive::<Int64Type>().value(row))
    }

    fn day(&self, name: &str, row: usize) -> Option<Date> {
        let index = self.id.def().column_index(name)?;
        let column = self.batch.column(index).as_primitive_opt::<TimestampMicrosecondType>()?;
        let instant = column.is_valid(row).then(|| column.value(row))?;
        Some(jiff::Timestamp::from_microsecond(instant).ok()?.to_zoned(jiff::tz::TimeZone::UTC).date())
    }

    /// Whether a day is told and lies before the day of the assessment.
    fn is_past(&self, name: &str, row: usize, as_of: Date) -> bool {
        self.flag(&format!("has_{name}"), row) && self.day(name, row).is_some_and(|day| day < as_of)
    }

    /// Whether the period that is told covers a day. Without a period it covers none.
    fn covers(&self, as_of: Date, row: usize) -> bool {
        let from = self.day("period_from", row);
        let until = self.day("period_until", row);
        self.flag("has_period", row)
            && from.is_none_or(|from| from <= as_of)
            && until.is_some_and(|until| as_of <= until)
    }
}
