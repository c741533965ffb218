//! Signatures of models, where a policy says who signs: judged on both sides, without fetching weights.
//!
//! Keys are read where the policy is that names them, never in the change that they judge: the owner's in the owner's
//! repository, so that no repository chooses what its owner pins. That a repository's differ from those of what is live is a
//! finding of its own.

mod digests;
mod keys;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::artifact::signing::{
    BUNDLE_LIMIT_BYTES, FileDigest, SIGNATURE_FILE, SignatureReport, SignatureVerdict, Signed, Trust, open,
};
use crate::checks::rules::SignatureRules;
use crate::checks::words::{plain, size};
use crate::checks::{CheckRules, PinnedKey, SignatureSide};
use crate::domain::{CommitSha, Reading, Repository, Timestamp};
use crate::engine::gather::patience::within;
use crate::engine::gather::reader::{Content, Reader};
use crate::engine::gather::trees::{Listing, Trees};
use crate::ports::{PortError, TreeEntry};

use super::MAX_PATH_CHARS;
use super::drafts::Found;
use digests::{Allowance, Digests};
use keys::{Keys, Untrusted};

/// What signatures are judged by.
#[derive(Debug, Clone, Copy)]
pub(in crate::engine::gather) struct Signing<'a> {
    /// The commit that the policy was read at; without one, the default branch as it is now.
    pub(in crate::engine::gather) keys_at: Option<&'a CommitSha>,
    /// The owner's repository and the commit that its policy was read at.
    pub(in crate::engine::gather) owners: Option<(&'a Repository, &'a CommitSha)>,
    /// Certificates are judged at this time.
    pub(in crate::engine::gather) at: Timestamp,
}

/// Both sides of every place, in their order, and what they were judged by.
#[derive(Debug, Default)]
pub(super) struct Signatures {
    pub(super) sides: Vec<Sides>,
    pub(super) keys: Vec<PinnedKey>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Sides {
    pub(super) before: SignatureSide,
    pub(super) after: SignatureSide,
}

/// Judges all signatures that the policy asks for. Fails only where it may work another time.
pub(super) async fn judge(
    reader: Reader<'_>,
    signing: Signing<'_>,
    all: &[Found<'_, '_>],
    trees: &Trees,
    rules: &CheckRules,
) -> Result<Signatures, PortError> {
    let asked: Vec<Asked<'_>> = all.iter().map(|found| Asked::of(found, rules)).collect();
    let owners = rules.owners_signature.as_ref().map(paths);
    if owners.is_none() && asked.iter().all(|asked| asked.paths.is_none()) {
        return Ok(Signatures { sides: vec![Sides::default(); all.len()], keys: Vec::new() });
    }
    let judging = within(reader.desk.patience.read, judge_all(reader, signing, &asked, owners.as_deref(), trees));
    match reader.news.during(Reading::Signatures, judging).await {
        Ok(judged) => judged,
        Err(why) => {
            let unread = || SignatureSide::Unread { why: why.clone() };
            let sides = asked.iter().map(|asked| match asked.paths.is_some() || owners.is_some() {
                true => Sides { before: unread(), after: unread() },
                false => Sides::default(),
            });
            Ok(Signatures { sides: sides.collect(), keys: Vec::new() })
        }
    }
}

/// One place, and the files of keys that the repository's policy names for it.
struct Asked<'t> {
    folder: &'t str,
    paths: Option<Vec<String>>,
}

impl<'t> Asked<'t> {
    fn of(found: &Found<'_, 't>, rules: &CheckRules) -> Self {
        let rules = rules.of(&found.name, &found.place.card_path()).signature;
        Self { folder: found.place.folder, paths: rules.as_ref().map(paths) }
    }
}

/// The files that say who signs.
fn paths(rules: &SignatureRules) -> Vec<String> {
    [&rules.key, &rules.certificates].into_iter().flatten().cloned().collect()
}

async fn judge_all(
    reader: Reader<'_>,
    signing: Signing<'_>,
    asked: &[Asked<'_>],
    owners: Option<&[String]>,
    trees: &Trees,
) -> Result<Signatures, PortError> {
    let paths = asked.iter().filter_map(|asked| asked.paths.as_ref()).flatten().cloned().collect();
    let keys = Keys::read(reader, signing.keys_at, paths).await?;
    let owners = match owners {
        Some(paths) => Some(owners_trust(reader, signing.owners, paths).await?),
        None => None,
    };
    let mut sides = Vec::with_capacity(asked.len());
    let mut judge = Judge { reader, at: signing.at, digests: Digests::new(reader), allowance: Allowance::default() };
    for asked in asked {
        let own = asked.paths.as_ref().map(|paths| Pinned { trust: keys.trust(paths), is_owners: false });
        let pinned: Vec<&Pinned> = own.iter().chain(&owners).collect();
        sides.push(match pinned.is_empty() {
            true => Sides::default(),
            false => Sides {
                before: judge.side(&trees.live, asked.folder, &pinned).await?,
                after: judge.side(&trees.proposed, asked.folder, &pinned).await?,
            },
        });
    }
    Ok(Signatures { sides, keys: keys.pinned(&trees.live) })
}

/// Whom the owner trusts.
async fn owners_trust(
    reader: Reader<'_>,
    place: Option<(&Repository, &CommitSha)>,
    paths: &[String],
) -> Result<Pinned, PortError> {
    let files = paths.iter().cloned().collect();
    let keys = match place {
        Some((repository, commit)) => Keys::read(Reader { repository, ..reader }, Some(commit), files).await?,
        None => Keys::unread(files, "the owner's repository is not known"),
    };
    Ok(Pinned { trust: keys.trust(paths), is_owners: true })
}

/// Whom a signature has to be by.
struct Pinned {
    trust: Result<Trust, Untrusted>,
    is_owners: bool,
}

impl Pinned {
    /// A report by these keys, and whose they are where that is not plain.
    fn judged(&self, report: SignatureReport) -> SignatureSide {
        let said = |why: &str| match self.is_owners {
            true => format!("held against the owner's keys, {why}"),
            false => why.to_owned(),
        };
        let verdict = match report.verdict {
            SignatureVerdict::Invalid { why } => SignatureVerdict::Invalid { why: said(&why) },
            SignatureVerdict::Unverified { matched, total, why } => {
                SignatureVerdict::Unverified { matched, total, why: said(&why) }
            }
            verdict @ (SignatureVerdict::Valid { .. } | SignatureVerdict::Missing) => verdict,
        };
        SignatureSide::Judged(SignatureReport { verdict, ..report })
    }
}

struct Judge<'a> {
    reader: Reader<'a>,
    at: Timestamp,
    digests: Digests<'a>,
    allowance: Allowance,
}

impl Judge<'_> {
    /// The signature of a folder, which has to be by all of `pinned`.
    async fn side(&mut self, listing: &Listing, folder: &str, pinned: &[&Pinned]) -> Result<SignatureSide, PortError> {
        let path = if folder.is_empty() { SIGNATURE_FILE.to_owned() } else { format!("{folder}/{SIGNATURE_FILE}") };
        if !listing.is_whole {
            return Ok(unread("the list of files is not complete"));
        }
        let Some(entry) = listing.get(&path) else {
            let is_nothing_there = listing.entries().is_empty();
            return Ok(match is_nothing_there {
                true => SignatureSide::NotAsked,
                false => SignatureSide::Judged(SignatureReport::missing()),
            });
        };
        let bundle = match self.bundle(entry).await? {
            Ok(bundle) => bundle,
            Err(side) => return Ok(side),
        };
        let mut weakest = SignatureSide::NotAsked;
        for pinned in pinned {
            let side = match &pinned.trust {
                Ok(trust) => match open(&bundle, trust, Some(self.at)) {
                    Ok(signed) => self.compare(&signed, listing, folder, pinned).await?,
                    Err(report) => pinned.judged(*report),
                },
                Err(Untrusted::Wrong(why)) => pinned.judged(SignatureReport::unverified(why)),
                Err(Untrusted::Unread(why)) => unread(why),
            };
            if weakness(&side) > weakness(&weakest) {
                weakest = side;
            }
        }
        Ok(weakest)
    }

    /// The signature's bytes, or what is to be said without them.
    async fn bundle(&self, entry: &TreeEntry) -> Result<Result<Arc<[u8]>, SignatureSide>, PortError> {
        if !entry.kind.is_content() {
            let why = format!("{SIGNATURE_FILE} is {}", entry.kind.words());
            return Ok(Err(SignatureSide::Judged(SignatureReport::invalid(why))));
        }
        let most = u64::try_from(BUNDLE_LIMIT_BYTES).unwrap_or(u64::MAX);
        if entry.size > most {
            let why = format!("{SIGNATURE_FILE} is larger than {}", size(most));
            return Ok(Err(SignatureSide::Judged(SignatureReport::invalid(why))));
        }
        Ok(match self.reader.content(&entry.blob, BUNDLE_LIMIT_BYTES).await? {
            Content::Bytes(bytes) => Ok(bytes),
            Content::Unread { why } => Err(unread(&why)),
        })
    }

    /// All files of the folder, with digests of those that are signed.
    async fn compare(
        &mut self,
        signed: &Signed,
        listing: &Listing,
        folder: &str,
        pinned: &Pinned,
    ) -> Result<SignatureSide, PortError> {
        let here = beneath(listing, folder);
        let listed: Vec<&TreeEntry> =
            here.iter().filter(|(path, _)| signed.lists(path)).map(|(_, entry)| *entry).collect();
        let unread_one = self.digests.read(&listed, &mut self.allowance).await?;
        let digest = |entry: &TreeEntry| self.digests.get(&entry.blob).unwrap_or(FileDigest::Unknown);
        let files: BTreeMap<String, FileDigest> =
            here.iter().map(|(path, entry)| ((*path).to_owned(), digest(entry))).collect();
        let report = signed.compare(&files);
        Ok(match (&report.verdict, unread_one) {
            (SignatureVerdict::Unverified { .. }, Some(why)) => unread(&why),
            _ => pinned.judged(report),
        })
    }
}

/// Of several judgements of one signature, the one that speaks most against it counts.
fn weakness(side: &SignatureSide) -> u8 {
    match side {
        SignatureSide::NotAsked => 0,
        SignatureSide::Judged(report) => match &report.verdict {
            SignatureVerdict::Valid { .. } => 1,
            SignatureVerdict::Unverified { .. } => 3,
            SignatureVerdict::Missing | SignatureVerdict::Invalid { .. } => 4,
        },
        SignatureSide::Unread { .. } => 2,
    }
}

fn unread(why: &str) -> SignatureSide {
    SignatureSide::Unread { why: plain(why, MAX_PATH_CHARS) }
}

/// Everything in a folder, by path relative to it.
fn beneath<'l>(listing: &'l Listing, folder: &str) -> Vec<(&'l str, &'l TreeEntry)> {
    let start = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    let named = listing.from(&start).iter().map_while(|entry| Some((entry.path.strip_prefix(&start)?, entry)));
    named.collect()
}
