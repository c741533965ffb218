//! Settings: where they come from, what they must be, and what to say when they are not.
//!
//! `config.default.toml` < `--config FILE` < environment. Unknown keys are refused with the nearest known one, all
//! problems are told at once, and no secret can be printed: secrets are [`secrecy::SecretString`] from the first moment.

pub mod address;
pub mod identity;
pub mod keys;
pub mod load;
pub mod problem;
pub mod serve;
pub mod settings;

pub use identity::{IdentityEntry, IdentityFile, LinkedPerson, is_workspace};
pub use load::{DEFAULTS, Origin, load};
pub use problem::Problem;
pub use serve::{
    AccountLinks, GithubAccess, HttpCheckAccess, LinkRules, OAuthAccess, PreviewOptions, ServeSettings, ServerLimits,
    SlackAccess, SocketAccess, WorkspaceAccess, forge_host, identity_file, validate_for_serve,
};
pub use settings::{LogFormat, LogSettings, OwnerPolicy, PreviewConclusion, Settings, ShowOn, WhenMissing};

pub use crate::domain::Span;
