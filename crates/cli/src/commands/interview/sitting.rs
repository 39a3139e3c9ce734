//! Sitting through an interview: prompt, line, what came of it, until it is over or left.

use super::command::{Command, HELP, parse};
use super::editor::{draft, edit};
use super::{Action, Examine, show};
use crate::failure::{Failure, Outcome};
use crate::terminal::input::{Input, Line};
use crate::terminal::progress::note;
use crate::terminal::{self, BOLD, DIM, RESET};
use crate::wiring::Wiring;
use serde_json::Value;
use std::time::Duration;

/// Between looks at an answer that another request is having graded.
const BETWEEN_LOOKS: Duration = Duration::from_millis(300);

pub(super) struct Sitting<'a> {
    wiring: &'a Wiring,
    examine: &'a mut dyn Examine,
    input: Input,
    json: bool,
    /// Whether a command was refused.
    failed: bool,
}

/// What follows a line.
enum Next {
    /// The interview as it is now.
    Goes(Value),
    /// The prompt is as it was.
    Stays,
    Leaves,
}

impl<'a> Sitting<'a> {
    pub(super) fn new(wiring: &'a Wiring, examine: &'a mut dyn Examine, input: Input, json: bool) -> Self {
        Self { wiring, examine, input, json, failed: false }
    }

    /// From `now` to the end; then the report.
    pub(super) async fn hold(mut self, mut now: Value) -> Outcome<u8> {
        let id = now["id"].as_str().ok_or_else(|| Failure::new("the interview has no id"))?.to_owned();
        self.greet(&now);
        let mut shown = Value::Null;
        while now["finished"] == false {
            if now["grading"] == true {
                tokio::time::sleep(BETWEEN_LOOKS).await;
                now = self.examine.show(&id).await?;
                continue;
            }
            if shown != now["prompt"] {
                note(&show::prompt(&now, terminal::width()));
                shown = now["prompt"].clone();
            }
            match self.line(&id, &now).await? {
                Next::Goes(next) => now = next,
                Next::Stays => {}
                Next::Leaves => break,
            }
        }
        self.end(&id, &now).await?;
        // Somebody at a terminal has seen what failed; a script looks at the status.
        Ok(u8::from(self.failed && !self.input.is_terminal()))
    }

    fn greet(&self, now: &Value) {
        if self.input.is_terminal() && now["finished"] == false {
            let silent = if now["mode"] == "live" { ", nothing is judged before the report" } else { "" };
            note(&format!(
                "{BOLD}Interview{RESET} {DIM}{}, seed {}{silent}; {RESET}{BOLD}/help{RESET}{DIM} lists the commands, Ctrl-D leaves{RESET}",
                show::text(now, "mode"),
                now["seed"]
            ));
        }
    }

    async fn line(&mut self, id: &str, now: &Value) -> Outcome<Next> {
        let line = match self.input.next().await? {
            Line::Text(line) => line,
            Line::Interrupted => {
                note(&format!("{DIM}Ctrl-D leaves; the interview can be resumed{RESET}"));
                return Ok(Next::Stays);
            }
            Line::End => return Ok(Next::Leaves),
        };
        let command = match parse(&line) {
            Ok(command) => command,
            Err(hint) => return Ok(self.refused(&Failure::usage(hint))),
        };
        match command {
            Command::Nothing => Ok(Next::Stays),
            Command::Quit => Ok(Next::Leaves),
            Command::Help => {
                note(HELP.trim_end());
                Ok(Next::Stays)
            }
            Command::Answer(text) => self.answer(id, text).await,
            Command::Edit => self.edit(id, now).await,
            Command::Hint => self.act(id, Action::Hint).await,
            Command::Skip => self.act(id, Action::Skip).await,
            Command::Reveal => self.act(id, Action::Reveal).await,
            Command::Finish => self.act(id, Action::Finish).await,
        }
    }

    /// An answer that is not taken ends a script: the next line would answer the wrong question.
    async fn answer(&mut self, id: &str, text: String) -> Outcome<Next> {
        match self.examine.act(id, Action::Answer(text)).await {
            Ok(outcome) => Ok(self.went(outcome)),
            Err(failure) if self.input.is_terminal() => {
                self.refused(&failure);
                // It may have been taken all the same, where only the response was lost.
                Ok(self.examine.show(id).await.map_or(Next::Stays, Next::Goes))
            }
            Err(failure) => Err(failure.hint(format!("`viva interview resume {id}` goes on"))),
        }
    }

    async fn act(&mut self, id: &str, action: Action) -> Outcome<Next> {
        match self.examine.act(id, action).await {
            Ok(outcome) => Ok(self.went(outcome)),
            Err(failure) => Ok(self.refused(&failure)),
        }
    }

    async fn edit(&mut self, id: &str, now: &Value) -> Outcome<Next> {
        if !self.input.is_terminal() {
            return Ok(self.refused(&Failure::usage("/edit needs a terminal")));
        }
        let folder = self.wiring.settings.data.dir.clone();
        let editor = self.wiring.environment.editor.as_deref();
        match edit(editor, &folder, show::text(&now["prompt"], "text")).await {
            Ok(Some(text)) => {
                let next = self.answer(id, text).await?;
                if let Next::Goes(_) = next {
                    let _ = std::fs::remove_file(draft(&folder));
                }
                Ok(next)
            }
            Ok(None) => {
                note(&format!("{DIM}nothing was written{RESET}"));
                Ok(Next::Stays)
            }
            Err(failure) => Ok(self.refused(&failure)),
        }
    }

    fn went(&self, outcome: Value) -> Next {
        if !self.json {
            terminal::print(&show::outcome(&outcome, terminal::width()));
        }
        Next::Goes(outcome)
    }

    fn refused(&mut self, failure: &Failure) -> Next {
        self.failed = true;
        failure.print(self.json);
        Next::Stays
    }

    /// The report, where there is one to be had: a live interview has none before its end.
    async fn end(&mut self, id: &str, now: &Value) -> Outcome {
        let is_over = now["finished"] == true;
        let go_on = format!("`viva interview resume {id}` goes on");
        if !is_over && now["mode"] == "live" && !self.input.is_terminal() {
            return Err(Failure::new("the answers ran out before the end of the interview")
                .hint(format!("{go_on}; a live interview has its report at the end")));
        }
        if !is_over {
            note(&format!("the interview is not finished; {go_on}"));
        }
        if self.input.is_terminal() && !is_over && !self.json {
            return Ok(());
        }
        if !is_over && now["mode"] == "live" {
            terminal::print_json(now);
            return Ok(());
        }
        let report = self.examine.report(id).await?;
        if self.json {
            terminal::print_json(&report);
        } else {
            terminal::print(&show::report(&report, terminal::width()));
        }
        Ok(())
    }
}
