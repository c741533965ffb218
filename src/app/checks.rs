//! Checks outside of this server: who is asked, and the door for what they answer later.

use std::sync::Arc;

use crate::config::ServeSettings;
use crate::engine::Engine;
use crate::engine::answers::{self, LateAnswer, Taken};
use crate::external::{AllowedHost, HttpChecker, HttpSettings, SigningSecrets};
use crate::ports::Clock;
use crate::web::{CheckCall, CheckDoor, CheckRefusal, CheckTaken};

pub fn checker(settings: &ServeSettings, clock: Clock) -> HttpChecker {
    let access = &settings.http_checks;
    let http = HttpSettings {
        hosts: access.hosts.iter().map(|(host, port)| AllowedHost::new(host, *port)).collect(),
        secrets: SigningSecrets::new(access.secrets.clone()),
        allow_private: access.allow_private,
    };
    HttpChecker::new(http, clock)
}

/// There is none where nobody can be asked.
pub fn door(settings: &ServeSettings, engine: &Engine) -> Option<CheckDoor> {
    let secrets = SigningSecrets::new(settings.http_checks.secrets.clone());
    if secrets.is_empty() {
        return None;
    }
    let (secrets, engine) = (Arc::new(secrets), engine.clone());
    let take = move |call: CheckCall| -> futures::future::BoxFuture<'static, Result<CheckTaken, CheckRefusal>> {
        let (secrets, engine) = (Arc::clone(&secrets), engine.clone());
        Box::pin(async move { take(&engine, &secrets, call).await })
    };
    Some(CheckDoor { take: Arc::new(take) })
}

async fn take(engine: &Engine, secrets: &SigningSecrets, call: CheckCall) -> Result<CheckTaken, CheckRefusal> {
    let message = secrets.verify(&call.headers, &call.body, engine.clock.now());
    let message = message.map_err(|_| CheckRefusal::Unauthorized)?;
    let answer = LateAnswer { id: call.id, message, body: call.body };
    match answers::take(engine, answer).await {
        Ok(Taken::Stored) => Ok(CheckTaken::Stored),
        Ok(Taken::Duplicate) => Ok(CheckTaken::Duplicate),
        Ok(Taken::Unknown) => Err(CheckRefusal::Unknown),
        Ok(Taken::Answered) => Err(CheckRefusal::Answered),
        Ok(Taken::TooLate) => Err(CheckRefusal::TooLate),
        Ok(Taken::Unusable(why)) => Err(CheckRefusal::Unusable(why)),
        Err(error) => {
            tracing::error!(error = %error, "a check's answer is not on disk, its sender was told so");
            Err(CheckRefusal::Unavailable)
        }
    }
}
