//! Commands that are about variables and aliases: `export`, `readonly`, `unset`, `alias`.

use super::Machine;
use crate::shell::descriptors::Descriptors;
use crate::shell::io::Kernel;
use crate::shell::syntax;

impl Machine {
    /// `export`, `readonly`, `declare` and their like.
    pub(super) fn export(
        &mut self,
        kernel: &mut Kernel<'_>,
        command: &str,
        args: &[String],
        descriptors: &Descriptors,
    ) -> i32 {
        if command == "local" {
            // There are no functions.
            self.say(kernel, descriptors, "local: can only be used in a function");
            return 1;
        }
        let mut status = 0;
        let names: Vec<&String> = args.iter().filter(|arg| !arg.starts_with('-')).collect();
        if names.is_empty() {
            for (name, value) in &self.scope.environment() {
                kernel.io(descriptors).out(&format!("declare -x {name}=\"{value}\"\n"));
            }
        }
        let is_readonly = command == "readonly" || args.iter().any(|arg| arg == "-r");
        let exports = command == "export" || args.iter().any(|arg| arg == "-x");
        for arg in names {
            let (name, value) = arg
                .split_once('=')
                .map_or((arg.as_str(), None), |(name, value)| (name, Some(value.to_owned())));
            let (name, value) = match name.strip_suffix('+') {
                Some(name) => (name, value.map(|value| self.scope.get(name).unwrap_or_default() + &value)),
                None => (name, value),
            };
            if !syntax::is_name(name) {
                self.say(kernel, descriptors, &format!("{command}: `{arg}': not a valid identifier"));
                status = 1;
                continue;
            }
            if let Some(value) = value {
                if self.scope.is_readonly(name) {
                    self.say(kernel, descriptors, &format!("{name}: readonly variable"));
                    status = 1;
                    continue;
                }
                self.scope.set(name, value);
            }
            if is_readonly {
                self.scope.variables.entry(name.to_owned()).or_default().is_readonly = true;
            }
            if exports {
                self.scope.export(name);
            }
        }
        status
    }

    /// `unset NAME…`.
    pub(super) fn unset(
        &mut self,
        kernel: &mut Kernel<'_>,
        args: &[String],
        descriptors: &Descriptors,
    ) -> i32 {
        let mut status = 0;
        for name in args.iter().filter(|arg| !arg.starts_with('-')) {
            if self.scope.is_readonly(name) {
                status = 1;
                self.say(kernel, descriptors, &format!("unset: {name}: cannot unset: readonly variable"));
            } else {
                self.scope.variables.remove(name);
            }
        }
        status
    }

    /// `alias NAME=TEXT…`; with names alone it says what they stand for.
    pub(super) fn alias(
        &mut self,
        kernel: &mut Kernel<'_>,
        args: &[String],
        descriptors: &Descriptors,
    ) -> i32 {
        if args.is_empty() {
            for (name, text) in &self.scope.aliases {
                kernel.io(descriptors).out(&format!("alias {name}='{text}'\n"));
            }
        }
        let mut status = 0;
        for arg in args {
            match (arg.split_once('='), self.scope.aliases.get(arg)) {
                (Some((name, text)), _) => drop(self.scope.aliases.insert(name.to_owned(), text.to_owned())),
                (None, Some(text)) => kernel.io(descriptors).out(&format!("alias {arg}='{text}'\n")),
                (None, None) => {
                    self.say(kernel, descriptors, &format!("alias: {arg}: not found"));
                    status = 1;
                }
            }
        }
        status
    }
}
