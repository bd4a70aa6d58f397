//! What the logs of Azure say, in their many forms.

use serde_json::{Value, json};

use super::said;
use crate::event::{ActorKind, Event, EventOutcome};

const MACHINE: &str = "/subscriptions/s-1/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm1";
const VAULT: &str = "/subscriptions/s-1/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/kv1";
const STORAGE: &str = "/subscriptions/s-1/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/acct";

fn name(event: &Event<'_>) -> String {
    format!("{} {}", event.category.as_str(), event.operation_name.as_deref().unwrap_or("?"))
}

fn whole(event: &Event<'_>) -> String {
    let kind = event.actor.kind.map_or("?", ActorKind::as_str);
    let reads = event.read_only.map_or("?", |reads| if reads { "reads" } else { "changes" });
    let outcome = event.outcome.map_or("?", EventOutcome::as_str);
    let actor = event.actor.id.as_deref().unwrap_or("?");
    let targets = event.targets.as_deref().unwrap_or_default().join(" ");
    format!("{} | {kind} {actor} | {reads} | {outcome} | {targets}", name(event))
}

#[test]
fn the_operation_goes_before_its_displayed_name() {
    let delete = "management microsoft.compute/virtualmachines/delete";
    let cases = [
        (
            json!({"OperationName": "Delete Virtual Machine", "OperationNameValue": "Microsoft.Compute/virtualMachines/delete"}),
            delete,
        ),
        (json!({"OperationNameValue": "MICROSOFT.COMPUTE/VIRTUALMACHINES/DELETE"}), delete),
        (
            json!({"operationName": "Delete Virtual Machine", "authorization": {"action": "Microsoft.Compute/virtualMachines/delete"}}),
            delete,
        ),
        (
            json!({"operationName": {"value": "Microsoft.Compute/virtualMachines/delete", "localizedValue": "VM löschen"}}),
            delete,
        ),
        (
            json!({"operationName": "Delete Virtual Machine"}),
            "the record has the operation as it is displayed only: Delete Virtual Machine",
        ),
    ];
    for (mut record, expected) in cases {
        record["category"] = "Administrative".into();
        assert_eq!(said(&record.to_string(), name), [expected], "{record}");
    }
}

#[test]
fn what_a_record_is_about_is_told_without_a_category_too() {
    let cases = [
        (json!("Administrative"), "Microsoft.Compute/virtualMachines/delete", "management"),
        (json!("Delete"), "Microsoft.Compute/virtualMachines/delete", "management"),
        (json!("Write"), "Microsoft.Compute/virtualMachines/write", "management"),
        (json!("Action"), "MICROSOFT.EVENTHUB/NAMESPACES/AUTHORIZATIONRULES/LISTKEYS/ACTION", "management"),
        (Value::Null, "Microsoft.Compute/virtualMachines/delete", "management"),
        (Value::Null, "Microsoft.Authorization/policies/deny/action", "policy"),
        (json!("Action"), "Microsoft.ResourceHealth/healthevent/Activated/action", "system"),
        (Value::Null, "Microsoft.Security/locations/alerts/activate/action", "insight"),
        (Value::Null, "GetBlob", "other"),
        (json!("ResourceHealth"), "Microsoft.Resourcehealth/healthevent/Updated/action", "system"),
        (json!("StorageDelete"), "DeleteBlob", "data"),
        (json!("kube-scheduler"), "Microsoft.ContainerService/managedClusters/diagnosticLogs/Read", "other"),
    ];
    for (category, operation, expected) in cases {
        let record = json!({"operationName": operation, "category": category, "resourceId": MACHINE});
        let told = said(&record.to_string(), |event| event.category.as_str().to_owned());
        assert_eq!(told, [expected], "{record}");
    }
}

#[test]
fn rows_of_a_workspaces_tables_are_records_of_azure() {
    let cases = [
        (
            json!({"TenantId": "w", "OperationNameValue": "MICROSOFT.COMPUTE/VIRTUALMACHINES/DELETE", "ActivityStatusValue": "Success",
                "_ResourceId": MACHINE, "Claims_d": {"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn": "amir@example.com"}}),
            format!(
                "management microsoft.compute/virtualmachines/delete | user amir@example.com | changes | success | {MACHINE}"
            ),
        ),
        (
            json!({"TenantId": "w", "OperationName": "SecretPurge", "Category": "AuditEvent", "ResultType": "Success", "ResourceId": VAULT,
                "identity_claim_http_schemas_xmlsoap_org_ws_2005_05_identity_claims_upn_s": "amir@example.com",
                "identity_claim_appid_g": "a", "id_s": "https://kv1.vault.azure.net/secrets/s1/0", "httpStatusCode_d": 200.0,
                "Type": "AzureDiagnostics"}),
            format!(
                "data secretpurge | user amir@example.com | changes | success | {VAULT}/secrets/s1 https://kv1.vault.azure.net/secrets/s1/0"
            ),
        ),
        (
            json!({"TenantId": "w", "OperationName": "SecretDelete", "Category": "AuditEvent", "ResultType": "Success", "ResourceId": VAULT,
                "httpStatusCode_d": 403.0}),
            format!("data secretdelete | ? ? | changes | failure | {VAULT}"),
        ),
        (
            json!({"TenantId": "w", "OperationName": "KeyDelete", "Category": "AuditEvent", "HttpStatusCode": 200, "_ResourceId": VAULT,
                "ResultType": "Success", "Identity": {"claim": {"upn": "amir@example.com"}}, "Id": "https://kv1.vault.azure.net/keys/k1"}),
            format!(
                "data keydelete | user amir@example.com | changes | success | {VAULT}/keys/k1 https://kv1.vault.azure.net/keys/k1"
            ),
        ),
        (
            json!({"TenantId": "w", "OperationName": "DeleteContainer", "Category": "StorageDelete", "StatusCode": 202,
                "_ResourceId": format!("{STORAGE}/blobServices/default"), "RequesterUpn": "ana@example.com", "ObjectKey": "/acct/backups"}),
            format!(
                "data deletecontainer | user ana@example.com | changes | success | {STORAGE}/blobServices/default/containers/backups"
            ),
        ),
    ];
    for (mut row, expected) in cases {
        row["TimeGenerated"] = "2026-11-02T10:00:00Z".into();
        assert_eq!(said(&row.to_string(), whole), [expected], "{row}");
    }
}

#[test]
fn what_data_was_touched_is_a_target() {
    let storage = |service: &str, key: &str| {
        json!({"category": "StorageDelete", "operationName": "DeleteBlob", "resourceId": format!("{STORAGE}/{service}/default"),
            "properties": {"objectKey": key}})
    };
    let at = |uri: &str| {
        json!({"category": "StorageDelete", "operationName": "DeleteContainer", "uri": uri,
            "resourceId": format!("{STORAGE}/blobServices/default")})
    };
    let vault = |id: &str| json!({"category": "AuditEvent", "operationName": "KeyPurge", "resourceId": VAULT, "properties": {"id": id}});
    let cases = [
        (storage("blobServices", "/acct/backups"), format!("{STORAGE}/blobServices/default/containers/backups")),
        (
            storage("blobServices", "/acct/backups/a/b"),
            format!("{STORAGE}/blobServices/default/containers/backups/blobs/a/b"),
        ),
        (storage("blobServices", "/acct"), format!("{STORAGE}/blobServices/default")),
        (storage("fileServices", "/acct/s/f"), format!("{STORAGE}/fileServices/default/shares/s/files/f")),
        (storage("queueServices", "/acct/q/messages"), format!("{STORAGE}/queueServices/default/queues/q")),
        (storage("tableServices", "/acct/t(PartitionKey='a')"), format!("{STORAGE}/tableServices/default/tables/t")),
        (
            at("https://acct.blob.core.windows.net:443/backups?restype=container"),
            format!("{STORAGE}/blobServices/default/containers/backups"),
        ),
        (at("https://acct.blob.core.windows.net:443/?comp=list"), format!("{STORAGE}/blobServices/default")),
        (
            vault("https://kv1.vault.azure.net/deletedkeys/k1"),
            format!("{VAULT}/keys/k1 https://kv1.vault.azure.net/deletedkeys/k1"),
        ),
        (vault("https://kv1.vault.azure.net/"), VAULT.to_owned()),
    ];
    for (record, expected) in cases {
        let told = said(&record.to_string(), |event| event.targets.as_deref().unwrap_or_default().join(" "));
        assert_eq!(told, [expected], "{record}");
    }
}

#[test]
fn operations_on_data_say_whether_they_change_something() {
    let cases = [
        ("KeyPurge", Some(false)),
        ("SecretSet", Some(false)),
        ("CertificateCreate", Some(false)),
        ("VaultPatch", Some(false)),
        ("SecretGet", Some(true)),
        ("KeyListVersions", Some(true)),
        ("KeyUnwrap", Some(true)),
        ("SecretBackup", Some(true)),
        ("DeleteBlob", Some(false)),
        ("ListContainers", Some(true)),
        ("Authentication", None),
    ];
    for (operation, expected) in cases {
        let record = json!({"category": "AuditEvent", "operationName": operation}).to_string();
        assert_eq!(said(&record, |event| format!("{:?}", event.read_only)), [format!("{expected:?}")], "{operation}");
    }
}

#[test]
fn an_audit_record_of_sql_says_who_did_what() {
    const DATABASE: &str = "/SUBSCRIPTIONS/S-1/RESOURCEGROUPS/RG/PROVIDERS/MICROSOFT.SQL/SERVERS/S/DATABASES/D";
    let record = |action: &str, statement: &str, succeeded: Value, who: &str| {
        json!({"category": "SQLSecurityAuditEvents", "operationName": "AuditEvent", "resourceId": DATABASE, "properties": {
            "statement": statement, "action_name": action, "server_principal_name": who, "succeeded": succeeded}})
    };
    let program = "0b0b0b0b-0000-0000-0000-000000000001@0c0c0c0c-0000-0000-0000-000000000001";
    let cases = [
        (
            record("DROP", "DROP DATABASE x", "true".into(), "sa"),
            format!("data drop | user sa | changes | success | {DATABASE}"),
        ),
        (
            record("SELECT", "SELECT 1", false.into(), "sa"),
            format!("data select | user sa | reads | failure | {DATABASE}"),
        ),
        (
            record("BATCH COMPLETED", "SELECT * INTO a FROM b", "true".into(), program),
            format!("data batch completed | workload {program} | ? | success | {DATABASE}"),
        ),
    ];
    for (record, expected) in cases {
        assert_eq!(said(&record.to_string(), whole), [expected], "{record}");
    }
    let login = record("BATCH COMPLETED", "CREATE LOGIN a WITH PASSWORD = 'hunter2'", "true".into(), "sa").to_string();
    let kept = |event: &Event<'_>| {
        [&event.raw_request, &event.raw_additional].map(|raw| raw.as_deref().unwrap().to_owned()).concat()
    };
    let told = said(&login, kept).concat();
    assert!(told.contains("CREATE LOGIN a") && !told.contains("hunter2"), "{told}");
}

#[test]
fn a_call_of_graph_is_no_sign_in() {
    let call = |method: &str, uri: &str, status: u32, who: Value| {
        let mut properties = json!({"requestMethod": method, "requestUri": format!("https://graph.microsoft.com{uri}"),
            "responseStatusCode": status});
        properties.as_object_mut().unwrap().extend(who.as_object().unwrap().clone());
        json!({"category": "MicrosoftGraphActivityLogs", "operationName": "Microsoft Graph Activity",
            "resourceId": "/TENANTS/T1/PROVIDERS/MICROSOFT.AADIAM", "properties": properties})
    };
    let (user, app) = (json!({"userId": "u-1", "appId": "a-1"}), json!({"servicePrincipalId": "p-1", "userId": null}));
    let row = json!({"TimeGenerated": "2026-11-02T10:00:00Z", "TenantId": "w", "AadTenantId": "T1", "RequestMethod": "PATCH",
        "RequestUri": "https://graph.microsoft.com/beta/groups/g-1", "ResponseStatusCode": 403, "UserId": "u-1"});
    let at = "https://graph.microsoft.com";
    let cases = [
        (
            call("DELETE", "/v1.0/users/u-2?x=y", 204, user.clone()),
            format!("management delete users/{{id}} | user u-1 | changes | success | {at}/v1.0/users/u-2 u-2"),
        ),
        (
            call("GET", "/v1.0/users?$filter=a", 200, app.clone()),
            format!("data get users | workload p-1 | reads | success | {at}/v1.0/users"),
        ),
        (
            call("POST", "/v1.0/directoryObjects/getByIds", 504, app),
            format!(
                "management post directoryobjects/getbyids | workload p-1 | ? | ? | {at}/v1.0/directoryObjects/getByIds"
            ),
        ),
        (
            json!({"category": "AzureADGraphActivityLogs", "operationName": "AAD Graph Activity", "tenantId": "T1",
                "properties": {"httpMethod": "PATCH", "httpStatusCode": 204, "userId": "u-1", "tenantId": "T1",
                    "requestUri": "/v2/ab30785b-417f-42a4-b5dc-8f9051718acb/applications/a-9"}}),
            "management patch applications/{id} | user u-1 | changes | success | \
             /v2/ab30785b-417f-42a4-b5dc-8f9051718acb/applications/a-9 a-9"
                .to_owned(),
        ),
        (
            json!({"category": "ProvisioningLogs", "operationName": "Provisioning activity", "tenantId": "T1",
                "resultType": "Success", "identity": "x", "properties": {"provisioningAction": "create",
                    "initiatedBy": {"Type": "system", "Id": "", "Name": "Azure AD Provisioning Service"},
                    "sourceIdentity": {"Id": "u-2", "Name": "Joel"}, "targetIdentity": {"Id": "d-1", "Name": ""},
                    "provisioningStatusInfo": {"Status": "success"}}}),
            "management provisioning create | service Azure AD Provisioning Service | changes | success | Joel d-1 u-2"
                .to_owned(),
        ),
        (row, format!("management patch groups/{{id}} | user u-1 | changes | failure | g-1 {at}/beta/groups/g-1")),
    ];
    for (record, expected) in cases {
        assert_eq!(said(&record.to_string(), whole), [expected], "{record}");
        let account = said(&record.to_string(), |event| event.account.as_deref().unwrap_or("?").to_owned());
        assert_eq!(account, ["t1"], "{record}");
    }
}
