//! One TOML file of the catalogue, and the line an error stands on.

use std::ops::Range;

use isoneph_model::Text;
use serde::de::DeserializeOwned;
use toml::Spanned;

use crate::error::{CatalogueError, Problem};

/// A file by its path in the repository.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    pub(crate) path: &'a str,
    pub(crate) text: &'a str,
}

impl Source<'_> {
    pub(crate) fn parse<T: DeserializeOwned>(self) -> Result<T, CatalogueError> {
        toml::from_str(self.text).map_err(|error| CatalogueError::Syntax {
            file: self.path.to_owned(),
            line: self.line(error.span().unwrap_or_default()),
            message: error.message().to_owned(),
        })
    }

    /// An error at the place of `at`.
    pub(crate) fn refuse<T>(self, at: &Spanned<T>, problem: Problem) -> CatalogueError {
        CatalogueError::Invalid { file: self.path.to_owned(), line: self.line(at.span()), problem }
    }

    /// Refuses a text without words in one of the languages.
    pub(crate) fn require_words<T>(
        self,
        at: &Spanned<T>,
        name: &'static str,
        text: &Text,
    ) -> Result<(), CatalogueError> {
        if text.en.trim().is_empty() || text.ja.trim().is_empty() {
            return Err(self.refuse(at, Problem::Blank(name)));
        }
        Ok(())
    }

    fn line(self, span: Range<usize>) -> usize {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        before.bytes().filter(|b| *b == b'\n').count() + 1
    }
}
