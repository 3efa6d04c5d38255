//! Numbers as the text tools read and print them.

/// The number that a text begins with, as C reads it: with an exponent.
pub(super) fn number(text: &str) -> f64 {
    let text = text.trim_start();
    let plain = digits(text, true);
    let end = text.get(plain..).and_then(|rest| {
        let power = rest.strip_prefix(['e', 'E'])?;
        let length = digits(power, false);
        power.get(..length)?.ends_with(|last: char| last.is_ascii_digit()).then_some(plain + 1 + length)
    });
    text.get(..end.unwrap_or(plain)).and_then(|digits| digits.parse().ok()).unwrap_or(0.0)
}

/// The number that a text begins with, without an exponent, and what comes after it.
pub(super) fn decimal(text: &str) -> (f64, &str) {
    let text = text.trim_start();
    let (digits, rest) = text.split_at(digits(text, true));
    (digits.parse().unwrap_or(0.0), rest)
}

/// How far a text is a sign and digits, perhaps with a point.
fn digits(text: &str, mut may_have_point: bool) -> usize {
    let mut end = 0;
    for (at, letter) in text.char_indices() {
        match letter {
            '0'..='9' => {}
            '-' | '+' if at == 0 => {}
            '.' if may_have_point => may_have_point = false,
            _ => break,
        }
        end = at + 1;
    }
    end
}

/// A number as awk prints it: whole, or with six digits that count.
pub(super) fn short(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 1e16 { format!("{number:.0}") } else { general(number, 6) }
}

/// `%e`: one digit before the point, and an exponent of two digits or more.
pub(super) fn exponential(number: f64, precision: usize) -> String {
    let text = format!("{number:.precision$e}");
    match text.split_once('e') {
        Some((digits, power)) => {
            let (sign, power) = power.strip_prefix('-').map_or(('+', power), |power| ('-', power));
            format!("{digits}e{sign}{power:0>2}")
        }
        None => text,
    }
}

/// `%g`: so many digits that count, with an exponent where that is shorter.
pub(super) fn general(number: f64, precision: usize) -> String {
    let precision = precision.max(1);
    let text = exponential(number, precision - 1);
    let Some((digits, power)) = text.split_once('e') else { return text };
    let power: i32 = power.parse().unwrap_or_default();
    let trim = |text: &str| {
        let ends = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text };
        ends.to_owned()
    };
    let most = i32::try_from(precision).unwrap_or(i32::MAX);
    if power < -4 || power >= most {
        let sign = if power < 0 { '-' } else { '+' };
        return format!("{}e{sign}{:02}", trim(digits), power.unsigned_abs());
    }
    let places = usize::try_from(most - 1 - power).unwrap_or_default();
    trim(&format!("{number:.places$}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_and_printed_as_in_c() {
        assert_eq!([3.0, 0.1 + 0.2, 1e6 / 3.0, 1.25e-7].map(short), ["3", "0.3", "333333", "1.25e-07"]);
        let read = ["12abc", " -1.5x", "x", "1e3", "2E-1", "1e", "1e+x", ".5", "é"];
        let expected = ["12", "-1.5", "0", "1000", "0.2", "1", "1", "0.5", "0"];
        assert_eq!(read.map(|text| short(number(text))), expected);
        assert_eq!(decimal("1e3"), (1.0, "e3"));
        assert_eq!(exponential(0.0, 2), "0.00e+00");
        let numbers = [(1e10, 6), (100_000.0, 6), (1_234_567.0, 6), (0.0001, 6), (0.000_01, 6), (1.5, 1)];
        assert_eq!(
            numbers.map(|(number, precision)| general(number, precision)),
            ["1e+10", "100000", "1.23457e+06", "0.0001", "1e-05", "2"]
        );
    }
}
