//! Headings as people spell them.

/// What is left of a heading when spelling does not count: half-width, lower case, one space between words, no line
/// breaks, none of the marks (`*`, `:`) that say a column is required.
pub fn heading_key(text: &str) -> String {
    let mut key = String::with_capacity(text.len());
    for c in text.chars().map(half_width) {
        match c {
            c if c.is_whitespace() || c == '_' || c == '\u{a0}' => {
                if !key.ends_with(' ') {
                    key.push(' ');
                }
            }
            '*' | ':' | '\u{feff}' | '\u{200b}' => {}
            c => key.extend(c.to_lowercase()),
        }
    }
    key.trim().to_owned()
}

/// A key without what stands in brackets at its end: `description (optional)` is `description`.
pub(crate) fn without_remark(key: &str) -> &str {
    let open = match key.chars().last() {
        Some(')') => key.rfind('('),
        Some(']') => key.rfind('['),
        _ => None,
    };
    open.map_or(key, |at| key[..at].trim_end())
}

fn half_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling_of_headings_does_not_count() {
        for text in ["Question ID", " question\n id ", "ＱＵＥＳＴＩＯＮ　ＩＤ", "Question_ID*", "question  id:"]
        {
            assert_eq!(heading_key(text), "question id", "{text:?}");
        }
        assert_eq!(heading_key("管理策　番号"), "管理策 番号");
    }

    #[test]
    fn a_remark_in_brackets_is_no_part_of_a_heading() {
        let key = heading_key("CSC Responsibilities  (Optional/Recommended)");
        assert_eq!(without_remark(&key), "csc responsibilities");
        assert_eq!(without_remark("(a) b"), "(a) b");
        assert_eq!(without_remark(&heading_key("役割（任意）")), "役割");
    }
}
