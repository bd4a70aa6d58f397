//! Disk images: `image scan` and `image diff` on small root file systems written here as archives.

use std::collections::BTreeSet;

use serde_json::Value;
use tempfile::TempDir;

use crate::{Run, file, isoneph};

const DAY: &str = "2026-11-21";

/// A guest: paths with their content.
type Guest<'a> = Vec<(&'a str, &'a str)>;

/// A small Debian with an SSH server that lets root in.
fn debian() -> Guest<'static> {
    vec![
        ("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n"),
        ("etc/passwd", "root:x:0:0:root:/root:/bin/bash\nann:x:1000:1000::/home/ann:/bin/bash\n"),
        ("etc/shadow", "root:*:19000::::::\nann:!:19000::::::\n"),
        ("etc/group", "root:x:0:\nshadow:x:42:\nann:x:1000:\nsudo:x:27:ann\n"),
        ("etc/sudoers", "root ALL=(ALL:ALL) ALL\n%sudo ALL=(ALL:ALL) ALL\n"),
        (
            "var/lib/dpkg/status",
            "Package: openssh-server\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1:9.2p1-2+deb12u3\n",
        ),
        ("etc/ssh/sshd_config", "Include /etc/ssh/sshd_config.d/*.conf\nX11Forwarding no\nPermitRootLogin no\n"),
        ("etc/ssh/sshd_config.d/50-cloud.conf", "PermitRootLogin yes\n"),
        ("usr/lib/systemd/system/basic.target", "[Unit]\n"),
        ("usr/lib/systemd/system/multi-user.target", "[Unit]\nRequires=basic.target\n"),
        ("usr/lib/systemd/system/default.target", "[Unit]\nRequires=multi-user.target\n"),
        (
            "usr/lib/systemd/system/ssh.service",
            "[Service]\nExecStart=/usr/sbin/sshd -D\n[Install]\nWantedBy=multi-user.target\n",
        ),
        ("etc/systemd/system/multi-user.target.wants/ssh.service", "[Service]\nExecStart=/usr/sbin/sshd -D\n"),
    ]
}

/// Writes a tar file: root's own, every file for root to write and all to read.
fn tar(guest: &Guest<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (name, content) in guest {
        let mut header = vec![0; 512];
        let mut put = |at: usize, text: &str| header[at..at + text.len()].copy_from_slice(text.as_bytes());
        put(0, name);
        put(100, "0000644");
        put(108, "0000000");
        put(116, "0000000");
        put(124, &format!("{:011o}", content.len()));
        put(136, "00000000017");
        put(148, "        0");
        put(257, "ustar\x0000");
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        bytes.extend(header);
        bytes.extend(content.as_bytes());
        bytes.resize(bytes.len().next_multiple_of(512), 0);
    }
    bytes.resize(bytes.len() + 1024, 0);
    bytes
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn image(folder: &TempDir, name: &str, guest: &Guest<'_>) -> String {
    file(folder, name, &tar(guest))
}

fn scan(paths: &[&str], more: &[&str]) -> Run {
    let fixed = ["image", "scan", "--as-of", DAY];
    isoneph(&[&fixed[..], paths, more].concat())
}

fn scanned(paths: &[&str], more: &[&str]) -> Value {
    let run = scan(paths, &[&["--format", "json", "--fail-on", "none"][..], more].concat());
    assert!(matches!(run.output.status.code(), Some(0 | 3)), "{}", run.stderr());
    run.json()
}

fn outcome<'a>(assessment: &'a Value, check: &str) -> &'a Value {
    let outcomes = assessment["outcomes"].as_array().expect("outcomes");
    outcomes.iter().find(|outcome| outcome["check"] == check).unwrap_or_else(|| panic!("no outcome of {check}"))
}

#[test]
fn a_scan_judges_the_image_alone_and_names_file_and_line_in_the_guest() {
    let folder = folder();
    let path = image(&folder, "golden.tar", &debian());
    let assessment = scanned(&[&path], &[]);
    assert_eq!(assessment["schema"], "isoneph.assessment/1");
    let root = outcome(&assessment, "ssh-root-login");
    assert_eq!(root["outcome"], "fail", "the drop-in comes first, and the first value holds");
    assert_eq!(root["subject"], "golden.tar");
    let evidence: Vec<&str> =
        root["evidence"].as_array().expect("evidence").iter().filter_map(|e| e["locator"].as_str()).collect();
    assert!(evidence.contains(&"guest:/etc/ssh/sshd_config.d/50-cloud.conf:1"), "{evidence:?}");
    assert_eq!(outcome(&assessment, "ssh-x11-forwarding")["outcome"], "pass");
    assert_eq!(assessment["standings"].as_array().map(Vec::len), Some(0), "an image alone decides no control");
    let subjects: BTreeSet<&str> = assessment["outcomes"]
        .as_array()
        .expect("outcomes")
        .iter()
        .filter_map(|outcome| outcome["subject"].as_str())
        .filter_map(|subject| subject.split('#').next())
        .collect();
    assert_eq!(subjects, BTreeSet::from(["golden.tar"]));
}

#[test]
fn the_text_tells_coverage_the_worst_first_and_the_fix() {
    let folder = folder();
    let path = image(&folder, "golden.tar", &debian());
    let text = scan(&[&path], &[]).ends_with(1).stdout();
    assert!(text.contains("golden.tar\n  debian 12 tar archive\n"), "{text}");
    assert!(text.contains(" decided ("), "{text}");
    let place = |word: &str| text.find(word).unwrap_or_else(|| panic!("'{word}' is not in\n{text}"));
    assert!(place("  high ") < place("  medium ") && place("  medium ") < place("  low "), "{text}");
    assert!(text.contains("Fix: PermitRootLogin no"), "{text}");
    assert!(place("Not decided") > place("  low "));
    let japanese = scan(&[&path], &["--lang", "ja"]).ends_with(1).stdout();
    assert!(japanese.contains("判定できなかったもの"), "{japanese}");
}

#[test]
fn a_template_must_also_carry_no_identity() {
    let folder = folder();
    let mut guest = debian();
    guest.push(("etc/ssh/ssh_host_ed25519_key", "-----BEGIN OPENSSH PRIVATE KEY-----\n"));
    let path = image(&folder, "golden.tar", &guest);
    let server = scanned(&[&path], &[]);
    let has = |assessment: &Value| {
        let outcomes = assessment["outcomes"].as_array().expect("outcomes");
        outcomes.iter().any(|outcome| outcome["check"] == "host-keys-in-template")
    };
    assert!(!has(&server));
    let template = scanned(&[&path], &["--profile", "template"]);
    assert_eq!(outcome(&template, "host-keys-in-template")["outcome"], "fail");
}

#[test]
fn an_archive_is_all_of_a_guest_whatever_volumes_its_fstab_names() {
    let folder = folder();
    let mut guest = debian();
    guest.push(("etc/fstab", "UUID=1 / ext4 defaults 0 1\nUUID=2 /etc/ssh ext4 defaults 0 2\n"));
    let path = image(&folder, "golden.tar", &guest);
    assert_eq!(outcome(&scanned(&[&path], &[]), "ssh-root-login")["outcome"], "fail");
}

/// A document of the register that says what images are for.
fn purpose(folder: &TempDir, images: &str, spec: &str) -> String {
    let text =
        format!("kind: image-purpose\nname: bastion\nspec: {{ purpose: a way in, images: [\"{images}\"], {spec} }}\n");
    file(folder, "purpose.yaml", text.as_bytes())
}

#[test]
fn machines_are_held_against_the_images_that_they_start_from() {
    let folder = folder();
    let path = image(&folder, "golden.tar", &debian());
    let plan = "examples/saas/aws/plan.json";
    let made = |paths: &[&str]| {
        let fixed = ["assess", "--as-of", DAY, "--format", "json", "--fail-on", "none", plan];
        let assessment = isoneph(&[&fixed[..], paths].concat()).json();
        let outcomes = assessment["outcomes"].as_array().expect("outcomes").clone();
        let of_check = outcomes.iter().filter(|outcome| outcome["check"] == "vm-from-unscanned-image");
        of_check.filter_map(|outcome| outcome["outcome"].as_str().map(str::to_owned)).collect::<Vec<_>>()
    };
    assert!(made(&[&path]).iter().all(|outcome| outcome == "unknown"), "no image bears the name");
    let named = purpose(&folder, "golden*\", \"ami-0a1b2c3d4e5f60718", "listens: [{ port: 22 }]");
    assert!(made(&[&path, &named]).iter().any(|outcome| outcome == "pass"));
}

#[test]
fn a_purpose_beside_the_image_says_what_it_may_open() {
    let folder = folder();
    let path = image(&folder, "golden.tar", &debian());
    let listener = |assessment: &Value| outcome(assessment, "undeclared-listener")["outcome"].clone();
    assert_eq!(listener(&scanned(&[&path], &[])), "unknown", "nobody says what it is for");
    for (port, service, expected) in [("22", "ssh", "pass"), ("443", "nginx", "fail")] {
        let spec = format!("listens: [{{ port: {port} }}], guest-services: [{service}]");
        let assessment = scanned(&[&path, &purpose(&folder, "golden*", &spec)], &[]);
        assert_eq!(listener(&assessment), expected, "{port}");
        assert_eq!(outcome(&assessment, "undeclared-service")["outcome"], expected, "{service}");
    }
}

#[test]
fn what_is_no_image_or_is_damaged_makes_the_scan_incomplete() {
    let folder = folder();
    let path = image(&folder, "golden.tar", &debian());
    let text = file(&folder, "notes.txt", b"no image at all");
    let run = scan(&[&path, &text], &["--fail-on", "none"]).ends_with(3);
    assert!(run.stdout().contains("it holds no disk image and no archive"), "{}", run.stdout());
    let broken = file(&folder, "broken.qcow2", b"QFI\xfb\x00\x00\x00\x03 and no more");
    let run = scan(&[&broken], &["--fail-on", "none"]).ends_with(3);
    assert!(run.stdout().contains("broken.qcow2"), "{}", run.stdout());
    scan(&["no-such.qcow2"], &["--fail-on", "none"]).ends_with(3);
    isoneph(&["image", "scan"]).ends_with(2);
}

#[test]
fn images_of_one_name_keep_apart() {
    let folder = folder();
    let (one, other) = (image(&folder, "a/disk.tar", &debian()), image(&folder, "b/disk.tar", &debian()));
    let assessment = scanned(&[&folder.path().display().to_string()], &[]);
    let subjects: BTreeSet<&str> =
        assessment["outcomes"].as_array().expect("outcomes").iter().filter_map(|o| o["subject"].as_str()).collect();
    assert!(subjects.contains(&*one) && subjects.contains(&*other), "{subjects:?}");
}

#[test]
fn a_scan_gives_the_same_bytes_twice_in_every_format() {
    let folder = folder();
    let path = image(&folder, "golden.tar", &debian());
    for format in ["text", "json", "html", "sarif", "junit", "ocsf"] {
        let run = || scan(&[&path], &["--format", format, "--fail-on", "none"]).ends_with(0).output.stdout;
        let first = run();
        assert!(!first.is_empty(), "{format}");
        assert!(first == run(), "{format} differs between two runs");
    }
}

fn diff(first: &str, second: &str, more: &[&str]) -> Run {
    isoneph(&[&["image", "diff", "--as-of", DAY, first, second][..], more].concat())
}

#[test]
fn images_that_are_set_alike_do_not_differ_however_their_files_say_it() {
    let folder = folder();
    let golden = image(&folder, "golden.tar", &debian());
    let mut other = debian();
    for (path, content) in &mut other {
        match *path {
            "etc/ssh/sshd_config" => {
                *content = "X11Forwarding  \"no\"\nPermitRootLogin=yes\nPermitRootLogin no\n\
                            Include /etc/ssh/sshd_config.d/*.conf\n";
            }
            "etc/ssh/sshd_config.d/50-cloud.conf" => *content = "# PermitRootLogin no\n",
            _ => {}
        }
    }
    let other = image(&folder, "other.tar", &other);
    let run = diff(&golden, &other, &[]).ends_with(0);
    assert!(run.stdout().contains("no drift was found"), "{}", run.stdout());
}

#[test]
fn a_diff_lists_what_drifted_and_where_it_is_decided() {
    let folder = folder();
    let golden = image(&folder, "golden.tar", &debian());
    let mut drifted = debian();
    for (path, content) in &mut drifted {
        match *path {
            "etc/ssh/sshd_config" => *content = "PermitRootLogin no\nPermitEmptyPasswords yes\nX11Forwarding yes\n",
            "etc/passwd" => {
                *content = "root:x:0:0:root:/root:/bin/bash\nann:x:1000:1000::/home/ann:/bin/bash\n\
                            eve:x:0:0::/home/eve:/bin/bash\n";
            }
            "etc/shadow" => *content = "root:*:19000::::::\nann:!:19000::::::\neve:!:19800:0:99999:7:::\n",
            "var/lib/dpkg/status" => {
                *content = "Package: openssh-server\nStatus: install ok installed\nArchitecture: amd64\n\
                            Version: 1:9.2p1-2+deb12u7\n";
            }
            _ => {}
        }
    }
    let drifted = image(&folder, "drifted.tar", &drifted);
    let json = diff(&golden, &drifted, &["--format", "json"]).ends_with(1).json();
    assert_eq!((json["schema"].as_str(), json["answer"].as_str()), (Some("isoneph.image-diff/1"), Some("different")));
    let change = |list: &str, name: &str| {
        let changes = json["difference"][list].as_array().expect("a list");
        changes.iter().find(|change| change["name"] == name).cloned().unwrap_or_else(|| panic!("{name} in {json:#}"))
    };
    let root = change("settings", "sshd.PermitRootLogin");
    assert_eq!((root["before"].as_str(), root["after"].as_str()), (Some("yes"), Some("no")));
    assert_eq!(root["place"], "/etc/ssh/sshd_config:1");
    assert_eq!(change("accounts", "eve")["before"], Value::Null);
    assert_eq!(change("packages", "openssh-server amd64")["after"], "1:9.2p1-2+deb12u7");
    let text = diff(&golden, &drifted, &[]).ends_with(1).stdout();
    assert!(text.contains("sshd.PermitRootLogin: yes -> no  [/etc/ssh/sshd_config:1]"), "{text}");
    diff(&golden, "no-such.tar", &[]).ends_with(2);
}
