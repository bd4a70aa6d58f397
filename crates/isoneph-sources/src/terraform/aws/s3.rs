//! Buckets of S3, with the settings that older versions of the provider write into the bucket itself.

use isoneph_model::GapCode;
use isoneph_tables::Cell;
use isoneph_tables::schema::{Bucket, ResourcePolicy};

use super::kms::{KEY_TYPES, key_manager};
use crate::terraform::attr::Attr;
use crate::terraform::block::Block;
use crate::terraform::estate::tag;
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::policy;
use crate::terraform::references::Reference;
use crate::terraform::resource::Resource;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] =
    &[Mapping::new("aws_s3_bucket", bucket, &[table::<Bucket>, table::<ResourcePolicy>])];

/// What an attribute that names a bucket may point at.
pub(crate) const BUCKET_TYPES: &[&str] = &["aws_s3_bucket"];

/// How a bucket encrypts.
#[derive(Debug, Clone)]
pub(super) struct Encryption {
    pub(super) cipher: Cell<String>,
    pub(super) encrypted: Cell<bool>,
    pub(super) key: Cell<String>,
    pub(super) key_manager: Cell<String>,
}

fn bucket(resource: &Resource, stage: &mut Stage) {
    let policy = resource.unset_if_computed("policy", resource.text("policy"));
    let encryption = inline_encryption(resource);
    let (versioning, mfa_delete) = inline_versioning(resource);
    let (access_log, log_target) = inline_logging(resource);
    let (retention_lock, retention_locked) = inline_lock(resource);
    let row = Bucket {
        cipher: encryption.cipher,
        encrypted: encryption.encrypted,
        key: encryption.key,
        key_manager: encryption.key_manager,
        holds_customer_data: holds_customer_data(resource),
        public_access_blocked: resource.default("aws.s3.public_access_block"),
        own_public_access_block: false.into(),
        public_acl: inline_public_acl(resource),
        public_policy: policy::is_public(&policy),
        uniform_access: resource.default("aws.s3.uniform_access"),
        tls_required: policy::requires_tls(&policy),
        tls_min: tls_min(&policy),
        versioning,
        mfa_delete,
        recovery_days: 0.into(),
        access_log,
        log_target,
        retention_lock,
        retention_locked,
        has_expiry_rule: has_expiry(&inline_blocks(resource, "lifecycle_rule"), "enabled"),
        replicated_to: inline_replication(resource),
        force_destroy: resource.bool("force_destroy").or(false),
        network_restricted: network_restricted(&policy),
        holds_records: tag(&resource.common.tags, &["holds-records", "record-class", "records"])
            .map(|value| !matches!(value.to_lowercase().as_str(), "" | "false" | "no" | "none" | "0")),
    };
    stage.add(resource, row);
    if resource.is_configured("policy") != Some(false) || policy.known().is_some() {
        policy::add_statements(resource, stage, "policy", resource.uid().into());
    }
}

/// Blocks that the provider computes when nobody sets them.
fn inline_blocks<'r>(resource: &'r Resource, name: &str) -> Attr<Vec<Block<'r>>> {
    resource.unset_if_computed(name, resource.blocks(name))
}

fn inline_encryption(resource: &Resource) -> Encryption {
    match inline_blocks(resource, "server_side_encryption_configuration") {
        Attr::Known(blocks) if !blocks.is_empty() => encryption(
            resource,
            "server_side_encryption_configuration.0.rule.0.apply_server_side_encryption_by_default",
        ),
        Attr::Known(_) | Attr::Unset => default_encryption(resource),
        Attr::Unknown(code) => Encryption {
            cipher: Cell::Gap(code),
            encrypted: Cell::Gap(code),
            key: Cell::Gap(code),
            key_manager: Cell::Gap(code),
        },
    }
}

fn default_encryption(resource: &Resource) -> Encryption {
    Encryption {
        cipher: resource.default("aws.s3.cipher"),
        encrypted: resource.default("aws.s3.encrypted"),
        key: "".into(),
        key_manager: resource.default("aws.s3.key_manager"),
    }
}

/// What the block that chooses the default encryption says.
pub(super) fn encryption(resource: &Resource, path: &str) -> Encryption {
    let cipher = resource.text(&format!("{path}.sse_algorithm"));
    let key = resource.reference(&format!("{path}.kms_master_key_id"), KEY_TYPES);
    let with_kms = cipher.clone().map(|cipher| cipher.starts_with("aws:kms"));
    let (key, manager) = match with_kms {
        // Without a key of one's own, KMS takes the one that AWS keeps for S3.
        Attr::Known(true) => (key.cell(), key_manager(&computed_key(resource, path, key), "provider".into())),
        Attr::Known(false) => ("".into(), "provider".into()),
        Attr::Unset => return default_encryption(resource),
        Attr::Unknown(code) => (Cell::Gap(code), Cell::Gap(code)),
    };
    Encryption { encrypted: cipher.clone().map(|_| true).cell(), cipher: cipher.cell(), key, key_manager: manager }
}

/// A key that nobody names, though the plan has it as unknown, is no key.
fn computed_key(resource: &Resource, path: &str, key: Reference) -> Reference {
    let plain: Vec<&str> = path.split('.').filter(|segment| segment.parse::<usize>().is_err()).collect();
    let name = format!("{}.kms_master_key_id", plain.join("."));
    let is_written = resource.is_configured(&plain.join(".")) == Some(true);
    match key {
        Reference::Unresolved(_) if is_written && resource.is_configured(&name) == Some(false) => Reference::Unset,
        key => key,
    }
}

fn inline_versioning(resource: &Resource) -> (Cell<bool>, Cell<bool>) {
    match inline_blocks(resource, "versioning") {
        Attr::Known(blocks) => match blocks.first() {
            Some(block) => (block.bool("enabled").or(false), block.bool("mfa_delete").or(false)),
            None => (false.into(), false.into()),
        },
        Attr::Unset => (false.into(), false.into()),
        Attr::Unknown(code) => (Cell::Gap(code), Cell::Gap(code)),
    }
}

fn inline_logging(resource: &Resource) -> (Cell<bool>, Cell<String>) {
    match inline_blocks(resource, "logging") {
        Attr::Known(blocks) if !blocks.is_empty() => {
            // An old provider takes an empty target for "none".
            let target = resource.reference("logging.0.target_bucket", BUCKET_TYPES);
            let is_set = match &target {
                Reference::Unset => false,
                Reference::Uid(_) | Reference::Literal(_) | Reference::Unresolved(_) => true,
            };
            (is_set.into(), target.cell())
        }
        Attr::Known(_) | Attr::Unset => (false.into(), "".into()),
        Attr::Unknown(code) => (Cell::Gap(code), Cell::Gap(code)),
    }
}

fn inline_lock(resource: &Resource) -> (Cell<bool>, Cell<bool>) {
    match inline_blocks(resource, "object_lock_configuration") {
        Attr::Known(blocks) => match blocks.first() {
            Some(block) => retention(block),
            None => (false.into(), false.into()),
        },
        Attr::Unset => (false.into(), false.into()),
        Attr::Unknown(code) => (Cell::Gap(code), Cell::Gap(code)),
    }
}

/// The default retention of an object lock: whether there is one, and whether nobody can shorten it.
pub(super) fn retention(block: &Block<'_>) -> (Cell<bool>, Cell<bool>) {
    let mode = block.text("rule.default_retention.mode");
    (mode.clone().map(|_| true).or(false), mode.map(|mode| mode == "COMPLIANCE").or(false))
}

/// Whether an enabled rule lets current objects expire.
pub(super) fn has_expiry(rules: &Attr<Vec<Block<'_>>>, enabled: &str) -> Cell<bool> {
    let rules = match rules {
        Attr::Known(rules) => rules,
        Attr::Unset => return false.into(),
        Attr::Unknown(code) => return Cell::Gap(*code),
    };
    rules.iter().fold(false.into(), |any: Cell<bool>, rule| {
        let on = match enabled {
            "status" => rule.text("status").map(|status| status == "Enabled").or(false),
            name => rule.bool(name).or(false),
        };
        let days = rule.int("expiration.days").map(|days| days > 0).or(false);
        let date = rule.is_set("expiration.date").or(false);
        any.either(on.and(days.either(date)))
    })
}

fn inline_public_acl(resource: &Resource) -> Cell<bool> {
    let acl = resource.unset_if_computed("acl", resource.text("acl"));
    let by_acl = acl.map(|acl| is_public_acl(&acl)).or(false);
    let by_grant = match resource.blocks("grant") {
        Attr::Known(grants) => grants.iter().fold(false.into(), |any: Cell<bool>, grant| {
            any.either(grant.text("uri").map(|uri| is_public_group(&uri)).or(false))
        }),
        Attr::Unset => false.into(),
        // A new bucket has its ACL switched off, where the date proves that; else a generated grant might be there.
        Attr::Unknown(code) => match resource.default::<bool>("aws.s3.uniform_access") {
            Cell::Known(true) if resource.is_configured("grant") == Some(false) => false.into(),
            _ => Cell::Gap(code),
        },
    };
    by_acl.either(by_grant)
}

/// Whether a canned ACL lets everybody in, or everybody with an account of AWS.
pub(super) fn is_public_acl(acl: &str) -> bool {
    matches!(acl, "public-read" | "public-read-write" | "authenticated-read")
}

/// Whether the grantee is one of the groups that take in everybody.
pub(super) fn is_public_group(uri: &str) -> bool {
    uri.ends_with("/global/AllUsers") || uri.ends_with("/global/AuthenticatedUsers")
}

fn inline_replication(resource: &Resource) -> Cell<Vec<String>> {
    match inline_blocks(resource, "replication_configuration") {
        Attr::Known(blocks) => match blocks.first() {
            Some(block) => replicated_to(resource, &block.blocks("rules")),
            None => Vec::new().into(),
        },
        Attr::Unset => Vec::new().into(),
        Attr::Unknown(code) => Cell::Gap(code),
    }
}

/// The regions that the enabled rules copy to.
pub(super) fn replicated_to(resource: &Resource, rules: &Attr<Vec<Block<'_>>>) -> Cell<Vec<String>> {
    let rules = match rules {
        Attr::Known(rules) => rules,
        Attr::Unset => return Vec::new().into(),
        Attr::Unknown(code) => return Cell::Gap(*code),
    };
    let mut regions = Vec::new();
    for rule in rules {
        match rule.text("status") {
            Attr::Known(status) if status == "Enabled" => {}
            Attr::Known(_) | Attr::Unset => continue,
            Attr::Unknown(code) => return Cell::Gap(code),
        }
        let region = match resource.reference_in(rule, "destination.0.bucket", BUCKET_TYPES) {
            Reference::Uid(uid) => resource.region_of(&uid),
            Reference::Literal(_) | Reference::Unset => Cell::default(),
            Reference::Unresolved(code) => Cell::Gap(code),
        };
        match region {
            Cell::Known(region) => regions.push(region),
            Cell::Gap(code) => return Cell::Gap(code),
        }
    }
    regions.sort();
    regions.dedup();
    Cell::Known(regions)
}

/// Whether a policy keeps out whoever does not come from listed networks.
pub(super) fn network_restricted(policy: &Attr<String>) -> Cell<bool> {
    let statements = policy::statements(policy);
    statements.map(|statements| statements.iter().any(keeps_networks_out)).or(false)
}

fn keeps_networks_out(statement: &policy::Statement) -> bool {
    let everybody = statement.principals.iter().any(|principal| principal == "*");
    let by_network = |(operator, key, _): &(String, String, Vec<String>)| {
        let negated = operator.contains("Not");
        negated && matches!(key.as_str(), "aws:sourcevpce" | "aws:sourcevpc" | "aws:sourceip" | "aws:vpcsourceip")
    };
    !statement.allow && everybody && statement.conditions.iter().any(by_network)
}

/// The lowest version of TLS that a policy lets in; S3's own floor decides without one.
pub(super) fn tls_min(policy: &Attr<String>) -> Cell<String> {
    let lowest = |statements: Vec<policy::Statement>| {
        let conditions = statements.iter().filter(|s| !s.allow && s.requires_tls()).flat_map(|s| &s.conditions);
        let versions = conditions.filter(|(_, key, _)| key == "s3:tlsversion").filter_map(|(_, _, v)| v.first());
        versions.max().cloned().unwrap_or_default()
    };
    policy::statements(policy).map(lowest).or("")
}

fn holds_customer_data(resource: &Resource) -> Cell<bool> {
    let says = tag(&resource.common.tags, &["customer-data", "holds-customer-data"]);
    let owner = tag(&resource.common.tags, &["data-owner"]);
    let yes = says.map(|value| matches!(value.to_lowercase().as_str(), "true" | "yes" | "1"));
    yes.either(owner.map(|owner| owner.eq_ignore_ascii_case("customer")))
}

/// What makes the columns of a bucket's encryption unknown.
pub(super) fn forget_encryption(row: &mut Bucket, code: GapCode) {
    row.cipher = Cell::Gap(code);
    row.encrypted = Cell::Gap(code);
    row.key = Cell::Gap(code);
    row.key_manager = Cell::Gap(code);
}
