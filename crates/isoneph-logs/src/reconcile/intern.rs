//! Texts that come again and again are kept once.

use std::collections::HashSet;
use std::sync::Arc;

#[derive(Default)]
pub(super) struct Interner(HashSet<Arc<str>>);

impl Interner {
    pub(super) fn keep(&mut self, text: &str) -> Arc<str> {
        match self.0.get(text) {
            Some(kept) => Arc::clone(kept),
            None => {
                let kept: Arc<str> = Arc::from(text);
                self.0.insert(Arc::clone(&kept));
                kept
            }
        }
    }

    pub(super) fn keep_some(&mut self, text: Option<&str>) -> Option<Arc<str>> {
        text.map(|text| self.keep(text))
    }
}
