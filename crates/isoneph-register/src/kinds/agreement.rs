//! Agreements.

use isoneph_model::ControlId;
use jiff::civil::Date;

use crate::kinds::{Document, EvidenceRef, Holder, Kind, KindSpec, Promise, References};

record! {
    /// A contract between a provider and a customer.
    pub struct Agreement {
        /// What it is called.
        title: String,
        /// The party that provides.
        provider: String,
        /// The services that it is about.
        services: Vec<String>,
    } optional {
        /// The party that uses; absent for terms that hold for every customer.
        customer: Option<String>,
        /// The text, in the version that holds.
        document: Option<Document>,
        /// When it was signed or accepted.
        signed: Option<Date>,
        /// The first day it holds.
        from: Option<Date>,
        /// The last day it holds; absent while it runs on.
        until: Option<Date>,
        /// The law that governs it (ISO 3166-1, or in words).
        law: Vec<String>,
        /// What it says, topic by topic.
        terms: Vec<Term>,
        /// Times that the provider promises.
        promises: Vec<Promise>,
        /// What happens at its end.
        exit: Option<ExitTerms>,
        /// How many days ahead a new supplier below is announced.
        supplier_notice_days: Option<u32>,
        /// Whether the customer may audit, and how.
        audit_right: Option<String>,
        /// Proof.
        evidence: Vec<EvidenceRef>,
        /// Who is accountable for it.
        owner: Option<String>,
    }
}

record! {
    /// What an agreement says of one topic.
    pub struct Term {
        /// The topic: `malware`, `backup`, `cryptography`, `vulnerabilities`, `incidents`, `testing`, `audit`, `evidence`,
        /// `logs`, `exit`, `authentication`, `identity` …
        topic: String,
    } optional {
        /// The clause.
        clause: Option<String>,
        /// What it comes to.
        text: Option<String>,
        /// Which party it puts the duty on.
        holder: Option<Holder>,
        /// The controls.
        #[schemars(with = "Vec<String>")]
        controls: Vec<ControlId>,
        /// Whether the topic was looked for and the agreement leaves it open.
        open: Option<bool>,
        /// The measure the customer has of its own where it is open.
        own_measure: Option<String>,
    }
}

record! {
    /// What happens at the end (CLD.8.1.5).
    pub struct ExitTerms {
    } optional {
        /// The clause.
        clause: Option<String>,
        /// How assets are returned, and in which formats.
        return_formats: Vec<String>,
        /// In how many days after the end they are returned, or can be fetched.
        return_days: Option<u32>,
        /// In how many days after the end they are removed.
        removal_days: Option<u32>,
        /// In how many days after the end they are gone from backups too.
        backup_removal_days: Option<u32>,
        /// The assets that it covers.
        assets: Vec<String>,
        /// Whether removal is confirmed in writing.
        confirmation: Option<bool>,
        /// Help that is offered.
        assistance: Option<String>,
    }
}

impl KindSpec for Agreement {
    const KIND: Kind = Kind::Agreement;

    fn references(&self, to: &mut References) {
        to.object("provider", Kind::Party, &self.provider);
        to.object("customer", Kind::Party, &self.customer);
        to.objects("services", Kind::CloudService, &self.services);
        for (i, term) in self.terms.iter().enumerate() {
            to.controls(&format!("terms/{i}/controls"), &term.controls);
        }
    }

    fn contradictions(&self) -> Vec<(String, String)> {
        let mut found = Vec::new();
        if let (Some(from), Some(until)) = (self.from, self.until)
            && until < from
        {
            found.push(("until".to_owned(), format!("it ends ({until}) before it begins ({from})")));
        }
        if self.customer.as_ref() == Some(&self.provider) {
            found.push(("customer".to_owned(), "a party makes no agreement with itself".to_owned()));
        }
        found
    }
}
