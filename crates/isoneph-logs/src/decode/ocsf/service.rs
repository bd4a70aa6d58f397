//! Which service of which cloud was asked for what. Producers write both in many ways: `s3.amazonaws.com` and
//! `DeleteBucket`, `s3` and `s3:DeleteBucket`, `Amazon S3`.

use super::super::Trouble;
use super::super::fields::{Fields, first};

/// The cloud, by its name in the record or by that of the product that wrote it.
pub(super) fn provider(record: &Fields) -> String {
    let word = first(record, &["cloud/provider", "metadata/product/vendor_name", "metadata/product/name"]);
    let word = word.unwrap_or_default().to_ascii_lowercase();
    let has = |word: &str, of: &[&str]| word.split(|c: char| !c.is_ascii_alphanumeric()).any(|part| of.contains(&part));
    match &*word {
        "" => "ocsf".to_owned(),
        word if has(word, &["aws", "amazon"]) => "aws".to_owned(),
        word if has(word, &["azure", "microsoft"]) => "azure".to_owned(),
        word if has(word, &["gcp", "google"]) => "google".to_owned(),
        word => word.to_owned(),
    }
}

/// The service and the operation as the cloud's own log writes them.
pub(super) fn asked(
    provider: &str,
    service: Option<String>,
    operation: String,
) -> Result<(Option<String>, String), Trouble> {
    match provider {
        "aws" => of_aws(service, operation),
        "azure" => of_azure(service, operation),
        "google" => Ok(of_google(service, operation)),
        _ => Ok((service, operation)),
    }
}

fn of_aws(service: Option<String>, operation: String) -> Result<(Option<String>, String), Trouble> {
    let (before, bare) = match operation.split_once([':', '/']) {
        Some((before, bare)) => (host(before), bare.to_owned()),
        None => (None, operation.clone()),
    };
    match service.as_deref().and_then(host).or(before) {
        Some(service) => Ok((Some(service), bare)),
        None => {
            let named = service.map_or_else(|| "none".to_owned(), |service| format!("'{service}'"));
            let message = format!("the service that was asked for '{operation}' is not understood: {named} is given");
            Err(Trouble::new("unknown-service", message))
        }
    }
}

/// Names of services by which their own logs do not call them.
const OTHER_NAMES: [(&str, &str); 9] = [
    ("cloudwatch", "monitoring"),
    ("cloudwatchlogs", "logs"),
    ("eventbridge", "events"),
    ("elb", "elasticloadbalancing"),
    ("elbv2", "elasticloadbalancing"),
    ("efs", "elasticfilesystem"),
    ("vpc", "ec2"),
    ("ebs", "ec2"),
    ("stepfunctions", "states"),
];

/// `s3.amazonaws.com` of `s3`, `Amazon S3`, `S3.eu-west-1.amazonaws.com`; `None` for what is no name of a service.
fn host(service: &str) -> Option<String> {
    let lower = service.trim().to_ascii_lowercase();
    let name = ["amazon ", "aws "].iter().find_map(|maker| lower.strip_prefix(maker)).unwrap_or(&lower);
    let ends = [".amazonaws.com.cn", ".amazonaws.com", ".aws.amazon.com"];
    let (name, end) = match ends.iter().find_map(|end| Some((name.strip_suffix(end)?, *end))) {
        Some((name, end)) => (name, if end.ends_with(".cn") { end } else { ".amazonaws.com" }),
        None => (name, ".amazonaws.com"),
    };
    // Of an endpoint, the region stands behind the service.
    let is_region = |part: &str| part.split('-').count() > 2 && part.ends_with(|c: char| c.is_ascii_digit());
    let name = name.split_once('.').filter(|(_, region)| is_region(region)).map_or(name, |(name, _)| name);
    let joined: String = name.chars().filter(|c| *c != ' ').collect();
    let other = OTHER_NAMES.iter().find(|(other, _)| *other == joined).map(|(_, own)| *own);
    let name = other.unwrap_or(name);
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    (!name.is_empty() && name.chars().all(is_name)).then(|| format!("{name}{end}"))
}

fn of_azure(service: Option<String>, operation: String) -> Result<(Option<String>, String), Trouble> {
    let provider = service.as_deref().filter(|service| service.to_ascii_lowercase().starts_with("microsoft."));
    let Some(provider) = provider.filter(|provider| !provider.eq_ignore_ascii_case("microsoft.aadiam")) else {
        return Ok((service, operation));
    };
    // What begins with another provider is whole: `microsoft.insights/…` on a machine.
    let is_whole = operation.split('/').next().is_some_and(|first| first.contains('.'));
    match operation.contains('/') && !operation.contains(' ') {
        true if !is_whole => Ok((service.clone(), format!("{}/{operation}", provider.trim_end_matches('/')))),
        // Of storage and vaults the operations are single words.
        false if operation.contains(' ') => {
            let message = format!("the record has the operation as it is displayed only: {operation}");
            Err(Trouble::new("no-operation", message))
        }
        _ => Ok((service, operation)),
    }
}

fn of_google(service: Option<String>, operation: String) -> (Option<String>, String) {
    const END: &str = ".googleapis.com";
    let host = |name: &str| {
        let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if is_name { format!("{}{END}", name.to_ascii_lowercase()) } else { name.to_owned() }
    };
    let (before, bare) = match operation.split_once([':', '/']) {
        Some((before, bare)) if !bare.is_empty() => (Some(host(before)), bare.to_owned()),
        _ => (None, operation),
    };
    (service.as_deref().map(host).or(before), bare)
}
