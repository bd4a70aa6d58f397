//! Bytes to events: one module a format, told by the content of each record. The decoder holds one record at a time.

mod around;
mod aws;
mod azure;
mod documents;
mod entra;
mod exports;
mod fields;
mod google;
mod kubernetes;
mod loose;
mod notice;
mod ocsf;
mod pages;
mod plain;
mod redact;
mod scan;
mod tell;
mod time;
mod window;

use std::io::{self, Read};

use isoneph_tables::Instant;

use crate::event::{Event, Names};

pub(crate) use exports::{list_for_the_eye, stamp};
pub(crate) use ocsf::is_class;
pub(crate) use redact::Redactor;
pub(crate) use time::{day, instant, written};

isoneph_model::vocabulary! {
    /// The format of a record or a file.
    pub enum LogFormat {
        /// AWS CloudTrail.
        CloudTrail = "aws-cloudtrail",
        /// A digest file of AWS CloudTrail: no events, but the proof of other files.
        CloudTrailDigest = "aws-cloudtrail-digest",
        /// Azure activity log and resource logs, as Azure Monitor exports them or the `az` command prints them.
        AzureActivity = "azure-activity",
        /// Entra ID sign-in and audit logs.
        Entra = "entra-id",
        /// Google Cloud Audit Logs, as Cloud Logging exports them.
        GoogleAudit = "google-audit",
        /// Kubernetes audit events.
        KubernetesAudit = "kubernetes-audit",
        /// Findings of GuardDuty and events of AWS Health.
        AwsNotice = "aws-notice",
        /// API Activity of the Open Cybersecurity Schema Framework.
        Ocsf = "ocsf-api-activity",
    }
}

/// The longest record that is read, in bytes.
pub const MAX_RECORD: usize = 16 << 20;

/// What the place of a file says about its records, where they do not say it themselves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Hints {
    /// The account.
    pub(crate) account: Option<String>,
    /// The region.
    pub(crate) region: Option<String>,
    /// When the file was delivered.
    pub(crate) delivered_at: Option<Instant>,
}

impl Hints {
    /// These, and an account where they name none.
    fn or_account(&self, account: String) -> Hints {
        Hints { account: self.account.clone().or(Some(account)), ..self.clone() }
    }
}

/// Why a record, or the rest of a file, gives no event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trouble {
    /// One word for the kind of trouble.
    pub(crate) code: &'static str,
    /// What a person should know.
    pub(crate) message: String,
}

impl Trouble {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Trouble {
        Trouble { code, message: message.into() }
    }

    /// A record that is no JSON, or none that can be read.
    pub(crate) fn unreadable(error: serde_json::Error) -> Trouble {
        let words = error.to_string();
        // The parser's place counts from the record, not from the file.
        let reason = words.rsplit_once(" at line ").map_or(&*words, |(reason, _)| reason);
        match reason {
            _ if words.contains("recursion limit") => {
                Trouble::new("too-deep", "the record nests more than 127 levels deep")
            }
            _ if words.contains("unicode") => {
                Trouble::new("wrong-encoding", format!("the record is not UTF-8: {reason}"))
            }
            _ => Trouble::new("not-json", format!("the record is not JSON: {reason}")),
        }
    }
}

/// Takes what a file holds.
pub(crate) trait Output {
    /// An event, and its place among the records of the file.
    fn event(&mut self, format: LogFormat, index: u64, event: &Event<'_>) -> io::Result<()>;
    /// A record that gives no event.
    fn reject(&mut self, index: u64, offset: u64, trouble: Trouble);
    /// The file is a digest of other files.
    fn digest(&mut self);
    /// The file has a list of records, empty or not.
    fn list(&mut self);
    /// What stands around a list of records says, or does not, that more follows behind it. Of pages one after the other
    /// the last one counts.
    fn page(&mut self, _more: bool) {}
}

/// What is remembered from file to file.
pub(crate) struct Decoder {
    redactor: Redactor,
    /// The names of AWS's operations.
    names: Names,
    /// Which keys follow which in its records.
    shapes: aws::Shapes,
    last: Option<LogFormat>,
}

impl Default for Decoder {
    fn default() -> Decoder {
        Decoder { redactor: Redactor::default(), names: Names::new("aws"), shapes: aws::Shapes::default(), last: None }
    }
}

impl Decoder {
    /// Decodes a file; `head` is what was already read of it. Gives the memory of the window back. An error is one of
    /// reading; whatever else is wrong is told to the output.
    pub(crate) fn file<R: Read>(
        &mut self,
        head: Vec<u8>,
        reader: R,
        hints: &Hints,
        output: &mut dyn Output,
    ) -> io::Result<Vec<u8>> {
        documents::read(self, head, reader, hints, output)
    }

    /// Decodes one record that is known to be of a format, and gives the event to `emit`.
    fn event<T>(
        &mut self,
        format: LogFormat,
        json: &str,
        hints: &Hints,
        emit: &mut dyn FnMut(&Event<'_>) -> T,
    ) -> Result<T, Trouble> {
        if format == LogFormat::CloudTrail {
            let record: aws::Record<'_> = serde_json::from_str(json).map_err(Trouble::unreadable)?;
            return Ok(emit(&aws::event(record, hints, &mut self.redactor, &mut self.names)));
        }
        let record: fields::Fields = serde_json::from_str(json).map_err(Trouble::unreadable)?;
        let redactor = &mut self.redactor;
        let event = match format {
            LogFormat::AzureActivity => azure::event(&record, hints, redactor)?,
            LogFormat::Entra => entra::event(&record, hints, redactor),
            LogFormat::GoogleAudit => google::event(&record, hints, redactor)?,
            LogFormat::KubernetesAudit => kubernetes::event(&record, hints, redactor),
            LogFormat::AwsNotice => notice::event(&record, hints, redactor),
            LogFormat::Ocsf => ocsf::event(&record, hints, redactor)?,
            LogFormat::CloudTrail | LogFormat::CloudTrailDigest => {
                return Err(Trouble::new("unsupported", "a digest file is no event"));
            }
        };
        Ok(emit(&event))
    }
}

#[cfg(test)]
mod tests;
