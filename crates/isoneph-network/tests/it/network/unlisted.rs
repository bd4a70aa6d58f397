//! Answers of an API of which lists are missing: what is in none of the lists at hand is not thereby absent.

use isoneph_network::model::{InputFile, Model};
use serde_json::{Value, json};

use super::references::{Held, plan, refers};
use super::{check, model};

/// One model of files with names.
fn named(files: &[(&str, &Value)]) -> Model {
    let file =
        |(path, held): &(&str, &Value)| InputFile { path: (*path).to_owned(), bytes: held.to_string().into_bytes() };
    let (model, problems) = Model::read(files.iter().map(file).collect());
    assert_eq!(problems, Vec::new());
    model
}

fn link(rest: &str) -> String {
    format!("https://www.googleapis.com/compute/v1/projects/p/{rest}")
}

fn instance(name: &str, address: &str, public: Option<&str>) -> Value {
    let access: Vec<Value> = public.iter().map(|address| json!({"natIP": address})).collect();
    let nic = json!({"network": link("global/networks/n"), "subnetwork": link("regions/r/subnetworks/s"),
        "networkIP": address, "accessConfigs": access});
    json!({"kind": "compute#instance", "name": name, "selfLink": link(&format!("zones/z/instances/{name}")), "networkInterfaces": [nic],
        "tags": {"fingerprint": "x"}, "canIpForward": false})
}

/// Networks, subnets, machines, routes and rules of a project, each as a file of `gcloud compute … list`.
fn google() -> Vec<(&'static str, Value)> {
    let network = json!([{"kind": "compute#network", "name": "n", "selfLink": link("global/networks/n"),
        "subnetworks": [link("regions/r/subnetworks/s")]}]);
    let subnet = json!([{"kind": "compute#subnetwork", "name": "s", "selfLink": link("regions/r/subnetworks/s"),
        "network": link("global/networks/n"), "region": link("regions/r"), "ipCidrRange": "10.0.0.0/24"}]);
    let route = json!([{"kind": "compute#route", "name": "d", "selfLink": link("global/routes/d"), "network": link("global/networks/n"),
        "destRange": "0.0.0.0/0", "priority": 1000, "nextHopGateway": link("global/gateways/default-internet-gateway")}]);
    let rule = json!([{"kind": "compute#firewall", "name": "f", "selfLink": link("global/firewalls/f"), "network": link("global/networks/n"),
        "direction": "INGRESS", "disabled": false, "priority": 1000, "allowed": [{"IPProtocol": "tcp", "ports": ["443"]}], "sourceRanges": ["10.0.0.0/24"]}]);
    let machines = json!([instance("a", "10.0.0.2", Some("34.1.1.1")), instance("b", "10.0.0.3", None)]);
    vec![
        ("networks.json", network),
        ("subnets.json", subnet),
        ("instances.json", machines),
        ("routes.json", route),
        ("firewall-rules.json", rule),
        ("routers.json", json!([])),
    ]
}

#[track_caller]
fn without(file: &str, lines: &str) {
    let all = google();
    let held: Vec<(&str, &Value)> =
        all.iter().filter(|(name, _)| *name != file).map(|(name, held)| (*name, held)).collect();
    check(&named(&held), lines);
}

#[test]
fn of_a_project_each_list_is_needed() {
    without(
        "",
        "permit a -> b tcp/443
         deny a -> b tcp/22 : implied ingress rule
         permit a -> 8.8.8.8 tcp/443
         deny b -> 8.8.8.8 tcp/443 : no public address
         deny 8.8.8.8 -> a tcp/22",
    );
    without(
        "firewall-rules.json",
        "undecided a -> b tcp/443 : the firewall rules of p/n, of which the input has no list
         undecided a -> b tcp/22 : the firewall rules of p/n
         undecided 8.8.8.8 -> a tcp/22 : the firewall rules of p/n",
    );
    without(
        "routes.json",
        "undecided a -> 8.8.8.8 tcp/443 : the routes of p/n, of which the input has no list
         permit a -> b tcp/443",
    );
    without(
        "routers.json",
        "undecided b -> 8.8.8.8 tcp/443 : the routers of p/n, of which the input has no list
         permit a -> 8.8.8.8 tcp/443",
    );
    without("subnets.json", "undecided a -> 10.0.9.9 tcp/443");
}

#[test]
fn a_list_of_nothing_is_of_the_project_that_its_folder_is_of() {
    // The service project has no rules and no routers, and what the host has was not asked for.
    let other =
        |of: &Value| -> Value { serde_json::from_str(&of.to_string().replace("projects/p/", "projects/s/")).unwrap() };
    let (all, nothing) = (google(), json!([]));
    let guest: Value = json!([{"kind": "compute#instance", "name": "c",
        "selfLink": other(&json!(link("zones/z/instances/c"))), "networkInterfaces": []}]);
    let files = |rules: &'static str, networks: &Value, more: &[&str]| {
        let host = all.iter().filter(|(name, _)| !name.starts_with("firewall") && !name.starts_with("routers"));
        let mut held: Vec<(String, &Value)> = host.map(|(name, held)| (format!("host/{name}"), held)).collect();
        held.extend([("guest/instances.json".to_owned(), &guest), ("guest/others.json".to_owned(), networks)]);
        held.extend([rules].iter().chain(more).map(|path| ((*path).to_owned(), &nothing)));
        held.iter().map(|(path, held)| (path.clone(), (*held).clone())).collect::<Vec<_>>()
    };
    let asked = |files: Vec<(String, Value)>, lines: &str| {
        let held: Vec<(&str, &Value)> = files.iter().map(|(path, held)| (path.as_str(), held)).collect();
        check(&named(&held), lines);
    };
    let open =
        "undecided a -> b tcp/443 : the firewall rules of p/n\nundecided b -> 8.8.8.8 tcp/443 : the routers of p/n";
    asked(files("guest/firewall-rules.json", &guest, &["guest/routers.json"]), open);
    // Nor does the network of another project tell of this one.
    asked(files("guest/firewall-rules.json", &other(&all[0].1), &["guest/routers.json"]), open);
    // In a folder of its own it may be of either.
    asked(files("lists/firewall-rules.json", &guest, &["lists/routers.json"]), open);
    asked(
        files("host/firewall-rules.json", &guest, &["host/routers.json"]),
        "deny a -> b tcp/443 : implied ingress rule\ndeny b -> 8.8.8.8 tcp/443 : no public address",
    );
}

#[test]
fn a_list_of_the_api_says_that_nothing_is_in_it_and_a_page_of_several_does_not() {
    let mut all = google();
    let rules = json!({"kind": "compute#firewallList", "id": "projects/p/global/firewalls"});
    let routers = json!({"kind": "compute#routerAggregatedList", "id": "projects/p/aggregated/routers",
        "items": {"regions/r": {"warning": {"code": "NO_RESULTS_ON_PAGE"}}}});
    let machines =
        json!({"kind": "compute#instanceAggregatedList", "items": {"zones/z": {"instances": all[2].1.clone()}}});
    (all[4].1, all[5].1, all[2].1) = (rules, routers, machines);
    let files = |all: &[(&'static str, Value)]| {
        let held: Vec<Value> = all.iter().map(|(_, held)| held.clone()).collect();
        let names: Vec<String> = (0..held.len()).map(|at| format!("page{at}.json")).collect();
        let pairs: Vec<(&str, &Value)> = names.iter().map(String::as_str).zip(&held).collect();
        named(&pairs)
    };
    check(
        &files(&all),
        "deny a -> b tcp/443 : implied ingress rule
         deny b -> 8.8.8.8 tcp/443 : no public address",
    );
    all[4].1["nextPageToken"] = json!("more");
    check(&files(&all), "undecided a -> b tcp/443 : the firewall rules of p/n");
}

#[test]
fn one_rule_that_is_described_by_itself_is_no_list_of_rules() {
    let mut all = google();
    all[4].1 = all[4].1[0].clone();
    let held: Vec<(&str, &Value)> = all.iter().map(|(name, held)| (*name, held)).collect();
    check(&named(&held), "undecided a -> b tcp/22 : the firewall rules of p/n, of which the input has no list");
}

#[test]
fn a_network_names_its_policy_though_the_input_does_not_show_it() {
    let mut all = google();
    all[0].1[0]["firewallPolicy"] = json!(link("global/firewallPolicies/np"));
    let held: Vec<(&str, &Value)> = all.iter().map(|(name, held)| (*name, held)).collect();
    check(&named(&held), "undecided a -> b tcp/22 : firewall policy p/np, which is not in the input");
}

/// Pods as the server shows them, and whatever more.
fn pods(more: &str) -> String {
    let pod = |space: &str, name: &str| {
        json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": space, "resourceVersion": "7"},
            "spec": {"containers": [{"name": "c"}]}, "status": {"phase": "Running", "podIP": "10.8.0.9"}})
    };
    let pods = json!({"apiVersion": "v1", "kind": "List", "metadata": {"resourceVersion": ""}, "items": [pod("shop", "web"), pod("ops", "db")]});
    format!("---\n{pods}\n---\n{more}\n")
}

#[test]
fn a_list_of_policies_that_was_cut_leaves_open_what_one_that_was_not_given_does_not_close() {
    let unlisted = model(&pods(""));
    check(&unlisted, "permit shop/web -> ops/db tcp/80");
    assert!(unlisted.unsupported.iter().any(|one| one.effect.contains("taken as none")), "it is told");
    let policy = |more: &str| {
        format!(
            r#"{{"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicyList", "metadata": {{"resourceVersion": "9"{more}}}, "items": [
            {{"metadata": {{"name": "p", "namespace": "ops", "resourceVersion": "8"}}, "spec": {{"podSelector": {{}}}}}}]}}"#
        )
    };
    check(&model(&pods(&policy(""))), "deny shop/web -> ops/db tcp/80\npermit ops/db -> shop/web tcp/80");
    check(&model(&pods(&policy(r#", "continue": "x""#))), "undecided shop/web -> ops/db tcp/80");
    for none in [
        r#"{"apiVersion": "v1", "kind": "List", "metadata": {"resourceVersion": ""}, "items": []}"#,
        r#"{"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicyList", "metadata": {"resourceVersion": "9"}, "items": []}"#,
    ] {
        check(&model(&pods(none)), "permit shop/web -> ops/db tcp/80");
    }
}

#[test]
fn an_empty_list_is_one_of_policies_where_the_name_of_its_file_says_so() {
    let nothing = json!({"apiVersion": "v1", "kind": "List", "metadata": {"resourceVersion": ""}, "items": []});
    let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "namespace": "n", "resourceVersion": "1"},
        "spec": {"containers": [{"name": "c"}]}});
    let told = |file: &str| -> Vec<String> {
        let held = named(&[("pods.json", &pod), (file, &nothing)]);
        held.unsupported.into_iter().filter(|one| one.kind == "NetworkPolicy").map(|one| one.effect).collect()
    };
    for file in ["networkpolicies.json", "netpol.json", "all/network-policies.json"] {
        assert_eq!(told(file), Vec::<String>::new(), "{file}");
    }
    for file in ["ingresses.json", "adminnetworkpolicies.json", "out.json"] {
        assert!(told(file).iter().any(|effect| effect.contains("unless the list of nothing is one")), "{file}");
    }
}

const AZURE: &str = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network";

fn azure_nic(name: &str, address: &str, more: Value) -> Value {
    let mut of =
        json!({"subnet": {"id": format!("{AZURE}/virtualNetworks/n/subnets/one")}, "privateIPAddress": address});
    of.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({"type": "Microsoft.Network/networkInterfaces", "id": format!("{AZURE}/networkInterfaces/{name}"), "name": name,
        "properties": {"ipConfigurations": [{"name": "c", "properties": of}]}})
}

/// A network with two machines, as `az` lists it.
fn azure(more_subnets: &[Value], behind: Value, more: Vec<Value>) -> Model {
    let one = json!({"id": format!("{AZURE}/virtualNetworks/n/subnets/one"), "name": "one", "properties": {"addressPrefix": "10.0.1.0/24"}});
    let subnets: Vec<Value> = [one].into_iter().chain(more_subnets.iter().cloned()).collect();
    let mut all = vec![
        json!({"type": "Microsoft.Network/virtualNetworks", "id": format!("{AZURE}/virtualNetworks/n"), "name": "n",
            "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "subnets": subnets, "virtualNetworkPeerings": []}}),
        azure_nic("a", "10.0.1.4", behind),
        azure_nic("b", "10.0.1.5", json!({})),
    ];
    all.extend(more);
    model(&Value::Array(all).to_string())
}

#[test]
fn an_interface_names_its_balancer_though_the_input_does_not_show_it() {
    let behind =
        json!({"loadBalancerBackendAddressPools": [{"id": format!("{AZURE}/loadBalancers/lb/backendAddressPools/p")}]});
    check(&azure(&[], json!({}), vec![]), "deny internet -> a tcp/80 : no public address");
    check(
        &azure(&[], behind.clone(), vec![]),
        "undecided internet -> a tcp/80 : loadbalancers/lb, which is not in the input",
    );
    let public = json!({"type": "Microsoft.Network/publicIPAddresses", "id": format!("{AZURE}/publicIPAddresses/p"), "name": "p",
        "sku": {"name": "Basic"}, "properties": {"ipAddress": "20.1.1.1"}});
    let balancer = |pool: Value| {
        json!({"type": "Microsoft.Network/loadBalancers", "id": format!("{AZURE}/loadBalancers/lb"), "name": "lb", "properties": {
            "frontendIPConfigurations": [{"name": "f", "properties": {"publicIPAddress": {"id": format!("{AZURE}/publicIPAddresses/p")}}}],
            "backendAddressPools": [{"id": format!("{AZURE}/loadBalancers/lb/backendAddressPools/p"), "properties": pool}],
            "loadBalancingRules": [{"properties": {"protocol": "Tcp", "frontendPort": 80, "backendPort": 80,
                "backendAddressPool": {"id": format!("{AZURE}/loadBalancers/lb/backendAddressPools/p")}}}]}})
    };
    let empty = balancer(json!({"backendIPConfigurations": []}));
    check(&azure(&[], json!({}), vec![public.clone(), empty]), "deny internet -> a tcp/80 : no public address");
    let addressed = balancer(json!({"loadBalancerBackendAddresses": [{"properties": {"ipAddress": "10.0.1.4"}}]}));
    check(
        &azure(&[], json!({}), vec![public.clone(), addressed]),
        "permit internet -> a tcp/80\ndeny internet -> b tcp/80",
    );
    let elsewhere = balancer(
        json!({"backendIPConfigurations": [{"id": format!("{AZURE}/networkInterfaces/other/ipConfigurations/c")}]}),
    );
    check(
        &azure(&[], json!({}), vec![public, elsewhere]),
        "undecided internet -> a tcp/80 : the targets of listener 80 of lb",
    );
}

#[test]
fn a_gateway_that_stands_in_a_network_is_one_though_the_input_does_not_show_it() {
    let gateways = |held: Value| {
        json!({"id": format!("{AZURE}/virtualNetworks/n/subnets/GatewaySubnet"), "name": "GatewaySubnet",
            "properties": {"addressPrefix": "10.0.255.0/27", "ipConfigurations": held}})
    };
    check(
        &azure(&[gateways(json!([]))], json!({}), vec![]),
        "deny a -> 192.168.0.1 tcp/22 : no route leads to private addresses",
    );
    let held = json!([{"id": format!("{AZURE}/virtualNetworkGateways/gw/ipConfigurations/default")}]);
    check(&azure(&[gateways(held)], json!({}), vec![]), "undecided a -> 192.168.0.1 tcp/22 : gateway of n");
}

#[test]
fn rules_of_a_network_manager_are_not_in_what_lists_it() {
    let manager = json!({"type": "Microsoft.Network/networkManagers", "id": format!("{AZURE}/networkManagers/m"), "name": "m", "properties": {}});
    check(&azure(&[], json!({}), vec![]), "permit a -> b tcp/22");
    check(&azure(&[], json!({}), vec![manager]), "undecided a -> b tcp/22 : network manager");
}

#[test]
fn machines_of_a_scale_set_stand_in_its_subnets() {
    let nic = json!({"name": "nic", "properties": {"networkSecurityGroup": {"id": format!("{AZURE}/networkSecurityGroups/g")},
        "ipConfigurations": [{"name": "c", "properties": {"subnet": {"id": format!("{AZURE}/virtualNetworks/n/subnets/one")}}}]}});
    let set = json!({"type": "Microsoft.Compute/virtualMachineScaleSets", "id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachineScaleSets/set",
        "name": "set", "properties": {"virtualMachineProfile": {"networkProfile": {"networkInterfaceConfigurations": [nic]}}}});
    check(
        &azure(&[], json!({}), vec![set]),
        "undecided a -> set tcp/22 : networksecuritygroups/g\ndeny internet -> set tcp/22 : no public address",
    );
}

/// Two networks that a plan peers; the second way back is chosen by something that the plan does not show.
#[test]
fn a_peering_of_which_the_other_end_is_one_of_several_may_be_there() {
    let net = |address: &'static str, block: &str| -> Held {
        let name = address.split_once('.').unwrap().1;
        (address, json!({"name": name, "resource_group_name": "g", "address_space": [block]}), json!({}))
    };
    let subnet = |address: &'static str, block: &str, network: &str| -> Held {
        let values = json!({"name": "s", "resource_group_name": "g", "address_prefixes": [block], "virtual_network_name": network});
        (address, values, json!({}))
    };
    let nic = |address: &'static str, subnet: &str| -> Held {
        let written = json!({"ip_configuration": [{"subnet_id": refers(&[subnet])}]});
        let name = address.split_once('.').unwrap().1;
        (address, json!({"name": name, "resource_group_name": "g", "ip_configuration": [{"name": "i"}]}), written)
    };
    let peering = |address: &'static str, from: &str, to: &[&str]| -> Held {
        let values = json!({"name": "p", "resource_group_name": "g", "virtual_network_name": from});
        (address, values, json!({"remote_virtual_network_id": refers(to)}))
    };
    let with = |back: &[&str]| {
        let all = [
            net("azurerm_virtual_network.a", "10.1.0.0/16"),
            net("azurerm_virtual_network.b", "10.2.0.0/16"),
            net("azurerm_virtual_network.c", "10.3.0.0/16"),
            subnet("azurerm_subnet.a", "10.1.0.0/24", "a"),
            subnet("azurerm_subnet.b", "10.2.0.0/24", "b"),
            nic("azurerm_network_interface.x", "azurerm_subnet.a.id"),
            nic("azurerm_network_interface.y", "azurerm_subnet.b.id"),
            peering("azurerm_virtual_network_peering.ab", "a", &["azurerm_virtual_network.b.id"]),
            peering("azurerm_virtual_network_peering.ba", "b", back),
        ];
        model(&plan(&all).to_string())
    };
    check(&with(&["azurerm_virtual_network.a.id"]), "permit x -> y tcp/22");
    check(&with(&["azurerm_virtual_network.c.id"]), "deny x -> y tcp/22 : not connected both ways");
    check(
        &with(&["var.first", "azurerm_virtual_network.a.id", "azurerm_virtual_network.c.id"]),
        "undecided x -> y tcp/22 : peering p, whose other end is not shown",
    );
}

/// Of AWS, two machines of two subnets; the second has a list and a table of its own, on a later page or not at all.
#[test]
fn on_a_page_that_is_not_there_a_subnet_may_have_a_table_and_a_list_of_its_own() {
    let subnet = |id: &str, block: &str| json!({"SubnetId": id, "VpcId": "vpc-1", "CidrBlock": block, "AvailabilityZone": "eu-west-1a"});
    let eni = |id: &str, subnet: &str, address: &str| {
        json!({"NetworkInterfaceId": id, "SubnetId": subnet, "VpcId": "vpc-1", "PrivateIpAddress": address,
            "PrivateIpAddresses": [{"PrivateIpAddress": address}], "Groups": [{"GroupId": "sg-1"}]})
    };
    let all = json!([{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]);
    let entry = |egress: bool| json!({"Egress": egress, "RuleNumber": 100, "RuleAction": "allow", "Protocol": "-1", "CidrBlock": "0.0.0.0/0"});
    let held = |tables: bool, lists: bool| {
        let answers = json!([
            {"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16"}]},
            {"Subnets": [subnet("subnet-a", "10.0.1.0/24"), subnet("subnet-b", "10.0.2.0/24")]},
            {"NetworkInterfaces": [eni("eni-a", "subnet-a", "10.0.1.4"), eni("eni-b", "subnet-b", "10.0.2.4")]},
            {"SecurityGroups": [{"GroupId": "sg-1", "IpPermissions": all, "IpPermissionsEgress": all}]},
            {"InternetGateways": []},
            {"RouteTables": [{"RouteTableId": "rtb-1", "VpcId": "vpc-1", "Associations": [{"Main": true}],
                "Routes": [{"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local"}]}], (if tables { "NextToken" } else { "Next" }): "x"},
            {"NetworkAcls": [{"NetworkAclId": "acl-1", "VpcId": "vpc-1", "IsDefault": true, "Associations": [],
                "Entries": [entry(true), entry(false)]}], (if lists { "NextToken" } else { "Next" }): "x"},
        ]);
        model(&answers.to_string())
    };
    check(&held(false, false), "permit eni-a -> eni-b tcp/22\ndeny eni-a -> 192.168.1.1 tcp/22 : no route");
    check(&held(true, false), "undecided eni-a -> 192.168.1.1 tcp/22 : the route table of subnet subnet-a");
    check(&held(false, true), "undecided eni-a -> eni-b tcp/22 : the subnet's network ACL is not in the input");
}

/// Two machines of one network: what the groups of the second are, an expression says that refers to `named`.
fn chosen(named: &[&str], variables: &Value) -> Model {
    let all = json!([{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}]);
    let rule =
        |port: u16| json!([{"protocol": "tcp", "from_port": port, "to_port": port, "cidr_blocks": ["10.0.0.0/8"]}]);
    let of = || json!({"vpc_id": refers(&["aws_vpc.v.id"])});
    let machine = |address: &'static str, groups: Value| -> Held {
        let tags = json!({"tags": {"Name": address.split_once('.').unwrap().1}});
        (address, tags, json!({"subnet_id": refers(&["aws_subnet.s.id"]), "vpc_security_group_ids": groups}))
    };
    let mut out = plan(&[
        ("aws_vpc.v", json!({"cidr_block": "10.0.0.0/16"}), json!({})),
        ("aws_subnet.s", json!({"cidr_block": "10.0.1.0/24"}), of()),
        ("aws_security_group.one", json!({"name": "one", "ingress": rule(443), "egress": all}), of()),
        ("aws_security_group.two", json!({"name": "two", "ingress": rule(22), "egress": all}), of()),
        machine("aws_instance.x", refers(&["aws_security_group.one.id"])),
        machine("aws_instance.y", refers(named)),
    ]);
    out["variables"] = variables.clone();
    model(&out.to_string())
}

#[test]
fn groups_that_a_condition_chooses_are_not_all_given() {
    let both = ["aws_security_group.one.id", "aws_security_group.two.id"];
    let with = |more: &'static str| [&[more][..], &both].concat();
    check(&chosen(&both, &json!({})), "permit x -> y tcp/443\npermit x -> y tcp/22\ndeny x -> y tcp/80");
    // More groups that a caller may give, of which there are none.
    check(&chosen(&with("var.more"), &json!({"more": {"value": []}})), "permit x -> y tcp/443\npermit x -> y tcp/22");
    for (reference, variables) in [
        ("var.public", json!({"public": {"value": true}})),
        ("var.stage", json!({"stage": {"value": "prod"}})),
        ("count.index", json!({})),
        ("each.key", json!({})),
        ("each.value.public", json!({})),
        ("terraform.workspace", json!({})),
        ("data.aws_region.here.name", json!({})),
        ("var.other", json!({"other": {"value": ""}})),
        // What a list cannot hold: an attribute of another resource, known or not.
        ("aws_vpc.v.cidr_block", json!({})),
        ("aws_vpc.v.owner_id", json!({})),
    ] {
        check(&chosen(&with(reference), &variables), "undecided x -> y tcp/443\nundecided x -> y tcp/22");
    }
}

#[test]
fn a_condition_may_leave_out_the_only_group_that_is_named() {
    let one = "aws_security_group.one.id";
    let open = "undecided x -> y tcp/443\ndeny x -> y tcp/22";
    let whole = "permit x -> y tcp/443\ndeny x -> y tcp/22";
    for (references, variables, lines) in [
        (vec!["var.on", one], json!({"on": {"value": true}}), open),
        (vec![one, "var.on"], json!({"on": {"value": true}}), open),
        (vec!["var.office", one], json!({"office": {"value": ""}}), open),
        (vec!["aws_vpc.v.cidr_block", one], json!({}), open),
        (vec!["count.index", one], json!({}), open),
        // As `compact([a.id, var.more])` has it.
        (vec![one, "var.more"], json!({"more": {"value": ""}}), whole),
        (vec![one, "var.more"], json!({"more": {"value": []}}), whole),
    ] {
        check(&chosen(&references, &variables), lines);
    }
}

#[test]
fn cloud_nat_of_which_the_subnets_are_not_shown_may_lead_out() {
    let with = |subnetworks: Value, written: Value| {
        let nat = json!({"name": "nat", "source_subnetwork_ip_ranges_to_nat": "LIST_OF_SUBNETWORKS", "subnetwork": subnetworks});
        let all: [Held; 5] = [
            ("google_compute_network.n", json!({"name": "n"}), json!({})),
            (
                "google_compute_subnetwork.s",
                json!({"name": "s", "region": "r", "ip_cidr_range": "10.0.0.0/24"}),
                json!({"network": refers(&["google_compute_network.n.id"])}),
            ),
            (
                "google_compute_instance.m",
                json!({"name": "m", "network_interface": [{}]}),
                json!({"network_interface": [{"subnetwork": refers(&["google_compute_subnetwork.s.id"])}]}),
            ),
            (
                "google_compute_router.r",
                json!({"name": "r", "region": "r"}),
                json!({"network": refers(&["google_compute_network.n.id"])}),
            ),
            (
                "google_compute_router_nat.nat",
                nat,
                json!({"router": refers(&["google_compute_router.r.name"]), "subnetwork": written}),
            ),
        ];
        model(&plan(&all).to_string())
    };
    let named = json!([{"name": refers(&["google_compute_subnetwork.s.id"])}]);
    check(&with(json!([{}]), named), "permit m -> 8.8.8.8 tcp/443");
    check(&with(json!([]), refers(&["var.subnets"])), "undecided m -> 8.8.8.8 tcp/443 : google_compute_router_nat.nat");
}

#[test]
fn interfaces_of_networks_that_no_answer_shows_are_named() {
    let vpc = json!({"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16"}]});
    let eni = json!({"NetworkInterfaces": [{"NetworkInterfaceId": "eni-lost", "VpcId": "vpc-2", "SubnetId": "subnet-2",
        "PrivateIpAddresses": [{"PrivateIpAddress": "10.2.0.9"}]}]});
    let nic = json!([azure_nic("lost", "10.0.1.4", json!({}))]);
    let machine = json!([instance("lost", "10.0.0.2", None)]);
    for files in
        [vec![("vpcs.json", &vpc), ("enis.json", &eni)], vec![("nics.json", &nic)], vec![("instances.json", &machine)]]
    {
        let held = named(&files);
        let told = held.unsupported.iter().find(|one| one.effect.contains("its network is not shown"));
        assert!(told.is_some_and(|one| one.locator.contains("lost")), "{files:?}: {:?}", held.unsupported);
    }
    let all = google();
    let whole = named(&all.iter().map(|(name, held)| (*name, held)).collect::<Vec<_>>());
    assert!(whole.unsupported.iter().all(|one| !one.effect.contains("its network is not shown")));
}

#[test]
fn what_stands_in_a_network_that_is_not_in_the_input_is_no_unknown_name() {
    let nic = json!({"type": "Microsoft.Network/networkInterfaces", "id": format!("{AZURE}/networkInterfaces/n"), "name": "n", "properties": {
        "ipConfigurations": [{"properties": {"privateIPAddress": "10.0.0.4", "subnet": {"id": format!("{AZURE}/virtualNetworks/v/subnets/s")}}}]}});
    let machine = json!({"type": "Microsoft.Compute/virtualMachines", "id": format!("{AZURE}/virtualMachines/m"), "name": "m",
        "properties": {"networkProfile": {"networkInterfaces": [{"id": format!("{AZURE}/networkInterfaces/n")}]}}});
    let all = json!([nic, machine, {"type": "Microsoft.Network/virtualNetworks", "id": format!("{AZURE}/virtualNetworks/w"), "name": "w",
        "properties": {"addressSpace": {"addressPrefixes": ["10.9.0.0/16"]}, "subnets": [], "virtualNetworkPeerings": []}}]);
    check(
        &model(&all.to_string()),
        "undecided m -> 8.8.8.8 tcp/80 : the network that it stands in is not
         undecided n -> 8.8.8.8 tcp/80 : the network that it stands in is not
         undecided x -> 8.8.8.8 tcp/80 : nothing in the model is called",
    );
}
