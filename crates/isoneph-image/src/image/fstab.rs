//! `/etc/fstab` (fstab(5)), as far as joining volumes needs it.

/// Lines read at most.
const MAX_LINES: usize = 4096;

/// One line of `fstab`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FstabEntry {
    /// What is mounted: `UUID=…`, `LABEL=…`, `/dev/…`, a remote place, or a word.
    pub source: String,
    /// Where, escapes resolved; `none` or `swap` for swap.
    pub mount_point: String,
    /// The type: `ext4`, `xfs`, `auto`, `tmpfs`, …
    pub kind: String,
    /// The options.
    pub options: Vec<String>,
    /// The line's number, from 1.
    pub line: usize,
}

/// Reads the lines that mount something; what is no entry is left out, as mount(8) does.
#[must_use]
pub fn parse_fstab(text: &str) -> Vec<FstabEntry> {
    let lines = text.lines().enumerate().take(MAX_LINES);
    lines.filter_map(|(index, line)| entry(line, index + 1)).collect()
}

fn entry(line: &str, number: usize) -> Option<FstabEntry> {
    let line = line.trim();
    if line.starts_with('#') {
        return None;
    }
    let mut words = line.split_whitespace().map(unescape);
    let (source, mount_point, kind) = (words.next()?, words.next()?, words.next()?);
    let options = words.next().unwrap_or_default();
    let options = options.split(',').filter(|option| !option.is_empty()).map(str::to_owned).collect();
    Some(FstabEntry { source, mount_point, kind, options, line: number })
}

/// Resolves the octal escapes by which spaces and the like are written.
fn unescape(word: &str) -> String {
    let mut bytes = Vec::with_capacity(word.len());
    let mut rest = word.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..3).filter(|digits| digits.iter().all(|digit| (b'0'..=b'7').contains(digit)));
        if let (b'\\', Some(digits)) = (first, digits) {
            let value = digits.iter().fold(0_u32, |value, digit| value * 8 + u32::from(digit - b'0'));
            bytes.push(u8::try_from(value & 0xFF).unwrap_or(b'?'));
            rest = &after[3..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    crate::tree::text_of_bytes(&bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_read_and_comments_are_not() {
        let text =
            "# x\nUUID=a / ext4 defaults 0 1\n\n/dev/sdb1 /srv/a\\040b xfs rw,nodev\nbroken line\nnone /proc proc\n";
        let entries = parse_fstab(text);
        let short: Vec<_> = entries.iter().map(|entry| (entry.line, entry.mount_point.as_str())).collect();
        assert_eq!(short, [(2, "/"), (4, "/srv/a b"), (6, "/proc")]);
        assert_eq!(entries[1].options, ["rw", "nodev"]);
    }
}
