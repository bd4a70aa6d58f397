//! Contacts.

use isoneph_model::ControlId;
use jiff::civil::Date;

use crate::kinds::{ContactPurpose, Kind, KindSpec, References};

record! {
    /// Whom to reach for what.
    pub struct Contact {
        /// The party.
        party: String,
        /// What for.
        purpose: ContactPurpose,
    } optional {
        /// The function or person.
        title: Option<String>,
        /// The services that it is for; absent for all.
        services: Vec<String>,
        /// Address for mail.
        email: Option<String>,
        /// Telephone number.
        phone: Option<String>,
        /// Page.
        url: Option<String>,
        /// When somebody answers (`24x7`).
        hours: Option<String>,
        /// The country whose authority it is (ISO 3166-1, two letters).
        country: Option<String>,
        /// The controls that it serves.
        #[schemars(with = "Vec<String>")]
        controls: Vec<ControlId>,
        /// The day it was last tried.
        verified: Option<Date>,
        /// Whatever else.
        notes: Option<String>,
    }
}

impl KindSpec for Contact {
    const KIND: Kind = Kind::Contact;

    fn references(&self, to: &mut References) {
        to.object("party", Kind::Party, &self.party);
        to.objects("services", Kind::CloudService, &self.services);
        to.controls("controls", &self.controls);
    }
}
