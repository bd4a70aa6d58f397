//! Ids of controls of NIST SP 800-53.

use crate::import::is_dash;

/// `AC-02 (01)` → `AC-2(1)`.
pub(super) fn control(text: &str) -> Option<String> {
    let dashed = text.replace(is_dash, "-").to_ascii_uppercase();
    let upper: String = dashed.chars().filter(|c| !c.is_whitespace()).collect();
    let (family, rest) = upper.split_once('-')?;
    let (number, enhancement) = match rest.split_once(['(', '.']) {
        Some((number, enhancement)) => (number, Some(enhancement.trim_end_matches(')'))),
        None => (rest, None),
    };
    let family = Some(family).filter(|family| family.len() == 2 && family.bytes().all(|b| b.is_ascii_uppercase()))?;
    let number: u16 = number.parse().ok()?;
    match enhancement {
        None => Some(format!("{family}-{number}")),
        Some(enhancement) => Some(format!("{family}-{number}({})", enhancement.parse::<u16>().ok()?)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_one_however_they_are_written() {
        for text in ["AC-2(1)", "AC-02 (01)", "ac-2 (1)", "AC-2.1"] {
            assert_eq!(control(text).as_deref(), Some("AC-2(1)"), "{text}");
        }
        for text in ["", "AC", "XX", "AC-2(one)", "A-1", "ACC-1"] {
            assert_eq!(control(text), None, "{text}");
        }
    }
}
