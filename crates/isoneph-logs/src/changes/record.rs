//! A row of an export, whatever its form: what stands in each column that we understand.

use std::collections::{BTreeMap, BTreeSet};

isoneph_model::vocabulary! {
    /// What a column holds.
    pub(super) enum Column {
        /// The number of a change.
        Id = "id",
        /// The number of a pipeline's run.
        Run = "run",
        /// The commit that a pipeline ran.
        Commit = "commit",
        /// The name of the session that it opened.
        Session = "session",
        /// The roles that it takes on.
        Roles = "roles",
        /// The state.
        State = "state",
        /// How it ended.
        Outcome = "outcome",
        /// When it was closed.
        Closed = "closed",
        /// When it was written into the register.
        Created = "created",
        /// Whether it was carried out before anybody approved it.
        Unauthorized = "unauthorized",
        /// The approval, where it is not in the state.
        Approval = "approval",
        /// When it was approved.
        ApprovedAt = "approved-at",
        /// From when.
        From = "from",
        /// Until when.
        Until = "until",
        /// When the record of a run was made: of a change it bounds nothing.
        RunFrom = "run-from",
        /// When the record of a run was last written.
        RunUntil = "run-until",
        /// Who started a run.
        Starters = "starters",
        /// Accounts.
        Accounts = "accounts",
        /// Classes of operations.
        Classes = "classes",
        /// Operations.
        Operations = "operations",
        /// Resources.
        Resources = "resources",
        /// Items of a configuration database.
        Items = "items",
        /// Who carries it out.
        Actors = "actors",
        /// Who asked for it.
        Requester = "requester",
        /// Who approved it.
        Approvers = "approvers",
        /// The procedure that it follows.
        Procedure = "procedure",
    }
}

impl Column {
    /// Whether it says when something was.
    pub(super) fn is_time(self) -> bool {
        use Column::{ApprovedAt, Closed, Created, From, RunFrom, RunUntil, Until};
        matches!(self, From | Until | RunFrom | RunUntil | Closed | Created | ApprovedAt)
    }

    /// Whether it says for whom, where or what a change holds.
    pub(super) fn is_bound(self) -> bool {
        use Column::{Accounts, Actors, Classes, Items, Operations, Resources, Roles};
        matches!(self, Accounts | Actors | Classes | Items | Operations | Resources | Roles)
    }
}

/// The column with this heading. Headings are those of our own form, of ServiceNow's and Jira's exports, of GitHub's
/// GitLab's and Azure DevOps' lists of runs, and what people write.
pub(super) fn column_of(heading: &str) -> Option<Column> {
    let heading = plain(heading);
    // ServiceNow writes `u_` before what an organisation adds. Its bounds are taken; approvals and states of its own are
    // not those of the change.
    let own = heading.strip_prefix("u_").and_then(known).filter(|column| column.is_bound());
    known(&heading).or(own)
}

fn known(heading: &str) -> Option<Column> {
    Some(match heading {
        "id" | "change" | "change_id" | "change_number" | "ticket" | "ticket_id" | "number" | "issue_key" | "key" => {
            Column::Id
        }
        "run" | "run_id" | "pipeline" | "pipeline_id" | "databaseid" | "build_id" | "job_id" => Column::Run,
        "commit" | "commit_id" | "sha" | "headsha" | "head_sha" | "revision" | "sourceversion" => Column::Commit,
        "session" | "session_name" | "role_session_name" => Column::Session,
        "role" | "roles" | "role_arn" => Column::Roles,
        "state" | "status" | "phase" => Column::State,
        "resolution" | "close_code" | "closure_code" | "outcome" | "conclusion" | "result" => Column::Outcome,
        "closed" | "closed_at" | "closed_on" | "resolved" | "resolved_at" | "resolutiondate" => Column::Closed,
        "created" | "created_on" | "date_created" | "sys_created_on" | "opened" | "opened_at" | "opened_on" => {
            Column::Created
        }
        "unauthorized" | "unauthorised" => Column::Unauthorized,
        "approval" | "approved" | "approval_status" | "approval_state" | "approvals" => Column::Approval,
        "approved_at" | "approved_on" | "approved_date" | "approval_date" | "approval_time" | "approval_set"
        | "date_approved" => Column::ApprovedAt,
        "from" | "start" | "window_from" | "window_start" | "win_start" | "starts_at" | "start_time" | "start_date"
        | "planned_start" | "planned_start_date" | "change_start_date" | "scheduled_start" | "started_at"
        | "run_started_at" | "startedat" | "starttime" | "plannedstart" | "plannedstartdate" | "scheduledstart" => {
            Column::From
        }
        "createdat" | "created_at" => Column::RunFrom,
        "updatedat" | "updated_at" => Column::RunUntil,
        "triggering_actor" | "triggered_by" | "started_by" | "requestedfor" | "requestedby" => Column::Starters,
        "until"
        | "to"
        | "end"
        | "window_until"
        | "window_to"
        | "window_end"
        | "win_end"
        | "ends_at"
        | "end_time"
        | "end_date"
        | "planned_end"
        | "planned_end_date"
        | "change_completion_date"
        | "change_end_date"
        | "scheduled_end"
        | "ended_at"
        | "finished_at"
        | "completed_at"
        | "finishtime"
        | "plannedend"
        | "plannedenddate"
        | "scheduledend" => Column::Until,
        "account" | "accounts" | "account_id" | "account_ids" | "account_number" | "aws_account" | "aws_account_id"
        | "aws_accounts" | "cloud_account" | "cloud_accounts" | "cloud_account_id" | "subscription"
        | "subscriptions" | "subscription_id" | "project_id" => Column::Accounts,
        "class" | "classes" | "operation_class" | "operation_classes" => Column::Classes,
        "operation" | "operations" => Column::Operations,
        "resource" | "resources" | "resource_id" | "resource_ids" => Column::Resources,
        "cmdb_ci" | "configuration_item" | "configuration_items" | "ci" | "affected_cis" => Column::Items,
        "actor" | "actors" | "implementer" | "implementers" | "implementor" | "assigned_to" | "assignee" => {
            Column::Actors
        }
        "requester" | "requested_by" | "reporter" | "opened_by" | "author" | "commit_author" => Column::Requester,
        "approver" | "approvers" | "approved_by" | "reviewer" | "reviewers" => Column::Approvers,
        "procedure" | "procedure_id" | "runbook" | "std_change_producer_version" => Column::Procedure,
        "変更番号" | "変更管理番号" | "管理番号" | "番号" => Column::Id,
        "状態" | "ステータス" | "状況" => Column::State,
        "結果" => Column::Outcome,
        "作成日" | "作成日時" | "登録日" | "登録日時" | "起票日" | "起票日時" => Column::Created,
        "承認" | "承認状態" | "承認状況" => Column::Approval,
        "承認日時" | "承認日" => Column::ApprovedAt,
        "開始" | "開始日時" | "開始予定" | "開始予定日時" | "作業開始日時" | "予定開始日時" => {
            Column::From
        }
        "終了" | "終了日時" | "終了予定" | "終了予定日時" | "作業終了日時" | "予定終了日時" => {
            Column::Until
        }
        "アカウント" | "アカウントid" | "アカウント番号" => Column::Accounts,
        "対象リソース" | "リソース" => Column::Resources,
        "作業者" | "実施者" | "担当者" => Column::Actors,
        "申請者" | "依頼者" | "起票者" => Column::Requester,
        "承認者" => Column::Approvers,
        "手順" | "手順書" => Column::Procedure,
        _ => return None,
    })
}

/// A heading in lower case, words joined by `_`, without what Jira puts around its own fields.
pub(super) fn plain(heading: &str) -> String {
    let heading = heading.trim().trim_start_matches('\u{feff}').to_lowercase();
    let heading = heading.strip_prefix("custom field (").and_then(|h| h.strip_suffix(')')).unwrap_or(&heading);
    let mut plain = String::with_capacity(heading.len());
    for c in heading.chars() {
        match c {
            c if c.is_alphanumeric() => plain.push(c),
            _ if plain.is_empty() || plain.ends_with('_') => {}
            _ => plain.push('_'),
        }
    }
    plain.trim_end_matches('_').to_owned()
}

/// One row: its place, and the texts of each column.
#[derive(Debug, Clone, Default)]
pub(super) struct Record {
    pub(super) locator: String,
    texts: BTreeMap<Column, Vec<String>>,
    /// Times that stand in UTC although they do not say so.
    pub(super) utc: BTreeSet<Column>,
    /// Columns with a value that were not understood and may bound what the row approves.
    pub(super) open: BTreeSet<String>,
}

impl Record {
    pub(super) fn at(locator: String) -> Record {
        Record { locator, ..Record::default() }
    }

    /// Adds texts to a column; empty ones are none.
    pub(super) fn add(&mut self, column: Column, texts: impl IntoIterator<Item = String>) {
        let texts = texts.into_iter().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let kept = self.texts.entry(column).or_default();
        kept.extend(texts);
        kept.dedup();
    }

    /// Leaves out the texts of a column that are such; whether there were any.
    pub(super) fn leave_out(&mut self, column: Column, is_such: impl Fn(&str) -> bool) -> bool {
        let Some(texts) = self.texts.get_mut(&column) else { return false };
        let before = texts.len();
        texts.retain(|text| !is_such(text));
        texts.len() < before
    }

    /// Whether the row has the column, with or without a text.
    pub(super) fn has(&self, column: Column) -> bool {
        self.texts.contains_key(&column)
    }

    /// The first text of a column; `""` for none.
    pub(super) fn text(&self, column: Column) -> &str {
        self.texts(column).first().map_or("", String::as_str)
    }

    /// The texts of a column.
    pub(super) fn texts(&self, column: Column) -> &[String] {
        self.texts.get(&column).map_or(&[], Vec::as_slice)
    }
}
