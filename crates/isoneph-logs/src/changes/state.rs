//! Whether a change was approved, from the words that registers use.

use super::ReadOptions;
use super::naming::{Naming, naming};

/// What a row says of its approval.
pub(super) struct Given<'a> {
    /// The column for the approval.
    pub(super) approval: &'a [String],
    /// The state, as a word, as a number, or both.
    pub(super) state: &'a [String],
    /// How it ended: the close code, the resolution, a run's conclusion.
    pub(super) outcome: &'a [String],
    /// Who approved, as written.
    pub(super) approvers: &'a [String],
    /// Whether the row has a place for who approved.
    pub(super) says_approvers: bool,
    /// Whether the row is ServiceNow's, whose states have a meaning of their own.
    pub(super) of_service_now: bool,
}

impl Given<'_> {
    fn is_refused_by_somebody(&self) -> bool {
        has(self.approvers, Naming::NotYet)
    }

    /// What those say who are to approve. Nobody named says nothing.
    fn by_approvers(&self) -> Option<bool> {
        match (has(self.approvers, Naming::Somebody), self.is_refused_by_somebody()) {
            (true, false) => Some(true),
            (false, true) => Some(false),
            _ => None,
        }
    }
}

fn has(names: &[String], what: Naming) -> bool {
    names.iter().any(|text| naming(text) == what)
}

/// What a word of an approval, or of a state, says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    Approved,
    Refused,
    /// It is over: whether it was approved is not said.
    Over,
    Unknown,
}

/// Whether a change was approved. A change that was called off approves nothing, whatever was said before. Then the
/// column for the approval outweighs the state; a state that comes after approval in the usual processes says that it
/// was given; a mere "done" says so only where an approver is named. Somebody who refused contradicts both, and a draft its
/// approval.
pub(super) fn approved(given: &Given<'_>, options: &ReadOptions) -> Option<bool> {
    if was_called_off(given) {
        return Some(false);
    }
    let by_words = by_words(given, options);
    let contradicted =
        given.is_refused_by_somebody() || given.state.iter().any(|state| comes_before_approval(&plain(state)));
    by_words.filter(|approved| !(*approved && contradicted))
}

fn by_words(given: &Given<'_>, options: &ReadOptions) -> Option<bool> {
    if !given.approval.is_empty() {
        return by_approval(given.approval);
    }
    let own = |state: &String| options.approved_states.iter().any(|own| plain(own) == plain(state));
    if given.state.iter().any(own) {
        return Some(true);
    }
    let Some(state) = given.state.first() else { return given.by_approvers() };
    match said(&plain(state)) {
        // ServiceNow's review looks back at what was done; others look at what is to be approved.
        Said::Approved if plain(state) == "review" && !given.of_service_now => None,
        Said::Approved => Some(true),
        Said::Refused => Some(false),
        Said::Over => given.by_approvers(),
        Said::Unknown => None,
    }
}

/// Whether the run of a pipeline was approved: by its reviewers, its own state saying that it worked and no more. Lists of
/// runs as the services give them do not say who reviewed. A run that was cancelled may have done something before, or
/// nobody may have let it begin.
pub(super) fn run_approved(given: &Given<'_>) -> Option<bool> {
    let ends = || given.state.iter().chain(given.outcome).map(|word| plain(word));
    let approved = match given.approval {
        [] if !given.says_approvers => None,
        [] => approved_by(given.approvers),
        words => by_approval(words).filter(|approved| !(*approved && given.is_refused_by_somebody())),
    };
    if ends().any(|word| matches!(word.as_str(), "skipped" | "startup failure" | "action required" | "waiting"))
        || ends().any(|word| calls_off(&word) && !is_cancelled(&word))
    {
        return Some(false);
    }
    if ends().any(|word| is_cancelled(&word)) { approved.filter(|approved| !approved) } else { approved }
}

/// Whether those approved whom a place for approvers names. With nobody in it, it says that nobody did.
pub fn approved_by(names: &[String]) -> Option<bool> {
    let is_nobody = |name: &String| matches!(naming(name), Naming::Nobody | Naming::Program);
    match (names.iter().all(is_nobody), has(names, Naming::Somebody), has(names, Naming::NotYet)) {
        (true, ..) | (_, false, true) => Some(false),
        (_, true, false) => Some(true),
        _ => None,
    }
}

/// Whether a change that is, or is not, approved approves something after what came of it, told in somebody's own words: a
/// few words that call it off are plain, more of them may speak of something else.
pub fn approved_after(approved: bool, outcome: &str) -> Option<bool> {
    const FEW: usize = 3;
    let outcome = plain(outcome);
    match calls_off(&outcome) {
        _ if !approved => Some(false),
        false => Some(true),
        true => (outcome.split(' ').count() <= FEW).then_some(false),
    }
}

fn was_called_off(given: &Given<'_>) -> bool {
    let numbered = given.state.iter().any(|state| state == "4" || state == "7");
    numbered || given.state.iter().chain(given.outcome).any(|word| calls_off(&plain(word)))
}

/// Several approvals count when all of them ended well.
fn by_approval(words: &[String]) -> Option<bool> {
    let one = |word: &String| of_approval(&plain(word));
    words.iter().map(one).reduce(|one, other| match (one, other) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    })?
}

/// Whether a box is ticked.
pub(super) fn is_yes(words: &[String]) -> bool {
    words.iter().any(|word| matches!(plain(word).as_str(), "true" | "yes" | "1" | "y" | "x" | "はい"))
}

/// What a word in its plain form says as an approval.
pub(super) fn of_approval(word: &str) -> Option<bool> {
    match word {
        "approved" | "true" | "yes" | "1" | "granted" | "accepted" | "pre approved" | "preapproved" | "承認"
        | "承認済" | "承認済み" => Some(true),
        "false" | "no" | "0" | "not requested" | "not yet requested" | "requested" | "pending"
        | "changes requested" | "not approved" | "disapproved" | "expired" | "duplicate" | "未承認" | "未"
        | "申請中" | "承認待ち" | "差戻し" | "差し戻し" => Some(false),
        word => calls_off(word).then_some(false),
    }
}

/// Whether words say that a decision is still to come.
pub(super) fn is_waiting(words: &str) -> bool {
    const WAITING: [&str; 7] = ["pending", "waiting", "awaiting", "awaits", "outstanding", "requested", "undecided"];
    words.split(' ').any(|word| WAITING.contains(&word))
        || ["未承認", "承認待", "申請中", "確認中", "保留", "差戻", "差し戻"].iter().any(|part| words.contains(part))
}

fn said(state: &str) -> Said {
    match state {
        "approved"
        | "authorised"
        | "authorized"
        | "scheduled"
        | "implement"
        | "implementing"
        | "implemented"
        | "awaiting implementation"
        | "review"
        | "-2"
        | "-1"
        | "0"
        | "承認"
        | "承認済"
        | "承認済み"
        | "作業中"
        | "実施中"
        | "実施済"
        | "実施済み" => Said::Approved,
        "draft"
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
        | "起票"
        | "申請中"
        | "未承認"
        | "承認待ち"
        | "差戻し"
        | "差し戻し" => Said::Refused,
        "closed"
        | "closed complete"
        | "closed successful"
        | "complete"
        | "completed"
        | "done"
        | "resolved"
        | "3"
        | "success"
        | "succeeded"
        | "failed"
        | "unsuccessful"
        | "closed unsuccessful"
        | "closed failed"
        | "完了"
        | "終了"
        | "クローズ"
        | "" => Said::Over,
        state if awaits_approval(state) => Said::Refused,
        _ => Said::Unknown,
    }
}

/// Whether a state says that an approval is still to come: `Waiting for CAB approval`.
fn awaits_approval(state: &str) -> bool {
    state == "peer review change manager approval"
        || is_waiting(state) && state.split(' ').any(|word| word == "approval")
}

/// Whether a run has ended, by the words of its state and of what came of it.
pub(super) fn has_ended(state: &[String], outcome: &[String]) -> bool {
    #[rustfmt::skip]
    const ENDED: [&str; 14] = [
        "completed", "complete", "success", "successful", "succeeded", "failed", "failure", "canceled", "cancelled",
        "done", "finished", "closed", "timed out", "skipped",
    ];
    !outcome.is_empty() || state.iter().any(|word| ENDED.contains(&plain(word).as_str()))
}

/// Whether a change in this state is still to be approved.
fn comes_before_approval(state: &str) -> bool {
    const STATES: [&str; 14] = [
        "draft",
        "new",
        "requested",
        "assess",
        "assessing",
        "authorize",
        "authorise",
        "pending approval",
        "waiting for approval",
        "awaiting approval",
        "起票",
        "-5",
        "-4",
        "-3",
    ];
    STATES.contains(&state)
        || awaits_approval(state)
        || ["未承認", "承認待", "申請中", "差戻", "差し戻"].iter().any(|part| state.contains(part))
}

/// Whether a word says that the change was called off, or never let begin: `Canceled`, `Closed - cancelled`,
/// `Rejected by CAB`, `Won't do`.
fn calls_off(word: &str) -> bool {
    const WORDS: [&str; 19] = [
        "rejected",
        "reject",
        "declined",
        "decline",
        "denied",
        "refused",
        "withdrawn",
        "withdraw",
        "revoked",
        "rescinded",
        "abandoned",
        "superseded",
        "void",
        "voided",
        "skipped",
        "disapproved",
        "duplicate",
        "obsolete",
        "unapproved",
    ];
    const PHRASES: [&str; 12] = [
        "not approved",
        "won t do",
        "wont do",
        "won t fix",
        "wont fix",
        "not started",
        "not implemented",
        "never started",
        "却下",
        "否認",
        "取り下げ",
        "不承認",
    ];
    is_cancelled(word) || word.split(' ').any(|part| WORDS.contains(&part)) || PHRASES.iter().any(|p| word.contains(p))
}

fn is_cancelled(word: &str) -> bool {
    let cancelled = |part: &str| matches!(part, "cancelled" | "canceled" | "cancel" | "cancellation");
    word.split(' ').any(cancelled) || ["キャンセル", "取消", "取り消し", "中止"].iter().any(|own| word.contains(own))
}

/// A word in lower case, its parts joined by one space; a number as it stands.
pub(super) fn plain(word: &str) -> String {
    let word = word.trim().to_lowercase();
    if word.parse::<i64>().is_ok() {
        return word;
    }
    word.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    fn judged(approval: &[&str], state: &[&str], outcome: &[&str], run: bool) -> Option<bool> {
        by(&["bea"], approval, state, outcome, run)
    }

    fn by(approvers: &[&str], approval: &[&str], state: &[&str], outcome: &[&str], run: bool) -> Option<bool> {
        let (approval, state, outcome) = (texts(approval), texts(state), texts(outcome));
        let approvers = texts(approvers);
        let given = Given {
            approval: &approval,
            state: &state,
            outcome: &outcome,
            approvers: &approvers,
            says_approvers: true,
            of_service_now: state.iter().any(|state| state.parse::<i32>().is_ok()),
        };
        if run { run_approved(&given) } else { approved(&given, &ReadOptions::default()) }
    }

    #[test]
    fn what_was_called_off_approves_nothing_whatever_its_approval_says() {
        type Case = (&'static str, &'static [&'static str], &'static [&'static str], Option<bool>);
        let cases: [Case; 22] = [
            ("plain", &["Cancelled"], &[], Some(false)),
            ("plain", &["Rejected"], &[], Some(false)),
            ("plain", &["withdrawn"], &[], Some(false)),
            ("plain", &["Closed - cancelled"], &[], Some(false)),
            ("plain", &["Rejected by CAB"], &[], Some(false)),
            ("plain", &["却下"], &[], Some(false)),
            ("ServiceNow", &["Canceled", "4"], &[], Some(false)),
            ("ServiceNow in another language", &["Abgebrochen", "4"], &[], Some(false)),
            ("ServiceNow's number", &["4"], &[], Some(false)),
            ("ServiceNow", &["Closed Skipped", "7"], &[], Some(false)),
            ("ServiceNow", &["Closed", "3"], &["Closed not started"], Some(false)),
            ("ServiceNow", &["Closed", "3"], &["Successful"], Some(true)),
            // It was approved and begun, and went wrong.
            ("ServiceNow", &["Closed", "3"], &["Unsuccessful"], Some(true)),
            ("ServiceNow", &["Implement", "-1"], &[], Some(true)),
            ("Jira", &["Canceled"], &[], Some(false)),
            ("Jira", &["Declined"], &[], Some(false)),
            ("Jira", &["Closed"], &["Won't Do"], Some(false)),
            ("Jira", &["Done"], &["Declined"], Some(false)),
            ("Jira", &["Done"], &["Duplicate"], Some(false)),
            ("Jira", &["Done"], &["Done"], Some(true)),
            ("Jira", &["Awaiting implementation"], &[], Some(true)),
            ("none", &[], &[], Some(true)),
        ];
        for (of, state, outcome, expected) in cases {
            assert_eq!(judged(&["approved"], state, outcome, false), expected, "{of} {state:?} {outcome:?}");
        }
    }

    #[test]
    fn a_review_looks_back_in_servicenow_and_ahead_in_jira() {
        let cases: [(&[&str], &[&str], Option<bool>); 8] = [
            (&["Review"], &["Bea Silva"], None),
            (&["Review", "0"], &["Bea Silva"], Some(true)),
            (&["Waiting for approval"], &["Bea Silva"], Some(false)),
            (&["Awaiting CAB approval"], &["Bea Silva"], Some(false)),
            (&["Peer review / change manager approval"], &["Bea Silva"], Some(false)),
            (&["Awaiting implementation"], &["Bea Silva"], Some(true)),
            // It was carried out, and went wrong.
            (&["Failed"], &["Bea Silva"], Some(true)),
            (&["Failed"], &[], None),
        ];
        for (state, approvers, expected) in cases {
            assert_eq!(by(approvers, &[], state, &[], false), expected, "{state:?} {approvers:?}");
        }
        assert_eq!(by(&[], &["approved"], &["Failed"], &[], false), Some(true));
        assert_eq!(by(&[], &["approved"], &["Awaiting CAB approval"], &[], false), None, "by the first of two");
    }

    #[test]
    fn what_came_of_a_change_may_call_it_off() {
        for (approved, outcome, expected) in [
            (true, "", Some(true)),
            (true, "done as planned", Some(true)),
            (true, "Cancelled", Some(false)),
            (true, "withdrawn by Bea", Some(false)),
            (true, "done; two duplicate rules were skipped", None),
            (false, "done", Some(false)),
        ] {
            assert_eq!(approved_after(approved, outcome), expected, "{approved} {outcome}");
        }
    }

    #[test]
    fn one_approval_that_ended_badly_is_enough_to_refuse() {
        let cases: [(&[&str], Option<bool>); 7] = [
            (&["approved"], Some(true)),
            (&["approved", "rejected"], Some(false)),
            (&["Not Yet Requested"], Some(false)),
            (&["not_requested"], Some(false)),
            (&["approved", "perhaps"], None),
            (&["CHANGES_REQUESTED"], Some(false)),
            (&["cancelled"], Some(false)),
        ];
        for (approval, expected) in cases {
            assert_eq!(judged(approval, &["Implement"], &[], false), expected, "{approval:?}");
        }
    }

    #[test]
    fn a_run_that_never_began_was_not_approved_and_a_cancelled_one_may_have_begun() {
        let cases: [(&[&str], &[&str], Option<bool>); 7] = [
            (&["completed"], &["success"], Some(true)),
            (&["completed"], &["failure"], Some(true)),
            (&["completed"], &["cancelled"], None),
            (&["completed"], &["skipped"], Some(false)),
            (&["completed"], &["startup_failure"], Some(false)),
            (&["waiting"], &[], Some(false)),
            (&["rejected"], &[], Some(false)),
        ];
        for (state, outcome, expected) in cases {
            assert_eq!(judged(&[], state, outcome, true), expected, "{state:?} {outcome:?}");
        }
    }

    #[test]
    fn a_change_that_is_done_is_approved_where_somebody_is_named_who_did_not_refuse() {
        let cases: [(&[&str], Option<bool>, Option<bool>); 9] = [
            (&["Bea Silva"], Some(true), Some(true)),
            (&["n/a", "Bea Silva"], Some(true), Some(true)),
            (&["N/A"], None, Some(false)),
            (&[], None, Some(false)),
            (&["yes"], None, None),
            (&["yes", "-"], None, None),
            (&["pending"], Some(false), Some(false)),
            (&["Rejected by Bea Silva"], Some(false), Some(false)),
            (&["Bea Silva", "Chen Li (pending)"], None, None),
        ];
        for (approvers, change, run) in cases {
            assert_eq!(by(approvers, &[], &["Closed"], &[], false), change, "{approvers:?}");
            assert_eq!(by(approvers, &[], &[], &[], false), change, "{approvers:?} without a state");
            assert_eq!(by(approvers, &[], &["completed"], &["success"], true), run, "run {approvers:?}");
        }
        let contradicted = by(&["Rejected by Bea Silva"], &["approved"], &["Closed"], &[], false);
        assert_eq!(contradicted, None, "the approver refused, the column says approved");
        assert_eq!(by(&["-"], &["approved"], &["Closed"], &[], false), Some(true), "by nobody named");
    }
}
