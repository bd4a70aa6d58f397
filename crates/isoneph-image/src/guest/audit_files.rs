//! Which files of audit rules boot loads, and the line at which loading ends.
//!
//! After augenrules(8) and auditctl(8): a unit names one of them. auditctl gives up at the first rule that the kernel
//! refuses, unless an option before it says to go on.

use super::systemd::Manager;
use super::{Guest, words};

/// The file that augenrules makes of `rules.d`, loaded as it stands where there is no such folder.
pub(super) const COMPILED: &str = "/etc/audit/audit.rules";
/// Units that load rules: the daemon's own, since audit 4 another.
const UNITS: [&str; 2] = ["auditd.service", "audit-rules.service"];
/// The program that loads them: without it the tree is no whole system, and what lacks in it means nothing.
const LOADERS: [&str; 2] = ["/usr/sbin/auditctl", "/sbin/auditctl"];

/// The files in the order in which they are loaded.
pub(super) fn rule_files(guest: &Guest<'_>, manager: &Manager) -> Vec<String> {
    if let Some(file) = loaded_as_it_stands(guest, manager) {
        return vec![file];
    }
    let mut paths = guest.files_ending("/etc/audit/rules.d", ".rules");
    paths.sort_by(|a, b| natural(a, b));
    if paths.is_empty() {
        paths.push(COMPILED.to_owned());
    }
    paths
}

/// The file that a unit loads in place of those of `rules.d`.
fn loaded_as_it_stands(guest: &Guest<'_>, manager: &Manager) -> Option<String> {
    let (mut named, mut has_loader) = (None, false);
    for name in UNITS {
        let Some(unit) = manager.load(guest, name) else { continue };
        let state = manager.unit_state(guest, name);
        for command in ["ExecStartPre", "ExecStart", "ExecStartPost"].iter().flat_map(|key| unit.values("Service", key))
        {
            if command.value.contains("augenrules") {
                has_loader |= state.is_wanted();
                if state.is_wanted() {
                    return None;
                }
            } else if command.value.contains("auditctl") {
                let words = words(&command.value);
                let file = words.iter().position(|word| word == "-R").and_then(|at| words.get(at + 1)).cloned();
                has_loader |= file.is_some();
                named = named.or(file);
            }
        }
        if name == UNITS[1] && !state.is_wanted() && !has_loader {
            let why = format!("{name} loads the rules of auditing, and is {}", state.name());
            guest.problem("/etc/audit/rules.d", "not-loaded", why);
        }
    }
    named
}

/// What a watch or a tree needs that is not in the guest: the kernel refuses such a rule.
pub(super) fn missing_folder(guest: &Guest<'_>, line: &str) -> Option<String> {
    let words = words(line);
    let mut pairs = words.iter().zip(words.iter().skip(1));
    let (path, is_tree) = pairs.find_map(|(option, argument)| match option.as_str() {
        "-w" => Some((argument.as_str(), false)),
        "-F" => argument
            .strip_prefix("dir=")
            .map(|path| (path, true))
            .or_else(|| argument.strip_prefix("path=").map(|path| (path, false))),
        _ => None,
    })?;
    let path = path.trim_end_matches('/');
    let needed = if is_tree { path } else { path.rsplit_once('/').map_or("", |(folder, _)| folder) };
    // What lies elsewhere a boot may make.
    let fixed = ["/etc", "/usr", "/bin", "/sbin", "/lib", "/opt", "/boot", "/root"];
    let is_fixed = fixed.iter().any(|folder| needed.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')));
    let whole = || LOADERS.iter().any(|path| guest.exists(path));
    (is_fixed && whole() && !guest.exists(needed)).then(|| needed.to_owned())
}

/// Order of file names in which numbers count as numbers, as `ls -v` has it.
fn natural(a: &str, b: &str) -> std::cmp::Ordering {
    let (mut a, mut b) = (a.as_bytes(), b.as_bytes());
    while let (Some(x), Some(y)) = (a.first(), b.first()) {
        if x.is_ascii_digit() && y.is_ascii_digit() {
            let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
            let (m, n) = (digits(a), digits(b));
            let number = |text: &[u8]| text.iter().skip_while(|byte| **byte == b'0').copied().collect::<Vec<u8>>();
            let (left, right) = (number(&a[..m]), number(&b[..n]));
            let order = left.len().cmp(&right.len()).then_with(|| left.cmp(&right));
            if order.is_ne() {
                return order;
            }
            (a, b) = (&a[m..], &b[n..]);
        } else if x != y {
            return x.cmp(y);
        } else {
            (a, b) = (&a[1..], &b[1..]);
        }
    }
    a.len().cmp(&b.len())
}
