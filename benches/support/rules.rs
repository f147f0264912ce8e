//! Rules as people translate them from Sigma: an event type and one to four conditions on a few fields; a seed decides them.

use std::collections::BTreeMap;

use clarion::diagnostic::Level;
use clarion::pack::{File, Library, Role};

use super::events::{AGENTS, APPS, COUNTRIES, FIRST_NAMES, LAST_NAMES, NETWORKS};
use super::random::Random;

/// Which event types rules name.
#[derive(Clone, Copy)]
pub(crate) enum Named<'t> {
    /// One of these.
    OneOf(&'t [&'t str]),
    /// None.
    Nothing,
}

/// Returns the files of so many rules.
pub(crate) fn rules(seed: u64, count: usize, named: Named<'_>) -> Vec<File> {
    let mut random = Random::seeded(seed);
    (0..count)
        .map(|number| File { name: format!("generated/rule-{number}.yml"), role: Role::Rule, bytes: Ok(rule(&mut random, number, named).into_bytes()) })
        .collect()
}

/// Reads rules; they must be without errors.
pub(crate) fn library(files: &[File]) -> Library {
    let mut library = Library::new();
    library.add(files, &BTreeMap::new());
    let error = library.faults.iter().find(|fault| fault.level() == Level::Error);
    assert!(error.is_none(), "a generated rule is at fault: {error:?}\n{}", error.map_or("", |fault| library.sources.text(fault.span.file)));
    library
}

fn rule(random: &mut Random, number: usize, named: Named<'_>) -> String {
    let mut conditions = Vec::new();
    if let Named::OneOf(types) = named {
        // Rules crowd on few event types, as they do in packs that are in use.
        let at = random.below(types.len() as u64).min(random.below(types.len() as u64));
        conditions.push(format!("eventType == \"{}\"", types[usize::try_from(at).expect("an index")]));
    }
    for _ in 0..=random.below(4) {
        conditions.push(condition(random, number));
    }
    let level = random.pick(&["low", "medium", "high"]);
    format!(
        "id: generated.rule-{number}\ntitle: Generated rule {number}\nseverity: {level}\nstatus: test\n\
         description: Watches one of many things that an organisation may want to know.\nattack: [T1078.004]\nwhen: >-\n  {}\n\
         context:\n  from_address: client.ipAddress\nalert:\n  title: \"{{actor.alternateId}} set off rule {number}\"\n  group_by: [actor.id]\n  suppress: 1h\n",
        conditions.join("\n  and ")
    )
}

fn condition(random: &mut Random, number: usize) -> String {
    let login = |random: &mut Random| format!("{}.{}@example.com", random.pick(FIRST_NAMES), random.pick(LAST_NAMES)).to_lowercase().replace(' ', "-");
    match random.below(16) {
        0 => format!("outcome.result == \"{}\"", random.pick(&["FAILURE", "DENY", "SUCCESS"])),
        1 => format!("actor.alternateId ==~ \"{}\"", login(random)),
        2 => format!("actor.alternateId in [\"{}\", \"{}\", \"{}\", \"service-{number}@example.com\"]", login(random), login(random), login(random)),
        3 => format!("client.ipAddress in [\"{}.{}/29\", \"192.0.2.{}\"]", random.pick(NETWORKS).3, random.below(31) * 8, random.below(254) + 1),
        4 => format!(
            "client.userAgent.rawUserAgent contains \"{}\"",
            random.pick(&["python-requests", "curl/", "HeadlessChrome", "Firefox/146.0", "okhttp", "Go-http-client"])
        ),
        5 => format!("client.userAgent.os == \"{}\"", random.pick(AGENTS).1),
        6 => format!("geo.country not in [\"{}\", \"{}\"]", random.pick(COUNTRIES).0, random.pick(COUNTRIES).0),
        7 => format!("debug.requestUri starts_with \"{}\"", random.pick(&["/api/v1/users", "/api/v1/groups", "/api/internal", "/app/payroll", "/oauth2/v1"])),
        8 => format!("securityContext.asNumber == {}", 64_500 + random.below(200)),
        9 => "network.is_proxy".to_owned(),
        10 => format!("any(target, .displayName == \"{}\")", random.pick(APPS)),
        11 => format!("target.app.displayName == \"{} {}\"", random.pick(APPS), random.below(40)),
        12 => format!("behavior.{} == \"POSITIVE\"", random.pick(&["new_device", "new_ip", "new_country", "velocity"])),
        13 => format!("risk.level in [\"{}\", \"HIGH\"]", random.pick(&["MEDIUM", "LOW"])),
        14 => format!("actor.displayName matches /{}[a-z]* {}/", random.pick(FIRST_NAMES), random.pick(LAST_NAMES)),
        _ => format!("client.userAgent.rawUserAgent like \"*{}*Mobile*\"", random.pick(&["iPhone", "Android", "iPad"])),
    }
}
