//! The plain CSV of rules.

use isoneph_network::acl::{Format, ReadOptions, detect, read};
use isoneph_network::policy::{Comparison, NoteKind, Options, difference};

use crate::{only_policy, verdict};

const RULES: &str = "action,protocol,src,sport,dst,dport
permit,tcp,10.0.0.0/8,any,10.1.2.3,443
deny,tcp,10.0.0.0/8,,10.1.0.0-10.1.255.255,1-1023
permit,udp;tcp,any,1024-65535,10.1.2.4,53 123
permit,any,2001:db8::/32,,2001:db8:1::1,
";

#[test]
fn the_first_matching_row_decides_and_the_rest_is_denied() {
    let policy = only_policy(RULES);
    for (packet, expected) in [
        ("tcp 10.9.9.9:5000 10.1.2.3:443", "permit"),
        ("tcp 10.9.9.9:5000 10.1.2.3:80", "deny"),
        ("udp 1.2.3.4:1024 10.1.2.4:123", "permit"),
        ("udp 1.2.3.4:1023 10.1.2.4:123", "deny"),
        ("icmp 8/0 10.0.0.1 10.1.2.3", "deny"),
        ("47 2001:db8::9 2001:db8:1::1", "permit"),
    ] {
        assert_eq!(verdict(&policy, packet), expected, "{packet}");
    }
}

#[test]
fn rows_without_a_header_are_read_in_the_plain_order() {
    let policy = only_policy("permit,tcp,any,any,10.0.0.1,22\ndeny,ip,any,any,any,any\n");
    assert_eq!(verdict(&policy, "tcp 1.1.1.1:9 10.0.0.1:22"), "permit");
    assert_eq!(policy.rules.len(), 2);
}

#[test]
fn a_cell_that_is_not_understood_leaves_its_rule_uncertain_and_is_listed() {
    let policy = only_policy("action,protocol,src,sport,dst,dport\npermit,tcp,office,any,10.0.0.1,22\n");
    assert_eq!(verdict(&policy, "tcp 1.1.1.1:9 10.0.0.1:22"), "undecided");
    assert_eq!(verdict(&policy, "tcp 1.1.1.1:9 10.0.0.1:23"), "deny");
    assert!(policy.notes.iter().any(|note| note.line == 2 && note.kind == NoteKind::NotUnderstood));
}

#[test]
fn a_word_that_is_no_action_may_permit_and_may_deny() {
    let policy =
        only_policy("action,protocol,src,sport,dst,dport\nmaybe,tcp,any,any,any,any\npermit,any,any,any,any,any\n");
    assert_eq!(verdict(&policy, "tcp 1.1.1.1:9 10.0.0.1:22"), "undecided");
    assert_eq!(verdict(&policy, "udp 1.1.1.1:9 10.0.0.1:22"), "permit");
}

#[test]
fn a_value_in_an_unknown_column_makes_the_rule_uncertain() {
    let policy = only_policy("action,src,dst,vlan\npermit,any,any,\npermit,any,any,7\n");
    assert_eq!(policy.rules.len(), 2);
    assert_eq!(verdict(&policy, "47 1.1.1.1 10.0.0.1"), "permit");
    let policy = only_policy("action,src,dst,vlan\npermit,any,any,7\n");
    assert_eq!(verdict(&policy, "47 1.1.1.1 10.0.0.1"), "undecided");
}

#[test]
fn what_is_not_understood_is_the_same_where_column_and_cell_say_the_same() {
    let rules = |text: &str| only_policy(&format!("action,src,dst,{text}\n"));
    let found = |first: &str, second: &str| {
        difference(&rules(first), &rules(second), &Options::default()).unwrap().comparison()
    };
    let seven = "vlan\npermit,any,any,7";
    assert_eq!(found(seven, seven), Comparison::Equal);
    for other in ["vlan\npermit,any,any,8", "zone\npermit,any,any,7", "vlan\npermit,any,any,7\npermit,any,any,"] {
        assert_eq!(found(seven, other), Comparison::Undecided, "{other}");
    }
    // Of a word that is no action, nothing says what it does.
    let unknown = "name\nmaybe,any,any,a";
    assert_eq!(found(unknown, unknown), Comparison::Undecided);
}

#[test]
fn the_port_of_icmp_is_its_type_and_of_what_has_no_ports_it_is_open() {
    let rules = |row: &str| only_policy(&format!("action,protocol,src,sport,dst,dport\n{row}\npermit,ip,any,,any,\n"));
    for (row, packet, expected) in [
        ("deny,icmp,any,,any,8", "icmp 8/0 1.1.1.1 10.0.0.1", "deny"),
        ("deny,icmp,any,,any,8", "icmp 8/3 1.1.1.1 10.0.0.1", "deny"),
        ("deny,icmp,any,,any,8", "icmp 0/0 1.1.1.1 10.0.0.1", "permit"),
        ("deny,icmp,any,,any,8", "tcp 1.1.1.1:9 10.0.0.1:8", "permit"),
        ("deny,icmp,any,,any,3/4", "icmp 3/4 1.1.1.1 10.0.0.1", "deny"),
        ("deny,icmp,any,,any,3/4", "icmp 3/3 1.1.1.1 10.0.0.1", "permit"),
        ("deny,icmpv6,any,,any,128", "icmpv6 128/0 2001:db8::1 2001:db8::2", "deny"),
        ("deny,icmp,any,any,any,0-65535", "icmp 8/0 1.1.1.1 10.0.0.1", "deny"),
        ("deny,icmp,any,8,any,", "icmp 8/0 1.1.1.1 10.0.0.1", "undecided"),
        ("deny,icmp,any,,any,443", "icmp 8/0 1.1.1.1 10.0.0.1", "undecided"),
        ("deny,gre,any,,any,443", "47 1.1.1.1 10.0.0.1", "undecided"),
        ("deny,tcp;gre,any,,any,443", "47 1.1.1.1 10.0.0.1", "undecided"),
        ("deny,gre,any,,any,443", "tcp 1.1.1.1:9 10.0.0.1:443", "permit"),
        ("deny,ip,any,,any,443", "tcp 1.1.1.1:9 10.0.0.1:443", "deny"),
        ("deny,ip,any,,any,443", "47 1.1.1.1 10.0.0.1", "permit"),
    ] {
        assert_eq!(verdict(&rules(row), packet), expected, "{row}: {packet}");
    }
}

#[test]
fn an_address_and_its_mask_are_a_network_and_never_two_hosts() {
    let policy = |cell: &str| {
        only_policy(&format!("action,protocol,src,sport,dst,dport\ndeny,tcp,\"{cell}\",,any,22\npermit,ip,any,,any,\n"))
    };
    for (cell, source, expected) in [
        ("10.0.0.0 255.0.0.0", "10.9.8.7", "deny"),
        ("10.0.0.0 255.0.0.0", "11.0.0.1", "permit"),
        ("10.0.0.0 0.255.255.255", "10.9.8.7", "deny"),
        ("10.0.0.0 0.255.255.255", "255.0.0.0", "permit"),
        ("10.0.0.0 255.0.0.0;192.168.0.0 255.255.0.0", "192.168.3.4", "deny"),
        ("10.0.0.0 255.0.0.0 192.168.0.0 255.255.0.0", "192.168.3.4", "deny"),
        ("10.0.0.1 0.0.0.0", "10.0.0.1", "deny"),
        ("10.0.0.1 0.0.0.0", "10.0.0.2", "permit"),
        ("10.0.0.1 255.255.255.255", "10.0.0.2", "permit"),
        ("0.0.0.0 0.0.0.0", "203.0.113.1", "deny"),
        ("0.0.0.0 255.255.255.255", "203.0.113.1", "deny"),
        ("10.0.0.1 10.0.0.2", "10.0.0.2", "deny"),
        ("10.0.0.0/8 192.0.2.1", "192.0.2.1", "deny"),
        ("10.0.0.0/255.0.0.0", "10.9.8.7", "deny"),
        // Bits of the address are free in the mask, or the mask has holes.
        ("10.0.0.5 255.0.0.0", "10.9.8.7", "undecided"),
        ("10.0.0.0 255.0.255.0", "10.9.8.7", "undecided"),
    ] {
        assert_eq!(verdict(&policy(cell), &format!("tcp {source}:9 10.1.0.1:22")), expected, "{cell}: {source}");
    }
}

#[test]
fn other_files_are_no_rule_files() {
    assert_eq!(detect("name,size\na,1\n"), None);
    assert_eq!(detect("{\"a\": 1}"), None);
    assert_eq!(detect(RULES), Some(Format::Csv));
    assert!(read("nothing of the kind", &ReadOptions::default()).is_err());
}

#[test]
fn two_columns_of_one_meaning_are_an_error_and_names_and_remarks_may_be_many() {
    for (header, names) in [
        ("action,src,source,dst", ["src", "source"]),
        ("action,src,dst,dport,port", ["dport", "port"]),
        ("action,verdict,src,dst", ["action", "verdict"]),
        ("action,proto,src,dst,protocol", ["proto", "protocol"]),
        ("action,src,dst,dst", ["dst", "dst"]),
    ] {
        let told = read(&format!("# rules\n{header}\npermit,any,any,any,any\n"), &ReadOptions::default()).unwrap_err();
        assert!(told.to_string().starts_with("line 2: columns"), "{told}");
        assert!(names.iter().all(|name| told.to_string().contains(&format!("{name:?}"))), "{told}");
    }
    assert!(read("action,src,dst,name,id,comment,note\npermit,any,any,a,1,x,y\n", &ReadOptions::default()).is_ok());
}

#[test]
fn rules_are_named_by_their_line_whatever_comments_stand_before_them() {
    let text = "# rules\n\naction,src,dst\r\n# the web\n\r\npermit,any,10.0.0.1\n#\ndeny,any,any";
    assert_eq!(only_policy(text).rules.iter().map(|rule| rule.line).collect::<Vec<_>>(), [6, 8]);
}

#[test]
fn columns_may_be_separated_by_semicolons_or_tabs() {
    let comma =
        only_policy("action,protocol,src,sport,dst,dport,name\npermit,tcp,10.0.0.0/8,any,10.1.2.3,80 443,web\n");
    for text in [
        "action;protocol;src;sport;dst;dport;name\npermit;tcp;10.0.0.0/8;any;10.1.2.3;80,443;web\n",
        "action;protocol;src;sport;dst;dport;name\r\npermit;tcp;10.0.0.0/8;;10.1.2.3;\"80;443\";web\r\n",
        "# rules\naction\tprotocol\tsrc\tsport\tdst\tdport\tname\npermit\ttcp\t10.0.0.0/8\t\t10.1.2.3\t80,443\tweb\n",
        "\u{feff}\"Action\";\"Protocol\";\"Source\";\"Sport\";\"Destination\";\"Port\";\"Name\"\npermit;tcp;10.0.0.0/8;any;10.1.2.3;80 443;web\n",
    ] {
        let policy = only_policy(text);
        assert_eq!(policy.rules.len(), 1, "{text}");
        assert_eq!(
            (&policy.rules[0].matches, &policy.rules[0].label),
            (&comma.rules[0].matches, &comma.rules[0].label),
            "{text}"
        );
        assert!(difference(&policy, &comma, &Options::default()).unwrap().is_equal(), "{text}");
    }
    let plain = only_policy("permit;tcp;any;any;10.0.0.1,10.0.0.2;22\n");
    assert_eq!(verdict(&plain, "tcp 1.1.1.1:9 10.0.0.2:22"), "permit");
    assert_eq!(plain.rules[0].label, "permit;tcp;any;any;10.0.0.1,10.0.0.2;22");
    assert_eq!(detect("name;size;kind\na;1;2\n"), None);
}

#[test]
fn protocols_may_be_joined_by_name_and_not_with_numbers() {
    for joined in ["tcp/udp", "tcp+udp", "TCP-UDP", "\"tcp,udp\"", "tcp;udp", "\"tcp, udp\"", "17 6"] {
        let policy =
            only_policy(&format!("action,protocol,src,sport,dst,dport\npermit,{joined},any,any,10.0.0.1,53\n"));
        for (packet, expected) in [
            ("tcp 1.1.1.1:9 10.0.0.1:53", "permit"),
            ("udp 1.1.1.1:9 10.0.0.1:53", "permit"),
            ("8 1.1.1.1 10.0.0.1", "deny"),
        ] {
            assert_eq!(verdict(&policy, packet), expected, "{joined}: {packet}");
        }
    }
    let policy = only_policy("action,protocol,src,sport,dst,dport\npermit,tcp/22,any,any,10.0.0.1,any\n");
    assert_eq!(verdict(&policy, "tcp 1.1.1.1:9 10.0.0.1:22"), "undecided");
    assert_eq!(only_policy("permit,6-17,any,any,10.0.0.1,any\n").rules[0].matches[0].protocol.intervals().len(), 1);
}

#[test]
fn columns_of_exports_are_read_and_those_that_only_tell_are_passed() {
    let export = "\u{feff}No.;Rule Name;Enabled;Source;Destination;Service;Action;Hit Count;Last Hit\r\n\
                  1;web;Yes;10.0.0.0/8;any;tcp/443;Allow;1234;2026-11-01\r\n\
                  2;old;No;any;any;any;Allow;0;\r\n\
                  3;dns;Yes;any;10.0.0.53;\"udp:53, 53/tcp\";Allow;7;\r\n\
                  4;end;Yes;any;any;any;Deny;99;\r\n";
    let policy = only_policy(export);
    assert!(policy.is_exact(), "{:?}", policy.notes);
    for (packet, expected) in [
        ("tcp 10.0.0.1:1024 8.8.8.8:443", "permit"),
        ("udp 10.0.0.1:1024 8.8.8.8:443", "deny"),
        ("tcp 11.0.0.1:1024 8.8.8.8:443", "deny"),
        ("udp 11.0.0.1:1024 10.0.0.53:53", "permit"),
        ("tcp 11.0.0.1:1024 10.0.0.53:53", "permit"),
        ("sctp 11.0.0.1:1024 10.0.0.53:53", "deny"),
    ] {
        assert_eq!(verdict(&policy, packet), expected, "{packet}");
    }
}

#[test]
fn a_service_by_a_name_alone_and_a_rule_of_which_it_is_not_said_whether_it_is_on_are_open() {
    for (column, cell, expected) in [
        ("service", "HTTPS", "undecided"),
        ("service", "tcp/https", "permit"),
        ("service", "443/tcp", "permit"),
        ("service", "tcp/80-90", "deny"),
        ("service", "tcp", "permit"),
        ("service", "tcp/443 HTTPS", "undecided"),
        ("service", "icmp/8", "undecided"),
        ("enabled", "true", "permit"),
        ("enabled", "FALSE", "deny"),
        ("enabled", "", "undecided"),
        ("enabled", "perhaps", "undecided"),
        ("disabled", "", "permit"),
        ("disabled", "yes", "deny"),
        ("disabled", "0", "permit"),
        ("hits", "12", "permit"),
    ] {
        let policy = only_policy(&format!("action,source,destination,{column}\npermit,any,any,{cell}\n"));
        assert_eq!(verdict(&policy, "tcp 10.0.0.1:1024 8.8.8.8:443"), expected, "{column} {cell:?}");
    }
}

#[test]
fn rules_whose_numbers_do_not_rise_are_tried_in_an_order_that_nobody_knows() {
    let rules = |first: &str, second: &str| {
        only_policy(&format!("no,action,source,destination\n{first},deny,10.0.0.0/8,any\n{second},permit,any,any\n"))
    };
    for (first, second, expected) in
        [("1", "2", "deny"), ("1", "1", "deny"), ("", "", "deny"), ("2", "1", "undecided"), ("1", "a", "undecided")]
    {
        assert_eq!(verdict(&rules(first, second), "tcp 10.0.0.1:1 8.8.8.8:80"), expected, "{first} {second}");
    }
}

#[test]
fn an_address_that_nobody_has_may_stand_for_all() {
    let rules = |cell: &str| only_policy(&format!("action,source,destination\npermit,{cell},any\n"));
    for (cell, expected) in
        [("0.0.0.0", "undecided"), ("0.0.0.0 0.0.0.0", "permit"), ("0.0.0.0/0", "permit"), ("0.0.0.0/32", "deny")]
    {
        assert_eq!(verdict(&rules(cell), "tcp 10.0.0.1:1 8.8.8.8:80"), expected, "{cell}");
    }
}
