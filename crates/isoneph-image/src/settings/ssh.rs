//! Settings of the OpenSSH server.

use super::{Readings, Setting, ssh_logins};
use crate::guest::os::Family;
use crate::guest::sshd::{AlgorithmKind, Block, algorithms, default_of};
use crate::guest::{Candidate, Effective, Place};

/// Keywords whose value is one word that is taken as it is: setting, keyword.
const PLAIN: [(&str, &str); 10] = [
    ("sshd.PermitRootLogin", "permitrootlogin"),
    ("sshd.PermitEmptyPasswords", "permitemptypasswords"),
    ("sshd.HostbasedAuthentication", "hostbasedauthentication"),
    ("sshd.IgnoreRhosts", "ignorerhosts"),
    ("sshd.PermitUserEnvironment", "permituserenvironment"),
    ("sshd.MaxAuthTries", "maxauthtries"),
    ("sshd.MaxSessions", "maxsessions"),
    ("sshd.ClientAliveCountMax", "clientalivecountmax"),
    ("sshd.StrictModes", "strictmodes"),
    ("sshd.UsePAM", "usepam"),
];
const TIMES: [(&str, &str); 2] =
    [("sshd.LoginGraceTime", "logingracetime"), ("sshd.ClientAliveInterval", "clientaliveinterval")];
const LISTS: [(&str, &str, AlgorithmKind); 3] = [
    ("sshd.Ciphers", "ciphers", AlgorithmKind::Ciphers),
    ("sshd.MACs", "macs", AlgorithmKind::Macs),
    ("sshd.KexAlgorithms", "kexalgorithms", AlgorithmKind::KeyExchange),
];
const OTHERS: [&str; 9] = [
    "sshd.X11Forwarding",
    "sshd.AllowTcpForwarding",
    "sshd.LogLevel",
    "sshd.Banner",
    "sshd.access-list",
    "sshd.password-logins",
    "sshd.MaxStartups.start",
    "sshd.MaxStartups.rate",
    "sshd.MaxStartups.full",
];
const ACCESS: [&str; 4] = ["allowusers", "allowgroups", "denyusers", "denygroups"];
/// A keyword's value for some connections.
pub(super) struct Value {
    pub(super) text: String,
    pub(super) effective: Option<Effective>,
}

impl Value {
    fn setting(&self, id: &str, value: impl Into<String>) -> Setting {
        match &self.effective {
            Some(effective) => Setting::effective(id, value, effective),
            None => Setting::default(id, value, "default of the installed OpenSSH"),
        }
    }
}

pub(super) fn settings(readings: &Readings<'_>) -> Vec<Setting> {
    let sshd = &readings.sshd;
    if !sshd.installed {
        let ids = PLAIN.iter().chain(&TIMES).map(|(id, _)| *id).chain(LISTS.iter().map(|(id, _, _)| *id)).chain(OTHERS);
        let problems = [&sshd.problems[..], &readings.packages.problems[..]].concat();
        return ids.map(|id| Setting::absent(id, "no OpenSSH server is installed").needs(&problems)).collect();
    }
    let mut settings = global(readings);
    for block in &sshd.blocks {
        if !block.is_for_all() {
            settings.extend(in_block(readings, block));
        }
    }
    settings.extend(ssh_logins::together(readings));
    settings.into_iter().map(|setting| setting.needs(&sshd.problems)).collect()
}

fn global(readings: &Readings<'_>) -> Vec<Setting> {
    let mut settings = Vec::new();
    for (id, keyword) in PLAIN {
        settings.push(with_value(readings, None, id, keyword, |value| value.setting(id, normalised(&value.text))));
    }
    for (id, keyword) in TIMES {
        settings.push(with_value(readings, None, id, keyword, |value| time(id, value)));
    }
    settings.extend(LISTS.map(|(id, keyword, kind)| list(readings, id, keyword, kind)));
    settings.push(forwarding(readings, None, "sshd.X11Forwarding", "x11forwarding"));
    settings.push(tcp_forwarding(readings, None));
    settings.push(with_value(readings, None, "sshd.LogLevel", "loglevel", |value| {
        value.setting("sshd.LogLevel", value.text.to_ascii_uppercase())
    }));
    settings.push(banner(readings, None));
    settings.push(access(readings, None));
    settings.push(ssh_logins::of(readings, None));
    settings.extend(startups(readings));
    settings
}

/// The settings that a block changes, for the connections it matches.
fn in_block(readings: &Readings<'_>, block: &Block) -> Vec<Setting> {
    let sets = |keywords: &[&str]| block.lines.iter().any(|line| keywords.contains(&line.keyword.as_str()));
    let mut settings = Vec::new();
    for (id, keyword) in PLAIN {
        if sets(&[keyword]) {
            settings.push(with_value(readings, Some(block), id, keyword, |value| {
                value.setting(id, normalised(&value.text))
            }));
        }
    }
    for (id, keyword) in TIMES {
        if sets(&[keyword]) {
            settings.push(with_value(readings, Some(block), id, keyword, |value| time(id, value)));
        }
    }
    if sets(&["x11forwarding", "disableforwarding"]) {
        settings.push(forwarding(readings, Some(block), "sshd.X11Forwarding", "x11forwarding"));
    }
    if sets(&["allowtcpforwarding", "permitopen", "disableforwarding"]) {
        settings.push(tcp_forwarding(readings, Some(block)));
    }
    if sets(&["banner"]) {
        settings.push(banner(readings, Some(block)));
    }
    if sets(&["loglevel"]) {
        settings.push(with_value(readings, Some(block), "sshd.LogLevel", "loglevel", |value| {
            value.setting("sshd.LogLevel", value.text.to_ascii_uppercase())
        }));
    }
    if sets(&ACCESS) {
        settings.push(access(readings, Some(block)));
    }
    if sets(&ssh_logins::KEYWORDS) {
        settings.push(ssh_logins::of(readings, Some(block)));
    }
    let scope = format!("Match {}", block.criteria);
    settings.into_iter().map(|setting| setting.scope(scope.clone())).collect()
}

/// The value of a keyword, or its default in the installed version.
pub(super) fn value(readings: &Readings<'_>, block: Option<&Block>, keyword: &str) -> Option<Value> {
    let sshd = &readings.sshd;
    let effective = match block {
        Some(block) => sshd.effective_in(block, keyword),
        None => sshd.effective(keyword),
    };
    match effective {
        Some(effective) => Some(Value { text: effective.value().to_owned(), effective: Some(effective) }),
        // SUSE's own builds have switched it on where nothing says so; which of them is not known.
        None if keyword == "usepam" && readings.os.family == Family::Suse => None,
        None => {
            let text = sshd.version.and_then(|version| default_of(keyword, version))?;
            Some(Value { text: text.to_owned(), effective: None })
        }
    }
}

fn with_value(
    readings: &Readings<'_>,
    block: Option<&Block>,
    id: &str,
    keyword: &str,
    make: impl FnOnce(&Value) -> Setting,
) -> Setting {
    let Some(value) = value(readings, block, keyword) else { return no_default(readings, id, keyword) };
    let explicit = value.effective.is_some();
    let setting = make(&value);
    match (&readings.sshd.package, readings.sshd.version) {
        (Some(package), Some(version)) if !explicit => {
            setting.noted(&Place::line(&package.path, package.line), format!("{} {version}", package.name))
        }
        _ => setting,
    }
}

pub(super) fn no_default(readings: &Readings<'_>, id: &str, keyword: &str) -> Setting {
    let version = readings.sshd.version.map_or("of unknown version".to_owned(), |version| version.to_string());
    Setting::unknown(
        id,
        "version-default",
        format!("{keyword} is not set, and the default of OpenSSH {version} is not known"),
    )
}

pub(super) fn normalised(text: &str) -> String {
    match text.to_ascii_lowercase().as_str() {
        "without-password" => "prohibit-password".to_owned(),
        "true" => "yes".to_owned(),
        "false" => "no".to_owned(),
        lower => lower.to_owned(),
    }
}

fn time(id: &str, value: &Value) -> Setting {
    match seconds(&value.text) {
        Some(seconds) => value.setting(id, seconds.to_string()),
        None => Setting::unknown(id, "not-understood", format!("'{}' is no time", value.text)),
    }
}

/// A time of sshd's, such as `90`, `2m` or `1h30m`, in seconds.
fn seconds(text: &str) -> Option<u64> {
    let mut total: u64 = 0;
    let mut number = String::new();
    for character in text.chars() {
        if character.is_ascii_digit() {
            number.push(character);
            continue;
        }
        let unit = match character.to_ascii_lowercase() {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            'd' => 86400,
            'w' => 604_800,
            _ => return None,
        };
        total = total.checked_add(number.parse::<u64>().ok()?.checked_mul(unit)?)?;
        number.clear();
    }
    if number.is_empty() && !text.is_empty() { Some(total) } else { total.checked_add(number.parse().ok()?) }
}

fn list(readings: &Readings<'_>, id: &str, keyword: &str, kind: AlgorithmKind) -> Setting {
    let effective = readings.sshd.effective(keyword);
    let defaults = (readings.sshd.version, readings.sshd.build);
    let names = algorithms(kind, effective.as_ref().map(Effective::value), defaults);
    match (names, effective) {
        (None, _) => no_default(readings, id, keyword),
        (Some(names), Some(effective)) => Setting::effective(id, names.join(" "), &effective),
        (Some(names), None) => Setting::default(id, names.join(" "), "default of the installed OpenSSH"),
    }
}

fn disabled_forwarding(readings: &Readings<'_>, block: Option<&Block>) -> Option<Effective> {
    let value = value(readings, block, "disableforwarding")?;
    value.effective.filter(|effective| normalised(effective.value()) == "yes")
}

fn forwarding(readings: &Readings<'_>, block: Option<&Block>, id: &str, keyword: &str) -> Setting {
    if let Some(effective) = disabled_forwarding(readings, block) {
        return Setting::effective(id, "no", &effective).note("DisableForwarding switches all forwarding off");
    }
    with_value(readings, block, id, keyword, |value| value.setting(id, normalised(&value.text)))
}

fn tcp_forwarding(readings: &Readings<'_>, block: Option<&Block>) -> Setting {
    let id = "sshd.AllowTcpForwarding";
    let setting = forwarding(readings, block, id, "allowtcpforwarding");
    let open = matches!(setting.value.as_deref(), Some("yes" | "all"));
    let restricted = value(readings, block, "permitopen").and_then(|value| value.effective);
    match restricted
        .filter(|effective| open && !effective.value().split_whitespace().any(|word| word == "any" || word == "*:*"))
    {
        Some(effective) => {
            Setting::effective(id, "restricted", &effective).note("PermitOpen names where forwarding may lead")
        }
        None => setting,
    }
}

fn banner(readings: &Readings<'_>, block: Option<&Block>) -> Setting {
    let id = "sshd.Banner";
    with_value(readings, block, id, "banner", |value| {
        if value.text.eq_ignore_ascii_case("none") || value.text.is_empty() {
            return value.setting(id, "none");
        }
        let text = readings.guest.watched(|| readings.guest.text(&value.text));
        let state = match &text.facts {
            None => "missing-file",
            Some(text) if text.content().trim().is_empty() => "empty-file",
            Some(_) => "shown",
        };
        value.setting(id, state).noted(&Place::file(&value.text), "the banner's file").needs(&text.problems)
    })
}

/// Whether somebody is kept out by name. A list that also allows everybody limits nobody, but each of the two that allow
/// must be passed, so the other may.
fn access(readings: &Readings<'_>, block: Option<&Block>) -> Setting {
    let id = "sshd.access-list";
    let everybody = |name: &str| name.contains('*') && name.chars().all(|c| matches!(c, '*' | '?' | '@'));
    let allows_all = |lists: &[Candidate]| lists.iter().any(|list| list.value.split_whitespace().any(everybody));
    let names = |list: &&Candidate| list.value.split_whitespace().any(|name| !everybody(name));
    let lists = ACCESS.map(|keyword| readings.sshd.list(block, keyword));
    let [users, groups, denied @ ..] = &lists;
    let limits = |allowed: &[Candidate]| !allows_all(allowed) && allowed.iter().any(|list| names(&list));
    let denies = !allows_all(users) && !allows_all(groups) && denied.iter().flatten().any(|list| names(&list));
    if limits(users) || limits(groups) || denies {
        Setting::explicit(id, "limited").parts(lists.iter().flatten().filter(names))
    } else {
        Setting::explicit(id, "open").parts(lists.iter().flatten()).note("no list names who may log in")
    }
}

fn startups(readings: &Readings<'_>) -> Vec<Setting> {
    let ids = ["sshd.MaxStartups.start", "sshd.MaxStartups.rate", "sshd.MaxStartups.full"];
    let Some(value) = value(readings, None, "maxstartups") else {
        return ids.map(|id| no_default(readings, id, "maxstartups")).into();
    };
    let numbers: Option<Vec<u64>> = value.text.split(':').map(|part| part.trim().parse().ok()).collect();
    let numbers = match numbers.as_deref() {
        // A number alone: from there on every connection is dropped.
        Some([full]) => Some([*full, 100, *full]),
        Some([start, rate, full]) => Some([*start, *rate, *full]),
        _ => None,
    };
    let make = |(index, id): (usize, &str)| match numbers {
        Some(numbers) => value.setting(id, numbers[index].to_string()),
        None => Setting::unknown(id, "not-understood", format!("'{}' is no MaxStartups", value.text)),
    };
    ids.into_iter().enumerate().map(make).collect()
}
