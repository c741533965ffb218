//! Obstacles as people read them. Names and reasons in them are strangers' text: escape them at the sink.

use super::{Obstacle, OrderGap};

impl Obstacle {
    /// The same without what people typed: for places from which nothing can be erased.
    pub fn words_of_ours(&self) -> String {
        match self {
            Self::ChangesRequested { .. } => "changes are requested".to_owned(),
            Self::Frozen { by, .. } => format!("frozen by {by}"),
            other => other.words(),
        }
    }

    /// One clause, lower case, without a full stop: `Risk sign-off needs 1 more of risk`.
    pub fn words(&self) -> String {
        match self {
            Self::Gate { role, gate, group, missing } => {
                format!("{gate} needs {missing} more of {group}{}", role.aside())
            }
            Self::Nobody { role } => {
                format!("no gate asks anybody, and the automatic approval does not apply{}", role.aside())
            }
            Self::TooFew { role, gate, group, missing, left } => {
                let left = match left {
                    0 => "nobody is".to_owned(),
                    1 => "only 1 is".to_owned(),
                    more => format!("only {more} are"),
                };
                format!("{gate} needs {missing} more of {group}{}, and {left} left who could", role.aside())
            }
            Self::ChangesRequested { reason: Some(reason), .. } => {
                format!("changes are requested: {}", reason.as_str())
            }
            Self::ChangesRequested { reason: None, .. } => "changes are requested".to_owned(),
            Self::Flag { role, code, subject } => {
                format!(
                    "{code} ({subject}) cannot be approved{}: it takes an exception in the policy and a new run, or breaking the glass",
                    role.aside()
                )
            }
            Self::Ref { role, reference, allowed } => {
                format!("{reference} may not be deployed here{}: only {} may", role.aside(), allowed.join(", "))
            }
            Self::TooEarly { .. } => "the least wait is not over".to_owned(),
            Self::Window { role, opens, .. } => format!("outside of the deployment windows{}: {opens}", role.aside()),
            Self::Frozen { until: Some(_), reason, by } => format!("frozen by {by}: {}", reason.as_str()),
            Self::Frozen { until: None, reason, by } => {
                format!("frozen by {by} until further notice: {}", reason.as_str())
            }
            Self::Order { role, environment, why, .. } => {
                format!("{}{}", order_words(environment, why), role.aside())
            }
            Self::Checks { now } => format!("required check runs stand worse than shown: {}", now.join("; ")),
            Self::Policy { why } => format!("the policy cannot be followed as it is now: {why}"),
            Self::Stale => "something else went live meanwhile: what changed is gathered again".to_owned(),
            Self::Unverified => "those who voted are looked up once more".to_owned(),
            Self::Unread { why } => format!("what the decision rests on could not be read again: {why}"),
        }
    }
}

fn order_words(environment: &str, why: &OrderGap) -> String {
    match why {
        OrderGap::NothingLive => format!("nothing is live in {environment} yet"),
        OrderGap::OtherCommit => format!("another commit is live in {environment}"),
        OrderGap::NotLongEnough => format!("it has not been live in {environment} for long enough"),
        OrderGap::Unreadable { why } => format!("what is live in {environment} could not be read: {why}"),
    }
}
