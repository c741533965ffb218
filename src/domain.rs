//! Pure values and decisions: no I/O, no clock, no randomness, no vendor's wire words.
//!
//! An [`Event`] and the present [`Request`] go into [`transition()`]; the next request, the effects to perform, the record
//! to keep and the private answer to give come out. Nothing else decides.

pub mod action;
pub mod actor;
pub mod attention;
pub mod calendar;
pub mod channel;
pub mod ci;
pub mod condition;
pub mod coverage;
pub mod digest;
pub mod effect;
pub mod eligibility;
pub mod entry;
pub mod event;
pub mod evidence;
pub mod exception;
pub mod explain;
pub mod flag;
pub mod freeze;
pub mod fresh;
pub mod gate;
pub mod group;
pub mod id;
pub mod link;
pub mod nearest;
pub mod obstacle;
pub mod picture;
pub mod preferences;
pub mod preview;
pub mod record;
pub mod request;
pub mod roster;
pub mod rules;
pub mod sibling;
pub mod sketch;
pub mod span;
pub mod tally;
pub mod thread;
pub mod time;
pub mod transition;
pub mod unusable;
pub mod whisper;
pub mod words;

pub use action::{Action, Actions};
pub use actor::{Access, ChatName, ChatStanding, ChatUser, Contributor, ForgeUser, Human, Link, Part, Voter};
pub use channel::{ChannelTrouble, PassedOver};
pub use ci::{CiReading, CiVerdict, RequiredRun};
pub use condition::{Condition, Outcome};
pub use coverage::Coverage;
pub use digest::Digest;
pub use effect::{Due, Effect, Matter, ReplyTo};
pub use entry::EntryKind;
pub use event::{Ask, Ballot, Event, JobMove, Standing, Told};
pub use evidence::{
    ApprovedBefore, Baseline, CardText, ChangeKind, CiRun, CiState, Commit, Evidence, EvidenceBrief, ExternalCheck,
    ExternalState, FileChange, FlagBrief, ModelChange, Patch, PullRequest, Relation, Row, RowChange, TensorChange,
    WeightChange, WeightFile, WorkflowField,
};
pub use exception::{Exception, FlagEffect, effect_of};
pub use explain::{Holds, Reason, explain};
pub use flag::{Flag, Severity};
pub use freeze::Freeze;
pub use fresh::{Around, Fresh, LiveElsewhere, LiveThere, PoliciesRead};
pub use gate::{FrozenPolicy, Gate, Policies, PolicyFound, PolicySource, Role};
pub use group::{Group, Membership};
pub use id::{
    CommitSha, DeploymentId, EnvironmentName, ForgeUserId, InstallationId, RepositoryId, RequestId, RequestKey, RunId,
    TeamId,
};
pub use link::{
    AccountLink, Agreement, FileTie, Known, LinkActor, LinkConflict, LinkEnd, LinkOrigin, LinkRefusal, Tie, may_tie,
};
pub use obstacle::Obstacle;
pub use picture::Picture;
pub use preferences::{AskedBy, Preferences};
pub use preview::{Against, Comment, Preview, PreviewEvent, PreviewKey, Seen, Sheet};
pub use record::Record;
pub use request::{
    Basis, Choice, Decision, Ending, JobState, MessageRef, Newer, Objection, Phase, Repository, Request, Review,
    Rollout, Run, Telling, Verdict, Vote,
};
pub use roster::{Candidate, GateRoster, Roster};
pub use sibling::{Sibling, SiblingState};
pub use sketch::{Named, Reading, Sketch, SketchedGround, SketchedPull};
pub use span::Span;
pub use tally::{GateProgress, GateState, tally};
pub use thread::ThreadLine;
pub use time::Timestamp;
pub use transition::{Step, flags_to_tick, newer_to_mind, transition};
pub use unusable::Unusable;
pub use whisper::{OneTimeAddress, Refusal, Whisper};
pub use words::Words;
