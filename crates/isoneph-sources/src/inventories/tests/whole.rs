//! What of a list tells whether it is all that there is.

use super::*;

/// Whether a list says of anything that it shows all of it.
fn is_whole(text: &str) -> bool {
    let inventory = read("list.json", text);
    assert!(!things(&inventory).is_empty(), "{text}");
    covered(&inventory).iter().any(|one| one.starts_with("declared"))
}

fn queue(name: &str) -> Value {
    json!({"Arn": format!("arn:aws:sqs:eu-west-1:111122223333:{name}"), "OwningAccountId": "111122223333"})
}

fn row(name: &str) -> Value {
    let id = format!("/subscriptions/0000-1/resourceGroups/rg/providers/Microsoft.Network/networkInterfaces/{name}");
    json!({"id": id, "name": name, "type": "microsoft.network/networkinterfaces"})
}

fn graph(rows: &[Value], token: Option<&str>, total: u64) -> Value {
    json!({"count": rows.len(), "data": rows, "skip_token": token, "total_records": total})
}

#[test]
fn totals_and_limits_of_an_answer_say_whether_it_is_whole() {
    let found = |count: Value| json!({"Count": count, "Resources": [queue("a")], "ViewArn": "arn:aws:v"});
    let rest = |total: u64, truncated: Value| json!({"totalRecords": total, "count": 1, "data": [row("a")], "facets": [], "resultTruncated": truncated});
    for (answer, whole) in [
        (found(json!({"Complete": true, "TotalResources": 1})), true),
        (found(json!({"Complete": false, "TotalResources": 1})), false),
        (found(json!({"Complete": true, "TotalResources": 7})), false),
        (graph(&[row("a")], None, 1), true),
        // Neither a token nor all of the rows: without a column of text Resource Graph gives no token.
        (graph(&[row("a")], None, 5), false),
        (graph(&[row("a")], Some("t"), 1), false),
        (rest(1, json!("false")), true),
        (rest(1, json!("true")), false),
        (rest(1, json!(true)), false),
        (rest(2, json!("false")), false),
    ] {
        assert_eq!(is_whole(&answer.to_string()), whole, "{answer}");
    }
}

#[test]
fn pages_in_one_file_are_one_answer_where_a_total_says_so() {
    let pages = |last: u64| [graph(&[row("a"), row("b")], Some("t"), 3), graph(&[row("c")], None, last)];
    let explored = |total: u64| {
        let page = |name, token: Value| json!({"Count": {"Complete": true, "TotalResources": total}, "Resources": [queue(name)], "NextToken": token});
        [page("a", json!("t")), page("b", Value::Null)]
    };
    let untold = [json!({"Resources": [queue("a")], "NextToken": "t"}), json!({"Resources": [queue("b")]})];
    for (pages, whole) in [
        (pages(3).to_vec(), true),
        // A page of another question, and one that is missing.
        (pages(1).to_vec(), false),
        (vec![graph(&[row("a")], Some("t"), 3), graph(&[row("c")], None, 3)], false),
        (vec![graph(&[row("a")], None, 1), graph(&[row("b")], Some("t"), 2)], false),
        (vec![graph(&[row("a")], None, 1), graph(&[row("b")], None, 1)], true),
        (explored(2).to_vec(), true),
        (explored(3).to_vec(), false),
        (untold.to_vec(), false),
    ] {
        let behind: String = pages.iter().map(Value::to_string).collect();
        assert_eq!(is_whole(&behind), whole, "{behind}");
        assert_eq!(is_whole(&json!(pages).to_string()), whole, "{behind}");
    }
    let listed = read("list.json", &json!(pages(3)).to_string());
    assert_eq!(things(&listed).len(), 3);
}

#[test]
fn what_is_found_nowhere_is_an_answer_as_well() {
    let none = json!({"Count": {"Complete": true, "TotalResources": 0}, "Resources": [], "ViewArn": "arn:aws:v"});
    assert!(covered(&read("list.json", &none.to_string())).contains(&"declared - aws_sqs_queue".to_owned()));
}

#[test]
fn what_is_of_no_region_is_recorded_whole_in_one_region() {
    let user = json!({
        "configurationItemStatus": "OK", "awsAccountId": "111122223333", "resourceType": "AWS::IAM::User",
        "resourceId": "AIDA1", "awsRegion": "global", "ARN": "arn:aws:iam::111122223333:user/bob", "tags": {}
    });
    let zone = json!({
        "configurationItemStatus": "OK", "awsAccountId": "111122223333", "resourceType": "AWS::Route53::HostedZone",
        "resourceId": "Z1", "awsRegion": "global", "ARN": "arn:aws:route53:::hostedzone/Z1", "tags": {}
    });
    let covers = |region: &str, items: Value, native_type: &str| {
        let name = format!("111122223333_Config_{region}_ConfigSnapshot_20261105T101500Z_16da64e4.json");
        covered(&read(&name, &config(items))).contains(&format!("declared global {native_type}"))
    };
    assert!(covers("eu-west-1", json!([user]), "aws_iam_role"));
    assert!(!covers("eu-west-1", json!([user]), "aws_route53_zone"));
    assert!(covers("eu-west-1", json!([zone]), "aws_route53_zone"));
    assert!(covers("us-east-1", json!([user]), "aws_route53_zone"));
    assert!(!covers("us-east-1", json!([volume("OK")]), "aws_route53_zone"));
}

#[test]
fn an_item_that_goes_by_a_number_of_aws_config_alone_is_told() {
    let answer = |item: Value| json!({"Results": [item.to_string()], "QueryInfo": {"SelectFields": []}}).to_string();
    let user = read("list.json", &answer(json!({"resourceType": "AWS::IAM::User", "resourceId": "AIDA1"})));
    assert!(things(&user).is_empty() && user.inputs[0].rejected[0].message.contains("`arn`"), "{:?}", user.inputs);
    let disk = json!({"resourceType": "AWS::EC2::Volume", "resourceId": "vol-1", "awsRegion": "eu-west-1"});
    assert!(is_whole(&answer(disk)));
}

#[test]
fn tags_in_a_text_are_read_where_they_are_json_and_told_where_they_are_not() {
    let tagged = |tags: Value| {
        let mut row = row("a");
        row["tags"] = tags;
        read("list.json", &graph(&[row], None, 1).to_string())
    };
    for (tags, read) in [
        (json!({"tenant": "acme"}), "[tenant=acme]"),
        (json!("{\"tenant\": \"acme\"}"), "[tenant=acme]"),
        (json!(""), "[]"),
        (Value::Null, "[]"),
    ] {
        assert_eq!(rows(&tagged(tags), "resource", &["tags"]), [[read]]);
    }
    for unread in [json!("@{tenant=acme}"), json!([{"tag_name": "tenant", "of": "acme"}])] {
        let unread = tagged(unread);
        assert_eq!(rows(&unread, "resource", &["tags"]), [[""]]);
        assert_eq!(unread.inputs[0].rejected[0].locator.as_str(), "#/data/0");
        assert_eq!(covered(&unread), ["partial - -"]);
    }
}

#[test]
fn a_record_of_which_a_field_is_no_json_is_told_and_not_taken_without_it() {
    let asset = |name: &str, label: &str| {
        format!(
            r#"{{"name":"//compute.googleapis.com/projects/kumo/zones/z/disks/{name}","assetType":"compute.googleapis.com/Disk","resource":{{"data":{{"labels":{{"tenant":"{label}"}}}}}}}}"#
        )
    };
    // Half a character.
    let inventory = read("assets.json", &format!("{}\n{}\n", asset("a", "acme"), asset("b", r"\ud800")));
    assert_eq!(rows(&inventory, "resource", &["name"]), [["a"]]);
    assert_eq!(inventory.inputs[0].rejected[0].code, "not-json");
    assert_eq!(covered(&inventory), ["partial - -"]);
}

#[test]
fn an_export_of_policies_is_no_export_of_all_assets() {
    let asset = |held: &str| {
        let mut asset =
            json!({"name": "//pubsub.googleapis.com/projects/p/topics/t", "assetType": "pubsub.googleapis.com/Topic"});
        asset[held] = json!({});
        json!([asset]).to_string()
    };
    for (held, whole) in [("resource", true), ("updateTime", true), ("iamPolicy", false), ("osInventory", false)] {
        assert_eq!(is_whole(&asset(held)), whole, "{held}");
    }
}

#[test]
fn a_row_of_bigquery_holds_what_an_asset_is_set_to_as_a_text() {
    let data = json!({"labels": {"tenant": "acme"}}).to_string();
    let row = json!({"name": "//pubsub.googleapis.com/projects/p/topics/t", "asset_type": "pubsub.googleapis.com/Topic",
        "resource": {"location": "global", "data": data}});
    assert_eq!(rows(&read("rows.json", &row.to_string()), "resource", &["tags"]), [["[tenant=acme]"]]);
    let cut = read("rows.json", &row.to_string().replace("acme\\\"}}", "ac"));
    assert_eq!(rows(&cut, "resource", &["tags"]), [[""]]);
    assert_eq!((cut.inputs[0].rejected.len(), covered(&cut)), (1, vec!["partial - -".to_owned()]));
}

#[test]
fn rows_without_an_identity_are_told_what_to_ask_for() {
    let rows = json!({"count": 1, "data": [{"name": "a", "type": "microsoft.compute/disks"}], "skip_token": null, "total_records": 1});
    let told = |text: Value| read("list.json", &text.to_string()).inputs[0].rejected[0].message.clone();
    assert!(told(rows).contains("project id, type"));
    assert!(told(json!({"resourceIdentifiers": [{"resourceId": "i-1"}]})).contains("list-discovered-resources"));
}

#[test]
fn virtual_machines_are_not_all_resources() {
    let id = "/subscriptions/0000-1/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/v";
    let text = json!([{"id": id, "name": "v", "type": "Microsoft.Compute/virtualMachines", "managedBy": null, "plan": null,
        "hardwareProfile": {"vmSize": "Standard_B1s"}, "vmId": "1"}]);
    assert!(things(&read("vms.json", &text.to_string())).is_empty());
}
