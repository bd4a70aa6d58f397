//! The words of the command line itself, in the languages isoneph speaks.

use isoneph_model::Lang;
use isoneph_report::Words;

/// The words of the subcommands.
pub(crate) fn words(lang: Lang) -> Words {
    let source = match lang {
        Lang::En => include_str!("../locales/en/cli.ftl"),
        Lang::Ja => include_str!("../locales/ja/cli.ftl"),
    };
    Words::from_source(lang, source)
}
