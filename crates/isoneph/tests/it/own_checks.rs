//! Checks of the user's own.

use crate::{file, isoneph};

const CHECK: &str = r#"+++
id = "bucket-outside-europe"
title = { en = "Bucket outside Europe", ja = "欧州外のバケット" }
message = { en = "bucket {name} is in {region}", ja = "バケット {name} は {region} にある" }
severity = "high"
subject = "bucket"

[[supports]]
control = "18.1.1"
role = "customer"
as = "contributing"
+++

```sql
SELECT b.uid AS subject, b.name, b.region,
       b.region LIKE 'eu%' OR b.region LIKE 'EU%' OR b.region = 'germanywestcentral' AS pass,
       named_struct('bucket', b.row) AS evidence
FROM bucket b
```
"#;

fn folder_with(check: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().expect("a folder");
    file(&folder, "checks/bucket-outside-europe/check.md", check.as_bytes());
    let path = folder.path().join("checks").display().to_string();
    (folder, path)
}

#[test]
fn a_folder_of_ones_own_is_run_beside_the_built_in_checks() {
    let (_folder, path) = folder_with(CHECK);
    let run = isoneph(&["assess", "--format", "json", "--fail-on", "none", "--controls", &path, "examples/saas"])
        .ends_with(0);
    let json = run.json();
    let own = json["outcomes"].as_array().expect("outcomes").iter().filter(|o| o["check"] == "bucket-outside-europe");
    let failing: Vec<&str> = own.filter(|o| o["outcome"] == "fail").filter_map(|o| o["subject"].as_str()).collect();
    assert_eq!(failing, ["google_storage_bucket.site"]);
}

#[test]
fn an_unknown_column_is_shown_with_its_line() {
    let (_folder, path) = folder_with(&CHECK.replace("b.name, b.region,", "b.name, b.regionn AS region,"));
    let run = isoneph(&["assess", "--controls", &path, "examples/saas"]).ends_with(2);
    let told = run.stderr();
    assert!(told.contains("check.md:15") && told.contains("regionn"), "{told}");
}

#[test]
fn an_unknown_table_is_refused() {
    let (_folder, path) = folder_with(&CHECK.replace("FROM bucket b", "FROM buckets b"));
    let told = isoneph(&["check", "list", "--controls", &path]).ends_with(2).stderr();
    assert!(told.contains("buckets") && told.contains("check.md:18"), "{told}");
}

#[test]
fn what_decides_the_unknown_is_refused_unless_a_reason_stands_there() {
    let bad = CHECK.replace("b.region LIKE 'eu%' OR", "coalesce(b.region, 'eu') LIKE 'eu%' OR");
    let (_folder, path) = folder_with(&bad);
    let told = isoneph(&["check", "list", "--controls", &path]).ends_with(2).stderr();
    assert!(told.contains("coalesce"), "{told}");
}

#[test]
fn a_check_that_fails_while_it_runs_is_named() {
    let (_folder, path) = folder_with(&CHECK.replace("b.region LIKE 'eu%'", "CAST(b.name AS INT) > 0"));
    let told = isoneph(&["assess", "--controls", &path, "examples/saas"]).ends_with(2).stderr();
    assert!(told.contains("check.md") && told.contains("Cannot cast string"), "{told}");
}
