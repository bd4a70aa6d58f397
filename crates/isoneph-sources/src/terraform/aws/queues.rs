//! Queues, topics and streams: SQS, SNS, Kinesis, MSK.

use isoneph_tables::Cell;
use isoneph_tables::schema::{Queue, ResourcePolicy};

use super::databases::key_of;
use super::kms::{KEY_TYPES, key_manager};
use crate::terraform::attr::Attr;
use crate::terraform::mapping::{Mapping, table};
use crate::terraform::policy;
use crate::terraform::resource::Resource;
use crate::terraform::stage::Stage;

/// The types of this family.
pub(crate) const MAPPINGS: &[Mapping] = &[
    Mapping::new("aws_kinesis_resource_policy", stream_policy, &[table::<ResourcePolicy>]).patching(&[table::<Queue>]),
    Mapping::new("aws_kinesis_stream", kinesis, &[table::<Queue>]),
    Mapping::new("aws_msk_cluster", msk, &[table::<Queue>]),
    Mapping::new("aws_sns_topic", sns, &[table::<Queue>, table::<ResourcePolicy>]),
    Mapping::new("aws_sns_topic_policy", sns_policy, &[table::<ResourcePolicy>]).patching(&[table::<Queue>]),
    Mapping::new("aws_sqs_queue", sqs, &[table::<Queue>, table::<ResourcePolicy>]),
    Mapping::new("aws_sqs_queue_policy", sqs_policy, &[table::<ResourcePolicy>]).patching(&[table::<Queue>]),
];

/// A policy that nobody configured is the service's own: it names the owner.
fn own_policy(resource: &Resource) -> Attr<String> {
    match resource.text("policy") {
        Attr::Unknown(_) if resource.is_configured("policy") == Some(false) => Attr::Unset,
        policy => policy,
    }
}

fn add_own_policy(resource: &Resource, stage: &mut Stage) {
    if !matches!(own_policy(resource), Attr::Unset) {
        policy::add_statements(resource, stage, "policy", resource.uid().into());
    }
}

fn sqs(resource: &Resource, stage: &mut Stage) {
    let key = resource.reference("kms_master_key_id", KEY_TYPES);
    let own_key = !key.is_unset() && resource.is_configured("kms_master_key_id") != Some(false);
    let managed = match resource.bool("sqs_managed_sse_enabled") {
        Attr::Unknown(_) if resource.is_configured("sqs_managed_sse_enabled") == Some(false) => {
            resource.default("aws.sqs.encrypted")
        }
        attr => attr.or_default(resource, "aws.sqs.encrypted"),
    };
    let (encrypted, key, manager) = match own_key {
        true => (Cell::Known(true), key.cell(), key_manager(&key, Cell::default())),
        false => {
            let manager = managed.clone().map(|on| if on { "provider" } else { "" }.to_owned());
            (managed, String::new().into(), manager)
        }
    };
    let policy = own_policy(resource);
    stage.add(
        resource,
        Queue {
            kind: "queue".into(),
            encrypted,
            key,
            key_manager: manager,
            public_policy: policy::is_public(&policy),
            tls_required: policy::requires_tls(&policy),
            ..Queue::default()
        },
    );
    add_own_policy(resource, stage);
}

fn sns(resource: &Resource, stage: &mut Stage) {
    let key = resource.reference("kms_master_key_id", KEY_TYPES);
    let policy = own_policy(resource);
    stage.add(
        resource,
        Queue {
            kind: "topic".into(),
            encrypted: resource.is_set("kms_master_key_id").cell(),
            key_manager: key_manager(&key, String::new().into()),
            key: key.cell(),
            public_policy: policy::is_public(&policy),
            tls_required: policy::requires_tls(&policy),
            ..Queue::default()
        },
    );
    add_own_policy(resource, stage);
}

fn sqs_policy(resource: &Resource, stage: &mut Stage) {
    split_policy(resource, stage, "queue_url", &["aws_sqs_queue"]);
}

fn sns_policy(resource: &Resource, stage: &mut Stage) {
    split_policy(resource, stage, "arn", &["aws_sns_topic"]);
}

fn split_policy(resource: &Resource, stage: &mut Stage, path: &str, types: &'static [&'static str]) {
    let policy = resource.text("policy");
    let (public, tls) = (policy::is_public(&policy), policy::requires_tls(&policy));
    let target = stage.facet::<Queue>(
        resource,
        path,
        types,
        |row, code| {
            row.public_policy = Cell::Gap(code);
            row.tls_required = Cell::Gap(code);
        },
        move |row| {
            row.public_policy = public;
            row.tls_required = tls;
        },
    );
    policy::add_statements(resource, stage, "policy", target.cell());
}

/// Who reads and writes a stream; it is reached over TLS whatever the policy says.
fn stream_policy(resource: &Resource, stage: &mut Stage) {
    let public = policy::is_public(&resource.text("policy"));
    let forget = |row: &mut Queue, code| row.public_policy = Cell::Gap(code);
    let streams = &["aws_kinesis_stream"];
    let target = stage.facet::<Queue>(resource, "resource_arn", streams, forget, |row| row.public_policy = public);
    policy::add_statements(resource, stage, "policy", target.cell());
}

fn kinesis(resource: &Resource, stage: &mut Stage) {
    let encrypted = resource.text("encryption_type").or("NONE").map(|kind| kind == "KMS");
    let (key, manager) = key_of(resource, "kms_key_id", &encrypted, false);
    stage.add(
        resource,
        Queue {
            kind: "stream".into(),
            encrypted,
            key,
            key_manager: manager,
            public_policy: false.into(),
            tls_required: true.into(),
            ..Queue::default()
        },
    );
}

fn msk(resource: &Resource, stage: &mut Stage) {
    const KEY: &str = "encryption_info.encryption_at_rest_kms_key_arn";
    let key = resource.reference(KEY, KEY_TYPES);
    // A key that nobody names, in a block that is seen, is the provider's to choose.
    let seen = resource.block("encryption_info").known().is_some();
    let unnamed = if seen { KEY } else { "encryption_info" };
    let computed =
        key.uid().is_none() && key.cell().known().is_none() && resource.is_configured(unnamed) == Some(false);
    let own_key = !key.is_unset() && !computed;
    let transit = resource.text("encryption_info.encryption_in_transit.client_broker");
    let transit = resource.unset_if_computed("encryption_info", transit);
    let public = resource.text("broker_node_group_info.connectivity_info.public_access.type");
    stage.add(
        resource,
        Queue {
            kind: "stream".into(),
            // Brokers' storage is always encrypted.
            encrypted: true.into(),
            key_manager: if own_key { key_manager(&key, Cell::default()) } else { "provider".into() },
            key: if own_key { key.cell() } else { String::new().into() },
            public_policy: false.into(),
            tls_required: transit.or("TLS").map(|mode| mode == "TLS"),
            network_restricted: public.or("DISABLED").map(|kind| kind == "DISABLED"),
            ..Queue::default()
        },
    );
}
