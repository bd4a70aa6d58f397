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
    let found = borders(&document.policies[0], &intent, "2026-11-21".parse().unwrap(), Budget::default()).unwrap();
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
