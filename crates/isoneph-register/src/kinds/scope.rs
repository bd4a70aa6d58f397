//! Scope: what the register and its answers are about.

use isoneph_model::Edition;
use jiff::civil::Date;

use crate::kinds::{Kind, KindSpec, References};

record! {
    /// What is in scope.
    pub struct Scope {
        /// What it is called, as on the certificate.
        title: String,
        /// The organisation whose assessment it is.
        organisation: String,
    } optional {
        /// The management system that it belongs to.
        isms: Option<String>,
        /// Other parties in scope.
        parties: Vec<String>,
        /// Services in scope, provided or used.
        services: Vec<String>,
        /// Accounts, subscriptions, projects in scope.
        accounts: Vec<ScopedAccount>,
        /// Regions in scope, in each provider's own spelling; absent for any.
        regions: Vec<String>,
        /// The period that records are to cover.
        period: Option<Span>,
        /// The edition of ISO/IEC 27017 that counts.
        #[schemars(with = "Option<String>")]
        edition: Option<Edition>,
        /// What is left out, and why.
        exclusions: Option<String>,
    }
}

record! {
    /// An account in scope.
    pub struct ScopedAccount {
        /// The provider's id of it.
        id: String,
    } optional {
        /// What people call it.
        title: Option<String>,
        /// The service that it is an account of.
        of: Option<String>,
        /// The service that runs in it.
        serves: Option<String>,
        /// Inputs that belong to it where they do not say so themselves: patterns on the path.
        inputs: Vec<String>,
    }
}

record! {
    /// A span of days, both included.
    pub struct Span {
        /// The first day.
        from: Date,
        /// The last day.
        until: Date,
    } optional {}
}

impl Span {
    /// The contradiction in it, if it ends before it begins.
    pub(crate) fn contradiction(&self, path: &str) -> Option<(String, String)> {
        let message = || format!("it ends ({}) before it begins ({})", self.until, self.from);
        (self.until < self.from).then(|| (format!("{path}/until"), message()))
    }
}

impl KindSpec for Scope {
    const KIND: Kind = Kind::Scope;

    fn references(&self, to: &mut References) {
        to.object("organisation", Kind::Party, &self.organisation);
        to.objects("parties", Kind::Party, &self.parties);
        to.objects("services", Kind::CloudService, &self.services);
        for (i, account) in self.accounts.iter().enumerate() {
            to.object(&format!("accounts/{i}/of"), Kind::CloudService, &account.of);
            to.object(&format!("accounts/{i}/serves"), Kind::CloudService, &account.serves);
        }
    }

    fn contradictions(&self) -> Vec<(String, String)> {
        self.period.iter().filter_map(|period| period.contradiction("period")).collect()
    }
}
