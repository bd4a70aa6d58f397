//! The real binary, command by command.

mod assess;
mod bad_input;
mod cloud_lists;
mod examples;
mod feeds;
mod images;
mod logs;
mod machine_disks;
mod network;
mod own_checks;
#[cfg(unix)]
mod pipes;
#[path = "../../../isoneph-logs/tests/it/plant/mod.rs"]
#[allow(dead_code, clippy::unwrap_used, reason = "generators of the crate of logs, which uses the rest of them")]
mod plant;
mod reference;
mod register;
mod removal;
mod said;
mod sent;
mod support;
#[path = "../../../isoneph-image/tests/it/engine/tools.rs"]
#[allow(
    dead_code,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "tools of the crate of images, which uses the rest of them"
)]
mod tools;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Runs isoneph from the root of the repository.
fn isoneph(arguments: &[&str]) -> Run {
    isoneph_in(&root(), arguments)
}

/// Runs isoneph in a folder.
fn isoneph_in(folder: &Path, arguments: &[&str]) -> Run {
    let output =
        Command::new(env!("CARGO_BIN_EXE_isoneph")).args(arguments).current_dir(folder).output().expect("isoneph runs");
    Run { arguments: arguments.join(" "), output }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the repository is there")
}

/// What a run gave.
struct Run {
    arguments: String,
    output: Output,
}

impl Run {
    /// The exit code must be this one.
    #[track_caller]
    fn ends_with(self, code: i32) -> Run {
        assert_eq!(
            self.output.status.code(),
            Some(code),
            "isoneph {}\n{}\n{}",
            self.arguments,
            self.stdout(),
            self.stderr()
        );
        self
    }

    fn stdout(&self) -> String {
        String::from_utf8(self.output.stdout.clone()).expect("the output is UTF-8")
    }

    fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.output.stderr).into_owned()
    }

    #[track_caller]
    fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout()).unwrap_or_else(|error| panic!("isoneph {}: {error}", self.arguments))
    }
}

/// Writes a file into a folder and gives its path as text.
fn file(folder: &tempfile::TempDir, name: &str, bytes: &[u8]) -> String {
    let path = folder.path().join(name);
    std::fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("a folder can be made");
    std::fs::write(&path, bytes).expect("a file can be written");
    path.display().to_string()
}
