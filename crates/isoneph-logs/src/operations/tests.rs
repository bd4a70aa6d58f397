//! The shipped proposals hold together, and people's decisions outweigh them.

use super::*;
use crate::event::operation_name;

fn found(provider: &str, service: &str, operation: &str) -> Option<(OperationClass, Reversible)> {
    let catalogue = Catalogue::proposed().unwrap();
    let name = operation_name(provider, service, operation);
    catalogue.find(provider, &name).map(|operation| (operation.class, operation.reversible))
}

#[test]
fn operations_are_found_as_the_logs_write_them() {
    use OperationClass::*;
    use Reversible::*;
    let cases = [
        ("aws", "ec2.amazonaws.com", "TerminateInstances", Some((VirtualServer, No))),
        ("aws", "lambda.amazonaws.com", "DeleteFunction20150331", Some((VirtualServer, No))),
        ("aws", "cloudtrail.amazonaws.com", "StopLogging", Some((LoggingMonitoring, No))),
        ("aws", "kms.amazonaws.com", "ScheduleKeyDeletion", Some((ServiceTermination, ForATime))),
        ("aws", "ec2.amazonaws.com", "DescribeInstances", None),
        ("aws", "ec2.amazonaws.com", "CreateTags", None),
        ("azure", "Microsoft.Compute", "MICROSOFT.COMPUTE/VIRTUALMACHINES/DELETE", Some((VirtualServer, No))),
        ("azure", "", "Add member to role", Some((IdentityKeys, Yes))),
        ("google", "compute.googleapis.com", "v1.compute.instances.delete", Some((VirtualServer, No))),
        ("google", "compute.googleapis.com", "beta.compute.firewalls.patch", Some((Network, Yes))),
        ("google", "cloudresourcemanager.googleapis.com", "DeleteProject", Some((ServiceTermination, ForATime))),
        ("google", "iam.googleapis.com", "google.iam.admin.v1.CreateServiceAccountKey", Some((IdentityKeys, Yes))),
        ("google", "k8s.io", "io.k8s.core.v1.namespaces.delete", Some((ServiceTermination, No))),
        ("google", "k8s.io", "io.k8s.core.v1.persistentvolumeclaims.deletecollection", Some((Storage, No))),
        ("google", "k8s.io", "io.k8s.core.v1.pods.exec.create", Some((VirtualServer, No))),
        ("google", "k8s.io", "io.k8s.apps.v1.statefulsets.delete", Some((VirtualServer, No))),
        ("google", "k8s.io", "io.k8s.authorization.rbac.v1.clusterrolebindings.create", Some((IdentityKeys, Yes))),
        ("google", "k8s.io", "io.k8s.networking.v1.networkpolicies.delete", Some((Network, Yes))),
        ("google", "k8s.io", "io.velero.v1.backups.delete", Some((BackupRestore, No))),
        ("google", "k8s.io", "io.k8s.core.v1.pods.get", None),
        ("aws", "neptune-graph.amazonaws.com", "ResetGraph", Some((Storage, No))),
        ("aws", "s3.amazonaws.com", "DeleteObject", Some((Storage, ForATime))),
        ("aws", "rds.amazonaws.com", "DeleteDBShardGroup", Some((Storage, No))),
        ("aws", "odb.amazonaws.com", "DeleteAutonomousDatabaseBackup", Some((BackupRestore, No))),
        ("aws", "network-firewall.amazonaws.com", "UpdateLoggingConfiguration", Some((LoggingMonitoring, Yes))),
        ("aws", "vpc-lattice.amazonaws.com", "DeleteServiceNetwork", Some((Network, No))),
        ("aws", "logs.amazonaws.com", "DeleteRetentionPolicy", None),
        ("azure", "", "Microsoft.OperationalInsights/workspaces/tables/delete", Some((LoggingMonitoring, Yes))),
        ("azure", "", "Microsoft.DocumentDB/databaseAccounts/mongodbDatabases/delete", Some((Storage, No))),
        ("azure", "", "Microsoft.DBforMySQL/flexibleServers/databases/delete", Some((Storage, No))),
        ("azure", "", "Microsoft.Network/dnszones/MX/delete", Some((Network, No))),
        ("azure", "", "Microsoft.Compute/virtualMachines/extensions/delete", Some((VirtualServer, Yes))),
        ("azure", "", "DeleteBlob", Some((Storage, ForATime))),
        ("google", "storage.googleapis.com", "storage.objects.delete", Some((Storage, ForATime))),
        (
            "google",
            "vmwareengine.googleapis.com",
            "google.cloud.vmwareengine.v1.VmwareEngine.DeletePrivateCloud",
            Some((VirtualServer, ForATime)),
        ),
        (
            "google",
            "redis.googleapis.com",
            "google.cloud.redis.cluster.v1.CloudRedisCluster.DeleteCluster",
            Some((Storage, No)),
        ),
        ("google", "compute.googleapis.com", "v1.compute.regionUrlMaps.delete", Some((Network, No))),
        ("kubernetes", "", "delete namespaces", Some((ServiceTermination, No))),
        ("kubernetes", "", "create pods/exec", Some((VirtualServer, No))),
        ("kubernetes", "apps", "delete statefulsets", Some((VirtualServer, No))),
        ("kubernetes", "", "get pods", None),
    ];
    for (provider, service, operation, expected) in cases {
        assert_eq!(found(provider, service, operation), expected, "{provider} {operation}");
    }
}

#[test]
fn every_platform_has_every_class() {
    let catalogue = Catalogue::proposed().unwrap();
    for platform in catalogue.versions().keys() {
        for class in OperationClass::ALL {
            let has = catalogue.operations().iter().any(|o| &o.platform == platform && o.class == *class);
            assert!(has, "{platform} has no operation of class {class}");
        }
    }
}

#[test]
fn no_proposal_has_a_version_in_its_name() {
    for operation in Catalogue::proposed().unwrap().operations() {
        let respelled = match operation.platform.as_str() {
            "google" => operation_name("google", "", &operation.name),
            _ => name::spelling(&operation.name),
        };
        assert_eq!(respelled, name::spelling(&operation.name), "events never carry this name");
    }
}

#[test]
fn a_named_person_adopts_changes_adds_and_drops() {
    let mut catalogue = Catalogue::proposed().unwrap();
    let file = r#"
        adopted_by = "Aiko Mori"
        adopted_on = 2026-11-02
        platforms = ["aws"]
        [[operation]]
        platform = "aws"
        name = "ec2:CreateTags"
        class = "virtual-server"
        act = "change"
        reversible = "yes"
        why = { en = "bills hang on tags", ja = "課金" }
        [[operation]]
        platform = "aws"
        name = "ec2:RunInstances"
        critical = false
        why = { en = "autoscaled", ja = "自動" }
        [[operation]]
        platform = "aws"
        name = "s3:DeleteObjects"
        reversible = "no"
        why = { en = "no versioning here", ja = "版管理なし" }
    "#;
    catalogue.amend("adopted.toml", file).unwrap();
    let basis = |name: &str| catalogue.find("aws", name).map(|operation| operation.basis.clone());
    let (by, on) = ("Aiko Mori".to_owned(), "2026-11-02".to_owned());
    assert_eq!(basis("ec2:terminateinstances"), Some(Basis::Adopted { by: by.clone(), on: on.clone() }));
    assert_eq!(basis("ec2:createtags"), Some(Basis::Amended { by: by.clone(), on: on.clone() }));
    assert_eq!(basis("ec2:runinstances"), None);
    assert_eq!(basis("s3:deleteobjects"), Some(Basis::Amended { by, on }));
    let objects = catalogue.find("aws", "s3:deleteobjects").unwrap();
    assert_eq!((objects.class, objects.reversible), (OperationClass::Storage, Reversible::No));
    assert_eq!(catalogue.find("azure", "add user").unwrap().basis, Basis::Proposed);
}

#[test]
fn a_decision_that_says_too_little_is_refused_with_its_line() {
    let cases = [
        ("adopted_by = ' '\nadopted_on = 2026-11-02", "f:1: 'adopted_by' names the person"),
        (
            "adopted_by = 'A'\nadopted_on = 2026-11-02\nplatforms = ['awz']",
            "f:3: no list of operations for the platform 'awz'",
        ),
        (
            "adopted_by = 'A'\nadopted_on = 2026-11-02\n[[operation]]\nplatform = 'aws'\nname = 'x:Y'\nwhy = { en = 'a', ja = 'b' }",
            "f:3: the operation 'x:Y' has no 'class'",
        ),
        (
            "adopted_by = 'A'\nadopted_on = 2026-11-02\n[[operation]]\nplatform = 'aws'\nname = 'x:Y'\ncritical = false",
            "f:3: the operation 'x:Y' has no 'why'",
        ),
        (
            "adopted_by = 'A'\nadopted_on = 2026-11-02\n[[operation]]\nplatform = 'aws'\nname = 'ec2:TerminatInstances'\ncritical = false\nwhy = { en = 'a', ja = 'b' }",
            "f:3: the list of aws has no operation 'ec2:TerminatInstances'; perhaps 'ec2:terminateinstances' is meant",
        ),
        (
            "adopted_by = 'A'\nadopted_on = 2026-11-02\n[[operation]]\nplatform = 'aws'\nname = 'ec3:*'\ncritical = false\nwhy = { en = 'a', ja = 'b' }",
            "f:3: the list of aws has no operation 'ec3:*'",
        ),
        ("adopted_by = 'A'\nadopted_on = 2026-11-02\ncolour = 1", "f:3: unknown field `colour`"),
    ];
    for (text, expected) in cases {
        let error = Catalogue::proposed().unwrap().amend("f", text).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
    }
}

#[test]
fn a_pattern_decides_about_all_that_it_describes() {
    let decision = |name: &str, more: &str| {
        format!(
            "adopted_by = 'A'\nadopted_on = 2026-11-02\n[[operation]]\nplatform = 'aws'\nname = '{name}'\n{more}\nwhy = {{ en = 'a', ja = 'b' }}\n"
        )
    };
    let mut catalogue = Catalogue::proposed().unwrap();
    catalogue.amend("f", &decision("cloudtrail:*", "reversible = 'yes'")).unwrap();
    let stop = catalogue.find("aws", "cloudtrail:stoplogging").unwrap();
    assert_eq!((stop.name.as_str(), stop.reversible), ("cloudtrail:StopLogging", Reversible::Yes));
    assert!(stop.weakens_logging, "what the decision leaves out stays");
    for _ in 0..2 {
        catalogue.amend("f", &decision("ec2:*", "critical = false")).unwrap();
        assert!(catalogue.find("aws", "ec2:terminateinstances").is_none(), "a second file may say the same");
    }
    catalogue.amend("f", &decision("ec2:RunInstances", "critical = false")).unwrap();
}

/// Whether an operation weakens a record, by what its request and the rest of its event say.
fn weakens(provider: &str, name: &str, request: &str, more: &str) -> Option<bool> {
    let catalogue = Catalogue::proposed().unwrap();
    let entry = catalogue.find(provider, name).unwrap();
    let text = |text: &str| Some(text.to_owned().into());
    let event = Event {
        provider: provider.to_owned().into(),
        raw_request: text(request),
        raw_additional: text(more),
        ..Event::default()
    };
    catalogue.weakens(entry, &event)
}

#[test]
fn what_weakens_a_record_only_by_its_request_is_told_by_it() {
    let cluster =
        |enabled: &str| format!(r#"{{"logging":{{"clusterLogging":[{{"types":["audit"],"enabled":{enabled}}}]}}}}"#);
    let settings =
        |enabled: &str| format!(r#"{{"properties":{{"logs":[{{"category":"Administrative","enabled":{enabled}}}]}}}}"#);
    let deltas = |action: &str| {
        format!(r#"{{"serviceData":{{"policyDelta":{{"auditConfigDeltas":[{{"action":"{action}"}}]}}}}}}"#)
    };
    let policy = "cloudresourcemanager:setiampolicy";
    let diagnostic = "microsoft.insights/diagnosticsettings/write";
    let cases = [
        ("aws", "eks:updateclusterconfig", cluster("false"), String::new(), Some(true)),
        ("aws", "eks:updateclusterconfig", cluster("true"), String::new(), Some(false)),
        ("aws", "eks:updateclusterconfig", r#"{"name":"c"}"#.into(), String::new(), Some(false)),
        ("aws", "eks:updateclusterconfig", String::new(), String::new(), None),
        ("azure", diagnostic, settings("false"), String::new(), Some(true)),
        ("azure", diagnostic, settings("true"), String::new(), Some(false)),
        ("azure", diagnostic, String::new(), String::new(), None),
        ("google", policy, "{}".into(), deltas("REMOVE"), Some(true)),
        ("google", policy, "{}".into(), deltas("ADD"), Some(false)),
        ("google", "compute.subnetworks.patch", r#"{"enableFlowLogs":false}"#.into(), String::new(), Some(true)),
        ("google", "compute.subnetworks.patch", r#"{"ipCidrRange":"10.0.0.0/8"}"#.into(), String::new(), Some(false)),
        ("aws", "cloudtrail:stoplogging", String::new(), String::new(), Some(true)),
        ("aws", "ec2:terminateinstances", String::new(), String::new(), Some(false)),
    ];
    for (provider, name, request, more, expected) in cases {
        assert_eq!(weakens(provider, name, &request, &more), expected, "{name} {request} {more}");
    }
}
