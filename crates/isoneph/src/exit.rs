//! Exit codes: a contract that scripts rely on.

use std::fmt;
use std::process::ExitCode;

/// The codes, for `--help`.
pub(crate) const HELP: &str = "Exit codes: 0 done; 1 findings at or above --fail-on (of \
                               matrix, duties and assurance: something is open); 2 wrong usage; 3 incomplete (something \
                               given could not be read, or nothing could be assessed); 4 internal error.";

/// How a run ended. Where several are true the gravest counts: internal, usage, incomplete, findings, done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// Done.
    Done,
    /// There are findings at or above the threshold.
    Findings,
    /// Something given could not be read, or nothing could be assessed.
    Incomplete,
    /// The command was called wrongly.
    Usage,
    /// A bug, or the machine gave out.
    Internal,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(match exit {
            Exit::Done => 0,
            Exit::Findings => 1,
            Exit::Usage => 2,
            Exit::Incomplete => 3,
            Exit::Internal => 4,
        })
    }
}

/// An error that is the caller's to mend: it ends a run with [`Exit::Usage`] instead of [`Exit::Internal`].
#[derive(Debug)]
pub(crate) struct UsageError(pub(crate) String);

impl fmt::Display for UsageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for UsageError {}

/// Something given that cannot be read: it ends a run with [`Exit::Incomplete`].
#[derive(Debug)]
pub(crate) struct UnreadError(pub(crate) String);

impl fmt::Display for UnreadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for UnreadError {}

/// Something that cannot be read, as [`anyhow::Error`].
pub(crate) fn unread(message: impl fmt::Display) -> anyhow::Error {
    UnreadError(message.to_string()).into()
}

/// An error of the caller, as [`anyhow::Error`].
pub(crate) fn usage(message: impl fmt::Display) -> anyhow::Error {
    UsageError(message.to_string()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gravest_ending_counts() {
        let all = [Exit::Done, Exit::Findings, Exit::Incomplete, Exit::Usage, Exit::Internal];
        assert_eq!(all.into_iter().max(), Some(Exit::Internal));
        assert_eq!(Exit::Findings.max(Exit::Incomplete), Exit::Incomplete);
        assert_eq!(Exit::Incomplete.max(Exit::Usage), Exit::Usage);
    }
}
