//! One managed resource as a mapper sees it.

use std::cell::RefCell;
use std::rc::Rc;

use isoneph_model::GapCode;
use isoneph_tables::{Cell, Common, Instant};
use serde_json::Value;

use super::address::Address;
use super::attr::Attr;
use super::block::Block;
use super::defaults::{Circumstances, DEFAULTS, DefaultValue};
use super::mask::Mask;
use super::references::{Reference, Resolver};
use super::survey::{Action, Survey};

/// A managed resource: its values, what is unknown of them, and what it refers to.
pub(crate) struct Resource<'a> {
    pub(crate) survey: &'a Survey,
    pub(crate) snapshot: i64,
    pub(crate) address: String,
    pub(crate) native_type: String,
    /// Where it stands in the file.
    pub(crate) pointer: String,
    pub(crate) action: Action,
    pub(crate) values: Value,
    pub(crate) unknown: Rc<Mask>,
    pub(crate) sensitive: Rc<Mask>,
    /// The key of its provider configuration.
    pub(crate) provider_key: Option<String>,
    pub(crate) common: Rc<Common>,
    pub(crate) log: RefCell<Vec<Logged>>,
}

/// A reference that a mapper asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Logged {
    /// The attribute, without indices.
    pub(crate) kind: String,
    pub(crate) reference: Reference,
    /// The types it may point at; empty for any.
    pub(crate) types: &'static [&'static str],
}

impl<'a> Resource<'a> {
    /// Its identity in the tables.
    pub(crate) fn uid(&self) -> &str {
        &self.common.uid
    }

    /// Its native type: `aws_s3_bucket`.
    pub(crate) fn native_type(&self) -> &str {
        &self.native_type
    }

    /// All its values, as a block.
    pub(crate) fn root(&self) -> Block<'_> {
        Block::root(&self.values, &self.unknown, &self.sensitive)
    }

    /// See [`Block::knows`].
    pub(crate) fn knows(&self, path: &str) -> bool {
        self.root().knows(path)
    }

    /// See [`Block::is_set`].
    pub(crate) fn is_set(&self, path: &str) -> Attr<bool> {
        self.root().is_set(path)
    }

    /// See [`Block::text`].
    pub(crate) fn text(&self, path: &str) -> Attr<String> {
        self.root().text(path)
    }

    /// See [`Block::bool`].
    pub(crate) fn bool(&self, path: &str) -> Attr<bool> {
        self.root().bool(path)
    }

    /// See [`Block::int`].
    pub(crate) fn int(&self, path: &str) -> Attr<i64> {
        self.root().int(path)
    }

    /// See [`Block::time`].
    pub(crate) fn time(&self, path: &str) -> Attr<Instant> {
        self.root().time(path)
    }

    /// See [`Block::texts`].
    pub(crate) fn texts(&self, path: &str) -> Attr<Vec<String>> {
        self.root().texts(path)
    }

    /// See [`Block::pairs`].
    pub(crate) fn pairs(&self, path: &str) -> Attr<Vec<String>> {
        self.root().pairs(path)
    }

    /// See [`Block::blocks`].
    pub(crate) fn blocks(&self, path: &str) -> Attr<Vec<Block<'_>>> {
        self.root().blocks(path)
    }

    /// See [`Block::block`].
    pub(crate) fn block(&self, path: &str) -> Attr<Block<'_>> {
        self.root().block(path)
    }

    /// See [`Block::decide`].
    pub(crate) fn decide(&self, path: &str, decide: impl FnOnce(&str) -> bool) -> Attr<bool> {
        self.root().decide(path, decide)
    }

    /// See [`Block::decide_any`].
    pub(crate) fn decide_any(&self, path: &str, decide: impl Fn(&str, &str) -> bool) -> Attr<bool> {
        self.root().decide_any(path, decide)
    }

    /// The one resource of these types (any, if none are given) that an attribute refers to.
    pub(crate) fn reference(&self, path: &str, types: &'static [&'static str]) -> Reference {
        let mut all = self.resolve(path, types);
        let reference = match all.len() {
            0 => Reference::Unset,
            1 => all.swap_remove(0),
            _ => Reference::Unresolved(GapCode::UnresolvedReference),
        };
        self.note(path, std::slice::from_ref(&reference), types);
        reference
    }

    /// Everything that an attribute with a list refers to. One that cannot be resolved is there as such.
    pub(crate) fn references(&self, path: &str, types: &'static [&'static str]) -> Vec<Reference> {
        let all = self.resolve(path, types);
        self.note(path, &all, types);
        all
    }

    /// As [`reference`](Self::reference), of an attribute of a nested block.
    pub(crate) fn reference_in(&self, block: &Block<'_>, path: &str, types: &'static [&'static str]) -> Reference {
        self.reference(&block.path_of(path), types)
    }

    /// As [`references`](Self::references), of an attribute of a nested block.
    pub(crate) fn references_in(
        &self,
        block: &Block<'_>,
        path: &str,
        types: &'static [&'static str],
    ) -> Vec<Reference> {
        self.references(&block.path_of(path), types)
    }

    /// As [`reference`](Self::reference), of an attribute that the provider computes when nobody sets it: then it refers
    /// to nothing that was chosen.
    pub(crate) fn unless_computed(&self, path: &str, types: &'static [&'static str]) -> Reference {
        self.reference_computed_in(&self.root(), path, types)
    }

    /// As [`unless_computed`](Self::unless_computed), of an attribute of a nested block.
    pub(crate) fn reference_computed_in(
        &self,
        block: &Block<'_>,
        path: &str,
        types: &'static [&'static str],
    ) -> Reference {
        let unknown = matches!(block.is_set(path), Attr::Unknown(_));
        if unknown && self.is_configured_in(block, path) == Some(false) {
            return Reference::Unset;
        }
        self.reference_in(block, path, types)
    }

    /// As [`is_configured`](Self::is_configured), of an attribute of a nested block. `None` where the block itself is not
    /// seen in the configuration: it may be generated.
    pub(crate) fn is_configured_in(&self, block: &Block<'_>, path: &str) -> Option<bool> {
        let named = |path: &str| {
            path.split('.').filter(|segment| segment.parse::<usize>().is_err()).collect::<Vec<_>>().join(".")
        };
        let parent = named(block.path());
        if !parent.is_empty() && !self.is_configured(&parent)? {
            return None;
        }
        self.is_configured(&named(&block.path_of(path)))
    }

    /// The `uid`s or identifiers in a list of references, sorted; a gap when one of them is not resolved.
    pub(crate) fn uids(references: &[Reference]) -> Cell<Vec<String>> {
        let mut uids = Vec::new();
        for reference in references {
            match reference {
                Reference::Uid(text) | Reference::Literal(text) => uids.push(text.clone()),
                Reference::Unset => {}
                Reference::Unresolved(code) => return Cell::Gap(*code),
            }
        }
        uids.sort();
        uids.dedup();
        Cell::Known(uids)
    }

    /// Whether a set is unknown as a whole. Its expression tells the resources that it names, not the constants beside
    /// them: `["allUsers", google_service_account.app.member]` reads as the account alone.
    pub(crate) fn hides_constants(&self, path: &str) -> bool {
        let (texts, unknown) = self.root().literals(path);
        texts.is_empty() && unknown == Attr::Unknown(GapCode::AfterApply) && self.is_configured(path) != Some(false)
    }

    fn resolve(&self, path: &str, types: &[&str]) -> Vec<Reference> {
        let (literals, unknown) = self.root().literals(path);
        let mut found: Vec<Reference> = literals.into_iter().map(|text| self.by_literal(text, types)).collect();
        if let Attr::Unknown(code) = unknown {
            let resolver = Resolver { config: &self.survey.config, index: &self.survey.index };
            match (code, resolver.configured(&self.address, path)) {
                (GapCode::AfterApply, Ok(ids)) => {
                    let fits =
                        |id: &super::index::Id| types.is_empty() || types.contains(&self.survey.index.native_type(*id));
                    let count = ids.len();
                    let fitting: Vec<_> = ids.into_iter().filter(fits).collect();
                    if fitting.is_empty() && count > 0 {
                        found.push(Reference::Unresolved(GapCode::UnresolvedReference));
                    }
                    let uids = fitting.into_iter().map(|id| Reference::Uid(self.uid_of(self.survey.index.address(id))));
                    found.extend(uids);
                }
                (GapCode::AfterApply, Err(code)) => found.push(Reference::Unresolved(code)),
                (code, _) => found.push(Reference::Unresolved(code)),
            }
        }
        let mut seen = Vec::with_capacity(found.len());
        for reference in found {
            if !seen.contains(&reference) {
                seen.push(reference);
            }
        }
        seen
    }

    fn by_literal(&self, text: String, types: &[&str]) -> Reference {
        match self.survey.index.by_literal(&text, types) {
            Some(Some(id)) => Reference::Uid(self.uid_of(self.survey.index.address(id))),
            Some(None) => Reference::Unresolved(GapCode::UnresolvedReference),
            None => Reference::Literal(text),
        }
    }

    fn uid_of(&self, address: &str) -> String {
        format!("{}:{address}", self.snapshot)
    }

    fn note(&self, path: &str, references: &[Reference], types: &'static [&'static str]) {
        let named = |segment: &&str| segment.parse::<usize>().is_err();
        let kind: String = path.split('.').filter(named).collect::<Vec<_>>().join(".");
        let mut log = self.log.borrow_mut();
        for reference in references.iter().filter(|reference| !reference.is_unset()) {
            let logged = Logged { kind: kind.clone(), reference: reference.clone(), types };
            if !log.contains(&logged) {
                log.push(logged);
            }
        }
    }

    /// The major version of the Terraform provider, where the constraint on it or the schema proves one.
    pub(crate) fn provider_major(&self) -> Option<u32> {
        let config = self.provider_key.as_deref().and_then(|key| self.survey.config.provider(key));
        let constrained = config.and_then(|config| config.version.as_deref()).and_then(major_of);
        // The AWS provider gave every regional resource a `region` of its own in version 6.
        let is_regional =
            matches!(self.native_type.as_str(), "aws_vpc" | "aws_subnet" | "aws_instance" | "aws_kms_key");
        constrained.or_else(|| (is_regional && self.knows("region")).then_some(6))
    }

    /// Whether the configuration sets an attribute. A provider computes what is not set, and a plan shows both as
    /// unknown. `None` where there is no configuration; blocks that are generated (`dynamic`) are not seen.
    pub(crate) fn is_configured(&self, name: &str) -> Option<bool> {
        let below = |path: &str| path.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        Some(self.configuration()?.references.iter().any(|(path, _)| below(path)))
    }

    fn configuration(&self) -> Option<&super::config::ConfigResource> {
        let parts = Address::parse(&self.address);
        let (calls, _) = parts.calls();
        self.survey.config.root.descend(&calls)?.resources.get(parts.resource)
    }

    /// An attribute that the provider computes when it is not set: unknown because nobody set it is "not set" here.
    /// Only for plain attributes, and for blocks whose absence is not the better answer.
    pub(crate) fn unset_if_computed<T>(&self, name: &str, attr: Attr<T>) -> Attr<T> {
        match attr {
            Attr::Unknown(GapCode::AfterApply) if self.is_computed(name) == Some(true) => Attr::Unset,
            attr => attr,
        }
    }

    /// Whether nobody wrote an attribute, or a block that it stands in, and the plan knows nothing of that. Of a block
    /// that is generated something is known, and of one that is an expression nobody knows what is in it.
    fn is_computed(&self, name: &str) -> Option<bool> {
        let written = &self.configuration()?.references;
        let ends = name.match_indices('.').map(|(end, _)| end).chain([name.len()]);
        for part in ends.map(|end| &name[..end]) {
            if !self.is_configured(part)? {
                return Some(matches!(self.is_set(part), Attr::Unknown(_)));
            }
            if written.iter().any(|(path, _)| &**path == part) {
                return Some(false);
            }
        }
        Some(false)
    }

    /// The region of another resource of the input, as its provider configuration has it.
    pub(crate) fn region_of(&self, uid: &str) -> Cell<String> {
        let address = uid.split_once(':').map_or(uid, |(_, address)| address);
        let key = self.survey.provider_key(address);
        let constants = key.as_deref().and_then(|key| self.survey.config.provider(key)).map(|config| &config.constants);
        match constants.and_then(|constants| constants.get("region")).map(Vec::as_slice) {
            Some([region]) => Cell::Known(region.clone()),
            _ => Cell::default(),
        }
    }

    /// What the provider does where nothing is set, if date and version prove it.
    pub(crate) fn default<T: DefaultValue>(&self, key: &str) -> Cell<T> {
        let not_before = self.survey.timestamp.max(DEFAULTS.released(&self.survey.terraform_version));
        let circumstances = Circumstances { action: self.action, not_before, provider_major: self.provider_major() };
        DEFAULTS.decide(key, circumstances)
    }
}

/// The one major version that a constraint lets in, if it is one.
fn major_of(constraint: &str) -> Option<u32> {
    let (mut from, mut to) = (None, None);
    for part in constraint.split(',') {
        let part = part.trim();
        let split = part.find(|c: char| c.is_ascii_digit())?;
        let (operator, version) = part.split_at(split);
        let mut numbers = version.split('.').map(|n| n.trim().parse::<u32>().ok());
        let major = numbers.next().flatten()?;
        let has_minor = version.contains('.');
        let rest_is_zero = numbers.all(|n| n.is_none_or(|n| n == 0));
        match operator.trim() {
            "" | "=" => (from, to) = (Some(major), Some(major)),
            // `~> 5` alone lets every later major version in; `~> 5.0` does not.
            "~>" if has_minor => (from, to) = (Some(major), Some(major)),
            "~>" | ">=" | ">" => from = Some(major),
            "<" if rest_is_zero => to = Some(major.checked_sub(1)?),
            "<" | "<=" => to = Some(major),
            _ => {}
        }
    }
    (from.is_some() && from == to).then_some(from).flatten()
}

#[cfg(test)]
mod tests {
    use super::major_of;

    #[test]
    fn a_major_version_is_told_only_where_the_constraint_lets_in_one() {
        assert_eq!(major_of("~> 5.0"), Some(5));
        assert_eq!(major_of("= 4.67.0"), Some(4));
        assert_eq!(major_of("3.76.1"), Some(3));
        assert_eq!(major_of(">= 4.0, < 5.0"), Some(4));
        assert_eq!(major_of(">= 4.0"), None);
        assert_eq!(major_of(">= 4.0, < 6.0.0"), None);
        assert_eq!(major_of("~> 5"), None);
        assert_eq!(major_of("what"), None);
    }
}
