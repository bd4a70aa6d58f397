//! Settings of the kernel: parameters set at boot, modules kept out, core dumps.

use super::{Readings, Setting};
use crate::guest::boot::Entry;
use crate::guest::boot_commands::{self, When};
use crate::guest::systemd::State;
use crate::guest::{Candidate, Effective, Place, ini, sysctl};

/// Parameters that are catalogued.
const KEYS: [&str; 22] = [
    "kernel.randomize_va_space",
    "kernel.dmesg_restrict",
    "kernel.kptr_restrict",
    "kernel.yama.ptrace_scope",
    "kernel.unprivileged_bpf_disabled",
    "kernel.sysrq",
    "fs.suid_dumpable",
    "fs.protected_hardlinks",
    "fs.protected_symlinks",
    "net.ipv4.ip_forward",
    "net.ipv4.conf.all.accept_redirects",
    "net.ipv4.conf.default.accept_redirects",
    "net.ipv6.conf.all.accept_redirects",
    "net.ipv6.conf.default.accept_redirects",
    "net.ipv4.conf.all.send_redirects",
    "net.ipv4.conf.default.send_redirects",
    "net.ipv4.conf.all.accept_source_route",
    "net.ipv4.conf.default.accept_source_route",
    "net.ipv6.conf.all.accept_source_route",
    "net.ipv4.conf.all.rp_filter",
    "net.ipv4.conf.default.rp_filter",
    "net.ipv4.tcp_syncookies",
];

/// Modules that a server has no use for: rare file systems, removable storage, rare protocols.
const MODULES: [&str; 11] =
    ["cramfs", "freevxfs", "hfs", "hfsplus", "jffs2", "udf", "usb-storage", "dccp", "sctp", "rds", "tipc"];

pub(super) fn settings(readings: &Readings<'_>) -> Vec<Setting> {
    let mut settings: Vec<Setting> = KEYS.iter().map(|key| parameter(readings, key)).collect();
    settings.extend(interfaces(readings));
    settings.extend(MODULES.iter().map(|module| blocked(readings, module)));
    settings.push(core_dumps(readings));
    settings
}

/// Parameters that one interface alone may switch on: key for all of them, family, name for one.
const OF_ONE: [(&str, &str, &str); 4] = [
    ("net.ipv4.ip_forward", "net.ipv4.conf", "forwarding"),
    ("net.ipv4.conf.all.accept_redirects", "net.ipv4.conf", "accept_redirects"),
    ("net.ipv6.conf.all.accept_redirects", "net.ipv6.conf", "accept_redirects"),
    ("net.ipv4.conf.all.send_redirects", "net.ipv4.conf", "send_redirects"),
];

/// A row for each interface that a file switches such a parameter on for.
fn interfaces(readings: &Readings<'_>) -> Vec<Setting> {
    let rows = OF_ONE.iter().flat_map(|(key, family, name)| {
        let lines = readings.sysctl.of_interfaces(family, name).into_iter();
        let on = lines.filter(|(_, line)| line.value.parse() != Ok(0_i64));
        on.map(move |(interface, line)| {
            Setting::explicit(format!("sysctl.{key}"), line.value.clone()).scope(interface).won(&line)
        })
    });
    rows.collect()
}

fn parameter(readings: &Readings<'_>, key: &str) -> Setting {
    let setting = stated(readings, key);
    let applied = match setting.value.as_deref().and_then(|value| overriding(readings, key, value)) {
        Some((place, why)) => Setting::unknown(&setting.id, "not-applied", why).at(place),
        None => setting,
    };
    after_commands(readings, key, applied)
}

/// The value by the files, unless a command that boot runs sets another.
fn after_commands(readings: &Readings<'_>, key: &str, setting: Setting) -> Setting {
    let guest = readings.guest;
    let keys = [key].into_iter().chain(sysctl::other_name(key)).collect::<Vec<_>>();
    let read = guest.watched(|| boot_commands::parameter(guest, &readings.manager.commands, &keys));
    let Some(assigned) = &read.facts else { return setting.needs(&read.problems) };
    let same = assigned.value.is_some() && assigned.value == setting.value;
    let command = &assigned.command;
    let won = Candidate::new(command.text.clone(), command.place.clone());
    match &assigned.value {
        _ if same => setting.parts([&won]),
        Some(value) if command.when == When::Late => Setting::explicit(&setting.id, value.clone()).won(&won),
        _ => {
            let why = format!("{}: a command that boot or cron runs sets {key} as well", command.place);
            Setting::unknown(&setting.id, "set-by-command", why).parts([&won])
        }
    }
}

/// What makes the files say nothing of a parameter: no applier, or a service that sets it anew.
fn overriding(readings: &Readings<'_>, key: &str, value: &str) -> Option<(Place, &'static str)> {
    let (guest, manager) = (readings.guest, &readings.manager);
    let started = |service: &str| manager.service(guest, service).place().cloned().filter(|_| is_on(readings, service));
    if let State::Masked(place) = manager.unit_state(guest, "systemd-sysctl.service") {
        return Some((place, "systemd-sysctl.service is masked: nothing applies the files"));
    }
    // Of OpenRC's services it is one that a run level may lack.
    if !manager.has_systemd()
        && let State::Disabled(place) = manager.service(guest, "sysctl")
    {
        return Some((place, "the service sysctl is in no run level: nothing applies the files"));
    }
    if key == "kernel.yama.ptrace_scope" {
        let without = |entry: &&Entry| {
            let list = entry.value("lsm");
            !entry.recovery && list.is_some_and(|list| !list.split(',').any(|module| module == "yama"))
        };
        let entry = readings.boot.entries.iter().find(without)?;
        return Some((entry.place.clone(), "the kernel is told to load other security modules than Yama"));
    }
    if key == "kernel.sysrq" {
        let forced = |entry: &&Entry| !entry.recovery && entry.value("sysrq_always_enabled").is_some();
        let entry = readings.boot.entries.iter().find(forced)?;
        return Some((entry.place.clone(), "the kernel is told to keep the key, whatever is set"));
    }
    // What is open anyhow stays so.
    match key {
        _ if value != "0" => None,
        "fs.suid_dumpable" if is_ubuntu(readings) => {
            started("apport").map(|place| (place, "apport sets fs.suid_dumpable to 2 when it starts"))
        }
        "net.ipv4.ip_forward" => FORWARDERS
            .iter()
            .find_map(|service| started(service))
            .map(|place| (place, "a service that connects containers or guests turns forwarding on when it starts"))
            .or_else(|| networkd_forwards(readings).filter(|_| is_on(readings, "systemd-networkd")))
            .or_else(|| firewalld_forwards(readings).filter(|_| is_on(readings, "firewalld")))
            .or_else(|| shared_connection(readings).filter(|_| is_on(readings, "NetworkManager"))),
        _ => None,
    }
}

fn is_on(readings: &Readings<'_>, service: &str) -> bool {
    readings.manager.service(readings.guest, service).is_started()
}

fn is_ubuntu(readings: &Readings<'_>) -> bool {
    readings.packages.get("apport").is_some() || readings.guest.exists("/usr/share/apport/apport")
}

/// Services that turn forwarding on themselves.
const FORWARDERS: [&str; 13] = [
    "docker",
    "k3s",
    "k3s-agent",
    "rke2-server",
    "rke2-agent",
    "kube-router",
    "libvirtd",
    "virtnetworkd",
    "lxd",
    "lxc-net",
    "incus",
    "snap.lxd.daemon",
    "snap.docker.dockerd",
];

/// A zone of firewalld that rewrites addresses: it turns forwarding on.
fn firewalld_forwards(readings: &Readings<'_>) -> Option<(Place, &'static str)> {
    let guest = readings.guest;
    let own =
        ["zones", "policies"].iter().flat_map(|kind| guest.files_ending(&format!("/etc/firewalld/{kind}"), ".xml"));
    let path = own.into_iter().find(|path| {
        let text = guest.text(path);
        text.is_some_and(|text| ["<masquerade", "<forward-port"].iter().any(|tag| text.content().contains(tag)))
    })?;
    Some((Place::file(&path), "firewalld turns forwarding on for a zone that rewrites addresses"))
}

/// A connection of NetworkManager that is shared with others.
fn shared_connection(readings: &Readings<'_>) -> Option<(Place, &'static str)> {
    let guest = readings.guest;
    guest.files_ending("/etc/NetworkManager/system-connections", ".nmconnection").iter().find_map(|path| {
        let text = guest.text(path)?;
        let lines = ini::assignments(&text);
        let line =
            lines.iter().find(|line| line.section == "ipv4" && line.key == "method" && line.value == "shared")?;
        Some((Place::line(path, line.line), "NetworkManager turns forwarding on for a shared connection"))
    })
}

/// A network of systemd-networkd that forwards.
fn networkd_forwards(readings: &Readings<'_>) -> Option<(Place, &'static str)> {
    let guest = readings.guest;
    let folders = ["/etc/systemd/network", "/run/systemd/network", "/usr/lib/systemd/network"];
    let own = folders.iter().flat_map(|folder| guest.files_ending(folder, ".network"));
    let drop_ins = folders.iter().flat_map(|folder| guest.glob(&format!("{folder}/*.network.d/*.conf")));
    own.chain(drop_ins).chain(guest.glob("/etc/systemd/networkd.conf*")).find_map(|path| {
        let text = guest.text(&path)?;
        let lines = ini::assignments(&text);
        let forwards = lines.iter().find(|line| {
            let asks = matches!(line.key.as_str(), "IPForward" | "IPMasquerade" | "IPv4Forwarding");
            asks && !matches!(line.value.to_ascii_lowercase().as_str(), "no" | "false" | "0" | "off" | "ipv6" | "")
        })?;
        Some((Place::line(&path, forwards.line), "systemd-networkd turns forwarding on"))
    })
}

fn stated(readings: &Readings<'_>, key: &str) -> Setting {
    let id = format!("sysctl.{key}");
    let sysctl = &readings.sysctl;
    let unread = sysctl.unread(key);
    if let Some(effective) = sysctl.get(key) {
        if effective.value().contains(['#', ';']) {
            let why = "a comment behind the value is handed to the kernel with it";
            return Setting::unknown(&id, "not-understood", why).parts([&effective.won]).needs(&sysctl.problems);
        }
        let setting = Setting::effective(&id, effective.value(), &effective).lost(unread);
        return setting.needs(&sysctl.problems);
    }
    if let Some((value, candidate)) = from_command_line(readings, key) {
        return Setting::effective(&id, value, &Effective { won: candidate, lost: unread.to_vec() })
            .needs(&sysctl.problems);
    }
    let why = "no file sets it: the kernel's own default holds, which an image cannot show";
    let setting = match unread.last() {
        Some(line) => {
            Setting::unknown(&id, "not-applied", "/etc/sysctl.conf sets it, but nothing reads that file at boot")
                .at(line.place.clone())
                .lost(unread)
        }
        None => Setting::unknown(&id, "kernel-default", why),
    };
    setting.needs(&sysctl.problems)
}

/// `sysctl.KEY=value` on the kernel's command line, where every entry that boots says the same.
fn from_command_line(readings: &Readings<'_>, key: &str) -> Option<(String, Candidate)> {
    let name = format!("sysctl.{key}");
    let entries: Vec<_> = readings.boot.entries.iter().filter(|entry| !entry.recovery).collect();
    let first = entries.first()?;
    let value = first.value(&name)?;
    let same = entries.iter().all(|entry| entry.value(&name) == Some(value));
    same.then(|| (value.to_owned(), Candidate::new(format!("{name}={value}"), first.place.clone())))
}

fn blocked(readings: &Readings<'_>, module: &str) -> Setting {
    let blocking = readings.modprobe.blocking(module);
    let value = match (&blocking.install, &blocking.blacklist) {
        (Some(_), Some(_)) => "blocked",
        (Some(_), None) => "install-only",
        (None, Some(_)) => "blacklist-only",
        (None, None) => "loadable",
    };
    let parts: Vec<Candidate> = [blocking.install, blocking.blacklist].into_iter().flatten().collect();
    Setting::explicit("modprobe.rare-module", value).scope(module).parts(&parts).needs(&readings.modprobe.problems)
}

fn core_dumps(readings: &Readings<'_>) -> Setting {
    let id = "coredump.Storage";
    let storage = readings.guest.watched(|| ini::systemd_value(readings.guest, "coredump.conf", "Coredump", "Storage"));
    let setting = match &storage.facts {
        // systemd-coredump knows its words in small letters; another leaves the default.
        Some(effective) if !["none", "external", "journal"].contains(&effective.value()) => {
            Setting::effective(id, "external", effective)
        }
        Some(effective) => Setting::effective(id, effective.value(), effective),
        None => Setting::default(
            id,
            "external",
            "systemd-coredump keeps dumps unless told otherwise; without it the kernel writes them",
        ),
    };
    let pattern = readings.sysctl.get("kernel.core_pattern");
    let elsewhere = pattern.filter(|pattern| !pattern.value().contains("systemd-coredump"));
    match elsewhere {
        Some(pattern) if setting.value.as_deref() == Some("none") => {
            let why =
                "kernel.core_pattern gives core dumps to others than systemd-coredump, whose setting then says nothing";
            Setting::unknown(id, "not-applied", why).parts([&pattern.won])
        }
        _ => setting.needs(&storage.problems).needs(&readings.sysctl.problems),
    }
}
