//! Ready-made areas: the words under which both sides of a cloud service speak of the same duties.
//!
//! Who usually carries an area differs by model; it is a start for a draft, never an answer.

use isoneph_register::Model;
use isoneph_register::kinds::Holder;
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Area {
    /// Its word.
    pub id: &'static str,
    /// Its title.
    pub title: AreaTitle,
    /// The controls of ISO/IEC 27017:2015 that it is about.
    pub controls: &'static [&'static str],
    /// Who usually carries it in IaaS; `None` if it does not arise there.
    pub iaas: Option<Holder>,
    /// In PaaS.
    pub paas: Option<Holder>,
    /// In SaaS.
    pub saas: Option<Holder>,
}

impl Area {
    /// Who usually carries it in services of a model; `None` if it does not arise there.
    pub fn usual(&self, model: Model) -> Option<Holder> {
        match model {
            Model::Iaas => self.iaas,
            Model::Paas => self.paas,
            Model::Saas => self.saas,
        }
    }
}

/// The ready-made area of this word.
pub fn area(id: &str) -> Option<&'static Area> {
    AREAS.iter().find(|area| area.id == id)
}

/// All ready-made areas.
pub fn areas() -> &'static [Area] {
    AREAS
}

/// The areas that arise in services of a model.
pub fn expected_areas(model: Model) -> impl Iterator<Item = &'static Area> {
    AREAS.iter().filter(move |area| area.usual(model).is_some())
}

const P: Option<Holder> = Some(Holder::Provider);
const C: Option<Holder> = Some(Holder::Customer);
const S: Option<Holder> = Some(Holder::Shared);

const fn row(
    id: &'static str,
    (en, ja): (&'static str, &'static str),
    controls: &'static [&'static str],
    [iaas, paas, saas]: [Option<Holder>; 3],
) -> Area {
    Area { id, title: AreaTitle { en, ja }, controls, iaas, paas, saas }
}

#[rustfmt::skip]
const AREAS: &[Area] = &[
    row("physical-security", ("Buildings, power and hardware", "建物・電源・ハードウェア"), &["11.2.7"], [P, P, P]),
    row("patching-hypervisor", ("Patching of hosts and hypervisors", "ホスト・ハイパーバイザの更新"), &["12.6.1"], [P, P, P]),
    row("patching-guest-os", ("Patching of guest operating systems", "ゲストOSの更新"), &["12.6.1", "CLD.9.5.2"], [C, P, P]),
    row("patching-platform", ("Patching of runtimes, databases and middleware", "実行環境・DB・ミドルウェアの更新"), &["12.6.1"], [C, S, P]),
    row("patching-application", ("Patching of applications", "アプリケーションの更新"), &["12.6.1", "14.2.1"], [C, C, P]),
    row("hardening", ("Hardening of machines and images", "仮想マシン・イメージの要塞化"), &["CLD.9.5.2"], [S, P, P]),
    row("tenant-isolation", ("Keeping tenants apart", "テナントの分離"), &["CLD.9.5.1", "13.1.3"], [P, P, P]),
    row("network", ("Virtual networks and filtering", "仮想ネットワークと通信制御"), &["13.1.3", "CLD.13.1.4"], [S, S, P]),
    row("identity", ("Registering users and giving rights", "利用者登録と権限付与"), &["9.2.1", "9.2.2"], [S, S, S]),
    row("privileged-access", ("Privileged access and administrators", "特権アクセスと管理者"), &["9.2.3", "CLD.12.1.5"], [S, S, S]),
    row("authentication", ("Authentication and secrets", "認証と認証情報"), &["9.2.4", "9.4.1"], [S, S, S]),
    row("key-management", ("Cryptography and keys", "暗号と鍵管理"), &["10.1.1", "10.1.2"], [S, S, S]),
    row("backup", ("Backup and restoring", "バックアップと復元"), &["12.3.1"], [S, S, S]),
    row("logging", ("Logs and clocks", "ログと時刻"), &["12.4.1", "12.4.3", "12.4.4"], [S, S, S]),
    row("monitoring", ("Watching the service", "サービスの監視"), &["CLD.12.4.5"], [S, S, S]),
    row("capacity", ("Capacity", "容量・能力"), &["12.1.3"], [S, S, P]),
    row("change-management", ("Changes and notices of them", "変更管理と通知"), &["12.1.2"], [S, S, P]),
    row("development", ("Secure development", "セキュリティに配慮した開発"), &["14.2.1"], [C, C, P]),
    row("asset-inventory", ("Inventory and labelling of data", "データの目録とラベル付け"), &["8.1.1", "8.2.2"], [S, S, S]),
    row(INCIDENTS, ("Security incidents", "セキュリティインシデント"), &["16.1.1", "16.1.2"], [S, S, S]),
    row("evidence-collection", ("Digital evidence", "デジタル証拠"), &["16.1.7"], [S, S, S]),
    row("data-location", ("Where data is kept", "データの所在"), &["6.1.3", "18.1.1"], [S, S, P]),
    row("legal-requirements", ("Law and contracts", "法令及び契約上の要求"), &["18.1.1", "18.1.3", "18.1.5"], [S, S, S]),
    row("suppliers", ("Suppliers below", "再委託先・下位事業者"), &["15.1.3"], [P, P, P]),
    row("awareness", ("Awareness and training", "意識向上と教育"), &["7.2.2"], [S, S, S]),
    row("exit", ("Return and removal of data at the end", "契約終了時の返却と消去"), &["CLD.8.1.5"], [S, S, S]),
    row("independent-review", ("Independent review and certificates", "独立したレビューと認証"), &["18.2.1"], [P, P, P]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use isoneph_model::{ControlId, Edition};
    use isoneph_standard::Catalogue;

    #[test]
    fn areas_are_named_once_and_their_controls_exist() {
        let mut ids: Vec<&str> = AREAS.iter().map(|area| area.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), AREAS.len());
        let catalogue = Catalogue::embedded().unwrap();
        for control in AREAS.iter().flat_map(|area| area.controls) {
            let id: ControlId = control.parse().unwrap();
            assert!(catalogue.control(Edition::E2015, &id).is_some(), "{control}");
        }
    }
}
