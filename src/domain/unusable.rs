//! Why nobody counts through a membership for now.

use serde::{Deserialize, Serialize};

use super::group::Membership;

/// What keeps a membership from counting for anybody. Other memberships of the same group are not touched by it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unusable {
    /// There is none of that name, or none that we may see.
    Missing,
    /// The name stands for something else than when it was first read (R13).
    Moved { pinned: String, now: String },
    /// It was switched off.
    Disabled,
    /// It cannot be read, and trying again changes nothing until somebody changes something.
    Unreadable { why: String },
}

impl Unusable {
    /// As people read it: `the team acme/ml is another one (7) than when it was first read (5): nobody counts through it`.
    pub fn words(&self, membership: &Membership) -> String {
        match self {
            Self::Missing => format!("{membership} does not exist, or we may not see it"),
            Self::Moved { pinned, now } => {
                format!(
                    "{membership} is another one ({now}) than when it was first read ({pinned}): nobody counts through it"
                )
            }
            Self::Disabled => format!("{membership} is disabled"),
            Self::Unreadable { why } => format!("{membership} cannot be read: {why}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_said_what_is_wrong_and_with_what() {
        let team = Membership::Team { organisation: "acme".into(), slug: "ml".into() };
        let words = |unusable: Unusable| unusable.words(&team);
        assert_eq!(words(Unusable::Missing), "the team acme/ml does not exist, or we may not see it");
        assert_eq!(words(Unusable::Disabled), "the team acme/ml is disabled");
        assert_eq!(
            words(Unusable::Moved { pinned: "5".into(), now: "7".into() }),
            "the team acme/ml is another one (7) than when it was first read (5): nobody counts through it"
        );
        assert_eq!(
            words(Unusable::Unreadable { why: "HTTP 403 (needs the permission `members: read`)".into() }),
            "the team acme/ml cannot be read: HTTP 403 (needs the permission `members: read`)"
        );
    }
}
