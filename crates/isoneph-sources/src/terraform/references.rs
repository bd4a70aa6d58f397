//! What an attribute refers to: by the identifier it holds, else by the configuration's own expressions, through module
//! arguments and outputs. Locals and built texts are not in a plan's configuration: what depends on them stays unresolved.

use isoneph_model::GapCode;
use isoneph_tables::Cell;

use super::address::{Address, parent_module};
use super::config::{Config, Module, Names};
use super::index::{Id, Index};

/// What an attribute refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reference {
    /// A resource of the input, by its `uid`.
    Uid(String),
    /// Something outside the input, by the identifier written.
    Literal(String),
    /// Nothing.
    Unset,
    /// It refers to something, but to what is not known.
    Unresolved(GapCode),
}

impl Reference {
    /// A cell: the `uid` or the identifier, `''` for nothing.
    pub(crate) fn cell(&self) -> Cell<String> {
        match self {
            Reference::Uid(text) | Reference::Literal(text) => Cell::Known(text.clone()),
            Reference::Unset => Cell::Known(String::new()),
            Reference::Unresolved(code) => Cell::Gap(*code),
        }
    }

    /// The `uid`, where it is a resource of the input.
    pub(crate) fn uid(&self) -> Option<&str> {
        match self {
            Reference::Uid(uid) => Some(uid),
            Reference::Literal(_) | Reference::Unset | Reference::Unresolved(_) => None,
        }
    }

    /// Whether it is known to refer to nothing.
    pub(crate) fn is_unset(&self) -> bool {
        matches!(self, Reference::Unset)
    }
}

/// Module arguments and outputs that lead to one another: more steps than this are not followed.
const STEPS: u32 = 64;

/// Attributes through which one names a resource itself, not some fact about it.
const NAMING: &[&str] = &[
    "id",
    "arn",
    "name",
    "bucket",
    "self_link",
    "key_id",
    "key_arn",
    "unique_id",
    "email",
    "member",
    "principal_id",
    "allocation_id",
    "user_name",
    "function_name",
    "resource_id",
    "role_arn",
    "cluster_identifier",
    "identifier",
    "qualified_arn",
    "latest_version",
    "self_link_unique",
    "display_name",
    "client_id",
    "object_id",
    "versionless_id",
    "alias",
    "target_key_arn",
    "target_key_id",
    "crypto_key_id",
    "network_interface_id",
    "primary_network_interface_id",
    "secret_id",
    "invoke_arn",
    "dns_name",
    "fqdn",
    "url",
    "node_group_name",
    "cluster_name",
    "workspace_id",
    "primary_blob_endpoint",
    "role_definition_resource_id",
    "role_definition_id",
    "identity[0].principal_id",
    "kubelet_identity[0].object_id",
    "application_object_id",
    "dataset_id",
    "domain_name",
];

/// Resolves names that expressions hold.
pub(crate) struct Resolver<'a> {
    pub(crate) config: &'a Config,
    pub(crate) index: &'a Index,
}

/// Where an expression stands.
#[derive(Clone, Copy)]
struct Place<'p> {
    module: &'p str,
    /// The key of the instance that it stands in, `each.key` or `count.index`.
    key: Option<&'p str>,
    for_each: &'p [std::rc::Rc<str>],
}

impl Resolver<'_> {
    /// What an attribute of a resource refers to, as configured: the resources, or why not.
    pub(crate) fn configured(&self, address: &str, path: &str) -> Result<Vec<Id>, GapCode> {
        let unresolved = Err(GapCode::UnresolvedReference);
        let parts = Address::parse(address);
        let Some(module) = self.module(parts.module) else { return unresolved };
        let Some(resource) = module.resources.get(parts.resource) else { return unresolved };
        let plain = without_indices(path);
        let mut names: Option<&Names> = None;
        for (_, found) in resource.references.iter().filter(|(path, _)| **path == *plain) {
            // Blocks of a set are not in the order they were written in: which one is meant cannot be told.
            if names.is_some_and(|earlier| earlier != found) {
                return unresolved;
            }
            names = Some(found);
        }
        let Some(names) = names else { return unresolved };
        let place = Place { module: parts.module, key: parts.key, for_each: &resource.for_each };
        let ids = self.follow(names, place, STEPS)?;
        if ids.is_empty() { unresolved } else { Ok(ids) }
    }

    /// Every resource that any attribute of a resource refers to, with the attribute; what cannot be told is left out.
    pub(crate) fn all_configured(&self, address: &str) -> Vec<(String, Id)> {
        let parts = Address::parse(address);
        let resource = self.module(parts.module).and_then(|module| module.resources.get(parts.resource));
        let Some(resource) = resource else { return Vec::new() };
        let place = Place { module: parts.module, key: parts.key, for_each: &resource.for_each };
        let mut found = Vec::new();
        for (path, names) in &resource.references {
            for name in primary(names) {
                if let Ok(ids) = self.follow_one(name, names, place, STEPS) {
                    found.extend(ids.into_iter().map(|id| (path.to_string(), id)));
                }
            }
        }
        found.sort();
        found.dedup();
        found
    }

    fn module(&self, module: &str) -> Option<&Module> {
        let (calls, _) = Address { module, resource: "", key: None }.calls();
        self.config.root.descend(&calls)
    }

    fn follow(&self, names: &Names, place: Place<'_>, steps: u32) -> Result<Vec<Id>, GapCode> {
        let mut ids = Vec::new();
        for name in primary(names) {
            ids.extend(self.follow_one(name, names, place, steps)?);
        }
        ids.sort_unstable();
        ids.dedup();
        Ok(ids)
    }

    fn follow_one(&self, name: &str, names: &Names, place: Place<'_>, steps: u32) -> Result<Vec<Id>, GapCode> {
        let unresolved = Err(GapCode::UnresolvedReference);
        let Some(steps) = steps.checked_sub(1) else { return unresolved };
        match name.split_once('.') {
            Some(("count" | "path" | "terraform" | "self", _)) => Ok(Vec::new()),
            Some(("each", "key")) => Ok(Vec::new()),
            Some(("each", rest)) => self.each_value(rest, place, steps),
            Some(("var", rest)) => self.argument(rest, place, steps),
            Some(("module", rest)) => self.output(rest, place, steps),
            Some(("local" | "data", _)) | None => unresolved,
            Some(_) => self.resource(name, names, place),
        }
    }

    /// `each.value…` of a resource that is made for each instance of another: the instance of the same key.
    fn each_value(&self, rest: &str, place: Place<'_>, steps: u32) -> Result<Vec<Id>, GapCode> {
        let attribute = rest.strip_prefix("value").unwrap_or_default().trim_start_matches('.');
        let mut sources = primary(place.for_each);
        let (Some(source), None, Some(_)) = (sources.next(), sources.next(), place.key) else {
            return Err(GapCode::UnresolvedReference);
        };
        if !names_itself(attribute) || source.starts_with("each.") || source.split('.').count() != 2 {
            return Err(GapCode::UnresolvedReference);
        }
        let keyed: Names = vec![source.into(), "each.key".into()];
        self.follow_one(source, &keyed, place, steps)
    }

    /// `var.x`: what the module's caller gives for it.
    fn argument(&self, rest: &str, place: Place<'_>, steps: u32) -> Result<Vec<Id>, GapCode> {
        let unresolved = Err(GapCode::UnresolvedReference);
        // A part of an object (`var.network.id`) is not shown by the caller's expression.
        if rest.contains(['.', '[']) || place.module.is_empty() {
            return unresolved;
        }
        let parent = parent_module(place.module);
        let (calls, key) = Address { module: place.module, resource: "", key: None }.calls();
        let Some(call) = calls.last().and_then(|name| self.module(parent)?.calls.get(*name)) else { return unresolved };
        let Some(names) = call.arguments.get(rest) else { return unresolved };
        self.follow(names, Place { module: parent, key, for_each: &call.for_each }, steps)
    }

    /// `module.m.output`, `module.m["key"].output`.
    fn output(&self, rest: &str, place: Place<'_>, steps: u32) -> Result<Vec<Id>, GapCode> {
        let unresolved = Err(GapCode::UnresolvedReference);
        let inner = format!("module.{rest}");
        let parts = Address::parse(&inner);
        if parts.module.is_empty() || parts.resource.contains('.') || parts.key.is_some() {
            return unresolved;
        }
        let (calls, key) = parts.calls();
        let ([name], Some(module)) = (&calls[..], self.module(place.module)) else { return unresolved };
        let Some(call) = module.calls.get(*name) else { return unresolved };
        let Some(names) = call.module.outputs.get(parts.resource) else { return unresolved };
        let instance = format!("{}{}", place.module, parts.module);
        self.follow(names, Place { module: &instance, key, for_each: &call.for_each }, steps)
    }

    /// `aws_s3_bucket.b.id`, `aws_s3_bucket.b["key"].arn`, `aws_s3_bucket.b`.
    fn resource(&self, name: &str, names: &Names, place: Place<'_>) -> Result<Vec<Id>, GapCode> {
        let unresolved = Err(GapCode::UnresolvedReference);
        let Some(parts) = parse_name(name) else { return unresolved };
        if !names_itself(parts.attribute) {
            return unresolved;
        }
        let instances = self.index.instances(place.module, parts.resource);
        let of_key = |key: &str| {
            let is_it = |id: &Id| Address::parse(self.index.address(*id)).key == Some(key);
            instances.iter().copied().find(is_it).map(|id| vec![id]).ok_or(GapCode::UnresolvedReference)
        };
        let by_own_key = names.iter().any(|name| matches!(&**name, "each.key" | "count.index"));
        match (parts.key, place.key) {
            (Some(key), _) => of_key(key),
            (None, Some(key)) if by_own_key => of_key(key),
            (None, _) if instances.is_empty() => unresolved,
            (None, _) => Ok(instances),
        }
    }
}

fn names_itself(attribute: &str) -> bool {
    attribute.is_empty() || NAMING.contains(&attribute)
}

struct Name<'a> {
    resource: &'a str,
    key: Option<&'a str>,
    attribute: &'a str,
}

/// `type.name`, an optional `[key]`, an optional `.attribute`.
fn parse_name(name: &str) -> Option<Name<'_>> {
    let (_, rest) = name.split_once('.')?;
    let head = name.len() - rest.len();
    let end = rest.find(['.', '[']).map_or(name.len(), |i| head + i);
    let (resource, tail) = name.split_at(end);
    let (key, tail) = match tail.strip_prefix('[') {
        Some(inner) if inner.starts_with('"') => {
            let close = inner.find("\"]")?;
            (Some(&inner[..=close]), &inner[close + 2..])
        }
        Some(inner) => {
            let close = inner.find(']')?;
            (Some(&inner[..close]), &inner[close + 1..])
        }
        None => (None, tail),
    };
    Some(Name { resource, key, attribute: tail.trim_start_matches('.') })
}

/// The names that are not merely shorter forms of another one in the list.
fn primary(names: &[std::rc::Rc<str>]) -> impl Iterator<Item = &str> {
    names.iter().enumerate().filter_map(|(i, name)| {
        let longer =
            |other: &std::rc::Rc<str>| other.strip_prefix(&**name).is_some_and(|rest| rest.starts_with(['.', '[']));
        let repeated = names[..i].contains(name);
        (!repeated && !names.iter().any(longer)).then_some(&**name)
    })
}

fn without_indices(path: &str) -> String {
    let named = |segment: &&str| segment.parse::<usize>().is_err();
    path.split('.').filter(named).collect::<Vec<_>>().join(".")
}
