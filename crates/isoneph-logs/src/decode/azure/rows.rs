//! Rows of the tables of a workspace: `AzureActivity`, `AzureDiagnostics`, and those of one service
//! (`AZKVAuditLogs`, `StorageBlobLogs`).
//!
//! Columns: Microsoft Learn, "Azure Monitor Logs table reference" and "Azure Diagnostics".

use serde_json::Value;

use super::super::fields::{self, Fields, object};

/// What the claims of a token are called in `AzureDiagnostics`.
const CLAIM: &str = "identity_claim_";

/// The record that a row was made of; `None` for what is no row of a table.
pub(super) fn record(row: &Fields) -> Option<Fields> {
    row.get("TimeGenerated")?;
    let mut record = Fields::new();
    let mut claims = Fields::new();
    for (name, cell) in fields::unfolded(row) {
        match name.strip_prefix(CLAIM).map(claim_name) {
            Some(claim) => {
                claims.insert(claim, cell);
            }
            None => put(&mut record, &name, cell),
        }
    }
    if !claims.is_empty() {
        record.insert("identity".to_owned(), serde_json::json!({ "claim": claims }));
    }
    // What a table calls its tenant is the workspace that the table is of.
    record.remove("TenantId");
    // Where a service has columns of its own, they are what it has as properties elsewhere.
    if object(&record, "properties").is_none() && !row.contains_key("OperationNameValue") {
        record.insert("properties".to_owned(), Value::Object(record.clone()));
    }
    Some(record)
}

/// A cell under its name without the letter of its type (`statement_s`). What holds something goes before what is empty,
/// and an object before the text that it was in another column.
fn put(record: &mut Fields, name: &str, cell: Value) {
    let name = untyped(name);
    let weight = |cell: &Value| match cell {
        Value::Null => 0,
        Value::String(text) if text.is_empty() => 0,
        Value::Object(_) | Value::Array(_) => 2,
        _ => 1,
    };
    if record.get(name).is_none_or(|known| weight(known) < weight(&cell)) {
        record.insert(name.to_owned(), cell);
    }
}

fn untyped(name: &str) -> &str {
    let typed = ["_s", "_d", "_g", "_b", "_t"].iter().find_map(|kind| name.strip_suffix(kind));
    typed.filter(|plain| !plain.is_empty()).unwrap_or(name)
}

/// `upn` of `http_schemas_xmlsoap_org_ws_2005_05_identity_claims_upn_s`.
fn claim_name(name: &str) -> String {
    let name = untyped(name);
    let last = if name.starts_with("xms_") { name } else { name.rsplit('_').next().unwrap_or(name) };
    last.to_owned()
}
