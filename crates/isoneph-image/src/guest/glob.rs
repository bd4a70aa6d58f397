//! Shell patterns for file names, and the files of the guest that match one.

use super::{Guest, join};

/// Paths that one pattern gives at most.
const MATCHES: usize = 4096;

/// Whether a name matches a pattern of `*`, `?`, `[…]` and `\`; a leading dot is matched by a dot only when `dots` holds.
/// Takes time of pattern times name at most.
#[must_use]
pub fn matches(pattern: &str, name: &str, dots: bool) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    if dots && name.first() == Some(&'.') && pattern.first() != Some(&'.') {
        return false;
    }
    let (mut p, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        let step = one(&pattern, p, name[n]);
        if pattern.get(p) == Some(&'*') {
            star = Some((p, n));
            p += 1;
        } else if let Some(width) = step {
            p += width;
            n += 1;
        } else if let Some((star_at, taken)) = star {
            p = star_at + 1;
            n = taken + 1;
            star = Some((star_at, n));
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|character| *character == '*')
}

/// How many characters of the pattern match this one character, if they do.
fn one(pattern: &[char], at: usize, character: char) -> Option<usize> {
    match pattern.get(at)? {
        '*' => None,
        '?' => Some(1),
        '\\' => (pattern.get(at + 1) == Some(&character)).then_some(2),
        '[' => match class(&pattern[at + 1..], character) {
            Some((true, width)) => Some(width + 1),
            Some((false, _)) => None,
            None => (character == '[').then_some(1),
        },
        literal => (*literal == character).then_some(1),
    }
}

/// Whether a bracket class holds a character, and its width with the closing bracket. `None`: it is not closed.
fn class(pattern: &[char], character: char) -> Option<(bool, usize)> {
    let negated = matches!(pattern.first(), Some('!' | '^'));
    let mut at = usize::from(negated);
    let start = at;
    let mut found = false;
    loop {
        let low = *pattern.get(at)?;
        if low == ']' && at > start {
            return Some((found != negated, at + 1));
        }
        if pattern.get(at + 1) == Some(&'-') && pattern.get(at + 2).is_some_and(|high| *high != ']') {
            found |= (low..=pattern[at + 2]).contains(&character);
            at += 3;
        } else {
            found |= low == character;
            at += 1;
        }
    }
}

impl Guest<'_> {
    /// The paths that match an absolute pattern, sorted. Without a wildcard: the path, if it is there.
    #[must_use]
    pub fn glob(&self, pattern: &str) -> Vec<String> {
        let mut paths = vec![String::new()];
        for part in pattern.split('/').filter(|part| !part.is_empty() && *part != ".") {
            let wild = part.contains(['*', '?', '[']);
            let mut next = Vec::new();
            for path in &paths {
                if wild {
                    let entries = self.list(if path.is_empty() { "/" } else { path });
                    let fitting = entries.iter().filter(|entry| matches(part, &entry.name, true));
                    next.extend(fitting.map(|entry| join(path, &entry.name)));
                } else {
                    next.push(join(path, part));
                }
            }
            if next.len() > MATCHES {
                self.problem(pattern, "limit", format!("the pattern matches more than {MATCHES} files"));
                next.truncate(MATCHES);
            }
            paths = next;
        }
        paths.retain(|path| self.link_metadata(path).is_some());
        paths.sort();
        paths
    }
}
