//! Broken and hostile files: what is wrong is counted and has a place, and what is right is read.

use isoneph_logs::ingest::{FileStatus, Summary};

use crate::support::{Bench, event, gzip, options, records};

const DAY: &str = "2026-11-02T10:00:00Z";

fn events(count: usize) -> Vec<String> {
    (0..count).map(|i| event(&format!("e{i}"), "111122223333", DAY)).collect()
}

fn ingested(content: impl AsRef<[u8]>) -> Summary {
    let bench = Bench::new();
    bench.file("log.json", content);
    bench.ingest()
}

/// The code of the one thing that is wrong.
fn code(summary: &Summary) -> &str {
    assert_eq!(summary.problems.len(), 1, "{summary:?}");
    &summary.problems[0].rejects[0].code
}

#[test]
fn a_broken_gzip_gives_the_events_before_the_break() {
    let text = (0..3000).map(|i| event(&format!("e{i}"), "111122223333", DAY)).collect::<Vec<_>>().join("\n");
    let packed = gzip(text.as_bytes());
    let cut = ingested(&packed[..packed.len() / 2]);
    assert_eq!(code(&cut), "truncated");
    assert!(cut.added > 100 && cut.added < 3000, "{}", cut.added);
    assert_eq!(cut.problems[0].status, FileStatus::Partial);
    for count in [2, 10, 50, 200] {
        let whole = records(&(0..count).map(|i| event(&format!("e{i}"), "111122223333", DAY)).collect::<Vec<_>>());
        let packed = gzip(whole.as_bytes());
        let cut = ingested(&packed[..packed.len() - 12]);
        assert_eq!(code(&cut), "truncated");
        assert!(cut.added > 0 && cut.added <= count, "{} of {count}", cut.added);
    }
    let mut flipped = packed.clone();
    let end = flipped.len() - 6;
    flipped[end] ^= 1;
    let flipped = ingested(&flipped);
    assert_eq!((code(&flipped), flipped.added), ("damaged-gzip", 3000), "the checksum comes last");
}

#[test]
fn a_gzip_of_several_members_is_read_to_its_end() {
    let all = events(9);
    let members: Vec<u8> = all.chunks(3).flat_map(|piece| gzip((piece.join("\n") + "\n").as_bytes())).collect();
    assert_eq!(ingested(members).added, 9);
}

#[test]
fn json_that_ends_too_early_is_told() {
    let whole = records(&events(10));
    let cut = ingested(&whole[..whole.len() - 30]);
    assert_eq!((code(&cut), cut.added), ("truncated", 9));
    let open = ingested(whole.strip_suffix("]}").unwrap());
    assert_eq!((code(&open), open.added), ("truncated", 10));
    let unclosed = ingested(whole.strip_suffix('}').unwrap());
    assert_eq!((code(&unclosed), unclosed.added), ("truncated", 10));
}

#[test]
fn a_second_list_of_the_same_name_is_told() {
    let whole = records(&events(2));
    let twice = format!("{},{}", whole.strip_suffix('}').unwrap(), whole.strip_prefix('{').unwrap());
    let summary = ingested(twice);
    assert_eq!((code(&summary), summary.added), ("second-list", 2));
    assert_eq!(ingested(format!("{whole}{}", records(&events(4)))).problems.len(), 0, "two documents are two lists");
}

#[test]
fn a_broken_record_costs_itself_alone() {
    let mut all = events(6);
    all[2] = all[2].replace("\"eventTime\":", "\"eventTime\"");
    let lines = ingested(all.join("\n"));
    assert_eq!((code(&lines), lines.added, lines.totals.rejected), ("not-json", 5, 1));
    assert!(lines.problems[0].rejects[0].locator.starts_with("record 2 at byte "), "{lines:?}");
    let array = ingested(records(&all));
    assert_eq!((code(&array), array.added, array.totals.rejected), ("not-json", 5, 1));
}

#[test]
fn nesting_without_end_costs_what_nests() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let mut all = events(4);
    all[1] = format!("{{\"apiVersion\":\"audit.k8s.io/v1\",\"kind\":\"Event\",\"verb\":\"get\",\"x\":{deep}}}");
    all[2] = all[2].replace("\"vol-e2\"", &deep);
    for content in [all.join("\n"), records(&all)] {
        let summary = ingested(content);
        assert_eq!((code(&summary), summary.added), ("too-deep", 3));
    }
}

#[test]
fn a_record_over_the_cap_is_rejected_with_its_place() {
    let mut all = events(4);
    let long = "x".repeat(isoneph_logs::MAX_RECORD + 1);
    all[1] = all[1].replace("vol-e1", &long);
    for content in [all.join("\n"), records(&all)] {
        for content in [content.clone().into_bytes(), gzip(content.as_bytes())] {
            let summary = ingested(content);
            assert_eq!((code(&summary), summary.added, summary.totals.rejected), ("record-too-large", 3, 1));
            assert!(summary.problems[0].rejects[0].locator.starts_with("record 1 at byte "));
        }
    }
}

#[test]
fn a_single_line_without_end_is_read_in_bounded_memory() {
    let mut line = b"{\"eventVersion\":\"".to_vec();
    line.resize(40 << 20, b'a');
    let summary = ingested(gzip(&line));
    assert_eq!((code(&summary), summary.added), ("record-too-large", 0));
}

#[test]
fn a_zip_bomb_is_not_unpacked_to_its_end() {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::Write::write_all(&mut encoder, &vec![b' '; 24 << 20]).unwrap();
    let bomb = encoder.finish().unwrap();
    assert!(bomb.len() < 32 << 10);
    let summary = ingested(bomb);
    assert_eq!((code(&summary), summary.added), ("zip-bomb", 0));
}

#[test]
fn what_is_packed_with_zstd_is_read_within_the_same_bounds() {
    let pack = |text: &[u8]| {
        let mut encoder = zstd::Encoder::new(Vec::new(), 3).unwrap();
        encoder.include_checksum(true).unwrap();
        std::io::Write::write_all(&mut encoder, text).unwrap();
        encoder.finish().unwrap()
    };
    let text = records(&events(3000));
    let packed = pack(text.as_bytes());
    assert_eq!(ingested(&packed).added, 3000);
    assert_eq!(code(&ingested(&packed[..packed.len() - 40])), "truncated");
    let mut flipped = packed.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 0x55;
    let flipped = ingested(&flipped);
    assert!(flipped.problems[0].rejects.iter().any(|reject| reject.code == "damaged-zstd"), "the checksum comes last");
    assert_eq!(code(&ingested(b"\x28\xb5\x2f\xfdxxxxxxxxxxxxx")), "damaged-zstd");
    let bomb = pack(&[b'['].into_iter().chain(std::iter::repeat_n(b' ', 64 << 20)).collect::<Vec<u8>>());
    let summary = ingested(&bomb);
    assert_eq!((code(&summary), summary.added), ("zip-bomb", 0));
}

#[test]
fn other_encodings_are_told_from_broken_json() {
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(events(1)[0].bytes().flat_map(|byte| [byte, 0])).collect();
    assert_eq!(code(&ingested(utf16)), "wrong-encoding");
    let mut latin = events(3).join("\n").into_bytes();
    let at = latin.iter().position(|byte| *byte == b'v').unwrap();
    latin[at] = 0xe9;
    let summary = ingested(&latin);
    assert_eq!((code(&summary), summary.added), ("wrong-encoding", 2), "{summary:?}");
    let tar = format!("{:\0<257}ustar\0", "log.json");
    for head in ["PK\u{3}\u{4}xxx", &tar] {
        assert_eq!(code(&ingested(head)), "archive", "{head}");
    }
    for head in ["BZhxxx", "PAR1xxx", "Obj\u{1}xxx"] {
        assert_eq!(code(&ingested(head)), "other-form", "{head}");
    }
    assert_eq!(code(&ingested(gzip(&gzip(events(1)[0].as_bytes())))), "other-form");
}

#[test]
fn a_field_of_another_type_costs_nothing() {
    for (field, instead) in [
        (
            "\"userIdentity\":{\"type\":\"AWSService\",\"invokedBy\":\"x.amazonaws.com\"}",
            "\"userIdentity\":[1,{\"a\":2}]",
        ),
        ("\"readOnly\":false", "\"readOnly\":{\"a\":1}"),
        ("\"eventID\":\"e0\"", "\"eventID\":7"),
        ("\"requestParameters\":{\"volumeId\":\"vol-e0\"}", "\"requestParameters\":17"),
        ("\"awsRegion\":\"eu-west-1\"", "\"awsRegion\":null,\"resources\":\"odd\",\"errorCode\":[]"),
    ] {
        let content = events(1)[0].replace(field, instead);
        assert!(content.contains(instead));
        let summary = ingested(&content);
        assert_eq!((summary.added, summary.totals.rejected), (1, 0), "{content}: {summary:?}");
    }
}

#[test]
fn a_file_of_any_bytes_never_stops_a_run() {
    let bench = Bench::new();
    let pieces: [&[u8]; 14] = [
        b"{",
        b"[",
        b"[[[[",
        b"{}",
        b"[]",
        b"{\"Records\":",
        b"{\"Records\":{}}",
        b"}",
        b"[}",
        b"{\"Records\":[}",
        b"\"",
        b"\x1f\x8b",
        b"\x1f\x8b\x08\0\0\0",
        b"[1,2,null,\"a\",{}]",
    ];
    for (number, piece) in pieces.iter().enumerate() {
        bench.file(&format!("{number}.json"), piece);
    }
    bench.file("good.json", records(&events(2)));
    let summary = bench.ingest();
    assert_eq!((summary.added, summary.totals.files_read), (2, 2), "{summary:#?}");
    let met = &summary.totals;
    assert_eq!(met.files_read + met.files_partial + met.files_rejected + met.files_skipped, 15);
}

#[test]
fn a_flood_of_rejects_is_counted_and_not_kept() {
    let summary = ingested("{\"a\":1}\n".repeat(50_000) + &events(1)[0]);
    assert_eq!((summary.added, summary.totals.rejected), (1, 50_000));
    assert_eq!(summary.problems[0].rejects.len(), 20);
}

#[cfg(unix)]
#[test]
fn links_are_not_followed_and_a_loop_of_them_ends() {
    let bench = Bench::new();
    bench.file("a.json", records(&events(1)));
    std::os::unix::fs::symlink(bench.input(), bench.input().join("again")).unwrap();
    let summary = bench.try_ingest(&[bench.input().join("again")], &options()).unwrap();
    assert_eq!((summary.added, summary.skipped.len()), (1, 1), "a link that the user names is followed");
    assert_eq!(summary.skipped[0].reason.as_deref(), Some("a symbolic link: not followed"));
}
