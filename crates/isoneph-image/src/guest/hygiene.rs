//! What a template must not carry into every machine made of it: identities, keys, histories, credentials.
//!
//! A secret is found by its place or its first line; its content is never kept.

use super::accounts::{Account, Accounts};
use super::sshd::Sshd;
use super::{Candidate, Guest, Known, Place, base_name, join};
use std::collections::BTreeSet;

/// Bytes read of a file to see whether it is a private key.
const PEEK: u64 = 4096;

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct LeftOvers {
    /// Files of SSH host keys.
    pub host_keys: Vec<Place>,
    /// Files of authorised keys that hold one.
    pub authorized_keys: Vec<Candidate>,
    /// Histories, credentials and private keys: what it is, and where.
    pub secrets: Vec<Candidate>,
    /// Files by which other hosts are trusted without a key.
    pub trust_files: Vec<Candidate>,
}

const SECRETS: [(&str, &str); 34] = [
    (".bash_history", "shell history"),
    (".zsh_history", "shell history"),
    (".ash_history", "shell history"),
    (".sh_history", "shell history"),
    (".history", "shell history"),
    (".python_history", "interpreter history"),
    (".mysql_history", "database history"),
    (".psql_history", "database history"),
    (".rediscli_history", "database history"),
    (".node_repl_history", "interpreter history"),
    (".netrc", "passwords"),
    (".git-credentials", "credentials"),
    (".pgpass", "passwords"),
    (".my.cnf", "database password"),
    (".mylogin.cnf", "database password"),
    (".pypirc", "credentials"),
    (".npmrc", "credentials"),
    (".vault-token", "token"),
    (".boto", "credentials"),
    (".s3cfg", "credentials"),
    (".aws/credentials", "cloud credentials"),
    (".aws/sso/cache", "cloud credentials"),
    (".azure/accessTokens.json", "cloud credentials"),
    (".azure/msal_token_cache.json", "cloud credentials"),
    (".azure/msal_token_cache.bin", "cloud credentials"),
    (".config/gcloud/credentials.db", "cloud credentials"),
    (".config/gcloud/access_tokens.db", "cloud credentials"),
    (".config/gcloud/application_default_credentials.json", "cloud credentials"),
    (".config/gh/hosts.yml", "credentials"),
    (".config/doctl/config.yaml", "cloud credentials"),
    (".docker/config.json", "registry credentials"),
    (".kube/config", "cluster credentials"),
    (".terraform.d/credentials.tfrc.json", "credentials"),
    (".ssh/environment", "environment"),
];

/// Looks into every home directory, and where cloud-init and sshd keep their own.
#[must_use]
pub fn read(guest: &Guest<'_>, accounts: &Accounts, sshd: &Sshd) -> Known<LeftOvers> {
    guest.watched(|| {
        let mut found = LeftOvers { host_keys: host_keys(guest, sshd), ..LeftOvers::default() };
        let patterns = authorized_patterns(sshd);
        for (home, user) in homes(guest, accounts) {
            in_home(guest, &home, &mut found);
            for pattern in &patterns {
                authorized(guest, &authorized_path(pattern, (&home, &user)), &mut found.authorized_keys);
            }
        }
        // Several users may have one home, and none may have one that counts.
        for (pattern, user) in
            patterns.iter().flat_map(|pattern| accounts.users.iter().map(move |user| (pattern, user)))
        {
            if pattern.contains("%u") || pattern.contains("%U") {
                let path = authorized_path(&pattern.replace("%U", &user.uid.to_string()), (&user.home, &user.name));
                authorized(guest, &path, &mut found.authorized_keys);
            }
        }
        found.authorized_keys.sort_by(|a, b| a.place.cmp(&b.place));
        found.authorized_keys.dedup();
        for path in ["/etc/hosts.equiv", "/etc/shosts.equiv", "/etc/ssh/shosts.equiv"] {
            if guest.link_metadata(path).is_some() {
                found.trust_files.push(Candidate::new(path, Place::file(path)));
            }
        }
        for path in guest
            .glob("/var/lib/cloud/instances/*")
            .into_iter()
            .chain(guest.glob("/run/cloud-init/instance-data*.json"))
        {
            found
                .secrets
                .push(Candidate::new(format!("{path} (data of the instance it was built from)"), Place::file(&path)));
        }
        found
    })
}

/// The users whom a left-over key lets in.
#[must_use]
pub fn key_holders(guest: &Guest<'_>, accounts: &Accounts, sshd: &Sshd) -> Known<BTreeSet<String>> {
    guest.watched(|| {
        let patterns = authorized_patterns(sshd);
        let holds = |user: &&Account| {
            patterns.iter().any(|pattern| {
                let path = authorized_path(&pattern.replace("%U", &user.uid.to_string()), (&user.home, &user.name));
                guest.text(&path).is_some_and(|text| text.settings(&['#']).next().is_some())
            })
        };
        accounts.users.iter().filter(holds).map(|user| user.name.clone()).collect()
    })
}

fn authorized_path(pattern: &str, (home, user): (&str, &str)) -> String {
    let path = pattern.replace("%h", home).replace("%u", user).replace("%%", "%");
    if path.starts_with('/') { path } else { join(home, &path) }
}

/// Private halves of host keys: where sshd looks by default, and where its configuration names them.
fn host_keys(guest: &Guest<'_>, sshd: &Sshd) -> Vec<Place> {
    const PATTERNS: [&str; 3] =
        ["/etc/ssh/ssh_host_*_key", "/etc/dropbear/dropbear_*_host_key", "/etc/tinyssh/sshkeydir/.ed25519.sk"];
    let mut paths: BTreeSet<String> = PATTERNS.iter().flat_map(|pattern| guest.glob(pattern)).collect();
    let named = sshd.all("hostkey");
    paths.extend(named.into_iter().map(|key| key.value).filter(|path| path.starts_with('/') && guest.exists(path)));
    paths
        .into_iter()
        .filter(|path| guest.metadata(path).is_some_and(|m| m.is_file() && m.size > 0))
        .map(|path| Place::file(&path))
        .collect()
}

fn authorized_patterns(sshd: &Sshd) -> Vec<String> {
    let mut patterns: Vec<String> = vec![".ssh/authorized_keys".to_owned(), ".ssh/authorized_keys2".to_owned()];
    // A block may name files for some of the users.
    let everybody = sshd.effective("authorizedkeysfile").into_iter().map(|effective| effective.won.value);
    let some = sshd.blocks.iter().filter_map(|block| Some(sshd.effective_in(block, "authorizedkeysfile")?.won.value));
    for named in everybody.chain(some) {
        patterns.extend(named.split_whitespace().filter(|pattern| *pattern != "none").map(str::to_owned));
    }
    patterns.sort();
    patterns.dedup();
    patterns
}

/// Homes of people and of daemons with a place of their own, and folders in /home that belong to nobody any more.
fn homes(guest: &Guest<'_>, accounts: &Accounts) -> Vec<(String, String)> {
    const SYSTEM: [&str; 12] = [
        "/bin",
        "/sbin",
        "/usr",
        "/dev",
        "/proc",
        "/sys",
        "/run",
        "/etc",
        "/var/run",
        "/var/mail",
        "/var/spool/mail",
        "/var/empty",
    ];
    let mut homes: Vec<(String, String)> = Vec::new();
    for (home, user) in accounts.homes() {
        let system =
            home == "/" || SYSTEM.iter().any(|folder| home == *folder || home.starts_with(&format!("{folder}/")));
        if !system || user.has_shell() {
            homes.push((home.trim_end_matches('/').to_owned(), user.name.clone()));
        }
    }
    let known: BTreeSet<String> = homes.iter().map(|(home, _)| home.clone()).collect();
    let others = guest.glob("/home/*").into_iter().chain(["/root".to_owned()]).filter(|home| !known.contains(home));
    homes.extend(others.map(|home| (home.clone(), base_name(&home).to_owned())).collect::<Vec<_>>());
    homes
}

fn in_home(guest: &Guest<'_>, home: &str, found: &mut LeftOvers) {
    let directory = if home.is_empty() { "/" } else { home };
    if !guest.metadata(directory).is_some_and(|metadata| metadata.is_directory()) {
        return;
    }
    for (name, what) in SECRETS {
        let path = join(home, name);
        if guest
            .metadata(&path)
            .is_some_and(|metadata| metadata.size > 0 && (metadata.is_file() || metadata.is_directory()))
        {
            found.secrets.push(Candidate::new(format!("{path} ({what})"), Place::file(&path)));
        }
    }
    for name in [".rhosts", ".shosts"] {
        let path = join(home, name);
        if guest.link_metadata(&path).is_some() {
            found.trust_files.push(Candidate::new(path.clone(), Place::file(&path)));
        }
    }
    let of_ssh = join(home, ".ssh");
    let keys = guest.list(&of_ssh).into_iter().map(|entry| (join(&of_ssh, &entry.name), entry));
    // Beside that folder a key is told by its name first: not every file is opened.
    let beside = guest.list(directory).into_iter().filter(|entry| is_named_as_key(&entry.name));
    for (path, entry) in keys.chain(beside.map(|entry| (join(home, &entry.name), entry))) {
        let small = entry.metadata.as_ref().is_ok_and(|m| m.is_file() && m.size > 0 && m.size < 1 << 20);
        if small && is_private_key(guest, &path) {
            found.secrets.push(Candidate::new(format!("{path} (private key)"), Place::file(&path)));
        }
    }
}

fn is_named_as_key(name: &str) -> bool {
    name.starts_with("id_") || [".pem", ".key", ".ppk"].iter().any(|ending| name.ends_with(ending))
}

fn is_private_key(guest: &Guest<'_>, path: &str) -> bool {
    match guest.tree().read_range(path, 0, PEEK) {
        Ok(bytes) => {
            let start = String::from_utf8_lossy(&bytes);
            start.contains("PRIVATE KEY-----") || start.starts_with("PuTTY-User-Key-File")
        }
        Err(error) => {
            guest.problem(path, error.code(), error.to_string());
            false
        }
    }
}

fn authorized(guest: &Guest<'_>, path: &str, found: &mut Vec<Candidate>) {
    let Some(text) = guest.text(path) else { return };
    let keys = text.settings(&['#']).count();
    if keys > 0 && !found.iter().any(|other| other.place.path == path) {
        let line = text.settings(&['#']).next().map_or(0, |(number, _)| number);
        found.push(Candidate::new(format!("{path} ({keys} keys)"), Place::line(path, line)));
    }
}
