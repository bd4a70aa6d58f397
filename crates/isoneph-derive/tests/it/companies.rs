//! The companies of the tests, and how a test says what they declare.

use isoneph_register::Object;
use isoneph_register::kinds::{Kind, Spec};
use jiff::civil::{Date, date};
use serde_json::{Value, json};

pub(crate) const TODAY: Date = date(2026, 11, 21);

/// An object as YAML would say it.
#[track_caller]
pub(crate) fn object(kind: &str, name: &str, spec: Value) -> Object {
    let kind: Kind = kind.parse().unwrap();
    let spec = Spec::deserialize(kind, spec).unwrap_or_else(|error| panic!("{kind} {name}: {error}"));
    Object::new(name, spec)
}

pub(crate) fn proposed(object: Object) -> Object {
    Object { proposed: true, ..object }
}

/// The parties and services, and no word of who does what. The register is the bank's.
pub(crate) fn companies() -> Vec<Object> {
    vec![
        object("party", "ginko", json!({ "title": "Ginko", "legal-name": "Ginko Bank KK" })),
        object("party", "kaisho", json!({ "title": "Kaisho", "legal-name": "Kaisho Software GmbH" })),
        object("party", "aws", json!({ "title": "AWS", "legal-name": "Amazon Web Services, Inc." })),
        object(
            "cloud-service",
            "crm",
            json!({
                "title": "Kaisho CRM", "model": "saas", "provider": "kaisho", "built-on": ["aws"], "customers": ["ginko"],
                "owner": "vendor-manager",
            }),
        ),
        object(
            "cloud-service",
            "aws",
            json!({
                "title": "Amazon Web Services", "model": "iaas", "provider": "aws",
                "offerings": ["Amazon EC2", "Amazon S3"], "regions": ["eu-central-1"],
            }),
        ),
        object("scope", "isms", json!({ "title": "Cloud use", "organisation": "ginko" })),
    ]
}

/// The companies, and this.
pub(crate) fn with(more: impl IntoIterator<Item = Object>) -> Vec<Object> {
    companies().into_iter().chain(more).collect()
}

/// A row of a matrix: of `crm`, stated by `party`, resting on `basis`.
pub(crate) fn row(name: &str, party: &str, area: &str, holder: &str, basis: &str, more: Value) -> Object {
    let mut spec = json!({
        "service": "crm", "area": area, "holder": holder, "stated-by": party, "basis": { "kind": basis },
    });
    for (key, value) in more.as_object().unwrap() {
        spec[key] = value.clone();
    }
    object("responsibility", name, spec)
}
