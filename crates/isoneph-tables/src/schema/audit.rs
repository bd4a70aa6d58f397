//! What was done, as the clouds' audit logs tell it.

use crate::cell::Instant;
use crate::table;

table! {
    /// One record of an audit log: an operation that somebody asked a cloud for, and what became of it.
    ///
    /// `uid` is `provider/account/id` (`/stage` behind it where one request leaves several records; `/#` and a digest where
    /// another record of that day has the same and says something else; of two days it is not unique), `name` the
    /// operation as written, `native_type` the kind of record as the log names it, `native_id` the record's own id.
    /// Names follow the class API Activity (6003) of the Open Cybersecurity Schema Framework where it has one.
    pub struct AuditEvent = "audit_event" {
        /// When it happened, as the log says.
        time: Instant, none "never: NULL where the log does not say";
        /// When the record reached the log or its store, as the record or the name of its file says.
        delivered_at: Instant, none "never: NULL where the log does not say";
        /// What the record is about: `management`, `data`, `sign-in`, `policy` (a refusal by policy), `system` (the provider acted by itself), `insight`, `network`, `other`.
        category: String, none "never: always set";
        /// The service that was asked, as written: `ec2.amazonaws.com`, `Microsoft.Compute`, `compute.googleapis.com`; the API group in Kubernetes.
        api_service: String, none "''";
        /// The operation, as written: `TerminateInstances`, `MICROSOFT.COMPUTE/VIRTUALMACHINES/DELETE`, `v1.compute.instances.delete`, `delete deployments`.
        operation: String, none "''";
        /// The operation in one spelling, in lower case, without versions: `ec2:terminateinstances`, `microsoft.compute/virtualmachines/delete`, `compute.instances.delete`, `apps/deployments:delete`.
        operation_name: String, none "''";
        /// What kind of actor: `user`, `root`, `role` (a session of a role), `federated`, `workload` (service account, service principal, managed identity), `service` (the cloud acts), `account` (another account), `anonymous`.
        actor_kind: String, none "''";
        /// Who did it: an ARN, an e-mail address, an object id, a user name; the most exact that the log gives.
        actor: String, none "''";
        /// The name a person would know the actor by: of the role for a session of a role.
        actor_name: String, none "''";
        /// The account, tenant or project that the actor belongs to.
        actor_account: String, none "''";
        /// The session's name: of a session of a role, what its maker called it (often a person's or a pipeline's name).
        session: String, none "''";
        /// The identifier, never the value, of the credential: access key id, key name, token id.
        credential_id: String, none "''";
        /// Who issued the session: the role's ARN, the identity provider.
        session_issuer: String, none "''";
        /// When the session began.
        session_started_at: Instant, none "never: NULL where the log does not say";
        /// Whether the actor had proved a second factor; NULL where the log does not say.
        mfa: bool, none "never: NULL where the log does not say";
        /// The service, or the identity in a chain of delegation, that asked on the actor's behalf.
        invoked_by: String, none "''";
        /// The identity that the actor took on for this request (impersonation).
        acting_as: String, none "''";
        /// Where the request came from: an address, or the name of a service.
        source_address: String, none "''";
        /// The program that asked.
        user_agent: String, none "''";
        /// What it was done to: identifiers, ARNs and names that the record gives as resources, in its request or in its answer, sorted, at most 64.
        targets: Vec<String>, none "[]";
        /// `success`, `failure`, or `pending` where the record says that the end is still to come.
        outcome: String, none "never: NULL where the log does not say";
        /// The code of the error, as written.
        error_code: String, none "''";
        /// The error in words.
        error_message: String, none "''";
        /// Whether it changed nothing.
        read_only: bool, none "never: NULL where the log does not say";
        /// The provider's id of the request.
        request_id: String, none "''";
        /// What joins the records of one operation that leaves several: operation id, correlation id, audit id, the id that the records of several accounts share.
        operation_id: String, none "''";
        /// Which of several records of one operation it is: `first`, `middle`, `last`; `''` for an operation's only record.
        phase: String, none "''";
        /// The request as JSON; values of credential fields are replaced by their digest.
        raw_request: String, none "''";
        /// The answer as JSON; values of credential fields are replaced by their digest.
        raw_response: String, none "''";
        /// What else the record says, as JSON; values of credential fields are replaced by their digest.
        raw_additional: String, none "''";
        /// The file that the record was read from, as given.
        source_file: String, none "never: always set";
        /// The SHA-256 of that file as it is on disk, in hexadecimal.
        source_sha256: String, none "never: always set";
        /// The record's place in the file, from 0: in `Records`, in the array, or among the lines that are not empty.
        source_index: i64, none "never: always set";
    }
}
