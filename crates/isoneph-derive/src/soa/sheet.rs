//! A statement of applicability as a sheet: a row for each control and role. The importer reads it back.

use isoneph_model::{ControlId, Lang, Role};
use isoneph_register::kinds::{Implementation, Inclusion};
use isoneph_workbook::{ColumnDraft, SheetDraft};

use super::{FrozenSoa, RowSource, Soa, SoaCell, SoaClaim, SoaComparison, SoaRow};

/// The statement of applicability as a sheet; `frozen` adds version, approval and digest above it.
pub fn sheet(soa: &Soa, frozen: Option<&FrozenSoa>, lang: Lang) -> SheetDraft {
    let title = |en: &'static str, ja: &'static str| match lang {
        Lang::En => en,
        Lang::Ja => ja,
    };
    let mut facts = vec![
        (title("Organisation", "組織").to_owned(), soa.organisation.clone()),
        (title("Scope", "適用範囲").to_owned(), soa.title.clone()),
        (title("Services", "サービス").to_owned(), soa.services.join(", ")),
        (title("Standards", "規格").to_owned(), "ISO/IEC 27001:2022, ISO/IEC 27017:2015".to_owned()),
        (title("As of", "基準日").to_owned(), soa.as_of.to_string()),
    ];
    if let Some(frozen) = frozen {
        let approved = frozen.approved.as_ref().map(super::act).unwrap_or_default();
        facts.push((title("Version", "版").to_owned(), frozen.version.clone()));
        facts.push((title("Approved", "承認").to_owned(), approved));
        facts.push(("SHA-256".to_owned(), frozen.sha256.to_string()));
    }
    let columns = vec![
        ColumnDraft::text(title("Control", "管理策"), 12),
        ColumnDraft::text(title("Title", "題名"), 36),
        ColumnDraft::text(title("Source", "出典"), 22),
        ColumnDraft::text(title("Cloud guidance", "クラウドの指針"), 16),
        ColumnDraft::choice(title("Role", "役割"), 10, Role::ALL.iter().map(|role| role.as_str())),
        ColumnDraft::text(title("Service", "対象サービス"), 16).gathering(),
        ColumnDraft::choice(title("Applicable", "適用"), 11, ["yes", "no"]),
        ColumnDraft { hint: reasons_hint(), ..ColumnDraft::text(title("Reasons for inclusion", "採用理由"), 24) },
        ColumnDraft::text(title("Reason for exclusion", "除外理由"), 36),
        ColumnDraft::choice(title("Status", "実施状況"), 16, Implementation::ALL.iter().map(|status| status.as_str())),
        ColumnDraft::text(title("How it is done", "実施内容"), 44),
        ColumnDraft::text(title("Owner", "責任者"), 16),
        ColumnDraft::text(title("Risks", "リスク"), 16),
        ColumnDraft::text(title("Treatment approved", "リスク対応の承認"), 22),
        ColumnDraft::text(title("Evidence", "証拠"), 36),
        ColumnDraft::text(title("Reviewed", "レビュー日"), 12),
        ColumnDraft::text(title("Next review", "次回レビュー"), 12),
        ColumnDraft::text(title("What the evidence says", "証拠が示すこと"), 36),
        ColumnDraft::text(title("To be mended", "要対応"), 30),
        ColumnDraft::text(title("Stated as", "言明の管理策"), 12),
        ColumnDraft::text(title("Statement name", "言明の名称"), 24).gathering(),
        ColumnDraft::text(title("Requirement of the cell", "区画の要求事項"), 24),
    ];
    let rows = soa.rows.iter().flat_map(|row| row.cells().flat_map(|(role, cell)| lines(soa, row, role, cell, lang)));
    let name = title("Statement of applicability", "適用宣言書").to_owned();
    SheetDraft { name, facts, columns, rows: rows.collect() }
}

/// What changed between two statements of applicability.
pub fn comparison_sheet(before: &str, comparison: &SoaComparison, lang: Lang) -> SheetDraft {
    let title = |en: &'static str, ja: &'static str| match lang {
        Lang::En => en,
        Lang::Ja => ja,
    };
    let rows = comparison.changes.iter().map(|change| {
        vec![
            change.cell.id.clone(),
            change.cell.role.map(|role| role.to_string()).unwrap_or_default(),
            change.service.clone().unwrap_or_default(),
            change.field.to_owned(),
            change.before.clone(),
            change.now.clone(),
        ]
    });
    let columns = vec![
        ColumnDraft::text(title("Control", "管理策"), 12),
        ColumnDraft::text(title("Role", "役割"), 10),
        ColumnDraft::text(title("Service", "対象サービス"), 16),
        ColumnDraft::text(title("What", "項目"), 14),
        ColumnDraft::text(title("Before", "変更前"), 44),
        ColumnDraft::text(title("Now", "変更後"), 44),
    ];
    let facts = vec![
        (title("Compared with version", "比較した版").to_owned(), before.to_owned()),
        (title("Changes", "変更数").to_owned(), comparison.changes.len().to_string()),
    ];
    SheetDraft { name: title("Changes", "変更").to_owned(), facts, columns, rows: rows.collect() }
}

fn reasons_hint() -> String {
    let words: Vec<&str> = Inclusion::ALL.iter().map(|reason| reason.as_str()).collect();
    words.join(", ")
}

/// A line for each claim, or one that is empty.
fn lines(soa: &Soa, row: &SoaRow, role: Option<Role>, cell: &SoaCell, lang: Lang) -> Vec<Vec<String>> {
    let claims: Vec<Option<&SoaClaim>> = cell.claims.iter().filter(|claim| !claim.proposed).map(Some).collect();
    let claims = if claims.is_empty() { vec![None] } else { claims };
    claims.into_iter().map(|claim| line(soa, row, role, cell, claim, lang)).collect()
}

fn line(
    soa: &Soa,
    row: &SoaRow,
    role: Option<Role>,
    cell: &SoaCell,
    claim: Option<&SoaClaim>,
    lang: Lang,
) -> Vec<String> {
    let says = cell.evidence_says.iter().filter(|said| claim.is_none_or(|claim| said.is_about(claim)));
    let problems = match claim {
        Some(claim) => claim.problems(&cell.evidence_says, soa.as_of).into_iter().collect(),
        None => cell.problems.clone(),
    };
    let of = |of: fn(&SoaClaim) -> String| claim.map(of).unwrap_or_default();
    let list = |items: Vec<String>| items.join(", ");
    let source = match row.source {
        RowSource::AnnexA => "ISO/IEC 27001:2022",
        RowSource::Cloud => "ISO/IEC 27017:2015",
    };
    vec![
        row.id.clone(),
        row.title.get(lang).to_owned(),
        source.to_owned(),
        row.cloud_controls.iter().map(ControlId::as_str).collect::<Vec<_>>().join(", "),
        role.or(claim.and_then(|claim| claim.role)).map(|role| role.to_string()).unwrap_or_default(),
        of(|claim| claim.service.clone().unwrap_or_default()),
        of(|claim| if claim.applicable { "yes" } else { "no" }.to_owned()),
        of(|claim| claim.reasons.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")),
        of(|claim| claim.exclusion.clone().unwrap_or_default()),
        of(|claim| claim.status.map(|status| status.to_string()).unwrap_or_default()),
        of(|claim| claim.how.clone().unwrap_or_default()),
        of(|claim| claim.owner.clone().unwrap_or_default()),
        of(|claim| claim.risks.join(", ")),
        of(|claim| claim.approved.clone().unwrap_or_default()),
        of(|claim| {
            let dated = |evidence: &super::SoaEvidence| match evidence.until.or(evidence.from) {
                Some(day) => format!("{} ({day})", evidence.title),
                None => evidence.title.clone(),
            };
            claim.evidence.iter().map(dated).collect::<Vec<_>>().join("\n")
        }),
        of(|claim| claim.reviewed.map(|day| day.to_string()).unwrap_or_default()),
        of(|claim| claim.next_review.map(|day| day.to_string()).unwrap_or_default()),
        list(says.map(|said| format!("{}: {}", said.standing, said.why)).collect()),
        list(problems.iter().map(ToString::to_string).collect()),
        of(|claim| claim.control.to_string()),
        of(|claim| claim.statement.clone()),
        of(|claim| claim.requirement.clone().unwrap_or_default()),
    ]
}
