//! Ways out of Azure's machines, and what the offers of addresses and load balancers close.

use serde_json::{Value, json};

use super::azure::{group, id, network, nic, peering, plain, subnet};
use super::{check, model};

fn public(name: &str, address: &str, offer: &str) -> Value {
    json!({"type": "Microsoft.Network/publicIPAddresses", "id": id("publicIPAddresses", name)["id"], "name": name,
        "sku": {"name": offer}, "properties": {"ipAddress": address}})
}

/// Machines `a` behind a load balancer of an offer, and `b` not, `b` with a public address.
fn balanced(offer: &str, properties: Value, more: Vec<Value>) -> String {
    let pool = id("loadBalancers", "lb/backendAddressPools/p");
    let mut held = json!({"backendAddressPools": [{"id": pool["id"], "properties": {}}]});
    held.as_object_mut().unwrap().extend(properties.as_object().unwrap().clone());
    let mut all = vec![
        network(
            "n",
            "10.0.0.0/16",
            vec![subnet("n", "s", "10.0.1.0/24", plain()), subnet("n", "t", "10.0.2.0/24", plain())],
            vec![],
        ),
        nic("a", "n", "s", "10.0.1.4", json!({"loadBalancerBackendAddressPools": [pool]})),
        nic("b", "n", "t", "10.0.2.4", json!({"publicIPAddress": id("publicIPAddresses", "q")})),
        public("p", "20.1.1.1", offer),
        public("q", "20.1.1.2", "Basic"),
        json!({"type": "Microsoft.Network/loadBalancers", "id": id("loadBalancers", "lb")["id"], "name": "lb",
            "sku": {"name": offer}, "properties": held}),
    ];
    all.extend(more);
    Value::Array(all).to_string()
}

fn outside() -> Value {
    json!([{"name": "f", "properties": {"publicIPAddress": id("publicIPAddresses", "p")}}])
}

fn rule(protocol: &str, quiet: bool) -> Value {
    json!([{"name": "r", "properties": {"protocol": protocol, "frontendPort": 80, "backendPort": 80, "disableOutboundSnat": quiet,
        "backendAddressPool": id("loadBalancers", "lb/backendAddressPools/p")}}])
}

#[test]
fn what_is_behind_a_standard_balancer_gets_out_by_its_rules_or_not_at_all() {
    let with = |offer: &str, properties: Value| model(&balanced(offer, properties, vec![]));
    let inside = json!({"frontendIPConfigurations": [{"name": "f", "properties": {"privateIPAddress": "10.0.1.9"}}], "loadBalancingRules": rule("Tcp", false)});
    check(&with("Standard", inside.clone()), "deny a -> 8.8.8.8 tcp/443 : is lent no address");
    check(&with("Basic", inside), "permit a -> 8.8.8.8 tcp/443");
    let by = |protocol: &str, quiet: bool| json!({"frontendIPConfigurations": outside(), "loadBalancingRules": rule(protocol, quiet)});
    check(&with("Standard", by("Tcp", false)), "permit a -> 8.8.8.8 tcp/443\ndeny a -> 8.8.8.8 udp/53");
    check(&with("Standard", by("Tcp", true)), "deny a -> 8.8.8.8 tcp/443 : is lent no address");
    check(&with("Basic", by("Tcp", false)), "permit a -> 8.8.8.8 udp/53");
    let mut only = by("Tcp", true);
    only["outboundRules"] = rule("All", false);
    check(&with("Standard", only), "permit a -> 8.8.8.8 udp/53");
}

#[test]
fn behind_a_standard_balancer_what_has_no_group_is_closed() {
    let properties = json!({"frontendIPConfigurations": outside(), "loadBalancingRules": rule("Tcp", false)});
    let asked = |offer: &str| model(&balanced(offer, properties.clone(), vec![]));
    check(
        &asked("Standard"),
        "deny 8.8.8.8 -> 20.1.1.1 tcp/80 : closed without a security group\npermit b -> a tcp/22",
    );
    check(&asked("Basic"), "permit 8.8.8.8 -> 20.1.1.1 tcp/80");
}

#[test]
fn the_platforms_own_address_is_no_way_to_what_is_behind_a_balancer() {
    let properties = json!({"frontendIPConfigurations": outside(), "loadBalancingRules": rule("Tcp", false)});
    let other = vec![
        network("m", "10.9.0.0/16", vec![subnet("m", "s", "10.9.1.0/24", plain())], vec![]),
        nic("c", "m", "s", "10.9.1.4", plain()),
    ];
    check(&model(&balanced("Standard", properties, other)), "deny c -> a tcp/22");
}

#[test]
fn answers_of_what_is_behind_a_balancer_take_its_own_routes() {
    let with = |kind: &str| {
        let properties = json!({"frontendIPConfigurations": outside(), "loadBalancingRules": rule("Tcp", false)});
        let table = json!({"type": "Microsoft.Network/routeTables", "id": id("routeTables", "t")["id"], "name": "t", "properties": {"routes": [
            {"name": "r", "properties": {"addressPrefix": "0.0.0.0/0", "nextHopType": kind, "nextHopIpAddress": "10.0.2.9"}}]}});
        let mut held: Value = serde_json::from_str(&balanced("Basic", properties, vec![table])).unwrap();
        held[0]["properties"]["subnets"][0]["properties"]["routeTable"] = id("routeTables", "t");
        model(&held.to_string())
    };
    check(&with("Internet"), "permit 8.8.8.8 -> 20.1.1.1 tcp/80");
    check(&with("None"), "deny 8.8.8.8 -> 20.1.1.1 tcp/80 : no way back");
    check(&with("VirtualAppliance"), "undecided 8.8.8.8 -> 20.1.1.1 tcp/80");
}

#[test]
fn answers_to_an_address_that_was_lent_take_the_routes_of_whoever_answers() {
    let with = |kind: &str| {
        let table = json!({"type": "Microsoft.Network/routeTables", "id": id("routeTables", "t")["id"], "name": "t", "properties": {"routes": [
            {"name": "r", "properties": {"addressPrefix": "0.0.0.0/0", "nextHopType": kind}}]}});
        let guarded = json!({"routeTable": id("routeTables", "t")});
        let all = json!([
            network("n", "10.0.0.0/16", vec![subnet("n", "s", "10.0.1.0/24", guarded)], vec![]),
            network("m", "10.9.0.0/16", vec![subnet("m", "s", "10.9.1.0/24", plain())], vec![]),
            nic("b", "n", "s", "10.0.1.4", json!({"publicIPAddress": id("publicIPAddresses", "q")})),
            nic("c", "m", "s", "10.9.1.4", plain()),
            public("q", "20.1.1.2", "Basic"),
            table
        ]);
        model(&all.to_string())
    };
    check(&with("Internet"), "permit c -> b tcp/80");
    check(&with("None"), "deny c -> b tcp/80");
}

#[test]
fn a_gateway_comes_before_a_public_address_of_the_machines_own_and_uses_all_of_its_addresses() {
    let with = |rule: &str, gateway: Value| {
        let through = json!({"natGateway": id("natGateways", "nat")});
        let prefix = json!({"type": "Microsoft.Network/publicIPPrefixes", "id": id("publicIPPrefixes", "x")["id"], "name": "x",
            "properties": {"ipPrefix": "20.5.0.0/28"}});
        let mut all = vec![
            network("n", "10.0.0.0/16", vec![subnet("n", "s", "10.0.1.0/24", through)], vec![]),
            network("m", "10.9.0.0/16", vec![subnet("m", "s", "10.9.1.0/24", plain())], vec![]),
            nic("a", "n", "s", "10.0.1.4", json!({"publicIPAddress": id("publicIPAddresses", "p")})),
            nic(
                "b",
                "m",
                "s",
                "10.9.1.4",
                json!({"publicIPAddress": id("publicIPAddresses", "q"), "networkSecurityGroup": id("networkSecurityGroups", "g")}),
            ),
            public("p", "20.1.1.1", "Standard"),
            public("q", "20.1.1.2", "Standard"),
            public("g", "20.4.0.1", "Standard"),
            group("g", &[rule]),
            prefix,
        ];
        if gateway.is_object() {
            all.push(json!({"type": "Microsoft.Network/natGateways", "name": "nat", "id": id("natGateways", "nat")["id"], "properties": gateway}));
        }
        model(&Value::Array(all).to_string())
    };
    let one = json!({"publicIpAddresses": [id("publicIPAddresses", "g")]});
    check(&with("r 100 In Allow * 20.4.0.1 * *", one.clone()), "permit a -> b tcp/22\nundecided a -> 8.8.8.8 icmp");
    check(&with("r 100 In Allow * 20.1.1.1 * *", one), "deny a -> b tcp/22");
    let both =
        json!({"publicIpAddresses": [id("publicIPAddresses", "g")], "publicIpPrefixes": [id("publicIPPrefixes", "x")]});
    for source in ["20.4.0.1", "20.5.0.0/28"] {
        check(&with(&format!("r 100 In Allow * {source} * *"), both.clone()), "undecided a -> b tcp/22");
    }
    check(&with("r 100 In Allow * 20.4.0.0/15 * *", both), "permit a -> b tcp/22");
    // One that no input shows has some address.
    check(&with("r 100 In Allow * 20.1.1.1 * *", Value::Null), "undecided a -> b tcp/22");
}

#[test]
fn machines_that_a_flexible_set_makes_are_lent_no_way_out() {
    for (mode, answer) in [("Flexible", "deny"), ("Uniform", "permit")] {
        let profile = json!({"networkProfile": {"networkInterfaceConfigurations": [{"name": "i", "properties": {"ipConfigurations": [
            {"name": "c", "properties": {"subnet": id("virtualNetworks", "n/subnets/s")}}]}}]}});
        let all = json!([
            network("n", "10.0.0.0/16", vec![subnet("n", "s", "10.0.1.0/24", plain())], vec![]),
            {"type": "Microsoft.Compute/virtualMachineScaleSets", "id": "/subscriptions/s/set", "name": "set",
                "properties": {"orchestrationMode": mode, "virtualMachineProfile": profile}},
        ]);
        check(&model(&all.to_string()), &format!("{answer} set -> 8.8.8.8 tcp/443"));
    }
}

#[test]
fn a_peering_that_has_not_heard_of_newer_blocks_is_open() {
    let with = |level: &str| {
        let mut there = peering("m", true);
        there["properties"]["peeringSyncLevel"] = json!(level);
        let all = json!([
            network("n", "10.0.0.0/16", vec![subnet("n", "s", "10.0.1.0/24", plain())], vec![there]),
            network("m", "10.9.0.0/16", vec![subnet("m", "s", "10.9.1.0/24", plain())], vec![peering("n", true)]),
            nic("a", "n", "s", "10.0.1.4", plain()),
            nic("b", "m", "s", "10.9.1.4", plain()),
        ]);
        model(&all.to_string())
    };
    check(&with("FullyInSync"), "permit a -> b tcp/22");
    check(&with("LocalNotInSync"), "undecided a -> b tcp/22");
}

#[test]
fn older_command_lines_spell_fields_otherwise() {
    let properties = json!({"frontendIPConfigurations": outside(), "inboundNatRules": [{"name": "r", "id": id("loadBalancers", "lb/inboundNatRules/r")["id"],
        "properties": {"protocol": "Tcp", "frontendPort": 5022, "backendPort": 22, "backendIPConfiguration": id("networkInterfaces", "b/ipConfigurations/c")}}]});
    let text = balanced("Basic", properties, vec![]);
    let older = text.replace("IPConfiguration", "IpConfiguration").replace("IPAddress\"", "IpAddress\"");
    for text in [text, older] {
        check(&model(&text), "permit 8.8.8.8 -> 20.1.1.1 tcp/5022\ndeny 8.8.8.8 -> 20.1.1.1 tcp/22");
    }
}

#[test]
fn a_rule_of_a_balancer_listens_at_its_own_frontend() {
    let with = |names: [Option<&str>; 2]| {
        let frontend = |name: &str, of: &str| json!({"name": name, "properties": {"publicIPAddress": id("publicIPAddresses", of)}});
        let rule = |port: u16, name: Option<&str>| {
            let mut held = rule("Tcp", true)[0].clone();
            held["properties"]["frontendPort"] = json!(port);
            if let Some(name) = name {
                held["properties"]["frontendIPConfiguration"] =
                    id("loadBalancers", &format!("lb/frontendIPConfigurations/{name}"));
            }
            held
        };
        let properties = json!({"frontendIPConfigurations": [frontend("one", "p"), frontend("two", "r")],
            "loadBalancingRules": [rule(80, names[0]), rule(443, names[1])]});
        model(&balanced("Basic", properties, vec![public("r", "20.1.1.3", "Basic")]))
    };
    check(
        &with([Some("one"), Some("TWO")]),
        "permit 8.8.8.8 -> 20.1.1.1 tcp/80
         deny 8.8.8.8 -> 20.1.1.1 tcp/443
         deny 8.8.8.8 -> 20.1.1.3 tcp/80
         permit 8.8.8.8 -> 20.1.1.3 tcp/443
         permit 8.8.8.8 -> a tcp/80
         permit 8.8.8.8 -> a tcp/443
         permit 8.8.8.8 -> lb tcp/443
         deny 8.8.8.8 -> lb tcp/22",
    );
    check(&with([Some("one"), None]), "undecided 8.8.8.8 -> 20.1.1.1 tcp/443");
}

#[test]
fn service_endpoints_go_past_the_routes_that_users_write() {
    let with = |services: Value, kind: &str| {
        let table = json!({"type": "Microsoft.Network/routeTables", "id": id("routeTables", "t")["id"], "name": "t", "properties": {"routes": [
            {"name": "r", "properties": {"addressPrefix": "0.0.0.0/0", "nextHopType": kind}}]}});
        let routed = json!({"routeTable": id("routeTables", "t"), "serviceEndpoints": services});
        let all = json!([
            network("n", "10.0.0.0/16", vec![subnet("n", "s", "10.0.1.0/24", routed)], vec![]),
            nic("a", "n", "s", "10.0.1.4", plain()),
            nic("b", "n", "s", "10.0.1.5", plain()),
            table
        ]);
        model(&all.to_string())
    };
    let storage = json!([{"service": "Microsoft.Storage", "locations": ["*"]}]);
    check(&with(json!([]), "None"), "deny a -> 8.8.8.8 tcp/443 : leads nowhere");
    check(
        &with(storage.clone(), "None"),
        "undecided a -> 8.8.8.8 tcp/443 : the addresses of Microsoft.Storage
         deny a -> 172.16.0.1 tcp/443
         permit a -> b tcp/443",
    );
    check(&with(storage, "Internet"), "permit a -> 8.8.8.8 tcp/443");
}
