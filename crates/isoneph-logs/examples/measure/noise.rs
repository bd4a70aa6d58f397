//! A week of an organisation's trail: small files an hour, account and region, and among them the planted operations.

use std::fs;
use std::path::Path;

use libdeflater::{CompressionLvl, Compressor};
use serde_json::json;

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
    let (mut written, mut compressor) = (0, Compressor::new(CompressionLvl::default()));
    for account in (0..ACCOUNTS).map(|account| format!("{}", 300_000_000_000 + account)) {
        for region in REGIONS {
            for hour in 0..HOURS as i64 {
                let begins = START + hour * 3_600;
                let mut text = String::from("{\"Records\":[");
                for n in 0..per_file {
                    if n > 0 {
                        text.push(',');
                    }
                    event(&mut random, &account, region, begins + (n * 3_599 / per_file) as i64, &mut text);
                }
                text.push_str("]}");
                written += per_file;
                let day = time(begins)[..10].replace('-', "/");
                let stamp = time(begins).replace(['-', ':'], "");
                let name = format!("{account}_CloudTrail_{region}_{}Z_{}.json.gz", &stamp[..13], random.hex(16));
                let place = folder.join(format!("trail/AWSLogs/{account}/CloudTrail/{region}/{day}"));
                fs::create_dir_all(&place)?;
                fs::write(place.join(name), packed(&mut compressor, &text)?)?;
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

/// Appends one record, with its fields in the order in which CloudTrail writes them.
fn event(random: &mut Random, account: &str, region: &str, at: i64, to: &mut String) {
    let (service, name) = *random.pick(&READS);
    let (role, session) = (random.hex(8), format!("user-{}", random.below(50)));
    let (principal, key, issuer) = (random.hex(16), random.hex(16), random.hex(16));
    let (environment, request, id) = (random.hex(12), random.hex(32), random.hex(32));
    let (one, two) = (random.below(256), random.below(256));
    let (happened, began) = (time(at), time(at - 900));
    let identity = format!(
        r#"{{"type":"AssumedRole","principalId":"AROA{principal}:{session}","arn":"arn:aws:sts::{account}:assumed-role/{role}/{session}","accountId":"{account}","accessKeyId":"ASIA{key}","sessionContext":{{"sessionIssuer":{{"type":"Role","principalId":"AROA{issuer}","arn":"arn:aws:iam::{account}:role/{role}","accountId":"{account}","userName":"{role}"}},"attributes":{{"creationDate":"{began}","mfaAuthenticated":"true"}}}}}}"#
    );
    let agent = "aws-cli/2.17.9 md/awscrt#0.20.11 ua/2.0 os/linux#6.1.94 md/arch#x86_64 lang/python#3.11.9 cfg/retry-mode#standard";
    let asked = format!(
        r#"{{"maxResults":100,"filterSet":{{"items":[{{"name":"tag:env","valueSet":{{"items":[{{"value":"{environment}"}}]}}}}]}}}}"#
    );
    let record = format!(
        r#"{{"eventVersion":"1.10","userIdentity":{identity},"eventTime":"{happened}","eventSource":"{service}.amazonaws.com","eventName":"{name}","awsRegion":"{region}","sourceIPAddress":"10.{one}.{two}.7","userAgent":"{agent}","requestParameters":{asked},"responseElements":null,"requestID":"{request}","eventID":"{id}","readOnly":true,"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"{account}","eventCategory":"Management","tlsDetails":{{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":"{service}.{region}.amazonaws.com"}}}}"#
    );
    to.push_str(&record);
}

/// A file as S3 has it: packed by libdeflate, since tens of millions of records are planted.
fn packed(compressor: &mut Compressor, text: &str) -> Result<Vec<u8>, Failure> {
    let mut to = vec![0; compressor.gzip_compress_bound(text.len())];
    let length = compressor.gzip_compress(text.as_bytes(), &mut to)?;
    to.truncate(length);
    Ok(to)
}
