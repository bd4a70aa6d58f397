//! Whom an address means: whoever holds it, from wherever it is asked for, and never somebody on the internet.

use isoneph_network::model::Model;
use isoneph_network::reach::reach;
use serde_json::{Value, json};

use super::azure::{group, id, network, nic, plain, subnet};
use super::estate::Estate;
use super::{check, model, models};

const ALL: &[&str] = &["-1 * 0.0.0.0/0"];

/// A machine with a public address and one without, both open to everybody.
fn estate() -> Estate {
    Estate::new()
        .vpc("a", "10.0.0.0/16")
        .internet("a")
        .subnet("a", "one", "10.0.1.0/24", "z1", &["10.0.0.0/16 local", "0.0.0.0/0 igw-a"])
        .group("open", "a", ALL, ALL)
        .eni("front", "one", "10.0.1.10", Some("198.51.100.1"), &["open"])
        .eni("back", "one", "10.0.1.11", None, &["open"])
}

/// The same with interfaces that are not listed in full.
fn unlisted(estate: &Estate) -> String {
    let mut held: Value = serde_json::from_str(&estate.text()).unwrap();
    let nics = held.as_object_mut().unwrap().remove("NetworkInterfaces").unwrap();
    let instances: Vec<Value> = nics
        .as_array()
        .unwrap()
        .iter()
        .map(|nic| json!({"InstanceId": format!("i-{}", nic["NetworkInterfaceId"].as_str().unwrap()), "NetworkInterfaces": [nic]}))
        .collect();
    held["Reservations"] = json!([{"Instances": instances}]);
    held.to_string()
}

#[test]
fn the_internet_reaches_no_machine_by_an_inside_address_that_has_no_public_one() {
    check(
        &model(&estate().text()),
        "deny internet -> 10.0.1.11 tcp/22 : back has no public address
         deny 8.8.8.8 -> 10.0.1.11 tcp/22 : back has no public address
         deny 8.8.8.8 -> back tcp/22 : back has no public address",
    );
}

#[test]
fn a_machine_is_the_same_to_the_internet_by_its_name_and_by_each_of_its_addresses() {
    check(
        &model(&estate().text()),
        "permit 8.8.8.8 -> front tcp/22
         permit 8.8.8.8 -> 10.0.1.10 tcp/22
         permit 8.8.8.8 -> 198.51.100.1 tcp/22
         permit internet -> front tcp/22",
    );
}

#[test]
fn an_address_that_nobody_has_is_never_somebody_on_the_internet() {
    let listed = model(&estate().text());
    check(
        &listed,
        "deny 8.8.8.8 -> 10.0.1.77 tcp/22 : nothing in vpc-a has the address 10.0.1.77
         deny back -> 10.0.1.77 tcp/22 : nothing in vpc-a has the address 10.0.1.77
         undecided 8.8.8.8 -> 10.99.0.1 tcp/22 : no network of the model holds the address 10.99.0.1
         undecided 8.8.8.8 -> 100.64.0.1 tcp/22 : no network
         undecided 8.8.8.8 -> 169.254.0.9 tcp/22 : no network
         undecided 2001:db8::1 -> fd00::1 tcp/22 : no network
         deny front -> 10.99.0.1 tcp/22 : private
         undecided 10.99.0.1 -> back tcp/22 : no network
         deny 10.0.1.77 -> back tcp/22 : nothing in vpc-a has the address",
    );
    check(
        &model(&unlisted(&estate())),
        "undecided 8.8.8.8 -> 10.0.1.77 tcp/22 : vpc-a does not show all its interfaces
         undecided 10.0.1.77 -> back tcp/22 : vpc-a does not show all its interfaces
         undecided back -> 10.0.1.77 tcp/22 : the interfaces of vpc-a
         deny 8.8.8.8 -> 10.0.1.11 tcp/22 : back has no public address",
    );
}

#[test]
fn what_passes_between_two_parties_outside_is_not_the_models_to_say() {
    check(
        &model(&estate().text()),
        "undecided 8.8.8.8 -> 1.1.1.1 tcp/443 : neither end\nundecided internet -> internet any",
    );
}

/// A second network with the address of `front`, without a way in from the internet.
fn twice() -> Model {
    let estate = estate()
        .vpc("b", "10.0.0.0/16")
        .subnet("b", "two", "10.0.1.0/24", "z1", &["10.0.0.0/16 local"])
        .group("shut", "b", &[], ALL)
        .eni("twin", "two", "10.0.1.10", None, &["shut"])
        .eni("other", "two", "10.0.1.30", None, &["shut"]);
    model(&estate.text())
}

#[test]
fn an_address_that_several_networks_hold_leaves_the_answer_open_where_they_differ() {
    let model = twice();
    check(
        &model,
        "undecided 8.8.8.8 -> 10.0.1.10 tcp/22
         permit back -> 10.0.1.10 tcp/22
         deny other -> 10.0.1.10 tcp/22
         undecided 10.0.1.10 -> 10.0.1.11 tcp/22
         deny 8.8.8.8 -> 10.0.1.11 tcp/22",
    );
    for (from, to) in [("8.8.8.8", "10.0.1.10"), ("10.0.1.10", "10.0.1.11")] {
        let found = reach(&model, from, to, Some("tcp/22")).unwrap();
        assert!(found.connects.must.is_empty() && !found.connects.may.is_empty(), "{from} -> {to}: {found:?}");
    }
}

#[test]
fn reach_and_test_say_the_same_of_an_inside_address() {
    let model = model(&estate().text());
    let nothing = reach(&model, "internet", "10.0.1.11", Some("tcp/22")).unwrap();
    assert!(nothing.arrives.may.is_empty(), "{nothing:?}");
    let nobody = reach(&model, "internet", "10.99.0.1", None).unwrap_err();
    assert_eq!(nobody.to_string(), "no network of the model holds the address 10.99.0.1");
}

#[test]
fn ranges_of_the_internet_that_fare_alike_are_told_once() {
    let model = model(&estate().text());
    let there = reach(&model, "internet", "front", Some("tcp/22")).unwrap();
    assert_eq!(there.ways.len(), 1, "{there:?}");
    let back = reach(&model, "front", "internet", Some("tcp/443")).unwrap();
    let ends: Vec<&str> = back.ways.iter().map(|way| way.end.as_str()).collect();
    assert_eq!(ends, ["the internet"]);
}

#[test]
fn an_address_of_the_sixth_version_inside_a_network_is_no_one_elsewhere() {
    let estate = Estate::new()
        .add("Vpcs", json!({"VpcId": "vpc-six", "CidrBlock": "10.6.0.0/16",
            "Ipv6CidrBlockAssociationSet": [{"Ipv6CidrBlock": "2600:1f18:1::/56", "Ipv6CidrBlockState": {"State": "associated"}}]}));
    check(&model(&estate.text()), "deny 2001:4860::1 -> 2600:1f18:1::9 tcp/22 : nothing in vpc-six has the address");
}

#[test]
fn a_machine_asked_for_by_name_is_reached_by_its_public_address_where_no_route_leads_to_its_own() {
    let estate = estate()
        .vpc("b", "10.7.0.0/16")
        .internet("b")
        .subnet("b", "two", "10.7.1.0/24", "z1", &["10.7.0.0/16 local", "0.0.0.0/0 igw-b"])
        .group("ssh", "b", &["tcp 22 0.0.0.0/0"], ALL)
        .eni("far", "two", "10.7.1.10", Some("198.51.100.7"), &["ssh"]);
    check(
        &model(&estate.text()),
        "permit front -> far tcp/22
         deny front -> far tcp/23
         permit front -> 198.51.100.7 tcp/22
         deny front -> 10.7.1.10 tcp/22 : private
         deny back -> far tcp/22 : the sender has no public address",
    );
}

#[test]
fn how_a_cluster_is_joined_to_the_network_around_it_is_open_and_a_policy_of_its_own_holds_all_the_same() {
    let pods = "kind: Namespace\napiVersion: v1\nmetadata: {name: shop}\n---\nkind: Pod\napiVersion: v1\n\
                metadata: {name: web, namespace: shop}\nspec: {}\n";
    let closed = "---\nkind: NetworkPolicy\napiVersion: networking.k8s.io/v1\nmetadata: {name: none, namespace: shop}\n\
                  spec: {podSelector: {}, policyTypes: [Ingress]}\n";
    check(
        &models(&[&estate().text(), pods]),
        "undecided front -> shop/web tcp/80 : joined
         undecided shop/web -> front tcp/22 : joined",
    );
    check(
        &models(&[&estate().text(), &format!("{pods}{closed}")]),
        "deny front -> shop/web tcp/80
         undecided shop/web -> front tcp/22 : joined",
    );
}

#[test]
fn what_a_receiver_lets_in_from_nobody_it_lets_in_from_no_private_address_that_no_network_holds() {
    let subnet = subnet("n", "s", "10.0.1.0/24", plain());
    let rules = ["web 100 In Allow Tcp 10.0.0.0/8 * 443", "rest 4096 In Deny * * * *"];
    let guarded = json!({"networkSecurityGroup": id("networkSecurityGroups", "g")});
    let all = json!([
        network("n", "10.0.0.0/16", vec![subnet], vec![]),
        nic("a", "n", "s", "10.0.1.4", guarded),
        nic("b", "n", "s", "10.0.1.5", plain()),
        group("g", &rules),
    ]);
    check(
        &model(&all.to_string()),
        "deny 192.168.5.5 -> a tcp/22 : rest
         deny 192.168.5.5 -> 10.0.1.4 tcp/22
         deny 192.168.5.0/24 -> a tcp/22
         undecided 192.168.5.5 -> a tcp/443
         undecided 10.99.0.1 -> a tcp/443
         undecided 192.168.5.5 -> b tcp/22
         undecided 192.168.5.5 -> 10.0.1.77 tcp/22
         undecided 192.168.5.5 -> 8.8.8.8 tcp/22 : no network of the model holds the address 192.168.5.5
         undecided 192.168.5.5 -> 192.168.5.6 tcp/22 : no network of the model holds the address 192.168.5.5",
    );
}
