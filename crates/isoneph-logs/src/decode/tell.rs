//! Which format a record has, told by its fields, and where the records are in what stands around them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use super::exports::rows_of_tables;
use super::loose::Text;
use super::{LogFormat, Trouble, aws};
use crate::base64::base64;

/// What a record turned out to be.
pub(super) enum Told<'a> {
    /// A record of this format.
    Record(LogFormat),
    /// A digest file of CloudTrail.
    Digest,
    /// Something around a record.
    Inner(&'a RawValue),
    /// Something around a record that is written as a text.
    Text(Cow<'a, str>),
    /// A cloud's record around one of a cluster, which does not say whose it is.
    OfCluster(Cow<'a, str>),
    /// Something around a list of records.
    List(Vec<&'a RawValue>),
}

/// The fields that tell formats apart. What a field holds is looked at only where its name is not enough.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Marks<'a> {
    // CloudTrail
    #[serde(borrow, rename = "eventName")]
    event_name: Text<'a>,
    #[serde(borrow, rename = "eventSource")]
    event_source: Text<'a>,
    #[serde(rename = "userIdentity")]
    user_identity: Option<IgnoredAny>,
    #[serde(borrow, rename = "eventVersion")]
    event_version: Text<'a>,
    #[serde(borrow, rename = "eventID")]
    event_id: Text<'a>,
    // The same in lower case: data warehouses fold the names of their columns.
    #[serde(borrow, rename = "eventname")]
    folded_name: Text<'a>,
    #[serde(borrow, rename = "eventsource")]
    folded_source: Text<'a>,
    #[serde(rename = "insightDetails")]
    insight: Option<IgnoredAny>,
    #[serde(rename = "digestStartTime")]
    digest_start: Option<IgnoredAny>,
    #[serde(rename = "logFiles")]
    log_files: Option<IgnoredAny>,
    // Azure and Entra ID
    #[serde(rename = "operationName")]
    operation_name: Option<IgnoredAny>,
    #[serde(rename = "OperationNameValue")]
    operation_of_table: Option<IgnoredAny>,
    #[serde(rename = "OperationName")]
    name_of_table: Option<IgnoredAny>,
    #[serde(borrow, rename = "Category")]
    category_of_table: Text<'a>,
    #[serde(rename = "ResourceId")]
    resource_of_table: Option<IgnoredAny>,
    #[serde(rename = "_ResourceId")]
    holder_of_table: Option<IgnoredAny>,
    #[serde(rename = "RequestMethod")]
    method_of_table: Option<IgnoredAny>,
    #[serde(rename = "RequestUri")]
    uri_of_table: Option<IgnoredAny>,
    #[serde(borrow, rename = "log_s")]
    log_of_table: Text<'a>,
    #[serde(borrow)]
    category: Text<'a>,
    #[serde(rename = "correlationId")]
    correlation_id: Option<IgnoredAny>,
    #[serde(rename = "resourceId")]
    resource_id: Option<IgnoredAny>,
    #[serde(rename = "activityDisplayName")]
    activity: Option<IgnoredAny>,
    // The same as tables of a workspace.
    #[serde(rename = "AADTenantId")]
    tenant_of_table: Option<IgnoredAny>,
    #[serde(rename = "ActivityDisplayName")]
    activity_of_table: Option<IgnoredAny>,
    #[serde(rename = "CreatedDateTime")]
    created_of_table: Option<IgnoredAny>,
    #[serde(rename = "userPrincipalName")]
    principal: Option<IgnoredAny>,
    #[serde(rename = "createdDateTime")]
    created: Option<IgnoredAny>,
    #[serde(borrow)]
    properties: Option<&'a RawValue>,
    // Google
    #[serde(rename = "protoPayload")]
    proto: Option<IgnoredAny>,
    #[serde(rename = "protopayload_auditlog")]
    proto_of_table: Option<IgnoredAny>,
    #[serde(rename = "protopayload")]
    proto_folded: Option<IgnoredAny>,
    /// As Log Analytics names its columns.
    #[serde(rename = "proto_payload")]
    proto_of_view: Option<IgnoredAny>,
    // Kubernetes
    #[serde(borrow)]
    kind: Text<'a>,
    #[serde(borrow, rename = "apiVersion")]
    api_version: Text<'a>,
    #[serde(borrow, rename = "auditID")]
    audit_id: Text<'a>,
    verb: Option<IgnoredAny>,
    // The same as a table of a workspace.
    #[serde(rename = "AuditId")]
    audit_of_table: Option<IgnoredAny>,
    #[serde(rename = "Verb")]
    verb_of_table: Option<IgnoredAny>,
    #[serde(rename = "objectRef")]
    object: Option<IgnoredAny>,
    /// What a shipper of logs has around it.
    #[serde(borrow)]
    kubernetes: Option<&'a RawValue>,
    // OCSF
    #[serde(borrow)]
    class_uid: Text<'a>,
    // What stands around records.
    #[serde(borrow)]
    event: Option<&'a RawValue>,
    #[serde(borrow)]
    detail: Option<&'a RawValue>,
    // Of EventBridge, and of a finding of GuardDuty.
    #[serde(borrow, rename = "source")]
    sender: Text<'a>,
    #[serde(borrow)]
    service: Option<&'a RawValue>,
    #[serde(borrow, rename = "CloudTrailEvent")]
    cloud_trail_event: Option<&'a RawValue>,
    #[serde(borrow)]
    message: Option<&'a RawValue>,
    #[serde(borrow, rename = "@message")]
    at_message: Option<&'a RawValue>,
    // Of SNS and of SQS.
    #[serde(borrow, rename = "Message")]
    notification: Option<&'a RawValue>,
    #[serde(borrow, rename = "Body")]
    body: Option<&'a RawValue>,
    #[serde(borrow, rename = "Messages")]
    queue: Option<&'a RawValue>,
    #[serde(borrow, rename = "Records")]
    records: Option<&'a RawValue>,
    #[serde(borrow, rename = "records")]
    records_of_azure: Option<&'a RawValue>,
    #[serde(borrow, rename = "Events")]
    events: Option<&'a RawValue>,
    #[serde(borrow, rename = "events")]
    events_of_group: Option<&'a RawValue>,
    #[serde(borrow, rename = "logEvents")]
    log_events: Option<&'a RawValue>,
    #[serde(borrow, rename = "QueryResultRows")]
    rows: Option<&'a RawValue>,
    #[serde(borrow, rename = "eventJson")]
    event_json: Option<&'a RawValue>,
    #[serde(borrow)]
    hits: Option<&'a RawValue>,
    #[serde(borrow, rename = "_source")]
    source: Option<&'a RawValue>,
    #[serde(borrow)]
    result: Option<&'a RawValue>,
    #[serde(borrow, rename = "_raw")]
    raw: Option<&'a RawValue>,
    #[serde(borrow)]
    log: Option<&'a RawValue>,
    #[serde(borrow)]
    original: Option<&'a RawValue>,
    #[serde(borrow)]
    value: Option<&'a RawValue>,
    #[serde(borrow)]
    items: Option<&'a RawValue>,
    #[serde(borrow)]
    entries: Option<&'a RawValue>,
    #[serde(borrow, rename = "receivedMessages")]
    received: Option<&'a RawValue>,
    #[serde(borrow)]
    tables: Option<&'a RawValue>,
    /// Of a message of Pub/Sub, in base64.
    #[serde(borrow)]
    data: Text<'a>,
}

/// Tells what a record is. An error says why it is nothing that we know.
pub(super) fn tell(json: &str) -> Result<Told<'_>, Trouble> {
    if !json.trim_start().starts_with('{') {
        return list_or_text(json);
    }
    let marks: Marks<'_> = serde_json::from_str(json).map_err(Trouble::unreadable)?;
    if marks.digest_start.is_some() && marks.log_files.is_some() {
        return Ok(Told::Digest);
    }
    if let Some(class) = marks.class_uid.get() {
        let known = matches!(class, "6003" | "3002" | "3001" | "3005" | "6001");
        let message = || format!("OCSF class {class} is no record of API activity");
        return if known { Ok(Told::Record(LogFormat::Ocsf)) } else { Err(Trouble::new("unsupported", message())) };
    }
    if marks.folded_name.get().is_some() && marks.folded_source.get().is_some() && marks.event_name.get().is_none() {
        return aws::unfolded(json).map(|json| Told::Text(Cow::Owned(json)));
    }
    if marks.is_of_cluster() {
        let message = "the record is of a cluster's audit log, and the event is not in it";
        return marks.cluster_log().map(Told::OfCluster).ok_or_else(|| Trouble::new("unsupported", message));
    }
    if let Some(format) = marks.format()? {
        return Ok(Told::Record(format));
    }
    marks.inner()
}

/// The part of a resource log of AKS that holds an audit event of the cluster.
#[derive(Deserialize, Default)]
#[serde(default)]
struct ClusterLog<'a> {
    #[serde(borrow)]
    log: Option<&'a RawValue>,
}

/// The part of a shipper's record that holds an audit event of the cluster.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Shipped<'a> {
    #[serde(borrow)]
    audit: Option<&'a RawValue>,
}

/// The part of a finding that names its detector.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Detector<'a> {
    #[serde(borrow, rename = "serviceName")]
    name: Text<'a>,
}

/// The mark of a call in what EventBridge passes on.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Call<'a> {
    #[serde(borrow, rename = "eventName")]
    event_name: Text<'a>,
}

impl<'a> Marks<'a> {
    /// Azure wraps the audit events of its clusters (`kube-audit`, `kube-audit-admin`).
    fn is_of_cluster(&self) -> bool {
        let is_audit = |category: &Text<'_>| category.get().is_some_and(|word| word.starts_with("kube-audit"));
        is_audit(&self.category) || is_audit(&self.category_of_table)
    }

    /// As texts, or as the objects that some exports make of them.
    fn cluster_log(&self) -> Option<Cow<'a, str>> {
        if let Some(text) = &self.log_of_table.0 {
            return Some(text.clone());
        }
        let Some(properties) = self.properties else { return self.log.and_then(json_in) };
        match json_in(properties)? {
            Cow::Borrowed(json) => json_in(serde_json::from_str::<ClusterLog<'a>>(json).ok()?.log?),
            Cow::Owned(json) => {
                let inner = serde_json::from_str::<ClusterLog<'_>>(&json).ok()?.log.and_then(json_in);
                inner.map(|log| Cow::Owned(log.into_owned()))
            }
        }
    }

    fn format(&self) -> Result<Option<LogFormat>, Trouble> {
        let in_table = self.proto_of_table.is_some() || self.proto_folded.is_some() || self.proto_of_view.is_some();
        if self.proto.is_some() || in_table {
            return Ok(Some(LogFormat::GoogleAudit));
        }
        let kubernetes = self.api_version.get().is_some_and(|version| version.starts_with("audit.k8s.io/"));
        let asked = self.verb.is_some() && (self.audit_id.get().is_some() || self.object.is_some());
        let in_table = self.audit_of_table.is_some() && self.verb_of_table.is_some();
        if asked || in_table || kubernetes && self.kind.get() == Some("Event") {
            return Ok(Some(LogFormat::KubernetesAudit));
        }
        if self.is_notice() {
            return Ok(Some(LogFormat::AwsNotice));
        }
        // S3 and other services send notices in the clothes of CloudTrail.
        if let Some(source) = self.event_source.get().filter(|source| source.starts_with("aws:")) {
            return Err(Trouble::new("unsupported", format!("a notice of {source} is no record of an audit log")));
        }
        let named = self.event_name.get().is_some();
        if named
            && (self.event_source.get().is_some()
                || self.event_id.get().is_some()
                || self.event_version.get().is_some()
                || self.user_identity.is_some())
            || (self.user_identity.is_some() || self.insight.is_some()) && self.event_version.get().is_some()
        {
            return Ok(Some(LogFormat::CloudTrail));
        }
        let in_table = self.activity_of_table.is_some() || self.created_of_table.is_some();
        if self.activity.is_some()
            || (self.tenant_of_table.is_some() && in_table)
            || (self.principal.is_some() && self.created.is_some())
        {
            return Ok(Some(LogFormat::Entra));
        }
        let azure = self.correlation_id.is_some() || self.resource_id.is_some() || self.category.get().is_some();
        if self.operation_of_table.is_some() {
            return Ok(Some(LogFormat::AzureActivity));
        }
        if self.method_of_table.is_some() && self.uri_of_table.is_some() && self.name_of_table.is_none() {
            return Ok(Some(LogFormat::Entra));
        }
        if self.name_of_table.is_some()
            && let Some(category) = self.category_of_table.get()
        {
            let of_resource = self.resource_of_table.is_some() || self.holder_of_table.is_some();
            match is_entra_category(category) {
                true => return Ok(Some(LogFormat::Entra)),
                false if of_resource => return Ok(Some(LogFormat::AzureActivity)),
                false => {}
            }
        }
        if self.operation_name.is_some() && azure {
            let entra = self.category.get().is_some_and(is_entra_category);
            return Ok(Some(if entra { LogFormat::Entra } else { LogFormat::AzureActivity }));
        }
        Ok(None)
    }

    /// Whether it is what AWS noticed by itself. What else comes through EventBridge has records of CloudTrail in it.
    fn is_notice(&self) -> bool {
        let passed_on = self.sender.get().is_some_and(|sender| matches!(sender, "aws.guardduty" | "aws.health"));
        let detector = self.service.and_then(|json| serde_json::from_str::<Detector<'a>>(json.get()).ok());
        let is_finding = detector.is_some_and(|detector| detector.name.get() == Some("guardduty"));
        (passed_on && self.detail.is_some() && !self.holds_a_call()) || is_finding
    }

    /// Whether what EventBridge passes on is a call of the service, as CloudTrail records it.
    fn holds_a_call(&self) -> bool {
        let inside = self.detail.and_then(|json| serde_json::from_str::<Call<'a>>(json.get()).ok());
        inside.is_some_and(|call| call.event_name.get().is_some())
    }

    fn inner(self) -> Result<Told<'a>, Trouble> {
        let lists = [
            self.records,
            self.records_of_azure,
            self.events,
            self.events_of_group,
            self.log_events,
            self.rows,
            self.hits,
            self.value,
            self.items,
            self.entries,
            self.received,
            self.queue,
        ];
        if let Some(list) = lists.into_iter().flatten().find(|list| list.get().starts_with('[')) {
            return list_or_text(list.get());
        }
        let arounds = [
            self.event_json,
            self.source,
            self.hits,
            self.result,
            self.raw,
            // A shipper's `event` may say no more than where the `message` beside it comes from.
            self.message,
            self.at_message,
            self.notification,
            self.body,
            self.event,
            self.original,
            self.detail,
            self.cloud_trail_event,
            self.log,
        ];
        for around in arounds.into_iter().flatten() {
            match around.get().as_bytes().first() {
                Some(b'{') => return Ok(Told::Inner(around)),
                Some(b'"') => {
                    if let Ok(Text(Some(text))) = serde_json::from_str(around.get())
                        && text.trim_start().starts_with(['{', '['])
                    {
                        return Ok(Told::Text(text));
                    }
                }
                _ => {}
            }
        }
        let shipped = self.kubernetes.and_then(|around| serde_json::from_str::<Shipped<'a>>(around.get()).ok());
        if let Some(event) = shipped.and_then(|around| around.audit) {
            return Ok(Told::Inner(event));
        }
        if let Some(rows) = self.tables.and_then(|tables| rows_of_tables(tables.get())) {
            return Ok(Told::Text(Cow::Owned(rows)));
        }
        let message = self.data.get().and_then(base64).and_then(|bytes| String::from_utf8(bytes).ok());
        if let Some(message) = message.filter(|text| text.trim_start().starts_with('{')) {
            return Ok(Told::Text(Cow::Owned(message)));
        }
        Err(Trouble::new("unsupported", "the record is of no audit log that is read"))
    }
}

/// An object, also one that is written as a text.
fn json_in(value: &RawValue) -> Option<Cow<'_, str>> {
    match value.get().as_bytes().first()? {
        b'{' => Some(Cow::Borrowed(value.get())),
        b'"' => serde_json::from_str::<Text<'_>>(value.get()).ok()?.0,
        _ => None,
    }
}

fn list_or_text(json: &str) -> Result<Told<'_>, Trouble> {
    match json.trim_start().as_bytes().first() {
        Some(b'[') => {
            let records: Vec<&RawValue> = serde_json::from_str(json).map_err(Trouble::unreadable)?;
            Ok(record_in_row(&records).map_or(Told::List(records), Told::Inner))
        }
        // A record that is written as a text.
        Some(b'"') => match serde_json::from_str(json) {
            Ok(Text(Some(text))) if text.trim_start().starts_with(['{', '[']) => Ok(Told::Text(text)),
            _ => Err(Trouble::new("unsupported", "the record is a text, and none of an audit log")),
        },
        _ => Err(Trouble::new("unsupported", "the record is no JSON object")),
    }
}

/// Of a row of CloudTrail Lake, which is a list of columns with an object for each, the column that holds the record.
fn record_in_row<'a>(columns: &[&'a RawValue]) -> Option<&'a RawValue> {
    let mut record = None;
    for column in columns {
        let named: BTreeMap<Cow<'a, str>, &'a RawValue> = serde_json::from_str(column.get()).ok()?;
        let (name, value) = named.first_key_value().filter(|_| named.len() == 1)?;
        record = record.or((name == "eventJson").then_some(*value));
    }
    record
}

/// The categories of Entra ID's logs in the export of Azure Monitor.
fn is_entra_category(category: &str) -> bool {
    const CATEGORIES: [&str; 9] = [
        "AuditLogs",
        "SignInLogs",
        "NonInteractiveUserSignInLogs",
        "ServicePrincipalSignInLogs",
        "ManagedIdentitySignInLogs",
        "ProvisioningLogs",
        "ADFSSignInLogs",
        "MicrosoftGraphActivityLogs",
        "AzureADGraphActivityLogs",
    ];
    CATEGORIES.contains(&category)
}
