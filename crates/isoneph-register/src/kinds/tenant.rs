//! Tenants.

use jiff::civil::Date;

use crate::kinds::{Kind, KindSpec, Lifecycle, References};

record! {
    /// A tenant of a service.
    pub struct Tenant {
        /// The service.
        service: String,
    } optional {
        /// What people call it.
        title: Option<String>,
        /// The customer whose tenant it is.
        party: Option<String>,
        /// The agreement that it is under.
        agreement: Option<String>,
        /// How it stands.
        status: Option<Lifecycle>,
        /// The first day.
        from: Option<Date>,
        /// The last day of its agreement, from which the exit terms count.
        ended: Option<Date>,
        /// How its things are marked: tags (`tenant=acme`), prefixes, accounts, schemas.
        marks: Vec<String>,
        /// Accounts, subscriptions or projects that are its own.
        accounts: Vec<String>,
    }
}

impl KindSpec for Tenant {
    const KIND: Kind = Kind::Tenant;

    fn references(&self, to: &mut References) {
        to.object("service", Kind::CloudService, &self.service);
        to.object("party", Kind::Party, &self.party);
        to.object("agreement", Kind::Agreement, &self.agreement);
    }

    fn contradictions(&self) -> Vec<(String, String)> {
        match (self.status, self.ended) {
            (Some(Lifecycle::Ended), None) => {
                vec![(
                    "status".to_owned(),
                    "it has ended: say when (`ended`), for the exit terms count from there".to_owned(),
                )]
            }
            _ => Vec::new(),
        }
    }
}
