//! Where something in a policy is written.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::artifact::yaml::Mark;

/// Whose policy file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileRole {
    /// The repository's own.
    Repository,
    /// The one in the owner's `.github` repository: defaults, environments and the floor of all its repositories.
    Owner,
}

/// A stretch of one line of a policy file. Lines and columns count from 1, columns and the width in characters; something
/// that goes on in the next line has no width.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    pub role: FileRole,
    pub line: usize,
    pub column: usize,
    pub width: usize,
}

impl Place {
    pub(super) const fn new(role: FileRole, mark: Mark) -> Self {
        Self { role, line: mark.line, column: mark.column, width: mark.width }
    }

    /// The start of a file.
    pub const fn start(role: FileRole) -> Self {
        Self { role, line: 1, column: 1, width: 0 }
    }
}

/// A value that knows where it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed<T> {
    pub value: T,
    pub place: Place,
}

impl<T> Deref for Placed<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// What [`super::decode`] answers with a place and a value, one after the other.
pub(super) const PLACED: &str = "$countersign::Placed";

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Placed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_tuple_struct(PLACED, 5, PlacedVisitor(PhantomData))
    }
}

struct PlacedVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for PlacedVisitor<T> {
    type Value = Placed<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value of a policy file")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Placed<T>, A::Error> {
        let missing = || A::Error::custom("a place has four parts");
        let is_owner: bool = parts.next_element()?.ok_or_else(missing)?;
        let line = parts.next_element()?.ok_or_else(missing)?;
        let column = parts.next_element()?.ok_or_else(missing)?;
        let width = parts.next_element()?.ok_or_else(missing)?;
        let value = parts.next_element()?.ok_or_else(missing)?;
        let role = if is_owner { FileRole::Owner } else { FileRole::Repository };
        Ok(Placed { value, place: Place { role, line, column, width } })
    }
}

/// The schema of what is written; where it stands is not written.
impl<T: JsonSchema> JsonSchema for Placed<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}
