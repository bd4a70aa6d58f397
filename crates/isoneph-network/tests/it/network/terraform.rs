//! AWS networks from Terraform plans, where identifiers are known only after apply.

use serde_json::{Value, json};

use super::{check, model};

fn resource(address: &str, values: Value) -> Value {
    let (kind, name) = address.split_once('.').unwrap();
    json!({"address": address, "mode": "managed", "type": kind, "name": name, "values": values})
}

pub(super) fn refers(pairs: &[(&str, &str)]) -> Value {
    let object: serde_json::Map<String, Value> = pairs
        .iter()
        .map(|(key, target)| ((*key).to_owned(), json!({"references": [format!("{target}.id"), target]})))
        .collect();
    Value::Object(object)
}

/// A plan of resources: (address, values, references).
pub(super) fn plan(resources: &[(&str, Value, Value)]) -> String {
    let planned: Vec<Value> = resources.iter().map(|(address, values, _)| resource(address, values.clone())).collect();
    let configured: Vec<Value> = resources
        .iter()
        .map(|(address, _, expressions)| {
            let (kind, name) = address.split_once('.').unwrap();
            json!({"address": address, "mode": "managed", "type": kind, "name": name, "expressions": expressions})
        })
        .collect();
    json!({"format_version": "1.2", "terraform_version": "1.9.0", "planned_values": {"root_module": {"resources": planned}},
        "configuration": {"root_module": {"resources": configured}}})
    .to_string()
}

pub(super) fn base() -> Vec<(&'static str, Value, Value)> {
    let all = json!([{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}]);
    vec![
        ("aws_vpc.main", json!({"cidr_block": "10.0.0.0/16"}), json!({})),
        (
            "aws_subnet.one",
            json!({"cidr_block": "10.0.1.0/24", "availability_zone": "a"}),
            refers(&[("vpc_id", "aws_vpc.main")]),
        ),
        (
            "aws_subnet.two",
            json!({"cidr_block": "10.0.2.0/24", "availability_zone": "b"}),
            refers(&[("vpc_id", "aws_vpc.main")]),
        ),
        ("aws_internet_gateway.gw", json!({}), refers(&[("vpc_id", "aws_vpc.main")])),
        (
            "aws_route_table.pub",
            json!({"route": [{"cidr_block": "0.0.0.0/0"}]}),
            json!({"vpc_id": {"references": ["aws_vpc.main.id", "aws_vpc.main"]},
                "route": [{"gateway_id": {"references": ["aws_internet_gateway.gw.id", "aws_internet_gateway.gw"]}}]}),
        ),
        (
            "aws_route_table_association.pub",
            json!({}),
            refers(&[("subnet_id", "aws_subnet.one"), ("route_table_id", "aws_route_table.pub")]),
        ),
        (
            "aws_security_group.web",
            json!({"name": "web", "ingress": [{"protocol": "tcp", "from_port": 443, "to_port": 443, "cidr_blocks": ["0.0.0.0/0"]}], "egress": all}),
            refers(&[("vpc_id", "aws_vpc.main")]),
        ),
        (
            "aws_security_group.db",
            json!({"name": "db", "ingress": [{"protocol": "tcp", "from_port": 5432, "to_port": 5432}]}),
            json!({"vpc_id": {"references": ["aws_vpc.main.id", "aws_vpc.main"]},
                "ingress": [{"security_groups": {"references": ["aws_security_group.web.id", "aws_security_group.web"]}}]}),
        ),
        (
            "aws_instance.web",
            json!({"associate_public_ip_address": true, "tags": {"Name": "web"}}),
            json!({"subnet_id": {"references": ["aws_subnet.one.id", "aws_subnet.one"]},
                "vpc_security_group_ids": {"references": ["aws_security_group.web.id", "aws_security_group.web"]}}),
        ),
        (
            "aws_instance.db",
            json!({"tags": {"Name": "db"}}),
            json!({"subnet_id": {"references": ["aws_subnet.two.id", "aws_subnet.two"]},
                "vpc_security_group_ids": {"references": ["aws_security_group.db.id", "aws_security_group.db"]}}),
        ),
    ]
}

#[test]
fn references_stand_in_for_identifiers_that_are_known_after_apply() {
    check(
        &model(&plan(&base())),
        "permit web -> db tcp/5432
         deny web -> db tcp/5433
         permit internet -> web tcp/443
         deny internet -> db tcp/443
         permit web -> 8.8.8.8 tcp/443",
    );
}

#[test]
fn a_new_group_has_no_egress_unless_it_is_written() {
    check(&model(&plan(&base())), "deny db -> web tcp/443 : out of db");
}

#[test]
fn a_rule_for_a_part_of_a_subnet_leaves_an_unknown_address_open() {
    let mut all = base();
    all.push((
        "aws_security_group_rule.part",
        json!({"type": "ingress", "protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_blocks": ["10.0.1.0/28"]}),
        refers(&[("security_group_id", "aws_security_group.db")]),
    ));
    check(
        &model(&plan(&all)),
        "undecided web -> db tcp/22 : the address within 10.0.1.0/24 is not known\ndeny web -> db tcp/23",
    );
}

#[test]
fn members_to_come_of_a_scaling_group_are_reasoned_about() {
    let mut all = base();
    all.push((
        "aws_launch_template.t",
        json!({"name": "t"}),
        refers(&[("vpc_security_group_ids", "aws_security_group.web")]),
    ));
    all.push((
        "aws_autoscaling_group.pool",
        json!({"name": "pool", "launch_template": [{"version": "$Latest"}]}),
        json!({"vpc_zone_identifier": {"references": ["aws_subnet.two.id", "aws_subnet.two"]},
            "launch_template": [{"id": {"references": ["aws_launch_template.t.id", "aws_launch_template.t"]}}]}),
    ));
    check(&model(&plan(&all)), "permit pool -> db tcp/5432\npermit web -> aws_autoscaling_group.pool tcp/443");
}

#[test]
fn references_lead_through_modules() {
    let plan = json!({"format_version": "1.2", "terraform_version": "1.9.0",
        "planned_values": {"root_module": {
            "resources": [resource("aws_vpc.main", json!({"cidr_block": "10.0.0.0/16"})), resource("aws_subnet.one", json!({"cidr_block": "10.0.1.0/24"}))],
            "child_modules": [{"address": "module.app[\"x\"]", "resources": [
                {"address": "module.app[\"x\"].aws_security_group.g", "mode": "managed", "type": "aws_security_group", "name": "g",
                 "values": {"name": "g", "ingress": [{"protocol": "tcp", "from_port": 22, "to_port": 22, "self": true}],
                            "egress": [{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}]}},
                {"address": "module.app[\"x\"].aws_instance.a", "mode": "managed", "type": "aws_instance", "name": "a", "values": {"tags": {"Name": "a"}}},
                {"address": "module.app[\"x\"].aws_instance.b", "mode": "managed", "type": "aws_instance", "name": "b", "values": {"tags": {"Name": "b"}}}
            ]}]}},
        "configuration": {"root_module": {
            "resources": [
                {"type": "aws_vpc", "name": "main", "mode": "managed", "expressions": {}},
                {"type": "aws_subnet", "name": "one", "mode": "managed", "expressions": {"vpc_id": {"references": ["aws_vpc.main.id", "aws_vpc.main"]}}}],
            "module_calls": {"app": {"expressions": {"subnet": {"references": ["aws_subnet.one.id", "aws_subnet.one"]}},
                "module": {"resources": [
                    {"type": "aws_security_group", "name": "g", "mode": "managed", "expressions": {}},
                    {"type": "aws_instance", "name": "a", "mode": "managed", "expressions": {"subnet_id": {"references": ["var.subnet"]},
                        "vpc_security_group_ids": {"references": ["aws_security_group.g.id", "aws_security_group.g"]}}},
                    {"type": "aws_instance", "name": "b", "mode": "managed", "expressions": {"subnet_id": {"references": ["var.subnet"]},
                        "vpc_security_group_ids": {"references": ["aws_security_group.g.id", "aws_security_group.g"]}}}]}}}}}});
    check(&model(&plan.to_string()), "permit a -> b tcp/22\ndeny a -> b tcp/23");
}

#[test]
fn a_raw_state_file_has_its_identifiers() {
    let instance = |values: Value| json!([{"attributes": values}]);
    let state = json!({"version": 4, "terraform_version": "1.9.0", "resources": [
        {"mode": "managed", "type": "aws_vpc", "name": "v", "instances": instance(json!({"id": "vpc-1", "cidr_block": "10.0.0.0/16"}))},
        {"mode": "managed", "type": "aws_subnet", "name": "s", "instances": instance(json!({"id": "subnet-1", "vpc_id": "vpc-1", "cidr_block": "10.0.1.0/24"}))},
        {"mode": "managed", "type": "aws_security_group", "name": "g", "instances": instance(json!({"id": "sg-1", "vpc_id": "vpc-1",
            "ingress": [{"protocol": "tcp", "from_port": 80, "to_port": 80, "cidr_blocks": ["10.0.1.10/32"]}],
            "egress": [{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}]}))},
        {"mode": "managed", "type": "aws_instance", "name": "a", "instances": instance(json!({"id": "i-1", "subnet_id": "subnet-1", "private_ip": "10.0.1.10", "vpc_security_group_ids": ["sg-1"]}))},
        {"mode": "managed", "type": "aws_instance", "name": "b", "instances": instance(json!({"id": "i-2", "subnet_id": "subnet-1", "private_ip": "10.0.1.11", "vpc_security_group_ids": ["sg-1"]}))}]});
    check(
        &model(&state.to_string()),
        "permit i-1 -> i-2 tcp/80\ndeny i-2 -> i-1 tcp/80\npermit 10.0.1.10 -> 10.0.1.11 tcp/80",
    );
}

#[test]
fn an_accelerator_of_a_plan_lets_the_internet_in() {
    let with = |endpoint: Value| {
        let mut all = base();
        let values = json!({"endpoint_configuration": [{}]});
        let group = json!({"endpoint_configuration": [{"endpoint_id": endpoint}]});
        all.push(("aws_globalaccelerator_endpoint_group.g", values, group));
        all.push((
            "aws_security_group.any",
            json!({"name": "any", "ingress": [{"protocol": "tcp", "from_port": 443, "to_port": 443, "cidr_blocks": ["0.0.0.0/0"]}], "egress": []}),
            refers(&[("vpc_id", "aws_vpc.main")]),
        ));
        all.push((
            "aws_instance.inner",
            json!({"tags": {"Name": "inner"}}),
            refers(&[("subnet_id", "aws_subnet.two"), ("vpc_security_group_ids", "aws_security_group.any")]),
        ));
        plan(&all)
    };
    let own = json!({"references": ["aws_instance.inner.arn", "aws_instance.inner"]});
    let lines =
        "undecided 8.8.8.8 -> inner tcp/443 : aws_globalaccelerator_endpoint_group.g\ndeny 8.8.8.8 -> inner tcp/22";
    check(&model(&with(own)), lines);
    check(&model(&with(json!({"references": ["var.endpoint"]}))), lines);
    check(&model(&with(json!({"constant_value": "i-of-another"}))), "deny 8.8.8.8 -> inner tcp/443");
}
