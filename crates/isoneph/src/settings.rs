//! What the user gives that several commands share: the declaration, the checks, the language.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use isoneph_assess::{CheckError, Pack, ParameterValue, ServiceInScope, Settings};
use isoneph_assessment::{Exception, RolesBasis};
use isoneph_model::{Edition, Lang};
use isoneph_register::Declaration;
use isoneph_standard::Catalogue;
use jiff::civil::Date;

use crate::exit::usage;

/// Which checks there are.
#[derive(Args, Debug, Clone)]
pub(crate) struct CheckArguments {
    /// A folder with checks of your own, beside the built-in ones. May be given several times
    #[arg(long = "controls", value_name = "DIR")]
    pub(crate) controls: Vec<PathBuf>,
}

impl CheckArguments {
    /// The built-in checks and the user's own.
    pub(crate) fn load(&self) -> anyhow::Result<Pack> {
        let catalogue = Catalogue::embedded()?;
        let mut pack = Pack::embedded(catalogue).map_err(|errors| anyhow::anyhow!(rendered(&errors)))?;
        for folder in &self.controls {
            pack.add_folder(folder, catalogue).map_err(|errors| usage(rendered(&errors)))?;
        }
        Ok(pack)
    }
}

/// What every command that reads evidence can be told.
#[derive(Args, Debug, Clone)]
pub(crate) struct RunArguments {
    /// Who is what and what is in scope: an isoneph.toml. Never taken from a folder being assessed
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// The edition of ISO/IEC 27017
    #[arg(long, default_value = "2015", value_parser = edition)]
    pub(crate) edition: Edition,
    /// The day for which the assessment holds (YYYY-MM-DD); by default today, in UTC
    #[arg(long, value_name = "DATE")]
    pub(crate) as_of: Option<Date>,
    /// Also run the checks of this profile
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Option<String>,
}

impl RunArguments {
    /// The engine's settings.
    pub(crate) fn settings(&self, declaration: &Declaration, pack: &Pack) -> anyhow::Result<Settings> {
        let as_of = self.as_of.unwrap_or_else(today);
        let mut settings = Settings::new(self.edition, as_of);
        settings.version = env!("CARGO_PKG_VERSION");
        settings.config = declaration.sha256;
        settings.profile.clone_from(&self.profile);
        settings.parameters = parameters(declaration, pack)?;
        settings.exceptions = exceptions(declaration, pack)?;
        tell_ended(&settings);
        settings.services = services(declaration);
        settings.accounts = declaration.accounts.iter().map(|account| account.id.get_ref().clone()).collect();
        settings.regions.clone_from(&declaration.scope.regions);
        settings.period = declaration.scope.period.as_ref().map(|p| (p.get_ref().from, p.get_ref().until));
        if !declaration.services.is_empty() {
            settings.roles = RolesBasis::Declared;
        }
        Ok(settings)
    }
}

/// Who relies on an exception that has ended is to hear of it before an auditor tells.
fn tell_ended(settings: &Settings) {
    for exception in settings.exceptions.iter().filter(|exception| !settings.counts(exception)) {
        let Exception { check, subject, until, .. } = exception;
        crate::output::warn(&crate::safe::terminal(&format!(
            "the exception of {check} for {subject} ended on {until}: it no longer counts"
        )));
    }
}

/// The one place that asks the clock: the answer is part of the output, and `--as-of` replaces it.
pub(crate) fn today() -> Date {
    jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date()
}

fn services(declaration: &Declaration) -> Vec<ServiceInScope> {
    let service = |service: &isoneph_register::Service| {
        let id = service.id.get_ref();
        let accounts = declaration.accounts_of(id).map(str::to_owned).collect();
        Some(ServiceInScope { id: id.clone(), role: declaration.role(id)?, accounts })
    };
    declaration.services.iter().filter_map(service).collect()
}

fn exceptions(declaration: &Declaration, pack: &Pack) -> anyhow::Result<Vec<Exception>> {
    let exception = |exception: &isoneph_register::Exception| {
        let name = exception.check.get_ref();
        let check = pack
            .find(name)
            .ok_or_else(|| usage(format!("an exception names the check '{name}', which does not exist")))?;
        Ok(Exception {
            check: check.id().to_owned(),
            subject: exception.subject.clone(),
            owner: exception.owner.get_ref().clone(),
            approver: exception.approver.clone(),
            reason: exception.reason.get_ref().clone(),
            until: exception.until,
        })
    };
    declaration.exceptions.iter().map(exception).collect()
}

/// Errors of checks as people read them, each with its line.
pub(crate) fn rendered(errors: &[CheckError]) -> String {
    let texts: Vec<String> = errors.iter().map(CheckError::render).collect();
    let checks = if errors.len() == 1 { "a check cannot" } else { "checks cannot" };
    format!("{checks} be used\n{}", texts.join("\n"))
}

/// Reads the declaration that the user names; without one nothing is declared.
pub(crate) fn declaration(path: Option<&Path>) -> anyhow::Result<Declaration> {
    let Some(path) = path else { return Ok(Declaration::default()) };
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| usage(format!("cannot read {name}: {error}")))?;
    Declaration::parse(&name, &text).map_err(usage)
}

/// Parameters of checks as declared.
fn parameters(
    declaration: &Declaration,
    pack: &Pack,
) -> anyhow::Result<BTreeMap<String, BTreeMap<String, ParameterValue>>> {
    let mut parameters: BTreeMap<String, BTreeMap<String, ParameterValue>> = BTreeMap::new();
    for (name, values) in &declaration.parameters {
        let check = pack.find(name).ok_or_else(|| usage(format!("parameters.{name}: there is no such check")))?.id();
        for (name, value) in values {
            let value = parameter(value)
                .ok_or_else(|| usage(format!("parameters.{check}.{name}: {value} cannot be a parameter")))?;
            parameters.entry(check.to_owned()).or_default().insert(name.clone(), value);
        }
    }
    Ok(parameters)
}

fn parameter(value: &toml::Value) -> Option<ParameterValue> {
    Some(match value {
        toml::Value::String(text) => ParameterValue::Text(text.clone()),
        toml::Value::Integer(number) => ParameterValue::Integer(*number),
        toml::Value::Boolean(flag) => ParameterValue::Boolean(*flag),
        toml::Value::Array(items) => {
            let texts: Option<Vec<String>> = items.iter().map(|item| item.as_str().map(str::to_owned)).collect();
            ParameterValue::Texts(texts?)
        }
        toml::Value::Datetime(_) | toml::Value::Float(_) | toml::Value::Table(_) => return None,
    })
}

/// A value of `--lang`.
pub(crate) fn lang(word: &str) -> Result<Lang, isoneph_model::UnknownWord> {
    word.parse()
}

/// A value of `--edition`.
pub(crate) fn edition(word: &str) -> Result<Edition, isoneph_model::UnknownWord> {
    word.parse()
}
