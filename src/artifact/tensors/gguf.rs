//! GGUF: the magic `GGUF`, a version, metadata, a list of tensors, and the tensors at aligned offsets.
//!
//! ggml-org/ggml: docs/gguf.md; ggml-org/llama.cpp: gguf-py/gguf/gguf_reader.py and ggml/src/gguf.cpp for what readers refuse.

mod layout;
mod types;
mod value;

use std::collections::BTreeMap;

use super::cursor::Cursor;
use super::{
    HEADER_LIMIT_BYTES, Header, HeaderFault, METADATA_LIMIT, NAME_LIMIT_BYTES, TEMPLATE_LIMIT_BYTES, TENSOR_LIMIT,
    Tensor,
};
use crate::artifact::source::Source;
use crate::artifact::text::quoted;
use layout::Stored;

/// Reads the header of a GGUF file, version 2 or 3, little-endian.
///
/// # Errors
/// When a part of it is missing, it is not what the format demands, or it is larger than the limits.
pub fn read(source: &dyn Source) -> Result<Header, HeaderFault> {
    let mut cursor = Cursor::limited(source, HEADER_LIMIT_BYTES);
    check_start(&mut cursor)?;
    let tensor_count = bounded_count(cursor.u64()?, TENSOR_LIMIT, "tensors")?;
    let entry_count = bounded_count(cursor.u64()?, METADATA_LIMIT, "entries of metadata")?;
    let mut reader = Reader { cursor, header: Header::default(), alignment: DEFAULT_ALIGNMENT };
    for _ in 0..entry_count {
        reader.entry()?;
    }
    let tensors = reader.tensors(tensor_count)?;
    let Reader { cursor, mut header, alignment } = reader;
    layout::check(&tensors, cursor.position(), alignment, source.size(), &mut header)?;
    header.tensors = tensors.into_iter().map(|(name, stored)| (name, stored.tensor)).collect();
    header.count_parameters();
    Ok(header)
}

const DEFAULT_ALIGNMENT: u32 = 32;
/// Dimensions that ggml's tensors can have.
const DIMENSION_LIMIT: u32 = 4;
/// Longest name that ggml's tensors can have.
const TENSOR_NAME_BYTES: usize = 64;

/// Magic and version.
fn check_start(cursor: &mut Cursor<'_>) -> Result<(), HeaderFault> {
    if cursor.left() < 4 || cursor.array()? != *b"GGUF" {
        return Err(HeaderFault::invalid("the file does not begin with `GGUF`"));
    }
    match cursor.u32()? {
        2 | 3 => Ok(()),
        1 => Err(HeaderFault::invalid("version 1 of GGUF: present readers refuse it")),
        big_endian if big_endian & 0xffff == 0 && big_endian != 0 => {
            Err(HeaderFault::invalid("the file is big-endian: made for other machines, and not read here"))
        }
        version => Err(HeaderFault::invalid(format!("version {version} of GGUF, which is not known"))),
    }
}

fn bounded_count(count: u64, limit: usize, what: &'static str) -> Result<usize, HeaderFault> {
    usize::try_from(count).ok().filter(|count| *count <= limit).ok_or_else(|| HeaderFault::too_large(what, limit))
}

/// A file that is being read.
struct Reader<'a> {
    cursor: Cursor<'a>,
    header: Header,
    alignment: u32,
}

impl Reader<'_> {
    /// One entry of metadata: key, type, value.
    fn entry(&mut self) -> Result<(), HeaderFault> {
        let at = self.cursor.position();
        let key = self.name("keys")?;
        let kind = self.cursor.u32()?;
        if self.header.metadata.contains_key(&key) || self.has_template(&key) {
            return Err(HeaderFault::invalid(format!("key `{}` is there twice, again at byte {at}", quoted(&key))));
        }
        if key == "general.alignment" {
            self.alignment = self.read_alignment(kind)?;
            self.header.metadata.insert(key, self.alignment.to_string());
            return Ok(());
        }
        if kind == value::STRING && is_template(&key) {
            return self.template(&key);
        }
        if is_template(&key) {
            self.header.add_oddity(format!("`{}` is no text", quoted(&key)));
        }
        let value = value::read(&mut self.cursor, kind)?;
        self.header.metadata.insert(key, value);
        Ok(())
    }

    /// Length and bytes of a name, which must be text.
    fn name(&mut self, what: &'static str) -> Result<String, HeaderFault> {
        let at = self.cursor.position();
        let length = self.cursor.u64()?;
        let bytes = self.cursor.take(length, NAME_LIMIT_BYTES, "bytes in one name")?;
        String::from_utf8(bytes)
            .map_err(|_| HeaderFault::invalid(format!("{what} must be UTF-8, and the one at byte {at} is not")))
    }

    fn read_alignment(&mut self, kind: u32) -> Result<u32, HeaderFault> {
        if kind != value::U32 {
            return Err(HeaderFault::invalid("`general.alignment` is not an unsigned number of 32 bits"));
        }
        let alignment = self.cursor.u32()?;
        match alignment.is_power_of_two() {
            true => Ok(alignment),
            false => Err(HeaderFault::invalid(format!("`general.alignment` is {alignment}, not a power of two"))),
        }
    }

    fn template(&mut self, key: &str) -> Result<(), HeaderFault> {
        let length = self.cursor.u64()?;
        let bytes = self.cursor.take(length, TEMPLATE_LIMIT_BYTES, "bytes in one prompt template")?;
        let text = String::from_utf8(bytes)
            .map_err(|_| HeaderFault::invalid(format!("`{}` must be UTF-8, and is not", quoted(key))))?;
        match key.strip_prefix(NAMED_TEMPLATE) {
            Some(name) => drop(self.header.named_templates.insert(name.to_owned(), text)),
            None => self.header.chat_template = Some(text),
        }
        Ok(())
    }

    fn has_template(&self, key: &str) -> bool {
        match key.strip_prefix(NAMED_TEMPLATE) {
            Some(name) => self.header.named_templates.contains_key(name),
            None => key == TEMPLATE && self.header.chat_template.is_some(),
        }
    }

    fn tensors(&mut self, count: usize) -> Result<BTreeMap<String, Stored>, HeaderFault> {
        let mut tensors = BTreeMap::new();
        for _ in 0..count {
            let at = self.cursor.position();
            let name = self.name("names of tensors")?;
            let stored = self.tensor(&name)?;
            if tensors.contains_key(&name) {
                let name = quoted(&name);
                return Err(HeaderFault::invalid(format!("tensor `{name}` is there twice, again at byte {at}")));
            }
            tensors.insert(name, stored);
        }
        Ok(tensors)
    }

    fn tensor(&mut self, name: &str) -> Result<Stored, HeaderFault> {
        if name.len() >= TENSOR_NAME_BYTES {
            self.header.add_oddity(format!("tensor `{}` has a name of 64 bytes or more", quoted(name)));
        }
        let dimensions = self.cursor.u32()?;
        if dimensions > DIMENSION_LIMIT {
            let name = quoted(name);
            return Err(HeaderFault::invalid(format!(
                "tensor `{name}` has {dimensions} dimensions, and 4 is the most"
            )));
        }
        let shape = (0..dimensions).map(|_| self.cursor.u64()).collect::<Result<Vec<u64>, _>>()?;
        let kind = self.cursor.u32()?;
        let dtype = types::name(kind).map_or_else(|| format!("type {kind}"), str::to_owned);
        Ok(Stored { tensor: Tensor { dtype, shape }, kind, offset: self.cursor.u64()? })
    }
}

const TEMPLATE: &str = "tokenizer.chat_template";
const NAMED_TEMPLATE: &str = "tokenizer.chat_template.";

fn is_template(key: &str) -> bool {
    key == TEMPLATE || key.starts_with(NAMED_TEMPLATE)
}

#[cfg(test)]
mod tests;
