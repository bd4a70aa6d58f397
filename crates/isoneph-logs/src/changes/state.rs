//! Whether a change was approved, from the words that registers use.

use super::ReadOptions;

/// Whether a change was approved. The column for the approval outweighs the state; a state that comes after approval in
/// the usual processes says that it was given; a mere "done" says so only where an approver is named.
pub(super) fn approved(approval: &str, state: &str, has_approver: bool, options: &ReadOptions) -> Option<bool> {
    let (approval, state) = (approval.to_lowercase(), state.to_lowercase());
    match approval.as_str() {
        "approved" | "true" | "yes" | "1" | "granted" | "accepted" | "pre-approved" | "preapproved" => {
            return Some(true);
        }
        "" => {}
        "rejected" | "declined" | "false" | "no" | "0" | "not requested" | "not yet requested" | "requested"
        | "pending" | "cancelled" | "canceled" | "denied" | "changes_requested" => return Some(false),
        _ => return None,
    }
    if options.approved_states.iter().any(|own| own.to_lowercase() == state) {
        return Some(true);
    }
    match state.as_str() {
        "approved" | "authorised" | "authorized" | "scheduled" | "implement" | "implementing" | "implemented"
        | "review" | "-2" | "-1" | "0" => Some(true),
        "rejected"
        | "declined"
        | "denied"
        | "cancelled"
        | "canceled"
        | "withdrawn"
        | "draft"
        | "new"
        | "open"
        | "to do"
        | "requested"
        | "assess"
        | "assessing"
        | "authorize"
        | "authorise"
        | "pending"
        | "pending approval"
        | "waiting for approval"
        | "awaiting approval"
        | "planning"
        | "-5"
        | "-4"
        | "-3"
        | "4"
        | "failed" => Some(false),
        "closed" | "closed complete" | "closed successful" | "complete" | "completed" | "done" | "resolved" | "3"
        | "success" | "succeeded" | "" => has_approver.then_some(true),
        _ => None,
    }
}
