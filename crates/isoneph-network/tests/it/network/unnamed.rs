//! Answers that do not say what they are of: a transit gateway's table by its parts, and entries of a prefix list.

use isoneph_network::model::{InputFile, Model, Problem};
use serde_json::{Value, json};

use super::check;
use super::estate::Estate;

fn read(estate: &Estate, files: &[(&str, Value)]) -> (Model, Vec<Problem>) {
    let named =
        |(path, held): &(&str, Value)| InputFile { path: (*path).to_owned(), bytes: held.to_string().into_bytes() };
    let own = InputFile { path: "answers.json".into(), bytes: estate.text().into_bytes() };
    Model::read(std::iter::once(own).chain(files.iter().map(named)).collect())
}

#[track_caller]
fn holds(estate: &Estate, files: &[(&str, Value)], lines: &str) {
    let (model, problems) = read(estate, files);
    assert_eq!(problems, Vec::new());
    check(&model, lines);
}

/// Two networks attached to a hub, whose table is listed without what is in it.
fn hub() -> Estate {
    let attached = |vpc: &str| {
        json!({"TransitGatewayAttachmentId": format!("att-{vpc}"), "TransitGatewayId": "tgw-hub", "State": "available",
            "VpcId": format!("vpc-{vpc}"), "SubnetIds": [format!("subnet-{vpc}")]})
    };
    let table = json!({"TransitGatewayRouteTableId": "tgw-rtb-1", "TransitGatewayId": "tgw-hub", "State": "available"});
    Estate::new()
        .vpc("left", "10.1.0.0/16")
        .vpc("right", "10.2.0.0/16")
        .hub()
        .subnet("left", "left", "10.1.1.0/24", "z", &["10.1.0.0/16 local", "10.0.0.0/8 tgw-hub"])
        .subnet("right", "right", "10.2.1.0/24", "z", &["10.2.0.0/16 local", "10.0.0.0/8 tgw-hub"])
        .add("TransitGatewayVpcAttachments", attached("left"))
        .add("TransitGatewayVpcAttachments", attached("right"))
        .add("TransitGatewayRouteTables", table)
        .group("open", "left", &["-1 * 0.0.0.0/0"], &["-1 * 0.0.0.0/0"])
        .eni("l", "left", "10.1.1.10", None, &["open"])
        .eni("r", "right", "10.2.1.10", None, &["open"])
}

fn associations(vpcs: &[&str]) -> Value {
    let of = |vpc: &&str| {
        json!({"TransitGatewayAttachmentId": format!("att-{vpc}"), "ResourceId": format!("vpc-{vpc}"),
        "ResourceType": "vpc", "State": "associated"})
    };
    json!({"Associations": vpcs.iter().map(of).collect::<Vec<_>>()})
}

fn propagations(vpcs: &[&str]) -> Value {
    let of = |vpc: &&str| {
        json!({"TransitGatewayAttachmentId": format!("att-{vpc}"), "ResourceId": format!("vpc-{vpc}"),
        "ResourceType": "vpc", "State": "enabled"})
    };
    json!({"TransitGatewayRouteTablePropagations": vpcs.iter().map(of).collect::<Vec<_>>()})
}

/// Routes that a search found, `BLOCK VPC TYPE`.
fn search(routes: &[&str]) -> Value {
    let of = |route: &&str| {
        let words: Vec<&str> = route.split(' ').collect();
        json!({"DestinationCidrBlock": words[0], "Type": words[2], "State": "active",
            "TransitGatewayAttachments": [{"TransitGatewayAttachmentId": format!("att-{}", words[1]), "ResourceType": "vpc"}]})
    };
    json!({"Routes": routes.iter().map(of).collect::<Vec<_>>(), "AdditionalRoutesAvailable": false})
}

const BOTH: [&str; 2] = ["left", "right"];
const PROPAGATED: [&str; 2] = ["10.1.0.0/16 left propagated", "10.2.0.0/16 right propagated"];

#[test]
fn a_table_is_what_answers_named_after_it_say() {
    holds(
        &hub(),
        &[("associations_tgw-rtb-1.json", associations(&BOTH)), ("out/tgw-rtb-1.json", search(&PROPAGATED))],
        "permit l -> r tcp/22
         deny l -> 10.9.0.1 tcp/22 : tgw-rtb-1 has no route",
    );
    // A field beside the list says it as well.
    let mut named = search(&PROPAGATED);
    named["TransitGatewayRouteTableId"] = json!("tgw-rtb-1");
    holds(&hub(), &[("tgw-rtb-1.json", associations(&BOTH)), ("routes.json", named)], "permit l -> r tcp/22");
}

#[test]
fn static_routes_alone_say_nothing_of_what_is_propagated() {
    let associated = || ("associations-tgw-rtb-1.json", associations(&BOTH));
    let found = || ("tgw-rtb-1.json", search(&["10.1.0.0/16 left static"]));
    holds(&hub(), &[associated(), found()], "undecided l -> r tcp/22 : the routes of tgw-rtb-1");
    let none = ("propagations-tgw-rtb-1.json", propagations(&["left"]));
    holds(&hub(), &[associated(), found(), none], "deny l -> r tcp/22 : tgw-rtb-1 has no route");
    let both = ("propagations-tgw-rtb-1.json", propagations(&BOTH));
    holds(&hub(), &[associated(), found(), both], "permit l -> r tcp/22");
}

#[test]
fn attachments_without_their_associations_may_be_of_any_table() {
    let found = || ("tgw-rtb-1.json", search(&PROPAGATED));
    holds(&hub(), &[found()], "undecided l -> r tcp/22 : the tables of tgw-hub");
    holds(
        &hub(),
        &[found(), ("associations-tgw-rtb-1.json", associations(&["right"]))],
        "deny l -> r tcp/22 : not associated with a table",
    );
}

#[test]
fn a_search_that_was_cut_leaves_the_table_open() {
    let mut found = search(&PROPAGATED);
    found["AdditionalRoutesAvailable"] = json!(true);
    let files = [("associations-tgw-rtb-1.json", associations(&BOTH)), ("tgw-rtb-1.json", found)];
    holds(&hub(), &files, "undecided l -> 10.9.0.1 tcp/22 : the routes of tgw-rtb-1");
}

/// `web` takes 443 from a prefix list.
fn listed() -> Estate {
    Estate::new()
        .vpc("a", "10.0.0.0/16")
        .subnet("a", "one", "10.0.1.0/24", "z", &["10.0.0.0/16 local"])
        .group("web", "a", &["tcp 443 pl-1"], &["-1 * 0.0.0.0/0"])
        .eni("web", "one", "10.0.1.10", None, &["web"])
        .eni("near", "one", "10.0.1.11", None, &["web"])
        .eni("far", "one", "10.0.1.12", None, &["web"])
        .add("PrefixLists", json!({"PrefixListId": "pl-1", "PrefixListName": "x", "State": "create-complete"}))
}

#[test]
fn entries_of_a_prefix_list_are_those_of_the_list_that_the_file_is_named_after() {
    let entries = || json!({"Entries": [{"Cidr": "10.0.1.11/32", "Description": "near"}]});
    let lines = "permit near -> web tcp/443
                 deny far -> web tcp/443";
    holds(&listed(), &[("get-managed-prefix-list-entries_pl-1.json", entries())], lines);
    let open = "undecided far -> web tcp/443 : prefix list pl-1";
    holds(&listed(), &[], open);
    holds(&listed(), &[("pl-2.json", entries())], open);
    let mut first = entries();
    first["NextToken"] = json!("more");
    holds(&listed(), &[("pl-1.json", first.clone())], open);
    let last = json!({"Entries": [{"Cidr": "10.0.1.12/32"}]});
    holds(&listed(), &[("pl-1.json", json!([first, last]))], "permit far -> web tcp/443");
    holds(&listed(), &[("pl-1.json", json!({"Entries": []}))], "deny near -> web tcp/443");
}

#[test]
fn an_answer_of_which_nothing_says_what_it_is_of_is_told() {
    for (path, held) in [
        ("routes.json", search(&PROPAGATED)),
        ("tgw-rtb-1_tgw-rtb-2.json", associations(&BOTH)),
        ("x.json", propagations(&BOTH)),
        ("entries.json", json!({"Entries": [{"Cidr": "10.0.0.0/8"}]})),
    ] {
        let (_, problems) = read(&hub(), &[(path, held)]);
        let [only] = problems.as_slice() else { panic!("{path}: {problems:?}") };
        assert!(only.path == path && only.message.contains("nothing says of what this is"), "{only:?}");
    }
}

#[test]
fn two_answers_of_one_list_that_differ_are_an_error_and_leave_it_open() {
    let entries = |block: &str| json!({"Entries": [{"Cidr": block}]});
    let files = [("a/pl-1.json", entries("10.0.1.11/32")), ("b/pl-1.json", entries("192.0.2.0/24"))];
    let (model, problems) = read(&listed(), &files);
    assert!(problems.len() == 1 && problems[0].message.contains("a/pl-1.json"), "{problems:?}");
    check(&model, "undecided far -> web tcp/443 : prefix list pl-1");
}
