//! Paths, links, and what is not known.

use isoneph_image::tree::{Kind, MemoryTree, TreeError, WalkBudget, bytes_of_text, printable, text_of_bytes};
use proptest::prelude::*;
use std::ops::ControlFlow;

fn sample() -> MemoryTree {
    let mut files = MemoryTree::new();
    files
        .file("/etc/passwd", "root\n")
        .file("/usr/bin/sh", "x")
        .link("/bin", "usr/bin")
        .link("/etc/abs", "/etc/passwd");
    files.link("/etc/up", "../../../../etc/passwd").link("/etc/a", "b").link("/etc/b", "a").link("/etc/gone", "/run/x");
    files.link("/etc/dir", "/usr/").unreadable("/etc/shadow").special("/dev/null", Kind::CharacterDevice);
    files
}

#[test]
fn links_are_followed_inside_the_guest_only() {
    let tree = sample().tree();
    let cases = [
        ("/bin/sh", "/usr/bin/sh"),
        ("/etc/abs", "/etc/passwd"),
        ("/etc/up", "/etc/passwd"),
        ("/etc/dir/bin/sh", "/usr/bin/sh"),
        ("/../../etc/./passwd", "/etc/passwd"),
        ("etc//passwd", "/etc/passwd"),
        ("/bin/../../usr", "/usr"),
    ];
    for (path, wanted) in cases {
        assert_eq!(tree.canonical(path).as_deref(), Ok(wanted), "{path}");
    }
    assert_eq!(tree.link_target("/bin").unwrap(), "usr/bin");
    assert_eq!(tree.symlink_metadata("/bin").unwrap().kind, Kind::Symlink);
}

#[test]
fn absent_is_an_answer_and_unreadable_is_none() {
    let tree = sample().tree();
    for path in ["/etc/none", "/none/at/all", "/etc/gone", "/etc/passwd/x", "/bin/none"] {
        assert!(tree.read(path, 10).unwrap_err().is_absent(), "{path}");
    }
    for (path, code) in
        [("/etc/shadow", "unreadable"), ("/etc/a", "link-loop"), ("/etc", "wrong-kind"), ("/dev/null", "wrong-kind")]
    {
        let error = tree.read(path, 10).unwrap_err();
        assert_eq!((error.code(), error.is_absent()), (code, false), "{path}");
    }
    assert_eq!(
        tree.read("/etc/passwd", 4).unwrap_err(),
        TreeError::TooLarge { path: "/etc/passwd".into(), size: 5, cap: 4 }
    );
    assert_eq!(tree.read_range("/etc/passwd", 2, 100).unwrap(), b"ot\n");
    assert_eq!(tree.read_range("/etc/passwd", 9, 100).unwrap(), b"");
}

#[test]
fn below_a_volume_that_is_missing_nothing_is_known() {
    let tree = sample().tree_without("/var", "UUID=x");
    for path in ["/var", "/var/lib/dpkg/status"] {
        assert!(matches!(tree.metadata(path), Err(TreeError::NotMounted { .. })), "{path}");
    }
    assert!(tree.metadata("/variable").unwrap_err().is_absent());
    // A path that leads through it by a link, too.
    let mut files = sample();
    files.link("/opt/log", "/var/log");
    assert!(!files.tree_without("/var", "UUID=x").metadata("/opt/log/a").unwrap_err().is_absent());
}

#[test]
fn a_walk_says_what_it_did_not_see() {
    let tree = sample().tree();
    let mut paths = Vec::new();
    let report = tree.walk(WalkBudget::default(), &mut |entry| {
        paths.push(entry.path);
        ControlFlow::Continue(())
    });
    assert_eq!(report.unseen_count, 1);
    assert!(!report.is_complete());
    let mut sorted = paths.clone();
    sorted.sort();
    sorted.dedup();
    assert_eq!(paths.len(), sorted.len());
    assert_eq!(paths[..3], ["/", "/bin", "/dev"]);
    let few = tree.walk(WalkBudget { entries: 3, ..WalkBudget::default() }, &mut |_| ControlFlow::Continue(()));
    assert_eq!((few.visited, few.stopped), (3, Some("entries")));
    let flat = tree.walk(WalkBudget { depth: 1, ..WalkBudget::default() }, &mut |_| ControlFlow::Continue(()));
    assert!(!flat.is_complete());
}

#[test]
fn what_a_person_sees_cannot_move_a_cursor() {
    let name = text_of_bytes(b"a\x1b[2J\xff\xe2\x80\xae");
    assert_eq!(printable(&name), "a\\x1b[2J\\xff\\u{202e}");
}

proptest! {
    #[test]
    fn every_name_is_a_text_of_its_own(one: Vec<u8>, other: Vec<u8>) {
        prop_assert_eq!(bytes_of_text(&text_of_bytes(&one)), one.clone());
        prop_assert_eq!(text_of_bytes(&one) == text_of_bytes(&other), one == other);
    }

    #[test]
    fn the_characters_that_stand_for_bytes_are_names_too(name in "[\u{10ff00}-\u{10ffff}a]{0,8}") {
        prop_assert_eq!(bytes_of_text(&text_of_bytes(name.as_bytes())), name.as_bytes());
    }

    #[test]
    fn no_path_panics(path in "(/|\\.|\\.\\.|etc|bin|a|up|dir|sh|passwd){0,40}") {
        let tree = sample().tree();
        if let Ok(found) = tree.canonical(&path) {
            prop_assert_eq!(tree.canonical(&found), Ok(found.clone()));
        }
    }
}
