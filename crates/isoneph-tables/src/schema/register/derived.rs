//! What follows from what the parties say, worked out before checks read it. A row rests on several objects: it stands at
//! the place of the first of them.

use crate::cell::Instant;
use crate::table;

table! {
    /// An area of duties in a service: what all that is said of it comes to. An area that nobody speaks of, but services of
    /// the kind have, is here too, with the standing `missing`.
    pub struct DutyArea = "duty_area" {
        /// The area of duties.
        area: String, none "never: always set";
        /// The customer that it holds for; `''` for all.
        customer: String, none "''";
        /// As `responsibility.holder`; `''` where views differ or nobody says.
        holder: String, none "''";
        /// `settled`, `own-reading`, `disputed`, `nobody`, `proposed`, `missing`.
        standing: String, none "never: always set";
        /// How many say something of it.
        views: i64, none "0";
        /// What the provider does.
        provider_duty: String, none "''";
        /// What the customer does.
        customer_duty: String, none "''";
        /// The service below to which the provider hands its part on.
        handed_to: String, none "''";
        /// What is wrong: `nobody-holds`, `both-hold`, `seen-differently`, `shared-without-duties`, `third-party-unnamed`,
        /// `own-reading-only`, `incident-facts-missing`, `area-missing`, `service-without-matrix`; sorted.
        wrong: Vec<String>, none "[]";
        /// The particulars of what is wrong, in short; `''` where there are none.
        particulars: String, none "''";
        /// How the way down ends that the duty takes: `held`, `held-without-evidence`, `handed-back` …; `''` where it is not
        /// handed on.
        chain_end: String, none "''";
        /// The service at which it ends.
        chain_at: String, none "''";
    }
}

table! {
    /// The split of responsibilities of a service as a whole, towards one customer.
    pub struct ServiceSplit = "service_split" {
        /// The party that provides it.
        provider_party: String, none "never: always set";
        /// The customer; `''` where none is known.
        customer: String, none "''";
        /// Whether somebody stands behind a split at all.
        told: bool, none "false";
        /// The version that now holds.
        version: String, none "''";
        /// Whether the customer agreed to any version.
        agreed: bool, none "false";
        /// The version that the customer agreed to last.
        agreed_version: String, none "''";
        /// Whether that is the one that now holds; unknown where no version is told.
        agreed_is_current: bool, none "never: NULL where no version is told, or none was agreed to";
        /// Legal clocks of the customer for which the provider promises a longer time, or none; sorted.
        clocks_missed: Vec<String>, none "[]";
        /// How many legal clocks of the customer the split was held against.
        clocks: i64, none "0";
    }
}

table! {
    /// An assurance on the day of the assessment. One row a service that it is held for.
    pub struct AssuranceStanding = "assurance_standing" {
        /// The name of the assurance.
        assurance: String, none "never: always set";
        /// The party that it is about.
        holder: String, none "never: always set";
        /// As `assurance.type_of_assurance`.
        type_of_assurance: String, none "never: always set";
        /// Whether it is in force: issued, not past its day, neither suspended nor withdrawn.
        in_force: bool, none "never: NULL where nobody has looked how it stands, or its last day is not told";
        /// Why it is not, or why that is not known.
        in_force_why: String, none "''";
        /// Whether it stands or falls with a base certificate.
        needs_base: bool, none "false";
        /// Whether that is of ISO/IEC 27001, of the same holder, and in force.
        base_holds: bool, none "never: NULL where too little is told of it";
        /// Whether the holder is the party that provides the service, under its name in law.
        holder_matches: bool, none "never: NULL where a name in law is not told";
        /// Whether it is a report on a period.
        is_report: bool, none "false";
        /// Whether the period, or a letter that bridges, reaches to the day of the assessment.
        period_current: bool, none "is_report = false";
        /// Whether the auditor noted exceptions, or gave a qualified opinion.
        has_exceptions: bool, none "never: NULL where nobody has looked";
        /// Whether an independent party says it, in a document that can be found.
        independent: bool, none "false";
        /// Whether a later version stands in the register.
        superseded: bool, none "false";
        /// Whether the edition of its standard was replaced. It is not wrong for that.
        edition_replaced: bool, none "false";
        /// The version of the statement of applicability that it names.
        soa_version: String, none "''";
        /// Whether versions of its holder's statement are frozen in the workspace, and it is a certificate of one.
        soa_frozen: bool, none "false";
        /// Whether it names the one that is in force.
        soa_in_force: bool, none "never: NULL where it names none, or where none of its holder's is frozen";
        /// Whether its last day, its period's or the letter's is told.
        has_until: bool, none "false";
        /// The last day that it holds.
        until: Instant, none "has_until = false";
    }
}

table! {
    /// A product in use, and whether an assurance in force covers it in the regions and the environment in use.
    pub struct AssuredOffering = "assured_offering" {
        /// The product in use.
        offering: String, none "never: always set";
        /// The environment of the provider's cloud; `''` for the usual one.
        environment: String, none "''";
        /// Whether an assurance in force covers it; unknown where none does and the scope of one is not told.
        covered: bool, none "never: NULL where a scope names no products or no regions";
        /// The best that any assurance in force comes to: `covered`, `region-missing`, `regions-unknown`,
        /// `other-environment`, `not-in-scope`, `scope-unknown`, `no-assurance`.
        state: String, none "never: always set";
        /// The assurance that comes to that.
        assurance: String, none "''";
        /// Regions in use that are not in its scope.
        regions_missing: Vec<String>, none "[]";
        /// Names in the scope, or environments, that may be meant.
        perhaps: Vec<String>, none "[]";
    }
}
