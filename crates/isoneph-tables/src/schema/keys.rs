//! Keys and secrets.

use crate::cell::Instant;
use crate::table;

table! {
    /// A cryptographic key in a key management service.
    pub struct Key = "key" {
        /// Who manages it: `customer` or `provider`.
        manager: String, none "never: always set";
        /// Where its material comes from: `provider-hsm`, `provider`, `imported`, `external` (held outside the cloud), `customer-hsm`.
        origin: String, none "never: always set";
        /// Whether a hardware security module protects it.
        hardware_protected: bool, none "false";
        /// What it is for: `encrypt`, `sign`, `mac`, `agree`, `other`.
        purpose: String, none "never: always set";
        /// The algorithm in one spelling: `AES-256`, `RSA-2048`, `EC-P256`, `HMAC-256`, or the provider's own word.
        algorithm: String, none "never: always set";
        /// Whether the service can rotate it by itself (asymmetric and imported keys often cannot).
        rotatable: bool, none "false";
        /// Whether it is rotated by itself.
        rotation: bool, none "false";
        /// Days between rotations, where `rotation`.
        rotation_days: i64, none "rotation = false";
        /// Whether it is enabled.
        enabled: bool, none "false";
        /// Days between the order to destroy it and its end, in which the order can be taken back.
        deletion_delay_days: i64, none "0";
        /// Whether even an administrator cannot shorten that delay (purge protection, a lock).
        deletion_protected: bool, none "false";
        /// Whether its policy lets everybody use it.
        public: bool, none "false";
        /// Whether it has an end date.
        has_expiry: bool, none "false";
    }
}

table! {
    /// A secret in a secret store.
    pub struct Secret = "secret" {
        /// Whether it is rotated by itself.
        rotation: bool, none "false";
        /// Days between rotations, where `rotation`.
        rotation_days: i64, none "rotation = false";
        /// Whether it has an end date.
        has_expiry: bool, none "false";
        /// Its end, where `has_expiry`.
        expires_at: Instant, none "has_expiry = false";
        /// The `uid` of the key that encrypts it, or its identifier when it is not part of the estate.
        key: String, none "''";
        /// Who manages that key: `customer` or `provider`.
        key_manager: String, none "never: always set";
        /// Days in which a deletion can be taken back.
        recovery_days: i64, none "0";
        /// Whether the service lets the customer choose the key that encrypts it.
        key_selectable: bool, none "false";
        /// Whether its value stands in clear in the evidence or in the state of the tool that made it. The value is never kept.
        value_in_state: bool, none "false";
    }
}
