//! How the catalogue's names meet those of events.

/// The one spelling of a name in the catalogue: that of [`operation_name`](crate::event::operation_name).
///
/// The files are written in the platforms' own capitals for people to read; versions never stand in them.
pub(super) fn spelling(name: &str) -> String {
    name.trim().to_lowercase()
}

/// The name that is nearest to one that is none, of those that differ in no more than so many letters.
pub(crate) fn nearest<'k>(wanted: &str, known: impl Iterator<Item = &'k str>, near: usize) -> Option<&'k str> {
    // A name much longer than another is not near it, and dear to compare.
    let alike = known.filter(|name| name.len().abs_diff(wanted.len()) <= near);
    let nearest = alike.map(|name| (strsim::levenshtein(wanted, name), name)).min();
    nearest.filter(|(distance, _)| *distance <= near).map(|(_, name)| name)
}

/// How Google Cloud's audit log names an operation of Kubernetes: the API group backwards, without what all groups of
/// Kubernetes share, as [`operation_name`](crate::event::operation_name) leaves it.
///
/// `rbac.authorization.k8s.io/clusterroles:create` is `io.k8s.authorization.rbac.clusterroles.create`, `pods/exec:create`
/// is `io.k8s.core.pods.exec.create`, `velero.io/backups:delete` is `io.velero.backups.delete`.
pub(crate) fn at_google(name: &str) -> String {
    let (resource, verb) = name.split_once(':').unwrap_or((name, ""));
    let (group, resource) = match resource.split_once('/') {
        // Behind the slash is a part of the resource, or the resource of a group.
        Some((group, resource)) if group.contains('.') || is_group(group) => (group, resource),
        _ => ("core", resource),
    };
    let group = match group.strip_suffix(".k8s.io") {
        Some(own) => format!("io.k8s.{}", backwards(own)),
        None if group.contains('.') => backwards(group),
        None => format!("io.k8s.{group}"),
    };
    [&group, &*resource.replace('/', "."), verb].join(".")
}

fn backwards(group: &str) -> String {
    group.rsplit('.').collect::<Vec<_>>().join(".")
}

/// The groups of Kubernetes that have one word for a name.
fn is_group(word: &str) -> bool {
    matches!(word, "apps" | "batch" | "autoscaling" | "extensions" | "policy")
}
