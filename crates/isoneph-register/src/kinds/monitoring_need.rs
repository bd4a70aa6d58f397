//! What a customer has to be able to watch.

use isoneph_model::ControlId;

use crate::kinds::{Kind, KindSpec, References};

record! {
    /// A need to watch something in a service.
    pub struct MonitoringNeed {
        /// The service.
        service: String,
        /// What has to be seen: `sign-in`, `administration`, `data-access`, `attack-from-service`, `data-leakage` …
        topic: String,
    } optional {
        /// The party that needs it; absent for whoever keeps the register.
        party: Option<String>,
        /// What for.
        purpose: Option<String>,
        /// The controls.
        #[schemars(with = "Vec<String>")]
        controls: Vec<ControlId>,
        /// For how many days it has to be kept.
        retention_days: Option<u32>,
        /// How many minutes may pass before it shows.
        latency_minutes: Option<u32>,
        /// The capability that meets it.
        met_by: Option<String>,
        /// The measure where none does.
        own_measure: Option<String>,
        /// Who is accountable.
        owner: Option<String>,
    }
}

impl KindSpec for MonitoringNeed {
    const KIND: Kind = Kind::MonitoringNeed;

    fn references(&self, to: &mut References) {
        to.object("service", Kind::CloudService, &self.service);
        to.object("party", Kind::Party, &self.party);
        to.controls("controls", &self.controls);
        to.object("met-by", Kind::Capability, &self.met_by);
    }
}
