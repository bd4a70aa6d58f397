//! Which inputs fill which tables: for people who lack evidence.

use std::collections::BTreeMap;

use isoneph_tables::TableId;

use crate::mapped_types;

/// What fills tables beside mapped types of Terraform: the input in words, and the tables.
const OTHERS: &[(&str, &[&str])] = &[
    ("Terraform plans and states: every resource", &["account", "relation", "resource"]),
    ("disk images", &["image", "image_account", "image_file", "image_package", "image_service", "image_setting"]),
    ("findings of other scanners (OCSF, ASFF, SARIF, Prowler)", &["finding"]),
    (
        "networks (Terraform, a provider's API, Kubernetes, rule files), once zones are declared or tags name tenants",
        &["policy_difference", "reach"],
    ),
    ("answers of the AWS API: security groups, network ACLs, route tables", &["firewall_rule", "route"]),
    (
        "policies and shares in Terraform plans and states, once tenants have accounts in the register",
        &["tenant_grant"],
    ),
    ("test results (JUnit)", &["boundary_test"]),
    (
        "audit logs, or a store that `isoneph logs ingest` made",
        &[
            "audit_event",
            "change_record",
            "critical_operation",
            "exit_item",
            "log_day",
            "log_digest",
            "log_gap",
            "misuse_sign",
            "tenant_exit",
        ],
    ),
];

/// The register, for every table that nothing else fills.
const REGISTER: &str = "the register: YAML among the paths, or the workspace of --config";

/// The inputs that fill a table.
pub fn filled_by(table: TableId) -> Vec<String> {
    let name = table.def().name;
    let others = OTHERS.iter().filter(|(_, tables)| tables.contains(&name)).map(|(input, _)| (*input).to_owned());
    let mut by_provider: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for mapped in mapped_types().into_iter().filter(|mapped| mapped.fills.contains(&name)) {
        let provider = mapped.native_type.split('_').next().unwrap_or_default();
        by_provider.entry(provider).or_default().push(mapped.native_type);
    }
    let types = by_provider.into_values().map(|types| format!("Terraform: {}", types.join(", ")));
    let mut inputs: Vec<String> = others.chain(types).collect();
    if inputs.is_empty() {
        inputs.push(REGISTER.to_owned());
    }
    inputs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_that_are_named_are_tables_and_each_stands_once() {
        let named: Vec<&str> = OTHERS.iter().flat_map(|(_, tables)| tables.iter().copied()).collect();
        for (place, name) in named.iter().enumerate() {
            assert!(TableId::find(name).is_some(), "{name}");
            assert!(!named[..place].contains(name), "{name}");
        }
    }

    #[test]
    fn tables_of_resources_name_the_types_and_others_the_register() {
        let of = |name: &str| filled_by(TableId::find(name).unwrap());
        assert!(of("bucket").iter().any(|input| input.contains("aws_s3_bucket")), "{:?}", of("bucket"));
        assert_eq!(of("procedure"), [REGISTER]);
    }
}
