//! The statements of rsyslog's configuration, in both syntaxes.

use super::scope::{self, Scope};
use super::stop;
use crate::guest::{Place, Text};
use std::collections::BTreeMap;

/// What a statement says.
pub(super) enum Said {
    /// `$Name value`, the name in lower case.
    Directive(String, String),
    /// `name(key="value" …)`, names in lower case.
    Object(String, BTreeMap<String, String>),
    /// `call name`, the name in lower case.
    Call(String),
    /// What comes here goes no further; the scope of the statement is the most that goes on.
    Stop,
    /// The action of a line `selector action`.
    Selector(String),
}

/// A statement.
pub(super) struct Statement {
    pub(super) said: Said,
    /// The set of rules whose block it stands in, in lower case.
    pub(super) ruleset: Option<String>,
    /// Which messages it is for.
    pub(super) scope: Scope,
    pub(super) place: Place,
}

struct Parser<'t> {
    path: &'t str,
    found: Vec<Statement>,
    /// An object whose end is on a later line, and where it began.
    open: Option<(String, u32)>,
    /// A set of rules whose block has not begun, and one that has, with the blocks open in it.
    announced: Option<String>,
    ruleset: Option<(String, usize)>,
    /// The filters before the blocks that are open, outermost first.
    filters: Vec<String>,
    /// The statement so far, and the filter of the one before.
    head: String,
    filter: String,
    /// Whether a condition has ended its line without an action or a block.
    dangling: bool,
    /// The scope of the action before, and that of an object which is open.
    last: Scope,
    of_open: Option<Scope>,
}

/// The statements that matter, in their order. Objects may stand anywhere in a line and span lines.
pub(super) fn statements(text: &Text) -> Vec<Statement> {
    let mut parser = Parser {
        path: text.path(),
        found: Vec::new(),
        open: None,
        announced: None,
        ruleset: None,
        filters: Vec::new(),
        head: String::new(),
        filter: String::new(),
        dangling: false,
        last: Scope::Whole,
        of_open: None,
    };
    let mut in_comment = false;
    for (number, line) in text.lines() {
        parser.line(uncommented(line, &mut in_comment).trim(), number);
    }
    parser.found
}

impl Parser<'_> {
    fn line(&mut self, line: &str, number: u32) {
        if let Some((mut object, start)) = self.open.take() {
            object.push('\n');
            object.push_str(line);
            self.objects(&object, start);
            return;
        }
        if let Some(rest) = line.strip_prefix('$') {
            let (name, value) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
            let value = value.trim().trim_matches('"').to_owned();
            self.say(Said::Directive(name.to_ascii_lowercase(), value), Scope::Whole, number);
            return;
        }
        let before = self.found.len();
        self.objects(line, number);
        let silent = self.found.len() == before && self.open.is_none();
        if let Some(destination) = legacy_action(line).filter(|_| silent) {
            let selector = line.split('@').next().unwrap_or_default();
            let scope = self.scope(selector.split(":omrelp:").next().unwrap_or_default());
            self.say(Said::Selector(destination), scope, number);
        } else if silent && !line.starts_with(['&', '/', '-', '{', '}']) && !line.is_empty() {
            // An action that stays in the guest: the sign that repeats means its filter.
            self.scope(line);
        }
        self.dangling = self.is_dangling(line);
        if !self.dangling {
            self.end();
        }
    }

    /// Whether the line leaves a condition without what it is for.
    fn is_dangling(&self, line: &str) -> bool {
        let ends = |word: &str| line.ends_with(word);
        let condition = self.head.trim_start();
        let open = condition.starts_with("if") && !condition.split_whitespace().any(|word| word == "then");
        ends("then") || ends("else") || open || (self.dangling && line.is_empty())
    }

    /// The statement is over: its filter is that of what repeats it.
    fn end(&mut self) {
        let head = std::mem::take(&mut self.head);
        if !head.trim().is_empty() && !head.trim_start().starts_with('&') {
            head.trim().clone_into(&mut self.filter);
        }
    }

    /// A word that ends a message's way.
    fn stop(&mut self, line: u32) {
        let own = self.head.trim();
        let own = if own.starts_with('&') { self.filter.clone() } else { own.to_owned() };
        let filters: Vec<String> = self.filters.iter().cloned().chain([own]).collect();
        if let Some(most) = stop::cap(&filters) {
            self.say(Said::Stop, most, line);
        }
    }

    /// The scope of an action by what stands before it, and by the filters of the blocks around it.
    fn scope(&mut self, before: &str) -> Scope {
        let before = format!("{} {before}", self.head);
        let repeats = before.trim_start_matches(['{', '}', ' ', '\t']).starts_with('&');
        let own = if repeats { self.last } else { scope::of(&before).unwrap_or_default() };
        self.last = own;
        let around = self.filters.iter().filter_map(|filter| scope::of(filter));
        around.fold(own, Scope::min)
    }

    fn say(&mut self, said: Said, scope: Scope, line: u32) {
        let ruleset = self.ruleset.as_ref().map(|(name, _)| name.clone());
        self.found.push(Statement { said, ruleset, scope, place: Place::line(self.path, line) });
    }

    /// Takes the objects of a text; one that is not closed stays open.
    fn objects(&mut self, text: &str, line: u32) {
        let mut rest = text;
        loop {
            let lower = rest.to_ascii_lowercase();
            let next = OBJECTS.iter().filter_map(|name| Some((lower.find(name)?, *name))).min();
            let Some((at, name)) = next else { return self.between(rest, line) };
            let scope = self.of_open.take().unwrap_or_else(|| self.scope(&rest[..at]));
            self.between(&rest[..at], line);
            self.end();
            let body = &rest[at + name.len()..];
            let Some(end) = closing(body) else {
                // A hundred lines without an end are no object.
                self.open = (rest.lines().count() < 100).then(|| (rest[at..].to_owned(), line));
                self.of_open = self.open.as_ref().map(|_| scope);
                return;
            };
            let (name, parameters) = (name.trim_end_matches('('), parameters(&body[..end]));
            if name == "ruleset" {
                self.announced = parameters.get("name").map(|name| name.to_ascii_lowercase());
            }
            self.say(Said::Object(name.to_owned(), parameters), scope, line);
            rest = &body[end + 1..];
        }
    }

    /// What stands between objects: the braces of blocks, calls of other sets, and ends of a message's way.
    fn between(&mut self, text: &str, line: u32) {
        let mut quote = None;
        let mut word = String::new();
        for character in text.chars().chain(['\n']) {
            let ends = character.is_whitespace() || matches!(character, '{' | '}' | ';');
            if quote.is_none() && ends {
                self.word(&std::mem::take(&mut word), line);
            }
            match (character, quote) {
                ('"' | '\'', None) => quote = Some(character),
                (_, Some(open)) if open == character => quote = None,
                ('{' | '}', None) => {
                    self.brace(character == '{');
                    continue;
                }
                _ => {}
            }
            if quote.is_some() || !ends {
                word.push(character);
            }
            self.head.push(character);
        }
    }

    fn word(&mut self, word: &str, line: u32) {
        let before = self.head.trim_end_matches(word).trim_end().to_owned();
        if before.ends_with("call") && !matches!(word, "" | "call") {
            self.head.clear();
            let scope = self.scope(before.trim_end_matches("call"));
            self.say(Said::Call(word.trim_matches('"').to_ascii_lowercase()), scope, line);
        }
        if matches!(word, "stop" | "~") {
            self.head = before;
            self.stop(line);
            self.end();
        }
    }

    fn brace(&mut self, opens: bool) {
        if opens {
            let filter = std::mem::take(&mut self.head);
            self.filters.push(filter.trim().to_owned());
            match (&mut self.ruleset, self.announced.take()) {
                (Some((_, depth)), _) => *depth += 1,
                (ruleset @ None, Some(name)) => *ruleset = Some((name, 1)),
                (None, None) => {}
            }
            return;
        }
        self.head.clear();
        if let Some(filter) = self.filters.pop() {
            self.filter = filter;
        }
        if let Some((_, depth)) = &mut self.ruleset {
            *depth -= 1;
        }
        if matches!(self.ruleset, Some((_, 0))) {
            self.ruleset = None;
        }
    }
}

/// Objects whose text is no action, whatever stands in it.
const SILENT: [&str; 5] = ["template(", "main_queue(", "lookup_table(", "timezone(", "parser("];

/// The target of a line of the old syntax: what follows the selector or the filter, or the sign that repeats it.
fn legacy_action(line: &str) -> Option<String> {
    let lower = line.to_ascii_lowercase();
    if SILENT.iter().any(|name| lower.starts_with(name)) {
        return None;
    }
    // Nothing in quotes is a word of its own; a block may stand around the action.
    let mut quoted = false;
    let bare: String = line
        .chars()
        .map(|character| {
            quoted ^= character == '"';
            if quoted && character != '"' { '_' } else { character }
        })
        .collect();
    let words: Vec<&str> = bare.split_whitespace().filter(|word| !matches!(*word, "{" | "}")).collect();
    let is_target = |word: &&str| word.starts_with('@') || word.starts_with(":omrelp:");
    // The condition of `if` is no action.
    let from = if words.first() == Some(&"if") { words.iter().position(|word| *word == "then")? } else { 0 };
    let at = from + words[from..].iter().position(is_target).unwrap_or(0);
    let found = words.get(at).copied().map(|word| word.trim_start_matches(['&', '-']));
    let joined = words.first().and_then(|first| first.strip_prefix('&'));
    found.filter(is_target).or_else(|| joined.filter(is_target)).map(str::to_owned)
}

/// The line without comments; a `#` inside quotes is none.
fn uncommented(line: &str, in_comment: &mut bool) -> String {
    let mut text = String::new();
    let mut quoted = false;
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        if *in_comment {
            if character == '*' && characters.peek() == Some(&'/') {
                characters.next();
                *in_comment = false;
            }
            continue;
        }
        match character {
            '"' => quoted = !quoted,
            '#' if !quoted => break,
            // In a path such as /etc/rsyslog.d/*.conf the signs are no comment.
            '/' if !quoted && characters.peek() == Some(&'*') && !text.ends_with(|c: char| !c.is_whitespace()) => {
                characters.next();
                *in_comment = true;
                continue;
            }
            _ => {}
        }
        text.push(character);
    }
    text
}

/// Objects that say where messages go, or by which set of rules.
const OBJECTS: [&str; 6] = ["action(", "include(", "global(", "ruleset(", "input(", "module("];

fn closing(body: &str) -> Option<usize> {
    let mut quoted = false;
    for (at, character) in body.char_indices() {
        match character {
            '"' => quoted = !quoted,
            ')' if !quoted => return Some(at),
            _ => {}
        }
    }
    None
}

fn parameters(body: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut rest = body;
    while let Some((name, value)) = rest.split_once('=') {
        let name = name.split_whitespace().last().unwrap_or_default().to_ascii_lowercase();
        let value = value.trim_start();
        let (value, next) = match value.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => value.split_once(char::is_whitespace).unwrap_or((value, "")),
        };
        found.insert(name, value.to_owned());
        rest = next;
    }
    found
}
