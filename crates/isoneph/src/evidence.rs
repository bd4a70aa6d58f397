//! Reads what the user gives into one inventory.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use isoneph_derive::intent::{network_intent, tenant_accounts};
use isoneph_derive::{Departures, Known};
use isoneph_logs::ingest::IngestError;
use isoneph_model::Locator;
use isoneph_register::{
    Declaration, DeclaredAttribution, Documents, Named, Register, kinds, looks_like_register, write_rows,
};
use isoneph_sources::{
    ClaimedLayer, ImagePurpose, IntendedListeners, Judged, Logs, LogsError, NetworkFiles, NetworkQuestion, Piped,
    ReadError, Reading, find_networks, is_cloud_list, read_boundary_tests, read_images, read_path, write_networks,
    write_tenant_grants,
};
use isoneph_tables::{Inventory, NewInput, Sink};

use crate::exit::{Exit, unread, usage};
use crate::logs_against::LogArguments;
use crate::{frozen, output, safe, scanner, workspace};

/// What was read.
pub(crate) struct Evidence {
    /// The tables.
    pub(crate) inventory: Inventory,
    /// The audit logs: their events are in files, not in a table.
    pub(crate) logs: Logs,
    /// What the audit logs came to.
    pub(crate) judged: Judged,
    /// Where the events of this run lie, until it ends.
    _folder: tempfile::TempDir,
}

impl Evidence {
    /// Whether nothing was found.
    pub(crate) fn is_empty(&self) -> bool {
        self.logs.events == 0 && is_empty(&self.inventory)
    }
}

/// Reads every path. What cannot be read becomes a reject of its input: the others are still read.
pub(crate) fn read(
    paths: &[PathBuf],
    against: &LogArguments,
    config: Option<&Path>,
    declaration: &Declaration,
    reading: &Reading,
) -> anyhow::Result<Evidence> {
    for path in against.files() {
        std::fs::File::open(&path).map_err(|error| usage(format!("cannot read {}: {error}", path.display())))?;
    }
    let mut sink = Sink::new(Box::new(DeclaredAttribution::new(declaration)));
    let piped = Piped::keep(paths, &mut sink)?;
    let paths = &piped.paths;
    let documents = documents(paths)?;
    let said_in: Vec<PathBuf> =
        documents.iter().flat_map(Documents::files).map(|(path, _)| PathBuf::from(path)).collect();
    let registers = registers(documents, config, declaration)?;
    let folder = tempfile::Builder::new().prefix("isoneph-logs-").tempdir()?;
    let attribution = DeclaredAttribution::new(declaration);
    let mut logs = Logs::take(folder.path(), paths, &against.feeds, &attribution, &mut sink).map_err(told)?;
    if logs.files.is_empty() && logs.stores.is_empty() {
        for path in against.about_events() {
            output::warn(&format!("not looked at: {}: no audit logs were given to hold against it", path.display()));
        }
    }
    let mut reading = reading.clone();
    reading.taken.extend(logs.files.iter().cloned().chain(against.files()).chain(said_in));
    reading.taken.extend(logs.feed_files(paths));
    let paths: Vec<PathBuf> = paths.iter().filter(|path| !logs.stores.contains(*path)).cloned().collect();
    take_images(&paths, &registers, &mut reading, &mut sink)?;
    let claimed: Vec<ClaimedLayer> = registers.iter().flat_map(claimed_layers).collect();
    reading.taken.extend(read_boundary_tests(&paths, &claimed, &reading, &mut sink)?);
    let networks = find_networks(&paths, &reading.taken, reading.as_of);
    // A list of everything that a cloud has is read for its networks, and for the rest.
    reading.taken.extend(networks.taken.iter().filter(|path| !is_cloud_list(path)).cloned());
    for path in &paths {
        read_one(path, &reading, &mut sink)?;
    }
    networks_of(networks, &registers, &reading, &mut sink)?;
    write_tenant_grants(&tenant_accounts(&registers), &mut sink)?;
    // What parties say comes behind all that is seen: it is then known to be all that is declared.
    // Logs and inventories show more of a departure than the register says: only one of them tells it.
    let follows = !logs.files.is_empty() || !logs.stores.is_empty() || against.names_tenants();
    let departures = if follows { Departures::FollowedElsewhere } else { Departures::Said };
    let soa_versions = versions_held(config)?;
    said(&registers, &Known { as_of: reading.as_of, departures, soa_versions }, &mut sink)?;
    let known: &[Register] = if follows { &registers } else { &[] };
    let against = against.with(declaration, known, reading.as_of);
    let judged = logs.judge(&against, &mut sink).map_err(told)?;
    piped.name_inputs(&mut sink);
    Ok(Evidence { inventory: sink.finish()?, logs, judged, _folder: folder })
}

/// Tells what was given and could not be read: an answer over half of it must say so.
pub(crate) fn tell_losses(inventory: &Inventory) -> Exit {
    let mut exit = Exit::Done;
    for input in &inventory.inputs {
        for reject in &input.rejected {
            let place =
                if reject.locator.as_str().is_empty() { String::new() } else { format!("{}: ", reject.locator) };
            output::warn(&safe::terminal(&format!("not read: {}: {place}{}", input.path, reject.message)));
            exit = Exit::Incomplete;
        }
    }
    exit
}

/// Reads the disk images among the paths alone, and what parties say; what else a folder holds is left.
pub(crate) fn read_images_alone(
    paths: &[PathBuf],
    config: Option<&Path>,
    declaration: &Declaration,
    reading: &Reading,
) -> anyhow::Result<Inventory> {
    let mut sink = Sink::new(Box::new(DeclaredAttribution::new(declaration)));
    let piped = Piped::keep(paths, &mut sink)?;
    let paths = &piped.paths;
    let registers = registers(documents(paths)?, config, declaration)?;
    let mut reading = reading.clone();
    take_images(paths, &registers, &mut reading, &mut sink)?;
    for path in paths {
        refuse_unless_image(path, &reading, &mut sink);
    }
    let known = Known { as_of: reading.as_of, departures: Departures::Said, soa_versions: versions_held(config)? };
    said(&registers, &known, &mut sink)?;
    piped.name_inputs(&mut sink);
    Ok(sink.finish()?)
}

/// What parties say, and what follows from it.
fn said(registers: &[Register], known: &Known, sink: &mut Sink) -> anyhow::Result<()> {
    for register in registers {
        let mut written = write_rows(register, None, sink)?;
        isoneph_derive::write_rows(register, known, &mut written, sink)?;
    }
    Ok(())
}

/// The versions of statements of applicability that the workspace of a declaration has frozen.
fn versions_held(config: Option<&Path>) -> anyhow::Result<BTreeMap<String, Vec<String>>> {
    config.map_or(Ok(BTreeMap::new()), |config| frozen::versions(workspace::folder_of(config)))
}

/// What the networks let pass, held against the zones and flows of the registers.
fn networks_of(
    networks: NetworkFiles,
    registers: &[Register],
    reading: &Reading,
    sink: &mut Sink,
) -> anyhow::Result<()> {
    let intent = network_intent(registers);
    if let Some(intent) = &intent {
        intent.check().map_err(|error| usage(format!("the zones and flows of the register: {error}")))?;
    } else if networks.devices() > 0 {
        output::warn(
            "rules of devices are held against the zones and flows of the register, and it has no zone: nothing is said of \
             them (`isoneph network diff` compares them with each other)",
        );
    }
    Ok(write_networks(networks, NetworkQuestion { intent: intent.as_ref(), as_of: reading.as_of }, sink)?)
}

/// Reads the disk images, each in a child of the program; nobody else looks at them then.
fn take_images(
    paths: &[PathBuf],
    registers: &[Register],
    reading: &mut Reading,
    sink: &mut Sink,
) -> anyhow::Result<()> {
    reading.image_purposes = registers.iter().flat_map(purposes).collect();
    reading.image_scanner = Some(scanner::program()?);
    let images = read_images(paths, reading, sink)?;
    scanner::tell(images.confinement);
    reading.taken.extend(images.files);
    Ok(())
}

fn told(error: LogsError) -> anyhow::Error {
    match error {
        LogsError::Given(message) => usage(message),
        LogsError::Ingest(error @ (IngestError::Damage { .. } | IngestError::NotOurs { .. })) => unread(error),
        error @ LogsError::Store { .. } => unread(error),
        other => other.into(),
    }
}

fn read_one(path: &Path, reading: &Reading, sink: &mut Sink) -> anyhow::Result<()> {
    match read_path(path, reading, sink) {
        Ok(_) => Ok(()),
        Err(ReadError::NotFound { .. }) => {
            refuse(path, "not-found", "there is no such file or folder", sink);
            Ok(())
        }
        Err(ReadError::Sink(error)) => Err(error.into()),
    }
}

/// A path that holds neither an image nor a document of the register was given for nothing: whoever gave it is told.
fn refuse_unless_image(path: &Path, reading: &Reading, sink: &mut Sink) {
    if !path.exists() {
        refuse(path, "not-found", "there is no such file or folder", sink);
    } else if !reading.taken.iter().any(|taken| taken.starts_with(path)) && !holds_register(path) {
        refuse(path, "no-image", "it holds no disk image and no archive of a root file system", sink);
    }
}

fn holds_register(path: &Path) -> bool {
    path.is_file() && is_yaml(path) && std::fs::read_to_string(path).is_ok_and(|text| looks_like_register(&text))
}

fn refuse(path: &Path, code: &str, why: &str, sink: &mut Sink) {
    let input = NewInput { path: path.display().to_string(), sha256: None, format: String::new(), class: None };
    let id = sink.input(input);
    sink.reject(id, Locator::new("#"), code, why);
}

/// The register that holds what parties say: the workspace's own and the documents among what is given, as one, so that
/// what stands in both counts once.
fn registers(
    documents: Option<Documents>,
    config: Option<&Path>,
    declaration: &Declaration,
) -> anyhow::Result<Vec<Register>> {
    let file = config.map(|path| path.display().to_string()).unwrap_or_default();
    let beside = config.map(workspace::beside).transpose()?.flatten();
    let register = match documents {
        None => beside,
        Some(given) => Some(of_documents(given, &file, declaration, beside.unwrap_or_default())?),
    };
    Ok(register.into_iter().filter(|register| !register.is_empty()).collect())
}

/// What images are declared for. Drafts that nobody has taken on say nothing.
fn purposes(register: &Register) -> Vec<ImagePurpose> {
    let purpose = |named: Named<'_, kinds::ImagePurpose>| {
        let spec = named.spec;
        let network = |listener: &&kinds::Listener| !listener.address.as_deref().is_some_and(is_own_machine);
        let port = |listener: &kinds::Listener| {
            format!("{}/{}", listener.port, listener.protocol.as_deref().unwrap_or("tcp").to_ascii_lowercase())
        };
        let mut ports: Vec<String> = spec.listens.iter().filter(network).map(port).collect();
        ports.sort();
        ports.dedup();
        let said = !spec.listens.is_empty() || spec.listens_to_nothing == Some(true);
        ImagePurpose {
            name: named.name.to_owned(),
            images: spec.images.clone(),
            listens: if said { IntendedListeners::Only(ports) } else { IntendedListeners::Unsaid },
            services: spec.guest_services.clone(),
        }
    };
    register.claimed::<kinds::ImagePurpose>().map(purpose).collect()
}

/// The layers on which tenants are said to be kept apart, each with the test results that it names.
fn claimed_layers(register: &Register) -> Vec<ClaimedLayer> {
    let layers = |named: Named<'_, kinds::Isolation>| {
        let layer = |layer: &kinds::LayerIsolation| ClaimedLayer {
            service: named.spec.service.clone(),
            layer: layer.layer.to_string(),
            object: named.name.to_owned(),
            results: layer.tests.iter().filter_map(|test| test.junit.clone()).collect(),
        };
        named.spec.layers.iter().map(layer).collect::<Vec<_>>()
    };
    register.claimed::<kinds::Isolation>().flat_map(layers).collect()
}

/// What listens on such an address is not reached from elsewhere: it allows nothing on the network.
fn is_own_machine(address: &str) -> bool {
    address == "localhost" || address.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Documents of the register among what is given. They are what parties say, and nothing that sets how it is judged.
fn documents(paths: &[PathBuf]) -> anyhow::Result<Option<Documents>> {
    let may_hold = |path: &PathBuf| if path.is_dir() { !path.join("oci-layout").is_file() } else { is_yaml(path) };
    let mut folders: Vec<PathBuf> = paths.iter().filter(|path| path.exists() && may_hold(path)).cloned().collect();
    // A file that is named is read whatever it holds: only those that hold a register are.
    folders.retain(|path| path.is_dir() || std::fs::read_to_string(path).is_ok_and(|text| looks_like_register(&text)));
    let mut documents = Documents::new();
    documents.read_paths(&folders).map_err(workspace::mistaken)?;
    // One that holds nothing but mistakes is there too: they are to be told.
    let any = documents.files().len() > 0;
    Ok(any.then_some(documents))
}

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "yaml" || end == "yml")
}

/// The register that documents make beside a declaration and the register of its workspace; what differs is told.
pub(crate) fn of_documents(
    documents: Documents,
    file: &str,
    declaration: &Declaration,
    kept: Register,
) -> anyhow::Result<Register> {
    let joined = Register::beside(documents, Some((file, declaration)), kept);
    let (register, differing) = joined.map_err(workspace::mistaken)?;
    for (object, place) in differing {
        output::warn(&safe::terminal(&format!(
            "{place}: {object} says otherwise than the register of the workspace, which counts; `isoneph apply` takes \
             the document in"
        )));
    }
    Ok(register)
}

/// Whether no table has a row.
pub(crate) fn is_empty(inventory: &Inventory) -> bool {
    inventory.row_counts().values().all(|count| *count == 0)
}
