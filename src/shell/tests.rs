//! Whole lines, as text.
