//! The logs of partitions: every copy that is up has the same messages.
//!
//! A broker that comes back takes over what the others have; a message is written to all copies that are up.

use super::broker::Broker;
use super::topics::Topic;
use crate::containers::World;
use crate::containers::instance::Place;
use crate::shell::{FileKind, Files};

const HEAD: &str = "# Messages, in the sandbox's own form.\n";

/// The messages of a partition: those of the copy that has most of them; `None` when no copy is up.
pub(super) fn read(
    world: &mut World,
    up: &[Broker],
    topic: &str,
    part: usize,
    copies: &[u32],
) -> Option<Vec<String>> {
    let mut longest: Option<Vec<String>> = None;
    for broker in up.iter().filter(|broker| copies.contains(&broker.id)) {
        let found = within(world, &broker.place, |world| lines(world, &file(&broker.folder, topic, part)));
        if longest.as_ref().is_none_or(|known| found.len() > known.len()) {
            longest = Some(found);
        }
    }
    longest
}

/// Writes a message; `false` when no copy is up.
pub(super) fn write(world: &mut World, up: &[Broker], name: &str, topic: &Topic, message: &str) -> bool {
    let known: Vec<Option<Vec<String>>> = topic
        .partitions
        .iter()
        .enumerate()
        .map(|(part, copies)| read(world, up, name, part, copies))
        .collect();
    // The partitions' turn goes round.
    let part = known.iter().enumerate().filter_map(|(part, lines)| Some((lines.as_ref()?.len(), part))).min();
    let Some((_, part)) = part else { return false };
    let Some(mut messages) = known.into_iter().nth(part).flatten() else { return false };
    messages.push(message.to_owned());
    let text =
        HEAD.to_owned() + &messages.iter().map(|line| escaped(line) + "\n").collect::<Vec<_>>().concat();
    let copies = topic.partitions.get(part).cloned().unwrap_or_default();
    for broker in up.iter().filter(|broker| copies.contains(&broker.id)) {
        within(world, &broker.place, |world| {
            let file = file(&broker.folder, name, part);
            make_folders(world, &file);
            Files::write(world, &file, &text).unwrap_or_default();
        });
    }
    true
}

/// Does something in a broker's container on its own account.
fn within<T: Default>(world: &mut World, place: &Place, act: impl FnOnce(&mut World) -> T) -> T {
    let visited = std::mem::take(&mut world.is_visited);
    let done = world.within(place, act).unwrap_or_default();
    world.is_visited = visited;
    done
}

fn file(folder: &str, topic: &str, part: usize) -> String {
    format!("{folder}/{topic}-{part}/00000000000000000000.log")
}

fn make_folders(world: &mut World, file: &str) {
    for (end, _) in file.match_indices('/').skip(1) {
        let folder = file.get(..end).unwrap_or_default();
        if Files::kind(world, folder) != Some(FileKind::Folder) {
            Files::make_folder(world, folder).unwrap_or_default();
        }
    }
}

fn lines(world: &World, file: &str) -> Vec<String> {
    let text = Files::read(world, file).unwrap_or_default();
    text.lines().skip(1).map(|line| line.replace("\\n", "\n").replace("\\b", "\\")).collect()
}

fn escaped(line: &str) -> String {
    line.replace('\\', "\\b").replace('\n', "\\n")
}
