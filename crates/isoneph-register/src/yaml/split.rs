//! The documents of a file, before any of them is parsed: a mistake in one does not hide the others.

/// The text of one document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Slice<'a> {
    /// From its `---`, if it has one, to the next.
    pub(crate) text: &'a str,
    /// How many lines of the file stand before it.
    pub(crate) line: u64,
}

impl Slice<'_> {
    /// The number of the first line that says something, from 1.
    pub(crate) fn first_line(&self) -> u64 {
        let blank = self.text.lines().take_while(|line| says_nothing(line) || line.trim_end() == "---");
        self.line + blank.count() as u64 + 1
    }
}

/// The documents that say something. YAML forbids `---` and `...` at the beginning of a line inside a document.
pub(crate) fn split(text: &str) -> impl Iterator<Item = Slice<'_>> {
    let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut line = 0;
    std::iter::from_fn(move || {
        while !rest.is_empty() {
            let (length, lines, skip) = extent(rest);
            let slice = Slice { text: &rest[..length], line };
            rest = &rest[length + skip..];
            line += lines + u64::from(skip > 0);
            if !slice.text.lines().all(|line| says_nothing(line) || line.trim_end() == "---") {
                return Some(slice);
            }
        }
        None
    })
}

/// How far the first document reaches: its bytes, its lines, and the bytes of an end marker after it.
fn extent(text: &str) -> (usize, u64, usize) {
    let (mut length, mut lines) = (0, 0);
    for line in text.split_inclusive('\n') {
        if is_marker(line, "...") {
            return (length, lines, line.len());
        }
        if lines > 0 && is_marker(line, "---") {
            break;
        }
        length += line.len();
        lines += 1;
    }
    (length, lines, 0)
}

fn is_marker(line: &str, marker: &str) -> bool {
    line.strip_prefix(marker).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n']))
}

fn says_nothing(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with('#') || line.starts_with('%')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<(u64, String)> {
        split(text).map(|slice| (slice.first_line(), slice.text.trim().to_owned())).collect()
    }

    #[test]
    fn each_document_knows_its_first_line() {
        let text = "# register\n---\na: 1\n---\n# none\n--- # two\nb: 2\n...\n---\n\nc: |\n  x\n  ---\n";
        let expected = [(3, "---\na: 1"), (6, "--- # two\nb: 2"), (11, "---\n\nc: |\n  x\n  ---")];
        let found = texts(text);
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for ((line, text), (wanted, begins)) in found.iter().zip(expected) {
            assert_eq!((*line, text.as_str()), (wanted, begins));
        }
    }

    #[test]
    fn a_file_without_markers_is_one_document() {
        assert_eq!(texts("a: 1\nb: 2"), [(1, "a: 1\nb: 2".to_owned())]);
        assert_eq!(texts("# nothing\n\n"), []);
        assert_eq!(texts(""), []);
    }
}
