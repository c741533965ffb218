//! From the values of a YAML file to ours, by way of serde. Text stays text: `no` is a word, and `"2"` is no number.

use serde::de::value::StrDeserializer;
use serde::de::{DeserializeOwned, DeserializeSeed, Error as _, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserializer, forward_to_deserialize_any};

use super::place::{FileRole, PLACED, Place};
use super::scalar::{self, Scalar};
use crate::artifact::yaml::{Entry, Mark, Node, Value};

/// What could not be decoded, and where as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DecodeError {
    pub message: String,
    pub mark: Option<Mark>,
}

/// Decodes a value of a policy file.
pub(super) fn decode<T: DeserializeOwned>(node: &Node, role: FileRole) -> Result<T, DecodeError> {
    T::deserialize(Decoder { node, role }).map_err(|error| error.at(node.mark))
}

impl DecodeError {
    fn at(self, mark: Mark) -> Self {
        Self { mark: self.mark.or(Some(mark)), ..self }
    }
}

impl std::fmt::Display for DecodeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for DecodeError {}

impl serde::de::Error for DecodeError {
    fn custom<T: std::fmt::Display>(message: T) -> Self {
        Self { message: message.to_string(), mark: None }
    }
}

#[derive(Clone, Copy)]
struct Decoder<'a> {
    node: &'a Node,
    role: FileRole,
}

impl<'a> Decoder<'a> {
    fn text(self) -> Result<&'a str, DecodeError> {
        self.node.text().ok_or_else(|| DecodeError::custom("text was expected"))
    }

    fn items(self) -> Result<Items<'a>, DecodeError> {
        match &self.node.value {
            Value::List(items) => Ok(Items { items: items.iter(), role: self.role }),
            Value::Null | Value::Text(_) | Value::Map(_) => Err(DecodeError::custom("a list was expected")),
        }
    }

    fn fields(self) -> Result<Fields<'a>, DecodeError> {
        match &self.node.value {
            Value::Map(entries) => Ok(Fields { entries: entries.iter(), value: None, role: self.role }),
            Value::Null | Value::Text(_) | Value::List(_) => Err(DecodeError::custom("a mapping was expected")),
        }
    }
}

impl<'de> Deserializer<'de> for Decoder<'de> {
    type Error = DecodeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match (&self.node.value, scalar::of(self.node)) {
            (Value::List(_), _) => visitor.visit_seq(self.items()?),
            (Value::Map(_), _) => visitor.visit_map(self.fields()?),
            (Value::Null, _) => visitor.visit_unit(),
            (Value::Text(_), Some(Scalar::Whole(number))) => visitor.visit_i64(number),
            (Value::Text(_), Some(Scalar::Bool(truth))) => visitor.visit_bool(truth),
            (Value::Text(text), _) => visitor.visit_str(text),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_str(self.text()?)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_str(self.text()?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        match self.node.value {
            Value::Null => visitor.visit_none(),
            Value::Text(_) | Value::List(_) | Value::Map(_) => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        match name {
            PLACED => visitor.visit_seq(Parts::new(Place::new(self.role, self.node.mark), self)),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        visitor.visit_enum(self.text()?.into_deserializer())
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct seq tuple map struct
        identifier ignored_any
    }
}

/// The items of a list.
struct Items<'a> {
    items: std::slice::Iter<'a, Node>,
    role: FileRole,
}

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = DecodeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, DecodeError> {
        let Some(node) = self.items.next() else { return Ok(None) };
        seed.deserialize(Decoder { node, role: self.role }).map(Some).map_err(|error| error.at(node.mark))
    }
}

/// The entries of a mapping.
struct Fields<'a> {
    entries: std::slice::Iter<'a, Entry>,
    value: Option<&'a Node>,
    role: FileRole,
}

impl<'de> MapAccess<'de> for Fields<'de> {
    type Error = DecodeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, DecodeError> {
        let Some(entry) = self.entries.next() else { return Ok(None) };
        self.value = Some(&entry.value);
        let mark = key_mark(entry);
        let key = Key { text: &entry.key, place: Place::new(self.role, mark) };
        seed.deserialize(key).map(Some).map_err(|error| error.at(mark))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, DecodeError> {
        let node = self.value.take().ok_or_else(|| DecodeError::custom("a value was expected"))?;
        seed.deserialize(Decoder { node, role: self.role }).map_err(|error| error.at(node.mark))
    }
}

/// Where a key stands.
pub(super) const fn key_mark(entry: &Entry) -> Mark {
    Mark { line: entry.line, column: entry.column, width: entry.width }
}

/// A key of a mapping.
struct Key<'a> {
    text: &'a str,
    place: Place,
}

impl<'de> Deserializer<'de> for Key<'de> {
    type Error = DecodeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_str(self.text)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        match name {
            PLACED => visitor.visit_seq(Parts::new(self.place, StrDeserializer::new(self.text))),
            _ => visitor.visit_str(self.text),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple map struct enum identifier ignored_any
    }
}

/// A place part by part, then the value: what [`super::Placed`] is made of.
struct Parts<D> {
    place: Place,
    value: Option<D>,
    at: usize,
}

impl<D> Parts<D> {
    const fn new(place: Place, value: D) -> Self {
        Self { place, value: Some(value), at: 0 }
    }
}

impl<'de, D: Deserializer<'de, Error = DecodeError>> SeqAccess<'de> for Parts<D> {
    type Error = DecodeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, DecodeError> {
        self.at += 1;
        let number = |number: usize| IntoDeserializer::<DecodeError>::into_deserializer(number);
        match self.at {
            1 => seed.deserialize((self.place.role == FileRole::Owner).into_deserializer()).map(Some),
            2 => seed.deserialize(number(self.place.line)).map(Some),
            3 => seed.deserialize(number(self.place.column)).map(Some),
            4 => seed.deserialize(number(self.place.width)).map(Some),
            _ => self.value.take().map(|value| seed.deserialize(value)).transpose(),
        }
    }
}
