//! The set-uid and set-gid programs that packages of Debian and Ubuntu bring. dpkg keeps no modes: without this list a bit
//! that somebody put on a packaged program would pass for the package's own.

const SETUID: u16 = 0o4000;
const SETGID: u16 = 0o2000;

/// Paths below `/` or `/usr`, by the bits that they come with.
const SHIPPED: [(u16, &[&str]); 3] = [
    (
        SETUID,
        &[
            "/bin/bwrap",
            "/bin/chfn",
            "/bin/chsh",
            "/bin/doas",
            "/bin/firejail",
            "/bin/fusermount",
            "/bin/fusermount3",
            "/bin/gpasswd",
            "/bin/ksu",
            "/bin/mount",
            "/bin/newgidmap",
            "/bin/newgrp",
            "/bin/newuidmap",
            "/bin/ntfs-3g",
            "/bin/passwd",
            "/bin/ping",
            "/bin/ping6",
            "/bin/pkexec",
            "/bin/staprun",
            "/bin/su",
            "/bin/sudo",
            "/bin/sudo.ws",
            "/bin/traceroute6.iputils",
            "/bin/umount",
            "/bin/vmware-user-suid-wrapper",
            "/lib/cargo/bin/su",
            "/lib/cargo/bin/sudo",
            "/lib/chromium/chrome-sandbox",
            "/lib/cockpit/cockpit-session",
            "/lib/dbus-1.0/dbus-daemon-launch-helper",
            "/lib/eject/dmcrypt-get-device",
            "/lib/landscape/apt-update",
            "/lib/openssh/ssh-keysign",
            "/lib/policykit-1/polkit-agent-helper-1",
            "/lib/polkit-1/polkit-agent-helper-1",
            "/libexec/dbus-daemon-launch-helper",
            "/libexec/polkit-agent-helper-1",
            "/sbin/exim4",
            "/sbin/mount.cifs",
            "/sbin/mount.ecryptfs_private",
            "/sbin/mount.nfs",
            "/sbin/pam-tmpdir-helper",
            "/sbin/pppd",
        ],
    ),
    (
        SETGID,
        &[
            "/bin/bsd-write",
            "/bin/chage",
            "/bin/crontab",
            "/bin/dotlockfile",
            "/bin/expiry",
            "/bin/mail-lock",
            "/bin/mail-touchlock",
            "/bin/mail-unlock",
            "/bin/mlocate",
            "/bin/mutt_dotlock",
            "/bin/plocate",
            "/bin/screen",
            "/bin/ssh-agent",
            "/bin/wall",
            "/bin/write",
            "/bin/write.ul",
            "/lib/aarch64-linux-gnu/utempter/utempter",
            "/lib/x86_64-linux-gnu/utempter/utempter",
            "/sbin/pam_extrausers_chkpwd",
            "/sbin/postdrop",
            "/sbin/postqueue",
            "/sbin/unix_chkpwd",
        ],
    ),
    (SETUID | SETGID, &["/bin/at", "/bin/procmail", "/lib/snapd/snap-confine", "/lib/xorg/Xorg.wrap", "/sbin/uuidd"]),
];

/// Whether a package brings the program with all the special bits that it has.
#[must_use]
pub fn ships_bits(path: &str, mode: u16) -> bool {
    let below = path.strip_prefix("/usr").unwrap_or(path);
    let known = SHIPPED.iter().find(|(_, paths)| paths.contains(&below)).map_or(0, |(bits, _)| *bits);
    mode & 0o6000 & !known == 0
}
