//! For which accounts something was said that was said for services.

/// The accounts of services, as far as somebody declares whose accounts are whose.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OfServices {
    /// Accounts that are of one of the services.
    pub inside: Vec<String>,
    /// Accounts that are of other services.
    pub outside: Vec<String>,
}

impl OfServices {
    /// Whether an account is of one of the services; `None` where nobody says whose it is.
    pub fn speaks_of(&self, account: Option<&str>) -> Option<bool> {
        let account = account?;
        let has = |accounts: &[String]| accounts.iter().any(|own| own.eq_ignore_ascii_case(account));
        match (has(&self.inside), has(&self.outside)) {
            (true, _) => Some(true),
            (false, true) => Some(false),
            (false, false) => None,
        }
    }
}
