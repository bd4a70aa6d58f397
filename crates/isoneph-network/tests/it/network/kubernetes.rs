//! Kubernetes policies.

use super::{asked, check, model, models};

/// Pods of two namespaces, and whatever more is given.
fn cluster(more: &str) -> String {
    let base = r#"
kind: Namespace
apiVersion: v1
metadata: {name: shop, labels: {team: red}}
---
kind: Namespace
apiVersion: v1
metadata: {name: ops, labels: {team: blue}}
---
kind: Deployment
apiVersion: apps/v1
metadata: {name: web, namespace: shop}
spec: {template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, ports: [{name: http, containerPort: 8080}, {name: dns, containerPort: 53, protocol: UDP}]}]}}}
---
kind: Deployment
apiVersion: apps/v1
metadata: {name: db, namespace: shop}
spec: {template: {metadata: {labels: {app: db}}, spec: {containers: [{name: c}]}}}
---
kind: Pod
apiVersion: v1
metadata: {name: probe, namespace: ops, labels: {app: probe}}
spec: {containers: [{name: c}]}
"#;
    format!("{base}---\n{more}")
}

fn policy(name: &str, spec: &str) -> String {
    format!(
        "kind: NetworkPolicy\napiVersion: networking.k8s.io/v1\nmetadata: {{name: {name}, namespace: shop}}\nspec: {spec}\n---\n"
    )
}

#[test]
fn pods_are_open_until_a_policy_of_the_direction_selects_them() {
    let open = cluster("");
    check(&model(&open), "permit shop/web -> shop/db any\npermit ops/probe -> shop/web any");
    let ingress = cluster(&policy("p", "{podSelector: {matchLabels: {app: db}}, ingress: []}"));
    check(&model(&ingress), "deny shop/web -> shop/db any\npermit shop/db -> shop/web any");
    let none = cluster(&policy("p", "{podSelector: {matchLabels: {app: db}}}"));
    check(&model(&none), "deny shop/web -> shop/db any");
    let all = cluster(&policy("p", "{podSelector: {matchLabels: {app: db}}, ingress: [{}]}"));
    check(&model(&all), "permit shop/web -> shop/db any");
}

#[test]
fn both_ends_must_allow() {
    let text = cluster(
        &(policy("in", "{podSelector: {matchLabels: {app: db}}, ingress: [{ports: [{port: 5432}]}]}")
            + &policy(
                "out",
                "{podSelector: {matchLabels: {app: web}}, policyTypes: [Egress], egress: [{ports: [{port: 5433}]}]}",
            )),
    );
    check(
        &model(&text),
        "deny shop/web -> shop/db tcp/5432\ndeny shop/web -> shop/db tcp/5433\npermit ops/probe -> shop/db tcp/5432",
    );
}

#[test]
fn policies_add_up() {
    let text = cluster(
        &(policy("a", "{podSelector: {matchLabels: {app: db}}, ingress: [{ports: [{port: 1}]}]}")
            + &policy("b", "{podSelector: {}, ingress: [{ports: [{port: 2}]}]}")),
    );
    check(
        &model(&text),
        "permit shop/web -> shop/db tcp/1\npermit shop/web -> shop/db tcp/2\ndeny shop/web -> shop/db tcp/3\ndeny shop/db -> shop/web tcp/1",
    );
}

#[test]
fn types_default_to_ingress_and_to_egress_where_it_is_written() {
    let written = cluster(&policy("p", "{podSelector: {matchLabels: {app: web}}, egress: [{ports: [{port: 1}]}]}"));
    check(&model(&written), "deny shop/web -> shop/db tcp/80\ndeny shop/db -> shop/web any");
    let only = cluster(&policy("p", "{podSelector: {matchLabels: {app: web}}, policyTypes: [Egress]}"));
    check(&model(&only), "deny shop/web -> shop/db any\npermit shop/db -> shop/web any");
}

#[test]
fn selectors_in_one_peer_both_hold_and_two_peers_are_alternatives() {
    let one = cluster(&policy(
        "p",
        "{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: blue}}, podSelector: {matchLabels: {app: web}}}]}]}",
    ));
    check(&model(&one), "deny shop/web -> shop/db any\ndeny ops/probe -> shop/db any");
    let two = cluster(&policy(
        "p",
        "{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: blue}}}, {podSelector: {matchLabels: {app: web}}}]}]}",
    ));
    check(&model(&two), "permit shop/web -> shop/db any\npermit ops/probe -> shop/db any");
}

#[test]
fn a_pod_selector_alone_stays_in_the_policys_namespace_and_an_empty_one_means_all() {
    let alone =
        cluster(&policy("p", "{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{podSelector: {}}]}]}"));
    check(&model(&alone), "permit shop/web -> shop/db any\ndeny ops/probe -> shop/db any");
    let spaces =
        cluster(&policy("p", "{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{namespaceSelector: {}}]}]}"));
    check(
        &model(&spaces),
        "permit shop/web -> shop/db any\npermit ops/probe -> shop/db any\ndeny 8.8.8.8 -> shop/db any",
    );
    let empty = cluster(&policy("p", "{podSelector: {matchLabels: {app: db}}, ingress: [{from: []}]}"));
    check(&model(&empty), "permit ops/probe -> shop/db any\npermit 8.8.8.8 -> shop/db any");
}

#[test]
fn an_address_block_has_exceptions_and_may_or_may_not_mean_pods() {
    let text = cluster(&policy(
        "p",
        "{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0, except: [8.8.8.0/24]}}]}]}",
    ));
    check(
        &model(&text),
        "permit 8.8.4.4 -> shop/db tcp/80
         deny 8.8.8.8 -> shop/db tcp/80
         undecided shop/web -> shop/db tcp/80 : network plugin",
    );
    // Of a block of public addresses of IPv4 pods are taken to have none, which is told.
    let public = cluster(&policy(
        "p",
        "{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{ipBlock: {cidr: 8.8.0.0/16}}]}]}",
    ));
    let held = model(&public);
    check(&held, "permit 8.8.4.4 -> shop/db tcp/80\ndeny shop/web -> shop/db tcp/80");
    assert_eq!(held.unsupported.iter().filter(|held| held.is_lack()).count(), 1);
}

#[test]
fn pods_of_which_no_address_is_shown_may_have_what_providers_give_theirs() {
    for (block, answer) in [
        ("2600:1f13::/32", "undecided shop/web -> shop/db tcp/80 : network plugin"),
        ("198.19.0.0/16", "undecided shop/web -> shop/db tcp/80 : network plugin"),
        // Addresses of examples are nobody's.
        ("2001:db8::/32", "deny shop/web -> shop/db tcp/80"),
    ] {
        let text = cluster(&policy(
            "p",
            &format!(
                "{{podSelector: {{matchLabels: {{app: db}}}}, ingress: [{{from: [{{ipBlock: {{cidr: '{block}'}}}}]}}]}}"
            ),
        ));
        let held = model(&text);
        check(&held, answer);
        assert!(!held.unsupported.iter().any(isoneph_network::model::Unsupported::is_lack), "{block}");
    }
}

#[test]
fn a_named_port_is_the_destinations_and_of_its_protocol() {
    let text = cluster(&policy("p", "{podSelector: {}, ingress: [{ports: [{port: http}, {port: dns}]}]}"));
    check(
        &model(&text),
        "permit shop/db -> shop/web tcp/8080
         deny shop/db -> shop/web udp/53
         deny shop/db -> shop/web tcp/53
         deny shop/web -> shop/db tcp/8080",
    );
}

#[test]
fn a_named_port_in_egress_is_the_receivers() {
    let text = cluster(&policy(
        "p",
        "{podSelector: {matchLabels: {app: db}}, policyTypes: [Egress], egress: [{ports: [{port: http}]}]}",
    ));
    check(
        &model(&text),
        "permit shop/db -> shop/web tcp/8080\ndeny shop/db -> ops/probe tcp/8080\ndeny shop/db -> 8.8.8.8 tcp/8080",
    );
}

#[test]
fn ports_may_be_ranges_and_lack_numbers() {
    let text = cluster(&policy(
        "p",
        "{podSelector: {matchLabels: {app: db}}, ingress: [{ports: [{port: 100, endPort: 200}, {protocol: UDP}]}]}",
    ));
    check(
        &model(&text),
        "permit shop/web -> shop/db tcp/100-200
         deny shop/web -> shop/db tcp/201
         permit shop/web -> shop/db udp/9
         deny shop/web -> shop/db sctp/100",
    );
}

#[test]
fn a_pod_reaches_itself_whatever_policies_say() {
    let pods = r#"{"kind": "List", "apiVersion": "v1", "items": [
        {"kind": "Pod", "apiVersion": "v1", "metadata": {"name": "one", "namespace": "n"}, "spec": {}, "status": {"podIP": "10.9.0.1"}},
        {"kind": "NetworkPolicy", "apiVersion": "networking.k8s.io/v1", "metadata": {"name": "p", "namespace": "n"}, "spec": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}}]}"#;
    check(&model(pods), "permit n/one -> n/one tcp/80\ndeny 8.8.8.8 -> n/one tcp/80");
}

#[test]
fn pods_on_the_hosts_network_are_left_open_where_a_policy_would_decide() {
    let host = "kind: Pod\napiVersion: v1\nmetadata: {name: agent, namespace: shop, labels: {app: agent}}\nspec: {hostNetwork: true}\n---\n";
    let text = cluster(&(host.to_owned() + &policy("p", "{podSelector: {}, ingress: []}")));
    check(
        &model(&text),
        "undecided shop/web -> shop/agent tcp/80 : hostNetwork
         undecided shop/agent -> shop/db tcp/80 : hostNetwork
         deny shop/web -> shop/db tcp/80",
    );
}

const ADMIN: &str = r"
kind: AdminNetworkPolicy
apiVersion: policy.networking.k8s.io/v1alpha1
metadata: {name: first}
spec:
  priority: 10
  subject: {namespaces: {matchLabels: {team: red}}}
  ingress:
  - {action: Allow, from: [{namespaces: {matchLabels: {team: blue}}}], ports: [{portNumber: {protocol: TCP, port: 1}}]}
  - {action: Deny, from: [{namespaces: {matchLabels: {team: blue}}}], ports: [{portRange: {protocol: TCP, start: 1, end: 9}}]}
  - {action: Pass, from: [{namespaces: {matchLabels: {team: blue}}}], ports: [{portNumber: {protocol: TCP, port: 20}}]}
---
kind: AdminNetworkPolicy
apiVersion: policy.networking.k8s.io/v1alpha1
metadata: {name: second}
spec:
  priority: 20
  subject: {namespaces: {}}
  ingress:
  - {action: Deny, from: [{namespaces: {matchLabels: {team: blue}}}], ports: [{portNumber: {protocol: TCP, port: 20}}]}
---
kind: BaselineAdminNetworkPolicy
apiVersion: policy.networking.k8s.io/v1alpha1
metadata: {name: default}
spec:
  subject: {namespaces: {}}
  ingress:
  - {action: Deny, from: [{namespaces: {}}]}
---
";

#[test]
fn the_administrators_rules_come_first_by_priority_and_the_baseline_last() {
    check(
        &model(&cluster(ADMIN)),
        "permit ops/probe -> shop/db tcp/1
         deny ops/probe -> shop/db tcp/2 : ingress/1
         deny ops/probe -> shop/db tcp/20 : BaselineAdminNetworkPolicy
         deny ops/probe -> shop/db tcp/30 : BaselineAdminNetworkPolicy",
    );
    // A pass skips the administrator's rules after it, and network policies take over.
    let text = cluster(
        &(ADMIN.to_owned()
            + &policy("p", "{podSelector: {matchLabels: {app: db}}, ingress: [{ports: [{port: 20}, {port: 2}]}]}")),
    );
    check(
        &model(&text),
        "permit ops/probe -> shop/db tcp/20
         deny ops/probe -> shop/db tcp/2 : ingress/1
         deny ops/probe -> shop/db tcp/30 : end of shop/p",
    );
}

#[test]
fn equal_priorities_are_left_open() {
    let same = ADMIN.replace("priority: 20", "priority: 10");
    // What one of them says alone, or both end in, is certain.
    let certain = "permit ops/probe -> shop/db tcp/1
         deny ops/probe -> shop/db tcp/2 : ingress/1
         deny ops/probe -> shop/db tcp/20";
    check(&model(&cluster(&same)), certain);
    let (deny, against) =
        ("Deny, from: [{namespaces: {matchLabels: {team: blue}}}], ports: [{portNumber: ", "port: 20");
    let at = same.rfind(deny).unwrap();
    let text = format!("{}{}", &same[..at], same[at..].replacen(against, "port: 1", 1));
    check(
        &model(&cluster(&text)),
        "undecided ops/probe -> shop/db tcp/1 : priority 10
         deny ops/probe -> shop/db tcp/2 : ingress/1",
    );
}

#[test]
fn a_namespace_whose_labels_are_not_shown_may_be_selected() {
    let text = cluster(&policy(
        "p",
        "{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: green}}}]}]}",
    )) + "---\nkind: Pod\napiVersion: v1\nmetadata: {name: far, namespace: hidden}\nspec: {}\n";
    check(
        &model(&text),
        "undecided hidden/far -> shop/db tcp/80 : labels of namespace hidden\ndeny ops/probe -> shop/db tcp/80",
    );
}

#[test]
fn an_ingress_leads_to_the_ports_behind_its_service_and_policies_still_count() {
    let entry = r"
kind: Service
apiVersion: v1
metadata: {name: front, namespace: shop}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: http}]}
---
kind: Ingress
apiVersion: networking.k8s.io/v1
metadata: {name: i, namespace: shop}
spec: {rules: [{http: {paths: [{backend: {service: {name: front, port: {number: 80}}}}]}}]}
---
";
    check(
        &model(&cluster(entry)),
        "permit {ingress-controller} -> shop/web tcp/8080
         deny {ingress-controller} -> shop/web tcp/80
         deny {ingress-controller} -> shop/db tcp/8080 : no Ingress or Route",
    );
    let shut = cluster(&(entry.to_owned() + &policy("p", "{podSelector: {}, ingress: []}")));
    check(&model(&shut), "deny {ingress-controller} -> shop/web tcp/8080");
}

#[test]
fn pods_of_one_owner_are_one_endpoint_under_the_owners_name() {
    let pod = |name: &str, address: &str| {
        format!(
            r#"{{"kind": "Pod", "apiVersion": "v1", "metadata": {{"name": "{name}", "namespace": "n", "labels": {{"app": "a", "pod-template-hash": "77"}},
            "ownerReferences": [{{"kind": "ReplicaSet", "name": "a-77", "controller": true}}]}}, "status": {{"podIP": "{address}"}}}}"#
        )
    };
    let set = r#"{"kind": "ReplicaSet", "apiVersion": "apps/v1", "metadata": {"name": "a-77", "namespace": "n", "ownerReferences": [{"kind": "Deployment", "name": "a"}]}, "spec": {"template": {}}}"#;
    let text = format!(
        r#"{{"kind": "List", "apiVersion": "v1", "items": [{}, {}, {set}]}}"#,
        pod("a-1", "10.9.0.1"),
        pod("a-2", "10.9.0.2")
    );
    let model = model(&text);
    let names: Vec<&str> = model.parts.endpoints.iter().map(|endpoint| endpoint.id.as_str()).collect();
    assert_eq!(names, ["n/a[Deployment]"]);
    check(&model, "permit n/a -> n/a-2 tcp/80\npermit deployment/a -> 10.9.0.2 tcp/80");
}

#[test]
fn one_document_that_cannot_be_read_does_not_hide_the_others() {
    use isoneph_network::model::{InputFile, Model};
    let text = cluster(
        "kind: Pod\n  bad: [\n---\nkind: Pod\napiVersion: v1\nmetadata: {name: after, namespace: shop}\nspec: {}\n",
    );
    let (model, problems) = Model::read(vec![InputFile { path: "all.yaml".into(), bytes: text.into_bytes() }]);
    assert_eq!(problems.len(), 1);
    assert!(problems[0].locator.starts_with("line "), "{problems:?}");
    check(&model, "permit shop/after -> shop/web any");
}

#[test]
fn a_primary_network_of_its_own_keeps_a_namespace_apart() {
    let udn = r#"
kind: Namespace
apiVersion: v1
metadata: {name: cell, labels: {"k8s.ovn.org/primary-user-defined-network": ""}}
---
kind: UserDefinedNetwork
apiVersion: k8s.ovn.org/v1
metadata: {name: net, namespace: cell}
spec: {topology: Layer2, layer2: {role: Primary, subnets: [10.5.0.0/16]}}
---
kind: Pod
apiVersion: v1
metadata: {name: one, namespace: cell}
spec: {}
---
kind: Pod
apiVersion: v1
metadata: {name: two, namespace: cell}
spec: {}
"#;
    check(
        &model(&cluster(udn)),
        "permit cell/one -> cell/two any
         deny cell/one -> shop/web any : no route joins
         deny shop/web -> cell/one any
         permit cell[udn]/one[Pod] -> 8.8.8.8 any",
    );
}

/// Two pods of one namespace, beside other objects.
fn pair(more: &str) -> String {
    let pod = |name: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, namespace: shop, labels: {{app: {name}}}}}\nspec: {{containers: [{{name: c, image: i}}]}}\n---\n"
        )
    };
    format!("{}{}{more}", pod("one"), pod("two"))
}

#[test]
fn an_empty_list_of_egress_without_types_is_no_policy_of_egress() {
    let policy = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: shop}\nspec:\n  podSelector: {matchLabels: {app: one}}\n  ingress: [{}]\n  egress: []\n";
    check(&model(&pair(policy)), "permit one -> two tcp/80\npermit two -> one tcp/80");
    let typed = policy.replace("  ingress", "  policyTypes: [Ingress, Egress]\n  ingress");
    check(&model(&pair(&typed)), "deny one -> two tcp/80\npermit two -> one tcp/80");
}

#[test]
fn a_policy_of_another_maker_leaves_open_what_it_may_select() {
    for (policy, answers) in [
        (
            "apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {name: p, namespace: shop}\nspec: {selector: app == 'one', types: [Ingress], ingress: [{action: Deny}]}\n",
            "undecided two -> one tcp/80 : what NetworkPolicy p says\npermit one -> two tcp/80",
        ),
        (
            "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: p, namespace: shop}\nspec: {endpointSelector: {matchLabels: {app: one}}, ingress: [{}]}\n",
            "permit one -> two tcp/80\nundecided two -> one tcp/80 : CiliumNetworkPolicy p",
        ),
        (
            "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: p, namespace: other}\nspec: {endpointSelector: {}, ingress: [{}]}\n",
            "permit one -> two tcp/80",
        ),
        (
            "apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {name: p, namespace: istio-system}\nspec: {}\n",
            "undecided one -> two tcp/80",
        ),
        (
            "apiVersion: k8s.ovn.org/v1\nkind: EgressFirewall\nmetadata: {name: default, namespace: shop}\nspec: {egress: [{type: Deny, to: {cidrSelector: 0.0.0.0/0}}]}\n",
            "undecided one -> 8.8.8.8 tcp/443 : EgressFirewall default",
        ),
    ] {
        check(&model(&pair(policy)), answers);
    }
}

#[test]
fn namespaces_told_apart_by_labels_they_share_are_not_all_namespaces() {
    let policy = "apiVersion: policy.networking.k8s.io/v1alpha1\nkind: AdminNetworkPolicy\nmetadata: {name: p}\nspec:\n  priority: 1\n  subject: {namespaces: {}}\n  ingress:\n  - {action: Deny, from: [{namespaces: {notSameLabels: [team]}}]}\n";
    check(&model(&pair(policy)), "undecided one -> two tcp/80 : whom notSameLabels selects");
}

#[test]
fn an_address_of_a_pod_means_that_pod_and_no_other_one_without_an_address() {
    let pod = |name: &str, status: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, namespace: shop, labels: {{app: {name}}}}}\nspec: {{}}\n{status}---\n"
        )
    };
    let shut = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: shop}\nspec:\n  podSelector: {matchLabels: {app: known}}\n  ingress: []\n";
    let known = pod("known", "status: {podIP: 10.9.0.1}\n");
    let text = format!("{known}{}{}{shut}", pod("one", ""), pod("two", ""));
    check(
        &model(&text),
        "deny one -> known tcp/80
         deny one -> 10.9.0.1 tcp/80
         permit 10.9.0.1 -> one tcp/80
         permit one -> 10.50.0.1 tcp/80
         undecided 8.8.8.8 -> 10.50.0.1 tcp/80 : neither end",
    );
}

#[test]
fn items_of_a_list_of_one_kind_are_of_its_group() {
    let pod = |name: &str| {
        format!(
            r#"{{"metadata": {{"name": "{name}", "namespace": "x", "labels": {{"app": "{name}"}}}}, "spec": {{"containers": []}}}}"#
        )
    };
    let pods = format!(r#"{{"kind": "PodList", "apiVersion": "v1", "items": [{}, {}]}}"#, pod("a"), pod("b"));
    let policies = r#"{"kind": "NetworkPolicyList", "apiVersion": "networking.k8s.io/v1", "items": [
        {"metadata": {"name": "shut", "namespace": "x"}, "spec": {"podSelector": {"matchLabels": {"app": "b"}}, "ingress": []}}]}"#;
    check(&models(&[&pods, policies]), "deny a -> b tcp/1\npermit b -> a tcp/1");
}

#[test]
fn a_policy_without_a_name_that_can_be_read_holds_all_the_same() {
    // To many readers of YAML the word is a truth value.
    check(&model(&cluster(&policy("n", "{podSelector: {matchLabels: {app: db}}}"))), "deny web -> db tcp/1");
}

#[test]
fn whoever_makes_pods_by_a_template_makes_pods() {
    for (kind, version) in [("Rollout", "argoproj.io/v1alpha1"), ("DeploymentConfig", "apps.openshift.io/v1")] {
        let more = format!(
            "kind: {kind}\napiVersion: {version}\nmetadata: {{name: app, namespace: shop}}\n\
             spec: {{template: {{metadata: {{labels: {{app: app}}}}, spec: {{containers: [{{name: c}}]}}}}}}\n---\n{}",
            policy("shut", "{podSelector: {matchLabels: {app: app}}}")
        );
        check(&model(&cluster(&more)), "deny web -> app tcp/1\npermit app -> web tcp/1");
    }
}

#[test]
fn labels_that_a_controller_gives_its_pods_are_not_absent_from_them() {
    let template = "template: {metadata: {labels: {app: x}}, spec: {containers: [{name: c}]}}";
    let made = |kind: &str, version: &str, name: &str, spec: &str| {
        format!(
            "kind: {kind}\napiVersion: {version}\nmetadata: {{name: {name}, namespace: shop}}\nspec: {{{spec}}}\n---\n"
        )
    };
    let all = [
        made("StatefulSet", "apps/v1", "queue", template),
        made("Job", "batch/v1", "once", template),
        made("CronJob", "batch/v1", "nightly", &format!("jobTemplate: {{spec: {{{template}}}}}")),
        policy("first", "{podSelector: {matchLabels: {statefulset.kubernetes.io/pod-name: queue-0}}}"),
        policy(
            "db",
            "{podSelector: {matchLabels: {app: db}}, ingress: [{from: [{podSelector: {matchLabels: {job-name: once}}}]}]}",
        ),
    ];
    check(
        &model(&cluster(&all.concat())),
        "undecided web -> queue tcp/1 : labels of the pod
         permit web -> once tcp/1
         permit once -> db tcp/1
         undecided nightly -> db tcp/1 : the labels that its controller gives the pod
         deny queue -> db tcp/1
         deny web -> db tcp/1",
    );
    // Pods of one owner that differ in such a label stand for each other.
    let pod = |number: u8| {
        format!(
            "kind: Pod\napiVersion: v1\nmetadata: {{name: queue-{number}, namespace: shop, ownerReferences: [{{kind: StatefulSet, name: queue, controller: true}}],\n\
             \x20 labels: {{app: x, statefulset.kubernetes.io/pod-name: queue-{number}}}}}\nspec: {{containers: [{{name: c}}]}}\n---\n"
        )
    };
    let first = policy("first", "{podSelector: {matchLabels: {statefulset.kubernetes.io/pod-name: queue-0}}}");
    check(
        &model(&cluster(&[pod(0), pod(1), first].concat())),
        "undecided web -> queue tcp/1\npermit queue -> web tcp/1",
    );
}

#[test]
fn pods_of_a_stateful_set_are_known_by_their_numbers() {
    let queue = |count: &str| {
        format!(
            "kind: StatefulSet\napiVersion: apps/v1\nmetadata: {{name: queue, namespace: shop}}\n\
             spec: {{{count}template: {{metadata: {{labels: {{app: x}}}}, spec: {{containers: [{{name: c}}]}}}}}}\n---\n"
        )
    };
    let name = "statefulset.kubernetes.io/pod-name";
    let shut = |requirement: String| {
        policy("shut", &format!("{{podSelector: {{matchExpressions: [{{key: {requirement}}}]}}}}"))
    };
    for (count, requirement, answer) in [
        ("", format!("{name}, operator: In, values: [other-0, queue-x, queue]"), "permit"),
        ("", format!("{name}, operator: In, values: [queue-0]"), "undecided"),
        ("", format!("{name}, operator: NotIn, values: [other-0]"), "deny"),
        ("", format!("{name}, operator: NotIn, values: [queue-7]"), "undecided"),
        ("", format!("{name}, operator: Exists"), "deny"),
        ("", format!("{name}, operator: DoesNotExist"), "permit"),
        ("replicas: 1, ", format!("{name}, operator: In, values: [queue-0]"), "deny"),
        ("replicas: 2, ", format!("{name}, operator: In, values: [queue-0]"), "undecided"),
        ("replicas: 2, ", format!("{name}, operator: In, values: [queue-0, queue-1]"), "deny"),
        ("replicas: 2, ", format!("{name}, operator: In, values: [queue-2]"), "permit"),
        (
            "replicas: 2, ordinals: {start: 2}, ",
            format!("{name}, operator: NotIn, values: [queue-2, queue-3]"),
            "permit",
        ),
        // Older clusters do not number their pods so.
        ("replicas: 1, ", "apps.kubernetes.io/pod-index, operator: In, values: ['0']".to_owned(), "undecided"),
        ("replicas: 1, ", "apps.kubernetes.io/pod-index, operator: In, values: ['1']".to_owned(), "permit"),
        ("", "controller-revision-hash, operator: Exists".to_owned(), "deny"),
        ("", "pod-template-hash, operator: Exists".to_owned(), "permit"),
    ] {
        let text = cluster(&(queue(count) + &shut(requirement.clone())));
        let read = model(&text);
        let (found, _) = asked(&read, "web -> queue tcp/1");
        assert_eq!(format!("{found:?}").to_lowercase(), answer, "{count} {requirement}");
    }
    check(
        &model(&cluster(&queue("replicas: 2, "))),
        "permit shop/queue-1 -> queue-0 tcp/1\nundecided queue-2 -> web tcp/1",
    );
    // Pods that are shown have their labels, and no others.
    let pod = |number: u8| {
        format!(
            "kind: Pod\napiVersion: v1\nmetadata: {{name: queue-{number}, namespace: shop, ownerReferences: [{{kind: StatefulSet, name: queue, controller: true}}],\n\
             \x20 labels: {{app: x, {name}: queue-{number}}}}}\nspec: {{containers: [{{name: c}}]}}\n---\n"
        )
    };
    let pods = [pod(0), pod(1), pod(2)].concat();
    for (values, answer) in [("queue-0, queue-1, queue-2", "deny"), ("queue-1", "undecided"), ("queue-3", "permit")] {
        let text = cluster(&(pods.clone() + &shut(format!("{name}, operator: In, values: [{values}]"))));
        check(&model(&text), &format!("{answer} web -> queue tcp/1"));
    }
}

#[test]
fn a_policy_of_cilium_holds_for_the_pods_that_it_selects_by_their_own_labels() {
    let of = |selector: &str| {
        format!(
            "kind: CiliumNetworkPolicy\napiVersion: cilium.io/v2\nmetadata: {{name: c, namespace: shop}}\n\
             spec: {{endpointSelector: {{matchLabels: {{{selector}}}}}, ingress: [{{}}]}}\n"
        )
    };
    check(&model(&cluster(&of("app: db"))), "undecided web -> db tcp/1\npermit probe -> web tcp/1");
    check(&model(&cluster(&of("\"k8s:app\": db"))), "undecided web -> db tcp/1\npermit probe -> web tcp/1");
    // Keys of other sources may be anything's.
    for selector in ["\"any:app\": db", "io.kubernetes.pod.namespace: shop", "reserved:host: ''"] {
        check(&model(&cluster(&of(selector))), "undecided web -> db tcp/1\nundecided probe -> web tcp/1");
    }
}

#[test]
fn a_policy_of_calico_holds_for_no_pod_that_its_selectors_surely_leave_out() {
    let of = |selectors: &str| {
        model(&cluster(&format!(
            "kind: GlobalNetworkPolicy\napiVersion: projectcalico.org/v3\nmetadata: {{name: g}}\n\
             spec: {{{selectors}, order: 5, types: [Ingress], ingress: [{{action: Deny}}]}}\n"
        )))
    };
    let (none, db, shop, all) = (
        "permit web -> db tcp/1\npermit db -> web tcp/1\npermit web -> probe tcp/1",
        "undecided web -> db tcp/1 : what GlobalNetworkPolicy g says\npermit db -> web tcp/1\npermit web -> probe tcp/1",
        "undecided web -> db tcp/1\nundecided db -> web tcp/1\npermit web -> probe tcp/1",
        "undecided web -> db tcp/1\nundecided db -> web tcp/1\nundecided web -> probe tcp/1",
    );
    for (selectors, answers) in [
        ("selector: all()", all),
        ("selector: ''", all),
        ("selector: app == 'db'", db),
        ("selector: 'app == \"db\" && has(app)'", db),
        ("selector: \"app in { 'db', 'other' }\"", db),
        ("selector: app starts with 'd' && !(app ends with 'x')", db),
        ("selector: \"app not in {'db', 'probe'} && app != 'web'\"", none),
        ("selector: has(role) || app contains 'z'", none),
        ("selector: '!has(app)'", none),
        ("selector: projectcalico.org/namespace == 'shop'", shop),
        ("selector: pcns.team == 'red'", shop),
        ("selector: all(), namespaceSelector: projectcalico.org/name == 'shop'", shop),
        ("namespaceSelector: team == 'red'", shop),
        ("selector: app == 'db', namespaceSelector: team == 'blue'", none),
        // What is not known, or not understood, bounds nothing.
        ("selector: projectcalico.org/serviceaccount == 'x'", all),
        ("selector: global()", all),
        ("selector: app == 'db' and app == 'db'", all),
        ("selector: app == 'db", all),
        ("selector: app =~ 'd.*'", all),
        ("selector: has(app", all),
    ] {
        check(&of(selectors), answers);
    }
}

#[test]
fn a_policy_of_calico_without_types_is_of_the_ways_in_which_it_has_rules() {
    for (rules, answers) in [
        ("ingress: [{action: Deny}]", "undecided web -> db tcp/1\npermit db -> web tcp/1"),
        ("egress: [{action: Deny}]", "permit web -> db tcp/1\nundecided db -> web tcp/1"),
        ("ingress: [{action: Deny}], egress: [{action: Deny}]", "undecided web -> db tcp/1\nundecided db -> web tcp/1"),
        ("order: 1", "undecided web -> db tcp/1\npermit db -> web tcp/1"),
    ] {
        let policy = format!(
            "kind: NetworkPolicy\napiVersion: projectcalico.org/v3\nmetadata: {{name: c, namespace: shop}}\n\
             spec: {{selector: app == 'db', {rules}}}\n"
        );
        check(&model(&cluster(&policy)), answers);
    }
}

#[test]
fn policies_of_clouds_and_meshes_hold_for_the_pods_that_they_select() {
    let out = "permit db -> web tcp/1\npermit probe -> web tcp/1";
    for (kind, version, spec, answers) in [
        (
            "CiliumClusterwideNetworkPolicy",
            "cilium.io/v2",
            "endpointSelector: {matchLabels: {'k8s:io.kubernetes.pod.namespace': ops}}, ingressDeny: [{}]",
            "undecided web -> probe tcp/1\npermit web -> db tcp/1",
        ),
        (
            "CiliumClusterwideNetworkPolicy",
            "cilium.io/v2",
            "endpointSelector: {matchExpressions: [{key: io.cilium.k8s.namespace.labels.team, operator: In, values: [blue]}]}, egress: [{}]",
            "undecided probe -> db tcp/1\npermit web -> probe tcp/1\npermit db -> web tcp/1",
        ),
        ("CiliumClusterwideNetworkPolicy", "cilium.io/v2", "nodeSelector: {}, ingress: [{}]", out),
        ("AuthorizationPolicy", "security.istio.io/v1", "selector: {matchLabels: {app: db}}", out),
        ("SecurityGroupPolicy", "vpcresources.k8s.aws/v1beta1", "podSelector: {matchLabels: {app: other}}", out),
        (
            "ApplicationNetworkPolicy",
            "networking.k8s.aws/v1alpha1",
            "podSelector: {matchLabels: {app: db}}, policyTypes: [Egress], egress: [{}]",
            "undecided web -> db tcp/1\npermit probe -> web tcp/1",
        ),
    ] {
        let policy =
            format!("kind: {kind}\napiVersion: {version}\nmetadata: {{name: x, namespace: shop}}\nspec: {{{spec}}}\n");
        check(&model(&cluster(&policy)), answers);
    }
}

/// A pod in a namespace of its own, on whatever networks it asks for.
fn attached(name: &str, networks: &str) -> String {
    let annotation = if networks.is_empty() {
        String::new()
    } else {
        format!(", annotations: {{k8s.v1.cni.cncf.io/networks: '{networks}'}}")
    };
    format!(
        "kind: Pod\napiVersion: v1\nmetadata: {{name: {name}, namespace: shop{annotation}}}\n\
         spec: {{containers: [{{name: c}}]}}\n---\n"
    )
}

#[test]
fn what_passes_over_secondary_networks_is_not_known_and_no_policy_holds_there() {
    let pods = attached("a", "default/lan@eth1")
        + &attached("b", r#"[{"name": "lan", "namespace": "default"}]"#)
        + &attached("c", "other")
        + &attached("d", "");
    let shut = cluster(&(pods.clone() + &policy("shut", "{podSelector: {}, policyTypes: [Ingress, Egress]}")));
    check(
        &model(&shut),
        "undecided shop/a -> shop/b any\nundecided shop/a -> shop/c any\ndeny shop/a -> shop/d any\n\
         deny shop/d -> shop/a any\nundecided shop/a -> 1.2.3.4 any\nundecided 1.2.3.4 -> shop/a any\n\
         deny shop/d -> 1.2.3.4 any",
    );
    check(&model(&cluster(&pods)), "permit shop/a -> shop/b any\npermit shop/a -> shop/d any");
    // An address of the network that is not followed may be one of the cloud's as well, and somebody may have it there.
    let vpc = r#"{"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": "192.168.0.0/16"}], "NetworkInterfaces": []}"#;
    for inputs in [vec![shut.as_str()], vec![shut.as_str(), vpc]] {
        check(
            &models(&inputs),
            "undecided shop/a -> 192.168.7.7 any : the secondary network default/lan\ndeny shop/d -> 192.168.7.7 any",
        );
    }
}

#[test]
fn where_another_network_stands_in_the_place_of_the_clusters_own_its_policies_decide_nothing() {
    let pod = attached("a", "").replace(
        "namespace: shop",
        "namespace: shop, annotations: {v1.multus-cni.io/default-network: kube-system/lan}",
    );
    let of = |policies: &str| model(&cluster(&(pod.clone() + &attached("d", "") + policies)));
    let shut = |labels: &str| policy("shut", &format!("{{podSelector: {labels}, policyTypes: [Ingress, Egress]}}"));
    check(
        &of(""),
        "undecided shop/a -> shop/d tcp/1 : kube-system/lan in the place of
         undecided shop/d -> shop/a tcp/1 : kube-system/lan in the place of
         undecided shop/a -> 1.2.3.4 tcp/1
         undecided 1.2.3.4 -> shop/a tcp/1",
    );
    // Whoever is on the cluster's own network has its policies at his own end.
    let labelled = shut("{matchLabels: {app: db}}");
    check(&of(&labelled), "deny shop/a -> shop/db tcp/1\nundecided shop/a -> shop/d tcp/1");
    check(
        &of(&shut("{matchExpressions: [{key: app, operator: DoesNotExist}]}")),
        "undecided shop/a -> shop/db tcp/1\ndeny shop/d -> shop/a tcp/1",
    );
}

#[test]
fn a_virtual_machine_says_its_secondary_networks_itself() {
    let machine = |name: &str| {
        format!(
            "kind: VirtualMachine\napiVersion: kubevirt.io/v1\nmetadata: {{name: {name}, namespace: shop}}\n\
             spec: {{template: {{metadata: {{labels: {{vm: {name}}}}}, spec: {{networks: [{{name: n, multus: \
             {{networkName: lan}}}}]}}}}}}\n---\n"
        )
    };
    let shut = policy("shut", "{podSelector: {}, policyTypes: [Ingress, Egress]}");
    let text = cluster(&(machine("a") + &machine("b") + &shut));
    check(&model(&text), "undecided shop/a -> shop/b any\ndeny shop/a -> shop/web any");
}
