//! Assurance: certificates, reports, self-declarations.

use isoneph_model::ControlId;
use jiff::civil::Date;

use crate::kinds::{
    AssuranceStatus, AssuranceType, AssuredRole, Document, EvidenceRef, Kind, KindSpec, References, Span,
    SubserviceMethod, YesNoUnknown,
};

record! {
    /// What somebody certifies of a party.
    pub struct Assurance {
        /// What it is called.
        title: String,
        /// What sort it is.
        r#type: AssuranceType,
        /// The party that it is about.
        holder: String,
    } optional {
        /// The holder's name in law as it stands on it.
        holder_name: Option<String>,
        /// Its number.
        number: Option<String>,
        /// The standard: `ISO/IEC 27017`, `ISO/IEC 27001`, `SOC 2`, `ISAE 3402`, `C5` …
        standard: Option<String>,
        /// The standard's edition or year.
        edition: Option<String>,
        /// The base certificate that it extends and stands or falls with.
        base: Option<BaseCertificate>,
        /// The role it speaks to.
        role: Option<AssuredRole>,
        /// Its scope, as written.
        scope: Option<String>,
        /// The products in scope, as it names them, per environment.
        services_in_scope: Vec<CoveredService>,
        /// The services of the register that it is held for.
        services: Vec<String>,
        /// The regions in scope, where it names them for all products alike.
        regions: Vec<String>,
        /// The sites in scope.
        sites: Vec<String>,
        /// The controls that it speaks to, where it names them.
        #[schemars(with = "Vec<String>")]
        controls: Vec<ControlId>,
        /// The version of the statement of applicability it refers to.
        soa_version: Option<String>,
        /// The day of that version.
        soa_date: Option<Date>,
        /// The body that issued it.
        body: Option<String>,
        /// The body's accreditation for it.
        accreditation: Option<Accreditation>,
        /// When it was first issued.
        first_issued: Option<Date>,
        /// When this version was issued.
        issued: Option<Date>,
        /// The last day it holds.
        expires: Option<Date>,
        /// The last surveillance audit.
        last_surveillance: Option<Date>,
        /// How it stands. Absent: nobody has looked.
        status: Option<AssuranceStatus>,
        /// The day somebody looked how it stands.
        verified: Option<Date>,
        /// Where it can be verified.
        verify_url: Option<String>,
        /// The document.
        document: Option<Document>,
        /// The language of the document.
        language: Option<String>,
        /// What only a report has.
        report: Option<Report>,
        /// What it says, claim by claim, to be held against findings.
        claims: Vec<TypedClaim>,
        /// The version before it.
        supersedes: Option<String>,
        /// Proof.
        evidence: Vec<EvidenceRef>,
    }
}

record! {
    /// The certificate that an extension stands or falls with.
    pub struct BaseCertificate {
    } optional {
        /// The object of the register.
        assurance: Option<String>,
        /// Its number.
        number: Option<String>,
        /// Its standard.
        standard: Option<String>,
        /// Its edition.
        edition: Option<String>,
        /// The body that issued it.
        body: Option<String>,
        /// The last day it holds.
        expires: Option<Date>,
    }
}

record! {
    /// A product in scope.
    pub struct CoveredService {
        /// As the document names it.
        name: String,
    } optional {
        /// The environment (`Azure Government`); absent for the usual one.
        environment: Option<String>,
        /// The regions, in the provider's own spelling.
        regions: Vec<String>,
    }
}

record! {
    /// Whether the body is accredited for this.
    pub struct Accreditation {
        /// Whether it is.
        accredited: YesNoUnknown,
    } optional {
        /// Who accredits.
        by: Option<String>,
        /// The number of the accreditation.
        number: Option<String>,
        /// Whether the mark stands on the document.
        mark: Option<YesNoUnknown>,
    }
}

record! {
    /// What an attestation report says beyond a certificate.
    pub struct Report {
        /// The period it speaks of; a type 1 report speaks of its last day only.
        period: Span,
    } optional {
        /// Type 1 (design, a day) or 2 (operation, a period).
        r#type: Option<u8>,
        /// How many exceptions the auditor found. Absent: nobody has counted.
        exceptions: Option<u32>,
        /// The exceptions that matter, in words.
        exceptions_noted: Vec<String>,
        /// Whether the opinion is qualified.
        qualified: Option<bool>,
        /// How services below are treated.
        subservice_method: Option<SubserviceMethod>,
        /// The services below that are named.
        subservices: Vec<String>,
        /// The controls that user entities are to have.
        complementary_controls: Vec<ComplementaryControl>,
        /// The letter that bridges to today.
        bridge_letter: Option<BridgeLetter>,
    }
}

record! {
    /// A control that the report leaves to user entities.
    pub struct ComplementaryControl {
        /// Its id in the report.
        id: String,
        /// What the user entity is to do, in own words.
        duty: String,
    } optional {
        /// The controls of ISO/IEC 27017 or 27002 that it belongs to.
        #[schemars(with = "Vec<String>")]
        controls: Vec<ControlId>,
        /// The area of responsibilities that it belongs to.
        area: Option<String>,
    }
}

record! {
    /// A letter that says nothing has changed since the period's end.
    pub struct BridgeLetter {
        /// Its day.
        dated: Date,
        /// The last day it speaks of.
        until: Date,
    } optional {
        /// The document.
        document: Option<Document>,
    }
}

record! {
    /// One thing an assurance says, for a time.
    pub struct TypedClaim {
        /// What it is about: `hardening-baseline`, `isolation`, `administrator-logging`, `physical-network` …
        topic: String,
        /// What it says, in own words.
        claim: String,
    } optional {
        /// The controls.
        #[schemars(with = "Vec<String>")]
        controls: Vec<ControlId>,
        /// Which requirement of a cell it answers.
        requirement: Option<String>,
        /// The time it speaks of, where that is not the assurance's own.
        period: Option<Span>,
    }
}

impl Assurance {
    /// Whether a third party says it, in a document that can be found: only then is it more than the holder's own word.
    pub fn is_documented(&self) -> bool {
        let copy = |document: &Document| document.sha256.is_some() || document.url.is_some() || document.path.is_some();
        let found = self.document.as_ref().is_some_and(copy) || self.verify_url.is_some() || !self.evidence.is_empty();
        self.r#type != AssuranceType::SelfDeclaration && found
    }
}

impl KindSpec for Assurance {
    const KIND: Kind = Kind::Assurance;

    fn references(&self, to: &mut References) {
        to.object("holder", Kind::Party, &self.holder);
        to.objects("services", Kind::CloudService, &self.services);
        to.controls("controls", &self.controls);
        to.object("base/assurance", Kind::Assurance, self.base.as_ref().and_then(|base| base.assurance.as_ref()));
        to.object("supersedes", Kind::Assurance, &self.supersedes);
        for (i, claim) in self.claims.iter().enumerate() {
            to.controls(&format!("claims/{i}/controls"), &claim.controls);
        }
        for (i, control) in self.report.iter().flat_map(|report| report.complementary_controls.iter().enumerate()) {
            to.controls(&format!("report/complementary-controls/{i}/controls"), &control.controls);
        }
    }

    fn contradictions(&self) -> Vec<(String, String)> {
        let mut found: Vec<(String, String)> =
            self.report.iter().filter_map(|report| report.period.contradiction("report/period")).collect();
        if let (Some(issued), Some(expires)) = (self.issued, self.expires)
            && expires < issued
        {
            found.push(("expires".to_owned(), format!("it expires ({expires}) before it is issued ({issued})")));
        }
        if self.report.is_some() && self.r#type != AssuranceType::AttestationReport {
            found.push(("report".to_owned(), format!("only an attestation-report has one, this is: {}", self.r#type)));
        }
        if let Some(kind) = self.report.as_ref().and_then(|report| report.r#type)
            && !(1..=2).contains(&kind)
        {
            found.push(("report/type".to_owned(), format!("a report is of type 1 or 2, not {kind}")));
        }
        found
    }
}
