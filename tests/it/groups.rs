//! Groups read live over the simulated vendors: who belongs, how often the vendors are asked, and what happens when a name
//! stands for something else, or nothing can be read.

mod calls;
mod names;
mod outages;
mod people;

use std::collections::BTreeSet;

use countersign::domain::group::Group;
use countersign::domain::{
    Access, ChatUser, ForgeUserId, InstallationId, Membership, Repository, RepositoryId, Unusable,
};
use countersign::engine::groups::{self, Memberships, People, Person, Reading};
use countersign::engine::live::Freshness;
use countersign::engine::people::{LookedUp, look_up};
use countersign::ports::PortError;
use countersign::sim::github::sample as github;
use countersign::sim::slack::sample as slack;
use countersign::sim::world::{World, WorldOptions};

/// A world by hand, and a repository of it that is asked about.
struct Scene {
    world: World,
    repository: Repository,
}

impl Scene {
    async fn new() -> Self {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let world = World::start(WorldOptions::by_hand()).await.unwrap();
        let repository = Repository {
            id: RepositoryId::new(world.sample.repository),
            owner: "acme".to_owned(),
            name: "sentiment".to_owned(),
            installation: InstallationId::new(world.sample.installation),
        };
        Self { world, repository }
    }

    /// Read anew, past everything that is kept.
    fn anew(&self) -> Freshness {
        Freshness::Since(self.world.engine().unwrap().workspace.live.mark())
    }

    async fn read(&self, membership: &Membership, how: Freshness) -> Result<Reading, PortError> {
        let group = Group { name: "g".to_owned(), members: [membership.clone()].into(), chat_only: false };
        let readings = groups::members(self.world.engine().unwrap(), &self.repository, &group, how).await?;
        Ok(readings.into_values().next().unwrap())
    }

    /// The people of a membership as numbers or ids, in order; or why there are none.
    async fn people(&self, membership: &Membership, how: Freshness) -> Result<Vec<String>, Unusable> {
        let mut ids = match self.read(membership, how).await.unwrap().people? {
            People::Accounts(accounts) => accounts.iter().map(|account| account.id.to_string()).collect(),
            People::ChatUsers(users) => users.iter().cloned().collect::<Vec<_>>(),
            People::Unlisted => vec!["unlisted".to_owned()],
        };
        ids.sort();
        Ok(ids)
    }

    async fn look_up(&self, user: &str, asked: &[Membership], how: Freshness) -> Result<LookedUp, PortError> {
        let asked: BTreeSet<Membership> = asked.iter().cloned().collect();
        look_up(self.world.engine().unwrap(), &self.repository, &chat(user), &asked, how).await
    }

    async fn held(&self, user: &str, asked: &[Membership], how: Freshness) -> Vec<Membership> {
        self.look_up(user, asked, how).await.unwrap().voter.memberships.into_iter().collect()
    }

    /// Calls to both vendors since the last look, without those that prove who we are.
    fn calls(&self, since: &mut (usize, usize)) -> Vec<String> {
        let (github, slack) = (self.world.github.calls(), self.world.slack.calls());
        let forge = github[since.0..].iter().filter(|call| !call.path.ends_with("/access_tokens"));
        let chat = slack[since.1..].iter().filter(|call| call.method != "auth.test");
        let all = forge.map(|call| call.path.clone()).chain(chat.map(|call| call.method.clone())).collect();
        *since = (github.len(), slack.len());
        all
    }
}

fn chat(user: &str) -> ChatUser {
    ChatUser { workspace: slack::TEAM.to_owned(), user: user.to_owned() }
}

fn team(slug: &str) -> Membership {
    Membership::Team { organisation: "acme".to_owned(), slug: slug.to_owned() }
}

fn account(login: &str) -> Membership {
    Membership::Account { login: login.to_owned() }
}

fn user_group(handle: &str) -> Membership {
    Membership::ChatGroup { handle: handle.to_owned() }
}

fn ids(of: &[u64]) -> Vec<String> {
    of.iter().map(ToString::to_string).collect()
}

/// The team of the sample: octocat and ana.
async fn team_id(scene: &Scene) -> u64 {
    scene.world.github.read(|state| state.teams.iter().find(|team| team.slug == "ml").unwrap().id)
}
