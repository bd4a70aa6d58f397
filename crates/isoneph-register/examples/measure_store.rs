//! How long the register takes: `cargo run --release -p isoneph-register --example measure_store [RUNS]`.
//!
//! Two sizes: 10,000 objects applied to an empty store (their YAML read included), and 50 services × 44 controls × 2
//! roles with 10,000 links to evidence, got by kind and read whole. Prints medians of the runs.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::time::Instant;

use isoneph_model::Role;
use isoneph_register::kinds::{CloudService, EvidenceRef, Implementation, Kind, Party, Scope, Statement};
use isoneph_register::{Apply, Documents, Model, Moment, Object, Register, Store};
use isoneph_standard::Catalogue;
use jiff::Timestamp;

fn main() {
    let runs: usize = std::env::args().nth(1).map_or(20, |n| n.parse().unwrap());
    let text = yaml(&objects(50, 2, 10_000));
    let many = yaml(&objects(113, 1, 0));
    println!("objects: {} and {}, {} MB and {} MB of YAML", count(&many), count(&text), mb(&many), mb(&text));
    measure("read and check 10,000 objects", runs, || drop(Register::new(documents(&many)).unwrap()));
    measure("apply 10,000 objects to an empty store, YAML included", runs, || drop(filled(&many)));
    let (folder, mut store) = filled(&many);
    let again = documents(&many);
    measure("apply 10,000 objects that stand already", runs, || {
        let apply = Apply::new(&again, "measure", Timestamp::UNIX_EPOCH);
        assert!(!store.apply(&apply).unwrap().written);
    });
    drop((folder, store));
    let (_folder, mut store) = filled(&text);
    measure("get statement (all)", runs, || drop(store.get(Kind::Statement, None, Moment::Now).unwrap()));
    measure("get statement NAME", runs, || {
        assert_eq!(store.get(Kind::Statement, Some("s7/provider/9.2.1"), Moment::Now).unwrap().len(), 1);
    });
    let then = Moment::At(Timestamp::UNIX_EPOCH);
    measure("get statement (all), as of a day", runs, || drop(store.get(Kind::Statement, None, then).unwrap()));
    measure("the whole register", runs, || drop(store.register(Moment::Now).unwrap()));
    measure("export", runs, || drop(store.register(Moment::Now).unwrap().to_yaml().unwrap()));
}

/// A register of services, each with a statement a control and role, and links to evidence spread over them.
fn objects(services: usize, roles: usize, links: usize) -> Vec<Object> {
    let mut objects = vec![
        Object::new("us", Scope::new("Us".to_owned(), "us".to_owned())),
        Object::new("us", Party::new("Us".to_owned())),
    ];
    let mut statements = Vec::new();
    for n in 0..services {
        let service = format!("s{n}");
        let spec = CloudService::new(format!("Service {n}"), Model::Saas, "us".to_owned());
        objects.push(Object::new(service.clone(), spec));
        // Twice as many rows where only one role is asked for: the requirements of a cell have rows of their own.
        for part in 0..(2 / roles) {
            for control in Catalogue::embedded().unwrap().edition(isoneph_model::Edition::E2015).controls() {
                for role in Role::ALL.iter().take(roles) {
                    let mut spec = Statement::new(control.id.clone(), true);
                    spec.role = Some(*role);
                    spec.service = Some(service.clone());
                    spec.status = Some(Implementation::Implemented);
                    spec.how =
                        Some(format!("As the handbook says in chapter {part}, and as the review of spring found."));
                    spec.owner = Some("Head of operations".to_owned());
                    let part = if part == 0 { String::new() } else { format!("/{part}") };
                    statements.push(Object::new(format!("{service}/{role}/{}{part}", control.id), spec));
                }
            }
        }
    }
    for n in 0..links {
        let at = n % statements.len();
        let isoneph_register::kinds::Spec::Statement(spec) = &mut statements[at].spec else { unreachable!() };
        let mut link = EvidenceRef::new(format!("Record {n}"));
        link.path = Some(format!("evidence/{n}.pdf"));
        spec.evidence.push(link);
    }
    objects.extend(statements);
    objects
}

fn yaml(objects: &[Object]) -> String {
    let mut made = Documents::new();
    made.take("made", b"", objects.iter().map(|object| ("A1".to_owned(), object.clone())));
    Register::new(made).unwrap().to_yaml().unwrap()
}

fn documents(text: &str) -> Documents {
    let mut documents = Documents::new();
    documents.read("register.yaml", text.as_bytes());
    documents
}

fn filled(text: &str) -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(&folder.path().join("register.db")).unwrap();
    store.apply(&Apply::new(&documents(text), "measure", Timestamp::UNIX_EPOCH)).unwrap();
    (folder, store)
}

fn measure(what: &str, runs: usize, mut run: impl FnMut()) {
    run();
    let mut times: Vec<(u128, u128)> = (0..runs)
        .map(|_| {
            let (begin, busy) = (Instant::now(), cpu_micros());
            run();
            (begin.elapsed().as_micros(), cpu_micros().saturating_sub(busy))
        })
        .collect();
    let ms = |micros: u128| micros as f64 / 1000.0;
    times.sort_unstable();
    let wall = ms(times[runs / 2].0);
    times.sort_unstable_by_key(|(_, cpu)| *cpu);
    println!("{what}: median {wall:.1} ms, of CPU {:.1} ms", ms(times[runs / 2].1));
}

/// The time that the threads of this process have run, in microseconds (Linux; 0 elsewhere): what the wall clock would
/// show on a machine with nothing else to do.
fn cpu_micros() -> u128 {
    let Ok(threads) = std::fs::read_dir("/proc/self/task") else { return 0 };
    let stat = |thread: std::fs::DirEntry| std::fs::read_to_string(thread.path().join("schedstat")).ok();
    let nanos = |stat: String| stat.split(' ').next().and_then(|n| n.parse::<u128>().ok());
    threads.flatten().filter_map(stat).filter_map(nanos).sum::<u128>() / 1000
}

fn count(text: &str) -> usize {
    text.lines().filter(|line| *line == "---").count()
}

fn mb(text: &str) -> usize {
    text.len() / 1_000_000
}
