//! The packet engine against naive readings of the same rules.

mod exhaustive;
