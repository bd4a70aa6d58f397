//! `isoneph sample`: a sample of what a check judged, with the whole population's digest, and room for a conclusion.

use std::io;
use std::path::PathBuf;

use clap::Args;
use isoneph_assess::Engine;
use isoneph_assessment::{CheckOutcome, Head, Tail, Writer};
use isoneph_derive::sample::{Item, sample, sheet};
use isoneph_model::{Lang, Outcome, Reason};
use isoneph_sources::Reading;
use isoneph_standard::Catalogue;

use super::sheets::Shown;
use crate::evidence;
use crate::exit::{Exit, usage};
use crate::logs_against::LogArguments;
use crate::settings::{self, CheckArguments, RunArguments};

#[derive(Args)]
pub(crate) struct Arguments {
    /// The check
    #[arg(value_name = "CHECK")]
    check: String,
    /// The evidence, as `assess` takes it
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// How many to draw; all where there are no more
    #[arg(long, value_name = "N", default_value_t = 25)]
    size: usize,
    /// The seed: the same population, size and seed give the same sample
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    #[command(flatten)]
    logs: LogArguments,
    #[command(flatten)]
    run: RunArguments,
    #[command(flatten)]
    checks: CheckArguments,
    #[command(flatten)]
    shown: Shown,
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let catalogue = Catalogue::embedded()?;
    let declaration = settings::declaration(arguments.run.config.as_deref())?;
    let pack = arguments.checks.load()?;
    let settings = arguments.run.settings(&declaration, &pack)?;
    let check = pack.find(&arguments.check);
    let id = check.ok_or_else(|| usage(format!("there is no check '{}'", arguments.check)))?.id().to_owned();
    let reading = Reading::new(settings.as_of);
    let mut checks = pack.into_checks();
    checks.retain(|check| check.id() == id);
    let engine = Engine::new(checks, settings, catalogue)?;
    let config = arguments.run.config.as_deref();
    let evidence = evidence::read(&arguments.paths, &arguments.logs, config, &declaration, &reading)?;
    let mut population = Population { lang: arguments.shown.lang, items: Vec::new(), incomplete: false };
    engine.assess(&evidence.inventory, &mut population)?;
    let Population { items, incomplete, .. } = population;
    evidence::tell_losses(&evidence.inventory);
    if items.is_empty() {
        return Err(usage(format!("'{id}' judged nothing in this evidence: there is no population")));
    }
    let drawn = sample(&id, items, arguments.size, arguments.seed);
    arguments.shown.write("Sample", vec![sheet(&drawn, arguments.shown.lang)], &drawn)?;
    Ok(if incomplete { Exit::Incomplete } else { Exit::Done })
}

/// Everything that the check concerns.
struct Population {
    lang: Lang,
    items: Vec<Item>,
    incomplete: bool,
}

impl Writer for Population {
    fn head(&mut self, _: &Head) -> io::Result<()> {
        Ok(())
    }

    fn outcome(&mut self, head: &Head, outcome: &CheckOutcome) -> io::Result<()> {
        let (Some(subject), Some(check)) = (&outcome.subject, head.checks.get(outcome.check)) else { return Ok(()) };
        if outcome.outcome == Outcome::NotApplicable {
            return Ok(());
        }
        let places = outcome.evidence.iter().map(|evidence| place(head, evidence));
        let said = match (outcome.outcome, &outcome.reason) {
            (Outcome::Fail, _) => format!("fail: {}", check.message.fill(self.lang, &outcome.values)),
            (found, Some(reason)) => format!("{found}: {}", why(reason)),
            (found, None) => found.to_string(),
        };
        // Some checks are named by what is wrong, some by what is right.
        let title = check.title.get(self.lang);
        let expected = match self.lang {
            Lang::En => format!("no finding under “{title}”"),
            Lang::Ja => format!("「{title}」の検出がないこと"),
        };
        self.items.push(Item {
            subject: match subject.account.is_empty() {
                true => subject.address.clone(),
                false => format!("{} ({})", subject.address, subject.account),
            },
            expected,
            observed: said,
            evidence: places.collect::<Vec<_>>().join("; "),
        });
        Ok(())
    }

    fn tail(&mut self, _: &Head, tail: &Tail) -> io::Result<()> {
        self.incomplete = !tail.losses.is_empty();
        Ok(())
    }
}

/// `not-collected bucket.encrypted`.
fn why(reason: &Reason) -> String {
    let of = [reason.table.as_deref(), reason.column.as_deref()];
    let of: Vec<&str> = of.into_iter().flatten().collect();
    format!("{} {}", reason.code, of.join(".")).trim_end().to_owned()
}

fn place(head: &Head, evidence: &isoneph_assessment::Evidence) -> String {
    let place = &evidence.place;
    let input = head.inputs.get(place.input.0 as usize).map_or("", |input| input.path.as_str());
    let locator = place.locator.as_str();
    if locator.starts_with(input) { locator.to_owned() } else { format!("{input} {locator}") }
}
