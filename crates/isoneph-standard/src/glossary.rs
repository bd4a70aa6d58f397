//! What words mean: cloud terms, terms of management systems, standards, formats, and isoneph's own.

use std::collections::BTreeMap;

use isoneph_model::{Edition, Lang, Text};
use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::base::{BaseControl, BaseStandard};
use crate::catalogue::Catalogue;
use crate::control::Control;
use crate::error::{CatalogueError, Problem};
use crate::source::Source;
use crate::spelling;

/// The most entries offered for a word that is not there.
const MOST_NEAR: usize = 5;

isoneph_model::vocabulary! {
    /// What an entry explains.
    pub enum TermKind {
        /// A word.
        Term = "term",
        /// A standard, a scheme or a registry.
        Standard = "standard",
    }
}

/// Other spellings of a term.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Aliases {
    /// In English, abbreviations included.
    #[serde(default)]
    pub en: Vec<String>,
    /// In Japanese.
    #[serde(default)]
    pub ja: Vec<String>,
}

/// An entry of the glossary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Term {
    /// The word.
    pub term: Text,
    /// Other spellings.
    pub aliases: Aliases,
    /// What it means, in our own words.
    pub definition: Text,
    /// Entries worth reading next, by their English term.
    pub related: Vec<String>,
    /// The document in which the notion is at home.
    pub source: Option<String>,
    /// What it explains.
    pub kind: TermKind,
}

impl Term {
    fn names(&self) -> impl Iterator<Item = &str> {
        let aliases = self.aliases.en.iter().chain(&self.aliases.ja).map(String::as_str);
        [self.term.en.as_str(), self.term.ja.as_str()].into_iter().chain(aliases)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GlossaryFile {
    term: Vec<TermTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TermTable {
    term: Spanned<Text>,
    #[serde(default)]
    aliases: Aliases,
    definition: Text,
    #[serde(default)]
    related: Vec<String>,
    source: Option<String>,
    kind: TermKind,
}

/// The words isoneph uses, in the order of their English terms.
#[derive(Debug, Clone)]
pub struct Glossary {
    terms: Vec<Term>,
    /// From the spelling key of each name to the places of its terms.
    names: BTreeMap<String, Vec<usize>>,
}

/// The answer to "what does this mean?".
#[derive(Debug, Clone, PartialEq)]
pub struct Lookup<'a> {
    /// What was asked.
    pub asked: String,
    /// What it means: terms first, then controls. Several if the word has several meanings.
    pub hits: Vec<Hit<'a>>,
    /// If there are no hits, what comes near, nearest first.
    pub near: Vec<Hit<'a>>,
}

/// Something that has a meaning.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Hit<'a> {
    /// An entry of the glossary.
    Term(&'a Term),
    /// A control of ISO/IEC 27017.
    Control(&'a Control),
    /// A control of ISO/IEC 27002 without cloud guidance.
    Base(&'a BaseControl),
}

impl Hit<'_> {
    /// The word, or a control's identifier and title.
    pub fn name(self, lang: Lang) -> String {
        match self {
            Hit::Term(term) => term.term.get(lang).to_owned(),
            Hit::Control(control) => format!("{} {}", control.id, control.title.get(lang)),
            Hit::Base(control) => format!("{} {}", control.id, control.title.get(lang)),
        }
    }
}

impl Glossary {
    pub(crate) fn read(source: Source<'_>) -> Result<Glossary, CatalogueError> {
        let mut terms: Vec<Term> = Vec::new();
        for row in source.parse::<GlossaryFile>()?.term {
            let term = row.term.get_ref().clone();
            source.require_words(&row.term, "term", &term)?;
            source.require_words(&row.term, "definition", &row.definition)?;
            if terms.iter().any(|t| t.term.en == term.en) {
                return Err(source.refuse(&row.term, Problem::Twice(term.en)));
            }
            let TermTable { aliases, definition, related, source, kind, .. } = row;
            terms.push(Term { term, aliases, definition, related, source, kind });
        }
        terms.sort_by_cached_key(|t| (t.term.en.to_lowercase(), t.term.en.clone()));
        let mut names: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (place, term) in terms.iter().enumerate() {
            for name in term.names() {
                let key = spelling::key(name);
                for key in spelling::singular(&key).into_iter().chain([key]) {
                    let places = names.entry(key).or_default();
                    if !places.contains(&place) {
                        places.push(place);
                    }
                }
            }
        }
        Ok(Glossary { terms, names })
    }

    /// Every entry, in the order of the English terms.
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// The entries with this name. Case, spaces, hyphens, full-width letters, plural and "ISO/IEC" do not count.
    pub fn find(&self, asked: &str) -> Vec<&Term> {
        let key = spelling::key(asked);
        let places = self.names.get(&key).or_else(|| self.names.get(&spelling::singular(&key)?));
        let mut found: Vec<&Term> = places.into_iter().flatten().filter_map(|place| self.terms.get(*place)).collect();
        // An entry that has the word as its own name comes before one that has it as another spelling.
        found.sort_by_key(|t| ![&t.term.en, &t.term.ja].iter().any(|name| spelling::key(name) == key));
        found
    }

    /// The entries whose names come near, nearest first.
    fn near(&self, asked: &str) -> Vec<&Term> {
        let key = spelling::key(asked);
        let mut ranked: BTreeMap<(usize, &str), &Term> = BTreeMap::new();
        for (name, places) in &self.names {
            let Some(rank) = nearness(&key, name) else { continue };
            for term in places.iter().filter_map(|place| self.terms.get(*place)) {
                ranked.insert((rank, &term.term.en), term);
            }
        }
        let mut near: Vec<&Term> = Vec::new();
        for term in ranked.into_values() {
            if near.len() < MOST_NEAR && !near.iter().any(|t| t.term.en == term.term.en) {
                near.push(term);
            }
        }
        near
    }

    pub(crate) fn lookup<'a>(&'a self, asked: &str, catalogue: &'a Catalogue) -> Lookup<'a> {
        let mut hits: Vec<Hit<'a>> = self.find(asked).into_iter().map(Hit::Term).collect();
        hits.extend(controls(asked, catalogue));
        let mut near: Vec<Hit<'a>> = Vec::new();
        if hits.is_empty() {
            near.extend(self.near(asked).into_iter().map(Hit::Term));
            near.extend(controls_about(asked, catalogue).map(Hit::Control));
            near.truncate(MOST_NEAR);
        }
        Lookup { asked: asked.trim().to_owned(), hits, near }
    }
}

/// How far a name is from what was asked: 0 if one holds the other, else letters changed. `None` if too far.
fn nearness(asked: &str, name: &str) -> Option<usize> {
    let (asked_len, name_len) = (asked.chars().count(), name.chars().count());
    // Two characters are a word in Japanese, hardly in English.
    let whole_word = |text: &str, len| if text.is_ascii() { len >= 4 } else { len >= 2 };
    if whole_word(asked, asked_len) && name.contains(asked) || whole_word(name, name_len) && asked.contains(name) {
        return Some(0);
    }
    let most = asked_len.min(name_len) / 3;
    spelling::distance(asked, name).filter(|distance| (1..=most).contains(distance))
}

/// The controls of the default edition with this word in the title.
fn controls_about<'a>(asked: &str, catalogue: &'a Catalogue) -> impl Iterator<Item = &'a Control> {
    let asked = word(asked);
    let in_english = |title: &str, asked: &str| title.split_whitespace().any(|w| word(w) == asked);
    let in_japanese = |title: &str, asked: &str| !asked.is_ascii() && spelling::key(title).contains(asked);
    let controls = catalogue.edition(Edition::E2015).controls();
    controls.filter(move |c| in_english(&c.title.en, &asked) || in_japanese(&c.title.ja, &asked))
}

/// The key of one word, in the singular.
fn word(text: &str) -> String {
    let key = spelling::key(text);
    spelling::singular(&key).unwrap_or(key)
}

/// The controls with this identifier or this title, in either edition.
fn controls<'a>(asked: &str, catalogue: &'a Catalogue) -> Vec<Hit<'a>> {
    let mut hits = Vec::new();
    let id = spelling::half_width(asked).parse().ok();
    let key = spelling::key(asked);
    let is_named = |title: &Text| [&title.en, &title.ja].iter().any(|t| spelling::key(t) == key);
    for edition in Edition::ALL {
        let by_id = id.as_ref().and_then(|id| catalogue.find_id(*edition, id));
        let of_id = |other| by_id.is_some_and(|found| found.id() == other);
        let controls = catalogue.edition(*edition).controls();
        hits.extend(controls.filter(|c| of_id(&c.id) || is_named(&c.title)).map(Hit::Control));
        let base = catalogue.base_controls(BaseStandard::of(*edition)).filter(|c| !c.has_cloud_guidance());
        hits.extend(base.filter(|c| of_id(&c.id) || is_named(&c.title)).map(Hit::Base));
    }
    hits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalogue() -> &'static Catalogue {
        Catalogue::embedded().unwrap()
    }

    fn names(hits: &[Hit<'_>]) -> Vec<String> {
        hits.iter().map(|hit| hit.name(Lang::En)).collect()
    }

    #[test]
    fn the_glossary_is_large_enough_to_be_of_use() {
        assert!(catalogue().glossary().terms().len() >= 90);
        assert!(catalogue().glossary().terms().is_sorted_by_key(|t| t.term.en.to_lowercase()));
    }

    #[test]
    fn every_name_of_every_term_finds_it() {
        for term in catalogue().glossary().terms() {
            for name in term.names() {
                assert!(catalogue().glossary().find(name).contains(&term), "{name} does not find {}", term.term.en);
            }
        }
    }

    #[test]
    fn related_terms_exist() {
        for term in catalogue().glossary().terms() {
            for related in &term.related {
                let exists = catalogue().glossary().terms().iter().any(|t| t.term.en == *related);
                assert!(exists && *related != term.term.en, "{} names {related}", term.term.en);
            }
        }
    }

    #[test]
    fn the_standard_is_found_by_all_its_names() {
        let names = [
            "ISO 27017",
            "iso27017",
            "ISO/IEC 27017",
            "ISO/IEC 27017:2015",
            "27017",
            "ＩＳＯ２７０１７",
            "X.1631",
            "JIS Q 27017",
            "Cloud security code of practice",
            "code of practice for cloud security",
            "cloud-controls standards",
        ];
        for name in names {
            let found = catalogue().glossary().find(name);
            assert_eq!(found.first().map(|t| t.term.en.as_str()), Some("ISO/IEC 27017"), "{name}");
            assert_eq!(found[0].kind, TermKind::Standard);
        }
    }

    #[test]
    fn spelling_does_not_count() {
        for name in ["multi tenancy", "Multi-Tenancy", "MULTITENANCY", "multi-tenancies", "マルチテナンシー"] {
            assert_eq!(names(&catalogue().explain(name).hits), ["multi-tenancy"], "{name}");
        }
        assert_eq!(names(&catalogue().explain("checks").hits), ["check"]);
        assert_eq!(names(&catalogue().explain("適用宣言書").hits), ["statement of applicability"]);
    }

    #[test]
    fn a_words_own_entry_comes_before_its_other_meanings() {
        assert_eq!(names(&catalogue().explain("snapshot").hits)[0], "snapshot");
        let cis = names(&catalogue().explain("CIS").hits);
        assert_eq!(cis, ["CIS Benchmarks", "CRM"]);
    }

    #[test]
    fn controls_are_explained_too() {
        assert_eq!(names(&catalogue().explain("CLD.9.5.2").hits), ["CLD.9.5.2 Virtual machine hardening"]);
        assert_eq!(
            names(&catalogue().explain("6.3.1").hits),
            ["CLD.6.3.1 Shared roles and responsibilities within a cloud computing environment"]
        );
        assert_eq!(names(&catalogue().explain("8.28").hits), ["8.28 Secure coding"]);
        let hits = catalogue().explain("Virtual machine hardening").hits;
        assert_eq!(names(&hits), ["virtual machine hardening", "CLD.9.5.2 Virtual machine hardening"]);
        assert_eq!(catalogue().explain("change management").hits.len(), 2);
    }

    #[test]
    fn a_misspelt_word_gets_its_neighbours() {
        let near = |asked: &str| names(&catalogue().explain(asked).near);
        assert_eq!(near("hypervizor"), ["hypervisor"]);
        assert_eq!(near("multi-tenency")[0], "multi-tenancy");
        assert!(near("responsibilities").contains(&"shared responsibility".to_owned()));
        assert!(near("可搬").contains(&"data portability".to_owned()));
        assert!(near("disposals").contains(&"11.2.7 Secure disposal or re-use of equipment".to_owned()));
        assert!(near("容量").contains(&"12.1.3 Capacity management".to_owned()));
        assert!(near("").is_empty());
        assert!(near(&"x".repeat(10_000)).is_empty());
    }
}
