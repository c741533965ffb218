//! Pure values and decisions: no I/O, no clock, no randomness, no vendor's wire words.
//!
//! An [`Event`] and the present [`Request`] go into [`transition()`]; the next request, the effects to perform, the record
//! to keep and the private answer to give come out. Nothing else decides.

pub mod actor;
pub mod calendar;
pub mod ci;
pub mod digest;
pub mod effect;
pub mod eligibility;
pub mod entry;
pub mod event;
pub mod evidence;
pub mod flag;
pub mod gate;
pub mod group;
pub mod id;
pub mod nearest;
pub mod preview;
pub mod record;
pub mod request;
pub mod span;
pub mod thread;
pub mod time;
pub mod transition;
pub mod whisper;
pub mod words;

pub use actor::{Access, ChatStanding, ChatUser, Contributor, ForgeUser, Link, Part, Voter};
pub use ci::{CiReading, CiVerdict, RequiredRun};
pub use digest::Digest;
pub use effect::{Due, Effect, ReplyTo};
pub use entry::EntryKind;
pub use event::{Ask, Ballot, Event, Standing, Told};
pub use evidence::{
    Baseline, ChangeKind, CiRun, CiState, Commit, Evidence, EvidenceBrief, ExternalCheck, ExternalState, FileChange,
    ModelChange, Patch, PullRequest, Relation, Row, RowChange, TensorChange, WeightChange, WeightFile, WorkflowField,
};
pub use flag::{Flag, Severity};
pub use gate::{FrozenPolicy, Gate, Group, PolicyFound, PolicySource};
pub use group::Membership;
pub use id::{
    CommitSha, DeploymentId, EnvironmentName, ForgeUserId, InstallationId, RepositoryId, RequestId, RequestKey, RunId,
};
pub use preview::{Against, Comment, Preview, PreviewEvent, PreviewKey, Seen, Sheet};
pub use record::Record;
pub use request::{
    Choice, Decision, Ending, GateProgress, JobState, MessageRef, Phase, Repository, Request, Rollout, Run, Telling,
    Verdict, Vote,
};
pub use span::Span;
pub use thread::ThreadLine;
pub use time::Timestamp;
pub use transition::{Step, transition};
pub use whisper::{Refusal, Whisper};
pub use words::Words;
