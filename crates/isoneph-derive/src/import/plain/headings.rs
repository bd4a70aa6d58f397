//! What the columns of a matrix are called.

use isoneph_workbook::Heading;

const AREA: Heading = Heading { key: "area", names: NAMES_OF_AREAS, required: true };

/// A second column of that kind: the tasks of an area, or the areas of a domain.
const PART: Heading = Heading { key: "part", names: NAMES_OF_AREAS, required: false };

const NAMES_OF_AREAS: &[&str] = &[
    "Area",
    "Topic",
    "Activity",
    "Task",
    "Item",
    "Duty",
    "Responsibility area",
    "Area of responsibility",
    "Domain",
    "Control domain",
    "Security domain",
    "Category",
    "Bereich",
    "Aufgabe",
    "Thema",
    "領域",
    "区分",
    "項目",
    "責任領域",
    "タスク",
    "作業",
    "分野",
];

macro_rules! optional {
    ($($key:literal: [$($name:literal),+ $(,)?],)+) => {
        [$(Heading { key: $key, names: &[$($name),+], required: false }),+]
    };
}

/// Columns that either form may have.
const MORE: [Heading; 13] = optional! {
    "title": ["Title", "Name", "題名", "名称"],
    "provider-duty": ["Provider does", "Provider duty", "Provider duties", "Provider responsibilities",
        "Provider responsibility", "CSP responsibilities", "What the provider does", "Pflicht des Anbieters", "プロバイダの責任", "事業者の責任"],
    "customer-duty": ["Customer does", "Customer duty", "Customer duties", "Customer responsibilities",
        "Customer responsibility", "CSC responsibilities", "What the customer does", "Pflicht des Kunden", "カスタマの責任", "利用者の責任"],
    "third-party": ["Third party", "3rd party", "Subprocessor", "Sub-processor", "第三者"],
    "handed-to": ["Handed to", "Handed down to", "Inherited from", "委譲先サービス"],
    "controls": ["Controls", "ISO 27017", "ISO/IEC 27017", "ISO 27017 control", "ISO/IEC 27017 control", "Control reference", "Ref", "管理策"],
    "basis": ["Basis", "Rests on", "Source", "根拠"],
    "clause": ["Clause", "Section", "Contract clause", "条項"],
    "version": ["Version", "版"],
    "owner": ["Owner", "責任者"],
    "due": ["Due", "Due date", "期限"],
    "evidence": ["Evidence", "証拠"],
    "notes": ["Notes", "Remarks", "Comment", "備考"],
};

const HELD_BY: [Heading; 2] = [
    Heading {
        key: "holder",
        names: &[
            "Held by",
            "Holder",
            "Responsible party",
            "Responsible",
            "Responsibility",
            "Who",
            "Party",
            "担当",
            "責任",
            "責任分担",
            "担当者区分",
            "Verantwortlich",
            "Zuständig",
        ],
        required: true,
    },
    Heading { key: "customer", names: &["Customer", "For customer", "カスタマ"], required: false },
];

const EACH: [Heading; 3] = [
    Heading {
        key: "provider",
        names: &[
            "Provider",
            "CSP",
            "Cloud provider",
            "Cloud service provider",
            "Service provider",
            "Vendor",
            "Supplier",
            "プロバイダ",
            "事業者",
            "クラウド事業者",
            "クラウドサービス事業者",
            "クラウドサービスプロバイダ",
            "当社",
            "Anbieter",
        ],
        required: true,
    },
    Heading {
        key: "customer",
        names: &[
            "Customer",
            "CSC",
            "Cloud customer",
            "Cloud service customer",
            "Client",
            "Tenant",
            "User",
            "You",
            "カスタマ",
            "利用者",
            "お客様",
            "お客さま",
            "クラウド利用者",
            "クラウドサービス利用者",
            "クラウドサービスカスタマ",
            "ユーザ",
            "ユーザー",
            "Kunde",
        ],
        required: true,
    },
    Heading {
        key: "shared",
        names: &["Shared", "Joint", "Both", "共同", "共有", "双方", "Gemeinsam"],
        required: false,
    },
];

/// The headings of either form: a column that names the holder, or a column for each party.
pub(super) fn forms() -> [Vec<Heading>; 2] {
    [&HELD_BY[..], &EACH[..]].map(|form| [AREA, PART].iter().chain(form).chain(&MORE).copied().collect())
}
