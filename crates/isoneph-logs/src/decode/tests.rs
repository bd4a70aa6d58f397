//! Whatever stands in a file, every record is an event or a reject, and what a file says comes out.

mod azure;
mod ocsf;

use proptest::prelude::*;

use serde_json::json;

use super::*;
use crate::event::EventOutcome;

#[derive(Default)]
struct Seen {
    events: Vec<(LogFormat, u64, String)>,
    rejects: Vec<(u64, &'static str)>,
    digests: usize,
}

impl Output for Seen {
    fn event(&mut self, format: LogFormat, index: u64, event: &Event<'_>) -> io::Result<()> {
        self.events.push((format, index, event.operation_name.as_deref().unwrap_or_default().to_owned()));
        Ok(())
    }
    fn reject(&mut self, index: u64, _: u64, trouble: Trouble) {
        self.rejects.push((index, trouble.code));
    }
    fn digest(&mut self) {
        self.digests += 1;
    }
    fn list(&mut self) {}
}

/// A reader that gives a few bytes at a time.
struct Drip<'b>(&'b [u8], usize);

impl Read for Drip<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.1.min(self.0.len()).min(buffer.len());
        buffer[..count].copy_from_slice(&self.0[..count]);
        self.0 = &self.0[count..];
        Ok(count)
    }
}

fn seen(text: &[u8], step: usize) -> Seen {
    let mut seen = Seen::default();
    Decoder::default().file(Vec::new(), Drip(text, step), &Hints::default(), &mut seen).unwrap();
    seen
}

const AWS: &str = r#"{"eventVersion":"1","eventSource":"ec2.amazonaws.com","eventName":"StopInstances","eventID":"1"}"#;
const GOOGLE: &str = r#"{"protoPayload":{"serviceName":"compute.googleapis.com","methodName":"v1.compute.instances.stop"},"insertId":"1"}"#;
const KUBERNETES: &str =
    r#"{"apiVersion":"audit.k8s.io/v1","kind":"Event","auditID":"1","verb":"delete","objectRef":{"resource":"pods"}}"#;
const AZURE: &str = r#"{"operationName":"Microsoft.Compute/virtualMachines/delete","category":"Administrative"}"#;

#[test]
fn formats_may_be_mixed_in_one_file() {
    let text = [AWS, GOOGLE, KUBERNETES, AZURE, AWS, "{\"x\":1}", AWS].join("\n");
    let seen = seen(text.as_bytes(), 7);
    let names: Vec<&str> = seen.events.iter().map(|(_, _, name)| name.as_str()).collect();
    let expected = [
        "ec2:stopinstances",
        "compute.instances.stop",
        "pods:delete",
        "microsoft.compute/virtualmachines/delete",
        "ec2:stopinstances",
        "ec2:stopinstances",
    ];
    assert_eq!(names, expected);
    assert_eq!(seen.rejects, [(5, "unsupported")]);
}

#[test]
fn an_audit_event_in_a_resource_log_of_aks_is_one_of_kubernetes() {
    let object: serde_json::Value = serde_json::from_str(KUBERNETES).unwrap();
    let exported = |properties: serde_json::Value| serde_json::json!({"category": "kube-audit", "operationName": "Microsoft.ContainerService/managedClusters/diagnosticLogs/Read", "properties": properties});
    let row = serde_json::json!({"TimeGenerated": "2026-11-02T10:00:00Z", "Category": "kube-audit-admin", "OperationName": "x",
        "ResourceId": "/SUBSCRIPTIONS/A/X", "_ResourceId": "/subscriptions/a/x", "log_s": KUBERNETES});
    let forms = [
        exported(serde_json::json!({"log": KUBERNETES, "pod": "p"})),
        exported(serde_json::json!({"log": object, "pod": "p"})),
        exported(serde_json::json!({"log": object}).to_string().into()),
        exported(serde_json::json!({"log": KUBERNETES}).to_string().into()),
        row,
        serde_json::json!({"@timestamp": "x", "kubernetes": {"audit": object}}),
    ];
    for form in forms {
        let seen = seen(form.to_string().as_bytes(), 100);
        assert_eq!(seen.events, [(LogFormat::KubernetesAudit, 0, "pods:delete".to_owned())], "{form}");
    }
    // Nothing that says what was asked for: no read of Azure's.
    for properties in [serde_json::json!({"log": 1}), serde_json::json!({}), serde_json::Value::Null, "x".into()] {
        let seen = seen(exported(properties).to_string().as_bytes(), 100);
        assert_eq!((seen.events.len(), seen.rejects), (0, vec![(0, "unsupported")]));
    }
}

#[test]
fn a_call_that_two_accounts_are_told_of_keeps_what_joins_its_records() {
    for (shared, expected) in [("s-1", "s-1"), ("", "")] {
        let record = serde_json::json!({"eventVersion": "1.08", "eventSource": "kms.amazonaws.com", "eventName": "Decrypt",
            "eventID": "e-1", "userIdentity": {}, "sharedEventID": shared});
        // One after the other: records after the first are read in another way.
        let two = format!("{record}\n{record}");
        let told = said(&two, |event| event.operation_id.as_deref().unwrap_or("?").to_owned());
        assert_eq!(told, [expected, expected]);
    }
}

#[test]
fn what_aws_notices_by_itself_is_told_from_calls_of_its_services() {
    let finding = serde_json::json!({"schemaVersion": "2.0", "accountId": "111111111111", "region": "eu-west-1", "id": "f-1",
        "type": "Backdoor:EC2/DenialOfService.Tcp", "updatedAt": "2026-11-02T10:00:00Z",
        "resource": {"instanceDetails": {"instanceId": "i-1"}},
        "service": {"serviceName": "guardduty", "resourceRole": "ACTOR", "eventLastSeen": "2026-11-02T09:00:00Z"}});
    let passed_on = |sender: &str, detail: serde_json::Value| {
        serde_json::json!({"source": sender, "detail-type": "x", "account": "111111111111", "region": "eu-west-1",
            "time": "2026-11-02T10:05:00Z", "id": "b-1", "detail": detail})
    };
    let abuse = serde_json::json!({"eventTypeCode": "AWS_ABUSE_DOS_REPORT", "service": "ABUSE", "eventArn": "arn:1",
        "affectedEntities": [{"entityValue": "i-1"}]});
    let call = serde_json::json!({"eventVersion": "1.08", "eventSource": "guardduty.amazonaws.com",
        "eventName": "DeleteDetector", "eventID": "c-1", "userIdentity": {}});
    let cases = [
        (finding.clone(), "guardduty:backdoor:ec2/denialofservice.tcp at 2026-11-02T09:00:00Z: i-1"),
        (
            passed_on("aws.guardduty", finding),
            "guardduty:backdoor:ec2/denialofservice.tcp at 2026-11-02T09:00:00Z: i-1",
        ),
        (passed_on("aws.health", abuse), "health:aws_abuse_dos_report at 2026-11-02T10:05:00Z: i-1"),
        (passed_on("aws.guardduty", call), "guardduty:deletedetector at : "),
    ];
    for (record, expected) in cases {
        let told = said(&record.to_string(), |event| {
            let targets = event.targets.as_deref().unwrap_or_default().join(" ");
            let name = event.operation_name.as_deref().unwrap_or_default();
            format!("{name} at {}: {targets}", event.time.map_or_else(String::new, written))
        });
        assert_eq!(told, [expected], "{record}");
    }
}

/// What a record says of one field.
fn said(text: &str, field: fn(&Event<'_>) -> String) -> Vec<String> {
    struct Said(fn(&Event<'_>) -> String, Vec<String>);
    impl Output for Said {
        fn event(&mut self, _: LogFormat, _: u64, event: &Event<'_>) -> io::Result<()> {
            self.1.push(self.0(event));
            Ok(())
        }
        fn reject(&mut self, _: u64, _: u64, trouble: Trouble) {
            self.1.push(trouble.message);
        }
        fn digest(&mut self) {}
        fn list(&mut self) {}
    }
    let mut said = Said(field, Vec::new());
    Decoder::default().file(Vec::new(), text.as_bytes(), &Hints::default(), &mut said).unwrap();
    said.1
}

#[test]
fn what_stands_around_a_clusters_records_says_whose_they_are() {
    let account = |event: &Event<'_>| event.account.as_deref().unwrap_or("?").to_owned();
    let azure = serde_json::json!({"category": "kube-audit", "operationName": "x", "properties": {"log": KUBERNETES},
        "resourceId": "/SUBSCRIPTIONS/AAAA-1/RESOURCEGROUPS/RG/PROVIDERS/MICROSOFT.CONTAINERSERVICE/MANAGEDCLUSTERS/C"});
    assert_eq!(said(&azure.to_string(), account), ["aaaa-1"]);
    let aws = serde_json::json!({"logEvents": [{"message": KUBERNETES}], "owner": "123456789012"});
    assert_eq!(said(&format!("[{aws}]"), account), ["123456789012"]);
    let ordered =
        aws.to_string().replace(r#","owner":"123456789012""#, "").replacen('{', r#"{"owner":"123456789012","#, 1);
    assert_eq!(said(&ordered, account), ["123456789012"]);
    assert_eq!(said(&format!("{ordered}\n{KUBERNETES}"), account), ["123456789012", "?"]);
}

#[test]
fn only_what_was_done_succeeded() {
    let outcome = |event: &Event<'_>| {
        let word = event.outcome.map_or("?", EventOutcome::as_str);
        format!("{word} {}", event.error_code.as_deref().unwrap_or_default()).trim_end().to_owned()
    };
    let kubernetes = |more: &str| KUBERNETES.replacen('{', &format!("{{{more},"), 1);
    let vault = |status: u32| {
        format!(
            r#"{{"category":"AuditEvent","operationName":"SecretPurge","resultType":"Success","properties":{{"httpStatusCode":{status}}}}}"#
        )
    };
    let entra = |result: &str| {
        format!(
            r#"{{"category":"AuditLogs","operationName":"Delete user","properties":{{"result":"{result}","activityDisplayName":"Delete user","loggedByService":"Core Directory","correlationId":"c"}}}}"#
        )
    };
    let google = |more: &str| {
        format!(
            r#"{{"protoPayload":{{{more}"@type":"type.googleapis.com/google.cloud.audit.AuditLog","serviceName":"compute.googleapis.com","methodName":"v1.compute.disks.delete","resourceName":"projects/p/zones/z/disks/d"}},"insertId":"i","logName":"projects/p/logs/cloudaudit.googleapis.com%2Factivity","timestamp":"2026-11-02T10:00:00Z"}}"#
        )
    };
    let answered = r#""stage":"ResponseComplete","responseStatus":{"code":200}"#;
    let cases = [
        (kubernetes(answered), "success"),
        (kubernetes(&format!(r#"{answered},"requestURI":"/api/v1/pods/p?dryRun=All""#)), "failure DryRun"),
        (kubernetes(&format!(r#"{answered},"requestURI":"/api/v1/pods/p?fieldManager=dryRun""#)), "success"),
        (
            kubernetes(r#""stage":"ResponseComplete","responseStatus":{"code":403,"reason":"Forbidden"}"#),
            "failure Forbidden",
        ),
        // It may have been done before the server gave up.
        (kubernetes(r#""stage":"ResponseComplete","responseStatus":{"code":504,"reason":"Timeout"}"#), "? Timeout"),
        (kubernetes(r#""stage":"Panic","responseStatus":{"code":500,"reason":"InternalError"}"#), "? Panic"),
        (entra("success"), "success"),
        (entra("failure"), "failure"),
        (entra("timeout"), "?"),
        (google(""), "success"),
        (google(r#""status":{"code":7},"#), "failure 7"),
        (google(r#""status":{"code":4},"#), "? 4"),
        // A permission that was not granted is not always needed.
        (google(r#""status":{},"authorizationInfo":[{"granted":false}],"#), "success"),
        (google(r#""authorizationInfo":[{"granted":false}],"#), "?"),
        (google(r#""authorizationInfo":[{"granted":false}],"#).replacen('{', r#"{"severity":"ERROR","#, 1), "failure"),
        (google("").replacen('{', r#"{"severity":"ERROR","#, 1), "?"),
        (vault(200), "success"),
        (vault(403), "failure 403"),
    ];
    for (record, expected) in cases {
        assert_eq!(said(&record, outcome), [expected], "{record}");
    }
}

#[test]
fn a_service_account_goes_by_its_address_as_well_as_by_its_number() {
    let record = r#"{"protoPayload":{"serviceName":"iam.googleapis.com","methodName":"google.iam.admin.v1.DeleteServiceAccount","resourceName":"projects/-/serviceAccounts/1047"},"insertId":"i","resource":{"type":"service_account","labels":{"email_id":"x@p.iam.gserviceaccount.com","unique_id":"1047","project_id":"p"}}}"#;
    let targets = |event: &Event<'_>| event.targets.clone().unwrap_or_default().join(" ");
    assert_eq!(said(record, targets), ["1047 projects/-/serviceAccounts/1047 x@p.iam.gserviceaccount.com"]);
}

#[test]
fn the_claims_of_a_vaults_log_name_who_acted() {
    let record = r#"{"category":"AuditEvent","operationName":"KeyPurge","resultType":"Success","identity":{"claim":{"upn":"amir@example.com"}}}"#;
    assert_eq!(said(record, |event| event.actor.id.as_deref().unwrap_or("?").to_owned()), ["amir@example.com"]);
}

#[test]
fn a_guest_may_have_proved_more_at_home() {
    let mfa = |event: &Event<'_>| format!("{:?}", event.actor.mfa);
    let record = |methods: &str, provider: &str| {
        let claims = serde_json::json!({"iss": "https://sts.windows.net/t/", "http://schemas.microsoft.com/claims/authnmethodsreferences": methods,
            "http://schemas.microsoft.com/identity/claims/identityprovider": provider});
        serde_json::json!({"operationName": "Microsoft.Compute/virtualMachines/delete", "category": "Administrative", "claims": claims}).to_string()
    };
    for (methods, provider, expected) in [
        ("pwd", "", "Some(false)"),
        ("pwd", "https://sts.windows.net/t/", "Some(false)"),
        ("pwd", "https://sts.windows.net/home/", "None"),
        ("pwd", "live.com", "None"),
        ("pwd,mfa", "live.com", "Some(true)"),
        ("rsa", "", "None"),
    ] {
        assert_eq!(said(&record(methods, provider), mfa), [expected], "{methods} {provider}");
    }
}

#[test]
fn a_cluster_as_ocsf_is_one_of_kubernetes() {
    let record = |kind: &str, path: &str| {
        format!(
            r#"{{"class_uid":6003,"cloud":{{"provider":"AWS"}},"api":{{"operation":"delete","group":{{"name":"audit.k8s.io"}}}},"http_request":{{"url":{{"path":"{path}"}}}},"resources":[{{"type":"{kind}","name":"prod"}}]}}"#
        )
    };
    let name =
        |event: &Event<'_>| format!("{} {}", event.provider, event.operation_name.as_deref().unwrap_or_default());
    assert_eq!(said(&record("namespaces", "/api/v1/namespaces/prod"), name), ["kubernetes namespaces:delete"]);
    let set = record("statefulsets", "/apis/apps/v1/namespaces/a/statefulsets/prod");
    assert_eq!(said(&set, name), ["kubernetes apps/statefulsets:delete"]);
}

#[test]
fn messages_tables_and_lines_of_a_log_group_hold_records() {
    const MESSAGE: &str = "eyJwcm90b1BheWxvYWQiOnsic2VydmljZU5hbWUiOiJjb21wdXRlLmdvb2dsZWFwaXMuY29tIiwibWV0aG9kTmFtZSI6InYxLmNvbXB1dGUuaW5zdGFuY2VzLnN0b3AifSwiaW5zZXJ0SWQiOiIxIn0=";
    let google = "compute.instances.stop";
    let cases = [
        (format!(r#"[{{"ackId":"a","message":{{"data":"{MESSAGE}","messageId":"1"}}}}]"#), google),
        (format!(r#"{{"receivedMessages":[{{"message":{{"data":"{MESSAGE}"}}}}]}}"#), google),
        (format!(r#"{{"message":{{"data":"{MESSAGE}"}},"subscription":"s"}}"#), google),
        (format!("2026-11-02T10:00:00.123Z {KUBERNETES}"), "pods:delete"),
        // A shipper's record, a notification in a queue, a row of CloudTrail Lake.
        (json!({"@timestamp": "t", "event": {"module": "k"}, "message": KUBERNETES}).to_string(), "pods:delete"),
        (json!({"Messages": [{"Body": json!({"Message": KUBERNETES}).to_string()}]}).to_string(), "pods:delete"),
        (json!({"QueryResultRows": [[{"eventTime": "t"}, {"eventJson": KUBERNETES}]]}).to_string(), "pods:delete"),
        (
            r#"{"tables":[{"name":"PrimaryResult","columns":[{"name":"OperationNameValue","type":"string"},
                {"name":"CategoryValue","type":"string"}],"rows":[["MICROSOFT.COMPUTE/VIRTUALMACHINES/DELETE",null]]}]}"#
                .to_owned(),
            "microsoft.compute/virtualmachines/delete",
        ),
    ];
    for (text, expected) in cases {
        let seen = seen(text.as_bytes(), 100);
        let names: Vec<&str> = seen.events.iter().map(|(_, _, name)| name.as_str()).collect();
        assert_eq!((names, seen.rejects.len()), (vec![expected], 0), "{text}");
    }
    assert_eq!(seen(br#"{"message":{"data":"Zm9v"}}"#, 100).rejects, [(0, "unsupported")]);
}

#[test]
fn rows_of_a_workspaces_tables_are_records_of_entra_id() {
    let shown = |event: &Event<'_>| {
        let mfa = event.actor.mfa.map_or("?", |proved| if proved { "mfa" } else { "no mfa" });
        let texts = [&event.account, &event.operation, &event.actor.id, &event.source_address];
        let texts = texts.map(|text| text.as_deref().unwrap_or("?")).join(" | ");
        format!("{texts} | {mfa} | {}", event.outcome.map_or("?", EventOutcome::as_str))
    };
    let audit = serde_json::json!({"TenantId": "workspace", "AADTenantId": "T1", "Category": "RoleManagement",
        "OperationName": "Add member to role", "ActivityDisplayName": "Add member to role", "Id": "Directory_1",
        "ActivityDateTime": "2026-11-02T09:59:59Z", "Result": "success", "TargetResources": "[{\"id\":\"u2\"}]",
        "InitiatedBy": "{\"user\":{\"userPrincipalName\":\"amir@x.com\",\"ipAddress\":\"192.0.2.1\"}}"});
    let sign_in = serde_json::json!({"TenantId": "workspace", "AADTenantId": "T1", "OperationName": "Sign-in activity",
        "Category": "SignInLogs", "CreatedDateTime": "2026-11-02T10:00:00Z", "Id": "s1", "ResultType": "0",
        "Status": "{\"errorCode\":0}", "AuthenticationRequirement": "multiFactorAuthentication",
        "UserPrincipalName": "amir@x.com", "IPAddress": "192.0.2.1"});
    let expected = [
        "t1 | Add member to role | amir@x.com | 192.0.2.1 | ? | success",
        "t1 | Sign-in activity | amir@x.com | 192.0.2.1 | mfa | success",
    ];
    assert_eq!(said(&format!("[{audit},{sign_in}]"), shown), expected);
}

#[test]
fn a_row_of_a_workspaces_table_is_a_record_of_a_cluster() {
    let shown = |event: &Event<'_>| {
        let texts = [&event.provider.clone().into(), &event.account, &event.operation_name, &event.actor.id];
        let texts = texts.map(|text: &Option<_>| text.as_deref().unwrap_or("?")).join(" | ");
        format!("{texts} | {} | {:?}", event.outcome.map_or("?", EventOutcome::as_str), event.time.map(|at| at.0))
    };
    let row = serde_json::json!({"TenantId": "workspace", "AuditId": "1", "Stage": "ResponseComplete", "Verb": "delete",
        "User": "{\"username\":\"amir\"}", "ObjectRef": "{\"resource\":\"namespaces\",\"name\":\"prod\"}",
        "ResponseStatus": {"code": 200}, "RequestReceivedTime": "2026-11-02T00:05:06Z", "Type": "AKSAudit",
        "_ResourceId": "/subscriptions/AAAA-1/resourcegroups/rg/providers/microsoft.containerservice/managedclusters/c"});
    let expected = "kubernetes | aaaa-1 | namespaces:delete | amir | success | Some(1793577906000000)";
    assert_eq!(said(&row.to_string(), shown), [expected]);
}

#[test]
fn who_acts_is_the_same_in_ocsf_as_in_cloudtrail() {
    let shown = |event: &Event<'_>| {
        let kind = event.actor.kind.map_or("?", crate::event::ActorKind::as_str);
        let mfa = event.actor.mfa.map_or("?", |proved| if proved { "mfa" } else { "no mfa" });
        let outcome = event.outcome.map_or("?", EventOutcome::as_str);
        let session = event.actor.session.as_deref().unwrap_or("?");
        format!("{} {kind} '{session}' {mfa} {outcome}", event.account.as_deref().unwrap_or("?"))
    };
    let record = |kind: &str, issuer: &str, mfa: bool, more: serde_json::Value| {
        let mut record = serde_json::json!({"class_uid": 6003, "metadata": {"uid": "1"}, "cloud": {"provider": "AWS"},
            "api": {"operation": "StopInstances", "service": {"name": "ec2.amazonaws.com"}}, "status_id": 1,
            "actor": {"user": {"type": kind, "uid": "arn:aws:sts::1:assumed-role/Admin/bea"},
                "session": {"issuer": issuer, "is_mfa": mfa}}, "unmapped": {"recipientAccountId": "111111111111"}});
        record.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        record.to_string()
    };
    let none = || serde_json::json!({});
    let role = "arn:aws:iam::1:role/Admin";
    let cases = [
        (record("AssumedRole", role, true, none()), "111111111111 role 'bea' mfa success"),
        (record("AssumedRole", role, false, none()), "111111111111 role 'bea' no mfa success"),
        (
            record(
                "AssumedRole",
                "arn:aws:iam::1:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_A_1",
                false,
                none(),
            ),
            "111111111111 role 'bea' ? success",
        ),
        (
            record(
                "AssumedRole",
                "arn:aws:iam::1:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX",
                false,
                none(),
            ),
            "111111111111 service 'bea' no mfa success",
        ),
        (record("FederatedUser", "", false, none()), "111111111111 federated 'bea' ? success"),
        (
            record(
                "AssumedRole",
                role,
                true,
                serde_json::json!({"status_id": 99,
                "api": {"operation": "StopInstances", "service": {"name": "ec2"}, "response": {"error": "Client.DryRunOperation"}}}),
            ),
            "111111111111 role 'bea' mfa failure",
        ),
        (
            record(
                "AssumedRole",
                role,
                true,
                serde_json::json!({"cloud": {"provider": "Azure", "account": {"uid": "SUB-A"}}}),
            ),
            "sub-a role '' mfa success",
        ),
    ];
    for (record, expected) in cases {
        assert_eq!(said(&record, shown), [expected], "{record}");
    }
}

#[test]
fn names_that_a_warehouse_folded_are_known_again() {
    let folded = r#"{"eventversion":"1.08","useridentity":{"type":"IAMUser","sessioncontext":{"attributes":{"mfaauthenticated":"true"}}},"eventname":"StopInstances","eventsource":"ec2.amazonaws.com","requestparameters":{"instanceId":"i-1"}}"#;
    let google = GOOGLE.to_ascii_lowercase();
    let seen = seen(format!("{folded}\n{google}").as_bytes(), 100);
    let names: Vec<&str> = seen.events.iter().map(|(_, _, name)| name.as_str()).collect();
    assert_eq!(names, ["ec2:stopinstances", "compute.instances.stop"], "{:?}", seen.rejects);
}

#[test]
fn a_row_of_log_analytics_is_an_entry_of_google() {
    let row = serde_json::json!({"insert_id": "1", "log_name": "projects/p1/logs/cloudaudit.googleapis.com%2Factivity",
        "timestamp": "2026-11-02T10:00:00Z", "resource": {"type": "gce_disk", "labels": {"project_id": "p1"}},
        "proto_payload": {"audit_log": {"method_name": "v1.compute.disks.delete", "service_name": "compute.googleapis.com",
            "resource_name": "projects/p1/zones/z/disks/d1", "authentication_info": {"principal_email": "a@b.c"},
            "authorization_info": [{"granted": true, "permission_type": "ADMIN_WRITE", "resource": "d1"}]}}});
    let shown = |event: &Event<'_>| {
        let texts = [&event.account, &event.operation_name, &event.actor.id].map(|text| text.as_deref().unwrap_or("?"));
        let targets = event.targets.as_deref().unwrap_or_default().join(" ");
        format!("{} | {} | {:?} | {targets}", texts.join(" | "), event.category.as_str(), event.outcome)
    };
    let expected = "p1 | compute.disks.delete | a@b.c | management | Some(Success) | d1 projects/p1/zones/z/disks/d1";
    assert_eq!(said(&row.to_string(), shown), [expected]);
}

#[test]
fn a_record_at_the_edge_of_what_is_in_memory_is_read() {
    let wrapped = format!("{{\"source\":\"x\",\"event\":{AWS}}}\n");
    let count = (1 << 20) / wrapped.len();
    for step in [1000, 1 << 18, 1 << 22] {
        let seen = seen(wrapped.repeat(count).as_bytes(), step);
        assert_eq!((seen.events.len(), seen.rejects.len()), (count, 0), "{step}");
    }
}

#[test]
fn what_follows_a_number_on_its_line_opens_nothing() {
    let seen = seen(format!("{AWS}\n0[A{{\n{AWS}\n").as_bytes(), 64);
    assert_eq!((seen.events.len(), seen.rejects), (2, vec![(1, "unsupported")]));
}

proptest! {
    #[test]
    fn any_bytes_are_events_or_rejects(bytes in prop::collection::vec(any::<u8>(), 0..400), step in 1_usize..50) {
        seen(&bytes, step);
    }

    #[test]
    fn any_broken_log_is_read_to_its_end(
        pieces in prop::collection::vec(prop::sample::select(vec![AWS, GOOGLE, AZURE, "{\"Records\":[", "[", "]", "}", ",", "\n", "\"", "{\"a\":", "nul", " "]), 0..14),
        cut in 0_usize..600,
        step in 1_usize..400,
    ) {
        let text = pieces.concat();
        let text = &text.as_bytes()[..cut.min(text.len())];
        let one = seen(text, step);
        let other = seen(text, 1 << 20);
        prop_assert_eq!(one.events, other.events);
        prop_assert_eq!(one.rejects, other.rejects);
    }

    #[test]
    fn good_records_survive_bad_lines(bad in prop::collection::vec("[ -~]{1,60}", 0..6)) {
        // A line of its own may open an array or an object around one: what follows is then not its neighbour.
        prop_assume!(bad.iter().all(|line| !line.trim_start_matches([' ', ',']).starts_with(['[', '{']) && !line.contains('"')));
        let mut lines = vec![AWS];
        for line in &bad {
            lines.extend([line.as_str(), AWS]);
        }
        let seen = seen(lines.join("\n").as_bytes(), 64);
        prop_assert_eq!(seen.events.len(), bad.len() + 1, "{:?}", seen.rejects);
    }
}
