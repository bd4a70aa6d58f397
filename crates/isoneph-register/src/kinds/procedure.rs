//! Procedures and policies.

use isoneph_model::ControlId;
use jiff::civil::Date;

use crate::kinds::{Act, Document, EvidenceRef, Kind, KindSpec, References, TestRecord};

record! {
    /// A procedure or policy that is written down.
    pub struct Procedure {
        /// What it is called.
        title: String,
    } optional {
        /// The party whose it is; absent for whoever keeps the register.
        party: Option<String>,
        /// The services that it covers; absent for all.
        services: Vec<String>,
        /// The controls that it serves.
        #[schemars(with = "Vec<String>")]
        controls: Vec<ControlId>,
        /// The topics that it settles, in the words that checks ask for (`cloud-use`, `tenant-isolation`, `exit` …).
        covers: Vec<String>,
        /// Where it stands.
        document: Option<Document>,
        /// Who is accountable.
        owner: Option<String>,
        /// Who approved it.
        approved: Option<Act>,
        /// When it was last reviewed.
        reviewed: Option<Date>,
        /// When it is to be reviewed next.
        next_review: Option<Date>,
        /// For whom it can be read.
        audience: Option<crate::kinds::Audience>,
        /// The critical operations that it governs (CLD.12.1.5).
        critical_operations: Vec<CriticalOperation>,
        /// When it was tried out.
        exercised: Vec<TestRecord>,
        /// Proof.
        evidence: Vec<EvidenceRef>,
    }
}

record! {
    /// An operation whose failure could not be undone.
    pub struct CriticalOperation {
        /// What it is.
        operation: String,
    } optional {
        /// The calls that it is made of, as the log names them (`kms:ScheduleKeyDeletion`); `*` stands for any text.
        calls: Vec<String>,
        /// Who supervises it.
        supervisor: Option<String>,
        /// The services that it is of, where not all.
        services: Vec<String>,
    }
}

impl KindSpec for Procedure {
    const KIND: Kind = Kind::Procedure;

    fn references(&self, to: &mut References) {
        to.object("party", Kind::Party, &self.party);
        to.objects("services", Kind::CloudService, &self.services);
        to.controls("controls", &self.controls);
        for (i, operation) in self.critical_operations.iter().enumerate() {
            to.objects(&format!("critical-operations/{i}/services"), Kind::CloudService, &operation.services);
        }
    }
}
