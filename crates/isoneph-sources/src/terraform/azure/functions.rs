//! Function apps.

use isoneph_model::GapCode;
use isoneph_tables::Cell;
use isoneph_tables::schema::{Endpoint, Workload};

use super::machines::identity;
use super::networks::{SUBNETS, is_named};
use crate::terraform::attr::Attr;
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::resource::Resource;
use crate::terraform::secrets;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] = &[
    Mapping::new("azurerm_linux_function_app", function, &[table::<Workload>, table::<Endpoint>]),
    Mapping::new("azurerm_windows_function_app", function, &[table::<Workload>, table::<Endpoint>]),
];

/// Attributes of the application stack and the language that each names.
const LANGUAGES: &[(&str, &str)] = &[
    ("python_version", "python"),
    ("node_version", "node"),
    ("dotnet_version", "dotnet"),
    ("java_version", "java"),
    ("powershell_core_version", "powershell"),
];

fn function(resource: &Resource, stage: &mut Stage) {
    let subnet = resource.reference("virtual_network_subnet_id", SUBNETS);
    let limit = resource.int("site_config.app_scale_limit");
    let settings = resource.decide_any("app_settings", secrets::in_setting).or(false);
    stage.add(
        resource,
        Workload {
            kind: "function".into(),
            runtime: runtime(resource),
            identity: identity(resource),
            default_identity: false.into(),
            secret_in_settings: settings.either(connection_strings(resource)),
            privileged: false.into(),
            in_own_network: is_named(&subnet),
            // 0 and nothing leave it to the plan: one with machines of its own does not grow at all.
            scales: match limit {
                Attr::Known(limit) if limit > 0 => true.into(),
                Attr::Known(_) | Attr::Unset => Cell::Gap(GapCode::ProviderDefault),
                Attr::Unknown(code) => Cell::Gap(code),
            },
            max_instances: match limit {
                Attr::Known(limit) if limit > 0 => limit.into(),
                Attr::Known(_) | Attr::Unset => Cell::Gap(GapCode::ProviderDefault),
                Attr::Unknown(code) => Cell::Gap(code),
            },
            ..Workload::default()
        },
    );
    let uid = resource.uid().to_owned();
    stage.add_suffixed(
        resource,
        "#app",
        Endpoint {
            kind: "web-application".into(),
            resource: uid.into(),
            public: resource.bool("public_network_access_enabled").or(true),
            port: 443.into(),
            tls: resource.bool("https_only").or(false),
            tls_min: resource.text("site_config.minimum_tls_version").or("1.2"),
            ..Endpoint::default()
        },
    );
}

/// `python 3.13`; `''` where a container image or code of one's own brings the runtime along.
fn runtime(resource: &Resource) -> Cell<String> {
    let stack = match resource.block("site_config.application_stack") {
        Attr::Known(stack) => stack,
        Attr::Unset => return "".into(),
        Attr::Unknown(code) => return Cell::Gap(code),
    };
    let mut unknown = None;
    for (attribute, language) in LANGUAGES {
        match stack.text(attribute) {
            Attr::Known(version) => {
                return Cell::Known(format!("{language} {}", version.trim_start_matches(['~', 'v'])));
            }
            Attr::Unset => {}
            Attr::Unknown(code) => unknown = Some(code),
        }
    }
    unknown.map_or("".into(), Cell::Gap)
}

fn connection_strings(resource: &Resource) -> Cell<bool> {
    match resource.blocks("connection_string") {
        Attr::Known(strings) => strings
            .iter()
            .map(|one| one.decide("value", |value| secrets::in_setting("connection_string", value)).or(false))
            .fold(Cell::Known(false), Cell::either),
        Attr::Unset => false.into(),
        Attr::Unknown(code) => Cell::Gap(code),
    }
}
