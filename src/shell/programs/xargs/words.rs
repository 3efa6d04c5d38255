//! The words of `xargs`' input: quotes and backslashes keep blanks in them.

/// The words of each line, or with `is_whole` each line as one word without the blanks before it.
///
/// A line that ends in a blank goes on with the next one, unless lines are taken as a whole.
///
/// # Errors
/// Which quote is not closed.
pub(super) fn parted(text: &str, is_whole: bool) -> Result<Vec<Vec<String>>, &'static str> {
    let (mut lines, mut line) = (Vec::new(), Vec::new());
    let mut word: Option<String> = None;
    let mut letters = text.chars();
    let mut last = '\n';
    while let Some(letter) = letters.next() {
        match letter {
            '\n' => {
                line.extend(word.take());
                if is_whole || !matches!(last, ' ' | '\t') {
                    lines.push(std::mem::take(&mut line));
                }
            }
            ' ' | '\t' if !is_whole => line.extend(word.take()),
            ' ' | '\t' => {
                if let Some(word) = &mut word {
                    word.push(letter);
                }
            }
            '\'' | '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match letters.next() {
                        Some(next) if next == letter => break,
                        None | Some('\n') => return Err(if letter == '"' { "double" } else { "single" }),
                        Some(next) => word.push(next),
                    }
                }
            }
            '\\' => word.get_or_insert_default().extend(letters.next()),
            letter => word.get_or_insert_default().push(letter),
        }
        last = letter;
    }
    line.extend(word);
    lines.push(line);
    Ok(lines)
}

/// A word as `-t` shows it: between quotes where a shell would not take it as it is.
pub(super) fn traced(word: &str) -> String {
    let is_plain = |letter: char| letter.is_alphanumeric() || "%+,-./:]_@".contains(letter);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    if word.contains('\'') && !word.contains(['"', '\\', '$', '`']) {
        return format!("\"{word}\"");
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::parted;

    #[test]
    fn words_are_parted() {
        for (text, is_whole, expected) in [
            ("a b\nc\n", false, vec![vec!["a", "b"], vec!["c"], vec![]]),
            ("a 'b c' d\n", false, vec![vec!["a", "b c", "d"], vec![]]),
            ("a\\ b \"\"", false, vec![vec!["a b", ""]]),
            ("a \nb\n", false, vec![vec!["a", "b"], vec![]]),
            ("  a  b\n'c'\n", true, vec![vec!["a  b"], vec!["c"], vec![]]),
        ] {
            let expected: Vec<Vec<String>> =
                expected.iter().map(|line| line.iter().map(|word| (*word).to_owned()).collect()).collect();
            assert_eq!(parted(text, is_whole), Ok(expected), "{text:?}");
        }
        assert_eq!(parted("it's\n", false), Err("single"));
    }
}
