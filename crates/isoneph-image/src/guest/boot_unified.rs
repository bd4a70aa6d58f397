//! The command line that a unified kernel image carries: the section `.cmdline` of a program for EFI.

use super::Guest;

/// Bytes of a command line that are read; a kernel takes fewer.
const MOST: u64 = 16 << 10;

/// The command line of an image; `None` where it has none, or is no such image.
pub(super) fn command_line(guest: &Guest<'_>, path: &str) -> Option<String> {
    of_program(|offset, length| guest.tree().read_range(path, offset, length).ok())
}

fn of_program(read: impl Fn(u64, u64) -> Option<Vec<u8>>) -> Option<String> {
    let number = |offset: u64, length: u64| {
        let bytes = read(offset, length).filter(|bytes| bytes.len() as u64 == length)?;
        Some(bytes.iter().rev().fold(0_u64, |number, byte| number << 8 | u64::from(*byte)))
    };
    let header = number(0x3c, 4)?;
    if read(header, 4)? != b"PE\0\0" {
        return None;
    }
    let sections = number(header + 6, 2)?;
    let table = header + 24 + number(header + 20, 2)?;
    let mut found = None;
    for section in (0..sections.min(96)).map(|index| table + index * 40) {
        if read(section, 8)? != b".cmdline" {
            continue;
        }
        // Of images with several profiles it is not known which one boots.
        if found.is_some() {
            return None;
        }
        let (size, stored, place) = (number(section + 8, 4)?, number(section + 16, 4)?, number(section + 20, 4)?);
        let bytes = read(place, size.min(stored).min(MOST))?;
        let text = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
        found = Some(String::from_utf8(text.to_vec()).ok()?.trim().to_owned());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(names: &[&[u8; 8]], text: &str) -> Vec<u8> {
        let mut bytes = vec![0; 0x40];
        bytes[0x3c] = 0x40;
        bytes.extend(b"PE\0\0\x64\x86");
        bytes.extend([u8::try_from(names.len()).expect("few"), 0]);
        bytes.extend([0; 16]);
        let place = u8::try_from(bytes.len() + names.len() * 40).expect("short");
        for name in names {
            let size = u8::try_from(text.len()).expect("short");
            bytes.extend(*name);
            bytes.extend([size, 0, 0, 0, 0, 0, 0, 0, size, 0, 0, 0, place, 0, 0, 0]);
            bytes.extend([0; 16]);
        }
        bytes.extend(text.as_bytes());
        bytes
    }

    fn line(bytes: &[u8]) -> Option<String> {
        let at = |number: u64| usize::try_from(number).ok();
        of_program(|offset, length| {
            let start = at(offset)?.min(bytes.len());
            Some(bytes[start..at(offset + length)?.min(bytes.len())].to_vec())
        })
    }

    #[test]
    fn the_line_is_that_of_its_section() {
        let image = program(&[b".osrel\0\0", b".cmdline"], "root=/dev/sda1 mitigations=off\n\0");
        assert_eq!(line(&image).as_deref(), Some("root=/dev/sda1 mitigations=off"));
        assert_eq!(line(&program(&[b".osrel\0\0"], "x")), None);
        assert_eq!(line(&program(&[b".cmdline", b".cmdline"], "x")), None, "two profiles");
        assert_eq!(line(&image[..100]), None, "cut short");
        assert_eq!(line(b"MZ"), None);
    }
}
