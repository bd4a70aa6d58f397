//! Where daemons listen by their own configuration.

use super::web;
use crate::guest::systemd::Manager;
use crate::guest::{Guest, Place, Text, join};

/// Where a daemon listens.
pub(super) enum Ports {
    /// As its configuration says: port and protocol, address, place. None at all when it listens nowhere.
    Read(Vec<(String, String, Place)>),
    /// The configuration says something that is not understood.
    Unclear(Place),
    /// There is no configuration to read: where it usually does.
    Usual,
}

/// Whether an address is reached from inside the guest alone.
pub(crate) fn is_inside(address: &str) -> bool {
    let address = address.trim_matches(['[', ']']);
    address.starts_with("127.") || matches!(address, "::1" | "localhost" | "ip6-localhost" | "localhost6")
}

/// Options of a command line that say what a configuration would: of these daemons the command wins.
const OPTIONS: [(&str, &[&str]); 6] = [
    ("nginx", &["-c", "-p", "-g"]),
    ("apache2", &["-f", "-C", "-c", "-d"]),
    ("redis-server", &["--port", "--bind", "--tls-port"]),
    ("valkey-server", &["--port", "--bind", "--tls-port"]),
    ("postgresql", &["-p", "-h", "-i", "-c"]),
    ("mysqld", &["--port", "-P", "--bind-address", "--skip-networking", "--defaults-file"]),
];

/// What the configuration of a service says; `name` is its unit, `base` the name without what follows `@` or `.`.
pub(super) fn of(guest: &Guest<'_>, manager: &Manager, (name, base): (&str, &str)) -> Ports {
    let kind = match base {
        "httpd" => "apache2",
        "redis" => "redis-server",
        "valkey" => "valkey-server",
        "mysql" | "mariadb" | "mariadbd" => "mysqld",
        "dockerd" => "docker",
        other => other,
    };
    if let Some(place) = told_by_command(guest, manager, name, kind).or_else(|| instance(guest, manager, name, kind)) {
        return Ports::Unclear(place);
    }
    match kind {
        "nginx" => web::nginx(guest),
        "apache2" => web::apache(guest),
        "redis-server" => redis(guest, &["/etc/redis/redis.conf", "/etc/redis.conf"]),
        "valkey-server" => redis(guest, &["/etc/valkey/valkey.conf", "/etc/valkey.conf"]),
        "postgresql" => postgres(guest),
        "mysqld" => mysql(guest),
        "postfix" => postfix(guest),
        "dovecot" => dovecot(guest),
        "docker" => docker(guest, manager, name),
        "rsyslog" => rsyslog(guest),
        "chrony" | "chronyd" => chrony(guest),
        "systemd-resolved" => resolved(guest),
        _ => Ports::Usual,
    }
}

fn told_by_command(guest: &Guest<'_>, manager: &Manager, name: &str, kind: &str) -> Option<Place> {
    let (_, options) = OPTIONS.iter().find(|(daemon, _)| *daemon == kind)?;
    let commands = manager.load(guest, name)?.values("Service", "ExecStart");
    let told = |word: &str| {
        let option = word.split('=').next().unwrap_or_default().trim_matches(['"', '\'']);
        options.contains(&option)
    };
    // Debian starts nginx with `-g 'daemon on; master_process on;'`, which moves nothing.
    let quiet = |command: &str| kind == "nginx" && ![" -c", " -p", "listen"].iter().any(|word| command.contains(word));
    let command = commands.into_iter().find(|c| c.value.split_whitespace().any(told) && !quiet(&c.value))?;
    Some(command.place)
}

/// Where one of several instances of a daemon is started: each has a configuration of its own, wherever that is.
fn instance(guest: &Guest<'_>, manager: &Manager, name: &str, kind: &str) -> Option<Place> {
    let single = OPTIONS.iter().any(|(daemon, _)| *daemon == kind && *daemon != "postgresql");
    let unit = manager.load(guest, name).filter(|_| single && name.contains('@'))?;
    unit.values("Service", "ExecStart").into_iter().next().map(|command| command.place)
}

/// Rows of addresses at a port, those from inside left out.
pub(super) fn rows(port: &str, addresses: &[String], place: &Place) -> Vec<(String, String, Place)> {
    let outside = addresses.iter().filter(|address| !is_inside(address));
    let row = |address: &String| {
        let all = matches!(address.as_str(), "*" | "::" | "[::]" | "0.0.0.0" | "::*");
        let address = if all { "" } else { address.as_str() };
        (format!("{port}/tcp"), address.to_owned(), place.clone())
    };
    outside.map(row).collect()
}

pub(super) fn is_port(text: &str) -> bool {
    text.parse::<u16>().is_ok()
}

fn redis(guest: &Guest<'_>, paths: &[&str]) -> Ports {
    let Some(text) = paths.iter().find_map(|path| guest.text(path)) else { return Ports::Usual };
    let (mut port, mut addresses) = (("6379".to_owned(), Place::file(text.path())), vec!["*".to_owned()]);
    let mut second = None;
    for (number, line) in text.settings(&['#']) {
        let words = crate::guest::words(line);
        let Some((key, values)) = words.split_first() else { continue };
        let place = Place::line(text.path(), number);
        match (key.to_ascii_lowercase().as_str(), values.first()) {
            ("include", _) => return Ports::Unclear(place),
            ("port" | "tls-port", Some(value)) if !is_port(value) => return Ports::Unclear(place),
            ("port", Some(value)) => port = (value.clone(), place),
            ("tls-port", Some(value)) => second = Some((value.clone(), place)),
            ("bind", _) => {
                addresses = values.iter().map(|value| value.trim_start_matches('-').to_owned()).collect();
            }
            _ => {}
        }
    }
    let ports = [Some(port), second].into_iter().flatten().filter(|(port, _)| port != "0");
    Ports::Read(ports.flat_map(|(port, place)| rows(&port, &addresses, &place)).collect())
}

const CLUSTERS: [&str; 4] = [
    "/etc/postgresql/*/*/postgresql.conf",
    "/var/lib/pgsql/data/postgresql.conf",
    "/var/lib/pgsql/*/data/postgresql.conf",
    "/var/lib/postgresql/*/data/postgresql.conf",
];

fn postgres(guest: &Guest<'_>) -> Ports {
    let files: Vec<String> = CLUSTERS.iter().flat_map(|pattern| guest.glob(pattern)).collect();
    if files.is_empty() {
        return Ports::Usual;
    }
    let mut found = Vec::new();
    for path in files {
        let folder = path.trim_end_matches("/postgresql.conf").to_owned();
        let mut cluster = Cluster::new(&path);
        cluster.read(guest, &path, &folder, 0);
        // What was set by ALTER SYSTEM is read last, from the data directory.
        let data = cluster.data.clone().unwrap_or_else(|| folder.replace("/etc/", "/var/lib/"));
        cluster.read(guest, &join(&data, "postgresql.auto.conf"), &data, 0);
        if let Some(place) = cluster.unclear {
            return Ports::Unclear(place);
        }
        let addresses: Vec<String> =
            cluster.addresses.split(',').map(|address| address.trim().to_owned()).filter(|a| !a.is_empty()).collect();
        found.extend(rows(&cluster.port, &addresses, &cluster.place));
    }
    Ports::Read(found)
}

struct Cluster {
    port: String,
    addresses: String,
    data: Option<String>,
    place: Place,
    unclear: Option<Place>,
}

impl Cluster {
    fn new(path: &str) -> Self {
        let (port, addresses) = ("5432".to_owned(), "localhost".to_owned());
        Self { port, addresses, data: None, place: Place::file(path), unclear: None }
    }

    fn read(&mut self, guest: &Guest<'_>, path: &str, folder: &str, depth: u8) {
        let Some(text) = guest.text(path).filter(|_| depth < 5) else { return };
        for (number, line) in text.settings(&['#']) {
            let key = line.split(|c: char| c.is_whitespace() || c == '=').next().unwrap_or_default();
            let rest = line[key.len()..].trim_start().trim_start_matches('=').trim_start();
            let value = match rest.strip_prefix('\'') {
                Some(quoted) => quoted.split('\'').next(),
                None => rest.split(|c: char| c.is_whitespace() || c == '#').next(),
            };
            let value = value.unwrap_or_default().to_owned();
            let place = Place::line(path, number);
            let below = || if value.starts_with('/') { value.clone() } else { join(folder, &value) };
            match key.to_ascii_lowercase().as_str() {
                "port" if !is_port(&value) => self.unclear = Some(place),
                "port" => (self.port, self.place) = (value, place),
                "listen_addresses" => (self.addresses, self.place) = (value, place),
                "data_directory" => self.data = Some(value),
                "include" | "include_if_exists" => self.read(guest, &below(), folder, depth + 1),
                "include_dir" => {
                    for path in guest.files_ending(&below(), ".conf") {
                        self.read(guest, &path, folder, depth + 1);
                    }
                }
                _ => {}
            }
        }
    }
}

const SERVER_GROUPS: [&str; 5] = ["mysqld", "server", "mariadb", "mariadbd", "mysqld_safe"];

struct Database {
    port: (String, Place),
    address: String,
    second_port: String,
    second_address: Option<String>,
    second: bool,
    silent: bool,
}

fn mysql(guest: &Guest<'_>) -> Ports {
    let mains = ["/etc/my.cnf", "/etc/mysql/my.cnf", "/usr/etc/my.cnf"];
    let Some(first) = mains.iter().find(|path| guest.exists(path)) else { return Ports::Usual };
    let mut database = Database {
        port: ("3306".to_owned(), Place::file(first)),
        address: "*".to_owned(),
        second_port: "33060".to_owned(),
        second_address: None,
        // MariaDB knows no second protocol.
        second: !["/usr/sbin/mariadbd", "/usr/libexec/mariadbd", "/etc/mysql/mariadb.cnf"]
            .iter()
            .any(|p| guest.exists(p))
            && guest.glob("/etc/my.cnf.d/mariadb*").is_empty(),
        silent: false,
    };
    for path in mains {
        if let Err(place) = database.read(guest, path, 0) {
            return Ports::Unclear(place);
        }
    }
    if database.silent {
        return Ports::Read(Vec::new());
    }
    let list = |text: &str| text.split(',').map(|address| address.trim().to_owned()).collect::<Vec<_>>();
    let (port, place) = &database.port;
    let mut found = rows(port, &list(&database.address), place);
    if database.second {
        let address = database.second_address.as_deref().unwrap_or("*");
        found.extend(rows(&database.second_port, &list(address), place));
    }
    Ports::Read(found)
}

impl Database {
    fn read(&mut self, guest: &Guest<'_>, path: &str, depth: u8) -> Result<(), Place> {
        let Some(text) = guest.text(path).filter(|_| depth < 5) else { return Ok(()) };
        let mut ours = false;
        for (number, line) in text.settings(&['#', ';']) {
            let place = Place::line(path, number);
            if let Some(name) = line.strip_prefix('[') {
                let name = name.split(']').next().unwrap_or_default().trim();
                ours = SERVER_GROUPS.contains(&name) || name.starts_with("mysqld-") || name.starts_with("mariadb-");
            } else if let Some(folder) = line.strip_prefix("!includedir") {
                for path in guest.files_ending(folder.trim(), ".cnf") {
                    self.read(guest, &path, depth + 1)?;
                }
            } else if let Some(file) = line.strip_prefix("!include") {
                self.read(guest, file.trim(), depth + 1)?;
            } else if ours {
                self.take(line, place)?;
            }
        }
        Ok(())
    }

    fn take(&mut self, line: &str, place: Place) -> Result<(), Place> {
        let (key, value) = line.split_once('=').map_or((line, None), |(key, value)| (key, Some(value)));
        let value = value.map(|value| value.split(" #").next().unwrap_or_default().trim().trim_matches(['"', '\'']));
        let off = |value: Option<&str>| value.is_some_and(|v| matches!(v.to_ascii_lowercase().as_str(), "0" | "off"));
        match (key.trim().replace('_', "-").trim_start_matches("loose-"), value) {
            ("port" | "mysqlx-port", Some(value)) if !is_port(value) => return Err(place),
            ("port", Some(value)) => self.port = (value.to_owned(), place),
            ("bind-address", Some(value)) => value.clone_into(&mut self.address),
            ("skip-networking", value) => self.silent = !off(value),
            ("skip-bind-address", _) => "*".clone_into(&mut self.address),
            ("mysqlx-port", Some(value)) => value.clone_into(&mut self.second_port),
            ("mysqlx-bind-address", Some(value)) => self.second_address = Some(value.to_owned()),
            ("mysqlx", value) => self.second = !off(value),
            ("skip-mysqlx", _) => self.second = false,
            _ => {}
        }
        Ok(())
    }
}

fn postfix(guest: &Guest<'_>) -> Ports {
    let Some(main) = guest.text("/etc/postfix/main.cf") else { return Ports::Usual };
    let line = main
        .settings(&['#'])
        .filter(|(_, line)| line.split_once('=').is_some_and(|(key, _)| key.trim() == "inet_interfaces"));
    let (place, value) = match line.last() {
        Some((number, line)) => (Place::line(main.path(), number), line.split_once('=').map_or("", |(_, v)| v)),
        None => (Place::file(main.path()), "all"),
    };
    let mut addresses = Vec::new();
    for word in value.split([',', ' ', '\t']).filter(|word| !word.is_empty()) {
        match word {
            "all" => addresses.push("*".to_owned()),
            "loopback-only" => {}
            word if word.contains('$') => return Ports::Unclear(place),
            word => addresses.push(word.to_owned()),
        }
    }
    let Some(master) = guest.text("/etc/postfix/master.cf") else {
        return Ports::Read(rows("25", &addresses, &place));
    };
    services_of_postfix(&master, &addresses)
}

fn services_of_postfix(master: &Text, addresses: &[String]) -> Ports {
    let mut found = Vec::new();
    for (number, line) in master.lines().filter(|(_, line)| !line.starts_with(['#', ' ', '\t'])) {
        let mut words = line.split_whitespace();
        let (Some(name), Some("inet")) = (words.next(), words.next()) else { continue };
        let place = Place::line(master.path(), number);
        let (address, port) = name.rsplit_once(':').map_or((None, name), |(address, port)| (Some(address), port));
        let port = match port {
            "smtp" => "25",
            "submission" => "587",
            "smtps" | "submissions" => "465",
            number if is_port(number) => number,
            _ => return Ports::Unclear(place),
        };
        let own = address.map(|address| vec![address.to_owned()]);
        found.extend(rows(port, own.as_deref().unwrap_or(addresses), &place));
    }
    Ports::Read(found)
}

/// Dovecot's ports hang on much; whether it listens to the network at all does not.
fn dovecot(guest: &Guest<'_>) -> Ports {
    let mut paths = vec!["/etc/dovecot/dovecot.conf".to_owned()];
    paths.extend(guest.files_ending("/etc/dovecot/conf.d", ".conf"));
    paths.push("/etc/dovecot/local.conf".to_owned());
    let (mut listen, mut own) = (None, None);
    for text in paths.iter().filter_map(|path| guest.text(path)) {
        for (number, line) in text.settings(&['#']) {
            let Some((key, value)) = line.split_once('=') else { continue };
            match key.trim() {
                "listen" => listen = Some(value.trim().to_owned()),
                "address" => own = Some(Place::line(text.path(), number)),
                _ => {}
            }
        }
    }
    let inside = |listen: &String| listen.split([',', ' ']).filter(|a| !a.is_empty()).all(is_inside);
    match (listen.is_some_and(|listen| inside(&listen)), own) {
        (true, Some(place)) => Ports::Unclear(place),
        (true, None) => Ports::Read(Vec::new()),
        (false, _) => Ports::Usual,
    }
}

/// Docker's daemon takes commands from a socket of the guest unless told an address. What containers publish is not known.
fn docker(guest: &Guest<'_>, manager: &Manager, name: &str) -> Ports {
    let commands = manager.load(guest, name).map_or_else(Vec::new, |unit| unit.values("Service", "ExecStart"));
    let mut told: Vec<(String, Place)> = commands.into_iter().map(|command| (command.value, command.place)).collect();
    for path in ["/etc/docker/daemon.json", "/etc/default/docker", "/etc/sysconfig/docker"] {
        let Some(text) = guest.text(path) else { continue };
        told.extend(text.settings(&['#']).map(|(number, line)| (line.to_owned(), Place::line(path, number))));
    }
    match told.into_iter().find(|(line, _)| line.contains("tcp://")) {
        Some((_, place)) => Ports::Unclear(place),
        None => Ports::Read(Vec::new()),
    }
}

/// Inputs of rsyslog that listen to the network.
fn rsyslog(guest: &Guest<'_>) -> Ports {
    let mut paths = vec!["/etc/rsyslog.conf".to_owned()];
    paths.extend(guest.files_ending("/etc/rsyslog.d", ".conf"));
    let mut found = Vec::new();
    for text in paths.iter().filter_map(|path| guest.text(path)) {
        for (number, line) in text.settings(&['#']) {
            let place = Place::line(text.path(), number);
            let lower = line.to_ascii_lowercase();
            let old = [("$udpserverrun", "udp"), ("$inputtcpserverrun", "tcp"), ("$inputrelpserverrun", "tcp")];
            let old = old.iter().find_map(|(name, protocol)| Some((lower.strip_prefix(name)?.trim(), *protocol)));
            let new = ["imudp", "imtcp", "imptcp", "imrelp"]
                .iter()
                .find(|input| lower.contains("input(") && lower.contains(&format!("\"{input}\"")));
            let (port, protocol) = match (old, new) {
                (Some(old), _) => old,
                (None, Some(input)) => {
                    let protocol = if *input == "imudp" { "udp" } else { "tcp" };
                    (
                        lower.split("port=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default(),
                        protocol,
                    )
                }
                (None, None) => continue,
            };
            if !is_port(port) {
                return Ports::Unclear(place);
            }
            found.push((format!("{port}/{protocol}"), String::new(), place));
        }
    }
    Ports::Read(found)
}

/// chrony answers others when it is told whom to allow.
fn chrony(guest: &Guest<'_>) -> Ports {
    let mut paths = vec!["/etc/chrony/chrony.conf".to_owned(), "/etc/chrony.conf".to_owned()];
    for folder in ["/etc/chrony/conf.d", "/etc/chrony.d"] {
        paths.extend(guest.files_ending(folder, ".conf"));
    }
    let allows = |path: &String| {
        let text = guest.text(path)?;
        let line = text.settings(&['#', '!', ';', '%']).find(|(_, line)| line.starts_with("allow"))?;
        Some(Place::line(path, line.0))
    };
    let rows = paths.iter().find_map(allows).map(|place| ("123/udp".to_owned(), String::new(), place));
    Ports::Read(rows.into_iter().collect())
}

/// systemd-resolved answers its neighbours by what is switched on: `yes` answers, `resolve` only asks. What no file sets is
/// as it was built, which the file that comes with it says in its comments (resolved.conf(5)).
fn resolved(guest: &Guest<'_>) -> Ports {
    let mut paths = vec!["/usr/lib/systemd/resolved.conf".to_owned(), "/etc/systemd/resolved.conf".to_owned()];
    for folder in ["/usr/lib", "/run", "/etc"].map(|root| format!("{root}/systemd/resolved.conf.d")) {
        paths.extend(guest.files_ending(&folder, ".conf"));
    }
    let texts: Vec<_> = paths.iter().filter_map(|path| guest.text(path)).collect();
    let (mut found, mut open) = (Vec::new(), None);
    for (key, port) in [("LLMNR", "5355"), ("MulticastDNS", "5353")] {
        let set = |comment: &'static str| move |text: &std::rc::Rc<Text>| values(text, key, comment);
        let own: Vec<(String, Place)> = texts.iter().flat_map(set("")).collect();
        let said = if own.is_empty() { texts.iter().flat_map(set("#")).collect() } else { own };
        // Which of several files wins is not asked: one that answers is enough.
        let answers = said.iter().find(|(value, _)| matches!(&**value, "yes" | "true" | "on" | "1"));
        match (answers, texts.first()) {
            (Some((_, place)), _) => found.push((format!("{port}/udp"), String::new(), place.clone())),
            (None, Some(text)) if said.is_empty() => open = Some(Place::file(text.path())),
            (None, None) => open = Some(Place::file("/etc/systemd/resolved.conf")),
            (None, Some(_)) => {}
        }
    }
    match open.filter(|_| found.is_empty()) {
        Some(place) => Ports::Unclear(place),
        None => Ports::Read(found),
    }
}

/// The values of a key, in lower case, on lines that begin so.
fn values(text: &Text, key: &str, comment: &str) -> Vec<(String, Place)> {
    let value = |line: &str| {
        let line = line.trim().strip_prefix(comment)?.trim_start();
        let (name, value) = line.split_once('=')?;
        (name.trim() == key).then(|| value.trim().to_ascii_lowercase())
    };
    text.lines().filter_map(|(number, line)| Some((value(line)?, Place::line(text.path(), number)))).collect()
}
