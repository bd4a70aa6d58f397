//! The register as tables: a source like any other.
//!
//! What a party says is `asserted`. A record of something done (a review, a return, a count) that links to a document
//! with its digest is `operated`, and what a third party certifies, with its document, is `assured`: a file that holds
//! such objects stands among the inputs once for each class.

mod assured;
mod cells;
mod exit;
mod intent;
mod parties;
mod practice;
mod split;
mod terms;
mod told;

use std::collections::{BTreeMap, BTreeSet};

use isoneph_model::{EvidenceClass, Extent, InputId, SnapshotKind};
use isoneph_tables::schema::register as schema;
use isoneph_tables::{Cell, Common, Instant, NewInput, Row, Scope, Sink, SinkError, TableId};

use crate::kinds::{CloudService, EvidenceRef, Spec};
use crate::object::ObjectKey;
use crate::register::{Entry, Register};

/// The format under which files of the register stand among the inputs.
pub const REGISTER_FORMAT: &str = "register";

/// Writes every object that somebody stands behind; drafts are counted in a note. Every table of the register is then
/// known to hold all that is declared, for the snapshots begun so far as well: write the register last.
///
/// # Errors
/// If the sink cannot hold more.
pub fn write_rows<'a>(
    register: &'a Register,
    observed_at: Option<Instant>,
    sink: &mut Sink,
) -> Result<WrittenRows<'a>, SinkError> {
    let services: Vec<&str> = register.claimed::<CloudService>().map(|service| service.name).collect();
    let keeper = register.keeper().map_or("", |keeper| keeper.name);
    let mut inputs = Inputs { register, ids: BTreeMap::new() };
    for file in 0..register.files().len() {
        inputs.id(file, EvidenceClass::Asserted, sink);
    }
    let first = inputs.ids.values().next().copied().unwrap_or_else(|| {
        let class = Some(EvidenceClass::Asserted);
        sink.input(NewInput { path: String::new(), sha256: None, format: REGISTER_FORMAT.to_owned(), class })
    });
    let snapshot = sink.snapshot(first, SnapshotKind::Recorded, observed_at);
    let mut writer = Writer { register, sink, snapshot, services, keeper, inputs };
    let mut drafts: BTreeMap<usize, u64> = BTreeMap::new();
    for entry in register.entries() {
        if entry.object.proposed {
            *drafts.entry(entry.file).or_default() += 1;
        } else {
            writer.object(entry)?;
        }
    }
    for (file, count) in drafts {
        let id = writer.inputs.id(file, EvidenceClass::Asserted, writer.sink);
        writer.sink.input_mut(id).notes.push(format!("{count} drafts (`proposed`) claim nothing"));
    }
    let ids = writer.inputs.ids;
    let written = WrittenRows { snapshot, first, inputs: Inputs { register, ids } };
    register_tables().for_each(|table| written.covers(table, sink));
    Ok(written)
}

/// Rows of a register that were written: what follows from it is written beside them.
pub struct WrittenRows<'a> {
    snapshot: i64,
    first: InputId,
    inputs: Inputs<'a>,
}

/// Where a row that follows from an object stands.
#[derive(Debug, Clone, Copy)]
pub struct Derived<'a> {
    /// The object: the row stands at its place, and can show what the object can.
    pub of: &'a ObjectKey,
    /// What tells it from every other row that follows from the object.
    pub suffix: &'a str,
    /// The service that it speaks of; `""` for none.
    pub service: &'a str,
    /// The tenant that it speaks of; `""` for none.
    pub tenant: &'a str,
}

impl WrittenRows<'_> {
    /// The `uid` of a row that follows from an object.
    pub fn uid(&self, of: &ObjectKey, suffix: &str) -> String {
        format!("{}:{}/{}{suffix}", self.snapshot, of.kind, of.name)
    }

    /// Writes a row that follows from an object. Nothing is written of an object that is not there.
    ///
    /// # Errors
    /// If the sink cannot hold more.
    pub fn derive<R: Row>(&mut self, at: Derived<'_>, row: &R, sink: &mut Sink) -> Result<(), SinkError> {
        let register = self.inputs.register;
        let Some(entry) = register.get(at.of.kind, &at.of.name) else { return Ok(()) };
        let part = Part { suffix: at.suffix, service: at.service, tenant: at.tenant };
        push(&mut self.inputs, sink, self.snapshot, entry, part, row)
    }

    /// Puts down that a table holds all that is declared, for the snapshots begun so far.
    pub fn covers(&self, table: TableId, sink: &mut Sink) {
        let snapshots: Vec<i64> = sink.snapshots().collect();
        for covered in snapshots {
            sink.covers(table, covered, self.first, Scope::default(), Extent::Declared);
        }
    }
}

/// The tables that the register fills.
pub fn register_tables() -> impl Iterator<Item = TableId> {
    let first = schema::DeclaredScope::table().ordinal();
    let last = schema::EvidenceLink::table().ordinal();
    TableId::all().filter(move |table| (first..=last).contains(&table.ordinal()))
}

struct Inputs<'a> {
    register: &'a Register,
    ids: BTreeMap<(usize, &'static str), InputId>,
}

impl Inputs<'_> {
    fn id(&mut self, file: usize, class: EvidenceClass, sink: &mut Sink) -> InputId {
        let files = self.register.files();
        *self.ids.entry((file, class.as_str())).or_insert_with(|| {
            let known = files.get(file);
            sink.input(NewInput {
                path: known.map(|file| file.path.clone()).unwrap_or_default(),
                sha256: known.map(|file| file.sha256),
                format: REGISTER_FORMAT.to_owned(),
                class: Some(class),
            })
        })
    }
}

pub(crate) struct Writer<'a> {
    pub(crate) register: &'a Register,
    sink: &'a mut Sink,
    snapshot: i64,
    services: Vec<&'a str>,
    pub(crate) keeper: &'a str,
    inputs: Inputs<'a>,
}

/// Which of an object's rows it is.
#[derive(Clone, Copy, Default)]
pub(crate) struct Part<'a> {
    /// What tells it from the object's other rows of the table.
    pub(crate) suffix: &'a str,
    /// The service that it speaks of.
    pub(crate) service: &'a str,
    /// The tenant that it speaks of.
    pub(crate) tenant: &'a str,
}

impl<'a> Part<'a> {
    pub(crate) fn of(service: &'a str) -> Part<'a> {
        Part { service, ..Part::default() }
    }
}

impl<'a> Writer<'a> {
    fn object(&mut self, entry: &'a Entry) -> Result<(), SinkError> {
        let class = class(&entry.object.spec);
        let id = self.inputs.id(entry.file, class, self.sink);
        self.sink.input_mut(id).records += 1;
        match &entry.object.spec {
            Spec::Scope(spec) => self.scope(entry, spec),
            Spec::Party(spec) => self.party(entry, spec),
            Spec::CloudService(spec) => self.cloud_service(entry, spec),
            Spec::Responsibility(spec) => self.responsibility(entry, spec),
            Spec::Disclosure(spec) => self.disclosure(entry, spec),
            Spec::Capability(spec) => self.capability(entry, spec),
            Spec::Agreement(spec) => self.agreement(entry, spec),
            Spec::Assurance(spec) => self.assurance(entry, spec),
            Spec::Procedure(spec) => self.procedure(entry, spec),
            Spec::Change(spec) => self.change(entry, spec),
            // Exceptions are the engine's: they go into the declaration.
            Spec::RiskException(_) => Ok(()),
            Spec::Tenant(spec) => self.tenant(entry, spec),
            Spec::Zone(spec) => self.zone(entry, spec),
            Spec::Flow(spec) => self.flow(entry, spec),
            Spec::TenantDataStore(spec) => self.tenant_data_store(entry, spec),
            Spec::Statement(spec) => self.statement(entry, spec),
            Spec::Contact(spec) => self.contact(entry, spec),
            Spec::ImagePurpose(spec) => self.image_purpose(entry, spec),
            Spec::Isolation(spec) => self.isolation(entry, spec),
            Spec::MonitoringNeed(spec) => self.monitoring_need(entry, spec),
            Spec::AssetReturn(spec) => self.asset_return(entry, spec),
            Spec::AssetRemoval(spec) => self.asset_removal(entry, spec),
            Spec::Obligation(spec) => self.obligation(entry, spec),
            Spec::Notice(spec) => self.notice(entry, spec),
            Spec::Awareness(spec) => self.awareness(entry, spec),
            Spec::Review(spec) => self.review(entry, spec),
            Spec::Answer(spec) => self.answer(entry, spec),
        }
    }

    pub(crate) fn row<R: Row>(&mut self, entry: &Entry, part: Part<'_>, row: &R) -> Result<(), SinkError> {
        push(&mut self.inputs, self.sink, self.snapshot, entry, part, row)
    }

    /// A row for each of the services; for each service of the register where none is named.
    pub(crate) fn row_each<R: Row>(
        &mut self,
        entry: &Entry,
        services: &[String],
        suffix: &str,
        row: &R,
    ) -> Result<(), SinkError> {
        for service in self.each(services) {
            let suffix = format!("{suffix}@{service}");
            self.row(entry, Part { suffix: &suffix, service: &service, tenant: "" }, row)?;
        }
        Ok(())
    }

    /// The services named; every service where none is named; none (`''`) where there are none.
    pub(crate) fn each(&self, named: &[String]) -> Vec<String> {
        let mut services: Vec<String> = match named {
            [] => self.services.iter().map(|service| (*service).to_owned()).collect(),
            named => named.to_vec(),
        };
        services.sort();
        services.dedup();
        if services.is_empty() { vec![String::new()] } else { services }
    }

    /// The party named, or else whoever keeps the register.
    pub(crate) fn speaker(&self, named: Option<&String>) -> String {
        named.cloned().unwrap_or_else(|| self.keeper.to_owned())
    }
}

fn push<R: Row>(
    inputs: &mut Inputs<'_>,
    sink: &mut Sink,
    snapshot: i64,
    entry: &Entry,
    part: Part<'_>,
    row: &R,
) -> Result<(), SinkError> {
    let object = &entry.object;
    let input = inputs.id(entry.file, class(&object.spec), sink);
    let place = sink.place(input, entry.locator(inputs.register.files()).as_str())?;
    let text = |text: &str| Cell::Known(text.to_owned());
    let kind = object.kind().as_str();
    let common = Common {
        uid: format!("{snapshot}:{kind}/{}{}", object.name, part.suffix),
        provider: text(""),
        account: text(""),
        region: text("global"),
        native_type: text(kind),
        native_id: text(""),
        name: text(&object.name),
        tags: Cell::Known(object.labels.iter().map(|(key, value)| format!("{key}={value}")).collect()),
        service: text(part.service),
        tenant: text(part.tenant),
    };
    sink.push(snapshot, place, &common, row).map(|_| ())
}

/// What an object can show.
fn class(spec: &Spec) -> EvidenceClass {
    let is_record = matches!(
        spec,
        Spec::Review(_)
            | Spec::Awareness(_)
            | Spec::Notice(_)
            | Spec::AssetReturn(_)
            | Spec::AssetRemoval(_)
            | Spec::TenantDataStore(_)
            | Spec::Change(_)
    );
    match spec {
        Spec::Assurance(assurance) if assurance.is_documented() => EvidenceClass::Assured,
        _ if is_record && evidence(spec).iter().any(|link| link.sha256.is_some()) => EvidenceClass::Operated,
        _ => EvidenceClass::Asserted,
    }
}

/// The links to evidence that an object has, wherever in it they stand.
pub(crate) fn evidence(spec: &Spec) -> Vec<&EvidenceRef> {
    match spec {
        Spec::Responsibility(spec) => spec.evidence.iter().chain(sent(&spec.published)).collect(),
        Spec::Disclosure(spec) => {
            let tests = spec.tested.iter().flat_map(|test| &test.evidence);
            spec.evidence.iter().chain(sent(&spec.sent)).chain(tests).collect()
        }
        Spec::Capability(spec) => {
            spec.evidence.iter().chain(spec.tested.iter().flat_map(|test| &test.evidence)).collect()
        }
        Spec::Agreement(spec) => spec.evidence.iter().collect(),
        Spec::Assurance(spec) => spec.evidence.iter().collect(),
        Spec::Procedure(spec) => {
            spec.evidence.iter().chain(spec.exercised.iter().flat_map(|test| &test.evidence)).collect()
        }
        Spec::Change(spec) => spec.evidence.iter().chain(sent(&spec.announced)).collect(),
        Spec::Statement(spec) => spec.evidence.iter().collect(),
        Spec::TenantDataStore(spec) => spec.counts.iter().flat_map(|count| &count.evidence).collect(),
        Spec::Isolation(spec) => {
            let layers = spec
                .layers
                .iter()
                .flat_map(|layer| layer.evidence.iter().chain(layer.tests.iter().flat_map(|test| &test.evidence)));
            layers.chain(&spec.customer_software_risk).collect()
        }
        Spec::AssetReturn(spec) => spec.evidence.iter().collect(),
        Spec::AssetRemoval(spec) => {
            let stores = spec.removed.iter().flat_map(|removed| &removed.evidence);
            let confirmed = spec.confirmed.iter().flat_map(|sent| &sent.evidence);
            spec.evidence.iter().chain(stores).chain(confirmed).collect()
        }
        Spec::Obligation(spec) => spec.evidence.iter().collect(),
        Spec::Notice(spec) => spec.evidence.iter().collect(),
        Spec::Awareness(spec) => spec.evidence.iter().collect(),
        Spec::Review(spec) => spec.evidence.iter().collect(),
        Spec::Answer(spec) => spec.evidence.iter().collect(),
        Spec::Scope(_)
        | Spec::Party(_)
        | Spec::CloudService(_)
        | Spec::RiskException(_)
        | Spec::Tenant(_)
        | Spec::Zone(_)
        | Spec::Flow(_)
        | Spec::Contact(_)
        | Spec::ImagePurpose(_)
        | Spec::MonitoringNeed(_) => Vec::new(),
    }
}

fn sent(sent: &[crate::kinds::Sent]) -> impl Iterator<Item = &EvidenceRef> {
    sent.iter().flat_map(|sent| &sent.evidence)
}

/// A list as a set, sorted: the order somebody wrote it in means nothing.
pub(crate) fn sorted(texts: &[String]) -> Vec<String> {
    texts.iter().cloned().collect::<BTreeSet<String>>().into_iter().collect()
}
