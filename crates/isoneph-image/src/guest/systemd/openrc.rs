//! Services that are started by links to scripts: SysV run levels and OpenRC.

use super::{Manager, script_name};
use crate::guest::{Guest, Place, join};

impl Manager {
    pub(super) fn read_scripts(&mut self, guest: &Guest<'_>) {
        for entry in guest.list("/etc/init.d") {
            let place = Place::file(&join("/etc/init.d", &entry.name));
            self.scripts.insert(entry.name, place);
        }
        if self.scripts.is_empty() {
            return;
        }
        for level in ["2", "3", "4", "5"] {
            for folder in
                [format!("/etc/rc{level}.d"), format!("/etc/rc.d/rc{level}.d"), format!("/etc/init.d/rc{level}.d")]
            {
                for entry in guest.list(&folder) {
                    let path = join(&folder, &entry.name);
                    // A link to a script that is gone starts nothing.
                    if let Some(name) = script_name(&entry.name).filter(|_| guest.exists(&path)) {
                        let place = Place::file(&path);
                        self.sysv.entry(name.to_owned()).or_insert(place);
                    }
                }
            }
        }
        if self.has_systemd() {
            return;
        }
        for level in ["sysinit", "boot", "default"] {
            let folder = format!("/etc/runlevels/{level}");
            for entry in guest.list(&folder) {
                let path = join(&folder, &entry.name);
                if guest.exists(&path) {
                    self.openrc.entry(entry.name).or_insert(Place::file(&path));
                }
            }
        }
    }
}
