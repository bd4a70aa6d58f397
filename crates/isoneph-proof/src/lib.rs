//! Verifies certificates of separation on the network layer. Shares no code with the engine that writes them.
//!
//! A certificate claims, for pairs of zones, that no packet of the first reaches the second but for named exceptions. It
//! holds the policies on every path, what each path may carry, and boxes. [`verify`] checks by hand that
//!
//! * the boxes are disjoint and cover exactly the packets spoken of,
//! * each box bears the one reason that is true of it: an exception that holds it, or for each path either that the
//!   path carries nothing of it, or the first policy on the path that does not permit it, which denies all of it.
//!
//! So a certificate of which a box is removed, widened or relabelled fails, even when its digest is made anew. What is
//! taken on trust is that policies and paths are the network's, and all there are: the digest of the model they come from
//! names who says so, and whoever has the network asks it.

mod cover;
mod form;
mod geometry;

use std::collections::BTreeSet;

use serde_json::Value;
use sha2::{Digest, Sha256};

use cover::Budget;
use form::{Certificate, Claim, Policy, Why};
use geometry::Cuboid;

/// The largest certificate read, in bytes.
pub const MAX_BYTES: usize = 1 << 30;

/// What a valid certificate proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The digest of the model whose paths it speaks of.
    pub model_sha256: String,
    /// The digest of the certificate.
    pub sha256: String,
    /// What is apart, in the order of the certificate.
    pub apart: Vec<Apart>,
    /// Boxes checked.
    pub boxes: usize,
}

/// Nothing passes from one zone to another, between the parts of them that are named, but for the exceptions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Apart {
    /// The zone that packets would come from.
    pub from: String,
    /// The zone that they do not reach.
    pub to: String,
    /// Which parts of the two zones are spoken of.
    pub part: String,
    /// The names of the exceptions.
    pub exceptions: Vec<String>,
}

/// Why a certificate is not valid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// Not a certificate, or of another version.
    #[error("not a certificate of separation: {0}")]
    Malformed(String),
    /// Its content is not what was signed off by its digest.
    #[error("the digest of the content is {actual}, the certificate says {stated}")]
    Digest {
        /// What the certificate says.
        stated: String,
        /// What it is.
        actual: String,
    },
    /// Two claims speak of the same parts of the same pair.
    #[error("two claims speak of {from} and {to}")]
    Repeated {
        /// From.
        from: String,
        /// To.
        to: String,
    },
    /// The boxes do not cover the packets exactly once.
    #[error("claim {from} to {to}: the boxes do not cover all packets exactly once, for example {place}")]
    Cover {
        /// From.
        from: String,
        /// To.
        to: String,
        /// A place that none or several boxes cover.
        place: String,
    },
    /// A box bears a reason that is not true of it.
    #[error("claim {from} to {to}, box {index}: {reason}")]
    Reason {
        /// From.
        from: String,
        /// To.
        to: String,
        /// The box, from 0.
        index: usize,
        /// What is wrong.
        reason: String,
    },
    /// Checking would need more steps than are allowed.
    #[error("checking the certificate needs more steps than are allowed: not verified")]
    TooComplex,
}

/// Checks a certificate.
pub fn verify(text: &str) -> Result<Verified, ProofError> {
    if text.len() > MAX_BYTES {
        return Err(ProofError::Malformed(format!("{} bytes, more than {MAX_BYTES}", text.len())));
    }
    let value: Value = serde_json::from_str(text).map_err(|error| ProofError::Malformed(error.to_string()))?;
    let actual = digest(&value);
    let certificate: Certificate =
        serde_json::from_value(value).map_err(|error| ProofError::Malformed(error.to_string()))?;
    if certificate.schema != form::SCHEMA || certificate.layer != "network" {
        return Err(ProofError::Malformed(format!("schema {}, layer {}", certificate.schema, certificate.layer)));
    }
    if certificate.sha256 != actual {
        return Err(ProofError::Digest { stated: certificate.sha256, actual });
    }
    if certificate.claims.is_empty() {
        return Err(ProofError::Malformed("it claims nothing".to_owned()));
    }
    let policies = certificate.policies.iter().map(Stage::read).collect::<Result<Vec<_>, _>>()?;
    let mut budget = Budget::new();
    let mut pairs = BTreeSet::new();
    let mut apart = Vec::new();
    let mut boxes = 0;
    for claim in &certificate.claims {
        if !pairs.insert((claim.from.as_str(), claim.to.as_str(), claim.part.as_str())) {
            return Err(ProofError::Repeated { from: claim.from.clone(), to: claim.to.clone() });
        }
        check_claim(claim, &policies, &mut budget)?;
        boxes += claim.boxes.len();
        let exceptions = claim.exceptions.iter().map(|(name, _)| name.clone()).collect();
        let (from, to, part) = (claim.from.clone(), claim.to.clone(), claim.part.clone());
        apart.push(Apart { from, to, part, exceptions });
    }
    Ok(Verified { model_sha256: certificate.model_sha256, sha256: certificate.sha256, apart, boxes })
}

/// A policy in numbers.
struct Stage {
    rules: Vec<(bool, Vec<Cuboid>)>,
    permits_rest: bool,
}

impl Stage {
    fn read(policy: &Policy) -> Result<Self, ProofError> {
        let mut rules = Vec::with_capacity(policy.rules.len());
        for rule in &policy.rules {
            rules.push((rule.action.permits(), cuboids(&rule.boxes)?));
        }
        Ok(Self { rules, permits_rest: policy.default.permits() })
    }

    /// Whether all of the box gets this decision, rule by rule.
    fn decides_all(&self, one: &Cuboid, permits: bool, budget: &mut Budget) -> Result<bool, ProofError> {
        let mut left = vec![*one];
        for (rule_permits, boxes) in &self.rules {
            for rule_box in boxes {
                if *rule_permits == permits {
                    left = left.iter().flat_map(|part| part.minus(rule_box)).collect();
                } else if left.iter().any(|part| part.meets(rule_box)) {
                    return Ok(false);
                }
                budget.spend(left.len() as u64 + 1)?;
            }
            if left.is_empty() {
                return Ok(true);
            }
        }
        Ok(self.permits_rest == permits)
    }
}

fn cuboids(boxes: &[form::Box]) -> Result<Vec<Cuboid>, ProofError> {
    boxes.iter().map(|one| Cuboid::read(one).map_err(ProofError::Malformed)).collect()
}

fn check_claim(claim: &Claim, policies: &[Stage], budget: &mut Budget) -> Result<(), ProofError> {
    let universe = cuboids(&claim.universe)?;
    let boxes = claim
        .boxes
        .iter()
        .map(|(one, _)| Cuboid::read(one).map_err(ProofError::Malformed))
        .collect::<Result<Vec<_>, _>>()?;
    if let Some(place) = cover::first_fault(&universe, &boxes, budget)? {
        return Err(ProofError::Cover { from: claim.from.clone(), to: claim.to.clone(), place });
    }
    let mut exceptions = Vec::new();
    for (_, matches) in &claim.exceptions {
        exceptions.push(cuboids(matches)?);
    }
    let mut carries = Vec::new();
    for path in &claim.paths {
        carries.push(cuboids(&path.carries)?);
    }
    for (index, (one, (_, why))) in boxes.iter().zip(&claim.boxes).enumerate() {
        let fault =
            |reason: String| ProofError::Reason { from: claim.from.clone(), to: claim.to.clone(), index, reason };
        let inside = match why {
            Why::Exception(number) => *number,
            Why::Blocked(_) => exceptions.len(),
        };
        if inside > exceptions.len() || (inside == exceptions.len() && matches!(why, Why::Exception(_))) {
            return Err(fault(format!("names exception {inside}, and there is none")));
        }
        if exceptions[..inside].iter().flatten().any(|exception| exception.meets(one)) {
            return Err(fault("belongs to an exception it does not name".to_owned()));
        }
        match why {
            Why::Exception(number) => {
                if !cover::holds(&exceptions[*number], one, budget)? {
                    return Err(fault(format!("is not within exception {number}")));
                }
            }
            Why::Blocked(reasons) => {
                check_paths(one, reasons, claim, &carries, policies, budget)?
                    .map_or(Ok(()), |reason| Err(fault(reason)))?;
            }
        }
    }
    Ok(())
}

/// What is wrong with the reasons of a box, if anything is.
fn check_paths(
    one: &Cuboid,
    reasons: &[Option<usize>],
    claim: &Claim,
    carries: &[Vec<Cuboid>],
    policies: &[Stage],
    budget: &mut Budget,
) -> Result<Option<String>, ProofError> {
    if reasons.len() != claim.paths.len() {
        return Ok(Some(format!("gives {} reasons for {} paths", reasons.len(), claim.paths.len())));
    }
    for ((reason, path), carried) in reasons.iter().zip(&claim.paths).zip(carries) {
        let Some(place) = reason else {
            if carried.iter().any(|part| part.meets(one)) {
                return Ok(Some(format!("path {} carries some of it", path.name)));
            }
            continue;
        };
        if !cover::holds(carried, one, budget)? {
            return Ok(Some(format!("path {} does not carry all of it", path.name)));
        }
        let stages = path.stages.get(..=*place).unwrap_or_default();
        if stages.is_empty() {
            return Ok(Some(format!("path {} has no place {place}", path.name)));
        }
        for (at, stage) in stages.iter().enumerate() {
            let Some(policy) = policies.get(*stage) else {
                return Ok(Some(format!("path {} names policy {stage}, and there is none", path.name)));
            };
            let permits = at != *place;
            if !policy.decides_all(one, permits, budget)? {
                let word = if permits { "permit" } else { "deny" };
                return Ok(Some(format!("policy {stage} on path {} does not {word} all of it", path.name)));
            }
        }
    }
    Ok(None)
}

/// The digest of everything but the digest: SHA-256 of the compact JSON of an array of the fields, keys sorted.
fn digest(value: &Value) -> String {
    let part = |key: &str| value.get(key).cloned().unwrap_or(Value::Null);
    let body = ["schema", "layer", "model_sha256", "policies", "claims"].map(part);
    let mut text = String::new();
    sorted(&Value::from(body.to_vec()), &mut text);
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn sorted(value: &Value, text: &mut String) {
    match value {
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                text.push_str(if index > 0 { "," } else { "" });
                sorted(item, text);
            }
            text.push(']');
        }
        Value::Object(fields) => {
            let mut keys: Vec<&String> = fields.keys().collect();
            keys.sort();
            text.push('{');
            for (index, key) in keys.into_iter().enumerate() {
                text.push_str(if index > 0 { "," } else { "" });
                text.push_str(&Value::from(key.as_str()).to_string());
                text.push(':');
                sorted(&fields[key], text);
            }
            text.push('}');
        }
        plain => text.push_str(&plain.to_string()),
    }
}
