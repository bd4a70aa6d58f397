//! The scan in a process of its own. The child is the example `confined_scan`, which cargo builds with the tests.

use isoneph_image::container::Access;
use isoneph_image::sandbox::{ChildError, Enforced, Facts, Limits, Request, VERSION, run_child};
use std::path::{Path, PathBuf};

fn child() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let found = tests.parent().unwrap().parent().unwrap().join("examples/confined_scan");
    assert!(found.exists(), "build it first: cargo build -p isoneph-image --example confined_scan");
    found
}

fn scan(limits: Limits, settings: serde_json::Value) -> Result<Facts<serde_json::Value>, ChildError> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("image.tar");
    std::fs::write(&path, super::archives::tar(&[super::archives::file("etc/passwd", b"root\n")])).unwrap();
    let request = Request { version: VERSION, paths: vec![path], access: Access::default(), limits, settings };
    run_child(&child(), &["--serve"], &request, |_: &serde_json::Value| Ok(()))
}

#[test]
fn a_confined_scan_gives_its_facts() {
    let facts = scan(Limits::default(), serde_json::json!({})).unwrap();
    assert_eq!(facts.result.unwrap()["files"], 3);
}

#[test]
fn a_confined_scan_reads_nothing_but_the_image() {
    let facts = scan(Limits::default(), serde_json::json!({ "read": "/etc/passwd" })).unwrap();
    if facts.confinement.files == Enforced::None {
        eprintln!("SKIPPED: this kernel has no Landlock");
        return;
    }
    assert!(facts.result.unwrap()["other_file"].as_str().unwrap().contains("ermission denied"));
}

#[test]
fn a_confined_scan_has_no_network() {
    let facts = scan(Limits::default(), serde_json::json!({ "try": "network" })).unwrap();
    if facts.confinement.calls == Enforced::None {
        eprintln!("SKIPPED: this kernel has no seccomp");
        return;
    }
    assert!(facts.result.unwrap_err().contains("not permitted"));
}

#[test]
fn a_scan_that_takes_too_much_is_ended() {
    let limits = Limits { cpu_seconds: 1, wait_seconds: 100, ..Limits::default() };
    let error = scan(limits, serde_json::json!({ "try": "cpu" })).unwrap_err();
    assert!(matches!(error, ChildError::Cpu(1)), "{error}");
    let error = scan(Limits::default(), serde_json::json!({ "try": "memory" })).unwrap_err();
    assert!(matches!(error, ChildError::Died(_)), "{error}");
    let limits = Limits { wait_seconds: 1, ..Limits::default() };
    let error = scan(limits, serde_json::json!({ "try": "cpu" })).unwrap_err();
    assert!(matches!(error, ChildError::Wait(1)), "{error}");
}

#[test]
fn an_answer_is_not_believed() {
    let short = Limits { answer: 10, ..Limits::default() };
    assert!(scan(short, serde_json::json!({})).is_err());
    let request = |paths| Request {
        version: VERSION,
        paths,
        access: Access::default(),
        limits: Limits { wait_seconds: 10, ..Limits::default() },
        settings: serde_json::Value::Null,
    };
    let refuse = |_: &serde_json::Value| Err("too many".to_owned());
    let error = run_child(&child(), &["--serve"], &request(vec!["/dev/null".into()]), refuse).map(|facts| facts.result);
    assert!(matches!(error, Ok(Err(_))), "an image that cannot be opened is the scan's own error: {error:?}");
    let other = run_child(Path::new("/bin/cat"), &[], &request(Vec::new()), refuse).map(|facts| facts.result);
    assert!(matches!(other, Err(ChildError::Answer(_))), "{other:?}");
    let none = run_child(Path::new("/bin/true"), &[], &request(Vec::new()), refuse).map(|facts| facts.result);
    assert!(matches!(none, Err(ChildError::Died(_))), "{none:?}");
}
