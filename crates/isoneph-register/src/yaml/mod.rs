//! Objects in YAML: several documents a file, each with its line; every mistake with line and column.
//!
//! Files are hostile until read: a file has at most [`MAX_FILE`] bytes, a document bounded depth, nodes, anchors and
//! aliases, and nothing is included from elsewhere.

mod locate;
mod missing;
mod split;

use serde::Deserialize;
use serde_saphyr::{MessageFormatter, Options, Spanned, UserMessageFormatter};

pub(crate) use locate::locate;
pub(crate) use split::{Slice, split};

use crate::kinds::{Kind, KindSpec, Spec};
use crate::mistake::Mistake;
use crate::object::{Envelope, Object, name_problem};

/// The largest file that is read, in bytes.
pub const MAX_FILE: usize = 32 << 20;

/// The most objects that one file may hold.
pub const MAX_OBJECTS: usize = 200_000;

/// An object, and where its document stands in the file.
pub(crate) struct Parsed<'a> {
    pub(crate) object: Object,
    pub(crate) slice: Slice<'a>,
    /// The line of the object's first field, from 1.
    pub(crate) line: u64,
}

/// The head of a document, before it is known what the rest has to be.
#[derive(Deserialize)]
struct Head {
    kind: Option<Spanned<String>>,
    name: Option<Spanned<String>>,
}

/// Reads every object of a file; what cannot be read is told.
pub(crate) fn parse<'a>(file: &str, text: &'a str, mistakes: &mut Vec<Mistake>) -> Vec<Parsed<'a>> {
    let mut objects = Vec::new();
    for (n, slice) in split(text).enumerate() {
        if n >= MAX_OBJECTS {
            mistakes.push(mistake(file, slice.line + 1, 1, format!("more than {MAX_OBJECTS} objects in one file")));
            break;
        }
        match parse_document(file, slice) {
            Ok(parsed) => objects.push(parsed),
            Err(mistake) => mistakes.push(mistake),
        }
    }
    objects
}

/// Whether the first document of a text is one of the register: it has a kind and a spec, and is no manifest of
/// Kubernetes. A kind that nobody knows counts, so that it can be told.
pub fn looks_like_register(text: &str) -> bool {
    #[derive(Deserialize)]
    struct Sniffed {
        #[serde(rename = "apiVersion")]
        api_version: Option<serde::de::IgnoredAny>,
        kind: Option<serde::de::IgnoredAny>,
        spec: Option<serde::de::IgnoredAny>,
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let Some(slice) = split(text).next() else { return false };
    match serde_saphyr::from_str_with_options::<Sniffed>(slice.text, options()) {
        Ok(sniffed) => sniffed.api_version.is_none() && sniffed.kind.is_some() && sniffed.spec.is_some(),
        // A document that is ours but broken is to be told, not passed over.
        Err(_) => plain_kind(slice.text).is_some(),
    }
}

fn parse_document<'a>(file: &str, slice: Slice<'a>) -> Result<Parsed<'a>, Mistake> {
    // What is right is read in one pass; what is not is read again, slowly, for the place of the mistake.
    match plain_kind(slice.text).map(|kind| for_kind!(kind, T => read::<T>(slice.text))) {
        Some(Ok(object)) if name_problem(&object.name).is_none() => {
            Ok(Parsed { object, slice, line: slice.first_line() })
        }
        _ => parse_slowly(file, slice),
    }
}

/// The kind of a document that says it on a line of its own.
fn plain_kind(text: &str) -> Option<Kind> {
    let word = text.lines().find_map(|line| line.strip_prefix("kind:"))?;
    word.trim().trim_matches(['"', '\'']).parse().ok()
}

fn parse_slowly<'a>(file: &str, slice: Slice<'a>) -> Result<Parsed<'a>, Mistake> {
    let fail = |error: serde_saphyr::Error| from_yaml(file, slice, &error);
    let head: Head = serde_saphyr::from_str_with_options(slice.text, options()).map_err(fail)?;
    let first = slice.first_line();
    let Some(kind) = head.kind else {
        return Err(mistake(file, first, 1, "an object begins with its `kind`".to_owned()));
    };
    let place = (slice.line + kind.referenced.line(), kind.referenced.column());
    let known: Kind = kind.value.parse().map_err(|_| mistake(file, place.0, place.1, unknown_kind(&kind.value)))?;
    let Some(name) = head.name else {
        return Err(mistake(file, place.0, place.1, format!("this {known} has no `name`")));
    };
    if let Some(problem) = name_problem(&name.value) {
        let (line, column) = (slice.line + name.referenced.line(), name.referenced.column());
        return Err(mistake(file, line, column, problem.to_owned()));
    }
    let object = for_kind!(known, T => read::<T>(slice.text)).map_err(|error| of_kind(known, file, slice, &error))?;
    Ok(Parsed { object, slice, line: first })
}

fn read<T: KindSpec>(text: &str) -> Result<Object, serde_saphyr::Error>
where
    Spec: From<T>,
{
    serde_saphyr::from_str_with_options::<Envelope<T>>(text, options()).map(Object::from)
}

/// Bounds that no honest object reaches.
pub(crate) fn options() -> Options {
    serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: 24,
            flow_nesting_limit: 24,
            max_events: 400_000,
            max_nodes: 200_000,
            max_aliases: 1_000,
            max_anchors: 1_000,
            max_recorded_anchor_events: 100_000,
            max_recorded_anchor_bytes: 8 << 20,
            max_inclusion_depth: 0,
            max_documents: 1,
            max_merge_keys: 100,
        },
        alias_limits: alias_limits(),
        with_snippet: false,
    }
}

fn alias_limits() -> serde_saphyr::options::AliasLimits {
    let mut limits = serde_saphyr::options::AliasLimits::default();
    limits.max_total_replayed_events = 100_000;
    limits.max_replay_stack_depth = 16;
    limits
}

/// What is wrong with a document of a known kind.
fn of_kind(kind: Kind, file: &str, slice: Slice<'_>, error: &serde_saphyr::Error) -> Mistake {
    let told = from_yaml(file, slice, error);
    let serde_saphyr::Error::SerdeMissingField { field, .. } = error.without_snippet() else { return told };
    let all: Vec<String> = missing::missing(kind, slice.text, field).iter().map(|name| format!("`{name}`")).collect();
    let word = if all.len() > 1 { "fields" } else { "field" };
    Mistake { message: format!("missing {word} {}", all.join(", ")), ..told }
}

fn from_yaml(file: &str, slice: Slice<'_>, error: &serde_saphyr::Error) -> Mistake {
    let message = DataMessages.format_message(error.without_snippet()).into_owned();
    match error.location() {
        Some(at) => mistake(file, slice.line + at.line(), at.column(), message),
        None => mistake(file, slice.first_line(), 1, message),
    }
}

/// Messages for people who write data: they name fields and values, not types of the program.
struct DataMessages;

impl MessageFormatter for DataMessages {
    fn format_message<'a>(&self, error: &'a serde_saphyr::Error) -> std::borrow::Cow<'a, str> {
        use serde_saphyr::Error;
        match error {
            Error::SerdeUnknownField { field, expected, .. } => {
                format!("unknown field `{field}`; there are: {}", expected.join(", ")).into()
            }
            Error::SerdeUnknownVariant { variant, expected, .. } => {
                format!("`{variant}` is not one of: {}", expected.join(", ")).into()
            }
            Error::SerdeMissingField { field, .. } => format!("missing field `{field}`").into(),
            Error::Message { msg, .. } => msg.as_str().into(),
            Error::Budget { breach, .. } => format!("too large or too tangled: {breach:?}").into(),
            other => UserMessageFormatter.format_message(other),
        }
    }
}

fn unknown_kind(word: &str) -> String {
    let plain = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    match Kind::ALL.iter().find(|kind| plain(kind.as_str()) == plain(word)) {
        Some(kind) => format!("'{word}' is no kind; it is written `{kind}`"),
        None => {
            let known: Vec<&str> = Kind::ALL.iter().map(|kind| kind.as_str()).collect();
            format!("'{word}' is no kind; there are: {}", known.join(", "))
        }
    }
}

pub(crate) fn mistake(file: &str, line: u64, column: u64, message: String) -> Mistake {
    Mistake { file: file.to_owned(), place: format!("{line}:{column}"), message }
}
