//! How an assessment is written, and how a run ends for it.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use isoneph_assess::AssessError;
use isoneph_assessment::{Tail, Writer};
use isoneph_exchange::{JunitWriter, OcsfWriter, SarifWriter};
use isoneph_model::{Lang, Outcome, Severity};
use isoneph_report::{HtmlWriter, JsonWriter, Style, TextWriter};
use isoneph_standard::Catalogue;

use crate::exit::{Exit, usage};
use crate::output::{self, Output};
use crate::settings::{self, rendered};

/// What every command that writes an assessment can be told.
#[derive(Args)]
pub(crate) struct ReportArguments {
    /// How to write the assessment
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    /// Write to this file instead of standard output; it appears only when it is complete
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// End with 1 if a check of this severity or above fails
    #[arg(long, value_enum, default_value_t = FailOn::High)]
    fail_on: FailOn,
    /// End with 1 also if an outcome is unknown
    #[arg(long)]
    fail_on_unknown: bool,
    /// The language of the texts
    #[arg(long, default_value = "en", value_parser = settings::lang)]
    pub(crate) lang: Lang,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
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

impl ReportArguments {
    /// The writer of the format.
    pub(crate) fn writer<'a>(
        &self,
        catalogue: &'static Catalogue,
        output: &'a mut Output,
    ) -> anyhow::Result<Box<dyn Writer + 'a>> {
        let lang = self.lang;
        let style = style(output);
        Ok(match self.format {
            Format::Text => Box::new(TextWriter::new(output, catalogue, lang, style)),
            Format::Json => Box::new(JsonWriter::new(output, lang)),
            Format::Html => Box::new(HtmlWriter::new(output, catalogue, lang)?),
            Format::Sarif => Box::new(SarifWriter::new(output, catalogue, lang)),
            Format::Junit => Box::new(JunitWriter::new(output, lang)?),
            Format::Ocsf => Box::new(OcsfWriter::new(output, lang)),
        })
    }

    /// How the run ends, and what a person should hear of it. `is_empty`: whether nothing was found in what was given.
    pub(crate) fn end(&self, is_empty: bool, shown: &Tail) -> Exit {
        let mut exit = self.exit(shown);
        if is_empty {
            output::warn("nothing could be assessed: no input held anything to assess");
            exit = exit.max(Exit::Incomplete);
        }
        self.tell_losses(shown);
        exit
    }

    fn exit(&self, shown: &Tail) -> Exit {
        let failing = self.fail_on.threshold().is_some_and(|threshold| {
            shown.failures.iter().any(|(severity, count)| *severity >= threshold && *count > 0)
        });
        let unknown = self.fail_on_unknown && shown.outcomes.get(&Outcome::Unknown).is_some_and(|count| *count > 0);
        let found = if failing || unknown { Exit::Findings } else { Exit::Done };
        if shown.losses.is_empty() { found } else { found.max(Exit::Incomplete) }
    }

    /// What was lost is part of every format; a person who looks at the terminal only is told as well.
    fn tell_losses(&self, shown: &Tail) {
        if shown.losses.is_empty() || (self.format == Format::Text && self.output.is_none()) {
            return;
        }
        for loss in &shown.losses {
            output::warn(&format!("not read: {}", crate::safe::terminal(&loss.message)));
        }
    }
}

/// How text is to look where it goes.
pub(crate) fn style(output: &Output) -> Style {
    Style { color: output.is_coloured(), width: output::width() }
}

/// Errors that the user can mend end a run as wrong usage, others as internal.
pub(crate) fn told(error: AssessError) -> anyhow::Error {
    match error {
        AssessError::Checks(errors) => usage(rendered(&errors)),
        AssessError::Write(error) => error.into(),
        other => other.into(),
    }
}
