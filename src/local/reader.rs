//! The thread that reads the repository: git's caches belong to one thread, and reading blocks.

use std::path::Path;
use std::sync::mpsc::{self, Sender};
use std::thread;

use futures::channel::oneshot;
use futures::future::BoxFuture;

use super::LocalError;
use super::opened::Opened;

/// A question to the opened repository.
type Question = Box<dyn FnOnce(&Opened) + Send>;

/// Where questions are put. The thread ends with it.
pub(super) struct Reader {
    questions: Sender<Question>,
}

impl Reader {
    /// Opens the repository in a thread of its own.
    pub(super) fn start(path: &Path) -> Result<Self, LocalError> {
        let (questions, asked) = mpsc::channel::<Question>();
        let (opened, is_open) = mpsc::channel();
        let place = path.to_owned();
        let thread = thread::Builder::new().name("git".to_owned()).spawn(move || {
            let repository = match Opened::at(&place) {
                Ok(repository) => repository,
                Err(error) => return drop(opened.send(Err(error))),
            };
            drop(opened.send(Ok(())));
            asked.into_iter().for_each(|question| question(&repository));
        });
        thread.map_err(|error| LocalError::unreadable("the objects", &error))?;
        is_open.recv().unwrap_or_else(|_| Err(stopped()))?;
        Ok(Self { questions })
    }

    /// Asks, and answers when the thread has.
    pub(super) fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Opened) -> Result<T, LocalError> + Send + 'static,
    ) -> BoxFuture<'static, Result<T, LocalError>> {
        let (answer, answered) = oneshot::channel();
        // Where nobody listens any more, the answer is dropped, and the other end told.
        drop(self.questions.send(Box::new(move |opened: &Opened| drop(answer.send(question(opened))))));
        Box::pin(async move { answered.await.unwrap_or_else(|_| Err(stopped())) })
    }

    /// The same for a caller that waits.
    pub(super) fn ask_now<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Opened) -> Result<T, LocalError> + Send + 'static,
    ) -> Result<T, LocalError> {
        futures::executor::block_on(self.ask(question))
    }
}

fn stopped() -> LocalError {
    LocalError::unreadable("the objects", &"reading stopped half way")
}
