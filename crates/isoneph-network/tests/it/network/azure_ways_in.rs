//! Ways into Azure's networks that name their targets by address, by a range of ports, or not at all.

use serde_json::{Value, json};

use super::azure::{group, id, network, nic, plain, subnet};
use super::{check, model};

/// A machine behind a group, and a load balancer with rules and pools as given.
fn balanced(pool: &Value, properties: &Value, rules: &[&str]) -> String {
    let of = id("loadBalancers", "lb/backendAddressPools/b");
    let mut held = json!({
        "frontendIPConfigurations": [{"name": "f", "properties": {"publicIPAddress": id("publicIPAddresses", "p")}}],
        "backendAddressPools": [{"id": of["id"], "properties": pool}]});
    for (key, rule) in properties.as_object().unwrap() {
        let mut rule = rule.clone();
        rule["protocol"] = json!("Tcp");
        rule["backendAddressPool"] = of.clone();
        held[key] = json!([{"name": "r", "id": format!("{}/{key}/r", id("loadBalancers", "lb")["id"].as_str().unwrap()), "properties": rule}]);
    }
    let guarded = json!({"networkSecurityGroup": id("networkSecurityGroups", "g")});
    json!([
        network("n", "10.0.0.0/16", vec![subnet("n", "s", "10.0.1.0/24", guarded)], vec![]),
        nic("b", "n", "s", "10.0.1.4", plain()),
        nic("c", "n", "s", "10.0.1.5", plain()),
        {"type": "Microsoft.Network/loadBalancers", "id": id("loadBalancers", "lb")["id"], "name": "lb", "properties": held},
        {"type": "Microsoft.Network/publicIPAddresses", "id": id("publicIPAddresses", "p")["id"], "name": "p",
            "sku": {"name": "Standard"}, "properties": {"ipAddress": "20.2.2.2"}},
        group("g", rules),
    ])
    .to_string()
}

const OPEN: [&str; 2] = ["web 100 In Allow Tcp Internet * 8443", "ssh 110 In Allow Tcp Internet * 22"];

fn by_address(address: &str) -> Value {
    json!({"loadBalancerBackendAddresses": [{"name": "x", "properties": {"ipAddress": address, "virtualNetwork": id("virtualNetworks", "n")}}]})
}

#[test]
fn a_pool_of_addresses_leads_to_the_interfaces_that_have_them() {
    let rule = json!({"loadBalancingRules": {"frontendPort": 443, "backendPort": 8443}});
    check(
        &model(&balanced(&by_address("10.0.1.4"), &rule, &OPEN)),
        "permit 8.8.8.8 -> 20.2.2.2 tcp/443
         permit internet -> b tcp/443
         deny internet -> b tcp/8443
         deny internet -> c tcp/443
         deny 8.8.8.8 -> 20.2.2.2 tcp/8443",
    );
}

#[test]
fn an_address_of_a_pool_that_no_interface_has_is_open() {
    let rule = json!({"loadBalancingRules": {"frontendPort": 443, "backendPort": 8443}});
    check(
        &model(&balanced(&by_address("10.0.1.77"), &rule, &OPEN)),
        "undecided internet -> b tcp/443 : the targets of listener 443
         undecided 8.8.8.8 -> 20.2.2.2 tcp/443
         deny internet -> b tcp/80",
    );
}

#[test]
fn a_range_of_translated_ports_leads_to_the_pool_at_ports_that_nobody_tells() {
    let pool = json!({"backendIPConfigurations": [id("networkInterfaces", "b/ipConfigurations/c")]});
    for key in ["inboundNatRules", "inboundNatPools"] {
        let rule = json!({key: {"frontendPortRangeStart": 500, "frontendPortRangeEnd": 1000, "backendPort": 22}});
        check(
            &model(&balanced(&pool, &rule, &OPEN)),
            "undecided 8.8.8.8 -> 20.2.2.2 tcp/500
             undecided internet -> b tcp/1000
             deny internet -> b tcp/1001
             deny internet -> b tcp/22",
        );
        check(
            &model(&balanced(&pool, &rule, &["web 100 In Allow Udp Internet * *", "no 200 In Deny * * * *"])),
            "deny internet -> b tcp/500",
        );
    }
}

#[test]
fn a_pool_holds_those_that_name_it() {
    let mut held: Value = serde_json::from_str(&balanced(
        &json!({}),
        &json!({"loadBalancingRules": {"frontendPort": 443, "backendPort": 8443}}),
        &OPEN,
    ))
    .unwrap();
    held[1]["properties"]["ipConfigurations"][0]["properties"]["loadBalancerBackendAddressPools"] =
        json!([id("loadBalancers", "lb/backendAddressPools/b")]);
    check(&model(&held.to_string()), "permit internet -> b tcp/443\ndeny internet -> c tcp/443");
}

#[test]
fn a_gateway_of_the_platform_lets_in_under_an_address_of_its_own_and_sends() {
    let gateways = [
        ("applicationGateways", "gatewayIPConfigurations"),
        ("bastionHosts", "ipConfigurations"),
        ("azureFirewalls", "ipConfigurations"),
    ];
    for (kind, key) in gateways {
        let at = json!([{"name": "i", "properties": {"subnet": id("virtualNetworks", "n/subnets/gate"), "publicIPAddress": id("publicIPAddresses", "p")}}]);
        let all = json!([
            network(
                "n",
                "10.0.0.0/16",
                vec![
                    subnet("n", "s", "10.0.1.0/24", json!({"networkSecurityGroup": id("networkSecurityGroups", "g")})),
                    subnet("n", "gate", "10.0.5.0/24", plain())
                ],
                vec![]
            ),
            nic("a", "n", "s", "10.0.1.4", plain()),
            group("g", &["in 100 In Allow Tcp 10.0.5.0/24 * 80", "no 200 In Deny * * * *"]),
            {"type": format!("Microsoft.Network/{kind}"), "id": id(kind, "gate")["id"], "name": "gate", "properties": {key: at}},
        ]);
        check(
            &model(&all.to_string()),
            "undecided internet -> a tcp/80 : what gate lets in
             deny internet -> a tcp/22
             permit gate -> a tcp/80
             deny gate -> a tcp/22 : 200 no
             undecided internet -> gate tcp/443 : what gate lets in",
        );
    }
}
