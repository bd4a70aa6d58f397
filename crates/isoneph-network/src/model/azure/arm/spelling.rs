//! Names of fields as older command lines write them.

use std::borrow::Cow;

use serde_json::Value;

/// Older spelling, and the API's.
const SPELT: [(&str, &str); 12] = [
    ("backendIpConfiguration", "backendIPConfiguration"),
    ("backendIpConfigurations", "backendIPConfigurations"),
    ("enableIpForwarding", "enableIPForwarding"),
    ("frontendIpConfiguration", "frontendIPConfiguration"),
    ("frontendIpConfigurations", "frontendIPConfigurations"),
    ("gatewayIpConfigurations", "gatewayIPConfigurations"),
    ("privateIpAddress", "privateIPAddress"),
    ("privateIpAddressVersion", "privateIPAddressVersion"),
    ("publicIpAddress", "publicIPAddress"),
    ("publicIpAddressConfiguration", "publicIPAddressConfiguration"),
    ("publicIpAddressVersion", "publicIPAddressVersion"),
    ("publicIpAllocationMethod", "publicIPAllocationMethod"),
];

/// A resource with its fields named as the API names them.
pub(super) fn current(value: &Value) -> Cow<'_, Value> {
    if is_old(value) { Cow::Owned(renamed(value)) } else { Cow::Borrowed(value) }
}

fn name(key: &str) -> Option<&'static str> {
    SPELT.iter().find(|(old, _)| *old == key).map(|(_, new)| *new)
}

fn is_old(value: &Value) -> bool {
    match value {
        Value::Array(held) => held.iter().any(is_old),
        Value::Object(held) => held.iter().any(|(key, held)| name(key).is_some() || is_old(held)),
        _ => false,
    }
}

fn renamed(value: &Value) -> Value {
    match value {
        Value::Array(held) => held.iter().map(renamed).collect(),
        Value::Object(held) => held
            .iter()
            .map(|(key, held)| (name(key).map_or_else(|| key.clone(), str::to_owned), renamed(held)))
            .collect(),
        other => other.clone(),
    }
}
