## The words of reports in English. Every key here is in locales/ja/report.ftl too; a test asserts it.

title = ISO/IEC 27017 assessment
subtitle = ISO/IEC 27017:{ $edition }, as of { $date }
list-separator = {", "}
none = none
unknown-value = unknown

## Outcomes

outcome-pass = pass
outcome-fail = fail
outcome-unknown = unknown
outcome-not-applicable = not applicable
outcome-means-pass = Evidence shows that what the check asks holds.
outcome-means-fail = Evidence shows that it does not hold.
outcome-means-unknown = Evidence decides neither; the reason stands with it. It never counts as a pass.
outcome-means-not-applicable = The check does not concern this subject, or a complete inventory holds none of its kind.

## Severities

severity-critical = critical
severity-high = high
severity-medium = medium
severity-low = low

## Roles

role-provider = provider
role-customer = customer
role-provider-long = Cloud service provider
role-customer-long = Cloud service customer

## Standings

standing-contradicted = contradicted
standing-adverse = adverse
standing-incomplete = incomplete
standing-supported = supported
standing-excluded = excluded
standing-no-guidance = no guidance
means-contradicted = Evidence speaks against what a party currently states.
means-adverse = Evidence speaks against the guidance, and nobody claimed otherwise.
means-incomplete = Nothing speaks against it, but something required is missing, unknown, stale, unseen in scope, or only planned.
means-supported = Everything required is present, current and covers the scope.
means-excluded = Excluded with a reason that no evidence refutes.
means-no-guidance = ISO/IEC 27017 adds nothing for this role here; the base control still applies.

## Kinds of requirement, classes of evidence, extents

kind-configuration = configuration
kind-operation = records of operation
kind-statement = own rules and procedures
kind-disclosure = disclosure to the other party
kind-assurance = third-party assurance
support-required = required
support-contributing = contributing
class-intended = intended
class-configured = configured
class-operated = operated
class-asserted = asserted
class-assured = assured
class-means-intended = A plan: what somebody means to build. It can speak against a control, never for it.
class-means-configured = A state, an inventory, an image: what is set up.
class-means-operated = A log or a record: what happened.
class-means-asserted = What a party says of itself.
class-means-assured = What a third party says.
extent-complete = complete
extent-declared = all that is declared
extent-partial = partial
extent-none = not looked at

## Why an outcome is unknown or not applicable, and what helps

reason-after-apply = known only once the plan is applied
reason-not-collected = the source does not carry this fact
reason-unreadable = it was there but could not be understood
reason-provider-default = the provider's default decides, and which one that is cannot be proved
reason-schema-older = the source's schema is older than this fact
reason-unresolved-reference = it refers to something outside what was given
reason-coverage-partial = the answer rests on the absence of a row, and the table was seen only in part
reason-coverage-none = nobody looked at this table
reason-no-observation = the check observed nothing about this subject
reason-stale = the evidence is older than the check allows
reason-no-subject = a complete inventory holds none
reason-does-not-apply = the check does not concern this subject
reason-help-after-apply = Give the state after the apply (terraform show -json), or set the value in the plan.
reason-help-not-collected = Give a source that holds it: a state or an inventory beside the plan.
reason-help-administration = Say it with --administration (procedures, identities for emergencies, reviews, people), or in the register.
reason-help-changes = Give the approved changes and pipeline runs with --changes, or in the register.
reason-help-unreadable = See the rejects below for file and place, and give a well-formed export.
reason-help-provider-default = Set the value explicitly, or give an export of the deployed state.
reason-help-schema-older = Export again with a current version of the tool that wrote it.
reason-help-unresolved-reference = Give the input that holds the thing referred to, in the same run.
reason-help-coverage-partial = Give the missing part: other accounts, regions or modules.
reason-help-coverage-none = Give an input that fills this table; “isoneph table show” says which do.
reason-help-no-observation = Look at the subject: the check met no data about it.
reason-help-stale = Collect the evidence again.
reason-help-no-subject = Nothing to do.
reason-help-does-not-apply = Nothing to do.

## Why a standing is not better, and what helps

why-exclusion-refuted = excluded, but { $subjects ->
    [0] what it is about is planned, or found by another tool
    [one] { $subjects } thing that it is about exists
   *[other] { $subjects } things that it is about exist
}{ $failing ->
    [0] {""}
    [one] , and { $failing } outcome about them fails
   *[other] , and { $failing } outcomes about them fail
}
why-exclusion-without-reason = excluded without a reason
why-failing-outcomes = { $n ->
    [one] { $n } outcome fails
   *[other] { $n } outcomes fail
}
why-exceptions-only = { $n ->
    [one] { $n } failing outcome is under an accepted exception
   *[other] { $n } failing outcomes are under accepted exceptions
}
why-no-evidence = no evidence given ({ $kind })
why-contributing-only = only contributing checks looked ({ $n } { $n ->
    [one] outcome
   *[other] outcomes
})
why-unknown-outcomes = { $n ->
    [one] { $n } outcome is unknown
   *[other] { $n } outcomes are unknown
}
why-stale = { $n ->
    [one] { $n } outcome rests
   *[other] { $n } outcomes rest
} on evidence that is too old
why-intended-only = only a plan says so
why-class-too-weak = { $classes } evidence cannot show { $kind }
why-accounts-unseen = { $seen } of { $expected } accounts seen
why-scope-undeclared = the accounts in scope are not declared
why-nothing-to-judge = nothing that the requirements apply to was found
why-requirements-unknown = what the edition asks here is not known
why-help-exclusion-refuted = Withdraw the exclusion, or show that these subjects are out of scope.
why-help-exclusion-without-reason = Give the reason in the statement of applicability.
why-help-failing-outcomes = Fix what fails, or have an exception accepted.
why-help-exceptions-only = An exception carries a risk, it is no evidence: fix the failures to be supported.
why-help-no-evidence-configuration = Give a state, an inventory or an image of the estate.
why-help-no-evidence-operation = Give logs or records that cover the period.
why-help-no-evidence-statement = Declare the policy or procedure in the register, with its document.
why-help-no-evidence-disclosure = Declare in the register what is told to the other party, and where.
why-help-no-evidence-assurance = Give the certificate or report of the third party.
why-help-contributing-only = Give evidence that the required checks read.
why-help-unknown-outcomes = See “What could not be decided” for what is missing.
why-help-stale = Collect the evidence again.
why-help-intended-only = Give the state after the plan is applied.
why-help-class-too-weak = Give evidence that can show it: settings for configuration, records for operation, a third party for assurance.
why-help-accounts-unseen = Give the inventories of the other accounts in scope.
why-help-scope-undeclared = Declare the accounts in scope in isoneph.toml or the register.
why-help-nothing-to-judge = If there is truly none, exclude the control with that reason.
why-help-requirements-unknown = Read the edition's text; isoneph knows only that there is guidance.

## Head

edition = edition
services = services
accounts = accounts
regions = regions
period = period
roles = roles
roles-declared = declared
roles-assumed = assumed: nobody declared who is provider and who is customer, so both are shown
any = any
not-declared = not declared
scope = Scope
config = configuration
config-none = no configuration file
parameters-set = Parameters that differ from their default
parameter-changed = { $check }.{ $name }: { $value } instead of { $default }
parameter-looser = looser than the default
exceptions = Accepted exceptions
exception-line = { $subject }: owner { $owner }, approved by { $approver } until { $until }: { $reason }
exception-short = accepted until { $until }
exception-none = No exceptions.

## Summary

standings = Standings
no-standings = No standings: no cell was in question.
service-named = Service { $name }
service-undeclared = No service declared
control = Control
role = Role
standing = Standing
counts-line = { $fail } fail, { $unknown } unknown, { $pass } pass, { $na } not applicable
counts-excepted = { $n } of the failures under an accepted exception
failures = Failures without an accepted exception
no-failures = No check fails.
said = said
rests-on-said = Supported, and what was said to that
said-more = … and { $n } more places
worst-first = Speaks against: contradicted and adverse
fails-of = { $fail } of { $total } fail
excepted-of = { $n } accepted
and-more = … and { $n } more
more-of-session = { $n } more in the same session
findings-line = findings of other scanners: { $fail } fail, { $pass } pass
population-line = accounts seen: { $seen } of { $expected } ({ $basis })
population-open = accounts seen: { $seen }; how many there are is not declared
basis-declared = declared
basis-assumed = assumed

## Sections

failing-checks = Failing checks
undecided = What could not be decided
undecided-line = { $n ->
    [one] { $n } outcome
   *[other] { $n } outcomes
} of { $checks ->
    [one] { $checks } check
   *[other] { $checks } checks
}
waits = What the incomplete cells wait for
waits-cells = { $cells ->
    [one] { $cells } cell
   *[other] { $cells } cells
}
not-understood = What was not understood
unsupported-types = record types that isoneph does not know: counted, not judged
types-records = { $types ->
    [one] { $types } type
   *[other] { $types } types
}, { $records ->
    [one] { $records } record
   *[other] { $records } records
}
losses = The result is incomplete: something given could not be read or judged
inputs = Inputs
input-label = inputs
input-line = { $format }, { $class }, { $records ->
    [one] { $records } record
   *[other] { $records } records
}
folder-line = { $files ->
    [one] { $first }
   *[other] { $files } files not looked at; { $first }
}
input-unknown = not understood
snapshots-skipped = Snapshots read but not judged
snapshot-skipped = snapshot { $id } of { $path }: { $reason }
controls = controls
rule = How a standing comes about
fix = Fix
why-matters = Why it matters
see-all = isoneph check show { $check }
n-severity = { $n } { $severity }
closing-fail = { $n ->
    [one] { $n } failure
   *[other] { $n } failures
} without an accepted exception
closing-findings = { $n ->
    [one] { $n } finding of another tool fails
   *[other] { $n } findings of other tools fail
}: they speak against the controls above; --fail-on looks at isoneph's own checks. isoneph query "SELECT tool, severity, title, resource FROM finding WHERE verdict='fail'" lists them.
closing-more = For everything with its evidence: --format html or --format json.
closing-loss = Incomplete: something given could not be read or judged (exit code 3).

## HTML

skip = Skip to the content
nav-label = Sections
overview = Overview
control-sections = Controls
other-checks = Checks outside the controls shown
guidance = What ISO/IEC 27017 asks, in our own words
requirements = What has to be shown
checks = Checks
no-checks = No check of this run looks at this control. What it asks is answered by what parties declare, disclose or record.
check-under = with its findings under { $control }
subject = Subject
finding = Finding
evidence = Evidence
nothing-seen = no subject
observed = observed
listed-cut = { $listed } of { $total } listed here ({ $outcome }). All of them: isoneph assess --format json.
severity = Severity
outcome = Outcome
count = Count
path = Path
format = Format
class = Class
records = Records
table = Table
extent = Seen
reason = Reason
what-helps = What helps
coverage = Coverage
coverage-intro = How much of each table the inputs show. An answer that rests on the absence of a row is only as good as this.
entries = Entries
glossary = Words
filters = Filter
filter-text = Text
filter-hint = subject, check, control …
filter-role = Role
filter-all = all
filter-severity = At least
filter-outcome = Outcomes
filter-control = Control
filter-service = Service
filter-reset = Reset
filter-shown = { $shown } of { $total } findings shown
expand = Expand all
collapse = Collapse all
confidence = Basis of this row
made-by = Made by { $tool } { $version }. The tool finds, people conclude: nothing here says certified or conforming.
own-rendering = Japanese title is our own rendering
to-top = Back to the overview

## What incomplete cells wait for, without numbers

waits-exclusion-refuted = an exclusion is refuted
waits-exclusion-without-reason = excluded without a reason
waits-failing-outcomes = something fails
waits-exceptions-only = failures under accepted exceptions
waits-no-evidence = no evidence given
waits-contributing-only = only contributing checks looked
waits-unknown-outcomes = outcomes are unknown
waits-stale = evidence is too old
waits-intended-only = only a plan says so
waits-class-too-weak = evidence of a class that cannot show what is asked
waits-accounts-unseen = accounts in scope were not seen
waits-scope-undeclared = the accounts in scope are not declared
waits-nothing-to-judge = nothing that the requirements apply to was found
waits-requirements-unknown = what the edition asks here is not known

## The scan of disk images

scan-title = Hardening of disk images (ISO/IEC 27017, CLD.9.5.2)
scan-coverage = { $decided } of { $total } decided ({ $percent } %): { $fail } fail, { $pass } pass, { $na } not applicable; { $unknown } unknown
scan-undecided = Not decided
scan-closing = The standing of controls is for “isoneph assess” to tell, over all evidence. Every outcome with its evidence: --format json or html.
## Audit logs

logs = Audit logs
log-timeline = Critical operations, day by day
log-timeline-intro = How many were carried out. ✖: some under no approved change, or approved by nobody but whoever did it. ◐: of some it cannot be told.
log-earlier = Columns before these:
log-sessions = Sessions with critical operations
log-when = when (UTC)
log-who = who
log-what = what
log-approved = approval
log-approval = { $n } carried out, { $none } not approved, { $open } undecided
log-own-approver = { $n } approved by nobody but whoever did it
log-without-mfa = { $n } without a second factor
log-break-glass = { $n } by an identity for emergencies
log-emergency = emergency identity
log-by-week = A column is a week, named by its Monday.
log-by-month = A column is a month.
log-worst = It shows the worst of its days.
log-on-days = on { $n } days
log-record = How whole the record is
log-stream = account and region
log-events = { $n ->
    [one] 1 event
   *[other] { $n } events
}
logday-missing = something is missing
logday-doubtful = something may be missing
logday-weakened = recording was stopped or weakened
logday-thin = too few events to notice a hole
logday-watched = a hole would have been noticed
logday-proven = proven whole by digests
opclass-virtual-server = virtual servers
opclass-network = networks
opclass-storage = storage
opclass-backup-restore = backup and restore
opclass-service-termination = termination of service
opclass-logging-monitoring = logging and monitoring
opclass-identity-keys = identities and keys
