//! The routes: which request is answered by what. Anything else is 404 and entered in the book as unexpected.

mod app;
mod artifacts;
mod checks;
mod comments;
mod commits;
mod contents;
mod deployments;
mod lfs;
mod page;
mod people;
mod pulls;
mod runs;
mod scanning;
mod sign_in;
mod teams;

use super::book::Host;
use super::caller::Caller;
use super::options::{Flavour, Level};
use super::reply::{Ask, Reply};
use super::state::State;

/// An answer, or the error that takes its place.
pub(super) type Answer = Result<Reply, Reply>;

/// A request with who asks, on its way through the routes.
pub(super) struct Ctx<'a> {
    pub state: &'a mut State,
    pub ask: &'a Ask,
    pub caller: Caller,
    /// Another decision for the same gate was being answered at the same moment.
    pub overlapped: bool,
}

/// Answers a request from the state.
pub(super) fn answer(ctx: &mut Ctx<'_>) -> Reply {
    let segments = ctx.ask.segments();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let outcome = match ctx.ask.host {
        Host::Api => api(ctx, &segments),
        Host::Web => match (ctx.ask.method.as_str(), segments.as_slice()) {
            ("GET", ["login", "oauth", "authorize"]) => sign_in::page(ctx),
            ("POST", ["login", "oauth", "authorize"]) => sign_in::decide(ctx),
            ("POST", ["login", "oauth", "access_token"]) => sign_in::exchange(ctx),
            (_, segments) => lfs::web(ctx, segments),
        },
        Host::Storage => match segments.as_slice() {
            ["artifacts", id] => artifacts::storage(ctx, id),
            segments => lfs::storage(ctx, segments),
        },
    };
    outcome.unwrap_or_else(|refused| refused)
}

fn api(ctx: &mut Ctx<'_>, segments: &[&str]) -> Answer {
    if ctx.state.options.flavour == Flavour::GheCom && matches!(ctx.caller, Caller::Nobody) {
        return Err(Reply::error(401, "Requires authentication"));
    }
    match (ctx.ask.method.as_str(), segments) {
        ("GET", ["meta"]) => app::meta(ctx),
        ("GET", ["rate_limit"]) => app::rate_limit(ctx),
        ("GET", ["app"]) => app::show(ctx),
        ("GET", ["app", "hook", "deliveries"]) => app::deliveries(ctx),
        ("GET", ["app", "hook", "deliveries", id]) => app::delivery(ctx, id),
        ("POST", ["app", "hook", "deliveries", id, "attempts"]) => app::redeliver(ctx, id),
        ("GET", ["app", "installations"]) => app::installations(ctx),
        ("GET", ["app", "installations", id]) => app::installation(ctx, id),
        ("POST", ["app", "installations", id, "access_tokens"]) => app::access_token(ctx, id),
        ("GET", ["installation", "repositories"]) => app::repositories(ctx),
        ("GET", ["user"]) => sign_in::authenticated_user(ctx),
        ("DELETE", ["applications", client_id, "token"]) => sign_in::revoke(ctx, client_id),
        ("GET", ["users", login]) => people::user(ctx, login),
        ("GET", ["search", "users"]) => people::search(ctx),
        (_, ["orgs", organization, "teams", slug, rest @ ..]) => teams::by_slug(ctx, organization, slug, rest),
        (_, ["organizations", organization, "team", id, rest @ ..]) => teams::by_id(ctx, organization, id, rest),
        ("GET", ["repos", owner, name, "installation"]) => app::installation_of(ctx, owner, name),
        (_, ["repos", owner, name, rest @ ..]) => {
            let repository = ctx.enter_repository(owner, name)?;
            of_repository(ctx, repository, rest)
        }
        (_, ["repositories", id, rest @ ..]) => {
            let repository = ctx.enter_repository_by_id(id)?;
            of_repository(ctx, repository, rest)
        }
        _ => Err(Reply::no_route()),
    }
}

fn of_repository(ctx: &mut Ctx<'_>, repository: u64, rest: &[&str]) -> Answer {
    match (ctx.ask.method.as_str(), rest) {
        ("GET", []) => {
            ctx.need("metadata", Level::Read)?;
            Ok(Reply::ok(&ctx.state.full_repository(repository)))
        }
        (_, ["actions", rest @ ..]) if matches!(rest, ["artifacts", ..] | ["runs", _, "artifacts"]) => {
            artifacts::answer(ctx, repository, rest)
        }
        (_, ["code-scanning", rest @ ..]) => scanning::answer(ctx, repository, rest),
        (_, ["actions", rest @ ..]) => runs::answer(ctx, repository, rest),
        (_, ["check-runs", rest @ ..]) => checks::answer(ctx, repository, rest),
        (_, ["issues", rest @ ..]) => comments::answer(ctx, repository, rest),
        (_, ["commits" | "compare", ..]) => commits::answer(ctx, repository, rest),
        (_, ["contents" | "git", ..]) => contents::answer(ctx, repository, rest),
        (_, ["deployments" | "environments", ..]) => deployments::answer(ctx, repository, rest),
        (_, ["pulls", rest @ ..]) => pulls::answer(ctx, repository, rest),
        ("GET", ["collaborators", login, "permission"]) => people::permission(ctx, repository, login),
        _ => Err(Reply::no_route()),
    }
}

impl Ctx<'_> {
    /// The repository of that name, if the caller's token reaches it. A renamed one is a redirect.
    fn enter_repository(&self, owner: &str, name: &str) -> Result<u64, Reply> {
        if let Some(id) = self.state.repository_named(owner, name) {
            return self.reach(id);
        }
        match self.state.repository_formerly(&format!("{owner}/{name}")) {
            Some(id) => Err(self.moved(self.reach(id)?)),
            None => Err(Reply::not_found()),
        }
    }

    fn enter_repository_by_id(&self, id: &str) -> Result<u64, Reply> {
        let id = id.parse().map_err(|_| Reply::not_found())?;
        self.reach(id)
    }

    /// Private repositories out of reach do not exist for the caller.
    fn reach(&self, repository: u64) -> Result<u64, Reply> {
        match &self.caller {
            Caller::Installation(grant) if self.state.reaches(grant, repository) => Ok(repository),
            Caller::App | Caller::OauthApp => Err(Reply::bad_credentials()),
            Caller::Installation(_) | Caller::User(_) | Caller::Nobody => Err(Reply::not_found()),
        }
    }

    fn moved(&self, repository: u64) -> Reply {
        let rest: Vec<&str> = self.ask.path.split('/').skip(4).collect();
        let rest = if rest.is_empty() { String::new() } else { format!("/{}", rest.join("/")) };
        let query = if self.ask.query.is_empty() { String::new() } else { format!("?{}", self.ask.query) };
        let location = format!("{}/repositories/{repository}{rest}{query}", self.state.urls.api);
        let status = if self.ask.method == "GET" { 301 } else { 307 };
        let body = serde_json::json!({
            "message": "Moved Permanently",
            "url": location,
            "documentation_url": "https://docs.github.com/rest/guides/best-practices-for-using-the-rest-api#follow-redirects",
        });
        Reply::json(status, &body).with_header("location", &location)
    }

    /// Refuses unless the caller's token has that permission.
    fn need(&self, permission: &str, level: Level) -> Result<(), Reply> {
        let Caller::Installation(grant) = &self.caller else { return Err(Reply::bad_credentials()) };
        let word = if level == Level::Write { "write" } else { "read" };
        let needed = format!("{permission}={word}");
        match self.state.granted(grant, permission) {
            Some(granted) if granted >= level => Ok(()),
            _ => Err(Reply::not_accessible(&needed)),
        }
    }

    fn need_app(&self) -> Result<(), Reply> {
        match self.caller {
            Caller::App => Ok(()),
            Caller::Nobody | Caller::Installation(_) | Caller::User(_) | Caller::OauthApp => {
                Err(Reply::error(401, "A JSON web token could not be decoded"))
            }
        }
    }
}

fn number(text: &str) -> Result<u64, Reply> {
    text.parse().map_err(|_| Reply::not_found())
}
