//! Answers of an API that somebody has cut to some of their fields (`--query`, `jq`): what is not in them is not thereby none.

use serde_json::json;

use super::estate::Estate;
use super::{asked, model};

/// Two machines, of which `b` takes nothing but 443 from its own network: what else may arrive lies in what is cut off.
fn shut() -> Estate {
    Estate::new()
        .vpc("a", "10.0.0.0/16")
        .internet("a")
        .subnet("a", "one", "10.0.1.0/24", "z1", &["10.0.0.0/16 local"])
        .subnet("a", "two", "10.0.2.0/24", "z1", &["10.0.0.0/16 local"])
        .group("a", "a", &["udp 5 10.0.0.0/16"], &["-1 * 0.0.0.0/0"])
        .group("b", "a", &["tcp 443 10.0.0.0/16"], &[])
        .eni("a", "one", "10.0.1.10", Some("198.51.100.1"), &["a"])
        .eni("b", "two", "10.0.2.10", None, &["b"])
}

/// What is said of a flow before a field is cut off, and of what name the doubt is after.
#[track_caller]
fn cut_off(estate: fn() -> Estate, field: &str, flow: &str, before: &str, object: &str) {
    let (answer, why) = asked(&model(&estate().text()), flow);
    assert_eq!(format!("{answer:?}").to_lowercase(), before, "{field}: {why}");
    let (answer, why) = asked(&model(&estate().cut(field).text()), flow);
    assert_eq!(format!("{answer:?}").to_lowercase(), "undecided", "{field}: {why}");
    assert!(why.contains(object), "{field}: {why:?} does not name {object:?}");
}

#[test]
fn a_group_without_its_rules_may_say_anything() {
    let shown = ", which the input does not show";
    cut_off(shut, "SecurityGroups/IpPermissions", "a -> b tcp/22", "deny", &format!("IpPermissions of sg-b{shown}"));
    cut_off(shut, "SecurityGroups/IpPermissionsEgress", "b -> 10.0.1.10 udp/5", "deny", "IpPermissionsEgress of sg-b");
    for list in ["IpRanges", "Ipv6Ranges", "UserIdGroupPairs", "PrefixListIds"] {
        let (field, part) = (format!("SecurityGroups/IpPermissions/{list}"), format!("{list} of IpPermissions/0"));
        cut_off(|| shut().other(), &field, "a -> b tcp/443", "deny", &part);
    }
    for port in ["FromPort", "ToPort"] {
        let field = format!("SecurityGroups/IpPermissions/{port}");
        cut_off(shut, &field, "a -> b tcp/443", "permit", "FromPort and ToPort of IpPermissions/0");
    }
    cut_off(shut, "SecurityGroups/IpPermissions/IpProtocol", "a -> b udp/53", "deny", "protocol");
}

impl Estate {
    /// `b` takes 443 from elsewhere alone.
    fn other(self) -> Self {
        self.with("NetworkInterfaces", "Groups", json!([{"GroupId": "sg-other"}])).group(
            "other",
            "a",
            &["tcp 443 192.0.2.0/24"],
            &[],
        )
    }
}

/// The list of `two` lets in all but 22.
fn listed() -> Estate {
    shut()
        .group("open", "a", &["-1 * 0.0.0.0/0"], &["-1 * 0.0.0.0/0"])
        .eni("c", "two", "10.0.2.11", None, &["open"])
        .acl(
            "two",
            "a",
            &["two"],
            &["in 10 deny 6 22 0.0.0.0/0", "in 20 allow -1 * 0.0.0.0/0", "out 10 allow -1 * 0.0.0.0/0"],
        )
}

#[test]
fn a_network_acl_without_its_entries_or_parts_of_them_may_say_anything() {
    let flow = "a -> c tcp/22";
    cut_off(listed, "NetworkAcls/Entries", flow, "deny", "Entries of acl-two, which the input does not show");
    cut_off(listed, "NetworkAcls/Associations", flow, "deny", "network ACL");
    cut_off(listed, "NetworkAcls/Entries/RuleAction", flow, "deny", "RuleAction of entry 10 of acl-two");
    cut_off(listed, "NetworkAcls/Entries/RuleNumber", flow, "deny", "RuleNumber of an entry of acl-two");
    cut_off(listed, "NetworkAcls/Entries/Egress", flow, "deny", "Egress of entry 10 of acl-two");
    cut_off(listed, "NetworkAcls/Entries/PortRange", flow, "deny", "PortRange of entry");
    cut_off(listed, "NetworkAcls/Entries/Protocol", flow, "deny", "Protocol of entry");
    cut_off(listed, "NetworkAcls/Entries/CidrBlock", flow, "deny", "the address block");
}

/// `a` has a public address and no way to the internet.
#[test]
fn a_table_without_its_routes_may_lead_anywhere() {
    let flow = "a -> 8.8.8.8 tcp/443";
    cut_off(shut, "RouteTables/Routes", flow, "deny", "Routes of rtb-one, which the input does not show");
    cut_off(shut, "RouteTables/Associations", flow, "deny", "");
    let hole = || shut().subnet("a", "far", "10.0.3.0/24", "z1", &["10.0.0.0/16 local", "0.0.0.0/0 igw-a"]);
    let hole = move || {
        hole().group("out", "a", &[], &["-1 * 0.0.0.0/0"]).eni("f", "far", "10.0.3.1", Some("198.51.100.2"), &["out"])
    };
    let (answer, why) = asked(&model(&hole().text()), "f -> 8.8.8.8 tcp/443");
    assert_eq!(format!("{answer:?}"), "Permit", "{why}");
    let (answer, why) = asked(&model(&hole().cut("RouteTables/Routes/State").text()), "f -> 8.8.8.8 tcp/443");
    assert_eq!(format!("{answer:?}"), "Undecided", "{why}");
    assert!(why.contains("State of a route of rtb-far"), "{why}");
}

#[test]
fn an_interface_without_its_groups_or_addresses_may_have_any() {
    cut_off(shut, "NetworkInterfaces/Groups", "a -> b tcp/22", "deny", "among the Groups of eni-b");
    // It is somewhere in its subnet.
    cut_off(shut, "NetworkInterfaces/PrivateIpAddresses", "a -> 10.0.2.99 tcp/443", "deny", "");
}

/// Both ends of a peering lead to each other.
fn peered(status: &str) -> Estate {
    Estate::new()
        .vpc("a", "10.1.0.0/16")
        .vpc("b", "10.2.0.0/16")
        .subnet("a", "a", "10.1.0.0/24", "z", &["10.1.0.0/16 local", "10.2.0.0/16 pcx-a-b"])
        .subnet("b", "b", "10.2.0.0/24", "z", &["10.2.0.0/16 local", "10.1.0.0/16 pcx-a-b"])
        .peering("a", "b", ["r", "r"], status)
        .group("open", "a", &["-1 * 0.0.0.0/0"], &["-1 * 0.0.0.0/0"])
        .eni("a", "a", "10.1.0.1", None, &["open"])
        .eni("b", "b", "10.2.0.1", None, &["open"])
}

#[test]
fn a_peering_without_its_state_or_ends_and_a_gateway_without_its_network_are_open() {
    cut_off(|| peered("active"), "VpcPeeringConnections/Status", "a -> b tcp/22", "permit", "pcx-a-b");
    cut_off(|| peered("active"), "VpcPeeringConnections/AccepterVpcInfo", "a -> b tcp/22", "permit", "pcx-a-b");
    cut_off(|| peered("deleted"), "VpcPeeringConnections/Status", "a -> b tcp/22", "deny", "pcx-a-b");
    let routed = || {
        Estate::new()
            .vpc("a", "10.0.0.0/16")
            .vpc("b", "10.5.0.0/16")
            .internet("b")
            .subnet("a", "one", "10.0.1.0/24", "z1", &["10.0.0.0/16 local", "0.0.0.0/0 igw-b"])
            .group("a", "a", &[], &["-1 * 0.0.0.0/0"])
            .eni("a", "one", "10.0.1.10", Some("198.51.100.1"), &["a"])
    };
    cut_off(routed, "InternetGateways/Attachments", "a -> 8.8.8.8 tcp/443", "deny", "igw-b");
}

/// A balancer that hands 443 on to `b`, which takes it from the balancer alone.
fn balanced() -> Estate {
    let (arn, targets) = ("arn:lb:loadbalancer/net/front/1", "arn:tg");
    Estate::new()
        .vpc("a", "10.0.0.0/16")
        .subnet("a", "one", "10.0.1.0/24", "z1", &["10.0.0.0/16 local"])
        .group("open", "a", &["-1 * 0.0.0.0/0"], &["-1 * 0.0.0.0/0"])
        .group("back", "a", &["tcp 443 10.0.1.20/32"], &[])
        .eni("a", "one", "10.0.1.10", None, &["open"])
        .eni("front", "one", "10.0.1.20", None, &["open"])
        .with("NetworkInterfaces", "Description", json!("ELB net/front/1"))
        .eni("b", "one", "10.0.1.30", None, &["back"])
        .add("LoadBalancers", json!({"LoadBalancerArn": arn, "LoadBalancerName": "front", "Type": "network"}))
        .add(
            "Listeners",
            json!({"LoadBalancerArn": arn, "Port": 443, "Protocol": "TCP",
                "DefaultActions": [{"TargetGroupArn": targets, "Type": "forward"}]}),
        )
        .add("TargetGroups", json!({"TargetGroupArn": targets, "TargetType": "ip", "Protocol": "TCP"}))
        .add(
            "LoadBalancerTargetHealth",
            json!({"TargetGroupArn": targets, "TargetHealthDescriptions":
                [{"Target": {"Id": "10.0.1.30", "Port": 443}, "TargetHealth": {"State": "healthy"}}]}),
        )
}

#[test]
fn a_balancer_without_its_listeners_parts_or_targets_may_lead_anywhere() {
    let flow = "a -> b tcp/443";
    cut_off(balanced, "Listeners/DefaultActions", flow, "permit", "front");
    cut_off(balanced, "Listeners/Port", flow, "permit", "front");
    cut_off(balanced, "LoadBalancerTargetHealth/TargetHealthDescriptions", flow, "permit", "front");
}

#[test]
fn a_network_without_the_list_of_its_blocks_may_have_more_of_them() {
    // What the list of subnets shows is all that anybody stands in; without it there may be more.
    let peered = |subnets: bool| {
        let estate = shut().subnet("a", "far", "10.7.1.0/24", "z1", &[]).eni("c", "far", "10.7.1.10", None, &["a"]);
        let mut held: serde_json::Value = serde_json::from_str(&estate.text()).unwrap();
        if !subnets {
            held.as_object_mut().unwrap().remove("Subnets");
        }
        model(&held.to_string())
    };
    let ranges = |model: &isoneph_network::model::Model| {
        let held = &model.parts.networks[0];
        (held.open, held.ranges.ranges().iter().map(ToString::to_string).collect::<Vec<_>>())
    };
    assert_eq!(ranges(&peered(true)), (false, vec!["10.0.0.0/16".to_owned(), "10.7.1.0/24".to_owned()]));
    assert_eq!(ranges(&peered(false)), (true, vec!["10.0.0.0/16".to_owned()]));
    let mut whole: serde_json::Value = serde_json::from_str(&shut().text()).unwrap();
    whole.as_object_mut().unwrap().remove("Subnets");
    whole["Vpcs"][0]["CidrBlockAssociationSet"] =
        json!([{"CidrBlock": "10.0.0.0/16", "CidrBlockState": {"State": "associated"}}]);
    assert_eq!(ranges(&model(&whole.to_string())), (false, vec!["10.0.0.0/16".to_owned()]));
}
