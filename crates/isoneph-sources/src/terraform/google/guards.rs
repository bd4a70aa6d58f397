//! Services that look for trouble by themselves: Security Command Center, scanning of images, feeds of asset changes.

use isoneph_tables::Cell;
use isoneph_tables::schema::{ImageRegistry, Protection};

use super::logging::{account_seen, for_organisation};
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::resource::Resource;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] = &[
    Mapping::new("google_cloud_asset_folder_feed", feed, &[table::<Protection>]),
    Mapping::new("google_cloud_asset_organization_feed", feed, &[table::<Protection>]),
    Mapping::new("google_cloud_asset_project_feed", feed, &[table::<Protection>]),
    Mapping::new("google_project_service", project_service, &[table::<Protection>]).patching(&[table::<ImageRegistry>]),
    Mapping::new("google_scc_event_threat_detection_custom_module", organisation_detector, &[table::<Protection>]),
    Mapping::new("google_scc_folder_custom_module", posture, &[table::<Protection>]),
    Mapping::new(
        "google_scc_management_folder_security_health_analytics_custom_module",
        posture,
        &[table::<Protection>],
    ),
    Mapping::new(
        "google_scc_management_organization_event_threat_detection_custom_module",
        organisation_detector,
        &[table::<Protection>],
    ),
    Mapping::new(
        "google_scc_management_organization_security_health_analytics_custom_module",
        posture,
        &[table::<Protection>],
    ),
    Mapping::new(
        "google_scc_management_project_event_threat_detection_custom_module",
        detector,
        &[table::<Protection>],
    ),
    Mapping::new(
        "google_scc_management_project_security_health_analytics_custom_module",
        posture,
        &[table::<Protection>],
    ),
    Mapping::new("google_scc_organization_custom_module", posture, &[table::<Protection>]),
    Mapping::new("google_scc_project_custom_module", posture, &[table::<Protection>]),
    Mapping::new("google_scc_source", source, &[]),
];

fn service(kind: &str, target: &str, enabled: Cell<bool>, organisation: Cell<bool>) -> Protection {
    Protection { kind: kind.into(), target: target.into(), enabled, organisation, ..Protection::default() }
}

/// An API that is enabled. Of some of them that alone switches a service on; of others it only allows to.
fn project_service(resource: &Resource, stage: &mut Stage) {
    let Some(name) = resource.text("service").known().cloned() else { return };
    let single = || Cell::Known(false);
    match name.as_str() {
        "containerscanning.googleapis.com" => {
            stage.add(resource, service("vulnerability-scanning", "registry", true.into(), single()));
            // Repositories that do not opt out are scanned from then on.
            stage.for_account::<ImageRegistry>(resource, |_, row| {
                row.scan_on_push = std::mem::take(&mut row.scan_on_push).or(Cell::Known(true));
            });
        }
        // Reports on machines need an agent on each as well.
        "osconfig.googleapis.com" => {
            stage.add(resource, service("vulnerability-scanning", "vm", Cell::default(), single()));
        }
        // What runs depends on the tier, which is set elsewhere.
        "securitycenter.googleapis.com" => {
            stage.add(resource, service("threat-detection", "account", Cell::default(), single()));
            stage.add_suffixed(resource, "#posture", service("posture", "account", Cell::default(), single()));
        }
        _ => {}
    }
}

fn feed(resource: &Resource, stage: &mut Stage) {
    if resource.native_type() == "google_cloud_asset_project_feed" {
        account_seen(resource, stage);
    }
    stage.add(resource, service("configuration-record", "account", true.into(), for_organisation(resource)));
}

fn enabled(resource: &Resource) -> Cell<bool> {
    resource.text("enablement_state").cell().map(|state| state == "ENABLED")
}

/// A detector of one's own: the service that runs it is on.
fn detector(resource: &Resource, stage: &mut Stage) {
    account_seen(resource, stage);
    stage.add(resource, service("threat-detection", "account", enabled(resource), false.into()));
}

fn organisation_detector(resource: &Resource, stage: &mut Stage) {
    stage.add(resource, service("threat-detection", "account", enabled(resource), true.into()));
}

fn posture(resource: &Resource, stage: &mut Stage) {
    let organisation = for_organisation(resource);
    if organisation == Cell::Known(false) {
        account_seen(resource, stage);
    }
    stage.add(resource, service("posture", "account", enabled(resource), organisation));
}

fn source(_resource: &Resource, _stage: &mut Stage) {
    // Where findings of one's own come from; it finds nothing by itself.
}
