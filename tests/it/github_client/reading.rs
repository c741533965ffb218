//! Runs, deployments, commits, files and people.

use super::*;
use countersign::ports::CodeHost as _;

#[tokio::test]
async fn a_run_names_everybody_who_started_it_and_when() {
    let scene = Scene::new().await;
    let run = scene.waiting_run().await;
    scene.sim.cancel(run.get(), "mona");
    scene.settle().await;
    scene.clock.advance(MINUTE_MS);
    assert!(scene.sim.rerun(run.get(), "octocat"));
    let state = scene.forge.run(&scene.repository, run).await.unwrap();
    let logins: Vec<&str> = state.run.actors.iter().map(|actor| actor.login.as_str()).collect();
    assert_eq!((state.run.attempt, logins), (2, vec!["mona", "octocat"]));
    assert_eq!(state.attempt_starts.len(), 2);
    assert!(state.attempt_starts[0] < state.attempt_starts[1]);
    assert_eq!((state.run.trigger.as_str(), state.run.workflow.as_str()), ("push", "Deploy"));
    assert_eq!((state.commit.as_str(), state.conclusion), (scene.sample.good.as_str(), None));
    scene.finish();
}

#[tokio::test]
async fn live_is_the_newest_deployment_that_ever_succeeded() {
    let scene = Scene::new().await;
    let live = |except: Vec<DeploymentId>| {
        let scene = &scene;
        async move { scene.forge.live(&scene.repository, &scene.production, &except).await.unwrap() }
    };
    scene.waiting_run().await;
    let now = live(vec![]).await.unwrap();
    assert_eq!(now.commit.as_str(), scene.sample.live, "a deployment that waits is not live");
    assert!(now.since.is_some());
    let before = live(vec![now.deployment]).await.unwrap();
    assert_eq!(before.commit.as_str(), scene.sample.first, "inactive now, and once live");
    assert_eq!(live(vec![now.deployment, before.deployment]).await, None);
    let empty = EnvironmentName::parse("prod/eu west").unwrap();
    assert_eq!(scene.forge.live(&scene.repository, &empty, &[]).await.unwrap(), None);
    scene.finish();
}

#[tokio::test]
async fn commits_are_compared_with_their_people_and_files() {
    let scene = Scene::new().await;
    let (live, good, risky) = (sha(&scene.sample.live), sha(&scene.sample.good), sha(&scene.sample.risky));
    let ahead = found(scene.forge.compare(&scene.repository, &live, &good).await.unwrap());
    assert!(matches!(ahead.relation, Relation::Ahead { by } if by == ahead.commits_total && by > 0));
    assert_eq!(ahead.commits.last().unwrap().sha, good);
    assert!(ahead.files.iter().any(|file| file.path == "train.py" && file.patch.is_some()));
    assert!(!ahead.files_cut);
    let merge = ahead.commits.last().unwrap();
    assert_eq!(merge.author.user.as_ref().unwrap().login, "mona");
    assert!(merge.committer.is_forge, "merged on the web pages");
    let same = found(scene.forge.compare(&scene.repository, &live, &live).await.unwrap());
    assert_eq!((same.relation, same.commits_total), (Relation::Same, 0));
    let back = found(scene.forge.compare(&scene.repository, &risky, &good).await.unwrap());
    assert!(matches!(back.relation, Relation::Behind { .. }));
    let vanished = sha(&"ab".repeat(20));
    assert_eq!(scene.forge.compare(&scene.repository, &vanished, &good).await.unwrap(), Presence::Missing);
    assert_eq!(scene.forge.commit(&scene.repository, &vanished).await.unwrap(), Presence::Missing);
    let commit = found(scene.forge.commit(&scene.repository, &live).await.unwrap());
    assert_eq!(commit.co_authors[0].name, "The Octocat");
    scene.finish();
}

#[tokio::test]
async fn long_histories_are_read_page_by_page() {
    let scene = Scene::new().await;
    let head = scene.sim.edit(|state| {
        let commit =
            |n: usize| countersign::sim::github::NewCommit::new(sample::MONA, "Step").write("step", n.to_string());
        (0..130).map(|n| state.commit_to(scene.sample.repository, "main", commit(n))).last().unwrap()
    });
    let compared = scene.forge.compare(&scene.repository, &sha(&scene.sample.risky), &sha(&head)).await.unwrap();
    let compared = found(compared);
    assert_eq!((compared.commits.len(), compared.commits_total), (130, 130));
    assert_eq!(compared.commits.last().unwrap().sha.as_str(), head);
    scene.finish();
}

#[tokio::test]
async fn files_are_listed_and_read_by_their_content_id() {
    let scene = Scene::new().await;
    let tree = found(scene.forge.tree(&scene.repository, &sha(&scene.sample.good)).await.unwrap());
    assert!(!tree.truncated);
    let entry = tree.entries.iter().find(|entry| entry.path == "train.py").unwrap();
    let blob = scene.forge.blob(&scene.repository, &entry.blob, 100_000).await.unwrap();
    let Blob::Content(bytes) = blob else { panic!("{blob:?}") };
    assert_eq!(u64::try_from(bytes.len()).unwrap(), entry.size);
    assert!(String::from_utf8(bytes).unwrap().contains("EPOCHS = 5"));
    let cut = scene.forge.blob(&scene.repository, &entry.blob, 10).await.unwrap();
    assert_eq!(cut, Blob::TooLarge { size: Some(entry.size) });
    assert_eq!(scene.forge.blob(&scene.repository, &"ab".repeat(20), 10).await.unwrap(), Blob::Missing);
    scene.sim.edit(|state| state.options.limits.tree_entries = 2);
    assert!(found(scene.forge.tree(&scene.repository, &sha(&scene.sample.good)).await.unwrap()).truncated);
    scene.finish();
}

#[tokio::test]
async fn what_did_not_change_is_asked_for_without_using_up_the_limit() {
    let scene = Scene::new().await;
    let ask = async || {
        let live = scene.forge.live(&scene.repository, &scene.production, &[]).await.unwrap();
        let pulls = scene.forge.pull_requests(&scene.repository, &sha(&scene.sample.good)).await.unwrap();
        (live, pulls, scene.default_branch().await.unwrap())
    };
    let first = ask().await;
    let before = scene.sim.calls().len();
    assert_eq!(ask().await, first);
    let again: Vec<u16> = scene.sim.calls()[before..].iter().map(|call| call.status).collect();
    assert_eq!(again, vec![304; 5], "deployments, statuses, pull requests, repository, branch");
    let change = countersign::sim::github::NewCommit::new(sample::MONA, "More").write("more", "1");
    let head = scene.sim.edit(|state| state.commit_to(scene.sample.repository, "main", change));
    assert_eq!(scene.default_branch().await.unwrap().as_str(), head, "a change is seen at once");
    scene.finish();
}

#[tokio::test]
async fn links_are_told_from_files() {
    let scene = Scene::new().await;
    let change = countersign::sim::github::NewCommit::new(sample::MONA, "Link").link("weights.bin", "/etc/passwd");
    let head = scene.sim.edit(|state| state.commit_to(scene.sample.repository, "main", change));
    let tree = found(scene.forge.tree(&scene.repository, &sha(&head)).await.unwrap());
    let kind = |path: &str| tree.entries.iter().find(|entry| entry.path == path).unwrap().kind;
    assert_eq!((kind("weights.bin"), kind("train.py")), (EntryKind::Symlink, EntryKind::File));
    scene.finish();
}

#[tokio::test]
async fn pull_requests_default_branch_and_access_are_read() {
    let scene = Scene::new().await;
    let pulls = scene.forge.pull_requests(&scene.repository, &sha(&scene.sample.good)).await.unwrap();
    assert_eq!((pulls.len(), pulls[0].number, pulls[0].merged), (1, 1, true));
    assert_eq!(pulls[0].author.as_ref().unwrap().id.get(), sample::MONA);
    assert_eq!(scene.default_branch().await.unwrap().as_str(), scene.sample.risky);
    scene.sim.edit(|state| {
        let maintains = countersign::sim::github::Access::Maintain;
        state.add_collaborator(scene.sample.repository, sample::OCTOCAT, maintains)
    });
    let all = [("ana", Access::Admin), ("octocat", Access::Maintain), ("mona", Access::Write), ("bo", Access::Read)];
    for (login, access) in all {
        let permission = found(scene.forge.permission(&scene.repository, login).await.unwrap());
        assert_eq!((permission.user.login.as_str(), permission.access), (login, access));
    }
    assert_eq!(scene.forge.permission(&scene.repository, "nobody-has-this").await.unwrap(), Presence::Missing);
    scene.finish();
}
