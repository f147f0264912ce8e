//! Where a secret, and an answer of the person at the terminal, comes from.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::okta::Secret;

use super::super::exit::Refusal;
use super::super::files::plain;
use super::super::out::Out;
use super::surroundings::Surroundings;

/// Most bytes of a file with a secret; a client secret has 64.
const BYTES_MAX: u64 = 64 * 1024;

/// Where the client secret is.
#[derive(Debug, clap::Args)]
pub(super) struct SecretArgs {
    /// A file with the client secret; `-` is stdin [default: CLARION_OKTA_CLIENT_SECRET, else a prompt]
    #[arg(long, value_name = "FILE")]
    client_secret_file: Option<PathBuf>,
}

impl SecretArgs {
    /// Says whether a client secret is given, so that nobody need be asked.
    pub(super) fn is_given(&self, around: &Surroundings) -> bool {
        self.client_secret_file.is_some() || around.client_secret.is_some()
    }

    /// Returns the client secret: of the file, the environment or the person at the terminal.
    pub(super) fn read(&self, around: &Surroundings, out: &mut Out<'_>) -> Result<Secret, Refusal> {
        if let Some(path) = &self.client_secret_file {
            return read_file(path, out);
        }
        if let Some(secret) = &around.client_secret {
            return Ok(secret.clone());
        }
        if !out.onlookers().input {
            return Err(Refusal::usage("the client secret is not given")
                .help("set CLARION_OKTA_CLIENT_SECRET or name a file with `--client-secret-file`; `-` is stdin"));
        }
        out.flush();
        let typed = rpassword::prompt_password("Client Secret (the value shown during Install & Authorize): ");
        typed.map(Secret::new).map_err(|error| Refusal::world(format!("the client secret cannot be read from the terminal: {}", plain(&error))))
    }
}

fn read_file(path: &Path, out: &mut Out<'_>) -> Result<Secret, Refusal> {
    let refuse = |error: std::io::Error| Refusal::world(format!("cannot read the client secret from `{}`: {}", path.display(), plain(&error)));
    let mut text = Zeroizing::new(String::new());
    if path == Path::new("-") {
        let stdin = out.take_stdin().ok_or_else(|| Refusal::usage("`-` can be read only once"))?;
        stdin.take(BYTES_MAX).read_to_string(&mut text).map_err(refuse)?;
    } else {
        let file = std::fs::File::open(path).map_err(refuse)?;
        file.take(BYTES_MAX).read_to_string(&mut text).map_err(refuse)?;
    }
    Ok(Secret::new(text.trim().to_owned()))
}

/// Returns a value that was given, or asks the person at the terminal for it.
pub(super) fn ask(given: Option<&str>, label: &str, option: &str, hint: &str, out: &mut Out<'_>) -> Result<String, Refusal> {
    if let Some(given) = given {
        return Ok(given.to_owned());
    }
    if !out.onlookers().input {
        return Err(Refusal::usage(format!("the {label} is not given")).help(format!("`{option}`: {hint}")));
    }
    out.say(format_args!("{label} ({hint}):"));
    line()
}

/// Asks whether something that cannot be undone is to be done.
pub(super) fn confirm(yes: bool, question: &str, out: &mut Out<'_>) -> Result<bool, Refusal> {
    if yes {
        return Ok(true);
    }
    if !out.onlookers().input {
        return Err(Refusal::usage(format!("{question} nobody is there to say so")).help("`--yes` says so"));
    }
    out.say(format_args!("{question} [y/N]"));
    Ok(matches!(line()?.to_lowercase().as_str(), "y" | "yes"))
}

/// Reads a line from the terminal.
fn line() -> Result<String, Refusal> {
    let mut line = String::new();
    let read = BufReader::new(std::io::stdin().take(BYTES_MAX)).read_line(&mut line);
    read.map_err(|error| Refusal::world(format!("cannot read from the terminal: {}", plain(&error))))?;
    Ok(line.trim().to_owned())
}
