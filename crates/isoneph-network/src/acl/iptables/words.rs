//! Words of a line, with quotes.

/// Splits a line into words as a shell does with plain quotes; [`None`] when a quote is not closed.
pub(super) fn split(line: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match (quote, letter) {
            (Some(open), _) if letter == open => quote = None,
            (Some('"'), '\\') => word.get_or_insert_default().extend(letters.next()),
            (Some(_), _) => word.get_or_insert_default().push(letter),
            (None, '"' | '\'') => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (None, _) if letter.is_whitespace() => words.extend(word.take()),
            (None, _) => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word.take());
    quote.is_none().then_some(words)
}

/// Words in which options and their values stand apart: `-ptcp` is `-p tcp`, `--dport=22` is `--dport 22`.
pub(super) fn apart(words: &[String]) -> Vec<String> {
    let mut out = Vec::with_capacity(words.len());
    let mut is_value = false;
    for word in words {
        match parts(word).filter(|_| !is_value) {
            Some((option, value)) => out.extend([option.to_owned(), value.to_owned()]),
            None => out.push(word.clone()),
        }
        // What follows an option of free text is text, whatever it looks like.
        is_value =
            matches!(word.as_str(), "--comment" | "--log-prefix" | "--nflog-prefix" | "--string" | "--hex-string");
    }
    out
}

fn parts(word: &str) -> Option<(&str, &str)> {
    if word.starts_with("--") {
        return word.split_once('=');
    }
    let option = word.get(..2).filter(|option| ["-p", "-s", "-d", "-i", "-o", "-j", "-g", "-m"].contains(option))?;
    word.get(2..).filter(|value| !value.is_empty()).map(|value| (option, value))
}

/// The words of a rule as one text, without counters and remarks.
pub(super) fn without_remarks(words: &[String]) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut words = words.iter().map(String::as_str);
    while let Some(word) = words.next() {
        match word {
            "--comment" | "-c" | "--set-counters" => {
                words.next();
                if word != "--comment" {
                    words.next();
                }
            }
            "comment" if kept.last() == Some(&"-m") => {
                kept.pop();
            }
            _ => kept.push(word),
        }
    }
    kept.join(" ")
}

/// Whether a shell makes something else of a command than its words: another command after it, a name for a value.
pub(super) fn is_for_the_shell(line: &str) -> bool {
    let mut quote = None;
    for letter in line.chars() {
        match (quote, letter) {
            (Some(open), _) if letter == open => quote = None,
            (None, '"' | '\'') => quote = Some(letter),
            (None, ';' | '&' | '|' | '<' | '>' | '(' | ')') | (None | Some('"'), '$' | '`') => return true,
            _ => {}
        }
    }
    false
}
