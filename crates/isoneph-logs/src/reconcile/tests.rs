//! Operations are approved by what the records say, and by nothing else.

use std::borrow::Cow;

use isoneph_tables::Instant;

use super::*;
use crate::changes::{BreakGlass, ChangeKind, ChangePlace, OfServices, Procedure, Review};
use crate::event::{Actor, ActorKind, EventOutcome, Phase};
use crate::operations::OperationClass;

mod runs;

const HOUR: i64 = 3_600_000_000;
const PLACE: SourcePlace<'_> = SourcePlace { file: "f", sha256: "00", index: 0 };

fn event(id: &str, at: i64) -> Event<'static> {
    Event {
        provider: "aws".into(),
        account: Some("111111111111".into()),
        region: Some("us-east-1".into()),
        id: id.to_owned().into(),
        time: Some(Instant(at)),
        operation: Some("TerminateInstances".into()),
        operation_name: Some("ec2:terminateinstances".into()),
        actor: Actor {
            kind: Some(ActorKind::Role),
            id: Some("arn:aws:sts::111111111111:assumed-role/Admin/amir.khan".into()),
            name: Some("Admin".into()),
            session: Some("amir.khan".into()),
            session_issuer: Some("arn:aws:iam::111111111111:role/Admin".into()),
            mfa: Some(true),
            ..Actor::default()
        },
        targets: Some(vec!["i-1".into()]),
        outcome: Some(EventOutcome::Success),
        ..Event::default()
    }
}

fn change(id: &str, from: i64, until: i64) -> Change {
    Change {
        kind: ChangeKind::Change,
        id: id.to_owned(),
        state: "approved".to_owned(),
        approved: Some(true),
        approved_at: None,
        written_at: None,
        closed_at: None,
        from: Some(Instant(from)),
        until: Some(Instant(until)),
        until_at_the_latest: None,
        accounts: vec!["111111111111".to_owned()],
        services: None,
        classes: Vec::new(),
        operations: Vec::new(),
        perhaps: Vec::new(),
        resources: Vec::new(),
        resources_by_name: false,
        actors: Vec::new(),
        requester: String::new(),
        started_by: Vec::new(),
        approvers: vec!["ines.novak".to_owned()],
        procedure: String::new(),
        commit: String::new(),
        session: String::new(),
        open: Vec::new(),
        window_open: false,
        place: ChangePlace { file: "changes.csv".to_owned(), locator: format!("changes.csv:{id}") },
    }
}

fn run(id: &str, commit: &str) -> Change {
    Change {
        kind: ChangeKind::Pipeline,
        commit: commit.to_owned(),
        requester: "chen.li".to_owned(),
        actors: vec!["DeployPipeline".to_owned()],
        ..change(id, 0, 10 * HOUR)
    }
}

fn reconcile(events: &[Event<'_>], records: &Records) -> Reconciliation {
    let catalogue = Catalogue::proposed().unwrap();
    let mut reconciler = Reconciler::new(&catalogue);
    events.iter().for_each(|event| reconciler.observe(event, &PLACE));
    reconciler.finish(records)
}

fn with(changes: impl Into<Vec<Change>>) -> Records {
    Records { changes: Some(changes.into()), ..Records::default() }
}

fn how(event: &Event<'_>, changes: impl Into<Vec<Change>>) -> Option<Approval> {
    let reconciliation = reconcile(std::slice::from_ref(event), &with(changes));
    reconciliation.operations[0].approval.as_ref().map(|approved| approved.how)
}

#[test]
fn a_change_approves_what_lies_in_its_window_and_nothing_else() {
    let window = || [change("C1", HOUR, 2 * HOUR)];
    assert_eq!(how(&event("e", HOUR), window()), Some(Approval::Change), "the first instant is inside");
    assert_eq!(how(&event("e", 2 * HOUR), window()), Some(Approval::OutsideWindow), "the last is outside");
    assert_eq!(how(&event("e", 200 * HOUR), window()), Some(Approval::Nothing));
    let other = Event { account: Some("222222222222".into()), ..event("e", HOUR) };
    assert_eq!(how(&other, window()), Some(Approval::Nothing), "of another account");
}

#[test]
fn an_account_of_aws_that_lost_its_zeros_is_the_one_that_has_them() {
    let of = |provider: &'static str, name: &'static str| Event {
        provider: provider.into(),
        account: Some("012345678901".into()),
        operation_name: Some(name.into()),
        ..event("e", 1)
    };
    let change = || [Change { accounts: vec!["12345678901".to_owned()], ..change("C1", 0, HOUR) }];
    assert_eq!(how(&of("aws", "ec2:terminateinstances"), change()), Some(Approval::Change));
    assert_eq!(how(&of("google", "compute.instances.delete"), change()), Some(Approval::Nothing));
}

#[test]
fn a_change_that_ends_on_some_day_leaves_that_day_open() {
    let change = || [Change { until_at_the_latest: Some(Instant(26 * HOUR)), ..change("C1", 0, 2 * HOUR) }];
    assert_eq!(how(&event("e", HOUR), change()), Some(Approval::Change));
    assert_eq!(how(&event("e", 2 * HOUR), change()), None);
    assert_eq!(how(&event("e", 26 * HOUR), change()), Some(Approval::OutsideWindow));
}

#[test]
fn a_change_approves_nothing_once_it_is_closed() {
    let closed = || [Change { closed_at: Some(Instant(HOUR)), ..change("C1", 0, 2 * HOUR) }];
    assert_eq!(how(&event("e", HOUR - 1), closed()), Some(Approval::Change));
    assert_eq!(how(&event("e", HOUR + 1), closed()), Some(Approval::OutsideWindow));
}

#[test]
fn a_change_that_was_not_approved_approves_nothing_and_an_undecided_one_leaves_it_open() {
    let state = |approved| Change { approved, ..change("C1", 0, HOUR) };
    assert_eq!(how(&event("e", 1), [state(Some(false))]), Some(Approval::NotApproved));
    assert_eq!(how(&event("e", 1), [state(None)]), None);
    assert_eq!(how(&event("e", 1), [state(None), state(Some(true))]), Some(Approval::Change));
}

#[test]
fn what_was_not_understood_of_a_change_leaves_open_what_it_approves() {
    let open = |c: Change| Change { open: vec!["class of op".to_owned()], ..c };
    assert_eq!(how(&event("e", 1), [open(change("C1", 0, HOUR))]), None);
    assert_eq!(how(&event("e", 1), [open(change("C1", 0, HOUR)), change("C2", 0, HOUR)]), Some(Approval::Change));
    let elsewhere = Change { accounts: vec!["222222222222".to_owned()], ..open(change("C1", 0, HOUR)) };
    assert_eq!(how(&event("e", 1), [elsewhere]), Some(Approval::Nothing), "it is of another account");
    let sometime = Change { from: None, until: None, window_open: true, ..open(change("C1", 0, 1)) };
    let refused = Change { approved: Some(false), ..sometime.clone() };
    assert_eq!(how(&event("e", 1), [sometime]), None, "its window was not understood");
    assert_eq!(how(&event("e", 1), [refused]), Some(Approval::Nothing), "it approves nothing, whenever it was");
    assert_eq!(how(&deployed("run-9012345"), [open(run("9012345", "4f2c9aa"))]), None);
    let unread = Records { refused: 1, ..with([change("C1", 2 * HOUR, 3 * HOUR)]) };
    let judged = reconcile(&[event("e", 1)], &unread).operations.remove(0);
    assert_eq!(judged.approval, None, "a row that could not be read could have approved it");
}

#[test]
fn an_approval_after_the_fact_is_none() {
    let approved = |from: i64, until: i64| {
        how(
            &event("e", HOUR),
            [Change { approved_at: Some((Instant(from), Instant(until))), ..change("C1", 0, 2 * HOUR) }],
        )
    };
    assert_eq!(approved(0, 0), Some(Approval::Change));
    assert_eq!(approved(HOUR, HOUR), Some(Approval::Change));
    assert_eq!(approved(9 * HOUR, 9 * HOUR), Some(Approval::NotApproved));
    assert_eq!(approved(0, 9 * HOUR), None, "some time on that day");
}

#[test]
fn classes_operations_resources_and_actors_bound_a_change() {
    type Edit = fn(&mut Change);
    let cases: [(&str, Edit, Option<Approval>); 22] = [
        ("nothing but a window", |c| c.accounts.clear(), None),
        (
            "nothing but a window and an actor",
            |c| {
                c.accounts.clear();
                c.actors = vec!["Amir Khan".to_owned()];
            },
            Some(Approval::Change),
        ),
        ("its class", |c| c.classes = vec![OperationClass::VirtualServer], Some(Approval::Change)),
        ("another class", |c| c.classes = vec![OperationClass::Network], Some(Approval::Nothing)),
        ("its operation", |c| c.operations = vec!["ec2:terminateinstances".to_owned()], Some(Approval::Change)),
        (
            "perhaps its operation",
            |c| {
                (c.operations, c.perhaps) =
                    (vec!["ec2:terminateinstance".to_owned()], vec!["ec2:terminateinstances".to_owned()]);
            },
            None,
        ),
        ("its operation as written", |c| c.operations = vec!["terminateinstances".to_owned()], Some(Approval::Change)),
        (
            "its class, and another operation",
            |c| {
                c.classes = vec![OperationClass::VirtualServer];
                c.operations = vec!["ec2:stopinstances".to_owned()];
            },
            None,
        ),
        (
            "its operation, and another class",
            |c| {
                c.classes = vec![OperationClass::Network];
                c.operations = vec!["ec2:terminateinstances".to_owned()];
            },
            Some(Approval::Change),
        ),
        ("written down before", |c| c.written_at = Some(Instant(0)), Some(Approval::Change)),
        ("written down afterwards", |c| c.written_at = Some(Instant(HOUR)), None),
        ("its resource", |c| c.resources = vec!["i-1".to_owned()], Some(Approval::Change)),
        (
            "its resource by ARN",
            |c| c.resources = vec!["arn:aws:ec2:r:1:instance/i-1".to_owned()],
            Some(Approval::Change),
        ),
        ("any resource", |c| c.resources = vec!["*".to_owned()], Some(Approval::Change)),
        ("another resource", |c| c.resources = vec!["i-2".to_owned()], Some(Approval::Nothing)),
        (
            "an item of another name",
            |c| {
                c.resources = vec!["web-01".to_owned()];
                c.resources_by_name = true;
            },
            None,
        ),
        ("its actor", |c| c.actors = vec!["Amir Khan".to_owned()], Some(Approval::Change)),
        ("its role", |c| c.actors = vec!["Admin".to_owned()], Some(Approval::Change)),
        ("another actor", |c| c.actors = vec!["Bea Silva".to_owned()], Some(Approval::Nothing)),
        ("perhaps its actor", |c| c.actors = vec!["a.khan".to_owned()], None),
        (
            "another role",
            |c| c.actors = vec!["arn:aws:iam::111111111111:role/Deploy".to_owned()],
            Some(Approval::Nothing),
        ),
        ("no window at all", |c| (c.from, c.until) = (None, None), Some(Approval::Nothing)),
    ];
    for (what, edit, expected) in cases {
        let mut change = change("C1", 0, HOUR);
        edit(&mut change);
        assert_eq!(how(&event("e", 1), [change]), expected, "{what}");
    }
}

#[test]
fn a_deletion_beyond_the_listed_resources_is_not_approved_by_the_list() {
    let listed = Change { resources: vec!["i-1".to_owned()], ..change("C1", 0, HOUR) };
    let both = Event { targets: Some(vec!["i-1".into(), "i-9".into()]), ..event("e", 1) };
    assert_eq!(how(&both, [listed.clone()]), None);
    let stop = Event { operation_name: Some("ec2:stopinstances".into()), ..both };
    assert_eq!(how(&stop, [listed]), None, "nor is a stop of several");
}

#[test]
fn what_the_log_does_not_tell_stays_open() {
    assert_eq!(how(&Event { time: None, ..event("e", 1) }, [change("C1", 0, HOUR)]), None);
    assert_eq!(how(&Event { account: None, ..event("e", 1) }, [change("C1", 0, HOUR)]), None);
    let bound = Change { resources: vec!["i-1".to_owned()], ..change("C1", 0, HOUR) };
    assert_eq!(how(&Event { targets: None, ..event("e", 1) }, [bound]), None);
    let none = reconcile(&[event("e", 1)], &Records::default());
    assert_eq!(none.operations[0].approval, None, "no register was given");
}

#[test]
fn nobody_is_their_own_approver() {
    let alone = |approvers: &[&str]| {
        let approvers = approvers.iter().map(|name| (*name).to_owned()).collect();
        let records = with([Change { approvers, ..change("C1", 0, HOUR) }]);
        let approved = reconcile(&[event("e", 1)], &records).operations.remove(0).approval.unwrap();
        (approved.by_actor_alone, approved.approver)
    };
    assert_eq!(alone(&["amir.khan@example.com"]), (Some(true), "amir.khan@example.com".to_owned()));
    assert_eq!(alone(&["Amir Khan", "Ines Novak"]), (Some(false), "Ines Novak".to_owned()));
    assert_eq!(alone(&[]), (None, String::new()));
    for spelled in ["Khan Amir", "a.khan@example.com", "adm-akhan", "Amir S. Khan", "アミール・カーン", "bea", "CAB"]
    {
        assert_eq!(alone(&[spelled]), (None, spelled.to_owned()), "it may be the actor");
    }
    let by_another =
        [Change { approvers: vec!["amir.khan".to_owned()], ..change("C1", 0, HOUR) }, change("C2", 0, HOUR)];
    let approved = reconcile(&[event("e", 1)], &with(by_another)).operations.remove(0).approval.unwrap();
    assert_eq!((approved.change, approved.by_actor_alone), (Some(1), Some(false)));
}

#[test]
fn who_asked_for_what_a_program_carries_out_does_not_approve_it() {
    let alone = |requester: &str, approver: &str| {
        let mut by_program = event("e", 1);
        by_program.actor.kind = Some(ActorKind::Workload);
        let (requester, approvers) = (requester.to_owned(), vec![approver.to_owned()]);
        let change = Change { requester, approvers, ..change("C1", 0, HOUR) };
        reconcile(&[by_program], &with([change])).operations.remove(0).approval.unwrap().by_actor_alone
    };
    assert_eq!(alone("amir.khan", "Amir Khan"), Some(true));
    assert_eq!(alone("amir.khan", "Khan Amir"), None);
    assert_eq!(alone("amir.khan", "Bea Silva"), Some(false));
    assert_eq!(alone("", "Bea Silva"), Some(false), "nobody is a program");
    for program in ["release-pipeline", "svc-deploy", "6fa459ea-ee8a-3ca4-894e-db77e160355e"] {
        assert_eq!(alone("amir.khan", program), None, "{program}");
        assert_eq!(alone("", program), None, "{program}");
    }
}

#[test]
fn whoever_stands_behind_a_session_or_a_program_is_its_actor() {
    let alone = |edit: &dyn Fn(&mut Event<'static>)| {
        let mut event = event("e", 1);
        edit(&mut event);
        let own = Change { approvers: vec!["amir.khan@example.com".to_owned()], ..change("C1", 0, HOUR) };
        let done = reconcile(&[event], &with([own])).operations.remove(0);
        (done.approval.unwrap().by_actor_alone, done.unattended)
    };
    let session = |name: &'static str| move |e: &mut Event<'static>| e.actor.session = Some(name.into());
    assert_eq!(alone(&session("aws-cdk-amir.khan")), (Some(true), Some(false)));
    assert_eq!(alone(&session("bea.silva")), (Some(false), Some(false)));
    for name in ["GitHubActions", "my-function", "deploy"] {
        assert_eq!(alone(&session(name)), (None, Some(false)), "{name}");
    }
    let behind = |kind: ActorKind, provider: &'static str, by: &'static str| {
        move |e: &mut Event<'static>| {
            e.provider = provider.into();
            e.operation_name =
                Some(if provider == "aws" { "ec2:terminateinstances" } else { "compute.instances.delete" }.into());
            e.actor.kind = Some(kind);
            e.actor.session = Some("deploy".into());
            e.actor.invoked_by = Some(by.into());
        }
    };
    assert_eq!(alone(&behind(ActorKind::Role, "aws", "amir.khan")), (Some(true), Some(false)));
    assert_eq!(alone(&behind(ActorKind::Role, "aws", "cloudformation.amazonaws.com")), (None, Some(false)));
    assert_eq!(alone(&behind(ActorKind::Workload, "google", "amir.khan@example.com")), (Some(true), Some(false)));
    assert_eq!(alone(&behind(ActorKind::Workload, "aws", "AWS Internal")), (Some(false), Some(true)));
    let chain = behind(ActorKind::Workload, "google", "other@p.iam.gserviceaccount.com");
    assert_eq!(alone(&chain), (Some(false), Some(true)), "one program by another");
}

#[test]
fn records_of_one_operation_are_one_operation() {
    let part = |id: &str, at, phase, outcome| Event {
        operation_id: Some("op-1".into()),
        phase: Some(phase),
        outcome: Some(outcome),
        ..event(id, at)
    };
    let events = [
        part("b", 5, Phase::Last, EventOutcome::Failure),
        part("a", 1, Phase::First, EventOutcome::Pending),
        part("a", 1, Phase::First, EventOutcome::Pending),
    ];
    let reconciliation = reconcile(&events, &Records::default());
    assert_eq!(reconciliation.operations.len(), 1);
    assert_eq!(
        (reconciliation.operations[0].carried_out, reconciliation.operations[0].time),
        (Some(false), Some(Instant(1)))
    );
    assert_eq!(reconciliation.seen, Seen { events: 3, critical: 3, operations: 1, dropped: 0, conflicts: 0 });
}

#[test]
fn one_operation_in_two_exports_of_azure_is_one() {
    let azure = |id: &str, target: &'static str| Event {
        provider: "azure".into(),
        operation_name: Some("microsoft.compute/virtualmachines/delete".into()),
        operation_id: Some("c1".into()),
        phase: Some(Phase::Last),
        targets: Some(vec![target.into()]),
        ..event(id, 1)
    };
    let count = |events: &[Event<'_>]| reconcile(events, &Records::default()).operations.len();
    assert_eq!(count(&[azure("a", "/SUBSCRIPTIONS/1/VM1"), azure("b", "/subscriptions/1/vm1")]), 1);
    assert_eq!(count(&[azure("a", "/SUBSCRIPTIONS/1/VM1"), azure("b", "/subscriptions/1/vm2")]), 2);
    let entra = |id: &str, account: Option<&'static str>| Event {
        operation_name: Some("add member to role".into()),
        operation_id: Some("q".into()),
        phase: None,
        account: account.map(Cow::Borrowed),
        ..azure(id, "t")
    };
    assert_eq!(count(&[entra("Directory_9", None), entra("Directory_9", Some("tid"))]), 1);
    assert_eq!(count(&[entra("Directory_9", None), entra("Directory_8", Some("tid"))]), 2);
    let joined = reconcile(&[entra("Directory_9", None), entra("Directory_9", Some("tid"))], &Records::default());
    assert_eq!(joined.operations[0].account.as_deref(), Some("tid"), "one of them says whose it is");
}

#[test]
fn records_are_put_together_to_the_operations_that_were_asked_for() {
    use EventOutcome::{Failure, Pending, Success};
    use Phase::{First, Last, Middle};
    type Parts = &'static [(i64, Phase, EventOutcome, &'static [&'static str])];
    type Case = (&'static str, &'static str, &'static str, Parts, &'static [Option<bool>]);
    let cases: [Case; 10] = [
        (
            "one operation, its id that of the request",
            "azure",
            "microsoft.compute/virtualmachines/write",
            &[(1, First, Pending, &["/d", "/vm"]), (2, Middle, Pending, &["/VM"]), (9, Last, Success, &["/vm"])],
            &[Some(true)],
        ),
        (
            "a run of Terraform changes one thing twice, and fails once",
            "azure",
            "microsoft.network/networksecuritygroups/write",
            &[
                (1, First, Pending, &["/n"]),
                (2, Last, Success, &["/n"]),
                (5, First, Pending, &["/n"]),
                (6, Last, Failure, &["/n"]),
            ],
            &[Some(true), Some(false)],
        ),
        (
            "a deployment makes two machines at once",
            "azure",
            "microsoft.compute/virtualmachines/write",
            &[
                (1, First, Pending, &["/nic1", "/vm1"]),
                (1, First, Pending, &["/nic2", "/vm2"]),
                (8, Last, Failure, &["/vm1"]),
                (9, Last, Success, &["/vm2"]),
            ],
            &[Some(false), Some(true)],
        ),
        (
            "one thing is changed twice at once",
            "azure",
            "microsoft.network/networksecuritygroups/write",
            &[
                (1, First, Pending, &["/n"]),
                (2, First, Pending, &["/n"]),
                (5, Last, Success, &["/n"]),
                (6, Last, Success, &["/n"]),
            ],
            &[Some(true), Some(true)],
        ),
        (
            "the same records in two exports",
            "azure",
            "microsoft.compute/virtualmachines/delete",
            &[
                (1, First, Pending, &["/VM"]),
                (1, First, Pending, &["/vm"]),
                (9, Last, Success, &["/vm"]),
                (9, Last, Success, &["/VM"]),
            ],
            &[Some(true)],
        ),
        (
            "ends whose beginnings are in no file",
            "azure",
            "microsoft.compute/virtualmachines/delete",
            &[(1, Last, Success, &["/vm"]), (9, Last, Failure, &["/vm"])],
            &[Some(true), Some(false)],
        ),
        (
            "the first alone names what its answer named",
            "google",
            "compute.instances.delete",
            &[(1, First, Pending, &["1", "projects/p/vm"]), (9, Last, Success, &["projects/9/vm"])],
            &[Some(true)],
        ),
        (
            "a name that the server gave",
            "kubernetes",
            "rbac.authorization.k8s.io/clusterrolebindings:create",
            &[(1, First, Pending, &["clusterrolebindings"]), (1, Last, Success, &["clusterrolebindings/x-1"])],
            &[Some(true)],
        ),
        (
            "two requests under one id, which the caller chose",
            "kubernetes",
            "namespaces:delete",
            &[(1, Last, Success, &["namespaces/a"]), (2, Last, Failure, &["namespaces/a"])],
            &[Some(true), Some(false)],
        ),
        (
            "begun, and no more is known",
            "azure",
            "microsoft.compute/virtualmachines/delete",
            &[(1, First, Pending, &["/vm"])],
            &[None],
        ),
    ];
    for (what, provider, name, parts, expected) in cases {
        let mut events: Vec<Event<'_>> = parts
            .iter()
            .enumerate()
            .map(|(number, (at, phase, outcome, targets))| Event {
                provider: provider.into(),
                operation_name: Some(name.into()),
                operation_id: Some("q".into()),
                phase: Some(*phase),
                outcome: Some(*outcome),
                targets: Some(targets.iter().map(|target| Cow::Borrowed(*target)).collect()),
                ..event(&format!("e{number}"), *at)
            })
            .collect();
        for _ in 0..2 {
            let operations = reconcile(&events, &Records::default()).operations;
            let done: Vec<Option<bool>> = operations.iter().map(|operation| operation.carried_out).collect();
            assert_eq!(done, expected, "{what}");
            // In whichever order files are read.
            events.reverse();
        }
    }
}

#[test]
fn a_dry_run_is_no_deed_and_a_retry_that_makes_something_makes_good() {
    let made = |id: &str, at, error: Option<&'static str>, targets: &[&'static str]| Event {
        operation_name: Some("ec2:runinstances".into()),
        outcome: Some(if error.is_some() { EventOutcome::Failure } else { EventOutcome::Success }),
        error_code: error.map(Cow::Borrowed),
        targets: Some(targets.iter().map(|target| Cow::Borrowed(*target)).collect()),
        ..event(id, at)
    };
    let half = |events: &[Event<'_>]| {
        reconcile(events, &Records::default()).operations.iter().filter(|o| o.half_done == Some(true)).count()
    };
    let done = || made("b", 2, None, &["ami-1", "i-9"]);
    assert_eq!(half(&[made("a", 1, Some("Client.DryRunOperation"), &["ami-2"]), done()]), 0);
    assert_eq!(half(&[made("a", 1, Some("DryRun"), &["ami-2"]), done()]), 0);
    assert_eq!(half(&[made("a", 1, Some("Server.InsufficientInstanceCapacity"), &["ami-1"]), done()]), 0);
    assert_eq!(half(&[made("a", 1, Some("Server.InsufficientInstanceCapacity"), &[]), done()]), 0);
    assert_eq!(half(&[made("a", 1, Some("Server.InsufficientInstanceCapacity"), &["ami-2"]), done()]), 1);
    assert_eq!(half(&[done(), made("c", 3, Some("Server.InsufficientInstanceCapacity"), &["ami-1"])]), 1, "later");
}

#[test]
fn a_story_is_what_one_actor_did_without_an_hours_pause() {
    let mut events: Vec<Event<'_>> = (0..3).map(|i| event(&format!("e{i}"), i * HOUR / 2)).collect();
    events.push(event("late", 9 * HOUR));
    let mut other = event("other", 10);
    other.actor.id = Some("arn:aws:iam::111111111111:user/bea.silva".into());
    events.push(other);
    let stories = reconcile(&events, &with([change("C1", 0, HOUR)])).stories;
    let told: Vec<_> = stories.iter().map(|story| (story.operations, story.approvals.clone())).collect();
    let expected = [
        (1, vec![(Approval::Change, 1)]),
        (3, vec![(Approval::Change, 2), (Approval::OutsideWindow, 1)]),
        (1, vec![(Approval::OutsideWindow, 1)]),
    ];
    assert_eq!(told, expected.map(|(count, approvals)| (count, approvals.into_iter().collect())));
    assert_eq!(stories[1].irreversible, 3);
}

#[test]
fn a_failure_among_deeds_is_half_done_unless_made_good() {
    let failed = |id: &str, at, target: &'static str| Event {
        outcome: Some(EventOutcome::Failure),
        targets: Some(vec![Cow::Borrowed(target)]),
        ..event(id, at)
    };
    let half = |events: &[Event<'_>]| {
        reconcile(events, &Records::default()).operations.iter().filter(|o| o.half_done == Some(true)).count()
    };
    assert_eq!(half(&[event("a", 1), failed("b", 2, "i-2")]), 1);
    assert_eq!(half(&[event("a", 1), failed("b", 2, "i-2"), failed("c", 3, "i-3")]), 2);
    let retried = Event { targets: Some(vec!["i-2".into()]), ..event("c", 3) };
    assert_eq!(half(&[event("a", 1), failed("b", 2, "i-2"), retried]), 0);
    assert_eq!(half(&[failed("b", 2, "i-2")]), 0, "nothing was done at all");
}

#[test]
fn emergencies_procedures_and_reviews_are_as_declared() {
    let mut records = Records::default();
    let plain = reconcile(&[event("e", 1)], &records).operations.remove(0);
    assert_eq!((plain.break_glass, plain.procedure, plain.reviewer), (None, None, None), "nobody declared any");
    let identity = "arn:aws:iam::111111111111:role/Admin".to_owned();
    records.declared.break_glass = Some(vec![BreakGlass { identity, purpose: String::new() }]);
    let procedure = |id: &str, classes| Procedure { id: id.to_owned(), classes, ..Procedure::default() };
    records.declared.procedures = Some(vec![procedure("OP-7", vec![OperationClass::VirtualServer])]);
    records.declared.reviews = Some(vec![Review {
        reviewer: "Amir Khan".to_owned(),
        accounts: Vec::new(),
        services: None,
        held_at: None,
        from: Instant(0),
        until: Instant(HOUR),
    }]);
    let judged = reconcile(&[event("e", 1)], &records).operations.remove(0);
    assert_eq!((judged.break_glass, judged.procedure.as_deref()), (Some(true), Some("OP-7")));
    assert_eq!(judged.reviewer.as_deref(), Some(""), "one's own review is none");
    let put_on = Actor { id: Some("dana".into()), acting_as: Some("emergency-admin".into()), ..Actor::default() };
    let identity = "emergency-admin".to_owned();
    records.declared.break_glass = Some(vec![BreakGlass { identity, purpose: String::new() }]);
    let judged = reconcile(&[Event { actor: put_on, ..event("e", 1) }], &records).operations.remove(0);
    assert_eq!(judged.break_glass, Some(true), "somebody had put the identity on");
}

#[test]
fn what_a_procedure_may_cover_is_open() {
    let by_class = Procedure { classes: vec![OperationClass::VirtualServer], ..Procedure::default() };
    let named = |name: &str| vec![name.to_owned()];
    for (procedure, covers) in [
        (by_class.clone(), Some(true)),
        (Procedure { unsettled: true, ..by_class }, None),
        (Procedure { operations: named("ec2:terminateinstances"), ..Procedure::default() }, Some(true)),
        (Procedure { perhaps: named("ec2:terminateinstances"), ..Procedure::default() }, None),
        (Procedure { operations: named("ec2:runinstances"), ..Procedure::default() }, Some(false)),
        (Procedure { operations: named("ec2:runinstances"), unsettled: true, ..Procedure::default() }, Some(false)),
    ] {
        let mut records = Records::default();
        records.declared.procedures = Some(vec![Procedure { id: "OP-7".to_owned(), ..procedure.clone() }]);
        let judged = reconcile(&[event("e", 1)], &records).operations.remove(0);
        assert_eq!(judged.procedure.map(|id| id == "OP-7"), covers, "{procedure:?}");
    }
}

#[test]
fn a_reviewed_emergency_is_one_and_no_change_without_approval() {
    let how = |identity: Option<&str>, reviewer: Option<&str>, changes: Vec<Change>| {
        let mut records = with(changes);
        let declared = |identity: &str| BreakGlass { identity: identity.to_owned(), purpose: String::new() };
        records.declared.break_glass = identity.map(|identity| vec![declared(identity)]);
        records.declared.reviews = reviewer.map(|by| vec![Review { reviewer: by.to_owned(), ..review() }]);
        reconcile(&[event("e", 10)], &records).operations.remove(0).approval.map(|approved| approved.how)
    };
    let (own, other) = (Some("Admin"), Some("Emergency"));
    let cases = [
        (own, Some("Bea Silva"), Some(Approval::Emergency)),
        (own, Some("Amir Khan"), Some(Approval::Nothing)),
        (own, Some("a.khan"), None),
        (own, None, None),
        (other, Some("Bea Silva"), Some(Approval::Nothing)),
        (None, Some("Bea Silva"), Some(Approval::Nothing)),
    ];
    for (identity, reviewer, expected) in cases {
        assert_eq!(how(identity, reviewer, vec![]), expected, "{identity:?} {reviewer:?}");
    }
    assert_eq!(how(own, Some("Bea Silva"), vec![change("C1", 0, HOUR)]), Some(Approval::Change));
    let refused = Change { approved: Some(false), ..change("C1", 0, HOUR) };
    assert_eq!(how(own, Some("Bea Silva"), vec![refused]), Some(Approval::Emergency));
}

#[test]
fn what_was_said_for_a_service_is_said_for_its_accounts() {
    let of = |inside: &[&str], outside: &[&str]| {
        let texts = |all: &[&str]| all.iter().map(|text| (*text).to_owned()).collect();
        Some(OfServices { inside: texts(inside), outside: texts(outside) })
    };
    let own = "111111111111";
    let cases =
        [(None, Some(true)), (of(&[own], &[]), Some(true)), (of(&["2"], &[own]), Some(false)), (of(&["2"], &[]), None)];
    for (services, covers) in cases {
        let bounds = |c: Change| Change { accounts: Vec::new(), services: services.clone(), ..c };
        let by_class = Change { classes: vec![OperationClass::VirtualServer], ..change("C1", 0, HOUR) };
        let mut records = with([bounds(by_class)]);
        let (id, classes) = ("OP-7".to_owned(), vec![OperationClass::VirtualServer]);
        let procedure = Procedure { id, classes, services: services.clone(), ..Procedure::default() };
        records.declared.procedures = Some(vec![procedure]);
        records.declared.reviews = Some(vec![Review { services: services.clone(), ..review() }]);
        let judged = reconcile(&[event("e", 1)], &records).operations.remove(0);
        let approved = judged.approval.map(|approved| approved.how == Approval::Change);
        let told = |text: Option<String>| text.map(|text| !text.is_empty());
        assert_eq!((approved, told(judged.procedure), told(judged.reviewer)), (covers, covers, covers), "{services:?}");
    }
}

fn review() -> Review {
    let (accounts, services, held_at) = (Vec::new(), None, None);
    let (from, until) = (Instant(0), Instant(HOUR));
    Review { reviewer: "Bea Silva".to_owned(), accounts, services, held_at, from, until }
}

#[test]
fn a_program_reviews_nothing() {
    let mut records = Records::default();
    records.declared.reviews = Some(vec![Review { reviewer: "svc-deploy".to_owned(), ..review() }]);
    let judged = reconcile(&[event("e", 10)], &records).operations.remove(0);
    assert_ne!(judged.reviewer.as_deref(), Some("svc-deploy"));
}

#[test]
fn a_review_looks_at_what_was_done_before_it() {
    let reviewer = |held_at| {
        let mut records = Records::default();
        records.declared.reviews = Some(vec![Review { held_at, ..review() }]);
        reconcile(&[event("e", 10)], &records).operations.remove(0).reviewer
    };
    assert_eq!(reviewer(Some((Instant(11), Instant(20)))).as_deref(), Some("Bea Silva"));
    assert_eq!(reviewer(Some((Instant(1), Instant(10)))).as_deref(), Some(""), "it was held before");
    assert_eq!(reviewer(Some((Instant(5), Instant(20)))), None, "some time on that day");
}

#[test]
fn a_stopped_record_that_goes_on_again_says_when() {
    let logging = |id: &str, at, name: &'static str| Event {
        operation: Some(name.into()),
        operation_name: Some(format!("cloudtrail:{}", name.to_lowercase()).into()),
        targets: Some(vec!["trail/org".into()]),
        ..event(id, at)
    };
    let resumed = |events: &[Event<'_>]| {
        let operations = reconcile(events, &Records::default()).operations;
        operations.iter().filter(|o| o.weakens_logging == Some(true)).map(|o| o.resumed_at).collect::<Vec<_>>()
    };
    let events = [logging("a", 1, "StopLogging"), logging("b", 5, "StartLogging"), logging("c", 9, "StopLogging")];
    assert_eq!(resumed(&events), [Some(Instant(5)), None]);
    let started = |name: &'static str, region: &'static str| {
        let started =
            Event { targets: Some(vec![name.into()]), region: Some(region.into()), ..logging("b", 5, "StartLogging") };
        resumed(&[logging("a", 1, "StopLogging"), started])
    };
    assert_eq!(started("org", "us-east-1"), [Some(Instant(5))], "a trail goes by its name or its ARN");
    assert_eq!(started("org", "eu-west-1"), [None], "a trail of that name in another region");
}

#[test]
fn what_passes_an_endpoint_is_no_second_operation() {
    let call = |id: &str, native_type: &'static str, outcome| Event {
        native_type: Some(native_type.into()),
        outcome: Some(outcome),
        ..event(id, 1)
    };
    let events = [
        call("by-service", "AwsApiCall", EventOutcome::Success),
        call("by-endpoint", "AwsVpceEvent", EventOutcome::Success),
        call("refused-by-endpoint", "AwsVpceEvent", EventOutcome::Failure),
    ];
    let reconciliation = reconcile(&events, &Records::default());
    let done: Vec<Option<bool>> = reconciliation.operations.iter().map(|operation| operation.carried_out).collect();
    assert_eq!(done, [Some(true), Some(false)]);
    assert_eq!(reconciliation.seen, Seen { events: 3, critical: 2, operations: 2, dropped: 0, conflicts: 0 });
}

fn deployed(session: &str) -> Event<'static> {
    let mut event = event("e", HOUR);
    event.actor.name = Some("DeployPipeline".into());
    event.actor.session_issuer = Some("arn:aws:iam::111111111111:role/DeployPipeline".into());
    event.actor.session = Some(session.to_owned().into());
    event
}
