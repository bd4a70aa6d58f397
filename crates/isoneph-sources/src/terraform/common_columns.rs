//! The columns that every row of a resource shares: where it is, whose it is, by what it is known.

use std::collections::BTreeMap;

use isoneph_model::GapCode;
use isoneph_tables::{Cell, Common};

use super::address::Address;
use super::attr::Attr;
use super::block::Block;
use super::config::ProviderConfig;
use super::identity::{arn_part, project_of, subscription_of};
use super::survey::{Seat, Survey};

/// Types of AWS that belong to no region, by the beginning of their names.
const AWS_GLOBAL: &[&str] = &[
    "aws_iam_",
    "aws_route53_",
    "aws_cloudfront_",
    "aws_organizations_",
    "aws_account_",
    "aws_globalaccelerator_",
    "aws_budgets_",
    "aws_ce_",
    "aws_shield_",
    "aws_s3_account_",
];

/// What is known of a resource before its values are mapped.
pub(crate) struct Origin<'a> {
    pub(crate) survey: &'a Survey,
    /// What the parties declare as the account of the input.
    pub(crate) declared: Option<&'a str>,
    pub(crate) provider_key: Option<&'a str>,
    pub(crate) native_type: &'a str,
    pub(crate) address: &'a str,
}

/// The word for a provider in the tables.
pub(crate) fn provider_word(native_type: &str) -> &str {
    match native_type.split('_').next().unwrap_or_default() {
        "azurerm" | "azuread" | "azapi" => "azure",
        other => other,
    }
}

impl Origin<'_> {
    /// The common columns.
    pub(crate) fn common(&self, snapshot: i64, block: &Block<'_>) -> Common {
        Common {
            uid: format!("{snapshot}:{}", self.address),
            provider: provider_word(self.native_type).into(),
            account: self.account(block),
            region: self.region(block),
            native_type: self.native_type.into(),
            native_id: native_id(block),
            name: self.name(block),
            tags: self.tags(block),
            ..Common::default()
        }
    }

    fn config(&self) -> Option<&ProviderConfig> {
        self.survey.config.provider(self.provider_key?)
    }

    fn constant(&self, name: &str) -> Option<&str> {
        match self.config()?.constants.get(name)?.as_slice() {
            [one] => Some(one),
            _ => None,
        }
    }

    /// Where the other resources of its provider configuration are, or, for want of those, what data sources were told.
    fn seat(&self) -> impl Iterator<Item = &Seat> {
        let prefix = self.native_type.split('_').next().unwrap_or_default();
        let own = self.survey.seats.get(self.provider_key.unwrap_or(prefix));
        // What a data source was told holds for its own provider configuration; with one only, that is the one.
        let configurations = self.survey.config.providers.keys().filter(|key| key.starts_with(prefix)).count();
        let asked = (configurations <= 1).then(|| self.survey.asked.get(prefix)).flatten();
        own.into_iter().chain(asked)
    }

    fn account(&self, block: &Block<'_>) -> Cell<String> {
        let own = match provider_word(self.native_type) {
            "aws" => block.text("arn").known().and_then(|arn| arn_part(arn, 4)),
            "azure" => block.text("id").known().and_then(|id| subscription_of(id)),
            "google" => {
                let in_id = || block.text("id").known().and_then(|id| project_of(id));
                let constant = || self.constant("project").map(str::to_owned);
                block.text("project").known().cloned().or_else(in_id).or_else(constant)
            }
            _ => None,
        };
        let configured = || {
            let assumed = self.constant("assume_role").and_then(|arn| arn_part(arn, 4));
            assumed
                .or_else(|| self.constant("allowed_account_ids").map(str::to_owned))
                .or_else(|| self.constant("subscription_id").map(str::to_owned))
        };
        let seated = || self.seat().find_map(|seat| only(&seat.accounts));
        let declared = || self.declared.map(str::to_owned);
        own.or_else(configured).or_else(seated).or_else(declared).map_or_else(Cell::default, Cell::Known)
    }

    fn region(&self, block: &Block<'_>) -> Cell<String> {
        let own = match provider_word(self.native_type) {
            "aws" if AWS_GLOBAL.iter().any(|prefix| self.native_type.starts_with(prefix)) => Some("global".to_owned()),
            "aws" => {
                let written = block.text("region").known().cloned();
                written.or_else(|| block.text("arn").known().and_then(|arn| arn_part(arn, 3)))
            }
            "azure" => block.text("location").known().map(|text| text.to_lowercase().replace(' ', "")),
            "google" => {
                let zone = || block.text("zone").known().map(|zone| region_of_zone(zone));
                let last = |text: &String| text.rsplit('/').next().unwrap_or_default().to_owned();
                block
                    .text("region")
                    .known()
                    .map(last)
                    .or_else(zone)
                    .or_else(|| block.text("location").known().map(|text| text.to_lowercase()))
            }
            _ => Some("global".to_owned()),
        };
        let is_regional = provider_word(self.native_type) == "aws" || block.knows("region") || block.knows("zone");
        let configured = || if is_regional { self.constant("region").map(str::to_owned) } else { None };
        let seated = || if is_regional { self.seat().find_map(|seat| only(&seat.regions)) } else { None };
        own.or_else(configured).or_else(seated).map_or_else(Cell::default, Cell::Known)
    }

    fn name(&self, block: &Block<'_>) -> Cell<String> {
        const NAMES: [&str; 6] = ["name", "bucket", "identifier", "cluster_identifier", "function_name", "tags.Name"];
        let written = NAMES.iter().find_map(|path| block.text(path).known().cloned());
        let own = || Address::parse(self.address).resource.split_once('.').map_or("", |(_, name)| name).to_owned();
        Cell::Known(written.unwrap_or_else(own))
    }

    /// Tags or labels with those that the provider configuration adds.
    fn tags(&self, block: &Block<'_>) -> Cell<Vec<String>> {
        for path in ["tags_all", "effective_labels"] {
            if let Attr::Known(pairs) = block.pairs(path) {
                return Cell::Known(pairs);
            }
        }
        let written = match ["tags", "labels", "user_labels"].iter().find(|path| block.knows(path)) {
            Some(path) => block.pairs(path),
            // A type that cannot carry any has none.
            None if !block.knows("tags_all") && !block.knows("effective_labels") => return Cell::Known(Vec::new()),
            None => Attr::Unset,
        };
        let added = self.config().map_or(Some(BTreeMap::new()), |config| config.tags.clone());
        match (written, added) {
            (Attr::Unknown(code), _) => Cell::Gap(code),
            (_, None) => Cell::Gap(GapCode::AfterApply),
            (written, Some(mut all)) => {
                for pair in written.known().into_iter().flatten() {
                    if let Some((key, value)) = pair.split_once('=') {
                        all.insert(key.to_owned(), value.to_owned());
                    }
                }
                let mut pairs: Vec<String> = all.into_iter().map(|(key, value)| format!("{key}={value}")).collect();
                pairs.sort();
                Cell::Known(pairs)
            }
        }
    }
}

fn native_id(block: &Block<'_>) -> Cell<String> {
    let mut after_apply = Cell::default();
    for path in ["arn", "id", "self_link"] {
        match block.text(path) {
            Attr::Known(id) => return Cell::Known(id),
            Attr::Unknown(code) => after_apply = Cell::Gap(code),
            Attr::Unset => {}
        }
    }
    after_apply
}

/// `europe-west1-b` → `europe-west1`; also of a self link.
fn region_of_zone(zone: &str) -> String {
    let zone = zone.rsplit('/').next().unwrap_or_default();
    zone.rsplit_once('-').map_or(zone, |(region, _)| region).to_owned()
}

fn only(set: &std::collections::BTreeSet<String>) -> Option<String> {
    let mut values = set.iter();
    match (values.next(), values.next()) {
        (Some(one), None) => Some(one.clone()),
        _ => None,
    }
}
