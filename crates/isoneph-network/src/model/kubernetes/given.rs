//! Labels that controllers give the pods they make, beside those of their template.
//!
//! Source: Kubernetes, "Well-Known Labels, Annotations and Taints"; "StatefulSets" (pod name label, pod index label).

use std::collections::BTreeMap;

use super::Object;
use crate::model::json::{number, text};

/// What is known of a label with a value that is not known, or not the same for all pods of a workload.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Given {
    /// Whether each of the pods has it.
    there: bool,
    form: Form,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
enum Form {
    /// Anything.
    #[default]
    Any,
    /// These, one for each pod.
    Listed(Vec<String>),
    /// A number after a prefix; how many there are is not told.
    Numbered(String),
}

/// Pods that are listed by name at most.
const MOST: i64 = 256;

impl Given {
    fn there(form: Form) -> Self {
        Self { there: true, form }
    }

    /// What a pod that is shown has.
    pub(super) fn as_written(value: Option<&String>) -> Self {
        Self { there: value.is_some(), form: Form::Listed(value.into_iter().cloned().collect()) }
    }

    /// What is known of the pods of both.
    pub(super) fn or(self, other: Self) -> Self {
        let form = match (self.form, other.form) {
            (Form::Listed(mut some), Form::Listed(more)) => {
                some.extend(more);
                Form::Listed(some)
            }
            (one, other) if one == other => one,
            _ => Form::Any,
        };
        Self { there: self.there && other.there, form }
    }

    /// Whether each pod has it, with whatever value.
    pub(super) fn is_there(&self) -> bool {
        self.there
    }

    /// Whether a pod may have one of these values.
    pub(super) fn may_be(&self, values: &[String]) -> bool {
        match &self.form {
            Form::Any => true,
            Form::Listed(known) => values.iter().any(|value| known.contains(value)),
            Form::Numbered(prefix) => values.iter().any(|value| is_numbered(value, prefix)),
        }
    }

    /// Whether each pod surely has one of these values.
    pub(super) fn is_surely(&self, values: &[String]) -> bool {
        match &self.form {
            Form::Listed(known) => self.there && known.iter().all(|value| values.contains(value)),
            Form::Any | Form::Numbered(_) => false,
        }
    }
}

fn is_numbered(value: &str, prefix: &str) -> bool {
    value.strip_prefix(prefix).is_some_and(|rest| !rest.is_empty() && rest.chars().all(|next| next.is_ascii_digit()))
}

/// The labels that a workload's pods are given.
pub(super) fn later(object: &Object) -> BTreeMap<String, Given> {
    let any = |there| Given { there, form: Form::Any };
    let numbered = |prefix: String| Form::Numbered(prefix);
    let of_job = ["controller-uid", "batch.kubernetes.io/controller-uid"];
    let mut out: Vec<(&str, Given)> = Vec::new();
    match object.kind.as_str() {
        "StatefulSet" => {
            let listed = ordinals(object);
            let names = listed.as_ref().map(|all| all.iter().map(|at| format!("{}-{at}", object.name)).collect());
            let names = names.map_or_else(|| numbered(format!("{}-", object.name)), Form::Listed);
            let indices = listed.map(|all| all.iter().map(i64::to_string).collect());
            let indices = indices.map_or_else(|| numbered(String::new()), Form::Listed);
            out.push(("statefulset.kubernetes.io/pod-name", Given::there(names)));
            // Older clusters do not give it.
            out.push(("apps.kubernetes.io/pod-index", Given { there: false, form: indices }));
            out.push(("controller-revision-hash", any(true)));
        }
        "DaemonSet" => out.extend([("controller-revision-hash", any(true)), ("pod-template-generation", any(true))]),
        "Deployment" => out.push(("pod-template-hash", any(true))),
        "ReplicaSet" => out.push(("pod-template-hash", any(false))),
        "Job" | "CronJob" => {
            out.push((of_job[0], any(true)));
            out.push((of_job[1], any(false)));
            out.push((
                "batch.kubernetes.io/job-completion-index",
                Given { there: false, form: numbered(String::new()) },
            ));
            // Jobs that somebody starts by hand have the name he gives them.
            if object.kind == "CronJob" {
                out.extend([("job-name", any(true)), ("batch.kubernetes.io/job-name", any(false))]);
            }
        }
        _ => {}
    }
    out.into_iter().map(|(label, given)| (label.to_owned(), given)).collect()
}

/// The names of the pods of a StatefulSet that says how many it has.
pub(super) fn names(object: &Object) -> Vec<String> {
    let all = if object.kind == "StatefulSet" { ordinals(object) } else { None };
    all.into_iter().flatten().map(|at| format!("{}-{at}", object.name)).collect()
}

/// The ordinals of a StatefulSet's pods, where it says how many there are.
fn ordinals(object: &Object) -> Option<Vec<i64>> {
    // Those of other makers may leave numbers out.
    let spec = object
        .body
        .get("spec")
        .filter(|_| text(&object.body, "apiVersion").is_some_and(|it| it.starts_with("apps/")))?;
    let count = number(spec, "replicas").filter(|count| (0..=MOST).contains(count))?;
    let first = spec.get("ordinals").and_then(|held| number(held, "start")).unwrap_or(0);
    Some((first..first.checked_add(count)?).collect())
}
