//! Whole plans and states: modules, instances, what cannot be resolved, what is sensitive, what is incomplete.

use isoneph_model::{EvidenceClass, Extent, SnapshotKind};
use isoneph_tables::{Inventory, TableId};
use serde_json::{Value, json};

use super::fixture::read;
use super::listing::lines;

fn texts(inventory: &Inventory, table: &str) -> Vec<String> {
    lines(inventory, false).into_iter().filter(|line| line.table == table).map(|line| line.text).collect()
}

fn resource(address: &str, values: Value) -> Value {
    let local = address.rsplit_once("aws_").map(|(_, rest)| format!("aws_{rest}")).unwrap();
    let (native_type, name) = local.split_once('.').unwrap();
    json!({"address": address, "mode": "managed", "type": native_type, "name": name, "values": values})
}

fn change(address: &str, unknown: Value) -> Value {
    json!({"address": address, "mode": "managed", "change": {"actions": ["create"], "after_unknown": unknown}})
}

fn plan(root_module: Value, changes: Value, configuration: Value) -> Value {
    json!({
        "format_version": "1.2", "terraform_version": "1.11.4", "timestamp": "2025-06-01T00:00:00Z",
        "planned_values": {"root_module": root_module}, "resource_changes": changes,
        "configuration": {"provider_config": {"aws": {"name": "aws"}}, "root_module": configuration},
        "complete": true, "errored": false,
    })
}

fn configured(native_type: &str, name: &str, expressions: Value) -> Value {
    json!({"address": format!("{native_type}.{name}"), "mode": "managed", "type": native_type, "name": name,
           "provider_config_key": "aws", "expressions": expressions})
}

/// A volume in a module takes its key from a variable, and that from the output of another module.
#[test]
fn references_are_followed_through_arguments_and_outputs_of_modules() {
    let modules = json!({"child_modules": [
        {"address": "module.keys", "resources": [resource("module.keys.aws_kms_key.k", json!({}))]},
        {"address": "module.disks[\"eu\"]", "resources": [resource("module.disks[\"eu\"].aws_ebs_volume.d", json!({"size": 1, "encrypted": true}))]},
    ]});
    let changes = json!([
        change("module.keys.aws_kms_key.k", json!({"arn": true})),
        change("module.disks[\"eu\"].aws_ebs_volume.d", json!({"kms_key_id": true})),
    ]);
    let configuration = json!({"module_calls": {
        "keys": {"module": {
            "resources": [configured("aws_kms_key", "k", json!({}))],
            "outputs": {"arn": {"expression": {"references": ["aws_kms_key.k.arn", "aws_kms_key.k"]}}},
        }},
        "disks": {
            "expressions": {"key": {"references": ["module.keys.arn", "module.keys"]}},
            "module": {"resources": [configured("aws_ebs_volume", "d", json!({"kms_key_id": {"references": ["var.key"]}}))]},
        },
    }});
    let document = plan(modules, changes, configuration);
    let inventory = read(&document.to_string());
    let disks = texts(&inventory, "disk");
    assert!(disks[0].contains(" key=0:module.keys.aws_kms_key.k key_manager=customer"), "{disks:?}");
    let table = TableId::find("disk").unwrap();
    let place = inventory.place(isoneph_model::RowId::new(table.ordinal(), 0).unwrap()).unwrap();
    assert_eq!(place.locator.as_str(), "#/planned_values/root_module/child_modules/1/resources/0");
}

fn instances(names: Value, own: &str) -> Vec<String> {
    let keys = ["\"a\"", "\"b\""];
    let mut resources = Vec::new();
    let mut changes = Vec::new();
    for key in keys {
        for kind in ["aws_kms_key.k", "aws_ebs_volume.d"] {
            let address = format!("{kind}[{key}]");
            let mut item = resource(&format!("{kind}x"), json!({"size": 1, "encrypted": true}));
            item["address"] = json!(address);
            resources.push(item);
            changes.push(change(&address, json!({"kms_key_id": true, "arn": true})));
        }
    }
    let mut volume = configured("aws_ebs_volume", "d", json!({"kms_key_id": {"references": names}}));
    volume["for_each_expression"] = json!({"references": ["aws_kms_key.k"]});
    let configuration = json!({"resources": [configured("aws_kms_key", "k", json!({})), volume]});
    let inventory = read(&plan(json!({"resources": resources}), json!(changes), configuration).to_string());
    let is_own = |line: &String| line.starts_with(&format!("disk 0:aws_ebs_volume.d[{own}]"));
    texts(&inventory, "disk").into_iter().filter(is_own).collect()
}

#[test]
fn the_instance_of_the_same_key_is_meant_and_no_other() {
    let same = |line: &[String]| line.len() == 1 && line[0].contains(r#" key="0:aws_kms_key.k[\"b\"]""#);
    assert!(same(&instances(json!(["aws_kms_key.k", "each.key"]), "\"b\"")));
    assert!(same(&instances(json!(["each.value.arn", "each.value"]), "\"b\"")));
    let named = json!(["aws_kms_key.k[\"b\"].arn", "aws_kms_key.k[\"b\"]", "aws_kms_key.k"]);
    assert!(same(&instances(named, "\"a\"")), "a key that is written wins over one's own");
    let any = instances(json!(["aws_kms_key.k"]), "\"b\"");
    assert!(any[0].contains("key=!unresolved-reference"), "{any:?}");
    let local = instances(json!(["local.keys", "each.key"]), "\"b\"");
    assert!(local[0].contains("key=!unresolved-reference"), "{local:?}");
}

/// Every attribute that is sensitive holds a marker; the marker is in no column of any table.
#[test]
fn what_is_sensitive_is_in_no_table() {
    const MARKER: &str = "hunter2-marker";
    let sensitive = json!({"bucket": true, "tags": {"Owner": true}, "policy": true, "user_data": true, "description": true,
        "ami": true, "kms_key_id": true, "acl": true, "name": true, "public_key": true});
    let values = json!({"bucket": MARKER, "tags": {"Owner": MARKER}, "policy": MARKER, "user_data": MARKER, "ami": MARKER,
        "description": MARKER, "kms_key_id": MARKER, "acl": MARKER, "name": MARKER, "public_key": MARKER, "encrypted": true});
    let types = ["aws_s3_bucket", "aws_instance", "aws_kms_key", "aws_ebs_volume", "aws_security_group", "aws_made_up"];
    let resources: Vec<Value> = types
        .iter()
        .map(|native_type| {
            let mut item = resource(&format!("{native_type}.x"), values.clone());
            item["sensitive_values"] = sensitive.clone();
            item
        })
        .collect();
    let changes: Vec<Value> = types.iter().map(|t| change(&format!("{t}.x"), json!({}))).collect();
    let inventory = read(&plan(json!({"resources": resources}), json!(changes), json!({})).to_string());
    let found: Vec<String> =
        lines(&inventory, true).into_iter().map(|line| line.text).filter(|text| text.contains(MARKER)).collect();
    assert!(found.is_empty(), "{found:#?}");
    assert_eq!(inventory.inputs[0].records, types.len() as u64);
}

fn one_key(edit: impl FnOnce(&mut Value)) -> Inventory {
    let mut document = plan(
        json!({"resources": [resource("aws_kms_key.k", json!({"enable_key_rotation": true}))]}),
        json!([change("aws_kms_key.k", json!({}))]),
        json!({}),
    );
    edit(&mut document);
    read(&document.to_string())
}

fn is_partial(inventory: &Inventory, table: &str) -> bool {
    let table = TableId::find(table).unwrap();
    inventory.coverage.iter().any(|entry| entry.table == table && entry.extent == Extent::Partial)
}

#[test]
fn a_plan_that_is_whole_covers_what_it_declares_and_no_more() {
    let inventory = one_key(|_| {});
    let extents: Vec<Extent> = inventory.coverage.iter().map(|entry| entry.extent).collect();
    assert!(extents.iter().all(|extent| *extent == Extent::Declared) && !extents.is_empty());
    assert!(inventory.coverage.iter().all(|entry| entry.scope.provider.as_deref() == Some("aws")));
    assert_eq!(inventory.snapshots[0].kind, SnapshotKind::Planned);
    assert_eq!(inventory.inputs[0].class, Some(EvidenceClass::Intended));
}

#[test]
fn a_plan_that_failed_or_left_something_out_closes_no_table() {
    let errored = one_key(|plan| plan["errored"] = json!(true));
    assert_eq!(errored.inputs[0].rejected[0].code, "errored-plan");
    assert!(is_partial(&errored, "key") && is_partial(&errored, "bucket"));
    let incomplete = one_key(|plan| plan["complete"] = json!(false));
    assert!(is_partial(&incomplete, "key") && incomplete.inputs[0].rejected.is_empty());
    let unreadable = one_key(|plan| {
        plan["planned_values"]["root_module"]["resources"].as_array_mut().unwrap().push(json!({"mode": "managed"}));
    });
    assert_eq!(unreadable.inputs[0].rejected[0].locator.as_str(), "#/planned_values/root_module/resources/1");
    assert!(is_partial(&unreadable, "key"));
    let changeless = one_key(|plan| {
        plan.as_object_mut().unwrap().remove("resource_changes");
    });
    assert!(is_partial(&changeless, "key"));
}

#[test]
fn a_state_shows_what_is_deployed_and_refers_by_identifiers() {
    let arn = "arn:aws:kms:eu-west-1:111122223333:key/1";
    let document = json!({"format_version": "1.0", "terraform_version": "1.9.0", "values": {"root_module": {"resources": [
        resource("aws_kms_key.k", json!({"arn": arn, "id": "1", "enable_key_rotation": true})),
        resource("aws_ebs_volume.d", json!({"arn": "arn:aws:ec2:eu-west-1:111122223333:volume/v", "encrypted": true, "kms_key_id": arn, "size": 8})),
    ]}}});
    let inventory = read(&document.to_string());
    assert_eq!(inventory.inputs[0].format, "terraform-state");
    assert_eq!(inventory.snapshots[0].kind, SnapshotKind::Deployed);
    let disks: Vec<String> =
        lines(&inventory, true).into_iter().filter(|l| l.table == "disk").map(|l| l.text).collect();
    assert!(disks[0].contains(" key=0:aws_kms_key.k key_manager=customer"), "{disks:?}");
    assert!(disks[0].contains(" account=111122223333 region=eu-west-1"), "{disks:?}");
    let accounts: Vec<String> =
        lines(&inventory, true).into_iter().filter(|l| l.table == "account").map(|l| l.uid).collect();
    assert_eq!(accounts, ["0:account:aws:111122223333"]);
}

#[test]
fn an_unknown_type_that_bears_on_access_leaves_its_subject_open() {
    let document = plan(
        json!({"resources": [
            resource("aws_s3_bucket.b", json!({"bucket": "invoices"})),
            resource("aws_s3control_made_up_policy.p", json!({"bucket": "invoices"})),
        ]}),
        json!([change("aws_s3_bucket.b", json!({})), change("aws_s3control_made_up_policy.p", json!({}))]),
        json!({}),
    );
    let inventory = read(&document.to_string());
    assert_eq!(inventory.inputs[0].unsupported["aws_s3control_made_up_policy"], 1);
    let table = TableId::find("resource_policy").unwrap();
    let open = inventory.coverage.iter().find(|entry| entry.table == table && entry.extent == Extent::Partial).unwrap();
    assert_eq!(open.scope.subject.as_deref(), Some("0:aws_s3_bucket.b"));
}

#[test]
fn what_an_earlier_run_could_not_remove_says_nothing_of_what_lives() {
    let queue = json!({"resources": [resource("aws_sqs_queue.q", json!({"name": "q"}))]});
    let mut left = change("aws_sqs_queue.q", json!({}));
    left["deposed"] = json!("00000001");
    left["change"]["actions"] = json!(["delete"]);
    let changes = json!([change("aws_sqs_queue.q", json!({"policy": true})), left]);
    let configuration =
        json!({"resources": [configured("aws_sqs_queue", "q", json!({"policy": {"references": ["var.p"]}}))]});
    let inventory = read(&plan(queue, changes, configuration).to_string());
    assert!(texts(&inventory, "queue")[0].contains("public_policy=!after-apply"), "{:?}", texts(&inventory, "queue"));
    assert!(texts(&inventory, "resource")[0].contains("change=create"));
}

#[test]
fn the_same_bytes_give_the_same_tables() {
    let build = || {
        let resources: Vec<Value> = (0..40)
            .map(|i| {
                resource(
                    &format!("aws_s3_bucket.b{i}"),
                    json!({"bucket": format!("b{}", i % 7), "tags": {"z": "1", "a": "2"}}),
                )
            })
            .collect();
        let changes: Vec<Value> =
            (0..40).map(|i| change(&format!("aws_s3_bucket.b{i}"), json!({"arn": true}))).collect();
        let inventory = read(&plan(json!({"resources": resources}), json!(changes), json!({})).to_string());
        let text: Vec<String> = lines(&inventory, true).into_iter().map(|line| line.text).collect();
        (text, inventory.gaps, inventory.coverage)
    };
    assert_eq!(build(), build());
}

#[test]
fn every_filter_of_an_account_gives_its_alarm_a_meaning() {
    const ALARMS: usize = 300;
    let metric = |i: usize| format!("m{i}");
    let alarm = |i: usize| {
        let values = json!({"namespace": "audit", "metric_name": metric(i), "alarm_name": metric(i)});
        resource(&format!("aws_cloudwatch_metric_alarm.a{i}"), values)
    };
    let filter = |i: usize| {
        let transformation = json!([{"namespace": "audit", "name": metric(i), "value": "1"}]);
        let values = json!({"pattern": "{ $.eventName = StopLogging }", "metric_transformation": transformation});
        resource(&format!("aws_cloudwatch_log_metric_filter.f{i}"), values)
    };
    let resources: Vec<Value> = (0..ALARMS).flat_map(|i| [alarm(i), filter(i)]).collect();
    let configured: Vec<Value> = ["aws_cloudwatch_metric_alarm.a", "aws_cloudwatch_log_metric_filter.f"]
        .into_iter()
        .flat_map(|address| (0..ALARMS).map(move |i| format!("{address}{i}")))
        .map(|address| address.split_once('.').map(|(kind, name)| configured(kind, name, json!({}))).unwrap())
        .collect();
    let changes: Vec<Value> = resources.iter().map(|of| change(of["address"].as_str().unwrap(), json!({}))).collect();
    let document = plan(json!({"resources": resources}), json!(changes), json!({"resources": configured}));
    let watched = texts(&read(&document.to_string()), "alert_rule");
    let meant = watched.iter().filter(|text| text.contains("StopLogging")).count();
    assert_eq!(meant, ALARMS, "{:?}", watched.last());
}
