//! The connection to Okta by its commands: the program itself against a fake org.

mod canary;
mod crash;
mod gate;
mod life;
mod state;
mod troubles;

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use clarion::fake_okta::{App, FakeOkta, HookState, Options, Plan, Switches};
use serde_json::Value;

/// The client secret of every test; the canary sweep looks for it.
const SECRET: &str = "canary/Client+Secret=7Qk2_vX9pLm4";

/// A fake org, a data folder, and an address for the receiver.
struct Bench {
    okta: FakeOkta,
    runtime: tokio::runtime::Runtime,
    /// Where commands believe the org to be.
    org: String,
    data: PathBuf,
    listen: String,
}

/// What a command said.
#[derive(Debug)]
struct Said {
    code: i32,
    answer: String,
    talk: String,
}

impl Said {
    fn of(output: Output) -> Said {
        let text = |bytes| String::from_utf8(bytes).expect("text");
        Said { code: output.status.code().unwrap_or(-1), answer: text(output.stdout), talk: text(output.stderr) }
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.answer).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    #[track_caller]
    fn fine(self) -> Said {
        assert_eq!(self.code, 0, "{self:#?}");
        self
    }

    #[track_caller]
    fn ends_with(self, code: i32) -> Said {
        assert_eq!(self.code, code, "{self:#?}");
        self
    }
}

/// Addresses that this process has asked for.
static ASKED: AtomicU32 = AtomicU32::new(0);

/// Addresses of one process before those of the next one begin; tests of one process need fewer.
const ADDRESSES: u32 = 197;

/// Returns an address that is free at the moment, that this process has not had before, and that is not one of those that the system
/// gives to whoever calls out. What is free now may not be so when it is used: so no two that are at work may be given the same one.
fn free_address() -> String {
    loop {
        let number = std::process::id().wrapping_mul(ADDRESSES).wrapping_add(ASKED.fetch_add(1, Ordering::Relaxed));
        let address = format!("127.0.0.1:{}", 20_000 + number % 12_000);
        if TcpListener::bind(&address).is_ok() {
            return address;
        }
    }
}

fn options() -> Options {
    let app = App { client_id: "0oaClarion".to_owned(), client_secret: SECRET.to_owned(), ..App::default() };
    Options { apps: vec![app], switches: Switches { plan: Plan::Unlimited, ..Switches::default() }, ..Options::default() }
}

impl Bench {
    fn new(name: &str) -> Bench {
        Bench::with(name, options())
    }

    fn with(name: &str, options: Options) -> Bench {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
        let okta = runtime.block_on(FakeOkta::start(options)).expect("an org");
        let data = Path::new(env!("CARGO_TARGET_TMPDIR")).join("connect").join(name);
        let _ = fs::remove_dir_all(&data);
        fs::create_dir_all(data.parent().expect("a folder")).expect("a folder");
        Bench { org: okta.address().to_string(), okta, runtime, data, listen: free_address() }
    }

    /// Prepares a command; what the machine's own environment says of clarion is left out.
    fn command(&self, args: &[impl AsRef<std::ffi::OsStr>]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_clarion"));
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("CLARION_") {
                command.env_remove(name);
            }
        }
        command.arg("okta").args(args).env("CLARION_DATA", &self.data).env("CLARION_OKTA_ALLOW_HOST", &self.org).env("CLARION_OKTA_CLIENT_SECRET", SECRET);
        command.env("NO_COLOR", "1").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn run(&self, args: &[impl AsRef<std::ffi::OsStr>]) -> Said {
        Said::of(self.command(args).output().expect("the program"))
    }

    fn connect_args(&self) -> Vec<&str> {
        vec!["connect", "--domain", &self.org, "--client-id", "0oaClarion", "--listen", &self.listen]
    }

    /// The same with one small rule, which is read faster than the recommended pack.
    fn quick_connect(&self) -> Vec<String> {
        let rules = self.data.with_extension("rules");
        fs::create_dir_all(&rules).expect("a folder");
        let rule = "id: t.lock\ntitle: T\nseverity: low\nstatus: test\ndescription: D.\nwhen: eventType == \"user.account.lock\"\n";
        fs::write(rules.join("lock.yml"), rule).expect("a rule");
        let args = self.connect_args().into_iter().map(str::to_owned);
        args.chain(["--rules".to_owned(), rules.to_string_lossy().into_owned()]).collect()
    }

    fn connect(&self) -> Said {
        self.run(&self.connect_args())
    }

    fn recreate(&self) -> Said {
        self.run(&["recreate-hook", "--listen", &self.listen])
    }

    fn status(&self) -> Value {
        self.run(&["status", "--format", "json"]).json()
    }

    /// The hooks of ours in the org.
    fn ours(&self) -> Vec<HookState> {
        self.okta.hooks().into_iter().filter(|hook| hook.name.starts_with("Clarion managed (")).collect()
    }

    /// The one hook of ours.
    #[track_caller]
    fn hook(&self) -> HookState {
        let ours = self.ours();
        assert_eq!(ours.len(), 1, "{ours:#?}");
        ours.into_iter().next().expect("one")
    }
}
