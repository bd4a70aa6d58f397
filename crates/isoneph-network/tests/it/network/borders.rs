//! Rules of a device against the intent.

use isoneph_network::acl::{ReadOptions, read};
use isoneph_network::idd::Budget;
use isoneph_network::zones::{Border, Intent, borders};

const INTENT: &str = "
zones:
- {name: web, kind: internal, members: [{address: 10.0.1.0/24}]}
- {name: data, kind: internal, members: [{address: 10.0.2.0/24}]}
- {name: world, kind: outside}
- {name: tagged, kind: internal, members: [{tag: a=b}]}
flows:
- {from: web, to: data, proto: tcp, port: 5432, reason: orders}
- {from: web, to: data, proto: tcp, port: 5433, reason: reports, expires: 2026-11-20}
";

fn held(rules: &str, from: &str, to: &str) -> Border {
    let document = read(rules, &ReadOptions::default()).unwrap();
    let intent = Intent::read(INTENT).unwrap();
    let found = borders(&document.policies[0], &[], &intent, "2026-11-21".parse().unwrap(), Budget::default()).unwrap();
    assert!(found.iter().all(|border| border.from != "tagged" && border.to != "tagged"), "it has no addresses");
    found.into_iter().find(|border| border.from == from && border.to == to).unwrap()
}

#[test]
fn what_is_permitted_beyond_the_flows_is_shown_with_its_line() {
    let rules = "ip access-list extended EDGE\n permit tcp 10.0.1.0 0.0.0.255 10.0.2.0 0.0.0.255 range 5432 5433\n";
    let border = held(rules, "web", "data");
    assert_eq!((border.passes, border.intended), (Some(true), Some(false)));
    assert!(border.witness.unwrap().to_string().contains("5433"), "a flow past its last day is no flow");
    assert_eq!(border.rule.unwrap().0, 2);
    assert_eq!(held(rules, "data", "web").passes, Some(false));
    assert_eq!(held(rules, "world", "data").intended, Some(true));
}

#[test]
fn a_flow_that_is_denied_is_named() {
    let rules = "ip access-list extended EDGE\n deny tcp any any eq 5432\n permit udp any any eq 53\n";
    let border = held(rules, "web", "data");
    assert_eq!(border.blocked, ["orders tcp/5432"]);
    assert_eq!(held(rules, "world", "web").intended, Some(false));
}

#[test]
fn answers_of_what_is_open_already_are_no_flow() {
    let rules = "ip access-list extended EDGE\n permit tcp any any established\n";
    let border = held(rules, "world", "data");
    assert_eq!((border.passes, border.intended), (Some(false), Some(true)));
}

const V6_LIST: &str = "ipv6 access-list EDGE\n permit tcp any host 2001:db8::1 eq 443\n";

#[test]
fn a_list_of_the_other_family_says_nothing_of_zones() {
    let silent = [V6_LIST, "*filter\n:FORWARD DROP\n-A FORWARD -s 2001:db8::/32 -j ACCEPT\nCOMMIT\n"];
    for rules in silent {
        let border = held(rules, "web", "data");
        assert_eq!((border.passes, border.intended), (None, None), "{rules}");
        assert!(border.witness.is_none() && border.blocked.is_empty(), "{border:?}");
        assert_eq!(border.because, ["no list of the device is about IPv4"]);
    }
}

#[test]
fn zones_of_both_families_need_lists_of_both() {
    let zones = "
zones:
- {name: web, kind: internal, members: [{address: 10.0.1.0/24}, {address: \"2001:db8:1::/48\"}]}
- {name: data, kind: internal, members: [{address: 10.0.2.0/24}, {address: \"2001:db8:2::/48\"}]}
";
    let intent = Intent::read(zones).unwrap();
    let four = "ip access-list extended FOUR\n deny ip any any\n";
    let six = "ipv6 access-list SIX\n deny ipv6 any any\n";
    let judged = |rules: &str| -> Vec<Option<bool>> {
        let document = read(rules, &ReadOptions::default()).unwrap();
        let all: Vec<_> = document.policies.iter().collect();
        let found = all.iter().flat_map(|policy| {
            borders(policy, &all, &intent, "2026-11-21".parse().unwrap(), Budget::default()).unwrap()
        });
        found.map(|border| border.intended).collect()
    };
    assert_eq!(judged(four), [None; 2], "of IPv6 nothing is known");
    assert_eq!(judged(&format!("{four}{six}")), [Some(true); 4]);
}

#[test]
fn packets_of_no_connection_that_are_let_in_are_told_with_their_line() {
    let rules = |line: &str| format!("*filter\n:FORWARD DROP\n-A FORWARD {line} -j ACCEPT\nCOMMIT\n");
    for (line, passes, intended) in [
        ("-m conntrack --ctstate INVALID", true, false),
        ("-m conntrack ! --ctstate NEW", true, false),
        ("-p tcp ! --syn -m state --state NEW", true, false),
        ("-m conntrack --ctstate RELATED,ESTABLISHED", false, true),
        ("-i lo", false, true),
        ("-s 10.0.1.0/24 -d 10.0.2.0/24 -p tcp --dport 5432", false, true),
    ] {
        let border = held(&rules(line), "world", "data");
        assert_eq!((border.passes, border.intended), (Some(passes), Some(intended)), "{line}");
        let told = border.rule.is_some_and(|(number, text)| number == 3 && text.contains(", where it is "));
        assert_eq!(told, !intended, "{line}");
    }
    let wanted = held(&rules("-s 10.0.1.0/24 -d 10.0.2.0/24 -p tcp --dport 5432"), "web", "data");
    assert_eq!(wanted.intended, Some(true), "its packets are wanted in whatever state");
}
