//! What is to be known of an assurance before one builds on it.

use std::collections::BTreeMap;

use serde::Serialize;

isoneph_model::vocabulary! {
    /// How much it weighs.
    pub enum Weight {
        /// It holds no longer, or never did: nothing can be built on it.
        Stops = "stops",
        /// It holds for less than it seems to.
        Limits = "limits",
        /// Worth knowing.
        Notice = "notice",
    }
}

isoneph_model::vocabulary! {
    /// What is to be known of an assurance.
    pub enum AssuranceCode {
        /// Its last day has passed; or a report's period ended more than a year ago.
        Expired = "expired",
        /// Its last day comes soon.
        ExpiresSoon = "expires-soon",
        /// Its first day is yet to come.
        NotYetIssued = "not-yet-issued",
        /// It names no last day.
        NoExpiry = "no-expiry",
        /// Its body has suspended it.
        Suspended = "suspended",
        /// Its body has withdrawn it.
        Withdrawn = "withdrawn",
        /// Nobody has looked how it stands.
        StatusUnverified = "status-unverified",
        /// It is an extension and names no base certificate, or one that is not in the register and tells no last day.
        BaseUnknown = "base-unknown",
        /// The base certificate has expired, or is suspended or withdrawn.
        BaseNotValid = "base-not-valid",
        /// The base certificate is not of ISO/IEC 27001.
        BaseNotIso27001 = "base-not-iso27001",
        /// The base certificate belongs to another party.
        BaseOfOther = "base-of-other",
        /// The party that it is about is not the provider of the service that it is held for.
        HolderNotProvider = "holder-not-provider",
        /// The name on it is not the provider's name in law.
        HolderNameDiffers = "holder-name-differs",
        /// The provider's name in law, or that on the certificate, is not known.
        HolderNameUnknown = "holder-name-unknown",
        /// It refers to another version of the statement of applicability than the one held.
        SoaVersionDiffers = "soa-version-differs",
        /// It refers to a version of the statement of applicability that a newer one has replaced.
        SoaVersionOlder = "soa-version-older",
        /// No version of its holder's statement of applicability is held: whether the one it refers to holds is not known.
        SoaNotHeld = "soa-not-held",
        /// It does not say to which version of the statement of applicability it refers.
        SoaVersionUnknown = "soa-version-unknown",
        /// The edition of its standard has been replaced. It is not wrong for that.
        SupersededEdition = "superseded-edition",
        /// Its body is not accredited for it.
        NotAccredited = "not-accredited",
        /// Whether its body is accredited for it is not known.
        AccreditationUnknown = "accreditation-unknown",
        /// It is the party's own word.
        SelfDeclared = "self-declared",
        /// No document is named that could be looked at.
        Undocumented = "undocumented",
        /// The report's period is over, and no letter bridges to today.
        PeriodOver = "period-over",
        /// The report's period is over; a letter of the provider, not the auditor, bridges to today.
        Bridged = "bridged",
        /// The report speaks of a day only (type 1): nothing was seen working.
        DesignOnly = "design-only",
        /// The auditor noted exceptions.
        Exceptions = "exceptions",
        /// Whether there are exceptions has not been looked at.
        ExceptionsUnknown = "exceptions-unknown",
        /// The opinion is qualified.
        Qualified = "qualified",
        /// Services below are left out of the report.
        SubservicesCarvedOut = "subservices-carved-out",
        /// It leaves controls to user entities.
        LeavesControls = "leaves-controls",
    }
}

impl AssuranceCode {
    /// How much it weighs.
    pub fn weight(self) -> Weight {
        use AssuranceCode::*;
        match self {
            Expired | NotYetIssued | Suspended | Withdrawn | BaseNotValid | HolderNotProvider | BaseOfOther => {
                Weight::Stops
            }
            BaseUnknown | BaseNotIso27001 | HolderNameDiffers | HolderNameUnknown | StatusUnverified | NoExpiry
            | NotAccredited | AccreditationUnknown | SelfDeclared | Undocumented | PeriodOver | Bridged
            | DesignOnly | Exceptions | ExceptionsUnknown | Qualified | SubservicesCarvedOut | SoaVersionDiffers
            | SoaVersionOlder | SoaVersionUnknown => Weight::Limits,
            ExpiresSoon | SupersededEdition | LeavesControls | SoaNotHeld => Weight::Notice,
        }
    }
}

/// One thing that is to be known of an assurance.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct AssuranceFinding {
    /// The assurance.
    pub assurance: String,
    /// How much it weighs.
    pub weight: Weight,
    /// What.
    pub code: AssuranceCode,
    /// Days, names, versions that say so, by name of the fact.
    pub facts: BTreeMap<&'static str, String>,
}
