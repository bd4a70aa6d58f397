//! Launch templates: what they say of the interfaces of the machines that are made of them.

use serde_json::Value;

use super::Reading;
use crate::model::json::{flag, list, number, text};
use crate::model::terraform::{Ids, Resource};

const KINDS: [&str; 2] = ["aws_launch_template", "aws_launch_configuration"];
const PUBLIC: &str = "associate_public_ip_address";
/// Fields by which an interface asks for addresses of IPv6.
const SIX: [&str; 2] = ["ipv6_address_count", "ipv6_prefix_count"];

/// One interface of each machine that a template makes.
#[derive(Default)]
pub(super) struct Pattern {
    /// The number of its template, of several that machines may be made of.
    pub(super) template: usize,
    /// Its number among the machine's.
    pub(super) number: usize,
    pub(super) groups: Ids,
    pub(super) public: Public,
    /// Whether it asks for an address of IPv6.
    pub(super) six: bool,
    /// The subnet that it names itself.
    pub(super) subnets: Vec<String>,
}

/// Whether an interface has a public address.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Public {
    Is(bool),
    /// As the subnet says.
    #[default]
    AsSubnet,
    /// Nothing shows it.
    Unclear,
}

/// The interfaces that the templates of a resource make: none where it names no template. Where one that it names is not
/// shown, one interface stands for it, of which nothing is known.
pub(super) fn patterns(reading: &Reading<'_>, resource: &Resource) -> Vec<Pattern> {
    let (mut out, mut templates) = (Vec::new(), 0);
    for place in places(resource) {
        let path: Vec<&str> = place.iter().map(String::as_str).collect();
        if !names_one(reading, resource, &path) {
            continue;
        }
        match template(reading, resource, &path) {
            Some(held) => out.extend(of_template(reading, held, templates)),
            None => out.push(Pattern { template: templates, ..unknown() }),
        }
        templates += 1;
    }
    out
}

/// An interface of a machine of which nothing is shown.
pub(super) fn unknown() -> Pattern {
    Pattern { groups: Ids { open: true, ..Ids::default() }, public: Public::Unclear, ..Pattern::default() }
}

impl Public {
    /// Whether an interface with such a word has a public address, and whether that is sure. Where nothing shows its groups
    /// either, these leave open who reaches it.
    pub(super) fn settle(self, of_subnet: bool, groups: &Ids) -> (bool, bool) {
        match self {
            Self::Is(public) => (public, true),
            Self::AsSubnet => (of_subnet, true),
            Self::Unclear if groups.open && !groups.lost && groups.found.is_empty() => (true, true),
            Self::Unclear => (false, false),
        }
    }
}

/// Where a resource may name templates: its own, that of its mixed policy, and those that the policy takes instead.
fn places(resource: &Resource) -> Vec<Vec<String>> {
    let owned = |path: &[&str]| path.iter().map(|step| (*step).to_owned()).collect::<Vec<_>>();
    const MIXED: [&str; 4] = ["mixed_instances_policy", "0", "launch_template", "0"];
    const NAMED: [&str; 2] = ["launch_template_specification", "0"];
    let mut out = vec![owned(&["launch_configuration"]), owned(&["launch_template", "0"])];
    out.push(owned(&[&MIXED[..], &NAMED].concat()));
    let policy = list(&resource.values, MIXED[0]).first().and_then(|held| list(held, MIXED[2]).first());
    let instead = policy.map_or(&[][..], |held| list(held, "override"));
    for (at, _) in instead.iter().enumerate().filter(|(_, held)| !list(held, NAMED[0]).is_empty()) {
        out.push(owned(&[&MIXED[..], &["override", &at.to_string()], &NAMED].concat()));
    }
    out
}

/// The fields of such a place that name the template.
fn fields(path: &[&str]) -> &'static [&'static str] {
    match path {
        [_] => &[],
        [_, _] => &["id", "name"],
        _ => &["launch_template_id", "launch_template_name"],
    }
}

fn names_one(reading: &Reading<'_>, resource: &Resource, path: &[&str]) -> bool {
    match path {
        [own] => reading.document.is_given(resource, own),
        [first, ..] => {
            let pointer = format!("/{}", path.join("/"));
            let shown = resource.values.pointer(&pointer).is_some_and(|held| !held.is_null());
            shown || (list(&resource.values, first).is_empty() && reading.document.is_written(resource, &[first]))
        }
        [] => false,
    }
}

/// The one template that is named, where it is shown and sure.
fn template<'r>(reading: &'r Reading<'_>, resource: &Resource, path: &[&str]) -> Option<&'r Resource> {
    let document = reading.document;
    let paths = fields(path).iter().map(|field| [path, &[field]].concat());
    let paths: Vec<Vec<&str>> = if path.len() == 1 { vec![path.to_vec()] } else { paths.collect() };
    let named: Vec<Ids> = paths.iter().map(|path| document.ids(resource, path)).collect();
    if named.iter().any(|ids| ids.choice) {
        return None;
    }
    let means = |held: &Resource, name: &String| {
        *name == held.identity() || text(&held.values, "name") == Some(name) || text(&held.values, "id") == Some(name)
    };
    let mut all = document.any_of_kind(&KINDS);
    all.find(|held| named.iter().flat_map(|ids| &ids.found).any(|name| means(held, name)))
}

fn of_template(reading: &Reading<'_>, held: &Resource, template: usize) -> Vec<Pattern> {
    let written = list(&held.values, "network_interfaces");
    let unknown = reading.document.is_open_list(held, &["network_interfaces"]);
    (0..written.len().max(1)).map(|at| Pattern { template, ..pattern(reading, held, at, unknown) }).collect()
}

fn pattern(reading: &Reading<'_>, held: &Resource, at: usize, unknown: bool) -> Pattern {
    let (document, number_text) = (reading.document, at.to_string());
    let mut groups = Ids { open: unknown, ..Ids::default() };
    let own = ["network_interfaces", number_text.as_str(), "security_groups"];
    let of_machine = [&["vpc_security_group_ids"][..], &["security_groups"]];
    for path in of_machine.into_iter().filter(|_| at == 0).chain([&own[..]]) {
        groups.join(document.ids(held, path));
    }
    let nothing = Value::Null;
    let one = list(&held.values, "network_interfaces").get(at).unwrap_or(&nothing);
    let later = |path: &[&str], values| document.is_open(held, path, values);
    let open = unknown
        || later(&["network_interfaces", &number_text, PUBLIC], one)
        || (at == 0 && later(&[PUBLIC], &held.values));
    let public = flag(one, PUBLIC).or_else(|| flag(&held.values, PUBLIC).filter(|_| at == 0));
    Pattern {
        number: at,
        template: 0,
        groups,
        public: match public {
            Some(public) => Public::Is(public),
            None if open => Public::Unclear,
            None if at == 0 => Public::AsSubnet,
            None => Public::Is(false),
        },
        six: SIX.iter().any(|key| number(one, key).is_some_and(|count| count > 0))
            || !list(one, "ipv6_addresses").is_empty(),
        subnets: document.ids(held, &["network_interfaces", &number_text, "subnet_id"]).found,
    }
}
