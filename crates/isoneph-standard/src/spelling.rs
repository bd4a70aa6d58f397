//! Words as people spell them.

/// Longer words are not compared letter by letter.
const LONGEST_COMPARED: usize = 64;

/// Full-width ASCII (`ＣＬＤ．９`) and the ideographic space as plain ASCII.
pub(crate) fn half_width(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            '\u{3000}' => ' ',
            c => c,
        })
        .collect()
}

/// What is left of a word when spelling does not count: lower case, letters and digits only, without the name of the
/// standards body before a number. The long-vowel mark does not count either (サーバ, サーバー).
pub(crate) fn key(text: &str) -> String {
    let lower = half_width(text).to_lowercase();
    let key: String = lower.chars().filter(|c| c.is_alphanumeric() && *c != 'ー').collect();
    for body in ["isoiec", "iso", "iec"] {
        if let Some(rest) = key.strip_prefix(body)
            && rest.starts_with(|c: char| c.is_ascii_digit())
        {
            return rest.to_owned();
        }
    }
    key
}

/// The key of the word in the singular, if it looks like an English plural.
pub(crate) fn singular(key: &str) -> Option<String> {
    let long_enough = |stem: &&str| stem.len() >= 2 && stem.ends_with(|c: char| c.is_ascii_lowercase());
    if let Some(stem) = key.strip_suffix("ies").filter(long_enough) {
        return Some(format!("{stem}y"));
    }
    let stem = key.strip_suffix('s').filter(|stem| !stem.ends_with('s'))?;
    Some(stem).filter(long_enough).map(str::to_owned)
}

/// How many letters have to be put in, left out or exchanged. `None` if a word is too long to compare.
pub(crate) fn distance(a: &str, b: &str) -> Option<usize> {
    let too_long = |word: &str| word.chars().nth(LONGEST_COMPARED).is_some();
    (!too_long(a) && !too_long(b)).then(|| strsim::levenshtein(a, b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling_does_not_count() {
        for text in ["ISO/IEC 27017", "iso27017", "ＩＳＯ　２７０１７", "ISO-27017", "27017"] {
            assert_eq!(key(text), "27017", "{text}");
        }
        assert_eq!(key("multi-tenancy"), key("Multi Tenancy"));
        assert_eq!(key("サーバー"), key("サーバ"));
        assert_eq!(key("isolation"), "isolation");
    }

    #[test]
    fn plurals_become_singular() {
        assert_eq!(singular("policies").as_deref(), Some("policy"));
        assert_eq!(singular("controls").as_deref(), Some("control"));
        assert_eq!(singular("access"), None);
        assert_eq!(singular("s"), None);
    }

    #[test]
    fn distance_counts_letters() {
        assert_eq!(distance("kitten", "sitting"), Some(3));
        assert_eq!(distance("", "abc"), Some(3));
        assert_eq!(distance("仮想", "仮装"), Some(1));
        assert_eq!(distance(&"a".repeat(65), "a"), None);
    }
}
