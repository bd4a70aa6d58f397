//! Two states of a network, and two lists of rules.

use super::{CLOSED, OPEN, cluster};
use crate::{file, isoneph};

#[test]
fn what_a_change_lets_pass_is_told_with_the_rules_responsible() {
    let folder = tempfile::tempdir().expect("a folder");
    let before = file(&folder, "before.yaml", cluster(CLOSED).as_bytes());
    let after = file(&folder, "after.yaml", cluster(OPEN).as_bytes());
    let run = isoneph(&["network", "diff", &before, &after]).ends_with(1);
    let text = run.stdout();
    assert!(
        text.contains("only B lets pass: red/red-app -> blue/blue-app: tcp 5432") || text.contains("red-app -> "),
        "{text}"
    );
    assert!(text.contains("inward"), "{text}");
    let answer = isoneph(&["network", "diff", "--format", "json", &after, &before]).ends_with(1).json();
    assert!(!answer["changes"]["lost"].as_array().expect("a list").is_empty(), "{answer}");
    isoneph(&["network", "diff", &before, &before]).ends_with(0);
}

#[test]
fn names_in_a_policy_are_what_the_definitions_say() {
    let folder = tempfile::tempdir().expect("a folder");
    let policy = |port: &str| {
        format!(
            "header {{\n  target:: cisco edge extended\n}}\nterm web {{\n  destination-address:: WEB\n  \
                 destination-port:: {port}\n  protocol:: tcp\n  action:: accept\n}}\n"
        )
    };
    let first = file(&folder, "first.pol", policy("HTTPS").as_bytes());
    let second = file(&folder, "second.pol", policy("TLS").as_bytes());
    let names = file(&folder, "names.net", b"WEB = 10.0.1.0/24\n");
    let services = file(&folder, "names.svc", b"HTTPS = 443/tcp\nTLS = 443/tcp\n");
    isoneph(&["network", "diff", "--definitions", &names, "--definitions", &services, &first, &second]).ends_with(0);
    let other = file(&folder, "other.svc", b"HTTPS = 443/tcp\nTLS = 8443/tcp\n");
    let run =
        isoneph(&["network", "diff", "--definitions", &names, "--definitions", &other, &first, &second]).ends_with(1);
    let text = run.stdout();
    assert!(text.contains("8443") && text.contains("A permits it by line 4: web"), "{text}");
}

const UNKNOWN_MATCH: &str =
    "*filter\n:INPUT DROP [0:0]\n-A INPUT -p tcp --dport 22 -m quota --quota 9 -j ACCEPT\nCOMMIT\n";

#[test]
fn rules_that_are_not_understood_leave_it_undecided_and_are_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = file(&folder, "first.rules", UNKNOWN_MATCH.as_bytes());
    let second = file(&folder, "second.rules", UNKNOWN_MATCH.replace("quota 9", "quota 8").as_bytes());
    let run = isoneph(&["network", "diff", &first, &second]).ends_with(3);
    let text = run.stdout();
    assert!(text.contains(": undecided") && !text.contains(": they differ"), "{text}");
    assert!(text.contains("open: A line 3:") && text.contains("module quota is not understood"), "{text}");
    let answer = isoneph(&["network", "diff", "--format", "json", &first, &second]).ends_with(3).json();
    assert_eq!(answer["policies"][0]["answer"], "undecided");
    assert_eq!(answer["policies"][0]["open"]["first"][0]["line"], 3);
    let same = file(&folder, "same.rules", format!("# the same\n{UNKNOWN_MATCH}").as_bytes());
    let run = isoneph(&["network", "diff", &first, &same]).ends_with(0);
    let text = run.stdout();
    assert!(text.contains("not understood and taken to be the same in both: -m quota --quota 9"), "{text}");
}

#[test]
fn what_surely_differs_comes_first_with_the_interface_it_passes() {
    let folder = tempfile::tempdir().expect("a folder");
    let rules = |more: &str| {
        format!(
            "*filter\n:FORWARD DROP [0:0]\n-A FORWARD -i eth0 -o docker0 -p tcp --dport 80 -j ACCEPT\n{more}\
             -A FORWARD -m quota --quota 9 -j ACCEPT\nCOMMIT\n"
        )
    };
    let first = file(&folder, "first.rules", rules("").as_bytes());
    let more = "-A FORWARD -m set --match-set x src -p udp -j DROP\n-A FORWARD ! -i docker0 -o docker0 -d 172.18.0.3 -p tcp --dport 5432 -j ACCEPT\n";
    let second = file(&folder, "second.rules", rules(more).as_bytes());
    let run = isoneph(&["network", "diff", &first, &second]).ends_with(3);
    let text = run.stdout();
    assert!(text.contains("perhaps"), "{text}");
    let second = file(&folder, "third.rules", rules(more).replace("-m quota --quota 9", "-p udp").as_bytes());
    let first = file(&folder, "fourth.rules", rules("").replace("-m quota --quota 9", "-p udp").as_bytes());
    let run = isoneph(&["network", "diff", &first, &second]).ends_with(1);
    let text = run.stdout();
    let (sure, open) = (text.find("B permits, A denies: tcp"), text.find("perhaps A permits, B denies: udp"));
    assert!(sure.is_some() && sure < open, "{text}");
    assert!(text.contains("where it comes in by another interface, and it goes out by docker0"), "{text}");
}

#[test]
fn files_in_which_nothing_filters_are_undecided_and_say_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let nat = |to: &str| format!("*nat\n-A PREROUTING -p tcp --dport 80 -j DNAT --to-destination {to}\nCOMMIT\n");
    let one = file(&folder, "one.rules", nat("10.0.0.9").as_bytes());
    let other = file(&folder, "other.rules", nat("10.0.0.8").as_bytes());
    let run = isoneph(&["network", "diff", &one, &other]).ends_with(3);
    assert!(run.stdout().contains("undecided: nothing was compared"), "{}", run.stdout());
    assert!(run.stderr().contains("tables that are not followed: nat"), "{}", run.stderr());
    let filter = "*filter\n:INPUT DROP [0:0]\n-A INPUT -p tcp --dport 22 -j ACCEPT\nCOMMIT\n";
    let one = file(&folder, "one.v4", format!("{}{filter}", nat("10.0.0.9")).as_bytes());
    let other = file(&folder, "other.v4", format!("{}{filter}", nat("10.0.0.8")).as_bytes());
    let run = isoneph(&["network", "diff", &one, &other]).ends_with(3);
    assert!(run.stdout().contains("not compared: before the filter: A line 2: -p tcp"), "{}", run.stdout());
}

#[test]
fn marks_that_rules_set_for_others_are_listed_where_they_are_not_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let rules = |port: u16| {
        format!(
            "*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p tcp --dport {port} -j MARK --set-mark 1\n\
             -A INPUT -m mark --mark 0x1 -j DROP\nCOMMIT\n"
        )
    };
    let first = file(&folder, "first.rules", rules(22).as_bytes());
    let second = file(&folder, "second.rules", rules(23).as_bytes());
    let run = isoneph(&["network", "diff", &first, &second]).ends_with(3);
    let text = run.stdout();
    assert!(text.contains("not compared: what rules set and ask for: B line 3: -p tcp --dport 23 -j MARK"), "{text}");
}

#[test]
fn a_file_is_equal_to_itself_and_says_what_of_it_is_not_understood() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = file(&folder, "some.rules", UNKNOWN_MATCH.as_bytes());
    let run = isoneph(&["network", "diff", &path, &path]).ends_with(0);
    assert!(
        run.stdout().contains("not understood and taken to be the same in both: -m quota --quota 9"),
        "{}",
        run.stdout()
    );
    let policy = "header {\n  target:: juniper f\n}\nterm a {\n  source-address:: INTERNAL\n  action:: accept\n}\n";
    let path = file(&folder, "some.pol", policy.as_bytes());
    let run = isoneph(&["network", "diff", &path, &path]).ends_with(0);
    assert!(run.stderr().contains("network INTERNAL is not defined"), "{}", run.stderr());
}

#[test]
fn a_row_with_a_cell_too_few_is_named_with_file_and_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let head = "action,protocol,src,sport,dst,dport\npermit,tcp,any,any,10.0.0.1,443\n";
    let whole = file(&folder, "whole.csv", head.as_bytes());
    let short = file(&folder, "short.csv", format!("{head}permit,tcp,any,any,10.0.0.1\n").as_bytes());
    let run = isoneph(&["network", "diff", &whole, &short]).ends_with(3);
    assert!(run.stderr().contains("short.csv: line 3: 5 cells where 6 are expected"), "{}", run.stderr());
}

#[test]
fn what_cannot_be_read_leaves_the_run_incomplete() {
    let folder = tempfile::tempdir().expect("a folder");
    let rules = file(&folder, "some.rules", UNKNOWN_MATCH.as_bytes());
    let prose = file(&folder, "prose.txt", b"nothing of the kind");
    isoneph(&["network", "diff", &rules, &prose]).ends_with(3);
    isoneph(&["network", "diff", &rules, "/no/such/file"]).ends_with(3);
    isoneph(&["network", "reach", "/no/such/file"]).ends_with(3);
}

const V4: &str = "ip access-list extended T\n permit tcp any any eq 443\n";

#[test]
fn lists_that_share_no_family_or_no_fragments_are_not_called_equal() {
    let folder = tempfile::tempdir().expect("a folder");
    let four = file(&folder, "four.acl", V4.as_bytes());
    let six = file(&folder, "six.acl", b"ipv6 access-list T\n permit tcp any any eq 80\n");
    let both = file(&folder, "both.csv", b"action,protocol,src,sport,dst,dport\npermit,tcp,any,any,any,443\n");
    let fragments =
        file(&folder, "fragments.acl", V4.replace(" permit", " permit ip any any fragments\n permit").as_bytes());
    for (one, other, exit, said) in [
        (&four, &six, 3, "T: undecided: the one is about IPv4 only and the other about IPv6 only"),
        (&both, &four, 0, "every IPv4 packet is decided alike\n  not compared: IPv6, of which A says something"),
        (&four, &fragments, 3, "not compared: later fragments: B line 2: permit ip any any fragments"),
        (&fragments, &fragments, 0, "every IPv4 packet is decided alike\n  not compared: later fragments: A line 2"),
    ] {
        let run = isoneph(&["network", "diff", one, other]).ends_with(exit);
        assert!(run.stdout().contains(said), "{said}\n{}", run.stdout());
    }
    let answer = isoneph(&["network", "diff", "--format", "json", &both, &four]).ends_with(0).json();
    assert_eq!(answer["policies"][0]["compared"], serde_json::json!(["IPv4"]));
}

#[test]
fn lists_are_picked_by_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let one = file(&folder, "one.acl", V4.as_bytes());
    let text = format!("{}{}", V4.replace(" T", " OLD").replace("443", "80"), V4.replace(" T", " NEW"));
    let two = file(&folder, "two.acl", text.as_bytes());
    let run = isoneph(&["network", "diff", &one, &two]).ends_with(2);
    assert!(run.stderr().contains("A has T, B has OLD, NEW; pick one of each with --first-list"), "{}", run.stderr());
    isoneph(&["network", "diff", "--second-list", "NEW", &one, &two]).ends_with(0);
    isoneph(&["network", "diff", "--second-list", "OLD", &one, &two]).ends_with(1);
    isoneph(&["network", "diff", "--first-list", "NEW", "--second-list", "OLD", &two, &two]).ends_with(1);
    let run = isoneph(&["network", "diff", "--second-list", "NONE", &one, &two]).ends_with(2);
    assert!(run.stderr().contains("B has no list \"NONE\"; it has OLD, NEW"), "{}", run.stderr());
}

/// Two lists that cut addresses bit by bit: what the second begins with is given, the rest is the same in another order.
fn lists_cut_bit_by_bit(folder: &tempfile::TempDir, second: &str) -> [String; 2] {
    let entry = |number: u32| {
        let byte = |factor: u32| number * factor % 256;
        let (source, destination) =
            (format!("0.{}.{}.{}", byte(37), byte(91), byte(53)), format!("0.{}.{}.{}", byte(17), byte(29), byte(7)));
        format!(" permit ip 10.0.0.0 {source} 172.16.0.0 {destination}\n")
    };
    let head = "ip access-list extended T\n";
    let there: String = (1..60).map(entry).collect();
    let back: String = (1..60).rev().map(entry).collect();
    [
        file(folder, "one.acl", format!("{head}{there}").as_bytes()),
        file(folder, "other.acl", format!("{head}{second}{back}").as_bytes()),
    ]
}

#[test]
fn a_short_list_that_cuts_addresses_bit_by_bit_is_given_up_soon() {
    let folder = tempfile::tempdir().expect("a folder");
    let [one, other] = lists_cut_bit_by_bit(&folder, "");
    let started = std::time::Instant::now();
    let run = isoneph(&["network", "diff", &one, &other]).ends_with(3);
    assert!(run.stdout().starts_with("T: undecided: "), "{}", run.stdout());
    assert_eq!(run.stdout().matches("undecided").count(), 1, "{}", run.stdout());
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
}

#[test]
fn of_lists_too_large_to_be_compared_whole_what_surely_differs_of_some_rules_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let [one, other] = lists_cut_bit_by_bit(&folder, " permit tcp host 192.0.2.1 any eq 443\n");
    let run = isoneph(&["network", "diff", &one, &other]).ends_with(1);
    insta::assert_snapshot!(run.stdout());
    let run = isoneph(&["network", "diff", "--format", "json", &other, &one]).ends_with(1);
    let found: serde_json::Value = serde_json::from_str(&run.stdout()).expect("JSON");
    let policy = &found["policies"][0];
    assert_eq!(policy["answer"], "different");
    assert!(policy["in_part"].as_str().is_some_and(|why| why.contains("the packet sets need")), "{policy}");
    assert_eq!(policy["only_first"]["complete"], false);
    assert_eq!(policy["only_first"]["findings"][0]["permitted_by"]["line"], 2);
}

#[test]
fn states_of_which_something_else_is_unknown_are_undecided_and_it_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let foreign = |action: &str| {
        format!(
            "---\napiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\nmetadata: {{name: all}}\n\
             spec: {{types: [Ingress], ingress: [{{action: {action}}}]}}\n"
        )
    };
    let one = file(&folder, "one.yaml", (cluster(OPEN) + &foreign("Deny")).as_bytes());
    let other = file(&folder, "other.yaml", (cluster(OPEN) + &foreign("Allow")).as_bytes());
    let run = isoneph(&["network", "diff", &one, &other]).ends_with(3);
    assert!(run.stdout().starts_with("undecided: "), "{}", run.stdout());
    assert!(run.stdout().contains("open: GlobalNetworkPolicy all: not followed"), "{}", run.stdout());
    let answer = isoneph(&["network", "diff", "--format", "json", &one, &other]).ends_with(3).json();
    assert_eq!(answer["answer"], "undecided");
    isoneph(&["network", "diff", &one, &one]).ends_with(0);
}

#[test]
fn nothing_is_compared_where_nothing_could_be_read_of_one_state() {
    let folder = tempfile::tempdir().expect("a folder");
    let nothing = file(&folder, "nothing.json", b"[]");
    let cluster = file(&folder, "cluster.yaml", cluster(CLOSED).as_bytes());
    let run = isoneph(&["network", "diff", &nothing, &cluster]).ends_with(3);
    assert!(!run.stdout().contains("let the same pass\n"), "{}", run.stdout());
    assert!(run.stdout().contains("nothing could be read of the first state"), "{}", run.stdout());
}

#[test]
fn a_list_that_is_no_longer_applied_is_a_difference_and_one_that_only_one_file_has_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let router = |applied: &str, more: &str| {
        format!(
            "hostname r1\ninterface Gi0/0\n ip address 192.0.2.1 255.255.255.0\n{applied}\
             ip access-list extended EDGE\n permit tcp any any eq 443\n{more}"
        )
    };
    let first = file(&folder, "first.cfg", router(" ip access-group EDGE in\n", "").as_bytes());
    let second = file(&folder, "second.cfg", router("", "").as_bytes());
    let run = isoneph(&["network", "diff", &first, &second]).ends_with(1);
    insta::assert_snapshot!(run.stdout());
    isoneph(&["network", "diff", "--first-list", "EDGE", &first, &second]).ends_with(0);
    let more = "ip access-list extended MORE\n permit ip any any\n";
    let third = file(&folder, "third.cfg", router(" ip access-group EDGE in\n", more).as_bytes());
    let run = isoneph(&["network", "diff", &first, &third]).ends_with(3);
    assert!(run.stdout().contains("MORE: undecided: only B has it"), "{}", run.stdout());
    let answer = isoneph(&["network", "diff", "--format", "json", &first, &third]).ends_with(3).json();
    assert_eq!(answer["policies"][1]["answer"], "undecided");
}
