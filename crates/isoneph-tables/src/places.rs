//! The places rows come from, kept compactly: a hundred thousand locators are one string.

use isoneph_model::{InputId, Locator, Place};

/// A place kept in [`Places`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PlaceId(u32);

/// All places of a run.
#[derive(Debug, Clone, Default)]
pub struct Places {
    inputs: Vec<InputId>,
    ends: Vec<usize>,
    text: String,
}

impl Places {
    /// Keeps a place. `None` when there are more than 2^32.
    pub(crate) fn add(&mut self, input: InputId, locator: &str) -> Option<PlaceId> {
        let id = u32::try_from(self.inputs.len()).ok()?;
        self.inputs.push(input);
        self.text.push_str(locator);
        self.ends.push(self.text.len());
        Some(PlaceId(id))
    }

    /// The place kept under this id.
    pub fn get(&self, id: PlaceId) -> Place {
        let index = id.0 as usize;
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        Place { input: self.inputs[index], locator: Locator::new(&self.text[start..self.ends[index]]) }
    }
}
