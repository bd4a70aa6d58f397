//! Which files show networks: answers of a provider's API, Kubernetes objects, rule files of devices. Told by content.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use isoneph_model::Digest;
use isoneph_network::acl::{self, AclError, Definitions, Document, ReadOptions};
use isoneph_network::model::{InputFile, Model, Problem};
use isoneph_network::packet::Family;
use isoneph_network::policy::Policy;
use jiff::civil::Date;
use sha2::{Digest as _, Sha256};
use walkdir::WalkDir;

use super::Taken;
use super::answers::Answers;
use crate::head::{self, Look};
use crate::input::{MAX_FILES, MAX_FOLDERS, is_hidden, is_of_terraform, tell};
use crate::stream::Source;

/// The largest file that is looked at.
const MAX_BYTES: u64 = 64 << 20;
/// All of them together.
const MAX_ALL: u64 = 512 << 20;

/// Endings under which rules of devices are kept. In a folder only such files are looked into; what they are is told by
/// their content.
const RULE_ENDINGS: &[&str] = &["acl", "pol", "rules", "cfg", "conf", "txt", "csv", "v4", "v6"];

/// Endings of what Capirca policies refer to by name: networks, services, and terms that they include.
const NETWORKS: &str = "net";
const SERVICES: &str = "svc";
const INCLUDED: &str = "inc";

/// The rules of a device.
#[derive(Debug)]
pub(crate) struct Device {
    pub(crate) path: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) document: Document,
    /// The same host's rules of the other family, which its program keeps in a file of their own.
    pub(crate) beside: Option<Beside>,
}

/// Another file of the same device.
#[derive(Debug, Clone)]
pub(crate) struct Beside {
    pub(crate) sha256: Digest,
    pub(crate) policies: Vec<Policy>,
}

/// Files that show networks.
#[derive(Debug, Default)]
pub struct NetworkFiles {
    /// Their paths: nobody else needs to look at them.
    pub taken: Taken,
    pub(crate) found: Option<(Model, Vec<Problem>)>,
    pub(crate) devices: Vec<Device>,
    /// Rules and routes that a provider's API answers with.
    pub(crate) answers: Answers,
    /// What Capirca policies among the devices include and name, by path: they say what the policies mean.
    pub(crate) meanings: BTreeMap<PathBuf, Digest>,
}

impl NetworkFiles {
    /// How many of them are rules of devices: of those nothing is said but what they let pass between zones.
    #[must_use]
    pub fn devices(&self) -> usize {
        self.devices.len()
    }
}

/// Looks for networks among files and folders. Terraform is left to its own reader, and what is not understood to others.
#[must_use]
pub fn find_networks(paths: &[PathBuf], taken: &Taken, as_of: Date) -> NetworkFiles {
    let mut looking = Looking { room: MAX_ALL, ..Looking::default() };
    for path in paths {
        if path.is_dir() {
            let entries = WalkDir::new(path).sort_by_file_name().max_depth(MAX_FOLDERS);
            let entries = entries.into_iter().filter_entry(|entry| !is_hidden(entry)).take(MAX_FILES);
            for entry in entries.flatten().filter(|entry| entry.file_type().is_file()) {
                if !taken.contains(entry.path()) {
                    looking.look(entry.path(), false);
                }
            }
        } else if path.is_file() && !taken.contains(path) {
            looking.look(path, true);
        }
    }
    looking.finish(as_of)
}

#[derive(Default)]
struct Looking {
    room: u64,
    candidates: Vec<InputFile>,
    /// Files of rules, read when everything that they may refer to is at hand.
    rules: Vec<(PathBuf, Vec<u8>)>,
    definitions: Definitions,
    includes: BTreeMap<String, String>,
    /// Definitions that were understood, and what policies may include.
    meanings: BTreeMap<PathBuf, Digest>,
}

impl Looking {
    fn look(&mut self, path: &Path, named: bool) {
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
        match ending.as_str() {
            "json" if !is_unknown_json(path) => {}
            "yaml" | "yml" if self.of_policies(path) => {}
            "json" | "yaml" | "yml" => self.candidate(path),
            NETWORKS | SERVICES => self.definitions(path),
            INCLUDED => self.included(path),
            ending if named || RULE_ENDINGS.contains(&ending) => self.rules(path),
            _ => {}
        }
    }

    fn candidate(&mut self, path: &Path) {
        let Some(bytes) = self.bytes(path) else { return };
        // JSON may lie under any ending.
        if matches!(head::look(bytes.as_slice(), &tell), Look::Other(keys) if is_of_terraform(&keys)) {
            return;
        }
        let words: [&[u8]; 2] = [b"apiVersion", b"\""];
        // YAML without a version of an API is no object of a cluster.
        if words.iter().any(|word| bytes.windows(word.len()).any(|window| window == *word)) {
            self.candidates.push(InputFile { path: path.to_string_lossy().into_owned(), bytes });
        }
    }

    /// Takes YAML of a policy: the policy, what it names, what it includes.
    fn of_policies(&mut self, path: &Path) -> bool {
        let room = self.room;
        let Some(text) = self.bytes(path).and_then(|bytes| String::from_utf8(bytes).ok()) else { return false };
        let has = |keys: &[&str]| text.lines().any(|line| keys.iter().any(|key| line.starts_with(key)));
        if acl::detect(&text) == Some(acl::Format::Capirca) {
            self.rules.push((path.to_owned(), text.into_bytes()));
            return true;
        }
        // The other forms of YAML that are looked for name the version of an API.
        let is_other = has(&["apiVersion:", "kind:"]);
        if !is_other && has(&["networks:", "services:"]) && self.definitions.add(&text).is_ok() {
            self.meanings.insert(path.to_owned(), digest(&text));
            return true;
        }
        if !is_other && has(&["terms:", "filters_include_only:"]) {
            self.meanings.insert(path.to_owned(), digest(&text));
            self.includes.insert(path.to_string_lossy().into_owned(), text);
            return true;
        }
        // It is read once more, and counts once.
        self.room = room;
        false
    }

    fn rules(&mut self, path: &Path) {
        let Some(bytes) = self.bytes(path) else { return };
        if std::str::from_utf8(&bytes).is_ok_and(|text| acl::detect(text).is_some() || is_without_lists(text)) {
            self.rules.push((path.to_owned(), bytes));
        }
    }

    /// Definitions that cannot be read are left to the reader that tells what a file is not; names that nobody defines
    /// leave a rule open.
    fn definitions(&mut self, path: &Path) {
        let text = self.bytes(path).and_then(|bytes| String::from_utf8(bytes).ok());
        if let Some(text) = text.filter(|text| self.definitions.add(text).is_ok()) {
            self.meanings.insert(path.to_owned(), digest(&text));
        }
    }

    fn included(&mut self, path: &Path) {
        if let Some(text) = self.bytes(path).and_then(|bytes| String::from_utf8(bytes).ok()) {
            self.meanings.insert(path.to_owned(), digest(&text));
            self.includes.insert(path.to_string_lossy().into_owned(), text);
        }
    }

    fn bytes(&mut self, path: &Path) -> Option<Vec<u8>> {
        let size = path.metadata().ok()?.len();
        if size > MAX_BYTES || size > self.room {
            return None;
        }
        let mut bytes = Vec::new();
        Source(path.to_owned()).open().ok()?.take(MAX_BYTES + 1).read_to_end(&mut bytes).ok()?;
        let read = bytes.len() as u64;
        self.room = self.room.saturating_sub(read);
        (read <= MAX_BYTES).then_some(bytes)
    }

    fn finish(self, as_of: Date) -> NetworkFiles {
        let mut out = NetworkFiles::default();
        let options = ReadOptions {
            as_of: Some(as_of),
            definitions: self.definitions,
            includes: self.includes,
            ..ReadOptions::default()
        };
        for (path, bytes) in self.rules {
            // A file that begins as rules do and cannot be read is left to the reader that tells what a file is not.
            let document = std::str::from_utf8(&bytes).ok().and_then(|text| match acl::read(text, &options) {
                Err(AclError::NoLists) => Some(Document::without_lists()),
                other => other.ok(),
            });
            if let Some(document) = document {
                let path_text = path.to_string_lossy().into_owned();
                out.devices.push(Device { path: path_text, bytes, document, beside: None });
                out.taken.insert(path);
            }
        }
        join_families(&mut out.devices);
        // Beside policies that may refer to them they are theirs; alone they are files like others.
        if out.devices.iter().any(|device| device.document.format == acl::Format::Capirca) {
            out.taken.extend(self.meanings.keys().cloned());
            out.meanings = self.meanings;
        }
        if !self.candidates.is_empty() {
            for file in &self.candidates {
                out.answers.take(&file.path, &file.bytes);
            }
            let (model, problems) = Model::read_found(self.candidates);
            out.taken.extend(model.sources.iter().map(|source| PathBuf::from(&source.path)));
            out.found = Some((model, problems)).filter(|(model, _)| !model.sources.is_empty());
        }
        out
    }
}

/// Whether a text is a device's configuration that filters nothing.
fn is_without_lists(text: &str) -> bool {
    matches!(acl::read(text, &ReadOptions::default()), Err(AclError::NoLists))
}

/// Joins the rules of a host that are of IPv4 with those that are of IPv6: files of one folder whose names differ in the
/// family alone (`rules.v4` and `rules.v6`, `iptables-save.txt` and `ip6tables-save.txt`), and of which each is of one.
fn join_families(devices: &mut [Device]) {
    let mut hosts: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, device) in devices.iter().enumerate().filter(|(_, held)| family(held).is_some()) {
        hosts.entry(without_family(&device.path)).or_default().push(index);
    }
    for pair in hosts.into_values() {
        let [one, other] = pair.as_slice() else { continue };
        if family(&devices[*one]) == family(&devices[*other]) {
            continue;
        }
        let beside = |device: &Device| {
            let sha256 = Digest::new(Sha256::digest(&device.bytes).into());
            Some(Beside { sha256, policies: device.document.policies.clone() })
        };
        (devices[*one].beside, devices[*other].beside) = (beside(&devices[*other]), beside(&devices[*one]));
    }
}

/// The one family that the tables of a host are of.
fn family(device: &Device) -> Option<Family> {
    let is_table = device.document.format == acl::Format::Iptables;
    let mut all = device.document.policies.iter().map(|policy| policy.family).filter(|_| is_table);
    let first = all.next().flatten()?;
    all.all(|held| held == Some(first)).then_some(first)
}

/// A path without what its file's name says of the family.
fn without_family(path: &str) -> String {
    let (folder, name) = path.rsplit_once(['/', '\\']).unwrap_or(("", path));
    let words = [("ip6tables", "iptables"), ("ipv6", "ipv4"), ("inet6", "inet"), ("v6", "v4")];
    let name = words.iter().fold(name.to_ascii_lowercase(), |name, (six, four)| name.replace(six, four));
    format!("{folder}/{name}")
}

fn digest(text: &str) -> Digest {
    Digest::new(Sha256::digest(text).into())
}

/// Whether a file is JSON of no format that another reader knows.
fn is_unknown_json(path: &Path) -> bool {
    let source = Source(path.to_owned());
    source.open().is_ok_and(|reader| {
        let reader = std::io::BufReader::with_capacity(1 << 16, reader);
        match head::look(reader, &tell) {
            Look::Other(keys) => !is_of_terraform(&keys),
            // A list of everything may have networks among it.
            Look::Format(format) => format.is_cloud_list(),
            Look::Broken(..) => false,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str = "header { target:: juniper f }\n#include 'includes/bad.inc'\nterm end { destination-address:: OFFICE action:: accept }\n";
    const INCLUDED_TERM: &str = "term bad { source-address:: OFFICE action:: deny }\n";

    fn found(files: &[(&str, &str)]) -> (tempfile::TempDir, NetworkFiles) {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let day = jiff::civil::date(2026, 11, 20);
        let found = find_networks(&[folder.path().to_owned()], &Taken::new(), day);
        (folder, found)
    }

    #[test]
    fn what_a_policy_includes_and_names_is_found_beside_it() {
        // The policy comes first in the order of names: what it refers to is read all the same.
        let (folder, found) = found(&[
            ("a.pol", POLICY),
            ("includes/bad.inc", INCLUDED_TERM),
            ("names/office.net", "OFFICE = 10.0.0.0/8\n"),
        ]);
        assert_eq!(found.devices.len(), 1);
        assert_eq!(found.devices[0].document.policies[0].rules.len(), 2);
        assert!(found.devices[0].document.policies[0].is_exact());
        assert!(found.taken.contains(&folder.path().join("includes/bad.inc")));
        assert!(found.taken.contains(&folder.path().join("names/office.net")));
        let meanings: Vec<&PathBuf> = found.meanings.keys().collect();
        assert_eq!(meanings, [&folder.path().join("includes/bad.inc"), &folder.path().join("names/office.net")]);
    }

    #[test]
    fn what_is_not_beside_the_policy_stays_open() {
        let without_terms = [("a.pol", POLICY), ("names/office.net", "OFFICE = 10.0.0.0/8\n")];
        let without_names = [("a.pol", POLICY), ("includes/bad.inc", INCLUDED_TERM)];
        for files in [without_terms, without_names] {
            let (_folder, found) = found(&files);
            assert!(!found.devices[0].document.policies[0].is_exact());
        }
    }

    #[test]
    fn terraform_is_left_to_its_own_reader_whatever_form_it_has_and_whatever_its_name() {
        let raw = r#"{"version": 4, "terraform_version": "1.9.0", "serial": 1, "resources": []}"#;
        let empty = r#"{"format_version": "1.0", "terraform_version": "1.9.0", "resources": []}"#;
        let other = r#"{"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16"}]}"#;
        let (folder, found) =
            found(&[("a.json", raw), ("a.yaml", raw), ("b.json", empty), ("b.yml", empty), ("vpcs.json", other)]);
        assert_eq!(found.taken, Taken::from([folder.path().join("vpcs.json")]));
    }

    const TABLE: &str = "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n";

    #[test]
    fn tables_of_both_families_of_a_host_are_one_device() {
        let four = format!("# Generated by iptables-save v1.8.9\n{TABLE}");
        let six = format!("# Generated by ip6tables-save v1.8.9\n{TABLE}");
        let joined = |files: &[(&str, &str)]| -> Vec<bool> {
            found(files).1.devices.iter().map(|device| device.beside.is_some()).collect()
        };
        for [one, other] in [["a/rules.v4", "a/rules.v6"], ["a/iptables.rules", "a/ip6tables.rules"]] {
            assert_eq!(joined(&[(one, &four), (other, &six)]), [true, true]);
            assert_eq!(joined(&[(one, &four), (other, &four)]), [false, false], "nothing tells that it is of IPv6");
        }
        assert_eq!(joined(&[("a/rules.v4", &four), ("b/rules.v6", &six)]), [false, false], "two hosts");
        assert_eq!(joined(&[("edge.rules", &four), ("core.rules", &six)]), [false, false]);
    }

    #[test]
    fn an_export_of_assets_is_found_as_lines_and_as_a_list() {
        let asset = r#"{"name": "//compute.googleapis.com/projects/p/global/networks/n", "assetType": "compute.googleapis.com/Network", "resource": {"data": {"name": "n"}}}"#;
        let (folder, found) =
            found(&[("lines.json", &format!("{asset}\n{asset}\n")), ("list.json", &format!("[{asset}]"))]);
        assert_eq!(found.taken, ["lines.json", "list.json"].map(|name| folder.path().join(name)).into());
    }

    #[test]
    fn a_policy_in_yaml_is_found_with_what_it_names_and_includes() {
        let policy = "filters:\n  - header:\n      targets: {juniper: f}\n    terms:\n      - include: bad.yaml\n\
                      \x20     - {name: end, destination-address: OFFICE, action: accept}\n";
        let included = "terms:\n  - {name: bad, source-address: OFFICE, action: deny}\n";
        let names = "networks:\n  OFFICE:\n    values:\n      - address: 10.0.0.0/8\n";
        let (folder, found) = found(&[("a.yaml", policy), ("inc/bad.yaml", included), ("names.yaml", names)]);
        assert_eq!(found.devices.len(), 1);
        assert_eq!(found.devices[0].document.policies[0].rules.len(), 2);
        assert!(found.devices[0].document.policies[0].is_exact());
        let taken = ["a.yaml", "inc/bad.yaml", "names.yaml"].map(|name| folder.path().join(name));
        assert_eq!(found.taken, Taken::from(taken));
    }

    #[test]
    fn names_of_other_things_in_yaml_are_left_to_others() {
        let compose = "services:\n  web:\n    image: \"nginx\"\nnetworks:\n  a: {}\n";
        let (_folder, found) = found(&[("a.pol", POLICY), ("compose.yaml", compose)]);
        assert!(found.meanings.is_empty() && found.taken.len() == 1);
    }

    #[test]
    fn a_configuration_without_lists_is_a_device_without_policies() {
        let text = "version 15.2\nhostname r\n!\ninterface G0\n ip address 192.0.2.1 255.255.255.0\n";
        let (_folder, found) = found(&[("r.cfg", text), ("other.cfg", "nothing of a device\n")]);
        assert_eq!(found.devices.len(), 1);
        assert!(found.devices[0].document.policies.is_empty());
    }

    #[test]
    fn files_of_these_endings_without_a_policy_are_left_to_others() {
        let (_folder, found) = found(&[("bad.inc", INCLUDED_TERM), ("office.net", "OFFICE = 10.0.0.0/8\n")]);
        assert!(found.taken.is_empty());
    }
}
