//! Bindings of IAM: a role, whom it is given to, under which condition. The same three shapes stand on everything: one
//! member, all members of a role, a whole policy.

use isoneph_model::GapCode;
use isoneph_tables::Cell;
use isoneph_tables::schema::ResourcePolicy;
use serde::Deserialize;

use super::access::ACCOUNTS;
use crate::terraform::attr::Attr;
use crate::terraform::references::Reference;
use crate::terraform::resource::Resource;

/// Bindings of one document that are read.
const MAX_MEMBERS: usize = 10_000;

/// One member of one binding.
pub(crate) struct Binding {
    /// What tells it from the others of its resource; empty when it is the only one.
    pub(crate) suffix: String,
    /// The role.
    pub(crate) role: Cell<String>,
    /// The member: the `uid` of a service account of the input, or as written.
    pub(crate) member: Cell<String>,
    /// Whether a condition limits it.
    pub(crate) has_condition: Cell<bool>,
    /// Whether the condition ends it.
    pub(crate) has_expiry: Cell<bool>,
}

#[derive(Deserialize)]
struct Document {
    #[serde(default)]
    bindings: Vec<DocumentBinding>,
}

#[derive(Deserialize)]
struct DocumentBinding {
    #[serde(default)]
    role: String,
    #[serde(default)]
    members: Vec<String>,
    condition: Option<DocumentCondition>,
}

#[derive(Deserialize)]
struct DocumentCondition {
    #[serde(default)]
    expression: String,
}

/// The bindings of a resource of any of the three shapes.
pub(crate) fn read(resource: &Resource) -> Vec<Binding> {
    if resource.native_type().ends_with("_iam_policy") {
        return of_document(resource);
    }
    let role = resource.text("role").cell();
    let (has_condition, has_expiry) = condition(resource);
    let binding = |suffix: String, reference: &Reference| Binding {
        suffix,
        role: role.clone(),
        member: reference.cell(),
        has_condition: has_condition.clone(),
        has_expiry: has_expiry.clone(),
    };
    if resource.native_type().ends_with("_iam_member") {
        return vec![binding(String::new(), &resource.reference("member", ACCOUNTS))];
    }
    let members = resource.references("members", ACCOUNTS);
    let mut bindings: Vec<Binding> =
        members.iter().enumerate().map(|(i, member)| binding(format!("#members/{i}"), member)).collect();
    let lost = |reference: &Reference| matches!(reference, Reference::Unresolved(_));
    if resource.hides_constants("members") && !members.iter().any(lost) {
        bindings.push(binding("#members/rest".to_owned(), &Reference::Unresolved(GapCode::AfterApply)));
    }
    bindings
}

fn condition(resource: &Resource) -> (Cell<bool>, Cell<bool>) {
    match resource.block("condition") {
        Attr::Known(block) => (true.into(), block.text("expression").cell().map(|expression| ends(&expression))),
        Attr::Unset => (false.into(), false.into()),
        Attr::Unknown(code) => (Cell::Gap(code), Cell::Gap(code)),
    }
}

/// Whether an expression in the Common Expression Language lets the binding end.
fn ends(expression: &str) -> bool {
    let compact: String = expression.chars().filter(|c| !c.is_whitespace()).collect();
    compact.contains("request.time<") && !compact.contains("||")
}

fn of_document(resource: &Resource) -> Vec<Binding> {
    let text = match resource.text("policy_data") {
        Attr::Known(text) => text,
        Attr::Unset => return Vec::new(),
        Attr::Unknown(code) => return vec![unknown(code)],
    };
    let Ok(document) = serde_json::from_str::<Document>(&text) else { return vec![unknown(GapCode::Unreadable)] };
    if document.bindings.iter().map(|binding| binding.members.len()).sum::<usize>() > MAX_MEMBERS {
        return vec![unknown(GapCode::Unreadable)];
    }
    let mut all = Vec::new();
    for (i, binding) in document.bindings.iter().enumerate() {
        for (j, member) in binding.members.iter().enumerate() {
            all.push(Binding {
                suffix: format!("#bindings/{i}/members/{j}"),
                role: binding.role.as_str().into(),
                member: member.as_str().into(),
                has_condition: binding.condition.is_some().into(),
                has_expiry: binding.condition.as_ref().is_some_and(|condition| ends(&condition.expression)).into(),
            });
        }
    }
    all
}

fn unknown(code: GapCode) -> Binding {
    Binding {
        suffix: "#bindings".to_owned(),
        role: Cell::Gap(code),
        member: Cell::Gap(code),
        has_condition: Cell::Gap(code),
        has_expiry: Cell::Gap(code),
    }
}

fn is_everybody(member: &str) -> bool {
    matches!(member, "allUsers" | "allAuthenticatedUsers")
}

/// Whether it names every identity of a pool of a federation.
fn is_whole_pool(member: &str) -> bool {
    member.starts_with("principalSet://") && member.contains("/workloadIdentityPools/") && member.ends_with("/*")
}

/// Whether one of them lets everybody in; a condition on the caller there is none.
pub(crate) fn any_public(bindings: &[Binding]) -> Cell<bool> {
    bindings.iter().map(Binding::public).fold(Cell::Known(false), Cell::either)
}

/// The project of a service account, as its address tells it.
pub(crate) fn project_of(member: &str) -> Option<&str> {
    let address = member.strip_prefix("serviceAccount:")?;
    address.split_once('@')?.1.strip_suffix(".iam.gserviceaccount.com")
}

impl Binding {
    /// Whether it names everybody.
    pub(crate) fn public(&self) -> Cell<bool> {
        self.member.clone().and_then(|member| {
            // Whom a whole pool lets in is written on its providers.
            if is_whole_pool(&member) { Cell::Gap(GapCode::NotCollected) } else { is_everybody(&member).into() }
        })
    }

    /// The kind of principal that it names.
    pub(crate) fn principal_kind(&self) -> Cell<String> {
        self.member.clone().map(|member| kind_of(&member).to_owned())
    }

    /// Whether it names a service account of another project, or everybody.
    pub(crate) fn foreign(&self, own: Option<&str>) -> Cell<bool> {
        self.member.clone().and_then(|member| {
            if is_everybody(&member) {
                return true.into();
            }
            if is_whole_pool(&member) {
                return Cell::Gap(GapCode::NotCollected);
            }
            match (project_of(&member), own) {
                (Some(project), Some(own)) => (project != own).into(),
                (Some(_), None) => Cell::Gap(GapCode::NotCollected),
                (None, _) => false.into(),
            }
        })
    }

    /// The row of a binding that stands on a single thing.
    pub(crate) fn on_resource(&self, target: Cell<String>, own: Option<&str>) -> ResourcePolicy {
        let reads = |role: &String| {
            ["viewer", "Viewer", "reader", "Reader", "accessor", "Accessor", "publicKeyViewer"]
                .iter()
                .any(|word| role.ends_with(word))
        };
        ResourcePolicy {
            resource: target,
            kind: "binding".into(),
            effect: "allow".into(),
            principals: self.member.clone().map(|member| vec![member]),
            actions: self.role.clone().map(|role| vec![role]),
            public: self.public(),
            cross_account: self.foreign(own),
            allows_write: self.role.clone().map(|role| !reads(&role)),
            has_condition: self.has_condition.clone(),
            requires_tls: false.into(),
        }
    }
}

fn kind_of(member: &str) -> &'static str {
    if is_everybody(member) {
        return "everybody";
    }
    let (prefix, rest) = member.split_once(':').unwrap_or(("", member));
    match prefix {
        "user" => "user",
        "group" | "domain" | "projectOwner" | "projectEditor" | "projectViewer" => "group",
        "principal" if rest.contains("/workforcePools/") => "user",
        "principalSet" if rest.contains("/workforcePools/") => "group",
        "deleted" => kind_of(rest),
        // Service accounts, workload identities, and service accounts of the input by their `uid`.
        _ => "service",
    }
}

#[cfg(test)]
mod tests {
    use super::{ends, kind_of, project_of};

    #[test]
    fn members_tell_their_kind() {
        for (member, kind) in [
            ("user:ana@example.com", "user"),
            ("group:ops@example.com", "group"),
            ("serviceAccount:a@p.iam.gserviceaccount.com", "service"),
            ("allUsers", "everybody"),
            ("deleted:user:ana@example.com?uid=1", "user"),
            ("principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/subject/s", "service"),
            ("principalSet://iam.googleapis.com/locations/global/workforcePools/p/group/g", "group"),
        ] {
            assert_eq!(kind_of(member), kind, "{member}");
        }
        assert_eq!(project_of("serviceAccount:a@p.iam.gserviceaccount.com"), Some("p"));
        assert_eq!(project_of("user:ana@example.com"), None);
    }

    #[test]
    fn a_condition_ends_a_binding_only_if_nothing_else_keeps_it() {
        assert!(ends("request.time < timestamp(\"2026-12-01T00:00:00Z\")"));
        assert!(!ends("request.time < timestamp(\"2026-12-01T00:00:00Z\") || resource.name == \"x\""));
        assert!(!ends("resource.name == \"x\""));
    }
}
