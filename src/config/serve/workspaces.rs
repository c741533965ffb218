//! Checks of the workspaces that the app is in: one by `slack.team_id` and `slack.channel`, or several by `slack.workspaces`.

use std::collections::BTreeSet;

use crate::config::identity::{is_slack_id, is_workspace};
use crate::config::settings::SlackSettings;
use crate::domain::Coverage;

use super::{Problems, WorkspaceAccess};

const KEY: &str = "slack.workspaces";
const FREEZERS: &str = "freeze.slack_users";
/// Covers whatever no other workspace does.
const REST: &str = "*";

pub(super) fn all(slack: &SlackSettings, freezers: &[String], problems: &mut Problems) -> Vec<WorkspaceAccess> {
    let lines: Vec<&str> = written(slack).collect();
    if lines.is_empty() {
        return vec![only(slack, freezers, problems)];
    }
    problems.unless(
        !slack.client_id.trim().is_empty(),
        KEY,
        "needs slack.client_id: the tokens of several workspaces come by consent",
    );
    for (key, value) in [("slack.team_id", &slack.team_id), ("slack.channel", &slack.channel)] {
        problems.alone(value.trim().is_empty(), key, "slack.workspaces, which names them all");
    }
    let mut all: Vec<WorkspaceAccess> = Vec::new();
    for line in lines {
        match read(line) {
            Ok(workspace) => all.push(workspace),
            Err(what) => problems.wrong(KEY, &format!("has `{line}`: {what}")),
        }
    }
    refuse_overlaps(&all, problems);
    for name in freezers {
        add_freezer(&mut all, name.trim(), problems);
    }
    all
}

/// The lines that say something.
pub(super) fn written(slack: &SlackSettings) -> impl Iterator<Item = &str> {
    slack.workspaces.iter().map(|line| line.trim()).filter(|line| !line.is_empty())
}

fn only(slack: &SlackSettings, freezers: &[String], problems: &mut Problems) -> WorkspaceAccess {
    let (id, home) = match slack.team_id.trim() {
        "" => ("", None),
        written => place(written).unwrap_or_else(|what| {
            problems.wrong("slack.team_id", &what);
            ("", None)
        }),
    };
    WorkspaceAccess {
        freezers: freezers.iter().map(|user| freezer(user.trim(), problems)).collect(),
        team_id: id.to_owned(),
        home: home.map(str::to_owned),
        channel: problems.text(
            "slack.channel",
            &slack.channel,
            is_channel,
            "is not a channel ID (C…), names can change hands",
        ),
        coverage: Coverage::Rest,
    }
}

fn freezer(user: &str, problems: &mut Problems) -> String {
    problems.unless(is_user(user), FREEZERS, &format!("names `{user}`, which is no user ID (U…)"));
    user.to_owned()
}

/// `T0ACME C0DEPLOY acme other/churn`
fn read(line: &str) -> Result<WorkspaceAccess, String> {
    let mut parts = line.split_whitespace();
    let (team_id, channel) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let (id, home) = place(team_id).map_err(|what| format!("`{team_id}` {what}"))?;
    if !is_channel(channel) {
        return Err(format!("`{channel}` is not a channel ID (C…), names can change hands"));
    }
    let names: Vec<&str> = parts.collect();
    let coverage = match names.as_slice() {
        [] => return Err("it does not say whose requests are decided there: name GitHub owners or repositories, or * for all that are nobody else's".to_owned()),
        [REST] => Coverage::Rest,
        names => Coverage::Named(names.iter().map(|name| covered(name)).collect::<Result<_, _>>()?),
    };
    let (team_id, home) = (id.to_owned(), home.map(str::to_owned));
    Ok(WorkspaceAccess { team_id, home, channel: channel.to_owned(), coverage, freezers: Vec::new() })
}

/// A workspace; an organisation; or an organisation and one of its workspaces.
fn place(text: &str) -> Result<(&str, Option<&str>), String> {
    let (id, home) = text.split_once('/').map_or((text, None), |(id, home)| (id, Some(home)));
    let good = match home {
        Some(home) => is_slack_id(id, &['E']) && is_slack_id(home, &['T']),
        None => is_workspace(id),
    };
    let what = "is not a workspace ID (T…), nor an organisation's (E…, or E…/T… to say whose user groups are meant)";
    if good { Ok((id, home)) } else { Err(what.to_owned()) }
}

/// An owner, or `owner/name`.
fn covered(name: &str) -> Result<String, String> {
    let is_name = |text: &str| {
        (1..=100).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
    };
    let good = match name.split_once('/') {
        Some((owner, name)) => is_name(owner) && is_name(name),
        None => is_name(name),
    };
    if good { Ok(name.to_lowercase()) } else { Err(format!("`{name}` is no GitHub owner and no OWNER/NAME")) }
}

/// What is said twice is said by mistake, and a guess would show one team's models to another.
fn refuse_overlaps(all: &[WorkspaceAccess], problems: &mut Problems) {
    let (mut ids, mut names) = (BTreeSet::new(), BTreeSet::new());
    for workspace in all {
        let id = workspace.team_id.as_str();
        problems.unless(ids.insert(id), KEY, &format!("has {id} twice: write one line for each workspace"));
        let covered: Vec<&str> = match &workspace.coverage {
            Coverage::Named(names) => names.iter().map(String::as_str).collect(),
            Coverage::Rest => vec![REST],
        };
        for name in covered {
            let what = format!("gives `{name}` to two workspaces: its requests can be decided in one only");
            problems.unless(names.insert(name), KEY, &what);
        }
    }
}

/// `T0ACME/U0ANA`: the same user ID may be somebody else in another workspace.
fn add_freezer(all: &mut [WorkspaceAccess], name: &str, problems: &mut Problems) {
    let named = name.split_once('/').filter(|(_, user)| is_user(user));
    let found = named.and_then(|(id, user)| Some((all.iter_mut().find(|one| one.team_id == id)?, user)));
    match found {
        Some((workspace, user)) => workspace.freezers.push(user.to_owned()),
        None => problems.wrong(
            FREEZERS,
            &format!("names `{name}`: with slack.workspaces write one of theirs, a slash, and a user ID (T…/U…)"),
        ),
    }
}

fn is_channel(text: &str) -> bool {
    is_slack_id(text, &['C', 'G'])
}

fn is_user(text: &str) -> bool {
    is_slack_id(text, &['U', 'W'])
}
