//! How the catalogue's names meet those of events.

/// The one spelling of a name in the catalogue: that of [`operation_name`](crate::event::operation_name).
///
/// The files are written in the platforms' own capitals for people to read; versions never stand in them.
pub(super) fn spelling(name: &str) -> String {
    name.trim().to_lowercase()
}
