//! Signing in with the App: the authorisation page, codes for tokens, and who a token's owner is.
//!
//! GitHub: "Generating a user access token for a GitHub App", "Troubleshooting OAuth app access token request errors". The
//! page is in its simplest form: whoever looks at it says who they are.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use url::Url;
use url::form_urlencoded;

use super::{Answer, Ctx};
use crate::sim::github::caller::Caller;
use crate::sim::github::reply::Reply;
use crate::sim::github::state::State;
use crate::sim::github::state::people::{AccountKind, WEB_FLOW};

const TOKEN_SECONDS: u64 = 28_800;
const REFRESH_SECONDS: u64 = 15_811_200;

/// What the App asks for.
struct Asked {
    redirect_uri: String,
    state: Option<String>,
    challenge: Option<String>,
}

/// `GET /login/oauth/authorize`
pub(super) fn page(ctx: &Ctx<'_>) -> Answer {
    let asked = asked(ctx)?;
    let mut people: Vec<(&str, &str)> = ctx
        .state
        .accounts
        .values()
        .filter(|account| account.kind == AccountKind::User && account.id != WEB_FLOW)
        .map(|account| (account.login.as_str(), account.name.as_deref().unwrap_or_default()))
        .collect();
    people.sort_unstable();
    let action = format!("{}/login/oauth/authorize?{}", ctx.state.urls.web, ctx.ask.query);
    Ok(drawn(&draw(&ctx.state.options.app_name, &action, &people, &asked.redirect_uri)))
}

/// `POST /login/oauth/authorize`: the page's own form.
pub(super) fn decide(ctx: &mut Ctx<'_>) -> Answer {
    let asked = asked(ctx)?;
    let form = pairs(&String::from_utf8_lossy(&ctx.ask.body));
    let field = |name: &str| form.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
    if field("decision").as_deref() != Some("allow") {
        let error = [("error", "access_denied"), ("error_description", "The user has denied your application access.")];
        return Ok(sent_back(&asked.redirect_uri, &error, asked.state.as_deref()));
    }
    let login = field("login").unwrap_or_default();
    let account = ctx.state.account_by_login(&login).filter(|account| account.kind == AccountKind::User);
    let account = account.map(|account| account.id).ok_or_else(|| Reply::error(422, "Nobody has this login"))?;
    let code = ctx.state.give_code(account, &asked.redirect_uri, asked.challenge);
    Ok(sent_back(&asked.redirect_uri, &[("code", &code)], asked.state.as_deref()))
}

/// `POST /login/oauth/access_token`. Mistakes are answered with status 200.
pub(super) fn exchange(ctx: &mut Ctx<'_>) -> Answer {
    let given = parameters(ctx);
    let answer = token(ctx.state, &given).unwrap_or_else(|(error, description)| {
        json!({ "error": error, "error_description": description, "error_uri": "https://docs.github.com/apps" })
    });
    if ctx.ask.accepts("json") {
        return Ok(Reply::ok(&answer));
    }
    let mut text = form_urlencoded::Serializer::new(String::new());
    for (name, value) in answer.as_object().into_iter().flatten() {
        text.append_pair(name, value.as_str().unwrap_or(&value.to_string()));
    }
    Ok(Reply::raw("application/x-www-form-urlencoded; charset=utf-8", text.finish().into_bytes()))
}

fn token(state: &mut State, given: &[(String, String)]) -> Result<Value, (&'static str, &'static str)> {
    let field = |name: &str| given.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    if field("client_id") != Some(&state.client_id()) || field("client_secret") != Some(&state.client_secret()) {
        return Err(("incorrect_client_credentials", "The client_id and/or client_secret passed are incorrect."));
    }
    let bad_code = ("bad_verification_code", "The code passed is incorrect or expired.");
    let code = state.take_code(field("code").unwrap_or_default()).ok_or(bad_code)?;
    if field("redirect_uri").is_some_and(|uri| uri != code.redirect_uri) {
        return Err((
            "redirect_uri_mismatch",
            "The redirect_uri MUST match the registered callback URL for this application.",
        ));
    }
    if code.challenge.is_some_and(|challenge| challenge_of(field("code_verifier").unwrap_or_default()) != challenge) {
        return Err(bad_code);
    }
    Ok(json!({
        "access_token": state.give_user_token(code.account),
        "expires_in": TOKEN_SECONDS,
        "refresh_token": format!("ghr_{:076}", 0),
        "refresh_token_expires_in": REFRESH_SECONDS,
        "scope": "",
        "token_type": "bearer",
    }))
}

/// `GET /user`
pub(super) fn authenticated_user(ctx: &Ctx<'_>) -> Answer {
    match &ctx.caller {
        Caller::User(account) => {
            let account = ctx.state.accounts.get(account).ok_or_else(Reply::bad_credentials)?;
            Ok(Reply::ok(&ctx.state.public_user(account)))
        }
        Caller::Installation(_) => Err(Reply::error(403, "Resource not accessible by integration")),
        Caller::App | Caller::OauthApp | Caller::Nobody => Err(Reply::error(401, "Requires authentication")),
    }
}

/// `DELETE /applications/{client_id}/token`
pub(super) fn revoke(ctx: &mut Ctx<'_>, client_id: &str) -> Answer {
    if !matches!(ctx.caller, Caller::OauthApp) || client_id != ctx.state.client_id() {
        return Err(Reply::not_found());
    }
    let body = ctx.ask.json_object()?;
    let token = body.get("access_token").and_then(Value::as_str).unwrap_or_default();
    match ctx.state.sign_ins.tokens.remove(token) {
        Some(_) => Ok(Reply::empty(204)),
        None => Err(Reply::not_found()),
    }
}

/// Checks what the App asks for. A wrong address is told to the App's first callback, never to the wrong one.
fn asked(ctx: &Ctx<'_>) -> Result<Asked, Reply> {
    let parameter = |name: &str| ctx.ask.parameter(name).filter(|value| !value.is_empty());
    if parameter("client_id") != Some(ctx.state.client_id()) {
        return Err(Reply::not_found());
    }
    let callbacks = &ctx.state.sign_ins.callbacks;
    let first = callbacks.first().ok_or_else(Reply::not_found)?;
    let state = parameter("state");
    let redirect_uri = parameter("redirect_uri").unwrap_or_else(|| first.clone());
    if !callbacks.contains(&redirect_uri) {
        let text = "The redirect_uri MUST match the registered callback URL for this application.";
        let error = [("error", "redirect_uri_mismatch"), ("error_description", text)];
        return Err(sent_back(first, &error, state.as_deref()));
    }
    let challenge = parameter("code_challenge");
    if challenge.is_some() && parameter("code_challenge_method").as_deref() != Some("S256") {
        return Err(Reply::error(400, "Only the code challenge method S256 is supported"));
    }
    Ok(Asked { redirect_uri, state, challenge })
}

fn sent_back(to: &str, parameters: &[(&str, &str)], state: Option<&str>) -> Reply {
    let Ok(mut url) = Url::parse(to) else { return Reply::not_found() };
    url.query_pairs_mut().extend_pairs(parameters).extend_pairs(state.map(|state| ("state", state)));
    Reply::empty(302).with_header("location", url.as_str())
}

/// From the query, a form or a JSON object.
fn parameters(ctx: &Ctx<'_>) -> Vec<(String, String)> {
    let mut given = pairs(&ctx.ask.query);
    match ctx.ask.json_object() {
        Ok(object) => given.extend(
            object.into_iter().filter_map(|(name, value)| value.as_str().map(|value| (name, value.to_owned()))),
        ),
        Err(_) => given.extend(pairs(&String::from_utf8_lossy(&ctx.ask.body))),
    }
    given
}

fn pairs(text: &str) -> Vec<(String, String)> {
    form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}

fn challenge_of(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}

fn drawn(page: &Markup) -> Reply {
    let reply = Reply::raw("text/html; charset=utf-8", page.0.clone().into_bytes());
    reply.with_header("cache-control", "no-store").with_header("x-frame-options", "deny")
}

fn draw(app: &str, action: &str, people: &[(&str, &str)], redirect_uri: &str) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                link rel="icon" href="data:,";
                title { "Sign in to GitHub (simulated)" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    p.mark { "GitHub, simulated" }
                    h1 { "Continue to " (app) }
                    p { (app) " would like to know who you are. Select an account:" }
                    form method="post" action=(action) {
                        fieldset {
                            legend { "You are" }
                            @for (login, name) in people {
                                label { input type="radio" name="login" value=(login) required; strong { (login) } span { (name) } }
                            }
                        }
                        div.choice {
                            button type="submit" name="decision" value="allow" { "Continue" }
                            button.plain type="submit" name="decision" value="deny" formnovalidate { "Cancel" }
                        }
                    }
                    p.small { "You will be sent to " code { (redirect_uri) } "." }
                }
            }
        }
    }
}

const STYLE: &str = "body{margin:0;padding:2rem 1.25rem;font:1rem/1.5 system-ui,sans-serif}main{max-width:26rem;margin:0 auto}\
.mark,.small{color:GrayText;font-size:.9rem}h1{font-size:1.5rem;margin:.25rem 0 1rem}fieldset{border:1px solid color-mix(in srgb,CanvasText 25%,transparent);\
border-radius:.5rem;padding:.5rem 1rem}label{display:flex;gap:.5rem;align-items:baseline;padding:.375rem 0}label span{color:GrayText}\
.choice{display:flex;gap:.75rem;margin:1rem 0}button{font:inherit;font-weight:600;padding:.5rem 1rem;border-radius:.375rem;border:1px solid #1f883d;\
background:#1f883d;color:#fff;cursor:pointer}button.plain{background:none;color:inherit;border-color:color-mix(in srgb,CanvasText 25%,transparent)}\
code{overflow-wrap:anywhere}";
