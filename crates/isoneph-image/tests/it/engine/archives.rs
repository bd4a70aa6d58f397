//! Root file systems as archives and as layers.

use super::sample::{self, Without};
use super::tools::{have, run, text};
use isoneph_image::filesystem::FileSystemError;
use isoneph_image::image::{self, ImageError};
use isoneph_image::tree::{Kind, Tree};
use std::io::Write as _;
use std::path::Path;

/// An entry: kind of tar, name, target of a link, content.
pub(super) struct Member {
    kind: u8,
    name: String,
    link: String,
    content: Vec<u8>,
    mode: u32,
}

pub(super) fn file(name: &str, content: &[u8]) -> Member {
    Member { kind: b'0', name: name.to_owned(), link: String::new(), content: content.to_vec(), mode: 0o644 }
}

fn other(kind: u8, name: &str, link: &str) -> Member {
    Member { kind, name: name.to_owned(), link: link.to_owned(), content: Vec::new(), mode: 0o755 }
}

/// Writes a tar file.
pub(super) fn tar(members: &[Member]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for member in members {
        let mut header = vec![0; 512];
        header[..member.name.len()].copy_from_slice(member.name.as_bytes());
        let mut put = |at: usize, text: String| header[at..at + text.len()].copy_from_slice(text.as_bytes());
        put(100, format!("{:07o}", member.mode));
        put(108, "0000012".to_owned());
        put(116, "0000034".to_owned());
        put(124, format!("{:011o}", member.content.len()));
        put(136, "00000000017".to_owned());
        put(148, " ".repeat(8));
        put(157, member.link.clone());
        put(257, "ustar\x0000".to_owned());
        header[156] = member.kind;
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        bytes.extend(header);
        bytes.extend(&member.content);
        bytes.resize(bytes.len().next_multiple_of(512), 0);
    }
    bytes.resize(bytes.len() + 1024, 0);
    bytes
}

pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

fn open(bytes: &[u8]) -> Result<image::Image, ImageError> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("archive");
    std::fs::write(&path, bytes).unwrap();
    image::open(&[path], &Default::default(), None)
}

fn tree(bytes: &[u8]) -> Tree {
    open(bytes).unwrap().guests.remove(0).tree
}

fn has(tree: &Tree, path: &str) -> bool {
    tree.symlink_metadata(path).is_ok()
}

#[test]
fn a_tar_file_in_every_wrapping_gives_the_same_files() {
    if !have(&["tar"]) {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().join("root");
    sample::make(&root, Without::default());
    let wanted = sample::of_directory(&root, Without::default());
    for format in ["gnu", "pax", "posix"] {
        let path = directory.path().join(format);
        run("tar", &["--format", format, "-cf", text(&path), "-C", text(&root), "."]);
        let plain = std::fs::read(&path).unwrap();
        for bytes in [plain.clone(), gzip(&plain), zstd(&plain)] {
            let found = sample::of_tree(&tree(&bytes), Without::default());
            // pax keeps fractions of seconds before the epoch's second; the sample has none.
            assert_eq!(found, wanted, "{format}");
        }
    }
}

#[test]
fn links_of_an_archive_stay_inside() {
    let files = tree(&tar(&[
        other(b'5', "usr/bin/", ""),
        other(b'2', "bin", "usr/bin"),
        file("bin/sh", b"shell"),
        file("etc/passwd", b"root"),
        other(b'1', "etc/again", "./etc/passwd"),
        other(b'2', "out", "../../../etc"),
        file("out/through", b"inside"),
        file("../escaped", b"no"),
        file("/absolute", b"yes"),
        other(b'1', "etc/missing", "/nowhere"),
        other(b'2', "loop", "loop"),
        file("loop/x", b"no"),
    ]));
    assert_eq!(files.read("/usr/bin/sh", 10).unwrap(), b"shell");
    assert_eq!(files.read("/etc/again", 10).unwrap(), b"root");
    assert_eq!(files.metadata("/etc/again").unwrap().id, files.metadata("/etc/passwd").unwrap().id);
    assert_eq!(files.metadata("/etc/passwd").unwrap().links, 2);
    assert_eq!(files.read("/etc/through", 10).unwrap(), b"inside");
    assert!(has(&files, "/absolute") && !has(&files, "/escaped"));
    // What a link to nothing stood for is not known, which is not the same as nothing.
    assert!(!files.read("/etc/missing", 10).unwrap_err().is_absent());
    assert_eq!(files.symlink_metadata("/loop").unwrap().kind, Kind::Symlink);
    let metadata = files.metadata("/etc/passwd").unwrap();
    assert_eq!((metadata.uid, metadata.gid, metadata.modified, metadata.mode), (10, 28, 15, 0o644));
}

#[test]
fn what_was_refused_is_said() {
    let image = open(&tar(&[file("etc/passwd", b"x"), file("../a", b"x"), file("a/../../b", b"x")])).unwrap();
    assert_eq!(image.report.containers[0].notes, ["2 entries refused: a name with .. in it"]);
}

#[test]
fn an_archive_that_ends_too_early_is_damaged() {
    let whole = tar(&[file("etc/passwd", &[b'x'; 2000]), file("etc/group", b"y")]);
    for bytes in [whole[..1500].to_vec(), whole[..700].to_vec(), gzip(&whole[..1500])] {
        let error = open(&bytes).map(|image| image.report).unwrap_err();
        assert!(matches!(error, ImageError::Archive { error: FileSystemError::Corrupt(_), .. }), "{error}");
    }
}

#[test]
fn a_bomb_is_refused() {
    // One file of four gibibytes; the stream goes on and on in members of eight mebibytes of nothing.
    let mut header = tar(&[file("etc/passwd", b"")])[..512].to_vec();
    header[124..135].copy_from_slice(b"40000000000");
    let sum: u32 =
        header.iter().enumerate().map(|(at, byte)| if (148..156).contains(&at) { 32 } else { u32::from(*byte) }).sum();
    header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    let bomb = [gzip(&header), gzip(&vec![0; 8 << 20]).repeat(64)].concat();
    assert!(bomb.len() < 1 << 20);
    let error = open(&bomb).map(|image| image.report).unwrap_err();
    assert!(matches!(error, ImageError::Archive { error: FileSystemError::Limit(_), .. }), "{error}");
}

/// Three layers: the second hides a file and a whole directory, the third adds to what was hidden.
fn layers() -> Vec<Vec<u8>> {
    vec![
        tar(&[
            file("etc/passwd", b"1"),
            file("etc/old", b"1"),
            file("opt/a", b"1"),
            file("opt/deep/b", b"1"),
            file("srv/x/y", b"1"),
        ]),
        // The entry of the same layer stands, although the whiteout comes after it.
        tar(&[file("opt/c", b"2"), file("etc/.wh.old", b""), file("opt/.wh..wh..opq", b""), file("etc/passwd", b"22")]),
        gzip(&tar(&[file("srv/.wh.x", b""), file("srv/z", b"3"), file("etc/new", b"3")])),
    ]
}

fn check_layers(tree: &Tree) {
    assert_eq!(tree.read("/etc/passwd", 10).unwrap(), b"22");
    for path in ["/opt/c", "/srv/z", "/etc/new"] {
        assert!(has(tree, path), "{path}");
    }
    for path in ["/etc/old", "/opt/a", "/opt/deep", "/srv/x", "/etc/.wh.old", "/opt/.wh..wh..opq", "/srv/.wh.x"] {
        assert!(!has(tree, path), "{path}");
    }
}

#[test]
fn layers_of_docker_save_are_applied_with_their_whiteouts() {
    let layers = layers();
    let manifest = br#"[{"Config":"c.json","RepoTags":["a:1"],"Layers":["0/layer.tar","1/layer.tar","2/layer.tar"]}]"#;
    let mut members: Vec<Member> =
        layers.iter().enumerate().map(|(index, layer)| file(&format!("{index}/layer.tar"), layer)).collect();
    members.push(file("manifest.json", manifest));
    let saved = tar(&members);
    for bytes in [saved.clone(), gzip(&saved)] {
        let image = open(&bytes).unwrap();
        assert_eq!(image.report.containers[0].format, "docker");
        check_layers(&image.guests[0].tree);
    }
}

/// The files of an OCI layout, with an index of two platforms.
fn layout() -> Vec<Member> {
    let digest = |number: usize| format!("sha256:{number:064x}");
    let layers = layers();
    let listed: Vec<String> = (0..layers.len()).map(|index| format!("{{\"digest\":\"{}\"}}", digest(index))).collect();
    let manifest = format!("{{\"schemaVersion\":2,\"layers\":[{}]}}", listed.join(","));
    let index = format!(
        "{{\"manifests\":[{{\"digest\":\"{}\",\"platform\":{{\"architecture\":\"arm64\",\"os\":\"linux\"}}}},\
         {{\"digest\":\"{}\",\"platform\":{{\"architecture\":\"amd64\",\"os\":\"linux\"}}}}]}}",
        digest(98),
        digest(99)
    );
    let name = |number: usize| format!("blobs/sha256/{number:064x}");
    let mut members =
        vec![file("oci-layout", b"{\"imageLayoutVersion\":\"1.0.0\"}"), file("index.json", index.as_bytes())];
    members.push(file(&name(99), manifest.as_bytes()));
    members.extend(layers.iter().enumerate().map(|(index, layer)| file(&name(index), layer)));
    members
}

fn unpack(members: &[Member], directory: &Path) {
    for member in members {
        let path = directory.join(&member.name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, &member.content).unwrap();
    }
}

#[test]
fn an_oci_layout_is_read_as_archive_and_as_directory() {
    let image = open(&tar(&layout())).unwrap();
    assert_eq!(image.report.containers[0].format, "oci");
    assert!(image.report.containers[0].notes[0].starts_with("one of 2 images"));
    check_layers(&image.guests[0].tree);
    let directory = tempfile::tempdir().unwrap();
    unpack(&layout(), directory.path());
    let image = image::open(&[directory.path().to_owned()], &Default::default(), None).unwrap();
    check_layers(&image.guests[0].tree);
}

#[test]
fn a_layout_cannot_name_files_outside_it() {
    for digest in ["sha256:../../../etc/passwd", "../x:y", "sha256:", ":", "sha256:a/b"] {
        let index = format!("{{\"manifests\":[{{\"digest\":\"{digest}\"}}]}}");
        let directory = tempfile::tempdir().unwrap();
        unpack(&[file("oci-layout", b"{}"), file("index.json", index.as_bytes())], directory.path());
        assert!(image::open(&[directory.path().to_owned()], &Default::default(), None).is_err(), "{digest}");
    }
    // A blob that is a link to a file of the host.
    let directory = tempfile::tempdir().unwrap();
    unpack(&layout(), directory.path());
    let blob = directory.path().join(format!("blobs/sha256/{:064x}", 0));
    std::fs::remove_file(&blob).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", &blob).unwrap();
    assert!(image::open(&[directory.path().to_owned()], &Default::default(), None).is_err());
}

#[test]
fn an_archive_of_disks_one_of_other_files_and_a_plain_directory_are_named() {
    let error =
        open(&tar(&[file("machine.ovf", b"x"), file("disk.vmdk", b"y")])).map(|image| image.report).unwrap_err();
    assert!(error.to_string().contains("carries disks"), "{error}");
    let error =
        open(&tar(&[file("AWSLogs/a.json", b"{}"), file("b.json", b"{}")])).map(|image| image.report).unwrap_err();
    assert!(error.to_string().contains("no root file system"), "{error}");
    let directory = tempfile::tempdir().unwrap();
    let error = image::open(&[directory.path().to_owned()], &Default::default(), None).map(|image| image.report);
    assert!(error.unwrap_err().to_string().contains("no OCI layout"));
}
