//! What a workflow says about itself: `countersign.json`, `{"fields": {"name": "value"}}`. Nobody verified a word of it.

use std::collections::BTreeSet;
use std::fmt;

use serde::Deserialize;
use serde::de::{MapAccess, Visitor};

/// The file's name, anywhere in the artifact.
pub const FILE_NAME: &str = "countersign.json";
/// Most fields shown.
pub const MAX_FIELDS: usize = 10;
/// Longest name and longest value, in characters.
pub const MAX_NAME_CHARS: usize = 40;
pub const MAX_VALUE_CHARS: usize = 200;
/// Longest file read, in bytes.
const MAX_BYTES: usize = 64 * 1024;

/// Names with values in the file's order, as they stand there, and what of it was left out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fields {
    pub fields: Vec<(String, String)>,
    /// Why something is missing.
    pub flaw: Option<String>,
}

/// Reads the fields. Those that keep to the limits are kept when others do not.
pub fn read_fields(bytes: &[u8]) -> Fields {
    if bytes.len() > MAX_BYTES {
        return Fields { flaw: Some(format!("it is longer than {MAX_BYTES} bytes")), ..Fields::default() };
    }
    let File { fields: Members(all) } = match serde_json::from_slice(bytes) {
        Ok(file) => file,
        Err(error) => return Fields { flaw: Some(error.to_string()), ..Fields::default() },
    };
    let total = all.len();
    let fits = |(name, value): &(String, String)| {
        !name.trim().is_empty() && is_short(name, MAX_NAME_CHARS) && is_short(value, MAX_VALUE_CHARS)
    };
    let mut fields: Vec<_> = all.into_iter().filter(fits).collect();
    fields.truncate(MAX_FIELDS);
    let left_out = total.saturating_sub(fields.len());
    let flaw = (left_out > 0).then(|| {
        format!(
            "{left_out} of {total} fields are left out: at most {MAX_FIELDS} are shown, with names of at most \
             {MAX_NAME_CHARS} and values of at most {MAX_VALUE_CHARS} characters"
        )
    });
    Fields { fields, flaw }
}

fn is_short(text: &str, max: usize) -> bool {
    text.chars().nth(max).is_none()
}

#[derive(Deserialize)]
struct File {
    fields: Members,
}

/// An object of texts in its own order, each name once.
struct Members(Vec<(String, String)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of names with texts")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let (mut all, mut names) = (Vec::new(), BTreeSet::new());
                while let Some((name, value)) = map.next_entry::<String, String>()? {
                    if !names.insert(name.clone()) {
                        return Err(serde::de::Error::custom("a name appears twice"));
                    }
                    all.push((name, value));
                }
                Ok(Members(all))
            }
        }
        from.deserialize_map(InOrder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_keep_their_order() {
        let read = read_fields(br#"{"fields": {"run": "482", "experiment": "wide \u2192 deep"}, "version": 1}"#);
        let fields: Vec<_> = read.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(fields, [("run", "482"), ("experiment", "wide → deep")]);
        assert_eq!(read.flaw, None);
    }

    #[test]
    fn too_many_or_too_long_ones_are_left_out_and_said() {
        let many: Vec<String> = (0..12).map(|n| format!("\"f{n}\": \"{n}\"")).collect();
        let read = read_fields(format!("{{\"fields\": {{{}}}}}", many.join(",")).as_bytes());
        assert_eq!(read.fields.len(), MAX_FIELDS);
        assert!(read.flaw.unwrap().starts_with("2 of 12 fields are left out"));
        let long =
            format!("{{\"fields\": {{\"a\": \"{}\", \"{}\": \"b\", \"c\": \"d\"}}}}", "x".repeat(201), "n".repeat(41));
        let read = read_fields(long.as_bytes());
        assert_eq!((read.fields.len(), read.flaw.is_some()), (1, true));
    }

    #[test]
    fn what_is_not_as_documented_gives_no_fields_and_says_why() {
        for bad in
            ["", "{}", "[]", r#"{"fields": ["a"]}"#, r#"{"fields": {"a": 1}}"#, r#"{"fields": {"a": "1", "a": "2"}}"#]
        {
            let read = read_fields(bad.as_bytes());
            assert!(read.fields.is_empty() && read.flaw.is_some(), "{bad}");
        }
        assert!(read_fields(&vec![b' '; MAX_BYTES + 1]).flaw.unwrap().contains("longer"));
    }
}
