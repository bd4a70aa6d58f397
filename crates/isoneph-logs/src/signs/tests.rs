//! What is a sign, and where it leads.

use std::borrow::Cow;

use isoneph_tables::Instant;

use super::*;
use crate::event::{Actor, ActorKind, Category, EventOutcome, Phase, operation_name};

const OWN: &str = "111111111111";

fn event<'a>(provider: &'a str, name: &'a str, request: &'a str) -> Event<'a> {
    Event {
        provider: Cow::Borrowed(provider),
        account: Some(Cow::Borrowed(OWN)),
        id: Cow::Borrowed("e1"),
        time: Some(Instant(1_000_000)),
        operation_name: Some(Cow::Borrowed(name)),
        actor: Actor { kind: Some(ActorKind::User), id: Some(Cow::Borrowed("amir")), ..Actor::default() },
        outcome: Some(EventOutcome::Success),
        category: Category::Management,
        raw_request: Some(Cow::Borrowed(request)),
        raw_response: Some(Cow::Borrowed("")),
        raw_additional: Some(Cow::Borrowed("")),
        ..Event::default()
    }
}

const PLACE: SourcePlace<'_> = SourcePlace { file: "f", sha256: "s", index: 0 };

fn signs(events: &[Event<'_>]) -> Signs {
    let catalogue = SignCatalogue::shipped().unwrap();
    let mut finder = SignFinder::new(&catalogue);
    events.iter().for_each(|event| finder.observe(event, &PLACE));
    let mut inside = Inside::default();
    inside.add_account(OWN, "");
    inside.add_account("0a0a0a0a-0000-0000-0000-000000000001", "");
    inside.add_account("own-project", "");
    finder.finish(inside)
}

/// `what outside: who`, where outside is `yes`, `no` or why it cannot be told.
fn told(signs: &Signs) -> Vec<String> {
    let one = |sign: &SeenSign| {
        let outside = match sign.outside() {
            Ok(true) => "yes".to_owned(),
            Ok(false) => "no".to_owned(),
            Err(code) => code.to_string(),
        };
        format!("{} {outside}: {}", sign.what(), sign.to().join(" ")).trim_end().to_owned()
    };
    signs.rows().iter().map(one).collect()
}

fn of(provider: &str, service: &str, operation: &str, request: &str) -> Vec<String> {
    told(&signs(&[event(provider, &operation_name(provider, service, operation), request)]))
}

#[test]
fn requests_of_aws_say_where_it_leads() {
    let share = |to: &str| format!(r#"{{"attributeType":"CREATE_VOLUME_PERMISSION","createVolumePermission":{to}}}"#);
    let bucket = |principal: &str| {
        format!(
            r#"{{"bucketPolicy":{{"Statement":[{{"Effect":"Allow","Principal":{principal},"Action":"s3:GetObject"}}]}},"policy":[""]}}"#
        )
    };
    let cases: Vec<(&str, &str, String, &[&str])> = vec![
        ("ec2", "ModifySnapshotAttribute", share(r#"{"add":{"items":[{"group":"all"}]}}"#), &["disk-copy-shared yes: anyone"]),
        (
            "ec2",
            "ModifySnapshotAttribute",
            share(r#"{"add":{"items":[{"userId":"222222222222"}]}}"#),
            &["disk-copy-shared yes: 222222222222"],
        ),
        ("ec2", "ModifySnapshotAttribute", share(r#"{"add":{"items":[{"userId":"111111111111"}]}}"#), &["disk-copy-shared no: 111111111111"]),
        ("ec2", "ModifySnapshotAttribute", share(r#"{"remove":{"items":[{"group":"all"}]}}"#), &[]),
        ("ec2", "ModifySnapshotAttribute", String::new(), &["disk-copy-shared not-collected:"]),
        ("ec2", "ModifySnapshotAttribute", "\"[withheld: nests too deep]\"".to_owned(), &["disk-copy-shared unreadable:"]),
        ("ec2", "ModifyImageAttribute", r#"{"attributeType":"description"}"#.to_owned(), &[]),
        ("ec2", "ModifyImageAttribute", r#"{"imageId":"ami-1","somethingNew":1}"#.to_owned(), &["disk-copy-shared unresolved-reference:"]),
        ("rds", "ModifyDBSnapshotAttribute", r#"{"attributeName":"restore","valuesToAdd":["all"]}"#.to_owned(), &["database-copy-shared yes: anyone"]),
        ("rds", "ModifyDBSnapshotAttribute", r#"{"attributeName":"restore","valuesToAdd":[]}"#.to_owned(), &[]),
        ("s3", "PutBucketPolicy", bucket(r#""*""#), &["policy-opened yes: anyone"]),
        ("s3", "PutBucketPolicy", bucket(r#"{"AWS":"arn:aws:iam::222222222222:root"}"#), &["policy-opened yes: 222222222222"]),
        ("s3", "PutBucketPolicy", bucket(r#"{"AWS":"127311923021"}"#), &["policy-opened no: 127311923021"]),
        ("s3", "PutBucketPolicy", bucket(r#"{"Service":"cloudtrail.amazonaws.com"}"#), &[]),
        ("s3", "PutBucketPolicy", r#"{"bucketPolicy":"no policy"}"#.to_owned(), &["policy-opened unreadable:"]),
        ("s3", "PutBucketAcl", r#"{"x-amz-acl":["public-read"]}"#.to_owned(), &["acl-opened yes: anyone"]),
        ("s3", "PutBucketAcl", r#"{"x-amz-acl":["private"]}"#.to_owned(), &[]),
        ("s3", "CreateBucket", r#"{"bucketName":"k"}"#.to_owned(), &[]),
        ("s3", "CreateBucket", r#"{"x-amz-acl":"public-read"}"#.to_owned(), &["acl-opened yes: anyone"]),
        (
            "s3",
            "PutBucketPublicAccessBlock",
            r#"{"PublicAccessBlockConfiguration":{"BlockPublicAcls":true,"RestrictPublicBuckets":false}}"#.to_owned(),
            &["public-access-allowed unresolved-reference:"],
        ),
        (
            "s3",
            "PutBucketPublicAccessBlock",
            r#"{"PublicAccessBlockConfiguration":{"BlockPublicAcls":true,"IgnorePublicAcls":true,"BlockPublicPolicy":true,"RestrictPublicBuckets":true}}"#.to_owned(),
            &[],
        ),
        ("s3", "DeleteBucketPublicAccessBlock", "{}".to_owned(), &["public-access-allowed unresolved-reference:"]),
        (
            "s3",
            "PutBucketReplication",
            r#"{"ReplicationConfiguration":{"Rule":{"Destination":{"Account":"222222222222","Bucket":"arn:aws:s3:::b"}}}}"#.to_owned(),
            &["replicated-outside yes: 222222222222"],
        ),
        (
            "s3",
            "PutBucketReplication",
            r#"{"ReplicationConfiguration":{"Rule":[{"Destination":{"Bucket":"arn:aws:s3:::b"}}]}}"#.to_owned(),
            &["replicated-outside unresolved-reference: arn:aws:s3:::b"],
        ),
        ("lambda", "AddPermission20150331v2", r#"{"principal":"*"}"#.to_owned(), &["function-opened yes: anyone"]),
        ("lambda", "AddPermission20150331v2", r#"{"principal":"s3.amazonaws.com","sourceAccount":"111111111111"}"#.to_owned(), &["function-opened no: 111111111111"]),
        ("lambda", "AddPermission20150331v2", r#"{"functionName":"f"}"#.to_owned(), &["function-opened unresolved-reference:"]),
        ("sqs", "SetQueueAttributes", r#"{"attributes":{"DelaySeconds":"5"}}"#.to_owned(), &[]),
        (
            "sqs",
            "SetQueueAttributes",
            r#"{"attributes":{"Policy":"{\"Statement\":{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"sqs:ReceiveMessage\"}}"}}"#.to_owned(),
            &["queue-or-topic-opened yes: anyone"],
        ),
        (
            "sqs",
            "SetQueueAttributes",
            r#"{"attributes":{"Policy":"{\"Statement\":{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"sqs:SendMessage\"}}"}}"#.to_owned(),
            &[],
        ),
        ("kms", "CreateKey", r#"{"description":"k"}"#.to_owned(), &[]),
        ("kms", "CreateGrant", r#"{"granteePrincipal":"arn:aws:iam::222222222222:role/r"}"#.to_owned(), &["key-lent yes: 222222222222"]),
        ("ram", "CreateResourceShare", r#"{"principals":["222222222222"],"allowExternalPrincipals":true}"#.to_owned(), &["resource-shared yes: 222222222222"]),
        ("ram", "CreateResourceShare", r#"{"name":"s","allowExternalPrincipals":false}"#.to_owned(), &[]),
        ("rds", "StartExportTask", r#"{"s3BucketName":"b"}"#.to_owned(), &["exported unresolved-reference:"]),
        ("dynamodb", "ExportTableToPointInTime", r#"{"s3Bucket":"b","s3BucketOwner":"222222222222"}"#.to_owned(), &["exported yes: 222222222222"]),
        ("ec2", "TerminateInstances", "{}".to_owned(), &[]),
        (
            "s3",
            "PutBucketPublicAccessBlock",
            r#"{"PublicAccessBlockConfiguration":{"xmlns":"x","BlockPublicAcls":true,"IgnorePublicAcls":true}}"#.to_owned(),
            &["public-access-allowed unresolved-reference:"],
        ),
        (
            "s3",
            "PutBucketReplication",
            r#"{"ReplicationConfiguration":{"Rule":[{"Destination":{"Account":"111111111111","Bucket":"arn:aws:s3:::a"}},{"Destination":{"Bucket":"arn:aws:s3:::b"}}]}}"#.to_owned(),
            &["replicated-outside unresolved-reference: 111111111111 arn:aws:s3:::b"],
        ),
        (
            "s3",
            "PutBucketReplication",
            r#"{"ReplicationConfiguration":{"Rule":{"Status":"Disabled","Destination":{"Account":"222222222222"}}}}"#.to_owned(),
            &[],
        ),
        ("sqs", "AddPermission", r#"{"actions":["SendMessage"],"aWSAccountIds":["222222222222"]}"#.to_owned(), &[]),
        ("sqs", "AddPermission", r#"{"actions":["SendMessage","ReceiveMessage"],"aWSAccountIds":["222222222222"]}"#.to_owned(), &["queue-or-topic-opened yes: 222222222222"]),
        ("sns", "AddPermission", r#"{"aWSAccountId":["222222222222"]}"#.to_owned(), &["queue-or-topic-opened yes: 222222222222"]),
        (
            "lambda",
            "AddPermission20150331v2",
            r#"{"principal":"apigateway.amazonaws.com","sourceArn":"arn:aws:execute-api:eu-west-1:222222222222:a/*"}"#.to_owned(),
            &["function-opened yes: 222222222222"],
        ),
        (
            "lambda",
            "AddPermission20150331v2",
            r#"{"principal":"*","sourceArn":"arn:aws:s3:::b"}"#.to_owned(),
            &["function-opened unresolved-reference: arn:aws:s3:::b"],
        ),
        ("events", "CreateApiDestination", r#"{"invocationEndpoint":"https://x.example/in"}"#.to_owned(), &["stream-sent-outside unresolved-reference: https://x.example/in"]),
        ("events", "UpdateApiDestination", r#"{"description":"d"}"#.to_owned(), &[]),
        (
            "lakeformation",
            "BatchGrantPermissions",
            r#"{"entries":[{"principal":{"dataLakePrincipalIdentifier":"222222222222"}}]}"#.to_owned(),
            &["resource-shared yes: 222222222222"],
        ),
        ("lightsail", "UpdateBucket", r#"{"readonlyAccessAccounts":["222222222222"]}"#.to_owned(), &["resource-shared yes: 222222222222"]),
        ("lightsail", "UpdateBucket", r#"{"versioning":"Enabled"}"#.to_owned(), &[]),
    ];
    for (service, operation, request, expected) in cases {
        assert_eq!(
            of("aws", &format!("{service}.amazonaws.com"), operation, &request),
            expected,
            "{operation} {request}"
        );
    }
}

#[test]
fn requests_of_other_clouds_say_where_it_leads() {
    let binding = |member: &str| format!(r#"{{"policy":{{"bindings":[{{"role":"r","members":["{member}"]}}]}}}}"#);
    let replicate = |to: &str| format!(r#"{{"properties":{{"destinationAccount":"/subscriptions/{to}/x"}}}}"#);
    let cases: Vec<(&str, &str, String, &[&str])> = vec![
        (
            "azure",
            "MICROSOFT.COMPUTE/DISKS/BEGINGETACCESS/ACTION",
            String::new(),
            &["disk-copy-shared unresolved-reference:"],
        ),
        ("azure", "microsoft.storage/storageaccounts/write", String::new(), &["public-access-allowed not-collected:"]),
        (
            "azure",
            "microsoft.storage/storageaccounts/write",
            r#"{"properties":{"allowBlobPublicAccess":false}}"#.to_owned(),
            &[],
        ),
        (
            "azure",
            "microsoft.storage/storageaccounts/write",
            r#"{"properties":{"allowBlobPublicAccess":true}}"#.to_owned(),
            &["public-access-allowed unresolved-reference:"],
        ),
        (
            "azure",
            "microsoft.storage/storageaccounts/blobservices/containers/write",
            r#"{"properties":{"publicAccess":"Container"}}"#.to_owned(),
            &["made-public yes: anyone"],
        ),
        (
            "azure",
            "microsoft.storage/storageaccounts/objectreplicationpolicies/write",
            replicate("0A0A0A0A-0000-0000-0000-000000000001"),
            &["replicated-outside no: 0a0a0a0a-0000-0000-0000-000000000001"],
        ),
        (
            "azure",
            "microsoft.storage/storageaccounts/objectreplicationpolicies/write",
            replicate("0a0a0a0a-0000-0000-0000-000000000002"),
            &["replicated-outside yes: 0a0a0a0a-0000-0000-0000-000000000002"],
        ),
        ("google", "v1.compute.images.setIamPolicy", binding("allAuthenticatedUsers"), &["policy-opened yes: anyone"]),
        (
            "google",
            "google.iam.v1.IAMPolicy.SetIamPolicy",
            binding("serviceAccount:s@elsewhere.iam.gserviceaccount.com"),
            &["policy-opened yes: elsewhere"],
        ),
        (
            "google",
            "v1.compute.images.setIamPolicy",
            binding("user:bea@example.com"),
            &["policy-opened unresolved-reference: bea@example.com"],
        ),
        (
            "google",
            "storage.setIamPermissions",
            r#"{"policy":{"bindings":[{"role":"roles/storage.objectCreator","members":["allUsers"]}]}}"#.to_owned(),
            &[],
        ),
        ("google", "cloudsql.instances.export", String::new(), &["exported unresolved-reference:"]),
        (
            "google",
            "google.logging.v2.ConfigServiceV2.CreateSink",
            r#"{"sink":{"destination":"pubsub.googleapis.com/projects/own-project/topics/t"}}"#.to_owned(),
            &["stream-sent-outside no: own-project"],
        ),
        ("kubernetes", "create pods/exec", String::new(), &["tunnel-into-container unresolved-reference:"]),
    ];
    for (provider, operation, request, expected) in cases {
        assert_eq!(of(provider, "", operation, &request), expected, "{operation} {request}");
    }
    let roles = "rbac.authorization.k8s.io";
    let subjects = |name: &str| format!(r#"{{"roleRef":{{}},"subjects":[{{"kind":"Group","name":"{name}"}}]}}"#);
    let bind = |request: &str| of("kubernetes", roles, "create clusterrolebindings", request);
    assert_eq!(bind(&subjects("system:unauthenticated")), ["policy-opened yes: anyone"]);
    assert!(bind(&subjects("developers")).is_empty());
    assert_eq!(bind(""), ["policy-opened not-collected:"]);
    let at_google = "io.k8s.authorization.rbac.v1.clusterrolebindings.create";
    assert_eq!(of("google", "k8s.io", at_google, &subjects("system:anonymous")), ["policy-opened yes: anyone"]);
}

#[test]
fn what_was_added_outweighs_what_was_there() {
    let delta = r#"{"serviceData":{"policyDelta":{"bindingDeltas":[{"action":"REMOVE","member":"allUsers"}]}}}"#;
    let request = r#"{"policy":{"bindings":[{"members":["allUsers"]}]}}"#;
    let mut event = event("google", "storage.setiampermissions", request);
    assert_eq!(told(&signs(std::slice::from_ref(&event))), ["policy-opened yes: anyone"]);
    event.raw_additional = Some(Cow::Borrowed(delta));
    assert!(told(&signs(&[event])).is_empty());
}

#[test]
fn data_is_read_from_outside_by_whoever_is_not_of_the_account() {
    let read = |kind, account: &'static str| {
        let mut event = event("aws", "s3:getobject", "{}");
        event.actor = Actor { kind: Some(kind), account: Some(Cow::Borrowed(account)), ..event.actor };
        told(&signs(&[event]))
    };
    assert!(read(ActorKind::Role, OWN).is_empty());
    assert_eq!(read(ActorKind::Account, "222222222222"), ["read-from-outside yes: 222222222222"]);
    assert_eq!(read(ActorKind::Anonymous, ""), ["read-from-outside yes: anyone"]);
}

#[test]
fn an_insight_is_a_sign_of_which_nothing_more_is_told() {
    let mut insight = event("aws", "ec2:runinstances", "");
    assert!(told(&signs(std::slice::from_ref(&insight))).is_empty());
    insight.category = Category::Insight;
    insight.raw_additional = Some(Cow::Borrowed(r#"{"state":"Start"}"#));
    let found = signs(std::slice::from_ref(&insight));
    assert_eq!(told(&found), ["unusual-activity unresolved-reference:"]);
    assert_eq!(found.rows()[0].kind(), SignKind::AttackFromService);
    insight.raw_additional = Some(Cow::Borrowed(r#"{"state":"End"}"#));
    assert!(told(&signs(&[insight])).is_empty(), "the end of it is no further sign");
}

#[test]
fn a_detector_says_whether_the_server_attacks_or_is_attacked() {
    let finding = |role: &'static str| {
        let mut event = event("aws", "guardduty:unauthorizedaccess:ec2/sshbruteforce", "");
        event.raw_additional = Some(Cow::Owned(format!(r#"{{"service":{{"resourceRole":"{role}"}}}}"#)));
        event
    };
    let found = signs(&[finding("ACTOR")]);
    assert_eq!(told(&found), ["detected-attack yes: others"]);
    assert_eq!(found.rows()[0].kind(), SignKind::AttackFromService);
    assert!(told(&signs(&[finding("TARGET")])).is_empty());
    assert_eq!(of("aws", "health.amazonaws.com", "AWS_ABUSE_DOS_REPORT", ""), ["abuse-notice yes: others"]);
    assert!(of("aws", "health.amazonaws.com", "AWS_EC2_MAINTENANCE_SCHEDULED", "").is_empty());
}

#[test]
fn repeats_are_one_row_and_other_days_and_outcomes_are_others() {
    let share = r#"{"createVolumePermission":{"add":{"items":[{"group":"all"}]}}}"#;
    let at = |id: &'static str, time: i64, outcome: EventOutcome, target: &'static str| Event {
        id: Cow::Borrowed(id),
        time: Some(Instant(time)),
        outcome: Some(outcome),
        targets: Some(vec![Cow::Borrowed(target)]),
        ..event("aws", "ec2:modifysnapshotattribute", share)
    };
    let day = 86_400_000_000;
    let events = [
        at("b", 20, EventOutcome::Success, "snap-2"),
        at("a", 10, EventOutcome::Success, "snap-1"),
        at("a", 10, EventOutcome::Success, "snap-1"),
        at("c", 30, EventOutcome::Failure, "snap-1"),
        at("d", day + 5, EventOutcome::Success, "snap-1"),
    ];
    let mut reversed = events.clone();
    reversed.reverse();
    for events in [events, reversed] {
        let signs = signs(&events);
        let rows: Vec<_> =
            signs.rows().iter().map(|row| (row.carried_out(), row.events(), row.times().0, row.times().1)).collect();
        let at = |time| Some(Instant(time));
        assert_eq!(
            rows,
            [
                (Some(false), 1, at(30), at(30)),
                (Some(true), 2, at(10), at(20)),
                (Some(true), 1, at(day + 5), at(day + 5))
            ]
        );
        assert_eq!(signs.rows()[1].folded.first.id, "a");
        assert_eq!(signs.rows()[1].folded.targets.len(), 2);
    }
}

#[test]
fn the_record_that_has_the_request_speaks_for_the_whole_operation() {
    let record = |id: &'static str, phase, outcome, request: &'static str| Event {
        id: Cow::Borrowed(id),
        phase: Some(phase),
        operation_id: Some(Cow::Borrowed("op")),
        outcome: Some(outcome),
        ..event("azure", "microsoft.storage/storageaccounts/write", request)
    };
    let off = r#"{"properties":{"allowBlobPublicAccess":false}}"#;
    let on = r#"{"properties":{"allowBlobPublicAccess":true}}"#;
    let end = record("2", Phase::Last, EventOutcome::Success, "");
    for (request, expected) in [(off, vec![]), (on, vec!["public-access-allowed unresolved-reference:"])] {
        let begin = record("1", Phase::First, EventOutcome::Pending, request);
        for events in [[begin.clone(), end.clone()], [end.clone(), begin]] {
            let signs = signs(&events);
            assert_eq!(told(&signs), expected);
            assert!(signs.rows().iter().all(|row| row.carried_out() == Some(true)));
        }
    }
}

#[test]
fn every_entry_of_the_catalogue_is_of_use() {
    let catalogue = SignCatalogue::shipped().unwrap();
    for (platform, sign) in catalogue.signs() {
        assert!(!sign.operations.is_empty(), "{platform} {}", sign.id);
        assert!(!sign.why.en.is_empty() && !sign.why.ja.is_empty(), "{platform} {}", sign.id);
        assert!(sign.reach.is_some() || !sign.to.is_empty(), "{platform} {} leads nowhere", sign.id);
        for name in &sign.operations {
            let respelled = match platform {
                "google" => operation_name("google", "", name),
                _ => name.clone(),
            };
            assert_eq!(&respelled, name, "events never carry this name");
            assert!(platform != "aws" || name == "*" || name.contains(':'), "{name} names no service");
        }
    }
}

#[test]
fn more_than_memory_holds_is_counted_and_never_silent() {
    let long = "x".repeat(200);
    let many: Vec<String> = (0..64).map(|number| format!("{number}-{long}")).collect();
    let catalogue = SignCatalogue::shipped().unwrap();
    let mut finder = SignFinder::new(&catalogue);
    for number in 0..6_000 {
        let id = format!("e-{number}");
        let names: Vec<String> = many.iter().map(|name| format!("\"{number}-{name}\"")).collect();
        let request = format!(r#"{{"valuesToAdd":[{}]}}"#, names.join(","));
        let mut event = event("aws", "rds:modifydbsnapshotattribute", &request);
        event.id = Cow::Owned(id);
        finder.observe(&event, &PLACE);
    }
    let signs = finder.finish(Inside::default());
    assert!(signs.dropped > 0);
    assert_eq!(signs.rows().len() as u64 + signs.dropped, 6_000);
}

mod parts;
