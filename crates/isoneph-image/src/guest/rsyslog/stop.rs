//! What a `stop` takes away from the actions after it.

use super::scope::{self, Scope};

/// Programs that report logins and the use of rights, and parts of their names.
const LOGINS: [&str; 12] =
    ["ssh", "sudo", "su", "login", "pam", "auth", "crond", "cron", "polkit", "doas", "gdm", "systemd"];
/// What a message is told by that comes from one program or facility.
const BY_ORIGIN: [&str; 6] =
    ["programname", "syslogtag", "app-name", "$programname", "$syslogtag", "$syslogfacility-text"];

/// The most that comes to actions after a `stop` below these filters, the outermost first; `None` where what logins
/// report is not stopped.
pub(super) fn cap(filters: &[String]) -> Option<Scope> {
    let filters: Vec<&str> = filters.iter().map(|filter| filter.trim()).filter(|filter| !filter.is_empty()).collect();
    if filters.iter().any(|filter| spares_logins(filter)) {
        return None;
    }
    let takes_logins = |filter: &&str| {
        let first = filter.split_whitespace().next().unwrap_or_default();
        !is_condition(filter) && scope::of(first) == Some(Scope::Whole)
    };
    Some(if filters.iter().all(takes_logins) { Scope::Some } else { Scope::Perhaps })
}

fn is_condition(filter: &str) -> bool {
    filter.starts_with([':', '+', '-', '!']) || filter.starts_with("if") || filter.starts_with("else")
}

/// Whether no message of a login comes through the filter.
fn spares_logins(filter: &str) -> bool {
    let lower = filter.to_ascii_lowercase();
    if is_condition(&lower) {
        return of_others(&lower) || from_elsewhere(&lower);
    }
    let selector = lower.split_whitespace().next().unwrap_or_default();
    selector.contains('.') && !selector.split(';').any(may_name_logins) || is_without_logins(selector)
}

/// Priorities at which no login is reported.
const RARE: [&str; 8] = ["none", "=debug", "emerg", "=emerg", "alert", "=alert", "crit", "=crit"];

fn may_name_logins(part: &str) -> bool {
    let Some((facilities, priority)) = part.rsplit_once('.') else { return true };
    let logins = |own: &str| matches!(own.trim(), "*" | "auth" | "authpriv" | "security");
    facilities.split(',').any(logins) && !RARE.contains(&priority.trim())
}

/// Whether a selector takes both facilities of logins out again.
fn is_without_logins(selector: &str) -> bool {
    let last = |name: &str| {
        let named = |part: &&str| {
            part.rsplit_once('.').is_some_and(|(own, _)| own.split(',').any(|own| own == name || own == "*"))
        };
        selector.split(';').rfind(named).is_some_and(|part| part.ends_with(".none"))
    };
    last("auth") && last("authpriv")
}

/// Whether a condition names other programs and facilities alone, or the marks that the kernel's filter writes.
fn of_others(condition: &str) -> bool {
    let values = quoted(condition);
    let bare = without_quoted(condition);
    let mut words = bare.split(|c: char| c.is_whitespace() || matches!(c, ',' | '(' | ')' | ':'));
    let turned = words.any(|word| matches!(word, "not" | "else" | "!=" | "<>") || word.starts_with('!'));
    if turned || values.is_empty() || bare.contains("else") || bare.contains('!') || bare.contains("<>") {
        return false;
    }
    let is_other = |value: &String| value.len() > 1 && !LOGINS.iter().any(|login| value.contains(login));
    let by_origin = properties(&bare).all(|property| BY_ORIGIN.contains(&property));
    let by_mark = properties(&bare).all(|property| property.trim_start_matches('$') == "msg");
    properties(&bare).next().is_some()
        && (by_origin && values.iter().all(is_other) || by_mark && values.iter().all(|value| value.starts_with('[')))
}

/// The properties that a condition looks at: `$name`, or the first word of a filter of the old syntax.
fn properties(bare: &str) -> impl Iterator<Item = &str> {
    let old = bare.strip_prefix(':').and_then(|rest| rest.split(',').next()).map(str::trim);
    let words = bare.split(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | ','));
    old.into_iter().chain(words.filter(|word| word.starts_with('$')))
}

/// Whether a condition is for messages of other hosts.
fn from_elsewhere(condition: &str) -> bool {
    let bare = without_quoted(condition);
    let of_host = properties(&bare).all(|property| property.trim_start_matches('$') == "fromhost-ip");
    let differs = bare.contains("!isequal") || bare.contains("!=") || bare.contains("<>");
    of_host && differs && quoted(condition) == ["127.0.0.1"]
}

fn quoted(text: &str) -> Vec<String> {
    pieces(text).filter(|(inside, _)| *inside).map(|(_, piece)| piece).collect()
}

fn without_quoted(text: &str) -> String {
    pieces(text).filter(|(inside, _)| !*inside).map(|(_, piece)| piece).collect()
}

/// The pieces of a text in quotes and out of them.
fn pieces(text: &str) -> impl Iterator<Item = (bool, String)> {
    let mut pieces = vec![(false, String::new())];
    let mut quote = None;
    for character in text.chars() {
        match (character, quote) {
            ('"' | '\'', None) => {
                quote = Some(character);
                pieces.push((true, String::new()));
            }
            (_, Some(open)) if open == character => {
                quote = None;
                pieces.push((false, String::new()));
            }
            _ => pieces.last_mut().into_iter().for_each(|(_, piece)| piece.push(character)),
        }
    }
    pieces.into_iter()
}
