//! No text of a guest makes a reading panic, and the same guest gives the same facts.

use isoneph_image::settings::{Options, examine};
use isoneph_image::tree::{MemoryTree, WalkBudget};
use proptest::prelude::*;

/// Paths whose texts are parsed.
const PATHS: [&str; 51] = [
    "/etc/ssh/sshd_config",
    "/etc/ssh/sshd_config.d/a.conf",
    "/etc/passwd",
    "/etc/shadow",
    "/etc/group",
    "/etc/sudoers",
    "/etc/sudoers.d/a",
    "/etc/pam.d/sshd",
    "/etc/pam.d/passwd",
    "/etc/login.defs",
    "/etc/sysctl.d/a.conf",
    "/etc/sysctl.conf",
    "/etc/modprobe.d/a.conf",
    "/boot/grub/grub.cfg",
    "/etc/default/grub",
    "/boot/loader/entries/a.conf",
    "/etc/fstab",
    "/etc/crontab",
    "/etc/audit/rules.d/a.rules",
    "/etc/audit/auditd.conf",
    "/etc/rsyslog.conf",
    "/etc/syslog-ng/syslog-ng.conf",
    "/etc/nftables.conf",
    "/etc/iptables/rules.v4",
    "/etc/ufw/ufw.conf",
    "/etc/default/ufw",
    "/etc/firewalld/firewalld.conf",
    "/etc/chrony/chrony.conf",
    "/etc/apt/apt.conf.d/a",
    "/etc/apt/sources.list",
    "/etc/dnf/dnf.conf",
    "/etc/cloud/cloud.cfg",
    "/etc/os-release",
    "/var/lib/dpkg/status",
    "/lib/apk/db/installed",
    "/etc/xinetd.conf",
    "/etc/inetd.conf",
    "/etc/profile",
    "/etc/selinux/config",
    "/etc/systemd/journald.conf",
    "/etc/rc.local",
    "/etc/inittab",
    "/etc/cron.d/a",
    "/etc/network/interfaces",
    "/etc/tmpfiles.d/a.conf",
    "/etc/udev/rules.d/a.rules",
    "/etc/tuned/active_profile",
    "/etc/tuned/a/tuned.conf",
    "/etc/conf.d/sshd",
    "/boot/grub/custom.cfg",
    "/var/lib/cloud/seed/nocloud/user-data",
];

/// Words that parsers look for, so that random texts get past their first test.
const WORDS: [&str; 72] = [
    "Include",
    "Match",
    "all",
    "PermitRootLogin",
    "=",
    "\"",
    "'",
    "\\",
    "\n",
    "{",
    "}",
    ";",
    "#",
    "(",
    ")",
    "[",
    "]",
    "@include",
    "auth",
    "required",
    "pam_unix.so",
    "minlen=",
    "-S",
    "-F",
    "-w",
    "-a",
    "always,exit",
    "table",
    "chain",
    "policy",
    "drop",
    "action(",
    "type=",
    "include(",
    "linux",
    "set",
    "menuentry",
    "Defaults",
    "NOPASSWD:",
    "ALL",
    "root:x:0:0::/root:",
    "$1$",
    "*",
    "%",
    "Package:",
    "[Unit]",
    "\u{1}",
    "/etc/ssh/*",
    "include",
    "hook input",
    "type filter",
    "limit rate",
    "tcp dport",
    "-j ACCEPT",
    "*filter",
    "service",
    "defaults",
    "disable",
    "[Mount]",
    "Where=/home",
    "What=/dev/",
    "AuthenticationMethods any",
    "PasswordAuthentication yes",
    "-A never,exit",
    "sysctl -w ",
    "echo 1 > /proc/sys/",
    "systemctl stop ",
    "sh -c '",
    "exit 0",
    "#cloud-config\n",
    "SYSCTL{",
    "@reboot root ",
];

fn text() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        4 => proptest::sample::select(WORDS.to_vec()).prop_map(str::to_owned),
        1 => "[ -~]{0,12}",
        1 => any::<String>(),
        2 => Just(" ".to_owned()),
        1 => "[0-9]{1,20}",
    ];
    proptest::collection::vec(word, 0..40).prop_map(|words| words.concat())
}

/// Services that are started, so that their texts are read.
const SERVICES: [&str; 10] = [
    "nftables",
    "rsyslog",
    "syslog-ng",
    "ufw",
    "firewalld",
    "netfilter-persistent",
    "xinetd",
    "inetd",
    "cron",
    "tuned",
];

fn cases() -> u32 {
    let asked = std::env::var_os("ISONEPH_HOSTILE_CASES").and_then(|text| text.to_str()?.parse().ok());
    asked.unwrap_or(96)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn no_text_makes_an_examination_panic_and_it_gives_the_same_twice(texts in proptest::collection::vec(text(), PATHS.len())) {
        let mut files = MemoryTree::new();
        for (path, text) in PATHS.iter().zip(&texts) {
            files.file(path, text);
        }
        files.file("/lib/systemd/system/sysinit.target", "[Unit]\n").file("/lib/systemd/system/ssh.service", &texts[1]);
        for (service, text) in SERVICES.iter().zip(&texts) {
            files.file(&format!("/lib/systemd/system/{service}.service"), text);
            let link = format!("/lib/systemd/system/sysinit.target.wants/{service}.service");
            files.link(&link, &format!("/lib/systemd/system/{service}.service"));
        }
        files.file("/lib/systemd/system/home.mount", &texts[2]);
        files.mode("/etc/rc.local", 0o755);
        files.attribute("/etc/shadow", "system.posix_acl_access", texts[3].as_bytes());
        let options = Options { as_of: jiff::civil::date(2026, 11, 21), walk: Some(WalkBudget::default()) };
        let first = examine(&files.tree(), &options);
        prop_assert_eq!(&first, &examine(&files.tree(), &options));
    }

    #[test]
    fn no_database_of_packages_makes_an_examination_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2000), at in 0_usize..12288, byte in any::<u8>()) {
        let mut whole = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/rpmdb.sqlite")).expect("the fixture is there");
        whole[at % 12288] = byte;
        let mut ndb = b"RpmP\0\0\0\0\0\0\0\0\x01\0\0\0".to_vec();
        ndb.extend(&bytes);
        let mut bdb = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/rpmdb.bdb")).expect("the fixture is there");
        let place = at % bdb.len();
        bdb[place] = byte;
        for (path, content) in [("/var/lib/rpm/rpmdb.sqlite", &whole), ("/var/lib/rpm/Packages.db", &ndb), ("/var/lib/rpm/rpmdb.sqlite", &bytes), ("/var/lib/rpm/Packages", &bdb)] {
            let mut files = MemoryTree::new();
            files.file(path, content);
            let facts = examine(&files.tree(), &Options { as_of: jiff::civil::date(2026, 11, 21), walk: None });
            prop_assert!(facts.packages.len() <= 4);
        }
    }
}
