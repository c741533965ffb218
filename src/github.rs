//! GitHub, as an App: deliveries in, decisions out. The words of GitHub's wire exist in here only.
//!
//! A delivery is proven by [`webhook`] and read by [`interpret`]; everything asked of GitHub goes through [`GithubForge`],
//! whose calls all take one way: token ([`tokens`](self)), pause, one round trip, classification.

pub mod interpret;
pub mod permissions;
pub mod settings;
pub mod webhook;

mod api;
mod artifacts;
mod callback;
mod check_runs;
mod ci;
mod classify;
mod client;
mod code_host;
mod comment;
mod compare;
mod contents;
mod decide;
mod large_files;
mod limits;
mod live;
mod own_app;
mod owners;
mod path;
mod payload;
mod people;
mod profile;
mod pulls;
mod remembered;
mod run;
mod scanning;
mod sign_in;
mod standing;
mod teams;
mod tokens;
mod transport;
mod wire;

pub use client::GithubForge;
pub use settings::{GithubSettings, SettingsError, SignInSettings, Timeouts};
pub use webhook::{Accepted, Rejection, WebhookSecrets};
