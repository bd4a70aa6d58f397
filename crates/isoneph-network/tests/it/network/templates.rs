//! ARM templates, and parts of resources that Azure answers with by themselves.

use serde_json::{Value, json};

use super::azure::{group, id, network, nic, peering, plain, subnet};
use super::{check, model, models};
use isoneph_network::model::{InputFile, Model};

fn reference(kind: &str, names: &[&str]) -> Value {
    let names: Vec<String> = names.iter().map(|name| format!(", {name}")).collect();
    json!({"id": format!("[resourceId('Microsoft.Network/{kind}'{})]", names.concat())})
}

fn resource(kind: &str, name: &str, properties: Value) -> Value {
    json!({"type": format!("Microsoft.Network/{kind}"), "apiVersion": "2023-09-01", "name": name, "properties": properties})
}

fn template(parameters: Value, resources: Vec<Value>) -> Value {
    json!({"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "contentVersion": "1.0.0.0",
        "parameters": parameters, "variables": {"prefix": "[toLower(parameters('stage'))]"}, "resources": resources})
}

fn machine(name: &str, address: &str, subnet: &str, more: &Value) -> Value {
    let mut place = json!({"privateIPAddress": address, "subnet": reference("virtualNetworks/subnets", &["parameters('net')", subnet])});
    for (key, held) in more.as_object().unwrap() {
        place[key] = held.clone();
    }
    resource("networkInterfaces", name, json!({"ipConfigurations": [{"name": "c", "properties": place}]}))
}

fn rule(port: &str, access: &str) -> Value {
    json!({"name": format!("p{port}"), "properties": {"priority": 100, "direction": "Inbound", "access": access, "protocol": "*",
        "sourceAddressPrefix": "*", "destinationAddressPrefix": "*", "sourcePortRange": "*", "destinationPortRange": port}})
}

fn net(subnets: Vec<Value>) -> Value {
    resource(
        "virtualNetworks",
        "[parameters('net')]",
        json!({"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "subnets": subnets}),
    )
}

fn part(name: &str, prefix: &str, more: &Value) -> Value {
    let mut properties = json!({"addressPrefix": prefix});
    for (key, held) in more.as_object().unwrap() {
        properties[key] = held.clone();
    }
    json!({"name": name, "properties": properties})
}

/// Two subnets of which one has a group, and a machine in each.
fn pair(more: Vec<Value>) -> Vec<Value> {
    let guarded =
        json!({"networkSecurityGroup": reference("networkSecurityGroups", &["format('{0}-g', variables('prefix'))"])});
    let mut all = vec![
        net(vec![part("one", "10.0.1.0/24", &plain()), part("two", "10.0.2.0/24", &guarded)]),
        machine("[concat(variables('prefix'), '-a')]", "10.0.1.4", "'one'", &plain()),
        machine("[parameters('b')]", "10.0.2.4", "'two'", &plain()),
        resource(
            "networkSecurityGroups",
            "[format('{0}-g', variables('prefix'))]",
            json!({"securityRules": [rule("22", "Deny")]}),
        ),
    ];
    all.extend(more);
    all
}

fn known() -> Value {
    json!({"net": {"type": "String", "defaultValue": "v"}, "b": {"type": "String", "defaultValue": "b"},
        "stage": {"type": "String", "defaultValue": "PROD"}})
}

#[test]
fn resources_of_a_template_are_told_apart_by_what_their_expressions_come_to() {
    check(
        &model(&template(known(), pair(vec![])).to_string()),
        "deny prod-a -> b tcp/22 : p22
         permit prod-a -> b tcp/80
         permit b -> prod-a tcp/22
         deny internet -> b tcp/80 : no public address",
    );
}

#[test]
fn a_parameter_without_a_value_is_one_value_throughout() {
    let public = json!({"type": "Microsoft.Network/publicIPAddresses", "apiVersion": "2023-09-01", "name": "[parameters('p')]",
        "sku": {"name": "Basic"}, "properties": {}});
    let front = json!({"publicIPAddress": reference("publicIPAddresses", &["parameters('p')"])});
    let all = vec![
        net(vec![part("one", "10.0.1.0/24", &plain())]),
        machine("[parameters('a')]", "10.0.1.4", "'one'", &front),
        machine("[parameters('b')]", "10.0.1.5", "'one'", &plain()),
        public,
    ];
    let model = model(&template(json!({}), all).to_string());
    check(
        &model,
        "permit internet -> 10.0.1.4 tcp/22
         deny internet -> 10.0.1.5 tcp/22
         permit 10.0.1.4 -> 10.0.1.5 tcp/22",
    );
    assert!(!model.sources[0].live, "a template is meant, and not answered");
}

#[test]
fn parts_that_stand_by_themselves_belong_to_their_owners() {
    let apart = vec![
        resource("virtualNetworks", "v", json!({"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}})),
        resource(
            "virtualNetworks/subnets",
            "v/one",
            json!({"addressPrefix": "10.0.1.0/24", "routeTable": reference("routeTables", &["'t'"])}),
        ),
        resource(
            "virtualNetworks/subnets",
            "[format('{0}/{1}', 'v', 'two')]",
            json!({"addressPrefix": "10.0.2.0/24", "networkSecurityGroup": reference("networkSecurityGroups", &["'g'"])}),
        ),
        json!({"type": "Microsoft.Network/networkSecurityGroups", "apiVersion": "1", "name": "g", "properties": {},
            "resources": [{"type": "securityRules", "apiVersion": "1", "name": "no", "properties": rule("22", "Deny")["properties"]}]}),
        resource("routeTables", "t", json!({})),
        resource("routeTables/routes", "t/x", json!({"addressPrefix": "10.0.3.0/24", "nextHopType": "None"})),
        machine("a", "10.0.1.4", "'one'", &plain()),
        machine("b", "10.0.2.4", "'two'", &plain()),
        machine("c", "10.0.3.4", "'three'", &plain()),
        resource("virtualNetworks/subnets", "v/three", json!({"addressPrefix": "10.0.3.0/24"})),
    ];
    check(
        &model(&template(json!({"net": {"defaultValue": "V"}}), apart).to_string()),
        "deny a -> b tcp/22 : no
         permit a -> b tcp/80
         deny a -> c tcp/80 : leads nowhere
         permit b -> c tcp/80",
    );
}

#[test]
fn a_module_has_its_own_names_and_those_that_it_is_given() {
    let inner = template(known(), pair(vec![]));
    let module = |scope: &str| {
        json!({"type": "Microsoft.Resources/deployments", "apiVersion": "2022-09-01", "name": "module", "properties": {"mode": "Incremental",
            "expressionEvaluationOptions": {"scope": scope}, "parameters": {"b": {"value": "[concat(parameters('b'), '2')]"}}, "template": inner}})
    };
    let with = |scope: &str| {
        let parameters =
            json!({"b": {"defaultValue": "outer"}, "net": {"defaultValue": "n"}, "stage": {"defaultValue": "test"}});
        model(&template(parameters, vec![module(scope)]).to_string())
    };
    check(&with("inner"), "deny prod-a -> outer2 tcp/22\npermit prod-a -> outer2 tcp/80");
    check(&with("outer"), "deny test-a -> outer tcp/22\npermit test-a -> outer tcp/80");
}

#[test]
fn what_is_deployed_on_a_condition_that_nobody_tells_leaves_all_open() {
    let with = |condition: Value| {
        let mut all = pair(vec![]);
        all[3]["condition"] = condition;
        model(&template(known(), all).to_string())
    };
    check(&with(json!(true)), "deny prod-a -> b tcp/22");
    check(&with(json!("[not(equals(parameters('stage'), 'test'))]")), "deny prod-a -> b tcp/22");
    check(
        &with(json!("[parameters('guarded')]")),
        "undecided prod-a -> b tcp/22 : by its condition {parameters(guarded)}",
    );
    check(&with(json!(false)), "undecided prod-a -> b tcp/22 : is not in the input");
}

#[test]
fn what_a_template_does_not_tell_of_a_machine_is_open() {
    let ends = json!({"ipConfigurations": [{"name": "c", "properties": {"privateIPAddress": "[parameters('where')]",
        "subnet": reference("virtualNetworks/subnets", &["parameters('net')", "'two'"])}}],
        "networkSecurityGroup": "[if(parameters('guarded'), createObject('id', 'x'), null())]"});
    let model = model(&template(known(), pair(vec![resource("networkInterfaces", "c", ends)])).to_string());
    check(&model, "undecided prod-a -> c tcp/80 : is not in the input\ndeny prod-a -> c tcp/22");
}

#[test]
fn a_loop_makes_as_many_as_it_counts() {
    let mut looped =
        machine("[format('m{0}', copyIndex())]", "[format('10.0.1.{0}', copyIndex(10))]", "'one'", &plain());
    looped["copy"] = json!({"name": "machines", "count": 2});
    let rules = json!({"copy": [{"name": "securityRules", "count": "[length(parameters('ports'))]", "input": {"name": "[format('r{0}', copyIndex('securityRules'))]",
        "properties": {"priority": "[copyIndex('securityRules', 100)]", "direction": "Inbound", "access": "Deny", "protocol": "*", "sourceAddressPrefix": "*",
            "destinationAddressPrefix": "*", "sourcePortRange": "*", "destinationPortRange": "[parameters('ports')[copyIndex('securityRules')]]"}}}]});
    let mut all = pair(vec![looped.clone()]);
    all[3]["properties"] = rules;
    let mut parameters = known();
    parameters["ports"] = json!({"defaultValue": ["22", "3389"]});
    check(
        &model(&template(parameters, all.clone()).to_string()),
        "permit m0 -> m1 tcp/22
         permit 10.0.1.11 -> 10.0.1.10 tcp/22
         deny m1 -> b tcp/3389 : 101 r1
         permit m1 -> b tcp/80",
    );
    looped["copy"]["count"] = json!("[parameters('many')]");
    all[4] = looped;
    check(&model(&template(known(), all).to_string()), "undecided prod-a -> b tcp/80 : how many there are of");
}

#[test]
fn a_template_without_an_end_leaves_all_open() {
    let mut text = template(known(), pair(vec![]));
    text["variables"]["v0"] = json!(["x", "x", "x", "x", "x", "x", "x", "x"]);
    for level in 1..12 {
        let above = format!("[variables('v{}')]", level - 1);
        text["variables"][format!("v{level}")] = json!([above, above, above, above, above, above, above, above]);
    }
    text["resources"][1]["tags"] = json!({"all": "[variables('v11')]"});
    text["variables"]["circle"] = json!("[variables('circle')]");
    text["resources"][2]["tags"] = json!({"round": "[variables('circle')]"});
    let file = InputFile { path: "template.json".into(), bytes: text.to_string().into_bytes() };
    let (model, problems) = Model::read(vec![file]);
    assert!(problems.iter().any(|held| held.message.contains("more than is worked out")), "{problems:?}");
    check(&model, "undecided prod-a -> prod-a tcp/80 : more than is worked out");
}

#[test]
fn subnets_that_azure_answers_with_by_themselves_are_those_of_their_networks() {
    let whole = network("n", "10.0.0.0/16", vec![subnet("n", "one", "10.0.1.0/24", plain())], vec![]);
    let mut other = subnet("n", "two", "10.0.2.0/24", plain());
    other["type"] = json!("Microsoft.Network/virtualNetworks/subnets");
    let machines = [nic("a", "n", "one", "10.0.1.4", plain()), nic("b", "n", "two", "10.0.2.4", plain())];
    let files = [json!([whole]), json!([other]), json!(machines)].map(|held| held.to_string());
    check(&models(&[&files[0], &files[1], &files[2]]), "permit a -> b tcp/22");
}

#[test]
fn a_rule_that_azure_answers_with_by_itself_may_hold() {
    let held = json!({"networkSecurityGroup": id("networkSecurityGroups", "g")});
    let whole = network("n", "10.0.0.0/16", vec![subnet("n", "one", "10.0.1.0/24", held)], vec![]);
    let one = group("g", &["shut 100 In Deny Tcp * * 22"]);
    let mut rule = one["properties"]["securityRules"][0].clone();
    rule["type"] = json!("Microsoft.Network/networkSecurityGroups/securityRules");
    rule["id"] = json!(format!("{}/securityRules/shut", id("networkSecurityGroups", "g")["id"].as_str().unwrap()));
    let base = |of: Value| {
        json!([whole, nic("a", "n", "one", "10.0.1.4", plain()), nic("b", "n", "one", "10.0.1.5", plain()), of])
            .to_string()
    };
    let (rule, none) = (json!([rule]).to_string(), group("g", &[]));
    for files in [[base(none.clone()), rule.clone()], [rule.clone(), base(none)]] {
        check(&models(&[&files[0], &files[1]]), "undecided a -> b tcp/22 : rule shut\npermit a -> b tcp/23");
    }
    check(&models(&[&base(one), &rule]), "deny a -> b tcp/22 : shut\npermit a -> b tcp/23");
}

#[test]
fn a_peering_that_azure_answers_with_by_itself_joins_what_it_names() {
    let space =
        |name: &str, space: &str, prefix: &str| network(name, space, vec![subnet(name, "s", prefix, plain())], vec![]);
    let child = |from: &str, to: &str| {
        let mut held = peering(to, true);
        held["type"] = json!("Microsoft.Network/virtualNetworks/virtualNetworkPeerings");
        held["id"] =
            json!(format!("{}/virtualNetworkPeerings/to-{to}", id("virtualNetworks", from)["id"].as_str().unwrap()));
        held
    };
    let all = json!([
        space("n", "10.1.0.0/16", "10.1.1.0/24"),
        space("m", "10.2.0.0/16", "10.2.1.0/24"),
        child("n", "m"),
        child("m", "n"),
        nic("a", "n", "s", "10.1.1.4", plain()),
        nic("b", "m", "s", "10.2.1.4", plain()),
    ]);
    check(&model(&all.to_string()), "permit a -> b tcp/22");
}
