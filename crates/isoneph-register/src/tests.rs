//! A declaration is read, checked as a whole, and tells whose things are.

use isoneph_model::Role;
use isoneph_tables::Attribution;

use crate::{Declaration, DeclaredAttribution};

const GOOD: &str = r#"
[organisation]
id = "acme"
name = "Acme"

[scope]
regions = ["eu-central-1"]
period = { from = "2026-01-01", until = "2026-12-31" }

[[parties]]
id = "amazon"
name = "Amazon Web Services"

[[services]]
id = "aws"
name = "AWS"
model = "iaas"
provider = "amazon"

[[services]]
id = "crm"
name = "Acme CRM"
model = "saas"
provider = "acme"
built-on = ["aws"]

[[accounts]]
id = "111122223333"
of = "aws"
serves = "crm"
inputs = ["aws/*.json"]

[parameters.key-without-rotation]
days = 180

[[exceptions]]
check = "bucket-without-versioning"
subject = "aws_s3_bucket.scratch*"
owner = "ana"
approver = "ben"
reason = "rebuilt every night"
until = "2027-01-31"
"#;

fn problems(text: &str) -> Vec<String> {
    let error = Declaration::parse("isoneph.toml", text).expect_err("the declaration is wrong");
    error.problems.iter().map(|problem| format!("{}: {}", problem.line, problem.message)).collect()
}

#[test]
fn one_organisation_is_provider_of_its_service_and_customer_of_the_one_below() {
    let declaration = Declaration::parse("isoneph.toml", GOOD).unwrap();
    assert_eq!(declaration.role("crm"), Some(Role::Provider));
    assert_eq!(declaration.role("aws"), Some(Role::Customer));
    assert_eq!(declaration.role("other"), None);
}

#[test]
fn an_input_belongs_to_its_account_wherever_one_stands() {
    let attribution = DeclaredAttribution::new(&Declaration::parse("isoneph.toml", GOOD).unwrap());
    for path in ["aws/plan.json", "./examples/aws/plan.json", "/tmp/x/aws/plan.json"] {
        assert_eq!(attribution.account_of_input(path).as_deref(), Some("111122223333"), "{path}");
    }
    assert_eq!(attribution.account_of_input("aws/deep/plan.json"), None);
    assert_eq!(attribution.service(Some("111122223333"), &[]).as_deref(), Some("crm"));
    assert_eq!(attribution.service(Some("999"), &[]).as_deref(), Some(""), "of none of the declared services");
    assert_eq!(attribution.service(None, &[]), None, "whose account is unknown, its service is unknown");
}

#[test]
fn every_problem_is_told_at_once_with_its_line() {
    let text = GOOD
        .replace("provider = \"acme\"", "provider = \"acmee\"")
        .replace("approver = \"ben\"", "approver = \"ana\"")
        .replace("of = \"aws\"", "of = \"azure\"");
    assert_eq!(
        problems(&text),
        [
            "24: no party has the id 'acmee' (declared: acme, amazon)",
            "29: no service has the id 'azure' (declared: aws, crm)",
            "39: who owns a risk cannot accept it: name another approver",
        ]
    );
}

#[test]
fn an_unknown_key_is_an_error_with_its_line() {
    let found = problems("[scope]\nregionz = []\n");
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with("2: unknown field `regionz`"), "{found:?}");
}

#[test]
fn a_day_is_a_date_of_toml_or_a_text() {
    let native = GOOD.replace("\"2027-01-31\"", "2027-01-31").replace("\"2026-01-01\"", "2026-01-01");
    let [native, text] = [native.as_str(), GOOD].map(|text| Declaration::parse("isoneph.toml", text).unwrap());
    assert_eq!(native.exceptions[0].until, text.exceptions[0].until);
    assert_eq!(native.scope.period.unwrap().get_ref().from, text.scope.period.unwrap().get_ref().from);
    for wrong in ["2027-01-31T10:00:00Z", "\"soon\"", "2027"] {
        let found = problems(&GOOD.replace("\"2027-01-31\"", wrong));
        assert!(found.len() == 1 && found[0].starts_with('4'), "{wrong}: {found:?}");
    }
}
