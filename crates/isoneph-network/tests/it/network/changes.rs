//! Two states of a network.

use isoneph_network::model::Model;
use isoneph_network::reach::{changes, matrix};

use super::estate::Estate;
use super::model;

/// A machine on the internet that takes SSH from some block.
fn open_to(blocks: &[&str]) -> Model {
    let rules: Vec<String> = blocks.iter().map(|block| format!("tcp 22 {block}")).collect();
    let rules: Vec<&str> = rules.iter().map(String::as_str).collect();
    let estate = Estate::new()
        .vpc("a", "10.0.0.0/16")
        .internet("a")
        .subnet("a", "one", "10.0.1.0/24", "z1", &["10.0.0.0/16 local", "0.0.0.0/0 igw-a"])
        .group("web", "a", &rules, &[])
        .eni("web", "one", "10.0.1.10", Some("198.51.100.1"), &["web"]);
    model(&estate.text())
}

#[test]
fn a_block_of_the_internet_that_one_state_alone_lets_in_is_a_change() {
    let (before, after) = (open_to(&[]), open_to(&["203.0.113.0/24"]));
    let found = changes(&before, &after).unwrap();
    let gained: Vec<String> =
        found.gained.iter().map(|change| format!("{} -> {}: {}", change.from, change.to, change.surely)).collect();
    assert_eq!(gained, ["outside 203.0.113.0/24 -> web: tcp 22"]);
    assert!(found.lost.is_empty() && found.is_different());
    let back = changes(&after, &before).unwrap();
    assert_eq!((back.gained.len(), back.lost.len()), (0, 1));
    assert!(changes(&after, &after).unwrap().is_equal());
}

#[test]
fn blocks_that_each_state_opens_are_told_apart_by_what_they_share() {
    let found = changes(&open_to(&["203.0.113.0/24"]), &open_to(&["203.0.113.128/25", "192.0.2.0/24"])).unwrap();
    let of =
        |list: &[isoneph_network::reach::Change]| list.iter().map(|change| change.from.clone()).collect::<Vec<_>>();
    assert_eq!(of(&found.gained), ["outside 192.0.2.0/24"]);
    assert_eq!(of(&found.lost), ["outside 203.0.113.0/25"]);
}

#[test]
fn the_internet_is_called_so_where_no_rule_tells_its_parts_apart() {
    let names = |model: &Model| {
        let found = matrix(model).unwrap();
        found.classes.into_iter().filter(|class| class.outside.is_some()).map(|class| class.name).collect::<Vec<_>>()
    };
    let plain = names(&open_to(&["0.0.0.0/0"]));
    assert_eq!(plain[0], "the internet (e.g. 1.0.0.0)");
    assert!(names(&open_to(&["203.0.113.0/24"])).contains(&"outside 203.0.113.0/24".to_owned()));
}

/// A machine with some addresses, of which a list at its subnet's border lets in tcp/22 to some.
fn addressed(addresses: &[&str], open: &[&str]) -> Model {
    let entries: Vec<String> =
        open.iter().enumerate().map(|(at, block)| format!("out {} allow 6 22 {block}", at + 1)).collect();
    let entries: Vec<&str> = entries.iter().map(String::as_str).chain(["in 100 allow -1 * 0.0.0.0/0"]).collect();
    let places: Vec<_> = addresses.iter().map(|own| serde_json::json!({"PrivateIpAddress": own})).collect();
    let estate = Estate::new()
        .vpc("a", "10.0.0.0/16")
        .subnet("a", "one", "10.0.1.0/24", "z1", &["10.0.0.0/16 local"])
        .subnet("a", "two", "10.0.2.0/24", "z1", &["10.0.0.0/16 local"])
        .acl("two", "a", &["two"], &entries)
        .group("all", "a", &["-1 * 0.0.0.0/0"], &["-1 * 0.0.0.0/0"])
        .eni("client", "two", "10.0.2.10", None, &["all"])
        .eni("server", "one", addresses[0], None, &["all"])
        .with("NetworkInterfaces", "PrivateIpAddresses", serde_json::Value::Array(places));
    model(&estate.text())
}

#[test]
fn which_address_of_a_machine_is_reached_is_compared() {
    let both = ["10.0.1.5", "10.0.1.6"];
    let (before, after) = (addressed(&both, &["10.0.1.5/32"]), addressed(&both, &["10.0.1.6/32"]));
    let found = changes(&before, &after).unwrap();
    let told = |list: &[isoneph_network::reach::Change]| -> Vec<String> {
        list.iter()
            .map(|held| format!("{} -> {}: {} by {:?}", held.from, held.to, held.surely, held.addresses))
            .collect()
    };
    assert_eq!(told(&found.gained), [r#"client -> server: tcp 22 by ["10.0.2.10 -> 10.0.1.6"]"#]);
    assert_eq!(told(&found.lost), [r#"client -> server: tcp 22 by ["10.0.2.10 -> 10.0.1.5"]"#]);
    assert!(found.is_different() && found.readdressed.is_empty());
    // Where all of a machine's addresses fare alike none is named.
    let found = changes(&before, &addressed(&both, &[])).unwrap();
    assert_eq!(told(&found.lost), [r#"client -> server: tcp 22 by []"#]);
    assert!(changes(&before, &before).unwrap().is_equal());
}

#[test]
fn a_machine_with_another_address_is_a_difference_though_as_much_passes() {
    let found =
        changes(&addressed(&["10.0.1.5"], &["10.0.1.5/32"]), &addressed(&["10.0.1.7"], &["10.0.1.7/32"])).unwrap();
    assert_eq!(found.readdressed, ["server: 10.0.1.5 in the first state only, 10.0.1.7 in the second state only"]);
    assert!(found.gained.is_empty() && found.lost.is_empty(), "{found:?}");
    assert!(found.is_different() && !found.is_equal());
    let found = changes(&addressed(&["10.0.1.5"], &[]), &addressed(&["10.0.1.5", "10.0.1.6"], &[])).unwrap();
    assert_eq!(found.readdressed, ["server: 10.0.1.6 in the second state only"]);
}

/// A network of subnets without machines, with a list at the border of one.
fn empty(entries: &[&str]) -> Model {
    let estate = Estate::new()
        .vpc("a", "10.0.0.0/16")
        .subnet("a", "one", "10.0.1.0/24", "z1", &["10.0.0.0/16 local"])
        .acl("own", "a", &["one"], entries);
    model(&estate.text())
}

#[test]
fn a_list_at_the_border_of_a_subnet_without_machines_is_compared_as_a_set() {
    let before = empty(&["in 1 allow 6 22 10.0.0.0/8", "out 1 allow -1 * 0.0.0.0/0"]);
    let after = empty(&["in 1 allow 6 22 0.0.0.0/0", "out 1 allow -1 * 0.0.0.0/0"]);
    let found = changes(&before, &after).unwrap();
    let told: Vec<String> = found
        .policies
        .iter()
        .map(|held| {
            format!(
                "{} {} {}: {} by {}, denied by {}",
                held.policy, held.gained, held.far, held.surely, held.permitted_by, held.denied_by
            )
        })
        .collect();
    let expected = "acl-own true 0.0.0.0-9.255.255.255 and 1 more ranges: tcp 22 by acl-own inbound rule 1, \
                    denied by end of acl-own inbound";
    assert_eq!(told, [expected]);
    assert!(found.is_different());
    assert!(changes(&before, &before).unwrap().is_equal());
}

#[test]
fn groups_that_nobody_has_are_compared_as_sets() {
    let machine = || {
        let estate =
            Estate::new().vpc("a", "10.0.0.0/16").subnet("a", "one", "10.0.1.0/24", "z1", &["10.0.0.0/16 local"]);
        estate.group("own", "a", &[], &[]).eni("server", "one", "10.0.1.10", None, &["own"])
    };
    for estate in [Estate::new().vpc("a", "10.0.0.0/16"), machine()] {
        let text = estate.text();
        let group = |peer: &str| {
            let mut held: serde_json::Value = serde_json::from_str(&text).unwrap();
            let rule = format!("tcp 22 {peer}");
            let own: serde_json::Value =
                serde_json::from_str(&Estate::new().group("web", "a", &[&rule], &[]).text()).unwrap();
            let groups = held.as_object_mut().unwrap().entry("SecurityGroups").or_insert_with(|| serde_json::json!([]));
            groups.as_array_mut().unwrap().extend(own["SecurityGroups"].as_array().unwrap().clone());
            model(&held.to_string())
        };
        let found = changes(&group("10.0.0.0/8"), &group("0.0.0.0/0")).unwrap();
        assert!(found.is_different(), "{found:?}");
        assert_eq!(found.policies.len(), 1, "{found:?}");
        assert_eq!((found.policies[0].gained, found.policies[0].policy.as_str()), (true, "sg-web (web)"));
        let found = changes(&group("sg-x"), &group("sg-y")).unwrap();
        assert!(!found.is_equal() && !found.is_different(), "{found:?}");
        for same in ["10.0.0.0/8", "sg-x"] {
            assert!(changes(&group(same), &group(same)).unwrap().is_equal());
        }
        let found = changes(&model(&text), &group("0.0.0.0/0")).unwrap();
        assert!(found.unpaired.iter().any(|name| name.contains("which nobody has")), "{found:?}");
    }
}

#[test]
fn rules_without_anybody_who_has_them_are_not_called_the_same() {
    let policy = |ingress: &str| {
        model(&format!(
            "apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: x, namespace: default}}
spec: {{podSelector: {{}}, ingress: {ingress}}}
"
        ))
    };
    for (one, other, word) in [
        (policy("[]"), policy("[{}]"), "NetworkPolicy default/x"),
        (policy("[]"), policy("[{}]"), "no packet was followed"),
    ] {
        let found = changes(&one, &other).unwrap();
        assert!(!found.is_equal() && !found.is_different(), "{found:?}");
        assert!(found.undecided.iter().any(|why| why.contains(word)), "{found:?}");
        assert!(changes(&one, &one).unwrap().is_equal());
    }
}

#[test]
fn pods_of_one_owner_that_are_not_alike_are_compared_each() {
    let pod = |name: &str, labels: &str| {
        format!(
            "kind: Pod\napiVersion: v1\nmetadata: {{name: {name}, namespace: shop, labels: {{{labels}}}, ownerReferences: \
             [{{kind: ReplicaSet, name: app, controller: true}}]}}\nspec: {{containers: [{{name: c}}]}}\n---\n"
        )
    };
    let shut = |version: u32| {
        format!(
            "kind: NetworkPolicy\napiVersion: networking.k8s.io/v1\nmetadata: {{name: shut, namespace: shop}}\n\
             spec: {{podSelector: {{matchLabels: {{version: '{version}'}}}}, ingress: []}}\n"
        )
    };
    let (one, two) = (pod("app-1", "app: a, version: '1'"), pod("app-2", "app: a, version: '2'"));
    let of =
        |pods: &[&String], version: u32| model(&(pods.iter().copied().cloned().collect::<String>() + &shut(version)));
    let both = [&one, &two];
    let nobody = changes(&of(&both, 8), &of(&both, 9)).unwrap();
    assert!(!nobody.is_different(), "{nobody:?}");
    for version in [1, 2] {
        let found = changes(&of(&both, 8), &of(&both, version)).unwrap();
        assert!(found.is_different() && found.gained.is_empty(), "{version}: {found:?}");
    }
    // Where one state has only one of them, it is held against each.
    assert!(changes(&of(&[&one], 8), &of(&both, 2)).unwrap().is_different());
    assert!(changes(&of(&both, 1), &of(&[&two], 8)).unwrap().is_different());
}
