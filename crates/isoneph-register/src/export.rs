//! Objects as YAML.

use crate::object::Object;

/// An object that cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("{key} cannot be written as YAML: {source}")]
pub struct ExportError {
    key: String,
    source: serde_saphyr::SerializeError,
}

/// One document an object, in the order given.
pub fn to_yaml<'a>(objects: impl Iterator<Item = &'a Object>) -> Result<String, ExportError> {
    let mut text = String::new();
    for object in objects {
        text.push_str("---\n");
        let document = serde_saphyr::to_string_with_options(object, options())
            .map_err(|source| ExportError { key: object.key().to_string(), source })?;
        text.push_str(&document);
        if !document.ends_with('\n') {
            text.push('\n');
        }
    }
    Ok(text)
}

fn options() -> serde_saphyr::SerializerOptions {
    serde_saphyr::ser_options! {
        indent_step: 2,
        prefer_block_scalars: false,
    }
}
