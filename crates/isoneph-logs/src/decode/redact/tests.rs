//! What is kept, and what is not.

use proptest::prelude::*;

use super::*;

fn kept(json: &str) -> String {
    serde_json::from_str::<serde_json::Value>(json).unwrap();
    let mut targets = Targets::default();
    let kept = Redactor::default().document(json, Collect::IdsAndNames, &mut targets).into_owned();
    assert!(kept.is_empty() || serde_json::from_str::<serde_json::Value>(&kept).is_ok(), "{json} → {kept}");
    kept
}

fn targets(json: &str, collect: Collect) -> Vec<String> {
    let mut targets = Targets::default();
    Redactor::default().document(json, collect, &mut targets);
    targets.finish().into_iter().map(Cow::into_owned).collect()
}

/// Put together here, so that no scanner takes this file for a leak.
fn token() -> String {
    ["Fwo", "GZXIvYXdzEBYaD", "Kq9Zx81LmN0pQrS"].concat()
}

#[test]
fn credentials_go_and_identifiers_stay() {
    let token = token();
    for (json, expected) in [
        (r#"{"password":"hunter2"}"#.to_owned(), r#"{"password":"[withheld]"}"#),
        (
            r#"{"password":123456,"passwordResetRequired":true}"#.to_owned(),
            r#"{"password":"[withheld]","passwordResetRequired":true}"#,
        ),
        (r#"{"passwords":["a1","b2"],"n":[1,2]}"#.to_owned(), r#"{"passwords":["[withheld]","[withheld]"],"n":[1,2]}"#),
        (r#"{"stringData":{"a":{"b":"c"}},"x":"y"}"#.to_owned(), r#"{"stringData":{"a":{"b":"[withheld]"}},"x":"y"}"#),
        (r#"{"name":"DB_PASSWORD","value":"hunter2"}"#.to_owned(), r#"{"name":"DB_PASSWORD","value":"[withheld]"}"#),
        (r#"{"value":"hunter2","name":"DB_PASSWORD"}"#.to_owned(), r#"{"value":"[withheld]","name":"DB_PASSWORD"}"#),
        (r#"{"value":"blue","name":"COLOUR"}"#.to_owned(), r#"{"value":"blue","name":"COLOUR"}"#),
        (r#"{"password":"****"}"#.to_owned(), r#"{"password":"****"}"#),
        (r#"{"url":"https://u:hunter2@host/x"}"#.to_owned(), r#"{"url":"https://u:[withheld]@host/x"}"#),
        (r#"{"c":"Server=x;Password=hunter2;Port=1"}"#.to_owned(), r#"{"c":"Server=x;Password=[withheld];Port=1"}"#),
        ("null".to_owned(), ""),
    ] {
        assert_eq!(kept(&json), expected, "{json}");
    }
    let session =
        kept(&format!(r#"{{"credentials":{{"accessKeyId":"ASIAX","sessionToken":"{token}","expiration":"x"}}}}"#));
    assert!(session.starts_with(r#"{"credentials":{"accessKeyId":"ASIAX","sessionToken":"[sha256:"#), "{session}");
    assert!(session.ends_with(r#"]","expiration":"x"}}"#) && !session.contains(&token), "{session}");
}

#[test]
fn the_same_token_can_be_seen_again_and_a_password_cannot_be_tried_out() {
    let token = token();
    let one = kept(&format!(r#"{{"sessionToken":"{token}"}}"#));
    let two = kept(&format!(r#"{{"a":{{"refresh_token":"{token}"}}}}"#));
    let word = |text: &str| text.split('[').nth(1).map(str::to_owned);
    assert!(word(&one).is_some() && word(&one).unwrap().split(']').next() == word(&two).unwrap().split(']').next());
    assert!(!kept(r#"{"password":"correct horse battery staple and more"}"#).contains("sha256"));
}

#[test]
fn json_in_a_text_is_looked_at_as_well() {
    assert_eq!(
        kept(r#""{\n \"userName\": \"x\", \"password\": \"hunter2\"}""#),
        "{\n \"userName\": \"x\", \"password\": \"[withheld]\"}"
    );
    assert_eq!(kept(r#"{"body":"{\"password\":\"hunter2\"}"}"#), r#"{"body":"{\"password\":\"[withheld]\"}"}"#);
    assert_eq!(kept(r#"{"body":"{\"colour\":\"blue\"}"}"#), r#"{"body":"{\"colour\":\"blue\"}"}"#);
    assert_eq!(kept(r#""just text""#), r#""just text""#);
}

#[test]
fn a_request_tells_what_it_is_about() {
    let json = r#"{"instancesSet":{"items":[{"instanceId":"i-2"},{"instanceId":"i-1"},{"instanceId":"i-2"}]},"requestId":"r","bucketName":"b","maxResults":5}"#;
    assert_eq!(targets(json, Collect::IdsAndNames), ["b", "i-1", "i-2"]);
    assert_eq!(targets(json, Collect::Ids), ["i-1", "i-2"]);
    assert!(targets(json, Collect::Nothing).is_empty());
    assert_eq!(targets(r#""{\"volumeId\":\"vol-1\"}""#, Collect::Ids), ["vol-1"]);
    assert_eq!(targets(r#"{"keyIds":["k1","k2"]}"#, Collect::Ids), ["k1", "k2"]);
}

#[test]
fn what_nests_without_end_is_not_kept() {
    let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert_eq!(kept(&deep(100)), deep(100));
    let mut targets = Targets::default();
    let text = deep(50_000);
    assert_eq!(Redactor::default().document(&text, Collect::Ids, &mut targets), TOO_DEEP);
}

#[test]
fn a_flood_of_identifiers_is_bounded() {
    let ids: Vec<String> = (0..5000).map(|i| format!(r#"{{"id":"x{i}"}}"#)).collect();
    assert_eq!(targets(&format!("[{}]", ids.join(",")), Collect::Ids).len(), MAX_TARGETS);
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        any::<i32>().prop_map(serde_json::Value::from),
        any::<bool>().prop_map(serde_json::Value::from),
        "[ -~é日\\n\\\\\"{\\[]{0,24}".prop_map(serde_json::Value::from),
        Just(serde_json::Value::Null),
    ];
    let key = prop_oneof![
        Just("name".to_owned()),
        Just("value".to_owned()),
        Just("password".to_owned()),
        "[a-zA-Z\\\\\"]{0,8}"
    ];
    leaf.prop_recursive(4, 40, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(serde_json::Value::from),
            prop::collection::vec((key.clone(), inner), 0..5).prop_map(|fields| fields.into_iter().collect()),
        ]
    })
}

/// Whether a text under a name that says password is still there.
fn leaks(value: &serde_json::Value) -> bool {
    match value {
        serde_json::Value::Object(fields) => fields.iter().any(|(key, value)| match value {
            serde_json::Value::String(text) if key == "password" => !text.is_empty() && value::withheld(text).is_some(),
            serde_json::Value::Number(_) => key == "password",
            value => leaks(value),
        }),
        serde_json::Value::Array(values) => values.iter().any(leaks),
        _ => false,
    }
}

proptest! {
    #[test]
    fn what_is_kept_is_json_without_passwords(value in json()) {
        let text = value.to_string();
        let mut targets = Targets::default();
        let kept = Redactor::default().document(&text, Collect::IdsAndNames, &mut targets);
        if !kept.is_empty() {
            let kept: serde_json::Value = serde_json::from_str(&kept).unwrap();
            prop_assert!(!leaks(&kept), "{} → {}", text, kept);
        }
    }
}

#[test]
fn a_value_is_withheld_once_whatever_is_found_in_it() {
    assert_eq!(
        kept(
            r#"{"a":[{"value":"x;password=hunter2","more":{"password":"hunter3"},"name":"DB_PASSWORD"},{"value":"blue"}]}"#
        ),
        r#"{"a":[{"value":"[withheld]","more":{"password":"[withheld]"},"name":"DB_PASSWORD"},{"value":"blue"}]}"#
    );
}

#[test]
fn an_identifier_may_stand_in_an_object_of_its_name() {
    for json in [
        r#"{"DeleteFlowLogsRequest":{"FlowLogId":{"content":"fl-1","tag":1}}}"#,
        r#"{"DeleteFlowLogsRequest":{"FlowLogId":[{"content":"fl-1","tag":1}]}}"#,
    ] {
        assert_eq!(targets(json, Collect::IdsAndNames), ["fl-1"], "{json}");
    }
    assert_eq!(targets(r#"{"Message":{"content":"fl-1"}}"#, Collect::IdsAndNames), [""; 0]);
}
