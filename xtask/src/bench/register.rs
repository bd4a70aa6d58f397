//! `cargo xtask bench register`: the commands over the register, as a user waits for them: start of the process included.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use clap::Args;

use super::release_build;

const SERVICES: usize = 50;
const LINKS: usize = 10_000;

#[derive(Args)]
pub(crate) struct Arguments {
    /// How many runs the median is of
    #[arg(long, default_value_t = 20)]
    runs: usize,
    /// The isoneph to measure; by default the release build, which is built first
    #[arg(long)]
    binary: Option<PathBuf>,
}

/// Measures.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let binary = match &arguments.binary {
        Some(binary) => binary.canonicalize()?,
        None => release_build()?,
    };
    let bench = Bench { binary, runs: arguments.runs.max(1), folder: tempfile::tempdir()? };
    println!("| command | bar | median of {} | fastest | slowest |", bench.runs);
    println!("|---|---|---|---|---|");
    let many = bench.folder.path().join("many.yaml");
    std::fs::write(&many, parties(10_000))?;
    bench.apply(&many)?;
    let estate = bench.folder.path().join("estate.yaml");
    std::fs::write(&estate, self::estate()?)?;
    let home = bench.workspace("estate")?;
    bench.once(&home, &["apply", "-f", &estate.display().to_string(), "--as", "bench"], &[0])?;
    for words in [
        vec!["get", "statement", "--format", "names"],
        vec!["get", "statement", "s7/provider/9.2.1"],
        vec!["matrix", "s7"],
        vec!["matrix"],
        vec!["duties"],
        vec!["soa"],
    ] {
        bench.told(&words.join(" "), "100 ms", |_| bench.once(&home, &words, &[0, 1]))?;
    }
    Ok(())
}

struct Bench {
    binary: PathBuf,
    runs: usize,
    folder: tempfile::TempDir,
}

impl Bench {
    fn workspace(&self, name: &str) -> anyhow::Result<PathBuf> {
        let home = self.folder.path().join(name);
        std::fs::create_dir_all(&home)?;
        std::fs::write(home.join("isoneph.toml"), "")?;
        Ok(home)
    }

    /// Ten thousand objects into an empty register, each time into another.
    fn apply(&self, file: &Path) -> anyhow::Result<()> {
        let file = file.display().to_string();
        self.told("apply, 10,000 objects", "2 s", |n| {
            let home = self.workspace(&format!("many-{n}"))?;
            self.once(&home, &["apply", "-f", &file, "--as", "bench"], &[0])
        })
    }

    fn told(&self, what: &str, bar: &str, run: impl Fn(usize) -> anyhow::Result<Duration>) -> anyhow::Result<()> {
        // The first run warms the caches and is not counted.
        run(0)?;
        let mut times = (1..=self.runs).map(run).collect::<anyhow::Result<Vec<Duration>>>()?;
        times.sort();
        let [fastest, median, slowest] =
            [times[0], times[times.len() / 2], times[times.len() - 1]].map(|t| t.as_millis());
        println!("| `{what}` | {bar} | {median} ms | {fastest} ms | {slowest} ms |");
        Ok(())
    }

    fn once(&self, home: &Path, words: &[&str], codes: &[i32]) -> anyhow::Result<Duration> {
        let begun = Instant::now();
        let mut command = Command::new(&self.binary);
        let status = command.args(words).current_dir(home).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
        let took = begun.elapsed();
        let code = status.code().context("it was killed")?;
        if !codes.contains(&code) {
            bail!("isoneph {} ended with {code}", words.join(" "));
        }
        Ok(took)
    }
}

fn parties(count: usize) -> String {
    let mut text = String::new();
    for n in 0..count {
        let _ = write!(
            text,
            "---\nkind: party\nname: p{n}\nspec: {{ title: Party {n}, country: DE, url: \"https://example.com/{n}\" }}\n"
        );
    }
    text
}

/// Fifty services, each with a split of duties and a statement a control and role, and links to evidence over them.
fn estate() -> anyhow::Result<String> {
    let catalogue = isoneph_standard::Catalogue::embedded()?;
    let controls: Vec<String> =
        catalogue.edition(isoneph_model::Edition::E2015).controls().map(|control| control.id.to_string()).collect();
    let mut text =
        "kind: party\nname: us\nspec: { title: Us }\n---\nkind: party\nname: them\nspec: { title: Them }\n".to_owned();
    let names: Vec<String> = (0..SERVICES).map(|n| format!("s{n}")).collect();
    write!(
        text,
        "---\nkind: scope\nname: isms\nspec: {{ title: ISMS, organisation: us, services: [{}] }}\n",
        names.join(", ")
    )?;
    let each = LINKS / (SERVICES * controls.len() * 2) + 1;
    let mut left = LINKS;
    for (n, service) in names.iter().enumerate() {
        // Half of them are ours, on top of the other half.
        let (provider, below) =
            if n % 2 == 0 { ("us", format!(", built-on: [s{}]", n + 1)) } else { ("them", String::new()) };
        write!(
            text,
            "---\nkind: cloud-service\nname: {service}\nspec: {{ title: Service {n}, model: saas, provider: {provider}{below} }}\n"
        )?;
        for control in &controls {
            write!(
                text,
                "---\nkind: responsibility\nname: {service}/{control}\nspec: {{ service: {service}, area: \"area-{control}\", holder: shared, controls: [\"{control}\"], provider-duty: Does its part., customer-duty: Does the other part., basis: {{ kind: published-document, document: {{ title: Split, version: \"1\" }} }}, version: \"1\" }}\n"
            )?;
            for role in ["provider", "customer"] {
                let links: Vec<String> = (0..each.min(left))
                    .map(|i| format!("{{ title: Record {i}, from: 2026-01-01, until: 2027-01-01 }}"))
                    .collect();
                left -= links.len();
                // A third is still to come, so that duties are left to somebody.
                let status = if left.is_multiple_of(3) { "planned" } else { "implemented" };
                write!(
                    text,
                    "---\nkind: statement\nname: {service}/{role}/{control}\nspec: {{ control: \"{control}\", role: {role}, service: {service}, applicable: true, reasons: [risk], status: {status}, how: As the handbook says., owner: Ana, reviewed: 2026-05-01, next-review: 2027-05-01, evidence: [{}] }}\n",
                    links.join(", ")
                )?;
            }
        }
    }
    Ok(text)
}
