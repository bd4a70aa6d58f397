mod whole;

use std::fs;

use isoneph_model::Extent;
use isoneph_tables::{Inventory, Sink, TableId, Unattributed};
use serde_json::{Value, json};

use crate::{Reading, read_path};

/// Reads one file of this name.
fn read(name: &str, text: &str) -> Inventory {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    let mut sink = Sink::new(Box::new(Unattributed));
    read_path(&path, &Reading::new(jiff::civil::date(2026, 11, 20)), &mut sink).unwrap();
    sink.finish().unwrap()
}

/// The rows of a table, by some columns.
fn rows(inventory: &Inventory, table: &str, columns: &[&str]) -> Vec<Vec<String>> {
    let batch = inventory.table(TableId::find(table).unwrap());
    let shown = |column: &&str, row: usize| {
        let column = batch.column_by_name(column).unwrap();
        arrow::util::display::array_value_to_string(column, row).unwrap()
    };
    (0..batch.num_rows()).map(|row| columns.iter().map(|column| shown(column, row)).collect()).collect()
}

const WHAT: [&str; 7] = ["provider", "account", "region", "native_type", "native_id", "kind", "tags"];

fn things(inventory: &Inventory) -> Vec<Vec<String>> {
    rows(inventory, "resource", &WHAT)
}

/// What is covered of the table, as `extent region type`.
fn covered(inventory: &Inventory) -> Vec<String> {
    let table = TableId::find("resource").unwrap();
    let word = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    let entries = inventory.coverage.iter().filter(|entry| entry.table == table);
    entries.map(|one| format!("{} {} {}", one.extent, word(&one.scope.region), word(&one.scope.native_type))).collect()
}

fn config(items: Value) -> String {
    json!({"fileVersion": "1.0", "configSnapshotId": "16da64e4", "configurationItems": items}).to_string()
}

fn volume(status: &str) -> Value {
    json!({
        "configurationItemVersion": "1.3", "configurationItemStatus": status, "awsAccountId": "111122223333",
        "resourceType": "AWS::EC2::Volume", "resourceId": "vol-0a1", "awsRegion": "eu-west-1",
        "ARN": "arn:aws:ec2:eu-west-1:111122223333:volume/vol-0a1", "tags": {"tenant": "acme", "Owner": "ops"},
        "configuration": {"size": 8}, "relationships": []
    })
}

#[test]
fn a_snapshot_of_aws_config_is_of_one_region_and_one_time() {
    let name = "111122223333_Config_eu-west-1_ConfigSnapshot_20261105T101500Z_16da64e4.json";
    let inventory = read(name, &config(json!([volume("OK"), volume("OK"), volume("ResourceDeleted")])));
    let volume = "arn:aws:ec2:eu-west-1:111122223333:volume/vol-0a1";
    let expected = ["aws", "111122223333", "eu-west-1", "AWS::EC2::Volume", volume, "disk", "[Owner=ops, tenant=acme]"];
    assert_eq!(things(&inventory), [expected]);
    assert_eq!(rows(&inventory, "resource", &["owner", "holds_data", "taggable"]), [["ops", "true", "true"]]);
    assert_eq!(inventory.snapshots[0].observed_at.map(|at| at.0), Some(1_793_873_700_000_000));
    let covered = covered(&inventory);
    assert!(covered.contains(&"declared eu-west-1 aws_ebs_volume".to_owned()), "{covered:?}");
    // Snapshots of volumes are of no type that AWS Config records.
    assert!(covered.iter().all(|one| one.contains("eu-west-1") && !one.contains("aws_ebs_snapshot")), "{covered:?}");
    assert!(inventory.inputs[0].notes.iter().any(|note| note.contains("deleted before")), "{:?}", inventory.inputs);
}

#[test]
fn a_region_in_which_nothing_is_left_is_told_by_the_name_of_its_snapshot() {
    let name = "111122223333_Config_eu-west-1_ConfigSnapshot_20261105T101500Z_16da64e4.json";
    assert!(covered(&read(name, &config(json!([])))).contains(&"declared eu-west-1 aws_instance".to_owned()));
    let unnamed = covered(&read("snapshot.json", &config(json!([]))));
    assert_eq!(unnamed, ["partial - -"], "nobody knows of which region it is");
}

#[test]
fn a_history_of_aws_config_is_no_inventory() {
    let text = json!({"fileVersion": "1.0", "configurationItems": [volume("OK")]}).to_string();
    let renamed = read("111122223333_Config_eu-west-1_ConfigSnapshot_20261105T101500Z_1.json", &text);
    assert_eq!(things(&renamed).len(), 1, "the name of a snapshot says what it is");
    let inventory = read("history.json", &text);
    assert!(things(&inventory).is_empty());
    assert!(inventory.inputs[0].rejected[0].message.contains("what changed"), "{:?}", inventory.inputs[0].rejected);
}

#[test]
fn answers_of_aws_are_lists_in_each_of_their_forms() {
    let arn = "arn:aws:s3:::acme-data";
    let query = json!({"Results": [json!({"arn": arn, "resourceType": "AWS::S3::Bucket", "accountId": "111122223333",
        "awsRegion": "eu-west-1", "tags": [{"key": "tenant", "value": "acme", "tag": "tenant=acme"}]}).to_string()],
        "QueryInfo": {"SelectFields": [{"Name": "arn"}]}});
    let explorer = json!({"Resources": [{"Arn": arn, "OwningAccountId": "111122223333", "Region": "eu-west-1",
        "ResourceType": "s3:bucket", "Service": "s3", "LastReportedAt": "2026-11-05T00:00:00Z",
        "Properties": [{"Name": "tags", "LastReportedAt": "2026-11-05T00:00:00Z", "Data": [{"Key": "tenant", "Value": "acme"}]}]}]});
    let tagging =
        json!({"ResourceTagMappingList": [{"ResourceARN": arn, "Tags": [{"Key": "tenant", "Value": "acme"}]}]});
    for (text, native_type, account, region) in [
        (query, "AWS::S3::Bucket", "111122223333", "eu-west-1"),
        (explorer, "s3:bucket", "111122223333", "eu-west-1"),
        // The ARN of a bucket says neither.
        (tagging, "s3:bucket", "", ""),
    ] {
        let expected = ["aws", account, region, native_type, arn, "bucket", "[tenant=acme]"];
        assert_eq!(things(&read("list.json", &text.to_string())), [expected], "{text}");
    }
}

#[test]
fn what_is_not_the_whole_list_covers_nothing() {
    let arn = "arn:aws:sqs:eu-west-1:111122223333:orders";
    let explored = |token: Value| {
        json!({"Resources": [{"Arn": arn, "OwningAccountId": "111122223333"}], "NextToken": token}).to_string()
    };
    assert_eq!(covered(&read("list.json", &explored(json!("AAAA")))), ["partial - -"]);
    assert!(covered(&read("list.json", &explored(Value::Null))).contains(&"declared - aws_sqs_queue".to_owned()));
    // Things without any tags are in no list by tags.
    let tagged = json!({"ResourceTagMappingList": [{"ResourceARN": arn, "Tags": []}]}).to_string();
    assert_eq!(covered(&read("list.json", &tagged)), ["partial - -"]);
    let cut = explored(Value::Null).replace('}', "");
    assert!(covered(&read("list.json", &cut)).iter().all(|one| one.starts_with(Extent::Partial.as_str())));
}

#[test]
fn rows_of_azure_are_read_from_resource_graph_and_from_resource_manager() {
    let id = "/subscriptions/0000-1/resourceGroups/rg/providers/Microsoft.Compute/snapshots/s1";
    let disk = "/subscriptions/0000-1/resourceGroups/rg/providers/Microsoft.Compute/disks/d1";
    let row = json!({"id": id, "name": "s1", "type": "Microsoft.Compute/snapshots", "location": "West Europe",
        "managedBy": null, "plan": null, "subscriptionId": "0000-1", "tags": {"tenant": "acme"},
        "properties": {"creationData": {"createOption": "Copy", "sourceResourceId": disk}}});
    let graph = json!({"count": 1, "data": [row], "skip_token": null, "total_records": 1});
    for text in [graph.to_string(), json!([row]).to_string()] {
        let inventory = read("az.json", &text);
        let expected =
            ["azure", "0000-1", "westeurope", "microsoft.compute/snapshots", id, "disk_snapshot", "[tenant=acme]"];
        assert_eq!(things(&inventory), [expected]);
        assert_eq!(rows(&inventory, "relation", &["kind", "to_uid"]), [["source_resource_id", disk]]);
        assert!(covered(&inventory).contains(&"declared - azurerm_linux_virtual_machine".to_owned()));
    }
    let none = json!({"count": 0, "data": [], "skip_token": null, "total_records": 0});
    assert!(covered(&read("az.json", &none.to_string())).contains(&"declared - azurerm_managed_disk".to_owned()));
    let more = json!({"count": 1, "data": [row], "skip_token": "ew0K", "total_records": 5000});
    assert_eq!(covered(&read("az.json", &more.to_string())), ["partial - -"]);
}

#[test]
fn answers_about_one_service_of_azure_are_no_inventory() {
    let id = "/subscriptions/0000-1/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v";
    let text = json!([{"id": id, "name": "v", "type": "Microsoft.Network/virtualNetworks", "location": "westeurope",
        "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}]);
    assert!(things(&read("vnets.json", &text.to_string())).is_empty());
}

#[test]
fn assets_of_google_are_known_as_terraform_knows_them() {
    let asset = |name: &str, kind: &str, data: Value| {
        json!({"name": name, "assetType": kind, "ancestors": ["projects/123456", "organizations/1"],
            "resource": {"location": "europe-west1-b", "data": data}})
    };
    let assets = [
        // The bucket comes before what tells that its project is shop-prod.
        asset(
            "//storage.googleapis.com/acme-data",
            "storage.googleapis.com/Bucket",
            json!({"labels": {"tenant": "acme"}}),
        ),
        asset(
            "//compute.googleapis.com/projects/shop-prod/global/snapshots/s1",
            "compute.googleapis.com/Snapshot",
            json!({"sourceDisk": "https://www.googleapis.com/compute/v1/projects/shop-prod/zones/europe-west1-b/disks/d1"}),
        ),
        asset(
            "//cloudsql.googleapis.com/projects/shop-prod/instances/main",
            "sqladmin.googleapis.com/Instance",
            json!({}),
        ),
    ];
    let disk = "projects/shop-prod/zones/europe-west1-b/disks/d1";
    let as_lines = assets.iter().map(|one| format!("{one}\n")).collect::<String>();
    let answer = json!({"readTime": "2026-11-05T00:00:00Z", "assets": assets}).to_string();
    for text in [json!(assets).to_string(), as_lines, answer] {
        let inventory = read("assets.json", &text);
        let mut found = rows(&inventory, "resource", &["native_id", "account", "region", "kind", "tags"]);
        found.sort();
        let (project, region) = ("shop-prod", "europe-west1");
        assert_eq!(
            found,
            [
                ["acme-data", project, region, "bucket", "[tenant=acme]"],
                ["main", project, region, "database", "[]"],
                ["projects/shop-prod/global/snapshots/s1", project, region, "disk_snapshot", "[]"],
            ]
        );
        assert_eq!(rows(&inventory, "relation", &["kind", "to_uid"]), [["source_disk", disk]]);
    }
}

#[test]
fn what_search_answers_says_no_more_than_it_says() {
    let found = json!([{"name": "//storage.googleapis.com/acme-data", "assetType": "storage.googleapis.com/Bucket",
        "project": "projects/123456", "displayName": "acme-data", "location": "eu"}]);
    let inventory = read("search.json", &found.to_string());
    // A number is no name of a project, and no labels were told.
    assert_eq!(
        rows(&inventory, "resource", &["native_id", "account", "region", "tags"]),
        [["acme-data", "", "eu", ""]]
    );
}

#[test]
fn a_record_that_says_nothing_is_told_with_its_place() {
    let inventory = read("list.json", &config(json!([{"resourceId": "vol-1"}, volume("OK")])));
    assert_eq!(things(&inventory).len(), 1);
    assert_eq!(inventory.inputs[0].rejected[0].locator.as_str(), "#/configurationItems/0");
    assert_eq!(covered(&inventory), ["partial - -"]);
}

#[test]
fn a_list_that_is_cut_off_anywhere_does_not_say_that_it_is_whole() {
    let name = "111122223333_Config_eu-west-1_ConfigSnapshot_20261105T101500Z_16da64e4.json";
    let asset = json!([{"name": "//storage.googleapis.com/b", "assetType": "storage.googleapis.com/Bucket"}]);
    let rows =
        json!({"count": 1, "data": [{"id": "/subscriptions/1/resourceGroups/r", "type": "a/b"}], "total_records": 1});
    for text in [config(json!([volume("OK")])), asset.to_string(), rows.to_string()] {
        assert!(covered(&read(name, &text)).iter().any(|one| one.starts_with("declared")), "{text}");
        for end in 1..text.len() {
            let inventory = read(name, &text[..end]);
            assert!(covered(&inventory).iter().all(|one| one.starts_with("partial ")), "{}", &text[..end]);
            assert!(!inventory.inputs[0].rejected.is_empty(), "{}", &text[..end]);
        }
    }
}
