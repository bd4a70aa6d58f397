//! Addresses of resources: `module.net["eu"].aws_subnet.a[0]`.

/// The parts of an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address<'a> {
    /// The module instance, with a trailing dot: `module.net["eu"].`; empty for the root.
    pub(crate) module: &'a str,
    /// `aws_subnet.a`.
    pub(crate) resource: &'a str,
    /// What stands in the last brackets, quotes included: `0`, `"eu"`.
    pub(crate) key: Option<&'a str>,
}

impl<'a> Address<'a> {
    /// Takes an address apart. Text that is not one comes back whole as `resource`.
    pub(crate) fn parse(text: &'a str) -> Address<'a> {
        let mut start = 0;
        while let Some(rest) = text[start..].strip_prefix("module.") {
            let Some(length) = step_length(rest) else { break };
            start += "module.".len() + length;
        }
        let (module, rest) = text.split_at(start);
        match rest.strip_suffix(']').and_then(|inner| inner.split_once('[')) {
            Some((resource, key)) => Address { module, resource, key: Some(key) },
            None => Address { module, resource: rest, key: None },
        }
    }

    /// The names of the module calls that lead to the module, and the key of the last one.
    pub(crate) fn calls(&self) -> (Vec<&'a str>, Option<&'a str>) {
        let (mut names, mut key) = (Vec::new(), None);
        let mut rest = self.module;
        while let Some(inner) = rest.strip_prefix("module.") {
            let Some(length) = step_length(inner) else { break };
            let step = inner[..length].trim_end_matches('.');
            match step.split_once('[') {
                Some((name, index)) => {
                    names.push(name);
                    key = index.strip_suffix(']');
                }
                None => {
                    names.push(step);
                    key = None;
                }
            }
            rest = &inner[length..];
        }
        (names, key)
    }
}

/// The length of `name.` or `name["key"].`, the dot included; dots inside quotes do not end it.
fn step_length(text: &str) -> Option<usize> {
    let (mut quoted, mut escaped) = (false, false);
    for (i, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'.' if !quoted => return Some(i + 1),
            _ => {}
        }
    }
    None
}

/// The module instance that a module instance was called from: `module.a["x"].module.b.` → `module.a["x"].`.
pub(crate) fn parent_module(module: &str) -> &str {
    let mut start = 0;
    let mut previous = 0;
    while let Some(rest) = module[start..].strip_prefix("module.") {
        let Some(length) = step_length(rest) else { break };
        previous = start;
        start += "module.".len() + length;
    }
    &module[..previous]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_comes_apart_even_with_dots_and_brackets_in_keys() {
        let address = Address::parse(r#"module.a["x.y"].module.b[2].aws_s3_bucket.c["d.e[0]"]"#);
        assert_eq!(address.module, r#"module.a["x.y"].module.b[2]."#);
        assert_eq!(address.resource, "aws_s3_bucket.c");
        assert_eq!(address.key, Some(r#""d.e[0]""#));
        assert_eq!(address.calls(), (vec!["a", "b"], Some("2")));
        assert_eq!(parent_module(address.module), r#"module.a["x.y"]."#);
        assert_eq!(parent_module("module.a."), "");
        let plain = Address::parse("aws_s3_bucket.c");
        assert_eq!((plain.module, plain.resource, plain.key), ("", "aws_s3_bucket.c", None));
    }
}
