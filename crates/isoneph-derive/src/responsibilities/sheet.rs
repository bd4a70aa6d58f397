//! A matrix as a sheet: the same columns that the importer of a plain matrix reads.

use std::collections::BTreeSet;

use isoneph_model::{ControlId, Lang};
use isoneph_register::kinds::{BasisKind, Holder};
use isoneph_workbook::{ColumnDraft, SheetDraft};

use super::finding::{Finding, FindingCode};
use super::matrix::{Matrix, MatrixRow};

/// The matrix as a sheet.
pub fn sheet(matrix: &Matrix, lang: Lang) -> SheetDraft {
    let title = |en: &'static str, ja: &'static str| match lang {
        Lang::En => en,
        Lang::Ja => ja,
    };
    let columns = vec![
        ColumnDraft::text(title("Area", "領域"), 24),
        ColumnDraft::text(title("Title", "題名"), 32),
        ColumnDraft::text(title("Customer", "カスタマ"), 16),
        ColumnDraft::choice(title("Held by", "担当"), 14, Holder::ALL.iter().map(|holder| holder.as_str())),
        ColumnDraft::text(title("Provider does", "プロバイダの責任"), 44),
        ColumnDraft::text(title("Customer does", "カスタマの責任"), 44),
        ColumnDraft::text(title("Third party", "第三者"), 18),
        ColumnDraft::text(title("Handed to", "委譲先サービス"), 18),
        ColumnDraft::text(title("Controls", "管理策"), 18),
        ColumnDraft::choice(title("Basis", "根拠"), 20, BasisKind::ALL.iter().map(|basis| basis.as_str())),
        ColumnDraft::text(title("Clause", "条項"), 16),
        ColumnDraft::text(title("Version", "版"), 10),
        ColumnDraft::text(title("Owner", "責任者"), 16),
        ColumnDraft::text(title("Due", "期限"), 12),
        ColumnDraft::text(title("Standing", "状態"), 14),
        ColumnDraft::text(title("To be mended", "要対応"), 30),
    ];
    let rows = matrix.rows.iter().map(|row| {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let binding = row.views.iter().find(|view| view.binds());
        let view = binding.or_else(|| row.views.iter().find(|view| !view.proposed));
        let controls: Vec<&str> = row.controls.iter().map(ControlId::as_str).collect();
        vec![
            row.area.clone(),
            text(&row.title),
            text(&row.customer),
            row.holder.map(|holder| holder.to_string()).unwrap_or_default(),
            text(&row.provider_duty),
            text(&row.customer_duty),
            text(&row.third_party),
            text(&row.handed_to),
            controls.join(", "),
            view.and_then(|view| view.basis).map(|basis| basis.to_string()).unwrap_or_default(),
            view.and_then(|view| view.clause.clone()).unwrap_or_default(),
            view.and_then(|view| view.version.clone()).unwrap_or_default(),
            text(&row.owner),
            row.due.map(|due| due.to_string()).unwrap_or_default(),
            row.standing.to_string(),
            to_be_mended(matrix, row),
        ]
    });
    let facts = vec![
        (title("Service", "サービス").to_owned(), format!("{} ({})", matrix.title, matrix.service)),
        (title("Provider", "プロバイダ").to_owned(), matrix.provider.clone()),
        (title("Version in force", "現行版").to_owned(), matrix.version.clone().unwrap_or_default()),
    ];
    SheetDraft { name: title("Matrix", "責任分担表").to_owned(), facts, columns, rows: rows.collect() }
}

/// What was found of the area: of all its customers, or of the one of the row.
fn to_be_mended(matrix: &Matrix, row: &MatrixRow) -> String {
    let of_row = |finding: &&Finding| {
        finding.area.as_deref() == Some(&row.area) && (finding.customer.is_none() || finding.customer == row.customer)
    };
    let codes: BTreeSet<FindingCode> = matrix.findings.iter().filter(of_row).map(|finding| finding.code).collect();
    codes.iter().map(|code| code.as_str()).collect::<Vec<&str>>().join(", ")
}
