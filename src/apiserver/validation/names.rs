//! The shapes of names, labels and other small texts.
//!
//! Models staging/src/k8s.io/apimachinery/pkg/util/validation/validation.go and pkg/api/validate/content,
//! Kubernetes v1.36: each function returns what is wrong, nothing when the text is valid.

const LABEL_FORMAT: &str = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";

/// `… (e.g. 'a',  or 'b', regex used for validation is '…')`
fn regex_error(message: &str, format: &str, examples: &[&str]) -> String {
    let listed: Vec<String> = examples.iter().map(|example| format!("'{example}', ")).collect();
    let listed = if listed.is_empty() { String::new() } else { format!("e.g. {}", listed.join(" or ")) };
    format!("{message} ({listed}regex used for validation is '{format}')")
}

fn max_characters(text: &str, max: usize) -> Option<String> {
    (text.len() > max).then(|| format!("must be no more than {max} characters"))
}

fn max_bytes(text: &str, max: usize) -> Option<String> {
    (text.len() > max).then(|| format!("must be no more than {max} bytes"))
}

fn is_lower_alphanumeric(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

/// Whether all bytes are of a class and those at the ends are of another.
fn is_bounded(text: &str, inner: impl Fn(u8) -> bool, end: impl Fn(u8) -> bool) -> bool {
    let bytes = text.as_bytes();
    bytes.first().is_some_and(|first| end(*first))
        && bytes.last().is_some_and(|last| end(*last))
        && bytes.iter().all(|byte| inner(*byte))
}

fn is_label_shaped(text: &str) -> bool {
    is_bounded(text, |byte| byte == b'-' || is_lower_alphanumeric(byte), is_lower_alphanumeric)
}

fn is_subdomain_shaped(text: &str) -> bool {
    text.split('.').all(is_label_shaped)
}

/// `IsDNS1123Label`
pub(super) fn dns_label(text: &str) -> Vec<String> {
    let mut errors: Vec<String> = max_characters(text, 63).into_iter().collect();
    if !is_label_shaped(text) {
        errors.push(if is_subdomain_shaped(text) {
            "must not contain dots".to_owned()
        } else {
            regex_error(
                "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', \
                 and must start and end with an alphanumeric character",
                LABEL_FORMAT,
                &["my-name", "123-abc"],
            )
        });
    }
    errors
}

fn subdomain_error() -> String {
    regex_error(
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', \
         and must start and end with an alphanumeric character",
        &format!("{LABEL_FORMAT}(\\.{LABEL_FORMAT})*"),
        &["example.com"],
    )
}

/// `IsDNS1123Subdomain`
pub(super) fn dns_subdomain(text: &str) -> Vec<String> {
    let mut errors: Vec<String> = max_characters(text, 253).into_iter().collect();
    if !is_subdomain_shaped(text) {
        errors.push(subdomain_error());
    }
    errors
}

/// `IsDNS1123SubdomainWithUnderscore`
pub(super) fn search_domain(text: &str) -> Vec<String> {
    const LABEL: &str = "_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?";
    let mut errors: Vec<String> = max_characters(text, 253).into_iter().collect();
    let is_inner = |byte| matches!(byte, b'-' | b'_') || is_lower_alphanumeric(byte);
    let is_label =
        |label: &str| is_bounded(label.strip_prefix('_').unwrap_or(label), is_inner, is_lower_alphanumeric);
    if !text.split('.').all(is_label) {
        errors.push(regex_error(
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', \
             and must start and end with an alphanumeric character",
            &format!("{LABEL}(\\.{LABEL})*"),
            &["example.com"],
        ));
    }
    errors
}

/// `IsValidSysctlName`
pub(super) fn sysctl(text: &str) -> Option<String> {
    const SEGMENT: &str = "[a-z0-9]([-_a-z0-9]*[a-z0-9])?";
    let is_inner = |byte| matches!(byte, b'-' | b'_') || is_lower_alphanumeric(byte);
    let is_valid = text.len() <= 253
        && text.split(['.', '/']).all(|segment| is_bounded(segment, is_inner, is_lower_alphanumeric));
    (!is_valid)
        .then(|| format!("must have at most 253 characters and match regex ^({SEGMENT}[\\./])*{SEGMENT}$"))
}

/// A name's prefix may end in a dash, which what is generated comes after.
pub(super) fn mask_trailing_dash(prefix: &str) -> String {
    match prefix.strip_suffix('-') {
        Some(rest) if !rest.is_empty() => {
            let mut masked = rest.to_owned();
            masked.pop();
            masked.push('a');
            masked
        }
        _ => prefix.to_owned(),
    }
}

const KEY_MESSAGE: &str = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const KEY_FORMAT: &str = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";

fn is_key_shaped(text: &str) -> bool {
    is_bounded(
        text,
        |byte| matches!(byte, b'-' | b'_' | b'.') || byte.is_ascii_alphanumeric(),
        |byte| byte.is_ascii_alphanumeric(),
    )
}

/// `IsQualifiedName`, `IsLabelKey`
pub(super) fn qualified_name(text: &str) -> Vec<String> {
    let key_error = || regex_error(KEY_MESSAGE, KEY_FORMAT, &["MyName", "my.name", "123-abc"]);
    let mut errors = Vec::new();
    let mut parts = text.split('/');
    let name = match (parts.next(), parts.next(), parts.next()) {
        (Some(name), None, _) => name,
        (Some(prefix), Some(name), None) => {
            if prefix.is_empty() {
                errors.push("prefix part must be non-empty".to_owned());
            } else {
                let too_long = max_bytes(prefix, 253).into_iter();
                let bad = (!is_subdomain_shaped(prefix)).then(subdomain_error);
                errors.extend(too_long.chain(bad).map(|error| format!("prefix part {error}")));
            }
            name
        }
        _ => {
            return vec![format!(
                "a valid label key {} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')",
                key_error()
            )];
        }
    };
    if name.is_empty() {
        errors.push("name part must be non-empty".to_owned());
    }
    errors.extend(max_bytes(name, 63).map(|error| format!("name part {error}")));
    if !is_key_shaped(name) {
        errors.push(format!("name part {}", key_error()));
    }
    errors
}

/// `IsValidLabelValue`
pub(super) fn label_value(text: &str) -> Vec<String> {
    let mut errors: Vec<String> = max_bytes(text, 63).into_iter().collect();
    if !text.is_empty() && !is_key_shaped(text) {
        errors.push(regex_error(
            &format!(
                "a valid label must be an empty string or consist of {}",
                KEY_MESSAGE.trim_start_matches("must consist of ")
            ),
            &format!("({KEY_FORMAT})?"),
            &["MyValue", "my_value", "12345"],
        ));
    }
    errors
}

/// `IsValidPortNum`
pub(super) fn port_number(port: i64) -> Option<&'static str> {
    (!(1..=65_535).contains(&port)).then_some("must be between 1 and 65535, inclusive")
}

/// `IsValidPortName`
pub(super) fn port_name(text: &str) -> Vec<String> {
    let mut errors: Vec<String> = max_characters(text, 15).into_iter().collect();
    let mut check = |valid: bool, error: &str| {
        if !valid {
            errors.push(error.to_owned());
        }
    };
    check(
        !text.is_empty() && text.bytes().all(|byte| byte == b'-' || is_lower_alphanumeric(byte)),
        "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)",
    );
    check(text.bytes().any(|byte| byte.is_ascii_lowercase()), "must contain at least one letter (a-z)");
    check(!text.contains("--"), "must not contain consecutive hyphens");
    check(!text.starts_with('-') && !text.ends_with('-'), "must not begin or end with a hyphen");
    errors
}

/// `IsValidPercent`
pub(super) fn percent(text: &str) -> Option<String> {
    let digits = text.strip_suffix('%').unwrap_or_default();
    let valid = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    (!valid).then(|| {
        regex_error(
            "a valid percent string must be a numeric string followed by an ending '%'",
            "[0-9]+%",
            &["1%", "93%"],
        )
    })
}

/// `isValidConditionReason`
pub(super) fn condition_reason(text: &str) -> Option<String> {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let bytes = text.as_bytes();
    let valid = bytes.first().is_some_and(u8::is_ascii_alphabetic)
        && bytes.last().is_some_and(|byte| is_word(*byte))
        && bytes.iter().all(|byte| is_word(*byte) || matches!(byte, b',' | b':'));
    (!valid).then(|| {
        regex_error(
            "a condition reason must start with alphabetic character, optionally followed by a string of \
             alphanumeric characters or '_,:', and must end with an alphanumeric character or '_'",
            "[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?",
            &["my_name", "MY_NAME", "MyName", "ReasonA,ReasonB", "ReasonA:ReasonB"],
        )
    })
}

/// `IsHTTPHeaderName`
pub(super) fn http_header(text: &str) -> Option<String> {
    let valid = !text.is_empty() && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_alphanumeric());
    (!valid).then(|| {
        regex_error(
            "a valid HTTP header must consist of alphanumeric characters or '-'",
            "[-A-Za-z0-9]+",
            &["X-Header-Name"],
        )
    })
}

/// `IsRelaxedEnvVarName`
pub(super) fn environment_variable(text: &str) -> Option<String> {
    let valid = text.chars().all(|c| matches!(c, ' '..='~') && c != '=');
    (!valid).then(|| {
        "a valid environment variable name must consist only of printable ASCII characters other than '='"
            .to_owned()
    })
}

/// `IsConfigMapKey`
pub(super) fn config_map_key(text: &str) -> Vec<String> {
    let mut errors: Vec<String> = max_characters(text, 253).into_iter().collect();
    let valid = !text.is_empty()
        && text.bytes().all(|byte| matches!(byte, b'-' | b'.' | b'_') || byte.is_ascii_alphanumeric());
    if !valid {
        errors.push(regex_error(
            "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
            "[-._a-zA-Z0-9]+",
            &["key.name", "KEY_NAME", "key-name"],
        ));
    }
    match text {
        "." => errors.push("must not be '.'".to_owned()),
        ".." => errors.push("must not be '..'".to_owned()),
        text if text.starts_with("..") => errors.push("must not start with '..'".to_owned()),
        _ => {}
    }
    errors
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_judged_as_upstream_does() {
        let long = "a".repeat(64);
        let table = [
            (dns_label("a.b"), "must not contain dots"),
            (dns_label(&long), "must be no more than 63 characters"),
            (dns_label("a-1"), ""),
            (
                dns_label("Web_1"),
                "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
            ),
            (
                dns_subdomain("-"),
                "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
            ),
            (
                qualified_name("bad key"),
                "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
            ),
            (
                label_value("b!"),
                "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
            ),
            (label_value(&long), "must be no more than 63 bytes"),
            (port_name("-"), "must contain at least one letter (a-z) | must not begin or end with a hyphen"),
        ];
        for (errors, expected) in table {
            assert_eq!(errors.join(" | "), expected);
        }
        assert_eq!(mask_trailing_dash("web-"), "wea");
    }
}
