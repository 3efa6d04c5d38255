//! What a shell keeps from one command to the next: variables, arguments, the folder, the last exit code.

use super::arithmetic::Variables;
use crate::collections::SortedMap;

/// A variable.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Variable {
    pub(super) value: String,
    pub(super) is_exported: bool,
    pub(super) is_readonly: bool,
}

/// Variables, arguments, folder, exit code.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    pub(super) variables: SortedMap<String, Variable>,
    /// `$1` and so on.
    pub(super) arguments: Vec<String>,
    /// As its messages begin.
    pub(super) name: String,
    /// `$0`, where it is not the name.
    pub(super) script: Option<String>,
    pub(super) folder: String,
    pub(super) status: i32,
    /// How many shells this one is within.
    pub(super) level: u32,
    pub(super) aliases: SortedMap<String, String>,
    /// `set -o pipefail`: a pipeline fails when one of its members does.
    pub(super) pipefail: bool,
}

impl Scope {
    pub(super) fn set(&mut self, name: &str, value: impl Into<String>) {
        self.variables.entry(name.to_owned()).or_default().value = value.into();
    }

    /// Whether a variable may not be set anew.
    pub(super) fn is_readonly(&self, name: &str) -> bool {
        self.variables.get(name).is_some_and(|variable| variable.is_readonly)
    }

    pub(super) fn export(&mut self, name: &str) {
        self.variables.entry(name.to_owned()).or_default().is_exported = true;
    }

    /// The value of a variable or of a special parameter.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        if let Some(variable) = self.variables.get(name) {
            return Some(variable.value.clone());
        }
        match name {
            "?" => Some(self.status.to_string()),
            "#" => Some(self.arguments.len().to_string()),
            "0" => Some(self.script.as_ref().unwrap_or(&self.name).clone()),
            "@" => Some(self.arguments.join(" ")),
            "*" => Some(self.arguments.join(self.separators().joiner())),
            "$" => Some("4242".to_owned()),
            "!" | "-" => Some(String::new()),
            _ => {
                let number: usize = name.parse().ok()?;
                self.arguments.get(number.checked_sub(1)?).cloned()
            }
        }
    }

    /// The exported variables.
    pub(super) fn environment(&self) -> SortedMap<String, String> {
        let exported = self.variables.iter().filter(|(_, variable)| variable.is_exported);
        exported.map(|(name, variable)| (name.clone(), variable.value.clone())).collect()
    }

    /// Goes to another folder.
    pub(super) fn enter(&mut self, folder: String) {
        let before = std::mem::replace(&mut self.folder, folder.clone());
        self.set("OLDPWD", before);
        self.set("PWD", folder);
    }
}

impl Variables for Scope {
    fn value(&self, name: &str) -> Option<String> {
        self.get(name)
    }

    fn set(&mut self, name: &str, number: i64) {
        Self::set(self, name, number.to_string());
    }
}
