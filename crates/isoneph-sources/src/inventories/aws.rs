//! What AWS lists: configuration items, things that Resource Explorer found, things by their tags.

use serde_json::Value;

use super::list::{Listed, Thing};

/// Words of ARNs whose services say no type before the name.
const BARE: [(&str, &str); 3] = [("s3", "bucket"), ("sqs", "queue"), ("sns", "topic")];

/// Types of AWS Config whose `resourceId` is a number that their ARNs do not have.
const NUMBERED: [&str; 5] =
    ["AWS::IAM::", "AWS::RDS::", "AWS::OpenSearch::", "AWS::Elasticsearch::", "AWS::AutoScaling::"];

fn text<'v>(record: &'v Value, key: &str) -> Option<&'v str> {
    record.get(key).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// A configuration item. What a query answers with is such an item as a text, with the fields that were asked for.
pub(super) fn config_item(record: &Value) -> Listed {
    let parsed = record.as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
    let record = parsed.as_ref().unwrap_or(record);
    let Some(native_type) = text(record, "resourceType") else {
        return Listed::Senseless("a configuration item without a resourceType");
    };
    let arn = ["ARN", "arn"].iter().find_map(|key| text(record, key));
    let Some(id) = arn.or_else(|| text(record, "resourceId")) else {
        return Listed::Senseless("a configuration item without an ARN or a resourceId");
    };
    let is_number = NUMBERED.iter().any(|begins| native_type.starts_with(begins));
    if is_number && !id.starts_with("arn:") {
        return Listed::Senseless("a resourceId of this type is in no other inventory: ask for `arn` as well");
    }
    let status = ["configurationItemStatus", "status"].iter().find_map(|key| text(record, key)).unwrap_or_default();
    if status.starts_with("ResourceDeleted") {
        return Listed::Gone;
    }
    let owner = ["awsAccountId", "accountId"].iter().find_map(|key| text(record, key));
    let source =
        record.pointer("/configuration/dBInstanceIdentifier").or(record.pointer("/configuration/dbinstanceIdentifier"));
    let source = source.and_then(Value::as_str).filter(|_| native_type == "AWS::RDS::DBSnapshot");
    let source = source.map(|name| ("db_instance_identifier", name.to_owned()));
    let source = source.or_else(|| {
        let cluster = record.pointer("/configuration/dBClusterIdentifier")?.as_str()?;
        (native_type == "AWS::RDS::DBClusterSnapshot").then(|| ("db_cluster_identifier", cluster.to_owned()))
    });
    let source = source.or_else(|| {
        let snapshot = record.pointer("/configuration/snapshotId")?.as_str()?;
        (native_type == "AWS::EC2::Volume" && !snapshot.is_empty()).then(|| ("snapshot_id", snapshot.to_owned()))
    });
    Listed::Thing(Box::new(
        Thing {
            id: id.to_owned(),
            native_type: native_type.to_owned(),
            account: owner.map(str::to_owned).or_else(|| part(id, 4)),
            region: text(record, "awsRegion").map(str::to_owned).or_else(|| part(id, 3)),
            name: text(record, "resourceName")
                .map(str::to_owned)
                .or_else(|| text(record, "resourceId").map(str::to_owned)),
            made_from: source,
            ..Thing::default()
        }
        .with_tags(record.get("tags")),
    ))
}

/// What Resource Explorer found.
pub(super) fn explored(record: &Value) -> Listed {
    let Some(id) = text(record, "Arn") else { return Listed::Senseless("a resource without an Arn") };
    let properties = record.get("Properties").and_then(Value::as_array).into_iter().flatten();
    let tags = properties.filter(|held| text(held, "Name") == Some("tags")).find_map(|held| held.get("Data"));
    let mut thing = of_arn(id).with_tags(tags);
    thing.account = text(record, "OwningAccountId").map(str::to_owned).or(thing.account);
    thing.region = text(record, "Region").map(str::to_owned).or(thing.region);
    thing.native_type = text(record, "ResourceType").map_or(thing.native_type, str::to_owned);
    Listed::Thing(Box::new(thing))
}

/// A thing with its tags.
pub(super) fn tagged(record: &Value) -> Listed {
    match text(record, "ResourceARN") {
        Some(id) => Listed::Thing(Box::new(of_arn(id).with_tags(record.get("Tags")))),
        None => Listed::Senseless("a resource without a ResourceARN"),
    }
}

fn of_arn(id: &str) -> Thing {
    // Groups of logs end in `:*` in some answers.
    let id = id.strip_suffix(":*").unwrap_or(id);
    let service = part(id, 2).unwrap_or_default();
    let rest = id.splitn(6, ':').nth(5).unwrap_or_default();
    let bare = BARE.iter().find(|(of, _)| *of == service).map(|(_, word)| *word);
    let word = bare.unwrap_or_else(|| rest.split(['/', ':']).next().unwrap_or_default());
    let name = rest.rsplit(['/', ':']).next().unwrap_or_default();
    Thing {
        native_type: format!("{service}:{word}"),
        account: part(id, 4),
        region: part(id, 3),
        name: Some(name.to_owned()).filter(|name| !name.is_empty()),
        id: id.to_owned(),
        ..Thing::default()
    }
}

/// A part of an ARN, where there is one.
fn part(arn: &str, number: usize) -> Option<String> {
    arn.starts_with("arn:")
        .then(|| arn.split(':').nth(number))
        .flatten()
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
}
