//! Files into a catalogue: reads each, then checks that they agree.

mod base;
mod control;
mod edition_2026;
mod tables;

use std::collections::BTreeMap;

use isoneph_model::{ControlId, Edition};
use toml::Spanned;

use crate::catalogue::Catalogue;
use crate::edition::{EditionFacts, EditionView};
use crate::error::{CatalogueError, Problem};
use crate::glossary::Glossary;
use crate::source::Source;

const EDITIONS: &str = "standard/editions.toml";

/// A value and the identifier it was read under, for errors that are found later.
struct Placed<'a, T> {
    source: Source<'a>,
    at: Spanned<ControlId>,
    value: T,
}

impl<T> Placed<'_, T> {
    fn refuse(&self, problem: Problem) -> CatalogueError {
        self.source.refuse(&self.at, problem)
    }
}

/// Controls by identifier.
type Placeds<'a, T> = BTreeMap<ControlId, Placed<'a, T>>;

/// Adds a control, refusing a second one with its identifier.
fn insert<'a, T>(all: &mut Placeds<'a, T>, placed: Placed<'a, T>) -> Result<(), CatalogueError> {
    let id = placed.at.get_ref().clone();
    if all.contains_key(&id) {
        return Err(placed.refuse(Problem::Twice(id.to_string())));
    }
    all.insert(id, placed);
    Ok(())
}

fn values<T>(all: Placeds<'_, T>) -> BTreeMap<ControlId, T> {
    all.into_iter().map(|(id, placed)| (id, placed.value)).collect()
}

/// Reads every file and puts them together.
pub(crate) fn load(files: &BTreeMap<&str, &str>) -> Result<Catalogue, CatalogueError> {
    let base_2013 = base::read_2013(source(files, "standard/iso27002-2013.toml")?)?;
    let base_2022 = base::read_2022(source(files, "standard/iso27002-2022.toml")?)?;
    base::agree(&base_2013, &base_2022)?;
    let in_2015 = control::read_all(files)?;
    control::agree(&in_2015, &base_2013, &base_2022)?;
    let file = edition_2026::read(source(files, "standard/iso27017-2026.toml")?)?;
    let crosswalk = edition_2026::crosswalk(&file, &in_2015)?;
    let in_2026 = edition_2026::build(file, &in_2015, &base_2022)?;
    let base_2022 = base::with_cloud_layer(base_2022, &in_2026);

    let mut facts: BTreeMap<Edition, EditionFacts> =
        source(files, EDITIONS)?.parse::<tables::EditionsFile>()?.edition.into_iter().map(|f| (f.edition, f)).collect();
    let mut view = |edition: Edition, controls| {
        let missing = || CatalogueError::Missing(format!("{EDITIONS}, edition {edition}"));
        Ok::<_, CatalogueError>(EditionView { facts: facts.remove(&edition).ok_or_else(missing)?, controls })
    };
    Ok(Catalogue {
        in_2015: view(Edition::E2015, values(in_2015))?,
        in_2026: view(Edition::E2026, values(in_2026))?,
        base_2013: values(base_2013),
        base_2022: values(base_2022),
        crosswalk,
        glossary: Glossary::read(source(files, "standard/glossary.toml")?)?,
    })
}

fn source<'a>(files: &BTreeMap<&'a str, &'a str>, path: &str) -> Result<Source<'a>, CatalogueError> {
    let (path, text) = files.get_key_value(path).ok_or_else(|| CatalogueError::Missing(path.to_owned()))?;
    Ok(Source { path, text })
}
