//! Whether a change speaks of what an operation was done to.

use super::Operation;
use crate::changes::Change;
use crate::operations::Act;

/// Whether the operation is one on the resources that a change names. What a deletion, or a stop of several, does to a
/// thing outside of the change is not approved by what it does to those inside, and a thing that the record only mentions, as the network of
/// a database, is not what was deleted.
pub(super) fn of_resources(change: &Change, operation: &Operation) -> Option<bool> {
    if change.resources.is_empty() || change.resources.iter().any(|resource| resource == "*") {
        return Some(true);
    }
    let targets = operation.targets.as_ref()?;
    let listed = |target: &String| change.resources.iter().any(|resource| same_resource(resource, target));
    let hits = targets.iter().filter(|target| listed(target)).count();
    let destroys = matches!(operation.act, Act::Delete | Act::Terminate) || is_done_to_each(&operation.name);
    let in_group = |target: &String| change.resources.iter().any(|resource| may_hold(resource, target));
    match hits {
        // Of what a bare name names, the name alone does not tell whether it is the group or a thing in it.
        hits if hits < targets.len() && targets.iter().any(in_group) && (hits == 0 || destroys) => None,
        // An item of a configuration database may be one of the targets under another name.
        0 if change.resources_by_name => None,
        0 => Some(false),
        hits if destroys && hits < targets.len() => {
            let deleted = targets.iter().filter(|target| may_be_deleted(target, &operation.name));
            let (inside, outside): (Vec<&String>, Vec<&String>) = deleted.partition(|target| listed(target));
            (!inside.is_empty() && outside.is_empty()).then_some(true)
        }
        _ => Some(true),
    }
}

fn same_resource(resource: &str, target: &str) -> bool {
    let (resource, target) = (resource.to_lowercase(), target.to_lowercase());
    let ends = |long: &str, short: &str| {
        long.strip_suffix(short).is_some_and(|before| before.is_empty() || before.ends_with(['/', ':']))
    };
    // A subscription and a resource group of Azure hold what lies below them.
    let holds = resource.starts_with("/subscriptions/")
        && target.strip_prefix(resource.trim_end_matches('/')).is_some_and(|below| below.starts_with('/'));
    // The same without its subscription.
    let group = resource.trim_matches('/').strip_prefix("resourcegroups/").filter(|group| !group.contains('/'));
    let holds = holds || group.is_some_and(|group| may_hold(group, &target));
    // Behind a load balancer's name stands what AWS made up.
    let named = target.rsplit_once('/').filter(|_| target.contains(":loadbalancer/")).map(|(named, _)| named);
    !target.is_empty()
        && (holds
            || ends(&target, &resource)
            || ends(&resource, &target)
            || named.is_some_and(|named| ends(named, &resource)))
}

/// Whether a bare name may be that of the resource group of Azure that a target lies in.
fn may_hold(resource: &str, target: &str) -> bool {
    let target = target.to_lowercase();
    let group = target.split_once("/resourcegroups/").and_then(|(_, below)| below.split_once('/'));
    group.is_some_and(|(group, _)| target.starts_with("/subscriptions/") && resource.eq_ignore_ascii_case(group))
}

/// Whether a target may be what an operation of this name deletes, rather than something that belongs to it.
fn may_be_deleted(target: &str, operation_name: &str) -> bool {
    // An address is another name of what has an id beside it: a key has one below its vault.
    if is_generated(target) || target.starts_with("rds-ca-") || target.starts_with("https://") {
        return false;
    }
    let noun = noun(operation_name);
    if let ["arn", _, service, _, _, name] = target.splitn(6, ':').collect::<Vec<_>>()[..] {
        let kind = name.split(['/', ':']).next().filter(|kind| *kind != name);
        let plain = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
        // Kinds have shorter names in ARNs: `db`, `cluster`, `loadbalancer`.
        let is_kind = kind.is_none_or(|kind| noun.starts_with(&plain(kind)) || plain(kind).ends_with(noun));
        return operation_name.split(':').next() == Some(service) && is_kind;
    }
    // `vpc-0123456789abcdef0`: the beginning says what it is.
    match target.split_once('-') {
        Some((kind, id)) if matches!(id.len(), 8 | 17) && id.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
            noun.starts_with(kind)
        }
        _ => true,
    }
}

/// Whether an operation does the same to each of several things: `ec2:stopinstances`.
fn is_done_to_each(operation_name: &str) -> bool {
    let action = action(operation_name);
    action.ends_with('s') && ["stop", "start", "reboot"].iter().any(|verb| action.starts_with(verb))
}

fn action(operation_name: &str) -> &str {
    operation_name.rsplit([':', '.', '/']).next().unwrap_or(operation_name)
}

/// What an operation is about: `dbinstance` of `rds:deletedbinstance`.
fn noun(operation_name: &str) -> &str {
    #[rustfmt::skip]
    const VERBS: [&str; 12] = [
        "batchdelete", "delete", "terminate", "schedule", "destroy", "deregister", "release", "purge", "cancel",
        "stop", "start", "reboot",
    ];
    let action = action(operation_name);
    let noun = VERBS.iter().find_map(|verb| action.strip_prefix(verb)).unwrap_or(action);
    noun.strip_suffix("deletion").unwrap_or(noun).trim_end_matches('s')
}

/// Whether it is a number or an id that the service made up beside the name: a hosted zone, a UUID, `db-ABCD…`.
fn is_generated(target: &str) -> bool {
    let capitals = |text: &str| text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    let parts: Vec<usize> = target.split('-').map(str::len).collect();
    target.bytes().all(|byte| byte.is_ascii_digit())
        || (target.len() >= 10 && target.starts_with('Z') && capitals(target))
        || target.split_once('-').is_some_and(|(_, id)| id.len() >= 20 && capitals(id))
        || (parts == [8, 4, 4, 4, 12] && target.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_record_mentions_is_not_what_was_deleted() {
        let cases = [
            ("rds:deletedbinstance", "db1", true),
            ("rds:deletedbinstance", "arn:aws:rds:r:1:db:db1", true),
            ("rds:deletedbinstance", "arn:aws:kms:r:1:key/k", false),
            ("rds:deletedbinstance", "db-ABCDEFGHIJKLMNOPQRSTUVWXYZ", false),
            ("rds:deletedbinstance", "Z29XKXDKYMONMX", false),
            ("rds:deletedbinstance", "vpc-0123456789abcdef0", false),
            ("rds:deletedbinstance", "rds-ca-2019", false),
            ("eks:deletecluster", "arn:aws:eks:r:1:cluster/c1", true),
            ("eks:deletecluster", "arn:aws:iam::1:role/eks", false),
            ("dynamodb:deletetable", "0a0b0c0d-0000-0000-0000-00000000000a", false),
            ("ec2:terminateinstances", "i-0123456789abcdef0", true),
            ("ec2:terminateinstances", "subnet-0123456789abcdef0", false),
            ("ec2:deletevpc", "vpc-01234567", true),
            ("ec2:stopinstances", "i-0123456789abcdef0", true),
            ("ec2:startinstances", "subnet-0123456789abcdef0", false),
            ("s3:deletebucket", "arn:aws:s3:::b1", true),
            ("iam:deleteaccesskey", "AKIAIOSFODNN7EXAMPLE", true),
            ("compute.instances.delete", "4711", false),
            ("compute.instances.delete", "projects/p/zones/z/instances/vm", true),
            ("keypurge", "https://kv1.vault.azure.net/keys/k1", false),
            ("keypurge", "/subscriptions/1/vaults/kv1/keys/k1", true),
            ("microsoft.compute/virtualmachines/delete", "/subscriptions/1/virtualMachines/vm", true),
        ];
        for (name, target, expected) in cases {
            assert_eq!(may_be_deleted(target, name), expected, "{name} {target}");
        }
    }

    #[test]
    fn a_subscription_and_a_resource_group_hold_what_lies_in_them() {
        let vm = "/subscriptions/1A/resourceGroups/Prod-RG/providers/Microsoft.Compute/virtualMachines/vm1";
        for (resource, expected) in [
            ("/subscriptions/1a/resourcegroups/prod-rg", true),
            ("/SUBSCRIPTIONS/1A/RESOURCEGROUPS/PROD-RG/", true),
            ("/subscriptions/1a", true),
            ("/subscriptions/1a/resourceGroups/prod", false),
            ("/subscriptions/1", false),
            ("/subscriptions", false),
            ("/", false),
        ] {
            assert_eq!(same_resource(resource, vm), expected, "{resource}");
        }
        assert!(same_resource("resourceGroups/prod-rg", vm));
        assert_eq!((same_resource("prod-rg", vm), may_hold("Prod-rg", vm), may_hold("rg", vm)), (false, true, false));
        assert!(!same_resource(vm, "/subscriptions/1a/resourcegroups/prod-rg"), "the group is more than the machine");
    }

    #[test]
    fn a_resource_goes_by_the_end_of_its_name() {
        let balancer = "arn:aws:elasticloadbalancing:r:1:loadbalancer/app/web/50dc6c495c0c9188";
        for (resource, target, expected) in [
            ("vol-1", "arn:aws:ec2:r:1:volume/vol-1", true),
            ("arn:aws:s3:::B1", "b1", true),
            ("web", balancer, true),
            ("app", balancer, false),
            ("eb", "web", false),
            ("x", "", false),
        ] {
            assert_eq!(same_resource(resource, target), expected, "{resource} {target}");
        }
    }
}
