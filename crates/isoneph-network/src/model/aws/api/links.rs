//! VPC endpoints, and the services that they are of.

use serde_json::Value;

use super::Place;
use crate::model::aws::estate::{EndpointService, Estate, VpcEndpoint};
use crate::model::form::Origin;
use crate::model::json::{flag, list, text, text_or_empty, texts};

/// `describe-vpc-endpoints`.
pub(super) fn endpoint(estate: &mut Estate, value: &Value, _: &Place<'_>, _: Origin) -> Option<()> {
    let id = text(value, "VpcEndpointId")?;
    let led = ["ServiceNetworkArn", "ResourceConfigurationArn", "ServiceName"].iter().find_map(|key| text(value, key));
    let accepted = text(value, "State").and_then(is_accepted);
    let held = VpcEndpoint {
        kind: text_or_empty(value, "VpcEndpointType"),
        service: led.unwrap_or_default().into(),
        unclear: led.is_none(),
        interfaces: texts(value, "NetworkInterfaceIds"),
        accepted: accepted.or_else(|| estate.endpoints.get(id).and_then(|known| known.accepted)),
    };
    estate.endpoints.insert(id.into(), held);
    Some(())
}

fn is_accepted(state: &str) -> Option<bool> {
    match state.to_ascii_lowercase().as_str() {
        "available" | "partial" => Some(true),
        "pendingacceptance" | "rejected" | "failed" | "expired" | "deleting" | "deleted" => Some(false),
        _ => None,
    }
}

/// `describe-vpc-endpoint-service-configurations`.
pub(super) fn service(estate: &mut Estate, value: &Value, _: &Place<'_>, _: Origin) -> Option<()> {
    let id = text(value, "ServiceId")?;
    let kinds = list(value, "ServiceType").iter().filter_map(|held| text(held, "ServiceType"));
    let balancers = texts(value, "NetworkLoadBalancerArns");
    let service = EndpointService {
        names: text(value, "ServiceName").map(ToOwned::to_owned).into_iter().collect(),
        open: balancers.is_empty() && kinds.clone().any(|kind| kind == "Interface"),
        balancers,
        asks: flag(value, "AcceptanceRequired"),
    };
    estate.services.insert(id.into(), service);
    Some(())
}

/// `describe-vpc-endpoint-connections`: what the owner of a service says of those who asked for it.
pub(super) fn connection(estate: &mut Estate, value: &Value, _: &Place<'_>, _: Origin) -> Option<()> {
    let id = text(value, "VpcEndpointId")?;
    let accepted = text(value, "VpcEndpointState").and_then(is_accepted);
    if let Some(held) = estate.endpoints.get_mut(id) {
        held.accepted = accepted.or(held.accepted);
    } else if accepted.is_some() {
        // The endpoint itself may stand in a file that comes later.
        estate.endpoints.insert(id.into(), VpcEndpoint { accepted, ..VpcEndpoint::default() });
    }
    Some(())
}
