//! Assurance as sheets: what there is, what of what is in use it covers, and what one may build on.

use isoneph_model::Lang;
use isoneph_workbook::{ColumnDraft, SheetDraft};

use super::{ControlUse, Holding, ProviderPart, ScopeDifference, ServiceCoverage};

/// Every assurance, and what is to be known of it.
pub fn holdings_sheet(holdings: &[Holding], lang: Lang) -> SheetDraft {
    let title = titles(lang);
    let rows = holdings.iter().map(|holding| {
        let findings = holding.findings.iter().map(|finding| {
            let facts: Vec<String> = finding.facts.iter().map(|(name, value)| format!("{name} {value}")).collect();
            match facts.is_empty() {
                true => format!("{}: {}", finding.weight, finding.code),
                false => format!("{}: {} ({})", finding.weight, finding.code, facts.join(", ")),
            }
        });
        vec![
            holding.assurance.clone(),
            holding.title.clone(),
            holding.holder.clone(),
            if holding.holds { "yes" } else { "no" }.to_owned(),
            holding.until.map(|day| day.to_string()).unwrap_or_default(),
            findings.collect::<Vec<_>>().join("\n"),
        ]
    });
    let columns = vec![
        ColumnDraft::text(title("Assurance", "認証・保証"), 24),
        ColumnDraft::text(title("Title", "題名"), 36),
        ColumnDraft::text(title("Holder", "対象者"), 18),
        ColumnDraft::text(title("Holds", "有効"), 8),
        ColumnDraft::text(title("Until", "期限"), 12),
        ColumnDraft::text(title("To be known", "留意点"), 60),
    ];
    sheet(title("Assurance", "認証・保証"), columns, rows.collect())
}

/// Products in use against scopes.
pub fn coverage_sheet(services: &[ServiceCoverage], lang: Lang) -> SheetDraft {
    let title = titles(lang);
    let rows = services.iter().flat_map(|service| {
        service.offerings.iter().map(|found| {
            let elsewhere = found.elsewhere.iter().filter_map(|elsewhere| elsewhere.environment.clone());
            let perhaps: Vec<String> = elsewhere.chain(found.resembling.iter().cloned()).collect();
            vec![
                found.offering.clone(),
                service.service.clone(),
                found.state.to_string(),
                found.assurance.clone().unwrap_or_default(),
                found.regions_missing.join(", "),
                perhaps.join(", "),
            ]
        })
    });
    let columns = vec![
        ColumnDraft::text(title("Product in use", "利用中の製品"), 30),
        ColumnDraft::text(title("Service", "サービス"), 18),
        ColumnDraft::text(title("Covered", "対象"), 20),
        ColumnDraft::text(title("By", "認証・保証"), 24),
        ColumnDraft::text(title("Regions missing", "対象外のリージョン"), 26),
        ColumnDraft::text(title("Perhaps meant", "該当候補"), 30),
    ];
    sheet(title("Coverage", "対象範囲"), columns, rows.collect())
}

/// Control by control: the provider's assurance, the customer's own doing, or the assessor's word.
pub fn usable_sheet(service: &str, controls: &[ControlUse], lang: Lang) -> SheetDraft {
    let title = titles(lang);
    let part = |part: ProviderPart| match part {
        ProviderPart::Usable => title("usable from the provider's assurance", "プロバイダの保証を利用可"),
        ProviderPart::AssessorDecides => title("your assessor decides", "監査者の判断による"),
        ProviderPart::Nothing => title("nothing to build on", "依拠できるものなし"),
        ProviderPart::NoPart => title("no part of the provider's", "プロバイダの分担なし"),
    };
    let rows = controls.iter().map(|used| {
        let limits: Vec<String> = used.limits.iter().map(ToString::to_string).collect();
        vec![
            used.control.to_string(),
            used.title.get(lang).to_owned(),
            part(used.provider).to_owned(),
            if used.yours { title("yours", "自らの分担あり") } else { "" }.to_owned(),
            used.assurances.join(", "),
            limits.join(", "),
            used.uncovered.join(", "),
        ]
    });
    let columns = vec![
        ColumnDraft::text(title("Control", "管理策"), 12),
        ColumnDraft::text(title("Title", "題名"), 40),
        ColumnDraft::text(title("Provider's part", "プロバイダの分担"), 34),
        ColumnDraft::text(title("Your part", "自らの分担"), 14),
        ColumnDraft::text(title("Assurance", "認証・保証"), 28),
        ColumnDraft::text(title("Limits", "限界"), 30),
        ColumnDraft::text(title("Not covered", "対象外の製品"), 30),
    ];
    let name: String = service.chars().filter(|c| !"[]:*?/\\".contains(*c)).take(31).collect();
    sheet(&name, columns, rows.collect())
}

/// What scopes gained and lost between versions.
pub fn differences_sheet(differences: &[ScopeDifference], lang: Lang) -> SheetDraft {
    let title = titles(lang);
    let rows = differences.iter().flat_map(|difference| {
        let lists = [
            ("service", &difference.services_gained, &difference.services_lost),
            ("region", &difference.regions_gained, &difference.regions_lost),
            ("site", &difference.sites_gained, &difference.sites_lost),
            ("control", &difference.controls_gained, &difference.controls_lost),
        ];
        let row = |what: &str, change: &str, item: &String| {
            vec![item.clone(), what.to_owned(), change.to_owned(), difference.earlier.clone(), difference.later.clone()]
        };
        lists.into_iter().flat_map(move |(what, gained, lost)| {
            let lost = lost.iter().map(move |item| row(what, "lost", item));
            lost.chain(gained.iter().map(move |item| row(what, "gained", item))).collect::<Vec<_>>()
        })
    });
    let columns = vec![
        ColumnDraft::text(title("What", "対象"), 36),
        ColumnDraft::text(title("Sort", "種別"), 10),
        ColumnDraft::text(title("Change", "変更"), 10),
        ColumnDraft::text(title("Earlier", "旧版"), 24),
        ColumnDraft::text(title("Later", "新版"), 24),
    ];
    sheet(title("Scope changes", "範囲の変更"), columns, rows.collect())
}

fn sheet(name: &str, columns: Vec<ColumnDraft>, rows: Vec<Vec<String>>) -> SheetDraft {
    SheetDraft { name: name.to_owned(), facts: Vec::new(), columns, rows }
}

fn titles(lang: Lang) -> impl Fn(&'static str, &'static str) -> &'static str + Copy {
    move |en, ja| match lang {
        Lang::En => en,
        Lang::Ja => ja,
    }
}
