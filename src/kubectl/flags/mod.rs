//! Flags as tables, and how a command's words are read by them.
//!
//! Models github.com/spf13/pflag as kubectl uses it, with its error words, Kubernetes v1.36: flags and
//! arguments may be mixed, short ones joined, `--` ends them. Left out: hidden flags.
//!
//! `flag` has what is said of one flag.

mod flag;

pub use flag::{Flag, FlagKind};
use flag::{parse_number, parse_switch};

use super::go_duration;
use crate::collections::SortedMap;

/// Flags that were given, and the other words.
#[derive(Clone, Debug, Default)]
pub struct Parsed {
    /// Words that are no flags.
    pub args: Vec<String>,
    values: SortedMap<&'static str, Vec<String>>,
    defaults: SortedMap<&'static str, &'static str>,
    /// The flags in the order in which they were given, with what each was given.
    pub given: Vec<(&'static str, String)>,
    /// What is said of flags that are to go.
    pub notes: String,
    /// How many arguments stood before `--`.
    pub args_before_dashes: Option<usize>,
}

impl Parsed {
    /// Reads the words of a command that has these flags.
    ///
    /// # Errors
    /// pflag's own words.
    pub fn parse(words: &[String], flags: &[&'static Flag]) -> Result<Self, String> {
        let mut parsed = Self::default();
        for flag in flags {
            parsed.defaults.insert(flag.name, flag.default);
        }
        let mut words = words.iter();
        while let Some(word) = words.next() {
            if word == "--" {
                parsed.args_before_dashes = Some(parsed.args.len());
                parsed.args.extend(words.by_ref().cloned());
            } else if let Some(long) = word.strip_prefix("--") {
                parsed.long(long, word, &mut words, flags)?;
            } else if word.len() > 1 && word.starts_with('-') {
                parsed.short(word, &mut words, flags)?;
            } else {
                parsed.args.push(word.clone());
            }
        }
        Ok(parsed)
    }

    fn long<'w>(
        &mut self,
        text: &str,
        word: &str,
        words: &mut impl Iterator<Item = &'w String>,
        flags: &[&'static Flag],
    ) -> Result<(), String> {
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (text, None),
        };
        if name.is_empty() || name.starts_with('-') {
            return Err(format!("bad flag syntax: {word}"));
        }
        let Some(flag) = flags.iter().find(|flag| flag.name == name) else {
            return Err(format!("unknown flag: --{name}"));
        };
        let value = match (value, flag.bare) {
            (Some(value), _) => value.to_owned(),
            (None, Some(bare)) => bare.to_owned(),
            (None, None) => match words.next() {
                Some(next) => next.clone(),
                None => return Err(format!("flag needs an argument: --{name}")),
            },
        };
        self.set(flag, value)
    }

    fn short<'w>(
        &mut self,
        word: &str,
        words: &mut impl Iterator<Item = &'w String>,
        flags: &[&'static Flag],
    ) -> Result<(), String> {
        let mut rest = word.get(1..).unwrap_or_default();
        while let Some(letter) = rest.chars().next() {
            let after = rest.get(letter.len_utf8()..).unwrap_or_default();
            let Some(flag) = flags.iter().find(|flag| flag.short == Some(letter)) else {
                return Err(format!("unknown shorthand flag: '{letter}' in -{rest}"));
            };
            if let Some(value) = after.strip_prefix('=') {
                return self.set(flag, value.to_owned());
            }
            if let Some(bare) = flag.bare {
                self.set(flag, bare.to_owned())?;
                rest = after;
                continue;
            }
            let value = if after.is_empty() {
                words
                    .next()
                    .cloned()
                    .ok_or_else(|| format!("flag needs an argument: '{letter}' in -{rest}"))?
            } else {
                after.to_owned()
            };
            return self.set(flag, value);
        }
        Ok(())
    }

    fn set(&mut self, flag: &Flag, value: String) -> Result<(), String> {
        flag.check(&value)?;
        if let Some(instead) = flag.deprecated {
            self.notes.push_str(&format!("Flag --{} has been deprecated, {instead}\n", flag.name));
        }
        self.given.push((flag.name, value.clone()));
        let values = self.values.entry(flag.name).or_default();
        match flag.kind {
            FlagKind::List => values.extend(value.split(',').map(str::to_owned)),
            FlagKind::Array => values.push(value),
            _ => *values = vec![value],
        }
        Ok(())
    }

    /// Whether the command has a flag.
    pub fn has(&self, name: &str) -> bool {
        self.defaults.contains_key(name)
    }

    /// Whether a flag was given.
    pub fn is_given(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// The text of a flag, or its default.
    pub fn text(&self, name: &str) -> &str {
        match self.values.get(name).and_then(|values| values.last()) {
            Some(value) => value,
            None => self.defaults.get(name).copied().unwrap_or_default(),
        }
    }

    /// Whether a flag is on.
    pub fn switch(&self, name: &str) -> bool {
        parse_switch(self.text(name)).unwrap_or_default()
    }

    /// The number of a flag.
    pub fn number(&self, name: &str) -> i64 {
        parse_number(self.text(name)).unwrap_or_default()
    }

    /// The span of time of a flag, in milliseconds.
    pub fn duration_ms(&self, name: &str) -> i64 {
        go_duration::parse(self.text(name)).unwrap_or_default()
    }

    /// Everything that was given for a flag.
    pub fn list(&self, name: &str) -> &[String] {
        self.values.get(name).map(Vec::as_slice).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::{Flag, Parsed};

    static FLAGS: [Flag; 7] = [
        Flag::switch("watch", "").short('w'),
        Flag::switch("all-namespaces", "").short('A'),
        Flag::text("output", "", "").short('o'),
        Flag::list("filename", "").short('f'),
        Flag::number("replicas", "0", ""),
        Flag::duration("timeout", "0s", ""),
        Flag::text("dry-run", "none", "").bare("unchanged"),
    ];

    fn parse(line: &str) -> Result<Parsed, String> {
        let words: Vec<String> = line.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect();
        Parsed::parse(&words, &FLAGS.iter().collect::<Vec<_>>())
    }

    #[test]
    fn flags_and_arguments_may_be_mixed() {
        let parsed =
            parse("pods -wA -oyaml web-0 --filename=a,b -f c --replicas 0x10 --timeout=1m --dry-run x -- -w")
                .unwrap();
        assert_eq!(parsed.args, ["pods", "web-0", "x", "-w"]);
        assert_eq!(parsed.args_before_dashes, Some(3));
        assert!(parsed.switch("watch") && parsed.switch("all-namespaces"));
        assert_eq!(parsed.text("output"), "yaml");
        assert_eq!(parsed.list("filename"), ["a", "b", "c"]);
        assert_eq!((parsed.number("replicas"), parsed.duration_ms("timeout")), (16, 60_000));
        assert_eq!(parsed.text("dry-run"), "unchanged");
        let parsed = parse("-o=wide --watch=false - --replicas=-1").unwrap();
        assert_eq!((parsed.text("output"), parsed.switch("watch")), ("wide", false));
        assert_eq!((parsed.args.as_slice(), parsed.number("replicas")), (&["-".to_owned()][..], -1));
    }

    #[test]
    fn wrong_flags_are_refused_in_pflags_words() {
        let cases = [
            ("--foo", "unknown flag: --foo"),
            ("-z", "unknown shorthand flag: 'z' in -z"),
            ("-wz", "unknown shorthand flag: 'z' in -z"),
            ("--replicas", "flag needs an argument: --replicas"),
            ("-o", "flag needs an argument: 'o' in -o"),
            ("--=x", "bad flag syntax: --=x"),
            (
                "--replicas=abc",
                "invalid argument \"abc\" for \"--replicas\" flag: strconv.ParseInt: parsing \"abc\": invalid syntax",
            ),
            (
                "--watch=maybe",
                "invalid argument \"maybe\" for \"-w, --watch\" flag: strconv.ParseBool: parsing \"maybe\": invalid syntax",
            ),
            (
                "--timeout=5",
                "invalid argument \"5\" for \"--timeout\" flag: time: missing unit in duration \"5\"",
            ),
            (
                "--replicas=99999999999999999999",
                "invalid argument \"99999999999999999999\" for \"--replicas\" flag: strconv.ParseInt: parsing \"99999999999999999999\": value out of range",
            ),
        ];
        for (line, expected) in cases {
            assert_eq!(parse(line).unwrap_err(), expected, "{line}");
        }
    }
}
