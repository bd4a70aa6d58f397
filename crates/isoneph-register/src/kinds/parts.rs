//! Parts that several kinds share.

use isoneph_model::Digest;
use jiff::civil::Date;

record! {
    /// A document, in the version that is meant.
    pub struct Document {
        /// Its title.
        title: String,
    } optional {
        /// Its version, as written.
        version: Option<String>,
        /// The day of that version.
        dated: Option<Date>,
        /// Where it can be read.
        url: Option<String>,
        /// A path beside the register where a copy lies.
        path: Option<String>,
        /// The digest of the copy that was read.
        #[schemars(with = "Option<String>")]
        sha256: Option<Digest>,
        /// The clause, section or page that is meant.
        clause: Option<String>,
    }
}

record! {
    /// A link to evidence. The day that it speaks of is not the day that it was filed.
    pub struct EvidenceRef {
        /// What it is.
        title: String,
    } optional {
        /// A path beside the register.
        path: Option<String>,
        /// An address.
        url: Option<String>,
        /// The digest of its bytes.
        #[schemars(with = "Option<String>")]
        sha256: Option<Digest>,
        /// The place inside it: a page, a line, a cell.
        locator: Option<String>,
        /// The day that it speaks of, or the first one.
        from: Option<Date>,
        /// The last day that it speaks of.
        until: Option<Date>,
        /// The day that it was received.
        received: Option<Date>,
    }
}

record! {
    /// Somebody did something on a day.
    pub struct Act {
        /// Who.
        by: String,
        /// When.
        on: Date,
    } optional {
        /// In their own words.
        note: Option<String>,
    }
}

record! {
    /// Something went to somebody on a day.
    pub struct Sent {
        /// The party, or a word for all of them (`all customers`).
        to: String,
        /// When.
        on: Date,
    } optional {
        /// The version that went.
        version: Option<String>,
        /// How (mail, portal, status page).
        by: Option<String>,
        /// Proof that it went.
        evidence: Vec<EvidenceRef>,
    }
}

record! {
    /// A time that a party promises to keep.
    pub struct Promise {
        /// What is promised: `incident-notice`, `change-notice`, `restore`, `deletion` …
        topic: String,
        /// In how many hours at most.
        hours: u32,
    } optional {
        /// From when the clock runs: `detection`, `confirmation`, `request` …
        from: Option<String>,
        /// The clause that promises it.
        clause: Option<String>,
    }
}

record! {
    /// A test and what came of it.
    pub struct TestRecord {
        /// When.
        on: Date,
        /// Whether what was tried worked.
        passed: bool,
    } optional {
        /// How it was tried.
        how: Option<String>,
        /// Who tried.
        by: Option<String>,
        /// The record.
        evidence: Vec<EvidenceRef>,
    }
}
