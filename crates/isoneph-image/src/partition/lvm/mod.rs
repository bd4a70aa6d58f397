//! LVM2: logical volumes on physical volumes (`lib/format_text` of LVM2).
//!
//! Linear and striped volumes are read; mirrors, RAID, thin volumes, caches and snapshots are named and left out.

mod text;

use crate::bytes::Fields;
use crate::container::{Disk, DiskError, check_range, read_vec};
use std::collections::BTreeMap;
use std::sync::Arc;
use text::Section;

const SECTOR: u64 = 512;
/// Bytes of a group's description at most.
const MAX_TEXT: u64 = 8 << 20;
const MAX_VOLUMES: usize = 4096;
const MAX_SEGMENTS: u64 = 65536;
const MAX_STRIPES: usize = 64;

fn corrupt(what: impl Into<String>) -> DiskError {
    DiskError::Corrupt { format: "LVM", what: what.into() }
}

/// A partition or disk that belongs to a volume group.
pub struct PhysicalVolume {
    disk: Arc<dyn Disk>,
    id: String,
    group: Option<Group>,
}

/// What a physical volume says of its group.
struct Group {
    name: String,
    sequence: u64,
    description: Section,
}

/// A logical volume.
pub struct LogicalVolume {
    /// `GROUP/NAME`.
    pub name: String,
    /// The volume's UUID as LVM writes it.
    pub id: String,
    /// The volume as a disk, or why it cannot be read.
    pub disk: Result<Arc<dyn Disk>, DiskError>,
}

/// The parts of volume groups, by their identities.
pub struct Membership {
    /// Those that are there.
    pub held: Vec<String>,
    /// Those that groups have and that are not there.
    pub missing: Vec<String>,
}

/// Reads the label of a physical volume; none when the disk is none.
///
/// # Errors
/// When there is a label, but it or the group's description is damaged.
pub fn read(disk: &Arc<dyn Disk>) -> Result<Option<PhysicalVolume>, DiskError> {
    for sector in 0..4 {
        if (sector + 1) * SECTOR > disk.length() {
            return Ok(None);
        }
        let label = read_vec(disk, sector * SECTOR, SECTOR as usize)?;
        let fields = Fields(&label);
        if !label.starts_with(b"LABELONE") || fields.slice(24, 8) != Some(b"LVM2 001") {
            continue;
        }
        if checksum(&label[20..]) != fields.u32_le(16) {
            return Err(corrupt("checksum of the label"));
        }
        let at = fields.u32_le(20) as usize;
        let id = fields.slice(at, 32).ok_or_else(|| corrupt("label"))?;
        let id = String::from_utf8_lossy(id).into_owned();
        return Ok(Some(PhysicalVolume { group: group(disk, fields, at + 40)?, disk: Arc::clone(disk), id }));
    }
    Ok(None)
}

/// LVM's checksum: CRC-32 from a start of its own, not inverted at the end.
pub(crate) fn checksum(bytes: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new_with_initial(!0xF597_A6CF);
    hasher.update(bytes);
    !hasher.finalize()
}

/// The description in the first metadata area that holds one. The label lists data areas, then metadata areas, each list
/// ended by zeroes.
fn group(disk: &dyn Disk, label: Fields<'_>, mut at: usize) -> Result<Option<Group>, DiskError> {
    while label.u64_le(at) != 0 {
        at += 16;
    }
    at += 16;
    while label.u64_le(at) != 0 && label.slice(at, 16).is_some() {
        if let Some(group) = metadata_area(disk, label.u64_le(at), label.u64_le(at + 8))? {
            return Ok(Some(group));
        }
        at += 16;
    }
    Ok(None)
}

fn metadata_area(disk: &dyn Disk, start: u64, size: u64) -> Result<Option<Group>, DiskError> {
    let header = read_vec(disk, start, SECTOR as usize)?;
    let fields = Fields(&header);
    if fields.slice(4, 16) != Some(b" LVM2 x[5A%r0N*>") || checksum(&header[4..]) != fields.u32_le(0) {
        return Err(corrupt("header of the metadata area"));
    }
    let (offset, length, sum) = (fields.u64_le(40), fields.u64_le(48), fields.u32_le(56));
    if offset == 0 || length == 0 {
        return Ok(None);
    }
    if length > MAX_TEXT || offset < SECTOR || offset >= size || length > size - SECTOR {
        return Err(DiskError::Limit(format!("LVM description of {length} bytes")));
    }
    // The area is a ring: a description that reaches its end goes on after the header.
    let first = length.min(size - offset);
    let mut bytes = read_vec(disk, start.saturating_add(offset), first as usize)?;
    if first < length {
        bytes.extend(read_vec(disk, start + SECTOR, (length - first) as usize)?);
    }
    if checksum(&bytes) != sum {
        return Err(corrupt("checksum of the group's description"));
    }
    let text = String::from_utf8_lossy(&bytes);
    let root = text::parse(text.trim_end_matches('\0')).map_err(corrupt)?;
    let group = root.sections.into_iter().next().map(|(name, description)| Group {
        name,
        sequence: description.number("seqno").unwrap_or(0),
        description,
    });
    Ok(group)
}

/// The logical volumes of all groups that the physical volumes hold, sorted by name. A group's newest description counts.
#[must_use]
pub fn assemble(physical: &[PhysicalVolume]) -> Vec<LogicalVolume> {
    let disks: BTreeMap<String, &Arc<dyn Disk>> =
        physical.iter().map(|volume| (plain_id(&volume.id), &volume.disk)).collect();
    let mut volumes: Vec<LogicalVolume> =
        groups(physical).values().flat_map(|group| logical_volumes(group, &disks)).take(MAX_VOLUMES).collect();
    volumes.sort_by(|one, other| (&one.name, &one.id).cmp(&(&other.name, &other.id)));
    volumes
}

/// The groups by their identity, which tells apart two of one name.
fn groups(physical: &[PhysicalVolume]) -> BTreeMap<&str, &Group> {
    let mut groups: BTreeMap<&str, &Group> = BTreeMap::new();
    for group in physical.iter().filter_map(|volume| volume.group.as_ref()) {
        let key = group.description.text("id").unwrap_or_default();
        if groups.get(key).is_none_or(|known| known.sequence < group.sequence) {
            groups.insert(key, group);
        }
    }
    groups
}

/// Which parts of their groups the physical volumes are.
#[must_use]
pub fn membership(physical: &[PhysicalVolume]) -> Membership {
    let held: Vec<String> = physical.iter().map(|volume| plain_id(&volume.id)).collect();
    let groups = groups(physical);
    let described = groups.values().filter_map(|group| group.description.section("physical_volumes"));
    let all = described.flat_map(|all| &all.sections).take(MAX_VOLUMES);
    let ids = all.filter_map(|(_, section)| section.text("id")).map(plain_id);
    let missing = ids.filter(|id| !held.contains(id)).collect();
    Membership { held, missing }
}

fn logical_volumes(group: &Group, disks: &BTreeMap<String, &Arc<dyn Disk>>) -> Vec<LogicalVolume> {
    let Some(logical) = group.description.section("logical_volumes") else { return Vec::new() };
    let is_visible = |section: &Section| section.list("status").is_some_and(|status| status.contains(&"VISIBLE"));
    let volumes = logical.sections.iter().filter(|(_, section)| is_visible(section));
    let volume = |(name, section): (&String, &Section)| LogicalVolume {
        name: format!("{}/{name}", group.name),
        id: section.text("id").unwrap_or_default().to_owned(),
        disk: Mapped::new(group, section, disks).map(|mapped| Arc::new(mapped) as Arc<dyn Disk>),
    };
    volumes.map(volume).collect()
}

fn plain_id(id: &str) -> String {
    id.chars().filter(|character| *character != '-').collect()
}

/// A run of a logical volume on one or several stripes.
struct Segment {
    start: u64,
    length: u64,
    stripe: u64,
    /// Disk, and the run's first byte on it.
    legs: Vec<(Arc<dyn Disk>, u64)>,
}

/// A logical volume as a disk.
struct Mapped {
    segments: Vec<Segment>,
    length: u64,
}

impl Mapped {
    fn new(group: &Group, volume: &Section, disks: &BTreeMap<String, &Arc<dyn Disk>>) -> Result<Self, DiskError> {
        let bytes = |sectors: u64| sectors.checked_mul(SECTOR).ok_or_else(|| corrupt("size"));
        let extent = bytes(
            group.description.number("extent_size").filter(|size| *size > 0).ok_or_else(|| corrupt("extent size"))?,
        )?;
        let count = volume.number("segment_count").unwrap_or(0);
        if count == 0 || count > MAX_SEGMENTS {
            return Err(corrupt(format!("{count} segments")));
        }
        let mut mapped = Self { segments: Vec::new(), length: 0 };
        for number in 1..=count {
            let section = volume.section(&format!("segment{number}")).ok_or_else(|| corrupt("a segment is missing"))?;
            let segment = segment(group, section, extent, disks)?;
            if segment.start != mapped.length {
                return Err(corrupt("segments do not follow one another"));
            }
            mapped.length = segment.start.checked_add(segment.length).ok_or_else(|| corrupt("size"))?;
            mapped.segments.push(segment);
        }
        Ok(mapped)
    }
}

fn segment(
    group: &Group,
    section: &Section,
    extent: u64,
    disks: &BTreeMap<String, &Arc<dyn Disk>>,
) -> Result<Segment, DiskError> {
    let number = |key: &str| section.number(key).ok_or_else(|| corrupt(format!("a segment without {key}")));
    let product = |one: u64, other: u64| one.checked_mul(other).ok_or_else(|| corrupt("size"));
    let kind = section.text("type").unwrap_or_default();
    if kind != "striped" {
        return Err(DiskError::Unsupported(format!("LVM volume of type {}", crate::tree::printable(kind))));
    }
    let count = number("stripe_count")?;
    let stripes = section.list("stripes").unwrap_or_default();
    if count == 0 || count > MAX_STRIPES as u64 || stripes.len() as u64 != count * 2 {
        return Err(corrupt("stripes of a segment"));
    }
    let physical = group.description.section("physical_volumes");
    let mut legs = Vec::new();
    for pair in stripes.chunks_exact(2) {
        let described =
            physical.and_then(|all| all.section(pair[0])).ok_or_else(|| corrupt("an unknown physical volume"))?;
        let disk = disks.get(&plain_id(described.text("id").unwrap_or_default()));
        let missing = || DiskError::External(format!("physical volume {} of group {}", pair[0], group.name));
        let first = pair[1].parse::<u64>().map_err(|_| corrupt("stripes of a segment"))?;
        let begin = product(described.number("pe_start").unwrap_or(0), SECTOR)?;
        let place = product(first, extent)?.checked_add(begin).ok_or_else(|| corrupt("size"))?;
        legs.push((Arc::clone(disk.ok_or_else(missing)?), place));
    }
    let length = product(number("extent_count")?, extent)?;
    let stripe = if count == 1 { length } else { product(number("stripe_size")?, SECTOR)? };
    if stripe == 0 {
        return Err(corrupt("stripes of no length"));
    }
    Ok(Segment { start: product(number("start_extent")?, extent)?, length, stripe, legs })
}

impl Disk for Mapped {
    fn length(&self) -> u64 {
        self.length
    }

    fn read_at(&self, mut offset: u64, mut buffer: &mut [u8]) -> Result<(), DiskError> {
        check_range(offset, buffer.len(), self.length)?;
        while !buffer.is_empty() {
            let index = self.segments.partition_point(|segment| segment.start + segment.length <= offset);
            let Some(segment) = self.segments.get(index) else { return Err(corrupt("segments")) };
            let within = offset - segment.start;
            let (stripe, rest) = (within / segment.stripe, within % segment.stripe);
            let legs = segment.legs.len() as u64;
            let left = (segment.stripe - rest).min(segment.length - within);
            let count = left.min(buffer.len() as u64) as usize;
            let (now, later) = buffer.split_at_mut(count);
            let (disk, first) = &segment.legs[(stripe % legs) as usize];
            let place = (stripe / legs)
                .checked_mul(segment.stripe)
                .and_then(|place| place.checked_add(rest)?.checked_add(*first));
            disk.read_at(place.ok_or_else(|| corrupt("place of a stripe"))?, now)?;
            buffer = later;
            offset += count as u64;
        }
        Ok(())
    }
}
