//! One object described by several files: copies count once, and where they differ nobody knows.

use isoneph_network::model::{InputFile, Model, Problem};
use serde_json::{Value, json};

use super::estate::{Estate, cut};
use super::{asked, azure, check, google};

/// A model of files with names, and what is wrong with them.
fn read(files: &[(&str, &str)]) -> (Model, Vec<Problem>) {
    let file = |(path, text): &(&str, &str)| InputFile { path: (*path).to_owned(), bytes: text.as_bytes().to_vec() };
    Model::read(files.iter().map(file).collect())
}

fn pair(rules: &[&str], routes: &[&str], entries: &[&str], public: Option<&str>) -> String {
    Estate::new()
        .vpc("a", "10.0.0.0/16")
        .internet("a")
        .subnet("a", "one", "10.0.1.0/24", "z1", &["10.0.0.0/16 local"])
        .subnet("a", "two", "10.0.2.0/24", "z1", routes)
        .group("a", "a", &[], &["-1 * 0.0.0.0/0"])
        .group("b", "a", rules, &["-1 * 0.0.0.0/0"])
        .acl("two", "a", &["two"], entries)
        .eni("a", "one", "10.0.1.10", None, &["a"])
        .eni("b", "two", "10.0.2.10", public, &["b"])
        .text()
}

const OPEN: &[&str] = &["in 10 allow -1 * 0.0.0.0/0", "out 10 allow -1 * 0.0.0.0/0"];
const LOCAL: &[&str] = &["10.0.0.0/16 local"];

#[track_caller]
fn differ(today: &str, before: &str, id: &str, flow: &str) {
    for files in [[("today.json", today), ("before.json", before)], [("before.json", before), ("today.json", today)]] {
        let (model, problems) = read(&files);
        let told: Vec<&Problem> = problems.iter().filter(|held| held.message.starts_with(id)).collect();
        let [only] = told.as_slice() else { panic!("{id}: {problems:?}") };
        assert!(only.message.contains(files[0].0) && only.path == files[1].0, "{only:?}");
        let (answer, why) = asked(&model, flow);
        assert_eq!(format!("{answer:?}"), "Undecided", "{id}: {why}");
        assert!(why.contains(id), "{id}: {why}");
    }
}

#[test]
fn what_two_answers_say_differently_of_one_object_is_an_error_and_open() {
    let today = pair(&["tcp 443 10.0.0.0/16"], LOCAL, OPEN, Some("198.51.100.9"));
    differ(&today, &pair(&[], LOCAL, OPEN, Some("198.51.100.9")), "sg-b", "a -> b tcp/443");
    let shut = &["in 10 deny -1 * 0.0.0.0/0", "out 10 allow -1 * 0.0.0.0/0"];
    differ(&today, &pair(&["tcp 443 10.0.0.0/16"], LOCAL, shut, Some("198.51.100.9")), "acl-two", "a -> b tcp/443");
    let routed = &["10.0.0.0/16 local", "0.0.0.0/0 igw-a"];
    let routed = pair(&["tcp 443 10.0.0.0/16"], routed, OPEN, Some("198.51.100.9"));
    differ(&today, &routed, "rtb-two", "b -> 8.8.8.8 tcp/443");
}

#[test]
fn copies_of_an_answer_count_once_however_they_are_ordered_and_tagged() {
    let rules = ["tcp 443 10.0.0.0/16", "tcp 80 10.0.0.0/16"];
    let today = pair(&rules, LOCAL, OPEN, None);
    let mut again: Value = serde_json::from_str(&pair(&[rules[1], rules[0]], LOCAL, OPEN, None)).unwrap();
    for list in ["Vpcs", "Subnets", "NetworkInterfaces"] {
        cut(&mut again, &[list, "TagSet"]);
    }
    again["SecurityGroups"][1]["Tags"] = json!([{"Key": "seen", "Value": "by another account"}]);
    let (model, problems) = read(&[("one.json", &today), ("two.json", &again.to_string())]);
    assert_eq!(problems, Vec::new());
    check(
        &model,
        "permit eni-a -> eni-b tcp/443
         deny eni-a -> eni-b tcp/22 : end of sg-b ingress",
    );
}

/// Two lists that differ in one object, in either order: an error that names it, and nothing is sure, whoever is asked about.
#[track_caller]
fn nothing_is_sure(today: &Value, before: &Value, id: &str, flows: &[&str]) {
    let (today, before) = (today.to_string(), before.to_string());
    for files in [[("a.json", &today), ("b.json", &before)], [("b.json", &before), ("a.json", &today)]] {
        let (model, problems) = read(&files.map(|(path, text)| (path, text.as_str())));
        let [only] = problems.as_slice() else { panic!("{id}: {problems:?}") };
        assert!(only.message.contains(id) && only.message.contains(files[0].0) && only.path == files[1].0, "{only:?}");
        for flow in flows {
            let (answer, why) = asked(&model, flow);
            assert_eq!(format!("{answer:?}"), "Undecided", "{flow}: {why}");
            assert!(why.contains("which of the two descriptions of") && why.contains(id), "{why}");
        }
    }
    let (model, problems) = read(&[("a.json", &today), ("again.json", &today)]);
    assert_eq!(problems, Vec::new());
    assert!(flows.iter().all(|flow| format!("{:?}", asked(&model, flow).0) != "Undecided"));
}

#[test]
fn of_two_descriptions_of_an_azure_network_or_what_is_in_it_neither_counts() {
    let network = |space: &str, prefix: &str, peers: Vec<Value>| {
        azure::network("v", space, vec![azure::subnet("v", "s", prefix, json!({}))], peers)
    };
    let nic = |name: &str, address: &str, more: Value| azure::nic(name, "v", "s", address, more);
    let held = |own: Value, a: Value| json!([own, a, nic("b", "10.0.0.5", json!({}))]);
    let plain = || network("10.0.0.0/16", "10.0.0.0/24", vec![]);
    let today = held(plain(), nic("a", "10.0.0.4", json!({})));
    let flows = ["a -> b tcp/22", "b -> 8.8.8.8 tcp/443"];
    let guarded = json!({"networkSecurityGroup": azure::id("networkSecurityGroups", "g")});
    for other in [nic("a", "10.0.0.9", json!({})), nic("a", "10.0.0.4", guarded)] {
        nothing_is_sure(&today, &json!([other]), "networkinterfaces/a", &flows);
    }
    let peered = network("10.0.0.0/16", "10.0.0.0/24", vec![azure::peering("w", true)]);
    nothing_is_sure(&today, &json!([peered]), "virtualnetworks/v", &flows);
    let wider = network("10.0.0.0/15", "10.0.0.0/24", vec![]);
    nothing_is_sure(&today, &json!([wider]), "virtualnetworks/v", &flows);
    let shifted = network("10.0.0.0/16", "10.0.0.0/20", vec![]);
    nothing_is_sure(&today, &json!([shifted]), "subnets/s", &flows);
}

#[test]
fn a_peering_or_rule_by_itself_that_says_otherwise_than_its_owner_leaves_open_which_holds() {
    let network = |name: &str, octet: u8, to: &str| {
        let subnet = azure::subnet(name, "s", &format!("10.{octet}.0.0/24"), json!({}));
        azure::network(name, &format!("10.{octet}.0.0/16"), vec![subnet], vec![azure::peering(to, true)])
    };
    let guard = json!({"networkSecurityGroup": azure::id("networkSecurityGroups", "g")});
    let group = azure::group("g", &["ssh 100 In Deny Tcp * * 22"]);
    let today = json!([
        network("v", 0, "w"),
        network("w", 1, "v"),
        group,
        azure::nic("a", "v", "s", "10.0.0.4", json!({})),
        azure::nic("b", "w", "s", "10.1.0.4", guard),
    ]);
    let mut far = azure::peering("w", true);
    far["type"] = json!("Microsoft.Network/virtualNetworks/virtualNetworkPeerings");
    far["id"] =
        json!(format!("{}/virtualNetworkPeerings/to-w", azure::id("virtualNetworks", "v")["id"].as_str().unwrap()));
    let same = json!([far]);
    assert_eq!(read(&[("a.json", &today.to_string()), ("b.json", &same.to_string())]).1, Vec::new());
    far["properties"]["allowVirtualNetworkAccess"] = json!(false);
    nothing_is_sure(&today, &json!([far]), "virtualnetworkpeerings/to-w", &["a -> b tcp/23", "a -> 8.8.8.8 tcp/443"]);
    let mut rule = today[2]["properties"]["securityRules"][0].clone();
    rule["type"] = json!("Microsoft.Network/networkSecurityGroups/securityRules");
    rule["id"] =
        json!(format!("{}/securityRules/ssh", azure::id("networkSecurityGroups", "g")["id"].as_str().unwrap()));
    for (access, expected) in [("Deny", "Deny"), ("Allow", "Undecided")] {
        rule["properties"]["access"] = json!(access);
        let (today, rule) = (today.to_string(), json!([rule]).to_string());
        for files in [[("a.json", &today), ("b.json", &rule)], [("b.json", &rule), ("a.json", &today)]] {
            let (model, _) = read(&files.map(|(path, text)| (path, text.as_str())));
            let (answer, why) = asked(&model, "a -> b tcp/22");
            assert_eq!(format!("{answer:?}"), expected, "{why}");
        }
    }
}

#[test]
fn of_two_descriptions_of_a_google_machine_or_network_neither_counts() {
    let today: Value = serde_json::from_str(&google::estate(vec![])).unwrap();
    let flows = ["web -> db tcp/22", "web -> 8.8.8.8 tcp/443"];
    let machine = |tags: &[&str], address: &str| google::machine("web", "n", address, Some("34.1.1.1"), tags, "web@p");
    for other in [machine(&["db"], "10.0.0.2"), machine(&["web"], "10.0.0.9")] {
        nothing_is_sure(&today, &json!([other]), "web", &flows);
    }
    nothing_is_sure(&today, &json!([google::network("n", &["m"])]), "p/n", &flows);
    nothing_is_sure(&today, &json!([google::subnet("n", "10.0.0.0/20")]), "r/n", &flows);
}

#[test]
fn a_list_of_machines_and_one_of_interfaces_agree_or_nothing_is_sure() {
    let today: Value = serde_json::from_str(&pair(&["tcp 443 10.0.0.0/16"], LOCAL, OPEN, None)).unwrap();
    let own = &today["NetworkInterfaces"][1];
    let mut embedded = own.clone();
    embedded["SubnetId"] = json!("subnet-one");
    let machines =
        |held: &Value| json!({"Reservations": [{"Instances": [{"InstanceId": "i-1", "NetworkInterfaces": [held]}]}]});
    let files = |held: &Value| [("list.json", today.to_string()), ("machines.json", machines(held).to_string())];
    let loaded = |held: &Value| {
        let files = files(held);
        let (model, problems) = read(&[("list.json", &files[0].1), ("machines.json", &files[1].1)]);
        (format!("{:?}", asked(&model, "eni-a -> eni-b tcp/443").0), problems.len())
    };
    assert_eq!(loaded(own), ("Permit".to_owned(), 0));
    assert_eq!(loaded(&embedded), ("Undecided".to_owned(), 1));
}
