//! XFS as mkfs.xfs makes it of a prototype.

use super::sample::{self, Without, assert_same};
use super::tools::{empty, have, run, text, write_at};
use isoneph_image::filesystem::Cleanliness;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

const WITHOUT: Without = Without { times: true, odd_names: true };

/// The prototype file of a directory (mkfs.xfs(8), `-p`).
fn prototype(directory: &Path, depth: usize, into: &mut String) {
    let mut entries: Vec<_> = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        let metadata = fs::symlink_metadata(&path).unwrap();
        let (name, indent) = (path.file_name().unwrap().to_str().unwrap(), " ".repeat(depth));
        let mode = metadata.mode();
        let bit = |bit: u32, letter: char| if mode & bit != 0 { letter } else { '-' };
        let kind = if metadata.is_dir() {
            'd'
        } else if metadata.is_symlink() {
            'l'
        } else {
            '-'
        };
        assert!(!metadata.file_type().is_fifo());
        let mode = format!("{kind}{}{}{:03o}", bit(0o4000, 'u'), bit(0o2000, 'g'), mode & 0o777);
        write!(into, "{indent}{name} {mode} {} {}", metadata.uid(), metadata.gid()).unwrap();
        if metadata.is_dir() {
            into.push('\n');
            prototype(&path, depth + 1, into);
            writeln!(into, "{indent}$").unwrap();
        } else if metadata.is_symlink() {
            writeln!(into, " {}", fs::read_link(&path).unwrap().display()).unwrap();
        } else {
            writeln!(into, " {}", path.display()).unwrap();
        }
    }
}

/// A directory of the sample without what a prototype cannot say, and the prototype.
fn root(directory: &Path) -> (PathBuf, PathBuf) {
    root_of(directory, |_| ())
}

/// As [`root`], of a sample that was changed.
pub(super) fn root_of(directory: &Path, change: impl Fn(&Path)) -> (PathBuf, PathBuf) {
    let (root, file) = (directory.join("root"), directory.join("prototype"));
    sample::make(&root, WITHOUT);
    change(&root);
    // Prototypes have no sticky bit, and no second names for one file.
    fs::set_permissions(root.join("srv/drop"), std::os::unix::fs::PermissionsExt::from_mode(0o777)).unwrap();
    fs::remove_file(root.join("etc/passwd-")).unwrap();
    let mut lines = "/\n0 0\nd--755 0 0\n".to_owned();
    prototype(&root, 0, &mut lines);
    lines.push_str("$\n");
    fs::write(&file, lines).unwrap();
    (root, file)
}

#[test]
fn every_form_of_xfs_gives_the_files_it_was_made_of() {
    if !have(&["mkfs.xfs"]) {
        return;
    }
    let forms: &[&[&str]] = &[
        &[],
        &["-m", "crc=0"],
        &["-m", "crc=0", "-n", "ftype=0"],
        &["-b", "size=1024"],
        &["-b", "size=1024", "-n", "size=8192"],
        &["-i", "size=1024"],
        &["-i", "size=2048,nrext64=1"],
        &["-m", "bigtime=0,inobtcount=0"],
        &["-i", "sparse=0", "-d", "agcount=3"],
        &["-l", "version=1", "-m", "crc=0"],
    ];
    let directory = tempfile::tempdir().unwrap();
    let (root, prototype) = root(directory.path());
    for (number, form) in forms.iter().enumerate() {
        let image = directory.path().join(number.to_string());
        empty(&image, 320 << 20);
        run("mkfs.xfs", &[form, &["-q", "-f", "-p", text(&prototype), text(&image)][..]].concat());
        assert_same(&image, &root, WITHOUT);
        let guest = sample::guest(&[&image]);
        let (_, info) = guest.tree.volumes().next().unwrap();
        assert_eq!((info.kind.as_str(), info.cleanliness), ("xfs", Cleanliness::Clean), "{form:?}");
        fs::remove_file(image).unwrap();
    }
}

#[test]
fn a_log_without_its_unmount_record_is_stated() {
    if !have(&["mkfs.xfs", "xfs_db"]) {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let (_, prototype) = root(directory.path());
    let image = directory.path().join("image");
    empty(&image, 320 << 20);
    run("mkfs.xfs", &["-q", "-f", "-p", text(&prototype), text(&image)]);
    let field = |name: &str| {
        let said = run("xfs_db", &["-r", "-c", "sb 0", "-c", &format!("print {name}"), text(&image)]);
        said.trim().rsplit(' ').next().unwrap().parse::<u64>().unwrap()
    };
    let (start, bits, group) = (field("logstart"), field("agblklog"), field("agblocks"));
    let block = (start >> bits) * group + (start & ((1 << bits) - 1));
    // The operation's flags, in the block after the record's header.
    write_at(&image, block * field("blocksize") + 512 + 9, &[0]);
    let guest = sample::guest(&[&image]);
    let (_, info) = guest.tree.volumes().next().unwrap();
    assert!(matches!(info.cleanliness, Cleanliness::Dirty(_)), "{info:?}");
    sample::decides_nothing(&image, "journal-not-applied");
}
