//! Ready-made areas of duties.

use std::sync::OnceLock;

use isoneph_model::ControlId;
use serde::Deserialize;

use crate::declaration::Model;
use crate::kinds::Holder;

/// An area of duties, as it usually is in services of one model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadyArea {
    /// Its word.
    pub area: String,
    /// The controls of ISO/IEC 27017:2015 that it is about.
    pub controls: Vec<ControlId>,
    /// Who usually carries it.
    pub holder: Holder,
    /// What the provider usually does, if it carries anything.
    pub provider_duty: Option<String>,
    /// What the customer usually does, if it carries anything.
    pub customer_duty: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    area: Vec<Area>,
}

/// The file is part of the program; a test reads it.
fn file() -> &'static File {
    static FILE: OnceLock<File> = OnceLock::new();
    FILE.get_or_init(|| toml::from_str(include_str!("areas.toml")).unwrap_or(File { area: Vec::new() }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Area {
    id: String,
    controls: Vec<ControlId>,
    holder: [Holder; 3],
    provider: String,
    customer: String,
}

/// The areas that arise in services of a model, in the order of the file.
pub fn ready_areas(model: Model) -> Vec<ReadyArea> {
    let column = match model {
        Model::Iaas => 0,
        Model::Paas => 1,
        Model::Saas => 2,
    };
    let said = |text: &String, carries: bool| (carries && !text.is_empty()).then(|| text.clone());
    let ready = |area: &Area| {
        let holder = area.holder[column];
        ReadyArea {
            area: area.id.clone(),
            controls: area.controls.clone(),
            holder,
            provider_duty: said(&area.provider, matches!(holder, Holder::Provider | Holder::Shared)),
            customer_duty: said(&area.customer, matches!(holder, Holder::Customer | Holder::Shared)),
        }
    };
    file().area.iter().map(ready).collect()
}
