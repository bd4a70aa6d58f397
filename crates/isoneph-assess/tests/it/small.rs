//! Small checks, made for a test.

use isoneph_assess::{Check, CheckError, TestFiles};
use isoneph_standard::Catalogue;

/// The catalogue.
pub(crate) fn catalogue() -> &'static Catalogue {
    Catalogue::embedded().expect("the embedded catalogue reads well")
}

/// A check over a table, with lines for its front matter and its SQL.
pub(crate) fn check(subject: &str, front: &str, sql: &str) -> Result<Check, CheckError> {
    let text = format!(
        "+++\nid = \"small\"\ntitle = {{ en = \"Small\", ja = \"小\" }}\nmessage = {{ en = \"it fails\", ja = \"不合格\" }}\n\
         severity = \"high\"\nsubject = \"{subject}\"\nsince = \"0.1.0\"\n{front}+++\n# Small\n\n## What it checks\nx\n\n\
         ## Why it matters\nx\n\n```sql\n{sql}\n```\n\n## What it cannot see\nx\n\n## Fix\nx\n"
    );
    Check::parse("small/check.md", &text, catalogue(), false)
}

/// A test file beside a small check.
pub(crate) fn tests(text: &str) -> TestFiles {
    TestFiles { tests: Some(("small/tests.md".to_owned(), text.to_owned())), folder: None }
}
