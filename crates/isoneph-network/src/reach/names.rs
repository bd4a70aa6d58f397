//! Names of classes that a reader can tell apart.

use std::collections::{BTreeMap, BTreeSet};

use super::classes::Class;
use crate::model::Model;
use crate::model::form::Endpoint;

/// Gives classes of one name what tells them apart: the first of these that differs for all of them.
pub(super) fn tell_apart(model: &Model, classes: &mut [Class]) {
    let mut named: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (number, class) in classes.iter().enumerate() {
        named.entry(class.name.clone()).or_default().push(number);
    }
    let first = |class: &Class| class.members.first().map(|id| &model.parts.endpoints[*id]);
    let marks: [&dyn Fn(&Endpoint) -> String; 4] = [
        &|endpoint| endpoint.id.clone(),
        &|endpoint| endpoint.places.first().map_or_else(String::new, |place| place.inside.to_string()),
        &|endpoint| model.parts.networks[endpoint.network].id.clone(),
        &|endpoint| model.sources.get(endpoint.origin.source).map_or_else(String::new, |source| source.path.clone()),
    ];
    for (name, alike) in named.into_iter().filter(|(_, alike)| alike.len() > 1) {
        let of = |mark: &dyn Fn(&Endpoint) -> String| -> Vec<String> {
            alike.iter().map(|number| first(&classes[*number]).map(mark).unwrap_or_default()).collect()
        };
        let differs = |told: &Vec<String>| told.iter().collect::<BTreeSet<_>>().len() == told.len();
        let counted = || (1..=alike.len()).map(|number| number.to_string()).collect();
        let told = marks.iter().map(|mark| of(*mark)).find(differs).unwrap_or_else(counted);
        for (number, told) in alike.into_iter().zip(told) {
            classes[number].name = format!("{name} ({told})");
        }
    }
}
