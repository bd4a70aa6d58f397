//! The style and the script of the page, and the policy that lets a browser run these two and load nothing else.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

pub(super) const STYLE: &str = include_str!("assets/report.css");
pub(super) const SCRIPT: &str = include_str!("assets/report.js");

/// The Content-Security-Policy of the page.
pub(super) fn policy() -> String {
    let hash = |text: &str| STANDARD.encode(Sha256::digest(text.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_the_style_or_the_script_leaves_its_element_or_the_page() {
        for asset in [STYLE, SCRIPT] {
            for word in ["</", "<!--", "http:", "https:", "url(", "@import", "import(", "fetch", "innerHTML", "eval"] {
                assert!(!asset.contains(word), "{word}");
            }
        }
    }
}
