//! What the values of an export in JSON say: texts, lists, and objects that stand for people and things.

use serde_json::{Map, Value};

use super::json::is_empty;
use super::record::{Column, Record};
use super::state::{is_waiting, of_approval, plain};

/// How deep people and lists are nested in what we read.
const MAX_DEPTH: usize = 6;

/// Under which keys a text stands for an object: of a person the address before the name, of a choice its name.
const TEXTS: [&str; 16] = [
    "emailAddress",
    "email",
    "mail",
    "login",
    "username",
    "userPrincipalName",
    "displayName",
    "display_value",
    "displayValue",
    "name",
    "value",
    "user",
    "author",
    "approver",
    "label",
    "title",
];

/// What names a thing of a cloud better than its name.
const IDS: [&str; 10] = [
    "arn",
    "resource_id",
    "resourceId",
    "account_id",
    "accountId",
    "subscriptionId",
    "projectId",
    "self_link",
    "id",
    "uid",
];

/// Keys by which an object is known to be a row of the register's own, whose `id` is nobody else's.
const OF_REGISTERS: [&str; 5] = ["self", "value", "display_value", "workspaceId", "sys_id"];

/// Adds the texts that stand for a value of a column; `false` where something in it was not understood.
pub(super) fn flatten(value: &Value, column: Column, to: &mut Vec<String>) -> bool {
    within(value, column, to, 0)
}

fn within(value: &Value, column: Column, to: &mut Vec<String>, depth: usize) -> bool {
    if depth > MAX_DEPTH {
        return false;
    }
    match value {
        Value::String(text) => to.push(text.clone()),
        Value::Number(number) => to.push(number.to_string()),
        Value::Bool(truth) => to.push(truth.to_string()),
        Value::Array(values) => {
            // All of them are taken, also behind one that is not understood.
            return values.iter().filter(|value| !within(value, column, to, depth + 1)).count() == 0;
        }
        Value::Object(object) => return of_object(object, column, to, depth),
        Value::Null => {}
    }
    true
}

fn of_object(object: &Map<String, Value>, column: Column, to: &mut Vec<String>, depth: usize) -> bool {
    // A review that asks for changes approves nothing.
    let state = object.get("state").and_then(Value::as_str).filter(|_| column == Column::Approvers);
    // Azure DevOps counts votes: none is 0.
    let has_not_voted = column == Column::Approvers && object.get("vote").and_then(Value::as_i64) == Some(0);
    let is_no_approval = has_not_voted || state.is_some_and(|state| of_approval(&plain(state)) != Some(true));
    if is_no_approval && !has_refused(object) {
        return true;
    }
    let of_thing = matches!(column, Column::Accounts | Column::Resources | Column::Items | Column::Roles)
        && !OF_REGISTERS.iter().any(|key| object.contains_key(*key));
    let ids = if of_thing { &IDS[..] } else { &[] };
    let text = ids.iter().chain(&TEXTS).find(|key| is_said(object, key)).and_then(|key| object.get(*key));
    let Some(text) = text else { return object.values().all(is_empty) };
    let first = to.len();
    // Only the outermost object of an approver says what was decided.
    let inner = if column == Column::Approvers { Column::Requester } else { column };
    let is_understood = within(text, inner, to, depth + 1);
    if column == Column::Approvers && has_refused(object) {
        to[first..].iter_mut().for_each(|name| name.push_str(" - not approved"));
    }
    is_understood
}

/// Whether a key says something. Where ServiceNow displays nothing, what its database holds is the number of a row.
fn is_said(object: &Map<String, Value>, key: &str) -> bool {
    object.get(key).is_some_and(|value| !is_empty(value) || key == "display_value")
}

/// Whether an object with an approver says that they refused, or have not decided yet.
fn has_refused(object: &Map<String, Value>) -> bool {
    const DECISIONS: [&str; 5] = ["decision", "approverDecision", "approvalStatus", "status", "approved"];
    let mut decisions = DECISIONS.iter().filter_map(|key| object.get(*key));
    let against = object.get("vote").and_then(Value::as_i64).is_some_and(|vote| vote < 0)
        || object.get("hasDeclined").and_then(Value::as_bool) == Some(true);
    against
        || decisions.any(|decision| match decision {
            Value::Bool(approved) => !approved,
            Value::String(word) => of_approval(&plain(word)) == Some(false) || is_waiting(&plain(word)),
            _ => false,
        })
}

/// Approvals one by one, as Jira Service Management gives them: `[{"finalDecision": …, "approvers": [{"approver": …,
/// "approverDecision": …}]}]`, or with the approver beside the decision. All of them must have ended well.
pub(super) fn decisions(value: &Value, record: &mut Record) {
    let approvals = value.as_array().map_or(&[][..], Vec::as_slice);
    let worst = approvals.iter().map(decision).reduce(|a, b| if a == "approved" { b } else { a });
    record.add(Column::Approval, worst);
    let completed = |approval: &Value| {
        let date = approval.get("completedDate")?;
        date.as_str().or_else(|| date.get("iso8601")?.as_str()).map(str::to_owned)
    };
    record.add(Column::ApprovedAt, approvals.iter().filter_map(completed));
    for approval in approvals {
        let listed = approval.get("approvers").and_then(Value::as_array);
        let by_one = || listed.is_none() && decision(approval) == "approved";
        let given = |approver: &&Value| {
            let decision = approver.get("approverDecision").and_then(Value::as_str);
            decision.is_some_and(|decision| decision.eq_ignore_ascii_case("approved"))
        };
        let one = by_one().then_some(approval);
        let approvers = listed.into_iter().flatten().filter(given).chain(one);
        for approver in approvers {
            let mut texts = Vec::new();
            within(approver.get("approver").unwrap_or(approver), Column::Requester, &mut texts, 1);
            record.add(Column::Approvers, texts);
        }
    }
}

/// The word for what came of one approval: of one that has not ended none stands there.
fn decision(approval: &Value) -> String {
    const WORDS: [&str; 5] = ["finalDecision", "decision", "approverDecision", "state", "status"];
    let Some(object) = approval.as_object() else { return "unknown".to_owned() };
    let word = WORDS.iter().find_map(|key| object.get(*key).and_then(Value::as_str));
    match (word, object.get("approved").and_then(Value::as_bool)) {
        (Some(word), _) if of_approval(&plain(word)) == Some(true) => "approved".to_owned(),
        (Some(word), _) => word.to_lowercase(),
        (None, Some(approved)) => if approved { "approved" } else { "pending" }.to_owned(),
        (None, None) => "pending".to_owned(),
    }
}
