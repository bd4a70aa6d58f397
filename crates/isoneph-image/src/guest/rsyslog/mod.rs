//! rsyslog: where it sends logs, in both syntaxes, and whether the way there is encrypted.

mod scope;
mod stop;
mod syntax;

pub use self::scope::Scope;

use self::syntax::{Said, Statement, statements};
use super::{Candidate, Guest, Known, Place};
use std::collections::{BTreeMap, BTreeSet};

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
    /// Which messages come to it.
    pub scope: Scope,
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
    /// Each with the set of rules that it stands in; empty for the one that everything goes through.
    targets: Vec<(String, Target)>,
    /// Which set of rules hands on to which, and how much of it.
    calls: Vec<(String, String, Scope)>,
    /// The most that goes on in a set, after what was stopped so far.
    left: BTreeMap<String, Scope>,
    /// Whether something takes what the guest's programs say, and whether files are read as messages.
    takes: bool,
    reads_files: bool,
    /// Said by the old syntax: nothing is taken from the socket; the next actions are for when others fail.
    omits: bool,
    spare: bool,
    /// The set that the old syntax puts rules into.
    ruleset: String,
    /// Sets that the guest's own messages go through.
    own: BTreeSet<String>,
}

/// Inputs that take the messages of the guest's own programs.
const OWN: [&str; 4] = ["imuxsock", "imjournal", "imklog", "imkmsg"];

impl State {
    /// The targets that the guest's own messages come to, none of them with more than `most`.
    fn reached(self, most: Scope) -> Vec<Target> {
        let mut reached: BTreeMap<String, Scope> = self.own.into_iter().map(|name| (name, most)).collect();
        reached.insert(String::new(), most);
        loop {
            let grows = self.calls.iter().find_map(|(from, to, scope)| {
                let scope = (*reached.get(from)?).min(*scope);
                reached.get(to).is_none_or(|had| *had < scope).then(|| (to.clone(), scope))
            });
            let Some((to, scope)) = grows else { break };
            reached.insert(to, scope);
        }
        let of = |(ruleset, target): (String, Target)| {
            let scope = target.scope.min(*reached.get(&ruleset)?);
            Some(Target { scope, ..target })
        };
        self.targets.into_iter().filter_map(of).collect()
    }

    /// The most that the guest's own programs hand to the logger.
    fn taken(&self) -> Scope {
        match (self.takes, self.reads_files) {
            (true, _) => Scope::Whole,
            (false, true) => Scope::Perhaps,
            (false, false) => Scope::Some,
        }
    }

    fn target(&mut self, ruleset: String, scope: Scope, target: Option<Target>) {
        let left = self.left.get(&ruleset).copied().unwrap_or_default();
        self.targets.extend(target.map(|target| {
            let scope = scope.min(left).min(target.scope);
            (ruleset, Target { scope, ..target })
        }));
    }

    fn stop(&mut self, ruleset: String, most: Scope) {
        let left = self.left.entry(ruleset).or_default();
        *left = most.min(*left);
    }

    fn input(&mut self, name: &str, parameters: &BTreeMap<String, String>) {
        let name = name.trim_end_matches(".so").to_ascii_lowercase();
        let off = parameters.get("syssock.use").is_some_and(|on| is_off(on));
        self.takes |= name == "imjournal" || name == "imuxsock" && !off && !self.omits;
        self.reads_files |= name == "imfile";
    }

    fn read(&mut self, guest: &Guest<'_>, statement: Statement, depth: usize) {
        let Statement { said, ruleset, scope, place } = statement;
        // A block names its set; elsewhere the old syntax's own counts.
        let ruleset = ruleset.unwrap_or_else(|| self.ruleset.clone());
        match said {
            Said::Directive(name, value) => match name.as_str() {
                "includeconfig" => include(guest, &value, self, depth),
                "defaultnetstreamdriver" => self.default_driver = value,
                "actionsendstreamdriver" => self.driver = value,
                "actionsendstreamdrivermode" => self.mode = value,
                "actionsendstreamdriverauthmode" => self.authentication = value,
                "ruleset" if value.eq_ignore_ascii_case("rsyslog_defaultruleset") => self.ruleset.clear(),
                "ruleset" => self.ruleset = value.to_ascii_lowercase(),
                "defaultruleset" => drop(self.own.insert(value.to_ascii_lowercase())),
                "modload" => self.input(&value, &BTreeMap::new()),
                "omitlocallogging" => self.omits = !is_off(&value),
                "actionexeconlywhenpreviousissuspended" => self.spare = !is_off(&value),
                _ => {}
            },
            Said::Object(name, parameters) => {
                self.object(guest, (&name, &parameters), (ruleset, scope, place), depth);
            }
            Said::Call(to) => {
                let left = self.left.get(&ruleset).copied().unwrap_or_default();
                self.calls.push((ruleset.clone(), to.clone(), scope.min(left)));
                // What stops there does not come back.
                if let Some(most) = self.left.get(&to).copied() {
                    self.stop(ruleset, if scope == Scope::Whole { most } else { Scope::Perhaps });
                }
            }
            Said::Stop => self.stop(ruleset, scope),
            Said::Selector(destination) => {
                let target = legacy(&destination, self, place);
                let scope = if self.spare { scope.min(Scope::Perhaps) } else { scope };
                self.target(ruleset, scope, target);
            }
        }
    }

    fn object(
        &mut self,
        guest: &Guest<'_>,
        (name, parameters): (&str, &BTreeMap<String, String>),
        (ruleset, scope, place): (String, Scope, Place),
        depth: usize,
    ) {
        match name {
            "include" => {
                if let Some(pattern) = parameters.get("file") {
                    include(guest, pattern, self, depth);
                }
            }
            "global" => {
                if let Some(driver) = parameters.get("defaultnetstreamdriver") {
                    driver.clone_into(&mut self.default_driver);
                }
            }
            "input" | "module" => {
                if let Some(module) = parameters.get("load") {
                    self.input(module, parameters);
                }
                let of = parameters.get("type").or_else(|| parameters.get("load"));
                let takes_own = of.is_some_and(|of| OWN.contains(&of.to_ascii_lowercase().as_str()));
                self.own.extend(parameters.get("ruleset").filter(|_| takes_own).map(|name| name.to_ascii_lowercase()));
            }
            "action" => {
                let target = action(parameters, self, place);
                self.target(ruleset, scope, target);
            }
            _ => {}
        }
    }
}

/// Reads the targets.
#[must_use]
pub fn read(guest: &Guest<'_>) -> Known<Vec<Target>> {
    guest.watched(|| {
        if told_elsewhere(guest) {
            return Vec::new();
        }
        let mut state = State::default();
        let reading = guest.watched(|| read_file(guest, "/etc/rsyslog.conf", &mut state, 0));
        let taken = state.taken();
        // What could not be read may load what is missing.
        state.reached(if reading.problems.is_empty() { taken } else { taken.max(Scope::Perhaps) })
    })
}

/// Where a unit or the options of the service are written.
const STARTS: [&str; 6] = [
    "/etc/systemd/system/rsyslog.service",
    "/usr/lib/systemd/system/rsyslog.service",
    "/lib/systemd/system/rsyslog.service",
    "/etc/systemd/system/rsyslog.service.d/*.conf",
    "/etc/default/rsyslog",
    "/etc/sysconfig/rsyslog",
];

/// Whether the daemon is started with `-f`: it then reads another file, which is not followed.
fn told_elsewhere(guest: &Guest<'_>) -> bool {
    let mut elsewhere = false;
    for path in STARTS.iter().flat_map(|pattern| guest.glob(pattern)) {
        let Some(text) = guest.text(&path) else { continue };
        let starts = |line: &str| line.contains("rsyslogd") || line.to_ascii_uppercase().contains("OPTIONS=");
        let words = |line: &str| line.split([' ', '\t', '"', '\'', '=']).any(|word| word.starts_with("-f"));
        let found = text.settings(&['#', ';']).find(|(_, line)| starts(line) && words(line));
        if let Some((number, _)) = found {
            let message = format!("{path}:{number} starts rsyslog with another file, which is not read");
            guest.problem(&path, "not-followed", message);
            elsewhere = true;
        }
    }
    elsewhere
}

fn read_file(guest: &Guest<'_>, path: &str, state: &mut State, depth: usize) {
    state.files += 1;
    if depth > DEPTH || state.files > FILES {
        guest.problem(path, "limit", format!("{path}: rsyslog's files include each other too deeply"));
        return;
    }
    let Some(text) = guest.text(path) else { return };
    for statement in statements(&text) {
        state.read(guest, statement, depth);
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
    is_elsewhere(host).then(|| Target { host: host.to_owned(), transport: Some(transport), scope: Scope::Whole, place })
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
    if get("config.enabled").is_some_and(is_off) {
        return None;
    }
    let spare = get("action.execonlywhenpreviousissuspended").is_some_and(|on| !is_off(on));
    let scope = if spare { Scope::Perhaps } else { Scope::Whole };
    let host =
        get("target").or_else(|| get("server")).or_else(|| get("host")).or_else(|| get("broker")).unwrap_or_default();
    let transport = match kind.as_str() {
        "omfwd" if get("protocol").is_some_and(|protocol| protocol.eq_ignore_ascii_case("tcp")) => {
            // Directives of the old syntax hold for actions of the old syntax; the default driver holds for both.
            let own = |name: &str| get(name).unwrap_or_default();
            let (mode, authentication) = (own("streamdrivermode"), own("streamdriverauthmode"));
            Some(stream(own("streamdriver"), mode, authentication, state))
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
    is_elsewhere(host).then(|| Target { host: host.to_owned(), transport, scope, place })
}

fn is_off(word: &str) -> bool {
    matches!(word.to_ascii_lowercase().as_str(), "off" | "0" | "no" | "false")
}
