//! Services that look for trouble by themselves: GuardDuty, Inspector, Security Hub, Macie, Access Analyzer, Config.

use isoneph_tables::schema::Protection;
use isoneph_tables::{Cell, Common};

use super::trails::account_seen;
use crate::terraform::attr::Attr;
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::resource::Resource;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] = &[
    Mapping::new("aws_accessanalyzer_analyzer", analyzer, &[table::<Protection>]),
    Mapping::new("aws_config_config_rule", config_rule, &[table::<Protection>]),
    Mapping::new("aws_config_configuration_recorder", recorder, &[table::<Protection>])
        .patching(&[table::<Protection>]),
    Mapping::new("aws_config_configuration_recorder_status", recorder_status, &[]).patching(&[table::<Protection>]),
    Mapping::new("aws_guardduty_detector", detector, &[table::<Protection>]).patching(&[table::<Protection>]),
    Mapping::new("aws_guardduty_detector_feature", detector_feature, &[table::<Protection>]),
    Mapping::new("aws_guardduty_organization_configuration", detector_organisation, &[table::<Protection>]),
    Mapping::new("aws_inspector2_enabler", inspector, &[table::<Protection>]),
    Mapping::new("aws_macie2_account", macie, &[table::<Protection>]),
    Mapping::new("aws_securityhub_account", security_hub, &[table::<Protection>]),
];

fn service(kind: &str, target: &str, enabled: Cell<bool>) -> Protection {
    Protection {
        kind: kind.into(),
        target: target.into(),
        enabled,
        organisation: false.into(),
        ..Protection::default()
    }
}

fn detector(resource: &Resource, stage: &mut Stage) {
    account_seen(resource, stage);
    let on = resource.bool("enable").or(true);
    stage.add(resource, service("threat-detection", "account", on.clone()));
    // What is switched on in a detector does nothing while the detector is off.
    stage.for_referrers::<Protection>(resource, &["detector_id"], move |_: &Common, row| {
        row.enabled = std::mem::take(&mut row.enabled).and(on.clone());
    });
}

fn detector_feature(resource: &Resource, stage: &mut Stage) {
    resource.reference("detector_id", &["aws_guardduty_detector"]);
    let target = resource.text("name").cell().map(|name| {
        let target = match name.as_str() {
            "S3_DATA_EVENTS" => "storage",
            "EKS_AUDIT_LOGS" | "EKS_RUNTIME_MONITORING" => "kubernetes",
            "EBS_MALWARE_PROTECTION" => "vm",
            "RDS_LOGIN_EVENTS" => "database",
            _ => "account",
        };
        target.to_owned()
    });
    let enabled = resource.text("status").cell().map(|status| status == "ENABLED");
    stage.add(resource, Protection { target, ..service("threat-detection", "account", enabled) });
}

/// What a delegated administrator switches on for the members of the organisation.
fn detector_organisation(resource: &Resource, stage: &mut Stage) {
    let members = resource
        .unset_if_computed("auto_enable_organization_members", resource.text("auto_enable_organization_members"));
    let enabled = match members {
        Attr::Known(members) => match members.as_str() {
            "ALL" => true.into(),
            "NONE" => false.into(),
            // New members only: of those that were there before nothing is said.
            _ => Cell::default(),
        },
        Attr::Unset => {
            resource.bool("auto_enable").cell().and_then(|on| if on { Cell::default() } else { false.into() })
        }
        Attr::Unknown(code) => Cell::Gap(code),
    };
    stage.add(resource, Protection { organisation: true.into(), ..service("threat-detection", "account", enabled) });
}

fn inspector(resource: &Resource, stage: &mut Stage) {
    account_seen(resource, stage);
    let kinds = match resource.texts("resource_types") {
        Attr::Known(kinds) => kinds,
        attr => {
            let gap = attr.map(|_| String::new()).cell();
            stage.add(resource, Protection { target: gap, ..service("vulnerability-scanning", "", true.into()) });
            return;
        }
    };
    for (index, kind) in kinds.iter().enumerate() {
        let target = match kind.as_str() {
            "EC2" => "vm",
            "ECR" => "registry",
            "LAMBDA" | "LAMBDA_CODE" => "function",
            _ => "account",
        };
        let row = service("vulnerability-scanning", target, true.into());
        match index {
            0 => stage.add(resource, row),
            _ => stage.add_suffixed(resource, &format!("#{}", kind.to_lowercase()), row),
        }
    }
}

fn security_hub(resource: &Resource, stage: &mut Stage) {
    account_seen(resource, stage);
    stage.add(resource, service("posture", "account", true.into()));
}

fn macie(resource: &Resource, stage: &mut Stage) {
    account_seen(resource, stage);
    let status = resource.unset_if_computed("status", resource.text("status"));
    let enabled = status.map(|status| status == "ENABLED").or(true);
    stage.add(resource, service("data-discovery", "storage", enabled));
}

fn analyzer(resource: &Resource, stage: &mut Stage) {
    account_seen(resource, stage);
    let organisation = resource.text("type").or("ACCOUNT").map(|kind| kind.starts_with("ORGANIZATION"));
    stage.add(resource, Protection { organisation, ..service("access-analysis", "account", true.into()) });
}

/// A recorder does nothing until its status says so.
fn recorder(resource: &Resource, stage: &mut Stage) {
    account_seen(resource, stage);
    stage.add(resource, service("configuration-record", "account", false.into()));
}

fn recorder_status(resource: &Resource, stage: &mut Stage) {
    let enabled = resource.bool("is_enabled").cell();
    stage.facet::<Protection>(
        resource,
        "name",
        &["aws_config_configuration_recorder"],
        |row, code| row.enabled = Cell::Gap(code),
        move |row| row.enabled = enabled,
    );
}

fn config_rule(resource: &Resource, stage: &mut Stage) {
    stage.add(resource, service("posture", "account", true.into()));
}
