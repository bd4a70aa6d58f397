//! Whose an account is: what is outside, and what is not.

use std::collections::{BTreeMap, BTreeSet};

use isoneph_model::GapCode;

use super::aws::is_account;
use super::found::{Found, Open};
use super::grantee::{Grantee, is_guid};

/// Whose accounts and addresses are not outside.
#[derive(Debug, Clone, Default)]
pub struct Inside {
    /// Accounts in scope, of tenants and of partners, with the tenant where there is one.
    accounts: BTreeMap<String, String>,
    /// Addresses of people, and domains of partners.
    addresses: BTreeSet<String>,
    /// Accounts whose logs were read, and those that the inventory shows to be of the organisation.
    seen: BTreeSet<String>,
    /// Organisations of AWS whose members the inventory shows, or which it shows itself.
    organisations: BTreeSet<String>,
    /// Whether somebody declared accounts of AWS, of Azure, of Google Cloud: what is on no list is outside of none.
    listed: [bool; 3],
}

/// Domains in which anybody has an address: nobody's own.
const PUBLIC_MAIL: [&str; 8] = [
    "gmail.com",
    "googlemail.com",
    "outlook.com",
    "hotmail.com",
    "yahoo.com",
    "icloud.com",
    "protonmail.com",
    "qq.com",
];

impl Inside {
    /// Adds an account that is declared; `tenant` is whose it is, `""` for one's own.
    pub fn add_account(&mut self, account: &str, tenant: &str) {
        let account = account.trim().to_lowercase();
        self.listed[cloud_of(&account)] = true;
        let known = self.accounts.entry(account).or_default();
        // That it is in scope as well does not make it one's own.
        if !tenant.is_empty() {
            tenant.clone_into(known);
        }
    }

    /// Adds an address of a person, or a domain.
    pub fn add_address(&mut self, address: &str) {
        self.addresses.insert(address.trim().to_lowercase());
    }

    /// Adds an account that the inventory shows to be of one's organisation.
    pub fn add_of_organisation(&mut self, account: &str) {
        self.add_seen(account);
    }

    /// Adds an organisation of AWS that is one's own, by its ARN or by that of a part or a member of it.
    pub fn add_organisation(&mut self, arn: &str) {
        self.organisations.extend(organisation_of(arn).map(|(_, id)| id.to_owned()));
    }

    /// Whether what has a name is outside: an organisation of AWS, or a part of one, is not where it is one's own or
    /// managed by an account of one's own.
    fn is_foreign(&self, name: &str, own: Option<&str>, of_cloud: &dyn Fn(&str) -> bool) -> Option<bool> {
        let (manager, id) = organisation_of(name)?;
        let is_own = self.organisations.contains(id) || self.whose(manager, own, of_cloud) == Some(Some(false));
        is_own.then_some(false)
    }

    pub(super) fn add_seen(&mut self, account: &str) {
        self.seen.insert(account.to_lowercase());
    }

    /// Whether it leads outside of the account `own`; or why that cannot be told. `of_cloud` says which accounts are
    /// the cloud's own.
    pub(super) fn outside(
        &self,
        found: &Found,
        own: Option<&str>,
        of_cloud: &dyn Fn(&str) -> bool,
    ) -> Result<bool, GapCode> {
        let each: Vec<Option<bool>> = found.to.iter().map(|to| self.is_outside(to, own, of_cloud)).collect();
        if each.contains(&Some(true)) {
            return Ok(true);
        }
        match found.open {
            Some(Open::NotInLog) => Err(GapCode::NotCollected),
            Some(Open::Unreadable) => Err(GapCode::Unreadable),
            Some(Open::Untold) => Err(GapCode::UnresolvedReference),
            None if each.contains(&None) => Err(GapCode::UnresolvedReference),
            None => Ok(false),
        }
    }

    fn is_outside(&self, to: &Grantee, own: Option<&str>, of_cloud: &dyn Fn(&str) -> bool) -> Option<bool> {
        match to {
            Grantee::Anyone | Grantee::Others => Some(true),
            Grantee::Account(account) => {
                let declared = || self.listed[cloud_of(account)].then_some(true);
                self.whose(account, own, of_cloud).unwrap_or_else(declared)
            }
            Grantee::Fellow(account) => self.whose(account, own, of_cloud).unwrap_or(Some(false)),
            Grantee::PerhapsFellow(account) => self.whose(account, own, of_cloud).unwrap_or(None),
            Grantee::Person(address) => self.is_stranger(address),
            Grantee::Named(name) => self.is_foreign(name, own, of_cloud),
        }
    }

    /// Whether an account of which something is known is outside; `None` where nothing is.
    fn whose(&self, account: &str, own: Option<&str>, of_cloud: &dyn Fn(&str) -> bool) -> Option<Option<bool>> {
        let own = own.map(str::to_lowercase);
        if own.as_deref() == Some(account) || of_cloud(account) {
            return Some(Some(false));
        }
        let tenant = |account: &str| self.accounts.get(account).map(String::as_str).unwrap_or_default();
        if self.accounts.contains_key(account) || self.seen.contains(account) {
            // From one tenant to another nothing leaves the estate, and yet it may leave whose it is.
            let (from, to) = (own.as_deref().map(tenant).unwrap_or_default(), tenant(account));
            return Some((from == to || from.is_empty() || to.is_empty()).then_some(false));
        }
        None
    }

    fn is_stranger(&self, address: &str) -> Option<bool> {
        let domain = address.rsplit('@').next().unwrap_or(address);
        match () {
            () if self.addresses.contains(address) || self.addresses.contains(domain) => Some(false),
            () if PUBLIC_MAIL.contains(&domain) => Some(true),
            () => None,
        }
    }
}

/// The account that manages an organisation of AWS, and its id, as the ARN of it, of a part or of a member names them.
fn organisation_of(arn: &str) -> Option<(&str, &str)> {
    let parts: Vec<&str> = arn.trim().splitn(6, ':').collect();
    let ["arn", _, "organizations", _, manager, path] = parts[..] else { return None };
    let id = path.split('/').nth(1).filter(|id| id.starts_with("o-"))?;
    Some((manager, id))
}

/// Which cloud has accounts of this form: AWS twelve digits, Azure ids, Google Cloud words.
fn cloud_of(account: &str) -> usize {
    match () {
        () if is_account(account) => 0,
        () if is_guid(account) => 1,
        () => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outside(inside: &Inside, to: Grantee) -> Option<bool> {
        let found = Found { to: BTreeSet::from([to]), open: None };
        inside.outside(&found, Some("111111111111"), &|account| account == "127311923021").ok()
    }

    #[test]
    fn without_a_list_only_everybody_is_outside() {
        let account = |id: &str| Grantee::Account(id.to_owned());
        let person = |address: &str| Grantee::Person(address.to_owned());
        let mut inside = Inside::default();
        assert_eq!(outside(&inside, Grantee::Anyone), Some(true));
        assert_eq!(outside(&inside, account("111111111111")), Some(false));
        assert_eq!(outside(&inside, account("222222222222")), None, "it may be the organisation's own");
        inside.add_account("333333333333", "");
        assert_eq!(outside(&inside, account("222222222222")), Some(true));
        assert_eq!(outside(&inside, account("333333333333")), Some(false));
        assert_eq!(outside(&inside, account("127311923021")), Some(false), "the cloud's own");
        assert_eq!(outside(&inside, account("some-project")), None, "no projects were listed");
        inside.add_seen("444444444444");
        assert_eq!(outside(&inside, account("444444444444")), Some(false), "its log was read");
        inside.add_address("bea@gmail.com");
        inside.add_address("example.com");
        assert_eq!(outside(&inside, person("bea@gmail.com")), Some(false));
        assert_eq!(outside(&inside, person("amir@gmail.com")), Some(true));
        assert_eq!(outside(&inside, person("x@example.com")), Some(false));
        assert_eq!(outside(&inside, person("x@example.org")), None);
        assert_eq!(outside(&inside, Grantee::Named("a-bucket".to_owned())), None);
        inside.add_of_organisation("555555555555");
        assert_eq!(outside(&inside, account("555555555555")), Some(false));
    }

    #[test]
    fn of_the_organisation_is_inside_and_perhaps_of_it_is_not_outside() {
        let mut inside = Inside::default();
        inside.add_account("333333333333", "");
        let fellow = |id: &str| outside(&inside, Grantee::Fellow(id.to_owned()));
        let perhaps = |id: &str| outside(&inside, Grantee::PerhapsFellow(id.to_owned()));
        assert_eq!((fellow("222222222222"), perhaps("222222222222")), (Some(false), None));
        assert_eq!((fellow("333333333333"), perhaps("333333333333")), (Some(false), Some(false)));
    }

    #[test]
    fn an_organisation_is_inside_where_it_is_known_to_be_ones_own() {
        let named = |id: &str| Grantee::Named(format!("arn:aws:organizations::{id}"));
        let mut inside = Inside::default();
        inside.add_account("333333333333", "");
        inside.add_organisation("arn:aws:organizations::444444444444:account/o-own/555555555555");
        for (id, expected) in [
            ("444444444444:organization/o-own", Some(false)),
            ("444444444444:ou/o-own/ou-ab12-11111111", Some(false)),
            ("333333333333:organization/o-other", Some(false)),
            ("111111111111:organization/o-logs", Some(false)),
            // Perhaps a second one of one's own.
            ("999999999999:organization/o-other", None),
            ("999999999999:account/999999999999", None),
        ] {
            assert_eq!(outside(&inside, named(id)), expected, "{id}");
        }
    }

    #[test]
    fn from_tenant_to_tenant_stays_open() {
        let mut inside = Inside::default();
        let tenants = [("111111111111", "acme"), ("222222222222", "zen"), ("333333333333", "acme")];
        // A provider's scope names the accounts of its tenants again.
        let scope = tenants.map(|(account, _)| (account, ""));
        for (account, tenant) in scope.into_iter().chain(tenants).chain(scope) {
            inside.add_account(account, tenant);
        }
        let forms = [Grantee::Account, Grantee::Fellow, Grantee::PerhapsFellow];
        for form in forms {
            let to = |id: &str| outside(&inside, form(id.to_owned()));
            assert_eq!((to("222222222222"), to("333333333333")), (None, Some(false)));
        }
    }
}
