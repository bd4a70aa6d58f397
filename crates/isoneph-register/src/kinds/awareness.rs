//! Training and awareness.

use isoneph_model::ControlId;
use jiff::civil::Date;

use crate::kinds::{EvidenceRef, Kind, KindSpec, References};

record! {
    /// Training that was held for a group.
    pub struct Awareness {
        /// What it is called.
        title: String,
        /// The group: `users`, `administrators`, `managers`, `integrators`, `contractors`, `tenant-data-access` …
        group: String,
    } optional {
        /// The party whose people they are; absent for whoever keeps the register.
        party: Option<String>,
        /// The services that it is about; absent for all.
        services: Vec<String>,
        /// The topics it covers.
        topics: Vec<String>,
        /// The controls.
        #[schemars(with = "Vec<String>")]
        controls: Vec<ControlId>,
        /// The day of the last completion that is counted.
        held: Option<Date>,
        /// How many are in the group.
        expected: Option<u32>,
        /// How many of them completed it.
        completed: Option<u32>,
        /// In how many days it has to be repeated.
        repeat_days: Option<u32>,
        /// Proof.
        evidence: Vec<EvidenceRef>,
        /// Who is accountable.
        owner: Option<String>,
    }
}

impl KindSpec for Awareness {
    const KIND: Kind = Kind::Awareness;

    fn references(&self, to: &mut References) {
        to.object("party", Kind::Party, &self.party);
        to.objects("services", Kind::CloudService, &self.services);
        to.controls("controls", &self.controls);
    }

    fn contradictions(&self) -> Vec<(String, String)> {
        match (self.completed, self.expected) {
            (Some(completed), Some(expected)) if completed > expected => {
                vec![("completed".to_owned(), format!("{completed} completed it, but the group has {expected}"))]
            }
            _ => Vec::new(),
        }
    }
}
