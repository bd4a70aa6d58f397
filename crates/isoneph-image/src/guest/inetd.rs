//! What inetd and xinetd would start when somebody connects.

use super::packages::Packages;
use super::systemd::{Manager, State};
use super::{Guest, Known, Place, Text, base_name, join};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A service of a super-server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InetService {
    /// Name of the service, such as `telnet`.
    pub name: String,
    /// Program it starts; `internal` for the super-server's own.
    pub program: String,
    /// Where it stands.
    pub place: Place,
}

/// A server that waits for connections in place of others: its packages, services, and programs.
struct SuperServer {
    packages: &'static [&'static str],
    services: &'static [&'static str],
    programs: &'static [&'static str],
}

const INETD: SuperServer = SuperServer {
    packages: &["inetutils-inetd", "openbsd-inetd", "rlinetd", "inetd", "netkit-inetd", "busybox-extras"],
    services: &["inetutils-inetd", "openbsd-inetd", "inetd", "rlinetd", "busybox-inetd"],
    programs: &["/usr/sbin/inetd", "/usr/sbin/inetutils-inetd", "/usr/libexec/inetd", "/usr/sbin/rlinetd"],
};
const XINETD: SuperServer =
    SuperServer { packages: &["xinetd"], services: &["xinetd"], programs: &["/usr/sbin/xinetd"] };

impl SuperServer {
    /// Whether it may run: boot starts it, or it is there and how it starts is not known. A table alone starts nothing.
    fn may_run(&self, guest: &Guest<'_>, packages: &Packages, manager: &Manager) -> bool {
        let (_, state) = manager.any_service(guest, self.services);
        let by_run_level = self.services.iter().any(|name| manager.run_level_link(name).is_some());
        let there = || packages.any(self.packages).is_some() || self.programs.iter().any(|path| guest.exists(path));
        match state {
            State::Masked(_) => false,
            State::NotFound => there(),
            state => state.is_wanted() || by_run_level,
        }
    }
}

/// Reads `inetd.conf` and xinetd's files; services that are switched off are left out, and tables that no server reads.
#[must_use]
pub fn read(guest: &Guest<'_>, packages: &Packages, manager: &Manager) -> Known<Vec<InetService>> {
    guest.watched(|| {
        let mut services = Vec::new();
        if INETD.may_run(guest, packages, manager) {
            let paths = ["/etc/inetd.conf".to_owned()].into_iter().chain(guest.glob("/etc/inetd.d/*"));
            for text in paths.filter_map(|path| guest.text(&path)) {
                services.extend(inetd(&text));
            }
        }
        if XINETD.may_run(guest, packages, manager) {
            let mut extended = Extended { guest, found: Vec::new(), only: None, disabled: BTreeSet::new(), files: 0 };
            extended.file("/etc/xinetd.conf");
            services.extend(extended.switched_on());
        }
        services
    })
}

/// Lines of service, socket, protocol, wait, user, program, arguments.
fn inetd(text: &Text) -> Vec<InetService> {
    let service = |(number, line): (u32, &str)| {
        let parts: Vec<&str> = line.split_whitespace().collect();
        let program = parts.get(5)?;
        let name = parts[0].rsplit(':').next().unwrap_or(parts[0]);
        // "/usr/sbin/tcpd" wraps the program named after it.
        let program = if program.ends_with("/tcpd") { parts.get(6).unwrap_or(program) } else { program };
        Some(InetService {
            name: name.to_owned(),
            program: (*program).to_owned(),
            place: Place::line(text.path(), number),
        })
    };
    text.settings(&['#']).filter_map(service).collect()
}

/// Files of xinetd at most.
const FILES: usize = 1024;

/// xinetd's files, after xinetd.conf(5).
struct Extended<'g, 't> {
    guest: &'g Guest<'t>,
    /// Services by id, and whether each switches itself off.
    found: Vec<(InetService, String, bool)>,
    /// The only ids that are switched on, where the defaults list some.
    only: Option<BTreeSet<String>>,
    /// Ids that the defaults switch off.
    disabled: BTreeSet<String>,
    files: usize,
}

/// A block `service NAME { key = value … }` that is being read; without a service it is that of the defaults.
struct Block {
    service: Option<InetService>,
    id: String,
    disabled: bool,
}

impl Extended<'_, '_> {
    fn file(&mut self, path: &str) {
        self.files += 1;
        if self.files > FILES {
            self.guest.problem(path, "limit", format!("{path}: more than {FILES} files of xinetd"));
            return;
        }
        let Some(text) = self.guest.text(path) else { return };
        let mut open: Option<Block> = None;
        for (number, line) in text.settings(&['#']) {
            let words: Vec<&str> =
                line.split(|c: char| c.is_whitespace() || c == '{').filter(|word| !word.is_empty()).collect();
            match (words.as_slice(), &mut open) {
                (["service", name, ..], None) => {
                    let place = Place::line(path, number);
                    let service = InetService { name: (*name).to_owned(), program: String::new(), place };
                    open = Some(Block { service: Some(service), id: (*name).to_owned(), disabled: false });
                }
                (["defaults", ..], None) => open = Some(Block { service: None, id: String::new(), disabled: false }),
                (["include", file, ..], None) => self.file(file),
                (["includedir", folder, ..], None) => self.folder(folder),
                _ if line.starts_with('}') => self.end(open.take()),
                (_, Some(block)) => self.attribute(block, line),
                _ => {}
            }
        }
        self.end(open);
    }

    fn folder(&mut self, folder: &str) {
        for entry in self.guest.list(folder) {
            // As xinetd does: no names with a dot, none that end in a tilde.
            if !entry.name.contains('.') && !entry.name.ends_with('~') {
                self.file(&join(folder, &entry.name));
            }
        }
    }

    fn attribute(&mut self, block: &mut Block, line: &str) {
        let Some((key, value)) = line.split_once('=') else { return };
        let key = key.trim_end_matches(['+', '-']).trim();
        let (value, listed) = (value.trim(), value.split_whitespace().map(str::to_owned));
        match (key, block.service.as_mut()) {
            ("enabled", None) => self.only.get_or_insert_default().extend(listed),
            ("disabled", None) => self.disabled.extend(listed),
            ("disable", Some(_)) => block.disabled = value.eq_ignore_ascii_case("yes"),
            ("flags", Some(_)) => block.disabled |= value.split_whitespace().any(|flag| flag == "DISABLE"),
            ("id", Some(_)) => value.clone_into(&mut block.id),
            ("server", Some(service)) if base_name(&service.program) != "internal" => {
                value.clone_into(&mut service.program);
            }
            // The program that a wrapper starts comes first among its arguments.
            ("server_args", Some(service)) if base_name(&service.program) == "tcpd" => {
                value.split_whitespace().next().unwrap_or_default().clone_into(&mut service.program);
            }
            ("type", Some(service)) if value.contains("INTERNAL") => "internal".clone_into(&mut service.program),
            _ => {}
        }
    }

    fn end(&mut self, block: Option<Block>) {
        let Some(Block { service: Some(service), id, disabled }) = block else { return };
        self.found.push((service, id, disabled));
    }

    fn switched_on(self) -> impl Iterator<Item = InetService> {
        let (only, off) = (self.only, self.disabled);
        let on = move |id: &String| only.as_ref().is_none_or(|only| only.contains(id)) && !off.contains(id);
        self.found.into_iter().filter(move |(_, id, disabled)| !disabled && on(id)).map(|(service, ..)| service)
    }
}
