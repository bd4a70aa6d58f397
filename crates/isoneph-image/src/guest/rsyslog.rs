//! rsyslog: where it sends logs, in both syntaxes, and whether the way there is encrypted.

use super::{Candidate, Guest, Known, Place, Text};
use std::collections::BTreeMap;

/// How well a way of logs is guarded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Transport {
    /// In the clear.
    Plain,
    /// Encrypted, to whoever answers.
    Encrypted,
    /// Encrypted, to a peer whose certificate is checked.
    Authenticated,
}

/// One target outside the guest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Host.
    pub host: String,
    /// How the way is guarded; `None` when the file does not tell.
    pub transport: Option<Transport>,
    /// Where it stands.
    pub place: Place,
}

impl Target {
    /// The target as a candidate.
    #[must_use]
    pub fn candidate(&self) -> Candidate {
        Candidate::new(format!("sends to {}", self.host), self.place.clone())
    }
}

/// Files included in one another, and files in all, at most.
const DEPTH: usize = 8;
const FILES: usize = 512;

/// Directives that hold for what follows them.
#[derive(Clone, Default)]
struct State {
    default_driver: String,
    driver: String,
    mode: String,
    authentication: String,
    files: usize,
    targets: Vec<Target>,
}

/// Reads the targets.
#[must_use]
pub fn read(guest: &Guest<'_>) -> Known<Vec<Target>> {
    guest.watched(|| {
        let mut state = State::default();
        read_file(guest, "/etc/rsyslog.conf", &mut state, 0);
        state.targets
    })
}

fn read_file(guest: &Guest<'_>, path: &str, state: &mut State, depth: usize) {
    state.files += 1;
    if depth > DEPTH || state.files > FILES {
        guest.problem(path, "limit", format!("{path}: rsyslog's files include each other too deeply"));
        return;
    }
    let Some(text) = guest.text(path) else { return };
    for statement in statements(&text) {
        match statement {
            Statement::Directive(name, value, place) => match name.as_str() {
                "includeconfig" => include(guest, &value, state, depth),
                "defaultnetstreamdriver" => state.default_driver = value,
                "actionsendstreamdriver" => state.driver = value,
                "actionsendstreamdrivermode" => state.mode = value,
                "actionsendstreamdriverauthmode" => state.authentication = value,
                _ => drop(place),
            },
            Statement::Object(name, parameters, place) => match name.as_str() {
                "include" => {
                    if let Some(pattern) = parameters.get("file") {
                        include(guest, pattern, state, depth);
                    }
                }
                "global" => {
                    if let Some(driver) = parameters.get("defaultnetstreamdriver") {
                        driver.clone_into(&mut state.default_driver);
                    }
                }
                "action" => {
                    let target = action(&parameters, state, place);
                    state.targets.extend(target);
                }
                _ => {}
            },
            Statement::Selector(destination, place) => {
                let target = legacy(&destination, state, place);
                state.targets.extend(target);
            }
        }
    }
}

fn include(guest: &Guest<'_>, pattern: &str, state: &mut State, depth: usize) {
    let pattern = if pattern.ends_with('/') { format!("{pattern}*") } else { pattern.to_owned() };
    for path in guest.glob(&pattern) {
        if guest.metadata(&path).is_some_and(|metadata| metadata.is_file()) {
            read_file(guest, &path, state, depth + 1);
        }
    }
}

fn is_elsewhere(host: &str) -> bool {
    let host = host.trim_matches(['[', ']']);
    !matches!(host, "" | "localhost" | "::1" | "0.0.0.0") && !host.starts_with("127.")
}

/// `@host:port` (UDP) or `@@(options)host:port` (TCP), or `:omrelp:host:port`.
fn legacy(destination: &str, state: &State, place: Place) -> Option<Target> {
    let relay = destination.strip_prefix(":omrelp:");
    let tcp = destination.starts_with("@@");
    let rest = match relay {
        Some(rest) => rest,
        None => destination.strip_prefix('@')?.trim_start_matches('@'),
    };
    let rest = if rest.starts_with('(') { rest.split_once(')')?.1 } else { rest };
    let address = rest.split([';', ' ', '\t']).next()?;
    let host = match address.strip_prefix('[') {
        Some(inner) => inner.split(']').next()?,
        None => address.split(':').next()?,
    };
    let transport = if relay.is_some() || !tcp {
        Transport::Plain
    } else {
        stream(&state.driver, &state.mode, &state.authentication, state)
    };
    is_elsewhere(host).then(|| Target { host: host.to_owned(), transport: Some(transport), place })
}

/// How TCP is guarded by the netstream driver.
fn stream(driver: &str, mode: &str, authentication: &str, state: &State) -> Transport {
    let driver = if driver.is_empty() { &state.default_driver } else { driver };
    if !matches!(driver.to_ascii_lowercase().as_str(), "gtls" | "ossl" | "mbedtls") || mode != "1" {
        return Transport::Plain;
    }
    match authentication.to_ascii_lowercase().as_str() {
        "x509/name" | "x509/certvalid" | "x509/fingerprint" => Transport::Authenticated,
        _ => Transport::Encrypted,
    }
}

fn action(parameters: &BTreeMap<String, String>, state: &State, place: Place) -> Option<Target> {
    let get = |name: &str| parameters.get(name).map(String::as_str);
    let kind = get("type")?.to_ascii_lowercase();
    let host =
        get("target").or_else(|| get("server")).or_else(|| get("host")).or_else(|| get("broker")).unwrap_or_default();
    let transport = match kind.as_str() {
        "omfwd" if get("protocol").is_some_and(|protocol| protocol.eq_ignore_ascii_case("tcp")) => {
            let mode = get("streamdrivermode").unwrap_or(&state.mode);
            let authentication = get("streamdriverauthmode").unwrap_or(&state.authentication);
            Some(stream(get("streamdriver").unwrap_or(&state.driver), mode, authentication, state))
        }
        "omfwd" => Some(Transport::Plain),
        "omrelp" if get("tls").is_some_and(|tls| tls.eq_ignore_ascii_case("on")) => {
            let checked = get("tls.authmode").is_some_and(|mode| matches!(mode, "name" | "fingerprint" | "certvalid"));
            Some(if checked { Transport::Authenticated } else { Transport::Encrypted })
        }
        "omrelp" => Some(Transport::Plain),
        "omelasticsearch" | "omhttp" | "omkafka" | "omamqp1" | "omazureeventhubs" => None,
        _ => return None,
    };
    is_elsewhere(host).then(|| Target { host: host.to_owned(), transport, place })
}

enum Statement {
    /// `$Name value`, the name in lower case.
    Directive(String, String, Place),
    /// `name(key="value" …)`, names in lower case.
    Object(String, BTreeMap<String, String>, Place),
    /// The action of a line `selector action`.
    Selector(String, Place),
}

/// The statements that matter, in their order. Objects may stand anywhere in a line and span lines.
fn statements(text: &Text) -> Vec<Statement> {
    let mut found = Vec::new();
    let mut open: Option<(String, u32)> = None;
    let mut in_comment = false;
    for (number, line) in text.lines() {
        let line = uncommented(line, &mut in_comment);
        let trimmed = line.trim();
        if let Some((mut object, start)) = open.take() {
            object.push('\n');
            object.push_str(trimmed);
            objects(&object, text.path(), start, &mut found, &mut open);
            continue;
        }
        if trimmed.is_empty() {
            continue;
        }
        if let Some(rest) = trimmed.strip_prefix('$') {
            let (name, value) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
            let value = value.trim().trim_matches('"').to_owned();
            found.push(Statement::Directive(name.to_ascii_lowercase(), value, Place::line(text.path(), number)));
            continue;
        }
        let before = found.len();
        objects(trimmed, text.path(), number, &mut found, &mut open);
        if found.len() == before && open.is_none() {
            let destination = legacy_action(trimmed);
            found.extend(
                destination.map(|destination| Statement::Selector(destination, Place::line(text.path(), number))),
            );
        }
    }
    found
}

/// Objects whose text is no action, whatever stands in it.
const SILENT: [&str; 8] =
    ["template(", "module(", "input(", "ruleset(", "main_queue(", "lookup_table(", "timezone(", "parser("];

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

const OBJECTS: [&str; 3] = ["action(", "include(", "global("];

/// Takes the objects of a text; one that is not closed stays open.
fn objects(text: &str, path: &str, line: u32, found: &mut Vec<Statement>, open: &mut Option<(String, u32)>) {
    let mut rest = text;
    loop {
        let lower = rest.to_ascii_lowercase();
        let next = OBJECTS.iter().filter_map(|name| Some((lower.find(name)?, *name))).min();
        let Some((at, name)) = next else { return };
        let body = &rest[at + name.len()..];
        let Some(end) = closing(body) else {
            // A hundred lines without an end are no object.
            *open = (rest.lines().count() < 100).then(|| (rest[at..].to_owned(), line));
            return;
        };
        let place = Place::line(path, line);
        found.push(Statement::Object(name.trim_end_matches('(').to_owned(), parameters(&body[..end]), place));
        rest = &body[end + 1..];
    }
}

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
