//! Running the work of a connection to its end, and showing its steps while they happen.

use std::future::Future;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;

use crate::integration::{Report, Subscription, Watch};
use crate::plan::Plan;
use crate::store::StepState;

use super::super::exit::Refusal;
use super::super::out::{BAD, FAINT, GOOD, Out};
use super::super::rules::RuleOptions;

/// Where a receiver listens when nobody says where.
pub(super) const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8787);

/// How Okta reaches the receiver that verifies the hook.
#[derive(Debug, clap::Args)]
pub(super) struct ReceiverArgs {
    /// The address under which Okta reaches clarion, over https [default: CLARION_PUBLIC_URL, else the saved one]
    #[arg(long, value_name = "URL", help_heading = "Event hook")]
    pub(super) public_url: Option<String>,
    /// The address to listen on until the hook is verified; what comes to the public address must be passed on to it
    #[arg(long, value_name = "ADDRESS", default_value_t = LISTEN, help_heading = "Event hook")]
    pub(super) listen: SocketAddr,
}

/// Makes what runs the work.
pub(super) fn runtime() -> Result<Runtime, Refusal> {
    Builder::new_multi_thread().worker_threads(2).enable_all().build().map_err(|error| Refusal::world(format!("the system gives no threads: {error}")))
}

/// Runs work and shows its steps on stderr.
pub(super) fn watched<T, F: Future<Output = T>>(runtime: &Runtime, out: &mut Out<'_>, work: impl FnOnce(Arc<Watch>) -> F) -> T {
    runtime.block_on(async {
        let (tell, mut told) = mpsc::unbounded_channel();
        // Whoever no longer listens has shown everything that matters.
        let watch: Arc<Watch> = Arc::new(move |report| drop(tell.send(report)));
        let mut work = pin!(work(watch));
        loop {
            tokio::select! {
                biased;
                Some(report) = told.recv() => show(&report, out),
                done = &mut work => {
                    while let Ok(report) = told.try_recv() {
                        show(&report, out);
                    }
                    return done;
                }
            }
        }
    })
}

fn show(report: &Report, out: &mut Out<'_>) {
    let (mark, style) = match report.state {
        StepState::Begun => return,
        StepState::Done => ("✓", GOOD),
        StepState::Failed => ("✗", BAD),
    };
    let mark = out.paint_talk(style, mark);
    // Why a step failed is said in full at the end.
    let detail = report.detail.as_deref().filter(|_| report.state == StepState::Done);
    match detail {
        Some(detail) => {
            let detail = out.paint_talk(FAINT, &super::super::shown(detail));
            out.say(format_args!("{mark} {}  {detail}", report.step.label()));
        }
        None => out.say(format_args!("{mark} {}", report.step.label())),
    }
}

/// Returns which event types the enabled rules need.
pub(super) fn subscription(rules: &RuleOptions, out: &mut Out<'_>) -> Result<Subscription, Refusal> {
    let library = rules.load(out)?;
    let plans: Vec<Plan> =
        library.packs.iter().map(|pack| Plan::compile(pack.rules.iter().filter(|rule| rule.enabled).cloned().map(Arc::new), &pack.sets)).collect();
    Ok(Subscription::of(&plans))
}
