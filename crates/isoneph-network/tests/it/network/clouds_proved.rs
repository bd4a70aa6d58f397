//! What is proved, and certified, where clouds and clusters change addresses on the way.

use isoneph_network::idd::Budget;
use isoneph_network::model::Model;
use isoneph_network::zones::{Intent, Separation, certify, prove};
use serde_json::json;

use super::google::{estate, machine, rule};
use super::model;

/// How far two zones are apart. What is certified must be what a verifier of its own finds true.
#[track_caller]
fn separation(model: &Model, zones: &str, from: &str, to: &str) -> Separation {
    let (intent, day) = (Intent::read(zones).unwrap(), "2026-11-21".parse().unwrap());
    let proof = prove(model, &intent, day).unwrap();
    if proof.pairs.iter().any(|pair| pair.separation == Separation::Apart) {
        let certificate = certify(model, &intent, day, &proof, Budget::default()).unwrap();
        isoneph_proof::verify(&serde_json::to_string(&certificate).unwrap()).unwrap();
    }
    proof.pairs.iter().find(|pair| pair.from == from && pair.to == to).unwrap().separation
}

const BY_NAME: &str = "zones:
- {name: a, kind: internal, members: [{name: web}]}
- {name: b, kind: internal, members: [{name: db}]}
- {name: internet, kind: outside}";

#[test]
fn a_rule_by_tag_does_not_keep_alias_ranges_apart() {
    for (aliases, wanted) in
        [(json!([]), Separation::Apart), (json!([{"ipCidrRange": "10.0.5.0/24"}]), Separation::Breach)]
    {
        let mut web = machine("web", "n", "10.0.0.2", None, &["web"], "web@p");
        web["networkInterfaces"][0]["aliasIpRanges"] = aliases;
        let text =
            estate(vec![web, rule("a 100 INGRESS deny all tag:web"), rule("b 200 INGRESS allow all 10.0.0.0/16")]);
        assert_eq!(separation(&model(&text), BY_NAME, "a", "b"), wanted);
    }
}

#[test]
fn a_service_by_nodes_does_not_keep_the_internet_apart_from_its_pods() {
    let cluster = |policy: &str| {
        format!(
            "kind: Pod\napiVersion: v1\nmetadata: {{name: web, namespace: shop}}\nspec: {{}}\n---
kind: Pod\napiVersion: v1\nmetadata: {{name: db, namespace: shop, labels: {{app: db}}}}\nspec: {{}}\n---
kind: Service\napiVersion: v1\nmetadata: {{name: s, namespace: shop}}
spec: {{type: LoadBalancer, externalTrafficPolicy: {policy}, selector: {{app: db}}, ports: [{{port: 80}}]}}\n---
kind: NetworkPolicy\napiVersion: networking.k8s.io/v1\nmetadata: {{name: p, namespace: shop}}
spec: {{podSelector: {{matchLabels: {{app: db}}}}, ingress: [{{from: [{{ipBlock: {{cidr: 10.0.0.0/8}}}}]}}]}}\n"
        )
    };
    let zones = BY_NAME.replace("name: web}", "any: \"*web\"}").replace("name: db}", "any: \"*db\"}");
    assert_eq!(separation(&model(&cluster("Cluster")), &zones, "internet", "b"), Separation::Undecided);
    assert_eq!(separation(&model(&cluster("Local")), &zones, "internet", "b"), Separation::Apart);
}
