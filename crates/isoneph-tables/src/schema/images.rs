//! What disk images hold, read offline.

use crate::cell::Instant;
use crate::table;

table! {
    /// A disk image, or a root file system as an archive: what a virtual machine starts from. Its settings, services, accounts, packages and files stand in tables of their own.
    pub struct Image = "image" {
        /// How the image is packed: `raw`, `qcow2`, `vmdk`, `vhd`, `vhdx`, `tar`, `oci`, `docker`.
        container: String, none "never: always set";
        /// The file system of the guest's root: `ext4`, `xfs`, `archive` …
        file_system: String, none "never: always set";
        /// The distribution, as its `os-release` names itself (`debian`, `rhel`, `amzn`, `sles`, `alpine` …).
        distribution: String, none "''";
        /// Its version, as `os-release` names it.
        distribution_version: String, none "''";
        /// Whether nobody mends it for free any more on the day of the assessment, by the dated table of releases; NULL where the table does not know it.
        end_of_life: bool, none "false";
        /// The last moment of free fixes, long-term support by others included.
        supported_until: Instant, none "never: a distribution of the table has one";
        /// Whether the whole tree was walked, so that what was not found is not there.
        walked: bool, none "false";
        /// Inodes that the walk saw.
        inodes: i64, none "0";
        /// Settings of the catalogue that were decided.
        decided: i64, none "0";
        /// Whether somebody declared what the image is for: what it may listen on and run.
        has_purpose: bool, none "false";
        /// What its declared purpose lets it listen on (`22/tcp`); NULL where no purpose is declared.
        intended_listeners: Vec<String>, none "[]";
        /// The names under which a machine may say that it starts from this image: its file's name with and without ending, and those that its purpose gives.
        known_as: Vec<String>, none "never: always set";
    }
}

table! {
    /// One hardening setting of one image, with where it comes from: a row for every setting of the catalogue.
    pub struct ImageSetting = "image_setting" {
        /// The `uid` of the image.
        image: String, none "never: always set";
        /// The setting's id in the catalogue.
        setting: String, none "never: always set";
        /// Where in the guest it holds: `''` for the whole machine, else a Match block, a file, a user, a service.
        scope: String, none "''";
        /// The effective value in its normal spelling; `absent` where what it sets is not there. NULL where it could not be decided.
        value: String, none "''";
        /// Whether the value is a number.
        has_number: bool, none "false";
        /// The value as a number.
        number: i64, none "has_number = false";
        /// Where the value comes from: `explicit`, `default`, `absent` (what it sets is not in the guest), `unknown`.
        origin: String, none "never: always set";
        /// The file inside the guest that decides it.
        file: String, none "''";
        /// How it was decided: what won, what lost.
        derivation: String, none "''";
    }
}

table! {
    /// A service of an image: a systemd unit, an init script or an entry of inetd.
    pub struct ImageService = "image_service" {
        /// The `uid` of the image.
        image: String, none "never: always set";
        /// The unit or service, as the guest names it.
        unit: String, none "never: always set";
        /// Whether it starts with the machine.
        enabled: bool, none "false";
        /// Whether it is masked: nothing can start it.
        masked: bool, none "false";
        /// What it listens on, as its files declare: `22/tcp`, `123/udp`.
        listens: Vec<String>, none "[]";
        /// Whether the declared purpose of the image allows it; NULL where no purpose is declared.
        intended: bool, none "false";
    }
}

table! {
    /// An account of an image's own user database. Of its password only the scheme is kept.
    pub struct ImageAccount = "image_account" {
        /// The `uid` of the image.
        image: String, none "never: always set";
        /// The account's number.
        user_id: i64, none "never: always set";
        /// Whether its shell lets somebody in.
        login_shell: bool, none "false";
        /// How its password is kept: `none`, `locked`, `empty`, or the scheme (`yescrypt`, `sha512`, `md5` …).
        password: String, none "never: always set";
        /// Whether keys that open it are left in the image.
        authorized_keys: bool, none "false";
        /// Whether it may become root by `sudo`.
        sudo: bool, none "false";
    }
}

table! {
    /// A package installed in an image.
    pub struct ImagePackage = "image_package" {
        /// The `uid` of the image.
        image: String, none "never: always set";
        /// The version, as the package database writes it.
        version: String, none "never: always set";
        /// The package database: `dpkg`, `rpm`, `apk`.
        manager: String, none "never: always set";
        /// The architecture it is built for.
        architecture: String, none "''";
    }
}

table! {
    /// A file of an image that matters by itself: setuid, writable by everybody, owned by nobody, left-over secret.
    pub struct ImageFile = "image_file" {
        /// The `uid` of the image.
        image: String, none "never: always set";
        /// The path inside the guest.
        path: String, none "never: always set";
        /// Why it matters: `setuid`, `setgid`, `world-writable`, `unowned`, `secret`, `host-key`, `history`.
        note: String, none "never: always set";
        /// Its mode, in octal digits.
        mode: String, none "never: always set";
        /// The number of its owner.
        owner: i64, none "never: always set";
        /// The number of its group.
        group: i64, none "never: always set";
    }
}
