//! `isoneph table`: the contract between sources and checks, as documentation.

use std::io::Write;

use clap::{Args, Subcommand};
use isoneph_sources::filled_by;
use isoneph_tables::{COMMON_COLUMNS, Column, TableDef, TableId};
use serde_json::{Value, json};

use crate::exit::{Exit, usage};
use crate::output::Output;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// List the tables
    List(Format),
    /// Show a table's columns: what each means, and the value that says "there is none"
    Show {
        /// The table, or `common` for the columns that all tables have
        name: String,
        #[command(flatten)]
        format: Format,
    },
}

#[derive(Args)]
pub(crate) struct Format {
    /// Text or JSON
    #[arg(long, value_parser = ["text", "json"], default_value = "text")]
    format: String,
}

pub(crate) fn run(command: &Command) -> anyhow::Result<Exit> {
    let mut output = Output::open(None)?;
    match command {
        Command::List(format) if format.format == "json" => {
            let tables: Vec<Value> = TableId::all().map(|id| summary(id.def())).collect();
            writeln!(output, "{:#}", Value::from(tables))?;
        }
        Command::List(_) => list(&mut output)?,
        Command::Show { name, format } => {
            let (name, doc, columns) = find(name)?;
            let filled = TableId::find(name).map(filled_by).unwrap_or_default();
            if format.format == "json" {
                let columns: Vec<Value> = columns.iter().map(|column| describe(column)).collect();
                writeln!(output, "{:#}", json!({ "name": name, "doc": doc, "filled_by": filled, "columns": columns }))?;
            } else {
                show(&mut output, (name, doc), &filled, &columns)?;
            }
        }
    }
    output.finish()?;
    Ok(Exit::Done)
}

fn find(name: &str) -> anyhow::Result<(&'static str, &'static str, Vec<&'static Column>)> {
    if name == "common" {
        return Ok(("common", "The columns that every table has.", COMMON_COLUMNS.iter().collect()));
    }
    let id = TableId::find(name).ok_or_else(|| {
        let names: Vec<&str> = TableId::all().map(|id| id.def().name).collect();
        usage(format!("there is no table '{name}'; there are {}", names.join(", ")))
    })?;
    let def = id.def();
    Ok((def.name, def.doc.trim(), def.all_columns().collect()))
}

fn summary(table: &TableDef) -> Value {
    let columns: Vec<&str> = table.all_columns().map(|column| column.name).collect();
    json!({ "name": table.name, "doc": table.doc.trim(), "columns": columns })
}

fn describe(column: &Column) -> Value {
    json!({ "name": column.name, "type": column.kind.as_str(), "doc": column.doc.trim(), "none": column.none })
}

fn list(output: &mut Output) -> anyhow::Result<()> {
    let width = TableId::all().map(|id| id.def().name.len()).max().unwrap_or(0);
    for id in TableId::all() {
        writeln!(output, "{:width$}  {}", id.def().name, id.def().doc.trim())?;
    }
    Ok(())
}

fn show(output: &mut Output, (name, doc): (&str, &str), filled: &[String], columns: &[&Column]) -> anyhow::Result<()> {
    writeln!(output, "{name}\n  {doc}\n")?;
    for input in filled {
        writeln!(output, "Filled by {input}")?;
    }
    writeln!(output, "\nNULL in any column means unknown. \"None\" is what a column holds when there is none.\n")?;
    for column in columns {
        writeln!(
            output,
            "{} ({})\n  {}\n  none: {}",
            column.name,
            column.kind.as_str(),
            column.doc.trim(),
            column.none
        )?;
    }
    Ok(())
}
