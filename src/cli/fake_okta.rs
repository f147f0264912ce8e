//! `clarion fake-okta`: a fake Okta org on this machine, for tests and demonstrations.

use std::net::SocketAddr;
use std::path::Path;

use serde_json::{Map, Value, json};

use crate::fake_okta::{App, FakeOkta, Options, Pace, Story};

use super::exit::{Exit, Refusal};
use super::out::{FAINT, Out, STRONG};

/// Runs a fake Okta org on this machine
#[derive(Debug, clap::Args)]
#[command(after_help = "Ids and secrets are invented and come from the seed. CLARION_FAKE_OKTA_SECRET sets the app's client secret instead.\n\
    Stories, switches and the control API: docs/fake-okta.md.\n\n\
    Examples:\n  clarion fake-okta --listen 127.0.0.1:8181\n  clarion fake-okta --story push-fatigue --pace 60\n  \
    clarion fake-okta --switch plan=unlimited --switch shuffle=true --route https://clarion.example=http://127.0.0.1:9000")]
pub(super) struct Args {
    /// The address to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8181")]
    listen: SocketAddr,
    /// The origin that clients use, where that is not the address itself
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// From which ids and secrets are drawn
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// The app's client id
    #[arg(long, value_name = "ID")]
    client_id: Option<String>,
    /// The scopes that the app is granted, instead of the three that Clarion asks for
    #[arg(long, value_name = "SCOPE")]
    scope: Vec<String>,
    /// Accepts an SSWS token as well, for SDKs, and prints it
    #[arg(long)]
    ssws: bool,
    /// Sets a switch, such as `plan=unlimited` or `hooks_max=2`
    #[arg(long, value_name = "NAME=VALUE")]
    switch: Vec<String>,
    /// Sends the calls of hooks that begin with one origin to another
    #[arg(long, value_name = "FROM=TO")]
    route: Vec<String>,
    /// Plays a story: a name from `--stories`, or a file
    #[arg(long, value_name = "STORY")]
    story: Vec<String>,
    /// How fast: `at-once`, or how many times as fast as it happened
    #[arg(long, value_name = "PACE", default_value = "at-once", value_parser = pace)]
    pace: Pace,
    /// Lists the stories in the binary, and ends
    #[arg(long)]
    stories: bool,
    /// Prints where it is and what its app is called as one line of JSON
    #[arg(long)]
    json: bool,
}

fn pace(text: &str) -> Result<Pace, String> {
    match text.parse::<f64>() {
        _ if text == "at-once" => Ok(Pace::AtOnce),
        Ok(factor) if factor.is_finite() && factor > 0.0 => Ok(Pace::Times(factor)),
        _ => Err("`at-once`, or a number above 0".to_owned()),
    }
}

pub(super) fn run(args: &Args, out: &mut Out<'_>) -> Result<Exit, Refusal> {
    if args.stories {
        for name in Story::names() {
            let about = Story::embedded(name).map(|story| story.about().to_owned()).unwrap_or_default();
            let (name, about) = (out.paint(STRONG, &format!("{name:<18}")), out.paint(FAINT, about.trim()));
            out.line(format_args!("{name}{about}"));
        }
        return Ok(Exit::Fine);
    }
    let stories: Vec<Story> = args.story.iter().map(|name| story(name)).collect::<Result<_, _>>()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|error| Refusal::world(format!("cannot start: {error}")))?;
    runtime.block_on(serve(args, &stories, out))
}

async fn serve(args: &Args, stories: &[Story], out: &mut Out<'_>) -> Result<Exit, Refusal> {
    let interruption = Interruption::listen().map_err(|error| Refusal::world(format!("cannot listen for the signal to end: {error}")))?;
    let options = options(args);
    let okta = FakeOkta::start(options).await.map_err(|error| Refusal::world(format!("cannot listen on {}: {error}", args.listen)))?;
    okta.switch_by_name(&switches(args)?).map_err(|wrong| Refusal::usage(format!("--switch: {wrong}")))?;
    for story in stories {
        okta.play(story, args.pace).map_err(|wrong| Refusal::usage(format!("`{}` cannot be played: {wrong}", story.name())))?;
    }
    if !okta.address().ip().is_loopback() {
        out.warn("whoever reaches it controls it: the control API asks for nothing");
    }
    introduce(&okta, args.json, out);
    out.flush();
    interruption.wait().await;
    okta.shutdown().await;
    Ok(Exit::Fine)
}

fn options(args: &Args) -> Options {
    let mut app = App { client_id: args.client_id.clone().unwrap_or_default(), ..App::default() };
    // The rim reads the environment; the secret is invented, but a demonstration may want the same one again.
    app.client_secret = std::env::var_os("CLARION_FAKE_OKTA_SECRET").and_then(|secret| secret.into_string().ok()).unwrap_or_default();
    if !args.scope.is_empty() {
        app.scopes.clone_from(&args.scope);
    }
    let public_url = args.public_url.as_ref().map(|url| url.trim_end_matches('/').to_owned());
    let api_tokens = if args.ssws { vec![String::new()] } else { Vec::new() };
    Options { listen: args.listen, public_url, seed: args.seed, apps: vec![app], api_tokens, ..Options::default() }
}

fn switches(args: &Args) -> Result<Map<String, Value>, Refusal> {
    let mut switches = Map::new();
    for text in &args.switch {
        let (name, value) = text.split_once('=').ok_or_else(|| Refusal::usage(format!("`--switch {text}` is not of the form NAME=VALUE")))?;
        switches.insert(name.to_owned(), serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned())));
    }
    let mut routes = Map::new();
    for text in &args.route {
        let (from, to) = text.split_once('=').ok_or_else(|| Refusal::usage(format!("`--route {text}` is not of the form FROM=TO")))?;
        routes.insert(from.to_owned(), to.into());
    }
    if !routes.is_empty() {
        switches.insert("routes".to_owned(), Value::Object(routes));
    }
    Ok(switches)
}

/// Finds a story by name, or in a file.
fn story(name: &str) -> Result<Story, Refusal> {
    if !Path::new(name).exists() {
        return Story::embedded(name).map_err(Refusal::usage);
    }
    let text = std::fs::read_to_string(name).map_err(|error| Refusal::world(format!("cannot read `{name}`: {error}")))?;
    Story::read(&text).map_err(|wrong| Refusal::usage(format!("`{name}` is no story: {wrong}")))
}

fn introduce(okta: &FakeOkta, as_json: bool, out: &mut Out<'_>) {
    let (url, control, client_id, secret) = (okta.url(), okta.control_url(), okta.client_id(), okta.client_secret());
    if as_json {
        let line = json!({
            "url": url, "control": control, "org_id": okta.org_id(), "client_id": client_id, "client_secret": secret, "api_token": okta.api_token(),
        });
        out.line(line);
        return;
    }
    for (what, value) in [("fake Okta org", &url), ("control API", &control), ("client id", &client_id), ("client secret", &secret)] {
        out.line(format_args!("{what:<14} {value}"));
    }
    if let Some(token) = okta.api_token() {
        out.line(format_args!("{:<14} {token}", "SSWS token"));
    }
    out.say("everything is invented; it ends with Ctrl-C");
}

/// What ends the command: Ctrl-C, or the signal to end.
struct Interruption {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
}

impl Interruption {
    /// Listens from here on, so that a script that has read where the org is can end it at once.
    #[cfg(unix)]
    fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Interruption { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    #[cfg(unix)]
    async fn wait(mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }

    #[cfg(not(unix))]
    fn listen() -> std::io::Result<Self> {
        Ok(Interruption {})
    }

    #[cfg(not(unix))]
    async fn wait(self) {
        // Where Ctrl-C cannot be heard it runs until it is killed.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
