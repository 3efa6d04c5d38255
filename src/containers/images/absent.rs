//! Programs that an image does not have, as far as that is certain.
//!
//! Models what runc finds when it is to start a container's program. Of a few images all names of programs
//! are known (`names`), of the others only some that they lack; a name with a space in it has no image. Left
//! out: programs that a volume brings, and paths other than those of the folders in `PATH`.

use serde_json::Value;

use super::{Image, of};
use crate::api::pod::Container;

/// Names of all programs that BusyBox brings, whether they are modelled or not.
pub(super) const BUSYBOX: &str = include_str!("names/busybox.txt");
/// Names of the programs that every image of Debian brings.
pub(super) const DEBIAN: &str = include_str!("names/debian.txt");

/// What runc says of a container's program that its image does not have; `None` when it has it, or when
/// nobody can tell.
pub fn missing_program(container: &Container) -> Option<String> {
    let image = of(&container.image);
    let own = container.command.first().map(String::as_str);
    let given = own.or_else(|| container.args().next().filter(|_| image.entrypoint.is_empty()));
    let word = given?;
    let is_known_missing = word.contains(char::is_whitespace) || image.is_without(word);
    // What a variable stands for is not looked up, nor what a volume brings.
    if !is_known_missing || word.contains("$(") || is_mounted(container, word) {
        return None;
    }
    let why = if word.contains('/') {
        format!("stat {word}: no such file or directory")
    } else {
        "executable file not found in $PATH".to_owned()
    };
    Some(format!("\"{word}\": {why}"))
}

impl Image {
    /// Whether it certainly has no program that is called so.
    fn is_without(&self, word: &str) -> bool {
        let (folder, name) = word.rsplit_once('/').unwrap_or(("", word));
        // Elsewhere an image may have anything.
        if !matches!(folder, "" | "/bin" | "/sbin" | "/usr/bin" | "/usr/sbin" | "/usr/local/bin") {
            return false;
        }
        if self.lacks.contains(&name) {
            return true;
        }
        let is_among = |names: &str| names.split_whitespace().any(|known| known == name);
        self.brings.is_some_and(|names| !names.iter().any(|names| is_among(names)) && !self.has(name))
    }

    /// Whether one of its programs is called so.
    fn has(&self, name: &str) -> bool {
        let own = self.programs.iter().map(|(path, _)| *path);
        let paths = own.chain(self.family.tools.iter().copied()).chain(self.tools.iter().copied());
        paths.into_iter().any(|path| path.rsplit('/').next() == Some(name))
    }
}

/// Whether a volume of the container may bring what is at a path.
fn is_mounted(container: &Container, path: &str) -> bool {
    let mounts = container.extra.get("volumeMounts").and_then(Value::as_array).into_iter().flatten();
    let mut at = mounts.filter_map(|mount| mount.get("mountPath")?.as_str());
    at.any(|at| path.starts_with(at.trim_end_matches('/')) && path.contains('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_certainly_is_not_there_cannot_start() {
        let no_path = "executable file not found in $PATH";
        for (image, command, args, expected) in [
            ("busybox", "sh", "", String::new()),
            ("busybox:1.36", "/bin/bash", "", "stat /bin/bash: no such file or directory".to_owned()),
            ("busybox", "slep", "", no_path.to_owned()),
            ("busybox", "httpd", "", String::new()),
            ("busybox", "", "slep", no_path.to_owned()),
            ("alpine", "apk", "", String::new()),
            ("nginx", "nginx-debug", "", String::new()),
            ("nginx:1.27", "ngnix", "", no_path.to_owned()),
            // Its entrypoint is a script, which gets the words.
            ("nginx", "", "ngnix", String::new()),
            ("nginx", "/nope", "", "stat /nope: no such file or directory".to_owned()),
            ("nginx", "/opt/run.sh", "", String::new()),
            ("nginx", "/docker-entrypoint.sh", "", String::new()),
            ("me/app", "server", "", String::new()),
            ("me/app", "server --port 80", "", no_path.to_owned()),
            ("nginx", "$(TOOL)", "", String::new()),
        ] {
            let words = |text: &str| -> Vec<String> {
                if text.is_empty() { Vec::new() } else { vec![text.to_owned()] }
            };
            let mut container =
                Container { image: image.to_owned(), command: words(command), ..Container::default() };
            container.extra.insert("args".to_owned(), serde_json::json!(words(args)));
            let found = missing_program(&container).unwrap_or_default();
            let why = found.split_once(": ").map_or("", |(_, why)| why);
            assert_eq!(why, expected, "{image} {command} {args}");
        }
        let mut container = Container {
            image: "busybox".to_owned(),
            command: vec!["/scripts/run.sh".to_owned()],
            ..Container::default()
        };
        assert_eq!(missing_program(&container), None);
        container.command = vec!["/run.sh".to_owned()];
        assert!(missing_program(&container).is_some());
        container.extra.insert("volumeMounts".to_owned(), serde_json::json!([{"mountPath": "/run.sh"}]));
        assert_eq!(missing_program(&container), None);
    }
}
