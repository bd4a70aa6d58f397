//! Settings of accounts.

use super::{Readings, Setting};
use crate::guest::accounts::{Account, Scheme};
use crate::guest::{Candidate, Place};
use std::collections::BTreeSet;

pub(super) fn settings(readings: &Readings<'_>) -> Vec<Setting> {
    let (accounts, problems) = (&readings.accounts, &readings.accounts.problems);
    let named = |wanted: &dyn Fn(&Account) -> bool| -> Vec<Candidate> {
        accounts
            .users
            .iter()
            .filter(|user| wanted(user))
            .map(|user| Candidate::new(user.name.clone(), user.place.clone()))
            .collect()
    };
    let list = |id: &str, offenders: Vec<Candidate>| Setting::offenders(id, &offenders, problems);
    // People begin at 500 on old systems; a smaller number does not make people of daemons.
    let first = readings.login_defs.first_user().max(500);
    vec![
        super_users(readings),
        empty_passwords(readings),
        list("accounts.unshadowed", named(&|user| !matches!(user.passwd, Scheme::Shadowed | Scheme::None))),
        weak_hashes(readings),
        root_password(readings),
        list("accounts.duplicates", duplicates(&accounts.users)),
        list("accounts.missing-groups", named(&|user| !accounts.groups.contains_key(&user.gid))),
        list("accounts.system-shells", named(&|user| user.uid != 0 && user.uid < first && user.has_shell())),
    ]
}

fn super_users(readings: &Readings<'_>) -> Setting {
    let accounts = &readings.accounts;
    let roots: Vec<&Account> = accounts.users.iter().filter(|user| user.uid == 0).collect();
    let places: Vec<Candidate> =
        roots.iter().map(|user| Candidate::new(user.name.clone(), user.place.clone())).collect();
    let names: Vec<&str> = roots.iter().map(|user| user.name.as_str()).collect();
    let others = roots.len() > 1;
    let setting = Setting::explicit("accounts.super-users", names.join(" ")).parts(&places);
    setting.needs_unless(others, &accounts.problems)
}

fn empty_passwords(readings: &Readings<'_>) -> Setting {
    let id = "accounts.empty-passwords";
    let accounts = &readings.accounts;
    let in_passwd = accounts.users.iter().filter(|user| user.passwd == Scheme::Empty);
    let mut offenders: Vec<Candidate> =
        in_passwd.map(|user| Candidate::new(user.name.clone(), user.place.clone())).collect();
    let in_shadow = accounts.shadow.iter().filter(|entry| entry.scheme == Scheme::Empty);
    offenders.extend(in_shadow.map(|entry| Candidate::new(entry.name.clone(), entry.place.clone())));
    let missing = missing_passwords(readings, id).filter(|_| offenders.is_empty());
    missing.unwrap_or_else(|| Setting::offenders(id, &offenders, &accounts.problems))
}

/// Why nothing can be said of passwords: the shadow file is missing, or lacks what the passwd file refers to.
fn missing_passwords(readings: &Readings<'_>, id: &str) -> Option<Setting> {
    let accounts = &readings.accounts;
    let refers = |user: &&Account| user.passwd == Scheme::Shadowed && user.shadow.is_none();
    let why = if !accounts.has_shadow {
        "there is no /etc/shadow: where passwords are kept is not known".to_owned()
    } else {
        let user = accounts.users.iter().find(refers)?;
        format!("{} has no entry in /etc/shadow, where its password should be", user.name)
    };
    let setting = Setting::unknown(id, "absent", why).at(Place::file("/etc/shadow"));
    Some(setting.needs(&accounts.problems))
}

fn weak_hashes(readings: &Readings<'_>) -> Setting {
    let id = "accounts.weak-hashes";
    let accounts = &readings.accounts;
    let users = accounts.users.iter().map(|user| (&user.name, user.passwd, &user.place));
    let all: Vec<_> =
        users.chain(accounts.shadow.iter().map(|entry| (&entry.name, entry.scheme, &entry.place))).collect();
    let weak = all.iter().filter(|(_, scheme, _)| scheme.is_weak());
    let offenders: Vec<Candidate> =
        weak.map(|(name, scheme, place)| Candidate::new(format!("{name} ({scheme:?})"), (*place).clone())).collect();
    if let Some((name, _, place)) =
        all.iter().find(|(_, scheme, _)| *scheme == Scheme::Unknown).filter(|_| offenders.is_empty())
    {
        let why = format!("the password of {name} is hashed by a scheme that is not known here");
        return Setting::unknown(id, "not-understood", why).at((*place).clone());
    }
    let missing = missing_passwords(readings, id).filter(|_| offenders.is_empty());
    missing.unwrap_or_else(|| Setting::offenders(id, &offenders, &accounts.problems))
}

fn root_password(readings: &Readings<'_>) -> Setting {
    let id = "accounts.root-password";
    let accounts = &readings.accounts;
    let Some(root) = accounts.users.iter().find(|user| user.name == "root") else {
        return Setting::unknown(id, "absent", "there is no user root in /etc/passwd").needs(&accounts.problems);
    };
    if root.passwd == Scheme::Shadowed && root.shadow.is_none() {
        return Setting::unknown(id, "absent", "root has no entry in /etc/shadow").needs(&accounts.problems);
    }
    let empty = root.passwd == Scheme::Empty || root.shadow == Some(Scheme::Empty);
    let value = if empty {
        "empty"
    } else if root.locked {
        "locked"
    } else {
        "set"
    };
    let place = root.shadow_place.clone().unwrap_or_else(|| root.place.clone());
    Setting::explicit(id, value).at(place).needs(&accounts.problems)
}

fn duplicates(users: &[Account]) -> Vec<Candidate> {
    let (mut names, mut numbers) = (BTreeSet::new(), BTreeSet::new());
    let twice = users.iter().filter(|user| !names.insert(&user.name) | !numbers.insert(user.uid));
    twice.map(|user| Candidate::new(format!("{} ({})", user.name, user.uid), user.place.clone())).collect()
}
