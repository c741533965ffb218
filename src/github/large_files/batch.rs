//! The batch request of Git LFS and its answer.
//!
//! Git LFS: docs/api/batch.md. An object's own error rides inside an answer of 200.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ports::code::{LargeFile, LargeFileAddress, Located};

use super::address;

/// Most objects in one request; servers accept no more.
pub const OBJECTS_PER_CALL: usize = 100;
pub const MEDIA_TYPE: &str = "application/vnd.git-lfs+json";
/// Longest words of the forge's that are passed on, in characters.
const MAX_WHY_CHARS: usize = 200;

#[derive(Serialize)]
pub struct Batch {
    operation: &'static str,
    transfers: [&'static str; 1],
    hash_algo: &'static str,
    objects: Vec<ObjectWish>,
}

#[derive(Serialize)]
struct ObjectWish {
    oid: String,
    size: u64,
}

impl Batch {
    pub fn download(wanted: &[LargeFile]) -> Self {
        let objects = wanted.iter().map(|file| ObjectWish { oid: file.oid.to_string(), size: file.size }).collect();
        Self { operation: "download", transfers: ["basic"], hash_algo: "sha256", objects }
    }
}

#[derive(Deserialize)]
pub struct BatchAnswer {
    /// How the contents are transferred; `basic` where nothing is said.
    transfer: Option<String>,
    objects: Vec<ObjectRow>,
}

#[derive(Deserialize)]
struct ObjectRow {
    oid: String,
    actions: Option<Actions>,
    error: Option<ObjectError>,
}

#[derive(Deserialize)]
struct Actions {
    download: Option<Action>,
}

#[derive(Deserialize)]
struct Action {
    href: String,
    #[serde(default)]
    header: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
struct ObjectError {
    code: u64,
    #[serde(default)]
    message: String,
}

impl BatchAnswer {
    /// Whether the contents are to be had by plain requests.
    pub fn is_basic(&self) -> bool {
        self.transfer.as_deref().is_none_or(|transfer| transfer == "basic")
    }

    /// Where each of the wanted contents is, in the order asked for.
    pub fn located(self, wanted: &[LargeFile], on_this_machine: bool) -> Vec<Located> {
        let mut rows: BTreeMap<String, ObjectRow> =
            self.objects.into_iter().map(|row| (row.oid.clone(), row)).collect();
        let refused = |why: &str| Located::Refused { why: why.to_owned() };
        let located = |file: &LargeFile| match rows.remove(&file.oid.to_string()) {
            None => refused("the answer does not name it"),
            Some(ObjectRow { error: Some(error), .. }) => error.located(),
            Some(ObjectRow { actions: Some(Actions { download: Some(action) }), .. }) => {
                action.address(file.size, on_this_machine).map_or_else(refused, Located::At)
            }
            Some(_) => refused("the answer has no address for it"),
        };
        wanted.iter().map(located).collect()
    }
}

impl ObjectError {
    fn located(self) -> Located {
        if matches!(self.code, 404 | 410) {
            return Located::Missing;
        }
        let words: String = self.message.chars().filter(|c| !c.is_control()).take(MAX_WHY_CHARS).collect();
        Located::Refused { why: format!("error {}: {words}", self.code) }
    }
}

impl Action {
    fn address(self, size: u64, on_this_machine: bool) -> Result<LargeFileAddress, &'static str> {
        let url = address::checked(&self.href, on_this_machine)?;
        let text = |(name, value): (String, Value)| match value {
            Value::String(value) => Ok((name, value)),
            _ => Err("what has to be sent along cannot be read"),
        };
        let headers = self.header.into_iter().map(text).collect::<Result<_, _>>()?;
        Ok(LargeFileAddress { url: url.into(), headers: address::headers(headers)?, size })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Digest;

    fn file(seed: &[u8]) -> LargeFile {
        LargeFile { oid: Digest::of(seed), size: 9 }
    }

    fn located(objects: &Value, wanted: &[LargeFile]) -> Vec<Located> {
        let answer = serde_json::json!({ "objects": objects });
        serde_json::from_value::<BatchAnswer>(answer).unwrap().located(wanted, false)
    }

    #[test]
    fn answers_come_in_the_order_asked_for_whatever_theirs() {
        let (a, b) = (file(b"a"), file(b"b"));
        let object = |file: LargeFile, host: &str| {
            serde_json::json!({ "oid": file.oid, "size": 9, "actions": { "download": {
                "href": format!("https://{host}/x"), "header": { "X-Key": "k" }, "expires_in": 60 } } })
        };
        let found = located(&serde_json::json!([object(b, "b.example"), object(a, "a.example")]), &[a, b]);
        let hosts: Vec<&str> = found
            .iter()
            .map(|one| match one {
                Located::At(address) => address.url.as_str(),
                _ => panic!("{one:?}"),
            })
            .collect();
        assert_eq!(hosts, ["https://a.example/x", "https://b.example/x"]);
    }

    #[test]
    fn whatever_is_no_address_is_missing_or_refused_in_words() {
        let [gone, quota, silent, http, odd] = [b"1", b"2", b"3", b"4", b"5"].map(|seed| file(seed));
        let error = |file: LargeFile, code: u16, message: &str| serde_json::json!({ "oid": file.oid, "size": 9, "error": { "code": code, "message": message } });
        let action = |file: LargeFile, action: Value| serde_json::json!({ "oid": file.oid, "size": 9, "actions": { "download": action } });
        let objects = serde_json::json!([
            error(gone, 404, "Object does not exist"),
            error(quota, 403, "over its data\u{7} quota"),
            action(http, serde_json::json!({ "href": "http://media.example/x" })),
            action(odd, serde_json::json!({ "href": "https://media.example/x", "header": { "a": 1 } })),
        ]);
        let refused = |why: &str| Located::Refused { why: why.to_owned() };
        assert_eq!(
            located(&objects, &[gone, quota, silent, http, odd]),
            [
                Located::Missing,
                refused("error 403: over its data quota"),
                refused("the answer does not name it"),
                refused("its address is not an https one"),
                refused("what has to be sent along cannot be read"),
            ]
        );
    }
}
