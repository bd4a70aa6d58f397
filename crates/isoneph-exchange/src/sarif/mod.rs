//! SARIF 2.1.0: one run, one rule a check, one result an outcome. Code hosts and editors show it.
//!
//! The place inside a JSON document is a pointer, for which SARIF has no region: it stands in the message and in the
//! properties. Only a locator that names a line of the input itself becomes a region.

mod document;
mod result;
mod rules;
mod uri;

use std::io;

use isoneph_assessment::{CheckOutcome, Head, Tail, Writer};
use isoneph_model::Lang;
use isoneph_standard::Catalogue;
use serde::Serialize;

use self::document::{Artifact, ArtifactLocation, Invocation, Message, Notification};

/// Writes an assessment as SARIF.
pub struct SarifWriter<'a, W> {
    out: W,
    catalogue: &'a Catalogue,
    lang: Lang,
    first_result: bool,
}

impl<'a, W: io::Write> SarifWriter<'a, W> {
    /// A writer to `out`; messages are in `lang`.
    pub fn new(out: W, catalogue: &'a Catalogue, lang: Lang) -> Self {
        SarifWriter { out, catalogue, lang, first_result: true }
    }

    fn field(&mut self, name: &str, value: &impl Serialize) -> io::Result<()> {
        write!(self.out, "  \"{name}\": ")?;
        serde_json::to_writer(&mut self.out, value)?;
        self.out.write_all(b",\n")
    }
}

impl<W: io::Write> Writer for SarifWriter<'_, W> {
    fn head(&mut self, head: &Head) -> io::Result<()> {
        self.out.write_all(b"{\n\"$schema\": \"https://json.schemastore.org/sarif-2.1.0.json\",\n")?;
        self.out.write_all(b"\"version\": \"2.1.0\",\n\"runs\": [{\n")?;
        self.field("tool", &rules::tool(head, self.lang))?;
        self.field("taxonomies", &[rules::taxonomy(head, self.catalogue, self.lang)])?;
        self.field("columnKind", &"unicodeCodePoints")?;
        let language = match self.lang {
            Lang::En => "en",
            Lang::Ja => "ja",
        };
        self.field("language", &language)?;
        let artifacts: Vec<Artifact> = head.inputs.iter().map(artifact).collect();
        self.field("artifacts", &artifacts)?;
        self.out.write_all(b"  \"results\": [")
    }

    fn outcome(&mut self, head: &Head, outcome: &CheckOutcome) -> io::Result<()> {
        let result = result::result(head, self.lang, outcome)?;
        self.out.write_all(if self.first_result { b"\n    " } else { b",\n    " })?;
        self.first_result = false;
        Ok(serde_json::to_writer(&mut self.out, &result)?)
    }

    fn tail(&mut self, head: &Head, tail: &Tail) -> io::Result<()> {
        self.out.write_all(if self.first_result { b"],\n" } else { b"\n  ],\n" })?;
        self.out.write_all(b"  \"invocations\": ")?;
        serde_json::to_writer(&mut self.out, &[invocation(head, tail)])?;
        self.out.write_all(b"\n}]\n}\n")?;
        self.out.flush()
    }
}

fn artifact(input: &isoneph_tables::Input) -> Artifact {
    Artifact {
        location: ArtifactLocation { uri: uri::reference(&input.path), index: None },
        hashes: input.sha256.map(|digest| [("sha-256", digest.to_string())].into()),
    }
}

/// A run that lost something was not successful, whatever its results say.
fn invocation(head: &Head, tail: &Tail) -> Invocation {
    let notification = |loss: &isoneph_assessment::Loss| {
        let input = loss.input.and_then(|id| head.inputs.get(id.0 as usize).map(|input| (id.0, input)));
        Notification {
            level: "error",
            message: Message::text(loss.message.clone()),
            locations: input.map(|(index, input)| vec![document::Location::of_artifact(&input.path, index)]),
        }
    };
    Invocation {
        execution_successful: tail.losses.is_empty(),
        tool_execution_notifications: tail.losses.iter().map(notification).collect(),
    }
}
