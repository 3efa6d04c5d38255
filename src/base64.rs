//! Base64, as Secrets carry their values.
//!
//! Models Go's `base64.StdEncoding`.

/// Bytes as base64, with padding.
pub fn encode(bytes: &[u8]) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let letter = |bits: u32| ALPHABET.get((bits & 63) as usize).copied().map_or('=', char::from);
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        text.push(letter(bits >> 18));
        text.push(letter(bits >> 12));
        text.push(if chunk.len() > 1 { letter(bits >> 6) } else { '=' });
        text.push(if chunk.len() > 2 { letter(bits) } else { '=' });
    }
    text
}

/// What was encoded, as text.
///
/// # Errors
/// Where it is no base64.
pub fn decode(text: &str) -> Result<String, usize> {
    let mut bytes = Vec::new();
    let (mut bits, mut count, mut padding) = (0_u32, 0_usize, 0_usize);
    for (at, byte) in text.bytes().enumerate() {
        let digit = match byte {
            b'\r' | b'\n' => continue,
            b'=' if count >= 2 && padding + count < 4 => {
                padding += 1;
                continue;
            }
            _ if padding > 0 => return Err(at),
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return Err(at),
        };
        bits = bits << 6 | u32::from(digit);
        count += 1;
        if count == 4 {
            bytes.extend(bits.to_be_bytes().into_iter().skip(1));
            (bits, count) = (0, 0);
        }
    }
    if count > 0 {
        if count + padding != 4 {
            return Err(text.len());
        }
        let missing = 4 - count;
        let whole = bits << (6 * missing);
        bytes.extend(whole.to_be_bytes().into_iter().skip(1).take(3 - missing));
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    #[test]
    fn short_ends_are_padded() {
        for (plain, encoded) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")]
        {
            assert_eq!(super::encode(plain.as_bytes()), encoded);
            assert_eq!(super::decode(encoded).as_deref(), Ok(plain));
        }
        assert_eq!(super::encode(&[0xfb, 0xff]), "+/8=");
        assert_eq!(super::decode("a b"), Err(1));
    }
}
