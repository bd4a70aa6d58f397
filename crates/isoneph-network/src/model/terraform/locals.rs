//! What a `local` value may hold. A plan names locals and does not show what they are made of, so what may go into one is
//! worked out from where it stands: the resources of its module, what called modules give out, and what the module is given.
//!
//! That is more than what it is made of, never less: one candidate is the one, several are a choice.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::references::{MADE_WITH, Scope};
use super::steps::{split_module, steps};
use super::{Document, Resource};
use crate::model::address::AddressRange;
use crate::model::json::{list, text};

/// Fields whose kind of resource their names tell, with attributes of networks that may be meant instead.
const FIELDS: [(&str, &[&str], &[&str]); 8] = [
    ("vpc_id", &["aws_vpc", "aws_default_vpc"], &[]),
    ("subnet_id", &["aws_subnet", "aws_default_subnet"], &[]),
    ("security_group_id", GROUPS, &["default_security_group_id"]),
    ("source_security_group_id", GROUPS, &["default_security_group_id"]),
    ("referenced_security_group_id", GROUPS, &["default_security_group_id"]),
    ("route_table_id", TABLES, &["default_route_table_id", "main_route_table_id"]),
    ("network_acl_id", &["aws_network_acl", "aws_default_network_acl"], &["default_network_acl_id"]),
    ("transit_gateway_id", &["aws_ec2_transit_gateway"], &[]),
];
/// Targets of routes and what else is named beside them, with the kinds that each takes.
const TARGETS: [(&str, &[&str]); 7] = [
    ("gateway_id", &["aws_internet_gateway", "aws_vpn_gateway", "aws_vpc_endpoint"]),
    ("nat_gateway_id", &["aws_nat_gateway"]),
    ("vpc_peering_connection_id", &["aws_vpc_peering_connection", "aws_vpc_peering_connection_accepter"]),
    ("egress_only_gateway_id", &["aws_egress_only_internet_gateway"]),
    ("network_interface_id", &["aws_network_interface"]),
    ("vpc_endpoint_id", &["aws_vpc_endpoint"]),
    ("allocation_id", &["aws_eip"]),
];
/// Networks by what joins them: either end.
const ENDS: [&str; 1] = ["peer_vpc_id"];
const GROUPS: &[&str] = &["aws_security_group", "aws_default_security_group"];
const TABLES: &[&str] = &["aws_route_table", "aws_default_route_table"];
const NETWORKS: [&str; 2] = ["aws_vpc", "aws_default_vpc"];

/// Kinds that make other resources, groups among them, of which a plan shows nothing.
const MAKERS: [&str; 14] = [
    "aws_cloudformation_stack",
    "aws_serverlessapplicationrepository_cloudformation_stack",
    "aws_servicecatalog_provisioned_product",
    "aws_cloudcontrolapi_resource",
    "aws_elastic_beanstalk_environment",
    "aws_opsworks_",
    "aws_proton_",
    "aws_cloud9_environment_ec2",
    "aws_lambda_invocation",
    "aws_eks_cluster",
    "aws_directory_service_directory",
    "aws_workspaces_directory",
    "aws_sagemaker_domain",
    "aws_emr_cluster",
];
/// Providers that make nothing of a network of AWS, beside its own.
const BESIDE: [&str; 9] = ["aws", "random", "null", "terraform", "tls", "time", "archive", "cloudinit", "local"];

/// Data sources that hand out what others made.
const OUTSIDE: [&str; 4] = ["external", "http", "local_file", "shell_script"];
/// What networks are made of; a list of such may hold, beside what a plan makes, what stood before.
const PARTS: [&str; 8] = [
    "aws_vpc",
    "aws_default_vpc",
    "aws_subnet",
    "aws_default_subnet",
    "aws_subnets",
    "aws_security_group",
    "aws_default_security_group",
    "aws_security_groups",
];

/// Attributes that name a resource itself.
const OWN: [&str; 3] = ["id", "arn", "name"];

/// The number of a field in [`FIELDS`], where it is one; fields that take the same have one number.
pub(super) fn field(name: &str) -> Option<usize> {
    let single = match name {
        "subnet_ids" | "subnets" | "client_subnets" | "vpc_zone_identifier" => "subnet_id",
        "vpc_security_group_ids" | "security_group_ids" | "security_groups" => "security_group_id",
        "route_table_ids" | "default_route_table_id" => "route_table_id",
        "default_network_acl_id" => "network_acl_id",
        _ => name,
    };
    let (_, kinds, _) = FIELDS.iter().find(|(known, ..)| *known == single)?;
    FIELDS.iter().position(|(_, held, _)| held == kinds)
}

/// Words in names of attributes that hold what a field takes.
pub(super) fn words_of(field: usize) -> Option<&'static str> {
    FIELDS.get(field)?.0.strip_suffix("_id")
}

/// By what name readers know what a network is made with that a field takes: of an instance that an expression tells, a plan
/// names the network alone (`aws_vpc.a[each.key]`), and not the attribute.
pub(super) fn made_for(local: &str, field: Option<usize>) -> Option<&'static str> {
    let (_, _, attributes) = FIELDS[field?];
    let (kind, _) = local.split_once('.')?;
    let of = |attribute: &&str| MADE_WITH.iter().find(|(known, _)| known == attribute).map(|(_, words)| *words);
    attributes.first().filter(|_| NETWORKS.contains(&kind)).and_then(of)
}

/// Whether a resource's own identifier is what another field takes, and not this one; of fields and kinds that are not known
/// nothing is.
pub(super) fn is_for_another_field(kind: &str, name: &str) -> bool {
    let name = if ENDS.contains(&name) { "vpc_id" } else { name };
    let targets = TARGETS.iter().find(|(known, _)| *known == name).map(|(_, kinds)| *kinds);
    let Some(own) = targets.or_else(|| field(name).map(|at| FIELDS[at].1)) else { return false };
    let known = TARGETS.iter().map(|(_, kinds)| *kinds).chain(FIELDS.iter().map(|(_, kinds, _)| *kinds));
    !own.contains(&kind) && known.into_iter().any(|kinds| kinds.contains(&kind))
}

/// Rules of groups that stand by themselves.
const RULES: [&str; 3] =
    ["aws_security_group_rule", "aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule"];

/// A search for all that a value may be.
struct Search<'d> {
    document: &'d Document,
    kinds: &'static [&'static str],
    attributes: &'static [&'static str],
    /// Path of the module that was asked about: its whole is taken in.
    start: String,
    /// Whether all that the document makes was taken in.
    all: bool,
    found: BTreeSet<String>,
    /// Whether it may be something that is not shown.
    open: bool,
    budget: usize,
}

impl Document {
    /// Whether no part of a network that the document shows stood before it.
    pub(super) fn is_first(&self) -> bool {
        !self.resources.iter().any(|held| PARTS.contains(&held.kind.as_str()) && text(&held.values, "id").is_some())
    }

    /// Whether something of the document may make groups that it does not show, or look up what others make meanwhile.
    pub(crate) fn may_make_more(&self) -> bool {
        let makes = |held: &Resource| {
            let kind = held.kind.as_str();
            let provider = kind.split('_').next().unwrap_or_default();
            MAKERS.iter().any(|start| kind.starts_with(start)) || OUTSIDE.contains(&kind) || !BESIDE.contains(&provider)
        };
        !self.later.is_empty() || self.resources.iter().any(makes)
    }

    /// What a route may lead to by a field, where a plan does not show which of several it is: what it refers to, or all that
    /// the plan makes for such a field, for what is not known yet is yet to be made.
    pub(crate) fn targets(&self, resource: &Resource, path: &[&str]) -> Option<Vec<String>> {
        let ids = self.ids(resource, path);
        if !(ids.choice || ids.lost || ids.open) || ids.found.is_empty() && !ids.lost {
            return None;
        }
        let name = path.last().copied().unwrap_or_default();
        let made = if ids.open || ids.lost {
            self.made_for_route(name)?
        } else {
            let other = |held: &&Resource| is_for_another_field(&held.kind, name);
            let other: BTreeSet<String> = self.resources.iter().filter(other).map(Resource::identity).collect();
            ids.found.into_iter().filter(|id| !other.contains(id)).collect()
        };
        Some(made).filter(|made| !made.is_empty())
    }

    /// All that the plan makes and a route may lead to by a field; nothing where something else may be made.
    fn made_for_route(&self, name: &str) -> Option<Vec<String>> {
        let kinds: &[&str] = match name {
            "nat_gateway_id" => &["aws_nat_gateway"],
            "vpc_peering_connection_id" => &["aws_vpc_peering_connection"],
            "transit_gateway_id" => &["aws_ec2_transit_gateway"],
            _ => return None,
        };
        // Who accepts what another asks for hands on a name that stood before.
        let accepts = |held: &Resource| held.kind == "aws_vpc_peering_connection_accepter";
        let later = |held: &&Resource| text(&held.values, "id").is_none();
        (!self.may_make_more() && !self.resources.iter().any(accepts))
            .then(|| self.of_kind(kinds).filter(later).map(Resource::identity).collect())
    }

    /// What a local of a module may hold that a field takes; `None` where it may be something that is not shown.
    pub(super) fn of_local(&self, scope: &Scope, name: &str, field: usize) -> Option<Vec<String>> {
        let place = scope.place.clone();
        if let Some(only) = place.clone().and_then(|place| self.settled.get(&(place, name.to_owned(), field))) {
            return Some(vec![only.clone()]);
        }
        let key = (scope.module.clone(), place, field);
        if let Some(held) = self.locals.borrow().get(&key) {
            return held.clone();
        }
        let mut search = Search::new(self, field, scope);
        search.module(scope);
        let out = search.done();
        self.locals.borrow_mut().insert(key, out.clone());
        out
    }

    /// What a called module may give out that a field takes, where a plan does not show which output is meant; `None` where
    /// it may be something that is not shown.
    pub(super) fn of_module(&self, inner: &Scope, field: usize) -> Option<Vec<String>> {
        let mut search = Search::new(self, field, inner);
        // Nothing of the module was taken in as a whole: a local of it may be whatever the document makes.
        search.start = "nowhere".to_owned();
        for (_, expression) in self.outputs_of(&inner.module) {
            search.expression(inner, expression);
        }
        search.done()
    }

    fn outputs_of(&self, module: &str) -> impl Iterator<Item = (&(String, String), &Value)> {
        let from = (module.to_owned(), String::new());
        self.outputs.range(from..).take_while(move |((held, _), _)| held == module)
    }

    /// Settles locals that several networks may be meant by: a subnet's block lies in a block of its network, and all that
    /// one instance of a module calls by the name of one local is the same.
    pub(super) fn settle(&mut self) {
        let Some(field) = field("vpc_id") else { return };
        let mut left: BTreeMap<(String, String, usize), Vec<String>> = BTreeMap::new();
        let blocks = self.network_blocks();
        for resource in self.of_kind(&["aws_subnet"]) {
            let Some((name, block)) = self.only_local(resource, "vpc_id").zip(block(resource)) else { continue };
            let key = (resource.place.clone(), name, field);
            let all = || self.of_local(&Scope::of(resource), &key.1, field).unwrap_or_default();
            let held = left.entry(key.clone()).or_insert_with(all);
            held.retain(|network| blocks.may_hold(network, block));
        }
        let only = |mut held: Vec<String>| held.pop().filter(|_| held.is_empty());
        self.settled = left.into_iter().filter_map(|(key, held)| Some((key, only(held)?))).collect();
        let rules = self.of_kind(&RULES).filter(|rule| !rule.place.is_empty());
        let named = rules.filter_map(|rule| Some(((&rule.place, self.only_local(rule, "security_group_id")?), rule)));
        let named: BTreeMap<(&String, String), &Resource> = named.collect();
        let groups: Vec<_> = named.into_iter().filter_map(|((_, name), rule)| self.own_group(rule, name)).collect();
        self.settled.extend(groups);
        self.locals.borrow_mut().clear();
    }

    /// The group that a module makes and gives rules by a local alone: were the local another group's, its own would have no
    /// rule at all. A group with rules of its own, or one that the rules name as the far end, may be there for just that.
    fn own_group(&self, rule: &Resource, name: String) -> Option<((String, String, usize), String)> {
        let here = |held: &&Resource| held.place == rule.place;
        let mut groups = self.of_kind(&["aws_security_group"]).filter(here);
        let (own, None) = (groups.next()?, groups.next()) else { return None };
        let has_rules = |key: &&str| !list(&own.values, key).is_empty() || self.is_written(own, &[key]);
        let names_own = |held: &Resource| {
            let written = self.expressions.get(&(held.module.clone(), held.local.clone()));
            written.is_some_and(|written| mentions(written, &own.local))
        };
        let by_local = |held: &Resource| self.only_local(held, "security_group_id").as_ref() == Some(&name);
        let bare = text(&own.values, "id").is_none() && !["ingress", "egress"].iter().any(has_rules);
        let all = self.of_kind(&RULES).filter(here).all(|held| by_local(held) && !names_own(held));
        let key = (rule.place.clone(), name, field("security_group_id")?);
        (bare && all).then(|| (key, own.identity()))
    }

    /// The local that alone makes up a field which is known only after apply.
    fn only_local(&self, resource: &Resource, key: &str) -> Option<String> {
        if text(&resource.values, key).is_some() {
            return None;
        }
        let written = self.expressions.get(&(resource.module.clone(), resource.local.clone()))?.get(key)?;
        match list(written, "references") {
            [Value::String(only)] => {
                only.strip_prefix("local.").filter(|name| !name.contains(['.', '['])).map(Into::into)
            }
            _ => None,
        }
    }

    /// The blocks that networks are given.
    fn network_blocks(&self) -> Blocks {
        let mut out = Blocks::default();
        for network in self.any_of_kind(&NETWORKS) {
            out.of.entry(network.identity()).or_default().push(block(network));
        }
        for more in self.of_kind(&["aws_vpc_ipv4_cidr_block_association"]) {
            let of = self.ids(more, &["vpc_id"]);
            if of.open {
                out.of_any.push(block(more));
            }
            for network in of.found {
                out.of.entry(network).or_default().push(block(more));
            }
        }
        out
    }

    /// Variables of a module that hold nothing that is known only after apply: what is made of one alone, or labels that are
    /// made of whole variables, is known. A part of one being known says nothing of the rest.
    fn known_variables(&self, scope: &Scope) -> BTreeSet<String> {
        let mut out = BTreeSet::new();
        let here = |held: &&Resource| {
            held.module == scope.module && scope.place.as_ref().is_none_or(|place| *place == held.place)
        };
        for resource in self.resources.iter().filter(here) {
            let written = self.expressions.get(&(resource.module.clone(), resource.local.clone()));
            for (key, held) in written.and_then(Value::as_object).into_iter().flatten() {
                let names: Vec<&str> = list(held, "references").iter().filter_map(Value::as_str).collect();
                let whole = names.iter().all(|name| name.starts_with("var.") && !name[4..].contains(['.', '[']));
                let telling = match resource.values.get(key) {
                    Some(Value::String(_)) => names.len() == 1,
                    Some(Value::Array(held)) => names.len() == 1 && held.iter().all(Value::is_string),
                    Some(Value::Object(_)) => matches!(key.as_str(), "tags" | "labels"),
                    _ => false,
                };
                if whole && telling && !self.is_unknown(resource, &[key]) {
                    out.extend(names.iter().map(|name| name[4..].to_owned()));
                }
            }
        }
        out
    }
}

/// Whether an expression, or one within it, refers to a resource of its module.
fn mentions(expression: &Value, local: &str) -> bool {
    match expression {
        Value::Object(held) => held.values().any(|held| mentions(held, local)),
        Value::Array(held) => held.iter().any(|held| mentions(held, local)),
        Value::String(held) => {
            held.strip_prefix(local).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        }
        _ => false,
    }
}

/// Blocks of addresses by network; one that is not known may be any.
#[derive(Default)]
struct Blocks {
    of: BTreeMap<String, Vec<Option<AddressRange>>>,
    of_any: Vec<Option<AddressRange>>,
}

impl Blocks {
    /// Whether a network may hold a block: all blocks that it is given have to be known to say no.
    fn may_hold(&self, network: &str, block: AddressRange) -> bool {
        let Some(own) = self.of.get(network) else { return true };
        own.iter().chain(&self.of_any).any(|range| range.is_none_or(|range| range.covers(block)))
    }
}

fn block(resource: &Resource) -> Option<AddressRange> {
    text(&resource.values, "cidr_block").and_then(AddressRange::parse)
}

impl<'d> Search<'d> {
    fn new(document: &'d Document, field: usize, scope: &Scope) -> Self {
        let (_, kinds, attributes) = FIELDS[field];
        let (start, found) = (scope.module.clone(), BTreeSet::new());
        Self { document, kinds, attributes, start, all: false, found, open: false, budget: 4096 }
    }

    fn done(self) -> Option<Vec<String>> {
        (!self.open && self.budget > 0).then(|| self.found.into_iter().collect())
    }

    /// What a local of another module may be: whatever the document makes.
    fn elsewhere(&mut self, scope: &Scope) {
        if scope.module != self.start && !std::mem::replace(&mut self.all, true) {
            self.document.resources.iter().for_each(|resource| self.whole(resource));
            self.open |= !self.document.later.is_empty();
        }
    }

    /// Everything that stands in a module, comes out of those it calls, and goes into it.
    fn module(&mut self, scope: &Scope) {
        let document = self.document;
        self.open |= document.later.iter().any(|(module, _)| *module == scope.module);
        for resource in &document.resources {
            if resource.module == scope.module && scope.place.as_ref().is_none_or(|place| *place == resource.place) {
                self.whole(resource);
            }
        }
        for (_, call) in document.calls.keys().filter(|(module, _)| *module == scope.module) {
            let inner = document.child_of(scope, call);
            for (_, expression) in document.outputs_of(&inner.module) {
                self.expression(&inner, expression);
            }
        }
        let Some((parent, call)) = split_module(&scope.module) else { return };
        let known = document.known_variables(scope);
        let held = document.calls.get(&(parent.to_owned(), call.to_owned()));
        let given = held.and_then(|held| held.get("expressions")).and_then(Value::as_object);
        let outer = document.outer_of(scope);
        for (_, expression) in given.into_iter().flatten().filter(|(name, _)| !known.contains(*name)) {
            self.expression(&outer, expression);
        }
    }

    /// A resource of which any attribute may be meant.
    fn whole(&mut self, resource: &Resource) {
        // What is known cannot be a part of what is known only after apply.
        let later = text(&resource.values, "id").is_none();
        self.open |= MAKERS.contains(&resource.kind.as_str()) || (later && !resource.is_managed());
        if self.kinds.contains(&resource.kind.as_str()) && later {
            self.found.insert(resource.identity());
        }
        if NETWORKS.contains(&resource.kind.as_str()) {
            self.made_with(resource, self.attributes);
        }
    }

    fn made_with(&mut self, resource: &Resource, attributes: &[&str]) {
        let words = MADE_WITH.iter().filter(|(attribute, _)| attributes.contains(attribute));
        let later = words.filter(|(attribute, _)| text(&resource.values, attribute).is_none());
        self.found.extend(later.map(|(_, words)| format!("{words} {}", resource.identity())));
    }

    fn expression(&mut self, scope: &Scope, expression: &Value) {
        let object = expression.as_object();
        let mut references: Vec<&str> = list(expression, "references").iter().filter_map(Value::as_str).collect();
        if let (Some(object), true) = (object, references.is_empty()) {
            references.extend(object.values().flat_map(|held| list(held, "references")).filter_map(Value::as_str));
        }
        let mut before = "";
        for reference in references {
            // After `a.b[0].c` its parts follow, `a.b[0]` and `a.b`: they name nothing more.
            let is_part = before.strip_prefix(reference).is_some_and(|rest| rest.starts_with(['.', '[']));
            if self.budget == 0 || is_part {
                continue;
            }
            self.budget -= 1;
            before = reference;
            self.reference(scope, reference);
        }
    }

    fn reference(&mut self, scope: &Scope, reference: &str) {
        let document = self.document;
        let steps = steps(reference);
        let names: Vec<&str> = steps.iter().map(|step| step.name).collect();
        match names.as_slice() {
            ["var", name, ..] => {
                let held = document.calls.get(&match split_module(&scope.module) {
                    Some((parent, call)) => (parent.to_owned(), call.to_owned()),
                    None => return,
                });
                if let Some(held) = held.and_then(|held| held.get("expressions")).and_then(|held| held.get(*name)) {
                    self.expression(&document.outer_of(scope), held);
                }
            }
            // What is made over something has a part of it.
            ["local" | "each", ..] => self.elsewhere(scope),
            ["module", call, output, ..] => {
                let inner = document.child_of(scope, call);
                if let Some(held) = document.outputs.get(&(inner.module.clone(), (*output).to_owned())) {
                    self.expression(&inner, held);
                }
            }
            ["module" | "count" | "path" | "terraform" | "self", ..] => {}
            ["data", kind, name, ..] => self.resource(scope, &format!("data.{kind}.{name}"), None),
            [kind, name, rest @ ..] => self.resource(scope, &format!("{kind}.{name}"), rest.first().copied()),
            _ => {}
        }
    }

    fn resource(&mut self, scope: &Scope, local: &str, attribute: Option<&str>) {
        let document = self.document;
        self.open |= document.is_later(&scope.module, local);
        let all = document.instances.get(&(scope.module.clone(), local.to_owned())).map_or(&[][..], Vec::as_slice);
        for resource in all.iter().map(|at| &document.resources[*at]) {
            if scope.place.as_ref().is_some_and(|place| *place != resource.place) {
                continue;
            }
            let (kind, wanted) = (resource.kind.as_str(), self.kinds.contains(&resource.kind.as_str()));
            match attribute {
                None => self.whole(resource),
                Some(own) if OWN.contains(&own) => {
                    self.found.extend(wanted.then(|| resource.identity()));
                }
                Some(made) if NETWORKS.contains(&kind) => {
                    let made = self.attributes.iter().copied().find(|known| *known == made);
                    made.into_iter().for_each(|made| self.made_with(resource, &[made]));
                }
                // What is known cannot be a part of what is known only after apply.
                Some(known) if resource.values.get(known).is_some_and(|held| !held.is_null()) => {}
                // A part of another thing may name what that stands in, or what it makes.
                Some(_) => self.elsewhere(scope),
            }
        }
    }
}
