//! The boot loader: kernel command lines, who may edit them, and which files hold them.

use super::boot_unified;
use super::grub_variables::{Variables, grub_environment};
use super::{Candidate, Guest, Known, Place, Text, words};
use std::collections::BTreeMap;

/// One way to boot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Arguments of the kernel, without the kernel's own path.
    pub arguments: Vec<String>,
    /// Where they stand.
    pub place: Place,
    /// Whether it is the entry that only repairs.
    pub recovery: bool,
}

impl Entry {
    /// The last value of `name=value`; empty for the name alone.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        self.arguments.iter().rev().find_map(|argument| {
            let (own, value) = argument.split_once('=').unwrap_or((argument, ""));
            (normal_name(own) == normal_name(name)).then_some(value)
        })
    }
}

/// The name of an argument as the kernel compares it: a minus is an underscore.
#[must_use]
pub fn normal_name(name: &str) -> String {
    name.replace('-', "_")
}

/// How the boot loader guards the editing of entries.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Guard {
    /// Anybody at the console edits.
    #[default]
    None,
    /// A password stands there in the clear.
    Plain(Place),
    /// A superuser with a hashed password.
    Hashed(Place),
}

/// Everything about booting.
#[derive(Clone, Debug, Default)]
pub struct Boot {
    /// What boots.
    pub entries: Vec<Entry>,
    /// What the next generation of the boot loader's file would hold.
    pub intended: Vec<Entry>,
    /// The boot loader's own files.
    pub files: Vec<String>,
    /// Whether editing is guarded.
    pub guard: Guard,
}

/// Reads the files of GRUB, systemd-boot and extlinux.
#[must_use]
pub fn read(guest: &Guest<'_>) -> Known<Boot> {
    guest.watched(|| {
        let mut boot = Boot::default();
        let mut specification = false;
        let mut variables = Variables::default();
        for pattern in
            ["/boot/grub/grub.cfg", "/boot/grub2/grub.cfg", "/boot/efi/EFI/*/grub.cfg", "/efi/EFI/*/grub.cfg"]
        {
            for path in guest.glob(pattern) {
                specification |= read_grub(guest, &path, &mut boot, &mut variables);
            }
        }
        if specification || boot.entries.is_empty() {
            read_entries(guest, &mut boot, variables);
        }
        if boot.entries.is_empty() {
            read_extlinux(guest, &mut boot);
        }
        if boot.entries.is_empty() {
            let paths = ["/etc/kernel/cmdline", "/usr/lib/kernel/cmdline"];
            if let Some(text) = paths.into_iter().find_map(|path| guest.text(path)) {
                let arguments = text.content().lines().flat_map(words).collect();
                boot.entries.push(Entry { arguments, place: Place::line(text.path(), 1), recovery: false });
            }
        }
        unified(guest, &mut boot);
        boot.intended = read_intended(guest);
        boot
    })
}

/// Kernels that carry their own command line, which any of them may boot with. Where it is not read, or files beside the
/// kernel add to it, that is stated.
fn unified(guest: &Guest<'_>, boot: &mut Boot) {
    for folder in ["/boot/efi/EFI/Linux", "/boot/EFI/Linux", "/efi/EFI/Linux"] {
        for path in guest.files_ending(folder, ".efi").into_iter().take(KERNELS) {
            let adds = !guest.files_ending(&format!("{path}.extra.d"), ".efi").is_empty();
            let Some(line) = boot_unified::command_line(guest, &path).filter(|_| !adds) else {
                let why = format!("{path} is a kernel with a command line of its own, which is not read");
                guest.problem(&path, "not-understood", why);
                continue;
            };
            let arguments = line.split_whitespace().map(str::to_owned).collect();
            boot.entries.push(Entry { arguments, place: Place::file(&path), recovery: false });
        }
    }
}

/// Such kernels read at most.
const KERNELS: usize = 16;

/// Reads one `grub.cfg`; gives whether it takes its entries from the folder of the boot loader specification.
fn read_grub(guest: &Guest<'_>, path: &str, boot: &mut Boot, all: &mut Variables) -> bool {
    let Some(text) = guest.text(path) else { return false };
    boot.files.push(path.to_owned());
    let folder = path.rsplit_once('/').map_or("/boot", |(folder, _)| folder);
    let mut variables = grub_environment(guest, folder);
    let (mut specification, mut recovery) = (false, false);
    let mut guards = Guards::default();
    guards.take_file(guest, &format!("{folder}/user.cfg"), &mut variables);
    let custom = guest.text(&format!("{folder}/custom.cfg"));
    let commands = [Some(&text), custom.as_ref()].into_iter().flatten().flat_map(|text| grub_commands(text));
    for (path, number, line) in commands {
        let (path, line) = (path.as_str(), line.as_str());
        let parts = words(line);
        match parts.first().map(String::as_str) {
            Some("menuentry") => {
                recovery = ["recovery", "rescue"].iter().any(|word| line.to_ascii_lowercase().contains(word));
            }
            Some("blscfg") => specification = true,
            Some("set") => variables.set(line),
            // With Xen the kernel is the module that has arguments.
            Some("module" | "module2") if parts.len() < 3 || parts[1].starts_with("--") => {}
            Some("linux" | "linux16" | "linuxefi" | "module" | "module2") => {
                let whole = parts[1..].iter().flat_map(|word| variables.expanded(word, Some((guest, path))));
                let arguments: Vec<String> = whole.skip(1).collect();
                let single = arguments.iter().any(|argument| matches!(argument.as_str(), "single" | "1" | "s" | "S"));
                let memory_test = parts.get(1).is_some_and(|kernel| kernel.contains("memtest"));
                if !memory_test {
                    boot.entries.push(Entry {
                        arguments,
                        place: Place::line(path, number),
                        recovery: recovery || single,
                    });
                }
            }
            _ => {}
        }
        guards.take(line, &parts, Place::line(path, number), &variables);
    }
    // Of several files (BIOS and EFI) one without a guard leaves the machine without.
    let guard = guards.verdict();
    if boot.files.len() == 1 || guard == Guard::None && !is_forwarder(&text) {
        boot.guard = guard;
    }
    all.extend(variables);
    specification
}

/// The commands of a file of GRUB: lines that end in a backslash go on, and a line may hold several, or those of a block.
fn grub_commands(text: &Text) -> Vec<(String, u32, String)> {
    let mut found = Vec::new();
    for (number, line) in text.joined_lines() {
        if line.trim_start().starts_with('#') {
            continue;
        }
        let (mut quote, mut start, mut previous) = (None, 0, ' ');
        for (at, character) in line.char_indices() {
            match (quote, character) {
                (Some(open), _) if character == open => quote = None,
                (None, '"' | '\'') if previous != '\\' => quote = Some(character),
                // A brace that belongs to a variable ends nothing.
                (None, '{') if previous == '$' => quote = Some('}'),
                (None, ';' | '{' | '}') => {
                    found.push((text.path().to_owned(), number, line[start..at].trim().to_owned()));
                    start = at + 1;
                }
                _ => {}
            }
            previous = character;
        }
        found.push((text.path().to_owned(), number, line[start..].trim().to_owned()));
    }
    for (_, _, command) in &mut found {
        // What stands behind these words is a command as well.
        let rest = ["then ", "else ", "do "].iter().find_map(|word| command.strip_prefix(word)).map(str::trim_start);
        if let Some(rest) = rest.map(str::to_owned) {
            *command = rest;
        }
    }
    found.retain(|(_, _, command)| !command.is_empty());
    found
}

/// A file on the EFI partition that only leads to the real one.
fn is_forwarder(text: &Text) -> bool {
    text.settings(&['#']).any(|(_, line)| line.starts_with("configfile"))
}

/// Superusers and passwords met so far. Only whether there is a password is kept, never the password.
#[derive(Default)]
struct Guards {
    superusers: Vec<String>,
    hashed: BTreeMap<String, Place>,
    plain: BTreeMap<String, Place>,
}

impl Guards {
    fn take_file(&mut self, guest: &Guest<'_>, path: &str, variables: &mut Variables) {
        let Some(text) = guest.text(path) else { return };
        for (number, line) in text.settings(&['#']) {
            if let Some(value) = line.strip_prefix("GRUB2_PASSWORD=") {
                let known = if value.starts_with("grub.pbkdf2.") { "grub.pbkdf2." } else { "" };
                variables.insert("GRUB2_PASSWORD", known);
            }
            self.take(line, &words(line), Place::line(path, number), variables);
        }
    }

    fn take(&mut self, line: &str, parts: &[String], place: Place, variables: &Variables) {
        if let Some(users) = line.strip_prefix("set ").and_then(|rest| rest.trim().strip_prefix("superusers=")) {
            let users = words(users).join(" ");
            self.superusers =
                users.split([' ', ',', ';', '|', '&']).filter(|u| !u.is_empty()).map(str::to_owned).collect();
        }
        let (Some(command), Some(user), Some(secret)) = (parts.first(), parts.get(1), parts.get(2)) else { return };
        match command.as_str() {
            "password_pbkdf2" if variables.expanded(secret, None).iter().any(|s| s.starts_with("grub.pbkdf2.")) => {
                self.hashed.insert(user.clone(), place);
            }
            "password" => {
                self.plain.insert(user.clone(), place);
            }
            _ => {}
        }
    }

    fn verdict(&self) -> Guard {
        let of = |known: &BTreeMap<String, Place>| self.superusers.iter().find_map(|user| known.get(user)).cloned();
        if let Some(place) = of(&self.plain) {
            return Guard::Plain(place);
        }
        of(&self.hashed).map_or(Guard::None, Guard::Hashed)
    }
}

/// Entries of the boot loader specification.
fn read_entries(guest: &Guest<'_>, boot: &mut Boot, set: Variables) {
    let mut variables = Variables::default();
    for folder in ["/boot/grub2", "/boot/grub"] {
        variables.extend(grub_environment(guest, folder));
    }
    // The boot loader's own file sets its variables after it has loaded the environment.
    variables.extend(set);
    variables.default_options();
    for folder in ["/boot/loader/entries", "/boot/efi/loader/entries", "/efi/loader/entries"] {
        for path in guest.files_ending(folder, ".conf") {
            let Some(text) = guest.text(&path) else { continue };
            let recovery = path.contains("-rescue");
            let (mut arguments, mut line_of) = (Vec::new(), 0);
            for (number, line) in text.settings(&['#']) {
                if let Some(options) = line.strip_prefix("options") {
                    let parts = words(options).into_iter();
                    arguments.extend(parts.flat_map(|word| variables.expanded(&word, Some((guest, &path)))));
                    line_of = number;
                }
            }
            boot.entries.push(Entry { arguments, place: Place::line(&path, line_of), recovery });
        }
    }
}

fn read_extlinux(guest: &Guest<'_>, boot: &mut Boot) {
    let paths =
        ["/boot/extlinux.conf", "/boot/extlinux/extlinux.conf", "/boot/syslinux/syslinux.cfg", "/extlinux.conf"];
    let Some(text) = paths.into_iter().find_map(|path| guest.text(path)) else { return };
    for (number, line) in text.settings(&['#']) {
        let mut parts = words(line).into_iter();
        if parts.next().is_some_and(|word| word.eq_ignore_ascii_case("append")) {
            let arguments = parts.collect();
            boot.entries.push(Entry { arguments, place: Place::line(text.path(), number), recovery: false });
        }
    }
}

/// The command line that `/etc/default/grub` and its drop-ins would make.
fn read_intended(guest: &Guest<'_>) -> Vec<Entry> {
    let mut variables = Variables::default();
    let mut places: Vec<Candidate> = Vec::new();
    let paths = ["/etc/default/grub".to_owned()].into_iter().chain(guest.files_ending("/etc/default/grub.d", ".cfg"));
    for path in paths {
        let Some(text) = guest.text(&path) else { continue };
        for (number, line) in text.joined_lines() {
            let Some((name, value)) = line.trim().split_once('=') else { continue };
            let (name, added) = name.strip_suffix('+').map_or((name, false), |name| (name, true));
            if !matches!(name, "GRUB_CMDLINE_LINUX" | "GRUB_CMDLINE_LINUX_DEFAULT") {
                continue;
            }
            let old = if added { variables.get(name).unwrap_or_default().to_owned() + " " } else { String::new() };
            let parts = words(value).join(" ");
            let filled: Vec<String> =
                parts.split_whitespace().flat_map(|word| variables.expanded(word, None)).collect();
            variables.insert(name, &(old + &filled.join(" ")));
            places.push(Candidate::new(name, Place::line(&path, number)));
        }
    }
    let Some(last) = places.pop() else { return Vec::new() };
    let arguments = ["GRUB_CMDLINE_LINUX", "GRUB_CMDLINE_LINUX_DEFAULT"].iter().filter_map(|name| variables.get(name));
    let arguments = arguments.flat_map(|value| value.split_whitespace().map(str::to_owned)).collect();
    vec![Entry { arguments, place: last.place, recovery: false }]
}
