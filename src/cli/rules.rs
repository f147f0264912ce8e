//! The rules that a command works with: where they come from, and whether they load.
//!
//! Takes paths and settings from the command line; gives a library. Without a path the rules are those in `./rules`, or, where there is
//! no such folder, the recommended pack inside the binary.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::diagnostic::{Level, Tally, human, nearest};
use crate::event::Value;
use crate::pack::{File, Library, Pack, Role, Rule, recommended, setting_from_text};

use super::exit::Refusal;
use super::files::{Folder, gather};
use super::out::Out;

/// Where rules are looked for when nobody says where.
pub(super) const DEFAULT_FOLDER: &str = "rules";

/// Which rules to use, and with which settings.
#[derive(Debug, Default, clap::Args)]
pub(super) struct RuleOptions {
    /// Rules to use: a file, a pack or a folder of packs
    #[arg(long, value_name = "PATH", help_heading = "Rules")]
    pub(super) rules: Vec<PathBuf>,
    /// Gives a setting of the rules another value; entries of a list stand between commas
    #[arg(long = "set", value_name = "NAME=VALUE", help_heading = "Rules")]
    pub(super) settings: Vec<String>,
}

/// Rules that have been read, faults included.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) library: Library,
    /// How many rule files there are, sound or not.
    pub(super) rule_files: usize,
    /// Whether they came from inside the binary.
    pub(super) embedded: bool,
}

/// Reads rules. Faults inside rule files are in the library; only a path that cannot be read at all is refused.
pub(super) fn read(paths: &[PathBuf], settings: &[String]) -> Result<Loaded, Refusal> {
    let default = [PathBuf::from(DEFAULT_FOLDER)];
    let paths = if paths.is_empty() && Path::new(DEFAULT_FOLDER).is_dir() { default.as_slice() } else { paths };
    let embedded = paths.is_empty();
    let packs: Vec<Vec<File>> = match embedded {
        true => vec![recommended()],
        false => gather(paths).map_err(Refusal::world)?.into_iter().map(|Folder { files, .. }| files).collect(),
    };
    let mut library = assemble(&packs, &BTreeMap::new());
    if !settings.is_empty() {
        let overrides = overrides(settings, &library)?;
        library = assemble(&packs, &overrides);
    }
    let rule_files: Vec<&str> = packs.iter().flatten().filter(|file| file.role == Role::Rule).map(|file| file.name.as_str()).collect();
    for path in paths.iter().filter(|path| !rule_files.iter().any(|file| is_within(file, path))) {
        library.no_rules(&path.display().to_string());
    }
    Ok(Loaded { rule_files: rule_files.len(), library, embedded })
}

/// Reads rules that must all be sound; their errors are shown as talk.
pub(super) fn load(paths: &[PathBuf], settings: &[String], out: &mut Out<'_>) -> Result<Library, Refusal> {
    let Loaded { library, .. } = read(paths, settings)?;
    let errors: Vec<_> = library.faults.iter().filter(|fault| fault.level() == Level::Error).collect();
    if errors.is_empty() {
        return Ok(library);
    }
    let styled = out.onlookers().talk_colored;
    for error in &errors {
        out.say(format_args!("{}\n", human(error, &library.sources, styled)));
    }
    Err(Refusal::rules(format!("the rules do not load: {}", count(errors.len(), "error"))).help("`clarion check` shows warnings too"))
}

impl RuleOptions {
    /// Returns what was said, as it is written behind a command.
    pub(super) fn words(&self) -> String {
        let rules = self.rules.iter().map(|path| format!(" --rules {}", path.display()));
        rules.chain(self.settings.iter().map(|setting| format!(" --set '{setting}'"))).collect()
    }

    /// Reads the rules; they must all be sound.
    pub(super) fn load(&self, out: &mut Out<'_>) -> Result<Library, Refusal> {
        load(&self.rules, &self.settings, out)
    }

    /// Reads the rules for a command about one rule, which is named by its id or its file.
    pub(super) fn load_for(&self, name: &str, out: &mut Out<'_>) -> Result<Library, Refusal> {
        let is_file = self.rules.is_empty() && Path::new(name).is_file();
        let file = [PathBuf::from(name)];
        load(if is_file { &file } else { &self.rules }, &self.settings, out)
    }
}

/// Finds the rule that is named by its id or its file.
pub(super) fn find<'l>(library: &'l Library, name: &str) -> Result<(&'l Pack, &'l Rule), Refusal> {
    let of_file = |rule: &Rule| is_within(library.sources.name(rule.id_at.file), Path::new(name));
    let found = library.rule(name).or_else(|| library.rules().find(|(_, rule)| of_file(rule)));
    found.ok_or_else(|| {
        let near = nearest(name, library.rules().map(|(_, rule)| &*rule.id));
        let refusal = Refusal::usage(format!("there is no rule `{name}`"));
        match near {
            Some(_) => refusal.did_you_mean(near),
            None => refusal.help("name a rule by its id or its file; `--rules PATH` says where the rules are"),
        }
    })
}

fn assemble(packs: &[Vec<File>], overrides: &BTreeMap<String, Value<'static>>) -> Library {
    let mut library = Library::new();
    for files in packs {
        library.add(files, overrides);
    }
    library
}

/// Reads `name=value` by the types that the packs give their settings.
fn overrides(settings: &[String], library: &Library) -> Result<BTreeMap<String, Value<'static>>, Refusal> {
    let mut overrides = BTreeMap::new();
    for text in settings {
        let Some((name, value)) = text.split_once('=') else {
            return Err(Refusal::usage(format!("`--set {text}` has no `=`")).help("write `--set name=value`"));
        };
        let name = name.trim().trim_start_matches('$');
        let Some(setting) = library.packs.iter().find_map(|pack| pack.settings.get(name)) else {
            let near = nearest(name, library.packs.iter().flat_map(|pack| pack.settings.names()));
            return Err(Refusal::usage(format!("the rules have no setting `{name}`")).did_you_mean(near));
        };
        let value = setting_from_text(value.trim(), setting.ty).map_err(|why| Refusal::usage(format!("the setting `{name}` cannot be set: {why}")))?;
        overrides.insert(name.to_owned(), value);
    }
    Ok(overrides)
}

/// Says whether a file, under the name that messages show, is a path or lies below it.
pub(super) fn is_within(file: &str, path: &Path) -> bool {
    let path = path.strip_prefix(".").unwrap_or(path);
    Path::new(file).starts_with(path)
}

/// Returns a number with its noun: `1 error`, `3 errors`.
pub(super) fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(number))
}

/// Writes a number in groups of three digits.
pub(super) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Says how many faults there are of each level.
pub(super) fn tally(tally: Tally) -> String {
    match (tally.errors, tally.warnings) {
        (0, 0) => "no faults".to_owned(),
        (errors, 0) => count(errors, "error"),
        (0, warnings) => count(warnings, "warning"),
        (errors, warnings) => format!("{}, {}", count(errors, "error"), count(warnings, "warning")),
    }
}
