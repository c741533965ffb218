//! What goes into a graph and comes out: names, types and dimensions.

use super::tensor::type_name;
use super::wire::{Extent, Value};
use super::{HeaderFault, METADATA_LIMIT, Model};
use crate::artifact::tensors::RANK_LIMIT;

impl Model<'_> {
    pub(super) fn input(&mut self, input: Extent) -> Result<(), HeaderFault> {
        let (name, kind) = self.value(input)?;
        if self.inputs.len() >= METADATA_LIMIT {
            return Err(HeaderFault::too_large("inputs", METADATA_LIMIT));
        }
        self.inputs.insert(name, kind);
        Ok(())
    }

    pub(super) fn output(&mut self, output: Extent) -> Result<(), HeaderFault> {
        let (name, kind) = self.value(output)?;
        self.note(format!("output.{name}"), kind)
    }

    /// A name and its type: `FLOAT [batch, 3, 224, 224]`.
    fn value(&mut self, value: Extent) -> Result<(String, String), HeaderFault> {
        let (mut name, mut kind) = (String::new(), "untyped".to_owned());
        self.message(value, |model, field| {
            match (field.number, field.value) {
                (1, Value::Bytes(text)) => name = model.wire.name(text)?,
                (2, Value::Bytes(text)) => kind = model.value_type(text)?,
                _ => {}
            }
            Ok(())
        })?;
        Ok((name, super::super::words::abbreviated(kind)))
    }

    fn value_type(&mut self, kind: Extent) -> Result<String, HeaderFault> {
        let mut text = "untyped".to_owned();
        self.message(kind, |model, field| {
            match (field.number, field.value) {
                (1, Value::Bytes(tensor)) => text = model.tensor_type(tensor)?,
                (4, Value::Bytes(inner)) => text = format!("sequence of {}", model.element_type(inner, 1)?),
                (5, Value::Bytes(inner)) => text = format!("map to {}", model.element_type(inner, 2)?),
                (8, Value::Bytes(tensor)) => text = format!("sparse {}", model.tensor_type(tensor)?),
                (9, Value::Bytes(inner)) => text = format!("optional {}", model.element_type(inner, 1)?),
                (7, _) => text = "opaque".to_owned(),
                _ => {}
            }
            Ok(())
        })?;
        Ok(text)
    }

    /// The type that a sequence, a map or an optional value is made of, in its field of that number.
    fn element_type(&mut self, outer: Extent, number: u32) -> Result<String, HeaderFault> {
        let mut text = "untyped".to_owned();
        self.message(outer, |model, field| {
            match field.value {
                Value::Bytes(inner) if field.number == number => text = model.value_type(inner)?,
                _ => {}
            }
            Ok(())
        })?;
        // Types inside types would otherwise double with every level.
        Ok(super::super::words::abbreviated(text))
    }

    fn tensor_type(&mut self, tensor: Extent) -> Result<String, HeaderFault> {
        let (mut element, mut shape) = (0, None);
        self.message(tensor, |model, field| {
            match (field.number, field.value) {
                (1, Value::Number(number)) => element = number,
                (2, Value::Bytes(dimensions)) => shape = Some(model.dimensions(dimensions)?),
                _ => {}
            }
            Ok(())
        })?;
        let element = type_name(element);
        Ok(shape.map_or_else(|| element.clone(), |shape| format!("{element} [{}]", shape.join(", "))))
    }

    fn dimensions(&mut self, shape: Extent) -> Result<Vec<String>, HeaderFault> {
        let mut dimensions = Vec::new();
        self.message(shape, |model, field| {
            if let (1, Value::Bytes(dimension)) = (field.number, field.value) {
                dimensions.push(model.dimension(dimension)?);
            }
            if dimensions.len() > RANK_LIMIT {
                return Err(HeaderFault::too_large("dimensions of one value", RANK_LIMIT));
            }
            Ok(())
        })?;
        Ok(dimensions)
    }

    /// A number, the name of a free dimension, or `?`.
    fn dimension(&mut self, dimension: Extent) -> Result<String, HeaderFault> {
        let mut text = "?".to_owned();
        self.message(dimension, |model, field| {
            match (field.number, field.value) {
                (1, Value::Number(size)) => text = size.cast_signed().to_string(),
                (2, Value::Bytes(name)) => text = model.wire.name(name)?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(text)
    }
}
