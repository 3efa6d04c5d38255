//! The macros that declare the structs of API objects, and enums beside them.
//!
//! Its tags are those of Go's `json:"…"`, so that a struct can be held against upstream's `types.go`. A name
//! is made of the field's: `pod_cidr` would be `podCidr`, and a trailing underscore is dropped.

/// Declares structs that become JSON objects: plain structs with [`Field`](super::Field) implemented.
///
/// A field may be followed by tags in brackets:
///
/// - `"podIP"`: its name in JSON, where it is not the Rust name in camel case. Comes first.
/// - `omitempty`: not written when it is empty. Without it a field is always written.
/// - `skip`: neither read nor written.
/// - `inline`: the map of all other fields; the last field. Without one they are dropped.
/// - `written_by function`: how it is written, where that is not its type's way.
///
/// ```text
/// api_struct! {
///     /// What runs.
///     #[derive(Clone, Debug, Default, PartialEq)]
///     pub struct PodStatus {
///         /// Its address.
///         pub pod_ip: String ["podIP", omitempty],
///         /// Fields that are kept, not interpreted.
///         pub extra: Extra [inline],
///     }
/// }
/// ```
macro_rules! api_struct {
    ($(
        $(#[$on_struct:meta])*
        $visible:vis struct $name:ident {
            $(
                $(#[$on_field:meta])*
                $field_visible:vis $field:ident: $type:ty $([$($tag:tt)*])?,
            )*
        }
    )*) => {$(
        $(#[$on_struct])*
        $visible struct $name {
            $(
                $(#[$on_field])*
                $field_visible $field: $type,
            )*
        }

        impl $crate::api::codec::Field for $name {
            fn read(&mut self, value: serde_json::Value) -> Result<(), $crate::api::codec::FieldError> {
                let mut reader = $crate::api::codec::read::Reader::open(value)?;
                $($crate::api::codec::api_struct!(@read reader, self.$field, $field, $($($tag)*)?);)*
                reader.finish()
            }

            fn write(&self) -> serde_json::Value {
                let mut writer = $crate::api::codec::write::Writer::default();
                $($crate::api::codec::api_struct!(@write writer, self.$field, $field, $($($tag)*)?);)*
                writer.finish()
            }
        }
    )*};

    (@read $reader:ident, $place:expr, $field:ident, skip) => {};
    (@read $reader:ident, $place:expr, $field:ident, inline) => {
        $reader.rest(&mut $place);
    };
    (@read $reader:ident, $place:expr, $field:ident, $name:literal $($tag:tt)*) => {
        $reader.field($name, &mut $place);
    };
    (@read $reader:ident, $place:expr, $field:ident, $($tag:tt)*) => {
        $reader.field($crate::api::codec::api_struct!(@name $field), &mut $place);
    };

    (@write $writer:ident, $place:expr, $field:ident, skip) => {};
    (@write $writer:ident, $place:expr, $field:ident, inline) => {
        $writer.rest(&$place);
    };
    (@write $writer:ident, $place:expr, $field:ident, $name:literal) => {
        $writer.field($name, &$place);
    };
    (@write $writer:ident, $place:expr, $field:ident, $name:literal, omitempty) => {
        $writer.field_unless_empty($name, &$place);
    };
    (@write $writer:ident, $place:expr, $field:ident,) => {
        $writer.field($crate::api::codec::api_struct!(@name $field), &$place);
    };
    (@write $writer:ident, $place:expr, $field:ident, omitempty) => {
        $writer.field_unless_empty($crate::api::codec::api_struct!(@name $field), &$place);
    };
    (@write $writer:ident, $place:expr, $field:ident, omitempty, written_by $write:path) => {
        if !$crate::api::codec::Field::is_empty(&$place) {
            $writer.value($crate::api::codec::api_struct!(@name $field), $write(&$place));
        }
    };

    (@name $field:ident) => {
        const {
            const SNAKE: &str = stringify!($field);
            const CAMEL: [u8; $crate::api::codec::camel_length(SNAKE)] = $crate::api::codec::camel(SNAKE);
            match std::str::from_utf8(&CAMEL) {
                Ok(name) => name,
                Err(_) => SNAKE,
            }
        }
    };
}

pub(crate) use api_struct;

/// Declares an enum whose JSON is an object with one field: the variant's name in camel case, and in it the
/// variant's fields, or those of the one value that it holds.
macro_rules! api_enum {
    (
        $(#[$on_enum:meta])*
        $visible:vis enum $name:ident {
            $(
                $(#[$on_variant:meta])*
                $variant:ident $({ $($(#[$on_field:meta])* $field:ident: $type:ty,)* })? $(($inner:ty))?,
            )*
        }
    ) => {
        $(#[$on_enum])*
        $visible enum $name {
            $(
                $(#[$on_variant])*
                $variant $({ $($(#[$on_field])* $field: $type,)* })? $(($inner))?,
            )*
        }

        impl $crate::api::codec::Field for $name {
            fn read(&mut self, value: serde_json::Value) -> Result<(), $crate::api::codec::FieldError> {
                let (name, mut reader) = $crate::api::codec::read::Reader::open_variant(value)?;
                *self = $(if name == $crate::api::codec::api_struct!(@name $variant) {
                    Self::$variant $({ $($field: <$type>::default()),* })? $((<$inner>::default()))?
                } else)* {
                    return Err($crate::api::codec::FieldError::no_variant(&name));
                };
                match self {
                    $(Self::$variant
                        $({ $($field),* })?
                        $(($crate::api::codec::api_enum!(@first inner, $inner)))? => {
                        $($(reader.field($crate::api::codec::api_struct!(@name $field), $field);)*)?
                        $(reader.whole($crate::api::codec::api_enum!(@first inner, $inner));)?
                    })*
                }
                reader.finish()
            }

            fn write(&self) -> serde_json::Value {
                let mut writer = $crate::api::codec::write::Writer::default();
                let name = match self {
                    $(Self::$variant
                        $({ $($field),* })?
                        $(($crate::api::codec::api_enum!(@first inner, $inner)))? => {
                        $($(writer.field($crate::api::codec::api_struct!(@name $field), $field);)*)?
                        $(writer.whole($crate::api::codec::api_enum!(@first inner, $inner));)?
                        $crate::api::codec::api_struct!(@name $variant)
                    })*
                };
                writer.finish_variant(name)
            }
        }
    };

    (@first $first:ident, $second:ty) => {
        $first
    };
}

pub(crate) use api_enum;

/// Declares an enum without data: its values are words in JSON.
///
/// ```text
/// api_words! {
///     #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
///     pub enum Pressure {
///         #[default]
///         Memory = "memory",
///     }
/// }
/// ```
macro_rules! api_words {
    (
        $(#[$on_enum:meta])*
        $visible:vis enum $name:ident {
            $($(#[$on_variant:meta])* $variant:ident = $word:literal,)*
        }
    ) => {
        $(#[$on_enum])*
        $visible enum $name {
            $($(#[$on_variant])* $variant,)*
        }

        impl $crate::api::codec::Field for $name {
            fn read(&mut self, value: serde_json::Value) -> Result<(), $crate::api::codec::FieldError> {
                *self = match value.as_str() {
                    $(Some($word) => Self::$variant,)*
                    _ => return Err($crate::api::codec::FieldError::mismatch(&value, "a known word")),
                };
                Ok(())
            }

            fn write(&self) -> serde_json::Value {
                serde_json::Value::from(match self {
                    $(Self::$variant => $word,)*
                })
            }
        }
    };
}

pub(crate) use api_words;

/// How long a name is in camel case.
pub const fn camel_length(snake: &str) -> usize {
    let snake = snake.as_bytes();
    let (mut index, mut length) = (0, 0);
    while index < snake.len() {
        if snake[index] != b'_' {
            length += 1;
        }
        index += 1;
    }
    length
}

/// A name in snake case, or with a capital first, in camel case; `LENGTH` is its [`camel_length`].
pub const fn camel<const LENGTH: usize>(snake: &str) -> [u8; LENGTH] {
    let snake = snake.as_bytes();
    let mut camel = [0; LENGTH];
    let (mut from, mut to) = (0, 0);
    while from < snake.len() {
        if snake[from] != b'_' {
            camel[to] = match snake[from] {
                first if to == 0 => first.to_ascii_lowercase(),
                first if snake[from - 1] == b'_' => first.to_ascii_uppercase(),
                other => other,
            };
            to += 1;
        }
        from += 1;
    }
    camel
}
