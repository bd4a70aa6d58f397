//! Tools of the machine that make images. Where one is missing its tests say so and do nothing; with
//! `ISONEPH_REQUIRE_TOOLS=1` they fail.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Where a tool is, if it is installed.
pub(super) fn tool(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places: Vec<PathBuf> = std::env::split_paths(&path).collect();
    places.extend(["/sbin", "/usr/sbin"].map(PathBuf::from));
    places.into_iter().map(|place| place.join(name)).find(|place| place.is_file())
}

/// Whether all of these tools are there; says which is not.
pub(super) fn have(names: &[&str]) -> bool {
    let missing: Vec<&&str> = names.iter().filter(|name| tool(name).is_none()).collect();
    if missing.is_empty() {
        return true;
    }
    let required = std::env::var_os("ISONEPH_REQUIRE_TOOLS").is_some_and(|value| value == "1");
    assert!(!required, "ISONEPH_REQUIRE_TOOLS=1, and not installed: {missing:?}");
    let missing: Vec<String> = missing.iter().map(ToString::to_string).collect();
    eprintln!("SKIPPED: not installed: {}", missing.join(", "));
    false
}

/// Runs a tool; panics with what it said when it fails.
pub(super) fn run(name: &str, arguments: &[&str]) -> String {
    let output = Command::new(tool(name).unwrap()).args(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{name} {arguments:?}: {said}{}", String::from_utf8_lossy(&output.stderr));
    said
}

/// Runs a tool on lines of standard input.
pub(super) fn feed(name: &str, arguments: &[&str], input: &str) {
    use std::io::Write as _;
    use std::process::Stdio;
    let mut command = Command::new(tool(name).unwrap());
    let mut child =
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{name} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A path as text.
pub(super) fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// An empty file of a length.
pub(super) fn empty(path: &Path, length: u64) {
    std::fs::File::create(path).unwrap().set_len(length).unwrap();
}

/// Writes bytes at a place of a file.
pub(super) fn write_at(path: &Path, place: u64, bytes: &[u8]) {
    use std::os::unix::fs::FileExt as _;
    let file = std::fs::OpenOptions::new().write(true).open(path).unwrap();
    file.write_all_at(bytes, place).unwrap();
}
