//! Whatever is done to a plan, reading it ends, and ends in tables or in rejects.

use isoneph_sources::read_path;
use isoneph_tables::Sink;
use proptest::prelude::*;
use serde_json::{Value, json};

fn seed() -> Value {
    json!({
        "format_version": "1.2", "terraform_version": "1.5.0", "timestamp": "2024-01-01T00:00:00Z",
        "planned_values": {"root_module": {"resources": [
            {"address": "aws_s3_bucket.b", "mode": "managed", "type": "aws_s3_bucket", "name": "b",
             "values": {"bucket": "b", "versioning": [{"enabled": true}], "tags": {"a": "b"}, "policy": "{\"Statement\":[]}"}},
            {"address": "aws_security_group.g[0]", "mode": "managed", "type": "aws_security_group", "name": "g", "index": 0,
             "values": {"ingress": [{"cidr_blocks": ["0.0.0.0/0"], "from_port": 22, "to_port": 22, "protocol": "tcp"}]}},
        ], "child_modules": [{"address": "module.m", "resources": [
            {"address": "module.m.aws_instance.i", "mode": "managed", "type": "aws_instance", "name": "i",
             "values": {"ami": "ami-1", "user_data": "x", "root_block_device": [{"encrypted": true}]}}]}]}},
        "resource_changes": [
            {"address": "aws_s3_bucket.b", "mode": "managed", "change": {"actions": ["create"], "after_unknown": {"arn": true}}},
            {"address": "module.m.aws_instance.i", "mode": "managed", "change": {"actions": ["update"], "after_unknown": {"id": true, "subnet_id": true}}},
        ],
        "configuration": {"provider_config": {"aws": {"version_constraint": "~> 5.0"}}, "root_module": {
            "resources": [{"mode": "managed", "type": "aws_s3_bucket", "name": "b", "expressions": {"bucket": {"references": ["var.b"]}}}],
            "module_calls": {"m": {"expressions": {"x": {"references": ["aws_s3_bucket.b.id"]}}, "module": {
                "resources": [{"mode": "managed", "type": "aws_instance", "name": "i", "expressions": {"subnet_id": {"references": ["var.x"]}}}]}}}}},
        "complete": true, "errored": false,
    })
}

/// Any small JSON value.
fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[a-z_.\\[\\]\"]{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z_]{1,10}", inner, 0..4).prop_map(|map| json!(map)),
        ]
    })
}

/// The places of a document.
fn pointers(value: &Value, at: String, into: &mut Vec<String>) {
    into.push(at.clone());
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| pointers(value, format!("{at}/{key}"), into)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(i, value)| pointers(value, format!("{at}/{i}"), into));
        }
        _ => {}
    }
}

fn read_bytes(bytes: &[u8]) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.json");
    std::fs::write(&path, bytes).unwrap();
    let mut sink = Sink::default();
    let summary = read_path(&path, &isoneph_sources::Reading::new(jiff::civil::date(2026, 7, 1)), &mut sink).unwrap();
    let inventory = sink.finish().unwrap();
    let input = &inventory.inputs[0];
    assert_eq!(summary.read == 0, input.format.is_empty());
    assert!(summary.read == 1 || !input.rejected.is_empty(), "neither read nor rejected");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_value_put_anywhere_is_survived(place in any::<prop::sample::Index>(), value in anything()) {
        let mut document = seed();
        let mut places = Vec::new();
        pointers(&document, String::new(), &mut places);
        let place = place.get(&places);
        *document.pointer_mut(place).unwrap() = value;
        read_bytes(document.to_string().as_bytes());
    }

    #[test]
    fn bytes_changed_anywhere_are_survived(at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<prop::sample::Index>()) {
        let mut bytes = seed().to_string().into_bytes();
        let index = at.index(bytes.len());
        bytes[index] = byte;
        read_bytes(&bytes);
        bytes.truncate(cut.index(bytes.len()));
        read_bytes(&bytes);
    }
}
