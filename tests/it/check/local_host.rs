//! The local repository as a code host.

use countersign::ports::code::Located;
use std::fs;

use countersign::domain::{CommitSha, Digest, Relation};
use countersign::local::LocalHost;
use countersign::ports::code::{Blob, CodeHost, LargeFile, Presence};
use futures::executor::block_on;

use super::{Desk, card};

fn host(desk: &Desk, base: &str) -> LocalHost {
    LocalHost::open(&desk.path(), Some(base), "main").unwrap()
}

#[test]
fn a_comparison_has_the_commits_oldest_first_and_patches_of_text() {
    let (mut desk, live) = Desk::with_model();
    desk.write(&[("train.py", "epochs = 4\n"), ("logo.png", "\0\u{1}")]);
    let first = desk.commit("Four");
    desk.git.remove("model.safetensors");
    let second = desk.commit("No weights");
    let host = host(&desk, &live);
    let repository = host.repository();
    let Presence::Found(found) = block_on(host.compare(&repository, host.base().unwrap(), host.head())).unwrap() else {
        panic!("both commits are there")
    };
    assert_eq!((found.relation, found.commits_total), (Relation::Ahead { by: 2 }, 2));
    let commits: Vec<&str> = found.commits.iter().map(|commit| commit.sha.as_str()).collect();
    assert_eq!(commits, [&first, &second]);
    let files: Vec<(&str, u64, u64)> =
        found.files.iter().map(|file| (file.path.as_str(), file.additions, file.deletions)).collect();
    assert_eq!(files, [("model.safetensors", 0, 3), ("train.py", 1, 1)], "nothing is said about what is no text");
    assert_eq!(found.files[1].patch.as_deref(), Some("@@ -1 +1 @@\n-epochs = 3\n+epochs = 4\n"));
}

#[test]
fn files_are_listed_with_sizes_and_read_up_to_a_limit() {
    let (mut desk, live) = Desk::with_model();
    desk.git.submodule("lib", &"12".repeat(20)).unwrap();
    desk.commit("A library");
    let host = host(&desk, &live);
    let repository = host.repository();
    let Presence::Found(tree) = block_on(host.tree(&repository, host.head())).unwrap() else { panic!("it is there") };
    let paths: Vec<&str> = tree.entries.iter().map(|entry| entry.path.as_str()).collect();
    assert_eq!(
        (paths.as_slice(), tree.truncated),
        (["README.md", "lib", "model.safetensors", "train.py"].as_slice(), false)
    );
    let readme = &tree.entries[0];
    assert_eq!(readme.size, u64::try_from(card("0.927", "apache-2.0").len()).unwrap());
    let read = |blob: &str, max| block_on(host.blob(&repository, blob, max)).unwrap();
    assert_eq!(read(&readme.blob, 10_000), Blob::Content(card("0.927", "apache-2.0").into_bytes()));
    assert_eq!(read(&readme.blob, 10), Blob::TooLarge { size: Some(readme.size) });
    assert_eq!(read(&tree.entries[1].blob, 10), Blob::Missing, "a submodule's commit is elsewhere");
    assert_eq!(read(host.head().as_str(), 10_000), Blob::Missing, "a commit is no file");
    assert_eq!(read("../../etc/passwd", 10_000), Blob::Missing);
    let unknown = CommitSha::parse(&"ab".repeat(20)).unwrap();
    assert_eq!(block_on(host.tree(&repository, &unknown)).unwrap(), Presence::Missing);
}

#[test]
fn large_files_are_read_where_git_lfs_keeps_them() {
    let (desk, live) = Desk::with_model();
    let content = b"0123456789".to_vec();
    let oid = Digest::of(&content);
    let name = oid.to_string();
    let folder = desk.git.git_dir().join("lfs/objects").join(&name[..2]).join(&name[2..4]);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(&name), &content).unwrap();
    let host = host(&desk, &live);
    let wanted =
        [LargeFile { oid, size: 10 }, LargeFile { oid, size: 11 }, LargeFile { oid: Digest::of(b"x"), size: 1 }];
    let found = block_on(host.large_files(&host.repository(), &wanted)).unwrap();
    let [Located::At(address), Located::Refused { why }, Located::Refused { .. }] = found.as_slice() else {
        panic!("{found:?}")
    };
    assert!(why.contains("git lfs fetch"), "how to have it: {why}");
    assert_eq!(block_on(host.large_file_part(address, 3, 4)).unwrap(), b"3456");
}

#[test]
fn a_host_serves_several_threads() {
    let (desk, live) = Desk::with_model();
    let host = std::sync::Arc::new(host(&desk, &live));
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let host = std::sync::Arc::clone(&host);
            std::thread::spawn(move || block_on(host.tree(&host.repository(), host.head())).unwrap())
        })
        .collect();
    for thread in threads {
        assert!(matches!(thread.join().unwrap(), Presence::Found(_)));
    }
}
