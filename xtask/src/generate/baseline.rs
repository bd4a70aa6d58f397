//! The checks of the hardening baseline: one folder for each check of the image engine's catalogue, so that what the engine
//! reads and what is asked of it stand in one place.

use std::fmt::Write as _;

use isoneph_image::catalogue::{Check, Expectation, Profile, Severity, WhenAbsent, checks};

use super::Generated;

const FOLDER: &str = "controls/CLD.9.5.2-virtual-machine-hardening";

/// Requirements of CLD.9.5.2 that a check of the core baseline is required for; the others it contributes to.
const REQUIRED: [&str; 3] = ["only-needed-open", "malware-protection", "machine-logging"];

/// Every file of every check.
pub(crate) fn files() -> Vec<Generated> {
    let files = |check: &Check| {
        [("check.md", check_md(check)), ("tests.md", tests_md(check)), ("fixtures/expect.md", fixtures_md())]
            .map(|(name, text)| Generated { path: format!("{FOLDER}/{}/{name}", check.id), text })
    };
    checks().iter().flat_map(files).collect()
}

fn check_md(check: &Check) -> String {
    let Check { id, title, severity, .. } = check;
    let severity = match severity {
        Severity::Low => "low",
        Severity::Medium => "medium",
        Severity::High => "high",
    };
    let message = |text: &str| quoted(&format!("image {{name}}: {}", text.replace("{place}", "{file}")));
    let mut text = format!(
        "+++\nid       = {}\ntitle    = {{ en = {}, ja = {} }}\nmessage  = {{ en = {}, ja = {} }}\n\
         severity = \"{severity}\"\nsubject  = \"image\"\nsince    = \"0.2.0\"\naliases  = [{}]\n",
        quoted(id),
        quoted(&title.en),
        quoted(&title.ja),
        message(&check.message.en),
        message(&check.message.ja),
        quoted(&check.alias),
    );
    if !check.profiles.contains(&Profile::Server) {
        text += "profiles = [\"template\"]\n";
    }
    supports(check, &mut text);
    parameters(check, &mut text);
    for expectation in &check.expect {
        expect(check, expectation, &mut text);
    }
    let settings: Vec<String> = check.expect.iter().map(|one| format!("`{}`", one.setting)).collect();
    let absent = match check.absent {
        WhenAbsent::NotApplicable => {
            "Where the guest has nothing that could be set so, the check does not apply: whether it should be there is for \
             other checks."
        }
        WhenAbsent::Fail => "An image without the thing that is set fails.",
    };
    let _ = write!(
        text,
        "+++\n\n# {}\n\n<!-- Written by `cargo xtask gen` from the catalogue of isoneph-image. -->\n\n## What it checks\n\n\
         The effective value of {} in every disk image, in every scope that it has there: what the guest would do, with the \
         file and the line that decide it. {absent}\n\n## Why it matters\n\n{}\n\n## What it cannot see\n\n{} And what \
         happens to the machine after it was started: an image shows how it starts.\n\n## Fix\n\n```sh\n{}\n```\n",
        title.en,
        settings.join(", "),
        check.why,
        check.cannot_see,
        check.fix.trim(),
    );
    text
}

fn supports(check: &Check, text: &mut String) {
    for control in &check.controls {
        let own = control == "CLD.9.5.2";
        let required = own && check.tier == "core" && REQUIRED.contains(&check.requirement.as_str());
        let how = if required { "required" } else { "contributing" };
        for role in ["provider", "customer"] {
            let _ = write!(
                text,
                "\n[[supports]]\ncontrol = {}\nrole    = \"{role}\"\nas      = \"{how}\"\n",
                quoted(control)
            );
            if own {
                let _ = writeln!(text, "requirement = {}", quoted(&check.requirement));
            }
        }
    }
}

/// Limits that an organisation may set for itself.
fn parameters(check: &Check, text: &mut String) {
    for (name, value, stricter) in check.expect.iter().flat_map(limits) {
        let _ = write!(
            text,
            "\n[parameters.{name}]\ntype     = \"integer\"\ndefault  = {value}\nmin      = 0\nstricter = \"{stricter}\"\n"
        );
    }
}

/// The limits of an expectation that have a name: name, default, which way is stricter.
fn limits(expectation: &Expectation) -> Vec<(String, i64, &'static str)> {
    let Some(name) = &expectation.parameter else { return Vec::new() };
    let name = name.replace('-', "_");
    match (expectation.min, expectation.max) {
        (Some(min), Some(max)) => vec![(format!("least_{name}"), min, "higher"), (name, max, "lower")],
        (Some(min), None) => vec![(name, min, "higher")],
        (None, Some(max)) => vec![(name, max, "lower")],
        (None, None) => Vec::new(),
    }
}

fn expect(check: &Check, expectation: &Expectation, text: &mut String) {
    let several = check.expect.len() > 1;
    let _ = writeln!(text, "\n{}", if several { "[[expect]]" } else { "[expect]" });
    let _ = writeln!(text, "setting = {}", quoted(&expectation.setting));
    let mut values: Vec<&str> = expectation.values.iter().map(String::as_str).collect();
    if check.absent == WhenAbsent::NotApplicable {
        values.push(ABSENT);
    }
    let list = |values: &[&str]| values.iter().map(|value| quoted(value)).collect::<Vec<_>>().join(", ");
    if !values.is_empty() {
        let _ = writeln!(text, "in = [{}]", list(&values));
    }
    let named = limits(expectation);
    let limit = |stricter: &str, value: i64| match named.iter().find(|(_, _, way)| *way == stricter) {
        Some((name, ..)) => quoted(name),
        None => value.to_string(),
    };
    if let Some(min) = expectation.min {
        let _ = writeln!(text, "at-least = {}", limit("higher", min));
    }
    if let Some(max) = expectation.max {
        let _ = writeln!(text, "at-most = {}", limit("lower", max));
    }
    for (key, words) in [("none-of", &expectation.none_of), ("all-of", &expectation.all_of)] {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        if !words.is_empty() {
            let _ = writeln!(text, "{key} = [{}]", list(&words));
        }
    }
    if let Some(mode) = &expectation.within_mode {
        let _ = writeln!(text, "within-mode = {}", quoted(mode));
    }
    if expectation.declared {
        text.push_str("declared = true\n");
    }
}

/// The value and the origin of a setting of which the guest has nothing.
const ABSENT: &str = "absent";

/// A value and a number.
type Row = (String, Option<i64>);

/// A value that is as it should be.
fn good(expectation: &Expectation) -> Row {
    if expectation.declared {
        return ("22/tcp".to_owned(), None);
    }
    if let Some(value) = expectation.values.first() {
        return (value.clone(), value.parse().ok());
    }
    if let Some(mode) = &expectation.within_mode {
        return (mode.clone(), i64::from_str_radix(mode, 8).ok());
    }
    if let Some(number) = expectation.min.or(expectation.max) {
        return (number.to_string(), Some(number));
    }
    match expectation.all_of.is_empty() {
        true => ("fitting".to_owned(), None),
        false => (expectation.all_of.join(" "), None),
    }
}

/// A value that is not.
fn bad(expectation: &Expectation) -> Row {
    if expectation.within_mode.is_some() {
        return ("7777".to_owned(), Some(0o7777));
    }
    if let Some(number) = expectation.min.map(|min| min - 1).or(expectation.max.map(|max| max + 1)) {
        return (number.to_string(), Some(number));
    }
    match (expectation.none_of.first(), expectation.all_of.first()) {
        (Some(word), _) => (word.clone(), None),
        (None, Some(_)) => ("else".to_owned(), None),
        (None, None) => ("otherwise".to_owned(), None),
    }
}

fn tests_md(check: &Check) -> String {
    let mut text = format!(
        "# {}: tests\n\n<!-- Written by `cargo xtask gen` from the catalogue of isoneph-image. -->\n",
        check.title.en
    );
    let all_good: Vec<Row> = check.expect.iter().map(good).collect();
    case(check, "An image that is set as it should be passes", "good", &all_good, "pass good", "explicit", &mut text);
    let mut one_bad = all_good.clone();
    one_bad[0] = bad(&check.expect[0]);
    case(check, "An image that is set otherwise fails", "bad", &one_bad, "fail bad", "explicit", &mut text);
    let mut not_read = all_good;
    not_read[0] = (String::new(), None);
    let first = &check.expect[0];
    let by_number = first.min.is_some() || first.max.is_some() || first.within_mode.is_some();
    let reads_value = !first.values.is_empty() || check.absent == WhenAbsent::NotApplicable || !by_number;
    let column = if reads_value { "value" } else { "has_number" };
    let unknown = format!("unknown later: image_setting.{column} not-collected");
    case(
        check,
        "An image whose setting could not be read is not decided",
        "later",
        &not_read,
        &unknown,
        "explicit",
        &mut text,
    );
    if check.absent == WhenAbsent::NotApplicable {
        let nothing: Vec<Row> = check.expect.iter().map(|_| (ABSENT.to_owned(), None)).collect();
        let title = "An image that has nothing that could be set so is not concerned";
        case(check, title, "without", &nothing, "not-applicable without: does-not-apply", ABSENT, &mut text);
    }
    text
}

fn case(check: &Check, title: &str, uid: &str, rows: &[Row], expected: &str, origin: &str, text: &mut String) {
    let _ = write!(
        text,
        "\n## {title}\n```csv image\nuid,name,intended_listeners\n{uid},{uid},[22/tcp]\n```\n```csv image_setting\n\
         uid,image,setting,scope,value,has_number,number,origin,file\n"
    );
    for (index, ((value, number), expectation)) in rows.iter().zip(&check.expect).enumerate() {
        let known = !value.is_empty();
        let has = if known { number.is_some().to_string() } else { String::new() };
        let number = if known { number.unwrap_or_default().to_string() } else { String::new() };
        let (value, setting) = (cell(value), cell(&expectation.setting));
        let _ = writeln!(text, "{uid}{index},{uid},{setting},'',{value},{has},{number},{origin},/etc/some.conf");
    }
    let _ = write!(text, "```\n```expect\n{expected}\n```\n");
}

fn fixtures_md() -> String {
    let why = "none — it is read from disk images, not from plans";
    format!("aws: {why}\nazure: {why}\ngoogle: {why}\n")
}

/// A TOML string.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// A CSV cell.
fn cell(text: &str) -> String {
    if text.contains([',', '"']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}
