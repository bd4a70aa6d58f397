//! `isoneph apply`: takes documents into the register, all of them or none.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use isoneph_register::{Action, Apply, Difference, Documents, Store};

use crate::exit::Exit;
use crate::output::Output;
use crate::{safe, settings, workspace};

#[derive(Args)]
pub(crate) struct Arguments {
    /// YAML files of the register or folders of them, its workbooks, checklists that a vendor has filled in
    #[arg(short = 'f', long = "file", required = true, value_name = "PATH")]
    files: Vec<PathBuf>,
    /// Who makes the change
    #[arg(long = "as", value_name = "WHO")]
    who: String,
    /// Why, in a line
    #[arg(long, default_value = "", value_name = "TEXT")]
    note: String,
    /// Only say what would change
    #[arg(long)]
    dry_run: bool,
    /// The workspace; by default the folder upwards that has an isoneph.toml
    #[arg(long, value_name = "FOLDER")]
    workspace: Option<PathBuf>,
    /// Text for people, or JSON
    #[arg(long, value_parser = ["text", "json"], default_value = "text")]
    format: String,
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let folder = workspace::find(arguments.workspace.as_deref())?;
    let documents = workspace::documents(&arguments.files)?;
    let change =
        Change { documents: &documents, who: &arguments.who, note: &arguments.note, dry_run: arguments.dry_run };
    let difference = change.apply(&folder, &mut workspace::store(&folder)?)?;
    let mut out = Output::open(None)?;
    if arguments.format == "json" {
        serde_json::to_writer_pretty(&mut out, &difference)?;
        writeln!(out)?;
    } else {
        text(&mut out, &difference)?;
    }
    out.finish()?;
    Ok(Exit::Done)
}

/// What is to be taken in, and on whose word.
pub(crate) struct Change<'a> {
    pub(crate) documents: &'a Documents,
    pub(crate) who: &'a str,
    pub(crate) note: &'a str,
    pub(crate) dry_run: bool,
}

impl Change<'_> {
    /// Takes it into the register of a workspace: all of it, or none.
    pub(crate) fn apply(&self, folder: &Path, store: &mut Store) -> anyhow::Result<Difference> {
        let declaration = settings::declaration(Some(&folder.join("isoneph.toml")))?;
        let apply = Apply {
            declaration: Some(&declaration),
            note: self.note,
            dry_run: self.dry_run,
            ..Apply::new(self.documents, self.who, jiff::Timestamp::now())
        };
        store.apply(&apply).map_err(workspace::told)
    }
}

/// A difference as people read it.
pub(crate) fn text(out: &mut impl Write, difference: &Difference) -> anyhow::Result<()> {
    for change in &difference.changes {
        let mark = match change.action {
            Action::Created => '+',
            Action::Changed => '~',
            Action::Removed => '-',
        };
        writeln!(out, "{mark} {}  ({})", safe::terminal(&change.key.to_string()), safe::terminal(&change.source))?;
        for field in change.fields.iter().filter(|_| change.action == Action::Changed) {
            let side =
                |value: &Option<serde_json::Value>| value.as_ref().map_or("nothing".to_owned(), ToString::to_string);
            let line = format!("{}: {} -> {}", field.path, side(&field.before), side(&field.after));
            writeln!(out, "    {}", safe::terminal(&line))?;
        }
    }
    let state = if difference.written { "written" } else { "nothing written" };
    writeln!(
        out,
        "{} changed, {} as they were; {state}; revision {}",
        difference.changes.len(),
        difference.unchanged,
        difference.revision
    )?;
    Ok(())
}
