//! JSON pointers (RFC 6901).

use std::borrow::Cow;

/// A segment of a pointer with `~` and `/` escaped.
pub(crate) fn escape(segment: &str) -> Cow<'_, str> {
    if segment.contains(['~', '/']) {
        Cow::Owned(segment.replace('~', "~0").replace('/', "~1"))
    } else {
        Cow::Borrowed(segment)
    }
}
