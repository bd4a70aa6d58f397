//! Names of networks and services: `.net` and `.svc` files, and the YAML form.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::acl::AclError;
use crate::packet::{AddressRange, AddressSet, Ranges, names};

/// Names may refer to names this deep.
const MAX_DEPTH: usize = 32;

/// Marks a value that is a domain name.
const DOMAIN: &str = "fqdn:";

/// Definitions of networks and services, joined from several files.
#[derive(Debug, Clone, Default)]
pub struct Definitions {
    networks: BTreeMap<String, Vec<String>>,
    services: BTreeMap<String, Vec<String>>,
}

/// The YAML form.
#[derive(Deserialize)]
struct Yaml {
    #[serde(default)]
    networks: BTreeMap<String, Values>,
    #[serde(default)]
    services: BTreeMap<String, Vec<Service>>,
}

#[derive(Deserialize)]
struct Values {
    #[serde(default)]
    values: Vec<Network>,
}

#[derive(Deserialize)]
struct Network {
    address: Option<String>,
    name: Option<String>,
    fqdn: Option<String>,
}

#[derive(Deserialize)]
struct Service {
    port: Option<serde_json::Value>,
    protocol: Option<String>,
    name: Option<String>,
}

impl Definitions {
    /// Adds one file of definitions, its form told by content.
    pub fn add(&mut self, text: &str) -> Result<(), AclError> {
        let is_yaml = text.lines().any(|line| line.starts_with("networks:") || line.starts_with("services:"));
        if is_yaml { self.add_yaml(text) } else { self.add_plain(text) }
    }

    fn add_yaml(&mut self, text: &str) -> Result<(), AclError> {
        let yaml: Yaml = serde_saphyr::from_str(text)
            .map_err(|error| AclError::Malformed { line: 0, message: format!("definitions: {error}") })?;
        for (name, list) in yaml.networks {
            let values = list.values.into_iter().map(|one| match (one.address, one.name, one.fqdn) {
                (Some(address), _, _) => address,
                (None, Some(name), _) => name,
                (None, None, fqdn) => format!("{DOMAIN}{}", fqdn.unwrap_or_default()),
            });
            self.networks.entry(name).or_default().extend(values);
        }
        for (name, list) in yaml.services {
            let values = list.into_iter().map(|one| match (one.port, one.name) {
                (Some(port), _) => {
                    let port = port.as_str().map_or_else(|| port.to_string(), str::to_owned);
                    format!("{port}/{}", one.protocol.unwrap_or_default())
                }
                (None, name) => name.unwrap_or_default(),
            });
            self.services.entry(name).or_default().extend(values);
        }
        Ok(())
    }

    /// `NAME = value value` with further values on the lines below.
    fn add_plain(&mut self, text: &str) -> Result<(), AclError> {
        let mut current: Option<(String, Vec<String>)> = None;
        for (index, raw) in text.lines().enumerate() {
            let line = raw.split('#').next().unwrap_or_default().trim();
            if line.is_empty() {
                continue;
            }
            let values = match line.split_once('=') {
                Some((name, values)) => {
                    self.file_away(current.take());
                    current = Some((name.trim().to_owned(), Vec::new()));
                    values
                }
                None => line,
            };
            let Some((_, list)) = &mut current else {
                let message = "definitions: NAME = value expected".to_owned();
                return Err(AclError::Malformed { line: index as u32 + 1, message });
            };
            list.extend(values.split_whitespace().map(str::to_owned));
        }
        self.file_away(current);
        Ok(())
    }

    /// Values such as `80/tcp` make a service; a name that refers to names only is filed under both.
    fn file_away(&mut self, definition: Option<(String, Vec<String>)>) {
        let Some((name, values)) = definition else { return };
        let is_service = values.iter().any(|value| service(value).is_some());
        let is_network = values.iter().any(|value| value.parse::<AddressRange>().is_ok());
        if is_service || !is_network {
            self.services.entry(name.clone()).or_default().extend(values.iter().cloned());
        }
        if !is_service {
            self.networks.entry(name).or_default().extend(values);
        }
    }

    /// The addresses of a name or address, and whether they are all; [`None`] when the name is not defined.
    pub(super) fn addresses(&self, name: &str) -> Option<(AddressSet, bool)> {
        if let Ok(range) = name.parse::<AddressRange>() {
            return Some((range.into(), true));
        }
        let mut ranges = Vec::new();
        let mut seen = BTreeSet::new();
        let complete = self.collect(&self.networks, name, 0, &mut seen, &mut |value| {
            // Domain names make no addresses: other keywords refer to them.
            value.starts_with(DOMAIN) || value.parse::<AddressRange>().map(|range| ranges.push(range)).is_ok()
        })?;
        Some((AddressSet::from_ranges(ranges), complete))
    }

    /// The ports of a service for one protocol; [`None`] when the name is not defined or not fully known.
    pub(super) fn ports(&self, name: &str, protocol: u8) -> Option<Ranges<u16>> {
        let mut intervals = Vec::new();
        if let Some((low, high)) = interval(name) {
            return Some(Ranges::between(low, high));
        }
        let mut seen = BTreeSet::new();
        let complete = self.collect(&self.services, name, 0, &mut seen, &mut |value| match service(value) {
            Some((ports, of)) => {
                if of == protocol {
                    intervals.push(ports);
                }
                true
            }
            None => false,
        })?;
        complete.then(|| Ranges::from_intervals(intervals))
    }

    /// Visits the values below a name; a value that is neither taken nor a name makes the answer incomplete.
    fn collect<'a>(
        &'a self,
        table: &'a BTreeMap<String, Vec<String>>,
        name: &'a str,
        depth: usize,
        seen: &mut BTreeSet<&'a str>,
        take: &mut dyn FnMut(&str) -> bool,
    ) -> Option<bool> {
        let (name, values) = table.get_key_value(name)?;
        if depth >= MAX_DEPTH {
            return Some(false);
        }
        if !seen.insert(name) {
            // Met before: its values are in already.
            return Some(true);
        }
        let mut complete = true;
        for value in values {
            if !take(value) {
                complete &= self.collect(table, value, depth + 1, seen, take).unwrap_or(false);
            }
        }
        Some(complete)
    }
}

fn interval(text: &str) -> Option<(u16, u16)> {
    match text.split_once('-') {
        Some((low, high)) => {
            let (low, high) = (low.trim().parse().ok()?, high.trim().parse().ok()?);
            (low <= high).then_some((low, high))
        }
        None => text.trim().parse().ok().map(|port| (port, port)),
    }
}

/// `80/tcp`, `1024-65535/udp`.
fn service(text: &str) -> Option<((u16, u16), u8)> {
    let (ports, protocol) = text.rsplit_once('/')?;
    Some((interval(ports)?, names::protocol(protocol)?))
}
