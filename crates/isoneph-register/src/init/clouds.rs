//! The clouds that drafts know.

words! {
    /// A hyperscaler.
    pub enum Cloud {
        /// Amazon Web Services.
        Aws = "aws",
        /// Microsoft Azure.
        Azure = "azure",
        /// Google Cloud.
        Google = "google",
    }
}

impl Cloud {
    /// The short name of its service.
    pub(super) fn service(self) -> &'static str {
        match self {
            Cloud::Aws => "aws",
            Cloud::Azure => "azure",
            Cloud::Google => "google-cloud",
        }
    }

    /// What people call it.
    pub(super) fn title(self) -> &'static str {
        match self {
            Cloud::Aws => "Amazon Web Services",
            Cloud::Azure => "Microsoft Azure",
            Cloud::Google => "Google Cloud",
        }
    }

    /// Its provider: short name and title. The name in law differs by the customer's country: it is left open.
    pub(super) fn provider(self) -> (&'static str, &'static str) {
        match self {
            Cloud::Aws => ("amazon", "Amazon"),
            Cloud::Azure => ("microsoft", "Microsoft"),
            Cloud::Google => ("google", "Google"),
        }
    }

    /// What an id of an account looks like.
    pub(super) fn account_example(self) -> &'static str {
        match self {
            Cloud::Aws => "111122223333",
            Cloud::Azure => "00000000-1111-2222-3333-444444444444",
            Cloud::Google => "my-project",
        }
    }
}
