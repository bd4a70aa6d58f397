//! What the user gives that several commands share: the declaration, the checks, the language.

use std::path::{Path, PathBuf};

use clap::Args;
use isoneph_assess::check::{CheckSet, load_checks};
use isoneph_model::{Edition, Lang};
use isoneph_register::Declaration;

use crate::exit::usage;

/// Which checks there are.
#[derive(Args, Debug, Clone)]
pub(crate) struct CheckArguments {
    /// A folder with checks of your own, beside the built-in ones. May be given several times.
    #[arg(long = "controls", value_name = "DIR")]
    pub(crate) controls: Vec<PathBuf>,
}

impl CheckArguments {
    /// The built-in checks and the user's own.
    pub(crate) fn load(&self) -> anyhow::Result<CheckSet> {
        load_checks(&self.controls).map_err(|errors| usage(errors.render()))
    }
}

/// Reads the declaration that the user names; without one nothing is declared.
pub(crate) fn declaration(path: Option<&Path>) -> anyhow::Result<Declaration> {
    let Some(path) = path else { return Ok(Declaration::default()) };
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| usage(format!("cannot read {name}: {error}")))?;
    Declaration::parse(&name, &text).map_err(usage)
}

/// A value of `--lang`.
pub(crate) fn lang(word: &str) -> Result<Lang, isoneph_model::UnknownWord> {
    word.parse()
}

/// A value of `--edition`.
pub(crate) fn edition(word: &str) -> Result<Edition, isoneph_model::UnknownWord> {
    word.parse()
}
