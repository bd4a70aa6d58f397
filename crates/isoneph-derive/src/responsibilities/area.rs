//! Ready-made areas: the words under which both sides of a cloud service speak of the same duties. The areas are those
//! of the register's drafts; this adds what people call them.

use std::sync::OnceLock;

use isoneph_model::ControlId;
use isoneph_register::kinds::Holder;
use isoneph_register::{Model, ready_areas};
use serde::Serialize;

/// The area of 16.1.1: six facts are told for it.
pub(super) const INCIDENTS: &str = "incident-response";

/// A title in the languages isoneph speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct AreaTitle {
    /// English.
    pub en: &'static str,
    /// Japanese.
    pub ja: &'static str,
}

/// A ready-made area.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Area {
    /// Its word.
    pub id: String,
    /// What people call it, where that is known.
    pub title: Option<AreaTitle>,
    /// The controls of ISO/IEC 27017:2015 that it is about.
    pub controls: Vec<ControlId>,
    /// Who usually carries it, by model; it does not arise in the others. A start for a draft, never an answer.
    pub usual: Vec<(Model, Holder)>,
}

/// The ready-made area of this word.
pub fn area(id: &str) -> Option<&'static Area> {
    areas().iter().find(|area| area.id == id)
}

/// All ready-made areas.
pub fn areas() -> &'static [Area] {
    static AREAS: OnceLock<Vec<Area>> = OnceLock::new();
    AREAS.get_or_init(|| {
        let mut areas: Vec<Area> = Vec::new();
        for model in Model::ALL {
            for ready in ready_areas(*model) {
                if ready.holder == Holder::NotApplicable {
                    continue;
                }
                let usual = (*model, ready.holder);
                match areas.iter_mut().find(|area| area.id == ready.area) {
                    Some(area) => area.usual.push(usual),
                    None => areas.push(Area {
                        title: title(&ready.area),
                        id: ready.area,
                        controls: ready.controls,
                        usual: vec![usual],
                    }),
                }
            }
        }
        areas
    })
}

/// The areas that arise in services of a model.
pub fn expected_areas(model: Model) -> impl Iterator<Item = &'static Area> {
    areas().iter().filter(move |area| area.usual.iter().any(|(of, _)| *of == model))
}

fn title(id: &str) -> Option<AreaTitle> {
    TITLES.iter().find(|(of, ..)| *of == id).map(|(_, en, ja)| AreaTitle { en, ja })
}

#[rustfmt::skip]
const TITLES: &[(&str, &str, &str)] = &[
    ("physical-security", "Buildings, power and hardware", "建物・電源・ハードウェア"),
    ("patching-hypervisor", "Patching of hosts and hypervisors", "ホスト・ハイパーバイザの更新"),
    ("patching-guest-os", "Patching of guest operating systems", "ゲストOSの更新"),
    ("patching-platform", "Patching of runtimes, databases and middleware", "実行環境・DB・ミドルウェアの更新"),
    ("patching-application", "Patching of applications", "アプリケーションの更新"),
    ("hardening", "Hardening of machines and images", "仮想マシン・イメージの要塞化"),
    ("tenant-isolation", "Keeping tenants apart", "テナントの分離"),
    ("network", "Virtual networks and filtering", "仮想ネットワークと通信制御"),
    ("identity", "Registering users and giving rights", "利用者登録と権限付与"),
    ("privileged-access", "Privileged access and administrators", "特権アクセスと管理者"),
    ("authentication", "Authentication and secrets", "認証と認証情報"),
    ("key-management", "Cryptography and keys", "暗号と鍵管理"),
    ("backup", "Backup and restoring", "バックアップと復元"),
    ("logging", "Logs and clocks", "ログと時刻"),
    ("monitoring", "Watching the service", "サービスの監視"),
    ("capacity", "Capacity", "容量・能力"),
    ("change-management", "Changes and notices of them", "変更管理と通知"),
    ("development", "Secure development", "セキュリティに配慮した開発"),
    ("asset-inventory", "Inventory and labelling of data", "データの目録とラベル付け"),
    (INCIDENTS, "Security incidents", "セキュリティインシデント"),
    ("evidence-collection", "Digital evidence", "デジタル証拠"),
    ("data-location", "Where data is kept", "データの所在"),
    ("legal-requirements", "Law and contracts", "法令及び契約上の要求"),
    ("suppliers", "Suppliers below", "再委託先・下位事業者"),
    ("awareness", "Awareness and training", "意識向上と教育"),
    ("exit", "Return and removal of data at the end", "契約終了時の返却と消去"),
    ("independent-review", "Independent review and certificates", "独立したレビューと認証"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ready_made_area_has_a_title_and_every_title_an_area() {
        assert!(areas().iter().all(|area| area.title.is_some()), "{:?}", areas());
        assert!(TITLES.iter().all(|(id, ..)| area(id).is_some()));
        assert!(area(INCIDENTS).is_some());
    }
}
