//! Public addresses of which the input does not show who inside holds them.

use serde::Serialize;

use super::form::{EndpointId, Network};

/// A public address of which it is not known who holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Loose {
    /// Its name.
    pub name: String,
    /// Who may; anybody where nothing shows it.
    pub of: Option<Vec<EndpointId>>,
}

impl Loose {
    /// Addresses that anybody may hold.
    pub(crate) fn any(names: &[String]) -> Vec<Self> {
        names.iter().map(|name| Self { name: name.clone(), of: None }).collect()
    }
}

impl Network {
    /// Public addresses, by name, that an endpoint may hold.
    #[must_use]
    pub fn loose_of(&self, endpoint: Option<EndpointId>) -> Vec<&str> {
        let may = |held: &&Loose| held.of.as_ref().zip(endpoint).is_none_or(|(of, endpoint)| of.contains(&endpoint));
        self.loose.iter().filter(may).map(|held| held.name.as_str()).collect()
    }
}
