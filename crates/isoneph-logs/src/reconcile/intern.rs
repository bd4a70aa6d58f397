//! Texts that come again and again are kept once.

use std::collections::HashSet;
use std::sync::Arc;

/// Texts, each kept once.
#[derive(Default)]
pub(crate) struct Interner(HashSet<Arc<str>>);

impl Interner {
    /// The one copy of a text.
    pub(crate) fn keep(&mut self, text: &str) -> Arc<str> {
        match self.0.get(text) {
            Some(kept) => Arc::clone(kept),
            None => {
                let kept: Arc<str> = Arc::from(text);
                self.0.insert(Arc::clone(&kept));
                kept
            }
        }
    }

    /// The one copy of a text, if there is one.
    pub(crate) fn keep_some(&mut self, text: Option<&str>) -> Option<Arc<str>> {
        text.map(|text| self.keep(text))
    }
}
