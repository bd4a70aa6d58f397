//! Exceptions.

use isoneph_model::ControlId;
use jiff::civil::Date;

use crate::kinds::{Kind, KindSpec, References};

record! {
    /// A failure that somebody has accepted for a time. It stays a failure, and is counted.
    pub struct RiskException {
        /// The check that fails.
        check: String,
        /// The subject's address; `*` stands for any text.
        subject: String,
        /// Who carries the risk.
        owner: String,
        /// Who accepted it; never the owner.
        approver: String,
        /// Why.
        reason: String,
        /// The last day it holds.
        until: Date,
    } optional {
        /// The service, where the subject occurs in several.
        service: Option<String>,
        /// The control.
        #[schemars(with = "Option<String>")]
        control: Option<ControlId>,
        /// The risk in the risk register.
        risk: Option<String>,
        /// What is done instead.
        compensating: Option<String>,
    }
}

impl KindSpec for RiskException {
    const KIND: Kind = Kind::RiskException;

    fn references(&self, to: &mut References) {
        to.object("service", Kind::CloudService, &self.service);
        to.control("control", &self.control);
    }

    fn contradictions(&self) -> Vec<(String, String)> {
        let mut found = Vec::new();
        if self.owner.trim() == self.approver.trim() {
            found.push(("approver".to_owned(), "who owns a risk cannot accept it: name another approver".to_owned()));
        }
        if self.reason.trim().is_empty() {
            found.push(("reason".to_owned(), "an exception needs a reason".to_owned()));
        }
        found
    }
}
