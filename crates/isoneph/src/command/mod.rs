//! The subcommands.

mod assess;
mod check;
mod check_test;
mod control;
mod explain;
mod image;
mod logs;
mod network;
mod query;
mod register;
mod table;

use clap::Subcommand;

use crate::exit::Exit;

/// What isoneph can be asked.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Say, for every control and both roles, what the evidence in these files shows
    Assess(Box<assess::Arguments>),
    /// The controls of ISO/IEC 27017: what each asks of provider and customer, in our own words
    #[command(subcommand)]
    Control(control::Command),
    /// The checks: what each looks at, why, and how to put right what it finds
    #[command(subcommand)]
    Check(check::Command),
    /// The tables that sources fill and checks read
    #[command(subcommand)]
    Table(table::Command),
    /// What a word, a standard or a control means
    Explain(explain::Arguments),
    /// Make a workspace, with drafts to start from
    Init(register::init::Arguments),
    /// Take documents into the register: all of them, or none
    Apply(register::apply::Arguments),
    /// What the register holds of a kind
    Get(register::get::GetArguments),
    /// The whole register, as YAML or a workbook that `apply` takes back
    Export(register::get::ExportArguments),
    /// What a file says that others have made (CAIQ, CRM, matrix, statement of applicability …), row by row
    Import(register::import::Arguments),
    /// The JSON Schemas of the register, for editors
    Schema(register::schema::Arguments),
    /// Who carries which duty in a service, where that is not settled, and where duties go
    Matrix(register::matrix::Arguments),
    /// What others leave to a party, minus what it states that it does
    Duties(register::duties::Arguments),
    /// What certificates and reports cover, and what one may build on
    Assurance(register::assurance::Arguments),
    /// The statement of applicability: as it stands, frozen, or against a frozen version
    Soa(register::soa::Arguments),
    /// A checklist for a vendor, which `apply` reads back as answers
    Questionnaire(register::questionnaire::Arguments),
    /// A sample of what a check judged, for an auditor, that anybody can draw again
    Sample(Box<register::sample::Arguments>),
    /// Audit logs: take them in, and the operations that can do irreversible harm
    #[command(subcommand)]
    Logs(logs::Command),
    /// Disk images: how the machines made of them are hardened, and what drifted, read offline
    #[command(subcommand)]
    Image(image::Command),
    /// Networks: what can pass, as unit tests, proofs and differences, exactly or not at all
    #[command(subcommand)]
    Network(network::Command),
    /// Ask your own question of the tables, in SQL
    Query(query::Arguments),
}

/// Runs a command.
pub(crate) fn run(command: Command) -> anyhow::Result<Exit> {
    match command {
        Command::Assess(arguments) => assess::run(&arguments),
        Command::Control(command) => control::run(&command),
        Command::Check(command) => check::run(&command),
        Command::Table(command) => table::run(&command),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Init(arguments) => register::init::run(&arguments),
        Command::Apply(arguments) => register::apply::run(&arguments),
        Command::Get(arguments) => register::get::get(&arguments),
        Command::Export(arguments) => register::get::export(&arguments),
        Command::Import(arguments) => register::import::run(&arguments),
        Command::Schema(arguments) => register::schema::run(&arguments),
        Command::Matrix(arguments) => register::matrix::run(&arguments),
        Command::Duties(arguments) => register::duties::run(&arguments),
        Command::Assurance(arguments) => register::assurance::run(&arguments),
        Command::Soa(arguments) => register::soa::run(&arguments),
        Command::Questionnaire(arguments) => register::questionnaire::run(&arguments),
        Command::Sample(arguments) => register::sample::run(&arguments),
        Command::Logs(command) => logs::run(&command),
        Command::Image(command) => image::run(&command),
        Command::Network(command) => network::run(&command),
        Command::Query(arguments) => query::run(&arguments),
    }
}
