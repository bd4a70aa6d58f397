//! Identity Platform: the sign-in of a service's own users.

use isoneph_model::GapCode;
use isoneph_tables::Cell;
use isoneph_tables::schema::AuthPolicy;

use crate::terraform::attr::Attr;
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::resource::Resource;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] =
    &[Mapping::new("google_identity_platform_config", platform, &[table::<AuthPolicy>])];

fn platform(resource: &Resource, stage: &mut Stage) {
    let state = match resource.unset_if_computed("mfa", resource.block("mfa")) {
        Attr::Known(mfa) => mfa.text("state").cell(),
        Attr::Unset => Cell::Gap(GapCode::ProviderDefault),
        Attr::Unknown(code) => Cell::Gap(code),
    };
    stage.add(
        resource,
        AuthPolicy {
            kind: "identity-platform".into(),
            audience: "end-users".into(),
            enabled: true.into(),
            mfa_required: state.clone().map(|state| state == "MANDATORY"),
            mfa_offered: state.map(|state| state == "MANDATORY" || state == "ENABLED"),
            // The rule on passwords is not among the arguments.
            ..AuthPolicy::default()
        },
    );
}
