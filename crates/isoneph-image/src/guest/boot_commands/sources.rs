//! Where the commands stand.

use super::{Command, When};
use crate::guest::ini::drop_ins;
use crate::guest::shell;
use crate::guest::systemd::{Manager, State};
use crate::guest::{Guest, Place, Text, crontab, tuned, words};
use crate::tree::Metadata;
use std::rc::Rc;

/// Commands kept at most.
const MOST: usize = 20_000;
/// And bytes of them.
const BYTES: usize = 4 << 20;
/// What makes a unit of rc.local.
const GENERATORS: [&str; 2] = [
    "/usr/lib/systemd/system-generators/systemd-rc-local-generator",
    "/lib/systemd/system-generators/systemd-rc-local-generator",
];
/// Folders in which an administrator keeps scripts of his own.
const OWN: [&str; 7] = ["/usr/local/", "/opt/", "/root/", "/home/", "/srv/", "/etc/", "/var/"];
const SHELLS: [&str; 6] = ["sh", "bash", "dash", "ash", "ksh", "busybox"];

/// Where jobs of at wait; their names begin with the letter of their queue.
const PUT_OFF: [&str; 3] =
    ["/var/spool/cron/atjobs/[a-zA-Z]*", "/var/spool/at/[a-zA-Z]*", "/var/spool/atjobs/[a-zA-Z]*"];

struct Reader<'g, 't> {
    guest: &'g Guest<'t>,
    found: Vec<Command>,
    bytes: usize,
    full: bool,
}

/// Reads all of them.
pub(crate) fn read(guest: &Guest<'_>, manager: &Manager) -> Vec<Command> {
    let mut reader = Reader { guest, found: Vec::new(), bytes: 0, full: false };
    reader.early(manager);
    reader.units(manager);
    reader.network(manager);
    reader.jobs(manager);
    reader.late(manager);
    reader.found
}

impl Reader<'_, '_> {
    /// Rules of tmpfiles and udev that write.
    fn early(&mut self, manager: &Manager) {
        if !manager.has_systemd() {
            return;
        }
        let folders = ["/etc", "/run", "/usr/local/lib", "/usr/lib"].map(|folder| format!("{folder}/tmpfiles.d"));
        for path in drop_ins(self.guest, &folders, ".conf") {
            let Some(text) = self.guest.text(&path) else { continue };
            for (number, line) in text.settings(&['#']) {
                let fields = words(line);
                // Type, path, mode, user, group, age, what is written.
                let [kind, target, _, _, _, _, value @ ..] = fields.as_slice() else { continue };
                if kind.starts_with('w') && target.starts_with("/proc/sys/") {
                    let text = format!("echo {} > {target}", value.join(" "));
                    self.push(text, Place::line(&path, number), When::Sometime, "");
                }
            }
        }
        if manager.service(self.guest, "tuned").is_started() {
            // It may apply the administrator's own files once more afterwards.
            for (key, line) in tuned::parameters(self.guest) {
                self.push(format!("sysctl {key}={}", line.value), line.place, When::Perhaps, "");
            }
        }
        for path in self.guest.files_ending("/etc/udev/rules.d", ".rules") {
            let Some(text) = self.guest.text(&path) else { continue };
            for (number, line) in text.settings(&['#']) {
                let place = Place::line(&path, number);
                let quoted = |rest: &str| rest.split('"').nth(1).unwrap_or_default().to_owned();
                for (key, rest) in line.split("SYSCTL{").skip(1).filter_map(|part| part.split_once('}')) {
                    self.push(format!("sysctl {key}={}", quoted(rest)), place.clone(), When::Perhaps, "");
                }
                for rest in line.split("RUN").skip(1) {
                    self.line(&quoted(rest), &place, When::Perhaps, "", true);
                }
            }
        }
    }

    /// The commands of units that boot or a timer starts.
    fn units(&mut self, manager: &Manager) {
        let names: Vec<String> = manager.started().map(|(name, _)| name.to_owned()).collect();
        let by_timer =
            names.iter().filter_map(|name| name.strip_suffix(".timer")).map(|stem| format!("{stem}.service"));
        let services: Vec<String> =
            names.iter().filter(|name| name.ends_with(".service")).cloned().chain(by_timer).collect();
        for name in services {
            let Some(unit) = manager.load(self.guest, &name) else { continue };
            for key in ["ExecStartPre", "ExecStart", "ExecStartPost"] {
                for command in unit.values("Service", key) {
                    // What comes before and after it is not what the unit is there for.
                    let by = if key == "ExecStart" { unit.name.as_str() } else { "" };
                    let text = command.value.trim_start_matches(['-', '@', ':', '+', '!']);
                    self.line(text, &command.place, When::Sometime, by, true);
                }
            }
        }
    }

    /// Hooks of ifupdown, NetworkManager and WireGuard.
    fn network(&mut self, manager: &Manager) {
        let guest = self.guest;
        let interfaces =
            ["/etc/network/interfaces".to_owned()].into_iter().chain(guest.glob("/etc/network/interfaces.d/*"));
        for text in interfaces.filter_map(|path| file(guest, &path)) {
            self.after(&text, &["up", "pre-up", "post-up", "down", "pre-down", "post-down"], char::is_whitespace);
        }
        for text in guest.glob("/etc/wireguard/*.conf").iter().filter_map(|path| file(guest, path)) {
            self.after(&text, &["PostUp", "PreUp"], |character: char| character == '=');
        }
        let hooks = [
            ("/etc/network/if-up.d/*", "networking"),
            ("/etc/network/if-pre-up.d/*", "networking"),
            ("/etc/NetworkManager/dispatcher.d/*", "NetworkManager"),
            ("/etc/NetworkManager/dispatcher.d/pre-up.d/*", "NetworkManager"),
            ("/etc/networkd-dispatcher/*/*", "networkd-dispatcher"),
        ];
        for (pattern, service) in hooks {
            if manager.service(guest, service).is_started() {
                guest.glob(pattern).iter().for_each(|path| self.script(path, When::Perhaps));
            }
        }
    }

    /// Lines that begin with one of the words, a divider and a command.
    fn after(&mut self, text: &Text, names: &[&str], divides: fn(char) -> bool) {
        for (number, line) in text.settings(&['#']) {
            let Some((name, command)) = line.split_once(divides) else { continue };
            if names.contains(&name.trim()) {
                self.line(command.trim(), &Place::line(text.path(), number), When::Perhaps, "", true);
            }
        }
    }

    /// Jobs of cron, where a daemon runs them.
    fn jobs(&mut self, manager: &Manager) {
        self.put_off(manager);
        if !crontab::runs(self.guest, manager) {
            return;
        }
        for job in crontab::read(self.guest).facts {
            let body = Text::new(&job.place.path, job.command.as_bytes());
            for command in shell::commands(&body) {
                let when = if command.conditional { When::Perhaps } else { When::Sometime };
                self.line(command.text, &job.place, when, "", job.at_boot);
            }
        }
    }

    /// Jobs of at that wait for their time: of those whose time is over the daemon makes up when it starts.
    fn put_off(&mut self, manager: &Manager) {
        if !manager.any_service(self.guest, &["atd"]).1.is_started() {
            return;
        }
        for path in PUT_OFF.iter().flat_map(|pattern| self.guest.glob(pattern)) {
            let waits = self.guest.metadata(&path).is_some_and(|found| found.is_file() && found.mode & 0o100 != 0);
            let Some(text) = self.guest.text(&path).filter(|_| waits) else { continue };
            for command in shell::commands(&text) {
                self.line(command.text, &Place::line(&path, command.line), When::Perhaps, "", true);
            }
        }
    }

    /// What boot runs last.
    fn late(&mut self, manager: &Manager) {
        let guest = self.guest;
        let state = manager.unit_state(guest, "rc-local.service");
        let masked = matches!(state, State::Masked(_));
        // systemd makes a unit of the script, or the distribution brings one.
        let generator = GENERATORS.iter().any(|path| guest.exists(path));
        let starts = !manager.has_systemd() || state != State::NotFound || generator;
        let mut seen = Vec::new();
        for path in ["/etc/rc.local", "/etc/rc.d/rc.local", "/etc/init.d/boot.local", "/etc/init.d/after.local"] {
            let Some(real) = guest.canonical(path).filter(|_| !masked) else { continue };
            if !seen.contains(&real) {
                self.script(path, if starts && self.has_interpreter(path) { When::Late } else { When::Perhaps });
                seen.push(real);
            }
        }
        if !manager.has_systemd() {
            self.inittab();
        }
        if !manager.has_systemd() && manager.service(guest, "local").is_started() {
            for path in guest.files_ending("/etc/local.d", ".start") {
                self.script(&path, When::Late);
            }
        }
        for path in guest.glob("/var/lib/cloud/scripts/per-boot/*") {
            self.script(&path, When::Late);
        }
    }

    /// What init itself starts: `id:levels:action:command`.
    fn inittab(&mut self) {
        let Some(text) = self.guest.text("/etc/inittab") else { return };
        for (number, line) in text.settings(&['#']) {
            let fields: Vec<&str> = line.splitn(4, ':').collect();
            let [_, _, action, command] = fields.as_slice() else { continue };
            if ["sysinit", "boot", "bootwait", "wait", "once", "respawn"].contains(action) {
                self.line(command, &Place::line(text.path(), number), When::Sometime, "", true);
            }
        }
    }

    /// The lines of a script that may be run.
    fn script(&mut self, path: &str, when: When) {
        if self.guest.metadata(path).is_some_and(|metadata| metadata.is_file() && metadata.mode & 0o111 != 0) {
            self.lines(path, when, true);
        }
    }

    fn lines(&mut self, path: &str, when: When, follows: bool) {
        if !self.is_script(path) {
            return;
        }
        let Some(text) = self.guest.text(path) else { return };
        // What stands behind the end of the script is not run.
        let mut ended = false;
        for command in shell::commands(&text) {
            ended |= command.text.split_whitespace().next() == Some("exit") && !command.conditional;
            if ended {
                break;
            }
            let when = if command.conditional { When::Perhaps } else { when };
            self.line(command.text, &Place::line(path, command.line), when, "", follows);
        }
    }

    /// Whether the kernel knows what runs it.
    fn has_interpreter(&self, path: &str) -> bool {
        self.guest.tree().read_range(path, 0, 2).is_ok_and(|start| start == b"#!")
    }

    /// A program is no script; one that cannot be read is noted by whoever reads it as text.
    fn is_script(&self, path: &str) -> bool {
        self.guest.tree().read_range(path, 0, 64).map_or(true, |start| !start.contains(&0))
    }

    /// One line: itself, the text that a shell is given, and the script that it names.
    fn line(&mut self, text: &str, place: &Place, when: When, unit: &str, follows: bool) {
        let all = words(text);
        let program = all.first().map(|word| crate::guest::base_name(word).to_owned()).unwrap_or_default();
        let by_shell = SHELLS.contains(&program.as_str());
        let inner = all.iter().position(|word| word.starts_with('-') && word.ends_with('c')).filter(|_| by_shell);
        if let Some(inner) = inner.and_then(|at| all.get(at + 1)) {
            let body = Text::new(&place.path, inner.as_bytes());
            for command in shell::commands(&body) {
                let when = if command.conditional { When::Perhaps } else { when };
                self.push(command.text.trim().to_owned(), place.clone(), when, "");
            }
            return;
        }
        let script = if by_shell { all.iter().skip(1).find(|word| !word.starts_with('-')) } else { all.first() };
        let own = script.filter(|path| OWN.iter().any(|folder| path.starts_with(folder)));
        match own.filter(|path| follows && **path != place.path && self.guest.exists(path)) {
            Some(path) => self.lines(&path.clone(), when, false),
            None => self.push(text.trim().to_owned(), place.clone(), when, unit),
        }
    }

    fn push(&mut self, text: String, place: Place, when: When, unit: &str) {
        if text.is_empty() {
            return;
        }
        self.bytes += text.len();
        if self.found.len() < MOST && self.bytes < BYTES {
            self.found.push(Command { text, place, when, unit: unit.to_owned() });
        } else if !self.full {
            self.full = true;
            let why = format!("{}: boot and cron run more commands than are looked at", place.path);
            self.guest.problem(&place.path, "limit", why);
        }
    }
}

fn file(guest: &Guest<'_>, path: &str) -> Option<Rc<Text>> {
    guest.metadata(path).filter(Metadata::is_file).and_then(|_| guest.text(path))
}
