//! CPU time and memory of a child process, as the kernel counts them.

use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, bail};

/// What a process used.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Usage {
    /// Seconds of CPU time, user and system.
    pub(crate) cpu: f64,
    /// The most memory it held, in MB.
    pub(crate) peak_mb: f64,
    /// Its exit code.
    pub(crate) code: i32,
}

/// Runs a program to its end, its output thrown away, and tells what it used. It asks Python's `resource` module, since
/// the yardstick needs Python anyway and a process cannot learn this of its child without unsafe code.
pub(crate) fn measure(program: &Path, arguments: &[String], limit_seconds: u32) -> anyhow::Result<Usage> {
    const SCRIPT: &str = "import resource, subprocess, sys\n\
        limit = int(sys.argv[1])\n\
        try:\n    code = subprocess.run(sys.argv[2:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=limit).returncode\n\
        except subprocess.TimeoutExpired:\n    code = 124\n\
        used = resource.getrusage(resource.RUSAGE_CHILDREN)\n\
        print(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, code)\n";
    let output = Command::new("python3")
        .args(["-c", SCRIPT, &limit_seconds.to_string()])
        .arg(program)
        .args(arguments)
        .stderr(Stdio::inherit())
        .output()
        .context("python3 is needed to measure")?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let numbers: Vec<f64> = text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let [cpu, peak_mb, code] = numbers[..] else { bail!("cannot measure {}: {text}", program.display()) };
    Ok(Usage { cpu, peak_mb, code: code as i32 })
}

/// The yardstick: Python reading the same JSON into memory.
pub(crate) fn measure_json_load(file: &Path) -> anyhow::Result<Usage> {
    File::open(file).with_context(|| file.display().to_string())?;
    let script = "import json, sys; json.load(open(sys.argv[1]))";
    measure(Path::new("python3"), &["-c".to_owned(), script.to_owned(), file.display().to_string()], 600)
}
