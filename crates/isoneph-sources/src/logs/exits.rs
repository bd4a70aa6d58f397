//! Tenants that left: who they are, and the inventories in which their things are looked for.

use std::collections::BTreeSet;

use isoneph_logs::exit::{self, DeparturesFile, ExitTracker, Listing, TenantExit, Unused};
use isoneph_logs::operations::Catalogue;
use isoneph_tables::{Inventory, Sink, Snapshot};

use super::LogsError;
use super::against::{LogsAgainst, bytes};
use super::inputs::Inputs;
use crate::Format;

/// The departures that files and register declare.
pub(super) fn departures(
    against: &LogsAgainst<'_>,
    inputs: &mut Inputs,
    sink: &mut Sink,
) -> Result<DeparturesFile, LogsError> {
    let mut all = DeparturesFile::default();
    for path in &against.departures {
        let name = path.display().to_string();
        let bytes = bytes(path)?;
        let text = std::str::from_utf8(&bytes).map_err(|error| LogsError::Given(format!("{name}: {error}")))?;
        let read = DeparturesFile::parse(&name, text).map_err(|error| LogsError::Given(error.to_string()))?;
        if let Some(twice) = read.departures.iter().find(|departure| all.declares(&departure.tenant)) {
            let first = all.departures.iter().find(|first| first.tenant == twice.tenant);
            let first = first.map_or("", |first| &first.locator);
            let (place, tenant) = (&twice.locator, &twice.tenant);
            return Err(LogsError::Given(format!(
                "{place}: a second [[exit]] of the tenant '{tenant}', beside {first}"
            )));
        }
        let id = inputs.asserted(&name, &bytes, "departures", sink);
        sink.input_mut(id).records = read.departures.len() as u64;
        all.add(read);
    }
    for register in &against.registers {
        all.add(super::register::departures(register));
    }
    for departure in &all.departures {
        inputs.of(&departure.file, "", sink);
    }
    Ok(all)
}

/// A pass for the departures, with every inventory of which somebody says when it was taken.
pub(super) fn tracker<'c>(catalogue: &'c Catalogue, departures: DeparturesFile, seen: &Inventory) -> ExitTracker<'c> {
    let is_inventory = |one: &&Snapshot| {
        let input = seen.inputs.get(one.input.0 as usize);
        input.and_then(|input| input.format.parse::<Format>().ok()).is_some_and(Format::is_inventory)
    };
    let inventories: BTreeSet<i64> = seen.snapshots.iter().filter(is_inventory).map(|one| one.id).collect();
    let listings = inventories.iter().filter_map(|one| Listing::of(seen, *one, &departures.inventories));
    let listings = listings.collect();
    let unused = Unused::of(seen, &inventories, &departures.inventories);
    ExitTracker::new(catalogue, departures, listings).beside(unused)
}

/// Writes what became of the things of those who left.
pub(super) fn write(
    exits: &[TenantExit],
    inputs: &mut Inputs,
    snapshot: i64,
    sink: &mut Sink,
) -> Result<(), LogsError> {
    let mut input_of = |sink: &mut Sink, path: &str, sha256: &str| inputs.of(path, sha256, sink);
    Ok(exit::write(exits, sink, snapshot, &mut input_of)?)
}
