//! The runs of pipelines, and the sessions that are theirs.

use super::*;

#[test]
fn a_run_with_reviewers_approves_the_session_that_is_named_after_it() {
    let runs = || [run("9012345", "4f2c9aa1b2c3d4e5")];
    for session in ["GitHubActions-9012345", "deploy-4f2c9aa", "4f2c9aa1b2c3d4e5"] {
        assert_eq!(how(&deployed(session), runs()), Some(Approval::Pipeline), "{session}");
    }
    for session in ["GitHubActions-9012346", "deploy-4f2c9ab", "amir.khan", "90123451"] {
        assert_eq!(how(&deployed(session), runs()), Some(Approval::Nothing), "{session}");
    }
    let mut stolen = deployed("GitHubActions-9012345");
    stolen.actor.name = Some("Admin".into());
    stolen.actor.session_issuer = Some("arn:aws:iam::111111111111:role/Admin".into());
    assert_eq!(how(&stolen, runs()), Some(Approval::Nothing), "another role took the run's name");
    let unreviewed = Change { approved: Some(false), approvers: Vec::new(), ..run("9012345", "4f2c9aa") };
    assert_eq!(how(&deployed("run-9012345"), [unreviewed]), Some(Approval::NotApproved));
    let unbound = Change { actors: Vec::new(), from: None, until: None, ..run("9012345", "4f2c9aa") };
    assert_eq!(how(&deployed("run-9012345"), [unbound]), None, "anybody can take a run's name");
    let without_role = Change { actors: Vec::new(), ..run("9012345", "4f2c9aa") };
    let done = reconcile(&[deployed("run-9012345")], &with([without_role])).operations.remove(0);
    assert_eq!((done.approval, done.unattended), (None, Some(false)), "and in its time as well");
}

#[test]
fn a_short_number_is_a_run_where_the_session_says_so() {
    let short = |session| how(&deployed(session), [run("26", "")]);
    for session in ["run-26", "infra.build_26", "Pipeline-26-apply", "26"] {
        assert_eq!(short(session), Some(Approval::Pipeline), "{session}");
    }
    for session in ["deploy-2026-11-26", "run-27", "run26", "run-2-26"] {
        assert_eq!(short(session), Some(Approval::Nothing), "{session}");
    }
}

#[test]
fn the_number_of_a_run_is_a_whole_word_of_its_sessions_name() {
    let numbered = |session| how(&deployed(session), [run("4711", "")]);
    for session in ["deploy-4711", "gitlab-4711", "gh-4711", "ado_4711", "jenkins-deploy-4711", "deploy-4711-1"] {
        assert_eq!(numbered(session), Some(Approval::Pipeline), "{session}");
    }
    for session in ["shop-4711", "orders.v2-4711"] {
        assert_eq!(numbered(session), None, "{session}: it may be a number of something else");
    }
    for session in ["deploy-47110", "deploy-14711", "deploy4711", "deploy-2026-4711", "amir.khan"] {
        assert_eq!(numbered(session), Some(Approval::Nothing), "{session}");
    }
    let of_a_year = |session| how(&deployed(session), [run("2026", "")]);
    assert_eq!((of_a_year("deploy-2026"), of_a_year("deploy-2026-11")), (Some(Approval::Pipeline), None));
    let unreviewed = Change { approved: Some(false), approvers: Vec::new(), ..run("4711", "") };
    assert_eq!(how(&deployed("shop-4711"), [unreviewed.clone()]), Some(Approval::Nothing));
    assert_eq!(how(&deployed("deploy-4711"), [unreviewed]), Some(Approval::NotApproved));
    let others = Change { actors: vec!["Other".to_owned()], ..run("4711", "") };
    assert_eq!(how(&deployed("shop-4711"), [others]), Some(Approval::Nothing), "of another role");
}

#[test]
fn a_session_whose_name_is_anybodys_may_be_of_any_run_of_its_role_at_that_time() {
    let runs = |role: &str| [Change { actors: vec![role.to_owned()], ..run("9012345", "4f2c9aa") }];
    let named = |session, role| how(&deployed(session), runs(role));
    for session in ["GitHubActions", "botocore-session-1793600000", "aws-sdk-java-1793600000", "deploy"] {
        for role in ["DeployPipeline", "arn:aws:iam::111111111111:role/DeployPipeline", "Deploy*"] {
            assert_eq!(named(session, role), None, "{session} {role}");
        }
        assert_eq!(named(session, "Other"), Some(Approval::Nothing), "{session}");
    }
    assert_eq!(named("amir.khan", "DeployPipeline"), Some(Approval::Nothing));
    let of = |edit: &dyn Fn(&mut Change)| {
        let mut run = run("9012345", "4f2c9aa");
        edit(&mut run);
        how(&deployed("GitHubActions"), [run])
    };
    assert_eq!(of(&|run| run.until = Some(Instant(HOUR))), Some(Approval::Nothing), "it had ended");
    assert_eq!(of(&|run| run.approved = Some(false)), Some(Approval::Nothing), "nobody reviewed it");
    assert_eq!(of(&|run| run.approved = None), None);
}

#[test]
fn a_run_approves_nothing_behind_its_end_and_one_that_may_go_on_leaves_it_open() {
    let at = |from, until: Option<i64>, latest: Option<i64>| {
        let (until, until_at_the_latest) = (until.map(Instant), latest.map(Instant));
        how(
            &deployed("run-9012345"),
            [Change { from: Some(Instant(from)), until, until_at_the_latest, ..run("9012345", "") }],
        )
    };
    let no_end = Some(crate::changes::NO_END.0);
    assert_eq!(at(0, Some(HOUR + 1), None), Some(Approval::Pipeline));
    assert_eq!(at(0, Some(HOUR), None), Some(Approval::Nothing));
    assert_eq!(at(0, Some(HOUR + 1), no_end), Some(Approval::Pipeline), "it went on when it was listed");
    assert_eq!(at(0, Some(HOUR), no_end), None);
    assert_eq!(at(0, None, None), None, "nobody says when it ended");
    assert_eq!(at(0, Some(HOUR), Some(2 * HOUR)), None, "some time on that day");
    assert_eq!(at(HOUR + 1, None, None), Some(Approval::Nothing));
}

#[test]
fn who_wrote_the_commit_does_not_approve_its_run() {
    let own = Change { approvers: vec!["chen.li".to_owned()], ..run("9012345", "4f2c9aa") };
    let done = reconcile(&[deployed("run-9012345")], &with([own])).operations.remove(0);
    assert_eq!(done.approval.unwrap().by_actor_alone, Some(true));
    assert_eq!(done.unattended, Some(true), "nobody signs in for a run");
}

#[test]
fn whoever_started_a_run_does_not_approve_it_where_nobody_says_who_wrote_the_commit() {
    let own = |author: &str, started: &[&str], approver: &str| {
        let (requester, approvers) = (author.to_owned(), vec![approver.to_owned()]);
        let started_by = started.iter().map(|by| (*by).to_owned()).collect();
        let run = Change { requester, started_by, approvers, ..run("9012345", "4f2c9aa") };
        reconcile(&[deployed("run-9012345")], &with([run])).operations.remove(0).approval.unwrap().by_actor_alone
    };
    assert_eq!(own("", &["amir-khan"], "amir-khan"), Some(true));
    assert_eq!(own("", &["chen.li", "amir-khan"], "Amir Khan"), Some(true), "it was started again");
    assert_eq!(own("", &["amir.khan"], "Bea Silva"), Some(false));
    assert_eq!(own("", &["amir"], "Bea Silva"), None, "a name of one part");
    assert_eq!(own("", &[], "Bea Silva"), None);
    assert_eq!(own("chen.li", &["bea.silva"], "Bea Silva"), Some(false), "she put the work of another in");
}
