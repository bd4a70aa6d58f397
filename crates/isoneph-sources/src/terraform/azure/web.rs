//! Web applications of App Service.

use isoneph_tables::Cell;
use isoneph_tables::schema::{Endpoint, Workload};

use super::endpoints::of_application;
use super::machines::identity;
use super::networks::{SUBNETS, is_named};
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::resource::Resource;
use crate::terraform::secrets;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] = &[
    Mapping::new("azurerm_linux_web_app", application, &[table::<Workload>, table::<Endpoint>]),
    Mapping::new("azurerm_windows_web_app", application, &[table::<Workload>, table::<Endpoint>]),
];

fn application(resource: &Resource, stage: &mut Stage) {
    let subnet = resource.reference("virtual_network_subnet_id", SUBNETS);
    stage.add(
        resource,
        Workload {
            kind: "web-application".into(),
            identity: identity(resource),
            default_identity: false.into(),
            secret_in_settings: resource.decide_any("app_settings", secrets::in_setting).or(false),
            privileged: false.into(),
            in_own_network: is_named(&subnet),
            logging: resource.is_set("logs").cell().and_then(|set| {
                // A diagnostic setting may record as well.
                if set { true.into() } else { Cell::default() }
            }),
            ..Workload::default()
        },
    );
    stage.add_suffixed(resource, "#app", of_application(resource));
}
