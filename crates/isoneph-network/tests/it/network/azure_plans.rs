//! Azure networks from Terraform plans.

use serde_json::{Value, json};

use super::references::{Held, plan, refers};
use super::{check, model};

fn network() -> Held {
    ("azurerm_virtual_network.v", json!({"name": "v", "address_space": ["10.0.0.0/16"]}), json!({}))
}

fn subnet(address: &'static str, prefix: &str, more: Value) -> Held {
    let mut values = json!({"name": address, "virtual_network_name": "v", "address_prefixes": [prefix]});
    values.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    (address, values, json!({}))
}

fn group(address: &'static str, rules: Value) -> Held {
    (address, json!({"name": "n", "security_rule": rules}), json!({}))
}

fn rule(priority: u16, access: &str, port: &str) -> Value {
    json!({"name": format!("r{priority}"), "priority": priority, "direction": "Inbound", "access": access, "protocol": "*",
        "source_port_range": "*", "destination_port_range": port, "source_address_prefix": "*", "destination_address_prefix": "*"})
}

fn associated(address: &'static str, subnet: &str, group: &str) -> Held {
    let expressions = json!({"subnet_id": refers(&[subnet]), "network_security_group_id": refers(&[group])});
    (address, json!({}), expressions)
}

fn nic(address: &'static str, subnet: &str) -> Held {
    let name = address.split_once('.').unwrap().1;
    (
        address,
        json!({"name": name, "ip_configuration": [{"name": "c"}]}),
        json!({"ip_configuration": [{"subnet_id": refers(&[subnet])}]}),
    )
}

fn asked(resources: &[Held], lines: &str) {
    check(&model(&plan(resources).to_string()), lines);
}

#[test]
fn names_are_told_apart_by_resource_groups() {
    let mut all = Vec::new();
    for (tenant, [network, subnet, group, rule_of, association, one, two], prefix, port) in [
        (
            "red",
            [
                "azurerm_virtual_network.red",
                "azurerm_subnet.red",
                "azurerm_network_security_group.red",
                "azurerm_network_security_rule.red",
                "azurerm_subnet_network_security_group_association.red",
                "azurerm_network_interface.red-1",
                "azurerm_network_interface.red-2",
            ],
            "10.1.0.0/16",
            "22",
        ),
        (
            "blue",
            [
                "azurerm_virtual_network.blue",
                "azurerm_subnet.blue",
                "azurerm_network_security_group.blue",
                "azurerm_network_security_rule.blue",
                "azurerm_subnet_network_security_group_association.blue",
                "azurerm_network_interface.blue-1",
                "azurerm_network_interface.blue-2",
            ],
            "10.2.0.0/16",
            "80",
        ),
    ] {
        let of = |mut values: Value| {
            values["resource_group_name"] = json!(tenant);
            values
        };
        let mut deny = rule(100, "Deny", port);
        deny["network_security_group_name"] = json!("nsg");
        let within = json!({"name": "s", "virtual_network_name": "vnet", "address_prefixes": [prefix]});
        all.extend([
            (network, of(json!({"name": "vnet", "address_space": [prefix]})), json!({})),
            (subnet, of(within), json!({})),
            (group, of(json!({"name": "nsg"})), json!({})),
            (rule_of, of(deny), json!({})),
            associated(association, &format!("{subnet}.id"), &format!("{group}.id")),
            nic(one, &format!("{subnet}.id")),
            nic(two, &format!("{subnet}.id")),
        ]);
    }
    asked(
        &all,
        "deny red-1 -> red-2 tcp/22
         permit red-1 -> red-2 tcp/80
         permit blue-1 -> blue-2 tcp/22
         deny blue-1 -> blue-2 tcp/80
         deny red-1 -> blue-1 tcp/443",
    );
}

#[test]
fn a_private_endpoint_is_under_its_subnets_group_only_where_the_subnet_says_so() {
    let with = |word: Option<&str>| {
        let more = word.map_or(json!({}), |word| json!({"private_endpoint_network_policies": word}));
        let endpoint = (
            "azurerm_private_endpoint.e",
            json!({"name": "e"}),
            json!({"subnet_id": refers(&["azurerm_subnet.s.id"])}),
        );
        [
            network(),
            subnet("azurerm_subnet.s", "10.0.1.0/24", more),
            group("azurerm_network_security_group.n", json!([rule(100, "Deny", "*")])),
            associated(
                "azurerm_subnet_network_security_group_association.s",
                "azurerm_subnet.s.id",
                "azurerm_network_security_group.n.id",
            ),
            nic("azurerm_network_interface.vm", "azurerm_subnet.s.id"),
            endpoint,
        ]
    };
    asked(&with(Some("Disabled")), "permit vm -> e tcp/443");
    asked(&with(Some("RouteTableEnabled")), "permit vm -> e tcp/443");
    asked(&with(Some("NetworkSecurityGroupEnabled")), "deny vm -> e tcp/443");
    asked(&with(Some("Enabled")), "deny vm -> e tcp/443");
    asked(&with(None), "undecided vm -> e tcp/443");
}

#[test]
fn a_machine_without_an_address_gets_out_by_the_providers_way_unless_its_subnet_is_private() {
    let with = |more: Value| {
        [
            network(),
            subnet("azurerm_subnet.s", "10.0.1.0/24", more),
            nic("azurerm_network_interface.vm", "azurerm_subnet.s.id"),
        ]
    };
    asked(&with(json!({})), "permit vm -> 8.8.8.8 tcp/443\ndeny vm -> 8.8.8.8 icmp\ndeny 8.8.8.8 -> vm tcp/443");
    asked(&with(json!({"default_outbound_access_enabled": false})), "deny vm -> 8.8.8.8 tcp/443 : no public address");
}

#[test]
fn members_of_a_scale_set_are_members_of_its_application_groups() {
    let mut allow = rule(100, "Allow", "443");
    allow.as_object_mut().unwrap().remove("destination_address_prefix");
    let mut held = group("azurerm_network_security_group.n", json!([allow, rule(200, "Deny", "*")]));
    held.2 = json!({"security_rule": [{"priority": {"constant_value": 200}}, {"priority": {"constant_value": 100},
        "destination_application_security_group_ids": refers(&["azurerm_application_security_group.web.id"])}]});
    asked(
        &[
            network(),
            subnet("azurerm_subnet.s", "10.0.1.0/24", json!({})),
            ("azurerm_application_security_group.web", json!({"name": "web"}), json!({})),
            held,
            associated(
                "azurerm_subnet_network_security_group_association.s",
                "azurerm_subnet.s.id",
                "azurerm_network_security_group.n.id",
            ),
            nic("azurerm_network_interface.vm", "azurerm_subnet.s.id"),
            (
                "azurerm_linux_virtual_machine_scale_set.set",
                json!({"name": "set", "network_interface": [{"ip_configuration": [{"name": "c"}]}]}),
                json!({"network_interface": [{"ip_configuration": [{"subnet_id": refers(&["azurerm_subnet.s.id"]),
                    "application_security_group_ids": refers(&["azurerm_application_security_group.web.id"])}]}]}),
            ),
        ],
        "permit vm -> set tcp/443\ndeny vm -> set tcp/80\ndeny set -> vm tcp/443",
    );
}

#[test]
fn a_group_that_is_associated_and_not_shown_is_not_no_group() {
    let with = |expressions: Value| {
        [
            network(),
            subnet("azurerm_subnet.s", "10.0.1.0/24", json!({})),
            group("azurerm_network_security_group.n", json!([rule(100, "Deny", "22")])),
            ("azurerm_subnet_network_security_group_association.a", json!({}), expressions),
            nic("azurerm_network_interface.a", "azurerm_subnet.s.id"),
            nic("azurerm_network_interface.b", "azurerm_subnet.s.id"),
        ]
    };
    let local = json!({"references": ["local.x"]});
    asked(
        &with(json!({"subnet_id": refers(&["azurerm_subnet.s.id"]), "network_security_group_id": local})),
        "undecided a -> b tcp/22\nundecided a -> b tcp/80",
    );
    asked(
        &with(
            json!({"subnet_id": local, "network_security_group_id": refers(&["azurerm_network_security_group.n.id"])}),
        ),
        "undecided a -> b tcp/22",
    );
}

#[test]
fn a_port_known_after_apply_is_not_every_port() {
    let mut open = rule(100, "Deny", "22");
    open.as_object_mut().unwrap().remove("destination_port_range");
    let mut held = group("azurerm_network_security_group.n", json!([open]));
    held.2 = json!({"security_rule": [{"destination_port_range": refers(&["azurerm_postgresql_server.p.port"])}]});
    asked(
        &[
            network(),
            subnet("azurerm_subnet.s", "10.0.1.0/24", json!({})),
            held,
            associated(
                "azurerm_subnet_network_security_group_association.s",
                "azurerm_subnet.s.id",
                "azurerm_network_security_group.n.id",
            ),
            nic("azurerm_network_interface.a", "azurerm_subnet.s.id"),
            nic("azurerm_network_interface.b", "azurerm_subnet.s.id"),
        ],
        "undecided a -> b tcp/22",
    );
}

#[test]
fn rules_and_routes_that_are_known_only_after_apply_may_say_anything() {
    let base = |group_of: Held, table: Held| {
        vec![
            network(),
            subnet("azurerm_subnet.one", "10.0.1.0/24", json!({})),
            subnet("azurerm_subnet.two", "10.0.2.0/24", json!({})),
            nic("azurerm_network_interface.a", "azurerm_subnet.one"),
            nic("azurerm_network_interface.b", "azurerm_subnet.two"),
            group_of,
            associated(
                "azurerm_subnet_network_security_group_association.two",
                "azurerm_subnet.two",
                "azurerm_network_security_group.g",
            ),
            table,
            (
                "azurerm_subnet_route_table_association.one",
                json!({}),
                json!({"subnet_id": refers(&["azurerm_subnet.one"]), "route_table_id": refers(&["azurerm_route_table.t"])}),
            ),
        ]
    };
    let later = |key: &str| json!({key: {"references": ["random_integer.port"]}});
    let plain_group = || group("azurerm_network_security_group.g", json!([rule(100, "Deny", "22")]));
    let plain_table = || ("azurerm_route_table.t", json!({"name": "t", "route": []}), json!({}));
    asked(&base(plain_group(), plain_table()), "deny a -> b tcp/22\npermit a -> b tcp/23");
    let open = ("azurerm_network_security_group.g", json!({"name": "n"}), later("security_rule"));
    asked(&base(open, plain_table()), "undecided a -> b tcp/22\nundecided a -> b tcp/23");
    let open = ("azurerm_route_table.t", json!({"name": "t"}), later("route"));
    asked(
        &base(plain_group(), open),
        "deny a -> b tcp/22\nundecided a -> b tcp/23 : the routes of azurerm_route_table.t",
    );
    // Neither the action nor the place of a rule.
    let mut half = rule(100, "Deny", "22");
    half.as_object_mut().unwrap().remove("access");
    let open = (
        "azurerm_network_security_group.g",
        json!({"name": "n", "security_rule": [half]}),
        json!({"security_rule": [{"access": {"references": ["random_integer.port"]}}]}),
    );
    asked(&base(open, plain_table()), "undecided a -> b tcp/22\npermit a -> b tcp/23");
}

#[test]
fn addresses_that_nobody_knows_yet_are_some_addresses() {
    let mut all = vec![
        ("azurerm_virtual_network.v", json!({"name": "v"}), json!({})),
        subnet("azurerm_subnet.one", "10.0.1.0/24", json!({})),
        nic("azurerm_network_interface.a", "azurerm_subnet.one"),
        nic("azurerm_network_interface.b", "azurerm_subnet.one"),
    ];
    all[1].1.as_object_mut().unwrap().remove("address_prefixes");
    asked(&all, "undecided a -> b tcp/22");
}

#[test]
fn the_platforms_own_address_is_nobody_on_the_internet() {
    let mut a = nic("azurerm_network_interface.a", "azurerm_subnet.one");
    a.2["ip_configuration"][0]["public_ip_address_id"] = refers(&["azurerm_public_ip.p"]);
    let all = [
        network(),
        subnet("azurerm_subnet.one", "10.0.1.0/24", json!({})),
        ("azurerm_public_ip.p", json!({"name": "p", "sku": "Standard"}), json!({})),
        a,
        group("azurerm_network_security_group.g", json!([rule(100, "Allow", "22")])),
        associated(
            "azurerm_subnet_network_security_group_association.one",
            "azurerm_subnet.one",
            "azurerm_network_security_group.g",
        ),
    ];
    asked(&all, "permit internet -> a tcp/22\ndeny internet -> a tcp/23");
}

#[test]
fn members_of_a_scaling_set_have_the_public_addresses_it_gives_them() {
    let set = |more: Value| {
        let mut place = json!({"name": "i"});
        place.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        (
            "azurerm_linux_virtual_machine_scale_set.set",
            json!({"name": "set", "network_interface": [{"name": "n", "ip_configuration": [place]}]}),
            json!({"network_interface": [{"ip_configuration": [{"subnet_id": refers(&["azurerm_subnet.one"])}]}]}),
        )
    };
    for (more, answer) in [(json!({"public_ip_address": [{"name": "p"}]}), "permit"), (json!({}), "deny")] {
        let all = [
            network(),
            subnet("azurerm_subnet.one", "10.0.1.0/24", json!({})),
            set(more),
            group("azurerm_network_security_group.g", json!([rule(100, "Allow", "22")])),
            associated(
                "azurerm_subnet_network_security_group_association.one",
                "azurerm_subnet.one",
                "azurerm_network_security_group.g",
            ),
        ];
        asked(&all, &format!("{answer} internet -> set tcp/22"));
    }
}

#[test]
fn an_interface_of_a_subnet_that_is_not_shown_is_named() {
    let all = [network(), nic("azurerm_network_interface.far", "azurerm_subnet.elsewhere")];
    let named: Vec<String> = model(&plan(&all).to_string()).unsupported.iter().map(|one| one.locator.clone()).collect();
    assert_eq!(named, ["azurerm_network_interface.far"]);
}

/// A hub with a firewall that two spokes are peered with, and which all that leaves them is sent to.
fn hub(next: &str, more: Vec<Held>) -> String {
    let space = |address: &'static str, name: &str, block: &str| -> Held {
        (address, json!({"name": name, "address_space": [block]}), json!({}))
    };
    let part = |address: &'static str, of: &str, block: &str| -> Held {
        (address, json!({"name": address, "virtual_network_name": of, "address_prefixes": [block]}), json!({}))
    };
    let mut all = vec![
        space("azurerm_virtual_network.hub", "hub", "10.0.0.0/16"),
        space("azurerm_virtual_network.one", "one", "10.1.0.0/16"),
        space("azurerm_virtual_network.two", "two", "10.2.0.0/16"),
        part("azurerm_subnet.one", "one", "10.1.1.0/24"),
        part("azurerm_subnet.two", "two", "10.2.1.0/24"),
        nic("azurerm_network_interface.a", "azurerm_subnet.one.id"),
        nic("azurerm_network_interface.b", "azurerm_subnet.two.id"),
        (
            "azurerm_route_table.t",
            json!({"name": "t", "route": [{"name": "d", "address_prefix": "0.0.0.0/0", "next_hop_type": next,
                "next_hop_in_ip_address": "10.0.1.4"}]}),
            json!({}),
        ),
    ];
    for (address, subnet) in [
        ("azurerm_subnet_route_table_association.one", "azurerm_subnet.one.id"),
        ("azurerm_subnet_route_table_association.two", "azurerm_subnet.two.id"),
    ] {
        all.push((
            address,
            json!({}),
            json!({"subnet_id": refers(&[subnet]), "route_table_id": refers(&["azurerm_route_table.t.id"])}),
        ));
    }
    for (address, from, to) in [
        ("azurerm_virtual_network_peering.h1", "hub", "azurerm_virtual_network.one.id"),
        ("azurerm_virtual_network_peering.1h", "one", "azurerm_virtual_network.hub.id"),
        ("azurerm_virtual_network_peering.h2", "hub", "azurerm_virtual_network.two.id"),
        ("azurerm_virtual_network_peering.2h", "two", "azurerm_virtual_network.hub.id"),
    ] {
        let values = json!({"name": address, "virtual_network_name": from, "allow_forwarded_traffic": true});
        all.push((address, values, json!({"remote_virtual_network_id": refers(&[to])})));
    }
    all.extend(more);
    plan(&all).to_string()
}

#[test]
fn an_appliance_that_takes_what_is_for_anywhere_takes_private_addresses_too() {
    check(&model(&hub("VirtualAppliance", vec![])), "undecided a -> b tcp/443 : the next hop 10.0.1.4");
    for next in ["Internet", "None"] {
        check(&model(&hub(next, vec![])), "deny a -> b tcp/443");
    }
}

/// A firewall of the hub with one collection of rules, and what more is said of its policy.
fn firewall(kind: &str, action: &str, rule: Value, policy: Value) -> Vec<Held> {
    let subnet =
        json!({"name": "AzureFirewallSubnet", "virtual_network_name": "hub", "address_prefixes": ["10.0.1.0/26"]});
    let group = json!({"name": "g", "priority": 100, (kind): [{"name": "c", "priority": 100, "action": action, "rule": [rule]}]});
    vec![
        ("azurerm_subnet.fw", subnet, json!({})),
        ("azurerm_firewall_policy.p", json!({"name": "p"}), policy),
        (
            "azurerm_firewall.f",
            json!({"name": "f", "ip_configuration": [{"name": "c"}]}),
            json!({"firewall_policy_id": refers(&["azurerm_firewall_policy.p.id"]), "ip_configuration": [{"subnet_id": refers(&["azurerm_subnet.fw.id"])}]}),
        ),
        (
            "azurerm_firewall_policy_rule_collection_group.g",
            group,
            json!({"firewall_policy_id": refers(&["azurerm_firewall_policy.p.id"])}),
        ),
    ]
}

#[test]
fn what_no_rule_of_a_hubs_firewall_lets_through_is_denied_and_the_rest_is_open() {
    let rule = |more: Value| {
        let mut rule = json!({"name": "r", "protocols": ["TCP"], "source_addresses": ["10.1.0.0/16"], "destination_addresses": ["10.2.0.0/16"],
            "destination_ports": ["443", "8000-8010"]});
        rule.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        rule
    };
    let (network, none) = ("network_rule_collection", || json!({}));
    let asked = |held: Vec<Held>, lines: &str| check(&model(&hub("VirtualAppliance", held)), lines);
    asked(
        firewall(network, "Allow", rule(none()), none()),
        "undecided a -> b tcp/443 : what f passes on
         undecided a -> b tcp/8005
         deny a -> b tcp/22 : end of rules
         deny a -> b udp/443
         deny b -> a tcp/443",
    );
    asked(firewall(network, "Deny", rule(none()), none()), "deny a -> b tcp/443");
    // What stands for addresses that are not known as such may be any; names of hosts are proxied to, whatever they are.
    let tagged = json!({"destination_addresses": ["Storage"], "source_addresses": ["*"]});
    asked(firewall(network, "Allow", rule(tagged), none()), "undecided b -> a tcp/443\ndeny b -> a tcp/22");
    let named = json!({"name": "r", "source_addresses": ["10.1.0.0/16"], "destination_fqdns": ["*.example"], "protocols": [{"type": "Https", "port": 443}]});
    asked(
        firewall("application_rule_collection", "Allow", named, none()),
        "undecided a -> b tcp/443\ndeny a -> b udp/53\ndeny b -> a tcp/443",
    );
    let translated = json!({"name": "r", "protocols": ["TCP"], "source_addresses": ["*"], "destination_address": "20.1.1.1", "destination_ports": ["80"],
        "translated_address": "10.2.1.4", "translated_port": 8080});
    asked(
        firewall("nat_rule_collection", "Dnat", translated, none()),
        "undecided a -> b tcp/8080\ndeny b -> a tcp/8080",
    );
    // Another hub has the same addresses, and a firewall that lets nothing through: nothing leads there.
    let mut two = firewall(network, "Allow", rule(none()), none());
    two.extend([
        ("azurerm_virtual_network.other", json!({"name": "other", "address_space": ["10.0.0.0/16"]}), json!({})),
        (
            "azurerm_subnet.other",
            json!({"name": "AzureFirewallSubnet", "virtual_network_name": "other", "address_prefixes": ["10.0.1.0/26"]}),
            json!({}),
        ),
        ("azurerm_firewall_policy.none", json!({"name": "none"}), none()),
        (
            "azurerm_firewall.a",
            json!({"name": "a", "ip_configuration": [{"name": "c"}]}),
            json!({"firewall_policy_id": refers(&["azurerm_firewall_policy.none.id"]), "ip_configuration": [{"subnet_id": refers(&["azurerm_subnet.other.id"])}]}),
        ),
    ]);
    asked(two, "undecided a -> b tcp/443 : what f passes on\ndeny a -> b tcp/22");
    // The policy that it is made over is not shown.
    let over = json!({"base_policy_id": {"references": ["var.base"]}});
    asked(firewall(network, "Deny", rule(none()), over), "undecided a -> b tcp/22 : the next hop 10.0.1.4");
}

#[test]
fn a_group_of_addresses_that_is_not_all_known_closes_nothing() {
    let rule = json!({"name": "r", "protocols": ["TCP"], "source_addresses": ["10.9.0.0/16"], "source_ip_groups": ["azurerm_ip_group.g"],
        "destination_addresses": ["10.2.0.0/16"], "destination_ports": ["443"]});
    let mut held = firewall("network_rule_collection", "Allow", rule, json!({}));
    held.push(("azurerm_ip_group.g", json!({"name": "g", "cidrs": ["10.8.0.0/16"]}), json!({})));
    let mut text: Value = serde_json::from_str(&hub("VirtualAppliance", held)).unwrap();
    check(&model(&text.to_string()), "deny a -> b tcp/443");
    let change = json!({"actions": ["update"], "after_unknown": {"cidrs": [false, true]}});
    text["resource_changes"] = json!([{"address": "azurerm_ip_group.g", "change": change}]);
    check(&model(&text.to_string()), "undecided a -> b tcp/443\ndeny a -> b tcp/22");
}

/// Two networks, of which peerings join one subnet of each, and an interface in every subnet.
fn joined(own: Value, far: Value) -> Vec<Held> {
    let space = |address: &'static str, block: &str| -> Held {
        (address, json!({"name": address.split_once('.').unwrap().1, "address_space": [block]}), json!({}))
    };
    let part = |address: &'static str, of: &str, block: &str| -> Held {
        let name = address.split_once('.').unwrap().1;
        (address, json!({"name": name, "virtual_network_name": of, "address_prefixes": [block]}), json!({}))
    };
    let peering = |address: &'static str, from: &str, to: &str, own: Value, far: Value| -> Held {
        let values = json!({"name": address.split_once('.').unwrap().1, "virtual_network_name": from, "local_subnet_names": own,
            "remote_subnet_names": far, "peer_complete_virtual_networks_enabled": false});
        (address, values, json!({"remote_virtual_network_id": refers(&[to])}))
    };
    vec![
        space("azurerm_virtual_network.v", "10.0.0.0/16"),
        space("azurerm_virtual_network.w", "10.1.0.0/16"),
        part("azurerm_subnet.s", "v", "10.0.1.0/24"),
        part("azurerm_subnet.t", "v", "10.0.2.0/24"),
        part("azurerm_subnet.u", "w", "10.1.1.0/24"),
        part("azurerm_subnet.x", "w", "10.1.2.0/24"),
        peering("azurerm_virtual_network_peering.vw", "v", "azurerm_virtual_network.w.id", own.clone(), far.clone()),
        peering("azurerm_virtual_network_peering.wv", "w", "azurerm_virtual_network.v.id", far, own),
        nic("azurerm_network_interface.a", "azurerm_subnet.s.id"),
        nic("azurerm_network_interface.b", "azurerm_subnet.u.id"),
        nic("azurerm_network_interface.c", "azurerm_subnet.t.id"),
        nic("azurerm_network_interface.d", "azurerm_subnet.x.id"),
    ]
}

#[test]
fn a_peering_of_subnets_joins_no_others() {
    asked(
        &joined(json!(["s"]), json!(["u"])),
        "permit a -> b tcp/22\npermit b -> a tcp/22\ndeny c -> b tcp/22\ndeny b -> c tcp/22\ndeny a -> d tcp/22\ndeny c -> d tcp/22",
    );
    // Which they are, the plan may not show.
    asked(&joined(json!([]), json!(["u"])), "undecided a -> b tcp/22 : the network behind vw\nundecided c -> b tcp/22");
}

/// A balancer with one public address, a pool, and an interface whose group lets in one port.
fn balanced(port: &str, more: Vec<Held>) -> Vec<Held> {
    let mut card = nic("azurerm_network_interface.b", "azurerm_subnet.s.id");
    card.1["ip_configuration"][0]["private_ip_address"] = json!("10.0.1.4");
    let mut all = vec![
        network(),
        subnet("azurerm_subnet.s", "10.0.1.0/24", json!({})),
        card,
        group("azurerm_network_security_group.n", json!([rule(100, "Allow", port)])),
        associated(
            "azurerm_subnet_network_security_group_association.s",
            "azurerm_subnet.s.id",
            "azurerm_network_security_group.n.id",
        ),
        ("azurerm_public_ip.p", json!({"name": "p", "sku": "Standard"}), json!({})),
        (
            "azurerm_lb.l",
            json!({"name": "l", "frontend_ip_configuration": [{"name": "f"}]}),
            json!({"frontend_ip_configuration": [{"public_ip_address_id": refers(&["azurerm_public_ip.p.id"])}]}),
        ),
        (
            "azurerm_lb_backend_address_pool.p",
            json!({"name": "p"}),
            json!({"loadbalancer_id": refers(&["azurerm_lb.l.id"])}),
        ),
    ];
    all.extend(more);
    all
}

#[test]
fn a_target_by_its_address_is_whoever_has_that() {
    let rule = (
        "azurerm_lb_rule.r",
        json!({"name": "r", "protocol": "Tcp", "frontend_port": 443, "backend_port": 8443}),
        json!({"loadbalancer_id": refers(&["azurerm_lb.l.id"]),
            "backend_address_pool_ids": refers(&["azurerm_lb_backend_address_pool.p.id"])}),
    );
    let target = |values: Value| {
        let expressions = json!({"backend_address_pool_id": refers(&["azurerm_lb_backend_address_pool.p.id"]),
            "virtual_network_id": refers(&["azurerm_virtual_network.v.id"])});
        balanced("8443", vec![rule.clone(), ("azurerm_lb_backend_address_pool_address.t", values, expressions)])
    };
    asked(
        &target(json!({"name": "t", "ip_address": "10.0.1.4"})),
        "permit internet -> b tcp/443\ndeny internet -> b tcp/80",
    );
    asked(&target(json!({"name": "t"})), "undecided internet -> b tcp/443 : the targets of");
}

#[test]
fn a_range_of_ports_leads_to_one_of_those_behind_it_each() {
    let ends = json!({"network_interface_id": refers(&["azurerm_network_interface.b.id"]),
        "backend_address_pool_id": refers(&["azurerm_lb_backend_address_pool.p.id"])});
    let nat = |last: i64| {
        let values = json!({"name": "r", "protocol": "Tcp", "frontend_port_start": 3000, "frontend_port_end": last, "backend_port": 22});
        let expressions = json!({"loadbalancer_id": refers(&["azurerm_lb.l.id"]),
            "backend_address_pool_id": refers(&["azurerm_lb_backend_address_pool.p.id"])});
        let of = ("azurerm_network_interface_backend_address_pool_association.b", json!({}), ends.clone());
        balanced("22", vec![("azurerm_lb_nat_rule.r", values, expressions), of])
    };
    asked(&nat(3010), "permit internet -> b tcp/3001\ndeny internet -> b tcp/5000");
    // Of more than are followed one by one nobody tells which leads to whom.
    asked(&nat(60000), "undecided internet -> b tcp/40000 : the targets of\ndeny internet -> b tcp/2999");
}

#[test]
fn a_pool_of_ports_leads_to_the_members_of_a_scale_set() {
    let pool = (
        "azurerm_lb_nat_pool.n",
        json!({"name": "n", "protocol": "Tcp", "frontend_port_start": 50000, "frontend_port_end": 50009, "backend_port": 22}),
        json!({"loadbalancer_id": refers(&["azurerm_lb.l.id"])}),
    );
    let set = (
        "azurerm_linux_virtual_machine_scale_set.set",
        json!({"name": "set", "network_interface": [{"name": "i", "ip_configuration": [{"name": "c"}]}]}),
        json!({"network_interface": [{"ip_configuration": [{"subnet_id": refers(&["azurerm_subnet.s.id"]),
            "load_balancer_inbound_nat_rules_ids": refers(&["azurerm_lb_nat_pool.n.id"])}]}]}),
    );
    asked(&balanced("22", vec![pool, set]), "permit internet -> set tcp/50003\ndeny internet -> set tcp/443");
}

#[test]
fn a_gateway_of_requests_opens_connections_from_its_subnet() {
    // Behind it stands who lets in its subnet alone: nobody is thereby apart from those who reach the gateway.
    for (gateway, key) in [
        ("azurerm_application_gateway.gate", "gateway_ip_configuration"),
        ("azurerm_bastion_host.gate", "ip_configuration"),
    ] {
        let subnet_of = json!({key: [{"subnet_id": refers(&["azurerm_subnet.gate"])}]});
        let mut from_gate = rule(100, "Allow", "80");
        from_gate["source_address_prefix"] = json!("10.0.5.0/24");
        let resources = [
            network(),
            subnet("azurerm_subnet.a", "10.0.1.0/24", json!({})),
            subnet("azurerm_subnet.gate", "10.0.5.0/24", json!({})),
            group("azurerm_network_security_group.g", json!([from_gate, rule(200, "Deny", "*")])),
            associated(
                "azurerm_subnet_network_security_group_association.a",
                "azurerm_subnet.a",
                "azurerm_network_security_group.g",
            ),
            nic("azurerm_network_interface.x", "azurerm_subnet.a"),
            (gateway, json!({"name": "gate", key: [{"name": "c"}]}), subnet_of),
        ];
        asked(
            &resources,
            "undecided internet -> azurerm_network_interface.x tcp/80
             deny internet -> azurerm_network_interface.x tcp/22",
        );
    }
}
