use arrow::array::RecordBatch;
use arrow::util::display::array_value_to_string;
use isoneph_tables::Instant;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use proptest::prelude::*;

use super::packed::{pack, steps, width};
use super::*;
use crate::event::Event;
use crate::ingest::row::{self, Entry, FileOfRows, Scratch};

/// Events, a file of which they are the rows, and what others read in it.
fn written(events: &[Event<'_>], shared: &Shared) -> (Vec<RecordBatch>, bytes::Bytes) {
    let mut scratch = Scratch::default();
    let sha256 = "0".repeat(64);
    let mut rows = Vec::new();
    for (index, event) in (0..).zip(events) {
        let (mut bytes, mut uid) = (Vec::new(), String::new());
        event.write_uid(&mut uid);
        row::write(event, &uid, index, &mut bytes, &mut scratch);
        rows.push(bytes);
    }
    let mut columns = Columns::new().unwrap();
    let mut file = Columns::file(Vec::new()).unwrap();
    for (group, rows) in rows.chunks(3000).enumerate() {
        for (place, bytes) in rows.iter().enumerate() {
            let Ok((Entry::Event(row), _)) = row::read(bytes) else { panic!("an event") };
            let file = FileOfRows { number: 0, path: "dir/é.json", sha256: &sha256 };
            let placed = Placed { row, uid: row.uid().unwrap(), file, mark: None };
            let number = RowId::new(AuditEvent::table().ordinal(), group * 3000 + place).unwrap();
            columns.add(&placed, number, &scratch.words, shared).unwrap();
        }
        columns.write(&mut file).unwrap();
    }
    let bytes = bytes::Bytes::from(file.into_inner().unwrap());
    let reader = ParquetRecordBatchReaderBuilder::try_new(bytes.clone()).unwrap().build().unwrap();
    (reader.map(Result::unwrap).collect(), bytes)
}

/// Every value of a column, as text.
fn shown(batches: &[RecordBatch], column: &str) -> Vec<String> {
    let values = batches.iter().flat_map(|batch| {
        let values = batch.column_by_name(column).unwrap();
        (0..batch.num_rows()).map(|row| array_value_to_string(values, row).unwrap())
    });
    values.collect()
}

fn event(number: usize) -> Event<'static> {
    Event {
        provider: "aws".into(),
        account: Some("1".into()),
        region: Some("eu".into()),
        id: format!("é{number}").into(),
        time: Some(Instant(7)),
        ..Event::default()
    }
}

#[test]
fn a_row_gives_back_what_was_written() {
    let event = Event {
        id_part: "p".into(),
        targets: Some(vec!["a".into(), "日本".into()]),
        read_only: Some(false),
        raw_request: Some("x".repeat(300).into()),
        ..event(0)
    };
    let shared = Shared { snapshot: 5, service: Some("s".to_owned()), ..Shared::default() };
    let (batches, _) = written(&[event], &shared);
    assert_eq!(batches[0].schema().fields(), AuditEvent::table().def().schema().fields());
    // Times have a zone, and showing one takes a table of zones.
    let names = AuditEvent::table().def().all_columns().filter(|column| column.kind != ColumnKind::Time);
    let all: Vec<String> = names
        .map(|column| format!("{} {}", column.name, shown(&batches, column.name)[0]))
        .filter(|shown| !shown.ends_with(' ') && !shown.starts_with("raw_request") && !shown.starts_with("row "))
        .collect();
    let expected = [
        "snapshot 5",
        "uid aws/1/é0/p",
        "provider aws",
        "account 1",
        "region eu",
        "native_id é0",
        "tags []",
        "service s",
        "category other",
        "targets [a, 日本]",
        "read_only false",
        "source_file dir/é.json",
        &format!("source_sha256 {}", "0".repeat(64)),
        "source_index 0",
    ];
    assert_eq!(all, expected);
    let times = batches[0].column_by_name("time").unwrap();
    let times = times.as_any().downcast_ref::<arrow::array::TimestampMicrosecondArray>().unwrap();
    assert_eq!(times.value(0), 7);
}

#[test]
fn every_row_of_a_long_file_comes_back_with_and_without_a_dictionary() {
    let of = |n: usize| Event {
        user_agent: (!n.is_multiple_of(3)).then(|| format!("agent {}", n % 5).into()),
        error_message: Some(format!("message {n:0600}").into()),
        source_address: (!n.is_multiple_of(7))
            .then(|| format!("10.0.{}.{}", n / 100, n % 100 * usize::from(n > 2500)).into()),
        targets: (!n.is_multiple_of(4)).then(|| (0..n % 4 - 1).map(|t| format!("target {n} {t}").into()).collect()),
        account: Some((n / 500 % 3).to_string().into()),
        raw_request: Some("r".repeat(n % 400).into()),
        raw_response: (!n.is_multiple_of(2)).then(|| "".into()),
        ..event(n)
    };
    let events: Vec<Event<'static>> = (0..7000).map(of).collect();
    let (batches, _) = written(&events, &Shared::default());
    type Cell = for<'e> fn(&'e Event<'static>) -> Option<&'e str>;
    let cells: [(&str, Cell); 5] = [
        ("user_agent", |event| event.user_agent.as_deref()),
        ("error_message", |event| event.error_message.as_deref()),
        ("source_address", |event| event.source_address.as_deref()),
        ("raw_request", |event| event.raw_request.as_deref()),
        ("raw_response", |event| event.raw_response.as_deref()),
    ];
    for (name, cell) in cells {
        let expected: Vec<String> = events.iter().map(|event| cell(event).unwrap_or_default().to_owned()).collect();
        assert_eq!(shown(&batches, name), expected, "{name}");
        let nulls: usize = batches.iter().map(|batch| batch.column_by_name(name).unwrap().null_count()).sum();
        assert_eq!(nulls, events.iter().filter(|event| cell(event).is_none()).count(), "{name}");
    }
    let uids: Vec<String> =
        events.iter().map(|event| format!("aws/{}/{}", event.account.as_deref().unwrap(), event.id)).collect();
    assert_eq!(shown(&batches, "uid"), uids);
    let lists =
        events.iter().map(|event| event.targets.as_ref().map_or(String::new(), |t| format!("[{}]", t.join(", "))));
    assert_eq!(shown(&batches, "targets"), lists.collect::<Vec<_>>());
}

#[test]
fn the_end_of_the_file_says_which_values_are_sought() {
    let regions = ["us", "eu", "ap"];
    let events: Vec<Event<'_>> = (0..9).map(|n| Event { region: Some(regions[n % 3].into()), ..event(n) }).collect();
    let (_, bytes) = written(&events, &Shared::default());
    let reader = SerializedFileReader::new(bytes).unwrap();
    let group = reader.metadata().row_group(0);
    let region = group.columns().iter().find(|column| column.column_path().string() == "region").unwrap();
    let statistics = region.statistics().unwrap();
    assert_eq!((statistics.min_bytes_opt(), statistics.max_bytes_opt()), (Some(&b"ap"[..]), Some(&b"us"[..])));
    assert_eq!(statistics.null_count_opt(), Some(0));
}

/// What a reader makes of packed numbers.
fn unpacked(mut bytes: &[u8], width: u8, count: usize) -> Vec<u32> {
    let mut numbers = Vec::new();
    let varint = |bytes: &mut &[u8]| {
        let length = bytes.iter().position(|byte| *byte < 0x80).unwrap() + 1;
        let number = bytes[..length].iter().rev().fold(0_usize, |number, byte| number << 7 | usize::from(byte & 0x7f));
        *bytes = &bytes[length..];
        number
    };
    while !bytes.is_empty() {
        let header = varint(&mut bytes);
        let length = if header & 1 == 1 { header / 2 * usize::from(width) } else { usize::from(width).div_ceil(8) };
        let bits = |at: usize| u32::from(bytes[at / 8] >> (at % 8) & 1);
        let number = |n: usize| {
            (0..usize::from(width)).fold(0, |number, bit| number | bits(n * usize::from(width) + bit) << bit)
        };
        match header & 1 {
            1 => numbers.extend((0..header / 2 * 8).map(number)),
            _ => numbers.extend(std::iter::repeat_n(number(0), header / 2)),
        }
        bytes = &bytes[length..];
    }
    numbers.truncate(count);
    numbers
}

proptest! {
    #[test]
    fn packed_numbers_are_read_back(runs in prop::collection::vec((0_u32..5000, 1_usize..40), 0..60)) {
        let numbers: Vec<u32> = runs.into_iter().flat_map(|(number, times)| std::iter::repeat_n(number, times)).collect();
        let width = width(numbers.iter().copied().max().unwrap_or_default());
        let mut bytes = Vec::new();
        pack(&numbers, width, &mut bytes);
        prop_assert_eq!(unpacked(&bytes, width, numbers.len()), numbers);
    }

    #[test]
    fn numbers_written_as_steps_are_read_back(numbers in prop::collection::vec(prop_oneof![0_u32..40, 0_u32..1 << 24], 0..700)) {
        let mut bytes = Vec::new();
        steps(&numbers, &mut bytes);
        prop_assert_eq!(walked(&bytes), numbers);
    }
}

/// What a reader makes of steps.
fn walked(mut bytes: &[u8]) -> Vec<u32> {
    let varint = |bytes: &mut &[u8]| {
        let length = bytes.iter().position(|byte| *byte < 0x80).unwrap() + 1;
        let number = bytes[..length].iter().rev().fold(0_u64, |number, byte| number << 7 | u64::from(byte & 0x7f));
        *bytes = &bytes[length..];
        number
    };
    let signed = |number: u64| (number >> 1) as i64 ^ -((number & 1) as i64);
    assert_eq!([varint(&mut bytes), varint(&mut bytes)], [128, 4]);
    let count = varint(&mut bytes) as usize;
    let mut numbers = vec![signed(varint(&mut bytes))];
    while numbers.len() < count {
        let least = signed(varint(&mut bytes));
        let (widths, rest) = bytes.split_at(4);
        bytes = rest;
        for width in widths.iter().map(|width| usize::from(*width)) {
            if numbers.len() >= count {
                break;
            }
            let bit = |at: usize| i64::from(bytes[at / 8] >> (at % 8) & 1);
            for n in 0..32 {
                let above: i64 = (0..width).map(|place| bit(n * width + place) << place).sum();
                numbers.push(numbers.last().unwrap() + least + above);
            }
            bytes = &bytes[width * 4..];
        }
    }
    assert!(bytes.is_empty());
    numbers.truncate(count);
    numbers.into_iter().map(|number| u32::try_from(number).unwrap()).collect()
}
