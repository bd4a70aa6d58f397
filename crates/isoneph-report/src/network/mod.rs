//! The picture of a network: who reaches whom, as a matrix, as a graph and as a list, on one page that loads nothing.
//!
//! No script: every cell and line names its pair when it is pointed at, and leads to the pair's line in the list.

mod grouped;
mod layout;

use std::io::Write;

use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::plain::plain;
use layout::{Label, Node, Square};

const STYLE: &str = include_str!("network.css");

/// The most parties that a picture shows: more are not legible on any screen.
pub const MAX_PARTIES: usize = 400;

/// Somebody who sends and receives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// The name.
    pub name: String,
}

/// Something passes, or may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Who sends, by number.
    pub from: usize,
    /// Who receives, by number.
    pub to: usize,
    /// Whether a connection can surely be set up; if not, something is unknown or only packets arrive.
    pub surely: bool,
    /// What passes, in words.
    pub what: String,
    /// What is unknown.
    pub because: Vec<String>,
}

/// A network to be drawn.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Picture {
    /// What it was made of, line by line.
    pub basis: Vec<String>,
    /// The parties.
    pub parties: Vec<Party>,
    /// The links between them, in order.
    pub links: Vec<Link>,
}

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// More parties than are legible.
    #[error("{0} parties are more than the {MAX_PARTIES} that a picture shows: write csv or json, or give fewer files")]
    TooMany(usize),
    /// It could not be written.
    #[error(transparent)]
    Write(#[from] std::io::Error),
    /// It could not be rendered.
    #[error(transparent)]
    Render(#[from] askama::Error),
}

#[derive(Template)]
#[template(path = "html/network.html")]
struct Page<'a> {
    policy: String,
    style: &'static str,
    picture: &'a Picture,
    side: f64,
    beside: f64,
    rows: Vec<Label>,
    columns: Vec<Label>,
    squares: Vec<Square<'a>>,
    size: String,
    nodes: Vec<Node<'a>>,
    left_out: Vec<String>,
}

/// The picture without what could change how text is shown.
fn cleaned(picture: &Picture) -> Picture {
    let text = |text: &String| plain(text).into_owned();
    Picture {
        basis: picture.basis.iter().map(text).collect(),
        parties: picture.parties.iter().map(|party| Party { name: text(&party.name) }).collect(),
        links: picture
            .links
            .iter()
            .map(|link| Link {
                what: text(&link.what),
                because: link.because.iter().map(text).collect(),
                ..link.clone()
            })
            .collect(),
    }
}

/// Writes the page.
///
/// # Errors
/// Where there are too many parties, or it cannot be written.
pub fn write(picture: &Picture, out: &mut impl Write) -> Result<(), PictureError> {
    if picture.parties.len() > MAX_PARTIES {
        return Err(PictureError::TooMany(picture.parties.len()));
    }
    let picture = &cleaned(picture);
    let matrix = layout::matrix(picture);
    let graph = layout::graph(picture);
    let hash = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    let page = Page {
        policy: format!("default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'"),
        style: STYLE,
        picture,
        side: matrix.side,
        beside: matrix.names,
        rows: matrix.rows,
        columns: matrix.columns,
        squares: matrix.squares,
        size: graph.size,
        nodes: graph.nodes,
        left_out: graph.left_out,
    };
    page.write_into(out)?;
    Ok(())
}
