//! Texts that a spreadsheet would take for a formula.
//!
//! A workbook tells texts from formulas; CSV does not. There a text that begins like a formula is written with an
//! apostrophe before it, which is what people type to the same end. [`unguard`] takes it off again, and a text that
//! itself has such apostrophes gets one more, so that reading back what was written changes nothing.

/// Whether a spreadsheet may take it for a formula: the first character counts, full-width forms as well.
fn begins_like_a_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}

/// A text as CSV holds it.
pub(crate) fn guard(text: &str) -> std::borrow::Cow<'_, str> {
    if begins_like_a_formula(text.trim_start_matches('\'')) { format!("'{text}").into() } else { text.into() }
}

/// The text that a cell of CSV stands for.
pub(crate) fn unguard(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if begins_like_a_formula(rest.trim_start_matches('\'')) => rest,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_like_a_formula_is_guarded_and_comes_back() {
        for text in ["=1+1", "+49 30", "-", "@x", "\tx", "＝A1", "'=x", "''=x"] {
            assert!(guard(text).starts_with('\''), "{text:?}");
            assert_eq!(unguard(&guard(text)), text);
        }
        for text in ["", "a=b", "'quoted'", "'", "8.10"] {
            assert_eq!(guard(text), text);
            assert_eq!(unguard(text), text);
        }
    }
}
