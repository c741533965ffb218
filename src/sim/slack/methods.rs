//! The Web API methods the simulator knows: scopes, tiers, arguments.
//!
//! Slack: [Web API methods](https://docs.slack.dev/reference/methods)

/// What Slack expects of a call.
#[derive(Debug, Clone, Copy)]
pub struct Method {
    pub name: &'static str,
    /// Bot scopes; one of them is enough. The handler itself asks for more where the channel decides.
    pub scopes: &'static [&'static str],
    /// 1 to 4; 5 is "special".
    pub tier: u8,
    /// False for read methods: arguments come in the query or as a form, a JSON body is not read.
    pub json_body: bool,
    pub required: &'static [&'static str],
    pub arguments: &'static [(&'static str, Kind)],
}

/// What an argument has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    Flag,
    Number,
    /// JSON, or a string holding it.
    Json,
}

use Kind::{Flag, Json, Number, Text};

/// The method of that name.
pub fn find(name: &str) -> Option<&'static Method> {
    METHODS.iter().find(|method| method.name == name)
}

const POST_ARGUMENTS: &[(&str, Kind)] = &[
    ("channel", Text),
    ("text", Text),
    ("blocks", Json),
    ("attachments", Json),
    ("metadata", Json),
    ("markdown_text", Text),
    ("thread_ts", Text),
    ("reply_broadcast", Flag),
    ("unfurl_links", Flag),
    ("unfurl_media", Flag),
    ("mrkdwn", Flag),
    ("link_names", Flag),
    ("parse", Text),
    ("username", Text),
    ("icon_emoji", Text),
    ("icon_url", Text),
    ("as_user", Flag),
    ("user", Text),
];

const METHODS: &[Method] = &[
    Method { name: "apps.connections.open", scopes: &[], tier: 3, json_body: true, required: &[], arguments: &[] },
    Method { name: "auth.test", scopes: &[], tier: 5, json_body: true, required: &[], arguments: &[] },
    Method {
        name: "chat.postMessage",
        scopes: &["chat:write"],
        tier: 5,
        json_body: true,
        required: &["channel"],
        arguments: POST_ARGUMENTS,
    },
    Method {
        name: "chat.postEphemeral",
        scopes: &["chat:write"],
        tier: 4,
        json_body: true,
        required: &["channel", "user"],
        arguments: POST_ARGUMENTS,
    },
    Method {
        name: "chat.update",
        scopes: &["chat:write"],
        tier: 3,
        json_body: true,
        required: &["channel", "ts"],
        arguments: &[
            ("channel", Text),
            ("ts", Text),
            ("text", Text),
            ("blocks", Json),
            ("attachments", Json),
            ("metadata", Json),
            ("markdown_text", Text),
            ("reply_broadcast", Flag),
            ("link_names", Flag),
            ("parse", Text),
            ("as_user", Flag),
            ("file_ids", Json),
        ],
    },
    Method {
        name: "chat.delete",
        scopes: &["chat:write"],
        tier: 3,
        json_body: true,
        required: &["channel", "ts"],
        arguments: &[("channel", Text), ("ts", Text), ("as_user", Flag)],
    },
    Method {
        name: "chat.getPermalink",
        scopes: &[],
        tier: 5,
        json_body: false,
        required: &["channel", "message_ts"],
        arguments: &[("channel", Text), ("message_ts", Text)],
    },
    Method {
        name: "files.getUploadURLExternal",
        scopes: &["files:write"],
        tier: 4,
        json_body: false,
        required: &["length", "filename"],
        arguments: &[("length", Number), ("filename", Text), ("snippet_type", Text), ("alt_txt", Text)],
    },
    Method {
        name: "files.completeUploadExternal",
        scopes: &["files:write"],
        tier: 4,
        json_body: true,
        required: &["files"],
        arguments: &[
            ("files", Json),
            ("channel_id", Text),
            ("thread_ts", Text),
            ("channels", Text),
            ("initial_comment", Text),
            ("blocks", Json),
        ],
    },
    Method {
        name: "views.open",
        scopes: &[],
        tier: 4,
        json_body: true,
        required: &["view"],
        arguments: &[("trigger_id", Text), ("view", Json)],
    },
    Method {
        name: "views.push",
        scopes: &[],
        tier: 4,
        json_body: true,
        required: &["view"],
        arguments: &[("trigger_id", Text), ("view", Json)],
    },
    Method {
        name: "views.update",
        scopes: &[],
        tier: 4,
        json_body: true,
        required: &["view"],
        arguments: &[("view_id", Text), ("external_id", Text), ("hash", Text), ("view", Json)],
    },
    Method {
        name: "views.publish",
        scopes: &[],
        tier: 4,
        json_body: true,
        required: &["user_id", "view"],
        arguments: &[("user_id", Text), ("hash", Text), ("view", Json)],
    },
    Method {
        name: "conversations.list",
        scopes: &["channels:read", "groups:read", "im:read", "mpim:read"],
        tier: 2,
        json_body: false,
        required: &[],
        arguments: &[
            ("types", Text),
            ("exclude_archived", Flag),
            ("cursor", Text),
            ("limit", Number),
            ("team_id", Text),
        ],
    },
    Method {
        name: "conversations.info",
        scopes: &["channels:read", "groups:read", "im:read", "mpim:read"],
        tier: 3,
        json_body: false,
        required: &["channel"],
        arguments: &[("channel", Text), ("include_locale", Flag), ("include_num_members", Flag)],
    },
    Method {
        name: "conversations.members",
        scopes: &["channels:read", "groups:read", "im:read", "mpim:read"],
        tier: 4,
        json_body: false,
        required: &["channel"],
        arguments: &[("channel", Text), ("cursor", Text), ("limit", Number)],
    },
    Method {
        name: "users.info",
        scopes: &["users:read"],
        tier: 4,
        json_body: false,
        required: &["user"],
        arguments: &[("user", Text), ("include_locale", Flag)],
    },
    Method {
        name: "users.profile.get",
        scopes: &["users.profile:read"],
        tier: 4,
        json_body: false,
        required: &[],
        arguments: &[("user", Text), ("include_labels", Flag)],
    },
    Method {
        name: "users.lookupByEmail",
        scopes: &["users:read.email"],
        tier: 3,
        json_body: false,
        required: &["email"],
        arguments: &[("email", Text)],
    },
    Method {
        name: "usergroups.list",
        scopes: &["usergroups:read"],
        tier: 2,
        json_body: false,
        required: &[],
        arguments: &[
            ("include_count", Flag),
            ("include_disabled", Flag),
            ("include_users", Flag),
            ("team_id", Text),
            ("cursor", Text),
            ("limit", Number),
        ],
    },
    Method {
        name: "usergroups.users.list",
        scopes: &["usergroups:read"],
        tier: 2,
        json_body: false,
        required: &["usergroup"],
        arguments: &[("usergroup", Text), ("include_disabled", Flag), ("team_id", Text)],
    },
    Method {
        name: "team.info",
        scopes: &["team:read"],
        tier: 3,
        json_body: true,
        required: &[],
        arguments: &[("team", Text), ("domain", Text)],
    },
];
