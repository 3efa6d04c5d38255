//! luksa/ssd-monitor, the daemon of a book's chapter: it says every five seconds that the disk is well.

use super::Image;
use super::families::BUSYBOX as TOOLS;

/// The image.
pub(super) static IMAGE: Image = Image {
    names: &["ssd-monitor"],
    family: &TOOLS,
    command: &["sh", "-c", "while true; do echo \"SSD OK\"; sleep 5; done"],
    lacks: &["bash", "curl"],
    ..Image::EMPTY
};
