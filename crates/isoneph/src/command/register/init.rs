//! `isoneph init`: a workspace, with drafts to start from.

use std::path::PathBuf;

use clap::Args;
use isoneph_register::{Cloud, Model, Start, draft};

use crate::exit::{Exit, usage};
use crate::output;

#[derive(Args)]
pub(crate) struct Arguments {
    /// The folder of the workspace; it is made where there is none
    #[arg(default_value = ".", value_name = "FOLDER")]
    folder: PathBuf,
    /// The organisation: a short name of letters, digits and `-`
    #[arg(long, value_name = "NAME")]
    organisation: String,
    /// What people call it; by default the short name
    #[arg(long, value_name = "TITLE")]
    title: Option<String>,
    /// What it sells: `saas`, `paas` or `iaas`
    #[arg(long, value_name = "MODEL", value_parser = |word: &str| word.parse::<Model>())]
    sells: Option<Model>,
    /// The short name of the service that it sells; by default the organisation's
    #[arg(long, value_name = "NAME", requires = "sells")]
    service: Option<String>,
    /// The clouds that it uses: `aws`, `azure`, `google`
    #[arg(long, value_name = "CLOUD", value_delimiter = ',', value_parser = |word: &str| word.parse::<Cloud>())]
    on: Vec<Cloud>,
}

/// Runs the command. Nothing that is there already is written over.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let name = arguments.service.clone().unwrap_or_else(|| format!("{}-service", arguments.organisation));
    let start = Start {
        organisation: arguments.organisation.clone(),
        title: arguments.title.clone().unwrap_or_else(|| arguments.organisation.clone()),
        sells: arguments.sells.map(|model| (name.clone(), name.clone(), model)),
        on: arguments.on.clone(),
    };
    let files = draft(&start).map_err(usage)?;
    let there: Vec<PathBuf> =
        files.iter().map(|file| arguments.folder.join(&file.path)).filter(|path| path.exists()).collect();
    if let Some(path) = there.first() {
        return Err(usage(format!("{} is there already: nothing was written", path.display())));
    }
    for file in &files {
        let path = arguments.folder.join(&file.path);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)
                .map_err(|error| usage(format!("cannot make {}: {error}", folder.display())))?;
        }
        std::fs::write(&path, &file.text)
            .map_err(|error| usage(format!("cannot write {}: {error}", path.display())))?;
        output::warn(&format!("wrote {}", path.display()));
    }
    let folder = arguments.folder.display();
    output::warn(&format!(
        "Every draft is marked `proposed` and claims nothing until somebody stands behind it. Next: `cd {folder}`, then `isoneph apply -f register --as NAME`.",
    ));
    Ok(Exit::Done)
}
