//! The sample workspace of demo and tests: acme's Slack with people of every kind.

use std::collections::BTreeMap;

use super::state::{Channel, Install, OAuth, SocketMode, State, Team, User, UserGroup};

pub const TEAM: &str = "T0ACME";
/// A company acme shares a channel with.
pub const OTHER_TEAM: &str = "T9OTHER";
pub const APP: &str = "A0COUNTERSIGN";
pub const BOT_USER: &str = "U0BOT";
pub const BOT: &str = "B0COUNTERSIGN";
pub const BOT_TOKEN: &str = "xoxb-simulated-countersign";
pub const APP_TOKEN: &str = "xapp-1-A0COUNTERSIGN-simulated";
pub const CLIENT_ID: &str = "1111.2222";
pub const CLIENT_SECRET: &str = "simulated-client-secret";
pub const SIGNING_SECRET: &str = "simulated-signing-secret";

/// `#model-releases`: the app is a member.
pub const RELEASES: &str = "C0RELEASES";
/// Archived; the app was a member.
pub const ARCHIVED: &str = "C0ARCHIVED";
/// Shared with the other company; the app is a member.
pub const SHARED: &str = "C0SHARED";
/// Private, and the app is not in it.
pub const PRIVATE: &str = "C0PRIVATE";
/// Public, and the app is not in it.
pub const GENERAL: &str = "C0GENERAL";

/// Approver.
pub const OCTO: &str = "U0OCTO";
/// Approver.
pub const ANA: &str = "U0ANA";
/// Requester and author.
pub const MONA: &str = "U0MONA";
/// Author.
pub const LI: &str = "U0LI";
/// In no group, linked to nobody.
pub const BO: &str = "U0BO";
/// Multi-channel guest.
pub const GUEST: &str = "U0GUEST";
/// Single-channel guest.
pub const SINGLE: &str = "U0SINGLE";
/// Deactivated.
pub const GONE: &str = "U0GONE";
/// A stranger of the other company.
pub const OUTSIDE: &str = "U9OUTSIDE";

/// Scopes of the app's manifest that Countersign cannot do without.
pub const SCOPES: [&str; 6] =
    ["chat:write", "commands", "users:read", "usergroups:read", "channels:read", "groups:read"];

/// Scopes that an operator may leave out.
pub const OPTIONAL_SCOPES: [&str; 1] = ["files:write"];

/// Shortcuts of the app's manifest.
pub const GLOBAL_SHORTCUTS: [&str; 1] = ["pending_approvals"];
pub const MESSAGE_SHORTCUTS: [&str; 2] = ["show_evidence", "why"];

/// acme's workspace before anything happened in it.
pub fn workspace() -> State {
    State {
        team: team(),
        install: install(),
        socket_mode: SocketMode { app_token: APP_TOKEN.into(), ..SocketMode::default() },
        oauth: OAuth { client_id: CLIENT_ID.into(), client_secret: CLIENT_SECRET.into(), ..OAuth::default() },
        users: users(),
        channels: channels(),
        user_groups: user_groups(),
        user_groups_on_plan: true,
        ..State::default()
    }
}

fn team() -> Team {
    let others = BTreeMap::from([(OTHER_TEAM.to_owned(), "other".to_owned())]);
    Team { id: TEAM.into(), name: "Acme".into(), domain: "acme".into(), others, ..Team::default() }
}

fn install() -> Install {
    Install {
        app_id: APP.into(),
        bot_user_id: BOT_USER.into(),
        bot_id: BOT.into(),
        bot_token: BOT_TOKEN.into(),
        token_refused_with: None,
        signing_secret: SIGNING_SECRET.into(),
        scopes: SCOPES.iter().map(|scope| (*scope).to_owned()).collect(),
        home_tab: true,
        global_shortcuts: GLOBAL_SHORTCUTS.map(str::to_owned).to_vec(),
        message_shortcuts: MESSAGE_SHORTCUTS.map(str::to_owned).to_vec(),
    }
}

fn users() -> BTreeMap<String, User> {
    let members = [
        member(OCTO, "octocat", "Octo Cat"),
        User { is_admin: true, ..member(ANA, "ana", "Ana Lima") },
        member(MONA, "mona", "Mona Lisa"),
        member(LI, "li", "Li Wei"),
        member(BO, "bo", "Bo Berg"),
        User { is_restricted: true, ..member(GUEST, "guest", "Gus Guest") },
        User { is_restricted: true, is_ultra_restricted: true, ..member(SINGLE, "single", "Sina Single") },
        User { deleted: true, ..member(GONE, "gone", "Gil Gone") },
        User { is_bot: true, email: None, ..member(BOT_USER, "countersign", "Countersign") },
        User {
            team_id: OTHER_TEAM.into(),
            is_stranger: true,
            email: None,
            ..member(OUTSIDE, "mallory", "Mallory Roe")
        },
    ];
    members.into_iter().map(|user| (user.id.clone(), user)).collect()
}

fn member(id: &str, name: &str, real_name: &str) -> User {
    User {
        id: id.into(),
        team_id: TEAM.into(),
        name: name.into(),
        real_name: real_name.into(),
        email: Some(format!("{name}@acme.example")),
        ..User::default()
    }
}

fn channels() -> BTreeMap<String, Channel> {
    let everybody = [OCTO, ANA, MONA, LI, BO, GUEST, SINGLE, BOT_USER];
    let channels = [
        channel(RELEASES, "model-releases", &everybody),
        Channel { is_archived: true, ..channel(ARCHIVED, "old-releases", &[OCTO, BOT_USER]) },
        Channel { is_ext_shared: true, ..channel(SHARED, "with-other", &[OCTO, ANA, OUTSIDE, BOT_USER]) },
        Channel { is_private: true, ..channel(PRIVATE, "secret-plans", &[OCTO, ANA]) },
        channel(GENERAL, "general", &[OCTO, ANA, MONA, LI, BO]),
    ];
    channels.into_iter().map(|channel| (channel.id.clone(), channel)).collect()
}

fn channel(id: &str, name: &str, members: &[&str]) -> Channel {
    let members = members.iter().map(|member| (*member).to_owned()).collect();
    Channel { id: id.into(), name: name.into(), members, ..Channel::default() }
}

fn user_groups() -> BTreeMap<String, UserGroup> {
    let groups = [
        // One member is gone, as it happens in real workspaces.
        group("S0REVIEWERS", "ml-reviewers", &[OCTO, ANA, GONE]),
        UserGroup { is_disabled: true, ..group("S0RETIRED", "retired", &[OCTO]) },
    ];
    groups.into_iter().map(|group| (group.id.clone(), group)).collect()
}

fn group(id: &str, handle: &str, users: &[&str]) -> UserGroup {
    let users = users.iter().map(|user| (*user).to_owned()).collect();
    UserGroup { id: id.into(), name: handle.replace('-', " "), handle: handle.into(), users, is_disabled: false }
}
