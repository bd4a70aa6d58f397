//! What the READMEs of the examples say to run runs, and ends as they say.

use std::path::Path;

use crate::{Run, isoneph_in, root};

/// The commands of a README, with the exit code that its comment tells.
fn commands(readme: &Path) -> Vec<(Vec<String>, i32)> {
    let text = std::fs::read_to_string(readme).expect("a README");
    let blocks = text.split("```").skip(1).step_by(2).filter_map(|block| block.strip_prefix("sh\n"));
    let lines = blocks.flat_map(str::lines).filter_map(|line| line.strip_prefix("isoneph "));
    let command = |line: &str| {
        let (line, comment) = line.split_once(" #").unwrap_or((line, ""));
        let code = comment.split_once("ends with ").and_then(|(_, rest)| rest.get(..1)?.parse().ok()).unwrap_or(0);
        // Every other piece between quotes is one argument.
        let pieces = line.split('"').enumerate();
        let words = pieces.flat_map(|(number, piece)| match number % 2 {
            0 => piece.split_whitespace().map(str::to_owned).collect(),
            _ => vec![piece.to_owned()],
        });
        (words.collect(), code)
    };
    lines.map(command).collect()
}

fn runs(example: &str) -> Vec<Run> {
    let folder = root().join("examples").join(example);
    let all = commands(&folder.join("README.md")).into_iter().map(|(arguments, code)| {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        isoneph_in(&folder, &arguments).ends_with(code)
    });
    all.collect()
}

fn without_digest(line: &str) -> String {
    line.split_once("; model ").map_or(line, |(before, _)| before).to_owned()
}

#[test]
fn the_example_of_a_network_shows_the_breach_and_its_packet() {
    let said: Vec<String> = runs("network").iter().map(Run::stdout).collect();
    // The digest of a model changes with its form.
    let said: Vec<String> = said.iter().flat_map(|text| text.lines()).map(without_digest).collect();
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn the_example_of_audit_logs_tells_what_was_done_and_what_a_customer_sees_of_it() {
    let all = runs("logs");
    let tables: Vec<String> = all.iter().skip(1).map(Run::stdout).collect();
    insta::assert_snapshot!(tables.join("\n"));
    let assessed = all[0].stdout();
    for check in [
        "logging-stopped-or-weakened",
        "critical-operation-without-mfa",
        "data-shared-outside",
        "tenant-feed-shows-others",
    ] {
        assert!(assessed.contains(&format!("[{check}]")), "{check}");
    }
}

#[test]
fn the_example_of_a_departure_tells_what_is_left_and_what_can_be_got_back() {
    let all = runs("exit");
    insta::assert_snapshot!([all[0].stdout(), all[2].stdout()].join("\n"));
    let assessed = all[1].stdout();
    assert!(assessed.contains("[departed-tenant-assets-remain]"), "{assessed}");
}
