//! What a policy of Kubernetes sees of connections that nodes pass on, and of pods whose addresses nobody tells.

use super::{check, model};

const PODS: &str = "
kind: Namespace
apiVersion: v1
metadata: {name: shop}
---
kind: Pod
apiVersion: v1
metadata: {name: a, namespace: shop, labels: {app: a}}
spec: {containers: [{name: c}]}
---
kind: Pod
apiVersion: v1
metadata: {name: b, namespace: shop, labels: {app: b}}
spec: {containers: [{name: c, ports: [{name: http, containerPort: 8080}]}]}
---
";

fn service(spec: &str) -> String {
    format!(
        "kind: Service\napiVersion: v1\nmetadata: {{name: s, namespace: shop}}\nspec: {{selector: {{app: b}}, {spec}}}\n---\n"
    )
}

fn policy(spec: &str) -> String {
    format!(
        "kind: NetworkPolicy\napiVersion: networking.k8s.io/v1\nmetadata: {{name: p, namespace: shop}}\nspec: {spec}\n---\n"
    )
}

fn from(peer: &str) -> String {
    policy(&format!("{{podSelector: {{matchLabels: {{app: b}}}}, ingress: [{{from: [{peer}]}}]}}"))
}

const INSIDE: &str = "{ipBlock: {cidr: 10.0.0.0/8}}";

#[test]
fn a_policy_may_see_the_address_of_a_node_where_nodes_take_connections_for_a_pod() {
    for kind in ["LoadBalancer", "NodePort"] {
        for port in ["targetPort: 8080", "targetPort: http"] {
            let held = service(&format!("type: {kind}, ports: [{{port: 80, {port}}}]"));
            check(
                &model(&format!("{PODS}{held}{}", from(INSIDE))),
                "undecided internet -> shop/b tcp/8080
                 deny internet -> shop/b tcp/8081
                 undecided 8.8.8.8 -> shop/b tcp/8080 : 0.0.0.0/0",
            );
            let except = from("{ipBlock: {cidr: 0.0.0.0/0, except: [8.8.8.0/24]}}");
            check(
                &model(&format!("{PODS}{held}{except}")),
                "undecided 8.8.8.8 -> shop/b tcp/8080
                 undecided 9.9.9.9 -> shop/b tcp/8080
                 permit 9.9.9.9 -> shop/b tcp/8081
                 deny 8.8.8.8 -> shop/b tcp/8081",
            );
        }
    }
}

#[test]
fn a_policy_sees_the_client_where_nodes_keep_its_address_or_take_nothing() {
    for spec in [
        "type: LoadBalancer, externalTrafficPolicy: Local, ports: [{port: 80, targetPort: 8080}]",
        "type: ClusterIP, ports: [{port: 80, targetPort: 8080}]",
    ] {
        check(&model(&format!("{PODS}{}{}", service(spec), from(INSIDE))), "deny internet -> shop/b tcp/8080");
    }
}

#[test]
fn what_passes_under_either_address_passes() {
    let held = service("type: NodePort, ports: [{port: 80, targetPort: 8080}]");
    check(
        &model(&format!("{PODS}{held}")),
        "permit 8.8.8.8 -> shop/b tcp/8080\npermit 8.8.8.8 -> shop/b tcp/22\npermit shop/a -> shop/b tcp/8080",
    );
    let pods = from("{podSelector: {matchLabels: {app: c}}}");
    check(&model(&format!("{PODS}{held}{pods}")), "deny 8.8.8.8 -> shop/b tcp/8080\ndeny shop/a -> shop/b tcp/8080");
}

#[test]
fn a_pod_may_come_by_a_node_as_well() {
    let held = service("type: NodePort, ports: [{port: 80, targetPort: 8080}]");
    let public = from("{ipBlock: {cidr: 34.0.0.0/8}}");
    check(
        &model(&format!("{PODS}{held}{public}")),
        "undecided shop/a -> shop/b tcp/8080 : under addresses of their own\ndeny shop/a -> shop/b tcp/22",
    );
    let shut = public.replace("metadata: {name: p", "metadata: {name: q")
        + &policy("{podSelector: {matchLabels: {app: a}}, policyTypes: [Egress]}");
    check(&model(&format!("{PODS}{held}{shut}")), "deny shop/a -> shop/b tcp/8080");
}

fn admin(networks: &str) -> String {
    format!(
        "kind: AdminNetworkPolicy\napiVersion: policy.networking.k8s.io/v1alpha1\nmetadata: {{name: x}}\nspec: {{priority: 5, subject: {{namespaces: {{}}}}, \
         egress: [{{action: Deny, to: [{{networks: [{networks}]}}]}}]}}\n---\n"
    )
}

#[test]
fn networks_of_an_administrators_policy_hold_between_pods_too() {
    let with = |networks: &str| model(&format!("{PODS}{}", admin(networks)));
    check(&with(r#""0.0.0.0/0", "::/0""#), "deny shop/a -> shop/b tcp/80\ndeny shop/a -> 8.8.8.8 tcp/80");
    // Whether pods of which no address is shown have addresses of the other family nobody tells.
    check(&with(r#""0.0.0.0/0""#), "undecided shop/a -> shop/b tcp/80 : egress/0\ndeny shop/a -> 8.8.8.8 tcp/80");
    check(&with("8.8.0.0/16"), "permit shop/a -> shop/b tcp/80");
    let placed = |name: &str, ip: &str| {
        format!("metadata: {{name: {name}, namespace: shop, labels: {{app: {name}}}}}\nstatus: {{podIP: {ip}}}")
    };
    let pods = PODS
        .replace("metadata: {name: a, namespace: shop, labels: {app: a}}", &placed("a", "10.9.0.1"))
        .replace("metadata: {name: b, namespace: shop, labels: {app: b}}", &placed("b", "10.9.0.2"));
    check(&model(&format!("{pods}{}", admin(r#""0.0.0.0/0""#))), "deny shop/a -> shop/b tcp/80 : egress/0");
}
