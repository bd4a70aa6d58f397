//! Telling the format of a file by its content, and opening it.

use super::cache::CachedDisk;
use super::disk::{Disk, DiskError, HostFile, Window, read_vec};
use super::qcow2::{self, Qcow2};
use super::vhd::Vhd;
use super::vhdx::Vhdx;
use super::vmdk;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Files of a backing chain at most.
const MAX_CHAIN: usize = 16;

/// Which files an image may lead to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// The directory in which backing files and extents may lie, if any may be read.
    pub backing_directory: Option<PathBuf>,
}

/// A file that holds a disk, opened.
pub struct Container {
    /// The format: `raw`, `qcow2`, `vmdk`, `vhd`, `vhdx`.
    pub format: &'static str,
    /// What the format has to say: version, sub-format, backing files, marks of damage.
    pub notes: Vec<String>,
    /// The disk.
    pub disk: Arc<dyn Disk>,
    bytes_read: Arc<AtomicU64>,
}

impl Container {
    /// The counter behind [`Self::bytes_read`].
    pub(crate) fn counter(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.bytes_read)
    }

    /// Bytes read from files of the host so far.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        self.bytes_read.load(Ordering::Relaxed)
    }
}

/// Opens the file at `path` as a disk; what is no known container is taken as a raw disk.
///
/// # Errors
/// When the file cannot be read, is damaged, or is of a kind that is not read ([`DiskError::Unsupported`] names it).
pub fn open(path: &Path, access: &Access) -> Result<Container, DiskError> {
    let bytes_read = Arc::new(AtomicU64::new(0));
    let file: Arc<dyn Disk> = Arc::new(HostFile::open(path, Arc::clone(&bytes_read))?);
    Opening { access, bytes_read, notes: Vec::new(), depth: 0 }.container(file, Some(path))
}

/// Opens what is already a disk, such as bytes in memory. Nothing that it refers to is opened.
///
/// # Errors
/// As [`open`].
pub fn open_disk(file: Arc<dyn Disk>) -> Result<Container, DiskError> {
    let (access, bytes_read) = (Access::default(), Arc::new(AtomicU64::new(0)));
    Opening { access: &access, bytes_read, notes: Vec::new(), depth: 0 }.container(file, None)
}

struct Opening<'a> {
    access: &'a Access,
    bytes_read: Arc<AtomicU64>,
    notes: Vec<String>,
    depth: usize,
}

impl Opening<'_> {
    fn container(mut self, file: Arc<dyn Disk>, path: Option<&Path>) -> Result<Container, DiskError> {
        let (format, disk) = self.any(file, path, None)?;
        let disk: Arc<dyn Disk> = Arc::new(CachedDisk::new(disk));
        Ok(Container { format, notes: self.notes, disk, bytes_read: self.bytes_read })
    }

    /// Opens a file as a disk. `path` is where it lies on the host, if it does: names in it count from there.
    fn any(
        &mut self,
        file: Arc<dyn Disk>,
        path: Option<&Path>,
        format: Option<&str>,
    ) -> Result<(&'static str, Arc<dyn Disk>), DiskError> {
        let found = match format {
            Some("raw") => "raw",
            // A stated format is a promise that the content must keep: nothing else is tried.
            Some(stated) => detect(&*file)?.filter(|found| *found == stated).ok_or_else(|| DiskError::Corrupt {
                format: "container",
                what: format!("the backing file is not {}", crate::tree::printable(stated)),
            })?,
            None => detect(&*file)?.unwrap_or("raw"),
        };
        let disk: Arc<dyn Disk> = match found {
            "qcow2" => self.qcow2(path, file)?,
            "vhd" => {
                let disk = Vhd::new(file)?;
                self.notes.push(format!("{} VHD", disk.form()));
                Arc::new(disk)
            }
            "vhdx" => {
                let disk = Vhdx::new(file)?;
                if disk.replayed_pages() > 0 {
                    self.notes.push(format!("VHDX log applied: {} pages", disk.replayed_pages()));
                }
                Arc::new(disk)
            }
            "vmdk" => self.vmdk(path, file)?,
            "vmdk descriptor" => self.vmdk_extents(path, &*file)?,
            _ => file,
        };
        Ok((if found == "vmdk descriptor" { "vmdk" } else { found }, disk))
    }

    fn vmdk(&mut self, path: Option<&Path>, file: Arc<dyn Disk>) -> Result<Arc<dyn Disk>, DiskError> {
        if let Some(descriptor) = vmdk::embedded_descriptor(&*file)? {
            self.notes.push(format!("VMDK {}", crate::tree::printable(&descriptor.create_type)));
            // A descriptor in a sparse file describes that file. One that names others leads out of it.
            let own = path.and_then(Path::file_name);
            let is_own = |extent: &vmdk::Extent| extent.kind == "SPARSE" || own.is_some_and(|own| own == &*extent.file);
            if descriptor.extents.len() > 1 || !descriptor.extents.iter().all(is_own) {
                return Err(DiskError::Unsupported("VMDK whose embedded descriptor names other extents".to_owned()));
            }
        }
        Ok(Arc::new(vmdk::Sparse::new(file)?))
    }

    fn vmdk_extents(&mut self, path: Option<&Path>, file: &dyn Disk) -> Result<Arc<dyn Disk>, DiskError> {
        let text = read_vec(file, 0, file.length().min(vmdk::MAX_DESCRIPTOR) as usize)?;
        let descriptor = vmdk::Descriptor::parse(&text)?;
        self.notes.push(format!("VMDK {}", crate::tree::printable(&descriptor.create_type)));
        let mut parts = Vec::new();
        for extent in descriptor.extents {
            let disk: Option<Arc<dyn Disk>> = match extent.kind.as_str() {
                "ZERO" => None,
                "FLAT" | "VMFS" => {
                    let file = self.extent(path, &extent.file)?;
                    Some(Arc::new(Window::new(Arc::new(file), extent.offset, extent.length)))
                }
                "SPARSE" => {
                    let disk = vmdk::Sparse::new(self.extent(path, &extent.file)?)?;
                    Some(Arc::new(Window::new(Arc::new(disk), 0, extent.length)))
                }
                other => {
                    let other = crate::tree::printable(other);
                    return Err(DiskError::Unsupported(format!("VMDK extent of kind {other}")));
                }
            };
            parts.push((extent.length, disk));
        }
        Ok(Arc::new(vmdk::Pieces::new(parts)?))
    }

    fn extent(&self, path: Option<&Path>, name: &str) -> Result<HostFile, DiskError> {
        let refused = || DiskError::External(crate::tree::printable(name));
        let path = path.ok_or_else(refused)?;
        let own = path.file_name().and_then(|own| own.to_str()).unwrap_or_default();
        let found = if vmdk::is_derived_name(own, name) && !name.contains(['/', '\\']) {
            let sibling = path.with_file_name(name);
            // A link beside the descriptor could lead anywhere.
            let is_plain = sibling.symlink_metadata().is_ok_and(|metadata| metadata.is_file());
            if is_plain { sibling } else { return Err(refused()) }
        } else {
            self.allowed(Some(path), name)?
        };
        HostFile::open(&found, Arc::clone(&self.bytes_read))
    }

    fn qcow2(&mut self, path: Option<&Path>, file: Arc<dyn Disk>) -> Result<Arc<dyn Disk>, DiskError> {
        let header = qcow2::Header::read(&*file)?;
        if header.marked_corrupt {
            self.notes.push("the qcow2 header says that the image is damaged".to_owned());
        }
        let backing = match header.backing.clone() {
            Some(backing) => Some(self.backing(path, &backing)?),
            None => None,
        };
        Ok(Arc::new(Qcow2::new(file, header, backing)?))
    }

    fn backing(&mut self, path: Option<&Path>, backing: &qcow2::Backing) -> Result<Arc<dyn Disk>, DiskError> {
        self.depth += 1;
        if self.depth > MAX_CHAIN {
            return Err(DiskError::Limit(format!("more than {MAX_CHAIN} backing files")));
        }
        let found = self.allowed(path, &backing.name)?;
        self.notes.push(format!("backing file {}", crate::tree::printable(&found.to_string_lossy())));
        let file = Arc::new(HostFile::open(&found, Arc::clone(&self.bytes_read))?);
        Ok(self.any(file, Some(&found), backing.format.as_deref())?.1)
    }

    /// The file that an image names, if it lies in the allowed directory after all links are followed.
    fn allowed(&self, image: Option<&Path>, name: &str) -> Result<PathBuf, DiskError> {
        let refused = || DiskError::External(crate::tree::printable(name));
        let directory = self.access.backing_directory.as_ref().ok_or_else(refused)?;
        let directory = directory.canonicalize().map_err(|error| DiskError::Io(error.to_string()))?;
        let named = image.and_then(Path::parent).unwrap_or(Path::new(".")).join(name);
        let found = named.canonicalize().map_err(|_| refused())?;
        if found.starts_with(&directory) && found.is_file() { Ok(found) } else { Err(refused()) }
    }
}

/// The files beside a descriptor that [`open`] reads without leave: what a process must be allowed to read before it
/// opens `path`.
#[must_use]
pub fn companions(path: &Path) -> Vec<PathBuf> {
    let Some(own) = path.file_name().and_then(|own| own.to_str()).filter(|own| own.ends_with(".vmdk")) else {
        return Vec::new();
    };
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let entries = std::fs::read_dir(directory).into_iter().flatten().filter_map(Result::ok);
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let mut found: Vec<PathBuf> =
        names.filter(|name| vmdk::is_derived_name(own, name)).map(|name| path.with_file_name(name)).collect();
    found.sort();
    found
}

/// The container's format by its magic numbers; none when it looks like a raw disk.
fn detect(file: &dyn Disk) -> Result<Option<&'static str>, DiskError> {
    let start = read_vec(file, 0, file.length().min(1024) as usize)?;
    let has = |at: usize, magic: &[u8]| start.get(at..).is_some_and(|rest| rest.starts_with(magic));
    let known: &[(&str, &[u8])] = &[
        ("qcow2", b"QFI\xfb"),
        ("vhdx", b"vhdxfile"),
        ("vmdk", b"KDMV"),
        ("vmdk descriptor", b"# Disk DescriptorFile"),
    ];
    if let Some((format, _)) = known.iter().find(|(_, magic)| has(0, magic)) {
        return Ok(Some(format));
    }
    let named: &[(&str, usize, &[u8])] = &[
        ("VMDK of ESX (COWD)", 0, b"COWD"),
        ("VMDK of ESX (SE sparse)", 0, &[0xBE, 0xBA, 0xFE, 0xCA, 0, 0, 0, 0]),
        ("VirtualBox VDI", 0x40, &[0x7F, 0x10, 0xDA, 0xBE]),
        ("QED", 0, b"QED\0"),
        ("Parallels disk", 0, b"WithoutFreeSpace"),
        ("Parallels disk", 0, b"WithouFreSpacExt"),
        ("LUKS-encrypted disk", 0, b"LUKS\xba\xbe"),
        ("xz-compressed file; decompress it first", 0, b"\xfd7zXZ\0"),
        ("bzip2-compressed file; decompress it first", 0, b"BZh"),
        ("zip archive; unpack it first", 0, b"PK\x03\x04"),
        ("Windows imaging file (WIM)", 0, b"MSWIM\0\0\0"),
        ("Apple disk image", 0, b"encrcdsa"),
    ];
    if let Some((name, ..)) = named.iter().find(|(_, at, magic)| has(*at, magic)) {
        return Err(DiskError::Unsupported((*name).to_owned()));
    }
    let end = file.length().checked_sub(512).map(|place| read_vec(file, place, 512)).transpose()?;
    // A VHD's footer; a dynamic one has a copy at its start, which is enough when the end was cut off.
    if end.is_some_and(|end| end.starts_with(b"conectix")) || has(0, b"conectix") {
        return Ok(Some("vhd"));
    }
    Ok(None)
}
