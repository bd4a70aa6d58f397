//! `isoneph network`: what packets can do, exactly or not at all.

mod diff;
mod hops;
mod intent;
mod prove;
mod reach;
mod test;
mod verify_proof;

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use clap::Subcommand;
use isoneph_network::model::Model;
use serde::Serialize;
use serde_json::json;

use crate::exit::{Exit, unread};
use crate::output;
use crate::safe;

/// What can be asked of networks.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// What passes between two parties, or between all classes of endpoints
    Reach(reach::Arguments),
    /// Hold expected flows against a network, as unit tests of it
    Test(test::Arguments),
    /// Prove zones apart on the network, or show the packet that passes
    Prove(prove::Arguments),
    /// Verify a certificate of `prove`, with code that shares nothing with the engine that wrote it
    VerifyProof(verify_proof::Arguments),
    /// What one policy permits and another denies, as packets and as the rules responsible
    Diff(diff::Arguments),
}

/// Runs the command.
pub(crate) fn run(command: &Command) -> anyhow::Result<Exit> {
    match command {
        Command::Reach(arguments) => reach::run(arguments),
        Command::Prove(arguments) => prove::run(arguments),
        Command::VerifyProof(arguments) => verify_proof::run(arguments),
        Command::Test(arguments) => test::run(arguments),
        Command::Diff(arguments) => diff::run(arguments),
    }
}

/// Reads a network. What could not be read is told, and makes the run incomplete.
fn load(paths: &[PathBuf]) -> anyhow::Result<(Model, Exit)> {
    let paths: Vec<PathBuf> = paths.iter().map(|path| source(path).to_owned()).collect();
    if let Some(path) = paths.iter().find(|path| !path.exists()) {
        return Err(unread(format!("{}: there is no such file or folder", path.display())));
    }
    let (mut model, problems) = Model::load(&paths);
    // Standard input keeps the name that it was given by.
    model.sources.iter_mut().filter(|held| held.path == STANDARD_INPUT).for_each(|held| "-".clone_into(&mut held.path));
    for problem in &problems {
        let place = if problem.locator.is_empty() { String::new() } else { format!(": {}", problem.locator) };
        let path = if problem.path == STANDARD_INPUT { "standard input" } else { &problem.path };
        output::warn(&safe::terminal(&format!("not read: {path}{place}: {}", problem.message)));
    }
    for lack in model.unsupported.iter().filter(|held| held.is_lack()) {
        output::warn(&safe::terminal(&lack.effect));
    }
    tell_passed(&model.passed);
    let nothing = model.sources.is_empty();
    if nothing {
        output::warn("nothing could be read: no input holds a network that isoneph understands");
    }
    let exit = if problems.is_empty() && !nothing { Exit::Done } else { Exit::Incomplete };
    Ok((model, exit))
}

/// How many files that hold nothing of a network are named.
const MOST_NAMED: usize = 20;

/// Tells of files of a folder that hold nothing of a network: somebody may have meant them to be read.
fn tell_passed(paths: &[String]) {
    for path in paths.iter().take(MOST_NAMED) {
        output::warn(&safe::terminal(&format!("passed over: {path}: nothing of a network was found in it")));
    }
    if paths.len() > MOST_NAMED {
        output::warn(&format!(
            "passed over: {} more files in which nothing of a network was found",
            paths.len() - MOST_NAMED
        ));
    }
}

/// Where standard input is read.
const STANDARD_INPUT: &str = "/dev/stdin";

/// What a path names: `-` is standard input, unless a file is called so.
fn source(path: &Path) -> &Path {
    if path == Path::new("-") && !path.exists() { Path::new(STANDARD_INPUT) } else { path }
}

/// Reads a text file, or standard input, within bounds.
fn text_of(path: &Path, most: usize) -> anyhow::Result<String> {
    let failed = |error: std::io::Error| unread(format!("{}: {error}", path.display()));
    let mut bytes = Vec::new();
    let file = std::fs::File::open(source(path)).map_err(failed)?;
    // What a pipe holds is known when it ends.
    file.take(most as u64 + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() > most {
        return Err(unread(format!("{}: more than the {most} bytes that are read", path.display())));
    }
    String::from_utf8(bytes)
        .map_err(|error| unread(format!("{}: not UTF-8 at byte {}", path.display(), error.utf8_error().valid_up_to())))
}

/// The head that every JSON answer about a network has: what it holds for.
fn write_json(
    out: &mut impl Write,
    schema: &str,
    model: &Model,
    key: &str,
    answers: &impl Serialize,
) -> anyhow::Result<()> {
    let answer = json!({
        "schema": schema,
        "sources": &model.sources,
        "unsupported": &model.unsupported,
        key: answers,
    });
    serde_json::to_writer_pretty(&mut *out, &answer)?;
    writeln!(out)?;
    Ok(())
}
