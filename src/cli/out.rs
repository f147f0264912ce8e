//! The three streams of a command: what it may read, its answer, and its talk.
//!
//! The answer goes to stdout and is all that a script sees; everything else goes to stderr. Knows whether somebody looks on and
//! whether colours are wanted. A reader who leaves early (`| head`) is no fault: the rest of the answer is thrown away.

use std::fmt::Display;
use std::io::{self, IsTerminal, Read, Write};

use anstyle::{AnsiColor, Style};

use super::exit::{Exit, Refusal};
use super::table::Table;

/// Headings of tables, and what deserves the first look.
pub(super) const STRONG: Style = Style::new().bold();
/// What is said on the side.
pub(super) const FAINT: Style = Style::new().dimmed();
/// What is well.
pub(super) const GOOD: Style = AnsiColor::Green.on_default();
/// What is not.
pub(super) const BAD: Style = AnsiColor::Red.on_default().bold();
/// What may not be.
pub(super) const DOUBTFUL: Style = AnsiColor::Yellow.on_default();
/// What to do about it.
const ADVICE: Style = AnsiColor::Cyan.on_default();

/// When colours are used.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, clap::ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Who is at the other end.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Onlookers {
    /// Whether a person types the input.
    pub input: bool,
    /// Whether a person reads the answer as it comes.
    pub answer: bool,
    /// Whether a person reads the talk as it comes.
    pub talk: bool,
    /// How many columns they see.
    pub width: Option<usize>,
    /// Whether the answer has colours when nobody says otherwise.
    pub answer_colored: bool,
    /// Whether the talk has colours when nobody says otherwise.
    pub talk_colored: bool,
}

/// The streams of a command.
pub struct Out<'w> {
    stdin: Option<&'w mut dyn Read>,
    answer: &'w mut dyn Write,
    talk: &'w mut dyn Write,
    onlookers: Onlookers,
    /// Why the answer could not be written, where that is a fault.
    broken: Option<io::Error>,
    /// Whether nobody reads the answer any more.
    closed: bool,
}

impl<'w> Out<'w> {
    /// Makes streams at whose other ends are programs.
    pub fn new(stdin: &'w mut dyn Read, answer: &'w mut dyn Write, talk: &'w mut dyn Write) -> Self {
        Out { stdin: Some(stdin), answer, talk, onlookers: Onlookers::default(), broken: None, closed: false }
    }

    /// Says who is at the other ends.
    pub fn watched_by(mut self, onlookers: Onlookers) -> Self {
        self.onlookers = onlookers;
        self
    }

    /// Uses colours, or not.
    pub fn choose(&mut self, color: Color) {
        let choice = match color {
            Color::Auto => return,
            Color::Always => true,
            Color::Never => false,
        };
        self.onlookers.answer_colored = choice;
        self.onlookers.talk_colored = choice;
    }

    /// Returns who is at the other ends.
    pub fn onlookers(&self) -> Onlookers {
        self.onlookers
    }

    /// Returns stdin, to the first who asks.
    pub fn take_stdin(&mut self) -> Option<&'w mut dyn Read> {
        self.stdin.take()
    }

    /// Writes a part of the answer as it is.
    pub fn print(&mut self, text: impl Display) {
        self.write(|answer| write!(answer, "{text}"));
    }

    /// Writes a line of the answer.
    pub fn line(&mut self, text: impl Display) {
        self.write(|answer| writeln!(answer, "{text}"));
    }

    /// Writes bytes of the answer as they are.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.write(|answer| answer.write_all(bytes));
    }

    /// Sends on what has been written of the answer.
    pub fn flush(&mut self) {
        self.write(|answer| answer.flush());
    }

    fn write(&mut self, act: impl FnOnce(&mut dyn Write) -> io::Result<()>) {
        if self.is_closed() {
            return;
        }
        match act(self.answer) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => self.closed = true,
            Err(error) => self.broken = Some(error),
        }
    }

    /// Says whether further answers reach nobody, so that making them is idle work.
    pub fn is_closed(&self) -> bool {
        self.closed || self.broken.is_some()
    }

    /// Says a line on the side.
    pub fn say(&mut self, text: impl Display) {
        // On a terminal both streams are one page: what was answered before stands before it.
        self.flush();
        // Nobody can be told that talk cannot be heard.
        let _ = writeln!(self.talk, "{text}");
    }

    /// Says why a command does not do its work.
    pub fn refuse(&mut self, refusal: &Refusal) -> Exit {
        self.fault("error", BAD, &refusal.message);
        if let Some(help) = &refusal.help {
            self.fault("help", ADVICE, help);
        }
        refusal.exit
    }

    /// Says that something may be wrong, and goes on.
    pub fn warn(&mut self, message: impl Display) {
        self.fault("warning", DOUBTFUL, message);
    }

    fn fault(&mut self, word: &str, style: Style, message: impl Display) {
        let word = paint_if(self.onlookers.talk_colored, style, word);
        self.say(format_args!("{word}: {message}"));
    }

    /// Writes a table as the answer.
    pub(super) fn table(&mut self, table: &Table) {
        let Onlookers { answer, answer_colored, width, .. } = self.onlookers;
        for line in table.lines(answer_colored, width.filter(|_| answer)) {
            if self.is_closed() {
                return;
            }
            self.line(line);
        }
    }

    /// Says a table on the side.
    pub(super) fn say_table(&mut self, table: &Table) {
        let Onlookers { talk, talk_colored, width, .. } = self.onlookers;
        table.lines(talk_colored, width.filter(|_| talk)).for_each(|line| self.say(line));
    }

    /// Returns a text of the answer in a style, if colours are wanted.
    pub fn paint(&self, style: Style, text: &str) -> String {
        paint_if(self.onlookers.answer_colored, style, text)
    }

    /// Returns a text of the talk in a style, if colours are wanted.
    pub fn paint_talk(&self, style: Style, text: &str) -> String {
        paint_if(self.onlookers.talk_colored, style, text)
    }

    /// Ends the command: an answer that could not be written is a failure, however well the rest went.
    pub fn finish(&mut self, exit: Exit) -> Exit {
        self.flush();
        match self.broken.take() {
            Some(error) => {
                self.closed = true;
                let refusal = Refusal::world(format!("the output cannot be written: {error}"));
                self.refuse(&refusal)
            }
            None => exit,
        }
    }
}

impl std::fmt::Debug for Out<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Out").field("onlookers", &self.onlookers).field("closed", &self.closed).finish_non_exhaustive()
    }
}

impl Onlookers {
    /// Finds out who is at the ends of the process's own streams.
    pub fn of_process() -> Self {
        let colored = |choice| choice != anstream::ColorChoice::Never;
        Onlookers {
            input: io::stdin().is_terminal(),
            answer: io::stdout().is_terminal(),
            talk: io::stderr().is_terminal(),
            width: terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)),
            answer_colored: colored(anstream::AutoStream::choice(&io::stdout())),
            talk_colored: colored(anstream::AutoStream::choice(&io::stderr())),
        }
    }
}

fn paint_if(colored: bool, style: Style, text: &str) -> String {
    if colored { format!("{style}{text}{style:#}") } else { text.to_owned() }
}
