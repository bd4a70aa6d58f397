//! What is written comes out again, with its place and its gaps.

use arrow::array::{Array, AsArray};
use isoneph_model::{EvidenceClass, GapCode, SnapshotKind};

use super::*;
use crate::schema::{Bucket, Key};

fn input(path: &str) -> NewInput {
    NewInput { path: path.to_owned(), sha256: None, format: "test".to_owned(), class: Some(EvidenceClass::Intended) }
}

fn common(uid: &str) -> Common {
    Common { uid: uid.to_owned(), provider: "aws".into(), ..Common::default() }
}

#[test]
fn a_row_comes_back_with_its_place_and_its_gaps() {
    let mut sink = Sink::default();
    let plan = sink.input(input("plan.json"));
    let snapshot = sink.snapshot(plan, SnapshotKind::Planned, None);
    let place = sink.place(plan, "#/planned_values/root_module/resources/3").unwrap();
    let bucket = Bucket { cipher: "aws:kms".into(), versioning: Cell::Gap(GapCode::AfterApply), ..Bucket::default() };
    let row = sink.push(snapshot, place, &common("aws_s3_bucket.b"), &bucket).unwrap();
    let inventory = sink.finish().unwrap();

    let table = TableId::find("bucket").unwrap();
    let column = |name: &str| table.def().column_index(name).unwrap();
    let batch = inventory.table(table);
    assert_eq!(batch.column(column("cipher")).as_string::<i32>().value(0), "aws:kms");
    assert!(batch.column(column("versioning")).is_null(0));
    assert_eq!(inventory.gap(row, column("versioning") as u16), GapCode::AfterApply);
    assert_eq!(inventory.gap(row, column("mfa_delete") as u16), GapCode::NotCollected);
    assert_eq!(inventory.place(row).unwrap().locator.as_str(), "#/planned_values/root_module/resources/3");
    assert_eq!(inventory.class(row), Some(EvidenceClass::Intended));
}

#[test]
fn rows_of_one_snapshot_can_be_taken_alone_and_keep_their_numbers() {
    let mut sink = Sink::default();
    for path in ["a.json", "b.json"] {
        let id = sink.input(input(path));
        let snapshot = sink.snapshot(id, SnapshotKind::Deployed, None);
        let place = sink.place(id, "record 1").unwrap();
        sink.push(snapshot, place, &common(path), &Key::default()).unwrap();
    }
    let inventory = sink.finish().unwrap();
    let key = TableId::find("key").unwrap();
    let batch = inventory.table_of(key, &[1].into());
    assert_eq!(batch.num_rows(), 1);
    let row = RowId::from_column(batch.column(2).as_primitive::<arrow::datatypes::Int64Type>().value(0)).unwrap();
    assert_eq!(inventory.place(row).unwrap().input, InputId(1));
}
