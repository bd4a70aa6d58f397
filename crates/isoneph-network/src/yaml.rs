//! What is read of YAML, whatever it is of: bounds against documents that grow as they are read.

use serde::de::DeserializeOwned;

/// Reads one document, within bounds.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Result<T, serde_saphyr::Error> {
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_events: 200_000_000,
            max_nodes: 100_000_000,
            max_total_scalar_bytes: 1 << 30,
            max_depth: 64,
            max_aliases: 10_000,
            max_anchors: 10_000,
        },
    };
    serde_saphyr::from_str_with_options(text, options)
}
