//! Where things stand in the picture.

use std::f64::consts::TAU;

use super::{Link, Picture};

/// Side of a cell of the matrix.
const CELL: f64 = 12.0;
/// Room for names beside the matrix, and around the graph.
const NAMES: f64 = 220.0;
/// Length of the circle that one party takes.
const STEP: f64 = 14.0;
const MIN_RADIUS: f64 = 120.0;
/// Letters of a name that are shown; the rest is in the title.
const LETTERS: usize = 34;

/// A name in its place.
pub(super) struct Label {
    pub(super) x: String,
    pub(super) y: String,
    /// Degrees.
    pub(super) turn: String,
    /// Whether the text ends at the place instead of beginning there.
    pub(super) ends: bool,
    pub(super) text: String,
    pub(super) whole: String,
}

/// A cell of the matrix.
pub(super) struct Square<'a> {
    pub(super) x: String,
    pub(super) y: String,
    pub(super) number: usize,
    pub(super) link: &'a Link,
    pub(super) title: String,
}

/// A line of the graph.
pub(super) struct Arc<'a> {
    pub(super) path: String,
    pub(super) number: usize,
    pub(super) link: &'a Link,
    pub(super) title: String,
}

pub(super) struct Matrix<'a> {
    pub(super) side: f64,
    pub(super) rows: Vec<Label>,
    pub(super) columns: Vec<Label>,
    pub(super) squares: Vec<Square<'a>>,
}

pub(super) struct Graph<'a> {
    pub(super) size: f64,
    pub(super) names: Vec<Label>,
    pub(super) arcs: Vec<Arc<'a>>,
}

/// A number as SVG takes it, the same on every machine.
fn at(number: f64) -> String {
    format!("{number:.1}")
}

fn short(name: &str) -> String {
    if name.chars().count() <= LETTERS {
        return name.to_owned();
    }
    name.chars().take(LETTERS - 1).chain(['…']).collect()
}

fn label(x: f64, y: f64, turn: f64, ends: bool, name: &str) -> Label {
    Label { x: at(x), y: at(y), turn: at(turn), ends, text: short(name), whole: name.to_owned() }
}

fn title(picture: &Picture, link: &Link) -> String {
    let name = |party: usize| picture.parties.get(party).map_or("", |party| party.name.as_str());
    format!("{} → {}: {}", name(link.from), name(link.to), link.what)
}

/// Senders down, receivers across.
pub(super) fn matrix(picture: &Picture) -> Matrix<'_> {
    let place = |number: usize| NAMES + CELL * number as f64;
    let middle = CELL / 2.0 + 3.0;
    let each = || picture.parties.iter().enumerate();
    let rows = each().map(|(i, party)| label(NAMES - 4.0, place(i) + middle, 0.0, true, &party.name)).collect();
    let columns = each().map(|(i, party)| label(place(i) + middle, NAMES - 4.0, -90.0, false, &party.name)).collect();
    let squares = picture.links.iter().enumerate().map(|(number, link)| Square {
        x: at(place(link.to)),
        y: at(place(link.from)),
        number,
        link,
        title: title(picture, link),
    });
    Matrix { side: place(picture.parties.len()) + 4.0, rows, columns, squares: squares.collect() }
}

/// Parties on a circle that grows with their number; lines bend towards its middle.
pub(super) fn graph(picture: &Picture) -> Graph<'_> {
    let count = picture.parties.len().max(1) as f64;
    let radius = (count * STEP / TAU).max(MIN_RADIUS);
    let centre = radius + NAMES;
    let angle = |number: usize| TAU * number as f64 / count - TAU / 4.0;
    let point =
        |number: usize, radius: f64| (centre + radius * angle(number).cos(), centre + radius * angle(number).sin());
    let names = picture.parties.iter().enumerate().map(|(number, party)| {
        let (x, y) = point(number, radius + 8.0);
        let degrees = angle(number).to_degrees();
        // On the left half a name would stand on its head.
        let left = angle(number).cos() < 0.0;
        label(x, y, if left { degrees + 180.0 } else { degrees }, left, &party.name)
    });
    let arcs = picture.links.iter().enumerate().filter(|(_, link)| link.from != link.to).map(|(number, link)| {
        let ((x1, y1), (x2, y2)) = (point(link.from, radius), point(link.to, radius));
        // The two directions of a pair bend apart.
        let bend = |one: f64, other: f64| centre + ((one + other) / 2.0 - centre) * 0.3;
        let (dx, dy) = ((y2 - y1) * 0.06, (x1 - x2) * 0.06);
        let (cx, cy) = (bend(x1, x2) + dx, bend(y1, y2) + dy);
        let path = format!("M{} {}Q{} {} {} {}", at(x1), at(y1), at(cx), at(cy), at(x2), at(y2));
        Arc { path, number, link, title: title(picture, link) }
    });
    Graph { size: 2.0 * centre, names: names.collect(), arcs: arcs.collect() }
}
