//! Other ways in which logs leave the guest: syslog-ng, the journal's upload, agents.

use super::ini;
use super::rsyslog::{Scope, Target, Transport};
use super::systemd::Manager;
use super::{Guest, Known, Place};

/// An agent that sends logs to a service: packages, services.
const AGENTS: [(&str, &[&str], &[&str]); 14] = [
    ("amazon-cloudwatch-agent", &["amazon-cloudwatch-agent"], &["amazon-cloudwatch-agent"]),
    ("awslogs", &["awslogs"], &["awslogsd", "awslogs"]),
    (
        "google-cloud-ops-agent",
        &["google-cloud-ops-agent"],
        &["google-cloud-ops-agent", "google-cloud-ops-agent-fluent-bit"],
    ),
    ("google-fluentd", &["google-fluentd"], &["google-fluentd"]),
    ("azuremonitoragent", &["azuremonitoragent"], &["azuremonitoragent"]),
    ("omsagent", &["omsagent"], &["omsagent"]),
    ("fluent-bit", &["fluent-bit", "td-agent-bit"], &["fluent-bit", "td-agent-bit"]),
    ("fluentd", &["td-agent", "fluent-package"], &["td-agent", "fluentd"]),
    ("filebeat", &["filebeat"], &["filebeat"]),
    ("elastic-agent", &["elastic-agent"], &["elastic-agent"]),
    ("vector", &["vector"], &["vector"]),
    ("splunkforwarder", &["splunkforwarder"], &["SplunkForwarder", "splunk"]),
    ("promtail", &["promtail"], &["promtail"]),
    ("datadog-agent", &["datadog-agent"], &["datadog-agent"]),
];

/// Agents that are installed and started: name, place.
#[must_use]
pub fn agents(guest: &Guest<'_>, manager: &Manager, packages: &super::packages::Packages) -> Vec<Target> {
    let started = |services: &[&str]| {
        let (_, state) = manager.any_service(guest, services);
        state.place().filter(|_| state.is_started()).cloned()
    };
    let installed = AGENTS.iter().filter(|(_, names, _)| packages.any(names).is_some());
    installed
        .filter_map(|(name, _, services)| {
            let host = (*name).to_owned();
            Some(Target { host, transport: None, scope: Scope::Whole, place: started(services)? })
        })
        .collect()
}

/// The target of `systemd-journal-upload`, if it is started.
#[must_use]
pub fn journal_upload(guest: &Guest<'_>, manager: &Manager) -> Option<Target> {
    if !manager.service(guest, "systemd-journal-upload").is_started() {
        return None;
    }
    let url = ini::systemd_value(guest, "journal-upload.conf", "Upload", "URL")?;
    let certificate = ini::systemd_value(guest, "journal-upload.conf", "Upload", "TrustedCertificateFile");
    let transport = match (url.value().starts_with("http://"), certificate) {
        (true, _) => Transport::Plain,
        (false, Some(file)) if file.value() == "all" || file.value() == "-" => Transport::Encrypted,
        (false, _) => Transport::Authenticated,
    };
    let host = url.value().trim_start_matches("https://").trim_start_matches("http://").to_owned();
    Some(Target { host, transport: Some(transport), scope: Scope::Whole, place: url.won.place })
}

/// Where the logger of busybox sends logs, as OpenRC starts it: `-R host`.
#[must_use]
pub fn busybox(guest: &Guest<'_>) -> Known<Vec<Target>> {
    guest.watched(|| {
        let Some(text) = guest.text("/etc/conf.d/syslog") else { return Vec::new() };
        let target = |(number, line): (u32, &str)| {
            let options = line.strip_prefix("SYSLOGD_OPTS=")?.trim_matches(['"', '\'']);
            let mut words = options.split_whitespace().skip_while(|word| !word.starts_with("-R"));
            let host = words.next()?.strip_prefix("-R").filter(|host| !host.is_empty()).or_else(|| words.next())?;
            let place = Place::line(text.path(), number);
            let host = host.to_owned();
            Some(Target { host, transport: Some(Transport::Plain), scope: Scope::Whole, place })
        };
        text.settings(&['#']).filter_map(target).last().into_iter().collect()
    })
}

/// The targets of syslog-ng's destinations that a log path uses.
#[must_use]
pub fn syslog_ng(guest: &Guest<'_>) -> Known<Vec<Target>> {
    guest.watched(|| {
        let paths =
            ["/etc/syslog-ng/syslog-ng.conf".to_owned()].into_iter().chain(guest.glob("/etc/syslog-ng/conf.d/*.conf"));
        let texts: Vec<_> = paths.filter_map(|path| guest.text(&path)).collect();
        let paths: Vec<String> = texts.iter().flat_map(|text| blocks(text, "log")).map(|(_, _, body)| body).collect();
        // Which messages a filter lets through is not evaluated.
        let scope_of = |name: &String| {
            let using = paths.iter().filter(|body| references(body).contains(name));
            using.map(|body| if body.contains("filter") { Scope::Perhaps } else { Scope::Whole }).max()
        };
        let mut targets = Vec::new();
        for text in &texts {
            for (name, line, body) in blocks(text, "destination") {
                let target = destination(&body, Place::line(text.path(), line));
                targets.extend(target.zip(scope_of(&name)).map(|(target, scope)| Target { scope, ..target }));
            }
        }
        targets
    })
}

/// Blocks `KIND name { … };`: name, line, body. Comments are gone.
fn blocks(text: &super::Text, kind: &str) -> Vec<(String, u32, String)> {
    let mut found = Vec::new();
    let mut open: Option<(String, u32, String)> = None;
    let mut depth = 0_i32;
    for (number, line) in text.settings(&['#']) {
        let line = line.split(" #").next().unwrap_or_default();
        if open.is_none()
            && let Some(rest) = line.strip_prefix(kind).filter(|rest| rest.starts_with([' ', '\t', '{']))
        {
            let name = rest.split('{').next().unwrap_or_default().trim().to_owned();
            open = Some((name, number, String::new()));
            depth = 0;
        }
        if let Some((_, _, body)) = open.as_mut() {
            body.push_str(line);
            body.push(' ');
            depth += i32::try_from(line.matches('{').count()).unwrap_or(0)
                - i32::try_from(line.matches('}').count()).unwrap_or(0);
            if depth <= 0 && body.contains('}') {
                found.extend(open.take());
            }
        }
    }
    found
}

fn references(body: &str) -> Vec<String> {
    body.split("destination(")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .map(|name| name.trim().to_owned())
        .collect()
}

fn destination(body: &str, place: Place) -> Option<Target> {
    let drivers = ["network(", "syslog(", "tcp(", "udp(", "tcp6(", "udp6(", "http("];
    let at = drivers.iter().filter_map(|driver| Some(body.find(driver)? + driver.len())).min()?;
    let host = body[at..].split('"').nth(1)?.to_owned();
    if matches!(host.as_str(), "localhost" | "127.0.0.1" | "::1") {
        return None;
    }
    let encrypted = body.contains("tls(")
        && (body.contains("transport(\"tls\")") || body.contains("transport(tls)") || body.contains("syslog("));
    let unchecked =
        ["optional-untrusted", "optional-trusted", "required-untrusted", "peer-verify(no)", "peer_verify(no)"];
    let transport = match (encrypted, unchecked.iter().any(|word| body.contains(word))) {
        (false, _) => Transport::Plain,
        (true, true) => Transport::Encrypted,
        (true, false) => Transport::Authenticated,
    };
    Some(Target { host, transport: Some(transport), scope: Scope::Whole, place })
}
