//! Container images: OCI layouts (image-layout specification 1.0) as directory or archive, and `docker save`.

use super::files::{Content, Files};
use super::stream::{self, Spool};
use super::window;
use crate::container::{Disk, HostFile, read_vec};
use crate::filesystem::FileSystemError;
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

/// Bytes of one JSON document at most.
const MAX_JSON: u64 = 4 << 20;
const MAX_LAYERS: usize = 512;
/// Indexes in indexes at most.
const MAX_NESTING: usize = 4;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    digest: String,
    #[serde(default)]
    media_type: String,
    platform: Option<Platform>,
}

#[derive(Deserialize)]
struct Platform {
    architecture: String,
    os: String,
}

/// An index or a manifest: the one has `manifests`, the other `layers`.
#[derive(Deserialize)]
struct Manifest {
    manifests: Option<Vec<Descriptor>>,
    layers: Option<Vec<Descriptor>>,
}

/// An element of `manifest.json`, as `docker save` writes it.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Saved {
    #[serde(default)]
    repo_tags: Option<Vec<String>>,
    layers: Vec<String>,
}

fn corrupt(what: impl Into<String>) -> FileSystemError {
    FileSystemError::Corrupt(what.into())
}

/// Where an image's parts are.
trait Parts {
    fn part(&self, name: &str) -> Result<Arc<dyn Disk>, FileSystemError>;
}

impl Parts for Files {
    fn part(&self, name: &str) -> Result<Arc<dyn Disk>, FileSystemError> {
        match self.content(name) {
            Some((Content::At { disk, start }, size)) => Ok(window(&disk, start, size)),
            Some((Content::Unread(what), _)) => Err(FileSystemError::Unsupported(what.to_owned())),
            None => Err(corrupt(format!("the image lacks {}", crate::tree::printable(name)))),
        }
    }
}

struct Directory<'a> {
    path: PathBuf,
    bytes_read: &'a Arc<AtomicU64>,
}

impl Parts for Directory<'_> {
    fn part(&self, name: &str) -> Result<Arc<dyn Disk>, FileSystemError> {
        // Names are built of checked digests, so they have no `..`; a link could still lead out.
        let path = self.path.join(name);
        let inside = path.canonicalize().is_ok_and(|path| path.starts_with(&self.path));
        if !inside {
            return Err(corrupt(format!("the layout lacks {}", crate::tree::printable(name))));
        }
        Ok(Arc::new(HostFile::open(&path, Arc::clone(self.bytes_read))?))
    }
}

/// Opens an OCI layout that is a directory.
pub(super) fn open_directory(
    path: &Path,
    bytes_read: &Arc<AtomicU64>,
    spool: &mut Spool,
) -> Result<(Files, Vec<String>), FileSystemError> {
    if !path.join("oci-layout").is_file() {
        return Err(FileSystemError::Unsupported("directory that is no OCI layout".to_owned()));
    }
    let path = path.canonicalize().map_err(|error| FileSystemError::Disk(error.to_string()))?;
    let mut notes = Vec::new();
    let files = oci(&Directory { path, bytes_read }, spool, &mut notes)?;
    Ok((files, notes))
}

/// Opens the image that an archive holds, if it holds one.
pub(super) fn open_archive(
    outer: &Files,
    spool: &mut Spool,
    notes: &mut Vec<String>,
) -> Result<Option<(&'static str, Files)>, FileSystemError> {
    let has = |name: &str| outer.content(name).is_some();
    if has("oci-layout") && has("index.json") {
        return oci(outer, spool, notes).map(|files| Some(("oci", files)));
    }
    // A root file system could hold a file of this name too; only beside no /etc is it an image's.
    if has("manifest.json") && !outer.names_in_root().any(|name| name == b"etc") {
        return docker(outer, spool, notes).map(|files| Some(("docker", files)));
    }
    Ok(None)
}

fn json<T: for<'de> Deserialize<'de>>(parts: &dyn Parts, name: &str) -> Result<T, FileSystemError> {
    let part = parts.part(name)?;
    if part.length() > MAX_JSON {
        return Err(FileSystemError::Limit(format!("{} of {} bytes", crate::tree::printable(name), part.length())));
    }
    let bytes = read_vec(&*part, 0, part.length() as usize)?;
    serde_json::from_slice(&bytes).map_err(|error| corrupt(format!("{}: {error}", crate::tree::printable(name))))
}

/// The name of a blob, from a digest of the form `sha256:HEX`.
fn blob(digest: &str) -> Result<String, FileSystemError> {
    let (algorithm, hex) = digest.split_once(':').unwrap_or_default();
    let is_plain =
        |text: &str| !text.is_empty() && text.len() <= 128 && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_plain(algorithm) && is_plain(hex) {
        Ok(format!("blobs/{algorithm}/{hex}"))
    } else {
        Err(corrupt(format!("digest {}", crate::tree::printable(digest))))
    }
}

fn oci(parts: &dyn Parts, spool: &mut Spool, notes: &mut Vec<String>) -> Result<Files, FileSystemError> {
    let mut manifest: Manifest = json(parts, "index.json")?;
    for _ in 0..MAX_NESTING {
        if let Some(layers) = manifest.layers {
            let names: Result<Vec<String>, _> = layers.iter().map(|layer| blob(&layer.digest)).collect();
            return stack(parts, &names?, spool, notes);
        }
        let listed = manifest.manifests.unwrap_or_default();
        let chosen = choose(&listed).ok_or_else(|| corrupt("the layout lists no image"))?;
        if listed.len() > 1 {
            notes.push(format!("one of {} images was read: {}", listed.len(), crate::tree::printable(&chosen.digest)));
        }
        manifest = json(parts, &blob(&chosen.digest)?)?;
    }
    Err(FileSystemError::Limit("indexes in indexes".to_owned()))
}

/// Of several manifests the one for Linux on amd64, else the first for Linux, else the first. Attestations, which have no
/// platform of their own, come last.
fn choose(listed: &[Descriptor]) -> Option<&Descriptor> {
    let is = |descriptor: &Descriptor, os: &str, architecture: Option<&str>| {
        let platform = descriptor.platform.as_ref();
        platform
            .is_some_and(|platform| platform.os == os && architecture.is_none_or(|name| platform.architecture == name))
    };
    let first = |wanted: &dyn Fn(&Descriptor) -> bool| listed.iter().find(|descriptor| wanted(descriptor));
    first(&|descriptor| is(descriptor, "linux", Some("amd64")))
        .or_else(|| first(&|descriptor| is(descriptor, "linux", None)))
        .or_else(|| first(&|descriptor| !is(descriptor, "unknown", None) && descriptor.media_type.contains("json")))
        .or_else(|| listed.first())
}

fn docker(outer: &Files, spool: &mut Spool, notes: &mut Vec<String>) -> Result<Files, FileSystemError> {
    let saved: Vec<Saved> = json(outer, "manifest.json")?;
    let first = saved.first().ok_or_else(|| corrupt("manifest.json lists no image"))?;
    if saved.len() > 1 {
        let name = first.repo_tags.as_ref().and_then(|tags| tags.first()).map_or("the first", String::as_str);
        notes.push(format!("one of {} images was read: {}", saved.len(), crate::tree::printable(name)));
    }
    stack(outer, &first.layers, spool, notes)
}

fn stack(
    parts: &dyn Parts,
    layers: &[String],
    spool: &mut Spool,
    notes: &mut Vec<String>,
) -> Result<Files, FileSystemError> {
    if layers.len() > MAX_LAYERS {
        return Err(FileSystemError::Limit(format!("{} layers", layers.len())));
    }
    let mut files = Files::new();
    for name in layers {
        let layer = parts.part(name)?;
        let entries = stream::entries(&layer, spool)?;
        // A layer of nothing but the end mark is an empty one.
        let is_empty =
            || read_vec(&*layer, 0, layer.length().min(512) as usize).is_ok_and(|start| start.iter().all(|b| *b == 0));
        match entries {
            Some(entries) => files.add_layer(entries)?,
            None if is_empty() => {}
            None => {
                let name = crate::tree::printable(name);
                return Err(FileSystemError::Unsupported(format!("layer {name}, which is no tar archive")));
            }
        }
    }
    notes.extend(files.notes());
    Ok(files)
}
