//! What records of OCSF say, whichever version and producer wrote them.

use serde_json::{Value, json};

use super::said;
use crate::event::{Event, EventOutcome};

fn record(more: Value) -> String {
    let mut record = json!({"class_uid": 6003, "activity_id": 4, "status_id": 1, "cloud": {"provider": "AWS"},
        "metadata": {"uid": "1", "product": {"name": "CloudTrail", "vendor_name": "AWS"}},
        "api": {"operation": "DeleteUser", "service": {"name": "iam.amazonaws.com"}}});
    record.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    record.to_string()
}

#[test]
fn whom_it_was_done_to_is_not_who_did_it() {
    let shown = |event: &Event<'_>| {
        let texts = [&event.actor.id, &event.actor.name].map(|text| text.as_deref().unwrap_or("?")).join(" ");
        let targets = event.targets.as_deref().unwrap_or_default().join(" ");
        format!("{texts} | mfa {:?} | reads {:?} | {targets}", event.actor.mfa, event.read_only)
    };
    let arn = "arn:aws:iam::1:user/amir.khan";
    let bea = json!({"name": "bea.silva", "uid": "AIDAB"});
    let cases = [
        // Version 1.0.0-rc.2
        (
            json!({"class_uid": 3001, "user": bea, "unmapped": {"readOnly": "false"}, "activity_id": 1,
                "actor": {"user": {"type": "IAMUser", "uid": "AIDAX", "uuid": arn}, "session": {"mfa": false}}}),
            format!("{arn}  | mfa Some(false) | reads Some(false) | bea.silva"),
        ),
        (
            json!({"class_uid": 3001, "user": bea, "activity_id": 6,
                "actor": {"user": {"type": "IAMUser", "name": "amir.khan", "uid": arn, "uid_alt": "AIDAX"}, "session": {"is_mfa": true}}}),
            format!("{arn} amir.khan | mfa Some(true) | reads Some(false) | bea.silva"),
        ),
        (
            json!({"class_uid": 3005, "user": bea, "activity_id": 2, "resource": {"uid": "role-1"}, "actor": {"invoked_by": "x.amazonaws.com"}}),
            "x.amazonaws.com  | mfa None | reads Some(false) | bea.silva role-1".to_owned(),
        ),
        // Who signs in may be named outside of the actor.
        (
            json!({"class_uid": 3002, "activity_id": 1, "user": bea, "actor": {"user": {}, "session": {}}, "session": {"is_mfa": true}}),
            "AIDAB bea.silva | mfa Some(true) | reads None | ".to_owned(),
        ),
        // Class 3005 was that of calls.
        (
            json!({"class_uid": 3005, "class_name": "API Activity", "activity_id": 2,
                "unmapped": {"requestParameters.userName": "bea.silva", "requestParameters.tags.key": "a", "x": "y"},
                "actor": {"user": {"uid": "1", "uuid": arn}}}),
            format!("{arn}  | mfa None | reads Some(true) | a bea.silva"),
        ),
        (
            json!({"unmapped": {"requestParameters": "{\"userName\":\"bea.silva\"}", "readOnly": "true"}, "actor": {"user": {"uid": arn}}}),
            format!("{arn}  | mfa None | reads Some(true) | bea.silva"),
        ),
    ];
    for (more, expected) in cases {
        let record = record(more);
        assert_eq!(said(&record, shown), [expected], "{record}");
    }
}

#[test]
fn a_service_is_known_however_it_is_written() {
    let cases = [
        ("AWS", json!("s3.amazonaws.com"), "DeleteBucket", "s3:deletebucket"),
        ("AWS", json!("s3"), "DeleteBucket", "s3:deletebucket"),
        ("AWS", json!("s3"), "s3:DeleteBucket", "s3:deletebucket"),
        ("AWS", json!("S3"), "s3.amazonaws.com:DeleteBucket", "s3:deletebucket"),
        ("AWS", Value::Null, "s3:DeleteBucket", "s3:deletebucket"),
        ("aws", json!("rds.amazonaws.com"), "rds:DeleteDBCluster", "rds:deletedbcluster"),
        ("Amazon Web Services (AWS)", json!("rds.eu-west-1.amazonaws.com"), "DeleteDBInstance", "rds:deletedbinstance"),
        ("AWS", json!("Amazon RDS"), "DeleteDBInstance", "rds:deletedbinstance"),
        ("AWS", json!("kms.amazonaws.com.cn"), "ScheduleKeyDeletion", "kms:schedulekeydeletion"),
        ("AWS", json!("CloudWatch"), "DeleteAlarms", "monitoring:deletealarms"),
        (
            "AWS",
            json!("Simple Storage Service"),
            "DeleteBucket",
            "the service that was asked for 'DeleteBucket' is not understood: 'Simple Storage Service' is given",
        ),
        (
            "AWS",
            Value::Null,
            "DeleteBucket",
            "the service that was asked for 'DeleteBucket' is not understood: none is given",
        ),
        (
            "Azure",
            json!("Microsoft.Compute"),
            "Microsoft.Compute/virtualMachines/delete",
            "microsoft.compute/virtualmachines/delete",
        ),
        (
            "Microsoft Azure",
            json!("Microsoft.Compute"),
            "virtualMachines/delete",
            "microsoft.compute/virtualmachines/delete",
        ),
        ("Azure", json!("Microsoft.Storage"), "DeleteContainer", "deletecontainer"),
        ("Azure", json!("Core Directory"), "Delete user", "delete user"),
        (
            "Azure",
            json!("Microsoft.Compute"),
            "Delete Virtual Machine",
            "the record has the operation as it is displayed only: Delete Virtual Machine",
        ),
        ("GCP", json!("compute.googleapis.com"), "v1.compute.instances.delete", "compute.instances.delete"),
        ("GCP", json!("compute"), "compute.googleapis.com:v1.compute.instances.delete", "compute.instances.delete"),
        ("Google Cloud", json!("cloudresourcemanager"), "SetIamPolicy", "cloudresourcemanager:setiampolicy"),
    ];
    for (provider, service, operation, expected) in cases {
        let record = record(
            json!({"cloud": {"provider": provider}, "api": {"operation": operation, "service": {"name": service}}}),
        );
        let name = |event: &Event<'_>| event.operation_name.as_deref().unwrap_or("?").to_owned();
        assert_eq!(said(&record, name), [expected], "{record}");
    }
}

#[test]
fn what_became_of_it_stands_in_the_status_or_in_the_answer() {
    let shown = |event: &Event<'_>| {
        let code = event.error_code.as_deref().unwrap_or_default();
        let reads = event.read_only.map_or("?", |reads| if reads { "reads" } else { "changes" });
        let phase = event.phase.map_or("", crate::event::Phase::as_str);
        let outcome = event.outcome.map_or("?", EventOutcome::as_str);
        [reads, outcome, code, phase].join(" ").trim_end().to_owned()
    };
    let cluster = |stage: &str, verb: &str, path: &str, response: Value| {
        json!({"status_id": null, "message": stage, "activity_id": 4, "api": {"operation": verb, "response": response},
            "metadata": {"product": {"name": "Amazon EKS", "feature": {"name": "Elastic Kubernetes Service"}}},
            "http_request": {"url": {"path": path}}, "resources": [{"type": "namespaces", "name": "prod"}]})
    };
    let nothing_named = |verb: &str, path: &str| {
        let mut record = cluster("ResponseComplete", verb, path, json!({"code": 200}));
        record["resources"] = json!([]);
        record
    };
    let called = |status: Value, word: &str, response: Value| {
        json!({"status_id": status, "status": word,
            "api": {"operation": "DeleteUser", "service": {"name": "iam"}, "response": response}})
    };
    let at = "/api/v1/namespaces/prod";
    let cases = [
        (cluster("ResponseComplete", "delete", at, json!({"code": 200})), "changes success  last"),
        (cluster("ResponseComplete", "get", at, json!({"code": 200})), "reads success  last"),
        (cluster("ResponseComplete", "delete", at, json!({"code": 403})), "changes failure 403 last"),
        (cluster("ResponseComplete", "delete", at, json!({"code": 504})), "changes ? 504 last"),
        (
            cluster("ResponseComplete", "delete", &format!("{at}?dryRun=All"), json!({"code": 200})),
            "changes failure DryRun last",
        ),
        (nothing_named("delete", ""), "the record does not say what was asked of the cluster"),
        (nothing_named("get", "/healthz"), "reads success  last"),
        (cluster("RequestReceived", "delete", at, json!({})), "changes pending  first"),
        (called(json!(1), "", json!({})), "changes success"),
        (called(json!(2), "", json!({"error": "AccessDenied"})), "changes failure AccessDenied"),
        (called(Value::Null, "Success", json!({})), "changes success"),
        (called(json!(99), "Other", json!({"code": 403})), "changes failure 403"),
        (called(json!(0), "", json!({"code": 200})), "changes success"),
        (called(json!(0), "", json!({})), "changes ?"),
    ];
    for (more, expected) in cases {
        let record = record(more);
        assert_eq!(said(&record, shown), [expected], "{record}");
    }
}
