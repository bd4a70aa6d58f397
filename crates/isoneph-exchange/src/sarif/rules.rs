//! Checks as rules, and ISO/IEC 27017 as the taxonomy they relate to.

use std::collections::{BTreeMap, BTreeSet};

use isoneph_assessment::{CheckInfo, Head};
use isoneph_model::{ControlId, Lang, Severity};
use isoneph_standard::Catalogue;
use serde_json::{Value, json};

use super::document::{
    ComponentRef, Configuration, Driver, Multiformat, Relationship, Rule, Taxon, TaxonRef, Taxonomy, Tool,
};

const STANDARD: &str = "ISO/IEC 27017";

fn standard() -> ComponentRef {
    ComponentRef { name: STANDARD, index: 0 }
}

pub(super) fn tool(head: &Head, lang: Lang) -> Tool {
    Tool {
        driver: Driver {
            name: head.tool.name,
            version: head.tool.version,
            semantic_version: head.tool.version,
            supported_taxonomies: vec![standard()],
            rules: head.checks.iter().map(|check| rule(check, lang)).collect(),
        },
    }
}

fn rule(check: &CheckInfo, lang: Lang) -> Rule {
    let controls: BTreeSet<&ControlId> = check.supports.iter().map(|s| &s.control).collect();
    let relationship = |control: &&ControlId| Relationship {
        target: TaxonRef { id: control.to_string(), tool_component: standard() },
        kinds: ["relevant"],
    };
    let mut tags = vec!["security".to_owned()];
    tags.extend(controls.iter().map(|control| format!("iso27017/{control}")));
    let prose = |text: &str| {
        let text = text.trim();
        (!text.is_empty()).then(|| Multiformat { text: text.to_owned(), markdown: Some(text.to_owned()) })
    };
    let properties: BTreeMap<&'static str, Value> = [
        ("security-severity", json!(security_severity(check.severity))),
        ("severity", json!(check.severity)),
        ("problem.severity", json!(level(check.severity))),
        ("subject", json!(check.subject)),
        ("file", json!(check.file)),
        ("tags", json!(tags)),
    ]
    .into();
    Rule {
        id: check.id.clone(),
        short_description: Multiformat { text: check.title.get(lang).to_owned(), markdown: None },
        full_description: prose(&check.why),
        help: prose(&check.fix),
        default_configuration: Configuration { level: level(check.severity) },
        relationships: controls.iter().map(relationship).collect(),
        properties,
    }
}

/// The level of a failing result.
pub(super) fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low => "note",
    }
}

/// A number in the band that code hosts show as the same word.
fn security_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.0",
    }
}

/// The controls that the checks of this run bear on.
pub(super) fn taxonomy(head: &Head, catalogue: &Catalogue, lang: Lang) -> Taxonomy {
    let controls: BTreeSet<&ControlId> = head.checks.iter().flat_map(|c| &c.supports).map(|s| &s.control).collect();
    let facts = catalogue.edition(head.edition).facts();
    let taxon = |id: &ControlId| {
        let title = catalogue.control(head.edition, id).map(|c| c.title.get(lang).to_owned());
        let short_description = title.map(|text| Multiformat { text, markdown: None });
        Taxon { id: id.to_string(), short_description }
    };
    Taxonomy {
        name: STANDARD,
        version: head.edition.to_string(),
        organization: "ISO/IEC",
        short_description: Multiformat { text: facts.title.get(lang).to_owned(), markdown: None },
        taxa: controls.into_iter().map(taxon).collect(),
    }
}
