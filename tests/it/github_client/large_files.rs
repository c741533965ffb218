//! Git LFS: addresses from the web host, parts from storage, and no credential where it does not belong.

use super::*;
use countersign::domain::Digest;
use countersign::ports::code::{LargeFile, LargeFileAddress, Located};
use countersign::sim::github::{AuthorizationKind, Host};

const CONTENT: &[u8] = b"0123456789";

impl Scene {
    fn stored(&self, content: &[u8]) -> LargeFile {
        self.sim.edit(|state| state.add_large_file(content));
        LargeFile { oid: Digest::of(content), size: u64::try_from(content.len()).unwrap() }
    }

    async fn locate(&self, wanted: &[LargeFile]) -> Result<Vec<Located>, PortError> {
        self.forge.large_files(&self.repository, wanted).await
    }

    async fn address(&self, file: LargeFile) -> LargeFileAddress {
        match self.locate(&[file]).await.unwrap().remove(0) {
            Located::At(address) => address,
            other => panic!("{other:?}"),
        }
    }

    async fn part(&self, address: &LargeFileAddress, offset: u64, length: u64) -> Result<Vec<u8>, PortError> {
        self.forge.large_file_part(address, offset, length).await
    }

    fn calls_of(&self, host: Host) -> Vec<RecordedCall> {
        self.sim.calls().into_iter().filter(|call| call.host == host).collect()
    }
}

#[tokio::test]
async fn parts_come_from_storage_without_our_token() {
    let scene = Scene::new().await;
    let address = scene.address(scene.stored(CONTENT)).await;
    assert_eq!(scene.part(&address, 0, 4).await.unwrap(), b"0123");
    assert_eq!(scene.part(&address, 7, 100).await.unwrap(), b"789", "less at the end");
    assert_eq!(scene.part(&address, 10, 5).await.unwrap(), b"");
    let asked: Vec<_> = scene.calls_of(Host::Web).iter().map(|call| call.authorization).collect();
    assert_eq!(asked, [AuthorizationKind::Basic]);
    let read: Vec<_> = scene.calls_of(Host::Storage).iter().map(|call| (call.status, call.authorization)).collect();
    assert_eq!(read, [(206, AuthorizationKind::None); 2]);
    scene.finish();
}

#[tokio::test]
async fn what_storage_wants_is_sent_there_and_not_to_where_it_redirects() {
    let scene = Scene::new().await;
    scene.sim.edit(|state| state.options.storage.wants_header = true);
    let address = scene.address(scene.stored(CONTENT)).await;
    assert_eq!(scene.part(&address, 2, 3).await.unwrap(), b"234");
    scene.finish();
    let elsewhere = format!("{}/elsewhere", scene.sim.web_url());
    scene.sim.fault(Fault::once("GET", "/lfs/", FaultKind::Redirected(elsewhere)));
    assert_eq!(scene.part(&address, 2, 3).await.unwrap_err().class, Class::Gone);
    let call = scene.calls_of(Host::Web).pop().unwrap();
    assert_eq!((call.path.as_str(), call.authorization), ("/elsewhere", AuthorizationKind::None));
    scene.sim.fault(Fault::once("GET", "/lfs/", FaultKind::Redirected("http://media.example/x".to_owned())));
    let error = scene.part(&address, 2, 3).await.unwrap_err();
    assert_eq!((error.class, error.why.as_str()), (Class::Permanent, "its address is not an https one"));
    scene.sim.fault(Fault::once("GET", "/lfs/", FaultKind::Redirected("?signature=round".to_owned())).times(9));
    assert_eq!(scene.part(&address, 2, 3).await.unwrap_err().why, "redirected too often");
}

#[tokio::test]
async fn each_content_has_an_answer_of_its_own() {
    let scene = Scene::new().await;
    let (here, refused) = (scene.stored(CONTENT), scene.stored(b"over quota"));
    let gone = LargeFile { oid: Digest::of(b"never stored"), size: 5 };
    scene.sim.edit(|state| {
        let object = state.lfs.objects.get_mut(&refused.oid.to_string()).unwrap();
        object.refusal = Some((403, "This repository is over its data quota".to_owned()));
    });
    let found = scene.locate(&[gone, refused, here]).await.unwrap();
    assert_eq!(found[0], Located::Missing);
    assert_eq!(found[1], Located::Refused { why: "error 403: This repository is over its data quota".to_owned() });
    assert!(matches!(&found[2], Located::At(address) if address.size == 10));
    scene.finish();
}

#[tokio::test]
async fn many_contents_are_asked_for_a_hundred_at_a_time() {
    let scene = Scene::new().await;
    let wanted: Vec<LargeFile> = (0..201_u32).map(|n| scene.stored(&n.to_le_bytes())).collect();
    let found = scene.locate(&wanted).await.unwrap();
    assert_eq!(found.len(), 201);
    assert_eq!(scene.calls_of(Host::Web).len(), 3);
    let Located::At(last) = &found[200] else { panic!("{:?}", found[200]) };
    assert_eq!(scene.part(last, 0, 4).await.unwrap(), 200_u32.to_le_bytes());
    assert_eq!(scene.locate(&[]).await.unwrap(), []);
    scene.finish();
}

#[tokio::test]
async fn an_address_that_works_no_longer_is_gone_and_another_one_works() {
    let scene = Scene::new().await;
    let file = scene.stored(CONTENT);
    let address = scene.address(file).await;
    scene.clock.advance(60 * MINUTE_MS);
    assert_eq!(scene.part(&address, 0, 4).await.unwrap_err().class, Class::Gone);
    let again = scene.address(file).await;
    assert_eq!(scene.part(&again, 0, 4).await.unwrap(), b"0123");
    scene.finish();
}

#[tokio::test]
async fn storage_that_gives_no_parts_is_read_from_its_start_only() {
    let scene = Scene::new().await;
    scene.sim.edit(|state| state.options.storage.gives_parts = false);
    let content = vec![7; 3 * 1024 * 1024];
    let address = scene.address(scene.stored(&content)).await;
    assert_eq!(scene.part(&address, 100, 50).await.unwrap(), vec![7; 50]);
    let error = scene.part(&address, 2 * 1024 * 1024, 50).await.unwrap_err();
    assert_eq!((error.class, error.why.as_str()), (Class::Permanent, "the storage gives no parts of files"));
    scene.finish();
}

#[tokio::test]
async fn a_content_of_another_size_is_not_believed() {
    let scene = Scene::new().await;
    let file = LargeFile { size: 12, ..scene.stored(CONTENT) };
    let address = scene.address(file).await;
    let error = scene.part(&address, 0, 4).await.unwrap_err();
    let why = "the storage has 10 bytes, and the pointer says 12";
    assert_eq!((error.class, error.why.as_str()), (Class::Permanent, why));
    scene.finish();
}

#[tokio::test]
async fn limits_of_large_files_do_not_stop_the_rest() {
    let scene = Scene::new().await;
    let file = scene.stored(CONTENT);
    scene.sim.fault(Fault::once("POST", "/info/lfs/", FaultKind::TooManyRequests { retry_after: 60 }));
    for _ in 0..5 {
        assert_eq!(scene.locate(&[file]).await.unwrap_err().class, Class::Retry { after_ms: Some(60_000) });
    }
    assert_eq!(scene.calls_of(Host::Web).len(), 1, "no call during the limit");
    scene.default_branch().await.unwrap();
    scene.clock.advance(MINUTE_MS);
    scene.address(file).await;
    scene.finish();
}

#[tokio::test]
async fn trouble_with_large_files_is_classified_as_that_of_a_read() {
    let scene = Scene::new().await;
    let file = scene.stored(CONTENT);
    let address = scene.address(file).await;
    let again = Class::Retry { after_ms: None };
    for kind in [FaultKind::Status(502, String::new()), FaultKind::CutBeforeActing, FaultKind::CutAfterActing] {
        scene.sim.fault(Fault::once("POST", "/info/lfs/", kind.clone()));
        assert_eq!(scene.locate(&[file]).await.unwrap_err().class, again, "{kind:?}");
        scene.sim.fault(Fault::once("GET", "/lfs/", kind.clone()));
        assert_eq!(scene.part(&address, 0, 4).await.unwrap_err().class, again, "{kind:?}");
    }
    scene.sim.fault(Fault::once("POST", "/info/lfs/", FaultKind::Status(200, "<html>log in</html>".to_owned())));
    assert_eq!(scene.locate(&[file]).await.unwrap_err().class, again);
    scene.sim.fault(Fault::once("POST", "/info/lfs/", FaultKind::Status(404, String::new())));
    assert_eq!(scene.locate(&[file]).await.unwrap_err().class, Class::Gone);
    scene.finish();
}

#[tokio::test]
async fn a_renamed_repository_and_a_forgotten_token_are_followed_up_once() {
    let scene = Scene::new().await;
    let file = scene.stored(CONTENT);
    scene.address(file).await;
    scene.sim.edit(|state| state.tokens.clear());
    scene.address(file).await;
    scene.sim.edit(|state| state.rename_repository(scene.sample.repository, "feelings"));
    let address = scene.address(file).await;
    assert_eq!(scene.part(&address, 0, 1).await.unwrap(), b"0");
    scene.finish();
}

#[tokio::test]
async fn an_enterprise_server_answers_for_large_files_on_its_own_host() {
    let scene = Scene::of(GithubOptions::of(Flavour::Ghes)).await;
    let address = scene.address(scene.stored(CONTENT)).await;
    assert_eq!(scene.part(&address, 3, 2).await.unwrap(), b"34");
    scene.finish();
}
