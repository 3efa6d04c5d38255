//! Pods on tainted nodes, as lines of text.
