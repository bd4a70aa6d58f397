//! What a matrix is narrowed to: a sender, a receiver, a service.

use std::collections::BTreeSet;

use super::classes::Class;
use super::matrix::{ReachError, asked};
use super::refer::Party;
use super::walk::Start;
use crate::model::Model;
use crate::model::address::AddressRange;
use crate::model::form::EndpointId;
use crate::model::traffic::Traffic;

/// What is asked of a matrix; nothing asks for all of it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Narrow<'a> {
    /// Who sends, as for one pair.
    pub from: Option<&'a str>,
    /// Who receives.
    pub to: Option<&'a str>,
    /// The service, as `tcp/22`.
    pub service: Option<&'a str>,
}

/// The same, found in a model.
pub(super) struct Wanted {
    from: Option<Members>,
    to: Option<Members>,
    /// The packets asked about; none where all are.
    service: Option<Traffic>,
}

/// Whom a party stands for.
struct Members {
    endpoints: BTreeSet<EndpointId>,
    outside: Vec<AddressRange>,
}

impl Wanted {
    pub(super) fn find(model: &Model, narrow: Narrow<'_>) -> Result<Self, ReachError> {
        let members = |text: Option<&str>| text.map(|text| Members::find(model, text)).transpose();
        let service = narrow.service.map(asked).transpose()?;
        Ok(Self { from: members(narrow.from)?, to: members(narrow.to)?, service })
    }

    pub(super) fn sends(&self, class: &Class) -> bool {
        self.from.as_ref().is_none_or(|members| members.hold(class))
    }

    pub(super) fn receives(&self, class: &Class) -> bool {
        self.to.as_ref().is_none_or(|members| members.hold(class))
    }

    pub(super) fn service(&self) -> Option<&Traffic> {
        self.service.as_ref()
    }
}

impl Members {
    fn find(model: &Model, text: &str) -> Result<Self, ReachError> {
        let (mut endpoints, mut outside) = (BTreeSet::new(), Vec::new());
        for start in Party::find(model, text)?.starts(model)?.into_iter().flatten() {
            match start {
                Start::Endpoint(endpoint, _) => {
                    endpoints.insert(endpoint);
                }
                Start::Outside(range) => outside.push(range),
            }
        }
        Ok(Self { endpoints, outside })
    }

    /// Whether some member of a class is meant: what holds for it holds for all of the class.
    fn hold(&self, class: &Class) -> bool {
        match class.outside {
            Some(range) => self.outside.iter().any(|held| held.meets(range)),
            None => class.members.iter().any(|id| self.endpoints.contains(id)),
        }
    }
}
