//! How a record of the register is declared: what it must say first, then what it may say.

use std::collections::BTreeMap;

/// Whether a value says nothing, so that it is left out of what is written.
pub trait Absent {
    /// True for `None` and for empty lists and maps.
    fn is_absent(&self) -> bool;
}

impl<T> Absent for Option<T> {
    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

impl<T> Absent for Vec<T> {
    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

impl<K, V> Absent for BTreeMap<K, V> {
    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

/// Declares a record: required fields, then optional ones. Unknown fields are errors; absent ones are not written. `new`
/// takes the required fields in their order and leaves the rest unsaid.
macro_rules! record {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $($(#[$rmeta:meta])* $required:ident: $rtype:ty,)*
        } optional {
            $($(#[$ometa:meta])* $optional:ident: $otype:ty,)*
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        #[serde(deny_unknown_fields, rename_all = "kebab-case")]
        pub struct $name {
            $($(#[$rmeta])* pub $required: $rtype,)*
            $(
                $(#[$ometa])*
                #[serde(default, skip_serializing_if = "crate::kinds::Absent::is_absent")]
                pub $optional: $otype,
            )*
        }

        impl $name {
            /// What must be said; the rest is left unsaid.
            #[allow(clippy::too_many_arguments, clippy::new_without_default)]
            pub fn new($($required: $rtype),*) -> $name {
                $name { $($required,)* $($optional: Default::default(),)* }
            }
        }
    };
}

/// Declares a closed vocabulary that editors know: [`isoneph_model::vocabulary`] with a JSON Schema.
macro_rules! words {
    ($(#[$meta:meta])* $vis:vis enum $name:ident { $($(#[$vmeta:meta])* $variant:ident = $word:literal,)+ }) => {
        isoneph_model::vocabulary! {
            $(#[$meta])*
            $vis enum $name { $($(#[$vmeta])* $variant = $word,)+ }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "enum": [$($word),+] })
            }
        }
    };
}
