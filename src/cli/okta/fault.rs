//! What goes wrong with a connection, as a person and a program read it.

use serde_json::{Value, json};

use crate::integration::{Error, Trouble};
use crate::{okta, store};

use super::super::exit::{Exit, Refusal};
use super::super::out::{FAINT, Out, STRONG};
use super::Format;

/// Says all that is known of an error: what happened, what to do, and what the catalogue says. Returns the exit that it leads to.
pub(super) fn report(error: &Error, format: Format, out: &mut Out<'_>) -> Exit {
    let exit = exit(error);
    if format == Format::Json {
        out.line(super::super::escape::json(&problem(error)));
    }
    let refusal = Refusal { exit, message: error.to_string(), help: error.help() };
    out.refuse(&Refusal { message: super::super::shown(&refusal.message).into_owned(), ..refusal });
    if let Some(trouble) = error.trouble() {
        say_trouble(trouble, out);
    }
    exit
}

/// Says what the catalogue says.
pub(super) fn say_trouble(trouble: &Trouble, out: &mut Out<'_>) {
    let title = out.paint_talk(STRONG, trouble.title);
    out.say(format_args!("\n{title}"));
    trouble.texts.iter().for_each(|text| out.say(format_args!("  - {text}")));
    let anchor = out.paint_talk(FAINT, &format!("docs/{}", trouble.anchor()));
    out.say(format_args!("  {anchor}"));
}

/// Returns an error as the members of RFC 9457.
fn problem(error: &Error) -> Value {
    let trouble = error.trouble();
    json!({
        "error": {
            "type": trouble.map_or_else(|| "about:blank".to_owned(), Trouble::anchor),
            "title": trouble.map_or("The command could not be done", |trouble| trouble.title),
            "detail": error.to_string(),
            "code": error.name(),
            "help": error.help(),
            "advice": trouble.map(|trouble| trouble.texts),
            "request_id": error.request_id(),
        }
    })
}

fn exit(error: &Error) -> Exit {
    match error {
        Error::Okta { .. } | Error::Scopes(_) | Error::NotVerified(_) | Error::LeftBehind { .. } | Error::Receiver(..) | Error::Died => Exit::World,
        Error::Store(error) => of_store(error).exit,
        Error::Domain(_)
        | Error::Credentials(_)
        | Error::PublicUrl(_)
        | Error::Spec(_)
        | Error::NotConnected(_)
        | Error::NoSecret(_)
        | Error::OtherOrg { .. }
        | Error::NoHook
        | Error::TwoSecrets(_) => Exit::Usage,
    }
}

/// Refuses to work with saved state that cannot be had.
pub(super) fn of_store(error: &store::Error) -> Refusal {
    let exit = match error {
        store::Error::Key(_) | store::Error::WrongKey | store::Error::OpenToOthers(_) | store::Error::Newer { .. } | store::Error::NotOurs => Exit::Usage,
        _ => Exit::World,
    };
    Refusal { exit, message: error.to_string(), help: error.help() }
}

/// Refuses to go on because of Okta.
pub(super) fn of_okta(error: &okta::Error) -> Refusal {
    Refusal { exit: Exit::World, message: super::super::shown(&error.to_string()).into_owned(), help: error.help() }
}
