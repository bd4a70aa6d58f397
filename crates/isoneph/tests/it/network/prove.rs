//! Proofs, certificates, and forgeries of them.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::{CLOSED, OPEN, with_cluster};
use crate::{file, isoneph};

const INTENT: &str = "zones:\n- {name: red, kind: tenant, members: [{namespace: red}]}\n\
                      - {name: blue, kind: tenant, members: [{namespace: blue}]}\n";

fn prove(folder: &TempDir, network: &str, more: &[&str]) -> crate::Run {
    let intent = file(folder, "intent.yaml", INTENT.as_bytes());
    let mut arguments = vec!["network", "prove", "--intent", &intent, "--as-of", "2026-11-20"];
    arguments.extend(more);
    arguments.push(network);
    isoneph(&arguments)
}

/// A certificate of the closed cluster: (folder, the network's path, the certificate).
fn certified() -> (TempDir, String, Value) {
    let (folder, network) = with_cluster(CLOSED);
    let path = folder.path().join("proof.json").display().to_string();
    prove(&folder, &network, &["--certificate", &path]).ends_with(0);
    let text = std::fs::read_to_string(&path).expect("the certificate");
    (folder, network, serde_json::from_str(&text).expect("JSON"))
}

fn verify(folder: &TempDir, certificate: &str, more: &[&str]) -> crate::Run {
    let path = file(folder, "given.json", certificate.as_bytes());
    let mut arguments = vec!["network", "verify-proof", &path];
    arguments.extend(more);
    isoneph(&arguments)
}

/// The certificate with its digest made anew, as a forger would.
fn sealed(mut value: Value) -> String {
    fn sorted(value: &Value) -> String {
        match value {
            Value::Array(items) => format!("[{}]", items.iter().map(sorted).collect::<Vec<_>>().join(",")),
            Value::Object(fields) => {
                let mut keys: Vec<_> =
                    fields.iter().map(|(key, item)| format!("{}:{}", json!(key), sorted(item))).collect();
                keys.sort();
                format!("{{{}}}", keys.join(","))
            }
            plain => plain.to_string(),
        }
    }
    let parts = ["schema", "layer", "model_sha256", "policies", "claims"].map(|key| value[key].clone());
    let hash = Sha256::digest(sorted(&json!(parts)).as_bytes());
    value["sha256"] = Value::from(hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    value.to_string()
}

#[test]
fn a_packet_that_passes_is_shown_with_the_rules_that_let_it() {
    let (folder, network) = with_cluster(OPEN);
    let run = prove(&folder, &network, &[]).ends_with(1);
    let text = run.stdout();
    assert!(text.contains("BREACH  red -> blue: a connection can be set up: tcp"), "{text}");
    assert!(text.contains(" port ") && text.contains("    passes: tcp "), "the packet has its port: {text}");
    assert!(text.contains("inward"), "{text}");
    assert!(text.contains("1 proved apart, 1 breached, 0 undecided"), "{text}");
}

#[test]
fn a_certificate_of_what_is_apart_holds_for_its_network_and_for_no_other() {
    let (folder, network, certificate) = certified();
    let intent = file(&folder, "intent.yaml", INTENT.as_bytes());
    let run = verify(&folder, &certificate.to_string(), &[&network, "--intent", &intent]).ends_with(0);
    for line in ["red -> blue: apart", "blue -> red: apart", "with its paths, policies and zones"] {
        assert!(run.stdout().contains(line), "{line}\n{}", run.stdout());
    }
    verify(&folder, &certificate.to_string(), &[&network]).ends_with(0);
    let (_other, open) = with_cluster(OPEN);
    let run = verify(&folder, &certificate.to_string(), &[&open]).ends_with(1);
    assert!(run.stdout().starts_with("NOT OF THIS NETWORK"), "{}", run.stdout());
    assert_eq!(sealed(certificate.clone()), certificate.to_string(), "the forger here seals as the writer does");
    let answer = verify(&folder, &certificate.to_string(), &["--format", "json"]).ends_with(0).json();
    assert_eq!((&answer["valid"], &answer["compared"]), (&json!(true), &json!("nothing")));
}

#[test]
fn a_certificate_with_one_box_removed_widened_or_relabelled_fails() {
    let (folder, _, certificate) = certified();
    let refused = |forged: Value, what: &str| {
        let run = verify(&folder, &sealed(forged), &[]).ends_with(1);
        assert!(run.stdout().starts_with("NOT VALID"), "{what}: {}", run.stdout());
    };
    for claim in 0..certificate["claims"].as_array().expect("claims").len() {
        let mut forged = certificate.clone();
        let boxes = forged["claims"][claim]["boxes"].as_array_mut().expect("boxes");
        assert!(!boxes.is_empty());
        boxes.remove(0);
        refused(forged, "removed");
        let mut forged = certificate.clone();
        let field = &mut forged["claims"][claim]["boxes"][0][0]["protocol"];
        *field = if *field == json!([0, 255]) { json!([0, 254]) } else { json!([0, 255]) };
        refused(forged, "widened or narrowed");
        let mut forged = certificate.clone();
        forged["claims"][claim]["boxes"][0][1] = json!({ "exception": 0 });
        refused(forged, "relabelled");
    }
}

#[test]
fn a_certificate_that_says_other_things_than_its_network_is_not_of_it() {
    let (folder, network, certificate) = certified();
    let intent = file(&folder, "intent.yaml", INTENT.as_bytes());
    let refused = |forged: Value, what: &str| {
        let run = verify(&folder, &sealed(forged), &[&network, "--intent", &intent]).ends_with(1);
        assert!(run.stdout().starts_with("NOT OF THIS NETWORK"), "{what}: {}", run.stdout());
    };
    let mut without_claim = certificate.clone();
    without_claim["claims"].as_array_mut().expect("claims").remove(0);
    refused(without_claim, "a claim left out");
    for (key, what) in [("from", "another zone"), ("part", "other classes")] {
        let mut forged = certificate.clone();
        forged["claims"][0][key] = json!("green");
        refused(forged, what);
    }
    let mut denying = certificate.clone();
    for policy in denying["policies"].as_array_mut().expect("policies") {
        policy["name"] = json!("denies all");
    }
    refused(denying, "other policies");
}

#[test]
fn without_the_zones_that_somebody_declared_paths_and_policies_are_not_compared() {
    let (folder, network) = with_cluster(CLOSED);
    let declared = INTENT.replace("name: red", "name: crimson").replace("name: blue", "name: azure");
    let intent = file(&folder, "declared.yaml", declared.as_bytes());
    let path = folder.path().join("proof.json").display().to_string();
    isoneph(&["network", "prove", "--intent", &intent, "--certificate", &path, &network]).ends_with(0);
    isoneph(&["network", "verify-proof", "--intent", &intent, &path, &network]).ends_with(0);
    let run = isoneph(&["network", "verify-proof", &path, &network]).ends_with(3);
    assert!(run.stdout().contains("NOT COMPARED are paths, policies and zones"), "{}", run.stdout());
}

/// The forgery that matters: of the pair that is breached it is claimed that one policy lets nothing in. By itself it holds.
#[test]
fn a_breach_cannot_be_certified_by_an_emptied_policy() {
    let (folder, network) = with_cluster(OPEN);
    let path = folder.path().join("proof.json").display().to_string();
    prove(&folder, &network, &["--certificate", &path]).ends_with(1);
    let mut certificate: Value = serde_json::from_slice(&std::fs::read(&path).expect("a file")).expect("JSON");
    let apart = certificate["claims"][0].clone();
    assert_eq!((&apart["from"], &apart["to"]), (&json!("blue"), &json!("red")), "the way that is not open");
    let packets: Vec<Value> = apart["universe"].as_array().expect("boxes").iter().map(turned).collect();
    let policies = certificate["policies"].as_array_mut().expect("policies");
    policies.push(json!({ "name": "admits nobody", "default": "deny", "rules": [] }));
    let emptied = policies.len() - 1;
    let boxes: Vec<Value> = packets.iter().map(|packet| json!([packet, { "blocked": [0] }])).collect();
    certificate["claims"].as_array_mut().expect("claims").push(json!({
        "from": "red", "to": "blue", "part": "2: red/red-app to blue/blue-app", "universe": &packets, "exceptions": [],
        "paths": [{ "name": "direct", "carries": &packets, "stages": [emptied] }], "boxes": boxes,
    }));
    let forged = sealed(certificate);
    verify(&folder, &forged, &[]).ends_with(0);
    let intent = file(&folder, "intent.yaml", INTENT.as_bytes());
    let run = verify(&folder, &forged, &[&network, "--intent", &intent]).ends_with(1);
    assert!(run.stdout().starts_with("NOT OF THIS NETWORK"), "{}", run.stdout());
}

/// A box of packets the other way round.
fn turned(packets: &Value) -> Value {
    let mut other = packets.clone();
    (other["source"], other["destination"]) = (packets["destination"].clone(), packets["source"].clone());
    other
}

#[test]
fn a_certificate_that_claims_nothing_is_not_valid() {
    let (folder, network, mut certificate) = certified();
    certificate["claims"] = json!([]);
    for more in [vec![], vec![network.as_str()]] {
        let run = verify(&folder, &sealed(certificate.clone()), &more).ends_with(1);
        assert!(run.stdout().contains("it claims nothing"), "{}", run.stdout());
    }
}

#[test]
fn a_certificate_that_was_changed_after_it_was_sealed_fails() {
    let (folder, _, mut certificate) = certified();
    certificate["model_sha256"] = json!("00");
    let run = verify(&folder, &certificate.to_string(), &[]).ends_with(1);
    assert!(run.stdout().contains("digest"), "{}", run.stdout());
    verify(&folder, "{}", &[]).ends_with(1);
}

#[test]
fn where_nothing_is_apart_no_certificate_appears() {
    let (folder, network) = with_cluster("[{}]");
    let path = folder.path().join("proof.json");
    let intent = "zones: [{name: red, kind: tenant, members: [{namespace: red}]}, {name: blue, kind: tenant, members: [{namespace: blue}]}]\n\
                  flows: []\n";
    let intent = file(&folder, "one-way.yaml", intent.as_bytes());
    let open = network.replace("cluster.yaml", "open.yaml");
    std::fs::write(&open, super::cluster("[{}]").replace("ingress: []", "ingress: [{}]")).expect("a file");
    let certificate = path.display().to_string();
    isoneph(&["network", "prove", "--intent", &intent, "--certificate", &certificate, &open]).ends_with(3);
    assert!(!path.exists());
}

#[test]
fn zones_that_hold_nothing_prove_nothing() {
    let (folder, network) = with_cluster(CLOSED);
    let ghosts = "zones:\n- {name: a, kind: tenant, members: [{namespace: gone}]}\n\
                  - {name: b, kind: tenant, members: [{namespace: elsewhere}]}\n";
    let certificate = folder.path().join("none.json");
    for (name, text) in [("ghosts.yaml", ghosts), ("empty.yaml", "")] {
        let intent = file(&folder, name, text.as_bytes());
        let shown = certificate.display().to_string();
        let run = isoneph(&["network", "prove", "--intent", &intent, "--certificate", &shown, &network]).ends_with(3);
        assert!(run.stdout().contains("0 proved apart"), "{}", run.stdout());
        assert!(run.stderr().contains("nothing was proved"), "{}", run.stderr());
        assert_eq!(run.stdout().contains("holds nothing of this network: a"), name == "ghosts.yaml");
        assert!(!certificate.exists());
    }
}

#[test]
fn who_may_be_of_a_zone_leaves_its_pairs_open() {
    // Nothing says which addresses the pods have.
    let (folder, network) = with_cluster(CLOSED);
    let intent = "zones:\n- {name: a, kind: tenant, members: [{address: 10.99.0.0/16}]}\n\
                  - {name: b, kind: tenant, members: [{address: 10.98.0.0/16}]}\n";
    let intent = file(&folder, "ranges.yaml", intent.as_bytes());
    let run = isoneph(&["network", "prove", "--intent", &intent, &network]).ends_with(3);
    assert!(run.stdout().contains("0 proved apart, 0 breached, 2 undecided"), "{}", run.stdout());
    assert!(run.stdout().contains("perhaps in a zone: "), "{}", run.stdout());
}

#[test]
fn the_registers_own_zones_and_flows_are_an_intent() {
    let zones = "kind: zone\nname: red\nspec: {title: Red, purpose: internal, members: [red]}\n---\n\
                 kind: zone\nname: blue\nspec: {title: Blue, purpose: internal, members: [blue]}\n";
    let flow = "---\nkind: flow\nname: base\nspec: {from: red, to: blue, action: allow, protocol: tcp, ports: [\"5432\"], \
                owner: Ana, purpose: the base}\n";
    let (folder, network) = with_cluster(OPEN);
    let strict = file(&folder, "strict.yaml", zones.as_bytes());
    let run = isoneph(&["network", "prove", "--as-of", "2026-11-20", "--intent", &strict, &network]).ends_with(1);
    assert!(run.stdout().contains("BREACH  red -> blue"), "{}", run.stdout());
    assert!(run.stdout().contains("2 ordered pairs of 2 zones"), "nobody declared the outside\n{}", run.stdout());
    let wanted = file(&folder, "wanted.yaml", format!("{zones}{flow}").as_bytes());
    let run = isoneph(&["network", "prove", "--as-of", "2026-11-20", "--intent", &wanted, &network]).ends_with(0);
    assert!(run.stdout().contains("1 proved apart, 1 apart but for 1 intended flow, 0 breached"), "{}", run.stdout());
    assert!(run.stdout().contains("APART  red -> blue: but for 1 intended flow\n    tcp 5432"), "{}", run.stdout());
    // The plain form may name the zones of the register of a workspace.
    let space = folder.path().join("space");
    std::fs::create_dir(&space).expect("a folder");
    let config = space.join("isoneph.toml");
    std::fs::write(&config, "").expect("a file");
    isoneph(&["apply", "-f", &strict, "--as", "ana", "--workspace", &space.display().to_string()]).ends_with(0);
    let config = config.display().to_string();
    let beside = |intent: &str| {
        isoneph(&["network", "prove", "--as-of", "2026-11-20", "--config", &config, "--intent", intent, &network])
    };
    let flow = "flows:\n- {from: red, to: blue, proto: tcp, port: 5432, owner: Ana, reason: the base}\n";
    let plain = file(&folder, "flows.yaml", flow.as_bytes());
    assert!(beside(&plain).ends_with(0).stdout().contains("1 apart but for 1 intended flow"));
    let wrong = file(&folder, "wrong.yaml", flow.replace("to: blue", "to: bleu").as_bytes());
    let run = beside(&wrong).ends_with(2);
    assert!(run.stderr().contains("names the zone \"bleu\", which does not exist; there are "), "{}", run.stderr());
    let run = isoneph(&["network", "prove", "--as-of", "2026-11-20", "--config", &config, &network]).ends_with(1);
    assert!(run.stdout().contains("as declared"), "{}", run.stdout());
    let lost =
        file(&folder, "lost.yaml", b"kind: zone\nname: red\nspec: {title: Red, tenant: nobody, members: [red]}\n");
    let run = isoneph(&["network", "prove", "--intent", &lost, &network]).ends_with(2);
    assert!(run.stderr().contains("no tenant is named 'nobody'"), "{}", run.stderr());
}

#[test]
fn the_example_of_zones_in_the_documentation_can_be_used_as_it_stands() {
    let (folder, network) = with_cluster(CLOSED);
    let pages = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/networks.md");
    let text = std::fs::read_to_string(pages).expect("the page");
    let examples: Vec<&str> = text.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(examples.len(), 2);
    for (number, example) in examples.into_iter().enumerate() {
        let intent = file(&folder, &format!("example-{number}.yaml"), example.as_bytes());
        let run = isoneph(&["network", "prove", "--as-of", "2026-11-20", "--intent", &intent, &network]).ends_with(3);
        assert!(run.stdout().contains("zones as declared"), "{}", run.stderr());
    }
}

#[test]
fn files_of_the_register_that_nobody_has_applied_are_told() {
    let (folder, network) = with_cluster(CLOSED);
    let zones = "kind: zone\nname: red\nspec: {title: Red, purpose: internal, members: [red]}\n---\n\
                 kind: zone\nname: blue\nspec: {title: Blue, purpose: internal, members: [blue]}\n";
    let space = folder.path().join("space");
    std::fs::create_dir_all(space.join("register")).expect("a folder");
    let config = space.join("isoneph.toml").display().to_string();
    std::fs::write(&config, "").expect("a file");
    let file = space.join("register/zones.yaml").display().to_string();
    std::fs::write(&file, zones).expect("a file");
    let prove = || isoneph(&["network", "prove", "--config", &config, &network]);
    let run = prove();
    assert!(run.stderr().contains("register: not read: its zones and flows count once"), "{}", run.stderr());
    assert!(run.stdout().contains("derived from the network itself"), "{}", run.stdout());
    isoneph(&["apply", "-f", &file, "--as", "ana", "--workspace", &space.display().to_string()]).ends_with(0);
    let run = prove();
    assert!(!run.stderr().contains("not read") && run.stdout().contains("as declared"), "{}", run.stderr());
    std::fs::write(&file, zones.replace("members: [red]", "members: [other]")).expect("a file");
    assert!(prove().stderr().contains("not read"), "what was changed since counts as little");
}
