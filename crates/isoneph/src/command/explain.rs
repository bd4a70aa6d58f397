//! `isoneph explain`: what a word, a standard or a control means.

use std::io::Write;

use clap::Args;
use isoneph_model::{Lang, Text};
use isoneph_standard::{Catalogue, Hit, Lookup, Term};
use serde_json::{Value, json};

use crate::exit::{Exit, usage};
use crate::output::Output;
use crate::settings;
use crate::words::words;

#[derive(Args)]
pub(crate) struct Arguments {
    /// A word ("tenant"), a standard ("ISO 27017") or a control ("CLD.9.5.2")
    #[arg(required = true, value_name = "TERM")]
    term: Vec<String>,
    /// The language of the answer
    #[arg(long, default_value = "en", value_parser = settings::lang)]
    lang: Lang,
    /// Text or JSON
    #[arg(long, value_parser = ["text", "json"], default_value = "text")]
    format: String,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let lookup = Catalogue::embedded()?.explain(&arguments.term.join(" "));
    if lookup.hits.is_empty() {
        return Err(usage(nothing(&lookup, arguments.lang)));
    }
    let mut output = Output::open(None)?;
    if arguments.format == "json" {
        let hits: Vec<Value> = lookup.hits.iter().map(|hit| describe(*hit, arguments.lang)).collect();
        writeln!(output, "{:#}", Value::from(hits))?;
    } else {
        for (i, hit) in lookup.hits.iter().enumerate() {
            if i > 0 {
                writeln!(output)?;
            }
            show(&mut output, *hit, arguments.lang)?;
        }
    }
    output.finish()?;
    Ok(Exit::Done)
}

fn nothing(lookup: &Lookup<'_>, lang: Lang) -> String {
    let words = words(lang);
    let mut text = words.say_with("explain-nothing", &[("asked", lookup.asked.as_str().into())]);
    if !lookup.near.is_empty() {
        let names: Vec<String> = lookup.near.iter().map(|hit| hit.name(lang)).collect();
        text.push('\n');
        text.push_str(&words.say_with("explain-near", &[("names", names.join(", ").as_str().into())]));
    }
    text
}

fn show(output: &mut Output, hit: Hit<'_>, lang: Lang) -> anyhow::Result<()> {
    match hit {
        Hit::Term(term) => show_term(output, term, lang),
        Hit::Control(control) => super::control::show_control(output, control, lang, None, None),
        Hit::Base(control) => super::control::show_base(output, control, lang),
    }
}

fn show_term(output: &mut Output, term: &Term, lang: Lang) -> anyhow::Result<()> {
    let words = words(lang);
    writeln!(output, "{}", both(&term.term, lang))?;
    for line in textwrap::wrap(term.definition.get(lang), 100) {
        writeln!(output, "  {line}")?;
    }
    let aliases: Vec<&str> = term.aliases.en.iter().chain(&term.aliases.ja).map(String::as_str).collect();
    for (key, names) in
        [("explain-aliases", aliases), ("explain-related", term.related.iter().map(String::as_str).collect())]
    {
        if !names.is_empty() {
            writeln!(output, "  {}: {}", words.say(key), names.join(", "))?;
        }
    }
    if let Some(source) = &term.source {
        writeln!(output, "  {}: {source}", words.say("explain-source"))?;
    }
    Ok(())
}

/// A word in the language asked for, with the other one beside it.
fn both(text: &Text, lang: Lang) -> String {
    let other = match lang {
        Lang::En => &text.ja,
        Lang::Ja => &text.en,
    };
    format!("{} ({other})", text.get(lang))
}

fn describe(hit: Hit<'_>, lang: Lang) -> Value {
    match hit {
        Hit::Term(term) => json!({
            "kind": term.kind, "name": hit.name(lang), "term": term.term, "aliases": term.aliases,
            "definition": term.definition.get(lang), "related": term.related, "source": term.source,
        }),
        Hit::Control(control) => {
            json!({ "kind": "control", "name": hit.name(lang), "control": super::control::describe(control, lang) })
        }
        Hit::Base(control) => {
            json!({ "kind": "base-control", "name": hit.name(lang), "control": super::control::describe_base(control, lang) })
        }
    }
}
