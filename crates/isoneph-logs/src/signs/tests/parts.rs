//! Signs of which several parts of the record speak: what was asked for, what was answered, what changed.

use super::*;

/// A record with an answer and what is told beside it.
fn told_of(provider: &str, name: &str, [request, response, more]: [&str; 3]) -> Vec<String> {
    let mut event = event(provider, name, request);
    event.raw_response = Some(Cow::Borrowed(response));
    event.raw_additional = Some(Cow::Borrowed(more));
    told(&signs(&[event]))
}

#[test]
fn a_share_that_only_the_organisation_may_join_leads_nowhere_else() {
    let closed = r#""allowExternalPrincipals":false"#;
    let ask = |principals: &str, more: &str| format!(r#"{{"name":"s","principals":[{principals}]{more}}}"#);
    let whole = r#""arn:aws:organizations::333333333333:organization/o-1""#;
    let answer = format!(r#"{{"resourceShare":{{{closed}}}}}"#);
    let cases: Vec<(String, &str, &[&str])> = vec![
        (ask(r#""222222222222""#, ""), "", &["resource-shared yes: 222222222222"]),
        // Whether the account is of an organisation at all, the record does not say: if it is of none, that binds nothing.
        (ask(r#""222222222222""#, &format!(",{closed}")), "", &["resource-shared unresolved-reference: 222222222222"]),
        (ask(r#""222222222222""#, ""), &answer, &["resource-shared unresolved-reference: 222222222222"]),
        (ask(r#""111111111111""#, &format!(",{closed}")), "", &["resource-shared no: 111111111111"]),
        (
            ask(&format!(r#"{whole},"222222222222""#), &format!(",{closed}")),
            "",
            &["resource-shared no: 222222222222 arn:aws:organizations::333333333333:organization/o-1"],
        ),
        (
            ask(whole, ""),
            "",
            &["resource-shared unresolved-reference: arn:aws:organizations::333333333333:organization/o-1"],
        ),
        (ask("", ""), &answer, &[]),
    ];
    for (request, response, expected) in cases {
        assert_eq!(
            told_of("aws", "ram:createresourceshare", [&request, response, ""]),
            expected,
            "{request} {response}"
        );
    }
}

#[test]
fn aws_answers_whether_a_share_was_tied_to_outsiders() {
    let request =
        r#"{"resourceShareArn":"arn:aws:ram:eu-west-1:111111111111:resource-share/1","principals":["222222222222"]}"#;
    let tied = |kind: &str, external: &str| {
        format!(
            r#"{{"resourceShareAssociations":[{{"associatedEntity":"222222222222","associationType":"{kind}"{external}}}]}}"#
        )
    };
    let cases: Vec<(String, &[&str])> = vec![
        (tied("PRINCIPAL", r#","external":false"#), &["resource-shared no: 222222222222"]),
        (tied("PRINCIPAL", r#","external":true"#), &["resource-shared yes: 222222222222"]),
        (tied("PRINCIPAL", ""), &["resource-shared yes: 222222222222"]),
        (r#"{"resourceShareAssociations":[]}"#.to_owned(), &["resource-shared yes: 222222222222"]),
        (tied("RESOURCE", r#","external":false"#), &[]),
    ];
    for (response, expected) in cases {
        assert_eq!(told_of("aws", "ram:associateresourceshare", [request, &response, ""]), expected, "{response}");
    }
}

#[test]
fn without_what_changed_the_whole_policy_tells_who_is_let_in() {
    let open = r#"{"bindings":[{"role":"roles/run.invoker","members":["allUsers"]}]}"#;
    let request = format!(r#"{{"policy":{open}}}"#);
    let delta = |deltas: &str| format!(r#"{{"serviceData":{{"policyDelta":{deltas}}}}}"#);
    let unchanged = [String::new(), delta("{}"), delta(r#"{"bindingDeltas":[]}"#)];
    for more in &unchanged {
        let of = |request: &str, response: &str| {
            told_of("google", "google.iam.v1.iampolicy.setiampolicy", [request, response, more])
        };
        assert_eq!(of(&request, ""), ["policy-opened yes: anyone"], "{more}");
        assert_eq!(of("", open), ["policy-opened yes: anyone"], "{more}");
        assert_eq!(of(r#"{"policy":{"etag":"x"}}"#, ""), Vec::<String>::new(), "{more}");
        assert_eq!(of("", ""), ["policy-opened not-collected:"], "{more}");
    }
}
