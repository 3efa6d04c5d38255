//! The suffix of a generated name: a digest of what the object holds.
//!
//! Models sigs.k8s.io/kustomize/api/hasher/hasher.go, v0.21: SHA-256 over kind, type and data as JSON;
//! ten hexadecimal digits, of which five are replaced so that no words come about.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::kubectl::objects::{set_at, text_at};

/// What kubectl appends to a name for `--append-hash` (kubectl/pkg/util/hash): there the name counts.
pub fn append_hash(object: &mut Value) {
    let name = text_at(object, &["metadata", "name"]).to_owned();
    let kind = text_at(object, &["kind"]);
    let data = object.get("data").cloned().unwrap_or_else(|| json!({}));
    let mut hashed = json!({ "kind": kind, "name": name, "data": data });
    if let (Value::Object(fields), "Secret") = (&mut hashed, kind) {
        fields.insert("type".to_owned(), text_at(object, &["type"]).into());
    }
    set_at(object, &["metadata", "name"], format!("{name}-{}", digits(&hashed)).into());
}

/// The suffix for an object.
pub(super) fn suffix(object: &Value) -> String {
    let or_empty = |field: &str| object.get(field).cloned().unwrap_or_else(|| "".into());
    let kind = text_at(object, &["kind"]);
    // Upstream looks the name up where it never is, so it does not count.
    let mut hashed = json!({ "kind": kind, "name": "", "data": or_empty("data") });
    if let Value::Object(fields) = &mut hashed {
        if kind == "Secret" {
            fields.insert("type".to_owned(), or_empty("type"));
        }
        for field in ["binaryData", "stringData"] {
            if let Some(Value::Object(data)) = object.get(field) {
                fields.insert(field.to_owned(), Value::Object(data.clone()));
            }
        }
    }
    digits(&hashed)
}

/// The first digits of a value's digest.
fn digits(hashed: &Value) -> String {
    let digest = sha256(go_json(hashed).as_bytes());
    let replaced = |digit: char| match digit {
        '0' => 'g',
        '1' => 'h',
        '3' => 'k',
        'a' => 'm',
        'e' => 't',
        other => other,
    };
    digest.chars().take(10).map(replaced).collect()
}

/// As Go writes JSON: keys in order, and what HTML could take for a tag escaped.
fn go_json(value: &Value) -> String {
    let mut text = String::new();
    write_json(value, &mut text);
    text
}

fn write_json(value: &Value, text: &mut String) {
    let quoted = |value: &Value| {
        let mut text = value.to_string();
        for (letter, escaped) in [
            ('<', "\\u003c"),
            ('>', "\\u003e"),
            ('&', "\\u0026"),
            ('\u{2028}', "\\u2028"),
            ('\u{2029}', "\\u2029"),
        ] {
            text = text.replace(letter, escaped);
        }
        text
    };
    let Value::Object(fields) = value else {
        text.push_str(&quoted(value));
        return;
    };
    let mut keys: Vec<&String> = fields.keys().collect();
    crate::collections::sort(&mut keys);
    text.push('{');
    for (place, key) in keys.into_iter().enumerate() {
        if place > 0 {
            text.push(',');
        }
        text.push_str(&quoted(&Value::String(key.clone())));
        text.push(':');
        write_json(fields.get(key).unwrap_or(&Value::Null), text);
    }
    text.push('}');
}

/// The first 32 bits of the fractional parts of the cube roots of the first 64 primes (FIPS 180-4).
const ROUNDS: [u32; 64] = [
    0x428a_2f98,
    0x7137_4491,
    0xb5c0_fbcf,
    0xe9b5_dba5,
    0x3956_c25b,
    0x59f1_11f1,
    0x923f_82a4,
    0xab1c_5ed5,
    0xd807_aa98,
    0x1283_5b01,
    0x2431_85be,
    0x550c_7dc3,
    0x72be_5d74,
    0x80de_b1fe,
    0x9bdc_06a7,
    0xc19b_f174,
    0xe49b_69c1,
    0xefbe_4786,
    0x0fc1_9dc6,
    0x240c_a1cc,
    0x2de9_2c6f,
    0x4a74_84aa,
    0x5cb0_a9dc,
    0x76f9_88da,
    0x983e_5152,
    0xa831_c66d,
    0xb003_27c8,
    0xbf59_7fc7,
    0xc6e0_0bf3,
    0xd5a7_9147,
    0x06ca_6351,
    0x1429_2967,
    0x27b7_0a85,
    0x2e1b_2138,
    0x4d2c_6dfc,
    0x5338_0d13,
    0x650a_7354,
    0x766a_0abb,
    0x81c2_c92e,
    0x9272_2c85,
    0xa2bf_e8a1,
    0xa81a_664b,
    0xc24b_8b70,
    0xc76c_51a3,
    0xd192_e819,
    0xd699_0624,
    0xf40e_3585,
    0x106a_a070,
    0x19a4_c116,
    0x1e37_6c08,
    0x2748_774c,
    0x34b0_bcb5,
    0x391c_0cb3,
    0x4ed8_aa4a,
    0x5b9c_ca4f,
    0x682e_6ff3,
    0x748f_82ee,
    0x78a5_636f,
    0x84c8_7814,
    0x8cc7_0208,
    0x90be_fffa,
    0xa450_6ceb,
    0xbef9_a3f7,
    0xc671_78f2,
];
const START: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// SHA-256 in hexadecimal digits.
fn sha256(message: &[u8]) -> String {
    let mut padded = message.to_vec();
    padded.push(0x80);
    while padded.len() % 64 != 56 {
        padded.push(0);
    }
    padded.extend((message.len() as u64 * 8).to_be_bytes());
    let mut state = START;
    for block in padded.chunks(64) {
        let mut words: Vec<u32> = block
            .chunks(4)
            .map(|four| four.iter().fold(0, |word, byte| word << 8 | u32::from(*byte)))
            .collect();
        let at = |words: &[u32], place: usize| words.get(place).copied().unwrap_or_default();
        for place in 16..64 {
            let (near, far) = (at(&words, place - 15), at(&words, place - 2));
            let near = near.rotate_right(7) ^ near.rotate_right(18) ^ (near >> 3);
            let far = far.rotate_right(17) ^ far.rotate_right(19) ^ (far >> 10);
            let sum = at(&words, place - 16).wrapping_add(near).wrapping_add(at(&words, place - 7));
            words.push(sum.wrapping_add(far));
        }
        let mut turned = state;
        for (word, round) in words.into_iter().zip(ROUNDS) {
            turn(&mut turned, word.wrapping_add(round));
        }
        for (kept, new) in state.iter_mut().zip(turned) {
            *kept = kept.wrapping_add(new);
        }
    }
    let mut text = String::new();
    for word in state {
        if write!(text, "{word:08x}").is_err() {
            break;
        }
    }
    text
}

/// One round.
#[expect(clippy::many_single_char_names, reason = "the standard's names")]
fn turn(state: &mut [u32; 8], word: u32) {
    let [a, b, c, d, e, f, g, h] = *state;
    let mixed = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25);
    let chosen = (e & f) ^ (!e & g);
    let first = h.wrapping_add(mixed).wrapping_add(chosen).wrapping_add(word);
    let mixed = a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22);
    let most = (a & b) ^ (a & c) ^ (b & c);
    *state = [first.wrapping_add(mixed).wrapping_add(most), a, b, c, d.wrapping_add(first), e, f, g];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_that_of_the_standard() {
        let cases = [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
            ),
        ];
        for (message, expected) in cases {
            assert_eq!(sha256(message.as_bytes()), expected, "{message}");
        }
    }

    #[test]
    fn a_secret_gets_the_suffix_that_kustomize_gives_it() {
        let data = json!({ "password": "WU9VUl9QQVNTV09SRA==" });
        let secret =
            json!({ "kind": "Secret", "type": "Opaque", "metadata": { "name": "mysql-pass" }, "data": data });
        assert_eq!(suffix(&secret), "5m26tmdb5k");
        assert_eq!(
            go_json(&json!({ "b": "<&>", "a": { "c": "" } })),
            r#"{"a":{"c":""},"b":"\u003c\u0026\u003e"}"#
        );
    }
}
