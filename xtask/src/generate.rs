//! Generated files: reference pages and schemas, each from the one place where its facts are declared.

mod baseline;
mod checks;
mod tables;
mod terraform;

use anyhow::{Context, bail};

use crate::root;

/// A file that is generated whole.
struct Generated {
    path: String,
    text: String,
}

fn all() -> anyhow::Result<Vec<Generated>> {
    let mut all = baseline::files();
    all.extend([
        Generated { path: "docs/tables.md".to_owned(), text: tables::page() },
        Generated { path: "docs/checks.md".to_owned(), text: checks::page()? },
        Generated { path: "docs/terraform.md".to_owned(), text: terraform::page()? },
        Generated { path: "docs/schema/assessment-1.schema.json".to_owned(), text: schema()? },
        Generated { path: "docs/schema/register.schema.json".to_owned(), text: register_schema()? },
    ]);
    Ok(all)
}

fn schema() -> anyhow::Result<String> {
    Ok(format!("{}\n", serde_json::to_string_pretty(&isoneph_report::assessment_schema())?))
}

fn register_schema() -> anyhow::Result<String> {
    Ok(format!("{}\n", serde_json::to_string_pretty(&isoneph_register::schema_of_any())?))
}

/// Writes every file, or with `check` fails when one is stale.
pub(crate) fn run(check: bool) -> anyhow::Result<()> {
    let mut stale = Vec::new();
    for file in all()? {
        let path = root().join(&file.path);
        if std::fs::read_to_string(&path).is_ok_and(|text| text == file.text) {
            continue;
        }
        stale.push(file.path.clone());
        if !check {
            let folder = path.parent().context("a generated file lies in a folder")?;
            std::fs::create_dir_all(folder)?;
            std::fs::write(&path, file.text).with_context(|| file.path.clone())?;
            println!("wrote {}", file.path);
        }
    }
    if check && !stale.is_empty() {
        bail!("stale: {}; run `cargo xtask gen`", stale.join(", "));
    }
    Ok(())
}
