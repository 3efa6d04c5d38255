//! Texts within scripts of sed: letters that cannot be typed, what takes the place of a find, and `l`.

use crate::shell::escapes;
use crate::shell::programs::substitute::{Case, Piece};

/// The letter that `\n`, `\x41` and their like stand for, with how many letters they take.
fn control(letters: &[char]) -> Option<(char, usize)> {
    let code = |radix: u32, from: usize, most: usize| {
        let digits = letters.get(from..).unwrap_or_default().iter().take(most);
        let digits: Vec<u32> = digits.map_while(|letter| letter.to_digit(radix)).collect();
        let code = digits.iter().fold(0, |code, digit| code * radix + digit);
        let letter = char::from_u32(code).filter(|_| !digits.is_empty());
        letter.map(|letter| (letter, from + digits.len()))
    };
    let first = *letters.first()?;
    if let Some(control) = escapes::control(first) {
        return Some((control, 1));
    }
    Some(match first {
        'x' => code(16, 1, 2)?,
        'o' => code(8, 1, 3)?,
        'd' => code(10, 1, 3)?,
        _ => return None,
    })
}

/// A pattern in which letters that cannot be typed stand for themselves.
pub(super) fn controls(pattern: &str) -> String {
    let letters: Vec<char> = pattern.chars().collect();
    let mut text = String::new();
    let mut at = 0;
    while let Some(letter) = letters.get(at) {
        at += 1;
        if *letter != '\\' {
            text.push(*letter);
            continue;
        }
        let rest = letters.get(at..).unwrap_or_default();
        if let Some((control, length)) = control(rest) {
            // A code is that letter and no operator.
            if control.is_ascii_punctuation() {
                text.push('\\');
            }
            text.push(control);
            at += length;
        } else {
            text.push('\\');
            text.extend(rest.first());
            at += 1;
        }
    }
    text
}

/// What takes the place of a find.
pub(super) fn pieces(with: &str) -> Vec<Piece> {
    let letters: Vec<char> = with.chars().collect();
    let mut pieces = Vec::new();
    let mut text = String::new();
    let mut at = 0;
    while let Some(letter) = letters.get(at) {
        at += 1;
        let piece = match letter {
            '&' => Piece::Group(0),
            '\\' => {
                let rest = letters.get(at..).unwrap_or_default();
                if let Some((control, length)) = control(rest) {
                    text.push(control);
                    at += length;
                    continue;
                }
                at += 1;
                match rest.first() {
                    Some('U') => Piece::Case(Case::Upper),
                    Some('L') => Piece::Case(Case::Lower),
                    Some('u') => Piece::Case(Case::UpperNext),
                    Some('l') => Piece::Case(Case::LowerNext),
                    Some('E') => Piece::Case(Case::AsIs),
                    Some(digit @ '0'..='9') => {
                        let number = digit.to_digit(10).and_then(|digit| usize::try_from(digit).ok());
                        Piece::Group(number.unwrap_or_default())
                    }
                    letter => {
                        text.extend(letter);
                        continue;
                    }
                }
            }
            letter => {
                text.push(*letter);
                continue;
            }
        };
        if !text.is_empty() {
            pieces.push(Piece::Text(std::mem::take(&mut text)));
        }
        pieces.push(piece);
    }
    if !text.is_empty() {
        pieces.push(Piece::Text(text));
    }
    pieces
}

/// The text of `a`, `i` and `c` up to a line end without a backslash, and how many letters it takes.
pub(super) fn appended(letters: &[char]) -> (String, usize) {
    let mut text = String::new();
    let mut at = 0;
    while let Some(letter) = letters.get(at) {
        at += 1;
        match letter {
            '\n' => break,
            '\\' => {
                let rest = letters.get(at..).unwrap_or_default();
                let control = control(rest);
                text.extend(control.map(|(control, _)| control).or(rest.first().copied()));
                at += control.map_or(1, |(_, length)| length);
            }
            letter => text.push(*letter),
        }
    }
    (text + "\n", at)
}

/// A line as `l` shows it, in lines of a width; 0 and 1 mean one line.
pub(super) fn listed(line: &str, width: usize) -> String {
    let mut shown = String::new();
    let mut column = 0;
    for byte in line.bytes() {
        let piece = match byte {
            b'\\' => "\\\\".to_owned(),
            7 => "\\a".to_owned(),
            8 => "\\b".to_owned(),
            9 => "\\t".to_owned(),
            10 => "\\n".to_owned(),
            11 => "\\v".to_owned(),
            12 => "\\f".to_owned(),
            13 => "\\r".to_owned(),
            b' '..=b'~' => char::from(byte).to_string(),
            _ => format!("\\{byte:03o}"),
        };
        if width > 1 && column + piece.len() > width - 1 {
            shown.push_str("\\\n");
            column = 0;
        }
        column += piece.len();
        shown.push_str(&piece);
    }
    shown + "$\n"
}
