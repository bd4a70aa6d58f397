//! Who carries which duties: one row of a shared-responsibility matrix, as one party sees it.

use isoneph_model::ControlId;
use jiff::civil::Date;

use crate::kinds::{BasisKind, Document, EvidenceRef, Holder, Kind, KindSpec, Promise, References, Sent};

record! {
    /// One area of duties in one service. Two parties that see it differently make two objects.
    pub struct Responsibility {
        /// The service.
        service: String,
        /// The area: `incident-response`, `patching-guest-os`, `key-management` … the same word on both sides.
        area: String,
        /// Who carries it.
        holder: Holder,
    } optional {
        /// The party whose view this is; absent for whoever keeps the register.
        stated_by: Option<String>,
        /// The customer that it holds for; absent for all of them.
        customer: Option<String>,
        /// The area in words.
        title: Option<String>,
        /// The controls that it is about.
        #[schemars(with = "Vec<String>")]
        controls: Vec<ControlId>,
        /// What the provider does.
        provider_duty: Option<String>,
        /// What the customer does, with where to read how.
        customer_duty: Option<String>,
        /// The other party that carries it, or a part of it.
        third_party: Option<ThirdParty>,
        /// The service below to which the provider hands its part on.
        handed_to: Option<String>,
        /// What this rests on.
        basis: Option<Basis>,
        /// Proof that the holder does it.
        evidence: Vec<EvidenceRef>,
        /// Times that the provider promises.
        promises: Vec<Promise>,
        /// What the provider says about incidents.
        incident: Option<IncidentFacts>,
        /// The version of the split that this row belongs to.
        version: Option<String>,
        /// The day of that version.
        dated: Option<Date>,
        /// Who agreed to it, in which version.
        agreed: Vec<Agreed>,
        /// When it went to whom.
        published: Vec<Sent>,
        /// Who is accountable inside the holder.
        owner: Option<String>,
        /// The day by which the holder is to have it in place.
        due: Option<Date>,
    }
}

record! {
    /// Another party that carries a part.
    pub struct ThirdParty {
        /// The party.
        party: String,
        /// What it does.
        duty: String,
    } optional {}
}

record! {
    /// What a row rests on.
    pub struct Basis {
        /// What sort of thing it is.
        kind: BasisKind,
    } optional {
        /// The agreement.
        agreement: Option<String>,
        /// The clause of the agreement, or the question of the questionnaire.
        clause: Option<String>,
        /// The document, or the questionnaire.
        document: Option<Document>,
    }
}

record! {
    /// A party agreed.
    pub struct Agreed {
        /// The party.
        party: String,
        /// The version that it agreed to.
        version: String,
        /// When.
        on: Date,
    } optional {
        /// Who agreed for it.
        by: Option<String>,
    }
}

record! {
    /// The six facts that a provider gives its customers about incidents (16.1.1).
    pub struct IncidentFacts {
    } optional {
        /// Which incidents are reported.
        reported: Option<String>,
        /// How openly detection and handling are disclosed.
        disclosure: Option<String>,
        /// In how many hours customers are told.
        notice_hours: Option<u32>,
        /// By which procedure they are told.
        procedure: Option<String>,
        /// Whom to reach.
        contact: Option<String>,
        /// What is offered in remedy.
        remedies: Option<String>,
    }
}

impl KindSpec for Responsibility {
    const KIND: Kind = Kind::Responsibility;

    fn references(&self, to: &mut References) {
        to.object("service", Kind::CloudService, &self.service);
        to.object("stated-by", Kind::Party, &self.stated_by);
        to.object("customer", Kind::Party, &self.customer);
        to.controls("controls", &self.controls);
        to.object("third-party/party", Kind::Party, self.third_party.as_ref().map(|third| &third.party));
        to.object("handed-to", Kind::CloudService, &self.handed_to);
        to.object("basis/agreement", Kind::Agreement, self.basis.as_ref().and_then(|basis| basis.agreement.as_ref()));
        for (i, agreed) in self.agreed.iter().enumerate() {
            to.object(&format!("agreed/{i}/party"), Kind::Party, &agreed.party);
        }
        to.object("incident/contact", Kind::Contact, self.incident.as_ref().and_then(|facts| facts.contact.as_ref()));
    }
}
