//! What clouds list by themselves, as inventories of what a departed customer had and has.

use serde_json::{Value, json};

use crate::{file, isoneph};

/// A customer that left, whose things are known by a tag, and when the inventories before and after were taken.
fn departures(account: &str) -> String {
    let inventory = |path: &str, day: &str| {
        format!("[[inventory]]\npath = '{path}.json'\ntaken_at = {day}\ncomplete = ['{account}']\n")
    };
    let exit =
        "[[exit]]\ntenant = 'acme'\nended_on = 2026-03-31\ndays = 30\ntags = ['tenant=acme']\nreturn_agreed = false\n";
    format!("{exit}{}{}", inventory("before", "2026-03-01"), inventory("after", "2026-11-12"))
}

/// Each thing of a customer with what became of it.
fn outcomes(account: &str, before: &Value, after: &Value) -> Vec<(String, String)> {
    let folder = tempfile::tempdir().expect("a folder");
    file(&folder, "before.json", before.to_string().as_bytes());
    file(&folder, "after.json", after.to_string().as_bytes());
    let beside = tempfile::tempdir().expect("a folder");
    let departures = file(&beside, "departures.toml", departures(account).as_bytes());
    let path = folder.path().display().to_string();
    let arguments = ["logs", "exit", &path, "--departures", &departures, "--as-of", "2026-11-20", "--format", "json"];
    let run = isoneph(&arguments);
    let record: Value = serde_json::from_str(&run.stdout()).unwrap_or_else(|_| panic!("{}", run.stderr()));
    let items = record["exits"][0]["items"].as_array().cloned().unwrap_or_default();
    let word = |item: &Value, key: &str| item[key].as_str().map(str::to_owned);
    let told = |item: &Value| {
        let state = word(item, "state").or_else(|| word(item, "undecided"));
        (word(item, "id").unwrap_or_default(), state.unwrap_or_default())
    };
    items.iter().map(told).collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(id, state)| ((*id).to_owned(), (*state).to_owned())).collect()
}

fn state(resources: &[(&str, &str, Value)]) -> Value {
    let resource = |(number, (kind, provider, values)): (usize, &(&str, &str, Value))| {
        json!({"address": format!("{kind}.r{number}"), "mode": "managed", "type": kind, "name": format!("r{number}"),
            "provider_name": format!("registry.terraform.io/hashicorp/{provider}"), "schema_version": 0, "values": values})
    };
    let all: Vec<Value> = resources.iter().enumerate().map(resource).collect();
    json!({"format_version": "1.0", "terraform_version": "1.9.0", "values": {"root_module": {"resources": all}}})
}

#[test]
fn aws_config_after_a_state_tells_what_it_records_and_no_more() {
    let arn = |rest: &str| format!("arn:aws:{rest}");
    let (queue, volume) = (arn("sqs:eu-west-1:222222222222:acme"), arn("ec2:eu-west-1:222222222222:volume/vol-1"));
    let (snapshot, abroad) = (arn("ec2:eu-west-1::snapshot/snap-1"), arn("sqs:us-east-1:222222222222:acme"));
    let own =
        |arn: &str, id: &str| json!({"arn": arn, "id": id, "tags": {"tenant": "acme"}, "tags_all": {"tenant": "acme"}});
    let mut of_snapshot = own(&snapshot, "snap-1");
    of_snapshot["owner_id"] = "222222222222".into();
    let before = state(&[
        ("aws_sqs_queue", "aws", own(&queue, "q")),
        ("aws_ebs_volume", "aws", own(&volume, "vol-1")),
        ("aws_ebs_snapshot", "aws", of_snapshot),
        ("aws_sqs_queue", "aws", own(&abroad, "q2")),
    ]);
    let item = json!({"configurationItemStatus": "OK", "awsAccountId": "222222222222", "awsRegion": "eu-west-1",
        "resourceType": "AWS::EC2::Volume", "resourceId": "vol-1", "ARN": volume, "tags": {}});
    let after = json!({"fileVersion": "1.0", "configSnapshotId": "1", "configurationItems": [item]});
    let mut expected = pairs(&[
        (&queue, "removed"),
        (&volume, "remaining"),
        // No snapshot of a volume is in AWS Config, and nothing of another region is in this file.
        (&snapshot, "not-seen-since"),
        (&abroad, "not-seen-since"),
    ]);
    let mut found = outcomes("aws/222222222222", &before, &after);
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
}

#[test]
fn azure_resource_graph_tells_what_is_left_and_the_copies_of_it() {
    let id = |rest: &str| format!("/subscriptions/0000-1/resourceGroups/rg/providers/Microsoft.Compute/{rest}");
    let row = |rest: &str, kind: &str, tags: Value, from: Option<&str>| {
        let source = from.map(id);
        json!({"id": id(rest), "name": rest, "type": format!("microsoft.compute/{kind}"), "location": "westeurope",
            "managedBy": "", "plan": null, "subscriptionId": "0000-1", "tags": tags,
            "properties": {"creationData": {"sourceResourceId": source}}})
    };
    let rows =
        |data: Vec<Value>| json!({"count": data.len(), "data": data, "skip_token": null, "total_records": data.len()});
    let acme = json!({"tenant": "acme"});
    let before = rows(vec![
        row("disks/d1", "disks", acme.clone(), None),
        row("virtualMachines/m1", "virtualmachines", acme.clone(), None),
        row("snapshots/s1", "snapshots", Value::Null, Some("disks/d1")),
    ]);
    let after = rows(vec![row("snapshots/s1", "snapshots", Value::Null, Some("disks/d1"))]);
    let mut found = outcomes("azure/0000-1", &before, &after);
    found.sort();
    let (disk, snapshot, machine) = (id("disks/d1"), id("snapshots/s1"), id("virtualMachines/m1"));
    assert_eq!(found, pairs(&[(&disk, "removed"), (&snapshot, "remaining"), (&machine, "removed")]));
}

#[test]
fn assets_of_google_are_the_things_that_a_state_showed() {
    let before = state(&[
        (
            "google_storage_bucket",
            "google",
            json!({"id": "acme-data", "name": "acme-data", "location": "EU", "project": "shop-prod",
            "labels": {"tenant": "acme"}, "effective_labels": {"tenant": "acme"},
            "soft_delete_policy": [{"retention_duration_seconds": 0}]}),
        ),
        (
            "google_pubsub_topic",
            "google",
            json!({"id": "projects/shop-prod/topics/acme", "name": "acme", "project": "shop-prod",
            "labels": {"tenant": "acme"}, "effective_labels": {"tenant": "acme"}}),
        ),
        (
            "google_secret_manager_secret",
            "google",
            json!({"id": "projects/shop-prod/secrets/acme", "project": "shop-prod",
            "labels": {"tenant": "acme"}, "effective_labels": {"tenant": "acme"}}),
        ),
    ]);
    let asset = |name: &str, kind: &str| json!({"name": name, "assetType": kind, "ancestors": ["projects/123456"], "resource": {"location": "eu", "data": {}}});
    let network =
        asset("//compute.googleapis.com/projects/shop-prod/global/networks/n", "compute.googleapis.com/Network");
    let bucket = asset("//storage.googleapis.com/acme-data", "storage.googleapis.com/Bucket");
    let found = outcomes("google/shop-prod", &before, &json!([bucket, network]));
    let [topic, secret] = ["projects/shop-prod/topics/acme", "projects/shop-prod/secrets/acme"];
    // Assets know a secret by the number of its project: it may be there under that name.
    assert_eq!(found, pairs(&[(secret, "not-seen-since"), ("acme-data", "remaining"), (topic, "removed")]));
}

#[test]
fn what_a_list_that_breaks_off_lacks_is_not_gone() {
    let id = |name: &str| {
        format!("/subscriptions/0000-1/resourceGroups/rg/providers/Microsoft.ServiceBus/namespaces/{name}")
    };
    let row = |name: &str, tags: Value| json!({"id": id(name), "name": name, "type": "microsoft.servicebus/namespaces", "location": "westeurope", "tags": tags});
    let rows = |data: &[Value], token: Value, total: usize| json!({"count": data.len(), "data": data, "skip_token": token, "total_records": total});
    let (acme, other) = (row("acme", json!({"tenant": "acme"})), row("other", Value::Null));
    let before = rows(&[acme, other.clone()], Value::Null, 2);
    for (after, state) in [
        (rows(std::slice::from_ref(&other), Value::Null, 1), "removed"),
        (rows(std::slice::from_ref(&other), json!("t"), 2), "not-seen-since"),
        (rows(std::slice::from_ref(&other), Value::Null, 2), "not-seen-since"),
    ] {
        assert_eq!(outcomes("azure/0000-1", &before, &after), pairs(&[(&id("acme"), state)]), "{after}");
    }
    let arn = |name: &str| format!("arn:aws:sqs:eu-west-1:222222222222:{name}");
    let tagged = |name: &str, tags: Value| json!({"ResourceARN": arn(name), "Tags": tags});
    let before = json!({"ResourceTagMappingList": [tagged("acme", json!([{"Key": "tenant", "Value": "acme"}]))]});
    let after = json!({"ResourceTagMappingList": [tagged("other", json!([]))]});
    // What has no tag any more is in no list by tags.
    assert_eq!(outcomes("aws/222222222222", &before, &after), pairs(&[(&arn("acme"), "not-seen-since")]));
}

#[test]
fn of_two_lists_of_one_estate_the_later_is_judged_and_a_state_beside_it() {
    let arn = "arn:aws:sqs:eu-west-1:222222222222:acme";
    let list = |tags: Value| {
        let item = json!({"configurationItemStatus": "OK", "awsAccountId": "222222222222", "awsRegion": "eu-west-1",
            "resourceType": "AWS::SQS::Queue", "resourceId": "acme", "ARN": arn, "tags": tags});
        json!({"fileVersion": "1.0", "configSnapshotId": "1", "configurationItems": [item]}).to_string()
    };
    let folder = tempfile::tempdir().expect("a folder");
    let name = |day: &str| format!("222222222222_Config_eu-west-1_ConfigSnapshot_202611{day}T000000Z_1.json");
    file(&folder, &name("05"), list(json!({})).as_bytes());
    file(&folder, &name("06"), list(json!({"Owner": "ops"})).as_bytes());
    let queue = json!({"arn": arn, "id": "q", "tags": {}, "tags_all": {}});
    file(&folder, "state.json", state(&[("aws_sqs_queue", "aws", queue)]).to_string().as_bytes());
    let path = folder.path().display().to_string();
    let arguments = ["assess", &path, "--as-of", "2026-11-20", "--format", "json", "--fail-on", "none"];
    let report = isoneph(&arguments).ends_with(0).json();
    assert_eq!(report["not_judged"].as_array().map(Vec::len), Some(1), "{}", report["not_judged"]);
    let outcomes = report["outcomes"].as_array().cloned().unwrap_or_default();
    let owners = outcomes.iter().filter(|one| one["check"] == "resource-without-owner-label");
    let told: Vec<(&str, &str)> =
        owners.filter_map(|one| Some((one["subject"].as_str()?, one["outcome"].as_str()?))).collect();
    assert_eq!(told, [(arn, "pass"), ("aws_sqs_queue.r0", "fail")]);
}
