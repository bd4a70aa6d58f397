//! What the guest would listen on after boot: sockets that units declare, and daemons whose ports are known.

mod configured;
mod silent;
mod web;

pub(crate) use self::configured::is_inside;
pub(crate) use self::silent::is_silent;

use self::configured::Ports;
use super::inetd::InetService;
use super::systemd::Manager;
use super::{Guest, Place};
use serde::{Deserialize, Serialize};

/// A service of the guest.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Service {
    /// Unit or script, such as `ssh.service`.
    pub name: String,
    /// `enabled`, `linked`, `disabled`, `masked`.
    pub state: String,
    /// What says so.
    pub place: Place,
}

/// Something the guest listens on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Listener {
    /// Port and protocol, such as `22/tcp`; empty when a daemon is known to listen, but not where.
    pub port: String,
    /// Address, empty for all.
    pub address: String,
    /// Unit, script or entry of a super-server.
    pub service: String,
    /// Whether the port is the daemon's usual one and not read from its configuration.
    pub assumed: bool,
    /// What says so.
    pub place: Place,
}

/// Daemons and the ports they listen on unless told otherwise.
const DAEMONS: [(&str, &str); 69] = [
    ("ssh", "22/tcp"),
    ("sshd", "22/tcp"),
    ("dropbear", "22/tcp"),
    ("rpcbind", "111/tcp 111/udp"),
    ("snmpd", "161/udp"),
    ("vsftpd", "21/tcp"),
    ("proftpd", "21/tcp"),
    ("pure-ftpd", "21/tcp"),
    ("tftpd-hpa", "69/udp"),
    ("atftpd", "69/udp"),
    ("avahi-daemon", "5353/udp"),
    ("apache2", "80/tcp"),
    ("httpd", "80/tcp"),
    ("nginx", "80/tcp"),
    ("lighttpd", "80/tcp"),
    ("caddy", "80/tcp 443/tcp"),
    ("haproxy", ""),
    ("named", "53/tcp 53/udp"),
    ("bind9", "53/tcp 53/udp"),
    ("unbound", "53/tcp 53/udp"),
    ("dnsmasq", "53/tcp 53/udp"),
    ("postfix", "25/tcp"),
    ("exim4", "25/tcp"),
    ("sendmail", "25/tcp"),
    ("dovecot", "143/tcp 993/tcp"),
    ("mysql", "3306/tcp"),
    ("mysqld", "3306/tcp"),
    ("mariadb", "3306/tcp"),
    ("mariadbd", "3306/tcp"),
    ("postgresql", "5432/tcp"),
    ("redis", "6379/tcp"),
    ("redis-server", "6379/tcp"),
    ("valkey", "6379/tcp"),
    ("valkey-server", "6379/tcp"),
    ("memcached", "11211/tcp"),
    ("mongod", "27017/tcp"),
    ("elasticsearch", "9200/tcp"),
    ("rabbitmq-server", "5672/tcp"),
    ("slapd", "389/tcp"),
    ("smbd", "445/tcp"),
    ("smb", "445/tcp"),
    ("nmbd", "137/udp"),
    ("nfs-server", "2049/tcp"),
    ("nfs-kernel-server", "2049/tcp"),
    ("cups", "631/tcp"),
    ("cupsd", "631/tcp"),
    ("xrdp", "3389/tcp"),
    ("docker", ""),
    ("kubelet", "10250/tcp"),
    ("prometheus", "9090/tcp"),
    ("node_exporter", "9100/tcp"),
    ("prometheus-node-exporter", "9100/tcp"),
    ("zabbix-agent", "10050/tcp"),
    ("cockpit", "9090/tcp"),
    ("squid", "3128/tcp"),
    ("openvpn", ""),
    ("wg-quick", ""),
    ("ypserv", ""),
    ("ypbind", ""),
    ("tomcat9", "8080/tcp"),
    ("tomcat10", "8080/tcp"),
    ("jenkins", "8080/tcp"),
    ("ntpsec", "123/udp"),
    ("ntp", "123/udp"),
    ("ntpd", "123/udp"),
    ("rsyslog", ""),
    ("chrony", ""),
    ("chronyd", ""),
    ("systemd-resolved", ""),
];

/// Ports of services of a super-server.
const INETD: [(&str, &str); 13] = [
    ("telnet", "23/tcp"),
    ("ftp", "21/tcp"),
    ("tftp", "69/udp"),
    ("shell", "514/tcp"),
    ("login", "513/tcp"),
    ("exec", "512/tcp"),
    ("finger", "79/tcp"),
    ("talk", "517/udp"),
    ("ntalk", "518/udp"),
    ("echo", "7/tcp"),
    ("discard", "9/tcp"),
    ("daytime", "13/tcp"),
    ("time", "37/tcp"),
];

/// Ubuntu's generator: it makes the ports of the server's own configuration those of its socket.
const SSH_GENERATOR: &str = "/usr/lib/systemd/system-generators/sshd-socket-generator";

/// The name of a service without what makes it a unit or an instance.
fn base_of(name: &str) -> &str {
    let base = name.strip_suffix(".service").unwrap_or(name);
    base.split('@').next().unwrap_or(base)
}

fn usual_ports(base: &str) -> Option<&'static str> {
    DAEMONS.iter().find(|(daemon, _)| *daemon == base).map(|(_, ports)| *ports)
}

/// Whether it is known where the service listens, or how to read it.
pub(crate) fn is_known(name: &str) -> bool {
    usual_ports(base_of(name)).is_some()
}

/// All services by name, with their state; units that nothing ever asks for and targets are left out.
#[must_use]
pub fn services(guest: &Guest<'_>, manager: &Manager) -> Vec<Service> {
    let mut services: Vec<Service> = Vec::new();
    for name in manager
        .unit_names()
        .filter(|name| name.ends_with(".service") || name.ends_with(".socket") || name.ends_with(".timer"))
    {
        let state = manager.unit_state(guest, name);
        if let Some(place) = state.place() {
            services.push(Service { name: name.to_owned(), state: state.name().to_owned(), place: place.clone() });
        }
    }
    let known: std::collections::BTreeSet<String> = services.iter().map(|service| service.name.clone()).collect();
    for (name, place) in manager.started() {
        let unit = format!("{name}.service");
        if !known.contains(name) && !known.contains(&unit) && !name.ends_with(".target") {
            services.push(Service { name: name.to_owned(), state: "enabled".to_owned(), place: place.clone() });
        }
    }
    services.sort();
    services.dedup_by(|a, b| a.name == b.name);
    services
}

/// What is listened on.
#[must_use]
pub fn listeners(
    guest: &Guest<'_>,
    manager: &Manager,
    inetd: &[InetService],
    sshd_ports: &[(String, Place)],
) -> Vec<Listener> {
    let mut found = Vec::new();
    for (name, place) in manager.started() {
        if name == "ssh.socket" && !sshd_ports.is_empty() && guest.exists(SSH_GENERATOR) {
            let of_file = sshd_ports.iter().map(|(port, place)| Listener {
                port: format!("{port}/tcp"),
                address: String::new(),
                service: name.to_owned(),
                assumed: false,
                place: place.clone(),
            });
            found.extend(of_file);
        } else if name.ends_with(".socket") {
            sockets(guest, manager, name, &mut found);
        }
        let base = base_of(name);
        let Some(ports) = usual_ports(base) else { continue };
        let listener = |port: &str, assumed: bool, place: &Place| Listener {
            port: port.to_owned(),
            address: String::new(),
            service: name.to_owned(),
            assumed,
            place: place.clone(),
        };
        if matches!(base, "ssh" | "sshd") && !sshd_ports.is_empty() {
            found.extend(sshd_ports.iter().map(|(port, place)| listener(&format!("{port}/tcp"), false, place)));
            continue;
        }
        match configured::of(guest, manager, (name, base)) {
            Ports::Read(read) => found.extend(read.into_iter().map(|(port, address, place)| {
                let service = name.to_owned();
                Listener { port, address, service, assumed: false, place }
            })),
            Ports::Unclear(place) => found.push(listener("", false, &place)),
            Ports::Usual if ports.is_empty() => found.push(listener("", true, place)),
            Ports::Usual => found.extend(ports.split(' ').map(|port| listener(port, true, place))),
        }
    }
    for entry in inetd {
        let port = INETD.iter().find(|(name, _)| *name == entry.name).map_or("", |(_, port)| port);
        found.push(Listener {
            port: port.to_owned(),
            address: String::new(),
            service: format!("inetd:{}", entry.name),
            assumed: true,
            place: entry.place.clone(),
        });
    }
    found.sort();
    found.dedup();
    found
}

/// The network addresses of a socket unit; paths of Unix sockets and the like are no network.
fn sockets(guest: &Guest<'_>, manager: &Manager, name: &str, found: &mut Vec<Listener>) {
    let Some(unit) = manager.load(guest, name) else { return };
    for (key, protocol) in [("ListenStream", "tcp"), ("ListenDatagram", "udp")] {
        for candidate in unit.values("Socket", key) {
            let value = candidate.value.trim();
            let (address, port) = value.rsplit_once(':').unwrap_or(("", value));
            if port.is_empty() || !port.bytes().all(|byte| byte.is_ascii_digit()) {
                continue;
            }
            let address = address.trim_matches(['[', ']']).to_owned();
            if is_inside(&address) || address.starts_with("vsock") {
                continue;
            }
            found.push(Listener {
                port: format!("{port}/{protocol}"),
                address,
                service: name.to_owned(),
                assumed: false,
                place: candidate.place,
            });
        }
    }
}
