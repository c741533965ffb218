//! Values that rules of their own decide about: they are decoded to see whether they can be.

use super::{Spot, Walk};
use crate::artifact::metrics::Amount;
use crate::artifact::text::quoted;
use crate::artifact::yaml::{Mark, Node};
use crate::checks::rules::external::{CheckName, CheckUrl, HttpCheck, RunRule, SarifCheck};
use crate::checks::rules::{ExternalRules, ModelRules};
use crate::policy::decode::{DecodeError, decode};
use crate::policy::finding::Rule;
use crate::policy::place::FileRole;

fn attempt(name: &str, node: &Node, role: FileRole) -> Result<(), DecodeError> {
    match name {
        "Amount" => decode::<Amount>(node, role).map(drop),
        "CheckName" => decode::<CheckName>(node, role).map(drop),
        "CheckUrl" => decode::<CheckUrl>(node, role).map(drop),
        "RunRule" => decode::<RunRule>(node, role).map(drop),
        "HttpCheck" => decode::<HttpCheck>(node, role).map(drop),
        "SarifCheck" => decode::<SarifCheck>(node, role).map(drop),
        "ExternalRules" => decode::<ExternalRules>(node, role).map(drop),
        "ModelRules" => decode::<ModelRules>(node, role).map(drop),
        _ => Ok(()),
    }
}

impl Walk<'_> {
    /// The value, unless its own rules refuse it.
    pub(super) fn tried(&mut self, node: Node, name: &str, spot: &Spot<'_>) -> Option<Node> {
        let Err(DecodeError { message, mark }) = attempt(name, &node, self.role) else { return Some(node) };
        let visible = |mark: &Mark| mark.width > 0;
        let mark = mark.filter(visible).or(Some(node.mark).filter(visible)).unwrap_or(spot.mark);
        let what = match node.text().map(quoted) {
            Some(text) if !message.contains(&text) => format!("`{text}`: {message}"),
            _ => message,
        };
        let finding = self.error(Rule::WrongValue, mark, spot, what);
        self.say(finding);
        None
    }
}
