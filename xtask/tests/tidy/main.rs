//! The tree is tidy: sizes, directions, folders, languages. What a reviewer would otherwise have to remember.

mod crates;
mod features;
mod files;
mod translations;

use std::path::{Path, PathBuf};

/// The root of the repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the root").to_path_buf()
}

/// Every file of the repository below a folder, in order, build output and hidden folders left out.
fn files_below(folder: &str) -> Vec<PathBuf> {
    let kept = |entry: &walkdir::DirEntry| {
        let name = entry.file_name().to_string_lossy();
        name != "target" && (entry.depth() == 0 || !name.starts_with('.'))
    };
    let walk = walkdir::WalkDir::new(root().join(folder)).sort_by_file_name().into_iter().filter_entry(kept);
    let entries = walk.map(|entry| entry.expect("the tree can be read"));
    entries.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path).collect()
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Fails with every problem at once.
#[track_caller]
fn none(problems: &[String]) {
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}
