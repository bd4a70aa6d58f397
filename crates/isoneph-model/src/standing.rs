//! What the evidence comes to for one cell: a control, a role, a service.

crate::vocabulary! {
    /// The standing of a cell. Nothing here says certified: the tool finds, people conclude.
    pub enum Standing {
        /// ISO/IEC 27017 adds nothing for this role here; the base control still applies.
        NoGuidance = "no-guidance",
        /// Excluded with a reason that no evidence refutes.
        Excluded = "excluded",
        /// Evidence speaks against what a party currently states.
        Contradicted = "contradicted",
        /// Evidence speaks against the guidance, and nobody claimed otherwise.
        Adverse = "adverse",
        /// Nothing speaks against, but something required is missing, unknown, stale, unseen or intended only.
        Incomplete = "incomplete",
        /// Everything required is present, current and covers the scope.
        Supported = "supported",
    }
}

crate::vocabulary! {
    /// What kind of evidence a requirement of a cell asks for.
    pub enum RequirementKind {
        /// Settings of the cloud, as configured.
        Configuration = "configuration",
        /// Records of what was done.
        Operation = "operation",
        /// What the party says of its own rules and procedures.
        Statement = "statement",
        /// What the party tells, gives or documents for the other party.
        Disclosure = "disclosure",
        /// What a third party says.
        Assurance = "assurance",
    }
}
