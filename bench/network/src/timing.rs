//! CPU time of this process.

use rustix::time::{ClockId, clock_gettime};

/// CPU seconds so far, of all threads.
fn cpu() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// The median CPU seconds of some runs, and what the last gave.
pub(crate) fn median<T>(runs: usize, mut run: impl FnMut() -> T) -> (f64, T) {
    let mut seconds = Vec::with_capacity(runs);
    let mut last = None;
    for _ in 0..runs.max(1) {
        let start = cpu();
        last = Some(run());
        seconds.push(cpu() - start);
    }
    seconds.sort_by(f64::total_cmp);
    (seconds[seconds.len() / 2], last.expect("there is one run at least"))
}

/// Milliseconds, as a table shows them.
pub(crate) fn shown(seconds: f64) -> String {
    match seconds * 1000.0 {
        ms if ms < 10.0 => format!("{ms:.2} ms"),
        ms if ms < 1000.0 => format!("{ms:.1} ms"),
        ms => format!("{:.2} s", ms / 1000.0),
    }
}
