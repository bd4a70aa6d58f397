//! Templates within a template (Bicep's modules) and what they give out.

use serde_json::{Value, json};

use super::{check, model};

fn template(resources: Value, more: Value) -> Value {
    let mut out = json!({"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0", "resources": resources});
    out.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    out
}

fn module(name: &str, parameters: Value, inner: Value) -> Value {
    json!({"type": "Microsoft.Resources/deployments", "apiVersion": "2022-09-01", "name": name, "properties": {"mode": "Incremental",
        "expressionEvaluationOptions": {"scope": "inner"}, "parameters": parameters, "template": inner}})
}

fn resource(kind: &str, name: &str, properties: Value) -> Value {
    json!({"type": format!("Microsoft.Network/{kind}"), "apiVersion": "2023-09-01", "name": name, "properties": properties})
}

/// A group that denies SSH, and its identifier.
fn group() -> Value {
    let deny = json!({"name": "ssh", "properties": {"priority": 100, "direction": "Inbound", "access": "Deny", "protocol": "Tcp",
        "sourceAddressPrefix": "*", "destinationAddressPrefix": "*", "sourcePortRange": "*", "destinationPortRange": "22"}});
    let out = json!({"outputs": {"id": {"type": "string", "value": "[resourceId('Microsoft.Network/networkSecurityGroups', 'g')]"}}});
    module(
        "nsg",
        json!({}),
        template(json!([resource("networkSecurityGroups", "g", json!({"securityRules": [deny]}))]), out),
    )
}

/// A network of as many subnets as it is given, all with the group that it is given; it gives out their identifiers.
fn network(group: &str) -> Value {
    let subnets = json!([{"name": "subnets", "count": "[length(parameters('parts'))]", "input": {"name": "[parameters('parts')[copyIndex('subnets')].name]",
        "properties": {"addressPrefix": "[parameters('parts')[copyIndex('subnets')].block]", "networkSecurityGroup": {"id": "[parameters('group')]"}}}}]);
    let net = resource(
        "virtualNetworks",
        "v",
        json!({"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "copy": subnets}),
    );
    let all = json!({"count": "[length(parameters('parts'))]",
        "input": "[resourceId('Microsoft.Network/virtualNetworks/subnets', 'v', parameters('parts')[copyIndex()].name)]"});
    let more = json!({
        "parameters": {"parts": {"type": "array"}, "group": {"type": "string"}},
        "outputs": {"all": {"type": "array", "copy": all},
            "one": {"type": "string", "value": "[format('{0}/subnets/one', resourceId('Microsoft.Network/virtualNetworks', 'v'))]"}}});
    let given = json!({"group": {"value": group},
        "parts": {"value": [{"name": "one", "block": "10.0.1.0/24"}, {"name": "two", "block": "10.0.2.0/24"}]}});
    module("net", given, template(json!([net]), more))
}

fn machine(name: &str, subnet: &str) -> Value {
    let place =
        json!({"ipConfigurations": [{"name": "c", "properties": {"subnet": {"id": "[parameters('subnet')]"}}}]});
    let inner = template(
        json!([resource("networkInterfaces", name, place)]),
        json!({"parameters": {"subnet": {"type": "string"}}}),
    );
    module(name, json!({"subnet": {"value": subnet}}), inner)
}

const BY_ID: &str = "[reference(resourceId('Microsoft.Resources/deployments', 'NAME'), '2022-09-01').outputs.GIVEN]";
const BY_NAME: &str = "[reference('NAME').outputs.GIVEN]";

fn given(form: &str, name: &str, what: &str) -> String {
    form.replace("NAME", name).replace("GIVEN", what)
}

fn whole(form: &str) -> [Value; 4] {
    [
        group(),
        network(&given(form, "nsg", "id.value")),
        machine("a", &given(form, "net", "one.value")),
        machine("b", &given(form, "net", "all.value[1]")),
    ]
}

const ANSWERS: &str = "deny a -> b tcp/22 : ssh\npermit a -> b tcp/80";

#[test]
fn what_a_module_gives_out_is_what_another_is_given() {
    check(&model(&template(json!(whole(BY_ID)), json!({})).to_string()), ANSWERS);
    let [nsg, net, a, b] = whole(BY_NAME);
    let named = template(json!({"nsg": nsg, "net": net, "a": a, "b": b}), json!({"languageVersion": "2.0"}));
    check(&model(&named.to_string()), ANSWERS);
}

#[test]
fn a_module_that_is_made_in_a_loop_is_told_by_its_name() {
    let [nsg, mut net, ..] = whole(BY_ID);
    net["name"] = json!("[format('net-{0}', copyIndex())]");
    net["copy"] = json!({"name": "nets", "count": 1});
    let machines = [("a", "one.value"), ("b", "all.value[1]")];
    let [a, b] = machines.map(|(name, what)| machine(name, &given(BY_ID, "net-0", what)));
    check(&model(&template(json!([nsg, net, a, b]), json!({})).to_string()), ANSWERS);
}

#[test]
fn what_no_module_gives_out_is_open() {
    let [nsg, net, a, _] = whole(BY_ID);
    for what in ["other.value", "one", "all.value[7]"] {
        let b = machine("b", &given(BY_ID, "net", what));
        check(&model(&template(json!([nsg, net, a, b]), json!({})).to_string()), "undecided a -> b tcp/80");
    }
}

#[test]
fn modules_that_give_out_what_they_take_from_each_other_have_an_end() {
    let round = |name: &str, other: &str| {
        let more = json!({"parameters": {"x": {"type": "string"}}, "outputs": {"x": {"type": "string", "value": "[parameters('x')]"}}});
        module(name, json!({"x": {"value": given(BY_ID, other, "x.value")}}), template(json!([]), more))
    };
    let [nsg, net, a, _] = whole(BY_ID);
    let b = machine("b", &given(BY_ID, "one", "x.value"));
    let all = template(json!([nsg, net, a, b, round("one", "two"), round("two", "one")]), json!({}));
    check(&model(&all.to_string()), "undecided a -> b tcp/80");
}

#[test]
fn a_variable_may_be_made_by_a_loop_and_put_together_from_lists() {
    let variables = json!({"copy": [{"name": "blocks", "count": 2, "input": "[format('10.0.{0}.0/24', add(copyIndex('blocks'), 1))]"}],
        "ports": "[union(createArray('22'), split('22,23', ','))]"});
    let rules = json!({"copy": [{"name": "securityRules", "count": "[length(variables('ports'))]", "input": {"name": "[format('r{0}', copyIndex('securityRules'))]",
        "properties": {"priority": "[copyIndex('securityRules', 100)]", "direction": "Inbound", "access": "Deny", "protocol": "*", "sourceAddressPrefix": "*",
            "destinationAddressPrefix": "[last(variables('blocks'))]", "sourcePortRange": "*", "destinationPortRange": "[variables('ports')[copyIndex('securityRules')]]"}}}]});
    let subnet = |name: &str, at: &str| {
        json!({"name": name, "properties": {"addressPrefix": format!("[{at}(variables('blocks'))]"),
            "networkSecurityGroup": {"id": "[resourceId('Microsoft.Network/networkSecurityGroups', 'g')]"}}})
    };
    let nic = |name: &str, subnet: &str| {
        let id = format!("[resourceId('Microsoft.Network/virtualNetworks/subnets', 'v', '{subnet}')]");
        resource(
            "networkInterfaces",
            name,
            json!({"ipConfigurations": [{"name": "c", "properties": {"subnet": {"id": id}}}]}),
        )
    };
    let all = json!([
        resource("networkSecurityGroups", "g", rules),
        resource(
            "virtualNetworks",
            "v",
            json!({"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "subnets": [subnet("one", "first"), subnet("two", "last")]})
        ),
        nic("a", "one"),
        nic("b", "two"),
    ]);
    check(
        &model(&template(all, json!({"variables": variables})).to_string()),
        "deny a -> b tcp/23 : 101 r1\npermit a -> b tcp/24\npermit b -> a tcp/23",
    );
}
