//! Network security groups and their rules, inline or each its own resource.

use isoneph_model::GapCode;
use isoneph_tables::Cell;
use isoneph_tables::schema::FirewallRule;

use super::networks::missing;
use crate::terraform::attr::Attr;
use crate::terraform::block::Block;
use crate::terraform::everybody::is_everybody;
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::resource::Resource;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] = &[
    Mapping::new("azurerm_network_security_group", group, &[table::<FirewallRule>]),
    Mapping::new("azurerm_network_security_rule", rule, &[table::<FirewallRule>]),
];

/// What Azure understands as everybody.
const EVERYBODY: &[&str] = &["*", "any", "internet", "0.0.0.0/0", "0.0.0.0", "::/0", "/0"];

fn group(resource: &Resource, stage: &mut Stage) {
    let rules = match resource.unset_if_computed("security_rule", resource.blocks("security_rule")) {
        Attr::Known(rules) => rules,
        Attr::Unset => return,
        Attr::Unknown(code) => return missing::<FirewallRule>(resource, stage, code),
    };
    for block in &rules {
        let base = row(block, resource.uid().into());
        for (i, range) in ports(block).into_iter().enumerate() {
            let suffix = suffixed(&block.uid_suffix(), i);
            stage.add_part(resource, &block.pointer(), &suffix, with_ports(base.clone(), range));
        }
    }
}

fn rule(resource: &Resource, stage: &mut Stage) {
    let group = resource.reference("network_security_group_name", &["azurerm_network_security_group"]);
    let root = resource.root();
    let base = row(&root, group.cell());
    for (i, range) in ports(&root).into_iter().enumerate() {
        if i == 0 {
            stage.add(resource, with_ports(base.clone(), range));
        } else {
            stage.add_suffixed(resource, &suffixed("", i), with_ports(base.clone(), range));
        }
    }
}

/// The first range of a rule is the rule; further ones are parts of it.
fn suffixed(suffix: &str, i: usize) -> String {
    match (suffix.is_empty(), i) {
        (_, 0) => suffix.to_owned(),
        (true, i) => format!("#ports/{i}"),
        (false, i) => format!("{suffix}/ports/{i}"),
    }
}

type Range = Cell<(i64, i64)>;

fn with_ports(row: FirewallRule, range: Range) -> FirewallRule {
    FirewallRule { from_port: range.clone().map(|(from, _)| from), to_port: range.map(|(_, to)| to), ..row }
}

/// The ports at the near end; one unknown range where they are not known.
fn ports(block: &Block<'_>) -> Vec<Range> {
    let one = block.text("destination_port_range").map(|range| vec![range]);
    match one.or_else(|| block.texts("destination_port_ranges")) {
        Attr::Known(ranges) if !ranges.is_empty() => ranges.iter().map(|range| port_range(range)).collect(),
        Attr::Known(_) | Attr::Unset => vec![Cell::Known((0, 65535))],
        Attr::Unknown(code) => vec![Cell::Gap(code)],
    }
}

/// `22`, `8000-8080`, `*`.
fn port_range(text: &str) -> Range {
    let number = |text: &str| text.trim().parse::<i64>().ok().filter(|port| (0..=65535).contains(port));
    let range = match (text.trim(), text.split_once('-')) {
        ("*", _) => Some((0, 65535)),
        (_, Some((from, to))) => number(from).zip(number(to)),
        (one, None) => number(one).map(|port| (port, port)),
    };
    range.map_or(Cell::Gap(GapCode::Unreadable), Cell::Known)
}

fn row(block: &Block<'_>, filter: Cell<String>) -> FirewallRule {
    let incoming = block.text("direction").cell().map(|way| way.eq_ignore_ascii_case("inbound"));
    let at = |end: &str| -> Attr<Vec<String>> {
        let one = block.text(&format!("{end}_address_prefix")).map(|prefix| vec![prefix]);
        one.or_else(|| block.texts(&format!("{end}_address_prefixes")))
    };
    let groups = |end: &str| block.texts(&format!("{end}_application_security_group_ids"));
    let (peers, named) = match incoming {
        Cell::Known(true) => (at("source"), groups("source")),
        Cell::Known(false) => (at("destination"), groups("destination")),
        Cell::Gap(code) => (Attr::Unknown(code), Attr::Unknown(code)),
    };
    let is_address = |peer: &String| peer.starts_with(|c: char| c.is_ascii_hexdigit()) && peer.contains(['.', ':']);
    let of = |peers: &Attr<Vec<String>>, keep: &dyn Fn(&String) -> bool| {
        peers.clone().or(Vec::new()).map(|peers| {
            let mut kept: Vec<String> = peers.into_iter().filter(|peer| keep(peer)).collect();
            kept.sort();
            kept
        })
    };
    let tags = of(&peers, &|peer| !is_address(peer));
    FirewallRule {
        filter,
        filter_kind: "network-security-group".into(),
        direction: incoming.map(|incoming| if incoming { "ingress" } else { "egress" }.to_owned()),
        action: block.text("access").cell().map(|access| access.to_lowercase()),
        protocol: block.text("protocol").cell().map(|protocol| match protocol.to_lowercase().as_str() {
            "*" => "any".to_owned(),
            protocol => protocol.to_owned(),
        }),
        peer_cidrs: of(&peers, &is_address),
        peer_references: tags.and_then(|mut tags| {
            named.or(Vec::new()).map(|named| {
                tags.extend(named);
                tags.sort();
                tags
            })
        }),
        peer_anywhere: peers
            .map(|peers| {
                peers.iter().any(|peer| EVERYBODY.contains(&peer.to_lowercase().as_str()))
                    || is_everybody(peers.iter().map(String::as_str))
            })
            // Only application security groups stand at the other end.
            .or(false),
        priority: block.int("priority").cell(),
        enabled: true.into(),
        has_description: block.is_set("description").cell(),
        ..FirewallRule::default()
    }
}
