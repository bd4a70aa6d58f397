//! The prose of a check: fixed headings in fixed order, and one SQL block.

use crate::error::{CheckError, SourceFile};

/// What a check says in words, and its SQL as text.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sections {
    pub(crate) what: String,
    pub(crate) why: String,
    pub(crate) blind: String,
    pub(crate) fix: String,
    /// The SQL and the line of the file (from 1) that it starts on.
    pub(crate) sql: Option<(String, usize)>,
}

const HEADINGS: [&str; 4] = ["What it checks", "Why it matters", "What it cannot see", "Fix"];

/// How much prose a check must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Prose {
    /// Every heading, in order: for the checks that the program brings.
    Whole,
    /// What there is, in any order: a user's own check needs its SQL only.
    Free,
}

/// Reads the Markdown; `first_line` is the line of the file that it starts on.
pub(crate) fn read(file: &SourceFile, body: &str, first_line: usize, prose: Prose) -> Result<Sections, CheckError> {
    let mut sections = Sections::default();
    let mut texts: [String; 4] = Default::default();
    let mut current: Option<usize> = None;
    let mut fence: Option<String> = None;
    let mut in_sql = false;
    let mut titled = false;
    for (index, line) in body.lines().enumerate() {
        let number = first_line + index;
        if let Some(marks) = &fence {
            let closes = line.trim_end() == *marks;
            if closes {
                fence = None;
            }
            if in_sql {
                if closes {
                    in_sql = false;
                } else if let Some((sql, _)) = &mut sections.sql {
                    sql.push_str(line);
                    sql.push('\n');
                }
                continue;
            }
        } else if let Some(marks) = opening_fence(line) {
            if line.trim() == "```sql" {
                if sections.sql.is_some() {
                    return Err(file.error(number, 1, "a check has one SQL block; this is the second"));
                }
                if prose == Prose::Whole && current != Some(1) {
                    let message =
                        format!("the SQL block stands under '## {}', before '## {}'", HEADINGS[1], HEADINGS[2]);
                    return Err(file.error(number, 1, message));
                }
                sections.sql = Some((String::new(), number + 1));
                in_sql = true;
                fence = Some(marks);
                continue;
            }
            fence = Some(marks);
        } else if let Some(heading) = line.strip_prefix("## ") {
            if prose == Prose::Free {
                current = HEADINGS.iter().position(|known| *known == heading.trim());
                continue;
            }
            let expected = current.map_or(0, |index| index + 1);
            if HEADINGS.get(expected) != Some(&heading.trim()) {
                let message = match HEADINGS.get(expected) {
                    Some(wanted) => format!("the next heading is '## {wanted}'"),
                    None => format!("no heading follows '## {}'", HEADINGS[3]),
                };
                return Err(file.error(number, 1, message));
            }
            current = Some(expected);
            continue;
        } else if line.starts_with("# ") && current.is_none() {
            titled = true;
            continue;
        }
        if let Some(index) = current {
            texts[index].push_str(line);
            texts[index].push('\n');
        }
    }
    if fence.is_some() {
        return Err(file.error_whole("a fenced block is not closed"));
    }
    if prose == Prose::Whole && !titled {
        return Err(file.error(first_line, 1, "a title ('# …') is missing"));
    }
    for (index, text) in texts.iter().enumerate().filter(|_| prose == Prose::Whole) {
        if text.trim().is_empty() {
            return Err(file.error_whole(format!("the section '## {}' is missing or empty", HEADINGS[index])));
        }
    }
    let [what, why, blind, fix] = texts.map(|text| text.trim().to_owned());
    Ok(Sections { what, why, blind, fix, sql: sections.sql })
}

fn opening_fence(line: &str) -> Option<String> {
    let marks = line.len() - line.trim_start_matches('`').len();
    (marks >= 3).then(|| "`".repeat(marks))
}
