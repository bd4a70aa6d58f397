//! What comes through a pipe is read like a file that holds the same.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::{Run, file, isoneph, root};

const PLAN: &str = "examples/saas/azure/plan.json";
const RULES: &str = "*filter\n:INPUT DROP [0:0]\n-A INPUT -p tcp --dport 22 -j ACCEPT\nCOMMIT\n";

/// Runs isoneph with bytes on its standard input.
fn piped(arguments: &[&str], bytes: &[u8]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_isoneph"));
    command.args(arguments).current_dir(root());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("isoneph starts");
    let mut pipe = child.stdin.take().expect("a pipe");
    let bytes = bytes.to_vec();
    let writer = std::thread::spawn(move || pipe.write_all(&bytes));
    let output = child.wait_with_output().expect("isoneph ends");
    writer.join().expect("the writer ends").expect("all of it is read");
    Run { arguments: arguments.join(" "), output }
}

const ASSESS: [&str; 7] = ["assess", "--as-of", "2026-11-20", "--format", "json", "--fail-on", "none"];

fn assess(path: &str) -> Vec<&str> {
    ASSESS.iter().copied().chain([path]).collect()
}

/// The outcomes of a run, and the path and digest of its first input.
fn found(run: Run) -> (serde_json::Value, String, String) {
    let mut json = run.ends_with(0).json();
    let input = &json["inputs"][0];
    let text = |key: &str| input[key].as_str().unwrap_or_default().to_owned();
    let (path, sha256) = (text("path"), text("sha256"));
    (json["outcomes"].take(), path, sha256)
}

#[test]
fn a_plan_through_a_pipe_comes_to_what_the_file_comes_to() {
    let bytes = std::fs::read(root().join(PLAN)).expect("the example");
    let (outcomes, _, sha256) = found(isoneph(&assess(PLAN)));
    for name in ["/dev/stdin", "-"] {
        assert_eq!(found(piped(&assess(name), &bytes)), (outcomes.clone(), name.to_owned(), sha256.clone()));
    }
}

#[test]
fn a_named_pipe_is_read_once_and_does_not_hang() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("plan.fifo");
    assert!(Command::new("mkfifo").arg(&path).status().expect("mkfifo runs").success());
    let bytes = std::fs::read(root().join(PLAN)).expect("the example");
    let writer = {
        let path = path.clone();
        std::thread::spawn(move || std::fs::write(path, bytes))
    };
    let (outcomes, shown, _) = found(isoneph(&assess(&path.display().to_string())));
    writer.join().expect("the writer ends").expect("all of it is read");
    assert_eq!(Path::new(&shown), path);
    assert!(outcomes.as_array().is_some_and(|outcomes| outcomes.len() > 10));
}

#[test]
fn audit_logs_and_rules_come_through_pipes_too() {
    let log =
        br#"{"Records":[{"eventVersion":"1.08","eventTime":"2026-11-01T00:00:00Z","eventSource":"s3.amazonaws.com",
        "eventName":"DeleteBucket","awsRegion":"us-east-1","eventID":"1","recipientAccountId":"111122223333",
        "userIdentity":{"type":"IAMUser","accountId":"111122223333","userName":"ann"}}]}"#;
    for (format, bytes) in [("cloudtrail", &log[..]), ("iptables", RULES.as_bytes())] {
        // Rules alone, with no zones to hold them against, are nothing that an assessment could judge.
        let json = piped(&assess("-"), bytes).ends_with(if format == "cloudtrail" { 0 } else { 3 }).json();
        assert_eq!(json["inputs"][0]["path"], "-", "{}", json["inputs"]);
        assert!(json["inputs"][0]["format"].as_str().is_some_and(|f| f.contains(format)), "{}", json["inputs"]);
    }
}

#[test]
fn an_empty_pipe_is_told_like_an_empty_file() {
    let run = piped(&assess("-"), b"").ends_with(3);
    assert_eq!(run.json()["inputs"][0]["rejected"][0]["code"], "empty");
}

#[test]
fn a_file_that_is_called_like_standard_input_is_that_file() {
    let folder = tempfile::tempdir().expect("a folder");
    file(&folder, "-", &std::fs::read(root().join(PLAN)).expect("the example"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_isoneph"));
    // Standard input holds nothing: what is found is in the file.
    let output = command.args(assess("-")).current_dir(&folder).stdin(Stdio::null()).output().expect("isoneph runs");
    let (outcomes, path, _) = found(Run { arguments: "assess -".to_owned(), output });
    assert_eq!(path, "-");
    assert!(outcomes.as_array().is_some_and(|outcomes| outcomes.len() > 10));
}

#[test]
fn a_network_comes_through_a_pipe_as_well() {
    let bytes = std::fs::read(root().join(PLAN)).expect("the example");
    let from_file = isoneph(&["network", "reach", PLAN]).ends_with(0);
    for input in ["/dev/stdin", "-"] {
        assert_eq!(piped(&["network", "reach", input], &bytes).ends_with(0).stdout(), from_file.stdout());
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error_of_the_program() {
    let folder = tempfile::tempdir().expect("a folder");
    // More than is kept back before it is written, so that it fails in the midst of it.
    let flows: String = (1..4000).map(|port| format!("internet,10.0.0.1,tcp,{port},deny\n")).collect();
    let flows = file(&folder, "flows.csv", format!("src,dst,proto,port,expect\n{flows}").as_bytes());
    for format in ["text", "json", "csv"] {
        let mut isoneph = Command::new(env!("CARGO_BIN_EXE_isoneph"));
        isoneph.args(["network", "test", "--format", format, &flows, "examples/network"]).current_dir(root());
        let mut child = isoneph.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("isoneph starts");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("isoneph ends");
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{format}: {told}");
        assert!(!told.contains("error"), "{format}: {told}");
    }
}
