//! Other scanners' findings: they speak against cells, and never support one.

use std::collections::BTreeSet;

use arrow::array::{Array, AsArray};
use isoneph_model::{ControlId, Edition, Outcome, Role};
use isoneph_tables::{Inventory, TableId};

use super::Standings;

impl Standings<'_> {
    /// Other scanners' findings: they contribute, and never support.
    pub(super) fn add_findings(&mut self, inventory: &Inventory, chosen: &BTreeSet<i64>) {
        let Some(table) = TableId::find("finding") else { return };
        let batch = inventory.table_of(table, chosen);
        let column = |name: &str| table.def().column_index(name).map(|index| batch.column(index));
        let (Some(verdicts), Some(controls), Some(accounts)) =
            (column("verdict"), column("controls"), column("account"))
        else {
            return;
        };
        let (verdicts, controls, accounts) =
            (verdicts.as_string::<i32>(), controls.as_list::<i32>(), accounts.as_string::<i32>());
        for row in 0..batch.num_rows() {
            if controls.is_null(row) {
                continue;
            }
            let verdict = if verdicts.is_valid(row) { verdicts.value(row) } else { "unknown" };
            let outcome = verdict.parse().unwrap_or(Outcome::Unknown);
            match outcome {
                Outcome::Pass => self.tail.findings.0 += 1,
                Outcome::Fail => self.tail.findings.1 += 1,
                Outcome::Unknown | Outcome::NotApplicable => {}
            }
            let account = accounts.is_valid(row).then(|| accounts.value(row));
            let listed = controls.value(row);
            for control in listed.as_string::<i32>().iter().flatten() {
                self.add_finding(control, account, outcome);
            }
        }
    }

    fn add_finding(&mut self, control: &str, account: Option<&str>, outcome: Outcome) {
        let Ok(found) = self.catalogue.find(Edition::E2015, control) else { return };
        let here = match self.settings.edition {
            Edition::E2015 => vec![found.id().clone()],
            Edition::E2026 => self.in_2026(found.id()),
        };
        for control in here {
            for role in Role::ALL {
                let about = self.is_about(&control, None);
                for service in self.services_of(*role, account) {
                    let cells = self.cells.entry((control.clone(), *role)).or_default();
                    let cell = cells.entry(service).or_default();
                    cell.evidence.failing_subjects += u64::from(about && outcome == Outcome::Fail);
                    cell.evidence.whole.contributing.add(outcome);
                    match outcome {
                        Outcome::Pass => cell.counts.findings.0 += 1,
                        Outcome::Fail => cell.counts.findings.1 += 1,
                        Outcome::Unknown | Outcome::NotApplicable => {}
                    }
                }
            }
        }
    }

    fn in_2026(&self, control: &ControlId) -> Vec<ControlId> {
        let there = self.catalogue.in_other_edition(Edition::E2015, control);
        there.into_iter().map(|control| control.id.clone()).collect()
    }
}
