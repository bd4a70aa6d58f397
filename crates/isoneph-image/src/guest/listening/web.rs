//! Where web servers listen: nginx and Apache.

use super::configured::{Ports, is_port, rows};
use crate::guest::{Guest, Place, Text, words};
use std::collections::BTreeSet;
use std::rc::Rc;

const DEPTH: u8 = 8;
const FILES: usize = 1000;

/// The files that include each other: how many were read, and where the reading came to an end.
#[derive(Default)]
struct Files {
    read: usize,
    unclear: Option<Place>,
}

impl Files {
    fn text(&mut self, guest: &Guest<'_>, path: &str, depth: u8) -> Option<Rc<Text>> {
        self.read += 1;
        if depth > DEPTH || self.read > FILES {
            self.unclear = Some(Place::file(path));
            return None;
        }
        guest.text(path)
    }
}

pub(super) fn nginx(guest: &Guest<'_>) -> Ports {
    let path = "/etc/nginx/nginx.conf";
    if !guest.exists(path) {
        return Ports::Usual;
    }
    let mut reader = Nginx::default();
    reader.file(guest, path, 0);
    match reader.files.unclear {
        Some(place) => Ports::Unclear(place),
        None => Ports::Read(reader.found),
    }
}

/// Blocks of nginx: name, whether it says where it listens, where it begins.
#[derive(Default)]
struct Nginx {
    blocks: Vec<(String, bool, Place)>,
    found: Vec<(String, String, Place)>,
    files: Files,
}

impl Nginx {
    fn file(&mut self, guest: &Guest<'_>, path: &str, depth: u8) {
        let Some(text) = self.files.text(guest, path, depth) else { return };
        let mut statement = String::new();
        let mut start = 1;
        for (number, line) in text.lines() {
            let mut quote = None;
            for character in line.chars() {
                match (character, quote) {
                    ('"' | '\'', None) => quote = Some(character),
                    (_, Some(open)) if open == character => quote = None,
                    ('#', None) if statement.is_empty() || statement.ends_with(char::is_whitespace) => break,
                    (';' | '{' | '}', None) => {
                        let said = std::mem::take(&mut statement);
                        self.said(guest, said.trim(), character, (&Place::line(path, start), depth));
                        continue;
                    }
                    _ => {}
                }
                if statement.trim().is_empty() {
                    start = number;
                }
                statement.push(character);
            }
            statement.push(' ');
        }
    }

    fn said(&mut self, guest: &Guest<'_>, said: &str, end: char, (place, depth): (&Place, u8)) {
        let words = words(said);
        match end {
            '{' => self.blocks.push((words.first().cloned().unwrap_or_default(), false, place.clone())),
            '}' => {
                let block = self.blocks.pop();
                if let Some((_, false, place)) = block.filter(|(name, ..)| name == "server" && self.is_http()) {
                    self.found.push(("80/tcp".to_owned(), String::new(), place));
                }
            }
            _ => match (words.first().map(String::as_str), words.get(1)) {
                (Some("include"), Some(pattern)) => {
                    let pattern =
                        if pattern.starts_with('/') { pattern.clone() } else { format!("/etc/nginx/{pattern}") };
                    for path in guest.glob(&pattern) {
                        self.file(guest, &path, depth + 1);
                    }
                }
                (Some("listen"), Some(value)) => self.listen(value, words.iter().any(|word| word == "udp"), place),
                _ => {}
            },
        }
    }

    fn is_http(&self) -> bool {
        self.blocks.last().is_some_and(|(name, ..)| name == "http")
    }

    fn listen(&mut self, value: &str, udp: bool, place: &Place) {
        let Some((name, listens, _)) = self.blocks.last_mut() else { return };
        if name != "server" {
            return;
        }
        *listens = true;
        // In braces of a variable or a quoted list it would be something else.
        if value.starts_with("unix:") {
            return;
        }
        let (address, port) = match value.rsplit_once(':') {
            Some((address, port)) if !port.contains(']') => (address, port),
            None if is_port(value) => ("*", value),
            _ => (value, "80"),
        };
        if !is_port(port) {
            self.files.unclear = Some(place.clone());
            return;
        }
        let mut found = rows(port, &[address.to_owned()], place);
        if udp {
            found.iter_mut().for_each(|(port, ..)| *port = port.replace("/tcp", "/udp"));
        }
        self.found.extend(found);
    }
}

pub(super) fn apache(guest: &Guest<'_>) -> Ports {
    let mains = [
        ("/etc/apache2/apache2.conf", "/etc/apache2"),
        ("/etc/httpd/conf/httpd.conf", "/etc/httpd"),
        ("/etc/apache2/httpd.conf", "/etc/apache2"),
    ];
    let Some((path, root)) = mains.iter().find(|(path, _)| guest.exists(path)) else { return Ports::Usual };
    let mut reader = Apache { root, ..Apache::default() };
    reader.file(guest, path, 0);
    reader.ports()
}

#[derive(Default)]
struct Apache<'r> {
    root: &'r str,
    /// Conditions around what is read.
    around: Vec<String>,
    /// Values, the conditions around them, places.
    listens: Vec<(String, Vec<String>, Place)>,
    modules: BTreeSet<String>,
    files: Files,
}

/// The name of a module without what differs between the ways to write it.
fn bare_module(name: &str) -> String {
    name.trim_start_matches("mod_").trim_end_matches(".c").trim_end_matches("_module").to_ascii_lowercase()
}

impl Apache<'_> {
    fn file(&mut self, guest: &Guest<'_>, path: &str, depth: u8) {
        let Some(text) = self.files.text(guest, path, depth) else { return };
        for (number, line) in text.joined_lines() {
            let line = line.trim();
            let words = words(line);
            let Some(first) = words.first().map(|word| word.to_ascii_lowercase()) else { continue };
            match (first.as_str(), words.get(1)) {
                _ if first.starts_with("</if") => _ = self.around.pop(),
                _ if first.starts_with("<if") => self.around.push(line.trim_matches(['<', '>']).to_owned()),
                ("loadmodule", Some(name)) => _ = self.modules.insert(bare_module(name)),
                ("include" | "includeoptional", Some(pattern)) => {
                    let pattern =
                        if pattern.starts_with('/') { pattern.clone() } else { format!("{}/{pattern}", self.root) };
                    for path in guest.glob(&pattern) {
                        self.file(guest, &path, depth + 1);
                    }
                }
                ("listen", Some(value)) => {
                    self.listens.push((value.clone(), self.around.clone(), Place::line(path, number)));
                }
                _ => {}
            }
        }
    }

    /// Whether all conditions hold; `None` where one is not understood.
    fn holds(&self, around: &[String]) -> Option<bool> {
        for condition in around {
            let words = words(condition);
            let module = words.first().filter(|word| word.eq_ignore_ascii_case("ifmodule")).and(words.get(1))?;
            let name = module.trim_start_matches('!');
            if self.modules.contains(&bare_module(name)) == module.starts_with('!') {
                return Some(false);
            }
        }
        Some(true)
    }

    fn ports(self) -> Ports {
        let mut found = Vec::new();
        for (value, around, place) in &self.listens {
            let (address, port) = value.rsplit_once(':').unwrap_or(("*", value));
            match self.holds(around) {
                Some(false) => {}
                Some(true) if is_port(port) => found.extend(rows(port, &[address.to_owned()], place)),
                _ => return Ports::Unclear(place.clone()),
            }
        }
        self.files.unclear.map_or(Ports::Read(found), Ports::Unclear)
    }
}
