//! `isoneph duties`: what others leave to a party, minus what it states that it does.

use clap::Args;
use isoneph_derive::{Declared, duties};

use super::sheets::{Asked, Shown};
use crate::exit::{Exit, usage};

#[derive(Args)]
pub(crate) struct Arguments {
    /// The party; by default whoever keeps the register
    #[arg(long, value_name = "PARTY")]
    party: Option<String>,
    #[command(flatten)]
    asked: Asked,
    #[command(flatten)]
    shown: Shown,
}

/// Runs the command. It ends with 1 where duties are open.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Exit> {
    let objects = arguments.asked.objects(duties::KINDS)?;
    let declared = Declared::of_kinds(duties::KINDS, &objects);
    let party = arguments.party.as_deref().or_else(|| declared.keeper());
    let party =
        party.ok_or_else(|| usage("whose duties? --party PARTY (the register names no single organisation)"))?;
    if declared.party(party).is_none() {
        return Err(usage(format!("there is no party '{party}'")));
    }
    let list = duties::duties(&declared, party, arguments.asked.day());
    arguments.shown.write("Duties", vec![duties::sheet(&list, arguments.shown.lang)], &list)?;
    Ok(if list.open.is_empty() { Exit::Done } else { Exit::Findings })
}
