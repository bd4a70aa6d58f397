//! Writes the sample assessment of the tests in every format of this crate into a folder, to look at:
//! `cargo run -p isoneph-report --example sample -- /tmp/sample`

#[path = "../tests/fixture/mod.rs"]
mod fixture;

use std::fs::File;
use std::io;
use std::path::PathBuf;

use isoneph_model::Lang;
use isoneph_report::{HtmlWriter, JsonWriter, Style, TextWriter};

fn main() -> io::Result<()> {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else {
        return Err(io::Error::other("name a folder to write to"));
    };
    std::fs::create_dir_all(&folder)?;
    let assessment = fixture::whole_assessment();
    for (lang, name) in [(Lang::En, "en"), (Lang::Ja, "ja")] {
        let file = |extension: &str| File::create(folder.join(format!("{name}.{extension}")));
        assessment.write(&mut HtmlWriter::new(file("html")?, fixture::catalogue(), lang)?)?;
        assessment.write(&mut JsonWriter::new(file("json")?, lang))?;
        let style = Style { color: true, width: 100 };
        assessment.write(&mut TextWriter::new(file("txt")?, fixture::catalogue(), lang, style))?;
    }
    Ok(())
}
