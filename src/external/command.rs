//! Asks a command on this machine: the evidence on its standard input, findings or SARIF on its standard output. For runs by
//! hand only; a server runs no command.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, ChildStderr, ChildStdout, Command};

use crate::artifact::findings::MAX_ANSWER_BYTES;
use crate::ports::{CheckAnswer, CheckAsk, Checker, PortError, PortResult};

const DOING: &str = "run the check";
const SHELL: &str = "/bin/sh";
/// Most of a failed command's complaint that is shown, in bytes.
const MAX_COMPLAINT_BYTES: usize = 300;

/// Commands by the name of their check. Each gets an environment with nothing but `PATH` in it, and is ended with its
/// children when it takes too long or says too much.
#[derive(Debug, Clone)]
pub struct CommandChecker {
    commands: BTreeMap<String, String>,
    folder: PathBuf,
}

impl CommandChecker {
    /// `folder` is where the commands run.
    pub fn new(commands: impl IntoIterator<Item = (String, String)>, folder: PathBuf) -> Self {
        Self { commands: commands.into_iter().collect(), folder }
    }

    /// The checks there are commands for.
    pub fn names(&self) -> Vec<String> {
        self.commands.keys().cloned().collect()
    }

    async fn run(&self, ask: &CheckAsk) -> Result<CheckAnswer, PortError> {
        let command = self.commands.get(&ask.name).ok_or_else(|| permanent("there is no command for it"))?;
        let mut child = self.spawn(command).map_err(|error| permanent(&format!("it does not start: {error}")))?;
        let group = child.id();
        let answered = tokio::time::timeout(ask.timeout, talk(&mut child, ask.body.as_bytes())).await;
        end_group(group).await;
        match answered {
            Ok(answer) => answer,
            Err(_) => Err(permanent(&format!("it took longer than {} s and was ended", ask.timeout.as_secs_f32()))),
        }
    }

    fn spawn(&self, command: &str) -> std::io::Result<Child> {
        let mut shell = Command::new(SHELL);
        shell.args(["-c", command]).current_dir(&self.folder).env_clear().kill_on_drop(true);
        if let Some(path) = std::env::var_os("PATH") {
            shell.env("PATH", path);
        }
        shell.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        #[cfg(unix)]
        shell.process_group(0);
        shell.spawn()
    }
}

impl Checker for CommandChecker {
    fn ask<'a>(&'a self, ask: &'a CheckAsk) -> PortResult<'a, CheckAnswer> {
        Box::pin(self.run(ask))
    }
}

fn permanent(why: &str) -> PortError {
    PortError::permanent(DOING, why)
}

/// Writes the question, reads the answer, waits for the end: all at once, because each may wait for the other.
async fn talk(child: &mut Child, question: &[u8]) -> Result<CheckAnswer, PortError> {
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let asking = async {
        if let Some(mut stdin) = stdin {
            // A command that does not want to know closes its input.
            let _ = stdin.write_all(question).await;
        }
        Ok(())
    };
    let listening = read(stdout);
    let ((), answer, complaint) = tokio::try_join!(asking, listening, complaint(stderr))?;
    let status = child.wait().await.map_err(|error| permanent(&error.to_string()))?;
    if status.success() { Ok(CheckAnswer::Now(answer)) } else { Err(permanent(&failure(status, &complaint))) }
}

/// The whole answer; too long a one is an error before it has ended.
async fn read(from: Option<ChildStdout>) -> Result<Vec<u8>, PortError> {
    let mut bytes = Vec::new();
    if let Some(from) = from {
        let limit = u64::try_from(MAX_ANSWER_BYTES).unwrap_or(u64::MAX).saturating_add(1);
        from.take(limit).read_to_end(&mut bytes).await.map_err(|error| permanent(&error.to_string()))?;
    }
    match bytes.len() <= MAX_ANSWER_BYTES {
        true => Ok(bytes),
        false => Err(permanent(&format!("it said more than {MAX_ANSWER_BYTES} bytes and was ended"))),
    }
}

/// The start of what it complains of; the rest is read and thrown away, so that it need not wait.
async fn complaint(from: Option<ChildStderr>) -> Result<Vec<u8>, PortError> {
    let mut start = Vec::new();
    if let Some(mut from) = from {
        let limit = u64::try_from(MAX_COMPLAINT_BYTES).unwrap_or(u64::MAX);
        let _ = (&mut from).take(limit).read_to_end(&mut start).await;
        let _ = tokio::io::copy(&mut from, &mut tokio::io::sink()).await;
    }
    Ok(start)
}

/// A command that failed has no answer, whatever it wrote.
fn failure(status: ExitStatus, complaint: &[u8]) -> String {
    let complaint = String::from_utf8_lossy(complaint);
    match complaint.trim() {
        "" => format!("it failed with {status}"),
        said => format!("it failed with {status}: {said}"),
    }
}

/// Ends what the command left behind, itself included. The shell has `kill` built in, so nothing else is needed.
async fn end_group(group: Option<u32>) {
    let Some(group) = group.filter(|_| cfg!(unix)) else { return };
    let mut kill = Command::new(SHELL);
    kill.args(["-c", "kill -s KILL -- \"-$0\"", &group.to_string()]).env_clear();
    // It fails when nothing is left, which is the usual case.
    let _ = kill.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().await;
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::ports::Class;

    async fn asked(command: &str, timeout: Duration) -> Result<Vec<u8>, PortError> {
        let checker = CommandChecker::new([("x".to_owned(), command.to_owned())], std::env::temp_dir());
        let ask = CheckAsk {
            id: String::new(),
            name: "x".into(),
            address: String::new(),
            timeout,
            body: "{\"commit\":\"a1\"}".repeat(20_000),
        };
        match checker.ask(&ask).await? {
            CheckAnswer::Now(answer) => Ok(answer),
            CheckAnswer::Later => panic!("commands answer at once"),
        }
    }

    const LONG: Duration = Duration::from_secs(60);

    async fn failed(command: &str, timeout: Duration) -> String {
        let error = asked(command, timeout).await.unwrap_err();
        assert_eq!(error.class, Class::Permanent);
        error.why
    }

    #[tokio::test]
    async fn a_command_reads_the_question_and_says_its_answer() {
        let answer = asked("head -c 15 >/dev/null; cat >/dev/null; printf '{\"findings\":[]}'", LONG).await.unwrap();
        assert_eq!(answer, b"{\"findings\":[]}");
        assert_eq!(asked("cat", LONG).await.unwrap().len(), 300_000, "it may talk while it listens");
        assert_eq!(asked("printf x", LONG).await.unwrap(), b"x", "it need not listen");
    }

    #[tokio::test]
    async fn nothing_of_our_environment_is_passed_on() {
        let answer = asked("cat >/dev/null; env", LONG).await.unwrap();
        let names: Vec<String> =
            String::from_utf8(answer).unwrap().lines().map(|line| line.split('=').next().unwrap().to_owned()).collect();
        let own = ["PATH", "PWD", "SHLVL", "_", "OLDPWD"];
        assert!(names.iter().all(|name| own.contains(&name.as_str())), "{names:?}");
    }

    #[tokio::test]
    async fn a_command_that_fails_talks_too_much_or_does_not_exist_has_no_answer() {
        assert!(failed("echo '{}'; echo no model >&2; exit 3", LONG).await.contains("3: no model"));
        assert!(failed("yes", LONG).await.contains("more than 1048576 bytes"));
        assert!(failed("no-such-program-of-ours", LONG).await.contains("127"));
        let checker = CommandChecker::new([], std::env::temp_dir());
        let ask = CheckAsk {
            id: String::new(),
            name: "y".into(),
            address: String::new(),
            timeout: LONG,
            body: String::new(),
        };
        assert!(checker.ask(&ask).await.is_err());
    }

    #[tokio::test]
    async fn a_command_that_takes_too_long_is_ended_with_its_children() {
        let folder = tempfile::tempdir().unwrap();
        let mark = folder.path().join("mark");
        // The child would leave its mark after the parent is gone.
        let command = format!("(sleep 1; touch {}) & wait", mark.display());
        let why = failed(&command, Duration::from_millis(200)).await;
        assert!(why.contains("took longer"), "{why}");
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        assert!(!mark.exists(), "the child was left running");
    }
}
