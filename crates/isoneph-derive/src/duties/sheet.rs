//! A work list as a sheet.

use isoneph_model::{ControlId, Lang};
use isoneph_workbook::{ColumnDraft, SheetDraft};

use super::{Duty, DutyState, WorkList};

/// The work list as a sheet, open duties only.
pub fn sheet(list: &WorkList, lang: Lang) -> SheetDraft {
    let title = |en: &'static str, ja: &'static str| match lang {
        Lang::En => en,
        Lang::Ja => ja,
    };
    let columns = vec![
        ColumnDraft::text(title("Service", "サービス"), 18),
        ColumnDraft::text(title("Role", "役割"), 10),
        ColumnDraft::text(title("Area", "領域"), 24),
        ColumnDraft::text(title("What is left to you", "委ねられた責任"), 60),
        ColumnDraft::text(title("Left by", "出所"), 36),
        ColumnDraft::text(title("Controls", "管理策"), 18),
        ColumnDraft::choice(title("State", "状態"), 14, DutyState::ALL.iter().map(|state| state.as_str())),
        ColumnDraft::text(title("Controls without a current statement", "現行の表明がない管理策"), 24),
        ColumnDraft::text(title("Owner", "責任者"), 18),
        ColumnDraft::text(title("Due", "期限"), 12),
    ];
    let facts = vec![
        (title("Party", "当事者").to_owned(), list.party.clone()),
        (title("As of", "基準日").to_owned(), list.as_of.to_string()),
    ];
    let name = title("Duties", "残る責任").to_owned();
    SheetDraft { name, facts, columns, rows: list.open.iter().map(row).collect() }
}

fn row(duty: &Duty) -> Vec<String> {
    let ids = |controls: &[ControlId]| controls.iter().map(ControlId::as_str).collect::<Vec<_>>().join(", ");
    let left_by: Vec<String> = duty.left_by.iter().map(|leaver| leaver.source.to_string()).collect();
    vec![
        duty.service.clone(),
        duty.role.to_string(),
        duty.title.clone().unwrap_or_else(|| duty.area.clone()),
        duty.duty.clone().unwrap_or_default(),
        left_by.join("\n"),
        ids(&duty.controls),
        duty.state.to_string(),
        ids(&duty.missing),
        duty.owner.clone().unwrap_or_default(),
        duty.due.map(|due| due.to_string()).unwrap_or_default(),
    ]
}
