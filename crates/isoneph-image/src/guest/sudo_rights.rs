//! Who may become root by sudo: users held against the rules of sudoers(5).

use super::Guest;
use super::accounts::Account;
use std::collections::{BTreeMap, BTreeSet};

/// One rule: for whom, and whether it lets them run everything as root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Users, `%groups`, `#numbers`, `+netgroups`, aliases, `ALL`; with `!` before what is left out.
    pub who: Vec<String>,
    /// Whether every command may be run as root.
    pub everything: bool,
}

/// Takes a rule apart: `users hosts = (runas) TAG: commands`. `None` where it has no `=`.
#[must_use]
pub fn rule(line: &str) -> Option<Rule> {
    let (left, right) = line.split_once('=')?;
    let right = right.trim_start();
    let (runas, commands) = match right.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
        Some((runas, commands)) => (Some(runas.split(':').next().unwrap_or_default()), commands),
        None => (None, right),
    };
    let as_root = runas.is_none_or(|list| list.split(',').any(|who| matches!(who.trim(), "ALL" | "root" | "#0")));
    // A tag such as `NOPASSWD:` may stand before the command.
    let is_all = |command: &str| command.rsplit(':').next().is_some_and(|command| command.trim() == "ALL");
    Some(Rule { who: names(left).next()?, everything: as_root && commands.split(',').any(is_all) })
}

/// The names that aliases of users stand for, of a line `User_Alias NAME = a, b : OTHER = c`.
pub fn aliases(line: &str, found: &mut BTreeMap<String, Vec<String>>) {
    let Some(rest) = line.strip_prefix("User_Alias") else { return };
    for definition in rest.split(':') {
        let Some((name, members)) = definition.split_once('=') else { continue };
        let members = members.split(',').map(|member| member.trim().to_owned()).collect();
        found.insert(name.trim().to_owned(), members);
    }
}

/// Lists divided by blanks, their members by commas, with or without blanks around these.
fn names(text: &str) -> impl Iterator<Item = Vec<String>> {
    let mut lists: Vec<Vec<String>> = Vec::new();
    let mut joins = false;
    for word in text.split_whitespace() {
        let starts = word.starts_with(',');
        let members = word.split(',').filter(|member| !member.is_empty()).map(str::to_owned);
        match lists.last_mut() {
            Some(last) if joins || starts => last.extend(members),
            _ => lists.push(members.collect()),
        }
        joins = word.ends_with(',');
    }
    lists.into_iter()
}

/// The groups of the guest with those who belong to them by `/etc/group`.
pub struct Groups(BTreeMap<String, (u32, BTreeSet<String>)>);

impl Groups {
    /// Reads them.
    #[must_use]
    pub fn read(guest: &Guest<'_>) -> Self {
        let mut groups = BTreeMap::new();
        if let Some(text) = guest.text("/etc/group") {
            for (_, line) in text.settings(&['#']) {
                let fields: Vec<&str> = line.split(':').collect();
                let [name, _, gid, members, ..] = fields.as_slice() else { continue };
                let Ok(gid) = gid.parse() else { continue };
                let members = members.split(',').map(|member| member.trim().to_owned()).collect();
                groups.entry((*name).to_owned()).or_insert((gid, members));
            }
        }
        Self(groups)
    }

    fn has(&self, name: &str, account: &Account) -> bool {
        let of = |gid: u32, members: &BTreeSet<String>| gid == account.gid || members.contains(&account.name);
        match name.strip_prefix('#') {
            Some(number) => self.0.values().any(|(gid, members)| Ok(*gid) == number.parse() && of(*gid, members)),
            None => self.0.get(name).is_some_and(|(gid, members)| of(*gid, members)),
        }
    }
}

/// Whether an account may become root by these rules; `None` where a rule lets it run some commands only, which may or may
/// not give it all, or speaks of a group that is kept elsewhere.
#[must_use]
pub fn may_become_root(
    account: &Account,
    rules: &[Rule],
    aliases: &BTreeMap<String, Vec<String>>,
    groups: &Groups,
) -> Option<bool> {
    let fits = |rule: &&Rule| names_account(account, &rule.who, aliases, groups, 0) != Some(false);
    let fitting: Vec<&Rule> = rules.iter().filter(fits).collect();
    let certain = |rule: &&&Rule| names_account(account, &rule.who, aliases, groups, 0) == Some(true);
    if fitting.iter().filter(certain).any(|rule| rule.everything) {
        return Some(true);
    }
    fitting.is_empty().then_some(false)
}

/// Whether a list names an account: the last member that fits decides.
fn names_account(
    account: &Account,
    who: &[String],
    aliases: &BTreeMap<String, Vec<String>>,
    groups: &Groups,
    depth: usize,
) -> Option<bool> {
    let mut answer = Some(false);
    for member in who {
        let wanted = member.chars().take_while(|c| *c == '!').count() % 2 == 0;
        let name = member.trim_start_matches('!').trim_matches('"');
        let fits = if let Some(members) = aliases.get(name).filter(|_| depth < 8) {
            names_account(account, members, aliases, groups, depth + 1)
        } else if name.starts_with('+') || name.starts_with("%:") {
            None
        } else if let Some(group) = name.strip_prefix('%') {
            Some(groups.has(group, account))
        } else if let Some(number) = name.strip_prefix('#') {
            Some(number.parse() == Ok(account.uid))
        } else {
            Some(name == "ALL" || name == account.name)
        };
        match fits {
            Some(true) => answer = Some(wanted),
            Some(false) => {}
            None if answer == Some(wanted) => {}
            None => answer = None,
        }
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guest::accounts::Accounts;
    use crate::guest::{self, Guest};
    use crate::tree::MemoryTree;

    fn rights(sudoers: &str) -> Vec<Option<bool>> {
        let mut tree = MemoryTree::new();
        tree.file(
            "/etc/passwd",
            "root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/sh\nbob:x:1001:27::/:/bin/sh\n",
        );
        tree.file("/etc/shadow", "root:!:::::::\n");
        tree.file("/etc/group", "sudo:x:27:\nwheel:x:10:ann,eve\n");
        tree.file("/etc/sudoers", sudoers);
        let tree = tree.tree();
        let guest = Guest::new(&tree);
        let accounts: Accounts = guest::accounts::read(&guest).facts;
        let sudoers = guest::sudoers::read(&guest, "host").facts;
        let groups = Groups::read(&guest);
        accounts.users.iter().map(|user| may_become_root(user, &sudoers.rules, &sudoers.aliases, &groups)).collect()
    }

    #[test]
    fn who_becomes_root_follows_users_groups_numbers_and_aliases() {
        let (yes, no, open) = (Some(true), Some(false), None);
        for (sudoers, expected) in [
            ("root ALL=(ALL:ALL) ALL\n", [yes, no, no]),
            ("%wheel ALL=(ALL) NOPASSWD: ALL\n", [no, yes, no]),
            ("%sudo ALL = ALL\n", [no, no, yes]),
            ("#1000, bob ALL=(root) ALL\n", [no, yes, yes]),
            ("User_Alias ADMINS = ann, bob\nADMINS ALL=(ALL) ALL\n", [no, yes, yes]),
            ("ALL, !bob ALL=(ALL) ALL\n", [yes, yes, no]),
            ("ann ALL=(root) /usr/bin/apt\n", [no, open, no]),
            ("ann ALL=(www-data) ALL\n", [no, open, no]),
            ("+staff ALL=ALL\n", [open, open, open]),
            ("", [no, no, no]),
        ] {
            assert_eq!(rights(sudoers), expected, "{sudoers}");
        }
    }
}
