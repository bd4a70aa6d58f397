//! What an image is declared for, held against the image.

use std::path::Path;

use isoneph_model::{GapCode, fits_pattern};
use isoneph_tables::Cell;

/// What a purpose lets an image listen on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IntendedListeners {
    /// It does not say.
    Unsaid,
    /// These ports, such as `22/tcp`; none at all where the list is empty.
    Only(Vec<String>),
}

/// The declared purpose of images.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImagePurpose {
    /// Its name in the register.
    pub name: String,
    /// The images: file names, ids or paths; `*` stands for any text.
    pub images: Vec<String>,
    /// What they may listen on.
    pub listens: IntendedListeners,
    /// Units that may start, `*` standing for any text; empty where it does not say.
    pub services: Vec<String>,
}

/// What is declared of one image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Intent {
    Undeclared,
    Declared(ImagePurpose),
    /// Several purposes name the image: which holds cannot be told.
    Disputed(Vec<String>),
}

impl Intent {
    /// The purpose that names the image at a path. A purpose that names it in full goes before one that does by a pattern.
    pub(super) fn of(path: &Path, purposes: &[ImagePurpose]) -> Intent {
        let shown = path.to_string_lossy();
        let file = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
        let stem = stem(&file);
        let named = |pattern: &String| [&*shown, &*file, stem].iter().any(|name| fits_pattern(pattern, name));
        let by = |exact: bool| -> Vec<&ImagePurpose> {
            let names = |pattern: &&String| !(exact && pattern.contains('*'));
            purposes.iter().filter(|purpose| purpose.images.iter().filter(names).any(named)).collect()
        };
        let fitting = Some(by(true)).filter(|exact| !exact.is_empty()).unwrap_or_else(|| by(false));
        match fitting.as_slice() {
            [] => Intent::Undeclared,
            [one] => Intent::Declared((*one).clone()),
            several => Intent::Disputed(several.iter().map(|purpose| purpose.name.clone()).collect()),
        }
    }

    pub(super) fn is_declared(&self) -> bool {
        *self != Intent::Undeclared
    }

    pub(super) fn note(&self) -> Option<String> {
        let Intent::Disputed(names) = self else { return None };
        Some(format!("several purposes name this image ({}): none was taken", names.join(", ")))
    }

    fn gap<T>(&self) -> Cell<T> {
        match self {
            Intent::Disputed(_) => Cell::Gap(GapCode::UnresolvedReference),
            _ => Cell::Gap(GapCode::NotCollected),
        }
    }

    pub(super) fn listeners(&self) -> Cell<Vec<String>> {
        match self {
            Intent::Declared(ImagePurpose { listens: IntendedListeners::Only(ports), .. }) => ports.clone().into(),
            _ => self.gap(),
        }
    }

    /// Whether a unit may start.
    pub(super) fn allows(&self, unit: &str) -> Cell<bool> {
        let Intent::Declared(purpose) = self else { return self.gap() };
        if purpose.services.is_empty() {
            return self.gap();
        }
        let base = unit.rsplit_once('.').map_or(unit, |(base, _)| base);
        purpose.services.iter().any(|pattern| fits_pattern(pattern, unit) || fits_pattern(pattern, base)).into()
    }

    /// The names under which machines may say that they start from the image: its file's, with and without ending, and
    /// those that its purpose gives in full.
    pub(super) fn known_as(&self, file: &str) -> Vec<String> {
        let mut names = vec![file.to_owned(), stem(file).to_owned()];
        if let Intent::Declared(purpose) = self {
            names.extend(purpose.images.iter().filter(|name| !name.contains('*')).cloned());
        }
        names.retain(|name| !name.is_empty());
        names.sort();
        names.dedup();
        names
    }
}

fn stem(file: &str) -> &str {
    file.split_once('.').map_or(file, |(stem, _)| stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_name_goes_before_a_pattern_and_two_alike_decide_nothing() {
        let purpose = |name: &str, image: &str| ImagePurpose {
            name: name.to_owned(),
            images: vec![image.to_owned()],
            listens: IntendedListeners::Only(vec!["22/tcp".to_owned()]),
            services: vec!["ssh".to_owned(), "systemd-*".to_owned()],
        };
        let (all, web) = (purpose("all", "*"), purpose("web", "web.qcow2"));
        let of = |path: &str, purposes: &[ImagePurpose]| Intent::of(Path::new(path), purposes);
        assert_eq!(of("images/web.qcow2", &[all.clone(), web.clone()]), Intent::Declared(web.clone()));
        assert_eq!(of("images/db.qcow2", std::slice::from_ref(&web)), Intent::Undeclared);
        let disputed = of("images/web.qcow2", &[web.clone(), web.clone()]);
        assert_eq!(disputed.listeners(), Cell::Gap(GapCode::UnresolvedReference));
        let intent = Intent::Declared(web);
        assert_eq!(intent.allows("ssh.service"), Cell::Known(true));
        assert_eq!(intent.allows("systemd-logind.service"), Cell::Known(true));
        assert_eq!(intent.allows("nginx.service"), Cell::Known(false));
        assert_eq!(of("x", &[]).allows("nginx.service"), Cell::Gap(GapCode::NotCollected));
    }
}
