//! Rules without a target, and rules about whom a packet is for.

use isoneph_network::acl::{ReadOptions, read};
use isoneph_network::policy::{Comparison, Options, Policy, difference};

use crate::verdict;

#[track_caller]
fn chain(rules: &str, name: &str) -> Policy {
    let text = format!("*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n{rules}\nCOMMIT\n");
    let document = read(&text, &ReadOptions::default()).unwrap();
    document.policies.into_iter().find(|policy| policy.name == name).unwrap()
}

#[track_caller]
fn compared(first: &str, second: &str, name: &str) -> Comparison {
    difference(&chain(first, name), &chain(second, name), &Options::default()).unwrap().comparison()
}

#[test]
fn a_rule_that_names_no_target_counts_only_whatever_it_asks_for() {
    for (rule, expected) in [
        (
            "-p tcp --dport 22 -m conntrack --ctstate NEW -m recent --set --name S --mask 255.255.255.255 --rsource",
            "deny",
        ),
        ("-m set --match-set office src", "deny"),
        ("-m weird --weirdly yes", "deny"),
        // These may be targets that are written otherwise.
        ("-p tcp --jum ACCEPT", "undecided"),
        ("-p tcp ACCEPT", "undecided"),
    ] {
        assert_eq!(
            verdict(&chain(&format!("-A INPUT {rule}"), "INPUT"), "tcp 8.8.8.8:1024 10.0.0.1:22"),
            expected,
            "{rule}"
        );
    }
}

/// What Ubuntu's firewall puts before the rules of its user.
const NOT_LOCAL: &str = "-A INPUT -j ufw-not-local
-A INPUT -p tcp -m tcp --dport PORT -j ACCEPT
-A ufw-not-local -m addrtype --dst-type LOCAL -j RETURN
-A ufw-not-local -m addrtype --dst-type MULTICAST -j RETURN
-A ufw-not-local -m addrtype --dst-type BROADCAST -j RETURN
-A ufw-not-local -m limit --limit 3/min --limit-burst 10 -j LOG
-A ufw-not-local -j DROP";

#[test]
fn what_differs_for_the_machines_own_addresses_differs_for_sure() {
    let with = |port: &str| format!(":ufw-not-local - [0:0]\n{}", NOT_LOCAL.replace("PORT", port));
    assert_eq!(compared(&with("443"), &with("443"), "INPUT"), Comparison::Equal);
    let (first, second) = (chain(&with("443"), "INPUT"), chain(&with("8443"), "INPUT"));
    let found = difference(&first, &second, &Options::default()).unwrap();
    assert_eq!(found.comparison(), Comparison::Different);
}

#[test]
fn a_group_of_receivers_is_told_by_its_address_and_the_machine_itself_is_none() {
    for (rule, packet, expected) in [
        ("--dst-type MULTICAST", "udp 8.8.8.8:1024 224.0.0.251:5353", "permit"),
        ("--dst-type MULTICAST", "udp 8.8.8.8:1024 10.0.0.1:5353", "deny"),
        ("! --dst-type MULTICAST", "udp 8.8.8.8:1024 10.0.0.1:5353", "permit"),
        ("--dst-type LOCAL", "udp 8.8.8.8:1024 224.0.0.251:5353", "deny"),
        ("--dst-type LOCAL", "udp 8.8.8.8:1024 10.0.0.1:5353", "undecided"),
        ("! --dst-type LOCAL", "udp 8.8.8.8:1024 10.0.0.1:5353", "undecided"),
        ("--dst-type LOCAL --limit-iface-in", "udp 8.8.8.8:1024 10.0.0.1:5353", "undecided"),
        ("--dst-type BROADCAST", "udp 8.8.8.8:1024 10.0.0.1:5353", "undecided"),
    ] {
        let policy = chain(&format!("-A INPUT -m addrtype {rule} -j ACCEPT"), "INPUT");
        assert_eq!(verdict(&policy, packet), expected, "{rule} {packet}");
    }
}

#[test]
fn what_is_passed_on_is_for_nobody_of_the_machine() {
    let rule = "-A FORWARD -m addrtype --dst-type LOCAL -j ACCEPT";
    assert_eq!(compared(rule, "", "FORWARD"), Comparison::Equal);
    assert_eq!(verdict(&chain(rule, "FORWARD"), "tcp 8.8.8.8:1024 10.0.0.1:22"), "deny");
    let input = rule.replace("FORWARD", "INPUT");
    assert_eq!(compared(&input, "", "INPUT"), Comparison::Different);
    assert_eq!(compared(&input, &input, "INPUT"), Comparison::Equal);
}
