//! A literate fixture: what one type becomes, known, unset and unknown. A section holds one JSON block (the resource,
//! its companions, what the configuration refers to) and the rows that are expected.

use isoneph_tables::{Inventory, Sink};
use serde_json::{Map, Value, json};

/// One `##` section.
pub(super) struct Section {
    pub(super) title: String,
    pub(super) input: Value,
    pub(super) expect: String,
}

/// Takes a fixture apart.
pub(super) fn parse(text: &str) -> Vec<Section> {
    let mut sections = Vec::new();
    for part in text.split("\n## ").skip(1) {
        let title = part.lines().next().unwrap_or_default().trim().to_owned();
        let block = |kind: &str| -> Option<&str> {
            let start = part.find(&format!("```{kind}\n"))? + kind.len() + 4;
            let end = part[start..].find("```")?;
            Some(&part[start..start + end])
        };
        let json = block("json").unwrap_or_else(|| panic!("section '{title}' has no json block"));
        let input = serde_json::from_str(json).unwrap_or_else(|error| panic!("section '{title}': {error}"));
        sections.push(Section { title, input, expect: block("expect").unwrap_or_default().to_owned() });
    }
    sections
}

/// Writes what is expected into a fixture.
pub(super) fn bless(text: &str, expectations: &[String]) -> String {
    let mut parts = text.split("\n## ");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for (part, expect) in parts.zip(expectations) {
        let body = match part.find("```expect\n") {
            Some(start) => {
                let after = start + "```expect\n".len();
                let end = after + part[after..].find("```").unwrap();
                format!("{}```expect\n{expect}{}", &part[..start], &part[end..])
            }
            None => format!("{}\n\n```expect\n{expect}```\n", part.trim_end()),
        };
        out.push_str("\n## ");
        out.push_str(&body);
    }
    out
}

/// The plan that a section describes.
pub(super) fn plan(native_type: &str, input: &Value) -> Value {
    let mut main = input.clone();
    main["type"] = json!(native_type);
    main["name"] = json!("it");
    let companions = input["companions"].as_array().cloned().unwrap_or_default();
    let all: Vec<Value> = std::iter::once(main).chain(companions).collect();
    let provider = native_type.split('_').next().unwrap();
    let mut plan = json!({
        "format_version": "1.2",
        "terraform_version": input.get("terraform_version").cloned().unwrap_or(json!("1.11.4")),
        "timestamp": input.get("timestamp").cloned().unwrap_or(json!("2025-06-01T00:00:00Z")),
        "planned_values": {"root_module": {"resources": all.iter().map(planned).collect::<Vec<_>>()}},
        "resource_changes": all.iter().map(change).collect::<Vec<_>>(),
        "configuration": {
            "provider_config": {provider: input.get("provider").cloned().unwrap_or(json!({"name": provider}))},
            "root_module": {"resources": all.iter().map(configured).collect::<Vec<_>>()},
        },
        "complete": true,
        "errored": false,
    });
    if input["errored"] == json!(true) {
        plan["errored"] = json!(true);
    }
    plan
}

fn address(resource: &Value) -> String {
    format!("{}.{}", resource["type"].as_str().unwrap(), resource["name"].as_str().unwrap())
}

fn planned(resource: &Value) -> Value {
    json!({
        "address": address(resource), "mode": "managed", "type": resource["type"], "name": resource["name"],
        "schema_version": 0, "values": resource["values"],
        "sensitive_values": resource.get("sensitive").cloned().unwrap_or(json!({})),
    })
}

fn change(resource: &Value) -> Value {
    json!({
        "address": address(resource), "mode": "managed", "type": resource["type"], "name": resource["name"],
        "change": {
            "actions": [resource.get("action").cloned().unwrap_or(json!("create"))],
            "after_unknown": resource.get("unknown").cloned().unwrap_or(json!({})),
            "after_sensitive": resource.get("sensitive").cloned().unwrap_or(json!({})),
        },
    })
}

fn configured(resource: &Value) -> Value {
    let mut expressions = Map::new();
    for (path, names) in resource["references"].as_object().into_iter().flatten() {
        nest(&mut expressions, path, json!({"references": names}));
    }
    json!({
        "address": address(resource), "mode": "managed", "type": resource["type"], "name": resource["name"],
        "provider_config_key": resource["type"].as_str().unwrap().split('_').next().unwrap(),
        "expressions": expressions,
    })
}

/// `a.b.c` becomes `{"a": [{"b": [{"c": expression}]}]}`.
fn nest(into: &mut Map<String, Value>, path: &str, expression: Value) {
    match path.split_once('.') {
        None => {
            into.insert(path.to_owned(), expression);
        }
        Some((head, rest)) => {
            let blocks = into.entry(head).or_insert_with(|| json!([{}]));
            nest(blocks[0].as_object_mut().unwrap(), rest, expression);
        }
    }
}

/// Reads a document as a file would be read.
pub(super) fn read(document: &str) -> Inventory {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.json");
    std::fs::write(&path, document).unwrap();
    let mut sink = Sink::default();
    isoneph_sources::read_path(&path, &isoneph_sources::Reading::new(jiff::civil::date(2026, 7, 1)), &mut sink)
        .unwrap();
    sink.finish().unwrap()
}
