//! Reading expectations, and what is said about them.

use isoneph_network::reach::expect::{Answer, read_expectations, test_expectations};

use super::estate::Estate;
use super::model;

fn two() -> isoneph_network::model::Model {
    let estate = Estate::new()
        .vpc("a", "10.0.0.0/16")
        .subnet("a", "one", "10.0.1.0/24", "z1", &["10.0.0.0/16 local"])
        .group("ssh", "a", &["tcp 22 0.0.0.0/0"], &["-1 * 0.0.0.0/0"])
        .eni("left", "one", "10.0.1.10", None, &["ssh"])
        .eni("right", "one", "10.0.1.11", None, &["ssh"]);
    model(&estate.text())
}

#[test]
fn csv_and_json_lines_say_the_same() {
    let csv = "src,dst,proto,port,expect\nleft,right,tcp,22,permit\n# a remark\nleft,right,tcp,23,fail\nleft,10.0.1.11,icmp,,pass\n";
    let json = r#"{"src":"left","dst":"right","proto":"tcp","port":22,"expect":"pass-closed"}
{"src":"left","dst":"right","proto":"tcp","port":23,"result":"deny"}

{"lab":"x","src":"left","dst":"10.0.1.11","proto":"icmp","port":null,"expect":"permit"}"#;
    for text in [csv, json] {
        let tested = test_expectations(&two(), &read_expectations(text).unwrap()).unwrap();
        let found: Vec<_> = tested.iter().map(|held| (held.answer, held.ok)).collect();
        assert_eq!(found, [(Answer::Permit, Some(true)), (Answer::Deny, Some(true)), (Answer::Deny, Some(false))]);
    }
}

#[test]
fn an_expectation_of_nothing_is_answered_and_not_judged() {
    let text = r#"{"src":"left","dst":"right","proto":"tcp","port":22,"result":"unknown"}"#;
    let tested = test_expectations(&two(), &read_expectations(text).unwrap()).unwrap();
    assert_eq!((tested[0].answer, tested[0].ok), (Answer::Permit, None));
}

#[test]
fn mistakes_are_named_with_their_line() {
    for (text, message) in [
        ("src,dst\nleft,", "line 2: the field \"dst\" is missing"),
        ("src,dst,expect\na,b,perhaps", "line 2: \"perhaps\" is neither permit nor deny"),
    ] {
        assert_eq!(read_expectations(text).unwrap_err().to_string(), message);
    }
    let records = "[\n{\"src\": \"a\", \"dst\": \"[,]\"}, {\"src\": \"b\", \"dst\": \"c\"}\n,\n\n{\"src\": \"d\",\n\"dst\": \"e\"}]";
    let lines: Vec<usize> = read_expectations(records).unwrap().iter().map(|held| held.line).collect();
    assert_eq!(lines, [2, 2, 5], "the line at which each record begins");
    let all = read_expectations("src,dst,proto,port\nleft,right,tcp,99999").unwrap();
    assert_eq!(test_expectations(&two(), &all).unwrap_err().to_string(), "line 2: \"99999\" is no port");
}

#[test]
fn a_file_that_expects_nothing_is_a_mistake_and_not_a_success() {
    for text in ["", "\n", "src,dst,proto,port,expect\n", "[]", "# a remark\n"] {
        let told = read_expectations(text).unwrap_err().to_string();
        assert!(told.starts_with("it holds no expected flow; it needs src and dst"), "{text:?}: {told}");
    }
    for text in ["x,y\n", "x,y\n1,2\n", "src,port\nweb,22\n"] {
        let told = read_expectations(text).unwrap_err().to_string();
        assert!(told.starts_with("its columns are ") && told.contains("it needs src and dst"), "{text:?}: {told}");
    }
}

#[test]
fn a_party_that_does_not_exist_leaves_the_answer_open() {
    let all =
        read_expectations("src,dst,proto,port,expect\nghost,right,tcp,22,permit\n10.99.0.1,right,tcp,22,deny").unwrap();
    let tested = test_expectations(&two(), &all).unwrap();
    assert_eq!(tested[0].answer, Answer::Undecided);
    assert_eq!(tested[0].why, ["nothing in the model is called \"ghost\""]);
    assert_eq!(tested[1].answer, Answer::Undecided);
    assert_eq!(tested[0].ok, Some(false));
}

#[test]
fn two_columns_of_one_meaning_are_a_mistake_unless_they_agree() {
    for (text, told) in [
        (
            "src,dst,port,dport\nleft,right,22,80",
            "line 2: port says \"22\" and dport says \"80\", which mean the same field",
        ),
        (
            "src,dst,port,port\nleft,right,22,80",
            "line 1: two columns are called \"port\": which of them counts is not known",
        ),
        (
            "{\"src\": \"left\", \"from\": \"other\", \"dst\": \"right\"}",
            "line 1: src says \"left\" and from says \"other\", which mean the same field",
        ),
        (
            "# a comment\nsrc,dst,port,dport\n\n# another\nleft,right,22,80",
            "line 5: port says \"22\" and dport says \"80\", which mean the same field",
        ),
    ] {
        assert_eq!(read_expectations(text).unwrap_err().to_string(), told);
    }
    let alike = "src,dst,port,dport,comment,comment,expect,answer\nleft,right,22,22,a,b,permit,deny";
    assert_eq!(read_expectations(alike).unwrap()[0].expect, Some(Answer::Permit));
}

#[test]
fn of_icmp_a_port_is_type_and_code() {
    let estate = Estate::new()
        .vpc("a", "10.0.0.0/16")
        .subnet("a", "one", "10.0.1.0/24", "z1", &["10.0.0.0/16 local"])
        .group("ping", "a", &["icmp 8-0 0.0.0.0/0"], &["-1 * 0.0.0.0/0"])
        .eni("left", "one", "10.0.1.10", None, &["ping"])
        .eni("right", "one", "10.0.1.11", None, &["ping"]);
    let text = estate.text();
    for (port, answer) in [
        ("8/0", Answer::Permit),
        ("", Answer::Permit),
        ("any", Answer::Permit),
        ("0", Answer::Permit),
        ("8/1", Answer::Deny),
        ("3/4", Answer::Deny),
        ("3", Answer::Deny),
    ] {
        let all = read_expectations(&format!("src,dst,proto,port\nleft,right,icmp,{port}")).unwrap();
        assert_eq!(test_expectations(&model(&text), &all).unwrap()[0].answer, answer, "{port:?}");
    }
    for port in ["8/x", "300", "1-2"] {
        let all = read_expectations(&format!("src,dst,proto,port\nleft,right,icmp,{port}")).unwrap();
        let told = test_expectations(&model(&text), &all).unwrap_err().to_string();
        assert_eq!(told, format!("line 2: {port:?} is no type and code of ICMP, as 8/0"));
    }
}

#[test]
fn of_a_denied_flow_it_is_said_where_packets_arrive_one_way() {
    let estate = Estate::new()
        .vpc("a", "10.0.0.0/16")
        .subnet("a", "one", "10.0.1.0/24", "z1", &["10.0.0.0/16 local"])
        .subnet("a", "two", "10.0.2.0/24", "z1", &["10.0.0.0/16 local"])
        .acl("shut", "a", &["two"], &["in 100 allow 17 443 0.0.0.0/0", "out 100 deny -1 * 0.0.0.0/0"])
        .group("all", "a", &["-1 * 0.0.0.0/0"], &["-1 * 0.0.0.0/0"])
        .eni("left", "one", "10.0.1.10", None, &["all"])
        .eni("right", "two", "10.0.2.10", None, &["all"]);
    let model = model(&estate.text());
    let all = "src,dst,proto,port,expect\nleft,right,udp,443,deny\nleft,right,udp,444,deny\nright,left,udp,443,deny";
    let tested = test_expectations(&model, &read_expectations(all).unwrap()).unwrap();
    let told: Vec<_> = tested.iter().map(|one| (one.ok, one.one_way)).collect();
    assert_eq!(told, [(Some(true), true), (Some(true), false), (Some(true), false)]);
    let why = &tested[0].why[0];
    assert!(why.starts_with("packets arrive one way, though no connection can be set up: udp 443"), "{why}");
}
