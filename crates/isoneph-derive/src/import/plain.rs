//! Any matrix with one row an area: a column that names the holder, or a column for each party with ticks, letters
//! (responsible, accountable) or the duty itself.

use isoneph_register::Object;
use isoneph_register::kinds::{Basis, BasisKind, EvidenceRef, Holder, Responsibility, ThirdParty};
use isoneph_workbook::{Heading, Workbook};

use super::{
    Import, ImportError, ImportFormat, Line, Mark, ProblemCode, Rows, Target, key, object_name, read_controls,
    read_date, read_holder, read_mark, read_word, sentence,
};

const AREA: Heading = Heading {
    key: "area",
    names: &[
        "Area",
        "Topic",
        "Activity",
        "Task",
        "Item",
        "Duty",
        "Responsibility area",
        "Area of responsibility",
        "Domain",
        "Security domain",
        "Category",
        "領域",
        "項目",
        "責任領域",
        "タスク",
        "作業",
        "分野",
    ],
    required: true,
};

macro_rules! optional {
    ($($key:literal: [$($name:literal),+ $(,)?],)+) => {
        [$(Heading { key: $key, names: &[$($name),+], required: false }),+]
    };
}

/// Columns that either form may have.
const MORE: [Heading; 13] = optional! {
    "title": ["Title", "Name", "題名", "名称"],
    "provider-duty": ["Provider does", "Provider duty", "Provider duties", "Provider responsibilities",
        "Provider responsibility", "CSP responsibilities", "What the provider does", "プロバイダの責任", "事業者の責任"],
    "customer-duty": ["Customer does", "Customer duty", "Customer duties", "Customer responsibilities",
        "Customer responsibility", "CSC responsibilities", "What the customer does", "カスタマの責任", "利用者の責任"],
    "third-party": ["Third party", "3rd party", "Subprocessor", "Sub-processor", "第三者"],
    "handed-to": ["Handed to", "Handed down to", "Inherited from", "委譲先サービス"],
    "controls": ["Controls", "ISO 27017", "ISO/IEC 27017", "ISO 27017 control", "Control reference", "Ref", "管理策"],
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
        ],
        required: true,
    },
    Heading { key: "customer", names: &["Customer", "For customer", "カスタマ"], required: false },
];

const EACH: [Heading; 2] = [
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
            "クラウドサービスプロバイダ",
            "当社",
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
            "クラウドサービスカスタマ",
            "ユーザ",
            "ユーザー",
        ],
        required: true,
    },
];

fn forms() -> [Vec<Heading>; 2] {
    [HELD_BY, EACH].map(|form| std::iter::once(AREA).chain(form).chain(MORE).collect())
}

pub(super) fn fits(workbook: &Workbook) -> bool {
    let forms = forms();
    workbook.sheets.iter().any(|sheet| forms.iter().any(|form| sheet.table(form).is_ok()))
}

/// Reads a matrix.
///
/// # Errors
/// If no sheet has the headings of one.
pub fn plain(workbook: &Workbook, target: &Target) -> Result<Import, ImportError> {
    let [held_by, each] = forms();
    let found = Rows::find(workbook, &held_by, ImportFormat::Matrix);
    let (table, mut rows, columns) = match found {
        Ok((table, rows)) => (table, rows, false),
        Err(error) => match Rows::find(workbook, &each, ImportFormat::Matrix) {
            Ok((table, rows)) => (table, rows, true),
            Err(_) => return Err(error),
        },
    };
    let in_force =
        table.facts().find(|(name, _)| ["version in force", "version", "版", "現行版"].contains(&key(name).as_str()));
    let in_force = in_force.map(|(_, version)| version.to_owned());
    for line in table.rows() {
        if line.text("area").is_empty() {
            continue;
        }
        rows.start(&line, "area");
        let held = if columns { by_columns(&line, &mut rows) } else { by_word(&line, &mut rows) };
        let Some(held) = held else { continue };
        let row = responsibility(&line, target, held, in_force.as_deref(), &mut rows);
        let party = target.stated_by.as_deref().unwrap_or("own");
        let customer = row.customer.clone().unwrap_or_default();
        let mut parts = vec![target.service.as_str(), party, row.area.as_str()];
        if !customer.is_empty() {
            parts.push(&customer);
        }
        let name = object_name(&parts);
        rows.make(&line, "area", Object::new(name, row));
    }
    Ok(rows.finish())
}

struct Held {
    holder: Holder,
    provider_duty: Option<String>,
    customer_duty: Option<String>,
    customer: Option<String>,
}

fn by_word(line: &Line<'_>, rows: &mut Rows) -> Option<Held> {
    let word = line.text("holder");
    // Our own sheet leaves the holder of a disputed row empty: there is nothing to take over.
    if word.is_empty() {
        rows.problem(line, "holder", ProblemCode::Missing, "nobody is named");
        return None;
    }
    let Some(holder) = read_holder(word) else {
        rows.problem(line, "holder", ProblemCode::NotUnderstood, format!("'{word}' names no holder"));
        return None;
    };
    Some(Held { holder, provider_duty: None, customer_duty: None, customer: sentence(line.text("customer")) })
}

enum Part {
    None,
    Whole,
    Some,
    Duty(String),
}

fn by_columns(line: &Line<'_>, rows: &mut Rows) -> Option<Held> {
    let (provider, customer) = (part(line.text("provider")), part(line.text("customer")));
    if let (Part::Some, Part::None) | (Part::None, Part::Some) = (&provider, &customer) {
        let key = if matches!(provider, Part::Some) { "provider" } else { "customer" };
        rows.problem(line, key, ProblemCode::Ambiguous, "it is marked in part, and nobody has the other part");
        return None;
    }
    let holder = match (&provider, &customer) {
        (Part::None, Part::None) => {
            rows.problem(line, "area", ProblemCode::Missing, "neither party is marked");
            return None;
        }
        (_, Part::None) => Holder::Provider,
        (Part::None, _) => Holder::Customer,
        _ => Holder::Shared,
    };
    let duty = |part: Part| match part {
        Part::Duty(duty) => Some(duty),
        _ => None,
    };
    Some(Held { holder, provider_duty: duty(provider), customer_duty: duty(customer), customer: None })
}

/// A tick, the letters R and A of a RACI matrix, or the duty itself. C and I carry nothing.
fn part(text: &str) -> Part {
    match read_mark(text) {
        Mark::Empty | Mark::Cleared => return Part::None,
        Mark::Set => return Part::Whole,
        Mark::Part => return Part::Some,
        Mark::Other => {}
    }
    let letters: Vec<String> = key(text).split([',', '/', ' ']).map(str::to_owned).filter(|l| !l.is_empty()).collect();
    let only = |of: &[&str]| letters.iter().all(|letter| of.contains(&letter.as_str()));
    if only(&["c", "i"]) {
        return Part::None;
    }
    if only(&["r", "a", "c", "i"]) {
        return Part::Whole;
    }
    match read_holder(text) {
        Some(Holder::NotApplicable | Holder::Nobody) => Part::None,
        Some(_) => Part::Whole,
        None => Part::Duty(text.trim().to_owned()),
    }
}

fn responsibility(
    line: &Line<'_>,
    target: &Target,
    held: Held,
    in_force: Option<&str>,
    rows: &mut Rows,
) -> Responsibility {
    let text = |key: &str| sentence(line.text(key));
    let (controls, other) = read_controls(line.text("controls"));
    if !other.is_empty() {
        rows.problem(line, "controls", ProblemCode::NotUnderstood, format!("no control: {}", other.join(", ")));
    }
    let due = line.text("due");
    if !due.is_empty() && read_date(due).is_none() {
        rows.problem(line, "due", ProblemCode::NotUnderstood, "a day is written 2026-11-21");
    }
    let basis = basis(line.text("basis"));
    if basis.is_none() && !line.text("basis").is_empty() {
        rows.problem(line, "basis", ProblemCode::NotUnderstood, "it names no basis; it counts as an own reading");
    }
    let written = line.text("area").trim();
    let area = target.areas.get(written).cloned().unwrap_or_else(|| slug(written));
    let mut row = Responsibility::new(target.service.clone(), area, held.holder);
    row.stated_by.clone_from(&target.stated_by);
    row.customer = held.customer.or_else(|| target.customer.clone());
    row.title = text("title").or_else(|| (slug(written) != written).then(|| written.to_owned()));
    row.controls = controls;
    row.provider_duty = text("provider-duty").or(held.provider_duty);
    row.customer_duty = text("customer-duty").or(held.customer_duty);
    let duty = row.provider_duty.clone().unwrap_or_default();
    row.third_party = text("third-party").map(|party| ThirdParty::new(object_name(&[&party]), duty));
    row.handed_to = text("handed-to");
    // A file that its own party publishes is a published document unless a row says otherwise.
    let published =
        || (target.document.is_some() && line.text("basis").is_empty()).then_some(BasisKind::PublishedDocument);
    row.basis = basis.or_else(published).map(|kind| Basis {
        clause: text("clause"),
        document: target.document.clone(),
        ..Basis::new(kind)
    });
    let document = target.document.as_ref().and_then(|document| document.version.clone());
    row.version = text("version").or(document).or_else(|| in_force.map(str::to_owned));
    row.dated = target.dated;
    row.owner = text("owner");
    row.due = read_date(due);
    row.evidence = text("evidence").map(EvidenceRef::new).into_iter().collect();
    row
}

fn basis(text: &str) -> Option<BasisKind> {
    read_word(text).or_else(|| match key(text).as_str() {
        "contract" | "agreement" | "terms" | "契約" => Some(BasisKind::Contract),
        "document" | "published" | "white paper" | "whitepaper" | "website" | "公開文書" => {
            Some(BasisKind::PublishedDocument)
        }
        "answer" | "questionnaire" | "caiq" | "回答" => Some(BasisKind::QuestionnaireAnswer),
        "own" | "reading" | "assumption" | "own assessment" => Some(BasisKind::OwnReading),
        _ => None,
    })
}

/// `Lamp oil` → `lamp-oil`: the word under which both sides meet.
fn slug(text: &str) -> String {
    let words: Vec<String> = key(text).split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect();
    words.join("-")
}
