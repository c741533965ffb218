use super::*;
use crate::domain::{ChatStanding, Ending, LinkConflict, LinkRefusal, OneTimeAddress, Role};
use crate::slack::sample::{self, OPENED};

fn every_refusal() -> Vec<Refusal> {
    let parts = [Part::Requester, Part::PrAuthor, Part::Author, Part::Committer, Part::CoAuthor];
    let decided = |verdict, by| Refusal::AlreadyDecided { verdict, by, at: OPENED };
    let mut all = vec![
        Refusal::UnknownRequest,
        Refusal::Guest,
        Refusal::Deactivated,
        Refusal::Bot,
        Refusal::ForeignWorkspace,
        Refusal::UnknownAccount,
        Refusal::NotLinked,
        Refusal::LoginMoved { login: "bo".into() },
        Refusal::LoginGone { login: "bo".into() },
        Refusal::LinkConflict { conflict: LinkConflict::TwoAccounts { file: "bo".into(), link: "bo-berg".into() } },
        Refusal::LinkConflict {
            conflict: LinkConflict::TwoPeople { login: "bo".into(), other: sample::chat_user("U0BO") },
        },
        Refusal::NotInGroup { gate: "Approval".into(), group: "people with write access".into() },
        Refusal::EvidenceChanged,
        Refusal::StillGathering,
        Refusal::Held { why: ".github/countersign.yml cannot be read".into() },
        decided(Verdict::Approved, vec![sample::chat_user("U0ANA"), sample::chat_user("U0BO")]),
        decided(Verdict::Denied, vec![sample::chat_user("U0ANA")]),
        decided(Verdict::Expired, vec![]),
        Refusal::Ended { how: Ending::Cancelled { by: None }, at: OPENED },
        Refusal::Expired { at: OPENED },
        Refusal::GateNotOpen { gate: "Risk sign-off".into(), before: "Model review".into() },
        Refusal::GateMet { gate: "Model review".into() },
        Refusal::NobodyMayVote,
        Refusal::ReasonMissing,
        Refusal::CommentMissing,
        Refusal::TicksMissing { flags: vec!["licence.changed (sentiment)".into()] },
        Refusal::Older { newer: sample::open_request().id, commit: sample::sha("b7") },
        Refusal::NoVote,
        Refusal::NotYours,
        Refusal::MayVote,
        Refusal::NoBreakGlass { role: Role::Floor },
        Refusal::NothingToReview,
        Refusal::OwnReview,
        Refusal::OtherCommit { commit: sample::sha("e4") },
        Refusal::ChecksWorse { now: vec!["check run bias-eval: failure".into(), "check run drift: not there".into()] },
    ];
    all.extend(parts.map(|part| Refusal::Excluded { part }));
    all
}

fn said(whisper: &Whisper) -> String {
    words(whisper, false).as_fallback(3_000)
}

#[test]
fn every_refusal_says_what_why_and_what_next() {
    let all = every_refusal();
    let codes: std::collections::BTreeSet<&str> = all.iter().map(Refusal::code).collect();
    assert_eq!(codes.len(), 33, "a refusal is missing here");
    let lines: Vec<String> = all.iter().map(|refusal| said(&Whisper::Refused(refusal.clone()))).collect();
    insta::assert_snapshot!(lines.join("\n"), @"
    Your click changed nothing: this button names no request that Countersign knows. Use the newest message about this deployment.
    Your click changed nothing: guests of this workspace cannot decide. Ask a full member who may.
    Your click changed nothing: this Slack account is deactivated. Use your active one.
    Your click changed nothing: bots and apps cannot decide. A person has to.
    Your click changed nothing: your account belongs to another workspace. Only members of this one can decide; ask one of them.
    Your click changed nothing: Slack does not show us your account, so it cannot be checked. Ask an administrator of this workspace.
    Your click changed nothing: your Slack account is not linked to a GitHub account. Ask whoever runs Countersign to put it right in the identity file.
    Your click changed nothing: your link names the GitHub login bo, which belongs to somebody else now. Ask whoever runs Countersign to put it right in the identity file.
    Your click changed nothing: your link names the GitHub login bo, which nobody has any more. Ask whoever runs Countersign to put it right in the identity file.
    Your click changed nothing: your Slack account is tied to two GitHub accounts. The operator's identity file says bo, and bo-berg was linked. Neither counts until that is put right: type /countersign unlink if the linked one is wrong, or have whoever runs Countersign correct the file.
    Your click changed nothing: the GitHub account bo is tied to your Slack account and to <@U0BO>: one of the two by the operator's identity file, the other by a link. Neither counts until that is put right. Ask whoever runs Countersign; if your link is the wrong one, type /countersign unlink.
    Your click changed nothing: Approval is for people with write access, and you are not one of them. Ask one of them, or have your access at GitHub changed and click again.
    Your click changed nothing: the evidence was read again since this button was drawn. Look at the message as it is now and click again.
    Your click changed nothing: the evidence is still being read. The buttons appear when it is there.
    Your click changed nothing: the request is held: .github/countersign.yml cannot be read. It can be decided once that is put right.
    Your click changed nothing: already approved by <@U0ANA> and <@U0BO>, 22 Nov 2026, 12:00 UTC. The message shows what came of it.
    Your click changed nothing: already denied by <@U0ANA>, 22 Nov 2026, 12:00 UTC. The message shows what came of it.
    Your click changed nothing: already expired, 22 Nov 2026, 12:00 UTC. The message shows what came of it.
    Your click changed nothing: the request has ended. The run was cancelled. That was 22 Nov 2026, 12:00 UTC. There is nothing left to decide.
    Your click changed nothing: the request expired 22 Nov 2026, 12:00 UTC. To deploy, start the run again; it asks anew.
    Your click changed nothing: Risk sign-off is yours, and it comes after Model review. You can act as soon as that one is met.
    Your click changed nothing: Model review has everybody it needs. The next gate is for others.
    Your click changed nothing: no gate asks for anybody here. Whoever keeps the policy has to look.
    Your click changed nothing: a reason is needed. Press the button again and say why.
    Your click changed nothing: the policy asks for a comment with every approval. Press Approve again and say what you looked at.
    Your click changed nothing: the policy asks you to tick each of these: licence.changed (sentiment). Press Approve again and tick them.
    Your click changed nothing: a newer request for this environment is open, for b7b7b7b. If you mean this older one, press Approve again and say so.
    Your click changed nothing: you have no vote here to take back.
    Your click changed nothing: only who started the run can take the request back. You can deny it, if a gate is yours, or object.
    Your click changed nothing: you may decide here: use Deny or Request changes instead.
    Your click changed nothing: the owner's floor lets nobody break the glass.
    Your click changed nothing: there is no open review here.
    Your click changed nothing: you broke the glass: somebody else has to review it.
    Your click changed nothing: this button was drawn for another commit than e4e4e4e. Use the newest message about this deployment.
    Your click changed nothing: check run bias-eval: failure; check run drift: not there. That was better when the evidence was read. The message is brought up to date; look at it and click again.
    Your click changed nothing: you started this run. Somebody without a part in this change has to decide.
    Your click changed nothing: you opened a pull request of this change. Somebody without a part in this change has to decide.
    Your click changed nothing: you wrote a commit of this change. Somebody without a part in this change has to decide.
    Your click changed nothing: you committed a part of this change. Somebody without a part in this change has to decide.
    Your click changed nothing: you are named as a co-author of this change. Somebody without a part in this change has to decide.
    ");
}

#[test]
fn every_other_answer_has_words() {
    let counted = |got| Whisper::Counted { gate: "Approval".into(), got, needed: 2 };
    let answers = [
        Whisper::AlreadyCounted,
        counted(1),
        counted(2),
        Whisper::ObjectionNoted,
        Whisper::CheckedLater { what: "GitHub".into() },
        Whisper::NotChecked { what: "GitHub".into() },
    ];
    insta::assert_snapshot!(answers.map(|answer| said(&answer)).join("\n"), @"
    Your vote is there already and counts once. There is nothing more for you to do.
    Your approval counts: Approval has 1 of 2. It waits for more people.
    Your approval counts: Approval has its 2 of 2.
    Your objection is kept and shown. It decides nothing; those who decide see it.
    Your click is kept, but could not be checked yet: GitHub did not answer. It is checked again by itself; do not click again.
    Your click does not count: GitHub could not be read for too long. Click again when it works, or ask whoever runs Countersign.
    ");
}

#[test]
fn who_can_link_is_offered_it_where_that_would_help() {
    let helps =
        [Refusal::NotLinked, Refusal::LoginMoved { login: "bo".into() }, Refusal::LoginGone { login: "bo".into() }];
    for refusal in every_refusal() {
        let offered =
            |links| draw(&Whisper::Refused(refusal.clone()), links).to_string().contains("\"action_id\":\"link\"");
        assert_eq!(offered(true), helps.contains(&refusal), "{refusal:?}");
        assert!(!offered(false), "{refusal:?}");
    }
    let lines = helps.map(|refusal| words(&Whisper::Refused(refusal), true).as_fallback(3_000));
    insta::assert_snapshot!(lines.join("\n"), @r"
    Your click changed nothing: your Slack account is not linked to a GitHub account. Link your GitHub account with the button below, or type /countersign link; then click again.
    Your click changed nothing: your link names the GitHub login bo, which belongs to somebody else now. Link your GitHub account with the button below, or type /countersign link; then click again.
    Your click changed nothing: your link names the GitHub login bo, which nobody has any more. Link your GitHub account with the button below, or type /countersign link; then click again.
    ");
}

#[test]
fn every_answer_about_links_has_words() {
    let address = OneTimeAddress("https://countersign.acme.example/link/secret".into());
    let here = |linked: Option<&str>| Whisper::LinkHere {
        address: address.clone(),
        until: OPENED,
        linked: linked.map(str::to_owned),
    };
    let other = || sample::chat_user("U0BO");
    let taken = |in_file| LinkRefusal::AccountTaken { login: "mona".into(), other: other(), in_file };
    let chat_taken = |in_file| LinkRefusal::ChatTaken { login: "lisa".into(), in_file };
    let answers = [
        here(None),
        here(Some("mona")),
        Whisper::Linked { account: sample::forge_user(21, "mona") },
        Whisper::Unlinked { login: "mona".into(), in_file: None },
        Whisper::Unlinked { login: "mona".into(), in_file: Some("lisa".into()) },
        Whisper::NothingToUnlink { in_file: None },
        Whisper::NothingToUnlink { in_file: Some("lisa".into()) },
        Whisper::SomebodyTried { login: "mona".into(), other: other() },
        Whisper::NotLinkedNow(LinkRefusal::NotSetUp),
        Whisper::NotLinkedNow(LinkRefusal::Standing { standing: ChatStanding::Guest }),
        Whisper::NotLinkedNow(LinkRefusal::NotAPerson { login: "hubot".into() }),
        Whisper::NotLinkedNow(taken(false)),
        Whisper::NotLinkedNow(taken(true)),
        Whisper::NotLinkedNow(chat_taken(false)),
        Whisper::NotLinkedNow(chat_taken(true)),
        Whisper::NotLinkedNow(LinkRefusal::Declined { login: "mona".into() }),
        Whisper::NotLinkedNow(LinkRefusal::OtherBrowser),
    ];
    insta::assert_snapshot!(answers.map(|answer| said(&answer)).join("\n"), @r"
    Go on in the browser and say at GitHub which account is yours. It works once, until 12:00 UTC, and is for you alone. Do not pass it on, and never use one that somebody else sent you: that would tie your GitHub account to their Slack account.
    Your Slack account is tied to the GitHub account mona now. What is below renews that, for instance after you changed your login; to tie another account, type /countersign unlink first. It works once, until 12:00 UTC, and is for you alone. Do not pass it on, and never use one that somebody else sent you: that would tie your GitHub account to their Slack account.
    Linked: your Slack account and the GitHub account mona (number 21) are one person from now on. Not you? Type /countersign unlink, and tell whoever runs Countersign.
    Unlinked: the GitHub account mona is no longer tied to your Slack account. Votes you gave no longer count where nothing is decided yet.
    Unlinked: the GitHub account mona is no longer tied to your Slack account. Votes you gave no longer count where nothing is decided yet. The operator's identity file ties your Slack account to lisa; only whoever runs Countersign can change that.
    You linked no GitHub account here, so there is nothing to undo.
    You linked no GitHub account here, so there is nothing to undo. The operator's identity file ties your Slack account to lisa; only whoever runs Countersign can change that.
    <@U0BO> tried to link your GitHub account mona to their Slack account. It was refused, because it is linked to yours. Whoever tried had signed in at GitHub as you: if that was not you, look at your sessions there (Settings › Sessions) and tell whoever runs Countersign.
    Nothing was linked: whoever runs Countersign has not set that up. It needs the GitHub App's client ID and a client secret (github.client_id, github.client_secret) and server.public_url. They can also add you to the identity file.
    Nothing was linked: guests of this workspace cannot decide, so their accounts are not linked.
    Nothing was linked: hubot is not a person's account at GitHub. Sign in there with your own.
    Nothing was linked: the GitHub account mona is linked to <@U0BO> in this workspace, and one person has one account. If that is you as well, type /countersign unlink there first; if it is not, tell whoever runs Countersign.
    Nothing was linked: the operator's identity file ties the GitHub account mona to <@U0BO>. Ask whoever runs Countersign.
    Nothing was linked: your Slack account is linked to the GitHub account lisa already. To link another one, type /countersign unlink first.
    Nothing was linked: the operator's identity file ties your Slack account to the GitHub account lisa. Ask whoever runs Countersign to change that first.
    Nothing was linked: whoever signed in at GitHub as mona said that this Slack account is not theirs. If that was you, type /countersign link to start again.
    Nothing was linked: the address was opened in one browser and GitHub's answer came to another. Type /countersign link and stay in one browser; if you passed the address on, do not.
    ");
}

#[test]
fn the_address_is_in_its_button_and_nowhere_else() {
    let address = OneTimeAddress("https://countersign.acme.example/link/secret".into());
    let whisper = Whisper::LinkHere { address, until: OPENED, linked: None };
    let drawn = draw(&whisper, true);
    assert_eq!(drawn.pointer("/blocks/1/elements/0/url").unwrap(), "https://countersign.acme.example/link/secret");
    assert_eq!(drawn.to_string().matches("secret").count(), 1);
    assert!(!format!("{whisper:?}").contains("secret"));
}
