//! One spelling for every operation: lower case, no versions, the service in front where the operation does not say it.

use crate::hash::hash;

/// The operation in one spelling.
///
/// | provider | service, operation as written | name |
/// |---|---|---|
/// | `aws` | `lambda.amazonaws.com`, `GetFunction20150331v2` | `lambda:getfunction` |
/// | `azure` | `MICROSOFT.COMPUTE/VIRTUALMACHINES/DELETE` | `microsoft.compute/virtualmachines/delete` |
/// | `azure` | `Add member to role` (Entra ID) | `add member to role` |
/// | `google` | `v1.compute.instances.delete`, `beta.compute.instances.delete` | `compute.instances.delete` |
/// | `google` | `google.cloud.sql.v1beta4.SqlInstancesService.Delete` | `google.cloud.sql.sqlinstancesservice.delete` |
/// | `google` | `SetIamPolicy` at `cloudresourcemanager.googleapis.com` | `cloudresourcemanager:setiampolicy` |
/// | `kubernetes` | `apps`, `delete deployments` | `apps/deployments:delete` |
/// | any other | `service`, `Operation` | `service:operation` |
///
/// In Kubernetes the operation is `verb resource[/subresource]` and the service the API group, empty for the core group.
pub fn operation_name(provider: &str, service: &str, operation: &str) -> String {
    let operation = operation.trim();
    if operation.is_empty() {
        return String::new();
    }
    let mut name = match provider {
        "aws" => aws(service, operation),
        "azure" => operation.to_owned(),
        "google" => google(service, operation),
        "kubernetes" => kubernetes(service, operation),
        _ if service.is_empty() => operation.to_owned(),
        _ => format!("{service}:{operation}"),
    };
    // In place: nearly every name is ASCII, and this runs once for every event.
    if name.is_ascii() {
        name.make_ascii_lowercase();
        name
    } else {
        name.to_lowercase()
    }
}

/// The names of the operations of one provider that were met last: a log repeats a few hundred a million times.
pub(crate) struct Names {
    provider: &'static str,
    slots: Vec<Named>,
}

/// An operation as it was written, and its name.
#[derive(Clone, Default)]
struct Named {
    service: String,
    operation: String,
    name: String,
}

impl Names {
    const SLOTS: usize = 512;
    /// What is longer shares one place, so that nobody's texts fill the memory.
    const MAX_TEXT: usize = 256;

    pub(crate) fn new(provider: &'static str) -> Names {
        Names { provider, slots: vec![Named::default(); Names::SLOTS] }
    }

    /// As [`operation_name`] gives it.
    pub(crate) fn name(&mut self, service: &str, operation: &str) -> &str {
        let place = match service.len() + operation.len() {
            0..=Names::MAX_TEXT => hash(hash(0, service).into(), operation) as usize % Names::SLOTS,
            _ => 0,
        };
        let slot = &mut self.slots[place];
        if slot.operation != operation || slot.service != service {
            let name = operation_name(self.provider, service, operation);
            *slot = Named { service: service.to_owned(), operation: operation.to_owned(), name };
        }
        &slot.name
    }
}

fn aws(service: &str, operation: &str) -> String {
    let service = ["", ".cn"].iter().find_map(|end| service.strip_suffix(end)?.strip_suffix(".amazonaws.com"));
    [service.unwrap_or("aws"), ":", without_date(operation)].concat()
}

/// Takes the date of an API version off: `20150331`, `20150331v2`, `2020_05_31`.
fn without_date(operation: &str) -> &str {
    let bytes = operation.as_bytes();
    let digits_before = |end: usize| bytes[..end].iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let mut end = bytes.len();
    let tail = digits_before(end);
    // `v2` behind the date.
    if (1..=2).contains(&tail) && end > tail && bytes[end - tail - 1] == b'v' && digits_before(end - tail - 1) >= 8 {
        end -= tail + 1;
    }
    match digits_before(end) {
        8 => &operation[..end - 8],
        2 if underscored_date(&bytes[..end]) => &operation[..end - 10],
        _ => operation,
    }
    .trim_end_matches('_')
}

fn underscored_date(bytes: &[u8]) -> bool {
    let Some(date) = bytes.len().checked_sub(10).map(|start| &bytes[start..]) else { return false };
    date.iter().enumerate().all(|(i, byte)| if i == 4 || i == 7 { *byte == b'_' } else { byte.is_ascii_digit() })
}

fn google(service: &str, operation: &str) -> String {
    let parts: Vec<&str> = operation.split('.').filter(|part| !is_version(part)).collect();
    match parts.as_slice() {
        [] => operation.to_owned(),
        // A bare method says nothing without its service.
        [method] if !service.is_empty() => {
            format!("{}:{method}", service.strip_suffix(".googleapis.com").unwrap_or(service))
        }
        parts => parts.join("."),
    }
}

/// `v1`, `v1beta4`, `v2alpha`, `beta`, `alpha`.
fn is_version(part: &str) -> bool {
    if part.eq_ignore_ascii_case("beta") || part.eq_ignore_ascii_case("alpha") {
        return true;
    }
    let Some(rest) = part.strip_prefix(['v', 'V']) else { return false };
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    let named = ["alpha", "beta", "p", "main", "eap"].iter().find_map(|word| rest.strip_prefix(word));
    part.as_bytes().get(1).is_some_and(u8::is_ascii_digit)
        && (rest.is_empty() || named.is_some_and(|number| number.bytes().all(|b| b.is_ascii_digit() || b == b'p')))
}

fn kubernetes(group: &str, operation: &str) -> String {
    let (verb, resource) = operation.split_once(' ').unwrap_or((operation, ""));
    let slash = if group.is_empty() || resource.is_empty() { "" } else { "/" };
    let group = if resource.is_empty() { "" } else { group };
    let colon = if resource.is_empty() { "" } else { ":" };
    format!("{group}{slash}{resource}{colon}{verb}")
}

#[cfg(test)]
mod tests {
    use super::{Names, operation_name};

    #[test]
    fn one_operation_has_one_name() {
        let cases = [
            ("aws", "ec2.amazonaws.com", "TerminateInstances", "ec2:terminateinstances"),
            ("aws", "lambda.amazonaws.com", "GetFunction20150331v2", "lambda:getfunction"),
            ("aws", "lambda.amazonaws.com", "DeleteFunction20150331", "lambda:deletefunction"),
            ("aws", "cloudfront.amazonaws.com", "CreateDistribution2020_05_31", "cloudfront:createdistribution"),
            ("aws", "ec2.amazonaws.com.cn", "RunInstances", "ec2:runinstances"),
            ("aws", "s3.amazonaws.com", "ListObjectsV2", "s3:listobjectsv2"),
            ("aws", "", "CreateAccount", "aws:createaccount"),
            ("azure", "", "MICROSOFT.COMPUTE/VIRTUALMACHINES/DELETE", "microsoft.compute/virtualmachines/delete"),
            ("google", "compute.googleapis.com", "v1.compute.instances.delete", "compute.instances.delete"),
            ("google", "compute.googleapis.com", "beta.compute.instances.delete", "compute.instances.delete"),
            ("google", "cloudsql.googleapis.com", "cloudsql.instances.delete", "cloudsql.instances.delete"),
            (
                "google",
                "container.googleapis.com",
                "google.container.v1beta1.ClusterManager.DeleteCluster",
                "google.container.clustermanager.deletecluster",
            ),
            ("google", "cloudresourcemanager.googleapis.com", "SetIamPolicy", "cloudresourcemanager:setiampolicy"),
            ("google", "k8s.io", "io.k8s.core.v1.pods.delete", "io.k8s.core.pods.delete"),
            ("kubernetes", "apps", "delete deployments", "apps/deployments:delete"),
            ("kubernetes", "", "create pods/exec", "pods/exec:create"),
            ("kubernetes", "", "get", "get"),
            ("other", "svc", "Do", "svc:do"),
            ("aws", "x", "", ""),
        ];
        for (provider, service, operation, name) in cases {
            assert_eq!(operation_name(provider, service, operation), name, "{provider} {service} {operation}");
            let mut names = Names::new(provider);
            for operation in [operation, "Another", operation, operation] {
                assert_eq!(names.name(service, operation), operation_name(provider, service, operation));
            }
        }
    }

    #[test]
    fn only_a_date_at_the_end_is_a_version() {
        for operation in ["12345678", "2020_05_31", "20150331v2", "v2", "A1v2", "x_05_31"] {
            let _ = operation_name("aws", "a.amazonaws.com", operation);
        }
        assert_eq!(operation_name("aws", "a.amazonaws.com", "Get123456789"), "a:get123456789");
        assert_eq!(operation_name("google", "a.googleapis.com", "video.instances.get"), "video.instances.get");
    }
}
