//! A walk through the whole of a configuration: objects are found wherever they are nested, because Keras finds them there.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::HeaderFault;
use super::objects::{self, Object};
use crate::artifact::tensors::words::abbreviated;
use crate::artifact::tensors::{NAME_LIMIT_BYTES, ODDITY_LIMIT};
use crate::artifact::text::quoted;

/// Different things that run or are read when the model is built.
const LIST_LIMIT: usize = 4096;

/// What was found so far.
#[derive(Default)]
pub(super) struct Findings {
    pub custom_code: BTreeSet<String>,
    pub external_files: BTreeSet<String>,
    pub oddities: Vec<String>,
    /// Objects that Keras would build.
    pub objects: u64,
    /// Why reading stopped, when a plain message does not tell.
    pub fault: Option<HeaderFault>,
}

impl Findings {
    fn judge<E: Error>(&mut self, object: &Object) -> Result<(), E> {
        if object.class_name.is_some() {
            self.objects = self.objects.saturating_add(1);
        }
        self.custom_code.extend(objects::custom_code(object));
        self.external_files.extend(objects::external_file(object));
        if self.custom_code.len().max(self.external_files.len()) > LIST_LIMIT {
            return Err(self.stop("custom objects", LIST_LIMIT));
        }
        Ok(())
    }

    /// Stops reading for a reason that is not the JSON's.
    fn stop<E: Error>(&mut self, what: &'static str, limit: usize) -> E {
        self.fault = Some(HeaderFault::too_large(what, limit));
        E::custom("too large")
    }

    fn note_duplicate(&mut self, key: &str) {
        if self.oddities.len() < ODDITY_LIMIT {
            self.oddities.push(format!("key `{}` is there twice in one object", quoted(key)));
        }
    }
}

/// A value that is being read.
pub(super) struct Walk<'a> {
    findings: &'a mut Findings,
    /// What a text here is looked at for.
    role: Role,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Other,
    /// The value of a key that says what an object is.
    Named,
}

/// What a value turned out to be, as far as the object around it needs it.
#[derive(Default)]
pub(super) struct Seen {
    pub text: Option<String>,
    pub object: Option<Object>,
}

impl<'a> Walk<'a> {
    pub fn new(findings: &'a mut Findings) -> Self {
        Self { findings, role: Role::Other }
    }
}

impl<'de> DeserializeSeed<'de> for Walk<'_> {
    type Value = Seen;

    /// Recursion ends where the JSON reader's own limit of 128 levels does.
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Seen, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = Seen;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Seen, E> {
        Ok(Seen::default())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Seen, E> {
        Ok(Seen::default())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Seen, E> {
        Ok(Seen::default())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Seen, E> {
        Ok(Seen::default())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Seen, E> {
        Ok(Seen::default())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Seen, E> {
        if self.role == Role::Other {
            return Ok(Seen::default());
        }
        if text.len() > NAME_LIMIT_BYTES {
            return Err(self.findings.stop("bytes in one name", NAME_LIMIT_BYTES));
        }
        Ok(Seen { text: Some(text.to_owned()), object: None })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Seen, A::Error> {
        while seq.next_element_seed(Walk::new(self.findings))?.is_some() {}
        Ok(Seen::default())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Seen, A::Error> {
        let findings = self.findings;
        let mut object = Object::default();
        let mut before: BTreeSet<String> = BTreeSet::new();
        while let Some(key) = map.next_key::<String>()? {
            let role = if objects::is_telling(&key) { Role::Named } else { Role::Other };
            let seen = map.next_value_seed(Walk { findings, role })?;
            if role == Role::Named && before.contains(&key) {
                // Readers take the last one, so the first may only be there for a checker: it is judged as well.
                findings.note_duplicate(&key);
                findings.judge(&object)?;
            }
            object.take(&key, seen);
            if role == Role::Named {
                before.insert(key);
            }
        }
        findings.judge(&object)?;
        object.class_name = object.class_name.map(abbreviated);
        Ok(Seen { text: None, object: Some(object) })
    }
}
