//! `isoneph assurance`: what certificates and reports there are, whether they hold, what they cover, and what one may
//! build on.

use std::collections::BTreeMap;

use clap::Args;
use isoneph_derive::Declared;
use isoneph_derive::assurance::{
    ControlUse, Holding, KINDS, Options, ScopeDifference, ServiceCoverage, coverage, coverage_sheet, differences_sheet,
    holdings_sheet, review, scope_differences, usable, usable_sheet,
};
use serde::Serialize;

use super::sheets::{Asked, Shown};
use crate::exit::{Exit, usage};
use crate::{frozen, workspace};

#[derive(Args)]
pub(crate) struct Arguments {
    /// The service: then also, control by control, what its provider's assurance is good for
    #[arg(value_name = "SERVICE")]
    service: Option<String>,
    #[command(flatten)]
    asked: Asked,
    #[command(flatten)]
    shown: Shown,
}

#[derive(Serialize)]
struct Answer {
    assurances: Vec<Holding>,
    coverage: Vec<ServiceCoverage>,
    scope_changes: Vec<ScopeDifference>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    controls: Vec<ControlUse>,
}

/// The versions of statements of applicability that the workspace has frozen. A register in files needs no
/// workspace, and one that is named or stands around counts.
fn held(arguments: &Arguments) -> anyhow::Result<BTreeMap<String, Vec<String>>> {
    let named = arguments.asked.workspace.as_deref();
    let workspace = match workspace::find(named) {
        Ok(workspace) => workspace,
        Err(error) if named.is_some() => return Err(error),
        Err(_) => return Ok(BTreeMap::new()),
    };
    frozen::versions(&workspace)
}

/// Runs the command. It ends with 1 where something in use is not covered, or an assurance does not hold.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let objects = arguments.asked.objects(KINDS)?;
    let declared = Declared::of_kinds(KINDS, &objects);
    let (day, lang) = (arguments.asked.day(), arguments.shown.lang);
    let options = Options { soa_versions: held(arguments)?, ..Options::default() };
    let mut answer = Answer {
        assurances: review(&declared, &options, day),
        coverage: coverage(&declared, &options, day),
        scope_changes: scope_differences(&declared),
        controls: Vec::new(),
    };
    if let Some(service) = &arguments.service {
        let unknown = || usage(format!("there is no service '{service}'"));
        answer.controls = usable(&declared, &options, service, day).ok_or_else(unknown)?;
        answer.coverage.retain(|covered| covered.service == *service);
        let about = |assurance: &str| {
            let named = |covered: &ServiceCoverage| {
                let by = covered.offerings.iter().any(|found| found.assurance.as_deref() == Some(assurance));
                by || covered.not_holding.iter().any(|name| name == assurance)
            };
            answer.coverage.iter().any(named)
        };
        let kept: Vec<bool> = answer.assurances.iter().map(|holding| about(&holding.assurance)).collect();
        let mut kept = kept.into_iter();
        answer.assurances.retain(|_| kept.next().unwrap_or(false));
    }
    if arguments.service.is_none() {
        answer.coverage.retain(|covered| declared.is_ours(&covered.service));
    }
    let mut sheets = vec![holdings_sheet(&answer.assurances, lang), coverage_sheet(&answer.coverage, lang)];
    if !answer.scope_changes.is_empty() {
        sheets.push(differences_sheet(&answer.scope_changes, lang));
    }
    if let Some(service) = &arguments.service {
        sheets.push(usable_sheet(service, &answer.controls, lang));
    }
    let open = answer.coverage.iter().any(|covered| !covered.uncovered.is_empty())
        || answer.assurances.iter().any(|holding| !holding.holds);
    arguments.shown.write("Assurance", sheets, &answer)?;
    Ok(if open { Exit::Findings } else { Exit::Done })
}
