//! Parties.

use crate::kinds::{Kind, KindSpec, PartyType, References};

record! {
    /// An organisation. Its roles are those that services give it: provider of the ones it provides, customer of the ones
    /// it uses.
    pub struct Party {
        /// What people call it.
        title: String,
    } optional {
        /// Its name in law: the one that contracts and certificates are held against.
        legal_name: Option<String>,
        /// Other names it goes by.
        aliases: Vec<String>,
        /// What it is.
        r#type: Option<PartyType>,
        /// The party that it is a part of.
        part_of: Option<String>,
        /// The country of its seat (ISO 3166-1, two letters).
        country: Option<String>,
        /// The countries in which it may keep customers' data (ISO 3166-1, two letters).
        data_countries: Vec<String>,
        /// Its page.
        url: Option<String>,
    }
}

impl KindSpec for Party {
    const KIND: Kind = Kind::Party;

    fn references(&self, to: &mut References) {
        to.object("part-of", Kind::Party, &self.part_of);
    }
}
