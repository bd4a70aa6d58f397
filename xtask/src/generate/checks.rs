//! `docs/checks.md`: every check, under the control whose folder it lies in.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::anyhow;
use isoneph_assess::{Check, CheckError, Pack};
use isoneph_model::{ControlId, Edition, Lang};
use isoneph_standard::Catalogue;

/// The page.
pub(crate) fn page() -> anyhow::Result<String> {
    let catalogue = Catalogue::embedded()?;
    let pack = Pack::embedded(catalogue)
        .map_err(|errors| anyhow!(errors.iter().map(CheckError::render).collect::<Vec<_>>().join("\n")))?;
    let mut by_control: BTreeMap<ControlId, Vec<&Check>> = BTreeMap::new();
    for check in pack.checks() {
        for support in check.supports_in(Edition::E2015, catalogue) {
            let under = by_control.entry(support.control).or_default();
            if !under.iter().any(|one| one.id() == check.id()) {
                under.push(check);
            }
        }
    }
    let mut page = format!(
        "# Checks\n\n<!-- Written by `cargo xtask gen` from controls/*/*/check.md. -->\n\n\
         {} checks. A check may serve several controls; it stands under each. `isoneph check show ID` prints one whole.\n",
        pack.checks().count()
    );
    for (control, checks) in by_control {
        let title = catalogue.find(Edition::E2015, control.as_str()).map_or("", |found| found.title().get(Lang::En));
        let _ = writeln!(page, "\n## {control} {title}\n\n| check | finds | severity |\n|---|---|---|");
        for check in checks {
            let _ = writeln!(
                page,
                "| [`{}`](../{}) | {} | {} |",
                check.id(),
                check.file(),
                check.title().en,
                check.severity()
            );
        }
    }
    Ok(page)
}
