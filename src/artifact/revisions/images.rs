//! Container images by name, and where Compose and Kubernetes name them.
//!
//! Docker: "Image references"; Compose specification, `services`; Kubernetes API, `Container`.

use super::{Revisions, UNPINNED_LIMIT, UnpinnedRevision, problem};
use crate::artifact::yaml::{self, Node, Value};

/// An image reference in its parts.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Image<'a> {
    name: &'a str,
    tag: Option<&'a str>,
    has_digest: bool,
}

impl<'a> Image<'a> {
    /// None for what is put together at run time, and for what is no image.
    pub fn read(text: &'a str) -> Option<Self> {
        let text = text.trim();
        let is_made = text.contains(['$', '{', '}', '<', '>', '%']) || text.contains("://");
        let is_picture = [".png", ".jpg", ".jpeg", ".svg", ".gif", ".webp"].iter().any(|ending| text.ends_with(ending));
        if text.is_empty()
            || is_made
            || is_picture
            || text.contains(char::is_whitespace)
            || text.starts_with(['.', '/'])
        {
            return None;
        }
        let (named, digest) = text.split_once('@').map_or((text, None), |(named, digest)| (named, Some(digest)));
        let after_host = named.rfind('/').map_or(0, |slash| slash + 1);
        let (name, tag) = match named.get(after_host..).and_then(|last| last.split_once(':')) {
            Some((last, tag)) => (named.get(..after_host + last.len()).unwrap_or(named), Some(tag)),
            None => (named, None),
        };
        Some(Self { name, tag, has_digest: digest.is_some_and(is_digest) })
    }
}

/// `sha256:` and 64 digits.
fn is_digest(digest: &str) -> bool {
    let digits = digest.strip_prefix("sha256:").unwrap_or_default();
    digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}

pub(super) fn unpinned(image: Image<'_>, call: &str, line: usize) -> Option<UnpinnedRevision> {
    (!image.has_digest).then(|| UnpinnedRevision {
        cell: None,
        line,
        call: call.to_owned(),
        name: image.name.to_owned(),
        revision: image.tag.map(str::to_owned),
        trusts_remote_code: false,
    })
}

/// Reads the images of a Compose file or of Kubernetes objects; other YAML has none.
pub(super) fn read_yaml(text: &str) -> Revisions {
    let mut found = Revisions::default();
    let documents = documents(text);
    if let Some((first_line, _)) = documents.get(DOCUMENT_LIMIT) {
        found.problem = Some(problem(*first_line, "it has more documents than are read"));
    }
    for (first_line, document) in documents.iter().take(DOCUMENT_LIMIT).filter(|(_, text)| text.contains("image")) {
        match yaml::read(document, *first_line, "the document") {
            Ok(document) => of_document(&document.root, &mut found),
            // Much YAML is in a dialect, or a template of YAML, and nothing to us.
            Err(fault) if runs_images(document) => {
                let why = format!("it names images, and cannot be read as YAML: {}", fault.reason);
                found.problem.get_or_insert(problem(fault.line, &why));
            }
            Err(_) => {}
        }
    }
    found
}

/// Whether a document that cannot be read is one of Compose or Kubernetes all the same, by its lines.
fn runs_images(document: &str) -> bool {
    let has = |key: &str| document.lines().any(|line| line.starts_with(key));
    has("services:") || (has("apiVersion:") && has("kind:"))
}

/// Each document is bounded by itself; more would be too much together.
const DOCUMENT_LIMIT: usize = 300;

/// The documents of a file with the line each begins on: `---` and `...` in the first column are never content.
fn documents(text: &str) -> Vec<(usize, String)> {
    let mut documents = vec![(1, String::new())];
    for (index, line) in text.strip_prefix('\u{feff}').unwrap_or(text).lines().enumerate() {
        let marker = ["---", "..."].into_iter().find_map(|marker| line.strip_prefix(marker));
        if let Some(rest) = marker.filter(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace)) {
            documents.push((index + 1, format!("   {rest}\n")));
        } else if let Some((_, document)) = documents.last_mut() {
            // A directive is about the document after it.
            document.push_str(if line.starts_with('%') { "" } else { line });
            document.push('\n');
        }
    }
    documents
}

fn of_document(root: &Node, found: &mut Revisions) {
    if is_object(root) {
        of_object(root, found);
    } else if let Some(services) = root.get("services") {
        for service in services.entries() {
            of_service(&service.value, found);
        }
    }
}

/// Kinds whose content is somebody else's.
const OPAQUE_KINDS: [&str; 3] = ["ConfigMap", "CustomResourceDefinition", "Secret"];

/// A Kubernetes object, or a list of them.
fn is_object(root: &Node) -> bool {
    let kind = root.get("kind").and_then(Node::text);
    root.get("apiVersion").is_some() && kind.is_some_and(|kind| !OPAQUE_KINDS.contains(&kind))
}

/// Every `image` in what the object asks for.
fn of_object(root: &Node, found: &mut Revisions) {
    for entry in root.entries().iter().filter(|entry| matches!(entry.key.as_str(), "spec" | "items" | "template")) {
        walk(&entry.value, DEPTH_LIMIT, found);
    }
}

/// Recursion ends here; the reader of YAML keeps the same limit.
const DEPTH_LIMIT: usize = 64;

fn walk(node: &Node, depth: usize, found: &mut Revisions) {
    let Some(depth) = depth.checked_sub(1) else { return };
    match &node.value {
        Value::List(items) => items.iter().for_each(|item| walk(item, depth, found)),
        Value::Map(entries) => {
            for entry in entries {
                match entry.value.text().filter(|_| entry.key == "image") {
                    Some(text) => take(text, entry.line, found),
                    None => walk(&entry.value, depth, found),
                }
            }
        }
        Value::Null | Value::Text(_) => {}
    }
}

/// The image of a service that is not built here; with `build`, it is only the name of the result.
fn of_service(service: &Node, found: &mut Revisions) {
    if let Some(image) = service.get("image").filter(|_| service.get("build").is_none())
        && let Some(text) = image.text()
    {
        take(text, image.line, found);
    }
}

fn take(text: &str, line: usize, found: &mut Revisions) {
    if let Some(one) = Image::read(text).and_then(|image| unpinned(image, "image", line)) {
        if found.unpinned.len() < UNPINNED_LIMIT { found.unpinned.push(one) } else { found.more += 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_fall_into_name_tag_and_digest() {
        let parts = |text: &str| {
            let image = Image::read(text)?;
            Some((image.name.to_owned(), image.tag.map(str::to_owned), image.has_digest))
        };
        let digest = format!("sha256:{}", "0".repeat(64));
        assert_eq!(parts("python"), Some(("python".into(), None, false)));
        assert_eq!(parts("python:3.12-slim"), Some(("python".into(), Some("3.12-slim".into()), false)));
        assert_eq!(parts("localhost:5000/a/b"), Some(("localhost:5000/a/b".into(), None, false)));
        assert_eq!(parts("localhost:5000/a/b:1"), Some(("localhost:5000/a/b".into(), Some("1".into()), false)));
        assert_eq!(parts(&format!("a/b:1@{digest}")), Some(("a/b".into(), Some("1".into()), true)));
        assert_eq!(parts("a@sha256:0"), Some(("a".into(), None, false)));
        for no_image in
            ["", "${BASE}", "{{ .Values.image }}", "$(IMAGE)", "logo.png", "https://a.example/b", "a b", "./x"]
        {
            assert_eq!(parts(no_image), None, "{no_image}");
        }
    }
}
