//! Guests written as documents: files in fenced blocks, then the settings and outcomes they amount to.
//!
//! A section (`##`) is one guest. A fence named by an absolute path is a file; `links`, `modes`, `unreadable`, `missing`,
//! `fixture` and `bytes` (a file of what no text holds: `\0` is a zero byte, `\n` ends a line) shape the tree; `expect` states, a line each, `setting = value`, `setting [scope] = value @ path:line`,
//! `setting = ? code` (unknown), `setting = -` (absent), or `check ALIAS outcome`.

use isoneph_image::catalogue::{Profile, judge};
use isoneph_image::settings::{Facts, Options, Origin, Setting, examine};
use isoneph_image::tree::{MemoryTree, WalkBudget};
use std::path::{Path, PathBuf};

struct Guest {
    title: String,
    blocks: Vec<(String, String)>,
}

fn guests(document: &str) -> Vec<Guest> {
    let mut guests: Vec<Guest> = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in document.lines() {
        if let Some((_, body)) = open.as_mut() {
            if line == "```" {
                let block = open.take();
                guests.last_mut().expect("a fence stands in a section").blocks.extend(block);
            } else {
                body.push_str(line);
                body.push('\n');
            }
        } else if let Some(title) = line.strip_prefix("## ") {
            guests.push(Guest { title: title.to_owned(), blocks: Vec::new() });
        } else if let Some(info) = line.strip_prefix("```") {
            open = Some((info.to_owned(), String::new()));
        }
    }
    guests
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}

fn facts_of(guest: &Guest) -> Facts {
    let mut files = MemoryTree::new();
    let mut missing = None;
    // The root and a user of its own: without them every file would be nobody's.
    if !guest.blocks.iter().any(|(info, _)| info == "/etc/passwd") {
        files.file("/etc/passwd", "root:x:0:0:root:/root:/bin/bash\n").file("/etc/group", "root:x:0:\nshadow:x:42:\n");
    }
    // And something that starts services: without it nothing is known of what boot starts.
    let of_services = ["/systemd/system/", "/etc/init.d/", "/etc/runlevels/", "/etc/sv/"];
    let speaks = |text: &str| of_services.iter().any(|folder| text.contains(folder));
    if !guest.blocks.iter().any(|(info, body)| info != "expect" && (speaks(info) || speaks(body))) {
        files.file("/usr/lib/systemd/system/basic.target", "[Unit]\n");
    }
    for (info, body) in guest.blocks.iter().filter(|(info, _)| info.starts_with('/')) {
        files.file(info, body);
    }
    for (info, body) in &guest.blocks {
        for line in body.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            match info.as_str() {
                "links" => _ = files.link(words[0], words[2]),
                "directories" => _ = files.directory(words[0]),
                "modes" => {
                    files.mode(words[0], u16::from_str_radix(words[1], 8).expect("octal"));
                    if let Some(owner) = words.get(2) {
                        files.owner(words[0], owner.parse().expect("uid"), words[3].parse().expect("gid"));
                    }
                }
                "unreadable" => _ = files.unreadable(words[0]),
                "missing" => missing = Some(words[0].to_owned()),
                "bytes" => {
                    let content = line.split_once(" = ").map_or("", |(_, content)| content);
                    files.file(words[0], content.replace("\\0", "\0").replace("\\n", "\n"));
                }
                "fixture" => {
                    let bytes = std::fs::read(folder("fixtures").join(words[2])).expect("the fixture is there");
                    files.file(words[0], bytes);
                }
                _ => {}
            }
        }
    }
    let tree = match missing {
        Some(mount_point) => files.tree_without(&mount_point, "UUID=0"),
        None => files.tree(),
    };
    examine(&tree, &Options { as_of: jiff::civil::date(2026, 11, 21), walk: Some(WalkBudget::default()) })
}

fn shown(setting: &Setting) -> String {
    match (setting.origin, &setting.value) {
        (Origin::Absent, _) => "-".to_owned(),
        (Origin::Unknown, _) => format!("? {}", setting.reason.as_ref().map_or("", |reason| &reason.code)),
        (_, value) => value.clone().unwrap_or_default(),
    }
}

fn check_line(facts: &Facts, line: &str) -> Result<(), String> {
    if let Some(rest) = line.strip_prefix("check ") {
        let (alias, wanted) = rest.split_once(' ').ok_or("a check line is `check ALIAS outcome`")?;
        let judgements = judge(facts, Profile::Template, None);
        let found = judgements.iter().find(|judgement| judgement.check.alias == alias).ok_or("no such check")?;
        let outcome = serde_json::to_value(found.outcome).expect("an outcome is a word");
        let outcome = outcome.as_str().unwrap_or_default();
        return if outcome == wanted { Ok(()) } else { Err(format!("{alias} came out {outcome}: {:?}", found.rows)) };
    }
    let (name, wanted) =
        line.split_once(" = ").or_else(|| line.split_once(" =")).ok_or("a line is `setting = value`")?;
    let (id, scope) = match name.split_once(" [") {
        Some((id, scope)) => (id, scope.trim_end_matches(']')),
        None => (name, ""),
    };
    let (value, place) = match wanted.rsplit_once(" @ ") {
        Some((value, place)) => (value, Some(place)),
        None => (wanted, None),
    };
    let rows: Vec<&Setting> = facts.rows_of(id).collect();
    let Some(row) = rows.iter().find(|row| row.scope == scope) else {
        return Err(format!("no such row; there are {rows:#?}"));
    };
    if shown(row) != value {
        return Err(format!("it is '{}': {row:#?}", shown(row)));
    }
    let own = row.place.as_ref().map(|place| format!("{}:{}", place.path, place.line)).unwrap_or_default();
    match place {
        Some(place) if own != place => Err(format!("it is decided at {own}: {row:#?}")),
        _ => Ok(()),
    }
}

#[test]
fn every_written_guest_has_the_settings_it_states() {
    let mut failures = Vec::new();
    let mut lines = 0;
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder("guests"))
        .expect("the guests are there")
        .map(|entry| entry.expect("readable").path())
        .collect();
    paths.sort();
    for path in paths {
        for guest in guests(&std::fs::read_to_string(&path).expect("readable")) {
            let facts = facts_of(&guest);
            for (_, body) in guest.blocks.iter().filter(|(info, _)| info == "expect") {
                for line in body.lines().filter(|line| !line.trim().is_empty()) {
                    lines += 1;
                    if let Err(problem) = check_line(&facts, line) {
                        failures.push(format!("{}, {}: {line}\n    {problem}", path.display(), guest.title));
                    }
                }
            }
        }
    }
    assert!(lines > 100, "only {lines} expectations were read");
    assert!(failures.is_empty(), "{} of {lines}:\n{}", failures.len(), failures.join("\n"));
}
