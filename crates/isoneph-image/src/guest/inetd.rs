//! What inetd and xinetd would start when somebody connects.

use super::{Guest, Known, Place, Text, join};
use serde::{Deserialize, Serialize};

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

/// Reads `inetd.conf` and xinetd's files; services that are switched off are left out.
#[must_use]
pub fn read(guest: &Guest<'_>) -> Known<Vec<InetService>> {
    guest.watched(|| {
        let mut services = Vec::new();
        let paths = ["/etc/inetd.conf".to_owned()].into_iter().chain(guest.glob("/etc/inetd.d/*"));
        for path in paths {
            if let Some(text) = guest.text(&path) {
                services.extend(inetd(&text));
            }
        }
        if let Some(text) = guest.text("/etc/xinetd.conf") {
            xinetd(&text, &mut services);
            for (_, line) in text.settings(&['#']) {
                let mut parts = line.split_whitespace();
                if let (Some("includedir"), Some(folder)) = (parts.next(), parts.next()) {
                    read_folder(guest, folder, &mut services);
                }
            }
        }
        services
    })
}

fn read_folder(guest: &Guest<'_>, folder: &str, services: &mut Vec<InetService>) {
    for entry in guest.list(folder) {
        // As xinetd does: no names with a dot, none that end in a tilde.
        if !entry.name.contains('.')
            && !entry.name.ends_with('~')
            && let Some(text) = guest.text(&join(folder, &entry.name))
        {
            xinetd(&text, services);
        }
    }
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

/// Blocks `service NAME { key = value … }`; `disable = yes` switches one off.
fn xinetd(text: &Text, services: &mut Vec<InetService>) {
    let mut current: Option<(InetService, bool)> = None;
    for (number, line) in text.settings(&['#']) {
        if let Some(name) = line.strip_prefix("service ") {
            let name = name.trim_end_matches('{').trim().to_owned();
            let place = Place::line(text.path(), number);
            current = Some((InetService { name, program: String::new(), place }, false));
        } else if line.starts_with('}') {
            services.extend(current.take().filter(|(_, disabled)| !disabled).map(|(service, _)| service));
        } else if let (Some((service, disabled)), Some((key, value))) = (current.as_mut(), line.split_once('=')) {
            match (key.trim(), value.trim()) {
                ("disable", value) => *disabled = value.eq_ignore_ascii_case("yes"),
                ("server", program) => program.clone_into(&mut service.program),
                ("type", kinds) if kinds.contains("INTERNAL") => "internal".clone_into(&mut service.program),
                _ => {}
            }
        }
    }
    services.extend(current.filter(|(_, disabled)| !disabled).map(|(service, _)| service));
}
