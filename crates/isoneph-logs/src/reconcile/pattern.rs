//! Names in which `*` stands for any text, as the register writes actors.

use isoneph_model::fits_pattern;

/// Whether a pattern describes a text, or what stands last in it behind `/` or `:`: the name in an ARN.
pub(super) fn describes_end(pattern: &str, text: &str) -> bool {
    let ends = text.match_indices(['/', ':']).map(|(at, mark)| &text[at + mark.len()..]);
    fits_pattern(pattern, text) || ends.into_iter().any(|end| fits_pattern(pattern, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_describes_a_whole_name_or_what_stands_last_in_it() {
        assert!(describes_end("deploy-*", "arn:aws:sts::1:assumed-role/pipeline/deploy-7"));
        assert!(!describes_end("ploy-*", "arn:aws:sts::1:assumed-role/pipeline/deploy-7"));
    }
}
