//! `isoneph assess`: the main job.

use std::path::PathBuf;

use clap::Args;
use isoneph_assess::Engine;
use isoneph_assessment::{Filtered, View};
use isoneph_model::Role;
use isoneph_register::Declaration;
use isoneph_sources::Reading;
use isoneph_standard::Catalogue;

use crate::evidence;
use crate::exit::{Exit, usage};
use crate::logs_against::LogArguments;
use crate::output::Output;
use crate::report::{ReportArguments, told};
use crate::settings::{self, CheckArguments, RunArguments};

#[derive(Args)]
pub(crate) struct Arguments {
    /// Files and folders: Terraform plans and states (`terraform show -json`), answers of the AWS, Azure and Google APIs,
    /// ARM templates, Kubernetes manifests and objects, rules of devices (iptables, Cisco, Capirca, CSV), findings of other
    /// scanners (OCSF, SARIF, ASFF), audit logs (AWS, Azure, Google, Kubernetes, OCSF), plain or gzip; disk images and root
    /// file systems. Formats are told by content; `-` is standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    run: RunArguments,
    #[command(flatten)]
    checks: CheckArguments,
    #[command(flatten)]
    logs: LogArguments,
    /// The folder that backing files and extents of disk images may lie in. Without it an image leads to no other file
    #[arg(long, value_name = "DIR")]
    allow_backing: Option<PathBuf>,
    /// Show only what concerns this role
    #[arg(long, value_parser = |word: &str| word.parse::<Role>())]
    role: Option<Role>,
    /// Show only what concerns this service (its id in the declaration)
    #[arg(long, value_name = "ID")]
    service: Option<String>,
    #[command(flatten)]
    report: ReportArguments,
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let catalogue = Catalogue::embedded()?;
    let declaration = settings::declaration(arguments.run.config.as_deref())?;
    let view = view(arguments, &declaration)?;
    let pack = arguments.checks.load()?;
    let settings = arguments.run.settings(&declaration, &pack)?;
    let reading = Reading { backing_directory: arguments.allow_backing.clone(), ..Reading::new(settings.as_of) };
    let engine = Engine::new(pack.into_checks(), settings, catalogue).map_err(told)?;
    let config = arguments.run.config.as_deref();
    let evidence = evidence::read(&arguments.paths, &arguments.logs, config, &declaration, &reading)?;
    let report = &arguments.report;
    let mut output = Output::beside(report.output.as_deref(), &arguments.paths)?;
    let shown = {
        let writer = report.writer(catalogue, &mut output)?;
        let mut filtered = Filtered::new(view, writer);
        engine.assess(&evidence.inventory, &mut filtered).map_err(told)?;
        filtered.shown()
    };
    output.finish()?;
    Ok(report.end(evidence.is_empty(), &shown))
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
    Ok(View { role: arguments.role, service: arguments.service.clone(), accounts, without_standings: false })
}
