//! POSIX access lists (acl(5)): what they let others do than the mode's owner, group and rest.

use super::Guest;
use crate::bytes::Fields;

/// The attribute in which file systems and archives keep the list.
const NAME: &str = "system.posix_acl_access";
/// Entries looked at, at most: file systems keep far fewer.
const ENTRIES: usize = 8192;

/// Kinds of entries: of a named user, of a named group, the most that both and the owning group may have.
const USER: u16 = 0x02;
const GROUP: u16 = 0x08;
const MASK: u16 = 0x10;

/// The rights, as three bits, of the users and groups that the list of a file names. None where there is no list; a list
/// that cannot be read is a problem.
pub(crate) fn named_rights(guest: &Guest<'_>, path: &str) -> Option<u16> {
    let canonical = guest.canonical(path)?;
    let value = guest.found(path, guest.tree().attribute(&canonical, NAME))??;
    let Some(entries) = entries(&value) else {
        guest.problem(path, "not-understood", format!("{path} has an access list that is not understood"));
        return None;
    };
    let of = |kinds: &[u16]| entries.iter().filter(|(kind, _)| kinds.contains(kind)).fold(0, |all, (_, own)| all | own);
    let mask = if entries.iter().any(|(kind, _)| *kind == MASK) { of(&[MASK]) } else { 7 };
    Some(of(&[USER, GROUP]) & mask & 7)
}

/// Kind and rights of each entry, in the forms that the kernel hands out, ext4 keeps, XFS keeps, and tar writes.
fn entries(value: &[u8]) -> Option<Vec<(u16, u16)>> {
    let fields = Fields(value);
    match value.get(..4)? {
        [2, 0, 0, 0] => Some(
            (4..value.len()).step_by(8).take(ENTRIES).map(|at| (fields.u16_le(at), fields.u16_le(at + 2))).collect(),
        ),
        [1, 0, 0, 0] => Some(of_ext(fields, value.len())),
        [0, 0, ..] => {
            let count = fields.u32_be(0) as usize;
            let all = (4..value.len()).step_by(12).take(count.min(ENTRIES));
            Some(all.map(|at| ((fields.u32_be(at) & 0xFFFF) as u16, fields.u16_be(at + 8))).collect())
        }
        _ => of_text(std::str::from_utf8(value).ok()?),
    }
}

/// Entries with a name are longer than those without.
fn of_ext(fields: Fields<'_>, length: usize) -> Vec<(u16, u16)> {
    let (mut at, mut found) = (4, Vec::new());
    while at + 4 <= length && found.len() < ENTRIES {
        let kind = fields.u16_le(at);
        found.push((kind, fields.u16_le(at + 2)));
        at += if matches!(kind, USER | GROUP) { 8 } else { 4 };
    }
    found
}

/// `user::rw-,user:ann:r--,mask::r--`, by commas or lines.
fn of_text(text: &str) -> Option<Vec<(u16, u16)>> {
    let lines = text.split([',', '\n']).map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let entry = |line: &str| {
        let mut parts = line.split(':');
        let (kind, name, rights) = (parts.next()?, parts.next()?, parts.next()?);
        let kind = match (kind, name.is_empty()) {
            ("user" | "u", false) => USER,
            ("group" | "g", false) => GROUP,
            ("mask" | "m", _) => MASK,
            ("user" | "u" | "group" | "g" | "other" | "o", _) => 0,
            _ => return None,
        };
        let bit = |letter: char, bit: u16| if rights.contains(letter) { bit } else { 0 };
        Some((kind, bit('r', 4) | bit('w', 2) | bit('x', 1)))
    };
    lines.map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::MemoryTree;

    /// `user::rw-,user:1000:r--,group::r--,mask::MASK,other::---` as each of the four forms.
    fn forms(mask: u16) -> [Vec<u8>; 4] {
        let list = [(0x01, 6), (USER, 4), (0x04, 4), (MASK, mask), (0x20, 0)];
        let (mut kernel, mut ext, mut xfs) = (vec![2, 0, 0, 0], vec![1, 0, 0, 0], vec![0, 0, 0, 5]);
        for (kind, rights) in list {
            let number: u32 = if kind == USER { 1000 } else { u32::MAX };
            kernel.extend([&kind.to_le_bytes()[..], &rights.to_le_bytes(), &number.to_le_bytes()].concat());
            ext.extend([kind.to_le_bytes(), rights.to_le_bytes()].concat());
            if kind == USER {
                ext.extend(number.to_le_bytes());
            }
            xfs.extend(
                [&u32::from(kind).to_be_bytes()[..], &number.to_be_bytes(), &rights.to_be_bytes(), &[0, 0]].concat(),
            );
        }
        let text =
            format!("user::rw-,user:ann:r--,group::r--,mask::{},other::---", if mask == 4 { "r--" } else { "---" });
        [kernel, ext, xfs, text.into_bytes()]
    }

    #[test]
    fn what_a_list_gives_to_others_is_told_from_every_form() {
        for (mask, rights) in [(4, Some(4)), (0, Some(0))] {
            for form in forms(mask) {
                let mut files = MemoryTree::new();
                files.file("/etc/shadow", "x").attribute("/etc/shadow", NAME, &form).file("/etc/passwd", "x");
                let tree = files.tree();
                let guest = Guest::new(&tree);
                assert_eq!(named_rights(&guest, "/etc/shadow"), rights, "{form:?}");
                assert_eq!(named_rights(&guest, "/etc/passwd"), None);
                assert!(guest.problems().is_empty());
            }
        }
        let mut files = MemoryTree::new();
        files.file("/etc/shadow", "x").attribute("/etc/shadow", NAME, b"what?");
        let tree = files.tree();
        let guest = Guest::new(&tree);
        assert_eq!((named_rights(&guest, "/etc/shadow"), guest.problems().len()), (None, 1));
    }
}
