//! Tensors: their name, type and dimensions, and the file they are in when it is another one.

use std::collections::BTreeMap;

use super::wire::{Extent, Value};
use super::{HeaderFault, Model};
use crate::artifact::tensors::{RANK_LIMIT, TENSOR_LIMIT, Tensor};
use crate::artifact::text::quoted;

/// `TensorProto.DataLocation`: in another file.
const EXTERNAL: u64 = 1;

/// What a tensor says of itself.
#[derive(Default)]
struct Stored {
    name: String,
    shape: Vec<u64>,
    kind: u64,
    is_external: bool,
    locations: Vec<String>,
}

impl Model<'_> {
    /// Weights of a graph; `scope` stands in front of their names.
    pub(super) fn initializer(&mut self, tensor: Extent, scope: &str) -> Result<(), HeaderFault> {
        let stored = self.tensor(tensor)?;
        self.keep(stored, scope)
    }

    pub(super) fn sparse_initializer(&mut self, sparse: Extent, scope: &str) -> Result<(), HeaderFault> {
        self.message(sparse, |model, field| match (field.number, field.value) {
            (1, Value::Bytes(values)) => model.initializer(values, scope),
            (2, Value::Bytes(indices)) => model.constant(indices),
            _ => Ok(()),
        })
    }

    /// A tensor that is part of an operator: only what it loads matters.
    pub(super) fn constant(&mut self, tensor: Extent) -> Result<(), HeaderFault> {
        self.tensor(tensor).map(drop)
    }

    pub(super) fn sparse_constant(&mut self, sparse: Extent) -> Result<(), HeaderFault> {
        self.message(sparse, |model, field| match (field.number, field.value) {
            (1 | 2, Value::Bytes(tensor)) => model.constant(tensor),
            _ => Ok(()),
        })
    }

    fn tensor(&mut self, tensor: Extent) -> Result<Stored, HeaderFault> {
        let mut stored = Stored::default();
        self.message(tensor, |model, field| {
            match (field.number, field.value) {
                (1, Value::Number(dimension)) => push(&mut stored.shape, dimension)?,
                (1, Value::Bytes(packed)) => {
                    model.wire.packed(packed, |dimension| push(&mut stored.shape, dimension))?
                }
                (2, Value::Number(kind)) => stored.kind = kind,
                (8, Value::Bytes(name)) => stored.name = model.wire.name(name)?,
                (13, Value::Bytes(entry)) => model.external_entry(entry, &mut stored.locations)?,
                (14, Value::Number(location)) => stored.is_external = location == EXTERNAL,
                _ => {}
            }
            Ok(())
        })?;
        self.note_external(&stored)?;
        Ok(stored)
    }

    /// `location`, `offset`, `length`, `checksum`: only where to.
    fn external_entry(&mut self, entry: Extent, locations: &mut Vec<String>) -> Result<(), HeaderFault> {
        let (mut key, mut value) = (String::new(), None);
        self.message(entry, |model, field| {
            match (field.number, field.value) {
                (1, Value::Bytes(text)) => key = model.wire.name(text)?,
                (2, Value::Bytes(text)) => value = Some(text),
                _ => {}
            }
            Ok(())
        })?;
        if key == "location" {
            let location = value.map(|text| self.wire.name(text)).transpose()?;
            locations.push(location.unwrap_or_default());
        }
        if locations.len() > LOCATION_LIMIT {
            return Err(HeaderFault::too_large("locations of one tensor", LOCATION_LIMIT));
        }
        Ok(())
    }

    fn note_external(&mut self, stored: &Stored) -> Result<(), HeaderFault> {
        let name = || quoted(&stored.name);
        if stored.is_external && stored.locations.is_empty() {
            let why = format!("tensor `{}` is in another file, and it does not say which", name());
            return Err(HeaderFault::Invalid { why });
        }
        if !stored.is_external && !stored.locations.is_empty() {
            self.header.add_oddity(format!("tensor `{}` names another file and does not use it", name()));
        }
        if stored.locations.len() > 1 {
            self.header.add_oddity(format!("tensor `{}` names its file more than once", name()));
        }
        for location in &stored.locations {
            if !self.external_files.contains(location) {
                self.external_files.insert(location.clone());
            }
        }
        if self.external_files.len() > TENSOR_LIMIT {
            return Err(HeaderFault::too_large("other files", TENSOR_LIMIT));
        }
        Ok(())
    }

    fn keep(&mut self, stored: Stored, scope: &str) -> Result<(), HeaderFault> {
        if self.header.tensors.len().saturating_add(self.inner_tensors.len()) >= TENSOR_LIMIT {
            return Err(HeaderFault::too_large("tensors", TENSOR_LIMIT));
        }
        let tensor = Tensor { dtype: type_name(stored.kind), shape: stored.shape };
        let name = format!("{scope}{}", stored.name);
        if scope.is_empty() && self.header.tensors.contains_key(&name) {
            self.header.add_oddity(format!("tensor `{}` is there more than once", quoted(&name)));
            self.inner_tensors.push((name, tensor));
            return Ok(());
        }
        match scope {
            "" => drop(self.header.tensors.insert(name, tensor)),
            _ => self.inner_tensors.push((name, tensor)),
        }
        Ok(())
    }
}

/// Adds tensors of inner graphs; one whose name is taken gets a number, because bodies of branches often have the same names.
pub(super) fn add_numbered(tensors: &mut BTreeMap<String, Tensor>, more: Vec<(String, Tensor)>) {
    let mut copies: BTreeMap<String, usize> = BTreeMap::new();
    for (name, tensor) in more {
        let mut unused = name.clone();
        while tensors.contains_key(&unused) {
            // Goes on where the last copy stopped, so that a thousand copies take a thousand steps.
            let number = copies.entry(name.clone()).or_insert(1);
            *number = number.saturating_add(1);
            unused = format!("{name}#{number}");
        }
        tensors.insert(unused, tensor);
    }
}

/// A location that is there more often is a mistake or worse.
const LOCATION_LIMIT: usize = 16;

fn push(shape: &mut Vec<u64>, dimension: u64) -> Result<(), HeaderFault> {
    if shape.len() >= RANK_LIMIT {
        return Err(HeaderFault::too_large("dimensions of one tensor", RANK_LIMIT));
    }
    if dimension.cast_signed() < 0 {
        return Err(HeaderFault::invalid("a tensor has a negative dimension"));
    }
    shape.push(dimension);
    Ok(())
}

/// `TensorProto.DataType`, in ONNX' own words.
pub(super) fn type_name(number: u64) -> String {
    const NAMES: [&str; 29] = [
        "UNDEFINED",
        "FLOAT",
        "UINT8",
        "INT8",
        "UINT16",
        "INT16",
        "INT32",
        "INT64",
        "STRING",
        "BOOL",
        "FLOAT16",
        "DOUBLE",
        "UINT32",
        "UINT64",
        "COMPLEX64",
        "COMPLEX128",
        "BFLOAT16",
        "FLOAT8E4M3FN",
        "FLOAT8E4M3FNUZ",
        "FLOAT8E5M2",
        "FLOAT8E5M2FNUZ",
        "UINT4",
        "INT4",
        "FLOAT4E2M1",
        "FLOAT8E8M0",
        "UINT2",
        "INT2",
        "FLOAT6E2M3",
        "FLOAT6E3M2",
    ];
    let known = usize::try_from(number).ok().and_then(|number| NAMES.get(number));
    known.map_or_else(|| format!("type {number}"), |name| (*name).to_owned())
}
