//! Teams of an organisation, in each other. A team is its number; its slug follows its name and can change hands.

use std::collections::BTreeMap;

use super::State;

#[derive(Debug, Clone)]
pub struct Team {
    pub id: u64,
    /// The organisation's account.
    pub organization: u64,
    pub slug: String,
    pub name: String,
    /// The team it lies in: everybody of this one belongs to that one too.
    pub parent: Option<u64>,
    /// Its own people; those of the teams below it are not among them.
    pub members: Vec<u64>,
    /// Those of `members` who may change it.
    pub maintainers: Vec<u64>,
}

/// What somebody is in a team.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TeamRole {
    pub is_maintainer: bool,
    /// Through a team below it only.
    pub is_inherited: bool,
}

impl State {
    /// Adds a team of that organisation.
    pub fn add_team(&mut self, organization: u64, slug: &str, members: &[u64]) -> u64 {
        let (id, members) = (self.fresh_id(), members.to_vec());
        let (slug, name, maintainers) = (slug.to_owned(), slug.to_owned(), Vec::new());
        self.teams.push(Team { id, organization, slug, name, parent: None, members, maintainers });
        id
    }

    /// Adds a team within another one.
    pub fn add_team_below(&mut self, parent: u64, slug: &str, members: &[u64]) -> u64 {
        let organization = self.team(parent).map(|team| team.organization).unwrap_or_default();
        let id = self.add_team(organization, slug, members);
        self.edit_team(id, |team| team.parent = Some(parent));
        id
    }

    pub fn team(&self, id: u64) -> Option<&Team> {
        self.teams.iter().find(|team| team.id == id)
    }

    pub fn edit_team(&mut self, id: u64, change: impl FnOnce(&mut Team)) {
        if let Some(team) = self.teams.iter_mut().find(|team| team.id == id) {
            change(team);
        }
    }

    /// Deletes a team with those below it; its slug is free for another one.
    pub fn delete_team(&mut self, id: u64) {
        let below: Vec<u64> = self.teams.iter().filter(|team| team.parent == Some(id)).map(|team| team.id).collect();
        self.teams.retain(|team| team.id != id);
        below.into_iter().for_each(|child| self.delete_team(child));
    }

    /// Everybody of a team: its own people and those of the teams below it, by account.
    pub fn people_of_team(&self, id: u64) -> BTreeMap<u64, TeamRole> {
        let mut people = BTreeMap::new();
        for child in self.teams.iter().filter(|team| team.parent == Some(id)) {
            let inherited = TeamRole { is_maintainer: false, is_inherited: true };
            people.extend(self.people_of_team(child.id).into_keys().map(|person| (person, inherited)));
        }
        if let Some(team) = self.team(id) {
            let own = |person: &u64| TeamRole { is_maintainer: team.maintainers.contains(person), is_inherited: false };
            people.extend(team.members.iter().map(|person| (*person, own(person))));
        }
        people
    }
}
