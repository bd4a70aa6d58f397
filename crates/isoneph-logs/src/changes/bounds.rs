//! Columns that nobody understood: which of them may say for whom, where, what or when a change holds.
//!
//! A bound that is not understood must not be taken for none. Headings that are known to bound nothing are listed here;
//! whatever else has a value leaves open what its row approves.

use super::naming::{Naming, naming};
use super::record::{Column, Record, plain};
use super::state::plain as spelled;

/// Whose column it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    /// The register's own: what of them bounds a change is known.
    Register,
    /// Jira's own or its users': their names say no more.
    Jira,
    /// Whoever made the file.
    Anybody,
}

/// Whether a column that is not understood may bound what its row approves.
pub(super) fn may_bound(heading: &str, owner: Owner, record: &Record) -> bool {
    let plain = plain(heading);
    if let Some((_, bounds)) = LOOSE.iter().find(|(names, _)| names.contains(&plain.as_str())) {
        return !bounds.iter().any(|column| !record.texts(*column).is_empty());
    }
    let of_register = match owner {
        Owner::Register => true,
        Owner::Jira => OF_JIRA.contains(&plain.as_str()) || OF_JIRA_BEGIN.iter().any(|begin| plain.starts_with(begin)),
        Owner::Anybody => false,
    };
    let is_run = !record.texts(Column::Run).is_empty() || !record.texts(Column::Commit).is_empty();
    let of_run = is_run && (OF_RUNS.contains(&plain.as_str()) || plain.ends_with("url"));
    !of_register
        && !of_run
        && !HARMLESS.contains(&plain.as_str())
        && !BEGIN.iter().any(|begin| plain.starts_with(begin))
}

/// Takes words that name nothing (`N/A`, `see description`) from the bounds of a row: for what it holds cannot be told.
pub(super) fn leave_open(record: &mut Record) {
    for column in [Column::Accounts, Column::Resources, Column::Items, Column::Operations] {
        let is_word_for_all = |text: &str| column == Column::Accounts && text.eq_ignore_ascii_case("all");
        if record.leave_out(column, |text| names_nothing(text) && !is_word_for_all(text)) {
            record.open.insert(column.as_str().to_owned());
        }
    }
}

fn names_nothing(text: &str) -> bool {
    #[rustfmt::skip]
    const WORDS: [&str; 22] = [
        "all", "any", "all accounts", "all resources", "all operations", "everything", "various", "multiple", "several",
        "many", "see description", "see below", "see above", "see attachment", "as described", "as discussed", "other",
        "全て", "すべて", "全アカウント", "全リソース", "別紙参照",
    ];
    naming(text) == Naming::Nobody && text != "*" || WORDS.contains(&spelled(text).as_str())
}

/// Headings that bound a change only where nothing more exact does.
const LOOSE: [(&[&str], &[Column]); 3] = [
    (&["assignment_group", "group", "team", "assigned_team", "support_group"], &[Column::Actors]),
    (
        &[
            "business_service",
            "service",
            "services",
            "service_offering",
            "component",
            "components",
            "affected_services",
            "affected_hardware",
            "application",
        ],
        &[Column::Resources, Column::Items],
    ),
    (&["environment", "environments", "location"], &[Column::Accounts, Column::Resources, Column::Items]),
];

const BEGIN: [&str; 14] = [
    "sys_",
    "cab_",
    "risk_",
    "conflict_",
    "inward_issue_link",
    "outward_issue_link",
    "chart_",
    "workflow",
    "work_item",
    "epic_",
    "parent_",
    "time_to_",
    "satisfaction",
    "σ",
];

const OF_JIRA: [&str; 26] = [
    "project",
    "project_key",
    "project_name",
    "project_type",
    "project_lead",
    "project_lead_id",
    "project_description",
    "project_url",
    "security",
    "security_level",
    "worklog",
    "log_work",
    "timetracking",
    "aggregateprogress",
    "expand",
    "names",
    "schema",
    "fields",
    "changelog",
    "renderedfields",
    "issuerestriction",
    "lastviewed",
    "tags",
    "development",
    "organizations",
    "attachment",
];

/// What GitHub, GitLab and Azure DevOps say of a run beside what is read. Parameters may say where it works.
#[rustfmt::skip]
const OF_RUNS: [&str; 36] = [
    "tag", "tags", "detailed_status", "yaml_errors", "committed_at", "archived", "path", "check_suite_id",
    "check_suite_node_id", "head_commit", "head_repository", "pull_requests", "referenced_workflows",
    "buildnumber", "buildnumberrevision", "queuetime", "lastchangeddate", "lastchangedby", "definition", "project", "uri",
    "queue", "orchestrationplan", "plans", "logs", "retainedbyrelease", "keepforever",
    "quality", "triggeredbybuild", "sourcebranch", "deleted", "queueoptions", "queueposition", "validationresults",
    "properties", "demands",
];

const OF_JIRA_BEGIN: [&str; 8] =
    ["assignee_id", "reporter_id", "creator_id", "watchers_id", "aggregate", "status_", "statuscategory", "request_"];

#[rustfmt::skip]
const HARMLESS: &[&str] = &[
    // What it is about, in words.
    "title", "name", "display_title", "displaytitle", "summary", "short_description", "description", "detail",
    "details", "justification", "reason", "purpose", "comment", "comments", "note", "notes", "work_notes",
    "comments_and_work_notes", "close_notes", "remark", "remarks", "message", "commit_message",
    "件名", "タイトル", "概要", "説明", "備考", "コメント", "理由",
    // How it is filed.
    "category", "subcategory", "type", "kind", "issue_type", "issuetype", "issue_id", "change_type", "change_reason",
    "change_risk", "change_model", "chg_model", "tracker", "label", "labels", "priority", "severity", "impact",
    "urgency", "risk", "likelihood", "effort", "score", "rank", "sprint", "milestone", "story_points", "flagged",
    "issue_color", "source", "root_cause", "workaround", "model", "種別", "優先度", "影響度", "緊急度",
    // Where more stands.
    "url", "link", "links", "web_url", "html_url", "self", "href", "attachment", "attachments", "issuelinks",
    "linked_issues", "related", "parent", "parents", "subtasks", "sub_tasks", "correlation_id",
    // Who looks at it.
    "creator", "created_by", "updated_by", "opened_by", "closed_by", "watchers", "watches", "watch_list", "votes",
    "change_manager", "change_managers", "change_owner", "change_coordinator", "coordinator", "company", "department",
    "team_lead", "approver_groups", "approval_group", "作成者", "更新者", "報告者",
    // When it was written.
    "updated", "updated_on", "modified",
    "modified_at", "last_viewed", "last_updated", "due", "due_date", "duedate", "requested_by_date", "requested_at",
    "review_date", "actual_start", "actual_end", "actual_start_date", "actual_end_date", "work_start", "work_end",
    "更新日", "更新日時",
    // Plans and what came of them.
    "implementation_plan", "backout_plan", "rollback_plan", "rollback", "test_plan", "communication_plan",
    "review_comments", "review_status", "lessons_learned", "on_hold", "on_hold_reason",
    "fix_version", "fix_versions", "fixversions", "affects_version", "affects_versions", "versions",
    "original_estimate", "remaining_estimate", "time_spent", "timespent", "timeestimate", "timeoriginalestimate",
    "work_ratio", "workratio", "progress", "resolution_date", "statuscategory", "statuscategorychangedate",
    // Of runs.
    "attempt", "event", "headbranch", "head_branch", "branch", "ref", "run_number", "run_attempt", "node_id", "iid",
    "trigger", "duration", "queued_duration", "coverage", "repository", "before_sha",
];
