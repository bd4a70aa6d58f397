//! What objects of several kinds have.

use crate::cell::Instant;
use crate::table;

table! {
    /// A time that a provider promises to keep. One row a service.
    pub struct Promise = "promise" {
        /// `responsibility` or `agreement`.
        source: String, none "never: always set";
        /// The name of the object that promises it.
        source_name: String, none "never: always set";
        /// The customer that it is promised to; `''` for all.
        customer: String, none "''";
        /// What is promised.
        topic: String, none "never: always set";
        /// In how many hours at most.
        hours: i64, none "never: always set";
        /// From when the clock runs.
        clock_from: String, none "''";
        /// The clause that promises it.
        clause: String, none "''";
    }
}

table! {
    /// Something went to somebody on a day: a disclosure, a version of a split, an announcement.
    pub struct Delivery = "delivery" {
        /// The kind of the object that went.
        source: String, none "never: always set";
        /// The name of the object that went.
        source_name: String, none "never: always set";
        /// The party, or a word for all of them.
        recipient: String, none "never: always set";
        /// The day that it happened.
        sent_on: Instant, none "never: always set";
        /// The version that went.
        version: String, none "''";
        /// How it went.
        way: String, none "''";
        /// How many links to evidence it has.
        evidence: i64, none "0";
    }
}

table! {
    /// A test of a disclosure, capability or procedure.
    pub struct TestRecord = "test_record" {
        /// The kind of the object that was tried.
        source: String, none "never: always set";
        /// The name of the object that was tried.
        source_name: String, none "never: always set";
        /// The day that it happened.
        tested_on: Instant, none "never: always set";
        /// Whether what was tried worked.
        passed: bool, none "false";
        /// How it was tried.
        how: String, none "''";
        /// How many links to evidence it has.
        evidence: i64, none "0";
    }
}

table! {
    /// A link from an object to evidence. Not by service.
    pub struct EvidenceLink = "evidence_link" {
        /// The kind of the object.
        source: String, none "never: always set";
        /// The name of the object.
        source_name: String, none "never: always set";
        /// What it is.
        title: String, none "never: always set";
        /// Where it lies: a path beside the register, or an address.
        location: String, none "''";
        /// The digest of its bytes.
        sha256: String, none "''";
        /// Whether the first day that it speaks of is told.
        has_from: bool, none "false";
        /// The day that it speaks of, or the first one.
        from_day: Instant, none "has_from = false";
        /// Whether the last day that it speaks of is told.
        has_until: bool, none "false";
        /// The last day that it speaks of.
        until_day: Instant, none "has_until = false";
        /// Whether the day of receipt is told.
        has_received: bool, none "false";
        /// The day that it was received.
        received_on: Instant, none "has_received = false";
    }
}
