//! Names that a forge could give: of repositories, and of the people who signed commits.

use std::path::Path;

/// Longest login and repository name at GitHub.
const MAX_LOGIN: usize = 39;
const MAX_NAME: usize = 100;

/// The folder's name, in letters GitHub takes.
pub fn of_repository(path: &Path) -> String {
    let whole = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let folder = match whole.file_name() {
        Some(name) if name == ".git" => whole.parent().and_then(Path::file_name).unwrap_or_default(),
        name => name.unwrap_or_default(),
    };
    let name = folder.to_string_lossy();
    let name = name.strip_suffix(".git").unwrap_or(&name);
    let allowed = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' };
    let name: String = name.chars().map(allowed).take(MAX_NAME).collect();
    if name.trim_matches(['.', '-']).is_empty() { "repository".to_owned() } else { name }
}

/// A login for that address: the one in GitHub's own private addresses, else what stands before the `@`.
pub fn login(email: &str) -> String {
    let local = email.split('@').next().unwrap_or_default();
    let local = match email.to_ascii_lowercase().ends_with("@users.noreply.github.com") {
        true => local.split_once('+').map_or(local, |(_, login)| login),
        false => local,
    };
    let is_bot = local.ends_with("[bot]");
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let login: String = local.trim_end_matches("[bot]").chars().map(plain).take(MAX_LOGIN).collect();
    let login = login.trim_matches('-');
    let login = if login.is_empty() { "author" } else { login };
    if is_bot { format!("{login}[bot]") } else { login.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logins_come_from_addresses() {
        for (email, expected) in [
            ("Ana.Lima@acme.example", "ana-lima"),
            ("21001+mona@users.noreply.github.com", "mona"),
            ("hubot-ci[bot]@users.noreply.github.com", "hubot-ci[bot]"),
            ("@acme.example", "author"),
            ("", "author"),
            ("../../etc@x", "etc"),
        ] {
            assert_eq!(login(email), expected, "{email}");
        }
    }

    #[test]
    fn a_folder_name_becomes_a_repository_name() {
        assert_eq!(of_repository(Path::new("/nowhere/my models")), "my-models");
        assert_eq!(of_repository(Path::new("/nowhere/scorer.git")), "scorer");
        assert_eq!(of_repository(Path::new("/")), "repository");
    }
}
