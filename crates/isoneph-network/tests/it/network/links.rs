//! What hands packets on to others than those they were sent to: load balancers, private links, service networks.

use isoneph_network::idd::Budget;
use isoneph_network::reach::{Narrow, ReachError, matrix, matrix_within, reach};
use isoneph_network::zones::{Bounds, Intent, PairProof, Separation, certify, prove, prove_within};
use serde_json::{Value, json};

use super::estate::Estate;
use super::references::{Held, plan, refers};
use super::{check, model};

const ALL: &[&str] = &["-1 * 0.0.0.0/0"];
const ARN: &str = "arn:aws:elasticloadbalancing:us-east-1:111111111111:loadbalancer/net/front/1";
const TARGETS: &str = "arn:aws:elasticloadbalancing:us-east-1:111111111111:targetgroup/t/1";
const NAME: &str = "com.amazonaws.vpce.us-east-1.vpce-svc-1";

/// `client` and an endpoint `door` in one network, in another a balancer that hands port 443 to port 8443 of `server`, which
/// lets nobody in but the balancer; nothing routes between them.
fn linked(state: &str, door: &[&str], groups: &[&str]) -> Estate {
    let estate = Estate::new()
        .vpc("red", "10.1.0.0/16")
        .vpc("blue", "10.2.0.0/16")
        .subnet("red", "red", "10.1.1.0/24", "a", &["10.1.0.0/16 local"])
        .subnet("blue", "blue", "10.2.1.0/24", "a", &["10.2.0.0/16 local"])
        .group("client", "red", &[], ALL)
        .group("door", "red", door, ALL)
        .group("front", "blue", &["tcp 443 10.1.1.0/24"], ALL)
        .group("server", "blue", &["tcp 8443 10.2.1.20/32"], ALL)
        .eni("client", "red", "10.1.1.10", None, &["client"])
        .eni("door", "red", "10.1.1.20", None, &["door"])
        .with("NetworkInterfaces", "InterfaceType", json!("vpc_endpoint"));
    balanced(estate.eni("front", "blue", "10.2.1.20", None, groups))
        .eni("server", "blue", "10.2.1.30", None, &["server"])
        .add(
            "VpcEndpoints",
            json!({"VpcEndpointId": "vpce-1", "VpcEndpointType": "Interface", "VpcId": "vpc-red",
            "ServiceName": NAME, "State": state, "NetworkInterfaceIds": ["eni-door"]}),
        )
}

/// The last interface is the node of a balancer that hands port 443 to port 8443 of 10.2.1.30.
fn balanced(estate: Estate) -> Estate {
    let group = json!([{"TargetGroupArn": TARGETS, "Type": "forward"}]);
    estate
        .with("NetworkInterfaces", "Description", json!("ELB net/front/1"))
        .with("NetworkInterfaces", "InterfaceType", json!("network_load_balancer"))
        .add("LoadBalancers", json!({"LoadBalancerArn": ARN, "LoadBalancerName": "front", "Type": "network"}))
        .add("Listeners", json!({"LoadBalancerArn": ARN, "Port": 443, "Protocol": "TCP", "DefaultActions": group}))
        .add("TargetGroups", json!({"TargetGroupArn": TARGETS, "TargetType": "ip", "Protocol": "TCP"}))
        .add(
            "LoadBalancerTargetHealth",
            json!({"TargetGroupArn": TARGETS,
            "TargetHealthDescriptions": [{"Target": {"Id": "10.2.1.30", "Port": 8443}}]}),
        )
}

/// What the owner of the service says of it.
fn offered(estate: Estate) -> Estate {
    estate.add(
        "ServiceConfigurations",
        json!({"ServiceId": "vpce-svc-1", "ServiceName": NAME, "AcceptanceRequired": true,
            "ServiceType": [{"ServiceType": "Interface"}], "NetworkLoadBalancerArns": [ARN]}),
    )
}

const OPEN: &[&str] = &["tcp 443 10.1.0.0/16"];

#[test]
fn an_endpoint_hands_what_its_groups_let_in_to_the_balancer_of_its_service_and_nothing_comes_back() {
    check(
        &model(&offered(linked("available", OPEN, &[])).text()),
        "permit client -> door tcp/443
         permit client -> server tcp/443
         deny client -> server tcp/8443
         deny client -> 10.2.1.30 tcp/443
         deny door -> client tcp/443 : opens no connections
         deny server -> client tcp/443",
    );
    check(&model(&offered(linked("available", &["tcp 22 10.1.0.0/16"], &[])).text()), "deny client -> server tcp/443");
}

#[test]
fn the_groups_of_the_balancer_see_the_client_unless_they_are_told_not_to_look() {
    let shut = |estate: Estate| offered(estate).group("shut", "blue", &["tcp 443 10.9.0.0/16"], ALL);
    check(&model(&offered(linked("available", OPEN, &["front"])).text()), "permit client -> server tcp/443");
    check(&model(&shut(linked("available", OPEN, &["shut"])).text()), "deny client -> server tcp/443");
    let off = shut(linked("available", OPEN, &["shut"])).with(
        "LoadBalancers",
        "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic",
        json!("off"),
    );
    check(&model(&off.text()), "permit client -> server tcp/443");
}

#[test]
fn an_endpoint_leads_nowhere_until_it_is_accepted_and_where_nobody_shows_may_lead_to_any_balancer() {
    check(&model(&offered(linked("pendingAcceptance", OPEN, &[])).text()), "deny client -> server tcp/443");
    check(
        &model(&linked("available", OPEN, &[]).text()),
        "undecided client -> server tcp/443 : whether vpce-1 leads to front",
    );
    // The owner's services are all listed, and it is none of them.
    let other = offered(linked("available", OPEN, &[])).with("ServiceConfigurations", "ServiceName", json!("other"));
    check(&model(&other.text()), "deny client -> server tcp/443");
    // The owner has taken it back, as its own list says.
    let rejected = json!({"VpcEndpointId": "vpce-1", "ServiceId": "vpce-svc-1", "VpcEndpointState": "rejected"});
    let text = offered(linked("", OPEN, &[])).add("VpcEndpointConnections", rejected).text();
    check(&model(&text), "deny client -> server tcp/443");
}

#[test]
fn whoever_stands_behind_a_balancer_takes_what_is_sent_to_it() {
    let near = offered(linked("available", OPEN, &[])).eni("near", "blue", "10.2.1.40", None, &["client"]);
    check(
        &model(&near.text()),
        "permit near -> server tcp/443
         deny near -> server tcp/8443
         deny near -> 10.2.1.30 tcp/443
         deny near -> server tcp/22",
    );
}

#[test]
fn tenants_that_a_link_joins_are_not_apart_and_one_that_is_meant_is_proved() {
    let zones = "zones:\n- {name: red, kind: tenant, members: [{network: vpc-red}]}\n- {name: blue, kind: tenant, members: [{network: vpc-blue}]}\n";
    let asked = |estate: Estate, flows: &str| {
        let (model, intent) = (model(&estate.text()), Intent::read(&format!("{zones}{flows}")).unwrap());
        let day = "2026-11-21".parse().unwrap();
        let proof = prove(&model, &intent, day).unwrap();
        let certificate = certify(&model, &intent, day, &proof, Budget::default()).unwrap();
        isoneph_proof::verify(&serde_json::to_string(&certificate).unwrap()).unwrap();
        let told =
            |pair: &PairProof| (pair.separation, pair.witness.as_ref().map(ToString::to_string), pair.because.clone());
        proof.pairs.iter().map(told).collect::<Vec<_>>()
    };
    let apart = (Separation::Apart, None, Vec::new());
    let shown = "tcp client (10.1.1.10) -> server (10.1.1.20) port 443".to_owned();
    let open = || offered(linked("available", OPEN, &[]));
    assert_eq!(asked(open(), ""), [(Separation::Breach, Some(shown), Vec::new()), apart.clone()]);
    let flows = "flows:\n- {from: red, to: blue, proto: tcp, port: 443, owner: Ana, reason: the service}\n";
    assert_eq!(asked(open(), flows), [apart.clone(), apart.clone()]);
    let pending = offered(linked("pendingAcceptance", OPEN, &[]));
    assert_eq!(asked(pending, ""), [apart.clone(), apart.clone()]);
    let because = vec!["whether vpce-1 leads to front".to_owned()];
    assert_eq!(asked(linked("available", OPEN, &[]), ""), [(Separation::Undecided, None, because), apart]);
}

#[test]
fn a_target_may_stand_in_a_network_that_routes_of_the_balancers_lead_to() {
    let far = |routes: &[&str]| {
        let estate = Estate::new()
            .vpc("red", "10.1.0.0/16")
            .vpc("blue", "10.2.0.0/16")
            .peering("red", "blue", ["us-east-1", "us-east-1"], "active")
            .internet("red")
            .subnet(
                "red",
                "red",
                "10.1.1.0/24",
                "a",
                &["10.1.0.0/16 local", "10.2.0.0/16 pcx-red-blue", "0.0.0.0/0 igw-red"],
            )
            .subnet("blue", "blue", "10.2.1.0/24", "a", routes)
            .group("front", "red", &["tcp 443 0.0.0.0/0"], ALL)
            .group("server", "blue", &["tcp 8443 sg-front"], ALL)
            .eni("front", "red", "10.1.1.20", Some("198.51.100.20"), &["front"]);
        balanced(estate).eni("server", "blue", "10.2.1.30", None, &["server"]).text()
    };
    check(
        &model(&far(&["10.2.0.0/16 local", "10.1.0.0/16 pcx-red-blue"])),
        "permit 8.8.8.8 -> 198.51.100.20 tcp/443
         permit internet -> server tcp/443
         deny internet -> server tcp/8443
         deny internet -> 10.2.1.30 tcp/443",
    );
    check(&model(&far(&["10.2.0.0/16 local"])), "deny internet -> server tcp/443");
}

fn machine(address: &'static str, subnet: &str, group: &str) -> Held {
    let name = address.split_once('.').unwrap().1;
    let expressions = json!({"subnet_id": refers(&[subnet]), "vpc_security_group_ids": refers(&[group])});
    (address, json!({"tags": {"Name": name}}), expressions)
}

/// As [`linked`], as a plan. `service` and `endpoint` say more of the two.
fn planned(service: Value, endpoint: Value, name: Value) -> Vec<Held> {
    let all = json!([{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}]);
    let tcp = |port: u16, block: &str| json!([{"protocol": "tcp", "from_port": port, "to_port": port, "cidr_blocks": [block]}]);
    let group = |ingress: Value| json!({"ingress": ingress, "egress": all.clone()});
    let of = |vpc: &str| json!({"vpc_id": refers(&[vpc])});
    let mut held = json!({"vpc_endpoint_type": "Interface"});
    held.as_object_mut().unwrap().extend(endpoint.as_object().unwrap().clone());
    let forward = json!([{"target_group_arn": refers(&["aws_lb_target_group.t.arn"])}]);
    vec![
        ("aws_vpc.red", json!({"cidr_block": "10.1.0.0/16"}), json!({})),
        ("aws_vpc.blue", json!({"cidr_block": "10.2.0.0/16"}), json!({})),
        ("aws_subnet.red", json!({"cidr_block": "10.1.1.0/24"}), of("aws_vpc.red.id")),
        ("aws_subnet.blue", json!({"cidr_block": "10.2.1.0/24"}), of("aws_vpc.blue.id")),
        ("aws_security_group.client", group(json!([])), of("aws_vpc.red.id")),
        ("aws_security_group.door", group(tcp(443, "10.1.0.0/16")), of("aws_vpc.red.id")),
        ("aws_security_group.server", group(tcp(8443, "10.2.1.0/24")), of("aws_vpc.blue.id")),
        machine("aws_instance.client", "aws_subnet.red.id", "aws_security_group.client.id"),
        machine("aws_instance.server", "aws_subnet.blue.id", "aws_security_group.server.id"),
        (
            "aws_lb.front",
            json!({"name": "front", "load_balancer_type": "network", "internal": true}),
            json!({"subnets": refers(&["aws_subnet.blue.id"])}),
        ),
        (
            "aws_lb_target_group.t",
            json!({"port": 8443, "protocol": "TCP", "target_type": "instance"}),
            of("aws_vpc.blue.id"),
        ),
        (
            "aws_lb_target_group_attachment.t",
            json!({"port": 8443}),
            json!({"target_group_arn": refers(&["aws_lb_target_group.t.arn"]), "target_id": refers(&["aws_instance.server.id"])}),
        ),
        (
            "aws_lb_listener.l",
            json!({"port": 443, "protocol": "TCP", "default_action": [{"type": "forward"}]}),
            json!({"load_balancer_arn": refers(&["aws_lb.front.arn"]), "default_action": forward}),
        ),
        ("aws_vpc_endpoint_service.s", service, json!({"network_load_balancer_arns": refers(&["aws_lb.front.arn"])})),
        (
            "aws_vpc_endpoint.door",
            held,
            json!({"vpc_id": refers(&["aws_vpc.red.id"]), "subnet_ids": refers(&["aws_subnet.red.id"]),
                "security_group_ids": refers(&["aws_security_group.door.id"]), "service_name": name}),
        ),
    ]
}

#[test]
fn a_plan_shows_whether_an_endpoint_is_of_a_service_and_accepted() {
    let named = || refers(&["aws_vpc_endpoint_service.s.service_name"]);
    let asked = |service: Value, endpoint: Value, name: Value, lines: &str| {
        check(&model(&plan(&planned(service, endpoint, name)).to_string()), lines);
    };
    let free = || json!({"acceptance_required": false});
    asked(
        free(),
        json!({}),
        named(),
        "permit client -> server tcp/443
         deny client -> server tcp/8443
         deny server -> client tcp/443",
    );
    let strict = || json!({"acceptance_required": true});
    let unaccepted = "undecided client -> server tcp/443 : whether the owner of aws_vpc_endpoint_service.s accepts";
    asked(strict(), json!({}), named(), unaccepted);
    asked(strict(), json!({"auto_accept": true}), named(), "permit client -> server tcp/443");
    let mut taken = planned(strict(), json!({}), named());
    let both = json!({"vpc_endpoint_id": refers(&["aws_vpc_endpoint.door.id"]),
        "vpc_endpoint_service_id": refers(&["aws_vpc_endpoint_service.s.id"])});
    taken.push(("aws_vpc_endpoint_connection_accepter.a", json!({}), both));
    check(&model(&plan(&taken).to_string()), "permit client -> server tcp/443");
    // Of the platform's own services an endpoint is the last stop; which service a variable names, nobody shows.
    let own = json!({"constant_value": "com.amazonaws.eu-west-1.s3"});
    asked(free(), json!({"service_name": "com.amazonaws.eu-west-1.s3"}), own, "deny client -> server tcp/443");
    asked(free(), json!({}), refers(&["var.service"]), "undecided client -> server tcp/443 : whether");
}

/// As [`planned`], the target registered otherwise: what feeds the group, and members that it makes.
fn fed(feeder: Vec<Held>) -> String {
    let mut all =
        planned(json!({"acceptance_required": false}), json!({}), refers(&["aws_vpc_endpoint_service.s.service_name"]));
    all.retain(|(address, ..)| *address != "aws_lb_target_group_attachment.t" && *address != "aws_instance.server");
    all.push(machine("aws_instance.other", "aws_subnet.blue.id", "aws_security_group.server.id"));
    all.push((
        "aws_launch_template.m",
        json!({"name": "m"}),
        json!({"vpc_security_group_ids": refers(&["aws_security_group.server.id"])}),
    ));
    all.extend(feeder);
    plan(&all).to_string()
}

#[test]
fn members_of_a_scaling_group_are_targets_and_a_target_that_nobody_shows_is_at_any_port() {
    let group = |more: Value| -> Held {
        let mut written = json!({"vpc_zone_identifier": refers(&["aws_subnet.blue.id"]),
            "launch_template": [{"id": refers(&["aws_launch_template.m.id"])}]});
        written.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        ("aws_autoscaling_group.members", json!({"name": "members", "launch_template": [{}]}), written)
    };
    let own = group(json!({"target_group_arns": refers(&["aws_lb_target_group.t.arn"])}));
    let attached: Held = (
        "aws_autoscaling_attachment.a",
        json!({}),
        json!({"autoscaling_group_name": refers(&["aws_autoscaling_group.members.id"]), "lb_target_group_arn": refers(&["aws_lb_target_group.t.arn"])}),
    );
    for feeder in [vec![own], vec![group(json!({})), attached]] {
        check(
            &model(&fed(feeder)),
            "permit client -> aws_autoscaling_group.members tcp/443
             deny client -> aws_autoscaling_group.members tcp/8443
             deny client -> other tcp/443",
        );
    }
    // What feeds it is not shown: anybody beside the balancer may be a target, at a port that its own groups let in.
    let unseen = group(json!({"target_group_arns": refers(&["var.groups"])}));
    check(
        &model(&fed(vec![unseen])),
        "undecided client -> other tcp/443 : the targets of listener 443
         deny client -> other udp/443
         deny client -> other tcp/8443",
    );
}

#[test]
fn a_service_network_may_carry_its_users_to_the_networks_of_its_services() {
    let network = || refers(&["aws_vpclattice_service_network.n.id"]);
    let action = json!([{"forward": [{"target_groups": [{"target_group_identifier": refers(&["aws_vpclattice_target_group.t.id"])}]}]}]);
    let lattice = |of: &str| -> Vec<Held> {
        vec![
            ("aws_vpclattice_service_network.n", json!({}), json!({})),
            ("aws_vpclattice_service.s", json!({}), json!({})),
            (
                "aws_vpclattice_target_group.t",
                json!({"type": "INSTANCE", "config": [{}]}),
                json!({"config": [{"vpc_identifier": refers(&[of])}]}),
            ),
            (
                "aws_vpclattice_listener.l",
                json!({"default_action": [{"forward": [{"target_groups": [{}]}]}]}),
                json!({"service_identifier": refers(&["aws_vpclattice_service.s.id"]), "default_action": action.clone()}),
            ),
            (
                "aws_vpclattice_service_network_service_association.s",
                json!({}),
                json!({"service_identifier": refers(&["aws_vpclattice_service.s.id"]), "service_network_identifier": network()}),
            ),
            (
                "aws_vpclattice_service_network_vpc_association.red",
                json!({}),
                json!({"vpc_identifier": refers(&["aws_vpc.red.id"]), "service_network_identifier": network()}),
            ),
        ]
    };
    let apart = || planned(json!({}), json!({"service_name": "com.amazonaws.eu-west-1.s3"}), json!({}));
    let mut joined = apart();
    joined.extend(lattice("aws_vpc.blue.id"));
    check(
        &model(&plan(&joined).to_string()),
        "undecided client -> server tcp/443 : what passes over aws_vpclattice_service_network.n
         deny server -> client tcp/443",
    );
    let mut own = apart();
    own.extend(lattice("aws_vpc.red.id"));
    check(&model(&plan(&own).to_string()), "deny client -> server tcp/443");
}

/// Two networks of Azure with a machine each, and in the first a private endpoint of something.
fn azure(to: &str) -> Vec<Held> {
    let nic = |address: &'static str, subnet: &str| -> Held {
        let name = address.split_once('.').unwrap().1;
        let values = json!({"name": name, "ip_configuration": [{"name": "c"}]});
        (address, values, json!({"ip_configuration": [{"subnet_id": refers(&[subnet])}]}))
    };
    let network = |address: &'static str, name: &str, block: &str| -> Held {
        (address, json!({"name": name, "address_space": [block]}), json!({}))
    };
    let subnet = |address: &'static str, of: &str, block: &str| -> Held {
        (address, json!({"name": address, "virtual_network_name": of, "address_prefixes": [block]}), json!({}))
    };
    vec![
        network("azurerm_virtual_network.red", "red", "10.1.0.0/16"),
        network("azurerm_virtual_network.blue", "blue", "10.2.0.0/16"),
        subnet("azurerm_subnet.red", "red", "10.1.1.0/24"),
        subnet("azurerm_subnet.blue", "blue", "10.2.1.0/24"),
        nic("azurerm_network_interface.client", "azurerm_subnet.red.id"),
        nic("azurerm_network_interface.server", "azurerm_subnet.blue.id"),
        ("azurerm_storage_account.a", json!({"name": "a"}), json!({})),
        (
            "azurerm_private_link_service.s",
            json!({"name": "s", "nat_ip_configuration": [{"primary": true}]}),
            json!({"nat_ip_configuration": [{"subnet_id": refers(&["azurerm_subnet.blue.id"])}]}),
        ),
        (
            "azurerm_private_endpoint.door",
            json!({"name": "door", "private_service_connection": [{"name": "c"}]}),
            json!({"subnet_id": refers(&["azurerm_subnet.red.id"]),
                "private_service_connection": [{"private_connection_resource_id": refers(&[to])}]}),
        ),
    ]
}

#[test]
fn a_private_endpoint_of_a_private_link_service_may_lead_to_whoever_stands_behind_it() {
    check(
        &model(&plan(&azure("azurerm_private_link_service.s.id")).to_string()),
        "undecided client -> server tcp/443 : what is behind azurerm_private_link_service.s
         deny server -> client tcp/443",
    );
    check(&model(&plan(&azure("azurerm_storage_account.a.id")).to_string()), "deny client -> server tcp/443");
}

#[test]
fn private_service_connect_may_lead_to_the_network_of_the_attachment() {
    let google = |target: Value| -> Vec<Held> {
        let machine = |address: &'static str, subnet: &str| -> Held {
            let values = json!({"name": address.split_once('.').unwrap().1, "network_interface": [{}]});
            (address, values, json!({"network_interface": [{"subnetwork": refers(&[subnet])}]}))
        };
        let subnet = |address: &'static str, of: &str, block: &str| -> Held {
            (
                address,
                json!({"name": address, "ip_cidr_range": block, "region": "r"}),
                json!({"network": refers(&[of])}),
            )
        };
        vec![
            ("google_compute_network.red", json!({"name": "red", "auto_create_subnetworks": false}), json!({})),
            ("google_compute_network.blue", json!({"name": "blue", "auto_create_subnetworks": false}), json!({})),
            subnet("google_compute_subnetwork.red", "google_compute_network.red.id", "10.1.1.0/24"),
            subnet("google_compute_subnetwork.blue", "google_compute_network.blue.id", "10.2.1.0/24"),
            machine("google_compute_instance.client", "google_compute_subnetwork.red.id"),
            machine("google_compute_instance.server", "google_compute_subnetwork.blue.id"),
            (
                "google_compute_service_attachment.s",
                json!({"name": "s"}),
                json!({"nat_subnets": refers(&["google_compute_subnetwork.blue.id"])}),
            ),
            (
                "google_compute_forwarding_rule.door",
                json!({"name": "door", "load_balancing_scheme": ""}),
                json!({"network": refers(&["google_compute_network.red.id"]), "target": target}),
            ),
        ]
    };
    let lines = "undecided client -> server tcp/443 : what passes over google_compute_forwarding_rule.door
                 deny server -> client tcp/443";
    check(&model(&plan(&google(refers(&["google_compute_service_attachment.s.id"]))).to_string()), lines);
    let pool = json!({"constant_value": "all-apis"});
    let mut own = google(pool);
    own.last_mut().unwrap().1["target"] = json!("all-apis");
    check(&model(&plan(&own).to_string()), "deny client -> server tcp/443");
}

/// A network in which `balancers` load balancers of unknown targets stand before `servers` servers, each with a group of its own.
fn crowd(balancers: u32, servers: u32) -> Estate {
    let mut estate =
        Estate::new().vpc("red", "10.1.0.0/16").subnet("red", "red", "10.1.0.0/16", "a", &["10.1.0.0/16 local"]);
    for number in 0..servers {
        let (name, rule) = (format!("server{number}"), format!("tcp {} 10.1.0.0/16", 1000 + number));
        estate =
            estate.group(&name, "red", &[&rule], ALL).eni(&name, "red", &format!("10.1.1.{number}"), None, &[&name]);
    }
    for number in 0..balancers {
        let arn = format!("arn:aws:elasticloadbalancing:us-east-1:111111111111:loadbalancer/net/b{number}/1");
        estate = estate
            .eni(&format!("b{number}"), "red", &format!("10.1.2.{number}"), None, &[])
            .with("NetworkInterfaces", "Description", json!(format!("ELB net/b{number}/1")))
            .with("NetworkInterfaces", "InterfaceType", json!("network_load_balancer"))
            .add(
                "LoadBalancers",
                json!({"LoadBalancerArn": arn, "LoadBalancerName": format!("b{number}"), "Type": "network"}),
            );
    }
    estate
}

#[test]
fn more_ways_through_balancers_than_are_followed_are_no_answer() {
    let zones = "zones: [{name: a, kind: tenant, members: [{address: 10.1.1.0/28}]}, \
                 {name: b, kind: tenant, members: [{address: 10.1.1.16/28}]}]";
    let intent = Intent::read(zones).unwrap();
    let asked = |balancers, pairs| {
        let bounds = Bounds { pairs, future: false };
        prove_within(&model(&crowd(balancers, 30).text()), &intent, jiff::civil::date(2026, 11, 20), bounds).map(|_| ())
    };
    let pairs = 70 * 70;
    assert_eq!(asked(2, pairs), Ok(()));
    assert!(matches!(asked(30, pairs), Err(ReachError::TooManyWays { .. })), "{:?}", asked(30, pairs));
    assert!(matches!(asked(2, 30), Err(ReachError::TooMany { .. })));
}

#[test]
fn of_balancers_that_are_alike_one_answers_for_the_rest_and_those_that_differ_answer_for_themselves() {
    let estate = crowd(9, 4)
        .subnet("red", "far", "10.1.9.0/24", "b", &["10.1.0.0/16 local"])
        .group("shut", "red", &["tcp 1001 10.1.1.2/32"], ALL)
        .eni("far", "far", "10.1.9.9", None, &["server1"]);
    // One more in each of these: with groups, in another subnet, one that a rule names, one that is a target.
    let differs = [
        ("guarded", "red", "10.1.2.50", &["shut"][..]),
        ("distant", "far", "10.1.9.50", &[]),
        ("named", "red", "10.1.2.60", &[]),
    ];
    let mut estate = estate.group("server9", "red", &["tcp 1009 10.1.2.60/32", "tcp 1010 10.1.2.0/28"], ALL).eni(
        "server9",
        "red",
        "10.1.1.99",
        None,
        &["server9"],
    );
    for (name, subnet, address, groups) in differs {
        let arn = format!("arn:aws:elasticloadbalancing:us-east-1:111111111111:loadbalancer/net/{name}/1");
        estate = estate
            .eni(name, subnet, address, None, groups)
            .with("NetworkInterfaces", "Description", json!(format!("ELB net/{name}/1")))
            .with("NetworkInterfaces", "InterfaceType", json!("network_load_balancer"))
            .add("LoadBalancers", json!({"LoadBalancerArn": arn, "LoadBalancerName": name, "Type": "network"}));
    }
    let model = model(&estate.text());
    let found = matrix(&model).unwrap();
    let inside = |index: &usize| found.classes[*index].members.len() == 1;
    let name =
        |index: usize| found.classes[index].members.first().map_or("", |id| model.parts.endpoints[*id].name.as_str());
    let mut asked = 0;
    for (from, to) in (0..found.classes.len()).flat_map(|from| (0..found.classes.len()).map(move |to| (from, to))) {
        let is_own = |index: usize| name(index).starts_with("server") || name(index) == "far";
        if from == to || !inside(&from) || !inside(&to) || !is_own(from) {
            continue;
        }
        let every = reach(&model, name(from), name(to), None).unwrap();
        let cell = found.cells.iter().find(|cell| (cell.from, cell.to) == (from, to));
        let told = cell.map_or((String::new(), String::new()), |cell| {
            (format!("{:?}", cell.arrives), format!("{:?}", cell.connects))
        });
        let nothing = every.arrives.may.is_empty() && cell.is_none();
        assert!(
            nothing || told == (format!("{:?}", every.arrives), format!("{:?}", every.connects)),
            "{} -> {}",
            name(from),
            name(to)
        );
        asked += 1;
    }
    assert!(asked > 80, "{asked}");
    let servers = found.cells.iter().find(|cell| (name(cell.from), name(cell.to)) == ("server0", "server9")).unwrap();
    assert!(
        servers.because.iter().any(|why| why == "the same of 8 more load balancers like b0"),
        "{:?}",
        servers.because
    );
}

#[test]
fn a_matrix_of_more_ways_than_are_followed_is_no_answer_and_balancers_that_are_alike_are_one_way() {
    let model = model(&crowd(30, 10).text());
    let classes = matrix(&model).unwrap().classes.len();
    // Each server by itself and through the balancers that are all alike.
    let ways = (classes + 10) * classes;
    assert!(matrix_within(&model, Narrow::default(), ways).is_ok());
    let told = matrix_within(&model, Narrow::default(), ways - 1).unwrap_err();
    assert_eq!(told, ReachError::TooManyWays { ways, most: ways - 1 });
}
