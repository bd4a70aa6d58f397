//! Settings of network services that a server has no use for.

use super::{Readings, Setting};
use crate::guest::systemd::{State, Unit};
use crate::guest::{Candidate, Place, Text, base_name};

/// A service that is better not there.
struct Unwanted {
    id: &'static str,
    packages: &'static [&'static str],
    /// Units, full names; of SysV and OpenRC the names without `.service`.
    units: &'static [&'static str],
    /// Names in the tables of inetd and xinetd.
    inetd: &'static [&'static str],
    /// Programs, whatever unit or entry starts them.
    programs: &'static [&'static str],
}

const UNWANTED: [Unwanted; 9] = [
    Unwanted {
        id: "service.telnet",
        packages: &["telnetd", "telnetd-ssl", "telnet-server", "inetutils-telnetd", "krb5-telnetd"],
        units: &["telnet.socket", "telnetd.service", "telnet.service", "inetutils-telnetd.service"],
        inetd: &["telnet"],
        programs: &["telnetd", "in.telnetd", "utelnetd", "inetutils-telnetd"],
    },
    Unwanted {
        id: "service.rsh",
        packages: &["rsh-server", "rsh-redone-server", "inetutils-rshd", "krb5-rsh-server"],
        units: &["rsh.socket", "rlogin.socket", "rexec.socket", "rsh.service", "rlogin.service"],
        inetd: &["shell", "login", "exec"],
        programs: &["rshd", "in.rshd", "rlogind", "in.rlogind", "rexecd", "in.rexecd"],
    },
    Unwanted {
        id: "service.nis",
        packages: &["nis", "ypserv", "ypbind", "ypbind-mt"],
        units: &["nis.service", "ypserv.service", "ypbind.service", "yppasswdd.service", "ypxfrd.service"],
        inetd: &[],
        programs: &["ypserv", "ypbind", "rpc.yppasswdd"],
    },
    Unwanted {
        id: "service.tftp",
        packages: &["tftpd", "tftpd-hpa", "atftpd", "tftp-server", "inetutils-tftpd"],
        units: &["tftpd-hpa.service", "tftp.socket", "tftp.service", "atftpd.service", "in.tftpd.service"],
        inetd: &["tftp"],
        programs: &["tftpd", "in.tftpd", "atftpd"],
    },
    Unwanted {
        id: "service.xinetd",
        packages: &["xinetd", "inetutils-inetd", "openbsd-inetd", "rlinetd", "inetd"],
        units: &[
            "xinetd.service",
            "inetutils-inetd.service",
            "openbsd-inetd.service",
            "inetd.service",
            "rlinetd.service",
        ],
        inetd: &[],
        programs: &["xinetd", "inetd", "inetutils-inetd", "rlinetd"],
    },
    Unwanted {
        id: "service.snmp",
        packages: &["snmpd", "net-snmp"],
        units: &["snmpd.service"],
        inetd: &[],
        programs: &["snmpd"],
    },
    Unwanted {
        id: "service.ftp",
        packages: &[
            "vsftpd",
            "proftpd",
            "proftpd-basic",
            "proftpd-core",
            "pure-ftpd",
            "ftpd",
            "ftpd-ssl",
            "inetutils-ftpd",
        ],
        units: &[
            "vsftpd.service",
            "vsftpd.socket",
            "proftpd.service",
            "proftpd.socket",
            "pure-ftpd.service",
            "inetutils-ftpd.service",
        ],
        inetd: &["ftp"],
        programs: &["vsftpd", "proftpd", "in.ftpd", "ftpd", "pure-ftpd"],
    },
    Unwanted {
        id: "service.avahi",
        packages: &["avahi-daemon", "avahi"],
        units: &["avahi-daemon.service", "avahi-daemon.socket"],
        inetd: &[],
        programs: &["avahi-daemon"],
    },
    Unwanted {
        id: "service.rpcbind",
        packages: &["rpcbind", "portmap"],
        units: &["rpcbind.service", "rpcbind.socket", "portmap.service"],
        inetd: &[],
        programs: &["rpcbind", "portmap"],
    },
];

pub(super) fn settings(readings: &Readings<'_>) -> Vec<Setting> {
    let started = started_programs(readings);
    let mut settings: Vec<Setting> =
        UNWANTED.iter().map(|unwanted| unwanted_service(readings, unwanted, &started)).collect();
    settings.push(control_alt_delete(readings));
    settings
}

/// The programs that units start at boot, under whatever name: unit, program, place.
fn started_programs(readings: &Readings<'_>) -> Vec<(String, String, Place)> {
    let manager = &readings.manager;
    let commands = services_of(readings).into_iter().flat_map(|unit| {
        let commands = unit.values("Service", "ExecStart");
        commands.into_iter().map(move |command| (unit.name.clone(), command))
    });
    let program = |command: &str| {
        let mut words =
            command.split_whitespace().map(|word| base_name(word.trim_start_matches(['-', '@', ':', '+', '!'])));
        words.find(|word| *word != "busybox").unwrap_or_default().to_owned()
    };
    let by_units = commands.map(|(unit, command)| (unit, program(&command.value), command.place));
    let others = manager.commands.iter().filter(|command| command.unit.is_empty());
    let by_commands = others.map(|command| {
        let program = command.words().into_iter().next().unwrap_or_default();
        (command.place.to_string(), program, command.place.clone())
    });
    by_units.chain(by_commands).collect()
}

/// The services that boot starts, and those that its sockets start when somebody connects.
fn services_of(readings: &Readings<'_>) -> Vec<Unit> {
    let (manager, guest) = (&readings.manager, readings.guest);
    let mut names: Vec<String> = Vec::new();
    for (name, _) in manager.started() {
        if name.ends_with(".service") {
            names.push(name.to_owned());
        } else if let Some(stem) = name.strip_suffix(".socket") {
            let named = manager.load(guest, name).and_then(|unit| unit.value("Socket", "Service"));
            names.extend(named.map(|service| service.value().to_owned()));
            names.extend([format!("{stem}.service"), format!("{stem}@.service")]);
        }
    }
    names.sort();
    names.dedup();
    names.iter().filter_map(|name| manager.load(guest, name)).collect()
}

fn unwanted_service(readings: &Readings<'_>, unwanted: &Unwanted, started: &[(String, String, Place)]) -> Setting {
    let (manager, guest) = (&readings.manager, readings.guest);
    let installed: Vec<Candidate> = unwanted
        .packages
        .iter()
        .filter_map(|name| readings.packages.get(name))
        .map(|package| {
            Candidate::new(format!("{} {}", package.name, package.version), Place::line(&package.path, package.line))
        })
        .collect();
    let states: Vec<(&str, State)> = unwanted
        .units
        .iter()
        .map(|unit| {
            let service = unit.strip_suffix(".service");
            let state =
                service.map_or_else(|| manager.unit_state(guest, unit), |service| manager.service(guest, service));
            (*unit, asked_by_run_level(readings, service, state))
        })
        .filter(|(_, state)| *state != State::NotFound)
        .collect();
    let names_program = |path: &str| unwanted.programs.contains(&base_name(path));
    let entries = readings
        .inetd
        .iter()
        .filter(|entry| unwanted.inetd.contains(&entry.name.as_str()) || names_program(&entry.program));
    let entries: Vec<Candidate> =
        entries.map(|entry| Candidate::new(format!("service {}", entry.name), entry.place.clone())).collect();
    let as_candidate = |(unit, state): &(&str, State)| {
        state.place().map(|place| Candidate::new(format!("{unit} is {}", state.name()), place.clone()))
    };
    let mut wanted: Vec<Candidate> =
        states.iter().filter(|(_, state)| state.is_wanted()).filter_map(as_candidate).collect();
    let others_start =
        started.iter().filter(|(unit, program, _)| names_program(program) && !unwanted.units.contains(&unit.as_str()));
    wanted.extend(
        others_start.map(|(unit, program, place)| Candidate::new(format!("{unit} starts {program}"), place.clone())),
    );
    let others: Vec<Candidate> =
        states.iter().filter(|(_, state)| !state.is_wanted()).filter_map(as_candidate).collect();
    let problems = [&readings.packages.problems[..], &manager.problems[..], &readings.inetd.problems[..]].concat();
    let setting = |value: &str| Setting::explicit(unwanted.id, value);
    if !wanted.is_empty() || !entries.is_empty() {
        let value = if unwanted.id == "service.snmp" { snmp_state(readings) } else { "enabled" };
        let setting = setting(value).parts(&wanted).parts(&entries).parts(&installed);
        // What runs with a fair configuration may be judged fair only when everything was read.
        return setting.needs_unless(value == "enabled", &problems);
    }
    if installed.is_empty() && others.iter().all(|other| other.value.ends_with("masked")) {
        return setting("absent").parts(&others).needs(&problems);
    }
    if others.is_empty() {
        // A daemon that a super-server starts has no unit of its own to switch off.
        return setting("installed").parts(&installed);
    }
    setting("disabled").parts(&others).parts(&installed).needs(&problems)
}

/// A unit that nothing pulls in stands before a script that a run level starts: under SysV init the service runs, and its
/// packager meant it to.
fn asked_by_run_level(readings: &Readings<'_>, service: Option<&str>, state: State) -> State {
    let link = service.and_then(|service| readings.manager.run_level_link(service));
    match (&state, link) {
        (State::Disabled(_), Some(link)) => State::Linked(link.clone()),
        _ => state,
    }
}

/// `enabled-default-community` where a community that everybody tries opens it, else `enabled-own-community`.
fn snmp_state(readings: &Readings<'_>) -> &'static str {
    let texts = [
        "/etc/snmp/snmpd.conf",
        "/etc/snmp/snmpd.local.conf",
        "/var/lib/snmp/snmpd.conf",
        "/usr/share/snmp/snmpd.conf",
    ];
    let mut paths: Vec<String> = texts.iter().map(|path| (*path).to_owned()).collect();
    paths.extend(readings.guest.files_ending("/etc/snmp/snmpd.conf.d", ".conf"));
    if reads_elsewhere(readings) {
        return "enabled-default-community";
    }
    let reading =
        readings.guest.watched(|| paths.iter().filter_map(|path| readings.guest.text(path)).collect::<Vec<_>>());
    if !reading.problems.is_empty()
        || reading.facts.is_empty()
        || reading.facts.iter().any(|text| has_default_community(text))
    {
        return "enabled-default-community";
    }
    "enabled-own-community"
}

/// Whether the daemon is told other files than the usual ones, which may hold anything.
fn reads_elsewhere(readings: &Readings<'_>) -> bool {
    let (manager, guest) = (&readings.manager, readings.guest);
    let unit = manager.load(guest, "snmpd.service");
    let commands = unit.map_or_else(Vec::new, |unit| unit.values("Service", "ExecStart"));
    let of_files = ["/etc/default/snmpd", "/etc/sysconfig/snmpd", "/etc/conf.d/snmpd"].map(|path| guest.text(path));
    let lines = of_files.iter().flatten().flat_map(|text| text.settings(&['#']).map(|(_, line)| line.to_owned()));
    let told =
        |line: String| line.split([' ', '\t', '"', '\'', '=']).any(|word| word == "-C" || word.starts_with("-c"));
    commands.into_iter().map(|command| command.value).chain(lines).any(told)
}

fn has_default_community(text: &Text) -> bool {
    text.settings(&['#']).any(|(_, line)| {
        let parts: Vec<&str> = line.split_whitespace().collect();
        let keyword = parts.first().map(|word| word.to_ascii_lowercase()).unwrap_or_default();
        let known = |word: &&str| matches!(word.trim_matches('"').to_ascii_lowercase().as_str(), "public" | "private");
        let communities = ["rocommunity", "rwcommunity", "rocommunity6", "rwcommunity6", "com2sec", "com2sec6"];
        // A file that is included may hold anything.
        matches!(keyword.as_str(), "includefile" | "includeall") && parts.len() > 1 && !line.contains("snmpd.conf.d")
            || communities.contains(&keyword.as_str()) && parts[1..].iter().any(known)
    })
}

fn control_alt_delete(readings: &Readings<'_>) -> Setting {
    let id = "systemd.ctrl-alt-del";
    let (manager, guest) = (&readings.manager, readings.guest);
    if manager.has_systemd() {
        let state = manager.unit_state(guest, "ctrl-alt-del.target");
        let value = match &state {
            State::Masked(_) | State::NotFound => "masked",
            _ => "reboots",
        };
        let place = state.place().map(|place| Candidate::new(value, place.clone()));
        return Setting::explicit(id, value).parts(&place).needs(&manager.problems);
    }
    let inittab = guest.watched(|| guest.text("/etc/inittab"));
    let Some(text) = &inittab.facts else {
        return Setting::unknown(id, "no-init", "no systemd and no /etc/inittab").needs(&inittab.problems);
    };
    let line = text.settings(&['#']).find(|(_, line)| line.contains(":ctrlaltdel:"));
    match line {
        Some((number, line)) => {
            Setting::explicit(id, "reboots").parts([&Candidate::new(line, Place::line(text.path(), number))])
        }
        None => Setting::explicit(id, "masked").at(Place::file(text.path())),
    }
}
