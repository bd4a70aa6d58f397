//! The words of reports: Fluent files under `locales/`, one a language, with the same keys.
//!
//! Typed values come in, text for people goes out. Text from evidence passes through [`plain`](crate::plain::plain)
//! on its way into a sentence.

mod vocabulary;
mod why;

pub use why::why_code;

use fluent_bundle::{FluentArgs, FluentBundle, FluentResource, FluentValue};
use isoneph_model::Lang;
use unic_langid::LanguageIdentifier;

use crate::plain::plain;

const EN: &str = include_str!("../../locales/en/report.ftl");
const JA: &str = include_str!("../../locales/ja/report.ftl");

/// The words of one language.
pub struct Words {
    lang: Lang,
    bundle: FluentBundle<FluentResource>,
}

/// A value in a sentence.
#[derive(Debug, Clone, Copy)]
pub enum Arg<'a> {
    /// A number; it chooses singular or plural.
    Number(u64),
    /// Text, from evidence or not.
    Text(&'a str),
}

impl From<u64> for Arg<'_> {
    fn from(number: u64) -> Self {
        Arg::Number(number)
    }
}

impl From<usize> for Arg<'_> {
    fn from(number: usize) -> Self {
        Arg::Number(number as u64)
    }
}

impl<'a> From<&'a str> for Arg<'a> {
    fn from(text: &'a str) -> Self {
        Arg::Text(text)
    }
}

impl Words {
    /// The words of reports in a language.
    pub fn new(lang: Lang) -> Words {
        Words::from_source(
            lang,
            match lang {
                Lang::En => EN,
                Lang::Ja => JA,
            },
        )
    }

    /// The words of a Fluent file that is part of the program.
    pub fn from_source(lang: Lang, source: &str) -> Words {
        let id = match lang {
            Lang::En => "en",
            Lang::Ja => "ja",
        };
        // Such files are tested: whatever they hold is taken.
        let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(resource, _)| resource);
        let mut bundle = FluentBundle::new(vec![id.parse::<LanguageIdentifier>().unwrap_or_default()]);
        bundle.set_use_isolating(false);
        bundle.add_resource_overriding(resource);
        Words { lang, bundle }
    }

    /// The language.
    pub fn lang(&self) -> Lang {
        self.lang
    }

    /// A text without values. A key that does not exist comes back as it is.
    pub fn say(&self, key: &str) -> String {
        self.say_with(key, &[])
    }

    /// A text with its values.
    pub fn say_with(&self, key: &str, values: &[(&str, Arg<'_>)]) -> String {
        let Some(pattern) = self.bundle.get_message(key).and_then(|message| message.value()) else {
            return key.to_owned();
        };
        let mut args = FluentArgs::new();
        for (name, value) in values {
            match value {
                Arg::Number(number) => args.set(*name, FluentValue::from(*number)),
                Arg::Text(text) => args.set(*name, FluentValue::from(plain(text))),
            }
        }
        self.bundle.format_pattern(pattern, Some(&args), &mut Vec::new()).into_owned()
    }
}

#[cfg(test)]
mod tests;
