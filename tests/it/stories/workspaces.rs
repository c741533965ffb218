//! Several workspaces that have nothing to do with each other: each sees and decides the requests that the operator gave it.

use countersign::config::{LinkedPerson, WorkspaceAccess};
use countersign::domain::{ChatUser, Coverage, ForgeUserId};
use countersign::sim::github::sample::MONA as MONA_ID;
use countersign::sim::github::{Access, Dispatch, NewCommit};
use countersign::sim::slack::sample::{self, ANA, BOT_USER, MONA, OCTO, OUTSIDE, RELEASES, TEAM};
use countersign::sim::slack::state::Enterprise;
use countersign::sim::slack::{Channel, SlackSim, State, User, UserGroup};
use countersign::sim::world::WorldOptions;

use super::stage::{Stage, install, stage, stage_with};

const BETA: &str = "T0BETA";
const ORG: &str = "E0ACME";
/// Named like acme's channel.
const LIVE: &str = "C0LIVE";
/// May write to beta's repository, and to acme's.
const BEA: &str = "U0BEA";
const BEA_ID: u64 = 31_001;
const HOUR_MS: i64 = 3_600_000;

/// Two workspaces with the app in both of them, and a repository for each.
struct Two {
    stage: Stage,
    beta: SlackSim,
    /// beta/churn
    churn: u64,
}

async fn two() -> Two {
    two_with(|_| {}).await
}

async fn two_with(change: impl FnOnce(&mut WorldOptions)) -> Two {
    let two = not_installed(stage_with(change).await).await;
    assert_eq!(two.missing().await, [true, true], "it is said before anybody is asked");
    install(&two.stage, &two.stage.world.slack, ANA).await;
    assert_eq!(two.missing().await, [false, true]);
    install(&two.stage, &two.beta, BEA).await;
    two
}

async fn not_installed(stage: Stage) -> Two {
    let churn = stage.world.github.edit(|state| {
        let owner = state.add_owner("beta");
        state.add_user("bea", BEA_ID);
        let churn = state.add_repository(owner, "churn");
        for repository in [churn, stage.world.sample.repository] {
            state.add_collaborator(repository, BEA_ID, Access::Write);
        }
        state.add_environment(churn, "production", true);
        state.install(owner, &[churn]);
        for (message, text) in [("Train", "# Churn\n"), ("Retrain", "# Churn, retrained\n")] {
            let sha = state.commit_to(churn, "main", NewCommit::new(MONA_ID, message).write("README.md", text));
            if message == "Train" {
                state.set_live(churn, "production", &sha);
            }
        }
        churn
    });
    let mut stage = stage.without_token(true).await;
    let beta = stage.world.slack.another(workspace());
    stage.world.settings.slack.workspaces = vec![access(TEAM, RELEASES, &["acme"]), access(BETA, LIVE, &["beta"])];
    stage.world.settings.people.people.push(linked(BEA, "bea", BEA_ID));
    stage.world.restart().await.unwrap();
    Two { stage, beta, churn }
}

/// The operator's word on who somebody in beta is at GitHub.
fn linked(user: &str, login: &str, id: u64) -> LinkedPerson {
    LinkedPerson {
        github_id: Some(ForgeUserId::new(id)),
        github_login: login.to_owned(),
        chat: ChatUser { workspace: BETA.to_owned(), user: user.to_owned() },
    }
}

fn access(team: &str, channel: &str, names: &[&str]) -> WorkspaceAccess {
    WorkspaceAccess {
        team_id: team.to_owned(),
        home: None,
        channel: channel.to_owned(),
        coverage: Coverage::Named(names.iter().map(|name| (*name).to_owned()).collect()),
        freezers: vec![if team == BETA { BEA } else { ANA }.to_owned()],
    }
}

/// Somebody in it has the user id of somebody else at acme, and its channel and its group are called like acme's.
fn workspace() -> State {
    let person = |id: &str, name: &str| User {
        id: id.to_owned(),
        team_id: BETA.to_owned(),
        name: name.to_owned(),
        real_name: name.to_owned(),
        is_bot: id == BOT_USER,
        ..User::default()
    };
    let users = [person(BEA, "bea"), person(OCTO, "otto"), person(BOT_USER, "countersign")];
    let members = users.iter().map(|user| user.id.clone()).collect();
    let channel = Channel { id: LIVE.into(), name: "model-releases".into(), members, ..Channel::default() };
    let group = UserGroup {
        id: "S0BETA".into(),
        name: "reviewers".into(),
        handle: "ml-reviewers".into(),
        users: vec![BEA.into()],
        is_disabled: false,
    };
    let mut state = sample::workspace();
    state.team.id = BETA.to_owned();
    state.team.name = "Beta".to_owned();
    state.users = users.into_iter().map(|user| (user.id.clone(), user)).collect();
    state.channels = [(LIVE.to_owned(), channel)].into();
    state.user_groups = [(group.id.clone(), group)].into();
    state
}

impl Two {
    /// Which of the two the server says that it cannot get into.
    async fn missing(&self) -> [bool; 2] {
        let ready = self.stage.ready().await;
        let detail = ready["detail"].as_str().unwrap_or_default();
        [TEAM, BETA].map(|id| detail.contains(&format!("into {id}")))
    }

    async fn deploy_churn(&self) -> u64 {
        self.stage.deploy(Dispatch::new(self.churn, "main", "mona", "production").triggered_by("push")).await
    }

    /// Presses a button of the newest message in beta's channel.
    async fn press(&self, user: &str, action: &str) {
        let message = self.beta.messages(LIVE).pop().expect("a message");
        let clicked = self.beta.click(user, LIVE, &message.ts, action).await;
        assert!(clicked.acknowledged(), "{clicked:?}");
        self.stage.settle().await;
    }

    async fn both_approve(&self) {
        self.press(BEA, "approve").await;
        self.stage.press(OCTO, "approve").await;
        self.stage.advance(60_000).await;
    }

    async fn type_in_beta(&self, user: &str, text: &str) -> String {
        let typed = self.beta.command(user, LIVE, "/countersign", text).await;
        assert!(typed.acknowledged(), "{typed:?}");
        self.stage.settle().await;
        self.told_in_beta(user)
    }

    fn told_in_beta(&self, user: &str) -> String {
        let told = self.beta.read_ephemerals(user);
        told.iter().map(|told| format!("{}\n{}\n", told.text, serde_json::json!(told.blocks))).collect()
    }

    fn taken(&self, run: u64) -> usize {
        self.stage.taken(run).len()
    }

    async fn id_of(&self, repository: &str) -> String {
        let requests = self.stage.world.requests().await.unwrap();
        let found = requests.iter().find(|request| request.repository.full_name() == repository).unwrap();
        found.id.short().to_owned()
    }

    async fn home_in_beta(&self, user: &str) -> String {
        assert!(self.beta.open_home(user).await.acknowledged());
        self.stage.settle().await;
        serde_json::to_string(self.beta.home(user).expect("a Home tab").blocks()).unwrap()
    }

    /// Both books hold nothing that nobody read, and nothing that Slack does not know or had to refuse.
    async fn finish(self) {
        assert_eq!(self.beta.unexpected_calls(), []);
        let refused: Vec<_> = self.beta.calls().into_iter().filter_map(|call| call.error).collect();
        assert!(refused.is_empty(), "{refused:?}");
        let unread: Vec<String> = self.beta.unread().into_iter().map(|told| told.text).collect();
        assert!(unread.is_empty(), "{unread:?}");
        self.stage.finish().await;
    }
}

#[tokio::test]
async fn each_decides_its_own() {
    decide_apart(two().await).await;
}

#[tokio::test]
async fn each_decides_its_own_on_postgres() {
    let url = crate::postgres::database().await;
    decide_apart(two_with(|options| options.database_url = Some(url)).await).await;
}

async fn decide_apart(two: Two) {
    let (ours, theirs) = (two.stage.deploy_good().await, two.deploy_churn().await);
    two.stage.advance(10_000).await;
    let (acme, beta) = (two.stage.message(), two.beta.messages(LIVE));
    assert!(acme.text.contains("sentiment") && !acme.text.contains("churn"), "{}", acme.text);
    assert_eq!(beta.len(), 1);
    assert!(beta[0].text.contains("churn"), "{}", beta[0].text);
    // Another person than acme's of that id: linked to nobody.
    two.press(OCTO, "approve").await;
    assert!(two.told_in_beta(OCTO).contains("link"), "a stranger to GitHub");
    two.both_approve().await;
    assert_eq!((two.taken(ours), two.taken(theirs)), (1, 1));
    let requests = two.stage.world.requests().await.unwrap();
    let voted = |at: &str| {
        let request = requests.iter().find(|request| request.workspace == at).unwrap();
        request.votes.iter().map(|vote| vote.voter.chat.workspace.clone()).collect::<Vec<_>>()
    };
    assert_eq!((voted(TEAM), voted(BETA)), (vec![TEAM.to_owned()], vec![BETA.to_owned()]));
    two.finish().await;
}

/// A group of Slack's is the one of the workspace that decides, although the other one has a group of the same name.
#[tokio::test]
async fn a_user_group_is_the_one_of_its_workspace() {
    let mut two = two().await;
    let otto = two.stage.world.github.edit(|state| {
        let otto = state.add_user("otto", BEA_ID + 1);
        state.add_collaborator(two.churn, otto, Access::Write);
        otto
    });
    two.stage.world.settings.people.people.push(linked(OCTO, "otto", otto));
    two.stage.world.restart().await.unwrap();
    let policy = "version: 1\ngroups:\n  reviewers: { slack_usergroups: [ml-reviewers] }\nenvironments:\n  \
                  production:\n    gates: [{ name: Review, group: reviewers, quorum: 1 }]\n";
    two.stage.write_policy(policy);
    two.stage.world.github.edit(|state| {
        state.set_policy(two.churn, Some(policy));
        let live = state.repository(two.churn).branches["main"].clone();
        state.set_live(two.churn, "production", &live);
        state.commit_to(two.churn, "main", NewCommit::new(MONA_ID, "Retrain").write("README.md", "# Churn, again\n"));
    });
    let (ours, theirs) = (two.stage.deploy_good().await, two.deploy_churn().await);
    two.stage.advance(10_000).await;
    two.press(OCTO, "approve").await;
    let told = two.told_in_beta(OCTO);
    assert!(told.contains("Review"), "that id is in acme's group only: {told}");
    two.both_approve().await;
    assert_eq!((two.taken(ours), two.taken(theirs)), (1, 1));
    let _ = (two.stage.told(OCTO), two.told_in_beta(BEA));
    two.finish().await;
}

/// R14: whoever shares a channel sees the message, and decides nothing: though they may write to the repository.
#[tokio::test]
async fn people_of_the_other_workspace_are_outsiders_in_a_shared_channel() {
    let two = two().await;
    let run = two.stage.deploy_good().await;
    two.stage.advance(10_000).await;
    two.stage.world.slack.edit(|state| {
        let guest = User { id: BEA.into(), team_id: BETA.into(), name: "bea".into(), ..User::default() };
        state.users.insert(guest.id.clone(), guest);
        state.share_with(RELEASES, BEA);
    });
    two.stage.press(BEA, "approve").await;
    let refused = two.stage.world.engine().unwrap().store.audit_rows(0, 1_000).await.unwrap();
    let refused = refused.iter().filter(|row| row.name == "vote.refused").count();
    assert_eq!((refused, two.taken(run)), (1, 0));
    assert!(two.stage.told(BEA).contains("another workspace"));
    two.stage.press(BEA, "changes").await;
    let view = two.stage.view(BEA);
    let shown = serde_json::to_string(view.blocks()).unwrap();
    assert!(shown.contains("full members of this workspace only") && !shown.contains("README"), "{shown}");
    two.stage.world.slack.dismiss_views(BEA).await;
    two.stage.settle().await;
    two.finish().await;
}

#[tokio::test]
async fn nobody_finds_the_requests_of_the_other_workspace() {
    let two = two().await;
    two.stage.deploy_good().await;
    two.deploy_churn().await;
    two.stage.advance(10_000).await;
    let home = two.home_in_beta(BEA).await;
    assert!(home.contains("churn") && !home.contains("sentiment"), "{home}");
    let pending = two.type_in_beta(BEA, "pending").await;
    assert!(pending.contains("churn") && !pending.contains("sentiment"), "{pending}");
    let theirs = two.id_of("acme/sentiment").await;
    for command in ["show", "approve", "break-glass"] {
        let answer = two.type_in_beta(BEA, &format!("{command} {theirs} because")).await;
        assert!(!answer.is_empty() && !answer.contains("sentiment"), "{command}: {answer}");
    }
    let shown = two.type_in_beta(BEA, &format!("show {}", two.id_of("beta/churn").await)).await;
    assert!(shown.contains("churn"), "{shown}");
    // With acme's people it is the other way round.
    assert!(two.stage.world.slack.command(MONA, RELEASES, "/countersign", "pending").await.acknowledged());
    two.stage.settle().await;
    let pending = two.stage.world.slack.read_ephemerals(MONA);
    let pending: String = pending.iter().map(|told| serde_json::json!(told.blocks).to_string()).collect();
    assert!(pending.contains("sentiment") && !pending.contains("churn"), "{pending}");
    two.finish().await;
}

#[tokio::test]
async fn a_freeze_holds_what_its_workspace_decides() {
    let two = two().await;
    let answer = two.type_in_beta(BEA, "freeze production quarter end").await;
    assert!(answer.contains("quarter end"), "{answer}");
    let (ours, theirs) = (two.stage.deploy_good().await, two.deploy_churn().await);
    two.stage.advance(10_000).await;
    two.both_approve().await;
    assert_eq!((two.taken(ours), two.taken(theirs)), (1, 0));
    let slack = &two.stage.world.slack;
    assert!(slack.command(ANA, RELEASES, "/countersign", "freeze list").await.acknowledged());
    two.stage.settle().await;
    let listed = two.stage.told(ANA);
    assert!(!listed.is_empty() && !listed.contains("quarter end"), "{listed}");
    let freeze = two.stage.world.engine().unwrap().store.freezes(two.stage.world.clock.now()).await.unwrap().remove(0);
    let lift = format!("freeze lift {}", &freeze.id[freeze.id.len() - 8..]);
    assert!(slack.command(ANA, RELEASES, "/countersign", &lift).await.acknowledged());
    two.stage.settle().await;
    assert!(two.stage.told(ANA).contains("o freeze"), "there is none for acme");
    assert_eq!(two.taken(theirs), 0);
    two.type_in_beta(BEA, &lift).await;
    two.stage.advance(60_000).await;
    assert_eq!(two.taken(theirs), 1);
    let _ = (two.stage.told(OCTO), two.told_in_beta(BEA));
    two.finish().await;
}

/// Uninstalled in one of them: the other goes on, and it is said which one waits.
#[tokio::test]
async fn one_that_lets_us_out_does_not_hold_the_other() {
    let two = two().await;
    two.stage.world.clock.advance(5_000);
    two.beta.edit(|state| state.install.token_refused_with = Some("account_inactive".into()));
    assert!(two.beta.send_event(serde_json::json!({ "type": "app_uninstalled" })).await.acknowledged());
    let (ours, theirs) = (two.stage.deploy_good().await, two.deploy_churn().await);
    two.stage.advance(60_000).await;
    two.stage.press(OCTO, "approve").await;
    two.stage.advance(60_000).await;
    assert_eq!((two.taken(ours), two.beta.messages(LIVE).len()), (1, 0));
    let detail = two.stage.ready().await["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains(BETA) && !detail.contains(TEAM), "{detail}");
    let reports = two.stage.world.github.status_reports(theirs, "production");
    assert!(reports.iter().any(|report| report.comment.contains("app_uninstalled")), "{reports:?}");
    install(&two.stage, &two.beta, BEA).await;
    two.stage.advance(2 * HOUR_MS).await;
    two.press(BEA, "approve").await;
    two.stage.advance(60_000).await;
    assert_eq!(two.taken(theirs), 1);
    two.stage.world.stop().await;
}

/// Each has its own tokens, renewed on their own.
#[tokio::test]
async fn tokens_are_renewed_for_each() {
    let two = two().await;
    let before = (two.stage.world.slack.bot_token(), two.beta.bot_token());
    two.stage.world.clock.advance(11 * HOUR_MS + 50 * 60_000);
    let (ours, theirs) = (two.stage.deploy_good().await, two.deploy_churn().await);
    two.stage.advance(10_000).await;
    let after = (two.stage.world.slack.bot_token(), two.beta.bot_token());
    assert!(before.0 != after.0 && before.1 != after.1 && after.0 != after.1);
    two.both_approve().await;
    assert_eq!((two.taken(ours), two.taken(theirs)), (1, 1));
    two.finish().await;
}

/// A repository that no workspace is for: nobody is asked, and it is said what to set. Once it is set, people are.
#[tokio::test]
async fn a_repository_that_is_nobodys_waits() {
    let mut two = two().await;
    two.stage.world.settings.slack.workspaces[1] = access(BETA, LIVE, &["beta/fraud"]);
    two.stage.world.restart().await.unwrap();
    let run = two.deploy_churn().await;
    two.stage.advance(60_000).await;
    assert!(two.stage.world.slack.messages(RELEASES).is_empty() && two.beta.messages(LIVE).is_empty());
    let reports = two.stage.world.github.status_reports(run, "production");
    assert!(reports.iter().any(|report| report.comment.contains("slack.workspaces")), "{reports:?}");
    two.stage.world.settings.slack.workspaces[1].coverage = Coverage::Rest;
    two.stage.world.restart().await.unwrap();
    two.stage.advance(2 * HOUR_MS).await;
    two.press(BEA, "approve").await;
    two.stage.advance(60_000).await;
    assert_eq!(two.taken(run), 1);
    two.stage.world.stop().await;
}

/// What was asked for in one workspace is not carried into another one by a change of settings.
#[tokio::test]
async fn a_request_stays_where_it_was_asked_for() {
    let mut two = two().await;
    let run = two.deploy_churn().await;
    two.stage.advance(10_000).await;
    let workspaces = &mut two.stage.world.settings.slack.workspaces;
    (workspaces[0].coverage, workspaces[1].coverage) = (workspaces[1].coverage.clone(), workspaces[0].coverage.clone());
    two.stage.world.restart().await.unwrap();
    two.press(BEA, "approve").await;
    two.stage.advance(60_000).await;
    assert_eq!(two.taken(run), 1);
    assert!(two.stage.world.slack.messages(RELEASES).is_empty());
    // Taken out altogether, it is nobody's: its people are asked no more.
    two.stage.world.settings.slack.workspaces.truncate(1);
    two.stage.world.restart().await.unwrap();
    let again = two.deploy_churn().await;
    two.stage.advance(60_000).await;
    assert_eq!(two.stage.world.slack.messages(RELEASES).len(), 1, "the next one goes where it belongs now");
    assert_eq!(two.taken(again), 0);
    two.stage.world.stop().await;
}

/// The app is installed for a whole organisation: people of each of its workspaces are members, names are those of the
/// workspace that the operator chose.
#[tokio::test]
async fn an_organisation_is_one_place() {
    let mut stage = stage().await.without_token(true).await;
    let sister = stage.world.github.edit(|state| {
        let sister = state.add_user("sis", BEA_ID);
        state.add_collaborator(stage.world.sample.repository, sister, Access::Write);
        sister
    });
    let person = User { id: "W0SIS".into(), team_id: "T0SISTER".into(), name: "sis".into(), ..User::default() };
    stage.world.slack.edit(|state| {
        state.team.enterprise = Some(Enterprise { id: ORG.into(), name: "Acme Org".into() });
        state.team.is_enterprise_install = true;
        state.team.sisters.insert("T0SISTER".into());
        state.channels.get_mut(RELEASES).unwrap().members.push(person.id.clone());
        state.users.insert(person.id.clone(), person);
    });
    let workspace = &mut stage.world.settings.slack.workspaces[0];
    (workspace.team_id, workspace.home) = (ORG.to_owned(), Some(TEAM.to_owned()));
    stage.world.settings.slack.allow_shared_channels = true;
    let people = &mut stage.world.settings.people.people;
    people.push(linked("W0SIS", "sis", sister));
    people.iter_mut().for_each(|person| person.chat.workspace = ORG.to_owned());
    stage.world.restart().await.unwrap();
    install(&stage, &stage.world.slack, ANA).await;
    let policy = "version: 1\ngroups:\n  reviewers: { slack_usergroups: [ml-reviewers] }\n  writers: { permission: write }\n\
                  environments:\n  production:\n    channel: \"#model-releases\"\n    gates:\n      \
                  - { name: Review, group: reviewers, quorum: 1 }\n      - { name: Release, group: writers, quorum: 1 }\n";
    stage.write_policy(policy);
    let run = stage.deploy_good().await;
    stage.advance(10_000).await;
    assert!(stage.world.slack.open_home("W0SIS").await.acknowledged());
    stage.settle().await;
    let home = serde_json::to_string(stage.world.slack.home("W0SIS").expect("a Home tab").blocks()).unwrap();
    assert!(home.contains("sentiment"), "{home}");
    stage.world.slack.edit(|state| state.share_with(RELEASES, OUTSIDE));
    stage.press(OUTSIDE, "approve").await;
    assert!(stage.told(OUTSIDE).contains("another workspace"));
    stage.press(OCTO, "approve").await;
    stage.press("W0SIS", "approve").await;
    stage.advance(60_000).await;
    assert_eq!(stage.taken(run).len(), 1);
    assert_eq!(stage.request().await.workspace, ORG);
    let _ = (stage.told(OCTO), stage.told("W0SIS"));
    stage.world.clock.advance(5_000);
    assert!(stage.world.slack.send_event(serde_json::json!({ "type": "app_uninstalled" })).await.acknowledged());
    stage.settle().await;
    let row = stage.world.engine().unwrap().store.installation(ORG).await.unwrap().unwrap();
    assert!(row.closed.is_some());
    stage.finish().await;
}
