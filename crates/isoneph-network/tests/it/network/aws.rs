//! Amazon VPC.

use serde_json::json;

use super::estate::Estate;
use super::{check, model};

const ALL: &[&str] = &["-1 * 0.0.0.0/0"];

/// One VPC, two subnets, two machines: `web` may take SSH from anywhere, `db` takes 5432 from the group of `web`.
fn pair() -> Estate {
    Estate::new()
        .vpc("a", "10.0.0.0/16")
        .subnet("a", "one", "10.0.1.0/24", "z1", &["10.0.0.0/16 local"])
        .subnet("a", "two", "10.0.2.0/24", "z2", &["10.0.0.0/16 local"])
        .group("web", "a", &["tcp 22 0.0.0.0/0"], ALL)
        .group("db", "a", &["tcp 5432 sg-web"], ALL)
        .eni("web", "one", "10.0.1.10", None, &["web"])
        .eni("db", "two", "10.0.2.10", None, &["db"])
}

#[test]
fn a_group_permits_only_what_it_says_and_answers_pass() {
    check(
        &model(&pair().text()),
        "permit web -> db tcp/5432
         deny web -> db tcp/5433 : end of sg-db ingress
         permit db -> web tcp/22
         deny db -> web tcp/5432
         permit 10.0.1.10 -> 10.0.2.10 tcp/5432
         deny web -> db icmp",
    );
}

#[test]
fn groups_of_one_interface_add_up_and_a_group_without_rules_denies() {
    let estate = pair()
        .group("more", "a", &["udp 53 0.0.0.0/0"], &[])
        .group("none", "a", &[], &[])
        .eni("both", "one", "10.0.1.11", None, &["db", "more"])
        .eni("shut", "one", "10.0.1.12", None, &["none"]);
    check(
        &model(&estate.text()),
        "permit web -> both tcp/5432
         permit web -> both udp/53
         deny web -> shut tcp/22
         deny shut -> web tcp/22 : out of shut",
    );
}

#[test]
fn a_group_as_peer_means_inside_addresses_of_its_interfaces() {
    // Through its public address the sender is no member any more.
    let estate = Estate::new()
        .vpc("a", "10.0.0.0/16")
        .internet("a")
        .subnet("a", "one", "10.0.1.0/24", "z1", &["10.0.0.0/16 local", "0.0.0.0/0 igw-a"])
        .group("web", "a", &["tcp 443 sg-web"], ALL)
        .eni("left", "one", "10.0.1.10", Some("198.51.100.1"), &["web"])
        .eni("right", "one", "10.0.1.11", Some("198.51.100.2"), &["web"]);
    check(
        &model(&estate.text()),
        "permit left -> 10.0.1.11 tcp/443
         deny left -> 198.51.100.2 tcp/443",
    );
}

#[test]
fn a_network_acl_decides_by_number_and_only_at_the_border() {
    let estate = pair().eni("near", "one", "10.0.1.20", None, &["db"]).acl(
        "one",
        "a",
        &["one"],
        &["in 20 allow -1 * 0.0.0.0/0", "in 10 deny 6 22 10.0.2.0/24", "out 10 allow -1 * 0.0.0.0/0"],
    );
    check(
        &model(&estate.text()),
        "deny db -> web tcp/22 : acl-one inbound rule 10
         permit near -> web tcp/22
         permit web -> near tcp/5432",
    );
}

#[test]
fn answers_must_pass_stateless_lists_for_every_port_a_client_may_choose() {
    let with = |ports: &str| {
        pair().acl("two", "a", &["two"], &["in 10 allow -1 * 0.0.0.0/0", &format!("out 10 allow 6 {ports} 0.0.0.0/0")])
    };
    check(&model(&with("1024-65535").text()), "permit web -> db tcp/5432");
    check(&model(&with("32768-60999").text()), "permit web -> db tcp/5432");
    check(&model(&with("40000-50000").text()), "undecided web -> db tcp/5432 : only this passes");
    check(&model(&with("80").text()), "deny web -> db tcp/5432 : the answer");
}

#[test]
fn the_longest_prefix_decides_and_black_holes_drop() {
    let estate = |routes: &[&str]| {
        Estate::new()
            .vpc("a", "10.0.0.0/16")
            .internet("a")
            .subnet("a", "one", "10.0.1.0/24", "z1", routes)
            .group("open", "a", ALL, ALL)
            .eni("web", "one", "10.0.1.10", Some("198.51.100.1"), &["open"])
    };
    let local = "10.0.0.0/16 local";
    check(&model(&estate(&[local, "0.0.0.0/0 igw-a"]).text()), "permit web -> 8.8.8.8 tcp/443");
    check(
        &model(&estate(&[local, "0.0.0.0/0 igw-a", "8.8.8.0/24 blackhole"]).text()),
        "deny web -> 8.8.8.8 tcp/443 : black hole
         permit web -> 8.8.4.4 tcp/443",
    );
    check(&model(&estate(&[local]).text()), "deny web -> 8.8.8.8 tcp/443 : no route");
}

#[test]
fn a_more_specific_route_overrides_local_and_an_appliance_leaves_the_answer_open() {
    let estate = |check: bool| {
        Estate::new()
            .vpc("a", "10.0.0.0/16")
            .subnet("a", "one", "10.0.1.0/24", "z1", &["10.0.0.0/16 local", "10.0.2.0/24 eni-box"])
            .subnet("a", "two", "10.0.2.0/24", "z1", &["10.0.0.0/16 local"])
            .subnet("a", "box", "10.0.3.0/24", "z1", &["10.0.0.0/16 local"])
            .group("open", "a", ALL, ALL)
            .eni("web", "one", "10.0.1.10", None, &["open"])
            .eni("db", "two", "10.0.2.10", None, &["open"])
            .eni("box", "box", "10.0.3.10", None, &["open"])
            .with("NetworkInterfaces", "SourceDestCheck", json!(check))
    };
    check(&model(&estate(false).text()), "undecided web -> db tcp/22 : what box passes on");
    check(&model(&estate(true).text()), "deny web -> db tcp/22 : source/destination check");
}

/// Three VPCs in a row: a – b – c, peered; every table sends everything private over its peering.
fn row(status: &str, regions: [&str; 2]) -> Estate {
    Estate::new()
        .vpc("a", "10.1.0.0/16")
        .vpc("b", "10.2.0.0/16")
        .vpc("c", "10.3.0.0/16")
        .internet("b")
        .subnet("a", "a", "10.1.1.0/24", "z1", &["10.1.0.0/16 local", "10.0.0.0/8 pcx-a-b", "0.0.0.0/0 pcx-a-b"])
        .subnet(
            "b",
            "b",
            "10.2.1.0/24",
            "z1",
            &["10.2.0.0/16 local", "10.1.0.0/16 pcx-a-b", "10.3.0.0/16 pcx-b-c", "0.0.0.0/0 igw-b"],
        )
        .subnet("c", "c", "10.3.1.0/24", "z1", &["10.3.0.0/16 local", "10.0.0.0/8 pcx-b-c"])
        .group("open", "a", ALL, ALL)
        .group("named", "b", &["tcp 22 sg-open"], ALL)
        .peering("a", "b", regions, status)
        .peering("b", "c", ["us-east-1", "us-east-1"], "active")
        .eni("in-a", "a", "10.1.1.10", None, &["open"])
        .eni("in-b", "b", "10.2.1.10", Some("198.51.100.7"), &["open"])
        .eni("named-b", "b", "10.2.1.11", None, &["named"])
        .eni("in-c", "c", "10.3.1.10", None, &["open"])
}

#[test]
fn peering_joins_two_networks_and_leads_no_farther() {
    check(
        &model(&row("active", ["us-east-1", "us-east-1"]).text()),
        "permit in-a -> in-b tcp/22
         permit in-b -> in-c tcp/22
         deny in-a -> in-c tcp/22 : leads to vpc-b alone
         deny in-a -> 8.8.8.8 tcp/443 : leads to vpc-b alone
         permit in-b -> 8.8.8.8 tcp/443",
    );
    check(&model(&row("deleted", ["us-east-1", "us-east-1"]).text()), "deny in-a -> in-b tcp/22 : not active");
}

#[test]
fn a_group_is_known_across_a_peering_of_one_region_only() {
    check(&model(&row("active", ["us-east-1", "us-east-1"]).text()), "permit in-a -> named-b tcp/22");
    check(&model(&row("active", ["us-east-1", "eu-west-1"]).text()), "deny in-a -> named-b tcp/22");
}

/// Two VPCs on a hub; `left` has machines in two zones, the hub is attached in one of them.
fn hub(routes: &[&str], propagate: &[&str]) -> Estate {
    Estate::new()
        .vpc("left", "10.1.0.0/16")
        .vpc("right", "10.2.0.0/16")
        .hub()
        .subnet("left", "l1", "10.1.1.0/24", "z1", &["10.1.0.0/16 local", "10.2.0.0/16 tgw-hub"])
        .subnet("left", "l2", "10.1.2.0/24", "z2", &["10.1.0.0/16 local", "10.2.0.0/16 tgw-hub"])
        .subnet("right", "r1", "10.2.1.0/24", "z1", &["10.2.0.0/16 local", "10.1.0.0/16 tgw-hub"])
        .attach("left", &["l1"], "main")
        .attach("right", &["r1"], "main")
        .hub_table("main", propagate, routes)
        .group("open", "left", ALL, ALL)
        .eni("l1", "l1", "10.1.1.10", None, &["open"])
        .eni("l2", "l2", "10.1.2.10", None, &["open"])
        .eni("r1", "r1", "10.2.1.10", None, &["open"])
}

#[test]
fn a_transit_gateway_needs_tables_both_ways_and_an_attachment_in_the_zone() {
    check(
        &model(&hub(&[], &["left", "right"]).text()),
        "permit l1 -> r1 tcp/22
         permit r1 -> l1 tcp/22
         deny l2 -> r1 tcp/22 : no attachment in zone z2
         deny r1 -> l2 tcp/22 : no attachment in zone z2",
    );
    check(
        &model(&hub(&[], &["right"]).text()),
        "deny l1 -> r1 tcp/22 : the answer finds no way back
         deny r1 -> l1 tcp/22 : has no route",
    );
    check(&model(&hub(&["10.2.1.0/24 blackhole"], &["left", "right"]).text()), "deny l1 -> r1 tcp/22 : black hole");
    // A static route holds before a propagated one of the same length.
    check(&model(&hub(&["10.2.0.0/16 blackhole"], &["left", "right"]).text()), "deny l1 -> r1 tcp/22 : black hole");
}

#[test]
fn a_route_learned_at_run_time_is_left_open() {
    let text = hub(&[], &["left"])
        .text()
        .replace(r#""AdditionalRoutesAvailable":false"#, r#""AdditionalRoutesAvailable":true"#);
    check(&model(&text), "undecided l1 -> r1 tcp/22 : the routes of");
}

/// A public and a private subnet; the private one goes out by a NAT gateway.
fn edge() -> Estate {
    Estate::new()
        .vpc("a", "10.0.0.0/16")
        .internet("a")
        .subnet("a", "pub", "10.0.1.0/24", "z1", &["10.0.0.0/16 local", "0.0.0.0/0 igw-a"])
        .subnet("a", "priv", "10.0.2.0/24", "z1", &["10.0.0.0/16 local", "0.0.0.0/0 nat-a"])
        .nat("a", "pub", "10.0.1.5", "198.51.100.5")
        .group("open", "a", ALL, ALL)
        .eni("public", "pub", "10.0.1.10", Some("198.51.100.10"), &["open"])
        .eni("bare", "pub", "10.0.1.11", None, &["open"])
        .eni("private", "priv", "10.0.2.10", None, &["open"])
        .eni("odd", "priv", "10.0.2.11", Some("198.51.100.11"), &["open"])
}

#[test]
fn the_internet_needs_a_route_and_a_public_address_and_lists_that_allow_it() {
    check(
        &model(&edge().text()),
        "permit 8.8.8.8 -> 198.51.100.10 tcp/22
         permit public -> 8.8.8.8 tcp/443
         deny bare -> 8.8.8.8 tcp/443 : no public address
         deny 8.8.8.8 -> bare tcp/22 : no public address
         deny 8.8.8.8 -> private tcp/22 : no public address",
    );
}

#[test]
fn a_nat_gateway_lets_connections_out_and_none_in() {
    check(
        &model(&edge().text()),
        "permit private -> 8.8.8.8 tcp/443
         deny 8.8.8.8 -> 198.51.100.5 tcp/443 : takes no connections
         permit private -> 198.51.100.10 tcp/22
         permit private -> 8.8.8.8 icmp
         deny private -> 8.8.8.8 gre : takes only",
    );
}

#[test]
fn what_comes_in_by_the_internet_gateway_and_answers_by_nat_is_no_connection() {
    check(&model(&edge().text()), "deny 8.8.8.8 -> 198.51.100.11 tcp/22 : the answer comes from");
}

#[test]
fn a_nat_gateways_subnet_has_a_say() {
    let estate = edge().acl(
        "pub",
        "a",
        &["pub"],
        &["in 10 deny 6 22 10.0.2.0/24", "in 20 allow -1 * 0.0.0.0/0", "out 10 allow -1 * 0.0.0.0/0"],
    );
    check(
        &model(&estate.text()),
        "deny private -> 8.8.8.8 tcp/22 : acl-pub inbound rule 10\npermit private -> 8.8.8.8 tcp/443",
    );
}

#[test]
fn an_egress_only_gateway_lets_ipv6_out_and_none_in() {
    let estate = |target: &str| {
        let gateway =
            json!({"EgressOnlyInternetGatewayId": "eigw-a", "Attachments": [{"State": "attached", "VpcId": "vpc-a"}]});
        Estate::new()
            .none("InternetGateways")
            .vpc("a", "10.0.0.0/16")
            .add("EgressOnlyInternetGateways", gateway)
            .subnet("a", "six", "10.0.1.0/24", "z1", &["10.0.0.0/16 local", &format!("::/0 {target}")])
            .group("open", "a", &["-1 * ::/0"], &["-1 * ::/0"])
            .eni("web", "six", "2600:1f16::10", None, &["open"])
    };
    check(
        &model(&estate("eigw-a").text()),
        "permit web -> 2001:4860:4860::8888 tcp/443
         deny 2001:4860:4860::8888 -> web tcp/22",
    );
    let both = estate("igw-a").internet("a");
    check(&model(&both.text()), "permit 2001:4860:4860::8888 -> web tcp/22");
}

#[test]
fn a_gateway_endpoint_takes_the_prefix_list_and_an_unknown_list_leaves_it_open() {
    let estate = |known: bool| {
        let endpoint = json!({"VpcEndpointId": "vpce-s3", "VpcEndpointType": "Gateway", "ServiceName": "com.amazonaws.us-east-1.s3"});
        let estate = Estate::new()
            .vpc("a", "10.0.0.0/16")
            .add("VpcEndpoints", endpoint)
            .subnet("a", "one", "10.0.1.0/24", "z1", &["10.0.0.0/16 local", "pl-s3 vpce-s3"])
            .group("listed", "a", &[], &["tcp 443 pl-s3"])
            .eni("web", "one", "10.0.1.10", None, &["listed"]);
        if known {
            estate.add("PrefixLists", json!({"PrefixListId": "pl-s3", "Cidrs": ["52.216.0.0/15"]}))
        } else {
            estate
        }
    };
    check(
        &model(&estate(true).text()),
        "permit web -> 52.216.0.1 tcp/443
         deny web -> 52.216.0.1 tcp/80
         deny web -> 8.8.8.8 tcp/443 : end of sg-listed egress",
    );
}

#[test]
fn a_rule_with_an_unknown_prefix_list_may_permit() {
    let estate =
        pair().group("listed", "a", &["tcp 22 pl-shared"], ALL).eni("far", "two", "10.0.2.20", None, &["listed"]);
    check(&model(&estate.text()), "undecided web -> far tcp/22 : prefix list pl-shared\ndeny web -> far tcp/23");
}

/// A network load balancer in a public subnet with one target behind it.
fn balanced(keep: &str, groups: &[&str]) -> Estate {
    let arn = "arn:aws:elasticloadbalancing:us-east-1:111111111111:loadbalancer/net/front/1";
    let group = "arn:aws:elasticloadbalancing:us-east-1:111111111111:targetgroup/t/1";
    edge()
        .group("client", "a", &["tcp 8080 8.8.8.0/24"], ALL)
        .group("node", "a", &["tcp 8080 10.0.1.30/32"], ALL)
        .eni("front", "pub", "10.0.1.30", Some("198.51.100.30"), &[])
        .with("NetworkInterfaces", "Description", json!("ELB net/front/1"))
        .with("NetworkInterfaces", "InterfaceType", json!("network_load_balancer"))
        .eni("target", "priv", "10.0.2.30", None, groups)
        .add("LoadBalancers", json!({"LoadBalancerArn": arn, "LoadBalancerName": "front", "Type": "network"}))
        .add("LoadBalancerListeners", json!({"LoadBalancerArn": arn, "Listeners": [{"LoadBalancerArn": arn, "Port": 80, "Protocol": "TCP",
            "DefaultActions": [{"Type": "forward", "TargetGroupArn": group}]}]}))
        .add("TargetGroups", json!({"TargetGroupArn": group, "TargetType": "ip", "Protocol": "TCP"}))
        .add("TargetGroupAttributes", json!({"TargetGroupArn": group, "Attributes": [{"Key": "preserve_client_ip.enabled", "Value": keep}]}))
        .add("LoadBalancerTargetHealth", json!({"TargetGroupArn": group, "TargetHealthDescriptions": [{"Target": {"Id": "10.0.2.30", "Port": 8080}}]}))
}

#[test]
fn a_network_load_balancer_shows_its_target_the_client_or_itself() {
    check(
        &model(&balanced("true", &["client"]).text()),
        "permit 8.8.8.8 -> 198.51.100.30 tcp/80
         deny 8.8.4.4 -> 198.51.100.30 tcp/80
         deny 8.8.8.8 -> 198.51.100.30 tcp/8080 : takes only",
    );
    check(
        &model(&balanced("false", &["node"]).text()),
        "permit 8.8.8.8 -> 198.51.100.30 tcp/80
         permit 8.8.4.4 -> 198.51.100.30 tcp/80",
    );
    check(&model(&balanced("true", &["node"]).text()), "deny 8.8.8.8 -> 198.51.100.30 tcp/80");
}

#[test]
fn services_of_the_platform_pass_every_group() {
    let estate = pair().group("none", "a", &[], &[]).eni("shut", "one", "10.0.1.12", None, &["none"]);
    check(
        &model(&estate.text()),
        "permit shut -> 169.254.169.254 tcp/80\npermit shut -> 10.0.0.2 udp/53\ndeny shut -> 10.0.0.3 udp/53",
    );
}

#[test]
fn protocols_are_numbered_and_icmp_types_stand_in_the_ports() {
    let estate = pair()
        .group("echo", "a", &["icmp 8-0 0.0.0.0/0"], ALL)
        .group("icmp", "a", &["icmp -1 0.0.0.0/0"], ALL)
        .group("gre", "a", &["47 * 0.0.0.0/0"], ALL)
        .eni("echo", "two", "10.0.2.21", None, &["echo"])
        .eni("icmp", "two", "10.0.2.22", None, &["icmp"])
        .eni("gre", "two", "10.0.2.23", None, &["gre"]);
    check(
        &model(&estate.text()),
        "permit web -> echo icmp
         permit web -> icmp icmp
         permit web -> gre gre
         deny web -> gre tcp/47",
    );
}

#[test]
fn an_address_nobody_has_answers_nothing_and_one_outside_the_listing_is_open() {
    check(&model(&pair().text()), "deny web -> 10.0.2.99 tcp/22 : nothing in vpc-a has the address");
    let unlisted = pair().text().replace("\"NetworkInterfaces\"", "\"SomethingElse\"");
    let held = serde_json::from_str::<serde_json::Value>(&unlisted).unwrap();
    let interfaces = held["SomethingElse"].clone();
    let reservations = json!([{"Instances": [{"InstanceId": "i-1", "NetworkInterfaces": interfaces}]}]);
    let mut held = held;
    held["Reservations"] = reservations;
    held.as_object_mut().unwrap().remove("SomethingElse");
    check(
        &model(&held.to_string()),
        "undecided web -> 10.0.2.99 tcp/22 : the interfaces of vpc-a\npermit web -> db tcp/5432",
    );
}

#[test]
fn equal_addresses_in_two_networks_are_two_endpoints() {
    let estate = Estate::new()
        .vpc("a", "10.0.0.0/16")
        .vpc("b", "10.0.0.0/16")
        .subnet("a", "a1", "10.0.1.0/24", "z1", &["10.0.0.0/16 local"])
        .subnet("b", "b1", "10.0.1.0/24", "z1", &["10.0.0.0/16 local"])
        .group("open", "a", ALL, ALL)
        .eni("a-left", "a1", "10.0.1.10", None, &["open"])
        .eni("a-right", "a1", "10.0.1.11", None, &["open"])
        .eni("b-right", "b1", "10.0.1.11", None, &["open"]);
    check(
        &model(&estate.text()),
        "permit a-left -> a-right tcp/22
         permit a-left -> 10.0.1.11 tcp/22
         deny a-left -> b-right tcp/22 : is not that of b-right
         deny b-right -> a-left tcp/22",
    );
}

#[test]
fn routes_in_a_circle_end() {
    let estate = Estate::new()
        .vpc("a", "10.0.0.0/16")
        .internet("a")
        .subnet("a", "one", "10.0.1.0/24", "z1", &["10.0.0.0/16 local", "0.0.0.0/0 nat-a"])
        .nat("a", "one", "10.0.1.5", "198.51.100.5")
        .group("open", "a", ALL, ALL)
        .eni("web", "one", "10.0.1.10", None, &["open"]);
    check(&model(&estate.text()), "deny web -> 8.8.8.8 tcp/443 : circle");
}

#[test]
fn an_unlisted_kind_is_named() {
    let text = pair()
        .add("VpnGateways", json!({"VpnGatewayId": "vgw-1", "State": "available"}))
        .add("Widgets", json!({}))
        .text();
    let kinds: Vec<String> = model(&text).unsupported.into_iter().map(|held| held.kind).collect();
    assert_eq!(kinds, ["VpnGateways", "Widgets"]);
}

#[test]
fn a_network_given_public_addresses_inside_is_reached_by_what_the_gateway_translates() {
    let estate = Estate::new()
        .vpc("a", "52.10.0.0/16")
        .internet("a")
        .subnet("a", "one", "52.10.1.0/24", "z1", &["52.10.0.0/16 local", "0.0.0.0/0 igw-a"])
        .group("web", "a", &["tcp 443 0.0.0.0/0"], ALL)
        .eni("open", "one", "52.10.1.10", Some("198.51.100.1"), &["web"])
        .eni("shut", "one", "52.10.1.11", None, &["web"]);
    check(
        &model(&estate.text()),
        "permit internet -> open tcp/443
         deny internet -> shut tcp/443 : has no public address
         permit open -> shut tcp/443",
    );
}

#[test]
fn a_list_of_which_a_page_is_missing_does_not_say_what_is_not_there() {
    let whole: serde_json::Value = serde_json::from_str(&pair().text()).unwrap();
    let mut rest = whole.clone();
    let interfaces = rest.as_object_mut().unwrap().remove("NetworkInterfaces").unwrap();
    let (rest, cut) = (rest.to_string(), json!({"NetworkInterfaces": interfaces, "NextToken": "more"}).to_string());
    check(&model(&whole.to_string()), "deny web -> 10.0.2.77 tcp/5432");
    check(&super::models(&[&rest, &cut]), "undecided web -> 10.0.2.77 tcp/5432\npermit web -> db tcp/5432");
    // The last page says that there is no more.
    let last = json!({"NetworkInterfaces": []}).to_string();
    check(&super::models(&[&rest, &cut, &last]), "deny web -> 10.0.2.77 tcp/5432");
}

#[test]
fn a_gateways_own_table_takes_what_comes_in_past_what_it_names() {
    let estate = pair().internet("a").eni("open", "one", "10.0.1.30", Some("198.51.100.1"), &["web"]).add(
        "RouteTables",
        json!({"RouteTableId": "rtb-edge", "VpcId": "vpc-a", "Associations": [{"GatewayId": "igw-a", "AssociationState": {"State": "associated"}}],
            "Routes": [{"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"},
                {"DestinationCidrBlock": "10.0.1.0/24", "GatewayId": "vpce-wall", "State": "active"}]}),
    );
    check(&model(&estate.text()), "undecided internet -> open tcp/22 : vpce-wall\ndeny internet -> open tcp/23");
}

#[test]
fn what_a_hub_leads_to_and_does_not_show_may_take_the_packet() {
    // A narrower route to a VPN's attachment stands before what is propagated.
    check(&model(&hub(&["10.2.1.0/24 vpn"], &["left", "right"]).text()), "undecided l1 -> r1 tcp/22 : att-vpn");
    // What a VPN propagates is learned at run time, and may be narrower.
    check(&model(&hub(&[], &["left", "right", "vpn"]).text()), "undecided l1 -> r1 tcp/22 : the routes of");
}

#[test]
fn an_accelerator_lets_the_internet_in_to_machines_without_a_public_address() {
    let of = |leads: &str| {
        let group = json!({"EndpointGroupArn": "arn:ga", "EndpointDescriptions": [{"EndpointId": leads}]});
        let instance =
            json!({"Instances": [{"InstanceId": "i-1", "NetworkInterfaces": [{"NetworkInterfaceId": "eni-inner"}]}]});
        edge()
            .group("shop", "a", &["tcp 443 0.0.0.0/0"], ALL)
            .eni("inner", "priv", "10.0.2.40", None, &["shop"])
            .add("Reservations", instance)
            .add("EndpointGroups", group)
            .text()
    };
    check(
        &model(&of("i-1")),
        "undecided 8.8.8.8 -> inner tcp/443 : what arn:ga lets in
         deny 8.8.8.8 -> inner tcp/22",
    );
    check(&model(&of("i-of-another")), "deny 8.8.8.8 -> inner tcp/443 : no public address");
}
