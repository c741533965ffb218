//! The picture: a metric over the last deployments, where Slack holds one for us.

use serde_json::Value;
use slack_morphism::prelude::{SlackBlock, SlackFileId, SlackFileIdOrUrl, SlackImageBlock, SlackImageUrlOrFile};

use crate::domain::Picture;
use crate::ports::PortError;
use crate::ports::chat::Board;
use crate::slack::blocks::plain;
use crate::slack::text;

/// Slack's limits.
const MAX_ALT: usize = 1_900;
const MAX_TITLE: usize = 200;

pub(in crate::slack) fn block(board: &Board<'_>) -> Option<SlackBlock> {
    let Picture { evidence, file, title, alt } = board.request.picture.as_ref()?;
    if board.request.evidence.as_ref().is_none_or(|brief| brief.digest != *evidence) {
        return None;
    }
    let file = SlackFileIdOrUrl::Id { id: SlackFileId(file.clone()) };
    let alt = text::line(alt, MAX_ALT);
    // Slack takes no picture without a word for it.
    let alt = if alt.is_empty() { "A chart".to_owned() } else { alt };
    let image = SlackImageBlock::new(SlackImageUrlOrFile::SlackFile { slack_file: file }, alt);
    Some(image.with_title(plain(&text::line(title, MAX_TITLE), MAX_TITLE).into()).into())
}

/// What Slack says of a message with a picture that it cannot show.
pub(in crate::slack) fn is_refused(error: &PortError) -> bool {
    ["invalid_blocks", "slack_file", "file_not_found"].iter().any(|word| error.why.contains(word))
}

/// The same message without its pictures; `None` where it has none.
pub(in crate::slack) fn without(arguments: &Value) -> Option<Value> {
    let mut plain = arguments.clone();
    let blocks = plain.get_mut("blocks")?.as_array_mut()?;
    let all = blocks.len();
    blocks.retain(|block| block.get("slack_file").is_none());
    (blocks.len() < all).then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Digest;
    use crate::slack::sample::{board, evidence, open_request};
    use serde_json::json;

    #[test]
    fn it_is_shown_for_the_evidence_it_was_drawn_from_and_for_no_other() {
        let (mut request, evidence) = (open_request(), evidence());
        let digest = request.evidence.as_ref().unwrap().digest;
        let of = |evidence| Picture { evidence, file: "F0A".into(), title: "accuracy".into(), alt: "0.9, 0.8".into() };
        request.picture = Some(of(digest));
        let shown = json!(block(&board(&request, &evidence)).unwrap());
        assert_eq!(shown["slack_file"], json!({ "id": "F0A" }));
        assert_eq!(shown["alt_text"], "0.9, 0.8");
        request.picture = Some(of(Digest::of(b"other")));
        assert!(block(&board(&request, &evidence)).is_none());
    }

    #[test]
    fn a_message_goes_without_what_slack_does_not_show() {
        let image = json!({ "type": "image", "slack_file": { "id": "F0A" }, "alt_text": "x" });
        let section = json!({ "type": "section" });
        let message = json!({ "text": "t", "blocks": [section, image] });
        assert_eq!(without(&message), Some(json!({ "text": "t", "blocks": [{ "type": "section" }] })));
        assert_eq!(without(&json!({ "text": "t", "blocks": [{ "type": "section" }] })), None);
        assert!(is_refused(&PortError::permanent("post", "invalid_blocks")));
        assert!(!is_refused(&PortError::permanent("post", "not_in_channel")));
    }
}
