//! The safe suspension: what it says is what is.

use std::sync::{Arc, Mutex};

use super::server::{Okta, Reply};
use crate::okta::{Error, Instead, Sessions, Suspension, SuspensionOutcome, UserId, UserStatus};

const USER: &str = "/api/v1/users/00u1";

/// What becomes of a request to suspend.
#[derive(Clone, Copy, PartialEq)]
enum Suspends {
    /// It is done and said.
    Yes,
    /// It is done, and the answer is a failure.
    Silently,
    /// It is not done, and the answer is a failure.
    Never,
    /// It is done after so many looks at the user, and the answer is a failure.
    Late(u32),
    /// It is refused as Okta refuses it.
    Refuses,
    /// It is refused, and the user is found in another state.
    RefusesIn(&'static str),
}

/// A user in a state, who lives on as Okta's users do.
async fn with(status: &'static str, suspends: Suspends, sessions: u16) -> Okta {
    let state = Arc::new(Mutex::new((status.to_owned(), 0u32, false)));
    Okta::scripted(move |seen| {
        let mut state = state.lock().expect("no panic");
        let (status, looks, asked) = &mut *state;
        match seen.line().as_str() {
            line if line == format!("GET {USER}") => {
                *looks += 1;
                if let (Suspends::Late(at), true) = (suspends, *asked)
                    && *looks > at
                {
                    *status = "SUSPENDED".to_owned();
                }
                let link = if status == "ACTIVE" || status == "NOVEL" { r#""suspend":{"href":"x","method":"POST"}"# } else { "" };
                Some(Reply::json(200, &format!(r#"{{"id":"00u1","status":"{status}","_links":{{{link}}}}}"#)).with("x-rate-limit-limit", "1000"))
            }
            line if line == format!("POST {USER}/lifecycle/suspend") => {
                *asked = true;
                let refusal = r#"{"errorCode":"E0000001","errorSummary":"Api validation failed","errorCauses":[{"errorSummary":"Cannot suspend a user that is not active"}]}"#;
                Some(match suspends {
                    Suspends::Yes => {
                        *status = "SUSPENDED".to_owned();
                        Reply::json(200, "{}")
                    }
                    Suspends::Silently => {
                        *status = "SUSPENDED".to_owned();
                        Reply::empty(502)
                    }
                    Suspends::Never | Suspends::Late(_) => Reply::empty(504),
                    Suspends::Refuses => Reply::json(400, refusal),
                    Suspends::RefusesIn(other) => {
                        *status = other.to_owned();
                        Reply::json(400, refusal)
                    }
                })
            }
            line if line.starts_with(&format!("DELETE {USER}/sessions")) => Some(Reply::empty(sessions)),
            _ => None,
        }
    })
    .await
}

async fn suspend(okta: &Okta) -> Suspension {
    okta.client().suspend_safely(&UserId::parse("00u1").expect("an id")).await.expect("a user")
}

fn times(okta: &Okta, what: &str) -> usize {
    okta.lines().iter().filter(|line| line.contains(what)).count()
}

#[tokio::test]
async fn an_active_user_is_suspended_and_their_sessions_are_ended() {
    let okta = with("ACTIVE", Suspends::Yes, 204).await;
    let done = suspend(&okta).await;
    assert_eq!((&done.outcome, &done.sessions), (&SuspensionOutcome::Suspended, &Sessions::Cleared));
    assert_eq!((&done.before.status, done.after.map(|user| user.status)), (&UserStatus::Active, Some(UserStatus::Suspended)));
    assert_eq!(
        okta.lines(),
        [format!("GET {USER}"), format!("POST {USER}/lifecycle/suspend"), format!("DELETE {USER}/sessions?oauthTokens=true"), format!("GET {USER}")]
    );
}

#[tokio::test]
async fn a_second_call_finishes_what_a_first_left() {
    let okta = with("SUSPENDED", Suspends::Refuses, 204).await;
    let done = suspend(&okta).await;
    assert_eq!((&done.outcome, &done.sessions), (&SuspensionOutcome::AlreadySuspended, &Sessions::Cleared));
    assert_eq!(times(&okta, "/suspend"), 0);
    let okta = with("DEPROVISIONED", Suspends::Refuses, 204).await;
    let done = suspend(&okta).await;
    assert_eq!((&done.outcome, &done.sessions), (&SuspensionOutcome::Deactivated, &Sessions::NotTried));
    assert_eq!((times(&okta, "/suspend"), times(&okta, "DELETE")), (0, 0));
}

#[tokio::test]
async fn in_every_other_state_it_is_not_even_tried_and_never_said_to_be_done() {
    for status in ["LOCKED_OUT", "PASSWORD_EXPIRED", "RECOVERY", "PROVISIONED", "STAGED", "FROZEN"] {
        let okta = with(status, Suspends::Refuses, 204).await;
        let done = suspend(&okta).await;
        match &done.outcome {
            SuspensionOutcome::NotPossible { status: found, instead } => {
                assert_eq!(found.name(), status);
                assert!(instead.contains(&Instead::Deactivate), "{status}");
                assert_eq!(instead.contains(&Instead::UnlockThenSuspend), status == "LOCKED_OUT");
            }
            other => panic!("{status}: {other:?}"),
        }
        assert_eq!(done.sessions, Sessions::Cleared, "what can be done is done");
        assert_eq!(times(&okta, "/suspend"), 0);
    }
    let okta = with("NOVEL", Suspends::Yes, 204).await;
    assert_eq!(suspend(&okta).await.outcome, SuspensionOutcome::Suspended, "Okta's own offer decides for a state that nobody knows");
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_settled_by_looking_and_not_by_repeating() {
    for (suspends, looks) in [(Suspends::Silently, 2), (Suspends::Late(3), 4)] {
        let okta = with("ACTIVE", suspends, 204).await;
        let done = suspend(&okta).await;
        assert_eq!(done.outcome, SuspensionOutcome::Suspended);
        assert_eq!((times(&okta, "/suspend"), times(&okta, "GET")), (1, looks + 1));
    }
    let okta = with("ACTIVE", Suspends::Never, 204).await;
    let done = suspend(&okta).await;
    assert!(matches!(&done.outcome, SuspensionOutcome::Unconfirmed { status: Some(UserStatus::Active), error: Error::Failed(_) }), "{:?}", done.outcome);
    assert_eq!(times(&okta, "/suspend"), 1);
    assert_eq!(done.sessions, Sessions::Cleared);
    // It comes in so late that only the last look sees it.
    let okta = with("ACTIVE", Suspends::Late(5), 204).await;
    let done = suspend(&okta).await;
    assert_eq!(done.outcome, SuspensionOutcome::Suspended);
    assert_eq!(times(&okta, "/suspend"), 1);
}

#[tokio::test]
async fn a_refusal_is_never_taken_for_success() {
    let okta = with("ACTIVE", Suspends::Refuses, 204).await;
    let done = suspend(&okta).await;
    assert!(matches!(&done.outcome, SuspensionOutcome::Refused { status: Some(UserStatus::Active), error: Error::Refused(_) }), "{:?}", done.outcome);
    let okta = with("ACTIVE", Suspends::RefusesIn("LOCKED_OUT"), 204).await;
    let done = suspend(&okta).await;
    assert!(matches!(&done.outcome, SuspensionOutcome::NotPossible { status: UserStatus::LockedOut, .. }), "{:?}", done.outcome);
    // Somebody else was faster.
    let okta = with("ACTIVE", Suspends::RefusesIn("SUSPENDED"), 204).await;
    assert_eq!(suspend(&okta).await.outcome, SuspensionOutcome::Suspended);
}

#[tokio::test]
async fn sessions_that_could_not_be_ended_are_said() {
    let okta = with("ACTIVE", Suspends::Yes, 403).await;
    let done = suspend(&okta).await;
    assert_eq!(done.outcome, SuspensionOutcome::Suspended);
    assert!(matches!(&done.sessions, Sessions::Failed(Error::MissingScope(_))), "{:?}", done.sessions);
}

#[tokio::test]
async fn a_user_who_cannot_be_looked_at_is_an_error_and_nothing_is_done() {
    let okta = Okta::answering([]).await;
    let error = okta.client().suspend_safely(&UserId::parse("00u1").expect("an id")).await.expect_err("nobody");
    assert!(matches!(error, Error::NotFound(_)), "{error}");
    assert_eq!(okta.lines().len(), 1);
}
