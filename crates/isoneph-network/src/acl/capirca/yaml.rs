//! Aerleon's policies in YAML: the same headers, terms and keywords.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};
use serde_saphyr::Spanned;

use super::syntax::{Block, FieldOf, Filter, MAX_INCLUDES, given, missing};
use crate::acl::AclError;
use crate::acl::document::MAX_RULES;
use crate::policy::Note;

pub(super) fn looks_like(text: &str) -> bool {
    let has = |start: &str| text.lines().any(|line| line.trim_start().trim_start_matches("- ").starts_with(start));
    text.lines().any(|line| line.starts_with("filters:")) && has("header:") && has("targets:")
}

#[derive(Deserialize)]
struct File {
    #[serde(default, alias = "filters_include_only")]
    filters: Vec<Item>,
    #[serde(default)]
    terms: Vec<Spanned<Map<String, Value>>>,
}

/// A filter, or a file of them.
#[derive(Deserialize)]
struct Item {
    header: Option<Spanned<Map<String, Value>>>,
    #[serde(default)]
    terms: Vec<Spanned<Map<String, Value>>>,
    include: Option<Spanned<String>>,
}

pub(super) fn parse(
    text: &str,
    includes: &BTreeMap<String, String>,
    notes: &mut Vec<Note>,
) -> Result<Vec<Filter>, AclError> {
    let mut reading = Reading { includes, notes, terms: 0 };
    let mut filters = Vec::new();
    reading.filters(file(text, 0)?, None, 0, &mut filters)?;
    Ok(filters)
}

/// Reads one file; of an included one, errors are at the line that includes it.
fn file(text: &str, line: u32) -> Result<File, AclError> {
    crate::yaml::read(text).map_err(|error| AclError::Malformed {
        line: if line > 0 { line } else { error.location().map_or(0, |at| at.line() as u32) },
        message: format!("policy in YAML: {error}"),
    })
}

struct Reading<'a> {
    includes: &'a BTreeMap<String, String>,
    notes: &'a mut Vec<Note>,
    terms: usize,
}

impl Reading<'_> {
    /// The filters of a file; those of an included one carry the line of the include.
    fn filters(
        &mut self,
        file_: File,
        outer: Option<u32>,
        depth: usize,
        out: &mut Vec<Filter>,
    ) -> Result<(), AclError> {
        for item in file_.filters {
            if let Some(include) = item.include {
                let line = outer.unwrap_or(line_of(&include));
                let Some(text) = given(&include.value, self.includes).filter(|_| depth < MAX_INCLUDES) else {
                    let message = format!("included file {} is not given: its filters are not known", include.value);
                    return Err(AclError::Malformed { line, message });
                };
                self.filters(file(text, line)?, Some(line), depth + 1, out)?;
                continue;
            }
            let Some(header) = item.header else {
                let message = "a filter without a header".to_owned();
                return Err(AclError::Malformed { line: outer.unwrap_or(0), message });
            };
            let header = header_of(&header, outer);
            let mut terms = Vec::new();
            self.terms(item.terms, outer, 0, &mut terms)?;
            out.push(Filter { header, terms });
        }
        Ok(())
    }

    fn terms(
        &mut self,
        items: Vec<Spanned<Map<String, Value>>>,
        outer: Option<u32>,
        depth: usize,
        out: &mut Vec<Block>,
    ) -> Result<(), AclError> {
        for item in items {
            let line = outer.unwrap_or(line_of(&item));
            self.terms += 1;
            if self.terms > MAX_RULES {
                return Err(AclError::TooManyRules { line });
            }
            let Some(include) = item.value.get("include") else {
                out.push(term(item.value, line));
                continue;
            };
            let name = include.as_str().unwrap_or_default();
            match given(name, self.includes).filter(|_| depth < MAX_INCLUDES) {
                Some(text) => self.terms(file(text, line)?.terms, Some(line), depth + 1, out)?,
                None => {
                    self.notes.push(missing(name, line));
                    let field = FieldOf { keyword: "missing-include".to_owned(), values: vec![name.to_owned()] };
                    out.push(Block { name: format!("include-{name}"), line, fields: vec![field] });
                }
            }
        }
        Ok(())
    }
}

fn line_of<T>(spanned: &Spanned<T>) -> u32 {
    spanned.referenced.line() as u32
}

/// A header, each target a line of its own.
fn header_of(header: &Spanned<Map<String, Value>>, outer: Option<u32>) -> Block {
    let targets = header.value.get("targets").and_then(Value::as_object);
    let target = |(platform, options): (&String, &Value)| {
        let values = std::iter::once(platform.clone()).chain(words(options)).collect();
        FieldOf { keyword: "target".to_owned(), values }
    };
    let fields = targets.into_iter().flatten().map(target).collect();
    Block { name: String::new(), line: outer.unwrap_or(line_of(header)), fields }
}

fn term(keywords: Map<String, Value>, line: u32) -> Block {
    let name = keywords.get("name").map(words).unwrap_or_default().join(" ");
    let mut fields = Vec::new();
    for (keyword, value) in keywords.into_iter().filter(|(keyword, _)| keyword != "name") {
        match value {
            // What is taken over as it stands, by platform.
            Value::Object(texts) if keyword == "verbatim" => {
                fields.extend(texts.into_iter().map(|(platform, text)| FieldOf {
                    keyword: keyword.clone(),
                    values: vec![platform, text.as_str().map_or_else(|| text.to_string(), str::to_owned)],
                }));
            }
            value => {
                let mut values = words(&value);
                if values.is_empty() {
                    // A keyword of nothing names nothing that is known.
                    values.push(String::new());
                }
                fields.push(FieldOf { keyword, values });
            }
        }
    }
    Block { name, line, fields }
}

/// A text of words, a number, or a list of them.
fn words(value: &Value) -> Vec<String> {
    match value {
        Value::Null => Vec::new(),
        Value::String(text) => {
            text.split([' ', '\t', '\n', ',']).filter(|word| !word.is_empty()).map(str::to_owned).collect()
        }
        Value::Array(values) => values.iter().flat_map(words).collect(),
        other => vec![other.to_string()],
    }
}
