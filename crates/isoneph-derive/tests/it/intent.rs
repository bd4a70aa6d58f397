//! Zones and flows of the register as the network engine takes them.

use isoneph_derive::intent::network_intent;
use isoneph_network::zones::{Intent, Zone, ZoneKind};
use isoneph_register::{Documents, Register};

const BASE: &str = "kind: party\nname: us\nspec: {title: Us}\n---\n\
                    kind: cloud-service\nname: desk\nspec: {title: Desk, model: saas, provider: us}\n---\n\
                    kind: tenant\nname: red\nspec: {service: desk}\n---\n\
                    kind: tenant\nname: blue\nspec: {service: desk, accounts: [\"222222222222\"], marks: [tenant=blue, blue-prefix]}\n";

fn intent(more: &str) -> Option<Intent> {
    let mut documents = Documents::new();
    documents.read("register.yaml", format!("{BASE}{more}").as_bytes());
    network_intent([&Register::new(documents).unwrap()])
}

fn zone<'i>(intent: &'i Intent, name: &str) -> &'i Zone {
    intent.zones.iter().find(|zone| zone.name == name).unwrap()
}

#[test]
fn a_tenant_with_accounts_and_no_zone_is_a_zone_by_itself() {
    let found = intent("").unwrap();
    let blue = zone(&found, "blue");
    assert_eq!((blue.kind, blue.tenant()), (ZoneKind::Tenant, "blue"));
    assert_eq!(blue.members.len(), 2, "its account and its tag; a prefix marks no machine");
    assert!(found.zones.iter().all(|zone| zone.name != "red"), "nobody says what is red's");
    assert!(zone(&found, "outside").implied);
}

#[test]
fn a_zone_within_another_has_its_tenant_and_its_flows_and_comes_first() {
    let found = intent(
        "---\nkind: zone\nname: red-all\nspec: {title: Red, tenant: red, addresses: [10.1.0.0/16]}\n---\n\
         kind: zone\nname: red-web\nspec: {title: Web, part-of: red-all, addresses: [10.1.1.0/24]}\n---\n\
         kind: zone\nname: world\nspec: {title: World, outside: true}\n---\n\
         kind: flow\nname: shop\nspec: {from: world, to: red-all, action: allow, protocol: tcp, ports: [\"80\", \"443\"]}\n",
    )
    .unwrap();
    let names: Vec<&str> = found.zones.iter().map(|zone| zone.name.as_str()).collect();
    assert!(names.iter().position(|name| *name == "red-web") < names.iter().position(|name| *name == "red-all"));
    assert_eq!(zone(&found, "red-web").tenant(), "red");
    let flows: Vec<String> =
        found.flows.iter().map(|flow| format!("{} {} {}", flow.from, flow.to, flow.port)).collect();
    assert_eq!(flows, ["world red-all 80", "world red-all 443", "world red-web 80", "world red-web 443"]);
    assert!(!found.zones.iter().any(|zone| zone.implied), "the world outside is declared");
}

#[test]
fn what_a_flow_denies_is_taken_out_of_what_others_allow() {
    let found = intent(
        "---\nkind: zone\nname: a\nspec: {title: A, purpose: administration}\n---\n\
         kind: zone\nname: b\nspec: {title: B, purpose: shared}\n---\n\
         kind: flow\nname: all\nspec: {from: a, to: b, action: allow, protocol: tcp, until: 2026-12-31}\n---\n\
         kind: flow\nname: no-ssh\nspec: {from: a, to: b, action: deny, protocol: tcp, ports: [\"22\"]}\n",
    )
    .unwrap();
    assert_eq!((zone(&found, "a").kind, zone(&found, "b").kind), (ZoneKind::Administration, ZoneKind::Shared));
    let wanted = found.wanted("a", "b", "2026-12-31".parse().unwrap());
    assert_eq!(wanted.len(), 1);
    assert_eq!(wanted[0].1.to_string(), "tcp 0-21,23-65535");
    assert!(found.wanted("a", "b", "2027-01-01".parse().unwrap()).is_empty());
    found.check().unwrap();
}

#[test]
fn nobody_declares_anything_where_there_is_no_zone_and_no_tenant_with_things() {
    assert!(network_intent([&Register::default()]).is_none());
}
