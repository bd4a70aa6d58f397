//! `isoneph check`: what each check looks at, and whether it does what it says.

use std::io::Write;

use clap::{Args, Subcommand};
use isoneph_assess::{Check, ParameterDef, SupportedCell};
use isoneph_model::Lang;
use serde_json::{Value, json};

use crate::exit::{Exit, usage};
use crate::output::Output;
use crate::settings::{self, CheckArguments};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// List the checks
    List {
        #[command(flatten)]
        checks: CheckArguments,
        #[command(flatten)]
        view: View,
    },
    /// Show a check whole: what it looks at, why, its SQL, what it cannot see, how to put right what it finds
    Show {
        /// The check's id
        id: String,
        #[command(flatten)]
        checks: CheckArguments,
        #[command(flatten)]
        view: View,
    },
    /// Run the tests of checks: the cases of tests.md, and that no unknown value is ever decided
    Test {
        /// Only these checks
        ids: Vec<String>,
        #[command(flatten)]
        checks: CheckArguments,
        /// Write what the checks answer into the `expect` blocks of tests.md (only of folders given with --controls)
        #[arg(long)]
        bless: bool,
    },
}

#[derive(Args)]
pub(crate) struct View {
    /// The language of titles
    #[arg(long, default_value = "en", value_parser = settings::lang)]
    lang: Lang,
    /// Text or JSON
    #[arg(long, value_parser = ["text", "json"], default_value = "text")]
    format: String,
}

pub(crate) fn run(command: &Command) -> anyhow::Result<Exit> {
    match command {
        Command::List { checks, view } => list(checks, view),
        Command::Show { id, checks, view } => show(id, checks, view),
        Command::Test { ids, checks, bless } => super::check_test::run(ids, checks, *bless),
    }
}

fn list(checks: &CheckArguments, view: &View) -> anyhow::Result<Exit> {
    let pack = checks.load()?;
    let mut output = Output::open(None)?;
    if view.format == "json" {
        let checks: Vec<Value> = pack.checks().map(|check| describe(check, view.lang)).collect();
        writeln!(output, "{:#}", Value::from(checks))?;
    } else {
        let width = pack.checks().map(|check| check.id().len()).max().unwrap_or(0);
        for check in pack.checks() {
            writeln!(output, "{:width$}  {:8}  {}", check.id(), check.severity(), check.title().get(view.lang))?;
        }
    }
    output.finish()?;
    Ok(Exit::Done)
}

fn show(id: &str, checks: &CheckArguments, view: &View) -> anyhow::Result<Exit> {
    let pack = checks.load()?;
    let check =
        pack.find(id).ok_or_else(|| usage(format!("there is no check '{id}'; `isoneph check list` tells them all")))?;
    let mut output = Output::open(None)?;
    if view.format == "json" {
        let mut value = describe(check, view.lang);
        for (key, text) in [
            ("what", check.what()),
            ("why", check.why()),
            ("blind_spots", check.blind_spots()),
            ("fix", check.fix()),
            ("sql", check.sql()),
        ] {
            value[key] = text.into();
        }
        writeln!(output, "{value:#}")?;
    } else {
        show_text(&mut output, check, view.lang)?;
    }
    output.finish()?;
    Ok(Exit::Done)
}

fn show_text(output: &mut Output, check: &Check, lang: Lang) -> anyhow::Result<()> {
    writeln!(output, "{}\n{}\n", check.id(), check.title().get(lang))?;
    writeln!(output, "severity  {}", check.severity())?;
    writeln!(output, "subject   {}", check.subject())?;
    if let Some(applies) = check.applies() {
        writeln!(output, "applies   {applies}")?;
    }
    for cell in check.supports() {
        writeln!(output, "supports  {}", supported(cell))?;
    }
    for (name, def) in check.parameters() {
        writeln!(output, "parameter {}", parameter(name, def))?;
    }
    writeln!(output, "file      {}\n\n{}", check.file(), check.document().trim())?;
    Ok(())
}

fn supported(cell: &SupportedCell) -> String {
    let requirement = cell.requirement.as_ref().map(|key| format!(", {}", key.name)).unwrap_or_default();
    format!("{} ({}) {}{requirement}", cell.control, cell.role, cell.support)
}

fn parameter(name: &str, def: &ParameterDef) -> String {
    format!("{name}: {} = {}", def.kind, def.default)
}

fn describe(check: &Check, lang: Lang) -> Value {
    let supports: Vec<Value> = check
        .supports()
        .iter()
        .map(|cell| {
            let requirement = cell.requirement.as_ref().map(|key| key.name.clone());
            json!({ "control": cell.control, "edition": cell.edition, "role": cell.role, "as": cell.support, "requirement": requirement })
        })
        .collect();
    let parameters: serde_json::Map<String, Value> = check
        .parameters()
        .iter()
        .map(|(name, def)| (name.clone(), json!({ "type": def.kind.to_string(), "default": def.default.to_string() })))
        .collect();
    json!({
        "id": check.id(),
        "title": check.title().get(lang),
        "titles": check.title(),
        "severity": check.severity(),
        "subject": check.subject().to_string(),
        "applies": check.applies(),
        "supports": supports,
        "parameters": parameters,
        "profiles": check.profiles(),
        "since": check.since(),
        "aliases": check.aliases(),
        "file": check.file(),
    })
}
