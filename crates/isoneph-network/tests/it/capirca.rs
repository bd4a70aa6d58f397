//! Capirca policies.

use isoneph_network::acl::{Definitions, ReadOptions, pairs, read};
use isoneph_network::policy::{Comparison, NoteKind, Options, Policy, difference};

use crate::verdict;

const NETWORKS: &str = "
INSIDE = 10.0.0.0/8   # ours
         2001:db8::/32
WEB = 192.0.2.10/32 192.0.2.11/32
ALL = INSIDE
      WEB
";
const SERVICES: &str = "
HTTP = 80/tcp
DNS = 53/tcp 53/udp
WEBBOTH = HTTP 443/tcp
HIGH = 1024-65535/tcp 1024-65535/udp
";
const POLICY: &str = r#"
header {
  comment:: "an edge
    filter"
  target:: cisco edge inet
  target:: speedway INPUT DROP
}
term old { protocol:: tcp  destination-port:: HTTP  expiration:: 2020-01-01  action:: deny }
term back {
  protocol:: tcp udp
  option:: established
  action:: accept
}
term web {
  source-address:: ALL
  source-exclude:: WEB
  destination-address:: WEB
  destination-port:: WEBBOTH
               DNS
  protocol:: tcp udp
  action:: accept
}
term only-cisco { platform:: cisco  protocol:: icmp  icmp-type:: echo-request  action:: accept }
term end { action:: reject }
"#;

fn options(as_of: Option<&str>) -> ReadOptions {
    let mut definitions = Definitions::default();
    definitions.add(NETWORKS).unwrap();
    definitions.add(SERVICES).unwrap();
    ReadOptions { definitions, as_of: as_of.map(|day| day.parse().unwrap()), ..ReadOptions::default() }
}

#[track_caller]
fn target(text: &str, name: &str, options: &ReadOptions) -> Policy {
    let document = read(text, options).unwrap();
    document.policies.into_iter().find(|policy| policy.name == name).unwrap()
}

#[test]
fn p32_established_means_the_connection_table_on_one_target_and_high_ports_on_another() {
    let options = options(Some("2026-01-01"));
    let cisco = target(POLICY, "cisco edge inet", &options);
    let speedway = target(POLICY, "speedway INPUT DROP", &options);
    for (packet, on_cisco, on_speedway) in [
        ("udp 8.8.8.8:53 10.0.0.1:5000", "permit", "deny"),
        ("udp 8.8.8.8:53 10.0.0.1:5000+", "permit", "permit"),
        ("tcp 8.8.8.8:80 10.0.0.1:5000", "deny", "deny"),
        ("tcp 8.8.8.8:80 10.0.0.1:80+", "deny", "permit"),
        ("icmp 8/0 8.8.8.8 10.0.0.1", "permit", "deny"),
    ] {
        assert_eq!(verdict(&cisco, packet), on_cisco, "{packet}");
        assert_eq!(verdict(&speedway, packet), on_speedway, "{packet}");
    }
}

#[test]
fn terms_join_names_of_networks_and_services() {
    let cisco = target(POLICY, "cisco edge inet", &options(Some("2026-01-01")));
    for (packet, expected) in [
        ("tcp 10.1.1.1:9 192.0.2.10:80", "permit"),
        ("tcp 10.1.1.1:9 192.0.2.11:443", "permit"),
        ("udp 10.1.1.1:9 192.0.2.11:443", "permit"),
        ("udp 10.1.1.1:9 192.0.2.11:444", "deny"),
        ("udp 10.1.1.1:9 192.0.2.11:53", "permit"),
        ("tcp 192.0.2.11:9 192.0.2.10:80", "deny"),
        ("tcp 11.1.1.1:9 192.0.2.10:80", "deny"),
    ] {
        assert_eq!(verdict(&cisco, packet), expected, "{packet}");
    }
}

#[test]
fn p32_an_expired_term_is_gone_and_without_a_date_undecided() {
    let packet = "tcp 10.1.1.1:9 192.0.2.10:80";
    assert_eq!(verdict(&target(POLICY, "cisco edge inet", &options(Some("2019-12-31"))), packet), "deny");
    assert_eq!(verdict(&target(POLICY, "cisco edge inet", &options(None)), packet), "undecided");
}

#[test]
fn names_that_are_not_defined_leave_terms_undecided_and_are_listed() {
    let policy =
        target(POLICY, "cisco edge inet", &ReadOptions { as_of: "2026-01-01".parse().ok(), ..ReadOptions::default() });
    assert_eq!(verdict(&policy, "tcp 10.1.1.1:9 192.0.2.10:80"), "undecided");
    assert!(policy.notes.iter().any(|note| note.kind == NoteKind::NotUnderstood && note.message.contains("WEB")));
}

#[test]
fn p32_the_end_of_a_filter_depends_on_its_target() {
    let text = "header { target:: iptables INPUT }\nterm a { protocol:: tcp action:: accept }\n";
    let policy = target(text, "iptables INPUT", &ReadOptions::default());
    assert_eq!(verdict(&policy, "udp 1.1.1.1:1 2.2.2.2:2"), "undecided");
    let text = "header { target:: juniper f }\nterm a { protocol:: tcp action:: accept }\n";
    let policy = target(text, "juniper f", &ReadOptions::default());
    assert_eq!(verdict(&policy, "udp 1.1.1.1:1 2.2.2.2:2"), "deny");
}

#[test]
fn p32_verbatim_text_and_missing_includes_may_do_anything() {
    for term in ["term v { verbatim:: juniper \"accept everything\" }", "#include 'missing.inc'"] {
        let text = format!("header {{ target:: juniper f }}\n{term}\nterm end {{ action:: deny }}\n");
        let policy = target(&text, "juniper f", &ReadOptions::default());
        assert_eq!(verdict(&policy, "udp 1.1.1.1:1 2.2.2.2:2"), "undecided", "{term}");
    }
    let text = "header { target:: juniper f }\nterm v { verbatim:: cisco \"permit ip any any\" }\nterm end { action:: deny }\n";
    assert_eq!(verdict(&target(text, "juniper f", &ReadOptions::default()), "udp 1.1.1.1:1 2.2.2.2:2"), "deny");
}

#[test]
fn included_terms_stand_where_they_are_included() {
    let mut options = ReadOptions::default();
    options
        .includes
        .insert("inc/bad.inc".to_owned(), "term bad { source-address:: 10.0.0.0/8 action:: deny }".to_owned());
    let text = "header { target:: juniper f }\n#include 'bad.inc'\nterm end { action:: accept }\n";
    let policy = target(text, "juniper f", &options);
    assert_eq!(verdict(&policy, "udp 10.1.1.1:1 2.2.2.2:2"), "deny");
    assert_eq!(verdict(&policy, "udp 11.1.1.1:1 2.2.2.2:2"), "permit");
}

#[test]
fn definitions_in_yaml_are_read_too() {
    let mut definitions = Definitions::default();
    let yaml = "networks:\n  A:\n    values:\n      - address: 10.0.0.0/8\n        comment: ours\n  B:\n    values:\n      - name: A\n      - fqdn: example.com\nservices:\n  P:\n    - port: 80\n      protocol: tcp\n    - port: 8000-8010\n      protocol: tcp\n";
    definitions.add(yaml).unwrap();
    let options = ReadOptions { definitions, ..ReadOptions::default() };
    let text = "header { target:: juniper f }\nterm a { source-address:: B protocol:: tcp destination-port:: P action:: accept }\n";
    let policy = target(text, "juniper f", &options);
    assert_eq!(verdict(&policy, "tcp 10.1.1.1:1 2.2.2.2:8005"), "permit");
    assert_eq!(verdict(&policy, "tcp 11.1.1.1:1 2.2.2.2:8005"), "deny");
}

#[test]
fn names_that_refer_to_each_other_end() {
    let mut definitions = Definitions::default();
    definitions.add("A = B\nB = A\n    10.0.0.0/8\n").unwrap();
    let options = ReadOptions { definitions, ..ReadOptions::default() };
    let text = "header { target:: juniper f }\nterm a { source-address:: A action:: accept }\n";
    assert_eq!(verdict(&target(text, "juniper f", &options), "udp 10.1.1.1:1 2.2.2.2:2"), "permit");
}

/// The policy of one term of TCP and UDP on a target.
fn term(target: &str, text: &str) -> Policy {
    let mut options = ReadOptions::default();
    options.definitions.add("MIXED = 8000-9000/tcp 5000-6000/udp\nHTTPS = 443/tcp 443/udp\n").unwrap();
    let text = format!("header {{\n  target:: {target}\n}}\nterm t {{\n  {text}\n  action:: accept\n}}\n");
    read(&text, &options).unwrap().policies.remove(0)
}

#[test]
fn what_a_service_says_of_one_protocol_is_written_for_all_of_the_term() {
    let policy = term("cisco x extended", "protocol:: tcp udp\n  destination-port:: MIXED");
    for packet in ["tcp 10.0.0.1:1 10.0.0.2:5000", "udp 10.0.0.1:1 10.0.0.2:8000"] {
        assert_eq!(verdict(&policy, packet), "permit");
    }
    let alone = term("cisco x extended", "protocol:: tcp\n  destination-port:: MIXED");
    assert_eq!(verdict(&alone, "tcp 10.0.0.1:1 10.0.0.2:5000"), "deny");
}

#[test]
fn established_adds_high_ports_to_those_that_are_named() {
    let policy = term("cisco x extended", "protocol:: tcp udp\n  destination-port:: HTTPS\n  option:: established");
    for packet in ["udp 10.0.0.1:1 10.0.0.2:443", "udp 10.0.0.1:1 10.0.0.2:1024", "tcp 10.0.0.1:1 10.0.0.2:443+"] {
        assert_eq!(verdict(&policy, packet), "permit", "{packet}");
    }
    for packet in ["udp 10.0.0.1:1 10.0.0.2:444", "tcp 10.0.0.1:1 10.0.0.2:443"] {
        assert_eq!(verdict(&policy, packet), "deny", "{packet}");
    }
}

#[test]
fn established_looks_at_flags_as_the_target_does() {
    let both = "protocol:: tcp udp\n  option:: established";
    let new = "tcp 10.0.0.1:1 10.0.0.2:2000";
    for (target, answer) in [
        ("cisco x extended", "deny"),
        ("juniper x", "permit"),
        ("iptables INPUT DROP nostate", "permit"),
        ("iptables INPUT DROP", "deny"),
        ("ciscoasa x", "undecided"),
        ("openconfig x", "undecided"),
    ] {
        assert_eq!(verdict(&term(target, both), new), answer, "{target}");
    }
    let alone = "protocol:: tcp\n  option:: established";
    assert_eq!(verdict(&term("juniper x", alone), new), "deny");
}

#[test]
fn lists_of_ipv6_for_cisco_permit_neighbour_discovery_before_they_deny() {
    let text = |target: &str| {
        format!("header {{\n  target:: {target}\n}}\nterm web {{\n  protocol:: tcp\n  action:: accept\n}}\n")
    };
    for (target, expected) in [("cisco X inet6", "permit"), ("ciscoxr X inet6", "permit"), ("juniper X inet6", "deny")]
    {
        let policy = read(&text(target), &ReadOptions::default()).unwrap().policies.remove(0);
        assert_eq!(verdict(&policy, "icmpv6 135/0 fe80::1 fe80::2"), expected, "{target}");
        assert_eq!(verdict(&policy, "icmpv6 128/0 fe80::1 fe80::2"), "deny", "{target}");
    }
}

#[test]
fn what_is_excluded_from_no_addresses_is_not_excluded_on_every_target() {
    let text = |target: &str, more: &str| {
        format!(
            "header {{\n  target:: {target}\n}}\nterm t {{\n{more}  source-exclude:: 192.0.2.0/24\n  action:: accept\n}}\n"
        )
    };
    let from = |target: &str, more: &str, packet: &str| {
        let policy = read(&text(target, more), &ReadOptions::default()).unwrap().policies.remove(0);
        verdict(&policy, packet)
    };
    let packet = "tcp 192.0.2.1:1024 10.0.0.2:80";
    assert_eq!(from("cisco X extended", "", packet), "undecided");
    assert_eq!(from("iptables INPUT DROP", "", packet), "deny");
    assert_eq!(from("cisco X extended", "  source-address:: 192.0.0.0/16\n", packet), "deny");
}

/// Two terms about the same packets, for a target: (action, priority) each; what the policy does with such a packet.
fn ranked(platform: &str, terms: [(&str, &str); 2]) -> &'static str {
    let term = |(number, (action, priority)): (usize, (&str, &str))| {
        let priority = if priority.is_empty() { String::new() } else { format!("priority:: {priority}") };
        format!("term t{number} {{ source-address:: INSIDE protocol:: tcp {priority} action:: {action} }}\n")
    };
    let terms: String = terms.into_iter().enumerate().map(term).collect();
    let name = format!("{platform} INGRESS default");
    let policy = target(&format!("header {{ target:: {name} }}\n{terms}"), &name, &options(None));
    verdict(&policy, "tcp 10.0.0.1:1024 192.0.2.10:22")
}

#[test]
fn on_googles_firewalls_the_lower_priority_holds_and_of_equal_ones_what_denies() {
    for (first, second, expected) in [
        (("deny", "1000"), ("accept", "2000"), "deny"),
        (("deny", "2000"), ("accept", "1000"), "permit"),
        (("accept", "2000"), ("deny", "1000"), "deny"),
        (("accept", "500"), ("deny", "500"), "deny"),
        // One that is given none has 1000.
        (("accept", ""), ("deny", ""), "deny"),
        (("deny", ""), ("accept", "999"), "permit"),
        (("accept", "1001"), ("deny", ""), "deny"),
        (("accept", "65536"), ("deny", "1"), "undecided"),
        (("accept", "high"), ("deny", "1"), "undecided"),
    ] {
        assert_eq!(ranked("gce", [first, second]), expected, "{first:?}, {second:?}");
    }
}

#[test]
fn other_targets_go_by_the_order_of_terms_and_leave_open_what_a_priority_does_to_it() {
    assert_eq!(ranked("srx", [("accept", "2"), ("deny", "1")]), "permit");
    assert_eq!(ranked("gce_vpc_tf", [("accept", ""), ("deny", "")]), "permit");
    assert_eq!(ranked("gce_vpc_tf", [("accept", "2"), ("deny", "1")]), "undecided");
    assert_eq!(ranked("gce_vpc_tf", [("deny", ""), ("accept", "1")]), "undecided");
}

#[test]
fn a_last_term_that_denies_everything_comes_last_on_googles_firewalls() {
    let text = |end: &str| {
        format!(
            "header {{ target:: gce INGRESS default }}\n\
             term web {{ source-address:: INSIDE protocol:: tcp priority:: 40000 action:: accept }}\n\
             term end {{ {end} action:: deny }}\n"
        )
    };
    let asked = |end: &str| {
        let policy = target(&text(end), "gce INGRESS default", &options(None));
        verdict(&policy, "tcp 10.0.0.1:1024 192.0.2.10:22")
    };
    assert_eq!(asked("comment:: \"the end\" logging:: true"), "permit");
    assert_eq!(asked("protocol:: tcp"), "deny");
}

/// Whether a filter says just this, for a target.
#[track_caller]
fn is_generated(name: &str, terms: &str, generated: &str) -> bool {
    let filter = read(&format!("header {{ target:: {name} }}\n{terms}"), &options(None)).unwrap();
    let lists = read(generated, &ReadOptions::default()).unwrap();
    let found = pairs(&filter, &lists);
    assert!(!found.pairs.is_empty() && found.alone.is_empty(), "{:?}", found.alone);
    found.pairs.iter().all(|pair| {
        let [one, other] = &pair.lists;
        difference(one, other, &Options::default()).unwrap().comparison() == Comparison::Equal
    })
}

#[test]
fn a_term_about_the_icmp_of_the_other_family_is_left_out_as_generators_leave_it_out() {
    let terms = "term six { protocol:: icmpv6 icmp-type:: echo-request action:: accept }
        term both { protocol:: icmp icmpv6 action:: accept }
        term four { protocol:: icmp action:: accept }
        term other { protocol:: icmpv6 udp action:: accept }
        term end { action:: deny }";
    let v4 = "ip access-list extended C\n permit icmp any any\n deny ip any any\n";
    let v6 = "ipv6 access-list ipv6-C\n permit icmp any any echo-request\n permit icmp any any\n permit udp any any\n deny ipv6 any any\n";
    let v6_alone =
        "ipv6 access-list C\n permit 58 any any 128\n permit 58 any any\n permit udp any any\n deny ipv6 any any\n";
    for (name, generated) in [("cisco C extended", v4), ("arista C extended", v4), ("cisco C inet6", v6_alone)] {
        assert!(is_generated(name, terms, generated), "{name}");
    }
    let mixed = format!("{v4}{v6}");
    assert!(is_generated("cisco C mixed", terms, &mixed), "a filter of both families is its two lists");
    assert!(!is_generated("cisco C mixed", terms, &mixed.replace("permit icmp any any\n deny", "deny")));
    assert!(!is_generated("cisco C mixed", terms, &mixed.replace(" permit udp any any\n", "")));
    // Of other terms only the packets of the protocol are.
    let denied = target(
        "header { target:: gce INGRESS inet }\nterm t { protocol:: icmpv6 tcp action:: accept }",
        "gce INGRESS inet",
        &options(None),
    );
    assert_eq!(verdict(&denied, "tcp 10.0.0.1:1024 192.0.2.10:22"), "permit");
}

const IN_YAML: &str = "
filters:
  - header:
      comment: an edge filter
      targets:
        cisco: edge inet
        speedway: [INPUT, DROP]
    terms:
      - name: old
        protocol: tcp
        destination-port: HTTP
        expiration: 2020-01-01
        action: deny
      - name: back
        protocol: [tcp, udp]
        option: established
        action: accept
      - include: web.yaml
      - name: only-cisco
        platform: cisco
        protocol: icmp
        icmp-type: echo-request
        action: accept
      - name: end
        action: reject
";
const INCLUDED: &str = "
terms:
  - name: web
    source-address: ALL
    source-exclude: WEB
    destination-address: WEB
    destination-port: WEBBOTH DNS
    protocol: tcp udp
    action: accept
";

#[test]
fn a_policy_in_yaml_is_the_same_policy() {
    let mut options = options(Some("2026-11-20"));
    options.includes.insert("includes/web.yaml".to_owned(), INCLUDED.to_owned());
    for name in ["cisco edge inet", "speedway INPUT DROP"] {
        let (own, yaml) = (target(POLICY, name, &options), target(IN_YAML, name, &options));
        let rules = |policy: &Policy| -> Vec<_> {
            policy
                .rules
                .iter()
                .map(|rule| (rule.label.clone(), rule.action, rule.certainty, rule.matches.clone()))
                .collect()
        };
        assert_eq!(rules(&own), rules(&yaml), "{name}");
    }
    let lines: Vec<u32> = target(IN_YAML, "cisco edge inet", &options).rules.iter().map(|rule| rule.line).collect();
    assert_eq!(lines.first(), Some(&9), "terms are told by their lines");
    assert!(lines.contains(&18), "and included ones by that of the include: {lines:?}");
}

#[test]
fn what_a_policy_in_yaml_includes_and_is_not_given_is_open_or_an_error() {
    let open = target(IN_YAML, "cisco edge inet", &options(Some("2026-11-20")));
    assert_eq!(verdict(&open, "tcp 10.0.0.1:1024 192.0.2.10:22"), "undecided");
    let filters = "filters:\n  - include: all.yaml\n  - header:\n      targets: {cisco: X inet}\n    terms: []\n";
    let error = read(filters, &options(None)).unwrap_err().to_string();
    assert!(error.contains("line 2") && error.contains("all.yaml"), "{error}");
    let mut options = options(None);
    let kept = "filters_include_only:\n  - header:\n      targets: {cisco: Y inet}\n    terms:\n      - {name: all, action: accept}\n";
    options.includes.insert("all.yaml".to_owned(), kept.to_owned());
    assert_eq!(verdict(&target(filters, "cisco Y inet", &options), "tcp 10.0.0.1:1024 192.0.2.10:22"), "permit");
    assert!(read("filters:\n  - header:\n      targets: [\n", &options).is_err());
}
