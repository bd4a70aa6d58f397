//! Settings of what an image must not carry, and of cloud-init.

use super::{Readings, Setting};
use crate::guest::{Candidate, Place};

pub(super) fn settings(readings: &Readings<'_>) -> Vec<Setting> {
    let left = &readings.left_overs;
    let problems = [&left.problems[..], &readings.accounts.problems[..]].concat();
    let keys: Vec<Candidate> =
        left.host_keys.iter().map(|place| Candidate::new(place.path.clone(), place.clone())).collect();
    // What cloud-init puts into accounts at first boot lets in as well.
    let cloud = &readings.cloud_init;
    let logins = [&left.authorized_keys[..], &cloud.keys[..]].concat();
    let of_logins = [&problems[..], &cloud.problems[..]].concat();
    let mut settings = vec![
        Setting::offenders("image.host-keys", &keys, &left.problems),
        machine_id(readings),
        Setting::offenders("image.authorized-keys", &logins, &of_logins),
        Setting::offenders("image.left-over-secrets", &left.secrets, &problems),
        Setting::offenders("image.trust-files", &left.trust_files, &problems),
    ];
    settings.extend(cloud_init(readings));
    settings
}

fn machine_id(readings: &Readings<'_>) -> Setting {
    let id = "image.machine-id";
    let path = "/etc/machine-id";
    let of_bus = "/var/lib/dbus/machine-id";
    let guest = readings.guest;
    // systemd-machine-id-setup(1): a machine without an identity of its own takes that of D-Bus.
    let bus_has = || {
        guest.link_target(of_bus).is_none()
            && guest.text(of_bus).is_some_and(|text| {
                let text = text.content().trim();
                text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
            })
    };
    let found = guest.watched(|| (guest.text(path), bus_has()));
    let (own, bus_has) = &found.facts;
    let is_own = |text: &str| !matches!(text.trim(), "" | "uninitialized");
    if *bus_has && !own.as_ref().is_some_and(|text| is_own(text.content())) {
        let place = Place::file(of_bus);
        return Setting::explicit(id, "set").at(place).note("machines take it from there").needs(&found.problems);
    }
    let value = match own {
        None => "absent",
        Some(text) => match text.content().trim() {
            "" => "empty",
            "uninitialized" => "uninitialized",
            _ => "set",
        },
    };
    let setting = Setting::explicit(id, value);
    let setting = if own.is_some() { setting.at(Place::file(path)) } else { setting };
    setting.needs(&found.problems)
}

fn cloud_init(readings: &Readings<'_>) -> Vec<Setting> {
    let cloud = &readings.cloud_init;
    let ids = ["cloud-init.disable_root", "cloud-init.ssh_pwauth", "cloud-init.secrets"];
    let secrets = Setting::offenders(ids[2], &cloud.secrets, &cloud.problems);
    if !cloud.found {
        let mut settings: Vec<Setting> = ids[..2]
            .iter()
            .map(|id| Setting::absent(*id, "cloud-init is not in the guest").needs(&cloud.problems))
            .collect();
        let baked = !cloud.secrets.is_empty();
        settings.push(if baked {
            secrets
        } else {
            Setting::absent(ids[2], "cloud-init is not in the guest").needs(&cloud.problems)
        });
        return settings;
    }
    let root = match cloud.get("disable_root") {
        Some(effective) => Setting::effective(ids[0], truth(effective.value()), &effective),
        None => Setting::default(ids[0], "yes", "default of cloud-init"),
    };
    let passwords = match cloud.get("ssh_pwauth") {
        Some(effective) => Setting::effective(ids[1], truth(effective.value()), &effective),
        None => Setting::default(ids[1], "unchanged", "cloud-init leaves sshd's own setting"),
    };
    vec![root.needs(&cloud.problems), passwords.needs(&cloud.problems), secrets]
}

fn truth(value: &str) -> &'static str {
    match value.to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" | "on" => "yes",
        "false" | "no" | "0" | "off" => "no",
        "unchanged" | "~" | "null" | "" => "unchanged",
        _ => "other",
    }
}
