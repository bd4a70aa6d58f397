//! What the user and the parties declare, as far as it bears on a run.

use std::collections::BTreeMap;

use isoneph_assessment::{Exception, RolesBasis};
use isoneph_model::{ControlId, Digest, Edition, Role};
use isoneph_standard::standing::Claim;
use jiff::civil::Date;

use crate::check::ParameterValue;

/// What a run is told beside the evidence.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The tool's version, for the head.
    pub version: &'static str,
    /// The edition of ISO/IEC 27017.
    pub edition: Edition,
    /// The day for which the assessment holds.
    pub as_of: Date,
    /// The digest of the configuration file; `None` without one.
    pub config: Option<Digest>,
    /// Parameters that were set: check → parameter → value.
    pub parameters: BTreeMap<String, BTreeMap<String, ParameterValue>>,
    /// The profile; checks that belong to profiles run only under one of them.
    pub profile: Option<String>,
    /// Exceptions, as declared.
    pub exceptions: Vec<Exception>,
    /// Services, as declared; empty when nobody declared any.
    pub services: Vec<ServiceInScope>,
    /// Accounts in scope; empty when nobody declared them.
    pub accounts: Vec<String>,
    /// Regions in scope; empty for any.
    pub regions: Vec<String>,
    /// The period that operated evidence is to cover.
    pub period: Option<(Date, Date)>,
    /// Whether roles are declared.
    pub roles: RolesBasis,
    /// What the parties say of cells.
    pub claims: Vec<CellClaim>,
}

/// A cloud service towards which the organisation has a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceInScope {
    /// Its id.
    pub id: String,
    /// The organisation's role towards it.
    pub role: Role,
    /// The accounts of it, or in which it runs.
    pub accounts: Vec<String>,
}

/// What a party says of one cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellClaim {
    /// The control, in the edition of the run.
    pub control: ControlId,
    /// The role.
    pub role: Role,
    /// The service; `None` for every service.
    pub service: Option<String>,
    /// What it says.
    pub claim: Claim,
}

impl Settings {
    /// Settings with nothing declared.
    pub fn new(edition: Edition, as_of: Date) -> Settings {
        Settings {
            version: env!("CARGO_PKG_VERSION"),
            edition,
            as_of,
            config: None,
            parameters: BTreeMap::new(),
            profile: None,
            exceptions: Vec::new(),
            services: Vec::new(),
            accounts: Vec::new(),
            regions: Vec::new(),
            period: None,
            roles: RolesBasis::Assumed,
            claims: Vec::new(),
        }
    }

    /// Whether an exception counts: it has not ended, and somebody other than its owner approved it.
    pub fn counts(&self, exception: &Exception) -> bool {
        exception.until >= self.as_of && exception.owner.trim() != exception.approver.trim()
    }

    /// The exceptions that count, each with its place among all.
    pub fn accepted(&self) -> impl Iterator<Item = (usize, &Exception)> {
        self.exceptions.iter().enumerate().filter(|(_, exception)| self.counts(exception))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exception_that_ended_or_that_its_owner_approved_does_not_count() {
        let settings = Settings::new(Edition::E2015, jiff::civil::date(2026, 6, 1));
        let exception = |approver: &str, day| Exception {
            check: "c".to_owned(),
            subject: "*".to_owned(),
            owner: "ana".to_owned(),
            approver: approver.to_owned(),
            reason: "migration".to_owned(),
            until: jiff::civil::date(2026, 6, day),
        };
        assert!(settings.counts(&exception("ben", 1)));
        assert!(!settings.counts(&exception("ana", 1)));
        let ended = Exception { until: jiff::civil::date(2026, 5, 31), ..exception("ben", 1) };
        assert!(!settings.counts(&ended));
    }
}
