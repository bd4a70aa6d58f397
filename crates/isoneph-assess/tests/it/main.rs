//! Tests that need whole checks: those of the repository against their own tests, and the engine against small ones.
//!
//! `cargo test -p isoneph-assess --test it -- CHECK-ID` runs those of one check. Checks are read from the folder, not
//! from what was embedded, so an edit of one needs no rebuild.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod assess;
mod bad_checks;
mod checks;
mod deny_list;
mod literate;
mod small;

use libtest_mimic::{Arguments, Trial};

fn main() {
    let arguments = Arguments::from_args();
    let mut trials = checks::trials().unwrap_or_else(|error| vec![Trial::test("checks-load", move || Err(error))]);
    trials.extend(bad_checks::trials());
    trials.extend(deny_list::trials());
    trials.extend(literate::trials());
    trials.extend(assess::trials());
    libtest_mimic::run(&arguments, trials).exit();
}
