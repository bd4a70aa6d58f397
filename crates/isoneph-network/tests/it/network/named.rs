//! Names and messages that a reader can tell apart.

use std::collections::BTreeSet;

use isoneph_network::reach::matrix::matrix;
use isoneph_network::zones::{Intent, IntentError, derive};

use super::estate::Estate;
use super::{model, models};

fn pair() -> Estate {
    Estate::new()
        .vpc("a", "10.0.0.0/16")
        .subnet("a", "one", "10.0.1.0/24", "z1", &["10.0.0.0/16 local"])
        .group("web", "a", &["tcp 22 0.0.0.0/0"], &["-1 * 0.0.0.0/0"])
        .eni("web", "one", "10.0.1.10", None, &["web"])
}

const PLAN: &str = r#"{"format_version": "1.2", "terraform_version": "1.9.0", "planned_values": {"root_module": {"resources": [
  {"address": "aws_vpc.main", "mode": "managed", "type": "aws_vpc", "name": "main",
   "provider_name": "registry.terraform.io/hashicorp/aws", "values": {"cidr_block": "10.0.0.0/16"}},
  {"address": "aws_subnet.one", "mode": "managed", "type": "aws_subnet", "name": "one",
   "provider_name": "registry.terraform.io/hashicorp/aws", "values": {"cidr_block": "10.0.1.0/24"}},
  {"address": "aws_instance.web", "mode": "managed", "type": "aws_instance", "name": "web",
   "provider_name": "registry.terraform.io/hashicorp/aws", "values": {"private_ip": "10.0.1.10"}}]}},
 "configuration": {"root_module": {"resources": [
  {"address": "aws_subnet.one", "mode": "managed", "type": "aws_subnet", "name": "one",
   "expressions": {"vpc_id": {"references": ["aws_vpc.main.id", "aws_vpc.main"]}}},
  {"address": "aws_instance.web", "mode": "managed", "type": "aws_instance", "name": "web",
   "expressions": {"subnet_id": {"references": ["aws_subnet.one.id", "aws_subnet.one"]}}}]}}}"#;

#[test]
fn classes_of_two_plans_that_call_theirs_alike_have_names_of_their_own() {
    let classes = matrix(&models(&[PLAN, PLAN])).unwrap().classes;
    let names: BTreeSet<&String> = classes.iter().map(|class| &class.name).collect();
    assert_eq!(names.len(), classes.len(), "{names:?}");
    assert!(names.iter().filter(|name| name.starts_with("aws_instance.web")).count() == 2, "{names:?}");
    let alone = matrix(&models(&[PLAN])).unwrap().classes;
    assert!(alone.iter().any(|class| class.name == "aws_instance.web"), "one alone keeps its name");
}

#[test]
fn a_port_that_cannot_be_read_is_told_in_words() {
    let text = pair()
        .text()
        .replace("\"FromPort\":22", "\"FromPort\":\"x\"")
        .replace("\"FromPort\": 22", "\"FromPort\": \"x\"");
    assert!(text.contains("\"x\""), "{text}");
    let because = matrix(&model(&text)).unwrap().cells.into_iter().flat_map(|cell| cell.because);
    let all: BTreeSet<String> = because.collect();
    assert!(all.iter().any(|why| why.contains("protocol tcp, ports from not told to 22")), "{all:?}");
    assert!(all.iter().all(|why| !why.contains("Some(") && !why.contains("None")), "{all:?}");
}

#[test]
fn every_zone_has_a_name() {
    let pods = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: x, labels: {tenant: \"\"}}\nspec: {containers: [{name: m}]}\n\
                ---\napiVersion: v1\nkind: Pod\nmetadata: {name: b, namespace: x, labels: {tenant: red}}\nspec: {containers: [{name: m}]}\n";
    let zones = derive(&model(pods)).zones;
    assert!(zones.iter().all(|zone| !zone.name.is_empty()), "{zones:?}");
    assert!(zones.iter().any(|zone| zone.name == "no tag told"), "{zones:?}");
    let nameless = Intent::read("zones: [{name: \"\", kind: internal, members: [{namespace: x}]}]\n");
    assert_eq!(nameless, Err(IntentError::Nameless));
}
