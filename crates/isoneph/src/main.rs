//! The command line of isoneph. Thin: it parses words, calls the crates below, and turns what comes back into text and
//! an exit code. One file a subcommand, under `command/`.

mod command;
mod evidence;
mod exit;
mod frozen;
mod logs_against;
mod output;
mod report;
mod safe;
mod scanner;
mod settings;
mod words;
mod workspace;

use std::process::ExitCode;

use clap::Parser;

use crate::exit::Exit;

/// ISO/IEC 27017, the code of practice for security in cloud services, run as software.
///
/// Reads what a cloud is (plans, states, findings of other scanners) and answers, for every control and for both roles,
/// what the evidence shows, with the place under every answer.
#[derive(Parser)]
#[command(version, max_term_width = 110, after_help = exit::HELP)]
struct Arguments {
    #[command(subcommand)]
    command: command::Command,
}

fn main() -> ExitCode {
    if scanner::is_asked_for() {
        return scanner::serve().into();
    }
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // `--help` and `--version` arrive here too: clap knows which of them is an error.
            let code = if error.use_stderr() { Exit::Usage } else { Exit::Done };
            let _ = error.print();
            return code.into();
        }
    };
    match command::run(arguments.command) {
        Ok(exit) => exit.into(),
        Err(error) => output::report(&error).into(),
    }
}
