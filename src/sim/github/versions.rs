//! The two versions of the REST API. The newer one lacks members the older one has.

use serde_json::Value;

use super::reply::{Ask, Reply};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    /// 2022-11-28, the default.
    Old,
    /// 2026-03-10.
    New,
}

/// Members the newer version no longer sends.
const GONE: [&str; 4] = ["merge_commit_sha", "assignee", "has_downloads", "rate"];

pub(super) fn asked(ask: &Ask) -> Result<Version, Reply> {
    match ask.header("x-github-api-version") {
        None | Some("2022-11-28") => Ok(Version::Old),
        Some("2026-03-10") => Ok(Version::New),
        Some(_) => Err(Reply::error(400, "The X-GitHub-Api-Version header value is not a supported API version.")),
    }
}

/// The answer as that version has it.
pub(super) fn shaped(version: Version, reply: Reply) -> Reply {
    if version == Version::Old {
        return reply.with_header("x-github-api-version-selected", "2022-11-28");
    }
    let body = match serde_json::from_slice::<Value>(&reply.body) {
        Ok(mut value) => {
            strip(&mut value);
            value.to_string().into_bytes()
        }
        Err(_) => reply.body.clone(),
    };
    Reply { body, ..reply }.with_header("x-github-api-version-selected", "2026-03-10")
}

fn strip(value: &mut Value) {
    match value {
        Value::Object(object) => {
            object.retain(|name, _| !GONE.contains(&name.as_str()));
            object.values_mut().for_each(strip);
        }
        Value::Array(items) => items.iter_mut().for_each(strip),
        _ => {}
    }
}
