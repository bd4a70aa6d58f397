//! `docs/terraform.md`: what each Terraform resource type becomes, read off the fixtures that test it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use anyhow::Context;
use isoneph_sources::mapped_types;

use crate::root;

/// Tables that every resource has rows in; they say nothing of a type.
const EVERYWHERE: [&str; 3] = ["resource", "relation", "account"];

type Columns = BTreeMap<String, BTreeSet<String>>;

/// The page.
pub(crate) fn page() -> anyhow::Result<String> {
    let types: BTreeSet<&str> = mapped_types().into_iter().map(|mapped| mapped.native_type).collect();
    let mut clouds: BTreeMap<&str, Vec<(&str, Columns)>> = BTreeMap::new();
    for native_type in &types {
        let cloud = cloud_of(native_type);
        clouds.entry(cloud).or_default().push((native_type, columns(cloud, native_type)?));
    }
    let mut page = format!(
        "# Terraform resource types\n\n\
         <!-- Written by `cargo xtask gen` from crates/isoneph-sources/tests/terraform. -->\n\n\
         {} types are mapped into columns that checks read. Every managed resource, of any type, is also a row of\n\
         `resource`, with its references in `relation`; types that are not listed here are counted in the report. Each type\n\
         has a fixture with known, unset and unknown values.\n",
        types.len()
    );
    for (cloud, types) in clouds {
        let _ = writeln!(page, "\n## {cloud}\n\n{} types.\n\n| type | table | columns |\n|---|---|---|", types.len());
        for (native_type, tables) in types {
            for (table, columns) in tables {
                let columns: Vec<String> = columns.iter().map(|column| format!("`{column}`")).collect();
                let _ = writeln!(page, "| `{native_type}` | [`{table}`](tables.md#{table}) | {} |", columns.join(" "));
            }
        }
    }
    Ok(page)
}

fn cloud_of(native_type: &str) -> &'static str {
    match native_type.split('_').next() {
        Some("aws") => "aws",
        Some("google") => "google",
        _ => "azure",
    }
}

/// Tables and columns that stand in a type's expectations: `table uid column=value …`.
fn columns(cloud: &str, native_type: &str) -> anyhow::Result<Columns> {
    let path = Path::new("crates/isoneph-sources/tests/terraform").join(cloud).join(format!("{native_type}.md"));
    let text = std::fs::read_to_string(root().join(&path)).with_context(|| path.display().to_string())?;
    let mut columns = Columns::new();
    let mut expected = false;
    for line in text.lines() {
        if line.starts_with("```") {
            expected = line.trim() == "```expect";
            continue;
        }
        let mut words = line.split_whitespace();
        let Some(table) = words.next().filter(|table| expected && *table != "coverage") else { continue };
        if EVERYWHERE.contains(&table) && !is_about(native_type, table) {
            continue;
        }
        let named = words.skip(1).filter_map(|word| word.split_once('=')).map(|(name, _)| name);
        let is_name = |name: &&str| name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        columns.entry(table.to_owned()).or_default().extend(named.filter(is_name).map(str::to_owned));
    }
    Ok(columns)
}

/// Types that are about an account as such.
fn is_about(native_type: &str, table: &str) -> bool {
    table == "account"
        && mapped_types().iter().any(|mapped| mapped.native_type == native_type && mapped.patches.contains(&"account"))
}
