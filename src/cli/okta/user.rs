//! `clarion okta user`.

use serde_json::json;

use crate::integration::Desk;
use crate::okta::{self, User, UserKey};

use super::super::exit::{Exit, Refusal};
use super::super::out::{FAINT, Out};
use super::super::shown;
use super::surroundings::{Surroundings, clock, workspace};
use super::work::runtime;
use super::{Common, Format, fault};

/// Shows a user of the org
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The user's id or login, such as jo@example.com
    user: String,
    #[command(flatten)]
    common: Common,
}

/// Runs the command. A user that is not there is an exit of 1.
pub(super) fn run(args: &Args, around: &Surroundings, out: &mut Out<'_>) -> Result<Exit, Refusal> {
    let workspace = workspace(&args.common)?;
    let key = UserKey::parse(&args.user).ok_or_else(|| Refusal::usage(format!("`{}` is neither an id nor a login", shown(&args.user))))?;
    let allowance = around.allowance(out)?;
    let Some(store) = around.look(&args.common)? else {
        return Ok(fault::report(&crate::integration::Error::NotConnected(workspace), args.common.format, out));
    };
    let desk = Desk::new(store, workspace, clock(), allowance);
    let runtime = runtime()?;
    let client = match runtime.block_on(desk.client()) {
        Ok(client) => client,
        Err(error) => return Ok(fault::report(&error, args.common.format, out)),
    };
    match runtime.block_on(client.user(&key)) {
        Ok(user) => {
            print(&user, args.common.format, out);
            Ok(Exit::Fine)
        }
        Err(okta::Error::NotFound(_)) => {
            out.say(format_args!("the org has no user `{}`", shown(&args.user)));
            Ok(Exit::Findings)
        }
        Err(error) => Err(fault::of_okta(&error)),
    }
}

fn print(user: &User, format: Format, out: &mut Out<'_>) {
    let name = [&user.first_name, &user.last_name].into_iter().flatten().cloned().collect::<Vec<_>>().join(" ");
    let rows = [
        ("id", Some(user.id.to_string())),
        ("login", user.login.clone()),
        ("name", Some(name).filter(|name| !name.is_empty())),
        ("email", user.email.clone()),
        ("status", Some(user.status.to_string())),
        ("changing_to", user.transitioning_to.as_ref().map(ToString::to_string)),
        ("status_changed", user.status_changed.clone()),
        ("last_login", user.last_login.clone()),
        ("password_changed", user.password_changed.clone()),
        ("created", user.created.clone()),
        ("activated", user.activated.clone()),
        ("last_updated", user.last_updated.clone()),
        ("can", Some(user.offers.join(", ")).filter(|offers| !offers.is_empty())),
    ];
    match format {
        Format::Json => {
            let mut object: serde_json::Map<String, serde_json::Value> = rows.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
            object.insert("can".to_owned(), json!(user.offers));
            out.line(super::super::escape::json(&object.into()));
        }
        Format::Human => {
            for (name, value) in rows {
                if let Some(value) = value {
                    let name = out.paint(FAINT, &format!("{:<18}", name.replace('_', " ")));
                    out.line(format_args!("{name}{}", shown(&value)));
                }
            }
        }
    }
}
