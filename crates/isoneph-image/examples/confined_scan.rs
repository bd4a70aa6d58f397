//! Counts the files of an image in a confined process: how the sandbox is used.
//!
//! `cargo run -p isoneph-image --example confined_scan -- DISK…`

use isoneph_image::sandbox::{Limits, Request, VERSION, run_child, serve_child};
use isoneph_image::{container::Access, image, tree::WalkBudget};
use serde::{Deserialize, Serialize};
use std::io::Write as _;
use std::ops::ControlFlow;
use std::process::ExitCode;

/// What the child finds.
#[derive(Debug, Serialize, Deserialize)]
struct Count {
    guests: usize,
    files: u64,
    complete: bool,
    other_file: Option<String>,
}

fn scan(request: &Request, spool: Option<std::fs::File>) -> Result<Count, String> {
    let image = image::open(&request.paths, &request.access, spool).map_err(|error| error.to_string())?;
    let walks =
        image.guests.iter().map(|guest| guest.tree.walk(WalkBudget::default(), &mut |_| ControlFlow::Continue(())));
    let (mut files, mut complete) = (0, true);
    for report in walks {
        files += report.visited;
        complete &= report.is_complete();
    }
    // What the settings may ask for, to show that it is refused.
    match request.settings.get("try").and_then(|value| value.as_str()) {
        Some("cpu") => loop {
            files = std::hint::black_box(files ^ 1);
        },
        Some("memory") => drop(std::hint::black_box(vec![1_u8; 4 << 30])),
        Some("network") => drop(std::net::TcpListener::bind("127.0.0.1:0").map_err(|error| error.to_string())?),
        _ => {}
    }
    let other = request.settings.get("read").and_then(|value| value.as_str());
    let other_file = other.and_then(|path| std::fs::read_to_string(path).err()).map(|error| error.to_string());
    Ok(Count { guests: image.guests.len(), files, complete, other_file })
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.get(1).is_some_and(|argument| argument == "--serve") {
        let served = serve_child(&mut std::io::stdin().lock(), &mut std::io::stdout().lock(), scan);
        return if served.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    let paths = arguments[1..].iter().map(Into::into).collect();
    let (access, limits, settings) = (Access::default(), Limits::default(), serde_json::Value::Null);
    let request = Request { version: VERSION, paths, access, limits, settings };
    let program = std::env::current_exe().expect("a running program has a path");
    let facts = run_child::<Count>(&program, &["--serve"], &request, |_| Ok(()));
    let found = facts.map_err(|error| error.to_string()).and_then(|facts| facts.result);
    let said = match &found {
        Ok(count) => format!("{} guests, {} files, all seen: {}", count.guests, count.files, count.complete),
        Err(error) => error.clone(),
    };
    // A closed pipe is no failure of an example.
    let _ = writeln!(std::io::stdout(), "{said}");
    if found.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
