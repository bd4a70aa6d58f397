//! Ways through a device on which no list filters.

use isoneph_network::acl::{ReadOptions, read};

const LIST: &str = "ip access-list extended L\n deny ip any any\nipv6 access-list S\n deny ipv6 any any\n";

/// The interfaces of a configuration, each as its name and its lines, and what is told of them.
#[track_caller]
fn told(interfaces: &[(&str, &str)]) -> Vec<String> {
    let interfaces: Vec<String> = interfaces
        .iter()
        .map(|(name, lines)| {
            format!("interface {name}\n{}\n!\n", lines.split(", ").map(|line| format!(" {line}\n")).collect::<String>())
        })
        .collect();
    device(&format!("{LIST}{}", interfaces.concat()))
}

#[track_caller]
fn device(text: &str) -> Vec<String> {
    read(text, &ReadOptions::default()).unwrap().unfiltered.into_iter().map(|note| note.message).collect()
}

#[test]
fn a_way_between_two_interfaces_is_filtered_where_the_one_has_a_list_in_or_the_other_a_list_out() {
    const A: &str = "ip address 10.0.0.1 255.0.0.0";
    let with = |more: &str| format!("{A}, {more}");
    let (into, out) = (with("ip access-group L in"), with("ip access-group L out"));
    for (interfaces, expected) in [
        (vec![("G0", into.as_str())], None),
        (vec![("G0", &into), ("G1", A)], Some("comes in by G1 and goes out by G0:")),
        (vec![("G0", &into), ("G1", &into)], None),
        (vec![("G0", &out), ("G1", A)], Some("comes in by G0 and goes out by G1:")),
        (vec![("G0", &with("ip access-group L in, ip access-group L out")), ("G1", A)], None),
        (vec![("G0", &into), ("G1", A), ("G2", A)], Some("comes in by G1 and goes out by G0, and so for G2:")),
        // Interfaces that pass nothing on, or nothing to each other.
        (vec![("G0", &into), ("G1", &with("shutdown"))], None),
        (vec![("G0", &into), ("G1", "switchport mode access")], None),
        (vec![("G0", &into), ("Loopback0", A)], None),
        (vec![("G0", &into), ("mgmt0", A)], None),
        (vec![("G0", &into), ("G1", &with("vrf forwarding RED"))], None),
        // Without any list that is applied there is nothing that is judged.
        (vec![("G0", A), ("G1", A)], None),
        // The other family.
        (vec![("G0", &with("ipv6 address 2001:db8::1/64, ip access-group L in")), ("G1", &into)], None),
        (
            vec![
                ("G0", &with("ipv6 address 2001:db8::1/64, ip access-group L in, ipv6 traffic-filter S in")),
                ("G1", &with("ipv6 address 2001:db8:1::1/64, ip access-group L in")),
            ],
            Some("what of IPv6 comes in by G1 and goes out by G0:"),
        ),
    ] {
        let found = told(&interfaces);
        assert_eq!(found.len(), usize::from(expected.is_some()), "{interfaces:?}: {found:?}");
        assert!(expected.is_none_or(|expected| found[0].contains(expected)), "{interfaces:?}: {found:?}");
    }
}

#[test]
fn an_asa_lets_through_without_a_list_what_goes_to_an_interface_that_is_trusted_less() {
    let asa = |applied: &str, dmz: u32| {
        format!(
            "ASA Version 9.8(1)\naccess-list L extended deny ip any4 any4\n\
             interface Gi0/0\n nameif outside\n security-level 0\n ip address 192.0.2.1 255.255.255.0\n\
             interface Gi0/1\n nameif inside\n security-level 100\n ip address 10.0.0.1 255.255.255.0\n\
             interface Gi0/2\n nameif dmz\n security-level {dmz}\n ip address 10.1.0.1 255.255.255.0\n{applied}\n"
        )
    };
    let (outside, inside) = ("access-group L in interface outside", "access-group L in interface inside");
    for (applied, dmz, expected) in [
        (outside.to_owned(), 50, Some("comes in by inside and goes out by outside, and so for dmz:")),
        (format!("{outside}\n{inside}"), 50, Some("comes in by dmz and goes out by outside:")),
        (format!("{outside}\n{inside}"), 0, None),
        (
            format!("{outside}\n{inside}\nsame-security-traffic permit inter-interface"),
            0,
            Some("comes in by dmz and goes out by outside:"),
        ),
        ("access-group L global".to_owned(), 50, None),
        ("access-group L in interface outside control-plane".to_owned(), 50, None),
    ] {
        let found = device(&asa(&applied, dmz));
        assert_eq!(found.len(), usize::from(expected.is_some()), "{applied}: {found:?}");
        assert!(expected.is_none_or(|expected| found[0].contains(expected)), "{applied}: {found:?}");
    }
}
