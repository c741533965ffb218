//! Links, refusals and conflicts in an operator's words.

use crate::domain::{ChatUser, LinkActor, LinkConflict, LinkRefusal};

pub(super) fn chat(chat: &ChatUser) -> String {
    format!("{}/{}", chat.workspace, chat.user)
}

pub(super) fn actor(actor: &LinkActor) -> String {
    match actor {
        LinkActor::Person => "the person".to_owned(),
        LinkActor::Operator { name } => format!("operator {name}"),
        LinkActor::Server => "a rule".to_owned(),
    }
}

pub(super) fn conflict(conflict: &LinkConflict) -> String {
    match conflict {
        LinkConflict::TwoAccounts { file, .. } => format!("counts for nobody: the identity file says `{file}`"),
        LinkConflict::TwoPeople { other, .. } => {
            format!("counts for nobody: the identity file ties the account to {}", chat(other))
        }
    }
}

pub(super) fn refusal(who: &ChatUser, refusal: &LinkRefusal) -> String {
    let file = |in_file: bool| if in_file { " by the identity file" } else { "" };
    match refusal {
        LinkRefusal::AccountTaken { login, other, in_file } => {
            format!("`{login}` is linked to {}{}: end that first", chat(other), file(*in_file))
        }
        LinkRefusal::ChatTaken { login, in_file } => {
            format!("{} is linked to `{login}`{}: end that first", chat(who), file(*in_file))
        }
        LinkRefusal::NotAPerson { login } => format!("`{login}` is no person's account"),
        // Nobody is on the way to anything here.
        LinkRefusal::NotSetUp
        | LinkRefusal::Standing { .. }
        | LinkRefusal::Declined { .. }
        | LinkRefusal::OtherBrowser => refusal.code().to_owned(),
    }
}
