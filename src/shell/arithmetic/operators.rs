//! What the operators of an expression make of whole numbers, which wrap round as in C.

/// A number behind its signs, the innermost last.
pub(super) fn signed(number: i64, signs: &[&str]) -> i64 {
    signs.iter().rev().fold(number, |number, sign| match *sign {
        "-" => number.wrapping_neg(),
        "!" => i64::from(number == 0),
        "~" => !number,
        _ => number,
    })
}

/// What an operator makes of its two sides.
///
/// # Errors
/// What bash says after the expression.
pub(super) fn apply(operator: &str, left: i64, right: i64) -> Result<i64, String> {
    let shift = u32::try_from(right.rem_euclid(64)).unwrap_or_default();
    Ok(match operator {
        "||" => i64::from(left != 0 || right != 0),
        "&&" => i64::from(left != 0 && right != 0),
        "|" => left | right,
        "^" => left ^ right,
        "&" => left & right,
        "==" => i64::from(left == right),
        "!=" => i64::from(left != right),
        "<=" => i64::from(left <= right),
        ">=" => i64::from(left >= right),
        "<" => i64::from(left < right),
        ">" => i64::from(left > right),
        "<<" => left.wrapping_shl(shift),
        ">>" => left.wrapping_shr(shift),
        "+" => left.wrapping_add(right),
        "-" => left.wrapping_sub(right),
        "*" => left.wrapping_mul(right),
        "**" if right < 0 => return Err(format!("exponent less than 0 (error token is \"{}\")", -right)),
        "**" => power(left, right.unsigned_abs()),
        _ if right == 0 => return Err("division by 0 (error token is \"0\")".to_owned()),
        "/" => left.wrapping_div(right),
        _ => left.wrapping_rem(right),
    })
}

fn power(mut base: i64, mut exponent: u64) -> i64 {
    let mut result = 1_i64;
    while exponent > 0 {
        if exponent % 2 == 1 {
            result = result.wrapping_mul(base);
        }
        base = base.wrapping_mul(base);
        exponent /= 2;
    }
    result
}
