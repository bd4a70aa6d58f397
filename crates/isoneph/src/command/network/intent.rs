//! What somebody means of a network: its zones and the flows intended between them.

use std::path::{Path, PathBuf};

use clap::Args;
use isoneph_derive::intent::network_intent;
use isoneph_network::zones::{Intent, IntentError, Zone};
use isoneph_register::{Declaration, Documents, Register, looks_like_register};
use jiff::civil::Date;

use super::text_of;
use crate::evidence::of_documents;
use crate::exit::usage;
use crate::output;
use crate::{safe, settings, workspace};

/// The largest file of intent.
const MOST: usize = 16 << 20;

#[derive(Args)]
pub(super) struct Meant {
    /// Zones and the flows intended between them: the register's YAML (`kind: zone`, `kind: flow`; a file, or a folder with
    /// all that they refer to), or one document with `zones` and `flows` (YAML or JSON); without it zones are derived from
    /// the network, and nothing is intended between them
    #[arg(long, value_name = "FILE")]
    intent: Option<PathBuf>,
    /// Who is what: an isoneph.toml. What the intent refers to may stand in it and in the register of its workspace, whose
    /// zones and flows count beside those of the intent
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The day for which flows are intended (YYYY-MM-DD); by default today, in UTC
    #[arg(long, value_name = "DATE")]
    as_of: Option<Date>,
}

impl Meant {
    /// The zones and flows that are declared, if any are.
    pub(super) fn read(&self) -> anyhow::Result<Option<Intent>> {
        let declared = Declared::read(self.config.as_deref())?;
        match &self.intent {
            None => declared.intent(),
            Some(path) => intent_of(path, declared).map(Some),
        }
    }

    /// The day for which flows are intended.
    pub(super) fn day(&self) -> Date {
        self.as_of.unwrap_or_else(settings::today)
    }
}

/// What stands beside an intent: a declaration, and the register of the workspace that it lies in.
#[derive(Default)]
struct Declared {
    /// The file of the declaration; nothing without one.
    path: PathBuf,
    declaration: Declaration,
    kept: Register,
}

impl Declared {
    fn read(config: Option<&Path>) -> anyhow::Result<Self> {
        let Some(path) = config else { return Ok(Self::default()) };
        let kept = workspace::beside(path)?.unwrap_or_default();
        tell_unapplied(&workspace::folder_of(path).join("register"), &kept);
        Ok(Self { path: path.to_owned(), declaration: settings::declaration(config)?, kept })
    }

    /// Its own zones and flows; `None` where it declares no zone.
    fn intent(&self) -> anyhow::Result<Option<Intent>> {
        let found = network_intent([&self.kept]).is_some();
        found.then(|| of_register(&self.kept, &self.path)).transpose()
    }

    /// The register that documents make beside it.
    fn with(self, documents: Documents) -> anyhow::Result<Register> {
        if self.path.as_os_str().is_empty() {
            return Register::new(documents).map_err(workspace::mistaken);
        }
        of_documents(documents, &self.path.display().to_string(), &self.declaration, self.kept)
    }
}

/// Tells that files of the register beside a configuration declare zones or flows that the register of the workspace does
/// not hold as they say: they do not count until they are applied.
fn tell_unapplied(folder: &Path, kept: &Register) {
    let mut documents = Documents::new();
    if !folder.is_dir() || documents.read_paths(&[folder.to_owned()]).is_err() {
        return;
    }
    // Files that are not a register by themselves cannot be compared: that they are not read is told all the same.
    let declares = |register: &Register| network_intent([register]);
    let same = Register::new(documents).is_ok_and(|given| {
        let given = declares(&given);
        given.is_none() || given == declares(kept)
    });
    if !same {
        output::warn(&safe::terminal(&format!(
            "{}: not read: its zones and flows count once `isoneph apply -f` has taken them in, or with --intent",
            folder.display()
        )));
    }
}

/// What somebody means: the zones and flows of a register's YAML (a file or a folder), or the plain form.
fn intent_of(path: &Path, declared: Declared) -> anyhow::Result<Intent> {
    let told = |error: IntentError| usage(format!("{}: {error}", path.display()));
    let mut documents = Documents::new();
    if path.is_dir() {
        documents.read_paths(std::slice::from_ref(&path.to_owned())).map_err(workspace::mistaken)?;
        return of_register(&declared.with(documents)?, path);
    }
    let text = text_of(path, MOST)?;
    if !looks_like_register(&text) {
        return Intent::read_beside(&text, declared.intent()?.unwrap_or_default()).map_err(told);
    }
    documents.read(&path.display().to_string(), text.as_bytes());
    of_register(&declared.with(documents)?, path)
}

/// The zones and flows of a register. What nobody declares of the world outside is not judged here.
fn of_register(register: &Register, path: &Path) -> anyhow::Result<Intent> {
    let mut intent = network_intent([register]).unwrap_or_default();
    let flows = std::mem::take(&mut intent.flows);
    let named = |zone: &Zone| flows.iter().any(|flow| flow.from == zone.name || flow.to == zone.name);
    intent.zones.retain(|zone| !zone.implied || named(zone));
    intent.flows = flows;
    intent.check().map_err(|error| usage(format!("{}: {error}", path.display())))?;
    Ok(intent)
}
