//! Changes.

use jiff::Timestamp;

use crate::kinds::{Act, EvidenceRef, Kind, KindSpec, References, Sent};

record! {
    /// A change, with who approved it and when it may be carried out.
    pub struct Change {
        /// What it is.
        title: String,
    } optional {
        /// The services that it touches.
        services: Vec<String>,
        /// The accounts that it touches.
        accounts: Vec<String>,
        /// The ticket, merge request or commit by which it is known.
        reference: Option<String>,
        /// The commit that carries it.
        commit: Option<String>,
        /// Who asked for it.
        requested: Option<Act>,
        /// Who approved it.
        approved: Vec<Act>,
        /// Who may carry it out, as the log names them; `*` stands for any text.
        actors: Vec<String>,
        /// The calls that it may make, as the log names them; `*` stands for any text.
        calls: Vec<String>,
        /// The instant from which it may be carried out.
        #[schemars(with = "Option<String>")]
        from: Option<Timestamp>,
        /// The instant until which it may be.
        #[schemars(with = "Option<String>")]
        until: Option<Timestamp>,
        /// The procedure that it follows.
        procedure: Option<String>,
        /// Whether it may hurt customers, so that they are told.
        affects_customers: Option<bool>,
        /// When customers were told.
        announced: Vec<Sent>,
        /// What came of it.
        outcome: Option<String>,
        /// Proof.
        evidence: Vec<EvidenceRef>,
    }
}

impl KindSpec for Change {
    const KIND: Kind = Kind::Change;

    fn references(&self, to: &mut References) {
        to.objects("services", Kind::CloudService, &self.services);
        to.object("procedure", Kind::Procedure, &self.procedure);
    }

    fn contradictions(&self) -> Vec<(String, String)> {
        let mut found = Vec::new();
        if let (Some(from), Some(until)) = (self.from, self.until)
            && until < from
        {
            found.push(("until".to_owned(), format!("it ends ({until}) before it begins ({from})")));
        }
        found
    }
}
