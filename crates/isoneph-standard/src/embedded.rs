//! The files of the catalogue, embedded at build time.

use rust_embed::{Embed, EmbeddedFile};

use crate::error::CatalogueError;

#[derive(Embed)]
#[folder = "$CARGO_MANIFEST_DIR/../../controls"]
#[include = "*/control.toml"]
struct Controls;

#[derive(Embed)]
#[folder = "$CARGO_MANIFEST_DIR/../../standard"]
#[include = "*.toml"]
struct Standard;

/// Path in the repository and text of every file, in the order of the paths.
pub(crate) fn files() -> Result<Vec<(String, String)>, CatalogueError> {
    let controls = read::<Controls>("controls");
    let standard = read::<Standard>("standard");
    let mut files: Vec<_> = controls.chain(standard).collect::<Result<_, _>>()?;
    files.sort();
    Ok(files)
}

fn read<E: Embed>(folder: &'static str) -> impl Iterator<Item = Result<(String, String), CatalogueError>> {
    E::iter().filter_map(move |name| E::get(&name).map(|file| text(format!("{folder}/{name}"), file)))
}

fn text(path: String, file: EmbeddedFile) -> Result<(String, String), CatalogueError> {
    match String::from_utf8(file.data.into_owned()) {
        Ok(text) => Ok((path, text)),
        Err(_) => Err(CatalogueError::NotText(path)),
    }
}
