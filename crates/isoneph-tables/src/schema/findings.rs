//! What other tools found.

use crate::cell::Instant;
use crate::table;

table! {
    /// A finding of another scanner, with its own provenance. It contributes to a control; it never supports one alone.
    pub struct Finding = "finding" {
        /// The tool that found it.
        tool: String, none "''";
        /// The tool's version.
        tool_version: String, none "''";
        /// The tool's own id of the check or rule.
        rule: String, none "never: always set";
        /// The rule's title.
        title: String, none "''";
        /// The tool's verdict: `pass`, `fail`, `unknown`, `not-applicable`; suppressed findings keep their verdict.
        verdict: String, none "never: always set";
        /// `low`, `medium`, `high`, `critical`, or `informational`.
        severity: String, none "'informational'";
        /// The resource it speaks of, as the tool names it.
        resource: String, none "''";
        /// The controls of ISO/IEC 27017:2015 that it bears on, sorted.
        controls: Vec<String>, none "[]";
        /// How it came to those controls: `named` (the finding names the clause), `mapped` (our data says so).
        control_basis: String, none "''";
        /// Whether somebody has suppressed it.
        suppressed: bool, none "false";
        /// When the tool saw it.
        observed_at: Instant, none "never: NULL where the tool does not say";
        /// What the tool says in words.
        message: String, none "''";
    }
}
