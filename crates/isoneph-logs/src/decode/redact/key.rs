//! What the name of a field says about its value.

use crate::hash::hash;

/// What kind of value stands under a name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum KeyClass {
    /// Nothing that we look for.
    #[default]
    Plain,
    /// A credential, or a list of them.
    Secret,
    /// A credential, whatever stands below it.
    SecretTree,
    /// An identifier.
    Id,
    /// A name that is an identifier.
    TargetName,
    /// `name`, `key`: an identifier, and perhaps what a `value` beside it is.
    Name,
    /// `value`.
    Value,
}

const SLOTS: usize = 1024;
const MAX_KEY: usize = 64;

/// The classes of the names met last: logs repeat a few hundred names a million times. Of a fixed size, whatever comes.
pub(super) struct Keys {
    slots: Vec<Option<(Box<str>, KeyClass)>>,
}

impl Default for Keys {
    fn default() -> Self {
        Keys { slots: vec![None; SLOTS] }
    }
}

impl Keys {
    /// The class of a name.
    pub(super) fn class(&mut self, key: &str) -> KeyClass {
        if key.len() > MAX_KEY {
            return classify(key);
        }
        let slot = &mut self.slots[hash(0, key) as usize % SLOTS];
        match slot {
            Some((known, class)) if **known == *key => *class,
            _ => {
                let class = classify(key);
                *slot = Some((key.into(), class));
                class
            }
        }
    }
}

/// Words in a name that make its value a credential.
const SECRET_WORDS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "apikey",
    "accesskey",
    "privatekey",
    "accountkey",
    "sharedkey",
    "primarykey",
    "secondarykey",
    "connectionstring",
    "credential",
    "clientassertion",
    "signature",
    "sastoken",
    "plaintext",
    "userdata",
    "customdata",
    "kubeconfig",
    "startupscript",
    "privatepem",
    "authcode",
];
/// Names whose whole value is one.
const SECRET_NAMES: &[&str] = &[
    "authorization",
    "proxyauthorization",
    "pwd",
    "pass",
    "sas",
    "pat",
    "cookie",
    "setcookie",
    "auth",
    "otp",
    "pin",
    "pfx",
];
/// Names under which everything is one.
const SECRET_TREES: &[&str] =
    &["stringdata", "secretdata", "secretstring", "secretbinary", "privatekeydata", "keymaterial"];
/// Endings behind such a word that make a name of something else: where it is, not what it is.
const NOT_SECRET: &[&str] = &[
    "id",
    "ids",
    "arn",
    "arns",
    "name",
    "names",
    "path",
    "uri",
    "url",
    "ref",
    "policy",
    "type",
    "required",
    "enabled",
    "length",
    "age",
    "count",
    "version",
    "versions",
    "algorithm",
    "expiry",
    "expiration",
    "expires",
    "expirytime",
    "last",
    "identifier",
    "issuer",
    "created",
    "updated",
    "source",
    "store",
    "scope",
    "status",
    "ttl",
    "lifetime",
    "validity",
    "resetrequired",
    "changed",
    "rotation",
    "managed",
    "manager",
    "format",
    "options",
    "endpoint",
    "provider",
    "date",
    "time",
    "prefix",
    "alg",
    "protocol",
    "keyid",
    "keyname",
    "keyarn",
];
/// Names with such a word that hold a place in a list of results, or tell one request from its repeats.
const PLACEHOLDERS: &[&str] = &[
    "nexttoken",
    "paginationtoken",
    "continuationtoken",
    "nextpagetoken",
    "pagetoken",
    "clienttoken",
    "clientrequesttoken",
    "idempotencytoken",
    "nextmarker",
];

fn classify(key: &str) -> KeyClass {
    let plain: String = key.chars().filter(|c| c.is_alphanumeric()).map(|c| c.to_ascii_lowercase()).collect();
    if SECRET_TREES.contains(&plain.as_str()) {
        return KeyClass::SecretTree;
    }
    if is_secret(&plain) {
        return KeyClass::Secret;
    }
    match plain.as_str() {
        "name" | "key" | "parametername" | "parameterkey" => KeyClass::Name,
        "value" | "values" | "valueset" | "parametervalue" | "defaultvalue" | "oldvalue" | "newvalue" => {
            KeyClass::Value
        }
        _ if is_id(&plain) => KeyClass::Id,
        _ if is_target_name(&plain) => KeyClass::TargetName,
        _ => KeyClass::Plain,
    }
}

fn is_secret(plain: &str) -> bool {
    if SECRET_NAMES.contains(&plain) {
        return true;
    }
    let last = behind_last_word(plain);
    // `accesskeyid` and `passwordpolicy` are no credentials, `secretaccesskey` and `tokenvalue` are.
    let speaks_of_it =
        |rest: &str| NOT_SECRET.iter().any(|end| rest == *end || (end.len() >= 4 && rest.starts_with(end)));
    last.is_some_and(|rest| !speaks_of_it(rest)) && !PLACEHOLDERS.contains(&plain)
}

/// Which of the words have a letter so many places before their end, as bits.
const fn words_with_letter(places: usize) -> [u32; 256] {
    let (mut words, mut at) = ([0; 256], 0);
    while at < SECRET_WORDS.len() {
        let word = SECRET_WORDS[at].as_bytes();
        words[word[word.len() - places] as usize] |= 1 << at;
        at += 1;
    }
    words
}

/// What stands behind the word that ends last in a name. Names are as many as there are buckets and tags: the words are
/// told by their last two letters, and not looked for one by one.
fn behind_last_word(plain: &str) -> Option<&str> {
    static LAST: [u32; 256] = words_with_letter(1);
    static LAST_BUT_ONE: [u32; 256] = words_with_letter(2);
    let bytes = plain.as_bytes();
    (2..=bytes.len()).rev().find_map(|end| {
        let mut words = LAST[usize::from(bytes[end - 1])] & LAST_BUT_ONE[usize::from(bytes[end - 2])];
        while words != 0 {
            if bytes[..end].ends_with(SECRET_WORDS[words.trailing_zeros() as usize].as_bytes()) {
                return plain.get(end..);
            }
            words &= words - 1;
        }
        None
    })
}

/// Ids of the request, not of what it is about.
const OTHER_IDS: &[&str] = &[
    "requestid",
    "clientrequestid",
    "xamznrequestid",
    "ownerid",
    "reservationid",
    "accountid",
    "principalid",
    "traceid",
    "correlationid",
    "eventid",
    "sessionid",
    "operationid",
    "tenantid",
    "subscriptionid",
    "owneraccountid",
    "awsaccountid",
    "requesterid",
    "accesskeyid",
];

fn is_id(plain: &str) -> bool {
    let ends = ["id", "ids", "arn", "arns", "identifier", "identifiers", "selflink", "targetlink"]
        .iter()
        .any(|end| plain.ends_with(end));
    // A queue has no other identity in its log.
    plain == "queueurl" || ends && !OTHER_IDS.contains(&plain)
}

const OTHER_NAMES: &[&str] = &[
    "hostname",
    "rolesessionname",
    "displayname",
    "keyname",
    "computername",
    "dnsname",
    "privatednsname",
    "publicdnsname",
    "filename",
    "platformname",
    "agentname",
];

fn is_target_name(plain: &str) -> bool {
    plain == "bucket"
        || plain == "resource"
        || (["name", "names"].iter().any(|end| plain.ends_with(end)) && !OTHER_NAMES.contains(&plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_field_tells_its_credentials_from_what_only_speaks_of_them() {
        for key in [
            "password",
            "masterUserPassword",
            "secretAccessKey",
            "sessionToken",
            "client_secret",
            "x-api-key",
            "connectionString",
            "Authorization",
            "SecretString",
            "pwd",
            "tokenValue",
            "primaryKey",
            "userData",
            "secretKey",
            "passwordList",
        ] {
            let class = Keys::default().class(key);
            assert!(matches!(class, KeyClass::Secret | KeyClass::SecretTree), "{key}: {class:?}");
        }
        for key in [
            "accessKeyId",
            "secretArn",
            "passwordPolicy",
            "passwordResetRequired",
            "nextToken",
            "clientToken",
            "secretName",
            "tokenExpiration",
            "keyId",
            "SecretVersion",
            "passwordLastUsed",
            "uniqueTokenIdentifier",
            "tokenIssuerType",
            "authorizationInfo",
            "maxResults",
        ] {
            let class = Keys::default().class(key);
            assert!(!matches!(class, KeyClass::Secret | KeyClass::SecretTree), "{key}: {class:?}");
        }
    }

    #[test]
    fn the_word_that_ends_last_decides() {
        let mut names = vec!["".to_owned(), "é".to_owned(), "日本token日本".to_owned()];
        for one in SECRET_WORDS {
            names.extend(SECRET_WORDS.iter().map(|other| format!("x{one}id{other}é")));
            names.extend([one.to_string(), one[1..].to_owned(), format!("{}{one}s", &one[..2])]);
        }
        for name in names {
            let behind = SECRET_WORDS.iter().filter_map(|word| name.rfind(word).map(|at| &name[at + word.len()..]));
            assert_eq!(behind_last_word(&name), behind.min_by_key(|rest| rest.len()), "{name}");
        }
    }

    #[test]
    fn names_met_before_keep_their_class_whatever_shares_their_slot() {
        let mut keys = Keys::default();
        let names: Vec<String> =
            (0..5000).map(|i| format!("field{i}{}", if i % 2 == 0 { "Id" } else { "Password" })).collect();
        for name in names.iter().chain(&names) {
            let expected = if name.ends_with("Id") { KeyClass::Id } else { KeyClass::Secret };
            assert_eq!(keys.class(name), expected, "{name}");
        }
    }
}
