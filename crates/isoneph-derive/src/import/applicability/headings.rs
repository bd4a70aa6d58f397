//! What the columns of a statement of applicability are called.

use isoneph_workbook::Heading;

macro_rules! headings {
    ($($key:literal $required:literal: [$($name:literal),+ $(,)?],)+) => {
        &[$(Heading { key: $key, names: &[$($name),+], required: $required }),+]
    };
}

const HEADINGS: &[Heading] = headings! {
    "control" true: ["Control", "Control ID", "Control No", "Control number", "Control ref", "Control reference", "Ref",
        "Reference", "Sec", "Section", "Annex A", "Annex A control", "Annex A reference", "ISO/IEC 27001:2022 Control", "ISO 27001 control",
        "ISO/IEC 27001 control", "ID", "No", "Nr", "Maßnahme", "管理策番号", "附属書A", "番号", "管理策"],
    "applicable" true: ["Applicable", "Applicability", "Applies", "Is applicable", "Applicable?", "Included", "Selected",
        "Anwendbar", "Anwendbarkeit", "適用", "適用の有無", "適用可否", "適用有無",
        "適用/除外", "適用/適用除外", "適用・除外", "採否"],
    // A column of ticks for what does not apply, beside one for what does.
    "excluded" false: ["Excluded", "Not applicable", "Non-applicable", "Not included", "除外", "適用除外"],
    "role" false: ["Role", "CSP/CSC", "役割"],
    "service" false: ["Service", "Cloud service", "対象サービス", "サービス"],
    "reasons" false: ["Reasons for inclusion", "Reason for inclusion", "Justification for inclusion", "Inclusion reason",
        "Reason for selection", "Reasons for selection", "Source of requirement", "Begründung für Aufnahme", "採用理由", "適用理由", "選択理由"],
    "legal" false: ["LR", "Legal", "Legal requirement", "Legal requirements", "Regulatory", "法令"],
    "contractual" false: ["CO", "Contractual", "Contractual obligation", "Contractual obligations", "契約"],
    "best-practice" false: ["BR/BP", "BP", "Best practice", "Business requirement", "Business requirements",
        "Business requirements/best practices"],
    "risk" false: ["RRA", "Risk", "Result of risk assessment", "Results of risk assessment", "Risk assessment"],
    "customer" false: ["Customer request", "Customer requirement", "Customer"],
    "exclusion" false: ["Reason for exclusion", "Reasons for exclusion", "Justification for exclusion", "Remarks (with justification for exclusions)",
        "Remarks with justification for exclusions",
        "Exclusion reason", "Justification for non-applicability", "Begründung für Ausschluss", "除外理由", "適用除外の理由", "非適用理由"],
    "justification" false: ["Justification", "Reason", "Rationale", "Begründung",
        "Begründung für Aufnahme/Ausschluss", "理由", "採用理由・除外理由", "採用・除外の理由", "正当化"],
    "status" false: ["Status", "Implementation status", "Implementation", "Implemented", "Current status", "Status of implementation",
        "Umsetzungsstatus", "Umsetzung", "実施状況", "実施"],
    "how" false: ["How it is done", "How", "Implementation method", "Implementation description", "Description of implementation",
        "Overview of implementation", "Measures", "実施内容", "対策内容", "実施方法"],
    "owner" false: ["Owner", "Control owner", "Responsible", "Accountable", "Verantwortlich", "責任者", "担当"],
    "risks" false: ["Risks", "Risk reference", "Risk references", "Risk IDs", "リスク"],
    "approved" false: ["Treatment approved", "Approved", "Approved by", "リスク対応の承認"],
    "evidence" false: ["Evidence", "Records", "Document", "Documents", "証拠", "記録", "関連文書"],
    "reviewed" false: ["Reviewed", "Last review", "Last reviewed", "Review date", "レビュー日"],
    // Our own sheets say which number a statement bears and what it is called: one row of Annex A holds several.
    "stated-as" false: ["Stated as", "言明の管理策"],
    "statement" false: ["Statement name", "言明の名称"],
    "requirement" false: ["Requirement of the cell", "区画の要求事項"],
    "next-review" false: ["Next review", "Next review date", "次回レビュー"],
};

/// The headings of either form: one with a column that says whether a control applies, and the form in which a control
/// applies for the reasons that are ticked (`LR`, `CO`, `BR/BP`, `RRA`).
pub(super) fn forms() -> [Vec<Heading>; 2] {
    let ticked = |heading: &Heading| match heading.key {
        "applicable" => Heading { required: false, ..*heading },
        "legal" | "contractual" => Heading { required: true, ..*heading },
        _ => *heading,
    };
    [HEADINGS.to_vec(), HEADINGS.iter().map(ticked).collect()]
}
