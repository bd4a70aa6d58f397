//! Names that an ASA writes in the place of addresses: `name 192.0.2.5 WEB`.

use std::collections::BTreeMap;

use crate::packet::AddressRange;

/// Addresses by their names.
#[derive(Debug, Default)]
pub(super) struct Aliases {
    /// The address as it is written; nothing where two lines say otherwise.
    addresses: BTreeMap<String, Option<String>>,
}

impl Aliases {
    pub(super) fn read(text: &str) -> Self {
        let mut aliases = Self::default();
        for line in text.lines() {
            let mut words = line.split_whitespace();
            let (Some("name"), Some(address), Some(name)) = (words.next(), words.next(), words.next()) else {
                continue;
            };
            if line.starts_with("name ") && address.parse::<AddressRange>().is_ok() {
                let held = aliases.addresses.entry(name.to_owned()).or_insert_with(|| Some(address.to_owned()));
                held.take_if(|held| held != address);
            }
        }
        aliases
    }

    /// The address that a word stands for, or is.
    pub(super) fn written<'a>(&'a self, word: &'a str) -> &'a str {
        self.addresses.get(word).and_then(Option::as_deref).unwrap_or(word)
    }

    /// What a word means where an address or a prefix stands.
    pub(super) fn address(&self, word: &str) -> Option<AddressRange> {
        self.written(word).parse().ok()
    }
}
