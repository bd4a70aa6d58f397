//! Exports of several registers come to the same changes.

use jiff::tz::TimeZone;

use super::*;

fn utc() -> ReadOptions {
    ReadOptions { time_zone: Some(TimeZone::UTC), ..ReadOptions::default() }
}

fn only(file: &str, text: &str, options: &ReadOptions) -> Change {
    let read = read(file, text.as_bytes(), options).unwrap();
    assert_eq!(read.refused, []);
    assert_eq!(read.changes.len(), 1);
    read.changes.into_iter().next().unwrap()
}

const FOUR: Instant = Instant(1_793_592_000_000_000);
const FIVE: Instant = Instant(FOUR.0 + 3_600_000_000);
const SECOND: i64 = 1_000_000;
const FIVE_AND_A_SECOND: Instant = Instant(FIVE.0 + SECOND);

#[test]
fn a_plain_table_of_tickets_is_read() {
    let text = "ticket_id,account,win_start,win_end,status,approver\n\
                CHG1,111111111111,2026-11-02T04:00:00Z,2026-11-02T05:00:00Z,approved,ines.novak\n";
    let change = only("tickets.csv", text, &ReadOptions::default());
    assert_eq!(
        (change.id.as_str(), change.approved, change.from, change.until),
        ("CHG1", Some(true), Some(FOUR), Some(FIVE))
    );
    assert_eq!((change.accounts, change.approvers), (vec!["111111111111".to_owned()], vec!["ines.novak".to_owned()]));
    assert_eq!(change.place.locator, "tickets.csv:2");
}

#[test]
fn a_time_of_closing_that_cannot_be_read_leaves_open_what_a_change_approves() {
    for (closed, open) in
        [("2026-11-02T04:30:00Z", vec![]), ("", vec![]), ("n/a", vec![]), ("at half 5 or so", vec!["closed"])]
    {
        let text =
            format!("id,state,from,until,closed_at\nC1,approved,2026-11-02T04:00:00Z,2026-11-02T05:00:00Z,{closed}\n");
        assert_eq!(only("c.csv", &text, &utc()).open, open, "{closed}");
    }
}

#[test]
fn a_row_has_the_line_that_an_editor_shows() {
    let text = "id,state,what\nC1,approved,\"two\nlines\"\n\nC2,approved,x\n";
    for text in [text.to_owned(), text.replace('\n', "\r\n")] {
        let lines: Vec<_> = read("c.csv", text.as_bytes(), &utc()).unwrap().changes;
        let lines: Vec<_> = lines.iter().map(|change| change.place.locator.as_str()).collect();
        assert_eq!(lines, ["c.csv:2", "c.csv:5"]);
    }
}

#[test]
fn a_jira_export_is_read_by_the_names_of_its_fields() {
    let text = r#"{"names": {"customfield_1": "Planned start", "customfield_2": "Planned end", "customfield_3": "Cloud account", "customfield_4": "Approvals"},
      "issues": [{"key": "OPS-7", "fields": {"status": {"name": "Done"}, "assignee": {"displayName": "Amir Khan", "emailAddress": "amir.khan@example.com"},
        "reporter": {"displayName": "Chen Li"}, "customfield_1": "2026-11-02T04:00:00.000+0000", "customfield_2": "2026-11-02T14:00:00.000+0900", "customfield_3": [{"value": "111111111111"}],
        "customfield_4": [{"finalDecision": "approved", "approvers": [{"approver": {"displayName": "Ines Novak"}, "approverDecision": "approved"}, {"approver": {"displayName": "Hugo Li"}, "approverDecision": "pending"}]}]}}]}"#;
    let change = only("jira.json", text, &ReadOptions::default());
    assert_eq!(
        (change.id.as_str(), change.approved, change.from, change.until),
        ("OPS-7", Some(true), Some(FOUR), Some(FIVE))
    );
    assert_eq!(change.actors, ["amir.khan@example.com"]);
    assert_eq!(change.approvers, ["Ines Novak"]);
    assert_eq!(change.place.locator, "#/issues/0");
}

#[test]
fn a_servicenow_export_has_its_values_in_utc() {
    let text = r#"{"result": [{"number": {"display_value": "CHG0030001", "value": "CHG0030001"}, "state": {"display_value": "Closed", "value": "3"},
        "approval": {"display_value": "Approved", "value": "approved"}, "start_date": {"display_value": "2026-11-02 13:00:00", "value": "2026-11-02 04:00:00"},
        "end_date": {"display_value": "2026-11-02 14:00:00", "value": "2026-11-02 05:00:00"}, "assigned_to": {"display_value": "Amir Khan", "link": "x", "value": "y"},
        "cmdb_ci": {"display_value": "web-01", "value": "z"}}]}"#;
    let change = only("sn.json", text, &ReadOptions::default());
    assert_eq!(
        (change.id.as_str(), change.approved, change.from, change.until),
        ("CHG0030001", Some(true), Some(FOUR), Some(FIVE))
    );
    assert_eq!((change.resources, change.resources_by_name), (vec!["web-01".to_owned()], true));
    assert_eq!(change.actors, ["Amir Khan"]);
}

#[test]
fn a_servicenow_table_needs_its_time_zone() {
    let text = "Number,State,Approval,Planned start date,Planned end date,Assigned to\nCHG1,Closed,Approved,2026-11-02 04:00:00,2026-11-02 05:00:00,Amir Khan\n";
    let refused = read("sn.csv", text.as_bytes(), &ReadOptions::default()).unwrap().refused;
    assert_eq!((refused[0].code, refused[0].place.locator.as_str()), ("no-time-zone", "sn.csv:2"));
    assert_eq!(only("sn.csv", text, &utc()).from, Some(FOUR));
}

#[test]
fn a_run_is_approved_by_its_reviewers_not_by_its_success() {
    let text = "run_id,commit,role,started_at,ended_at,author,reviewers,status\n\
                901,4f2c9aa,deploy,2026-11-02T04:00:00Z,2026-11-02T05:00:00Z,chen.li,ines.novak;hugo.li,success\n\
                902,4f2c9ab,deploy,2026-11-02T04:00:00Z,2026-11-02T05:00:00Z,chen.li,,success\n";
    let read = read("runs.csv", text.as_bytes(), &ReadOptions::default()).unwrap();
    assert_eq!(read.format, "pipelines-csv");
    let approved: Vec<_> = read.changes.iter().map(|run| (run.kind, run.approved)).collect();
    assert_eq!(approved, [(ChangeKind::Pipeline, Some(true)), (ChangeKind::Pipeline, Some(false))]);
    assert_eq!(read.changes[0].approvers, ["ines.novak", "hugo.li"]);
}

#[test]
fn a_cell_that_names_nobody_names_no_approver() {
    let csv = |approver: &str| {
        let change = only("c.csv", &format!("id,state,approver\nC1,completed,{approver}\n"), &ReadOptions::default());
        (change.approved, change.approvers)
    };
    for nobody in ["N/A", "-", "?", "none", "TBD", "null", "self", "auto", "system", "not required", "なし", "yes"] {
        assert_eq!(csv(nobody), (None, vec![]), "{nobody}");
    }
    for refused in ["pending", "Rejected by Bea Silva", "Bea Silva - declined", "未承認"] {
        assert_eq!(csv(refused), (Some(false), vec![]), "{refused}");
    }
    assert_eq!(csv("Bea Silva"), (Some(true), vec!["Bea Silva".to_owned()]));
    let run = |reviewers: &str| {
        only("r.csv", &format!("run_id,reviewers\n901,{reviewers}\n"), &ReadOptions::default()).approved
    };
    assert_eq!((run("-"), run("copilot"), run("yes"), run("bea")), (Some(false), Some(false), None, Some(true)));
}

#[test]
fn what_services_list_of_their_runs_does_not_say_who_reviewed() {
    let github = r#"{"total_count": 1, "workflow_runs": [{"id": 30433642, "name": "Deploy", "head_branch": "main", "head_sha": "4f2c9aa",
        "path": ".github/workflows/deploy.yml", "run_number": 562, "event": "push", "status": "completed", "conclusion": "success", "workflow_id": 1,
        "jobs_url": "https://x", "actor": {"login": "amir"}, "head_commit": {"id": "4f2c9aa"}, "run_started_at": "2026-11-02T04:00:00Z"}]}"#;
    let gitlab = r#"[{"id": 30433642, "iid": 412, "project_id": 12, "sha": "4f2c9aa", "ref": "main", "status": "success", "source": "push",
        "user": {"username": "amir"}, "tag": false, "detailed_status": {"text": "passed"}, "started_at": "2026-11-02T04:00:00.000Z"}]"#;
    let azure = r#"{"count": 1, "value": [{"id": 30433642, "buildNumber": "20261102.3", "status": "completed", "result": "succeeded",
        "sourceVersion": "4f2c9aa", "sourceBranch": "refs/heads/main", "requestedFor": {"displayName": "Amir"}, "queue": {"id": 1},
        "definition": {"id": 7, "name": "deploy"}, "startTime": "2026-11-02T04:00:00Z", "_links": {"self": {"href": "https://x"}}}]}"#;
    for text in [github, gitlab, azure] {
        let read = read("runs.json", text.as_bytes(), &ReadOptions::default()).unwrap();
        assert_eq!((read.format, read.open_columns), ("pipelines-json", Vec::<String>::new()), "{text}");
        let run = &read.changes[0];
        assert_eq!((run.kind, run.id.as_str(), run.commit.as_str()), (ChangeKind::Pipeline, "30433642", "4f2c9aa"));
        assert_eq!((run.approved, run.from, run.accounts.len()), (None, Some(FOUR), 0), "{text}");
        let reviewed = text.replacen(r#""status""#, r#""reviewers": ["bea"], "parameters": "{}", "status""#, 1);
        let run = only("runs.json", &reviewed, &ReadOptions::default());
        assert_eq!((run.approved, run.open), (Some(true), vec!["parameters".to_owned()]));
    }
}

#[test]
fn reviews_that_ask_for_changes_approve_nothing() {
    let text = r#"{"runs": [{"run_id": 901, "commit": "4f2c9aa", "author": {"login": "chen"}, "reviewers": [{"author": {"login": "ines"}, "state": "APPROVED"}, {"author": {"login": "hugo"}, "state": "CHANGES_REQUESTED"}]}]}"#;
    let run = only("runs.json", text, &ReadOptions::default());
    assert_eq!((run.id.as_str(), run.requester.as_str(), run.approvers), ("901", "chen", vec!["ines".to_owned()]));
}

#[test]
fn a_state_after_approval_says_approved_and_done_alone_does_not() {
    let state = |state: &str| only("c.csv", &format!("id,status\nC1,{state}\n"), &ReadOptions::default()).approved;
    assert_eq!(state("Implement"), Some(true));
    assert_eq!(state("Rejected"), Some(false));
    assert_eq!(state("Done"), None);
    assert_eq!(state("Frobnicated"), None);
    let own = ReadOptions { approved_states: vec!["Frobnicated".to_owned()], ..ReadOptions::default() };
    assert_eq!(only("c.csv", "id,status\nC1,frobnicated\n", &own).approved, Some(true));
}

#[test]
fn a_draft_that_is_called_approved_may_be_neither() {
    let approved = |state: &str, approval: &str| {
        let text = format!("id,status,approval\nC1,{state},{approval}\n");
        only("c.csv", &text, &ReadOptions::default()).approved
    };
    for state in ["draft", "New", "-5", "承認待ち", "Awaiting approval"] {
        assert_eq!(approved(state, "approved"), None, "{state}");
        assert_eq!(approved(state, "rejected"), Some(false), "{state}");
    }
    assert_eq!(approved("Closed", "approved"), Some(true));
}

#[test]
fn when_a_ticket_was_made_and_written_is_no_window_but_of_a_run() {
    let change = r#"[{"id": "C1", "status": "approved", "createdAt": "2026-11-02T04:00:00Z", "updatedAt": "2026-11-02T05:00:00Z"}]"#;
    let change = only("c.json", change, &ReadOptions::default());
    assert_eq!((change.from, change.until, change.open), (None, None, vec![]));
    let run = r#"[{"databaseId": 1, "createdAt": "2026-11-02T04:00:00Z", "updatedAt": "2026-11-02T05:00:00Z"}]"#;
    let run = only("r.json", run, &ReadOptions::default());
    assert_eq!((run.from, run.until), (Some(FOUR), Some(FIVE_AND_A_SECOND)));
}

#[test]
fn a_run_ended_when_its_record_was_last_written_and_one_that_went_on_has_no_end() {
    let run = |state: &str| {
        let text = format!(
            r#"{{"workflow_runs": [{{"id": 901, "head_sha": "4f2c9aa", {state} "run_started_at": "2026-11-02T04:00:00Z", "updated_at": "2026-11-02T05:00:00Z"}}]}}"#
        );
        let run = only("r.json", &text, &ReadOptions::default());
        (run.until, run.until_at_the_latest)
    };
    let last = Some(FIVE_AND_A_SECOND);
    assert_eq!(run(r#""status": "completed", "conclusion": "failure","#), (last, None));
    assert_eq!(run(r#""status": "success","#), (last, None), "as GitLab says it");
    for state in [r#""status": "in_progress","#, r#""status": "manual","#, ""] {
        assert_eq!(run(state), (last, Some(NO_END)), "{state}");
    }
    assert_eq!(run(r#""status": "in_progress", "ended_at": "2026-11-02T05:00:00Z","#), (Some(FIVE), None));
    let row = |end: &str| {
        format!("run_id,commit,status,created_at,updated_at\n901,4f2c9aa,completed,2026-11-02T04:00:00Z,{end}\n")
    };
    let at = |end: &str| only("r.csv", &row(end), &ReadOptions::default()).until;
    assert_eq!(at("2026-11-02T04:00:00Z"), Some(Instant(FOUR.0 + SECOND)), "within one second");
    assert_eq!((at(""), at("yesterday")), (None, None));
}

#[test]
fn a_run_that_is_listed_again_has_the_end_of_the_later_list() {
    let going_on = r#"[{"databaseId": 1, "headSha": "4f2c9aa", "status": "in_progress", "createdAt": "2026-11-02T04:00:00Z", "updatedAt": "2026-11-02T04:00:00Z"}]"#;
    let done = going_on
        .replace("in_progress", "completed")
        .replace(r#""updatedAt": "2026-11-02T04"#, r#""updatedAt": "2026-11-02T05"#);
    let runs = [going_on, &done].map(|text| only("r.json", text, &ReadOptions::default()));
    let (runs, _) = settle(runs.into());
    let ends: Vec<_> = runs.iter().map(|run| (run.until, run.until_at_the_latest)).collect();
    assert_eq!(ends, [(Some(FIVE_AND_A_SECOND), None); 2]);
}

#[test]
fn whoever_started_a_run_is_told_in_the_words_of_its_service() {
    let cases = [
        (r#""actor": {"login": "amir"}, "triggering_actor": {"login": "bea"}"#, &["bea", "amir"][..]),
        (r#""user": {"username": "amir"}"#, &["amir"]),
        (r#""requestedFor": {"displayName": "Amir Khan"}"#, &["Amir Khan"]),
        (r#""triggering_actor": {"login": "dependabot[bot]"}"#, &[]),
    ];
    for (who, expected) in cases {
        let text = format!(r#"[{{"id": 901, "sha": "4f2c9aa", {who}}}]"#);
        let run = only("r.json", &text, &ReadOptions::default());
        assert_eq!((run.started_by, run.open), (expected.iter().map(|by| (*by).to_owned()).collect(), vec![]), "{who}");
    }
    let change = only("c.csv", "id,state,user\nC1,approved,amir\n", &ReadOptions::default());
    assert_eq!(change.open, ["user"], "of a change it may be who carries it out");
}

#[test]
fn approvals_that_jiras_table_has_no_values_of_leave_it_to_the_state() {
    let object = "com.atlassian.servicedesk.plugins.approvals.internal.customfield.ApprovalsCFValue@21c2fe6f";
    let cases = [
        ("Approved", Some(true)),
        ("Awaiting implementation", Some(true)),
        ("Awaiting approval", Some(false)),
        ("Peer review / change manager approval", Some(false)),
        ("Review", None),
        ("Completed", None),
    ];
    for (state, expected) in cases {
        let text = format!("Issue key,Status,Custom field (Approvals)\nCHG-1,{state},{object}\n");
        let read = read("jira.csv", text.as_bytes(), &utc()).unwrap();
        assert_eq!((read.changes[0].approved, &read.open_columns), (expected, &vec![]), "{state}");
        let told = "Custom field (Approvals) (Jira's tables have no values of it: its API gives them)";
        assert_eq!(read.unread_columns, [told]);
    }
}

#[test]
fn xml_is_refused_with_what_to_give_instead() {
    let text = b"<?xml version=\"1.0\"?><xml><change_request><number>CHG0030001</number></change_request></xml>";
    let error = read("sn.xml", text, &utc()).unwrap_err().to_string();
    assert_eq!(error, "sn.xml: it is XML or HTML, which is not read: export the changes as CSV or JSON");
}

fn settled(rows: &[&str]) -> (Vec<Change>, Vec<RefusedChange>) {
    let text = format!("id,state,from,until,approver,approved_at\n{}\n", rows.join("\n"));
    settle(read("c.csv", text.as_bytes(), &utc()).unwrap().changes)
}

#[test]
fn a_change_that_is_told_again_counts_once() {
    let row = "C1,approved,2026-11-02T04:00:00Z,2026-11-02T05:00:00Z,bea,";
    let (changes, told) = settled(&[row, row]);
    assert_eq!((changes.len(), changes[0].approved, told), (1, Some(true), vec![]));
    let closed = row.replace("approved", "closed").replace("bea", "");
    let (changes, told) = settled(&[row, &closed]);
    let approved: Vec<_> = changes.iter().map(|change| change.approved).collect();
    assert_eq!((approved, told), (vec![Some(true), None], vec![]), "what one leaves out is no contradiction");
    let late = format!("{row}2026-11-09T05:00:00Z");
    let (changes, _) = settled(&[row, &late]);
    assert!(changes.iter().all(|change| change.approved_at.is_some()), "one of them says when it was approved");
}

#[test]
fn a_change_that_is_told_in_two_ways_approves_nobody_knows_what() {
    let row = "C1,approved,2026-11-02T04:00:00Z,2026-11-02T05:00:00Z,bea,";
    let cases = [
        ("state", row.replace("approved", "cancelled")),
        ("window", row.replace("11-02", "11-05")),
        ("approver", row.replace("bea", "chen")),
    ];
    for (what, other) in cases {
        let other = other.replace("C1", "c1");
        let (changes, told) = settled(&[row, &other, &row.replace("C1", "C2")]);
        assert!(changes[..2].iter().all(|change| change.approved != Some(true)), "{what}");
        assert_eq!(changes[2].approved, Some(true), "another change");
        assert_eq!((told[0].code, told[0].place.locator.as_str()), ("told-otherwise", "c.csv:3"));
        assert!(told[0].message.contains(&format!("another {what} at c.csv:2")), "{}", told[0].message);
    }
}

#[test]
fn what_cannot_be_understood_is_refused_where_it_stands() {
    let text = "id,from,until,class\nC1,soon,,\nC2,2026-11-02T05:00:00Z,2026-11-02T04:00:00Z,\nC3,,,coffee\n,,,network\nC5,,,virtual server\n";
    let read = read("c.csv", text.as_bytes(), &ReadOptions::default()).unwrap();
    let refused: Vec<_> = read.refused.iter().map(|r| (r.code, r.place.locator.as_str())).collect();
    assert_eq!(
        refused,
        [("not-a-time", "c.csv:2"), ("backwards", "c.csv:3"), ("unknown-class", "c.csv:4"), ("no-id", "c.csv:5")]
    );
    assert_eq!(read.changes.len(), 1);
    assert!(matches!(super::read("x.csv", b"a,b\n1,2\n", &utc()), Err(ChangesError::NotChanges { .. })));
    assert!(matches!(super::read("x.json", b"{\"a\": 1", &utc()), Err(ChangesError::Unreadable { .. })));
}

#[test]
fn a_declaration_names_people_procedures_and_reviews() {
    let text = "[[person]]\nname = 'A'\nidentities = ['a']\n[[review]]\nreviewer = 'B'\nfrom = 2026-11-02T04:00:00Z\nuntil = 2026-11-02T05:00:00Z\n";
    let declared = Declared::parse("d.toml", text).unwrap();
    assert_eq!(declared.reviews.unwrap()[0].from, FOUR);
    assert_eq!(declared.procedures, None, "nobody declared any");
    let mut earlier = Declared::parse("d.toml", text).unwrap();
    earlier.up_to(Instant(FOUR.0 + 1));
    assert_eq!(earlier.reviews.unwrap()[0].until, Instant(FOUR.0 + 2), "nobody has looked at what is still to come");
    let error = Declared::parse("d.toml", "[[review]]\nreviewer = 'B'\nfrom = 2026-11-02\nuntil = 2026-11-03\n");
    assert_eq!(error.unwrap_err().to_string(), "d.toml:1: '2026-11-02' has no offset");
    let backwards = text.replace("04:00", "06:00");
    let error = Declared::parse("d.toml", &backwards).unwrap_err().to_string();
    assert_eq!(error, "d.toml:4: the review ends before it begins");
    let nobodys = text.replace("'B'", "'n/a'");
    let error = Declared::parse("d.toml", &nobodys).unwrap_err().to_string();
    assert_eq!(error, "d.toml:4: 'n/a' names nobody who reviewed");
}

#[test]
fn a_change_that_was_called_off_approves_nothing_in_any_register() {
    let plain =
        "id,state,approval,from,until,approver\nC1,Cancelled,approved,2026-11-02T04:00:00Z,2026-11-02T05:00:00Z,bea\n";
    let closed = "id,state,approval,from,until,closed_at\nC1,Closed,approved,2026-11-02T04:00:00Z,2026-11-02T05:00:00Z,2026-11-02T03:59:00Z\n";
    let resolution = "Issue key,Status,Resolution,Approval\nOPS-1,Closed,Won't Do,approved\n";
    let service_now = r#"{"result": [{"number": {"display_value": "CHG1", "value": "CHG1"}, "state": {"display_value": "Abgebrochen", "value": "4"}, "approval": {"display_value": "Genehmigt", "value": "approved"}}]}"#;
    let stored = r#"{"result": [{"number": "CHG1", "state": "4", "approval": "approved"}]}"#;
    let jira = r#"{"names": {"customfield_2": "Approvals"}, "issues": [{"key": "OPS-8", "fields": {"status": {"name": "Canceled"},
        "customfield_2": [{"finalDecision": "approved", "approvers": [{"approver": {"displayName": "Bea"}, "approverDecision": "approved"}]}]}}]}"#;
    let jira_resolution = r#"{"issues": [{"key": "OPS-8", "fields": {"status": {"name": "Closed"}, "resolution": {"name": "Declined"}}}]}"#;
    let github = r#"{"runs": [{"databaseId": 1, "headSha": "4f2c9aa", "status": "completed", "conclusion": "skipped", "reviewers": ["bea"]}]}"#;
    for text in [plain, closed, resolution, service_now, stored, jira, jira_resolution, github] {
        assert_eq!(only("x", text, &ReadOptions::default()).approved, Some(false), "{text}");
    }
    let later = only("x", &closed.replace("03:59", "04:30"), &ReadOptions::default());
    let in_its_window = Some(Instant(FOUR.0 + HOUR / 2));
    assert_eq!((later.approved, later.closed_at), (Some(true), in_its_window));
}

#[test]
fn a_column_that_is_not_understood_may_be_a_bound() {
    let csv = |heading: &str, value: &str| {
        let text =
            format!("id,state,from,until,{heading}\nC1,approved,2026-11-02T04:00:00Z,2026-11-02T05:00:00Z,{value}\n");
        only("c.csv", &text, &ReadOptions::default())
    };
    for heading in [
        "class of op",
        "aws acct",
        "performed by whom",
        "Zielkonto",
        "対象アカウント",
        "u_scope",
        "assignment group",
        "tags",
    ] {
        assert_eq!(csv(heading, "x").open, [heading], "{heading}");
        assert!(csv(heading, "").open.is_empty(), "{heading} has no value");
    }
    for heading in
        ["title", "Description", "Priority", "links", "Created", "updated_at", "work notes", "sys_id", "概要"]
    {
        assert!(csv(heading, "x").open.is_empty(), "{heading} bounds nothing");
    }
    assert_eq!(csv("aws account id", "1").accounts, ["1"]);
    let text = "id,state,assignee,assignment group,from\nC1,approved,amir,network,2026-11-02T04:00:00Z\n";
    assert!(only("c.csv", text, &utc()).open.is_empty(), "who carries it out is named");
    let read = read("c.csv", b"id,title,what\nC1,a,b\n", &utc()).unwrap();
    assert_eq!(
        (read.unread_columns, read.open_columns),
        (vec!["title".to_owned(), "what".to_owned()], vec!["what".to_owned()])
    );
}

#[test]
fn fields_of_jira_without_their_names_leave_its_changes_open() {
    let text = r#"{"issues": [{"key": "OPS-7", "id": "10007", "self": "x", "fields": {"summary": "x", "status": {"name": "Approved"}, "issuetype": {"name": "Change"}, "project": {"key": "OPS"},
        "customfield_10054": "2026-11-02T04:00:00.000+0000", "customfield_10055": null}}]}"#;
    let change = only("jira.json", text, &ReadOptions::default());
    assert_eq!((change.open, change.window_open), (vec!["customfield_10054".to_owned()], true));
}

#[test]
fn service_now_answers_in_utc_and_points_at_people_by_number() {
    let text = r#"{"result": [{"number": "CHG0030001", "state": "-1", "approval": "approved", "start_date": "2026-11-02 04:00:00", "end_date": "2026-11-02 05:00:00",
        "assigned_to": {"link": "https://x/api/now/table/sys_user/abc", "value": "abc"}, "cmdb_ci": "", "type": "normal", "scope": "3", "chg_model": {"link": "x", "value": "y"}}]}"#;
    let change = only("sn.json", text, &ReadOptions::default());
    assert_eq!((change.from, change.until), (Some(FOUR), Some(FIVE)));
    assert_eq!((change.actors, change.open), (vec![], vec!["assigned_to".to_owned()]));
    let displayed = r#"{"result": [{"number": "CHG1", "state": "Implement", "start_date": "2026-11-02 04:00:00"}]}"#;
    let refused = read("sn.json", displayed.as_bytes(), &ReadOptions::default()).unwrap().refused;
    assert_eq!(refused[0].code, "no-time-zone", "displayed times are those of whoever asked");
}

#[test]
fn when_it_was_approved_is_an_instant_or_a_day_somewhere() {
    let at = |text: &str| {
        only("c.csv", &format!("id,state,approved_at\nC1,approved,{text}\n"), &ReadOptions::default()).approved_at
    };
    assert_eq!(at("2026-11-02T04:00:00Z"), Some((FOUR, FOUR)));
    assert_eq!(at("2026-11-02 04:00"), Some((Instant(FOUR.0 - 14 * HOUR), Instant(FOUR.0 + 12 * HOUR))));
    assert_eq!(at("2026-11-02"), Some((Instant(FOUR.0 - 18 * HOUR), Instant(FOUR.0 + 32 * HOUR))));
    assert_eq!(at("soon"), Some((Instant(i64::MIN), Instant(i64::MAX))));
    assert_eq!(at(""), None);
}

#[test]
fn accounts_that_a_spreadsheet_spoiled_are_told_and_those_with_dashes_read() {
    let text = "id,state,accounts\nC1,approved,1.23457E+11\nC2,approved,1234-5678-9012\nC3,approved,=\"123456789012\"\nC4,approved,my-project-1\n";
    let read = read("c.csv", text.as_bytes(), &utc()).unwrap();
    assert_eq!((read.refused[0].code, read.refused[0].place.locator.as_str()), ("spoiled-account", "c.csv:2"));
    let accounts: Vec<_> = read.changes.iter().map(|change| change.accounts[0].as_str()).collect();
    assert_eq!(accounts, ["123456789012", "123456789012", "my-project-1"]);
    assert!(read.short_accounts.is_empty());
    let short = super::read("c.csv", b"id,accounts\nC1,12345678901\nC2,12345678901\n", &utc()).unwrap();
    assert_eq!(short.short_accounts, ["12345678901"]);
}

#[test]
fn accounts_are_found_among_what_people_write_around_them() {
    let accounts = |text: &str| only("c.csv", &format!("id,state,accounts\nC1,approved,{text}\n"), &utc()).accounts;
    for (text, expected) in [
        ("prod (123456789012)", "123456789012"),
        ("aws/123456789012", "123456789012"),
        ("arn:aws:organizations::999999999999:account/o-1/123456789012", "123456789012"),
        ("/subscriptions/0a0b0c0d-0000-0000-0000-00000000000a", "0a0b0c0d-0000-0000-0000-00000000000a"),
        ("projects/acme-prod", "acme-prod"),
        ("acme-123456789012", "acme-123456789012"),
        ("prod", "prod"),
    ] {
        assert_eq!(accounts(text), [expected], "{text}");
    }
    assert!(accounts("*").is_empty() && accounts("All").is_empty(), "no bound");
    assert_eq!(only("c.csv", "number,u_aws_account\nC1,123456789012\n", &utc()).accounts, ["123456789012"]);
}

#[test]
fn an_end_that_is_a_day_alone_leaves_the_day_open() {
    let change = only("c.csv", "id,state,from,until\nC1,approved,2026-11-02,2026-11-02\n", &utc());
    let midnight = Instant(FOUR.0 - 4 * HOUR);
    assert_eq!((change.from, change.until), (Some(midnight), Some(midnight)));
    assert_eq!(change.until_at_the_latest, Some(Instant(midnight.0 + 24 * HOUR)));
    let refused = read("c.csv", b"id,from,until\nC1,2026-11-03,2026-11-02\n", &utc()).unwrap().refused;
    assert_eq!(refused[0].code, "backwards");
}

#[test]
fn an_issue_of_jira_goes_by_its_key_and_says_when_it_was_approved() {
    let text = r#"{"names": {"customfield_4": "Approvals"}, "issues": [{"id": "10007", "key": "OPS-7", "fields": {"status": {"name": "Done"},
        "customfield_4": [{"finalDecision": "approved", "completedDate": {"iso8601": "2026-11-02T04:00:00+0000"}, "approvers": []},
            {"finalDecision": "approved", "completedDate": {"iso8601": "2026-11-02T05:00:00+0000"}, "approvers": []}]}}]}"#;
    let change = only("jira.json", text, &ReadOptions::default());
    assert_eq!((change.id.as_str(), change.approved, change.approved_at), ("OPS-7", Some(true), Some((FOUR, FIVE))));
}

#[test]
fn a_page_that_says_that_more_follows_is_not_all() {
    let page = |rest: &str, key: &str| {
        let text = format!(r#"{{{rest} "issues": [{{"key": "{key}", "fields": {{"status": {{"name": "Done"}}}}}}]}}"#);
        read("jira.json", text.as_bytes(), &utc()).unwrap()
    };
    let missing = |files: &[ChangeFile]| {
        not_given(files).into_iter().map(|one| (one.code, one.place.locator)).collect::<Vec<_>>()
    };
    for (rest, key) in [
        (r#""startAt": 0, "maxResults": 1, "total": 900,"#, "total"),
        (r#""isLast": false,"#, "isLast"),
        (r#""nextPageToken": "abc", "isLast": false,"#, "nextPageToken"),
        (r#""_links": {"next": {"href": "https://x"}},"#, "_links"),
    ] {
        assert_eq!(missing(&[page(rest, "OPS-1")]), [("more-follows", format!("#/{key}"))], "{rest}");
    }
    for rest in ["", r#""startAt": 0, "total": 1,"#, r#""isLast": true, "nextPageToken": null,"#] {
        assert_eq!(missing(&[page(rest, "OPS-1")]), [], "{rest}");
    }
    let (first, second) = (r#""startAt": 0, "total": 2,"#, r#""startAt": 1, "total": 2,"#);
    assert_eq!(missing(&[page(first, "OPS-1"), page(second, "OPS-2")]), [], "all pages are given");
    assert_eq!(missing(&[page(first, "OPS-1"), page(first, "OPS-1")]).len(), 2, "one of them twice");
}

#[test]
fn what_an_object_says_of_a_bound_or_a_decision_is_not_lost() {
    let told = |more: &str| {
        let text = format!(r#"[{{"id": "C1", "state": "approved", "approver": "Bea Silva", {more}}}]"#);
        let change = only("c.json", &text, &utc());
        let bounds = [change.accounts, change.resources, change.actors, change.operations].concat();
        (change.approved, bounds.join(" "), change.approvers.join(" "), change.open.join(" "))
    };
    let said = |bounds: &str, open: &str| (Some(true), bounds.to_owned(), "Bea Silva".to_owned(), open.to_owned());
    for (more, expected) in [
        (r#""resources": [{"id": "i-1", "name": "web"}]"#, said("i-1", "")),
        (r#""resources": [{"arn": "arn:aws:s3:::b", "type": "bucket"}]"#, said("arn:aws:s3:::b", "")),
        (r#""accounts": [{"id": "222222222222", "name": "Shop"}]"#, said("222222222222", "")),
        (r#""accounts": [{"self": "x", "id": "10100", "value": "222222222222"}]"#, said("222222222222", "")),
        (r#""actors": [{"mail": "kei@example.com"}]"#, said("kei@example.com", "")),
        (r#""operations": [{"service": "ec2", "action": "StopInstances"}]"#, said("", "operations")),
        (r#""resources": [{"workspaceId": "w", "objectId": "1"}]"#, said("", "resources")),
        (r#""resources": [{}]"#, said("", "")),
    ] {
        assert_eq!(told(more), expected, "{more}");
    }
    let approval = |more: &str| {
        let change = only("c.json", &format!(r#"[{{"id": "C1", "state": "approved", {more}}}]"#), &utc());
        (change.approved, change.approvers.join(" "))
    };
    for (more, approved, approvers) in [
        (r#""approver": {"name": "Bea Silva", "status": "rejected"}"#, None, ""),
        (r#""approver": {"name": "Bea Silva", "approved": false}"#, None, ""),
        (r#""approver": {"name": "Bea Silva", "status": "approved"}"#, Some(true), "Bea Silva"),
        (
            r#""approver": [{"name": "Bea", "decision": "declined"}, {"name": "Kei", "decision": "approved"}]"#,
            None,
            "Kei",
        ),
        (r#""reviewers": [{"displayName": "Bea Silva", "vote": 10}]"#, Some(true), "Bea Silva"),
        (r#""reviewers": [{"displayName": "Bea Silva", "vote": 0}]"#, Some(true), ""),
        (r#""reviewers": [{"displayName": "Bea Silva", "vote": -10}]"#, None, ""),
        (r#""reviewers": [{"displayName": "Bea", "vote": 10}, {"displayName": "Kei", "vote": -5}]"#, None, "Bea"),
        (r#""approvals": [{"approver": "Bea Silva", "state": "approved"}]"#, Some(true), "Bea Silva"),
        (r#""approvals": [{"approver": "Bea Silva", "decision": "rejected"}]"#, Some(false), ""),
        (r#""approvals": [{"approver": {"name": "Bea Silva"}, "approved": true}]"#, Some(true), "Bea Silva"),
        (r#""approvals": ["Bea Silva"]"#, None, ""),
    ] {
        assert_eq!(approval(more), (approved, approvers.to_owned()), "{more}");
    }
    let label = only("c.json", r#"[{"id": "C1", "state": {"label": "Rejected"}}]"#, &utc());
    assert_eq!(label.approved, Some(false));
    let state = only("c.json", r#"[{"id": "C1", "state": {"code": 3}, "approver": "Bea Silva"}]"#, &utc());
    assert_eq!(state.open, ["state"], "nothing tells what it is");
}

#[test]
fn a_cell_with_a_day_and_a_time_behind_a_comma_is_one_time() {
    let text = "id,state,from,until,approved_at\n\
                C1,approved,\"02.11.2026, 04:00\",\"2026-11-02, 05:00\",\"02.11.2026, 04:00; 02.11.2026, 05:00\"\n";
    let change = only("c.csv", text, &utc());
    assert_eq!((change.from, change.until, change.approved_at), (Some(FOUR), Some(FIVE), Some((FOUR, FIVE))));
    let windows = read("c.csv", b"id,state,from\nC1,approved,2026-11-02 04:00;2026-11-09 04:00\n", &utc()).unwrap();
    assert_eq!(windows.refused[0].code, "not-a-time", "two windows are two rows");
}

#[test]
fn a_change_that_was_made_up_afterwards_says_so() {
    let change = |heading: &str, text: &str| {
        only("c.csv", &format!("number,state,{heading}\nCHG0030001,Closed,{text}\n"), &utc())
    };
    for heading in ["Created", "sys_created_on", "Opened at", "created_at", "作成日時"] {
        assert_eq!(change(heading, "2026-11-02 04:00:00").written_at, Some(FOUR), "{heading}");
    }
    let approved = |text: &str| {
        let text = format!("number,state,approval,unauthorized\nCHG0030001,Closed,Approved,{text}\n");
        only("c.csv", &text, &utc()).approved
    };
    assert_eq!((approved("true"), approved("false"), approved("")), (Some(false), Some(true), Some(true)));
}

#[test]
fn a_bound_that_names_nothing_leaves_open_what_it_bounds() {
    let change =
        |heading: &str, text: &str| only("c.csv", &format!("id,state,{heading}\nC1,approved,\"{text}\"\n"), &utc());
    for (heading, text) in [
        ("accounts", "N/A"),
        ("accounts", "any"),
        ("resources", "-"),
        ("resources", "see description"),
        ("operations", "none"),
        ("対象リソース", "別紙参照"),
    ] {
        let change = change(heading, text);
        assert_eq!(change.open.len(), 1, "{heading} {text}");
        assert!(change.accounts.is_empty() && change.resources.is_empty() && change.operations.is_empty(), "{text}");
    }
    assert!(change("accounts", "all").open.is_empty() && change("resources", "*").open.is_empty());
    for text in ["instance i-0123456789abcdef0 (web)", "the web servers", "i-0*"] {
        assert!(change("resources", text).resources_by_name, "{text}");
    }
    assert_eq!(change("operations", "ec2.amazonaws.com:TerminateInstances").operations, ["ec2:terminateinstances"]);
    assert_eq!(change("accounts", "111111111111 222222222222").accounts, ["111111111111", "222222222222"]);
}

#[test]
fn one_change_a_line_is_read_with_its_line() {
    let text = "{\"id\": \"C0\", \"state\": \"approved\"}\n\n{\"id\": \"C1\", \"state\": \"draft\"}\n";
    let changes = read("c.json", text.as_bytes(), &utc()).unwrap().changes;
    let told: Vec<_> = changes.iter().map(|c| (c.id.as_str(), c.approved, c.place.locator.as_str())).collect();
    assert_eq!(told, [("C0", Some(true), "c.json:1"), ("C1", Some(false), "c.json:3")]);
    assert_eq!(only("c.json", text.lines().next().unwrap(), &utc()).id, "C0");
    let cut = read("c.json", &text.as_bytes()[..text.len() - 4], &utc()).unwrap_err().to_string();
    assert_eq!(cut, "c.json: line 3: it is no row in JSON as those before it");
    assert!(read("c.json", b"{\"id\": 7, \"items\": []}", &utc()).is_err(), "it lists something else");
}

#[test]
fn a_run_goes_by_the_number_that_sessions_are_named_after() {
    let text = r#"[{"databaseId": 9012345, "number": 4, "headSha": "4f2c9aa"}]"#;
    assert_eq!(only("runs.json", text, &ReadOptions::default()).id, "9012345");
}

#[test]
fn a_japanese_table_is_read_in_any_encoding_that_says_what_it_is() {
    let text = "変更番号,状態,開始日時,終了日時,承認者,アカウント\nC1,承認済み,2026/11/02 04:00,2026/11/02 05:00,佐藤、鈴木,123456789012\n";
    let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    for bytes in [text.as_bytes(), &wide] {
        let change = read("c.csv", bytes, &utc()).unwrap().changes.remove(0);
        assert_eq!((change.id.as_str(), change.approved, change.from), ("C1", Some(true), Some(FOUR)));
        assert_eq!((change.until, change.approvers), (Some(FIVE), vec!["佐藤".to_owned(), "鈴木".to_owned()]));
    }
    let of_a_country = b"id,state,approver\nC1,approved,J\xfcrgen\n";
    let error = read("c.csv", of_a_country, &utc()).unwrap_err().to_string();
    assert!(error.starts_with("c.csv: it is not in UTF-8"), "{error}");
}

const HOUR: i64 = 3_600_000_000;
