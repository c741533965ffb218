//! Accounts. An account is its number; its login can change hands.

use super::State;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountKind {
    User,
    Organization,
    Bot,
}

#[derive(Debug, Clone)]
pub struct Account {
    pub id: u64,
    pub login: String,
    pub kind: AccountKind,
    pub name: Option<String>,
    /// Commits with one of these addresses belong to this account.
    pub emails: Vec<String>,
    /// Shown on the profile; one of the verified ones.
    pub public_email: Option<String>,
    pub site_admin: bool,
}

/// The account `github-actions[bot]`, under which workflows act.
pub const ACTIONS_BOT: u64 = 41_898_282;
/// The organisation that owns GitHub's own Apps.
pub const GITHUB_ORGANIZATION: u64 = 9_919;
/// The web interface's committer, `web-flow`.
pub const WEB_FLOW: u64 = 19_864_447;

/// The bot account of the App under test has this many more than the App's id.
const APP_BOT_OFFSET: u64 = 190_000_000;

impl State {
    /// Adds an organisation; the answer is its account id.
    pub fn add_owner(&mut self, login: &str) -> u64 {
        let id = self.fresh_id();
        self.add_account(id, login, AccountKind::Organization)
    }

    /// Adds a person with a known numeric id and the private address `ID+LOGIN@users.noreply.github.com`.
    pub fn add_user(&mut self, login: &str, id: u64) -> u64 {
        self.add_account(id, login, AccountKind::User)
    }

    /// Adds a machine account, e.g. `hubot-ci[bot]`.
    pub fn add_bot(&mut self, login: &str, id: u64) -> u64 {
        self.add_account(id, login, AccountKind::Bot)
    }

    /// Gives an account another login; the old one is free for anybody.
    pub fn rename_account(&mut self, id: u64, login: &str) {
        if let Some(account) = self.accounts.get_mut(&id) {
            account.login = login.to_owned();
        }
    }

    /// The account that now has that login (any case).
    pub fn account_by_login(&self, login: &str) -> Option<&Account> {
        self.accounts.values().find(|account| account.login.eq_ignore_ascii_case(login))
    }

    pub fn account_by_email(&self, email: &str) -> Option<&Account> {
        let has = |account: &&Account| account.emails.iter().any(|known| known.eq_ignore_ascii_case(email));
        self.accounts.values().find(has)
    }

    /// The id of a login; unknown logins get a new account, so that anybody can act.
    pub fn account_id(&mut self, login: &str) -> u64 {
        if let Some(id) = self.account_by_login(login).map(|account| account.id) {
            return id;
        }
        let id = self.fresh_id();
        self.add_user(login, id)
    }

    pub(in crate::sim::github) fn app_bot(&self) -> u64 {
        APP_BOT_OFFSET + self.options.app_id
    }

    pub(super) fn add_vendor_accounts(&mut self) {
        self.add_account(GITHUB_ORGANIZATION, "github", AccountKind::Organization);
        self.add_account(ACTIONS_BOT, "github-actions[bot]", AccountKind::Bot);
        let web_flow = self.add_user("web-flow", WEB_FLOW);
        if let Some(account) = self.accounts.get_mut(&web_flow) {
            account.name = Some("GitHub".to_owned());
            account.emails.push("noreply@github.com".to_owned());
        }
        let bot = format!("{}[bot]", self.options.app_slug);
        self.add_account(self.app_bot(), &bot, AccountKind::Bot);
    }

    fn add_account(&mut self, id: u64, login: &str, kind: AccountKind) -> u64 {
        let emails = vec![format!("{id}+{login}@users.noreply.github.com")];
        let login = login.to_owned();
        let account = Account { id, login, kind, name: None, emails, public_email: None, site_admin: false };
        self.accounts.insert(id, account);
        id
    }
}
