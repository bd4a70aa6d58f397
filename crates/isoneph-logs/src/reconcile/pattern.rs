//! Names in which `*` stands for any text, as the register writes calls and actors.

/// Whether a pattern describes all of a text. Both must be in one case.
pub(super) fn describes(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        // The first place is the best one: it leaves most for what follows.
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.is_empty()
}

/// Whether a pattern describes a text, or what stands last in it behind `/` or `:`: the name in an ARN.
pub(super) fn describes_end(pattern: &str, text: &str) -> bool {
    let ends = text.match_indices(['/', ':']).map(|(at, mark)| &text[at + mark.len()..]);
    describes(pattern, text) || ends.into_iter().any(|end| describes(pattern, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text_and_nothing_else_does() {
        for (pattern, text, expected) in [
            ("ec2:deletevolume", "ec2:deletevolume", true),
            ("ec2:delete*", "ec2:deletevolume", true),
            ("*:delete*", "ec2:deletevolume", true),
            ("*", "", true),
            ("a*a", "a", false),
            ("a*b*c", "a1b2b3c", true),
            ("a*b*c", "a1c2b", false),
            ("ec2:delete", "ec2:deletevolume", false),
            ("", "x", false),
        ] {
            assert_eq!(describes(pattern, text), expected, "{pattern} {text}");
        }
        assert!(describes_end("deploy-*", "arn:aws:sts::1:assumed-role/pipeline/deploy-7"));
        assert!(!describes_end("ploy-*", "arn:aws:sts::1:assumed-role/pipeline/deploy-7"));
    }
}
