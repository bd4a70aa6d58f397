//! Text in the languages isoneph speaks.

use serde::{Deserialize, Serialize};

crate::vocabulary! {
    /// A language of reports.
    pub enum Lang {
        /// English.
        En = "en",
        /// Japanese.
        Ja = "ja",
    }
}

/// One text in every language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// English.
    pub en: String,
    /// Japanese.
    pub ja: String,
}

impl Text {
    /// The text in one language.
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::En => &self.en,
            Lang::Ja => &self.ja,
        }
    }
}
