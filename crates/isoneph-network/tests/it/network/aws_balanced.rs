//! AWS plans: load balancers whose subnets, targets or listeners are given otherwise than in the plainest way.

use serde_json::{Value, json};

use super::aws_launched::{group, outward};
use super::references::{Held, machine, plan, refers};
use super::{check, model};

fn balancer(address: &'static str, kind: &str, subnets: &[&str], groups: &[&str]) -> Held {
    let name = address.split_once('.').unwrap().1;
    let mut written = json!({"subnets": refers(subnets)});
    if subnets.is_empty() {
        written = json!({});
    }
    if !groups.is_empty() {
        written["security_groups"] = refers(groups);
    }
    (address, json!({"name": name, "load_balancer_type": kind, "internal": true}), written)
}

fn targets(address: &'static str, kind: &str, port: u16) -> Held {
    (address, json!({"target_type": kind, "port": port, "protocol": "TCP", "preserve_client_ip": "false"}), json!({}))
}

fn listener(address: &'static str, port: u16, of: &str, to: Option<&str>) -> Held {
    let action = to.map(|to| json!([{"target_group_arn": refers(&[&format!("{to}.arn")])}])).unwrap_or(Value::Null);
    let kind = if to.is_some() { "forward" } else { "fixed-response" };
    let written = json!({"load_balancer_arn": refers(&[&format!("{of}.arn")]), "default_action": action});
    (address, json!({"port": port, "protocol": "TCP", "default_action": [{"type": kind}]}), written)
}

fn attached(to: &str, target: Value) -> Held {
    let written = json!({"target_group_arn": refers(&[&format!("{to}.arn")]), "target_id": target});
    ("aws_lb_target_group_attachment.a", json!({}), written)
}

/// A client, a network load balancer of a group, and a server that lets in that group alone.
fn base(subnets: &[&str]) -> Vec<Held> {
    let mut all = outward();
    let (server, mut values, mut written) = group("aws_security_group.server", &[]);
    values["ingress"] = json!([{"protocol": "tcp", "from_port": 443, "to_port": 443}]);
    written["ingress"] = json!([{"security_groups": refers(&["aws_security_group.web.id"])}]);
    all.extend([
        (server, values, written),
        machine("aws_instance.client", refers(&["aws_subnet.s[0].id"]), refers(&["aws_security_group.ssh.id"])),
        machine("aws_instance.server", refers(&["aws_subnet.s[1].id"]), refers(&["aws_security_group.server.id"])),
        balancer("aws_lb.n", "network", subnets, &["aws_security_group.web.id"]),
        targets("aws_lb_target_group.t", "instance", 443),
        listener("aws_lb_listener.l", 443, "aws_lb.n", Some("aws_lb_target_group.t")),
    ]);
    all
}

#[test]
fn a_balancer_of_which_nobody_knows_the_subnets_may_stand_in_any() {
    let server = || attached("aws_lb_target_group.t", refers(&["aws_instance.server.id"]));
    for (subnets, answer) in [(&["aws_subnet.s[0].id"][..], "permit"), (&[], "undecided")] {
        let mut all = base(subnets);
        all.push(server());
        let held = model(&plan(&all).to_string());
        check(
            &held,
            &format!("{answer} client -> server tcp/443\n{answer} client -> n tcp/443\ndeny client -> server tcp/22"),
        );
        let told = held.unsupported.iter().any(|held| held.locator == "aws_lb.n");
        assert_eq!(told, subnets.is_empty());
    }
}

#[test]
fn what_an_unknown_target_sees_may_be_the_balancer() {
    let mut all = base(&["aws_subnet.s[0].id"]);
    all.push(attached("aws_lb_target_group.t", json!({"references": ["each.value.id", "each.value"]})));
    check(&model(&plan(&all).to_string()), "undecided client -> server tcp/443\ndeny client -> server tcp/22");
}

#[test]
fn a_balancer_of_requests_may_be_the_target_of_one_of_connections() {
    let (edge, mut values, written) = balancer("aws_lb.edge", "network", &["aws_subnet.s[0].id"], &[]);
    values["internal"] = json!(false);
    let mut all = outward();
    all.extend([
        (edge, values, written),
        balancer(
            "aws_lb.inner",
            "application",
            &["aws_subnet.s[0].id", "aws_subnet.s[1].id"],
            &["aws_security_group.web.id"],
        ),
        listener("aws_lb_listener.inner", 443, "aws_lb.inner", None),
        ("aws_lb_target_group.t", json!({"target_type": "alb", "port": 443, "protocol": "TCP"}), json!({})),
        listener("aws_lb_listener.edge", 8443, "aws_lb.edge", Some("aws_lb_target_group.t")),
        attached("aws_lb_target_group.t", refers(&["aws_lb.inner.arn"])),
    ]);
    check(&model(&plan(&all).to_string()), "permit internet -> inner tcp/8443\ndeny internet -> inner tcp/443");
}

#[test]
fn a_service_is_a_target_by_each_of_its_blocks() {
    let network = json!([{"subnets": refers(&["aws_subnet.s[1].id"]), "security_groups": refers(&["aws_security_group.server.id"])}]);
    let arn = |of: &str, port: u16| json!({"target_group_arn": refers(&[&format!("{of}.arn")]), "container_port": {"constant_value": port}});
    let service = (
        "aws_ecs_service.s",
        json!({"network_configuration": [{}], "load_balancer": [{"container_port": 80}, {"container_port": 443}]}),
        json!({"network_configuration": network, "load_balancer": [arn("aws_lb_target_group.t", 80), arn("aws_lb_target_group.u", 443)]}),
    );
    let mut all = base(&["aws_subnet.s[0].id"]);
    all.retain(|(address, ..)| *address != "aws_lb_target_group.t");
    let (web, mut values, written) = group("aws_security_group.web", &[("0.0.0.0/0", 443), ("0.0.0.0/0", 8443)]);
    values["name"] = json!("web");
    all.retain(|(address, ..)| *address != "aws_security_group.web");
    all.extend([
        (web, values, written),
        targets("aws_lb_target_group.t", "ip", 80),
        targets("aws_lb_target_group.u", "ip", 443),
        listener("aws_lb_listener.m", 8443, "aws_lb.n", Some("aws_lb_target_group.u")),
        service,
    ]);
    check(
        &model(&plan(&all).to_string()),
        "permit client -> aws_ecs_service.s tcp/8443
         deny client -> aws_ecs_service.s tcp/443
         permit client -> n tcp/8443",
    );
}

#[test]
fn a_scaling_group_is_named_by_its_name_as_well() {
    let by = json!([{"id": refers(&["aws_launch_template.t.id"])}]);
    let zones = json!({"vpc_zone_identifier": refers(&["aws_subnet.s[1].id"]), "launch_template": by});
    let feeds = json!({"lb_target_group_arn": refers(&["aws_lb_target_group.t.arn"]), "autoscaling_group_name": refers(&["aws_autoscaling_group.g.name"])});
    let mut all = base(&["aws_subnet.s[0].id"]);
    all.extend([
        (
            "aws_launch_template.t",
            json!({}),
            json!({"vpc_security_group_ids": refers(&["aws_security_group.server.id"])}),
        ),
        ("aws_autoscaling_group.g", json!({"name": "group", "launch_template": [{}]}), zones),
        ("aws_autoscaling_attachment.a", json!({"autoscaling_group_name": "group"}), feeds),
    ]);
    check(&model(&plan(&all).to_string()), "permit client -> group tcp/443\ndeny client -> server tcp/443");
}

#[test]
fn a_group_of_a_balancer_that_keeps_the_clients_address_is_named_all_the_same() {
    for keeps in ["true", "false"] {
        let mut all = base(&["aws_subnet.s[0].id"]);
        all.push(attached("aws_lb_target_group.t", refers(&["aws_instance.server.id"])));
        let group = all.iter_mut().find(|(address, ..)| *address == "aws_lb_target_group.t").unwrap();
        group.1["preserve_client_ip"] = keeps.into();
        check(
            &model(&plan(&all).to_string()),
            "permit client -> n tcp/443\npermit client -> server tcp/443\ndeny client -> server tcp/22",
        );
    }
}
