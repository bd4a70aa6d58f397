//! Writes certificates: what a proof of separation claims, in a form that another program can check by hand.
//!
//! A certificate holds the policies (as they may permit: uncertain permits count, uncertain denials do not), the paths
//! between two zones, what each path may carry, and disjoint boxes that cover all packets between the zones. Each box
//! says, for each path, either that the path does not carry it or which policy on the path denies it whole. The crate
//! `isoneph-proof` verifies all that and shares no code with this one.
//!
//! What a certificate does not prove by itself: that policies and paths are those of the network, and that they are all there
//! are. That is the model's word; [`Statement`] is what it says now, to compare with what a certificate says.

mod cut;
mod form;

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use crate::digest::sha256;
use crate::idd::{Budget, Exhausted};
use crate::packet::{Match, Packet, PacketSpace};
use crate::policy::{Policy, Reading, compose_into};

pub use form::{
    Certificate, CertificateBox, CertificateClaim, CertificatePath, CertificatePolicy, CertificateRule, Why,
};

/// One path between two zones.
#[derive(Debug, Clone)]
pub struct PathInput {
    /// Its name: the hops.
    pub name: String,
    /// What it may carry at most.
    pub carries: Vec<Match>,
    /// The policies packets pass on it, by index in the list given to [`certify`].
    pub stages: Vec<usize>,
}

/// One claim: no packet of `universe` may pass, but for the exceptions.
#[derive(Debug, Clone)]
pub struct ClaimInput {
    /// The zone packets come from.
    pub from: String,
    /// The zone they must not reach.
    pub to: String,
    /// Which parts of the two zones the claim speaks of; no two claims of a certificate speak of the same.
    pub part: String,
    /// The packets from one zone to the other.
    pub universe: Vec<Match>,
    /// Packets that are meant to pass, by the name of the intended flow.
    pub exceptions: Vec<(String, Vec<Match>)>,
    /// All paths between the zones.
    pub paths: Vec<PathInput>,
}

/// Why no certificate can be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertifyError {
    /// The claim is false: this packet may pass.
    #[error("{from} may reach {to}: {witness}")]
    NotApart {
        /// The zone the packet comes from.
        from: String,
        /// The zone it reaches.
        to: String,
        /// The packet.
        witness: Packet,
        /// The path, by name.
        path: String,
    },
    /// The budget ran out.
    #[error(transparent)]
    Exhausted(#[from] Exhausted),
    /// More claims than a certificate holds.
    #[error("a certificate of all that is apart would hold more than {0} claims; give fewer or larger zones")]
    TooMany(usize),
    /// A path names a policy that is not given.
    #[error("path {path} names policy {stage}, which is not given")]
    UnknownPolicy {
        /// The path.
        path: String,
        /// The index.
        stage: usize,
    },
}

/// Certificates may hold this many boxes.
pub const MAX_BOXES: u64 = 1 << 20;

/// Writes the certificate of some claims over a model with this digest, or says why there is none.
pub fn certify(
    model_sha256: &str,
    policies: &[&Policy],
    claims: &[ClaimInput],
    budget: Budget,
) -> Result<Certificate, CertifyError> {
    let mut space = PacketSpace::new(budget);
    let mut permits = Vec::with_capacity(policies.len());
    for policy in policies {
        permits.push(compose_into(&mut space, policy, Reading::May)?);
    }
    let mut written = Vec::with_capacity(claims.len());
    let mut left = MAX_BOXES;
    for claim in claims {
        let one = cut::claim(&mut space, &permits, claim, left)?;
        left = left.saturating_sub(one.boxes.len() as u64);
        written.push(one);
    }
    let mut certificate = Certificate {
        schema: form::SCHEMA.to_owned(),
        layer: "network".to_owned(),
        model_sha256: model_sha256.to_owned(),
        policies: policies.iter().map(|policy| form::policy(policy)).collect(),
        claims: written,
        sha256: String::new(),
    };
    certificate.sha256 = digest(&certificate);
    Ok(certificate)
}

/// What a certificate says, without the boxes that prove it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Statement {
    /// The policies on the paths.
    pub policies: Vec<CertificatePolicy>,
    /// The claims, with no boxes.
    pub claims: Vec<CertificateClaim>,
}

/// What the certificate of some claims says.
pub fn state(policies: &[&Policy], claims: &[ClaimInput], budget: Budget) -> Result<Statement, Exhausted> {
    let mut space = PacketSpace::new(budget);
    let claims = claims.iter().map(|claim| cut::stated(&mut space, claim, MAX_BOXES)).collect::<Result<_, _>>()?;
    Ok(Statement { policies: policies.iter().map(|policy| form::policy(policy)).collect(), claims })
}

/// The digest of everything but the digest: SHA-256 of the compact JSON of an array of the fields, keys sorted.
fn digest(certificate: &Certificate) -> String {
    let body = json!([
        certificate.schema,
        certificate.layer,
        certificate.model_sha256,
        certificate.policies,
        certificate.claims
    ]);
    let mut text = String::new();
    write_sorted(&body, &mut text);
    sha256(text.as_bytes())
}

/// Writes compact JSON with the keys of objects sorted, whatever order they are kept in.
fn write_sorted(value: &Value, text: &mut String) {
    match value {
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write_sorted(item, text);
            }
            text.push(']');
        }
        Value::Object(fields) => {
            let sorted: BTreeMap<&String, &Value> = fields.iter().collect();
            text.push('{');
            for (index, (key, item)) in sorted.into_iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                text.push_str(&Value::from(key.as_str()).to_string());
                text.push(':');
                write_sorted(item, text);
            }
            text.push('}');
        }
        plain => text.push_str(&plain.to_string()),
    }
}
