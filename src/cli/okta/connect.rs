//! `clarion okta connect` and `clarion okta reconnect`.

use crate::integration::{Connected, Desk, Doors, Error, Receiver, Request, Status, Subscription, connect, reconnect};
use crate::okta::{Allowance, OrgAddress, Secret};
use crate::store::{Connection, Standing, Store, Workspace};

use super::super::exit::{Exit, Refusal};
use super::super::out::Out;
use super::super::rules::RuleOptions;
use super::secret::{SecretArgs, ask};
use super::surroundings::{Surroundings, clock, workspace};
use super::work::{ReceiverArgs, runtime, subscription, watched};
use super::{Common, Format, fault, show};

/// Connects an Okta org: validates the credentials, makes the managed event hook, saves everything
#[derive(Debug, clap::Args)]
#[command(after_help = "The client secret comes from CLARION_OKTA_CLIENT_SECRET, a file or a prompt. Until the hook is verified, clarion answers Okta's \
    verification on --listen; what reaches the public address must be passed on to it.\n\n\
    Example:\n  clarion okta connect --domain company.okta.com --client-id 0oa1b2c3d4 --public-url https://clarion.company.com")]
pub(super) struct Args {
    /// The Okta domain: your Okta org hostname only, such as company.okta.com
    #[arg(long, value_name = "DOMAIN")]
    domain: Option<String>,
    /// The client id: the value from the installed Clarion integration in Okta
    #[arg(long, value_name = "ID")]
    client_id: Option<String>,
    #[command(flatten)]
    secret: SecretArgs,
    #[command(flatten)]
    receiver: ReceiverArgs,
    #[command(flatten)]
    rules: RuleOptions,
    #[command(flatten)]
    common: Common,
}

/// Saves new credentials of the same org and reconnects
#[derive(Debug, clap::Args)]
#[command(after_help = "Domain and client id are those that are saved unless others are given; the org must be the same.")]
pub(super) struct ReconnectArgs {
    #[command(flatten)]
    args: Args,
}

/// Runs `connect`.
pub(super) fn run(args: &Args, around: &Surroundings, out: &mut Out<'_>) -> Result<Exit, Refusal> {
    act(args, false, around, out)
}

/// Runs `reconnect`.
pub(super) fn run_again(args: &ReconnectArgs, around: &Surroundings, out: &mut Out<'_>) -> Result<Exit, Refusal> {
    act(&args.args, true, around, out)
}

fn act(args: &Args, again: bool, around: &Surroundings, out: &mut Out<'_>) -> Result<Exit, Refusal> {
    let workspace = workspace(&args.common)?;
    let allowance = around.allowance(out)?;
    let store = around.open(&args.common, out)?;
    let saved = store.connection(&workspace).map_err(|error| fault::of_store(&error))?;
    let kept = if again { None } else { kept_secret(args, around, &store, &workspace) };
    let carried = if again { kept_subscription(&args.rules, &store, &workspace) } else { None };
    let subscription = match carried {
        Some(carried) => carried,
        None => subscription(&args.rules, out)?,
    };
    let (domain, client_id, client_secret) = inputs(args, again, saved.as_ref(), kept, around, out)?;
    let is_loopback = is_loopback(domain.as_deref().or(saved.as_ref().map(|saved| saved.org_host.as_str())), allowance.as_ref());
    let desk = Desk::new(store, workspace, clock(), allowance);
    let runtime = runtime()?;
    let ended = watched(&runtime, out, async |watch| {
        let receiver = Receiver::start(args.receiver.listen, Doors::new(clock())).await?;
        let given = args.receiver.public_url.clone().or_else(|| around.public_url.clone());
        // An org on this machine reaches this machine.
        let public_url = given.or_else(|| is_loopback.then(|| format!("http://{}", receiver.address())));
        let request = Request { domain, client_id, client_secret, public_url, subscription: subscription.clone() };
        if again { reconnect(&desk, &request, receiver.doors(), &*watch).await } else { connect(&desk, &request, receiver.doors(), &*watch).await }
    });
    if ended.is_ok() && !subscription.by_log.is_empty() {
        let by_log = subscription.by_log.len();
        out.say(format_args!("{} event types of the rules come by the hook, {by_log} only by the System Log", subscription.by_hook.len()));
    }
    finish(&desk, &runtime, ended, args.common.format, out)
}

/// Asks for what is neither given nor saved.
fn inputs(
    args: &Args,
    again: bool,
    saved: Option<&Connection>,
    kept: Option<Secret>,
    around: &Surroundings,
    out: &mut Out<'_>,
) -> Result<(Option<String>, Option<String>, Secret), Refusal> {
    let is_saved = saved.is_some();
    if again && !is_saved {
        return Err(Refusal::usage("there is no connection to reconnect").help("`clarion okta connect`"));
    }
    let domain = match (&args.domain, is_saved) {
        (None, true) => None,
        (given, _) => Some(ask(given.as_deref(), "Okta Domain", "--domain", "your Okta org hostname only, such as company.okta.com", out)?),
    };
    let client_id = match (&args.client_id, is_saved) {
        (None, true) => None,
        (given, _) => Some(ask(given.as_deref(), "Client ID", "--client-id", "the value from the installed Clarion integration in Okta", out)?),
    };
    let secret = match kept {
        Some(kept) => kept,
        None => args.secret.read(around, out)?,
    };
    Ok((domain, client_id, secret))
}

/// Returns the saved client secret, where no other is given: a second attempt needs none.
fn kept_secret(args: &Args, around: &Surroundings, store: &Store, workspace: &Workspace) -> Option<Secret> {
    if args.secret.is_given(around) { None } else { store.client_secret(workspace).ok().flatten() }
}

/// Returns what the hook carries, where no rules are named: making it anew is no reason to change that.
pub(super) fn kept_subscription(rules: &RuleOptions, store: &Store, workspace: &Workspace) -> Option<Subscription> {
    if !rules.rules.is_empty() || !rules.settings.is_empty() {
        return None;
    }
    let hooks = store.hooks(workspace).ok()?;
    let hook = [Standing::Managed, Standing::Made].into_iter().find_map(|standing| hooks.iter().find(|hook| hook.standing == standing))?;
    Some(Subscription { by_hook: hook.events.clone(), by_log: Vec::new(), everything: false })
}

/// Says whether a text names the loopback server that may stand for an org.
pub(super) fn is_loopback(domain: Option<&str>, allowance: Option<&Allowance>) -> bool {
    domain.and_then(|domain| OrgAddress::parse(domain, allowance).ok()).is_some_and(|address| address.is_loopback())
}

/// Returns the address under which Okta is to reach us for a saved connection: the given one, else this machine's for an org on it.
pub(super) fn public_url(args: &ReceiverArgs, around: &Surroundings, store: &Store, workspace: &Workspace, allowance: Option<&Allowance>) -> PublicUrl {
    let given = args.public_url.clone().or_else(|| around.public_url.clone());
    let saved = store.connection(workspace).ok().flatten();
    match given {
        Some(given) => PublicUrl::Given(given),
        None if is_loopback(saved.as_ref().map(|saved| saved.org_host.as_str()), allowance) => PublicUrl::OfReceiver,
        None => PublicUrl::Saved,
    }
}

/// Where the public address comes from.
pub(super) enum PublicUrl {
    Given(String),
    OfReceiver,
    Saved,
}

impl PublicUrl {
    /// Returns the address, where it is not the saved one.
    pub(super) fn with(self, receiver: &Receiver) -> Option<String> {
        match self {
            PublicUrl::Given(given) => Some(given),
            PublicUrl::OfReceiver => Some(format!("http://{}", receiver.address())),
            PublicUrl::Saved => None,
        }
    }
}

/// Shows what came of making a hook.
pub(super) fn finish(
    desk: &Desk,
    runtime: &tokio::runtime::Runtime,
    ended: Result<Connected, Error>,
    format: Format,
    out: &mut Out<'_>,
) -> Result<Exit, Refusal> {
    let status = runtime.block_on(Status::saved(desk, false));
    match ended {
        Ok(connected) => {
            if let Some(left) = &connected.left_behind {
                out.warn(format_args!("the old hook could not be deleted yet: {}", super::super::shown(left)));
            }
            match status {
                Ok(status) => print(&status, format, out),
                Err(error) => return Ok(fault::report(&error, format, out)),
            }
            Ok(Exit::Fine)
        }
        Err(error) => {
            let exit = fault::report(&error, format, out);
            if let Ok(status) = status {
                let row = status.state.row();
                out.say(format_args!("\n{}: {}", row.chip, row.sentence));
            }
            Ok(exit)
        }
    }
}

/// Prints a status as it was asked for.
pub(super) fn print(status: &Status, format: Format, out: &mut Out<'_>) {
    match format {
        Format::Human => show::status(status, out),
        Format::Json => out.line(super::super::escape::json(&status.to_json())),
    }
}
