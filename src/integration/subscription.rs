//! The subscription: which event types the managed hook carries for the enabled rules, and which only the System Log has.

use std::collections::BTreeSet;

use crate::event::{Stage, event_type, event_types};
use crate::language::ALERT_EVENT_TYPE;
use crate::okta::HOOK_EVENTS_MAX;
use crate::plan::Plan;

/// What a hook carries when no rule needs anything that hooks can carry: Okta takes no hook without an event type, and this one shows
/// that deliveries come.
const STAND_IN: &str = "user.session.start";

/// The event types that rules need, split by how they come.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Subscription {
    /// What the hook carries, sorted; never empty, at most 300.
    pub by_hook: Vec<String>,
    /// What rules need and only the System Log has, sorted.
    pub by_log: Vec<String>,
    /// Whether some rule looks at every event, so that everything is needed.
    pub everything: bool,
}

impl Subscription {
    /// Returns what the rules of these plans need.
    pub fn of<'p>(plans: impl IntoIterator<Item = &'p Plan>) -> Subscription {
        let (mut named, mut everything) = (BTreeSet::new(), false);
        for plan in plans {
            named.extend(plan.needed_event_types().into_iter().filter(|name| name != ALERT_EVENT_TYPE));
            everything |= plan.needs_every_event_type();
        }
        Subscription::split(named, everything)
    }

    /// Splits event types by how they come. Named ones come first where a hook cannot carry all.
    pub fn split(named: BTreeSet<String>, everything: bool) -> Subscription {
        let eligible = |name: &str| event_type(name).is_some_and(|known| known.hook_eligible);
        let (mut by_hook, mut by_log): (Vec<String>, Vec<String>) = named.into_iter().partition(|name| eligible(name));
        if everything {
            // An org may not know types that are in beta or Okta's own, and would refuse the hook for them.
            let general = event_types().iter().filter(|known| matches!(known.stage, Stage::GeneralAvailability | Stage::Deprecated));
            for known in general.filter(|known| !by_hook.iter().chain(&by_log).any(|name| name == known.name)).collect::<Vec<_>>() {
                if known.hook_eligible { by_hook.push(known.name.to_owned()) } else { by_log.push(known.name.to_owned()) }
            }
        }
        by_log.extend(by_hook.split_off(by_hook.len().min(HOOK_EVENTS_MAX)));
        if by_hook.is_empty() {
            by_hook.push(STAND_IN.to_owned());
        }
        by_hook.sort_unstable();
        by_log.sort_unstable();
        Subscription { by_hook, by_log, everything }
    }
}
