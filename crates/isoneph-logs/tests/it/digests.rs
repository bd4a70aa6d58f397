//! Whatever is taken from, or changed in, a bucket with digests is found, and nothing else is.

use std::io::Read;
use std::path::Path;
use std::process::Command;

use isoneph_logs::digest::{DigestReport, Problem, verify};
use isoneph_tables::Instant;
use tempfile::TempDir;

use crate::plant::digests::{ACCOUNT, Planted, Shape, instant, plant, public_key_list, sha256};
use crate::support::{event, gzip, records};

const REGIONS: [&str; 2] = ["us-east-1", "eu-west-1"];

fn planted(hours: i64, shape: &Shape) -> (TempDir, Planted) {
    let folder = tempfile::tempdir().unwrap();
    let planted = plant(folder.path(), 7, &REGIONS, hours, shape);
    (folder, planted)
}

fn unpack(path: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap()).read_to_end(&mut bytes).unwrap();
    bytes
}

/// Changes one byte of a packed file's content.
fn flip(path: &Path, byte: usize) {
    let mut bytes = unpack(path);
    bytes[byte] ^= 1;
    std::fs::write(path, gzip(&bytes)).unwrap();
}

fn problems(report: &DigestReport) -> Vec<Problem> {
    let mut all: Vec<Problem> = report.digests.iter().flat_map(|digest| digest.problems.clone()).collect();
    all.sort_unstable();
    all
}

#[test]
fn an_untouched_bucket_is_whole() {
    let (_folder, planted) = planted(30, &Shape::default());
    let report = verify(&planted.inputs()).unwrap();
    assert!(report.is_whole(), "{report:?}");
    assert_eq!((report.chains.len(), report.digests.len()), (2, 60));
    assert_eq!(report.files_compared, planted.logs.len() as u64);
    assert_eq!((report.chains[1].trail.as_str(), report.chains[1].region.as_str()), ("org_trail", "us-east-1"));
    let proven: Vec<_> = report.proven.iter().map(|p| (p.region.as_str(), p.begins_at, p.ends_at)).collect();
    assert_eq!(proven, [("eu-west-1", instant(0), instant(29)), ("us-east-1", instant(0), instant(29))]);
}

#[test]
fn a_deleted_log_file_is_missed() {
    let (_folder, planted) = planted(10, &Shape::default());
    std::fs::remove_file(&planted.logs[3]).unwrap();
    let report = verify(&planted.inputs()).unwrap();
    assert_eq!(problems(&report), [Problem::FileMissing]);
    assert_eq!(report.gaps.len(), 1);
    assert!(planted.logs[3].ends_with(&report.gaps[0].object));
}

#[test]
fn one_changed_byte_of_a_log_file_is_seen() {
    let (_folder, planted) = planted(10, &Shape::default());
    flip(&planted.logs[2], 20);
    let report = verify(&planted.inputs()).unwrap();
    assert_eq!((problems(&report), report.gaps.len()), (vec![Problem::FileChanged], 1));
}

#[test]
fn one_changed_byte_of_a_digest_breaks_its_signature_and_the_link_to_it() {
    let (_folder, planted) = planted(10, &Shape::default());
    let path = &planted.digests["eu-west-1"][4];
    let at = unpack(path).windows(6).position(|w| w == b"SHA-25").unwrap();
    flip(path, at);
    let report = verify(&planted.inputs()).unwrap();
    assert_eq!(problems(&report), [Problem::SignatureInvalid, Problem::PreviousChanged]);
    let proven = report.proven.iter().filter(|p| p.region == "eu-west-1").map(|p| (p.begins_at, p.ends_at));
    assert_eq!(proven.collect::<Vec<_>>(), [(instant(0), instant(3)), (instant(6), instant(9))]);
}

#[test]
fn a_signature_that_was_given_and_does_not_hold_is_told_though_a_later_digest_has_the_right_one() {
    let (_folder, planted) = planted(10, &Shape::default());
    let report = verify(&planted.inputs()).unwrap();
    let object = report.digests[4].object.clone();
    for signature in ["00ff", "no hexadecimal"] {
        let mut inputs = planted.inputs();
        inputs.signatures.insert(object.clone(), signature.to_owned());
        let report = verify(&inputs).unwrap();
        assert_eq!(problems(&report), [Problem::OtherSignatureInvalid], "{signature}");
        assert_eq!(report.digests[4].signature_valid, Some(true), "{signature}");
    }
}

#[test]
fn two_digests_removed_in_a_row_are_missed_though_every_signature_holds() {
    let (_folder, planted) = planted(10, &Shape::default());
    for path in &planted.digests["us-east-1"][3..5] {
        std::fs::remove_file(path).unwrap();
    }
    let report = verify(&planted.inputs()).unwrap();
    assert!(report.digests.iter().all(|digest| digest.signature_valid == Some(true)));
    assert_eq!(problems(&report), [Problem::PreviousMissing, Problem::NotContinuous]);
    let gap = &report.gaps[0];
    assert_eq!((gap.begins_at, gap.ends_at, report.gaps.len()), (instant(3), instant(5), 1));
    let proven = report.proven.iter().filter(|p| p.region == "us-east-1").map(|p| (p.begins_at, p.ends_at));
    assert_eq!(proven.collect::<Vec<_>>(), [(instant(0), instant(2)), (instant(5), instant(9))]);
}

#[test]
fn an_hour_that_no_digest_covers_is_a_hole() {
    let (_folder, linked) = planted(10, &Shape { without: vec![6], ..Shape::default() });
    let report = verify(&linked.inputs()).unwrap();
    assert_eq!(problems(&report), [Problem::NotContinuous; 2]);
    assert_eq!((report.gaps[0].begins_at, report.gaps[0].ends_at), (instant(6), instant(7)));
    let (_folder, anew) = planted(10, &Shape { without: vec![6], anew_after: Some(6), ..Shape::default() });
    let report = verify(&anew.inputs()).unwrap();
    assert_eq!(report.gaps.iter().map(|gap| gap.problem).collect::<Vec<_>>(), [Problem::ChainRestarted; 2]);
}

#[test]
fn hours_missing_at_the_ends_of_the_period_are_holes() {
    let (_folder, planted) = planted(10, &Shape::default());
    let mut inputs = planted.inputs();
    inputs.period = Some((instant(-2), instant(12)));
    let gaps = verify(&inputs).unwrap().gaps;
    let of_one = gaps.iter().filter(|gap| gap.chain == 0).map(|gap| (gap.begins_at, gap.ends_at));
    assert_eq!(of_one.collect::<Vec<_>>(), [(instant(-2), instant(0)), (instant(10), instant(12))]);
    inputs.period = Some((instant(0), instant(10)));
    assert!(verify(&inputs).unwrap().is_whole());
}

#[test]
fn without_its_metadata_only_the_newest_digest_stays_open() {
    let (_folder, planted) = planted(10, &Shape::default());
    let mut inputs = planted.inputs();
    inputs.signatures.clear();
    let report = verify(&inputs).unwrap();
    assert_eq!(problems(&report), [Problem::NoSignature; 2]);
    let open: Vec<_> = report.digests.iter().filter(|d| d.signature_valid.is_none()).map(|d| d.ends_at).collect();
    assert_eq!(open, [instant(10), instant(10)]);
    assert!(!report.is_whole());
    let newest = &planted.digests["eu-west-1"][9];
    let signature = &planted.signatures[newest.strip_prefix(&planted.folder).unwrap().to_str().unwrap()];
    let head =
        format!("{{\"Metadata\": {{\"signature\": \"{signature}\", \"signature-algorithm\": \"SHA256withRSA\"}}}}");
    std::fs::write(format!("{}.head.json", newest.display()), head).unwrap();
    assert_eq!(problems(&verify(&inputs).unwrap()), [Problem::NoSignature], "an answer of head-object beside it tells");
}

#[test]
fn a_key_that_was_not_given_or_not_in_force_decides_nothing() {
    let (_folder, planted) = planted(3, &Shape::default());
    let mut inputs = planted.inputs();
    inputs.keys[0].until = Some(instant(-48));
    assert_eq!(problems(&verify(&inputs).unwrap()), [Problem::NoPublicKey; 6]);
    inputs.keys.clear();
    let report = verify(&inputs).unwrap();
    assert!(report.digests.iter().all(|digest| digest.signature_valid.is_none()));
    assert_eq!(report.proven, []);
}

#[test]
fn a_log_file_that_no_digest_names_is_told() {
    let (_folder, planted) = planted(10, &Shape::default());
    let beside = planted.logs[5].parent().unwrap();
    let slipped = format!("{ACCOUNT}_CloudTrail_us-east-1_20261102T0510Z_0000000000000000.json.gz");
    std::fs::write(beside.join(&slipped), gzip(b"{\"Records\":[]}")).unwrap();
    let report = verify(&planted.inputs()).unwrap();
    assert_eq!(
        (report.unlisted.clone(), report.is_whole()),
        (vec![beside.join(&slipped).display().to_string()], false)
    );
}

#[test]
fn what_lies_behind_a_tail_that_was_cut_off_is_told_as_unproven() {
    let (_folder, planted) = planted(10, &Shape::default());
    for region in REGIONS {
        planted.digests[region].iter().rev().take(2).for_each(|digest| std::fs::remove_file(digest).unwrap());
    }
    let last = planted.logs.iter().max_by_key(|path| path.file_name().map(ToOwned::to_owned)).unwrap();
    flip(last, 20);
    let report = verify(&planted.inputs()).unwrap();
    assert!(report.unproven.contains(&last.display().to_string()), "{:?}", report.unproven);
    assert_eq!(report.files_compared + report.unproven.len() as u64, planted.logs.len() as u64);
    assert!(report.proven.iter().all(|proven| proven.ends_at == instant(7)), "{:?}", report.proven);
    let json = serde_json::to_value(&report).unwrap();
    assert!(json["chains"][0]["ends_at"].as_str().is_some_and(|at| at.ends_with(":00:00Z")), "{}", json["chains"]);
}

/// A log file of the account with one event.
fn forged(region: &str, at: &str) -> String {
    records(&[event("forged", ACCOUNT, at).replace("eu-west-1", region)])
}

#[test]
fn what_no_digest_names_is_told_by_what_it_holds_under_any_name() {
    let (_folder, planted) = planted(10, &Shape::default());
    let inside = forged("us-east-1", "2026-11-02T05:10:00Z");
    let beside = [
        ("extra/more.json.gz", gzip(inside.as_bytes()), true),
        ("extra/notes.txt", inside.clone().into_bytes(), true),
        ("other/222222222222_CloudTrail_us-east-1_20261102T0510Z_x.json.gz", gzip(inside.as_bytes()), true),
        // The digest of the last hour may not name it yet; no digest speaks of the region, of the account.
        ("late.json", forged("us-east-1", "2026-11-02T09:30:00Z").into_bytes(), false),
        ("region.json", forged("eu-north-1", "2026-11-02T05:10:00Z").into_bytes(), false),
        ("account.json", inside.replace(ACCOUNT, "222222222222").into_bytes(), false),
        ("copy of a log.json.gz", std::fs::read(&planted.logs[3]).unwrap(), false),
        ("keys.json", b"{}".to_vec(), false),
        ("readme.md", b"# logs".to_vec(), false),
    ];
    for (name, bytes, told) in beside {
        let path = planted.folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        let report = verify(&planted.inputs()).unwrap();
        let gaps: Vec<_> = report.gaps.iter().map(|gap| (gap.problem, Path::new(&gap.object), gap.begins_at)).collect();
        let expected = (Problem::FileUnlisted, &*path, Instant(instant(5).0 + 600_000_000));
        assert_eq!(gaps, if told { vec![expected] } else { Vec::new() }, "{name}");
        assert_eq!((report.unlisted.len(), report.is_whole()), (usize::from(told), !told), "{name}");
        std::fs::remove_file(&path).unwrap();
    }
}

#[test]
fn a_file_with_the_name_of_another_does_not_hide_behind_it() {
    let (_folder, planted) = planted(10, &Shape::default());
    let path = planted.folder.join("extra").join(planted.logs[3].file_name().unwrap());
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, gzip(forged("us-east-1", "2026-11-02T05:10:00Z").as_bytes())).unwrap();
    let report = verify(&planted.inputs()).unwrap();
    assert_eq!((problems(&report), report.gaps.len()), (vec![Problem::FileChanged], 1));
}

#[test]
fn a_chain_without_its_beginning_is_told_unless_the_period_begins_with_it() {
    let (_folder, planted) = planted(10, &Shape::default());
    for path in &planted.digests["us-east-1"][..4] {
        std::fs::remove_file(path).unwrap();
    }
    for path in planted.logs.iter().filter(|log| log.to_string_lossy().contains("us-east-1")) {
        let hour: i64 = path.to_string_lossy().split("20261102T").nth(1).unwrap()[..2].parse().unwrap();
        if hour < 4 {
            std::fs::remove_file(path).unwrap();
        }
    }
    let mut inputs = planted.inputs();
    assert_eq!(problems(&verify(&inputs).unwrap()), [Problem::EarlierNotGiven]);
    inputs.period = Some((instant(4), instant(10)));
    assert!(verify(&inputs).unwrap().is_whole());
    inputs.period = Some((instant(0), instant(10)));
    let report = verify(&inputs).unwrap();
    assert_eq!(
        report.gaps.iter().map(|gap| (gap.begins_at, gap.ends_at)).collect::<Vec<_>>(),
        [(instant(0), instant(4))]
    );
}

#[test]
fn digests_alone_say_nothing_of_log_files() {
    let (_folder, planted) = planted(4, &Shape::default());
    planted.logs.iter().for_each(|log| std::fs::remove_file(log).unwrap());
    let report = verify(&planted.inputs()).unwrap();
    assert!(report.digests.iter().all(|digest| digest.files_missing.is_none()));
    assert_eq!(report.proven, [], "what nobody compared is not proven");
}

#[test]
fn broken_digests_are_refused_and_bound() {
    let (folder, planted) = planted(3, &Shape::default());
    let at = |name: &str| folder.path().join(format!("{ACCOUNT}_CloudTrail-Digest_r_t_r_{name}.json.gz"));
    std::fs::write(at("1"), b"\x1f\x8b\x08broken").unwrap();
    std::fs::write(at("2"), gzip(b"{\"digestS3Object\": 1, \"digestEndTime\": 2}")).unwrap();
    std::fs::write(at("3"), b"").unwrap();
    let report = verify(&planted.inputs()).unwrap();
    assert_eq!((report.refused.len(), report.digests.len()), (3, 6), "{:?}", report.refused);
}

#[test]
fn an_hour_whose_digest_came_late_is_no_hole() {
    let shape = || Shape { late: vec![3, 7], ..Shape::default() };
    let (_folder, planted) = planted(10, &shape());
    let report = verify(&planted.inputs()).unwrap();
    assert!(report.is_whole(), "{:?} {:?}", problems(&report), report.gaps);
    let proven: Vec<_> = report.proven.iter().map(|p| (p.begins_at, p.ends_at)).collect();
    assert_eq!(proven, [(instant(0), instant(9)); 2]);
    let late = planted.digests["us-east-1"].iter().find(|path| path.to_string_lossy().contains("_backfill")).unwrap();
    let at = unpack(late).windows(6).position(|w| w == b"SHA256").unwrap();
    let untouched = std::fs::read(late).unwrap();
    flip(late, at + 40);
    let report = verify(&planted.inputs()).unwrap();
    let gaps: Vec<_> = report.gaps.iter().map(|gap| (gap.begins_at, gap.ends_at)).collect();
    let proves = |report: &DigestReport| {
        report.proven.iter().any(|p| p.begins_at <= instant(3) && instant(4) <= p.ends_at && p.region == "us-east-1")
    };
    assert_eq!((gaps, proves(&report)), (vec![(instant(3), instant(4))], false), "a forged one fills nothing");
    std::fs::write(late, untouched).unwrap();
    assert!(verify(&planted.inputs()).unwrap().is_whole());
}

#[test]
fn a_trail_with_another_bucket_goes_on_there() {
    let (_folder, planted) = planted(10, &Shape { moved_at: Some(4), ..Shape::default() });
    let mut inputs = planted.inputs();
    inputs.period = Some((instant(0), instant(10)));
    let report = verify(&inputs).unwrap();
    assert!(report.is_whole(), "{:?} {:?}", problems(&report), report.gaps);
    assert_eq!((report.chains.len(), report.chains[0].digests), (2, 10));
    std::fs::remove_file(&planted.digests["us-east-1"][4]).unwrap();
    assert!(!verify(&inputs).unwrap().is_whole(), "the first in the other bucket is missed");
}

#[test]
fn a_trail_in_the_place_of_another_leaves_open_what_the_first_lacks() {
    let (_folder, planted) = planted(10, &Shape { replaced_at: Some(4), ..Shape::default() });
    let mut inputs = planted.inputs();
    inputs.period = Some((instant(-3), instant(10)));
    let report = verify(&inputs).unwrap();
    let mut gaps: Vec<_> = report.gaps.iter().filter(|gap| report.chains[gap.chain].region == "us-east-1").collect();
    gaps.sort_by_key(|gap| (gap.begins_at, gap.ends_at));
    let told: Vec<_> = gaps.iter().map(|gap| (gap.begins_at, gap.ends_at, gap.problem)).collect();
    let (missing, other) = (Problem::PreviousMissing, Problem::OtherTrail);
    let (hour, whole) = (instant, (instant(-3), instant(0), missing));
    assert_eq!(told, [whole, whole, (hour(0), hour(4), other), (hour(4), hour(10), other)]);
}

#[test]
fn a_log_file_under_another_name_is_the_same_file() {
    let (_folder, planted) = planted(10, &Shape::default());
    let log = &planted.logs[3];
    let content = unpack(log);
    let plain = log.with_extension("");
    std::fs::remove_file(log).unwrap();
    std::fs::write(&plain, &content).unwrap();
    let report = verify(&planted.inputs()).unwrap();
    assert!(report.is_whole(), "{:?} {:?}", problems(&report), report.gaps);
    std::fs::remove_file(&plain).unwrap();
    let renamed = planted.folder.join("part-7.json");
    std::fs::write(&renamed, &content).unwrap();
    let mut inputs = planted.inputs();
    inputs.known.insert(renamed.clone(), sha256(&content));
    assert!(verify(&inputs).unwrap().is_whole());
    // Nobody hashed it before: then it is read now.
    assert!(verify(&planted.inputs()).unwrap().is_whole());
    inputs.known.insert(renamed, sha256(b"something else"));
    assert_eq!(problems(&verify(&inputs).unwrap()), [Problem::FileMissing]);
}

/// The validator class of the AWS command line (PyPI `awscli`), asked for each digest.
const VALIDATOR: &str = r#"
import gzip, json, sys
try:
    from awscli.customizations.cloudtrail.validation import Sha256RSADigestValidator, DigestError
except ImportError:
    sys.exit(42)
keys = {key["Fingerprint"]: key["Value"] for key in json.load(open(sys.argv[1]))["PublicKeyList"]}
signatures = json.load(open(sys.argv[2]))
for path in sys.stdin.read().split("\n"):
    raw = gzip.open(path).read()
    digest = json.loads(raw)
    digest["_signature"] = signatures[digest["digestS3Object"]]
    try:
        Sha256RSADigestValidator().validate(digest["digestS3Bucket"], digest["digestS3Object"], keys[digest["digestPublicKeyFingerprint"]], digest, raw)
        print("true")
    except DigestError:
        print("false")
"#;

#[test]
fn the_aws_command_line_agrees_with_every_signature() {
    let (folder, planted) = planted(12, &Shape::default());
    for (region, number) in [("eu-west-1", 3), ("us-east-1", 7)] {
        let path = &planted.digests[region][number];
        let at = unpack(path).windows(6).position(|w| w == b"SHA-25").unwrap();
        flip(path, at);
    }
    let report = verify(&planted.inputs()).unwrap();
    let (keys, signatures) = (folder.path().join("keys"), folder.path().join("signatures"));
    std::fs::write(&keys, public_key_list()).unwrap();
    std::fs::write(&signatures, serde_json::to_string(&planted.signatures).unwrap()).unwrap();
    let paths = folder.path().join("paths");
    std::fs::write(&paths, report.digests.iter().map(|d| d.file.as_str()).collect::<Vec<_>>().join("\n")).unwrap();
    let asked = Command::new("python3")
        .arg("-c")
        .arg(VALIDATOR)
        .args([&keys, &signatures])
        .stdin(std::fs::File::open(paths).unwrap())
        .output();
    let ours: Vec<String> = report.digests.iter().map(|digest| digest.signature_valid.unwrap().to_string()).collect();
    assert_eq!(ours.iter().filter(|valid| *valid == "false").count(), 2);
    match asked {
        Ok(answer) if answer.status.success() => {
            let theirs: Vec<String> = String::from_utf8(answer.stdout).unwrap().lines().map(str::to_owned).collect();
            assert_eq!(ours, theirs);
        }
        Ok(answer) if answer.status.code() != Some(42) => panic!("{}", String::from_utf8_lossy(&answer.stderr)),
        _ => skipped("the AWS command line's validator (python3 with awscli) is not installed"),
    }
}

#[allow(clippy::print_stderr, reason = "a test that did not run says so")]
fn skipped(why: &str) {
    eprintln!("SKIPPED: {why}");
}

#[test]
fn names_and_hashes_are_those_of_the_bucket() {
    let (_folder, planted) = planted(1, &Shape::default());
    let report = verify(&planted.inputs()).unwrap();
    let path = &planted.digests["eu-west-1"][0];
    assert_eq!(report.digests[0].sha256, sha256(&std::fs::read(path).unwrap()));
}
