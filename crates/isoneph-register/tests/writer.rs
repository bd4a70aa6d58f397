//! A writer to be killed: applies batch after batch until somebody ends it. For the test `killed`.

use std::path::Path;

use isoneph_register::kinds::Party;
use isoneph_register::{Apply, Documents, Object, Store};
use jiff::Timestamp;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, path, round, batch] = arguments.as_slice() else { panic!("PATH ROUND BATCH") };
    let batch: usize = batch.parse().expect("a number");
    let mut store = Store::open(Path::new(path)).expect("the store opens");
    for n in 0.. {
        let object = |i| {
            let name = format!("r{round}-{n}-{i}");
            ("A1".to_owned(), Object::new(name, Party::new("x".repeat(200))))
        };
        let mut documents = Documents::new();
        documents.take("made", b"", (0..batch).map(object));
        store.apply(&Apply::new(&documents, "writer", Timestamp::UNIX_EPOCH)).expect("it applies");
    }
}
