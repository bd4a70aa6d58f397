//! Settings of buckets that are resources of their own (since version 4 of the provider).

use isoneph_tables::Cell;
use isoneph_tables::schema::{Account, Bucket, Endpoint, ResourcePolicy};

use super::s3::{
    BUCKET_TYPES, encryption, forget_encryption, has_expiry, is_public_acl, is_public_group, network_restricted,
    replicated_to, retention, tls_min,
};
use crate::terraform::attr::Attr;
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::policy;
use crate::terraform::references::Reference;
use crate::terraform::resource::Resource;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] = &[
    Mapping::new("aws_s3_account_public_access_block", account_block, &[]).patching(&[table::<Bucket>]),
    Mapping::new("aws_s3_bucket_acl", acl, &[table::<ResourcePolicy>]).patching(&[table::<Bucket>]),
    Mapping::new("aws_s3_bucket_lifecycle_configuration", lifecycle, &[]).patching(&[table::<Bucket>]),
    Mapping::new("aws_s3_bucket_logging", logging, &[]).patching(&[table::<Bucket>]),
    Mapping::new("aws_s3_bucket_object_lock_configuration", object_lock, &[]).patching(&[table::<Bucket>]),
    Mapping::new("aws_s3_bucket_ownership_controls", ownership, &[]).patching(&[table::<Bucket>]),
    Mapping::new("aws_s3_bucket_policy", bucket_policy, &[table::<ResourcePolicy>]).patching(&[table::<Bucket>]),
    Mapping::new("aws_s3_bucket_public_access_block", access_block, &[]).patching(&[table::<Bucket>]),
    Mapping::new("aws_s3_bucket_replication_configuration", replication, &[]).patching(&[table::<Bucket>]),
    Mapping::new("aws_s3_bucket_server_side_encryption_configuration", encrypting, &[]).patching(&[table::<Bucket>]),
    Mapping::new("aws_s3_bucket_versioning", versioning, &[]).patching(&[table::<Bucket>]),
    Mapping::new("aws_s3_bucket_website_configuration", website, &[table::<Endpoint>]),
];

fn versioning(resource: &Resource, stage: &mut Stage) {
    let status = |path: &str| resource.text(path).map(|status| status == "Enabled").or(false);
    let (versioning, mfa_delete) =
        (status("versioning_configuration.status"), status("versioning_configuration.mfa_delete"));
    stage.facet::<Bucket>(
        resource,
        "bucket",
        BUCKET_TYPES,
        |row, code| {
            row.versioning = Cell::Gap(code);
            row.mfa_delete = Cell::Gap(code);
        },
        move |row| {
            row.versioning = versioning;
            row.mfa_delete = mfa_delete;
        },
    );
}

fn encrypting(resource: &Resource, stage: &mut Stage) {
    let found = encryption(resource, "rule.0.apply_server_side_encryption_by_default");
    stage.facet::<Bucket>(resource, "bucket", BUCKET_TYPES, forget_encryption, move |row| {
        row.cipher = found.cipher;
        row.encrypted = found.encrypted;
        row.key = found.key;
        row.key_manager = found.key_manager;
    });
}

/// Whether all four settings of a public access block are on; each is off when not set.
fn all_four(resource: &Resource) -> Cell<bool> {
    ["block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"]
        .iter()
        .fold(true.into(), |all: Cell<bool>, name| all.and(resource.bool(name).or(false)))
}

fn access_block(resource: &Resource, stage: &mut Stage) {
    let blocked = all_four(resource);
    stage.facet::<Bucket>(
        resource,
        "bucket",
        BUCKET_TYPES,
        |row, code| {
            row.own_public_access_block = Cell::Gap(code);
            row.public_access_blocked = Cell::Gap(code);
        },
        move |row| {
            row.own_public_access_block = blocked.clone();
            row.public_access_blocked = blocked;
        },
    );
}

fn account_block(resource: &Resource, stage: &mut Stage) {
    let blocked = all_four(resource);
    let of_account = blocked.clone();
    stage.account(resource, move |account: &mut Account| {
        account.public_access_blocked = of_account;
        account.settings_seen = true.into();
    });
    stage.for_account::<Bucket>(resource, move |_, row| {
        row.public_access_blocked = row.public_access_blocked.clone().either(blocked.clone());
    });
}

fn acl(resource: &Resource, stage: &mut Stage) {
    let canned = resource.text("acl");
    let grants = match resource.blocks("access_control_policy.grant") {
        Attr::Known(grants) => grants.iter().fold(false.into(), |any: Cell<bool>, grant| {
            any.either(grant.text("grantee.uri").map(|uri| is_public_group(&uri)).or(false))
        }),
        Attr::Unset => false.into(),
        // A canned ACL and a list of grants exclude one another: with the first, the second is computed from it.
        Attr::Unknown(_) if canned.known().is_some() => false.into(),
        Attr::Unknown(code) => Cell::Gap(code),
    };
    let public = match &canned {
        Attr::Unknown(_) if resource.is_configured("acl") == Some(false) => grants,
        canned => canned.clone().map(|acl| is_public_acl(&acl)).or(false).either(grants),
    };
    let row_public = public.clone();
    let parent = stage.facet::<Bucket>(
        resource,
        "bucket",
        BUCKET_TYPES,
        |row, code| row.public_acl = Cell::Gap(code),
        move |row| row.public_acl = public,
    );
    let word = canned.or("");
    let writes = word.clone().map(|acl| acl == "public-read-write");
    let principals = row_public.clone().map(|public| if public { vec!["AllUsers".to_owned()] } else { Vec::new() });
    stage.add(
        resource,
        ResourcePolicy {
            resource: parent.cell(),
            kind: "acl".into(),
            effect: "allow".into(),
            principals,
            actions: word.map(|acl| if acl.is_empty() { Vec::new() } else { vec![acl] }),
            public: row_public,
            cross_account: Cell::default(),
            allows_write: writes,
            has_condition: false.into(),
            requires_tls: false.into(),
        },
    );
}

fn bucket_policy(resource: &Resource, stage: &mut Stage) {
    let text = resource.text("policy");
    let public = policy::is_public(&text);
    let tls = policy::requires_tls(&text);
    let (min, restricted) = (tls_min(&text), network_restricted(&text));
    let parent = stage.facet::<Bucket>(
        resource,
        "bucket",
        BUCKET_TYPES,
        |row, code| {
            row.public_policy = Cell::Gap(code);
            row.tls_required = Cell::Gap(code);
            row.tls_min = Cell::Gap(code);
            row.network_restricted = Cell::Gap(code);
        },
        move |row| {
            row.public_policy = public;
            row.tls_required = tls;
            row.tls_min = min;
            row.network_restricted = restricted;
        },
    );
    policy::add_statements(resource, stage, "policy", parent.cell());
}

fn logging(resource: &Resource, stage: &mut Stage) {
    let target = resource.reference("target_bucket", BUCKET_TYPES).cell();
    stage.facet::<Bucket>(
        resource,
        "bucket",
        BUCKET_TYPES,
        |row, code| {
            row.access_log = Cell::Gap(code);
            row.log_target = Cell::Gap(code);
        },
        move |row| {
            row.access_log = true.into();
            row.log_target = target;
        },
    );
}

fn lifecycle(resource: &Resource, stage: &mut Stage) {
    let expires = has_expiry(&resource.blocks("rule"), "status");
    stage.facet::<Bucket>(
        resource,
        "bucket",
        BUCKET_TYPES,
        |row, code| row.has_expiry_rule = Cell::Gap(code),
        move |row| row.has_expiry_rule = expires,
    );
}

fn object_lock(resource: &Resource, stage: &mut Stage) {
    let (lock, locked) = retention(&resource.root());
    stage.facet::<Bucket>(
        resource,
        "bucket",
        BUCKET_TYPES,
        |row, code| {
            row.retention_lock = Cell::Gap(code);
            row.retention_locked = Cell::Gap(code);
        },
        move |row| {
            row.retention_lock = lock;
            row.retention_locked = locked;
        },
    );
}

fn ownership(resource: &Resource, stage: &mut Stage) {
    let uniform = resource.text("rule.object_ownership").map(|owner| owner == "BucketOwnerEnforced").cell();
    stage.facet::<Bucket>(
        resource,
        "bucket",
        BUCKET_TYPES,
        |row, code| row.uniform_access = Cell::Gap(code),
        move |row| row.uniform_access = uniform,
    );
}

fn replication(resource: &Resource, stage: &mut Stage) {
    let regions = replicated_to(resource, &resource.blocks("rule"));
    stage.facet::<Bucket>(
        resource,
        "bucket",
        BUCKET_TYPES,
        |row, code| row.replicated_to = Cell::Gap(code),
        move |row| row.replicated_to = regions,
    );
}

/// A website of S3 speaks HTTP only; whether anybody is let in is the bucket's policy's affair.
fn website(resource: &Resource, stage: &mut Stage) {
    let bucket: Reference = resource.reference("bucket", BUCKET_TYPES);
    stage.add(
        resource,
        Endpoint {
            kind: "storage".into(),
            resource: bucket.cell(),
            port: 80.into(),
            tls: false.into(),
            tls_min: "".into(),
            has_waf: false.into(),
            authenticated: false.into(),
            ..Endpoint::default()
        },
    );
}
