//! What is wrong with a split of responsibilities.

use std::collections::BTreeMap;

use isoneph_model::Severity;
use isoneph_register::ObjectKey;
use serde::Serialize;

isoneph_model::vocabulary! {
    /// What is wrong with a split of responsibilities.
    pub enum FindingCode {
        /// A service in use has no split at all.
        ServiceWithoutMatrix = "service-without-matrix",
        /// The split says nothing of an area that services of this kind have.
        AreaMissing = "area-missing",
        /// Nobody holds it: each side leaves it to the other, or all say nobody, or only a draft names a holder.
        NobodyHolds = "nobody-holds",
        /// Both sides hold all of it, each by its own word, and nobody calls it shared.
        BothHold = "both-hold",
        /// Contract, document and answer name different holders.
        SeenDifferently = "seen-differently",
        /// It is shared, but the duty of one side, or of both, is not told.
        SharedWithoutDuties = "shared-without-duties",
        /// A third party holds it, but none is named.
        ThirdPartyUnnamed = "third-party-unnamed",
        /// Only parties' own readings say who holds it.
        OwnReadingOnly = "own-reading-only",
        /// A party agreed to a version other than the one that holds now; usually an older one.
        AgreedToOtherVersion = "agreed-to-other-version",
        /// A customer has agreed to no version.
        NeverAgreed = "never-agreed",
        /// A promised time is longer than the customer's own legal clock.
        PromiseSlowerThanClock = "promise-slower-than-clock",
        /// A customer's legal clock runs, and the provider promises no time.
        NoPromiseForClock = "no-promise-for-clock",
        /// Some of the six facts about incidents are not told.
        IncidentFactsMissing = "incident-facts-missing",
    }
}

impl FindingCode {
    /// How much it weighs.
    pub fn severity(self) -> Severity {
        use FindingCode::*;
        match self {
            ServiceWithoutMatrix | NobodyHolds | SeenDifferently | PromiseSlowerThanClock => Severity::High,
            BothHold | SharedWithoutDuties | AgreedToOtherVersion | NoPromiseForClock | AreaMissing => Severity::Medium,
            ThirdPartyUnnamed | OwnReadingOnly | NeverAgreed | IncidentFactsMissing => Severity::Low,
        }
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// The service.
    pub service: String,
    /// The area; `None` for the service as a whole.
    pub area: Option<String>,
    /// The customer that it concerns; `None` for all.
    pub customer: Option<String>,
    /// What is wrong.
    pub code: FindingCode,
    /// The parties, holders, versions, hours that say so, by name of the fact.
    pub facts: BTreeMap<&'static str, String>,
    /// The objects that it rests on.
    pub sources: Vec<ObjectKey>,
}

impl Finding {
    pub(crate) fn new(service: &str, code: FindingCode) -> Finding {
        Finding {
            service: service.to_owned(),
            area: None,
            customer: None,
            code,
            facts: BTreeMap::new(),
            sources: Vec::new(),
        }
    }

    pub(crate) fn fact(mut self, name: &'static str, value: impl ToString) -> Finding {
        self.facts.insert(name, value.to_string());
        self
    }

    pub(crate) fn source(mut self, sources: impl IntoIterator<Item = ObjectKey>) -> Finding {
        self.sources.extend(sources);
        self.sources.sort();
        self.sources.dedup();
        self
    }
}
