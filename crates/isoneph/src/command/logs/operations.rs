//! `isoneph logs operations`: the catalogue of critical operations.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use isoneph_logs::operations::{Basis, Catalogue};
use isoneph_model::Lang;

use crate::exit::{Exit, usage};
use crate::output::Output;
use crate::{safe, settings};

#[derive(Args)]
pub(crate) struct OperationArguments {
    /// Only those of this platform
    #[arg(long, value_parser = ["aws", "azure", "google", "kubernetes"])]
    platform: Option<String>,
    /// What a named person adopted or amended (TOML)
    #[arg(long = "operations", value_name = "FILE")]
    adopted: Vec<PathBuf>,
    /// Text for people, or JSON
    #[arg(long, value_parser = ["text", "json"], default_value = "text")]
    format: String,
    /// The language of the texts
    #[arg(long, default_value = "en", value_parser = settings::lang)]
    lang: Lang,
}

pub(super) fn run(arguments: &OperationArguments) -> anyhow::Result<Exit> {
    let mut catalogue = Catalogue::proposed()?;
    for path in &arguments.adopted {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| usage(format!("cannot read {name}: {error}")))?;
        catalogue.amend(&name, &text).map_err(usage)?;
    }
    let wanted = |platform: &str| arguments.platform.as_deref().is_none_or(|one| one == platform);
    let listed: Vec<_> = catalogue.operations().into_iter().filter(|one| wanted(&one.platform)).collect();
    let mut out = Output::open(None)?;
    if arguments.format == "json" {
        serde_json::to_writer_pretty(&mut out, &listed)?;
        writeln!(out)?;
        out.finish()?;
        return Ok(Exit::Done);
    }
    for one in &listed {
        let word = match &one.basis {
            Basis::Proposed => String::new(),
            Basis::Adopted { by, on } => format!(", adopted by {by} on {on}"),
            Basis::Amended { by, on } => format!(", amended by {by} on {on}"),
        };
        let back = format!("{} {}, reversible: {}{word}", one.class, one.act, one.reversible);
        let back = safe::terminal(&back);
        let why = safe::terminal(one.why.get(arguments.lang));
        writeln!(out, "{:<11} {}  ({back})\n            {why}", one.platform, safe::terminal(&one.name))?;
    }
    let versions: Vec<String> =
        catalogue.versions().iter().map(|(platform, version)| format!("{platform} {version}")).collect();
    writeln!(
        out,
        "{} operations; versions: {}. What nobody adopted is a proposal: whoever answers for the service adopts or amends it.",
        listed.len(),
        versions.join(", ")
    )?;
    out.finish()?;
    Ok(Exit::Done)
}
