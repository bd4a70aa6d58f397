//! Services of distributions that open no port for others.

use crate::guest::base_name;
use crate::guest::systemd::Unit;

/// Beginnings of names of programs that listen on sockets of the guest at most, or ask others.
const SILENT: &str = "
    systemd dbus cron anacron atd rsyslogd syslog auditd audispd augenrules auditctl chronyd polkitd agetty getty login
    accounts-daemon irqbalance NetworkManager nm- networkd-dispatcher wpa_supplicant dhclient dhcpcd udhcpc connmand
    netplan wicked unattended-upgrade apt dnf yum pk packagekit PackageKit udisksd multipathd ModemManager fwupd thermald
    smartd lvm dm mdadm mdmonitor tuned firewalld ufw nft iptables apparmor aa- restorecon selinux setrouble acpid rngd
    haveged jitterentropy qemu-ga vmtoolsd vgauth VGAuth hv_ hypervvssd open-vm waagent WALinuxAgent google_ amazon-ssm
    ssm-agent ec2 cloud hibinit snapd fail2ban sssd sss_ nscd nslcd gssproxy oddjobd realmd certmonger rhsmcertd rhn
    insights osqueryd ossec wazuh falcon clamd clamav freshclam crond logrotate rasdaemon mcelog abrt kdump kexec plymouth
    gpm console setterm keyboard loadkeys kbd rtkit colord upowerd power-profiles switcheroo low-memory earlyoom bolt
    boltd bluetoothd fstrim e2scrub man-db updatedb locate uuidd lsmd libstoragemgmt sysstat sa1 sadc low numad ksmtuned
    fluent-bit filebeat auditbeat metricbeat journalbeat vector promtail datadog zram swap needrestart ifup ifquery
    networking dpkg modprobe sysctl nfs-blkmap rpc.idmapd gssd iscsid incrontab inotify usbguard usbmuxd pcscd tpm2 tcsd
    sleep true false echo mount umount touch rm mkdir cp ln chmod chown install test tee logger sync
    lightdm gdm sddm Xorg kmod blkmapd ntpdate hwclock containerd crio virtlogd virtlockd lldpad
";

/// Whether a service is known to open nothing: by its program, or because its unit keeps it from the network.
pub(crate) fn is_silent(unit: &Unit) -> bool {
    let value = |key: &str| unit.value("Service", key).map(|value| value.won.value).unwrap_or_default();
    let families = unit.values("Service", "RestrictAddressFamilies");
    let words = || families.iter().flat_map(|family| family.value.split_whitespace());
    let kept_inside = words().next().is_some_and(|first| !first.starts_with('~'))
        && !words().any(|family| matches!(family, "AF_INET" | "AF_INET6"));
    let denied =
        value("IPAddressDeny").split_whitespace().any(|word| word == "any") && value("IPAddressAllow").is_empty();
    kept_inside || denied || unit.values("Service", "ExecStart").iter().all(|command| is_known(&command.value))
}

fn is_known(command: &str) -> bool {
    let program = command.trim_start_matches(['-', '@', ':', '+', '!']).split_whitespace().next().unwrap_or_default();
    let name = base_name(program.trim_matches(['"', '\'']));
    SILENT.split_whitespace().any(|known| {
        let rest = name.strip_prefix(known);
        rest.is_some_and(|rest| {
            known.ends_with(['-', '_'])
                || rest.is_empty()
                || rest.starts_with(|c: char| !c.is_ascii_alphabetic())
                || known.len() > 5
        })
    })
}
