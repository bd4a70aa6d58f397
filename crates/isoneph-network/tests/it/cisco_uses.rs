//! What a configuration uses its lists for: which of them filter what passes.

use isoneph_network::acl::{AclError, Aside, ReadOptions, read};

/// The lists that filter something else or nothing, with what is said of them.
#[track_caller]
fn asides(text: &str) -> Vec<Aside> {
    read(text, &ReadOptions::default()).unwrap().asides
}

const LIST: &str = "access-list 104 permit ip any any\n";
const APPLIED: &str = "interface Gi0/0\n ip address 192.0.2.1 255.255.255.0\n ip access-group 104 in\n";
const INTERFACE: &str = "interface Gi0/0\n ip address 192.0.2.1 255.255.255.0\n";

#[test]
fn a_list_that_an_interface_applies_is_a_filter_whatever_else_it_is_for() {
    for text in [
        format!("{APPLIED}{LIST}"),
        format!("{LIST}{APPLIED}ip nat inside source list 104 interface Gi0/0 overload\n"),
        format!("{LIST}line vty 0 4\n access-class 104 in\n{APPLIED}"),
        "interface G\nip access-group 104 out\naccess-list 104 permit ip any any\n".to_owned(),
        "ip access-list X\n 10 permit ip any any\ninterface Ethernet1/1\n ip port access-group X in\n".to_owned(),
        "ipv4 access-list X\n 10 permit ipv4 any any\nipv4 access-list C\n 10 deny tcp any any\n\
         interface Te0/0/0/1\n ipv4 access-group common C X ingress\n"
            .to_owned(),
        "ipv6 access-list X\n permit ipv6 any any\ninterface G\n ipv6 traffic-filter X in\n".to_owned(),
        "access-list X extended permit ip any any\ninterface G\n nameif outside\naccess-group X in interface outside\n"
            .to_owned(),
        "access-list X extended permit ip any any\ninterface G\n nameif outside\naccess-group X global\n".to_owned(),
    ] {
        assert_eq!(asides(&text), [], "{text}");
    }
}

#[test]
fn a_list_that_is_for_something_else_is_told_with_the_line_that_says_so() {
    for (line, what) in [
        ("ip nat inside source list 104 interface Gi0/0 overload", "what addresses are translated"),
        ("nat (inside) 0 access-list 104", "what addresses are translated"),
        ("route-map R permit 3\n match ip address 12 104", "a route map"),
        ("line vty 0 4\n access-class 104 in vrf-also", "who may log in to the device"),
        ("line default\n access-class ingress 104", "who may log in to the device"),
        ("ssh server vrf default ipv4 access-list 104 ipv6 access-list V6", "who may log in to the device"),
        ("snmp-server community secret RO 104", "who may ask by SNMP"),
        ("ntp access-group peer 104", "who may ask for the time"),
        ("crypto map M 10 ipsec-isakmp\n set peer 192.0.2.9\n match address 104", "what is encrypted"),
        ("crypto map M 10 match address 104", "what is encrypted"),
        ("class-map match-all VOICE\n match access-group 104", "a class of traffic"),
        ("class-map match-all VOICE\n match access-group name 104", "a class of traffic"),
        ("group-policy G attributes\n split-tunnel-network-list value 104", "what goes by a tunnel"),
        ("crypto isakmp client configuration group G\n acl 104", "what goes by a tunnel"),
        ("router rip\n distribute-list 104 in", "which routes are told or taken"),
        ("router bgp 1\n neighbor 192.0.2.2 distribute-list 104 in", "which routes are told or taken"),
        ("system control-plane\n ip access-group 104 in", "what the device itself is sent"),
        ("access-group 104 in interface outside control-plane", "what the device itself is sent"),
    ] {
        let found = asides(&format!("{INTERFACE}{LIST}{line}\n"));
        let aside = found.iter().find(|aside| aside.list == "104").unwrap();
        assert!(aside.sure && aside.why.ends_with(what) && aside.line >= 4, "{line}: {aside:?}");
    }
}

#[test]
fn what_may_decide_on_what_passes_in_another_way_is_not_sure() {
    for line in [
        "vlan access-map V 10\n match ip address 104\n action drop",
        "class-map type inspect match-all C\n match access-group name 104",
        "group-policy G attributes\n vpn-filter value 104",
        "ip inspect name I http java-list 104 alert on",
        "something else access-list 104",
    ] {
        let found = asides(&format!("{INTERFACE}{LIST}{line}\n"));
        assert!(found.len() == 1 && !found[0].sure, "{line}: {found:?}");
    }
}

#[test]
fn a_list_that_nothing_applies_filters_nothing_where_there_are_interfaces_and_anything_may_where_there_are_none() {
    let found = asides(&format!("{LIST}{INTERFACE}no ip access-group 104 in\n! ip access-group 104 in\n"));
    assert_eq!(found.len(), 1);
    assert!(found[0].sure && found[0].line == 0 && found[0].why.contains("no interface applies it"), "{found:?}");
    assert_eq!(asides(LIST), []);
    assert_eq!(asides("access-list X extended permit ip any any\naccess-group X in interface outside\n"), []);
    let found = asides(&format!("{LIST}ip nat inside source list 104 pool P\n"));
    assert!(!found[0].sure && found[0].why.contains("is not shown"), "{found:?}");
}

#[test]
fn a_list_that_is_applied_and_not_given_is_told() {
    let found = asides(&format!("{LIST}{APPLIED} ip access-group GONE out\n"));
    assert!(found.len() == 1 && found[0].list == "GONE" && found[0].line == 5 && !found[0].sure, "{found:?}");
}

#[test]
fn a_configuration_without_lists_is_told_to_be_one() {
    for text in [
        format!("version 15.2\nhostname r\n!\n{INTERFACE}end\n"),
        "!! IOS XR Configuration 6.1\nhostname x\ninterface Loopback0\n".to_owned(),
        "!Command: show running-config\nfeature bgp\nhostname n\n".to_owned(),
    ] {
        assert_eq!(read(&text, &ReadOptions::default()).unwrap_err(), AclError::NoLists, "{text}");
    }
    for text in ["hello\n", "version of nothing\n", "! a remark\n"] {
        assert_eq!(read(text, &ReadOptions::default()).unwrap_err(), AclError::UnknownFormat, "{text}");
    }
}
