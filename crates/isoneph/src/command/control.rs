//! `isoneph control`: the controls of ISO/IEC 27017.

use std::io::Write;

use clap::{Args, Subcommand};
use isoneph_assess::{Check, Pack};
use isoneph_model::{ControlId, Edition, Lang, Role, Support};
use isoneph_standard::{BaseControl, BaseStandard, Catalogue, Cell, CloudLayer, Control, Found, Origin};
use serde_json::{Value, json};

use crate::exit::{Exit, usage};
use crate::output::Output;
use crate::settings::{self, CheckArguments};
use crate::words::words;

/// Lines are wrapped to this width: a terminal's, with room for a pager's numbers.
const WIDTH: usize = 100;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// List the controls
    List {
        #[command(flatten)]
        view: View,
        /// Also list the controls of ISO/IEC 27002 that have no cloud guidance
        #[arg(long)]
        all: bool,
    },
    /// Show what a control asks of each role, and which checks speak to it
    Show {
        /// `CLD.6.3.1`, `6.3.1`, `A.9.2.1`, `9.2.1`; with `--edition 2026` its numbers
        id: String,
        #[command(flatten)]
        view: View,
        #[command(flatten)]
        checks: CheckArguments,
    },
}

#[derive(Args)]
pub(crate) struct View {
    /// The edition of ISO/IEC 27017
    #[arg(long, default_value = "2015", value_parser = settings::edition)]
    edition: Edition,
    /// Only what concerns this role
    #[arg(long, value_parser = |word: &str| word.parse::<Role>())]
    role: Option<Role>,
    /// The language of the texts
    #[arg(long, default_value = "en", value_parser = settings::lang)]
    lang: Lang,
    /// Text or JSON
    #[arg(long, value_parser = ["text", "json"], default_value = "text")]
    format: String,
}

pub(crate) fn run(command: &Command) -> anyhow::Result<Exit> {
    let catalogue = Catalogue::embedded()?;
    let mut output = Output::open(None)?;
    match command {
        Command::List { view, all } => list(&mut output, catalogue, view, *all)?,
        Command::Show { id, view, checks } => {
            let found = catalogue.find(view.edition, id).map_err(usage)?;
            show(&mut output, found, view, &checks.load()?)?;
        }
    }
    output.finish()?;
    Ok(Exit::Done)
}

/// The roles that a control has guidance for.
fn roles(control: &Control) -> Vec<Role> {
    Role::ALL.iter().copied().filter(|role| control.cell(*role).guidance).collect()
}

fn list(output: &mut Output, catalogue: &Catalogue, view: &View, all: bool) -> anyhow::Result<()> {
    let concerns = |control: &&Control| view.role.is_none_or(|role| control.cell(role).guidance);
    let mut rows: Vec<Found<'_>> =
        catalogue.edition(view.edition).controls().filter(concerns).map(Found::Control).collect();
    if all {
        let base = catalogue.base_controls(BaseStandard::of(view.edition));
        rows.extend(base.filter(|control| !control.has_cloud_guidance()).map(Found::Base));
        rows.sort_by_key(|row| row.id());
    }
    if view.format == "json" {
        let rows: Vec<Value> = rows.iter().map(|row| describe_found(*row, view.lang)).collect();
        return Ok(writeln!(output, "{:#}", Value::from(rows))?);
    }
    for row in rows {
        let marks = match row {
            Found::Control(control) => roles(control).iter().map(|role| role.as_str()).collect::<Vec<_>>().join(" "),
            Found::Base(_) => "-".to_owned(),
        };
        writeln!(output, "{:<11} {marks:<17} {}", row.id().as_str(), row.title().get(view.lang))?;
    }
    Ok(())
}

fn show(output: &mut Output, found: Found<'_>, view: &View, checks: &Pack) -> anyhow::Result<()> {
    if view.format == "json" {
        let mut value = describe_found(found, view.lang);
        value["checks"] = checks_of(checks, view.edition, found.id()).into_iter().map(|(id, _)| id).collect();
        return Ok(writeln!(output, "{value:#}")?);
    }
    match found {
        Found::Control(control) => show_control(output, control, view.lang, view.role, Some(checks)),
        Found::Base(control) => show_base(output, control, view.lang),
    }
}

/// The checks that support a control, with their titles.
fn checks_of<'a>(checks: &'a Pack, edition: Edition, control: &ControlId) -> Vec<(&'a str, &'a isoneph_model::Text)> {
    let Ok(catalogue) = Catalogue::embedded() else { return Vec::new() };
    let supports = |check: &&Check| check.supports_in(edition, catalogue).iter().any(|cell| cell.control == *control);
    checks.checks().filter(supports).map(|check| (check.id(), check.title())).collect()
}

/// Writes a control as text.
pub(crate) fn show_control(
    output: &mut Output,
    control: &Control,
    lang: Lang,
    role: Option<Role>,
    checks: Option<&Pack>,
) -> anyhow::Result<()> {
    let words = words(lang);
    writeln!(output, "{} {}", control.id, control.title.get(lang))?;
    writeln!(output, "  ISO/IEC 27017:{}; {}: {}", control.edition, words.say("control-clause"), control.clause)?;
    if let Some(objective) = &control.objective_group {
        writeln!(output, "  {}: {objective}", words.say("control-objective"))?;
    }
    let confidence = &control.confidence;
    let basis = confidence.basis.get(lang);
    paragraph(output, 2, &format!("{}: {} ({basis})", words.say("control-confidence"), confidence.flags))?;
    for one in Role::ALL.iter().copied().filter(|one| role.is_none_or(|role| role == *one)) {
        writeln!(output, "\n{}", words.say(&format!("role-{one}")))?;
        show_cell(output, control.cell(one), lang)?;
    }
    if !control.evidence.is_empty() {
        writeln!(output, "\n{}", words.say("control-evidence"))?;
        for kind in &control.evidence {
            item(output, kind.get(lang))?;
        }
    }
    show_crosswalk(output, control, lang)?;
    if let Some(checks) = checks {
        writeln!(output, "\n{}", words.say("control-checks"))?;
        let serving = checks_of(checks, control.edition, &control.id);
        if serving.is_empty() {
            paragraph(output, 2, &words.say("control-no-checks"))?;
        }
        for (id, title) in serving {
            item(output, &format!("{id}: {}", title.get(lang)))?;
        }
    }
    Ok(())
}

fn show_cell(output: &mut Output, cell: &Cell, lang: Lang) -> anyhow::Result<()> {
    let words = words(lang);
    if !cell.guidance {
        return paragraph(output, 2, &words.say("control-no-guidance"));
    }
    match &cell.origin {
        Origin::Written => {}
        Origin::Derived { from } => {
            let ids: Vec<&str> = from.iter().map(ControlId::as_str).collect();
            paragraph(output, 2, &words.say_with("control-derived", &[("ids", ids.join(", ").as_str().into())]))?;
        }
        Origin::Unseen { known } => paragraph(output, 2, known.get(lang))?,
    }
    for passage in &cell.passages {
        paragraph(output, 2, passage.text.get(lang))?;
    }
    if !cell.requires.is_empty() {
        writeln!(output, "  {}:", words.say("control-requires"))?;
    }
    for requirement in &cell.requires {
        let weight = match requirement.support {
            Support::Required => words.say("control-required"),
            Support::Contributing => words.say("control-contributing"),
        };
        let kind = words.say(&format!("kind-{}", requirement.kind));
        item(output, &format!("{} [{kind}, {weight}] {}", requirement.key.name, requirement.what.get(lang)))?;
    }
    Ok(())
}

fn show_crosswalk(output: &mut Output, control: &Control, lang: Lang) -> anyhow::Result<()> {
    let words = words(lang);
    let links: Vec<String> = control
        .links
        .iter()
        .map(|link| format!("{} ({})", link.id, words.say(&format!("relation-{}", link.relation))))
        .collect();
    let base: Vec<&str> = control.iso27002_2022.iter().map(ControlId::as_str).collect();
    writeln!(output)?;
    for (key, ids) in [("control-crosswalk", links.join(", ")), ("control-iso27002", base.join(", "))] {
        if !ids.is_empty() {
            writeln!(output, "{}: {ids}", words.say(key))?;
        }
    }
    if let Some(note) = &control.links_note {
        paragraph(output, 2, note.get(lang))?;
    }
    Ok(())
}

/// Writes a control of the base standard as text.
pub(crate) fn show_base(output: &mut Output, control: &BaseControl, lang: Lang) -> anyhow::Result<()> {
    let words = words(lang);
    writeln!(output, "{} {}", control.id, control.title.get(lang))?;
    writeln!(output, "  {}; {}: {}", control.standard, words.say("control-clause"), control.group)?;
    paragraph(output, 2, &words.say_with("control-base-only", &[("standard", control.standard.as_str().into())]))?;
    if control.cloud == CloudLayer::NoteOnly {
        paragraph(output, 2, &words.say("control-note-only"))?;
    }
    Ok(())
}

fn paragraph(output: &mut Output, indent: usize, text: &str) -> anyhow::Result<()> {
    for line in textwrap::wrap(text, WIDTH - indent) {
        writeln!(output, "{:indent$}{line}", "")?;
    }
    Ok(())
}

fn item(output: &mut Output, text: &str) -> anyhow::Result<()> {
    let options = textwrap::Options::new(WIDTH).initial_indent("  - ").subsequent_indent("    ");
    for line in textwrap::wrap(text, options) {
        writeln!(output, "{line}")?;
    }
    Ok(())
}

fn describe_found(found: Found<'_>, lang: Lang) -> Value {
    match found {
        Found::Control(control) => describe(control, lang),
        Found::Base(control) => describe_base(control, lang),
    }
}

/// A control as JSON.
pub(crate) fn describe(control: &Control, lang: Lang) -> Value {
    let cell = |cell: &Cell| {
        let requires: Vec<Value> = cell.requires.iter().map(|requirement| {
            json!({ "id": requirement.key.name, "kind": requirement.kind, "as": requirement.support, "what": requirement.what.get(lang) })
        }).collect();
        json!({ "guidance": cell.guidance, "origin": cell.origin, "text": cell.text(lang), "requires": requires })
    };
    json!({
        "id": control.id,
        "edition": control.edition,
        "title": control.title.get(lang),
        "titles": control.title,
        "kind": control.kind,
        "clause": control.clause,
        "objective_group": control.objective_group,
        "in_standard": true,
        "has_cloud_guidance": true,
        "roles": roles(control),
        "provider": cell(&control.provider),
        "customer": cell(&control.customer),
        "evidence": control.evidence.iter().map(|kind| kind.get(lang)).collect::<Vec<_>>(),
        "confidence": control.confidence,
        "iso27002_2022": control.iso27002_2022,
        "crosswalk": control.links,
    })
}

/// A control of the base standard as JSON.
pub(crate) fn describe_base(control: &BaseControl, lang: Lang) -> Value {
    json!({
        "id": control.id,
        "edition": control.standard.cloud_edition(),
        "title": control.title.get(lang),
        "titles": control.title,
        "kind": "base",
        "clause": control.group,
        "objective_group": control.objective_group,
        "in_standard": true,
        "has_cloud_guidance": control.has_cloud_guidance(),
        "note_only": control.cloud == CloudLayer::NoteOnly,
        "roles": [],
        "counterparts": control.counterparts,
    })
}
