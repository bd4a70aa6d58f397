//! ext2, ext3 and ext4 as mke2fs makes them, and journals as debugfs writes them.

use super::sample::{self, Without, assert_same};
use super::tools::{empty, have, run, text};
use std::path::{Path, PathBuf};

/// Makes a file system of the sample; gives its file and the sample's directory.
fn make(directory: &Path, name: &str, options: &[&str]) -> (PathBuf, PathBuf) {
    let (root, image) = (directory.join("root"), directory.join(name));
    if !root.exists() {
        sample::make(&root, Without::default());
    }
    empty(&image, 32 << 20);
    let arguments = [options, &["-q", "-F", "-d", text(&root), text(&image)]].concat();
    run("mke2fs", &arguments);
    (image, root)
}

#[test]
fn every_form_of_ext_gives_the_files_it_was_made_of() {
    if !have(&["mke2fs"]) {
        return;
    }
    let forms: &[&[&str]] = &[
        &["-t", "ext2"],
        &["-t", "ext3"],
        &["-t", "ext4"],
        &["-t", "ext2", "-b", "1024"],
        &["-t", "ext4", "-b", "1024"],
        &["-t", "ext4", "-b", "2048", "-I", "1024"],
        &["-t", "ext4", "-I", "128", "-O", "^metadata_csum"],
        &["-t", "ext4", "-O", "^metadata_csum,^64bit"],
        &["-t", "ext4", "-O", "^extents,^64bit,^huge_file"],
        &["-t", "ext4", "-O", "inline_data"],
        &["-t", "ext4", "-O", "inline_data,^metadata_csum"],
        &["-t", "ext4", "-O", "meta_bg,^resize_inode"],
        &["-t", "ext4", "-b", "1024", "-O", "meta_bg,^resize_inode,^flex_bg"],
        &["-t", "ext4", "-O", "bigalloc"],
        &["-t", "ext4", "-O", "metadata_csum_seed,large_dir,ea_inode"],
        &["-t", "ext4", "-O", "sparse_super2,^resize_inode"],
        &["-t", "ext4", "-g", "512"],
    ];
    let directory = tempfile::tempdir().unwrap();
    for (number, form) in forms.iter().enumerate() {
        let (image, root) = make(directory.path(), &format!("{number} {}", form.join(" ")), form);
        assert_same(&image, &root, Without::default());
        std::fs::remove_file(image).unwrap();
    }
}

/// Writes a block through the journal only, as a machine that lost power would leave it.
fn journal(image: &Path, commands: &str) {
    super::tools::feed("debugfs", &["-w", "-f", "-", text(image)], commands);
}

/// The number of a file's first block.
fn first_block(image: &Path, path: &str) -> String {
    run("debugfs", &["-R", &format!("bmap {path} 0"), text(image)]).trim().to_owned()
}

#[test]
fn a_journal_that_was_not_applied_is_applied_in_memory() {
    if !have(&["mke2fs", "debugfs"]) {
        return;
    }
    let forms: &[&[&str]] = &[
        &["-t", "ext4"],
        &["-t", "ext4", "-b", "1024"],
        &["-t", "ext4", "-O", "^64bit"],
        &["-t", "ext4", "-O", "^metadata_csum"],
        &["-t", "ext4", "-O", "^metadata_csum,^64bit"],
        &["-t", "ext3"],
    ];
    let directory = tempfile::tempdir().unwrap();
    for (number, form) in forms.iter().enumerate() {
        let (image, _) = make(directory.path(), &number.to_string(), form);
        let size = if form.contains(&"1024") { 1024 } else { 4096 };
        let block = first_block(&image, "/etc/passwd");
        let other = first_block(&image, "/etc/os-release");
        let contents = directory.path().join("block");
        // The first word is the journal's own magic number, which the journal has to blank.
        let mut bytes = vec![b'#'; size];
        bytes[..4].copy_from_slice(&[0xC0, 0x3B, 0x39, 0x98]);
        std::fs::write(&contents, &bytes).unwrap();
        let write = |blocks: &str| format!("jw -b {blocks} {}", text(&contents));
        // The second file's block is revoked by a later transaction, so its copy in the journal does not count.
        let commands =
            format!("jo\n{}\njc\njo\n{}\njc\njo\njw -r {other} /dev/null\njc\n", write(&block), write(&other));
        journal(&image, &commands);
        let guest = sample::guest(&[&image]);
        let (_, info) = guest.tree.volumes().next().unwrap();
        assert_eq!(info.cleanliness, isoneph_image::filesystem::Cleanliness::Replayed, "{form:?}");
        let read = guest.tree.read("/etc/passwd", 100).unwrap();
        assert_eq!(read, bytes[..read.len()], "{form:?}");
        assert_eq!(guest.tree.read("/etc/os-release", 100).unwrap(), b"ID=sample\n", "{form:?}");
    }
}

#[test]
fn extended_attributes_are_found() {
    if !have(&["mke2fs", "debugfs"]) {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let (image, _) = make(directory.path(), "image", &["-t", "ext4"]);
    let capability = directory.path().join("capability");
    std::fs::write(&capability, [1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]).unwrap();
    let set = format!("ea_set -f {} /usr/bin/su security.capability", text(&capability));
    journal(&image, &format!("{set}\nea_set /usr/bin/su user.note hello\n"));
    let tree = sample::guest(&[&image]).tree;
    assert_eq!(tree.attribute("/usr/bin/su", "user.note").unwrap().unwrap(), b"hello");
    assert!(tree.attribute("/usr/bin/su", "security.capability").unwrap().is_some_and(|value| value.len() == 20));
    assert_eq!(tree.attribute("/usr/bin/su", "security.selinux").unwrap(), None);
    assert_eq!(tree.attribute("/etc/passwd", "user.note").unwrap(), None);
}
