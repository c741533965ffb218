//! The forge that the engine sees.

use crate::domain::{CommitSha, DeploymentId, EnvironmentName, ForgeUser, Repository, RunId, Standing, TeamId};
use crate::engine::receive::Delivery;
use crate::ports::code::Presence;
use crate::ports::forge::{
    Answered, FirstAnswer, Forge, ForgeSignal, Permission, Profile, RunState, SignIn, SignedIn, TellForge,
};
use crate::ports::pulls::{PostedSheet, PullState, SheetContent};
use crate::ports::{Clock, PortResult};

use super::interpret::interpret;
use super::large_files::Carrier;
use super::limits::Pauses;
use super::own_app::OwnApp;
use super::owners::Owners;
use super::path::encoded;
use super::remembered::Remembered;
use super::settings::{Addresses, GithubSettings, SettingsError, SignInSettings};
use super::tokens::{AppKey, Tokens};
use super::transport::Transport;

/// GitHub as a [`Forge`]. Cheap to make: connections, certificates and tokens come with the first call.
pub struct GithubForge {
    pub(super) addresses: Addresses,
    pub(super) key: AppKey,
    pub(super) clock: Clock,
    pub(super) transport: Transport,
    pub(super) tokens: Tokens,
    pub(super) pauses: Pauses,
    pub(super) carrier: Carrier,
    pub(super) remembered: Remembered,
    pub(super) owners: Owners,
    pub(super) sign_in: Option<SignInSettings>,
    app_id: String,
    pub(super) own_app: tokio::sync::OnceCell<OwnApp>,
}

impl GithubForge {
    /// Checks addresses and key; asks nobody. All times are `clock`'s, those in the App's JWT too.
    pub fn new(settings: &GithubSettings, clock: Clock) -> Result<Self, SettingsError> {
        let addresses = Addresses::check(settings)?;
        let transport = Transport::new(&addresses, settings.timeouts);
        let carrier = Carrier::new(&addresses, settings.timeouts);
        let key = AppKey::new(settings)?;
        Ok(Self {
            addresses,
            key,
            clock,
            transport,
            tokens: Tokens::default(),
            pauses: Pauses::default(),
            carrier,
            remembered: Remembered::default(),
            owners: Owners::default(),
            sign_in: settings.sign_in.clone(),
            app_id: settings.app_id.clone(),
            own_app: tokio::sync::OnceCell::new(),
        })
    }

    pub(super) fn page(&self, repository: &Repository, rest: &str) -> String {
        format!("{}/{}/{}{rest}", self.addresses.web, encoded(&repository.owner), encoded(&repository.name))
    }
}

impl Forge for GithubForge {
    fn host(&self) -> &str {
        &self.addresses.host
    }

    fn interpret(&self, delivery: &Delivery) -> Result<ForgeSignal, String> {
        interpret(delivery, &self.addresses.api, &self.app_id)
    }

    fn run<'a>(&'a self, repository: &'a Repository, run: RunId) -> PortResult<'a, RunState> {
        Box::pin(self.run_state(repository, run))
    }

    fn permission<'a>(&'a self, repository: &'a Repository, login: &'a str) -> PortResult<'a, Presence<Permission>> {
        Box::pin(self.permission_of(repository, login))
    }

    fn profile<'a>(&'a self, repository: &'a Repository, login: &'a str) -> PortResult<'a, Presence<Profile>> {
        Box::pin(self.profile_of(repository, login))
    }

    fn logins_by_email<'a>(&'a self, repository: &'a Repository, email: &'a str) -> PortResult<'a, Vec<String>> {
        Box::pin(self.logins_of_email(repository, email))
    }

    fn sign_in_address(&self, sign_in: SignIn<'_>) -> Option<String> {
        self.authorize_address(sign_in)
    }

    fn signed_in<'a>(&'a self, code: &'a str, verifier: &'a str) -> PortResult<'a, SignedIn> {
        Box::pin(self.who_signed_in(code, verifier))
    }

    fn team<'a>(
        &'a self,
        repository: &'a Repository,
        organisation: &'a str,
        slug: &'a str,
    ) -> PortResult<'a, Presence<TeamId>> {
        Box::pin(self.team_of_slug(repository, organisation, slug))
    }

    fn team_members<'a>(
        &'a self,
        repository: &'a Repository,
        organisation: &'a str,
        slug: &'a str,
    ) -> PortResult<'a, Presence<Vec<ForgeUser>>> {
        Box::pin(self.people_of_team(repository, organisation, slug))
    }

    fn report<'a>(
        &'a self,
        repository: &'a Repository,
        run: RunId,
        environment: &'a EnvironmentName,
        comment: &'a str,
    ) -> PortResult<'a, ()> {
        Box::pin(self.report_status(repository, run, environment, comment))
    }

    fn cancel_run<'a>(&'a self, repository: &'a Repository, run: RunId) -> PortResult<'a, ()> {
        Box::pin(self.cancel(repository, run))
    }

    fn decide<'a>(&'a self, telling: &'a TellForge<'a>) -> PortResult<'a, FirstAnswer> {
        Box::pin(self.tell_decision(telling))
    }

    fn answered<'a>(
        &'a self,
        repository: &'a Repository,
        run: RunId,
        environment: &'a EnvironmentName,
        mark: &'a str,
    ) -> PortResult<'a, Answered> {
        Box::pin(self.answer_on_file(repository, run, environment, mark))
    }

    fn standing<'a>(
        &'a self,
        repository: &'a Repository,
        run: RunId,
        environment: &'a EnvironmentName,
        jobs: &'a [DeploymentId],
    ) -> PortResult<'a, Presence<Standing>> {
        Box::pin(self.standing_of(repository, run, environment, jobs))
    }

    fn pull_request<'a>(&'a self, repository: &'a Repository, number: u64) -> PortResult<'a, Presence<PullState>> {
        Box::pin(self.pull_state(repository, number))
    }

    fn find_sheet<'a>(
        &'a self,
        repository: &'a Repository,
        commit: &'a CommitSha,
        mark: &'a str,
    ) -> PortResult<'a, Option<PostedSheet>> {
        Box::pin(self.sheet_by_mark(repository, commit, mark))
    }

    fn show_sheet<'a>(
        &'a self,
        posted: Option<&'a PostedSheet>,
        content: &'a SheetContent<'a>,
    ) -> PortResult<'a, PostedSheet> {
        Box::pin(self.put_sheet(posted, content))
    }

    fn show_comment<'a>(
        &'a self,
        repository: &'a Repository,
        number: u64,
        mark: &'a str,
        posted: Option<u64>,
        text: &'a str,
    ) -> PortResult<'a, Presence<u64>> {
        Box::pin(self.put_comment(repository, number, mark, posted, text))
    }
}
