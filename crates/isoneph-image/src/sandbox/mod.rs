//! The scan in a process of its own: what reads a hostile image has little to lose.
//!
//! The parent starts its own program again with an argument that it does not show ([`run_child`]); the child
//! ([`serve_child`]) takes one [`Request`] from its standard input, limits its memory and CPU time, gives up (where the
//! kernel allows) every file but the images and all of the network, scans, and writes one answer. Both directions are one
//! frame: a length of four bytes, little-endian, and JSON. The parent believes neither length nor content.

mod confine;
mod frame;

pub use confine::{Confinement, Enforced};

use crate::container::Access;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// The version of the frames: both ends are the same program, and say so.
pub const VERSION: u32 = 1;

/// Bytes of a request at most.
const MAX_REQUEST: u32 = 1 << 20;

/// What a child may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Bytes of address space.
    pub memory: u64,
    /// Seconds of CPU time.
    pub cpu_seconds: u64,
    /// Seconds of waiting, after which the child is ended; a slow disk counts too.
    pub wait_seconds: u64,
    /// Bytes of its temporary file, which holds what a compressed archive unpacks to.
    pub spool: u64,
    /// Bytes of its answer.
    pub answer: u32,
}

impl Default for Limits {
    /// 1 GiB of memory, 120 seconds of CPU time, 600 of waiting, 16 GiB of spool, an answer of 256 MiB.
    fn default() -> Self {
        Self { memory: 1 << 30, cpu_seconds: 120, wait_seconds: 600, spool: 16 << 30, answer: 256 << 20 }
    }
}

/// What a child is to scan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The version of the frames.
    pub version: u32,
    /// The disks of one machine, or one archive.
    pub paths: Vec<PathBuf>,
    /// Which files they may lead to.
    pub access: Access,
    /// What the child may use.
    pub limits: Limits,
    /// What the scan is told: profile, parameters, date.
    pub settings: serde_json::Value,
}

/// A child's answer.
#[derive(Debug, Serialize, Deserialize)]
struct Answer<T> {
    version: u32,
    confinement: Confinement,
    result: Result<T, String>,
}

/// What a child gave.
#[derive(Debug)]
pub struct Facts<T> {
    /// What it was limited to.
    pub confinement: Confinement,
    /// What it found; its error when it found nothing.
    pub result: Result<T, String>,
}

/// Why a child gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum ChildError {
    /// It could not be started.
    #[error("cannot start the scanning process: {0}")]
    Start(std::io::Error),
    /// It used up its CPU time.
    #[error("the scan took more than {0} seconds of CPU time and was ended")]
    Cpu(u64),
    /// It waited too long.
    #[error("the scan took more than {0} seconds and was ended")]
    Wait(u64),
    /// It died: out of memory, or a defect.
    #[error("the scanning process ended without an answer ({0}): most likely it ran out of the memory it may use")]
    Died(String),
    /// Its answer is longer than allowed, of another version, or not what was asked for.
    #[error("the scanning process gave an answer that cannot be used: {0}")]
    Answer(String),
}

/// Runs a scan in a child and gives what it found. `program` and `arguments` start this program so that it calls
/// [`serve_child`]; `check` refuses an answer whose counts or sizes are beyond what the caller takes.
///
/// # Errors
/// When the child could not be started, died, or gave no answer that can be used.
pub fn run_child<T: DeserializeOwned>(
    program: &std::path::Path,
    arguments: &[&str],
    request: &Request,
    check: impl Fn(&T) -> Result<(), String>,
) -> Result<Facts<T>, ChildError> {
    let mut command = Command::new(program);
    command.args(arguments).env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().map_err(ChildError::Start)?;
    let answer = exchange(&mut child, request);
    if answer.is_err() {
        // It may have ended already.
        let _ = child.kill();
    }
    let status = child.wait().map_err(ChildError::Start)?;
    let bytes = answer.map_err(|error| ended(error, status, request.limits))?;
    let answer: Answer<T> = serde_json::from_slice(&bytes).map_err(|error| ChildError::Answer(error.to_string()))?;
    if answer.version != VERSION {
        return Err(ChildError::Answer(format!("version {}", answer.version)));
    }
    if let Ok(found) = &answer.result {
        check(found).map_err(ChildError::Answer)?;
    }
    Ok(Facts { confinement: answer.confinement, result: answer.result })
}

fn exchange(child: &mut Child, request: &Request) -> Result<Vec<u8>, ChildError> {
    let (Some(mut input), Some(mut output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(ChildError::Start(std::io::Error::other("no pipes")));
    };
    let bytes = serde_json::to_vec(request).map_err(|error| ChildError::Answer(error.to_string()))?;
    // A child that died leaves a broken pipe: reading its answer tells why.
    let _ = frame::write(&mut input, &bytes, MAX_REQUEST);
    drop(input);
    let (sender, receiver) = mpsc::channel();
    let longest = request.limits.answer;
    std::thread::spawn(move || {
        // Nobody listens any more when the wait was over.
        let _ = sender.send(frame::read(&mut output, longest));
    });
    match receiver.recv_timeout(Duration::from_secs(request.limits.wait_seconds)) {
        Ok(answer) => answer.map_err(|error| match error {
            frame::FrameError::Ended => ChildError::Died(String::new()),
            other => ChildError::Answer(other.to_string()),
        }),
        Err(_) => Err(ChildError::Wait(request.limits.wait_seconds)),
    }
}

/// Tells a death by its cause.
fn ended(error: ChildError, status: ExitStatus, limits: Limits) -> ChildError {
    match error {
        ChildError::Died(_) if was_cpu(status) => ChildError::Cpu(limits.cpu_seconds),
        ChildError::Died(_) => ChildError::Died(status.to_string()),
        other => other,
    }
}

#[cfg(unix)]
fn was_cpu(status: ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt as _;
    // SIGXCPU has this number on every architecture of Linux but MIPS, and on the BSDs.
    status.signal() == Some(24)
}

#[cfg(not(unix))]
fn was_cpu(_: ExitStatus) -> bool {
    false
}

/// The child's side: takes the request, confines the process, scans, answers. `scan` is given the request and the file
/// for content of compressed archives, which was opened before the process gave up its rights.
///
/// # Errors
/// When the request cannot be read or the answer cannot be written; the parent then sees that the child died.
pub fn serve_child<T: Serialize>(
    input: &mut dyn Read,
    output: &mut dyn Write,
    scan: impl FnOnce(&Request, Option<std::fs::File>) -> Result<T, String>,
) -> Result<(), ChildError> {
    let unusable = |error: frame::FrameError| ChildError::Answer(error.to_string());
    let bytes = frame::read(input, MAX_REQUEST).map_err(unusable)?;
    let request: Request = serde_json::from_slice(&bytes).map_err(|error| ChildError::Answer(error.to_string()))?;
    if request.version != VERSION {
        return Err(ChildError::Answer(format!("version {}", request.version)));
    }
    // Opened in any case: whether an archive is compressed is known only once the image has been looked at.
    let spool = tempfile::tempfile().ok();
    let confinement = confine::confine(&request);
    let result = scan(&request, spool);
    let answer = Answer { version: VERSION, confinement, result };
    let bytes = serde_json::to_vec(&answer).map_err(|error| ChildError::Answer(error.to_string()))?;
    frame::write(output, &bytes, request.limits.answer).map_err(unusable)
}
