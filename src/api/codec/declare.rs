//! The macro that declares the structs of API objects.
//!
//! Its tags are those of Go's `json:"…"`, so that a struct can be held against upstream's `types.go`. A name is
//! made of the field's: `pod_cidr` would be `podCidr`, and a trailing underscore is dropped.

/// Declares structs of API objects: plain structs with [`Field`](super::Field) implemented.
///
/// A field may be followed by tags in brackets:
///
/// - `"podIP"`: its name in JSON, where it is not the Rust name in camel case. Comes first.
/// - `omitempty`: not written when it is empty. Without it a field is always written.
/// - `inline`: the map of all other fields; the last field. Without one they are dropped.
/// - `written_by function`: how it is written, where that is not its type's way.
///
/// ```text
/// api_struct! {
///     /// What runs.
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
        #[derive(Clone, Debug, Default, PartialEq)]
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

    (@read $reader:ident, $place:expr, $field:ident, inline) => {
        $reader.rest(&mut $place)
    };
    (@read $reader:ident, $place:expr, $field:ident, $name:literal $($tag:tt)*) => {
        $reader.field($name, &mut $place)
    };
    (@read $reader:ident, $place:expr, $field:ident, $($tag:tt)*) => {
        $reader.field($crate::api::codec::api_struct!(@name $field), &mut $place)
    };

    (@write $writer:ident, $place:expr, $field:ident, inline) => {
        $writer.rest(&$place)
    };
    (@write $writer:ident, $place:expr, $field:ident, $name:literal) => {
        $writer.field($name, &$place)
    };
    (@write $writer:ident, $place:expr, $field:ident, $name:literal, omitempty) => {
        $writer.field_unless_empty($name, &$place)
    };
    (@write $writer:ident, $place:expr, $field:ident,) => {
        $writer.field($crate::api::codec::api_struct!(@name $field), &$place)
    };
    (@write $writer:ident, $place:expr, $field:ident, omitempty) => {
        $writer.field_unless_empty($crate::api::codec::api_struct!(@name $field), &$place)
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

/// How long a name in snake case is in camel case.
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

/// A name in snake case, in camel case; `LENGTH` is its [`camel_length`].
pub const fn camel<const LENGTH: usize>(snake: &str) -> [u8; LENGTH] {
    let snake = snake.as_bytes();
    let mut camel = [0; LENGTH];
    let (mut from, mut to) = (0, 0);
    while from < snake.len() {
        if snake[from] != b'_' {
            let starts_word = from > 0 && snake[from - 1] == b'_';
            camel[to] = if starts_word { snake[from].to_ascii_uppercase() } else { snake[from] };
            to += 1;
        }
        from += 1;
    }
    camel
}
