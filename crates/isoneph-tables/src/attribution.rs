//! Whose a row is: accounts and services come from what the parties declare, not from the evidence alone.

/// Tells the account of an input and the service and tenant of an account. The register implements it.
pub trait Attribution {
    /// The account that an input belongs to, if declared. A source uses it where the input itself does not say.
    fn account_of_input(&self, path: &str) -> Option<String>;

    /// The service that a thing serves: `Some("")` for none of the declared ones, `None` when nobody declared any.
    fn service(&self, account: Option<&str>, tags: &[String]) -> Option<String>;

    /// The tenant a thing belongs to: `Some("")` for no single one, `None` when nobody declared any.
    fn tenant(&self, account: Option<&str>, tags: &[String]) -> Option<String>;
}

/// Nothing is declared.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unattributed;

impl Attribution for Unattributed {
    fn account_of_input(&self, _path: &str) -> Option<String> {
        None
    }

    fn service(&self, _account: Option<&str>, _tags: &[String]) -> Option<String> {
        None
    }

    fn tenant(&self, _account: Option<&str>, _tags: &[String]) -> Option<String> {
        None
    }
}
