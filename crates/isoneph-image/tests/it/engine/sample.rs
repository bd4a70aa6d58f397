//! A small guest: the tree that every image of these tests holds, and how trees are compared.

use isoneph_image::settings::{Options, Origin};
use isoneph_image::tree::{Kind, Tree, WalkBudget, text_of_bytes};
use isoneph_image::{image, scan};
use std::fs;
use std::ops::ControlFlow;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

/// What a comparison leaves out, because the tool that made the image does not keep it.
#[derive(Clone, Copy, Default)]
pub(super) struct Without {
    pub(super) times: bool,
    pub(super) odd_names: bool,
}

/// Makes the sample's files in a directory.
pub(super) fn make(root: &Path, without: Without) {
    let file = |path: &str, content: &[u8], mode: u32| {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    };
    file("etc/passwd", b"root:x:0:0:root:/root:/bin/sh\n", 0o644);
    file("etc/os-release", b"ID=sample\n", 0o644);
    file("etc/ssh/sshd_config", b"Include /etc/ssh/sshd_config.d/*.conf\nPermitRootLogin no\n", 0o600);
    file("etc/empty", b"", 0o640);
    file("usr/bin/su", b"\x7fELF", 0o4755);
    file("srv/drop/open", b"x", 0o666);
    fs::set_permissions(root.join("srv/drop"), fs::Permissions::from_mode(0o1777)).unwrap();
    // Larger than any cluster, and without a repeating block.
    let large: Vec<u8> = (0..700_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    file("var/lib/large", &large, 0o600);
    for number in 0..600 {
        file(&format!("var/many/a-name-that-is-not-short-{number:04}"), number.to_string().as_bytes(), 0o644);
    }
    file("one/two/three/four/five/six/seven", b"deep", 0o444);
    symlink("/etc/ssh/sshd_config", root.join("etc/absolute")).unwrap();
    symlink("../usr/bin/su", root.join("etc/relative")).unwrap();
    symlink("../../../../../../etc/passwd", root.join("etc/escape")).unwrap();
    symlink("/nowhere", root.join("etc/dangling")).unwrap();
    symlink("round", root.join("etc/round")).unwrap();
    symlink("x".repeat(200), root.join("etc/long")).unwrap();
    fs::hard_link(root.join("etc/passwd"), root.join("etc/passwd-")).unwrap();
    if !without.odd_names {
        file("etc/with space", b"1", 0o644);
        fs::write(root.join(std::ffi::OsStr::from_bytes(b"etc/not-utf8-\xff")), b"2").unwrap();
        fs::write(root.join("etc/\u{1b}[31mred"), b"3").unwrap();
    }
}

/// One line a file: path, kind, mode, owners, size, target, checksum of the content.
fn line(
    path: &str,
    kind: Kind,
    numbers: (u32, u32, u32, u64, i64),
    target: &str,
    content: &[u8],
    without: Without,
) -> String {
    let (mode, uid, gid, size, modified) = numbers;
    let size = if kind == Kind::Directory { 0 } else { size };
    let modified = if without.times { 0 } else { modified };
    let sum = crc32fast::hash(content);
    format!("{path:?} {kind:?} {mode:o} {uid}:{gid} {size} {modified} {target:?} {sum:08x}")
}

/// The lines of a directory of the host.
pub(super) fn of_directory(root: &Path, without: Without) -> Vec<String> {
    let (mut lines, mut pending) = (Vec::new(), vec![PathBuf::new()]);
    while let Some(path) = pending.pop() {
        let full = root.join(&path);
        let metadata = fs::symlink_metadata(&full).unwrap();
        let kind = Kind::of_mode((metadata.mode() & 0xF000) as u16).unwrap();
        if kind == Kind::Directory {
            pending.extend(fs::read_dir(&full).unwrap().map(|entry| path.join(entry.unwrap().file_name())));
        }
        // The root's own time is the tool's.
        let modified = if path.as_os_str().is_empty() { 0 } else { metadata.mtime() };
        let numbers = (metadata.mode() & 0o7777, metadata.uid(), metadata.gid(), metadata.len(), modified);
        let target = if kind == Kind::Symlink { fs::read_link(&full).unwrap().into_os_string() } else { "".into() };
        let content = if kind == Kind::File { fs::read(&full).unwrap() } else { Vec::new() };
        let name = format!("/{}", text_of_bytes(path.as_os_str().as_bytes()));
        lines.push(line(&name, kind, numbers, &text_of_bytes(&target.into_vec()), &content, without));
    }
    lines.sort();
    lines
}

/// The lines of a tree; `lost+found` is the tool's.
pub(super) fn of_tree(tree: &Tree, without: Without) -> Vec<String> {
    let mut lines = Vec::new();
    let report = tree.walk(WalkBudget::default(), &mut |entry| {
        let metadata = &entry.metadata;
        if entry.path == "/lost+found" {
            return ControlFlow::Continue(());
        }
        let content = if metadata.is_file() { tree.read(&entry.path, 1 << 30).unwrap() } else { Vec::new() };
        let modified = if entry.path == "/" { 0 } else { metadata.modified };
        let numbers = (u32::from(metadata.mode), metadata.uid, metadata.gid, metadata.size, modified);
        let target = entry.link_target.clone().unwrap_or_default();
        lines.push(line(&entry.path, metadata.kind, numbers, &target, &content, without));
        ControlFlow::Continue(())
    });
    assert!(report.is_complete(), "{report:?}");
    lines.sort();
    lines
}

/// The one guest of an image.
pub(super) fn guest(paths: &[&Path]) -> image::Guest {
    let paths: Vec<PathBuf> = paths.iter().map(|path| path.to_path_buf()).collect();
    let image = image::open(&paths, &Default::default(), None).unwrap();
    assert_eq!(image.guests.len(), 1, "{:?}", image.report);
    image.guests.into_iter().next().unwrap()
}

/// Asserts that the one guest of an image has the files of a directory.
pub(super) fn assert_same(image: &Path, root: &Path, without: Without) {
    let found = of_tree(&guest(&[image]).tree, without);
    let wanted = of_directory(root, without);
    for (found, wanted) in found.iter().zip(&wanted) {
        assert_eq!(found, wanted, "{}", image.display());
    }
    assert_eq!(found.len(), wanted.len(), "{}", image.display());
}

/// Whatever the files of an image seem to say, no setting of its guest is decided, for this reason.
pub(super) fn decides_nothing(image: &Path, code: &str) {
    let options = Options { as_of: jiff::civil::date(2026, 11, 21), walk: Some(WalkBudget::default()) };
    let scanned = scan::scan(&[image.to_owned()], &Default::default(), &options, None).unwrap();
    let facts = &scanned.guests[0].facts;
    assert!(facts.settings.len() >= 130, "{}", facts.settings.len());
    let decided: Vec<_> = facts.settings.iter().filter(|setting| setting.origin != Origin::Unknown).collect();
    assert!(decided.is_empty(), "{decided:?}");
    assert!(facts.problems.iter().any(|problem| problem.code == code), "{:?}", facts.problems);
}
