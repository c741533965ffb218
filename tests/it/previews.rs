//! Pull requests before they are merged: what their authors see on the check run, and what GitHub's book says afterwards.

mod asking;
mod comments;
mod desk;
mod limits;
mod outages;
mod pushing;
mod restarts;
mod showing;
