//! `isoneph network`, and networks in the assessment.

mod assess;
mod diff;
mod prove;
mod reach;

use tempfile::TempDir;

use crate::file;

/// Two tenants in one cluster. Blue takes what `ingress` says.
fn cluster(ingress: &str) -> String {
    let tenant = |name: &str| {
        format!(
            "apiVersion: v1\nkind: Namespace\nmetadata: {{name: {name}, labels: {{kubernetes.io/metadata.name: {name}}}}}\n---\n\
             apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}-app, namespace: {name}, labels: {{app: {name}, tenant: {name}}}}}\n\
             spec: {{containers: [{{name: main, ports: [{{containerPort: 5432}}]}}]}}\n---\n"
        )
    };
    let policy = format!(
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: inward, namespace: blue}}\n\
         spec: {{podSelector: {{}}, policyTypes: [Ingress], ingress: {ingress}}}\n"
    );
    let closed = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: inward, namespace: red}\n\
                  spec: {podSelector: {}, policyTypes: [Ingress], ingress: []}\n---\n";
    [tenant("red"), tenant("blue"), closed.to_owned(), policy].concat()
}

/// Nobody but blue itself.
const CLOSED: &str = "[{from: [{podSelector: {}}]}]";
/// Red as well.
const OPEN: &str =
    "[{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: red}}}], ports: [{port: 5432}]}]";

/// A folder with the cluster in it: (folder, path of the file).
fn with_cluster(ingress: &str) -> (TempDir, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = file(&folder, "cluster.yaml", cluster(ingress).as_bytes());
    (folder, path)
}
