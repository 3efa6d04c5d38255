//! Nodes that fall silent and come back, as lines of text.
