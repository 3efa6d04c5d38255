//! Sessions in containers, as text.
