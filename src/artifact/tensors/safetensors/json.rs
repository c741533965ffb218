//! The header's JSON, field by field: tensors by name, and `__metadata__`.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::super::words::abbreviated;
use super::super::{Header, HeaderFault, METADATA_LIMIT, NAME_LIMIT_BYTES, RANK_LIMIT, TENSOR_LIMIT, Tensor};
use super::layout;
use crate::artifact::text::quoted;

/// What the JSON says.
#[derive(Default)]
pub(super) struct Contents {
    pub tensors: BTreeMap<String, Stored>,
    /// All else.
    pub header: Header,
    /// Why reading stopped, when a plain message does not tell.
    pub fault: Option<HeaderFault>,
}

/// A tensor and where it lies, counted from the end of the header.
pub(super) struct Stored {
    pub tensor: Tensor,
    pub start: u64,
    pub end: u64,
}

impl Contents {
    /// Stops reading for a reason that is not the JSON's.
    fn stop<E: Error>(&mut self, what: &'static str, limit: usize) -> E {
        self.fault = Some(HeaderFault::too_large(what, limit));
        E::custom("too large")
    }

    /// Text of a bounded length; the JSON reader has it in memory already, so only keeping it is prevented.
    fn bounded<E: Error>(&mut self, text: String) -> Result<String, E> {
        if text.len() > NAME_LIMIT_BYTES { Err(self.stop("bytes in one name", NAME_LIMIT_BYTES)) } else { Ok(text) }
    }
}

/// The whole header.
pub(super) struct Tensors<'a>(pub &'a mut Contents);

impl<'de> DeserializeSeed<'de> for Tensors<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Tensors<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of tensors")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let contents = self.0;
        let mut has_metadata = false;
        while let Some(name) = map.next_key::<String>()? {
            if name == "__metadata__" {
                if std::mem::replace(&mut has_metadata, true) {
                    return Err(A::Error::custom("`__metadata__` is there twice"));
                }
                map.next_value_seed(Metadata(contents))?;
                continue;
            }
            let name = contents.bounded(name)?;
            let stored = map.next_value_seed(Entry { contents, name: &name })?;
            if contents.tensors.len() >= TENSOR_LIMIT {
                return Err(contents.stop("tensors", TENSOR_LIMIT));
            }
            // Like the usual reader, the last one of a name counts.
            if contents.tensors.contains_key(&name) {
                contents.header.add_oddity(format!("tensor `{}` is listed more than once", quoted(&name)));
            }
            contents.tensors.insert(name, stored);
        }
        Ok(())
    }
}

/// `__metadata__`: text by name. The usual reader takes `null` for none.
struct Metadata<'a>(&'a mut Contents);

impl<'de> DeserializeSeed<'de> for Metadata<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de> Visitor<'de> for Metadata<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of texts as `__metadata__`")
    }

    fn visit_none<E: Error>(self) -> Result<(), E> {
        self.0.header.add_oddity("`__metadata__` is null".to_owned());
        Ok(())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let contents = self.0;
        while let Some(key) = map.next_key::<String>()? {
            let key = contents.bounded(key)?;
            if contents.header.metadata.len() >= METADATA_LIMIT {
                return Err(contents.stop("entries of metadata", METADATA_LIMIT));
            }
            if contents.header.metadata.contains_key(&key) {
                contents.header.add_oddity(format!("metadata `{}` is listed more than once", quoted(&key)));
            }
            contents.header.metadata.insert(key, abbreviated(map.next_value()?));
        }
        Ok(())
    }
}

/// One tensor's `dtype`, `shape` and `data_offsets`.
struct Entry<'a> {
    contents: &'a mut Contents,
    name: &'a str,
}

impl<'de> DeserializeSeed<'de> for Entry<'_> {
    type Value = Stored;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Stored, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Entry<'_> {
    type Value = Stored;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object for tensor `{}`", quoted(self.name))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Stored, A::Error> {
        let (mut dtype, mut shape, mut offsets) = (None, None, None);
        while let Some(field) = map.next_key::<String>()? {
            let is_new = match field.as_str() {
                "dtype" => dtype.replace(map.next_value::<String>()?).is_none(),
                "shape" => shape.replace(map.next_value_seed(Shape(self.contents))?).is_none(),
                "data_offsets" => offsets.replace(map.next_value::<(u64, u64)>()?).is_none(),
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    let (name, field) = (quoted(self.name), quoted(&field));
                    self.contents.header.add_oddity(format!("tensor `{name}` has an unknown field `{field}`"));
                    true
                }
            };
            if !is_new {
                return Err(A::Error::custom(format!("tensor `{}` has two `{field}`", quoted(self.name))));
            }
        }
        match (dtype, shape, offsets) {
            (Some(dtype), ..) if layout::bits(&dtype).is_none() => {
                let (name, dtype) = (quoted(self.name), quoted(&dtype));
                Err(A::Error::custom(format!("tensor `{name}` is of the unknown type `{dtype}`")))
            }
            (Some(dtype), Some(shape), Some((start, end))) => {
                Ok(Stored { tensor: Tensor { dtype, shape }, start, end })
            }
            _ => Err(A::Error::custom(format!("tensor `{}` lacks dtype, shape or data_offsets", quoted(self.name)))),
        }
    }
}

/// A tensor's dimensions.
struct Shape<'a>(&'a mut Contents);

impl<'de> DeserializeSeed<'de> for Shape<'_> {
    type Value = Vec<u64>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<u64>, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Shape<'_> {
    type Value = Vec<u64>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of dimensions")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<u64>, A::Error> {
        let mut shape = Vec::new();
        while let Some(dimension) = seq.next_element::<u64>()? {
            if shape.len() >= RANK_LIMIT {
                return Err(self.0.stop("dimensions of one tensor", RANK_LIMIT));
            }
            shape.push(dimension);
        }
        Ok(shape)
    }
}
