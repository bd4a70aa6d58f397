//! Two states of a network, and two lists of rules.

use super::{CLOSED, OPEN, cluster};
use crate::{file, isoneph};

#[test]
fn what_a_change_lets_pass_is_told_with_the_rules_responsible() {
    let folder = tempfile::tempdir().expect("a folder");
    let before = file(&folder, "before.yaml", cluster(CLOSED).as_bytes());
    let after = file(&folder, "after.yaml", cluster(OPEN).as_bytes());
    let run = isoneph(&["network", "diff", &before, &after]).ends_with(1);
    let text = run.stdout();
    assert!(
        text.contains("only B lets pass: red/red-app -> blue/blue-app: tcp 5432") || text.contains("red-app -> "),
        "{text}"
    );
    assert!(text.contains("inward"), "{text}");
    let answer = isoneph(&["network", "diff", "--format", "json", &after, &before]).ends_with(1).json();
    assert!(!answer["changes"]["lost"].as_array().expect("a list").is_empty(), "{answer}");
    isoneph(&["network", "diff", &before, &before]).ends_with(0);
}

#[test]
fn names_in_a_policy_are_what_the_definitions_say() {
    let folder = tempfile::tempdir().expect("a folder");
    let policy = |port: &str| {
        format!(
            "header {{\n  target:: cisco edge extended\n}}\nterm web {{\n  destination-address:: WEB\n  \
                 destination-port:: {port}\n  protocol:: tcp\n  action:: accept\n}}\n"
        )
    };
    let first = file(&folder, "first.pol", policy("HTTPS").as_bytes());
    let second = file(&folder, "second.pol", policy("TLS").as_bytes());
    let names = file(&folder, "names.net", b"WEB = 10.0.1.0/24\n");
    let services = file(&folder, "names.svc", b"HTTPS = 443/tcp\nTLS = 443/tcp\n");
    isoneph(&["network", "diff", "--definitions", &names, "--definitions", &services, &first, &second]).ends_with(0);
    let other = file(&folder, "other.svc", b"HTTPS = 443/tcp\nTLS = 8443/tcp\n");
    let run =
        isoneph(&["network", "diff", "--definitions", &names, "--definitions", &other, &first, &second]).ends_with(1);
    assert!(run.stdout().contains("8443"), "{}", run.stdout());
}
