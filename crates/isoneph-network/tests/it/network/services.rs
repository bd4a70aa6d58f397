//! Services of a cluster: who asks for one, by name or by address, asks its pods at the port that it leads to.

use super::{check, model};
use isoneph_network::reach::reach;

const PODS: &str = "
apiVersion: v1
kind: Pod
metadata: {name: web-1, namespace: x, labels: {app: web}}
spec: {containers: [{name: c, ports: [{name: http, containerPort: 8080}]}]}
status: {podIP: 10.244.0.5}
---
apiVersion: v1
kind: Pod
metadata: {name: good, namespace: x, labels: {app: good}}
spec: {containers: [{name: c}]}
status: {podIP: 10.244.0.6}
---
apiVersion: v1
kind: Pod
metadata: {name: bad, namespace: x, labels: {app: bad}}
spec: {containers: [{name: c}]}
status: {podIP: 10.244.0.7}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: x}
spec: {podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress], ingress: [{from: [{podSelector: {matchLabels: {app: good}}}], ports: [{port: 8080}]}]}
";

fn with(more: &str) -> isoneph_network::model::Model {
    model(&format!("{PODS}---{more}"))
}

#[test]
fn a_service_leads_to_the_port_of_its_pods() {
    for port in ["http", "8080", "\"8080\""] {
        let held = with(&format!(
            "
apiVersion: v1
kind: Service
metadata: {{name: web, namespace: x}}
spec: {{clusterIP: 10.96.0.10, selector: {{app: web}}, ports: [{{port: 80, targetPort: {port}}}, {{port: 9090}}]}}
"
        ));
        check(
            &held,
            "permit x/good -> x/web tcp/80
             permit good -> web tcp/80
             permit good -> web.x.svc.cluster.local tcp/80
             permit good -> x/web[Service] tcp/80
             permit good -> 10.96.0.10 tcp/80
             deny good -> web tcp/8080 : service x/web has no port tcp/8080
             deny good -> 10.96.0.10 udp/80 : has no port udp/80
             deny good -> web tcp/9090 : x/p into x/web-1
             deny bad -> web tcp/80 : x/p into x/web-1
             deny bad -> 10.96.0.10 tcp/80 : x/p
             undecided good -> web tcp : of what was asked
             deny internet -> web tcp/80
             permit good -> web-1 tcp/8080
             deny good -> web-1 tcp/80",
        );
        let refused = reach(&held, "good", "x/web", None).unwrap_err().to_string();
        assert!(refused.contains("is a service of a cluster"), "{refused}");
    }
}

#[test]
fn a_service_that_is_called_as_the_world_is_not_the_world() {
    let held = with(
        "
apiVersion: v1
kind: Service
metadata: {name: external, namespace: x}
spec: {clusterIP: 10.96.0.10, selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
",
    );
    check(&held, "deny external -> web-1 tcp/8080\npermit good -> x/external tcp/80\npermit good -> external tcp/443");
}

#[test]
fn a_service_without_an_address_is_its_pods() {
    let held = with(
        "
apiVersion: v1
kind: Service
metadata: {name: web, namespace: x}
spec: {clusterIP: None, selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
",
    );
    check(&held, "permit good -> x/web tcp/8080\ndeny good -> web tcp/80\ndeny bad -> web tcp/8080");
}

#[test]
fn of_several_pods_behind_a_service_any_may_be_asked() {
    let held = with(
        "
apiVersion: v1
kind: Service
metadata: {name: all, namespace: x}
spec: {clusterIP: 10.96.0.12, selector: {tier: t}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: Pod
metadata: {name: one, namespace: x, labels: {app: web, tier: t}}
spec: {containers: [{name: c}]}
---
apiVersion: v1
kind: Pod
metadata: {name: two, namespace: x, labels: {app: other, tier: t}}
spec: {containers: [{name: c}]}
",
    );
    check(&held, "permit good -> all tcp/80\nundecided bad -> all tcp/80 : x/p into x/one");
}

#[test]
fn whom_a_service_leads_to_that_selects_nobody_is_open() {
    for (spec, why) in [
        ("clusterIP: 10.96.0.13, ports: [{port: 80}]", "which selects nobody"),
        ("clusterIP: 10.96.0.13, selector: {app: elsewhere}, ports: [{port: 80}]", "none that is shown is"),
        ("type: ExternalName, externalName: db.example.org, clusterIP: 10.96.0.13", "db.example.org"),
    ] {
        let held = with(&format!(
            "
apiVersion: v1
kind: Service
metadata: {{name: s, namespace: x}}
spec: {{{spec}}}
"
        ));
        check(&held, &format!("undecided good -> x/s tcp/80 : {why}\nundecided good -> 10.96.0.13 tcp/80 : {why}"));
    }
}

#[test]
fn the_outside_reaches_a_service_by_its_address_there() {
    let service = |more: &str| {
        format!(
            "
apiVersion: v1
kind: Service
metadata: {{name: lb, namespace: x}}
spec: {{type: LoadBalancer, clusterIP: 10.96.0.14, selector: {{app: web}}, ports: [{{port: 80, targetPort: 8080}}]{more}}}
status: {{loadBalancer: {{ingress: [{{ip: 34.1.2.3}}]}}}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: world, namespace: x}}
spec: {{podSelector: {{matchLabels: {{app: web}}}}, policyTypes: [Ingress], ingress: [{{from: [{{ipBlock: {{cidr: 8.8.8.0/24}}}}], ports: [{{port: 8080}}]}}]}}
"
        )
    };
    check(
        &with(&service(", externalTrafficPolicy: Local")),
        "permit 8.8.8.8 -> 34.1.2.3 tcp/80
         permit 8.8.8.8 -> x/lb tcp/80
         deny 9.9.9.9 -> 34.1.2.3 tcp/80
         deny 8.8.8.8 -> 34.1.2.3 tcp/8080 : has no port",
    );
    // A node may stand in the client's place.
    check(
        &with(&service("")),
        "undecided 8.8.8.8 -> 34.1.2.3 tcp/80
         permit good -> lb tcp/80
         undecided good -> 34.1.2.3 tcp/80 : comes by a node",
    );
    check(
        &with(&service(", externalTrafficPolicy: Local, loadBalancerSourceRanges: [1.0.0.0/8]")),
        "undecided 8.8.8.8 -> 34.1.2.3 tcp/80 : from whom the load balancer",
    );
}

#[test]
fn whether_a_block_of_addresses_sees_a_services_own_is_open() {
    let held = with(
        "
apiVersion: v1
kind: Service
metadata: {name: web, namespace: x}
spec: {clusterIP: 10.96.0.10, selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: out, namespace: x}
spec: {podSelector: {matchLabels: {app: good}}, policyTypes: [Egress], egress: [{to: [{ipBlock: {cidr: 10.96.0.0/12}}]}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: out2, namespace: x}
spec: {podSelector: {matchLabels: {app: bad}}, policyTypes: [Egress], egress: []}
",
    );
    check(
        &held,
        "undecided good -> web tcp/80 : a block of addresses
         deny good -> web-1 tcp/8080
         deny bad -> web tcp/80",
    );
}

#[test]
fn a_service_whose_pods_are_denied_by_their_labels_alone_is_denied() {
    let held = with(
        "
apiVersion: v1
kind: Service
metadata: {name: web, namespace: x}
spec: {clusterIP: 10.96.0.10, selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: policy.networking.k8s.io/v1alpha1
kind: BaselineAdminNetworkPolicy
metadata: {name: default}
spec: {subject: {pods: {namespaceSelector: {}, podSelector: {matchLabels: {app: good}}}}, egress: [{action: Deny, to: [{namespaces: {}}]}]}
---
apiVersion: v1
kind: Namespace
metadata: {name: x}
",
    );
    check(&held, "deny good -> web-1 tcp/8080\ndeny good -> web tcp/80");
}

#[test]
fn the_outside_reaches_a_service_where_its_kind_is_asked_for() {
    let service = |kind: &str, port: &str| {
        format!(
            "
apiVersion: v1
kind: Service
metadata: {{name: web, namespace: x}}
spec: {{{kind}, externalTrafficPolicy: Local, selector: {{app: good}}, ports: [{{port: 80, targetPort: 8080{port}}}]}}
"
        )
    };
    for (kind, port, answers) in [
        (
            "type: ClusterIP",
            "",
            "undecided internet -> web tcp/80 : which has no address there\npermit bad -> web tcp/80",
        ),
        (
            "type: NodePort",
            ", nodePort: 30080",
            "permit internet -> web tcp/30080
             deny internet -> web tcp/80 : the nodes keep no port tcp/80 for service x/web
             permit bad -> web tcp/80
             deny bad -> web tcp/30080 : service x/web has no port",
        ),
        (
            "type: NodePort",
            "",
            "undecided internet -> web tcp/30080 : which port of the nodes service x/web is given
             deny internet -> web tcp/80",
        ),
        ("type: LoadBalancer", "", "permit internet -> web tcp/80\ndeny internet -> web tcp/8080"),
    ] {
        check(&with(&service(kind, port)), answers);
    }
}

#[test]
fn a_service_that_keeps_to_a_node_may_have_nobody_there() {
    let held = with(
        "
apiVersion: v1
kind: Service
metadata: {name: web, namespace: x}
spec: {internalTrafficPolicy: Local, selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
",
    );
    check(&held, "undecided good -> web tcp/80 : is on the sender's node\ndeny bad -> web tcp/80");
}

#[test]
fn a_pod_without_a_port_of_the_name_is_not_behind_the_services() {
    let held = |name: &str| {
        with(&format!(
            "
apiVersion: v1
kind: Service
metadata: {{name: web, namespace: x}}
spec: {{selector: {{tier: t}}, ports: [{{port: 80, targetPort: {name}}}]}}
---
apiVersion: v1
kind: Pod
metadata: {{name: one, namespace: x, labels: {{app: good, tier: t}}}}
spec: {{containers: [{{name: c, ports: [{{name: http, containerPort: 8080}}]}}]}}
---
apiVersion: v1
kind: Pod
metadata: {{name: two, namespace: x, labels: {{app: web, tier: t}}}}
spec: {{containers: [{{name: c}}]}}
"
        ))
    };
    check(&held("http"), "permit bad -> web tcp/80");
    check(&held("other"), "deny bad -> web tcp/80 : no pod behind service x/web has the port that it names");
}
