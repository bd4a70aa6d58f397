//! Samples that anybody can draw again: from population, size and seed alone.
//!
//! Every item gets the SHA-256 of the seed and its subject; the sample is the items with the smallest digests. Whoever
//! has the population and the seed can check any single item with a hash tool, and no generator of random numbers has
//! to be agreed on.

use isoneph_model::{Digest, Lang};
use isoneph_workbook::{ColumnDraft, SheetDraft};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

/// One member of a population.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Item {
    /// Its address.
    pub subject: String,
    /// What the check expects of it.
    pub expected: String,
    /// What was observed.
    pub observed: String,
    /// Where it was observed: file and place.
    pub evidence: String,
}

/// A sample.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sample {
    /// The check.
    pub check: String,
    /// How many items the population has.
    pub population: usize,
    /// The digest of the population: of every item in order, each of its texts after its length.
    pub population_sha256: Digest,
    /// The seed.
    pub seed: u64,
    /// The sample, in the order of its subjects. All of the population if that is no larger than the size asked for.
    pub items: Vec<Item>,
}

/// Draws a sample. The order of the population does not matter, and what is in it twice counts once.
pub fn sample(check: &str, population: impl IntoIterator<Item = Item>, size: usize, seed: u64) -> Sample {
    let mut items: Vec<Item> = population.into_iter().collect();
    items.sort();
    items.dedup();
    let population_sha256 = digest(&items);
    let population = items.len();
    let mut drawn: Vec<([u8; 32], Item)> = items.into_iter().map(|item| (lot(seed, &item.subject), item)).collect();
    drawn.sort();
    drawn.truncate(size);
    let mut items: Vec<Item> = drawn.into_iter().map(|(_, item)| item).collect();
    items.sort();
    Sample { check: check.to_owned(), population, population_sha256, seed, items }
}

fn digest(items: &[Item]) -> Digest {
    let mut hasher = Sha256::new();
    for text in items.iter().flat_map(|item| [&item.subject, &item.expected, &item.observed, &item.evidence]) {
        hasher.update((text.len() as u64).to_be_bytes());
        hasher.update(text.as_bytes());
    }
    Digest::new(hasher.finalize().into())
}

/// SHA-256 of the seed in decimal digits, a line feed, and the subject.
fn lot(seed: u64, subject: &str) -> [u8; 32] {
    Sha256::digest(format!("{seed}\n{subject}").as_bytes()).into()
}

/// The sample as a sheet for an auditor: what is concluded is left blank.
pub fn sheet(sample: &Sample, lang: Lang) -> SheetDraft {
    let title = |en: &'static str, ja: &'static str| match lang {
        Lang::En => en,
        Lang::Ja => ja,
    };
    let fact = |en, ja, value: String| (title(en, ja).to_owned(), value);
    let facts = vec![
        fact("Check", "検査", sample.check.clone()),
        fact("Population", "母集団", sample.population.to_string()),
        fact("Population SHA-256", "母集団のSHA-256", sample.population_sha256.to_string()),
        fact("Sample", "標本数", sample.items.len().to_string()),
        fact("Seed", "シード", sample.seed.to_string()),
    ];
    let conclusions = ["conforms", "does not conform", "observation", "not concluded"];
    let columns = vec![
        ColumnDraft::text("No", 6),
        ColumnDraft::text(title("Subject", "対象"), 44),
        ColumnDraft::text(title("Expected", "期待"), 30),
        ColumnDraft::text(title("Observed", "観察結果"), 30),
        ColumnDraft::text(title("Evidence", "証拠"), 36),
        ColumnDraft::choice(title("Conclusion", "結論"), 18, conclusions),
        ColumnDraft::text(title("Auditor", "監査者"), 16),
        ColumnDraft::text(title("Date", "日付"), 12),
        ColumnDraft::text(title("Note", "備考"), 40),
    ];
    let rows = sample.items.iter().enumerate().map(|(index, item)| {
        let number = (index + 1).to_string();
        vec![number, item.subject.clone(), item.expected.clone(), item.observed.clone(), item.evidence.clone()]
    });
    SheetDraft { name: title("Sample", "標本").to_owned(), facts, columns, rows: rows.collect() }
}
