//! Terraform plans and states, as `terraform show -json` writes them. The file is read twice, as a stream: the first
//! pass ([`survey`]) collects what is unknown and what refers to what, the second maps resource by resource. The document
//! itself is never in memory.

mod address;
pub(crate) mod attr;
pub(crate) mod aws;
mod azure;
mod block;
mod common_columns;
mod config;
mod defaults;
mod doubts;
mod estate;
mod everybody;
mod google;
mod identity;
mod index;
mod mapping;
mod mask;
mod pointer;
mod policy;
mod references;
mod resource;
mod secrets;
mod stage;
mod survey;
mod walk;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::Read;
use std::ops::ControlFlow;
use std::rc::Rc;

use isoneph_model::{EvidenceClass, Extent, GapCode, InputId, Locator, SnapshotKind};
use isoneph_tables::{Coverage, Scope, Sink, TableId};
use serde::Deserialize;
use serde_json::Value;

pub use self::defaults::{ProviderDefault, provider_defaults};
pub(crate) use self::estate::said_by_tags;
pub use self::mapping::{MappedType, mapped_types};

use self::block::Block;
use self::common_columns::{Origin, provider_word};
use self::mask::Mask;
use self::references::{Reference, Resolver};
use self::resource::{Logged, Resource};
use self::stage::Stage;
use self::survey::{Action, Survey};
use self::walk::Found;
use crate::fault::Fault;
use crate::format::Format;
use crate::scan::Scanner;

#[derive(Deserialize)]
struct RawResource {
    address: String,
    #[serde(default)]
    mode: String,
    #[serde(rename = "type")]
    native_type: String,
    #[serde(default)]
    values: Value,
    #[serde(default)]
    sensitive_values: Mask,
}

/// Reads a plan or a state. `open` gives the document from its beginning; it is called twice.
pub(crate) fn read(
    format: Format,
    open: &mut dyn FnMut() -> Result<Box<dyn Read>, Fault>,
    input: InputId,
    sink: &mut Sink,
) -> Result<(), Fault> {
    let survey = survey::survey(open()?)?;
    check_version(&survey)?;
    check_values(&survey)?;
    let (kind, class) = match format {
        Format::TerraformPlan => (SnapshotKind::Planned, EvidenceClass::Intended),
        _ => (SnapshotKind::Deployed, EvidenceClass::Configured),
    };
    sink.input_mut(input).class = Some(class);
    let snapshot = sink.snapshot(input, kind, survey.timestamp);
    let declared = sink.declared_account(input);
    let holding = mapping::patched_by(survey.index.types().iter().map(|native_type| &**native_type));
    let mut reading = Reading { survey: &survey, snapshot, declared, rejects: Vec::new(), providers: BTreeSet::new() };
    let mut stage = Stage::new(sink, &survey, input, snapshot, holding);
    let mut scanner = Scanner::new(open()?);
    let mut count = 0;
    let end = scanner.object_until(|key, scanner| {
        match key {
            "planned_values" | "values" => walk::values(scanner, &format!("#/{key}"), &mut |scanner, found| {
                count += u64::from(reading.resource(scanner, found, &mut stage)?);
                Ok(())
            })?,
            _ => scanner.skip()?,
        }
        // What comes behind the values was read, and seen to be JSON, by the survey.
        let end = scanner.offset();
        Ok(if end >= survey.values_end { ControlFlow::Break(end) } else { ControlFlow::Continue(()) })
    })?;
    if survey.has_values && end != ControlFlow::Break(survey.values_end) {
        return Err(Fault::reject("#", "unreadable", "the file changed while it was read"));
    }
    for provider in &reading.providers {
        for table in mapping::filled_for(provider) {
            let scope = Scope { provider: Some(provider.clone()), ..Scope::default() };
            stage.covers(table, scope, Extent::Declared);
        }
    }
    stage.finish()?;
    sink.input_mut(input).records = count;
    let lost = !reading.rejects.is_empty();
    for (locator, message) in reading.rejects {
        sink.reject(input, locator, "unreadable", message);
    }
    settle(&survey, format, lost, snapshot, input, sink);
    Ok(())
}

/// Only the first major version of the format is known, and its forerunners with the same parts.
fn check_version(survey: &Survey) -> Result<(), Fault> {
    match survey.format_version.split('.').next() {
        Some("0" | "1") => Ok(()),
        _ => {
            let message = format!(
                "the format version is '{}', and only versions 0 and 1 of `terraform show -json` are known",
                survey.format_version
            );
            Err(Fault::reject("#/format_version", "unknown-schema", message))
        }
    }
}

/// Without values a document shows nothing of an estate: not even that it is empty.
fn check_values(survey: &Survey) -> Result<(), Fault> {
    // A plan that ended with an error may have none: that is told as what it is.
    if survey.has_values || survey.errored {
        return Ok(());
    }
    let message = "it has neither planned_values nor values: give the whole output of `terraform show -json`";
    Err(Fault::reject("#", "unknown-schema", message))
}

/// What makes the whole input less than it seems: then the absence of a row proves nothing, in any table.
fn settle(survey: &Survey, format: Format, lost: bool, snapshot: i64, input: InputId, sink: &mut Sink) {
    let mut partial = |locator: &str, code: GapCode| {
        for table in TableId::all() {
            let (scope, extent, locator) = (Scope::default(), Extent::Partial, Some(Locator::new(locator)));
            sink.coverage(Coverage { table, snapshot, scope, extent, code: Some(code), input, locator });
        }
    };
    if survey.errored {
        partial("#/errored", GapCode::NotCollected);
    }
    if survey.incomplete {
        partial("#/complete", GapCode::NotCollected);
    }
    if lost {
        partial("#", GapCode::Unreadable);
    }
    if format == Format::TerraformPlan && !survey.has_changes {
        // Without them nothing says what is unknown: an absent value could be either.
        partial("#", GapCode::AfterApply);
    }
    if survey.errored {
        let message =
            "the plan ended with an error: it shows only a part of what it would do. Plan again without errors";
        sink.reject(input, Locator::new("#/errored"), "errored-plan", message);
    }
    if survey.incomplete {
        let note = "the plan is not complete (changes were deferred or targets chosen): what is not in it may still be";
        sink.input_mut(input).notes.push(note.to_owned());
    }
}

struct Reading<'s> {
    survey: &'s Survey,
    snapshot: i64,
    declared: Option<String>,
    rejects: Vec<(Locator, String)>,
    providers: BTreeSet<String>,
}

impl Reading<'_> {
    /// Reads and maps one resource; whether it was one of the estate's own.
    fn resource(
        &mut self,
        scanner: &mut Scanner<impl Read>,
        found: &Found<'_>,
        stage: &mut Stage,
    ) -> Result<bool, Fault> {
        let raw = match scanner.parse::<RawResource>()? {
            Ok(raw) => raw,
            Err(misfit) => {
                let message = format!("{} ({})", misfit.message, misfit.position.locator());
                self.rejects.push((Locator::new(found.pointer), message));
                return Ok(false);
            }
        };
        if raw.mode == "data" {
            return Ok(false);
        }
        self.providers.insert(provider_word(&raw.native_type).to_owned());
        let resource = self.build(raw, found.pointer);
        stage.begin();
        match mapping::find(&resource.native_type) {
            Some(mapping) => {
                (mapping.map)(&resource, stage);
                azure::note_group(&resource);
            }
            None => {
                stage.unsupported(&resource.native_type);
                relate(&resource);
                doubts::doubt(&resource, stage);
            }
        }
        let kind = stage.described_by().map(|table| table.def().name);
        stage.add(&resource, estate::row(&resource, kind));
        stage.end(&resource);
        Ok(true)
    }

    fn build(&self, raw: RawResource, pointer: &str) -> Resource<'_> {
        let change = self.survey.changes.get(raw.address.as_str());
        let none = || Rc::new(Mask::None);
        let unknown = match change {
            Some(change) => Rc::clone(&change.unknown),
            // A plan that changes nothing about a resource says so; one that says nothing leaves all of it open.
            None if self.survey.has_changes => Rc::new(Mask::All),
            None => none(),
        };
        let sensitive = change.map_or_else(none, |change| Rc::clone(&change.sensitive));
        let sensitive =
            if raw.sensitive_values.is_any() { Rc::new(sensitive.union(&raw.sensitive_values)) } else { sensitive };
        let provider_key = self.survey.provider_key(&raw.address);
        let origin = Origin {
            survey: self.survey,
            declared: self.declared.as_deref(),
            provider_key: provider_key.as_deref(),
            native_type: &raw.native_type,
            address: &raw.address,
        };
        let common = origin.common(self.snapshot, &Block::root(&raw.values, &unknown, &sensitive));
        Resource {
            survey: self.survey,
            snapshot: self.snapshot,
            pointer: pointer.to_owned(),
            action: change.map_or(Action::None, |change| change.action),
            unknown,
            sensitive,
            provider_key,
            common: Rc::new(common),
            log: RefCell::default(),
            address: raw.address,
            native_type: raw.native_type,
            values: raw.values,
        }
    }
}

/// What a resource of a type that no mapper knows refers to: by its configuration, and by the identifiers in attributes
/// whose names say that they hold one.
fn relate(resource: &Resource) {
    let mut log = resource.log.borrow_mut();
    let resolver = Resolver { config: &resource.survey.config, index: &resource.survey.index };
    for (path, id) in resolver.all_configured(&resource.address) {
        let uid = format!("{}:{}", resource.snapshot, resource.survey.index.address(id));
        log.push(Logged { kind: path, reference: Reference::Uid(uid), types: &[] });
    }
    let Value::Object(values) = &resource.values else { return };
    let names = |name: &str| ["_id", "_arn", "_ids", "_arns"].iter().any(|end| name.ends_with(end)) || name == "bucket";
    for name in values.keys().filter(|name| names(name)) {
        for literal in resource.root().literals(name).0 {
            if let Some(Some(id)) = resource.survey.index.by_literal(&literal, &[]) {
                let uid = format!("{}:{}", resource.snapshot, resource.survey.index.address(id));
                let logged = Logged { kind: name.clone(), reference: Reference::Uid(uid), types: &[] };
                if !log.contains(&logged) {
                    log.push(logged);
                }
            }
        }
    }
}
