//! Networks in the assessment: zones and flows of the register, and what is never decided without them.

use serde_json::Value;
use tempfile::TempDir;

use super::{CLOSED, OPEN, with_cluster};
use crate::{file, isoneph};

const ZONES: &str = "kind: zone\nname: red\nspec: {title: Red, tenant: red-corp, members: [red]}\n---\n\
                     kind: zone\nname: blue\nspec: {title: Blue, tenant: blue-corp, members: [blue]}\n---\n\
                     kind: cloud-service\nname: desk\nspec: {title: Desk, model: saas, provider: us}\n---\n\
                     kind: party\nname: us\nspec: {title: Us}\n---\n\
                     kind: tenant\nname: red-corp\nspec: {service: desk}\n---\n\
                     kind: tenant\nname: blue-corp\nspec: {service: desk}\n";
const FLOW: &str = "---\nkind: flow\nname: replication\n\
                    spec: {from: red, to: blue, action: allow, protocol: tcp, ports: [\"5432\"], until: 2026-12-31}\n";

/// The outcomes of a check: (subject, outcome, message).
fn outcomes(folder: &TempDir, check: &str) -> Vec<(String, String, String)> {
    outcomes_on(folder, check, "2026-11-20")
}

fn outcomes_on(folder: &TempDir, check: &str, day: &str) -> Vec<(String, String, String)> {
    let path = folder.path().display().to_string();
    let answer =
        isoneph(&["assess", "--as-of", day, "--format", "json", "--fail-on", "none", &path]).ends_with(0).json();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let all = answer["outcomes"].as_array().expect("outcomes").iter();
    let wanted = all.filter(|outcome| outcome["check"] == check);
    wanted.map(|held| (text(&held["subject"]), text(&held["outcome"]), text(&held["message"]))).collect()
}

fn word<'a>(outcomes: &'a [(String, String, String)], subject: &str) -> &'a str {
    let found = outcomes.iter().find(|(name, ..)| name.ends_with(subject));
    &found.unwrap_or_else(|| panic!("{subject} in {outcomes:?}")).1
}

const TENANTS: &str = "tenant-zone-open-to-another-tenant";

#[test]
fn tenants_that_are_declared_and_apart_pass() {
    let (folder, _) = with_cluster(CLOSED);
    file(&folder, "zones.yaml", ZONES.as_bytes());
    let found = outcomes(&folder, TENANTS);
    assert_eq!(word(&found, "red -> blue"), "pass");
    assert_eq!(word(&found, "blue -> red"), "pass");
}

#[test]
fn a_packet_between_tenants_fails_with_the_packet_and_its_way() {
    let (folder, _) = with_cluster(OPEN);
    file(&folder, "zones.yaml", ZONES.as_bytes());
    let found = outcomes(&folder, TENANTS);
    let (_, outcome, message) = found.iter().find(|(name, ..)| name.ends_with("red -> blue")).expect("the pair");
    assert_eq!(outcome, "fail");
    for part in ["red-corp reaches blue-corp", "red-app", "port 5432", "inward"] {
        assert!(message.contains(part), "{part}: {message}");
    }
    assert_eq!(word(&found, "blue -> red"), "pass");
}

#[test]
fn the_world_outside_is_judged_where_it_is_declared() {
    let (folder, _) = with_cluster(CLOSED);
    file(&folder, "zones.yaml", ZONES.as_bytes());
    let check = "virtual-network-permits-unintended-flow";
    assert_eq!(word(&outcomes(&folder, check), "blue -> outside"), "unknown");
    let world = "---\nkind: zone\nname: world\nspec: {title: World, outside: true}\n";
    file(&folder, "zones.yaml", format!("{ZONES}{world}").as_bytes());
    assert_eq!(word(&outcomes(&folder, check), "blue -> world"), "fail");
    assert_eq!(word(&outcomes(&folder, check), "world -> blue"), "pass");
}

#[test]
fn a_declared_flow_is_no_breach_until_its_last_day() {
    let (folder, _) = with_cluster(OPEN);
    file(&folder, "zones.yaml", format!("{ZONES}{FLOW}").as_bytes());
    assert_eq!(word(&outcomes_on(&folder, TENANTS, "2026-12-31"), "red -> blue"), "pass");
    assert_eq!(word(&outcomes_on(&folder, TENANTS, "2027-01-01"), "red -> blue"), "fail");
    assert_eq!(word(&outcomes(&folder, "intended-flow-blocked"), "red -> blue"), "pass");
    let (closed, _) = with_cluster(CLOSED);
    file(&closed, "zones.yaml", format!("{ZONES}{FLOW}").as_bytes());
    assert_eq!(word(&outcomes(&closed, "intended-flow-blocked"), "red -> blue"), "fail");
}

#[test]
fn zones_that_tags_suggest_fail_and_never_pass() {
    let (open, _) = with_cluster(OPEN);
    let found = outcomes(&open, TENANTS);
    assert_eq!(word(&found, "red -> blue"), "fail");
    assert_eq!(word(&found, "blue -> red"), "unknown");
    assert_eq!(word(&outcomes(&open, "virtual-network-permits-unintended-flow"), "red -> blue"), "unknown");
}

#[test]
fn what_hangs_on_something_not_understood_is_unknown() {
    // Whether an address block holds for pods is left to the network plugin.
    let (folder, _) = with_cluster("[{from: [{ipBlock: {cidr: 0.0.0.0/0}}]}]");
    file(&folder, "zones.yaml", ZONES.as_bytes());
    assert_eq!(word(&outcomes(&folder, TENANTS), "red -> blue"), "unknown");
}

#[test]
fn the_rules_of_a_device_are_held_against_the_same_flows() {
    let folder = tempfile::tempdir().expect("a folder");
    let zones = "kind: zone\nname: web\nspec: {title: Web, purpose: internal, addresses: [10.0.1.0/24]}\n---\n\
                 kind: zone\nname: data\nspec: {title: Data, purpose: internal, addresses: [10.0.2.0/24]}\n---\n\
                 kind: flow\nname: orders\nspec: {from: web, to: data, action: allow, protocol: tcp, ports: [\"5432\"]}\n";
    file(&folder, "zones.yaml", zones.as_bytes());
    let rules = "ip access-list extended EDGE\n permit tcp 10.0.1.0 0.0.0.255 10.0.2.0 0.0.0.255 eq 5432\n \
                 permit tcp any 10.0.2.0 0.0.0.255 eq 22\n deny ip any any\n";
    let device = file(&folder, "edge.cfg", rules.as_bytes());
    let found = outcomes(&folder, "physical-network-permits-unintended-flow");
    let (_, outcome, message) = found.iter().find(|(name, ..)| name.ends_with("web -> data")).expect("the pair");
    assert_eq!(outcome, "fail", "{found:?}");
    assert!(message.contains("line 3"), "{message}");
    assert_eq!(word(&found, "data -> web"), "pass");
    let evidence = isoneph(&[
        "query",
        "SELECT policy, direction FROM policy_difference",
        "--format",
        "csv",
        &device,
        &folder.path().join("zones.yaml").display().to_string(),
    ]);
    assert!(evidence.ends_with(0).stdout().contains("permits-more"));
}

#[test]
fn a_device_says_nothing_of_a_family_that_none_of_its_lists_is_about() {
    let folder = tempfile::tempdir().expect("a folder");
    let zones = "kind: zone\nname: web\nspec: {title: Web, purpose: internal, addresses: [10.0.1.0/24]}\n---\n\
                 kind: zone\nname: data\nspec: {title: Data, purpose: internal, addresses: [10.0.2.0/24]}\n";
    file(&folder, "zones.yaml", zones.as_bytes());
    let check = "physical-network-permits-unintended-flow";
    for (name, rules) in [
        ("edge.acl", "ipv6 access-list V6\n permit tcp any host 2001:db8::1 eq 443\n"),
        ("edge.acl", "*filter\n:FORWARD DROP [0:0]\n-A FORWARD -s 2001:db8::/32 -j ACCEPT\nCOMMIT\n"),
    ] {
        file(&folder, name, rules.as_bytes());
        let found = outcomes(&folder, check);
        assert!(!found.is_empty() && found.iter().all(|(_, outcome, _)| outcome == "unknown"), "{found:?}");
        let path = folder.path().display().to_string();
        let asked = ["query", "SELECT DISTINCT open_because FROM reach", "--format", "csv", &path];
        let because = isoneph(&asked).ends_with(0).stdout();
        assert!(because.contains("no list of the device is about IPv4"), "{because}");
    }
    // A list of the other family beside it answers.
    let rules =
        "ipv6 access-list V6\n permit tcp any host 2001:db8::1 eq 443\nip access-list extended V4\n deny ip any any\n";
    file(&folder, "edge.acl", rules.as_bytes());
    let found = outcomes(&folder, check);
    assert_eq!((word(&found, "web -> data"), word(&found, "data -> web")), ("pass", "pass"), "{found:?}");
    assert!(found.iter().all(|(name, ..)| name.starts_with("V4: ")), "the other list has no say there: {found:?}");
}

#[test]
fn rules_of_a_device_without_zones_are_not_judged_and_it_is_said_what_is_missing() {
    let folder = tempfile::tempdir().expect("a folder");
    let rules = file(&folder, "edge.acl", b"ip access-list extended EDGE\n permit tcp any any eq 22\n");
    let run = isoneph(&["assess", "--as-of", "2026-11-20", &rules]).ends_with(3);
    assert!(run.stderr().contains("the zones and flows of the register, and it has no zone"), "{}", run.stderr());
}
