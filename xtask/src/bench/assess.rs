//! `cargo xtask bench assess`.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use serde_json::Value;

use super::process::{Usage, measure, measure_json_load};
use super::release_build;
use crate::root;

#[derive(Args)]
pub(crate) struct Arguments {
    /// Plan sizes, in resources
    #[arg(long, value_delimiter = ',', default_values_t = [1_000, 10_000])]
    sizes: Vec<usize>,
    /// A plan to grow from (`terraform show -json`); by default the AWS plan of the example estate
    #[arg(long)]
    seed: Option<PathBuf>,
    /// The isoneph to measure; by default the release build, which is built first
    #[arg(long)]
    binary: Option<PathBuf>,
    /// Also measure Checkov, if `checkov` is on the path (sizes up to 3,000; it does not finish 10,000)
    #[arg(long)]
    checkov: bool,
}

/// Measures.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let binary = match &arguments.binary {
        Some(binary) => binary.clone(),
        None => release_build()?,
    };
    let seed = arguments.seed.clone().unwrap_or_else(|| root().join("examples/saas/aws/plan.json"));
    let folder = tempfile::tempdir()?;
    println!("| resources | plan | json.load | isoneph assess | CPU ratio | peak memory | checkov |");
    println!("|---|---|---|---|---|---|---|");
    for size in &arguments.sizes {
        let plan = folder.path().join(format!("plan-{size}.json"));
        grow(&seed, *size, &plan)?;
        let megabytes = plan.metadata()?.len() as f64 / 1e6;
        let yardstick = measure_json_load(&plan)?;
        let words = ["assess", "--format", "json", "--fail-on", "none"].map(str::to_owned);
        let words: Vec<String> = words.into_iter().chain([plan.display().to_string()]).collect();
        let ours = measure(&binary, &words, 600)?;
        if ours.code != 0 {
            bail!("isoneph ended with {} on {}", ours.code, plan.display());
        }
        let peer = if arguments.checkov && *size <= 3_000 { checkov(&plan)? } else { "not run".to_owned() };
        println!(
            "| {size} | {megabytes:.1} MB | {} | {} | {:.2} | {:.0} MB | {peer} |",
            told(yardstick),
            told(ours),
            ours.cpu / yardstick.cpu,
            ours.peak_mb
        );
        std::fs::remove_file(&plan)?;
    }
    Ok(())
}

fn told(usage: Usage) -> String {
    format!("{:.2} s, {:.0} MB", usage.cpu, usage.peak_mb)
}

fn checkov(plan: &Path) -> anyhow::Result<String> {
    let words =
        ["-f", &plan.display().to_string(), "--framework", "terraform_plan", "-o", "json", "--compact", "--quiet"];
    let used = measure(Path::new("checkov"), &words.map(str::to_owned), 900)?;
    Ok(if used.code == 124 { "not finished in 900 s".to_owned() } else { told(used) })
}

/// Grows a plan: its root module's resources again and again, each copy under names of its own, references following,
/// until there are enough.
fn grow(seed: &Path, size: usize, to: &Path) -> anyhow::Result<()> {
    let seed: Value = serde_json::from_reader(File::open(seed).with_context(|| seed.display().to_string())?)?;
    let part = |pointer: &str| seed.pointer(pointer).and_then(Value::as_array).cloned().unwrap_or_default();
    let planned = part("/planned_values/root_module/resources");
    let changes = part("/resource_changes");
    let configured = part("/configuration/root_module/resources");
    if planned.is_empty() {
        bail!("the seed plan has no resources in its root module");
    }
    let names: Vec<&str> = planned.iter().filter_map(|r| r["name"].as_str()).collect();
    let copies = size.div_ceil(planned.len());
    let mut file = BufWriter::new(File::create(to)?);
    write!(
        file,
        "{{\"format_version\":\"1.2\",\"terraform_version\":\"1.9.0\",\"planned_values\":{{\"root_module\":{{\"resources\":"
    )?;
    write_copies(&mut file, &planned, copies, size, &names)?;
    write!(file, "}}}},\"resource_changes\":")?;
    write_copies(&mut file, &changes, copies, usize::MAX, &names)?;
    write!(
        file,
        ",\"configuration\":{{\"provider_config\":{},\"root_module\":{{\"resources\":",
        seed["configuration"]["provider_config"]
    )?;
    write_copies(&mut file, &configured, copies, usize::MAX, &names)?;
    write!(file, "}}}},\"timestamp\":{},\"complete\":true,\"errored\":false}}", seed["timestamp"])?;
    file.flush()?;
    Ok(())
}

fn write_copies(
    file: &mut impl Write,
    items: &[Value],
    copies: usize,
    most: usize,
    names: &[&str],
) -> anyhow::Result<()> {
    write!(file, "[")?;
    for index in 0..items.len().saturating_mul(copies).min(most) {
        let (copy, item) = (index / items.len(), &items[index % items.len()]);
        if index > 0 {
            write!(file, ",")?;
        }
        write!(file, "{}", renamed(item, copy, names))?;
    }
    write!(file, "]")?;
    Ok(())
}

/// An item under the names of its copy: addresses and references get a suffix after the resource's name.
fn renamed(item: &Value, copy: usize, names: &[&str]) -> Value {
    match item {
        _ if copy == 0 => item.clone(),
        Value::Object(fields) => {
            let rename = |(key, value): (&String, &Value)| {
                let own_name = key == "name" && fields.contains_key("address");
                let renamed = if own_name { suffixed_name(value, copy) } else { renamed(value, copy, names) };
                (key.clone(), renamed)
            };
            Value::Object(fields.iter().map(rename).collect())
        }
        Value::Array(values) => Value::Array(values.iter().map(|value| renamed(value, copy, names)).collect()),
        Value::String(text) => Value::String(suffixed_address(text, copy, names)),
        other => other.clone(),
    }
}

fn suffixed_name(value: &Value, copy: usize) -> Value {
    value.as_str().map_or_else(|| value.clone(), |name| Value::String(format!("{name}_{copy:05}")))
}

/// `aws_s3_bucket.logs[0].arn` of copy 7 is `aws_s3_bucket.logs_00007[0].arn`; text that is no address stays.
fn suffixed_address(text: &str, copy: usize, names: &[&str]) -> String {
    let Some((kind, rest)) = text.split_once('.') else { return text.to_owned() };
    let end = rest.find(['.', '[']).unwrap_or(rest.len());
    let is_type = kind.contains('_') && kind.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if is_type && names.contains(&&rest[..end]) {
        format!("{kind}.{}_{copy:05}{}", &rest[..end], &rest[end..])
    } else {
        text.to_owned()
    }
}
