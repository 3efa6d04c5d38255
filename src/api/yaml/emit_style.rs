//! Chooses between plain, quoted and block text when YAML is printed.
//!
//! Models `yaml_emitter_analyze_scalar` and `yaml_emitter_select_scalar_style`, go.yaml.in/yaml/v2
//! emitterc.go. Left out: text inside flow collections, which are only printed empty.

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    Literal,
}

/// Which styles a text allows.
#[expect(clippy::struct_excessive_bools, reason = "each is one of upstream's answers about a text")]
struct Allowed {
    plain: bool,
    single_quoted: bool,
    block: bool,
    multiline: bool,
}

/// The style nearest to the wish that keeps the text what it is.
pub(super) fn choose_style(text: &str, wish: Style, simple_key: bool) -> Style {
    let allowed = analyze(text);
    let mut style = wish;
    if simple_key && allowed.multiline {
        style = Style::DoubleQuoted;
    }
    if style == Style::Plain && (!allowed.plain || text.is_empty() && simple_key) {
        style = Style::SingleQuoted;
    }
    if style == Style::SingleQuoted && !allowed.single_quoted
        || style == Style::Literal && (!allowed.block || simple_key)
    {
        style = Style::DoubleQuoted;
    }
    style
}

fn analyze(text: &str) -> Allowed {
    if text.is_empty() {
        return Allowed { plain: true, single_quoted: true, block: false, multiline: false };
    }
    let letters: Vec<char> = text.chars().collect();
    let mut special = false;
    let (mut line_breaks, mut break_space, mut space_break) = (false, false, false);
    let (mut previous_space, mut previous_break) = (false, false);
    for letter in &letters {
        special |= !is_printable(*letter);
        let (space, line_break) = (*letter == ' ', is_break(*letter));
        break_space |= space && previous_break;
        space_break |= line_break && previous_space;
        line_breaks |= line_break;
        (previous_space, previous_break) = (space, line_break);
    }
    let leading = letters.first().is_some_and(|letter| *letter == ' ' || is_break(*letter));
    let trailing = previous_space || previous_break;
    Allowed {
        plain: !(leading
            || trailing
            || break_space
            || space_break
            || special
            || line_breaks
            || has_block_indicators(&letters)),
        single_quoted: !(break_space || space_break || special),
        block: !(previous_space || space_break || special),
        multiline: line_breaks,
    }
}

/// Tells whether unquoted text would be taken for something else.
fn has_block_indicators(letters: &[char]) -> bool {
    if matches!(letters, ['-', '-', '-', ..] | ['.', '.', '.', ..]) {
        return true;
    }
    let mut preceded_by_blank = true;
    for (index, letter) in letters.iter().enumerate() {
        let followed_by_blank = letters.get(index + 1).is_none_or(|next| matches!(next, ' ' | '\t'));
        let indicator = match letter {
            '#' if index > 0 => preceded_by_blank,
            ':' => followed_by_blank,
            '?' | '-' => index == 0 && followed_by_blank,
            '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@'
            | '`' => index == 0,
            _ => false,
        };
        if indicator {
            return true;
        }
        preceded_by_blank = matches!(letter, ' ' | '\t' | '\0') || is_break(*letter);
    }
    false
}

/// Tells whether a letter may stand outside of double quotes.
pub(super) fn is_printable(letter: char) -> bool {
    matches!(letter, '\n' | ' '..='~')
        || matches!(letter, '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}')
}

/// Tells whether a letter ends a line in YAML 1.1.
pub(super) fn is_break(letter: char) -> bool {
    matches!(letter, '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')
}
