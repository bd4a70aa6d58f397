//! Where things stand in the picture.

use std::f64::consts::TAU;

use super::grouped::{Grouped, called};
use super::{Link, Picture};

/// Side of a cell of the matrix.
const CELL: f64 = 12.0;
/// Room for names beside the matrix, and around the graph.
const NAMES: f64 = 220.0;
/// Length of the circle that one party takes.
const STEP: f64 = 14.0;
const MIN_RADIUS: f64 = 120.0;
/// The most lines that tell anything when they are drawn.
const MAX_ARCS: usize = 400;
/// Width of a letter, at most on the average.
const LETTER: f64 = 6.5;
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

/// A party of the graph, or several that fare alike, with the lines that begin there.
pub(super) struct Node<'a> {
    pub(super) name: Label,
    pub(super) arcs: Vec<Arc<'a>>,
}

pub(super) struct Matrix<'a> {
    /// Side of the square of cells.
    pub(super) side: f64,
    /// Room for the names of rows and columns.
    pub(super) names: f64,
    pub(super) rows: Vec<Label>,
    pub(super) columns: Vec<Label>,
    pub(super) squares: Vec<Square<'a>>,
}

pub(super) struct Graph<'a> {
    pub(super) size: String,
    pub(super) nodes: Vec<Node<'a>>,
    /// What the graph leaves out, in words.
    pub(super) left_out: Vec<String>,
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

/// Senders down, receivers across. Names are laid out by themselves: they stay in sight while the cells move.
pub(super) fn matrix(picture: &Picture) -> Matrix<'_> {
    let place = |number: usize| CELL * number as f64;
    let middle = CELL / 2.0 + 3.0;
    // The names stay in sight: they take no more of it than they need.
    let longest = picture.parties.iter().map(|party| short(&party.name).chars().count()).max().unwrap_or_default();
    let names = (LETTER * longest as f64 + 12.0).min(NAMES);
    let each = || picture.parties.iter().enumerate();
    let rows = each().map(|(i, party)| label(names - 4.0, place(i) + middle, 0.0, true, &party.name)).collect();
    let columns = each().map(|(i, party)| label(place(i) + middle, names - 4.0, -90.0, false, &party.name)).collect();
    let squares = picture.links.iter().enumerate().map(|(number, link)| Square {
        x: at(place(link.to)),
        y: at(place(link.from)),
        number,
        link,
        title: title(picture, link),
    });
    Matrix { side: place(picture.parties.len()), names, rows, columns, squares: squares.collect() }
}

/// Groups of parties on a circle that grows with their number; lines bend towards its middle. Where even groups have more
/// lines than the eye can follow there is none.
pub(super) fn graph(picture: &Picture) -> Graph<'_> {
    let mut grouped = Grouped::of(picture);
    if grouped.edges.len() > MAX_ARCS {
        let text = format!("{} links are more than a graph can show: the matrix has them", grouped.edges.len());
        return Graph { size: at(0.0), nodes: Vec::new(), left_out: vec![text] };
    }
    let circle = Circle::of(grouped.groups.len());
    let mut nodes: Vec<Node<'_>> = Vec::new();
    for (number, group) in grouped.groups.iter().enumerate() {
        let (name, whole) = called(picture, group);
        nodes.push(Node { name: Label { whole, ..circle.label(number, &name) }, arcs: Vec::new() });
    }
    for edge in &grouped.edges {
        let link = &picture.links[edge.number];
        let title = match edge.count {
            1 => title(picture, link),
            count => format!("{}, and {} more pairs alike", title(picture, link), count - 1),
        };
        let path = circle.arc(edge.from, edge.to);
        nodes[edge.from].arcs.push(Arc { path, number: edge.number, link, title });
    }
    Graph { size: at(2.0 * circle.centre), nodes, left_out: std::mem::take(&mut grouped.left_out) }
}

/// Where the parties of a graph stand.
struct Circle {
    count: f64,
    radius: f64,
    centre: f64,
}

impl Circle {
    fn of(count: usize) -> Self {
        let count = count.max(1) as f64;
        let radius = (count * STEP / TAU).max(MIN_RADIUS);
        Self { count, radius, centre: radius + NAMES }
    }

    fn angle(&self, number: usize) -> f64 {
        TAU * number as f64 / self.count - TAU / 4.0
    }

    fn point(&self, number: usize, radius: f64) -> (f64, f64) {
        let angle = self.angle(number);
        (self.centre + radius * angle.cos(), self.centre + radius * angle.sin())
    }

    fn label(&self, number: usize, name: &str) -> Label {
        let (x, y) = self.point(number, self.radius + 8.0);
        let degrees = self.angle(number).to_degrees();
        // On the left half a name would stand on its head.
        let left = self.angle(number).cos() < 0.0;
        label(x, y, if left { degrees + 180.0 } else { degrees }, left, name)
    }

    fn arc(&self, from: usize, to: usize) -> String {
        let ((x1, y1), (x2, y2)) = (self.point(from, self.radius), self.point(to, self.radius));
        if from == to {
            // Among those that fare alike: a loop inwards.
            let ((ax, ay), (bx, by)) = (self.inwards(from, -0.5), self.inwards(from, 0.5));
            let points = [x1, y1, ax, ay, bx, by, x2, y2].map(at);
            let [x1, y1, ax, ay, bx, by, x2, y2] = points;
            return format!("M{x1} {y1}C{ax} {ay} {bx} {by} {x2} {y2}");
        }
        // Lines across bend towards the middle, those to a neighbour hardly; the two directions of a pair bend apart.
        let across = (x2 - x1).hypot(y2 - y1) / (2.0 * self.radius);
        let bend = |one: f64, other: f64| self.centre + ((one + other) / 2.0 - self.centre) * (0.9 - 0.6 * across);
        let (dx, dy) = ((y2 - y1) * 0.06, (x1 - x2) * 0.06);
        let (cx, cy) = (bend(x1, x2) + dx, bend(y1, y2) + dy);
        format!("M{} {}Q{} {} {} {}", at(x1), at(y1), at(cx), at(cy), at(x2), at(y2))
    }

    /// A point inside the circle, near a party and to one side of it.
    fn inwards(&self, number: usize, side: f64) -> (f64, f64) {
        let (angle, radius) = (self.angle(number) + side * 60.0 / self.radius, self.radius - 50.0);
        (self.centre + radius * angle.cos(), self.centre + radius * angle.sin())
    }
}
