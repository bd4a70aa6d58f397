//! Disk images are read by a child of this program that gives up what it does not need before it looks at one.

use std::ffi::OsStr;
use std::io;

use isoneph_image::sandbox::{Confinement, Enforced};
use isoneph_image::scan::{self, Program};

use crate::exit::Exit;
use crate::output;

/// The only argument of such a child. It is not for people, and stands in no help.
const ARGUMENT: &str = "--serve-image-scan";

/// Whether this process was started as such a child.
pub(crate) fn is_asked_for() -> bool {
    let mut arguments = std::env::args_os().skip(1);
    arguments.next().as_deref() == Some(OsStr::new(ARGUMENT)) && arguments.next().is_none()
}

/// The child's work: one request in, one answer out.
pub(crate) fn serve() -> Exit {
    match scan::serve(&mut io::stdin().lock(), &mut io::stdout().lock()) {
        Ok(()) => Exit::Done,
        // Whoever asked sees that no answer came.
        Err(_) => Exit::Internal,
    }
}

/// This program, as it is started for a scan.
///
/// # Errors
/// Where the system does not tell a program its own path: what would then read an image would be this process itself.
pub(crate) fn program() -> io::Result<Program> {
    Ok(Program { path: std::env::current_exe()?, arguments: vec![ARGUMENT.to_owned()] })
}

/// Says so where the system could not confine the scans as meant.
pub(crate) fn tell(confinement: Option<Confinement>) {
    let Some(confinement) = confinement else { return };
    let parts = [
        ("memory and time were not limited in full", confinement.limits),
        ("other files were not closed to it in full", confinement.files),
        ("calls of the system, those of the network among them, were not cut off", confinement.calls),
    ];
    let lacking: Vec<&str> = parts.iter().filter(|(_, done)| *done != Enforced::Full).map(|(what, _)| *what).collect();
    if !lacking.is_empty() {
        output::warn(&format!("note: images were read in a process of its own, but {}", lacking.join("; ")));
    }
}
