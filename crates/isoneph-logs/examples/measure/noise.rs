//! A week of an organisation's trail: small files an hour, account and region, and among them the planted operations.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::Failure;
use crate::plant::{Random, operations, time};
use crate::support::gzip;

const REGIONS: [&str; 8] = [
    "us-east-1",
    "us-west-2",
    "eu-west-1",
    "eu-central-1",
    "ap-southeast-1",
    "ap-northeast-1",
    "sa-east-1",
    "ca-central-1",
];
const ACCOUNTS: u64 = 20;
const HOURS: u64 = 168;
/// 2026-11-02T00:00:00Z.
const START: i64 = 1_793_577_600;
/// Reads, by service and name: nothing here is critical.
const READS: [(&str, &str); 8] = [
    ("ec2", "DescribeInstances"),
    ("ec2", "DescribeVolumes"),
    ("sts", "GetCallerIdentity"),
    ("kms", "Decrypt"),
    ("s3", "GetBucketAcl"),
    ("logs", "DescribeLogGroups"),
    ("iam", "GetRole"),
    ("rds", "DescribeDBInstances"),
];

/// Plants about so many events, and says how many.
pub(crate) fn plant(folder: &Path, events: u64, seed: u64) -> Result<(), Failure> {
    let mut random = Random::new(seed);
    let rounds = (events / 200_000).clamp(1, 40);
    let planted = operations::plant(seed, rounds);
    let per_file = (events / (ACCOUNTS * REGIONS.len() as u64 * HOURS)).max(1);
    let mut written = 0;
    for account in (0..ACCOUNTS).map(|account| format!("{}", 300_000_000_000 + account)) {
        for region in REGIONS {
            for hour in 0..HOURS as i64 {
                let begins = START + hour * 3_600;
                let records: Vec<Value> = (0..per_file)
                    .map(|n| event(&mut random, &account, region, begins + (n * 3_599 / per_file) as i64))
                    .collect();
                written += per_file;
                let day = time(begins)[..10].replace('-', "/");
                let stamp = time(begins).replace(['-', ':'], "");
                let name = format!("{account}_CloudTrail_{region}_{}Z_{}.json.gz", &stamp[..13], random.hex(16));
                let place = folder.join(format!("trail/AWSLogs/{account}/CloudTrail/{region}/{day}"));
                fs::create_dir_all(&place)?;
                fs::write(place.join(name), gzip(json!({ "Records": records }).to_string().as_bytes()))?;
            }
        }
    }
    fs::write(folder.join("trail/planted.json.gz"), gzip(planted.log.as_bytes()))?;
    fs::write(folder.join("changes.csv"), &planted.changes)?;
    fs::write(folder.join("runs.csv"), &planted.runs)?;
    let approvals = |how: &str| planted.approvals.get(how).copied().unwrap_or_default();
    let truth = json!({
        "events": written + planted.events, "done": planted.done, "without_mfa": planted.without_mfa,
        "mfa_open": planted.mfa_not_told, "own_approver": planted.own_approver, "half_done": planted.half_done,
        "approved": approvals("change") + approvals("pipeline"),
        "not_approved": approvals("not-approved") + approvals("outside-window") + approvals("none"),
    });
    fs::write(folder.join("truth.json"), truth.to_string())?;
    println!("{truth}");
    Ok(())
}

fn event(random: &mut Random, account: &str, region: &str, at: i64) -> Value {
    let (service, name) = *random.pick(&READS);
    let role = random.hex(8);
    let session = format!("user-{}", random.below(50));
    json!({
        "eventVersion": "1.10", "eventTime": time(at), "eventSource": format!("{service}.amazonaws.com"), "eventName": name,
        "awsRegion": region, "sourceIPAddress": format!("10.{}.{}.7", random.below(256), random.below(256)),
        "userAgent": "aws-cli/2.17.9 md/awscrt#0.20.11 ua/2.0 os/linux#6.1.94 md/arch#x86_64 lang/python#3.11.9 cfg/retry-mode#standard",
        "userIdentity": {
            "type": "AssumedRole", "principalId": format!("AROA{}:{session}", random.hex(16)), "accountId": account,
            "arn": format!("arn:aws:sts::{account}:assumed-role/{role}/{session}"), "accessKeyId": format!("ASIA{}", random.hex(16)),
            "sessionContext": {
                "attributes": { "creationDate": time(at - 900), "mfaAuthenticated": "true" },
                "sessionIssuer": { "type": "Role", "principalId": format!("AROA{}", random.hex(16)), "userName": role,
                    "arn": format!("arn:aws:iam::{account}:role/{role}"), "accountId": account },
            },
        },
        "requestParameters": { "maxResults": 100, "filterSet": { "items": [{ "name": "tag:env", "valueSet": { "items": [{ "value": random.hex(12) }] } }] } },
        "responseElements": Value::Null, "requestID": random.hex(32), "eventID": random.hex(32), "readOnly": true,
        "eventType": "AwsApiCall", "managementEvent": true, "recipientAccountId": account, "eventCategory": "Management",
        "tlsDetails": { "tlsVersion": "TLSv1.3", "cipherSuite": "TLS_AES_128_GCM_SHA256", "clientProvidedHostHeader": format!("{service}.{region}.amazonaws.com") },
    })
}
