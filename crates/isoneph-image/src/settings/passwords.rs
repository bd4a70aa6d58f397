//! Settings of passwords and logins: quality, history, lockout, ageing, masks.

use super::{Readings, Setting, pam_ways};
use crate::guest::ini::drop_ins;
use crate::guest::pam::Rule;
use crate::guest::{Candidate, Effective, Place, shell};
use std::collections::BTreeMap;

pub(super) fn settings(readings: &Readings<'_>) -> Vec<Setting> {
    let mut settings = quality(readings);
    settings.push(history(readings));
    settings.extend(lockout(readings));
    settings.extend(ageing(readings));
    settings.extend(hash_methods(readings));
    settings.push(null_passwords(readings));
    settings.extend(idle_shells(readings));
    settings
}

const PWQUALITY: &str = "/etc/security/pwquality.conf";

/// Values of a configuration file `name = value` or a flag, later files over earlier ones.
struct Options(BTreeMap<String, Vec<Candidate>>);

impl Options {
    fn read(readings: &Readings<'_>, file: &str) -> Self {
        let guest = readings.guest;
        let vendor = file.replacen("/etc/", "/usr/etc/", 1);
        let main = [file.to_owned(), vendor].into_iter().find(|path| guest.link_metadata(path).is_some());
        // Only libpwquality reads a folder, and it reads it first: the main file wins.
        let folder = if file == PWQUALITY { drop_ins(guest, &[format!("{file}.d")], ".conf") } else { Vec::new() };
        let paths = folder.into_iter().chain(main);
        let mut values: BTreeMap<String, Vec<Candidate>> = BTreeMap::new();
        for path in paths {
            let Some(text) = guest.text(&path) else { continue };
            for (number, line) in text.settings(&['#']) {
                let line = line.split('#').next().unwrap_or_default();
                let (name, value) =
                    line.split_once('=').map_or((line.trim(), "yes"), |(name, value)| (name.trim(), value.trim()));
                values.entry(name.to_owned()).or_default().push(Candidate::new(value, Place::line(&path, number)));
            }
        }
        Self(values)
    }

    /// The value of a name; an argument of the module's own line comes before the file.
    fn get(&self, rule: &Rule, name: &str) -> Option<Effective> {
        let mut candidates = self.0.get(name).cloned().unwrap_or_default();
        candidates.extend(rule.value(name).map(|value| Candidate::new(value, rule.place.clone())));
        Effective::last_of(candidates)
    }
}

const QUALITY: [&str; 3] = ["pam_pwquality", "pam_passwdqc", "pam_cracklib"];

fn quality(readings: &Readings<'_>) -> Vec<Setting> {
    let ids = ["pam.quality-module", "pwquality.minlen", "pwquality.classes"];
    let problems = &readings.pam.problems;
    let stack = readings.pam.password_stack();
    let Some(rule) = stack.iter().find(|rule| QUALITY.contains(&rule.module.as_str())) else {
        let why = "no module of the PAM stack for passwords checks their quality";
        let [module, length, classes] = ids;
        let none = Setting::explicit(module, "none").note(why);
        return vec![none, Setting::absent(length, why), Setting::absent(classes, why)]
            .into_iter()
            .map(|setting| setting.needs(problems))
            .collect();
    };
    let passed_by = !pam_ways::asked_before_change(&readings.pam.password_items(), rule);
    let strength = match rule.control.as_str() {
        _ if passed_by => "optional",
        "required" | "requisite" => rule.control.as_str(),
        _ if rule.is_binding() => "required",
        _ => "optional",
    };
    let options = readings.guest.watched(|| match (rule.module.as_str(), rule.value("config")) {
        ("pam_passwdqc", Some(file)) => Options::read(readings, file),
        ("pam_pwquality", _) => Options::read(readings, PWQUALITY),
        // pam_cracklib has no file, and pam_passwdqc none that is not named: their lines say all.
        _ => Options(BTreeMap::new()),
    });
    if let Some(lenient) = lenient(rule, &options) {
        let why = "bad passwords are remarked on and taken";
        let module = Setting::effective(ids[0], "not-enforced", &lenient);
        return vec![module, Setting::absent(ids[1], why), Setting::absent(ids[2], why)]
            .into_iter()
            .map(|setting| setting.needs(problems).needs(&options.problems))
            .collect();
    }
    let module = Setting::explicit(ids[0], strength).parts([&rule.candidate()]).needs(problems);
    let (length, classes) = match rule.module.as_str() {
        "pam_passwdqc" => passwdqc(rule, &options),
        _ => (minimum_length(rule, &options), required_classes(rule, &options)),
    };
    let mut settings = vec![module];
    settings.extend([length, classes].map(|setting| setting.needs(problems).needs(&options.problems)));
    settings
}

/// The option by which the module remarks on bad passwords and takes them.
fn lenient(rule: &Rule, options: &Options) -> Option<Effective> {
    let (name, word) = match rule.module.as_str() {
        "pam_pwquality" => ("enforcing", "0"),
        "pam_passwdqc" => ("enforce", "none"),
        _ => return None,
    };
    options.get(rule, name).filter(|value| value.value() == word)
}

const CREDITS: [&str; 4] = ["ucredit", "lcredit", "dcredit", "ocredit"];

fn number(effective: &Option<Effective>) -> Option<i64> {
    effective.as_ref()?.value().parse().ok()
}

/// The length that a password of the cheapest kind must have: each positive credit takes characters off.
fn minimum_length(rule: &Rule, options: &Options) -> Setting {
    let id = "pwquality.minlen";
    let effective = options.get(rule, "minlen");
    // libpwquality's default is 8 without credits; pam_cracklib's is 9, with one credit for each kind of character.
    let (default, credit) = if rule.module == "pam_cracklib" { (9, 1) } else { (8, 0) };
    let setting = |length: i64| match &effective {
        Some(effective) => Setting::effective(id, length.to_string(), effective),
        None => Setting::default(id, length.to_string(), format!("default of {}", rule.module)),
    };
    let Some(length) = effective.as_ref().map_or(Some(default), |found| found.value().parse().ok()) else {
        return Setting::unknown(id, "not-understood", "minlen is no number");
    };
    let credits: i64 = CREDITS
        .iter()
        .map(|name| number(&options.get(rule, name)).unwrap_or(credit))
        .filter(|credit| (1..100).contains(credit))
        .sum();
    if credits == 0 {
        return setting(length);
    }
    setting(length.saturating_sub(credits)).note(format!("minlen {length}, less {credits} by positive credits"))
}

fn required_classes(rule: &Rule, options: &Options) -> Setting {
    let id = "pwquality.classes";
    let credits: Vec<Effective> = CREDITS.iter().filter_map(|name| options.get(rule, name)).collect();
    let demanded: Vec<&Effective> =
        credits.iter().filter(|credit| credit.value().parse::<i64>().is_ok_and(|c| c < 0)).collect();
    let classes = options.get(rule, "minclass");
    let by_credits = i64::try_from(demanded.len()).unwrap_or(0);
    match number(&classes) {
        Some(count) if count >= by_credits => match &classes {
            Some(effective) => Setting::effective(id, count.to_string(), effective),
            None => Setting::default(id, count.to_string(), "default"),
        },
        _ if by_credits > 0 => Setting::explicit(id, by_credits.to_string()).parts(demanded.iter().map(|e| &e.won)),
        _ => Setting::default(id, "0", "libpwquality demands no classes unless told to"),
    }
}

/// `min=N0,N1,N2,N3,N4`: lengths for one class, two, a phrase, three, four; `disabled` forbids the kind.
fn passwdqc(rule: &Rule, options: &Options) -> (Setting, Setting) {
    let ids = ["pwquality.minlen", "pwquality.classes"];
    let effective = options.get(rule, "min");
    let text = effective.as_ref().map_or("disabled,24,11,8,7", Effective::value);
    let lengths: Vec<Option<i64>> = text.split(',').map(|part| part.trim().parse().ok()).collect();
    let Some(shortest) = lengths.iter().flatten().min() else {
        return (ids.map(|id| Setting::unknown(id, "not-understood", "min of pam_passwdqc"))).into();
    };
    let make = |id: &str, value: String| match &effective {
        Some(effective) => Setting::effective(id, value, effective),
        None => Setting::default(id, value, "default of pam_passwdqc"),
    };
    let classes =
        [0, 1, 3, 4].iter().position(|index| lengths.get(*index).is_some_and(Option::is_some)).map_or(4, |p| p + 1);
    (make(ids[0], shortest.to_string()), make(ids[1], classes.to_string()))
}

fn history(readings: &Readings<'_>) -> Setting {
    let id = "pam.remember";
    let stack = readings.pam.password_stack();
    let items = readings.pam.password_items();
    // One that a way goes past, or whose refusal nobody minds, keeps nobody from an old password.
    let holds = |rule: &&Rule| rule.is_binding() && pam_ways::asked_before_change(&items, rule);
    let keeper = stack.iter().find(|rule| rule.module == "pam_pwhistory").filter(holds);
    let file = keeper.and_then(|rule| rule.value("conf")).unwrap_or("/etc/security/pwhistory.conf");
    let options = readings.guest.watched(|| Options::read(readings, file));
    let unix = stack.iter().find(|rule| rule.module == "pam_unix" && rule.value("remember").is_some());
    let setting = match (keeper, unix) {
        (Some(rule), _) => match options.get(rule, "remember") {
            Some(effective) => Setting::effective(id, effective.value(), &effective),
            None => Setting::default(id, "10", "default of pam_pwhistory").parts([&rule.candidate()]),
        },
        (None, Some(rule)) => {
            let value = rule.value("remember").unwrap_or_default();
            Setting::explicit(id, value)
                .parts([&Candidate::new(format!("pam_unix remember={value}"), rule.place.clone())])
        }
        (None, None) => Setting::absent(id, "no module of the PAM stack for passwords remembers old ones"),
    };
    setting.needs(&readings.pam.problems).needs(&options.problems)
}

/// Services by which people log in.
const LOGIN_SERVICES: [&str; 2] = ["sshd", "login"];

fn lockout(readings: &Readings<'_>) -> Vec<Setting> {
    let ids = ["faillock.deny", "faillock.unlock_time"];
    let services: Vec<&str> = LOGIN_SERVICES.into_iter().filter(|service| readings.pam.has(service)).collect();
    if services.is_empty() {
        return ids
            .map(|id| Setting::absent(id, "no service logs people in through PAM").needs(&readings.pam.problems))
            .into();
    }
    let options = readings.guest.watched(|| Options::read(readings, "/etc/security/faillock.conf"));
    let mut settings = Vec::new();
    for service in services {
        let items = readings.pam.items(service, "auth");
        let stack = readings.pam.stack(service, "auth");
        let ways = Ways {
            counts: pam_ways::counting(&items),
            refuses: pam_ways::refusing(&items),
            tallies: pam_ways::tallying(&items),
        };
        let file = ways.refuses.as_ref().and_then(|rule| rule.value("conf"));
        let own = file.map(|file| readings.guest.watched(|| Options::read(readings, file)));
        let options = own.as_ref().unwrap_or(&options);
        for (id, name, default) in [(ids[0], "deny", "3"), (ids[1], "unlock_time", "600")] {
            let setting = lockout_value((id, name, default), &stack, &ways, options);
            settings
                .push(setting.scope(format!("pam:{service}")).needs(&readings.pam.problems).needs(&options.problems));
        }
    }
    settings
}

/// The rules of a stack that lock people out: one counts failures and another refuses when there are enough (pam_faillock),
/// or one does both (pam_tally2).
struct Ways {
    counts: Option<Rule>,
    refuses: Option<Rule>,
    tallies: Option<Rule>,
}

/// The options of the rule that refuses say when that is.
fn lockout_value((id, name, default): (&str, &str, &str), stack: &[Rule], ways: &Ways, options: &Options) -> Setting {
    let faillock: Vec<&Rule> = stack.iter().filter(|rule| rule.module == "pam_faillock").collect();
    let normal = |value: &str| match (name, value) {
        ("unlock_time", "0" | "never") => "never".to_owned(),
        (_, value) => value.to_owned(),
    };
    match (&ways.counts, &ways.refuses, &ways.tallies) {
        (Some(counts), Some(refuses), _) => match options.get(refuses, name) {
            Some(effective) => Setting::effective(id, normal(effective.value()), &effective)
                .parts([&refuses.candidate(), &counts.candidate()]),
            None => Setting::default(id, default, "default of pam_faillock")
                .parts([&refuses.candidate(), &counts.candidate()]),
        },
        (_, _, Some(rule)) => match rule.value(name) {
            Some(value) => Setting::explicit(id, normal(value)).parts([&rule.candidate()]),
            None => Setting::default(id, "never", "pam_tally2 locks until an administrator unlocks")
                .parts([&rule.candidate()]),
        },
        _ if !faillock.is_empty() => {
            let rules: Vec<Candidate> = faillock.iter().map(|rule| rule.candidate()).collect();
            Setting::absent(id, "pam_faillock is in the stack, but not every way through it counts failures (authfail) and refuses (preauth)").parts(&rules)
        }
        _ => Setting::absent(id, "nothing in the PAM stack counts failed logins"),
    }
}

fn ageing(readings: &Readings<'_>) -> Vec<Setting> {
    let definitions = &readings.login_defs;
    let value = |id: &str, name: &str, default: &str| match definitions.get(name) {
        Some(effective) => Setting::effective(id, effective.value(), &effective),
        None if !definitions.found => Setting::absent(id, "there is no login.defs"),
        None => Setting::default(id, default, "default of the shadow tools"),
    };
    let mut settings = vec![
        value("login.defs.PASS_MIN_DAYS", "PASS_MIN_DAYS", "-1"),
        value("login.defs.PASS_WARN_AGE", "PASS_WARN_AGE", "-1"),
        value("login.defs.PASS_MAX_DAYS", "PASS_MAX_DAYS", "-1"),
    ];
    let mut mask = value("login.defs.UMASK", "UMASK", "022");
    if let Some(text) = mask.value.clone() {
        mask = match i64::from_str_radix(text.trim_start_matches("0o"), 8) {
            Ok(bits) if bits <= 0o777 => {
                mask.value = Some(format!("{bits:04o}"));
                mask.number(bits)
            }
            _ => Setting::unknown("login.defs.UMASK", "not-understood", "UMASK is no octal number"),
        };
    }
    settings.push(mask);
    settings.into_iter().map(|setting| setting.needs(&definitions.problems)).collect()
}

const HASHES: [&str; 9] =
    ["yescrypt", "gost_yescrypt", "sha512", "sha256", "blowfish", "md5", "bigcrypt", "des", "descrypt"];

const WEAK: [&str; 4] = ["md5", "bigcrypt", "des", "descrypt"];

/// Names of methods as the shadow tools know them.
const BY_TOOLS: [&str; 7] = ["DES", "MD5", "SHA256", "SHA512", "BCRYPT", "YESCRYPT", "GOST_YESCRYPT"];

fn hash_methods(readings: &Readings<'_>) -> Vec<Setting> {
    let definitions = readings.login_defs.get("ENCRYPT_METHOD");
    let method = |id: &str| match &definitions {
        Some(effective) => Setting::effective(id, effective.value().to_ascii_lowercase(), effective),
        None => {
            Setting::unknown(id, "build-default", "ENCRYPT_METHOD is not set: what the tools were built with holds")
        }
    };
    let by_tools = match &definitions {
        // The tools tell large from small letters, and fall back to the oldest method of all.
        Some(effective) if !BY_TOOLS.contains(&effective.value()) => {
            Setting::effective("login.defs.ENCRYPT_METHOD", "des", effective)
                .note("the shadow tools do not know this method and take DES")
        }
        _ => method("login.defs.ENCRYPT_METHOD"),
    };
    let by_tools = by_tools.needs(&readings.login_defs.problems);
    let id = "pam.password-hash";
    let stack = readings.pam.password_stack();
    let of_unix = |rule: &&Rule| matches!(rule.module.as_str(), "pam_unix" | "pam_unix2");
    // Another way to change passwords, such as at a login, may have a weaker method.
    let weaker = readings.pam.rules().filter(|rule| rule.kind == "password").filter(of_unix);
    let weaker = weaker.into_iter().find(|rule| WEAK.iter().any(|hash| rule.has(hash)));
    let by_pam = match weaker.filter(|_| stack.iter().any(|rule| of_unix(&rule))).or(stack.iter().find(of_unix)) {
        Some(rule) => match rule.arguments.iter().rev().find(|argument| HASHES.contains(&argument.as_str())) {
            Some(hash) => Setting::explicit(id, hash.as_str()).parts([&rule.candidate()]),
            // Without an option pam_unix takes what login.defs names.
            None => method(id).noted(&rule.place, "pam_unix names no method and takes that of login.defs"),
        },
        None => Setting::absent(id, "no pam_unix in the PAM stack for passwords"),
    };
    let problems = [&readings.pam.problems[..], &readings.login_defs.problems[..]].concat();
    vec![by_tools, by_pam.needs(&problems)]
}

fn null_passwords(readings: &Readings<'_>) -> Setting {
    let id = "pam.nullok";
    if readings.pam.is_empty() {
        return Setting::absent(id, "PAM is not installed").needs(&readings.pam.problems);
    }
    let accepting = readings.pam.rules().filter(|rule| {
        matches!(rule.module.as_str(), "pam_unix" | "pam_unix2") && (rule.has("nullok") || rule.has("nullok_secure"))
    });
    let offenders: Vec<Candidate> =
        accepting.map(|rule| Candidate::new(crate::guest::base_name(&rule.place.path), rule.place.clone())).collect();
    Setting::offenders(id, &offenders, &readings.pam.problems)
}

fn idle_shells(readings: &Readings<'_>) -> Vec<Setting> {
    let found = readings.guest.watched(|| shell::timeout(readings.guest));
    let timeout = match &found.value {
        Some(effective) => match effective.value().parse::<u32>() {
            Ok(seconds) => Setting::effective("shell.TMOUT", seconds.to_string(), effective),
            Err(_) => Setting::unknown("shell.TMOUT", "not-understood", "TMOUT is set to what only a shell can tell"),
        },
        None => Setting::absent("shell.TMOUT", "no start file of the shell sets TMOUT"),
    };
    let fixed = match &found.readonly {
        Some(place) => Setting::explicit("shell.TMOUT.readonly", "yes").at(place.clone()),
        None if found.value.is_some() => Setting::explicit("shell.TMOUT.readonly", "no"),
        None => Setting::absent("shell.TMOUT.readonly", "no start file of the shell sets TMOUT"),
    };
    [timeout, fixed].map(|setting| setting.needs(&found.problems)).into()
}
