//! Which messages an action is for: what stands before it.

/// How much of the guest's own messages comes to an action.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Some that nobody who watches logins would miss.
    Some,
    /// Hangs on a condition that is not evaluated.
    Perhaps,
    /// Those of logins at least.
    #[default]
    Whole,
}

/// Priorities at which logins are reported, or below.
const LOW: [&str; 5] = ["*", "debug", "info", "notice", "5"];

/// The scope of the text before an action. `None` where it says nothing of its own: what stands around it counts.
pub(super) fn of(before: &str) -> Option<Scope> {
    let text = before.trim_start_matches(['}', '{', ' ', '\t']).trim();
    let lower = text.to_ascii_lowercase();
    let first = lower.split_whitespace().next()?;
    if let Some(selector) = lower.split("prifilt(").nth(1).and_then(|rest| rest.split(['"', '\'']).nth(1)) {
        return Some(of_selector(selector));
    }
    if takes_severities_of_logins(&lower) {
        return Some(Scope::Whole);
    }
    let asks = |word: &str| lower.split(|c: char| !c.is_ascii_alphanumeric()).any(|own| own == word);
    if asks("then") || matches!(first, "if" | "else") || first.starts_with([':', '+', '-', '!']) {
        return Some(Scope::Perhaps);
    }
    first.contains('.').then(|| of_selector(first))
}

/// Whether a condition looks at the severity alone and lets those of logins through: `if $syslogseverity <= 6 then`.
fn takes_severities_of_logins(condition: &str) -> bool {
    let bare = condition.replace(['(', ')'], " ");
    let mut words = bare.split_whitespace();
    let head: Vec<&str> = words.by_ref().take(5).collect();
    let ["if", "$syslogseverity", sign, number, "then"] = head[..] else { return false };
    match (sign, number.trim_matches(['"', '\'']).parse::<u8>()) {
        ("<=", Ok(number)) => number >= 5,
        ("<", Ok(number)) => number >= 6,
        _ => false,
    }
}

/// A selector of the old syntax: `facility,facility.priority;…`.
fn of_selector(selector: &str) -> Scope {
    let takes = |part: &str| {
        let (facilities, priority) = part.rsplit_once('.')?;
        let logins = facilities.split(',').any(|own| matches!(own.trim(), "*" | "auth" | "authpriv" | "security"));
        (logins && LOW.contains(&priority.trim())).then_some(())
    };
    // What a later part takes out again is not taken: `*.info;authpriv.none`.
    let leaves_out = |part: &str| {
        let named = part.rsplit_once('.').filter(|(_, priority)| priority.trim() == "none");
        named.is_some_and(|(own, _)| own.split(',').any(|own| matches!(own.trim(), "*" | "authpriv")))
    };
    let last = |of: &dyn Fn(&str) -> bool| selector.split(';').collect::<Vec<_>>().iter().rposition(|part| of(part));
    let taken = last(&|part| takes(part).is_some());
    if taken.is_some() && taken > last(&leaves_out) { Scope::Whole } else { Scope::Some }
}
