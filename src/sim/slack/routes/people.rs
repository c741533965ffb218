//! Who we are, who people are, which groups they are in.

use serde_json::{Map, Value, json};

use super::super::refusal::Refusal;
use super::super::state::{State, User, UserGroup};
use super::{Answer, Call};

/// Slack: [auth.test](https://docs.slack.dev/reference/methods/auth.test)
pub(super) fn auth_test(call: &mut Call<'_>) -> Value {
    let (team, install) = (&call.state.team, &call.state.install);
    let bot_name = call.state.users.get(&install.bot_user_id).map(|bot| bot.name.clone()).unwrap_or_default();
    let mut answer = json!({
        "ok": true, "url": format!("https://{}.slack.com/", team.domain), "team": team.name, "user": bot_name,
        "team_id": team.id, "user_id": install.bot_user_id, "bot_id": install.bot_id,
        "is_enterprise_install": team.is_enterprise_install,
    });
    if let (Some(enterprise), Some(members)) = (&team.enterprise, answer.as_object_mut()) {
        members.insert("enterprise_id".into(), json!(enterprise.id));
    }
    answer
}

/// Slack: [users.info](https://docs.slack.dev/reference/methods/users.info)
pub(super) fn users_info(call: &mut Call<'_>) -> Answer {
    let user = call.state.users.get(call.text("user")).ok_or_else(|| Refusal::new("user_not_found"))?;
    Ok(json!({ "ok": true, "user": user_object(call.state, user) }))
}

/// Slack: [users.profile.get](https://docs.slack.dev/reference/methods/users.profile.get)
pub(super) fn users_profile_get(call: &mut Call<'_>) -> Answer {
    let user = call.state.users.get(call.text("user")).ok_or_else(|| Refusal::new("user_not_found"))?;
    let mut shown = profile(call.state, user);
    let fields: Map<String, Value> =
        user.profile_fields.iter().map(|(id, value)| (id.clone(), json!({ "value": value, "alt": "" }))).collect();
    if let Some(members) = shown.as_object_mut() {
        members.insert("fields".into(), if fields.is_empty() { Value::Null } else { Value::Object(fields) });
    }
    Ok(json!({ "ok": true, "profile": shown }))
}

/// Slack: [users.lookupByEmail](https://docs.slack.dev/reference/methods/users.lookupByEmail)
pub(super) fn users_lookup_by_email(call: &mut Call<'_>) -> Answer {
    let email = call.text("email");
    let ours = |user: &&User| user.team_id == call.state.team.id && !user.deleted;
    let mut members = call.state.users.values().filter(ours);
    let same = |user: &&User| user.email.as_ref().is_some_and(|have| have.eq_ignore_ascii_case(email));
    let user = members.find(same).ok_or_else(|| Refusal::new("users_not_found"))?;
    Ok(json!({ "ok": true, "user": user_object(call.state, user) }))
}

/// Slack: [usergroups.list](https://docs.slack.dev/reference/methods/usergroups.list)
pub(super) fn usergroups_list(call: &mut Call<'_>) -> Answer {
    check_user_groups(call)?;
    let disabled = call.flag("include_disabled");
    let groups = call.state.user_groups.values().filter(|group| disabled || !group.is_disabled);
    let groups: Vec<Value> = groups.map(|group| listed(call, group)).collect();
    Ok(json!({ "ok": true, "usergroups": groups }))
}

/// Slack: [usergroups.users.list](https://docs.slack.dev/reference/methods/usergroups.users.list)
pub(super) fn usergroups_users_list(call: &mut Call<'_>) -> Answer {
    check_user_groups(call)?;
    let group = call.state.user_groups.get(call.text("usergroup"));
    let group = group.filter(|group| call.flag("include_disabled") || !group.is_disabled);
    let group = group.ok_or_else(|| Refusal::new("no_such_subteam"))?;
    Ok(json!({ "ok": true, "users": group.users }))
}

/// Slack: [team.info](https://docs.slack.dev/reference/methods/team.info)
pub(super) fn team_info(call: &mut Call<'_>) -> Answer {
    let team = &call.state.team;
    let (asked_id, asked_domain) = (call.text("team"), call.text("domain"));
    let other =
        (!asked_id.is_empty() && asked_id != team.id) || (!asked_domain.is_empty() && asked_domain != team.domain);
    if other {
        return Err(Refusal::new("team_not_found"));
    }
    let mut object = json!({
        "id": team.id, "name": team.name, "domain": team.domain, "email_domain": "",
        "icon": { "image_default": true },
    });
    if let (Some(enterprise), Some(members)) = (&team.enterprise, object.as_object_mut()) {
        members.insert("enterprise_id".into(), json!(enterprise.id));
        members.insert("enterprise_name".into(), json!(enterprise.name));
    }
    Ok(json!({ "ok": true, "team": object }))
}

fn check_user_groups(call: &Call<'_>) -> Result<(), Refusal> {
    if !call.state.user_groups_on_plan {
        return Err(Refusal::new("plan_upgrade_required"));
    }
    check_team(call)
}

/// The token of a whole org has to say which of its workspaces is meant.
pub(super) fn check_team(call: &Call<'_>) -> Result<(), Refusal> {
    let team_id = call.text("team_id");
    if call.state.team.is_enterprise_install && team_id.is_empty() {
        return Err(Refusal {
            messages: vec!["[ERROR] missing required field: team_id".into()],
            ..Refusal::new("missing_argument")
        });
    }
    if !team_id.is_empty() && team_id != call.state.team.id {
        return Err(Refusal::new("invalid_team"));
    }
    Ok(())
}

/// A user group without its people.
pub(in crate::sim::slack) fn group_object(state: &State, group: &UserGroup) -> Value {
    json!({
        "id": group.id, "team_id": state.team.id, "is_usergroup": true, "is_subteam": true, "name": group.name,
        "description": "", "handle": group.handle, "is_external": false, "date_create": 1_700_000_000,
        "date_update": 1_700_000_000, "date_delete": if group.is_disabled { 1_710_000_000 } else { 0 },
        "auto_type": null, "created_by": state.install.bot_user_id,
        "updated_by": state.install.bot_user_id, "deleted_by": null,
        "prefs": { "channels": [], "groups": [] },
    })
}

fn listed(call: &Call<'_>, group: &UserGroup) -> Value {
    let mut object = group_object(call.state, group);
    let Some(members) = object.as_object_mut() else { return object };
    if call.flag("include_count") {
        members.insert("user_count".into(), json!(group.users.len()));
    }
    if call.flag("include_users") {
        members.insert("users".into(), json!(group.users));
    }
    object
}

/// A user as Slack describes them: deactivated people have no flags, strangers hardly anything.
pub(in crate::sim::slack) fn user_object(state: &State, user: &User) -> Value {
    let mut members = Map::new();
    let mut put = |name: &str, value: Value| drop(members.insert(name.to_owned(), value));
    put("id", json!(user.id));
    put("team_id", json!(user.team_id));
    put("name", json!(user.name));
    put("deleted", json!(user.deleted));
    put("profile", profile(state, user));
    put("is_bot", json!(user.is_bot));
    put("is_app_user", json!(user.is_app_user));
    put("updated", json!(1_764_000_000));
    if !user.deleted {
        put("real_name", json!(user.real_name));
        put("tz", json!("Etc/UTC"));
        put("tz_label", json!("Coordinated Universal Time"));
        put("tz_offset", json!(user.tz_offset_seconds));
        put("is_admin", json!(user.is_admin));
        put("is_owner", json!(false));
        put("is_primary_owner", json!(false));
        put("is_restricted", json!(user.is_restricted));
        put("is_ultra_restricted", json!(user.is_ultra_restricted));
    }
    if user.is_stranger {
        put("is_stranger", json!(true));
    }
    let team = &state.team;
    if let Some(enterprise) = team.enterprise.as_ref().filter(|_| team.has(&user.team_id)) {
        let teams = [&user.team_id];
        put(
            "enterprise_user",
            json!({
                "id": user.id, "enterprise_id": enterprise.id, "enterprise_name": enterprise.name, "is_admin": false,
                "is_owner": false, "teams": teams,
            }),
        );
    }
    Value::Object(members)
}

fn profile(state: &State, user: &User) -> Value {
    let mut profile = json!({
        "real_name": user.real_name, "real_name_normalized": user.real_name, "display_name": user.name,
        "display_name_normalized": user.name, "team": user.team_id, "status_text": "", "status_emoji": "",
    });
    let Some(members) = profile.as_object_mut() else { return profile };
    let may_see_email = state.install.scopes.iter().any(|scope| scope == "users:read.email");
    if let Some(email) = user.email.as_ref().filter(|_| may_see_email && state.team.has(&user.team_id)) {
        members.insert("email".into(), json!(email));
    }
    if user.id == state.install.bot_user_id {
        members.insert("bot_id".into(), json!(state.install.bot_id));
        members.insert("api_app_id".into(), json!(state.install.app_id));
    }
    profile
}
