//! What is wrong with splits, where duties go, and how two matrices differ, as sheets.

use isoneph_model::Lang;
use isoneph_workbook::{ColumnDraft, SheetDraft};

use super::{Chain, Comparison, Finding, Matrix, RowDifference};

/// What is wrong, the gravest first.
pub fn findings_sheet(matrices: &[Matrix], lang: Lang) -> SheetDraft {
    let title = titles(lang);
    let mut findings: Vec<&Finding> = matrices.iter().flat_map(|matrix| &matrix.findings).collect();
    findings.sort_by(|a, b| b.code.severity().cmp(&a.code.severity()).then_with(|| a.cmp(b)));
    let rows = findings.into_iter().map(|finding| {
        let facts: Vec<String> = finding.facts.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        let sources: Vec<String> = finding.sources.iter().map(ToString::to_string).collect();
        vec![
            finding.code.to_string(),
            finding.code.severity().to_string(),
            finding.service.clone(),
            finding.area.clone().unwrap_or_default(),
            finding.customer.clone().unwrap_or_default(),
            facts.join("; "),
            sources.join(", "),
        ]
    });
    let columns = vec![
        ColumnDraft::text(title("What is wrong", "問題"), 28),
        ColumnDraft::text(title("Severity", "重大度"), 10),
        ColumnDraft::text(title("Service", "サービス"), 18),
        ColumnDraft::text(title("Area", "領域"), 22),
        ColumnDraft::text(title("Customer", "カスタマ"), 16),
        ColumnDraft::text(title("Facts", "事実"), 50),
        ColumnDraft::text(title("Said in", "出所"), 50),
    ];
    SheetDraft { name: title("Findings", "指摘").to_owned(), facts: Vec::new(), columns, rows: rows.collect() }
}

/// Where duties go that are handed down.
pub fn chains_sheet(chains: &[Chain], lang: Lang) -> SheetDraft {
    let title = titles(lang);
    let rows = chains.iter().map(|chain| {
        let step = |step: &super::ChainStep| {
            let provider = step.provider.as_deref().unwrap_or("?");
            let holder = step.holder.map_or("?".to_owned(), |holder| holder.to_string());
            format!("{} ({provider}): {holder}", step.service)
        };
        let evidence: Vec<&str> = chain.evidence.iter().map(|held| held.title.as_str()).collect();
        vec![
            chain.area.clone(),
            chain.service.clone(),
            chain.steps.iter().map(step).collect::<Vec<_>>().join(" → "),
            chain.end.to_string(),
            chain.at.clone(),
            chain.held_by.clone().unwrap_or_default(),
            evidence.join("; "),
        ]
    });
    let columns = vec![
        ColumnDraft::text(title("Area", "領域"), 22),
        ColumnDraft::text(title("Begins at", "起点"), 18),
        ColumnDraft::text(title("Way", "経路"), 60),
        ColumnDraft::text(title("Ends", "結末"), 22),
        ColumnDraft::text(title("At", "終点"), 18),
        ColumnDraft::text(title("Held by", "担当"), 18),
        ColumnDraft::text(title("Shown by", "証拠"), 44),
    ];
    SheetDraft { name: title("Chains", "連鎖").to_owned(), facts: Vec::new(), columns, rows: rows.collect() }
}

/// How two matrices differ; rows that are the same are left out.
pub fn comparison_sheet(comparison: &Comparison, lang: Lang) -> SheetDraft {
    let title = titles(lang);
    let holder = |holder: Option<isoneph_register::kinds::Holder>| holder.map(|h| h.to_string()).unwrap_or_default();
    let differing = comparison.rows.iter().filter(|row| row.difference != RowDifference::Same);
    let rows = differing.map(|row| {
        let words = row.words.iter().map(|(field, first, second)| {
            let side = |text: &Option<String>| text.clone().unwrap_or_else(|| "–".to_owned());
            format!("{field}: {} | {}", side(first), side(second))
        });
        vec![
            row.area.clone(),
            row.customer.clone().unwrap_or_default(),
            row.difference.to_string(),
            holder(row.first),
            holder(row.second),
            words.collect::<Vec<_>>().join("\n"),
        ]
    });
    let columns = vec![
        ColumnDraft::text(title("Area", "領域"), 22),
        ColumnDraft::text(title("Customer", "カスタマ"), 16),
        ColumnDraft::text(title("Difference", "相違"), 16),
        ColumnDraft::text(title("First", "一方"), 14),
        ColumnDraft::text(title("Second", "他方"), 14),
        ColumnDraft::text(title("Words", "文言"), 70),
    ];
    let counts: Vec<String> = comparison.counts.iter().map(|(difference, n)| format!("{difference} {n}")).collect();
    let facts = vec![
        (title("First", "一方").to_owned(), comparison.first.clone()),
        (title("Second", "他方").to_owned(), comparison.second.clone()),
        (title("Rows", "行").to_owned(), counts.join(", ")),
    ];
    SheetDraft { name: title("Differences", "相違").to_owned(), facts, columns, rows: rows.collect() }
}

fn titles(lang: Lang) -> impl Fn(&'static str, &'static str) -> &'static str {
    move |en, ja| match lang {
        Lang::En => en,
        Lang::Ja => ja,
    }
}
