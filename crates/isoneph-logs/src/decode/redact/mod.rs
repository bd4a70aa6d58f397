//! Requests and answers as they are kept: JSON text in which no credential stands, and the identifiers found in it.
//!
//! One pass over the text, without building a tree. A value is a credential by the name of its field
//! (`sessionToken`, `masterUserPassword`), by its shape (a JSON Web Token, a private key, a signed URL), or because it
//! stands beside a name that says so (`{"name": "DB_PASSWORD", "value": …}`). A long token is replaced by the beginning
//! of its SHA-256, so that the same token can be seen again; a short one, which could be guessed from its digest, by a
//! word.

mod key;
mod value;

use std::borrow::Cow;

use key::{KeyClass, Keys};

use super::plain::plain;
use crate::event::MAX_TARGETS;

/// How deep JSON may stand in texts of JSON.
const MAX_EMBEDDED: u8 = 3;
/// How deep objects and arrays may stand in one another: readers of what is kept allow no more.
const MAX_DEPTH: usize = 100;
/// What is kept of a document that nests deeper.
const TOO_DEEP: &str = "\"[withheld: nests too deep]\"";

/// Remembers what was learned about field names; one for a whole run.
#[derive(Default)]
pub(crate) struct Redactor {
    keys: Keys,
    /// What was learned about names that stand as values: they are many, and must not push fields out.
    names: Keys,
    /// Memory that is used again for every document.
    frames: Vec<Frame>,
}

/// Identifiers found in requests and answers.
#[derive(Debug, Default)]
pub(crate) struct Targets<'a>(Vec<Cow<'a, str>>);

/// Which fields of a document count as targets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Collect {
    /// Identifiers and names: a request says what it is about.
    IdsAndNames,
    /// Identifiers alone: an answer names what was made, and much else.
    Ids,
    /// None.
    Nothing,
}

impl<'a> Targets<'a> {
    /// Adds one; empty and overlong texts are no identifiers.
    pub(crate) fn add(&mut self, target: impl Into<Cow<'a, str>>) {
        let target = target.into();
        // A few more than are kept, so that repeats do not crowd others out.
        if !target.is_empty() && target.len() <= 1024 && self.0.len() < 4 * MAX_TARGETS {
            self.0.push(target);
        }
    }

    /// Adds what was found elsewhere.
    pub(crate) fn add_all(&mut self, found: Targets<'_>) {
        for target in found.0 {
            self.add(target.into_owned());
        }
    }

    /// Sorted, without repeats, no more than an event keeps.
    pub(crate) fn finish(mut self) -> Vec<Cow<'a, str>> {
        self.0.sort_unstable();
        self.0.dedup();
        self.0.truncate(MAX_TARGETS);
        self.0
    }
}

impl Redactor {
    /// A document without its credentials. `json` must be valid JSON; a text that holds JSON is taken for that JSON.
    pub(crate) fn document<'a>(&mut self, json: &'a str, collect: Collect, targets: &mut Targets<'a>) -> Cow<'a, str> {
        let json = json.trim();
        match json.as_bytes() {
            [] | b"null" => Cow::Borrowed(""),
            [b'{' | b'[', ..] => self.walk(json, collect, targets, 0),
            [b'"', ..] => self.text_document(json, collect, targets),
            _ => Cow::Borrowed(json),
        }
    }

    /// A text on its own, such as an error message, without credentials that are known by their shape.
    pub(crate) fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        value::masked(text)
    }

    fn text_document<'a>(&mut self, json: &'a str, collect: Collect, targets: &mut Targets<'a>) -> Cow<'a, str> {
        let Ok(text) = serde_json::from_str::<String>(json) else { return Cow::Borrowed("") };
        if !holds_json(&text) {
            return Cow::Owned(quoted(&value::masked(&text)));
        }
        let mut inner = Targets::default();
        let kept = self.walk(text.trim(), collect, &mut inner, 1).into_owned();
        for target in inner.0 {
            targets.add(target.into_owned());
        }
        Cow::Owned(kept)
    }

    fn walk<'a>(&mut self, json: &'a str, collect: Collect, targets: &mut Targets<'a>, embedded: u8) -> Cow<'a, str> {
        let mut frames = std::mem::take(&mut self.frames);
        frames.clear();
        let mut walk = Walk { json, cuts: Vec::new(), collect, targets, embedded, frames };
        let whole = walk.run(self);
        let Walk { cuts, frames, .. } = walk;
        self.frames = frames;
        if whole { put_together(json, cuts) } else { Cow::Borrowed(TOO_DEEP) }
    }
}

/// A piece of a document, and what is kept in its place.
struct Cut {
    start: usize,
    end: usize,
    with: String,
}

/// A document with other pieces in it. Pieces do not overlap.
fn put_together(json: &str, mut cuts: Vec<Cut>) -> Cow<'_, str> {
    if cuts.is_empty() {
        return Cow::Borrowed(json);
    }
    // A name that stands behind its value cuts that out later, perhaps once more: then that counts.
    cuts.sort_by_key(|cut| cut.start);
    let mut out = String::with_capacity(json.len());
    let mut copied = 0;
    for (at, cut) in cuts.iter().enumerate() {
        if cuts.get(at + 1).is_some_and(|next| next.start == cut.start) {
            continue;
        }
        out.push_str(&json[copied..cut.start]);
        out.push_str(&cut.with);
        copied = cut.end;
    }
    out.push_str(&json[copied..]);
    Cow::Owned(out)
}

/// Whether a text is a JSON object or array.
fn holds_json(text: &str) -> bool {
    text.trim_start().starts_with(['{', '[']) && serde_json::from_str::<&serde_json::value::RawValue>(text).is_ok()
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_else(|_| "\"\"".to_owned())
}

#[derive(Clone, Copy)]
struct Frame {
    object: bool,
    /// The class of the key whose value comes next; in an array, of the key that the array stands under.
    class: KeyClass,
    /// Whether it stands under the name of an identifier: EC2 writes some as `"FlowLogId": {"content": …}`.
    of_id: bool,
    /// Whether every value below is a credential.
    secret: bool,
    /// Whether a sibling `name` says that `value` is a credential.
    named_secret: bool,
    /// Whether a `value` was met: its sibling `name` names no thing then.
    has_value: bool,
    /// Where the `name` stands among the targets.
    name_target: Option<usize>,
    /// Where the value of a `value` key stands, for a `name` that comes behind it.
    unnamed_value: Option<(usize, usize)>,
}

struct Walk<'w, 'a> {
    json: &'a str,
    cuts: Vec<Cut>,
    collect: Collect,
    targets: &'w mut Targets<'a>,
    embedded: u8,
    frames: Vec<Frame>,
}

impl<'a> Walk<'_, 'a> {
    /// `false` where the document nests too deep.
    fn run(&mut self, redactor: &mut Redactor) -> bool {
        let json: &'a str = self.json;
        let bytes = json.as_bytes();
        let mut at = 0;
        let mut key_comes = false;
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'"' => {
                    let end = string_end(bytes, at);
                    if key_comes {
                        self.key(&json[at + 1..end - 1], redactor);
                        key_comes = false;
                    } else {
                        self.string(at, end, redactor);
                    }
                    at = end;
                    continue;
                }
                b'{' | b'[' if self.frames.len() >= MAX_DEPTH => return false,
                b'{' | b'[' => {
                    self.open(*byte == b'{');
                    key_comes = *byte == b'{';
                }
                b'}' | b']' => {
                    self.frames.pop();
                }
                b',' => key_comes = self.frames.last().is_some_and(|frame| frame.object),
                b'-' | b'0'..=b'9' => {
                    let end = number_end(bytes, at);
                    if self.frames.last().is_some_and(Frame::is_secret) {
                        self.cut(at, end, "\"[withheld]\"".to_owned());
                    }
                    at = end;
                    continue;
                }
                _ => {}
            }
            at += 1;
        }
        true
    }

    fn open(&mut self, object: bool) {
        let above = self.frames.last().copied();
        let class = above.map_or(KeyClass::Plain, |frame| frame.class);
        let secret = above.is_some_and(|frame| frame.secret || class == KeyClass::SecretTree);
        let of_id = object && class == KeyClass::Id;
        let class = if object { KeyClass::Plain } else { class };
        self.frames.push(Frame {
            object,
            class,
            of_id,
            secret,
            named_secret: false,
            has_value: false,
            name_target: None,
            unnamed_value: None,
        });
    }

    fn key(&mut self, key: &str, redactor: &mut Redactor) {
        let Some(frame) = self.frames.last_mut() else { return };
        frame.class = if frame.of_id && key == "content" { KeyClass::Id } else { redactor.keys.class(key) };
        if frame.class == KeyClass::Value {
            frame.has_value = true;
            // A name beside a value names a setting, a tag, a filter: nothing that was acted upon.
            if let Some(place) = frame.name_target.take()
                && place < self.targets.0.len()
            {
                self.targets.0.remove(place);
            }
        }
    }

    /// A text from its opening quote to behind its closing one.
    fn string(&mut self, start: usize, end: usize, redactor: &mut Redactor) {
        let json: &'a str = self.json;
        let text = &json[start + 1..end - 1];
        let Some(frame) = self.frames.last().copied() else { return };
        if frame.is_secret() || (frame.class == KeyClass::Value && frame.named_secret) {
            if let Some(word) = value::withheld(text) {
                self.cut(start, end, format!("\"{word}\""));
            }
            return;
        }
        if let Some(kept) = self.kept(text, redactor) {
            self.cut(start, end, kept);
        }
        if frame.class == KeyClass::Value
            && frame.object
            && let Some(frame) = self.frames.last_mut()
        {
            frame.unnamed_value = Some((start, end));
        }
        if frame.class == KeyClass::Name {
            self.named(text, redactor);
        }
        self.collect(text, frame);
    }

    fn collect(&mut self, text: &'a str, frame: Frame) {
        let wanted = match frame.class {
            KeyClass::Id => self.collect != Collect::Nothing,
            KeyClass::TargetName => self.collect == Collect::IdsAndNames,
            KeyClass::Name => self.collect == Collect::IdsAndNames && !frame.has_value,
            _ => false,
        };
        if !wanted || text.contains('\\') {
            return;
        }
        let place = self.targets.0.len();
        self.targets.add(text);
        if frame.class == KeyClass::Name
            && frame.object
            && self.targets.0.len() > place
            && let Some(frame) = self.frames.last_mut()
        {
            frame.name_target = Some(place);
        }
    }

    /// The text as it is kept, with its quotes, where it is not kept as it is.
    fn kept(&self, text: &str, redactor: &mut Redactor) -> Option<String> {
        let embedded = text.starts_with(['{', '[', ' ']) || text.starts_with("\\n");
        if embedded && text.len() > 2 && self.embedded < MAX_EMBEDDED {
            let inner: String = serde_json::from_str(&format!("\"{text}\"")).ok()?;
            if holds_json(&inner) {
                let kept = redactor.walk(&inner, Collect::Nothing, &mut Targets::default(), self.embedded + 1);
                return matches!(kept, Cow::Owned(_)).then(|| quoted(&kept));
            }
        }
        match value::masked(text) {
            Cow::Borrowed(_) => None,
            Cow::Owned(masked) => Some(format!("\"{masked}\"")),
        }
    }

    /// A `name`, which may say what the `value` beside it is.
    fn named(&mut self, name: &str, redactor: &mut Redactor) {
        if !matches!(redactor.names.class(name), KeyClass::Secret | KeyClass::SecretTree) {
            return;
        }
        let Some(frame) = self.frames.last_mut().filter(|frame| frame.object) else { return };
        frame.named_secret = true;
        if let Some((start, end)) = frame.unnamed_value.take() {
            self.cut(start, end, "\"[withheld]\"".to_owned());
        }
    }

    fn cut(&mut self, start: usize, end: usize, with: String) {
        self.cuts.push(Cut { start, end, with });
    }
}

impl Frame {
    fn is_secret(&self) -> bool {
        self.secret || matches!(self.class, KeyClass::Secret | KeyClass::SecretTree)
    }
}

/// The place behind the closing quote of the text that opens at `start`.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(rest) = bytes.get(at..) {
        at += plain(rest);
        match bytes.get(at) {
            Some(b'"') => return at + 1,
            Some(b'\\') => at += 2,
            Some(_) => at += 1,
            None => break,
        }
    }
    bytes.len()
}

fn number_end(bytes: &[u8], start: usize) -> usize {
    let belongs = |byte: &&u8| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
    start + bytes[start..].iter().take_while(belongs).count()
}

#[cfg(test)]
mod tests;
