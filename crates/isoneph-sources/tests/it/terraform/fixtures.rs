//! Every mapped type has a fixture with a known, an unset and an unknown part, and becomes what it says.

use std::fs;
use std::path::PathBuf;

use isoneph_model::RowId;
use isoneph_sources::{MappedType, mapped_types};
use isoneph_tables::{Inventory, TableId};
use serde_json::Value;

use super::fixture::{bless, parse, plan, read};
use super::listing::lines;

fn path_of(native_type: &str) -> PathBuf {
    let provider = match native_type.split('_').next() {
        Some("aws") => "aws",
        Some("google") => "google",
        _ => "azure",
    };
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/terraform");
    root.join(provider).join(format!("{native_type}.md"))
}

/// The rows that a section is about: those of the resource itself, and those of others that it may have changed.
fn listing(inventory: &Inventory, mapped: &MappedType, first: bool) -> String {
    let own = format!("0:{}.it", mapped.native_type);
    let mut out = String::new();
    for line in lines(inventory, false) {
        let estate = ["resource", "relation", "account"].contains(&line.table);
        let is_own = line.uid == own || line.uid.starts_with(&format!("{own}#"));
        let patched = mapped.patches.contains(&line.table);
        if (is_own && (!estate || first)) || patched {
            out.push_str(&line.text);
            out.push('\n');
        }
    }
    let partial = inventory.coverage.iter().filter(|entry| !entry.extent.is_closed());
    for entry in partial {
        let scope = [&entry.scope.native_type, &entry.scope.subject].into_iter().flatten();
        let scope: Vec<&str> = scope.map(String::as_str).collect();
        let code = entry.code.map_or("", |code| code.as_str());
        out.push_str(format!("coverage {} {} {code} {}", entry.table, entry.extent, scope.join(" ")).trim_end());
        out.push('\n');
    }
    out
}

/// Each row's place is a pointer into the very document.
fn check_pointers(inventory: &Inventory, document: &Value) {
    for table in TableId::all() {
        for index in 0..inventory.table(table).num_rows() {
            let row = RowId::new(table.ordinal(), index).unwrap();
            let place = inventory.place(row).unwrap();
            let pointer = place.locator.as_str().trim_start_matches('#');
            assert!(document.pointer(pointer).is_some(), "{table}: {pointer} leads nowhere");
        }
    }
}

#[test]
#[allow(clippy::disallowed_methods, reason = "blessing is asked for by a variable, as everywhere in this workspace")]
fn every_mapped_type_becomes_what_its_fixture_says() {
    // `1` for all, or the beginning of a type's name.
    let bless_what = std::env::var("ISONEPH_BLESS").ok();
    let mut troubles = Vec::new();
    for mapped in mapped_types() {
        let blessing = bless_what.as_deref().is_some_and(|what| what == "1" || mapped.native_type.starts_with(what));
        let path = path_of(mapped.native_type);
        let Ok(text) = fs::read_to_string(&path) else {
            troubles.push(format!("{}: there is no fixture {}", mapped.native_type, path.display()));
            continue;
        };
        let sections = parse(&text);
        for wanted in ["known", "unset", "unknown"] {
            if !sections.iter().any(|section| section.title == wanted) {
                troubles.push(format!("{}: the fixture has no section '{wanted}'", mapped.native_type));
            }
        }
        let mut found = Vec::new();
        for (i, section) in sections.iter().enumerate() {
            let document = plan(mapped.native_type, &section.input);
            let inventory = read(&document.to_string());
            check_pointers(&inventory, &document);
            let listing = listing(&inventory, &mapped, i == 0);
            if listing != section.expect && !blessing {
                let difference = format!("expected:\n{}found:\n{listing}", section.expect);
                troubles.push(format!("{} '{}':\n{difference}", mapped.native_type, section.title));
            }
            found.push(listing);
        }
        if blessing {
            fs::write(&path, bless(&text, &found)).unwrap();
        }
    }
    assert!(troubles.is_empty(), "{}", troubles.join("\n"));
}

#[test]
fn a_mapping_fills_the_tables_that_it_says() {
    for mapped in mapped_types() {
        let Ok(text) = fs::read_to_string(path_of(mapped.native_type)) else { continue };
        let own = format!("0:{}.it", mapped.native_type);
        for section in parse(&text) {
            let inventory = read(&plan(mapped.native_type, &section.input).to_string());
            for line in lines(&inventory, false) {
                let is_own = line.uid == own || line.uid.starts_with(&format!("{own}#"));
                let estate = ["resource", "relation", "account"].contains(&line.table);
                assert!(
                    !is_own || estate || mapped.fills.contains(&line.table),
                    "{} writes to {} and does not say so",
                    mapped.native_type,
                    line.table
                );
            }
        }
    }
}
