//! Access lists of IOS and ASA.

use isoneph_network::acl::{ReadOptions, read};
use isoneph_network::policy::{NoteKind, Policy};

use crate::{only_policy, verdict};

#[track_caller]
fn list(text: &str, name: &str) -> Policy {
    let document = read(text, &ReadOptions::default()).unwrap();
    document.policies.into_iter().find(|policy| policy.name == name).unwrap()
}

const IOS: &str = "hostname edge1
enable secret 9 $9$notforanyone
!
object-group network WEB
 host 192.0.2.10
 192.0.2.64 255.255.255.192
 range 198.51.100.5 198.51.100.9
object-group service WEBPORTS
 tcp eq www
 tcp range 8000 8010
 icmp echo
ip access-list extended EDGE-IN
 remark the edge
 30 deny ip any any log
 10 permit object-group WEBPORTS any object-group WEB
 20 permit tcp any 10.0.0.0 0.255.255.255 gt 1023 established
access-list 10 permit 10.1.1.1
access-list 10 deny   10.1.0.0 0.0.255.255
access-list 10 permit any
interface GigabitEthernet0/0
 ip access-group EDGE-IN in
";

#[test]
fn named_lists_with_groups_decide_in_the_order_of_their_numbers() {
    let edge = list(IOS, "EDGE-IN");
    for (packet, expected) in [
        ("tcp 8.8.8.8:1 192.0.2.10:80", "permit"),
        ("tcp 8.8.8.8:1 192.0.2.70:8005", "permit"),
        ("tcp 8.8.8.8:1 192.0.2.11:80", "deny"),
        ("tcp 8.8.8.8:1 198.51.100.9:80", "permit"),
        ("icmp 8/0 8.8.8.8 198.51.100.5", "permit"),
        ("icmp 0/0 8.8.8.8 198.51.100.5", "deny"),
        ("tcp 8.8.8.8:80 10.3.2.1:1024+", "permit"),
        ("tcp 8.8.8.8:80 10.3.2.1:1024", "deny"),
        ("tcp 8.8.8.8:80 10.3.2.1:1023+", "deny"),
    ] {
        assert_eq!(verdict(&edge, packet), expected, "{packet}");
    }
    let standard = list(IOS, "10");
    assert_eq!(verdict(&standard, "47 10.1.1.1 1.1.1.1"), "permit");
    assert_eq!(verdict(&standard, "47 10.1.1.2 1.1.1.1"), "deny");
    assert_eq!(verdict(&standard, "47 10.2.1.2 1.1.1.1"), "permit");
}

#[test]
fn passed_lines_are_listed_without_what_they_hold() {
    let document = read(IOS, &ReadOptions::default()).unwrap();
    let ignored: Vec<_> = document.notes.iter().filter(|note| note.kind == NoteKind::Ignored).collect();
    assert!(ignored.iter().any(|note| note.line == 1));
    assert!(ignored.iter().all(|note| !note.message.contains("notforanyone")));
}

const ASA: &str = "object network APP
 host 10.9.0.5
object-group network CLIENTS
 network-object 10.1.0.0 255.255.0.0
 network-object host 172.16.0.9
 network-object object APP
object-group service DB tcp
 port-object eq 1521
 port-object range 5432 5433
object-group service MIXED
 service-object udp destination eq 53
 service-object tcp source range 1024 65535 destination eq 53
 service-object icmp echo
access-list OUT remark the way out
access-list OUT extended permit tcp object-group CLIENTS object APP object-group DB
access-list OUT extended permit object-group MIXED 10.1.0.0 255.255.0.0 host 10.9.0.6
access-list OUT extended permit tcp any4 any4 eq ssh inactive
access-list OUT extended deny ip any any
";

#[test]
fn objects_and_nested_groups_of_the_asa_resolve_with_network_masks() {
    let out = only_policy(ASA);
    for (packet, expected) in [
        ("tcp 10.1.7.7:1 10.9.0.5:5433", "permit"),
        ("tcp 172.16.0.9:1 10.9.0.5:1521", "permit"),
        ("tcp 172.16.0.10:1 10.9.0.5:1521", "deny"),
        ("tcp 10.9.0.5:1 10.9.0.5:1521", "permit"),
        ("udp 10.1.7.7:1 10.9.0.6:53", "permit"),
        ("tcp 10.1.7.7:1023 10.9.0.6:53", "deny"),
        ("tcp 10.1.7.7:1024 10.9.0.6:53", "permit"),
        ("icmp 8/0 10.1.7.7 10.9.0.6", "permit"),
        ("tcp 10.1.7.7:1 10.9.0.6:22", "deny"),
    ] {
        assert_eq!(verdict(&out, packet), expected, "{packet}");
    }
}

#[test]
fn a_group_that_is_not_given_leaves_its_entry_undecided() {
    let text = "ip access-list extended X\n permit tcp any object-group NOWHERE eq 22\n deny ip any any\n";
    let policy = only_policy(text);
    assert_eq!(verdict(&policy, "tcp 1.1.1.1:1 2.2.2.2:22"), "undecided");
    assert_eq!(verdict(&policy, "tcp 1.1.1.1:1 2.2.2.2:23"), "deny");
}

#[test]
fn a_line_inside_a_list_that_is_no_entry_may_do_anything() {
    let policy = only_policy("ip access-list extended X\n permit tcp any any\nmary had a little lamb\n");
    assert_eq!(verdict(&policy, "tcp 1.1.1.1:1 2.2.2.2:22"), "permit");
    assert_eq!(verdict(&policy, "udp 1.1.1.1:1 2.2.2.2:22"), "undecided");
}

#[test]
fn ipv6_lists_permit_neighbour_discovery_before_they_deny() {
    let policy =
        only_policy("ipv6 access-list six\n permit tcp any 2001:db8::/32 eq 443\n permit icmp any any echo-request\n");
    assert_eq!(verdict(&policy, "icmpv6 135/0 fe80::1 fe80::2"), "permit");
    assert_eq!(verdict(&policy, "icmpv6 128/0 fe80::1 fe80::2"), "permit");
    assert_eq!(verdict(&policy, "icmpv6 129/0 fe80::1 fe80::2"), "deny");
    assert_eq!(verdict(&policy, "tcp [::1]:1 [2001:db8::2]:443"), "permit");
}

#[test]
fn names_of_ports_and_types_are_ciscos() {
    let ports = only_policy(
        "access-list X extended permit udp any any eq radius\naccess-list X extended permit tcp any any eq kerberos\n",
    );
    assert_eq!(verdict(&ports, "udp 10.0.0.1:1024 10.0.0.2:1645"), "permit");
    assert_eq!(verdict(&ports, "udp 10.0.0.1:1024 10.0.0.2:1812"), "deny");
    assert_eq!(verdict(&ports, "tcp 10.0.0.1:1024 10.0.0.2:750"), "permit");
    let types = only_policy("ip access-list extended X\n permit icmp any any ttl-exceeded\n");
    assert_eq!(verdict(&types, "icmp 11/0 10.0.0.1 10.0.0.2"), "permit");
    assert_eq!(verdict(&types, "icmp 11/1 10.0.0.1 10.0.0.2"), "deny");
}

#[test]
fn a_list_without_entries_decides_nothing() {
    let empty = only_policy("ip access-list extended X\n remark to be written\n!\n");
    assert_eq!(verdict(&empty, "tcp 10.0.0.1:1024 10.0.0.2:80"), "undecided");
}

#[test]
fn address_groups_of_nx_os_have_wildcards() {
    let text = "object-group ip address ALL\n  10 0.0.0.0 255.255.255.255\nobject-group ip address NET\n  10 10.1.0.0 0.0.255.255\n\
                ip access-list X\n  statistics per-entry\n  10 permit tcp addrgroup ALL addrgroup NET eq 80\n";
    let policy = only_policy(text);
    assert_eq!(verdict(&policy, "tcp 192.0.2.1:1024 10.1.2.3:80"), "permit");
    assert_eq!(verdict(&policy, "tcp 192.0.2.1:1024 10.2.2.3:80"), "deny");
}

#[test]
fn a_list_that_is_removed_first_starts_anew_and_an_entry_taken_back_leaves_open() {
    let text = "access-list 101 permit tcp any any\nno access-list 101\naccess-list 101 permit udp any any\n";
    assert_eq!(verdict(&only_policy(text), "tcp 10.0.0.1:1024 10.0.0.2:80"), "deny");
    let taken = "ip access-list extended X\n permit tcp any any eq 80\n no permit tcp any any eq 80\n";
    assert_ne!(verdict(&only_policy(taken), "tcp 10.0.0.1:1024 10.0.0.2:81"), "deny");
}

#[test]
fn a_list_of_an_asa_has_network_masks_whatever_its_name_and_first_line() {
    let remark = "access-list 101 remark clients\naccess-list 101 extended permit tcp 10.0.0.0 255.0.0.0 any eq 443\n";
    let pix = "access-list 110 permit tcp 10.0.0.0 255.0.0.0 any eq 443\naccess-group 110 in interface outside\n";
    for text in [remark, pix] {
        assert_eq!(verdict(&only_policy(text), "tcp 10.1.2.3:1024 192.0.2.1:443"), "permit");
        assert_eq!(verdict(&only_policy(text), "tcp 11.0.0.0:1024 192.0.2.1:443"), "deny");
    }
    // Nothing tells whose list it is: IOS saves no such address with such a mask.
    let untold = only_policy("access-list 110 permit tcp 10.0.0.1 255.255.255.255 any eq 443\n");
    assert_eq!(verdict(&untold, "tcp 10.0.0.2:1024 192.0.2.1:443"), "undecided");
}

#[test]
fn an_entry_put_at_a_line_is_tried_there_and_remarks_count() {
    let text = "access-list OUT remark the way out\naccess-list OUT extended permit udp any any\n\
                access-list OUT extended deny ip any any\naccess-list OUT line 3 extended permit tcp any any eq 22\n\
                access-list OUT line 2 extended deny udp any any eq 53\n";
    let out = only_policy(text);
    assert_eq!(verdict(&out, "tcp 10.0.0.1:1024 10.0.0.2:22"), "permit");
    assert_eq!(verdict(&out, "udp 10.0.0.1:1024 10.0.0.2:53"), "deny");
    assert_eq!(verdict(&out, "udp 10.0.0.1:1024 10.0.0.2:54"), "permit");
    let shown = "access-list IN line 1 remark as shown\naccess-list IN line 2 extended permit tcp any any eq 22\n\
                 access-list IN line 3 extended deny ip any any\n";
    assert_eq!(verdict(&only_policy(shown), "tcp 10.0.0.1:1024 10.0.0.2:22"), "permit");
}

#[test]
fn entries_numbered_anew_are_tried_by_their_new_numbers() {
    for command in ["ip access-list resequence X 100 100", "resequence ip access-list X 100 100"] {
        let text = format!(
            "ip access-list extended X\n 20 deny ip any any\n 10 permit tcp any any eq 22\n{command}\n\
             ip access-list extended X\n 150 permit udp any any eq 53\n"
        );
        assert_eq!(verdict(&only_policy(&text), "udp 10.0.0.1:1024 10.0.0.2:53"), "permit", "{command}");
    }
}

#[test]
fn remarks_may_have_numbers_and_ipv6_entries_theirs_by_a_word() {
    let remark = only_policy("ip access-list X\n  10 remark of the web\n  20 permit tcp any any eq 80\n");
    assert_eq!(verdict(&remark, "udp 10.0.0.1:1024 10.0.0.2:53"), "deny");
    let six = only_policy(
        "ipv6 access-list X\n sequence 40 permit udp any any eq 53\n sequence 30 deny udp any host 2001:db8::1\n",
    );
    assert_eq!(verdict(&six, "udp [2001:db8::5]:1024 [2001:db8::1]:53"), "deny");
    assert_eq!(verdict(&six, "udp [2001:db8::5]:1024 [2001:db8::2]:53"), "permit");
}

#[test]
fn two_entries_of_one_number_are_both_in_doubt_unless_alike() {
    let text = |second: &str| format!("ip access-list extended X\n 10 permit tcp any any eq 80\n 10 {second}\n");
    assert_eq!(verdict(&only_policy(&text("deny tcp any any")), "tcp 10.0.0.1:1024 10.0.0.2:80"), "undecided");
    assert_eq!(verdict(&only_policy(&text("permit tcp any any eq 80")), "tcp 10.0.0.1:1024 10.0.0.2:80"), "permit");
}

#[test]
fn a_list_from_which_all_is_taken_may_let_everything_pass_or_nothing() {
    for text in [
        "ip access-list extended X\n permit tcp any any eq 80\n no permit tcp any any eq 80\n",
        "ip access-list extended X\n 10 permit tcp any any eq 80\n no 10\n",
        "access-list X extended permit tcp any any eq 80\nno access-list X extended permit tcp any any eq 80\n",
    ] {
        assert_eq!(verdict(&only_policy(text), "tcp 10.0.0.1:1024 10.0.0.2:80"), "undecided", "{text}");
    }
    let cleared = "access-list X extended permit tcp any any\nclear configure access-list X\n\
                   access-list X extended permit udp any any\n";
    assert_eq!(verdict(&only_policy(cleared), "tcp 10.0.0.1:1024 10.0.0.2:80"), "deny");
}

#[test]
fn a_remark_says_nothing_of_the_kind_of_an_asas_list() {
    let standard = "access-list S standard permit 192.0.2.0 255.255.255.0\n";
    for text in [format!("access-list S remark x\n{standard}"), format!("{standard}access-list S remark x\n{standard}")]
    {
        assert!(only_policy(&text).is_exact(), "{text}");
        assert_eq!(verdict(&only_policy(&text), "tcp 10.0.0.1:1 192.0.2.9:22"), "permit", "{text}");
        assert_eq!(verdict(&only_policy(&text), "tcp 192.0.2.9:1 10.0.0.1:22"), "deny", "{text}");
    }
}

#[test]
fn lines_of_a_list_about_counters_and_of_the_hardware_after_it_decide_nothing() {
    for text in [
        "ip access-list X\n   counters per-entry\n   10 permit tcp 10.0.0.0/8 any eq ssh\n",
        "ip access-list X\n  statistics per-entry\n  10 permit tcp 10.0.0.0/8 any eq ssh\nhardware access-list tcam region racl 512\n",
        "ip access-list X\n  10 permit tcp 10.0.0.0/8 any eq ssh\nsystem default switchport\nvpc domain 1\n",
    ] {
        assert!(only_policy(text).is_exact(), "{text}");
        assert_eq!(verdict(&only_policy(text), "tcp 10.0.0.1:1 192.0.2.9:22"), "permit", "{text}");
    }
}

#[test]
fn service_objects_that_an_asa_has_by_itself_are_known_and_others_are_not() {
    let asked = |object: &str, packet: &str| {
        verdict(&only_policy(&format!("access-list A extended permit object {object} any any\n")), packet)
    };
    for (object, packet, expected) in [
        ("icmp-echo", "icmp 8/0 10.0.0.1 10.0.0.2", "permit"),
        ("icmp-echo", "icmp 0/0 10.0.0.1 10.0.0.2", "deny"),
        ("icmp-unreachable", "icmp 3/1 10.0.0.1 10.0.0.2", "permit"),
        ("icmp6-echo-reply", "icmpv6 129/0 2001:db8::1 2001:db8::2", "permit"),
        ("icmp", "icmp 0/0 10.0.0.1 10.0.0.2", "permit"),
        ("ospf", "89 10.0.0.1 10.0.0.2", "permit"),
        ("ospf", "88 10.0.0.1 10.0.0.2", "deny"),
        ("tcp", "tcp 10.0.0.1:1 10.0.0.2:22", "permit"),
        ("ip", "tcp 10.0.0.1:1 10.0.0.2:22", "permit"),
        ("OURS", "tcp 10.0.0.1:1 10.0.0.2:22", "undecided"),
        ("8080", "tcp 10.0.0.1:1 10.0.0.2:22", "undecided"),
    ] {
        assert_eq!(asked(object, packet), expected, "{object}: {packet}");
    }
    let own = "object service icmp-echo\n service tcp destination eq 22\n\
               access-list A extended permit object icmp-echo any any\n";
    assert_eq!(verdict(&only_policy(own), "tcp 10.0.0.1:1 10.0.0.2:22"), "permit", "one that is defined is that");
    let nested = "object-group service G\n service-object object icmp-echo\n service-object object ospf\n\
                  access-list A extended permit object-group G any any\n";
    assert_eq!(verdict(&only_policy(nested), "89 10.0.0.1 10.0.0.2"), "permit");
    assert_eq!(verdict(&only_policy(nested), "tcp 10.0.0.1:1 10.0.0.2:22"), "deny");
}

#[test]
fn lists_of_ios_xr_and_nx_os_name_their_groups_by_their_own_words() {
    let xr = "object-group network ipv4 WEB\n 10.0.1.0/24\n host 10.0.2.9\n range 10.0.3.1 10.0.3.4\n!\n\
              object-group port P\n eq 80\n range 8000 8010\n!\n\
              ipv4 access-list EDGE\n 10 remark edge\n 20 permit tcp any net-group WEB port-group P\n\
              30 permit icmp any net-group WEB echo\n 40 permit tcp 10.9.0.0/16 any established\n 50 deny ipv4 any any log-input\n!\n";
    let nx = "object-group ip address WEB\n  10 10.0.1.0/24\n  20 host 10.0.2.9\n  30 range 10.0.3.1 10.0.3.4\n\
              object-group ip port P\n  10 eq 80\n  20 range 8000 8010\n\
              ip access-list EDGE\n  statistics per-entry\n  10 remark edge\n  20 permit tcp any addrgroup WEB portgroup P\n\
              30 permit icmp any addrgroup WEB echo\n  40 permit tcp 10.9.0.0/16 any established\n  50 deny ip any any log\n";
    for text in [xr, nx] {
        let list = list(text, "EDGE");
        assert!(list.is_exact(), "{:?}", list.notes);
        for (packet, expected) in [
            ("tcp 8.8.8.8:1 10.0.1.7:80", "permit"),
            ("tcp 8.8.8.8:1 10.0.2.9:8005", "permit"),
            ("tcp 8.8.8.8:1 10.0.3.4:8010", "permit"),
            ("tcp 8.8.8.8:1 10.0.3.5:80", "deny"),
            ("tcp 8.8.8.8:1 10.0.1.7:81", "deny"),
            ("icmp 8/0 8.8.8.8 10.0.2.9", "permit"),
            ("tcp 10.9.0.1:80 8.8.8.8:1024+", "permit"),
            ("tcp 10.9.0.1:80 8.8.8.8:1024", "deny"),
        ] {
            assert_eq!(verdict(&list, packet), expected, "{packet}: {text}");
        }
    }
}

#[test]
fn an_option_that_is_not_understood_is_the_same_where_it_says_the_same() {
    use isoneph_network::policy::{Comparison, Options, difference};
    let list = |entry: &str, port: u16, rest: &str| {
        only_policy(&format!(
            "{rest}ip access-list extended EDGE\n permit tcp any any eq 22 {entry}\n permit tcp any any eq {port}\n"
        ))
    };
    let night = "time-range NIGHT\n periodic daily 20:00 to 23:00\n";
    for (first, second, answer) in [
        (list("dscp ef", 80, ""), list("dscp ef", 80, ""), Comparison::Equal),
        (list("dscp ef", 80, ""), list("dscp af11", 80, ""), Comparison::Undecided),
        // What surely differs is told although something else is not understood.
        (list("dscp ef", 80, ""), list("dscp ef", 81, ""), Comparison::Different),
        (list("ack", 80, ""), list("ack", 80, ""), Comparison::Equal),
        (list("ack", 80, ""), list("rst", 80, ""), Comparison::Undecided),
        // Of flags that stand together one may be enough.
        (list("ack\n permit tcp any any eq 22 ack rst", 80, ""), list("ack", 80, ""), Comparison::Undecided),
        (list("rst ack", 80, ""), list("ack rst log", 80, ""), Comparison::Equal),
        (list("dscp ef log", 80, ""), list("dscp ef", 80, ""), Comparison::Equal),
        (list("time-range NIGHT", 80, night), list("time-range NIGHT", 80, night), Comparison::Equal),
        (
            list("time-range NIGHT", 80, night),
            list("time-range NIGHT", 80, &night.replace("23", "22")),
            Comparison::Undecided,
        ),
        (list("time-range NIGHT", 80, night), list("time-range NIGHT", 80, ""), Comparison::Undecided),
    ] {
        let found = difference(&first, &second, &Options::default()).unwrap();
        assert_eq!(found.comparison(), answer, "{:?}", [&first.rules[0], &second.rules[0]]);
    }
}
