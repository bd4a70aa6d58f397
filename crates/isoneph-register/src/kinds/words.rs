//! The closed vocabularies of the register.

words! {
    /// Who carries an area of duties.
    pub enum Holder {
        /// The cloud service provider.
        Provider = "provider",
        /// The cloud service customer.
        Customer = "customer",
        /// Both, each its own part: both duties are to be told.
        Shared = "shared",
        /// Another party, named.
        ThirdParty = "third-party",
        /// Nobody has taken it, or nobody says.
        Nobody = "nobody",
        /// The area does not arise in this service.
        NotApplicable = "not-applicable",
    }
}

words! {
    /// What a statement of who carries what rests on.
    pub enum BasisKind {
        /// A clause of a contract.
        Contract = "contract",
        /// A document that the provider publishes.
        PublishedDocument = "published-document",
        /// An answer to a questionnaire.
        QuestionnaireAnswer = "questionnaire-answer",
        /// The party's own reading; nobody else has said so.
        OwnReading = "own-reading",
    }
}

words! {
    /// For whom something is told.
    pub enum Audience {
        /// Anybody.
        Public = "public",
        /// All customers of the service.
        Customers = "customers",
        /// Customers who ask, usually under confidentiality.
        OnRequest = "on-request",
        /// The named parties only.
        Named = "named",
        /// Nobody outside.
        Internal = "internal",
    }
}

words! {
    /// How far something is done.
    pub enum Implementation {
        /// Done.
        Implemented = "implemented",
        /// Done in part.
        Partial = "partial",
        /// Meant to be done.
        Planned = "planned",
        /// Done in another way.
        Alternative = "alternative",
        /// Taken over from a provider or another party.
        Inherited = "inherited",
        /// Not done.
        NotImplemented = "not-implemented",
    }
}

words! {
    /// Why a control is in a statement of applicability.
    pub enum Inclusion {
        /// A law or regulation asks for it.
        Legal = "legal",
        /// A contract asks for it.
        Contractual = "contractual",
        /// It treats a risk.
        Risk = "risk",
        /// It is good practice.
        BestPractice = "best-practice",
        /// A customer asks for it.
        Customer = "customer",
    }
}

words! {
    /// What sort of assurance it is.
    pub enum AssuranceType {
        /// A certificate of a body accredited for it.
        AccreditedCertificate = "accredited-certificate",
        /// A certificate of a body without accreditation for it.
        UnaccreditedCertificate = "unaccredited-certificate",
        /// An extension of a base certificate (ISO/IEC 27017 beside ISO/IEC 27001).
        Extension = "extension",
        /// A report of an independent auditor (SOC 2, ISAE 3402, C5).
        AttestationReport = "attestation-report",
        /// The party's own word.
        SelfDeclaration = "self-declaration",
    }
}

words! {
    /// How it stands with an assurance.
    pub enum AssuranceStatus {
        /// In force.
        Valid = "valid",
        /// Suspended by its body.
        Suspended = "suspended",
        /// Withdrawn by its body.
        Withdrawn = "withdrawn",
        /// Past its day.
        Expired = "expired",
    }
}

words! {
    /// Which of the two roles an assurance or report speaks to.
    pub enum AssuredRole {
        /// Cloud service provider.
        Provider = "provider",
        /// Cloud service customer.
        Customer = "customer",
        /// Both.
        Both = "both",
    }
}

words! {
    /// Yes, no, or nobody knows.
    pub enum YesNoUnknown {
        /// Yes.
        Yes = "yes",
        /// No.
        No = "no",
        /// Looked for and not found out.
        Unknown = "unknown",
    }
}

words! {
    /// How an attestation report treats the services below.
    pub enum SubserviceMethod {
        /// They are left out of the report.
        CarveOut = "carve-out",
        /// They are part of it.
        Inclusive = "inclusive",
        /// There are none.
        NoSubservices = "none",
    }
}

words! {
    /// How tenants share something.
    pub enum Tenancy {
        /// Each tenant has its own.
        Silo = "silo",
        /// Tenants share one, told apart by rows, prefixes or keys.
        Pool = "pool",
        /// Some parts own, some shared.
        Bridge = "bridge",
    }
}

words! {
    /// The layers that each need an answer of their own (CLD.9.5.1).
    pub enum Layer {
        /// Machines, containers, functions.
        Compute = "compute",
        /// Networks.
        Network = "network",
        /// Volumes, objects, snapshots, images.
        Storage = "storage",
        /// Databases.
        Database = "database",
        /// Identities, roles, secrets and keys.
        IdentityAndKeys = "identity-and-keys",
        /// The application.
        Application = "application",
        /// The provider's administration.
        Administration = "administration",
    }
}

words! {
    /// How it stands with a service or a tenant.
    pub enum Lifecycle {
        /// Meant to be used.
        Planned = "planned",
        /// In use.
        Active = "active",
        /// Over: no longer a customer, or no longer used.
        Ended = "ended",
    }
}

words! {
    /// What a party is, where its roles towards services do not say it.
    pub enum PartyType {
        /// A company or other organisation.
        Organisation = "organisation",
        /// An authority.
        Authority = "authority",
        /// A certification or inspection body, or an auditor.
        AssuranceBody = "assurance-body",
        /// A part of an organisation.
        Unit = "unit",
    }
}

words! {
    /// What a contact is for.
    pub enum ContactPurpose {
        /// Security events and incidents.
        Incident = "security-incident",
        /// An authority to notify or consult.
        Authority = "authority",
        /// Operational support.
        Support = "support",
        /// Abuse of the service.
        Abuse = "abuse",
        /// Personal data.
        Privacy = "privacy",
        /// Complaints about intellectual property.
        IntellectualProperty = "intellectual-property",
        /// Potential digital evidence.
        Evidence = "evidence",
        /// Vulnerabilities.
        Vulnerability = "vulnerability",
        /// Whatever else, said in the notes.
        Other = "other",
    }
}

words! {
    /// What a notice is about.
    pub enum NoticeTopic {
        /// A change of the service.
        Change = "change",
        /// A new version of the split of responsibilities.
        Responsibilities = "responsibilities",
        /// A new or changed supplier below.
        Supplier = "supplier",
        /// A security incident.
        Incident = "incident",
        /// A vulnerability.
        Vulnerability = "vulnerability",
        /// A country or region where data is kept.
        Location = "location",
        /// The end of a service or function.
        EndOfService = "end-of-service",
        /// Whatever else.
        Other = "other",
    }
}

words! {
    /// What a review was.
    pub enum ReviewType {
        /// Examined by somebody independent of it.
        Independent = "independent",
        /// Examined by the party itself.
        Own = "own",
        /// Held against requirements.
        Evaluation = "evaluation",
        /// Compared with another thing (a register with an inventory, an offer with needs).
        Comparison = "comparison",
        /// Tried out.
        Rehearsal = "rehearsal",
    }
}

words! {
    /// What a review came to.
    pub enum ReviewResult {
        /// Good enough.
        Satisfactory = "satisfactory",
        /// Good enough under named conditions.
        WithConditions = "with-conditions",
        /// Not good enough.
        Unsatisfactory = "unsatisfactory",
    }
}

words! {
    /// An answer to a question.
    pub enum AnswerValue {
        /// Yes.
        Yes = "yes",
        /// No.
        No = "no",
        /// The question does not arise.
        NotApplicable = "not-applicable",
        /// In part.
        Partial = "partial",
    }
}

words! {
    /// Whose use a network zone serves that is no tenant's.
    pub enum ZonePurpose {
        /// The provider's own administration.
        Administration = "administration",
        /// Services that several zones use.
        Shared = "shared",
        /// The organisation's own systems.
        Internal = "internal",
    }
}

words! {
    /// What a network flow does.
    pub enum FlowAction {
        /// It may pass.
        Allow = "allow",
        /// It must not.
        Deny = "deny",
    }
}

words! {
    /// What kind of place tenant data rests in.
    pub enum StoreType {
        /// A database.
        Database = "database",
        /// Objects or files.
        Objects = "objects",
        /// A search index.
        SearchIndex = "search-index",
        /// A cache.
        Cache = "cache",
        /// A queue or stream.
        Queue = "queue",
        /// Backups or snapshots.
        Backup = "backup",
        /// Logs.
        Log = "log",
        /// Analytics.
        Analytics = "analytics",
        /// Keys and secrets.
        Keys = "keys",
        /// Accounts of users.
        Accounts = "accounts",
        /// Whatever else.
        Other = "other",
    }
}

words! {
    /// How data was made to go away.
    pub enum RemovalMethod {
        /// Deleted by order; the store may still be able to bring it back.
        Deletion = "deletion",
        /// Overwritten.
        Overwrite = "overwrite",
        /// Its key was destroyed.
        CryptographicErasure = "cryptographic-erasure",
        /// The medium was destroyed.
        PhysicalDestruction = "physical-destruction",
        /// Its retention ran out.
        Expiry = "expiry",
    }
}
