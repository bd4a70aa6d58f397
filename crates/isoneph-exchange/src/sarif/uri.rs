//! Paths as URI references: any byte a path may hold becomes legal.

use std::fmt::Write as _;

/// A path as a URI reference: relative as it is, absolute under `file:`.
pub(super) fn reference(path: &str) -> String {
    let mut uri = String::with_capacity(path.len() + 8);
    if path.starts_with('/') {
        uri.push_str("file://");
    }
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            byte => {
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_paths_become_legal_references() {
        assert_eq!(reference("plans/plan.json"), "plans/plan.json");
        assert_eq!(reference("/tmp/a b"), "file:///tmp/a%20b");
        assert_eq!(reference("javascript:alert(1)"), "javascript%3Aalert%281%29");
        assert_eq!(reference("a\n<b>%41鍵"), "a%0A%3Cb%3E%2541%E9%8D%B5");
    }
}
