//! Graphs, their operators, and the graphs and tensors inside operators' attributes.

use super::wire::{Extent, Value};
use super::{HeaderFault, Model};

impl Model<'_> {
    pub(super) fn main_graph(&mut self, graph: Extent) -> Result<(), HeaderFault> {
        self.message(graph, |model, field| match (field.number, field.value) {
            (1, Value::Bytes(node)) => model.node(node),
            (2, Value::Bytes(name)) => model.note_text("graph", name),
            (5, Value::Bytes(tensor)) => model.initializer(tensor, ""),
            (11, Value::Bytes(input)) => model.input(input),
            (12, Value::Bytes(output)) => model.output(output),
            (15, Value::Bytes(sparse)) => model.sparse_initializer(sparse, ""),
            (16, Value::Bytes(entry)) => model.property(entry, "graph_metadata"),
            _ => Ok(()),
        })
    }

    /// The body of a loop, a branch, or what training runs. Its weights are told by its own name and theirs.
    pub(super) fn inner_graph(&mut self, graph: Extent) -> Result<(), HeaderFault> {
        let scope = self.graph_name(graph)?;
        self.message(graph, |model, field| match (field.number, field.value) {
            (1, Value::Bytes(node)) => model.node(node),
            (5, Value::Bytes(tensor)) => model.initializer(tensor, &scope),
            (15, Value::Bytes(sparse)) => model.sparse_initializer(sparse, &scope),
            _ => Ok(()),
        })
    }

    /// `body/`, in front of the names of what is in the graph.
    fn graph_name(&mut self, graph: Extent) -> Result<String, HeaderFault> {
        let mut name = String::new();
        self.message(graph, |model, field| {
            if let (2, Value::Bytes(text)) = (field.number, field.value) {
                name = model.wire.name(text)?;
            }
            Ok(())
        })?;
        name.push('/');
        Ok(name)
    }

    fn node(&mut self, node: Extent) -> Result<(), HeaderFault> {
        let (mut domain, mut operator) = (String::new(), String::new());
        self.message(node, |model, field| match (field.number, field.value) {
            (4, Value::Bytes(text)) => model.wire.name(text).map(|name| operator = name),
            (5, Value::Bytes(attribute)) => model.attribute(attribute),
            (7, Value::Bytes(text)) => model.wire.name(text).map(|name| domain = name),
            _ => Ok(()),
        })?;
        self.operators.use_operator(domain, operator)
    }

    fn attribute(&mut self, attribute: Extent) -> Result<(), HeaderFault> {
        self.message(attribute, |model, field| match (field.number, field.value) {
            (5 | 10, Value::Bytes(tensor)) => model.constant(tensor),
            (6 | 11, Value::Bytes(graph)) => model.inner_graph(graph),
            (22 | 23, Value::Bytes(sparse)) => model.sparse_constant(sparse),
            _ => Ok(()),
        })
    }

    /// A function that the model defines out of other operators.
    pub(super) fn function(&mut self, function: Extent) -> Result<(), HeaderFault> {
        let (mut domain, mut name) = (String::new(), String::new());
        self.message(function, |model, field| match (field.number, field.value) {
            (1, Value::Bytes(text)) => model.wire.name(text).map(|text| name = text),
            (7, Value::Bytes(node)) => model.node(node),
            (10, Value::Bytes(text)) => model.wire.name(text).map(|text| domain = text),
            (11, Value::Bytes(attribute)) => model.attribute(attribute),
            _ => Ok(()),
        })?;
        self.operators.define_function(domain, name)
    }
}
