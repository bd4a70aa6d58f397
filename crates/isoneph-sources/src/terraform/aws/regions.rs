//! Settings of an account in one region.

use isoneph_tables::{Cell, Common};

/// Whether a thing stands in the region that a setting is made for.
pub(super) fn same(ours: &Cell<String>, theirs: &Common) -> Cell<bool> {
    ours.clone().and_then(|ours| theirs.region.clone().map(|theirs| ours == theirs))
}
