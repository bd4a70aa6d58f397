//! `isoneph assess`: the main job.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use isoneph_assess::{AssessError, Engine};
use isoneph_assessment::{Filtered, Tail, View, Writer};
use isoneph_exchange::{JunitWriter, OcsfWriter, SarifWriter};
use isoneph_model::{Lang, Outcome, Role, Severity};
use isoneph_register::Declaration;
use isoneph_report::{HtmlWriter, JsonWriter, Style, TextWriter};
use isoneph_sources::Reading;
use isoneph_standard::Catalogue;

use crate::evidence;
use crate::exit::{Exit, usage};
use crate::logs_against::LogArguments;
use crate::output::{self, Output};
use crate::settings::{self, CheckArguments, RunArguments, rendered};

#[derive(Args)]
pub(crate) struct Arguments {
    /// Files and folders: Terraform plans and states (`terraform show -json`), findings of other scanners (OCSF, SARIF,
    /// ASFF), audit logs (AWS, Azure, Google, Kubernetes, OCSF), plain or gzip; disk images and root file systems. Formats
    /// are told by content
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    run: RunArguments,
    #[command(flatten)]
    checks: CheckArguments,
    #[command(flatten)]
    logs: LogArguments,
    /// Show only what concerns this role
    #[arg(long, value_parser = |word: &str| word.parse::<Role>())]
    role: Option<Role>,
    /// Show only what concerns this service (its id in the declaration)
    #[arg(long, value_name = "ID")]
    service: Option<String>,
    /// How to write the assessment
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Write to this file instead of standard output; it appears only when it is complete
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// End with 1 if a check of this severity or above fails
    #[arg(long, value_enum, default_value_t = FailOn::High)]
    fail_on: FailOn,
    /// End with 1 also if an outcome is unknown
    #[arg(long)]
    fail_on_unknown: bool,
    /// The language of the texts
    #[arg(long, default_value = "en", value_parser = settings::lang)]
    lang: Lang,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
    Html,
    Sarif,
    Junit,
    Ocsf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FailOn {
    Low,
    Medium,
    High,
    Critical,
    None,
}

impl FailOn {
    fn threshold(self) -> Option<Severity> {
        match self {
            FailOn::Low => Some(Severity::Low),
            FailOn::Medium => Some(Severity::Medium),
            FailOn::High => Some(Severity::High),
            FailOn::Critical => Some(Severity::Critical),
            FailOn::None => None,
        }
    }
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let catalogue = Catalogue::embedded()?;
    let declaration = settings::declaration(arguments.run.config.as_deref())?;
    let view = view(arguments, &declaration)?;
    let pack = arguments.checks.load()?;
    let settings = arguments.run.settings(&declaration, &pack)?;
    let reading = Reading::new(settings.as_of);
    let engine = Engine::new(pack.into_checks(), settings, catalogue).map_err(told)?;
    let config = arguments.run.config.as_deref();
    let evidence = evidence::read(&arguments.paths, &arguments.logs, config, &declaration, &reading)?;
    let mut output = Output::open(arguments.output.as_deref())?;
    let shown = {
        let writer = writer(arguments, catalogue, &mut output)?;
        let mut filtered = Filtered::new(view, writer);
        engine.assess(&evidence.inventory, &mut filtered).map_err(told)?;
        filtered.shown()
    };
    output.finish()?;
    let mut exit = exit(arguments, &shown);
    if evidence.is_empty() {
        output::warn("nothing could be assessed: no input held anything that isoneph reads");
        exit = exit.max(Exit::Incomplete);
    }
    tell_losses(arguments, &shown);
    Ok(exit)
}

fn view(arguments: &Arguments, declaration: &Declaration) -> anyhow::Result<View> {
    let mut accounts = Vec::new();
    if let Some(id) = &arguments.service {
        let known: Vec<&str> = declaration.services.iter().map(|service| service.id.get_ref().as_str()).collect();
        if !known.contains(&id.as_str()) {
            let known = if known.is_empty() { "none is declared: give --config".to_owned() } else { known.join(", ") };
            return Err(usage(format!("there is no service '{id}' ({known})")));
        }
        accounts.extend(declaration.accounts_of(id).map(str::to_owned));
    }
    Ok(View { role: arguments.role, service: arguments.service.clone(), accounts })
}

fn writer<'a>(
    arguments: &Arguments,
    catalogue: &'static Catalogue,
    output: &'a mut Output,
) -> anyhow::Result<Box<dyn Writer + 'a>> {
    let lang = arguments.lang;
    let style = Style { color: output.is_coloured(), width: output::width() };
    Ok(match arguments.format {
        Format::Text => Box::new(TextWriter::new(output, catalogue, lang, style)),
        Format::Json => Box::new(JsonWriter::new(output, lang)),
        Format::Html => Box::new(HtmlWriter::new(output, catalogue, lang)?),
        Format::Sarif => Box::new(SarifWriter::new(output, catalogue, lang)),
        Format::Junit => Box::new(JunitWriter::new(output, lang)?),
        Format::Ocsf => Box::new(OcsfWriter::new(output, lang)),
    })
}

/// Errors that the user can mend end a run as wrong usage, others as internal.
fn told(error: AssessError) -> anyhow::Error {
    match error {
        AssessError::Checks(errors) => usage(rendered(&errors)),
        AssessError::Write(error) => error.into(),
        other => other.into(),
    }
}

fn exit(arguments: &Arguments, shown: &Tail) -> Exit {
    let failing = arguments
        .fail_on
        .threshold()
        .is_some_and(|threshold| shown.failures.iter().any(|(severity, count)| *severity >= threshold && *count > 0));
    let unknown = arguments.fail_on_unknown && shown.outcomes.get(&Outcome::Unknown).is_some_and(|count| *count > 0);
    let found = if failing || unknown { Exit::Findings } else { Exit::Done };
    if shown.losses.is_empty() { found } else { found.max(Exit::Incomplete) }
}

/// What was lost is part of every format; a person who looks at the terminal only is told as well.
fn tell_losses(arguments: &Arguments, shown: &Tail) {
    if shown.losses.is_empty() || (arguments.format == Format::Text && arguments.output.is_none()) {
        return;
    }
    for loss in &shown.losses {
        output::warn(&format!("not read: {}", crate::safe::terminal(&loss.message)));
    }
}
