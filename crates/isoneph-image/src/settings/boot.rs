//! Settings of booting.

use super::{Readings, Setting};
use crate::guest::boot::{Entry, Guard, normal_name};
use crate::guest::systemd::State;
use crate::guest::{Candidate, security_module};

pub(super) fn settings(readings: &Readings<'_>) -> Vec<Setting> {
    let settings =
        vec![dangerous(readings), audit(readings), security(readings), guard(readings), debug_shell(readings)];
    let needs = |setting: Setting| {
        let finding = is_finding(&setting);
        setting.needs_unless(finding, &readings.boot.problems)
    };
    settings.into_iter().map(needs).collect()
}

/// What is bad stays bad when another file of the boot loader could not be read.
fn is_finding(setting: &Setting) -> bool {
    match setting.id.as_str() {
        "boot.dangerous-arguments" => setting.value.as_deref().is_some_and(|value| value != "none"),
        "boot.debug-shell" => setting.value.as_deref() == Some("on"),
        _ => false,
    }
}

/// Entries that boot the machine for work, and what the next generation of them would be.
fn all_entries(readings: &Readings<'_>) -> Vec<Entry> {
    readings.boot.entries.iter().filter(|entry| !entry.recovery).chain(&readings.boot.intended).cloned().collect()
}

/// What boots, or what would when the boot loader's own file is not in the image.
fn effective_entries(readings: &Readings<'_>) -> Vec<Entry> {
    let own: Vec<Entry> = readings.boot.entries.iter().filter(|entry| !entry.recovery).cloned().collect();
    if own.is_empty() { readings.boot.intended.clone() } else { own }
}

fn no_entry(id: &str) -> Setting {
    Setting::unknown(id, "no-boot-entry", "the image holds no boot entry: how its kernel is started is not known")
}

fn is_dangerous(argument: &str) -> bool {
    let (name, value) = argument.split_once('=').unwrap_or((argument, ""));
    match normal_name(name).as_str() {
        "norandmaps"
        | "nokaslr"
        | "nosmap"
        | "nosmep"
        | "nopti"
        | "nospectre_v1"
        | "nospectre_v2"
        | "nospec_store_bypass_disable" => true,
        "noibrs" | "noibpb" | "nopku" | "no_stf_barrier" => true,
        "mitigations"
        | "pti"
        | "spectre_v2"
        | "spectre_v2_user"
        | "spec_store_bypass_disable"
        | "l1tf"
        | "mds"
        | "tsx_async_abort"
        | "mmio_stale_data"
        | "retbleed"
        | "srbds"
        | "gather_data_sampling"
        | "reg_file_data_sampling"
        | "spec_rstack_overflow"
        | "spectre_bhi"
        | "indirect_target_selection"
        | "its"
        | "tsa"
        | "vmscape"
        | "noexec"
        | "noexec32"
        | "kvm.nx_huge_pages" => matches!(value, "off" | "0" | "no" | "never"),
        "kpti" => matches!(value, "0" | "off" | "n" | "no"),
        _ => false,
    }
}

fn dangerous(readings: &Readings<'_>) -> Setting {
    let id = "boot.dangerous-arguments";
    let entries = all_entries(readings);
    let mut offenders: Vec<Candidate> = Vec::new();
    for entry in &entries {
        for argument in entry.arguments.iter().filter(|argument| is_dangerous(argument)) {
            // The last of a name counts: mitigations=off mitigations=auto is on again.
            let name = |argument: &str| normal_name(argument.split('=').next().unwrap_or_default());
            let last = entry.arguments.iter().rev().find(|other| name(other) == name(argument));
            if last == Some(argument) {
                offenders.push(Candidate::new(argument.clone(), entry.place.clone()));
            }
        }
    }
    if offenders.is_empty() && effective_entries(readings).is_empty() {
        return no_entry(id);
    }
    offenders.dedup();
    let names: std::collections::BTreeSet<String> = offenders.iter().map(|offender| offender.value.clone()).collect();
    let value = if names.is_empty() { "none".to_owned() } else { names.into_iter().collect::<Vec<_>>().join(" ") };
    let seen: Vec<Candidate> = if offenders.is_empty() {
        entries.iter().map(|entry| Candidate::new(entry.arguments.join(" "), entry.place.clone())).collect()
    } else {
        offenders
    };
    Setting::explicit(id, value).parts(&seen)
}

fn audit(readings: &Readings<'_>) -> Setting {
    let id = "boot.audit";
    let entries = effective_entries(readings);
    if entries.is_empty() {
        return no_entry(id);
    }
    let parts: Vec<Candidate> = entries
        .iter()
        .map(|entry| {
            Candidate::new(format!("audit={}", entry.value("audit").unwrap_or("not given")), entry.place.clone())
        })
        .collect();
    let of = |wanted: &str| entries.iter().any(|entry| entry.arguments.iter().any(|argument| argument == wanted));
    let value = if of("audit=0") || of("audit=off") {
        "0"
    } else if entries.iter().all(|entry| matches!(entry.value("audit"), Some("1" | "on"))) {
        "1"
    } else {
        "not-given"
    };
    Setting::explicit(id, value).parts(&parts)
}

fn security(readings: &Readings<'_>) -> Setting {
    let id = "boot.security-module";
    let read = readings.guest.watched(|| {
        let entries = effective_entries(readings);
        security_module::verdict(readings.guest, &readings.manager, &entries, readings.os.family)
    });
    let verdict = &read.facts;
    if verdict.value == "unknown" {
        return no_entry(id).parts(&verdict.parts);
    }
    let problems = [&read.problems[..], &readings.manager.problems[..]].concat();
    Setting::explicit(id, verdict.value).parts(&verdict.parts).needs(&problems)
}

fn guard(readings: &Readings<'_>) -> Setting {
    let id = "boot.editing-password";
    if readings.boot.files.is_empty() {
        return Setting::unknown(
            id,
            "no-boot-loader",
            "no file of GRUB is in the image: who may edit boot entries is not known",
        );
    }
    match &readings.boot.guard {
        Guard::None => Setting::explicit(id, "none").note("no superuser with a password"),
        Guard::Plain(place) => Setting::explicit(id, "plain").at(place.clone()),
        Guard::Hashed(place) => Setting::explicit(id, "hashed").at(place.clone()),
    }
}

/// Arguments by which systemd starts the unit of the shell at this boot.
fn asked_for(entry: &Entry) -> impl Iterator<Item = &String> {
    entry.arguments.iter().filter(|argument| {
        let (name, value) = argument.split_once('=').unwrap_or((argument, ""));
        matches!(name, "systemd.wants" | "rd.systemd.wants") && matches!(value, "debug-shell" | "debug-shell.service")
    })
}

fn debug_shell(readings: &Readings<'_>) -> Setting {
    let id = "boot.debug-shell";
    let manager = &readings.manager;
    let mut parts = Vec::new();
    for entry in all_entries(readings) {
        let asked = ["systemd.debug-shell", "systemd.debug_shell", "rd.systemd.debug_shell"];
        for name in asked {
            if entry.value(name).is_some_and(|value| !matches!(value, "0" | "no" | "off" | "false")) {
                parts.push(Candidate::new(name, entry.place.clone()));
            }
        }
        parts.extend(asked_for(&entry).map(|argument| Candidate::new(argument, entry.place.clone())));
    }
    let state = manager.unit_state(readings.guest, "debug-shell.service");
    if let Some(place) = state.place().filter(|_| state.is_wanted()) {
        parts.push(Candidate::new(format!("debug-shell.service is {}", state.name()), place.clone()));
    }
    if !parts.is_empty() {
        return Setting::explicit(id, "on").parts(&parts);
    }
    if !manager.found() {
        return Setting::unknown(id, "no-init", "nothing that starts services was found").needs(&manager.problems);
    }
    let place =
        state.place().map(|place| Candidate::new(format!("debug-shell.service is {}", state.name()), place.clone()));
    let masked = matches!(state, State::Masked(_));
    let setting = Setting::explicit(id, "off").parts(&place).needs(&manager.problems);
    if masked || !readings.boot.entries.is_empty() {
        setting
    } else {
        setting.note("no boot entry is in the image: its arguments were not seen")
    }
}
