//! What a label's key and value and an environment variable's name may look like.
//!
//! Models `IsQualifiedName`, `IsValidLabelValue` and `IsEnvVarName`,
//! staging/src/k8s.io/apimachinery/pkg/util/validation/validation.go, Kubernetes v1.36, with its words. Left
//! out: nothing.

const NAME_RULE: &str = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an \
     alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is \
     '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const VALUE_RULE: &str = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or \
     '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex \
     used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const PREFIX_RULE: &str = "prefix part a lowercase RFC 1123 subdomain must consist of lower case alphanumeric \
     characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used \
     for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

const ENV_RULE: &str = "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or \
     '.', and must not start with a digit (e.g. 'my.env-name',  or 'MY_ENV.NAME',  or 'MyEnvName1', regex used for \
     validation is '[-._a-zA-Z][-._a-zA-Z0-9]*')";

/// What is wrong with a label's key; empty when nothing is.
pub fn label_key_errors(key: &str) -> Vec<String> {
    let mut errors = Vec::new();
    let parts: Vec<&str> = key.split('/').collect();
    let name = match parts.as_slice() {
        [name] => *name,
        [prefix, name] => {
            if prefix.is_empty() {
                errors.push("prefix part must be non-empty".to_owned());
            } else if !is_subdomain(prefix) {
                errors.push(PREFIX_RULE.to_owned());
            }
            *name
        }
        _ => {
            let rule = NAME_RULE.strip_prefix("must").unwrap_or(NAME_RULE);
            return vec![format!(
                "a qualified name must{} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",
                rule
            )];
        }
    };
    if name.is_empty() {
        errors.push("name part must be non-empty".to_owned());
    } else if name.len() > 63 {
        errors.push("name part must be no more than 63 characters".to_owned());
    }
    if !is_name(name) {
        errors.push(format!("name part {NAME_RULE}"));
    }
    errors
}

/// What is wrong with a label's value; empty when nothing is.
pub fn label_value_errors(value: &str) -> Vec<String> {
    let mut errors = Vec::new();
    if value.len() > 63 {
        errors.push("must be no more than 63 characters".to_owned());
    }
    if !value.is_empty() && !is_name(value) {
        errors.push(VALUE_RULE.to_owned());
    }
    errors
}

/// What is wrong with an environment variable's name; empty when nothing is.
pub fn env_name_errors(name: &str) -> Vec<String> {
    let is_valid = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let mut errors = Vec::new();
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) || !name.chars().all(is_valid) {
        errors.push(ENV_RULE.to_owned());
    }
    match name {
        "." => errors.push("must not be '.'".to_owned()),
        ".." => errors.push("must not be '..'".to_owned()),
        _ if name.starts_with("..") => errors.push("must not start with '..'".to_owned()),
        _ => {}
    }
    errors
}

fn is_name(text: &str) -> bool {
    let ends = |letter: Option<char>| letter.is_some_and(|c| c.is_ascii_alphanumeric());
    ends(text.chars().next())
        && ends(text.chars().next_back())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

/// Whether a text is a lowercase RFC 1123 subdomain.
pub fn is_subdomain(text: &str) -> bool {
    let edge = |letter: Option<char>| letter.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    text.len() <= 253
        && text.split('.').all(|part| {
            edge(part.chars().next())
                && edge(part.chars().next_back())
                && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        })
}

#[cfg(test)]
mod tests {
    use super::{env_name_errors, label_key_errors, label_value_errors};

    #[test]
    fn labels_are_checked_as_upstream() {
        for key in ["a", "A.b_c-1", "example.com/a", "k8s.io/x"] {
            assert!(label_key_errors(key).is_empty(), "{key}");
        }
        for (key, part) in [
            ("bad key", "name part must consist of"),
            ("", "name part must be non-empty"),
            ("/a", "prefix part must be non-empty"),
            ("A/b", "prefix part a lowercase RFC 1123 subdomain"),
            ("a/b/c", "a qualified name must consist of"),
            ("é", "name part must consist of"),
        ] {
            assert!(label_key_errors(key).iter().any(|why| why.starts_with(part)), "{key}");
        }
        assert!(label_value_errors("").is_empty() && label_value_errors("a_b.C").is_empty());
        assert!(env_name_errors("_A.b-1").is_empty() && !env_name_errors("1A").is_empty());
        assert_eq!(env_name_errors("..a"), ["must not start with '..'"]);
        assert!(!label_value_errors("-a").is_empty() && !label_value_errors(&"a".repeat(64)).is_empty());
    }
}
