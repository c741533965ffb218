//! ONNX: a model as one Protocol Buffers message. Graphs are walked for what they load and need; weights are jumped over.
//!
//! onnx/onnx: onnx/onnx.proto3 for the fields (version 1.20 and before), docs/ExternalData.md, docs/IR.md.

mod code;
mod graph;
mod interface;
mod tensor;
mod wire;

use std::collections::{BTreeMap, BTreeSet};

use super::{Header, HeaderFault, METADATA_LIMIT, Tensor};
use crate::artifact::source::Source;
use crate::artifact::text::quoted;
use code::Operators;
use wire::{Extent, Field, Value, Wire};

/// Reads an ONNX model. Metadata is `ir_version`, `producer`, `opset.<domain>`, `input.<name>` and so on, and the model's own
/// properties as `metadata.<key>`.
///
/// Operators of the standard's own domains and of ONNX Runtime (`com.microsoft`) are not custom code: every runtime, or the most
/// used one, brings them. Operators of any other domain, those that run Python or a compiled program whatever their domain,
/// and functions that the model defines itself are.
///
/// # Errors
/// When a part of it is missing, it is not what the format demands, or it is larger than the limits.
pub fn read(source: &dyn Source) -> Result<Header, HeaderFault> {
    let mut model = Model::new(source);
    let whole = model.wire.whole();
    model.message(whole, Model::model_field)?;
    model.into_header()
}

const OPSET: &str = "opset.";

/// A model that is being read.
struct Model<'a> {
    wire: Wire<'a>,
    header: Header,
    graphs: usize,
    has_ir_version: bool,
    operators: Operators,
    external_files: BTreeSet<String>,
    /// Weights of the bodies of loops and branches.
    inner_tensors: Vec<(String, Tensor)>,
    /// Types of the main graph's inputs by name; among them may be weights, which are none of the caller's.
    inputs: BTreeMap<String, String>,
}

impl<'a> Model<'a> {
    fn new(source: &'a dyn Source) -> Self {
        Self {
            wire: Wire::new(source),
            header: Header::default(),
            graphs: 0,
            has_ir_version: false,
            operators: Operators::default(),
            external_files: BTreeSet::new(),
            inner_tensors: Vec::new(),
            inputs: BTreeMap::new(),
        }
    }

    /// Goes through the fields of a message. Fields that are not known, or of another kind than they should be, are jumped
    /// over, as every reader of the format does.
    fn message(
        &mut self,
        extent: Extent,
        mut read: impl FnMut(&mut Self, Field) -> Result<(), HeaderFault>,
    ) -> Result<(), HeaderFault> {
        self.wire.enter(extent)?;
        while let Some(field) = self.wire.field(extent.end)? {
            read(self, field)?;
        }
        self.wire.leave(extent);
        Ok(())
    }

    fn model_field(&mut self, field: Field) -> Result<(), HeaderFault> {
        match (field.number, field.value) {
            (1, Value::Number(version)) => {
                self.has_ir_version = true;
                self.note("ir_version".to_owned(), version.to_string())
            }
            (2, Value::Bytes(text)) => self.note_text("producer", text),
            (3, Value::Bytes(text)) => self.note_text("producer_version", text),
            (4, Value::Bytes(text)) => self.note_text("domain", text),
            (5, Value::Number(version)) => self.note("model_version".to_owned(), version.cast_signed().to_string()),
            (7, Value::Bytes(graph)) => {
                self.graphs = self.graphs.saturating_add(1);
                self.main_graph(graph)
            }
            (8, Value::Bytes(opset)) => self.opset(opset),
            (14, Value::Bytes(entry)) => self.property(entry, "metadata"),
            (20, Value::Bytes(training)) => self.training(training),
            (25, Value::Bytes(function)) => self.function(function),
            _ => Ok(()),
        }
    }

    fn note_text(&mut self, key: &str, text: Extent) -> Result<(), HeaderFault> {
        let text = self.wire.text(text)?;
        self.note(key.to_owned(), text)
    }

    /// Keeps an entry of metadata; of a field that is there twice the last counts, as for every reader.
    fn note(&mut self, key: String, value: String) -> Result<(), HeaderFault> {
        if self.header.metadata.len() >= METADATA_LIMIT {
            return Err(HeaderFault::too_large("entries of metadata", METADATA_LIMIT));
        }
        self.header.metadata.insert(key, value);
        Ok(())
    }

    fn opset(&mut self, opset: Extent) -> Result<(), HeaderFault> {
        let (mut domain, mut version) = (String::new(), 0_u64);
        self.message(opset, |model, field| {
            match (field.number, field.value) {
                (1, Value::Bytes(text)) => domain = model.wire.name(text)?,
                (2, Value::Number(number)) => version = number,
                _ => {}
            }
            Ok(())
        })?;
        let domain = if domain.is_empty() { "ai.onnx" } else { &domain };
        self.note(format!("{OPSET}{domain}"), version.cast_signed().to_string())
    }

    fn property(&mut self, entry: Extent, of: &str) -> Result<(), HeaderFault> {
        let (mut key, mut value) = (String::new(), String::new());
        self.message(entry, |model, field| {
            match (field.number, field.value) {
                (1, Value::Bytes(text)) => key = model.wire.name(text)?,
                (2, Value::Bytes(text)) => value = model.wire.text(text)?,
                _ => {}
            }
            Ok(())
        })?;
        let key = format!("{of}.{key}");
        if self.header.metadata.contains_key(&key) {
            self.header.add_oddity(format!("`{}` is there more than once", quoted(&key)));
        }
        self.note(key, value)
    }

    /// What training would run: one graph that initialises, one that steps.
    fn training(&mut self, training: Extent) -> Result<(), HeaderFault> {
        self.message(training, |model, field| match (field.number, field.value) {
            (1 | 2, Value::Bytes(graph)) => model.inner_graph(graph),
            _ => Ok(()),
        })
    }

    fn into_header(self) -> Result<Header, HeaderFault> {
        let mut header = self.header;
        match self.graphs {
            0 => return Err(HeaderFault::invalid("no ONNX model: there is no graph")),
            1 => {}
            _ => header.add_oddity("the model's graph comes in more than one part".to_owned()),
        }
        if !self.has_ir_version || !header.metadata.keys().any(|key| key.starts_with(OPSET)) {
            return Err(HeaderFault::invalid("no ONNX model: it does not say its `ir_version` and its operator sets"));
        }
        for (name, kind) in self.inputs {
            if !header.tensors.contains_key(&name) {
                header.metadata.insert(format!("input.{name}"), kind);
            }
        }
        tensor::add_numbered(&mut header.tensors, self.inner_tensors);
        header.external_files = self.external_files.into_iter().collect();
        header.custom_code = self.operators.custom_code();
        header.count_parameters();
        Ok(header)
    }
}

#[cfg(test)]
mod tests;
