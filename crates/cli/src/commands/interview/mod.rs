//! `viva interview`: being examined in the terminal, or through a pipe, one answer a line.

mod command;
mod editor;
mod http;
mod local;
mod show;
mod sitting;

use crate::args::{AnswersArg, InterviewArgs, InterviewCommand, ModeArg, StartArgs};
use crate::failure::{Failure, Outcome};
use crate::remote::server_of;
use crate::terminal::{self, input::Input};
use crate::wiring::Wiring;
use async_trait::async_trait;
use serde_json::{Value, json};
use sitting::Sitting;

/// Where the answers come from.
fn lines(answers: &AnswersArg) -> Outcome<Input> {
    answers.answers.as_deref().map_or_else(|| Input::open(None), Input::of_file)
}

/// What is done in an interview.
#[derive(Debug, Clone)]
pub(super) enum Action {
    Answer(String),
    Hint,
    Skip,
    Reveal,
    Finish,
}

/// Where interviews are held: in this process, or in a server that holds the index. JSON is the API's.
#[async_trait]
pub(super) trait Examine: Send {
    /// Begins one, about anything.
    async fn start(&mut self, request: &StartArgs) -> Outcome<Value>;
    /// Begins one about what is due for review.
    async fn review(&mut self, request: &StartArgs) -> Outcome<Value>;
    /// One as it stands.
    async fn show(&mut self, id: &str) -> Outcome<Value>;
    async fn act(&mut self, id: &str, action: Action) -> Outcome<Value>;
    async fn report(&mut self, id: &str) -> Outcome<Value>;
    async fn markdown(&mut self, id: &str) -> Outcome<String>;
    /// The latest ones.
    async fn list(&mut self) -> Outcome<Vec<Value>>;
    /// What is due for review.
    async fn due(&mut self) -> Outcome<Value>;
    async fn progress(&mut self) -> Outcome<Value>;
    /// Ends in order.
    async fn close(&mut self) {}
}

pub(crate) async fn run(wiring: &Wiring, args: InterviewArgs, json: bool) -> Outcome<u8> {
    let InterviewArgs { command, start } = args;
    let mut examine = open(wiring, "viva interview").await?;
    let done = match command {
        None => begin(wiring, &mut *examine, &start, json).await,
        Some(InterviewCommand::Resume { id, answers }) => {
            let input = lines(&answers)?;
            resume(wiring, &mut *examine, id, input, json).await
        }
        Some(InterviewCommand::Report { id, markdown }) => {
            report(&mut *examine, &id, markdown, json).await.map(|()| 0)
        }
        Some(InterviewCommand::List) => list(&mut *examine, json).await.map(|()| 0),
    };
    examine.close().await;
    done
}

/// Where interviews are held now.
pub(super) async fn open(wiring: &Wiring, command: &str) -> Outcome<Box<dyn Examine>> {
    Ok(match wiring.home(command) {
        Ok(home) => Box::new(local::Local::new(wiring, &home).await?),
        Err(error) => Box::new(http::Server::new(server_of(error)?, &wiring.settings)),
    })
}

async fn begin(wiring: &Wiring, examine: &mut dyn Examine, start: &StartArgs, json: bool) -> Outcome<u8> {
    // An answers file that cannot be read must not leave an interview behind.
    let input = lines(&start.answers)?;
    let begun = examine.start(start).await?;
    Sitting::new(wiring, examine, input, json).hold(begun).await
}

/// Sits through the interview about what is due.
pub(super) async fn sit_review(
    wiring: &Wiring,
    examine: &mut dyn Examine,
    start: &StartArgs,
    json: bool,
) -> Outcome<u8> {
    let input = lines(&start.answers)?;
    let begun = examine.review(start).await?;
    Sitting::new(wiring, examine, input, json).hold(begun).await
}

async fn resume(
    wiring: &Wiring,
    examine: &mut dyn Examine,
    id: Option<String>,
    input: Input,
    json: bool,
) -> Outcome<u8> {
    let id = match id {
        Some(id) => id,
        None => latest_open(examine).await?,
    };
    let found = examine.show(&id).await?;
    Sitting::new(wiring, examine, input, json).hold(found).await
}

async fn latest_open(examine: &mut dyn Examine) -> Outcome<String> {
    let listed = examine.list().await?;
    let open = listed.iter().find(|one| one["finished"] == false).and_then(|one| one["id"].as_str());
    open.map(str::to_owned).ok_or_else(|| {
        Failure::new("there is no interview to go on with").hint("`viva interview` begins one")
    })
}

async fn report(examine: &mut dyn Examine, id: &str, markdown: bool, json: bool) -> Outcome {
    if markdown {
        terminal::print(&examine.markdown(id).await?);
        return Ok(());
    }
    let report = examine.report(id).await?;
    if json {
        terminal::print_json(&report);
    } else {
        terminal::print(&show::report(&report, terminal::width()));
    }
    Ok(())
}

async fn list(examine: &mut dyn Examine, json: bool) -> Outcome {
    let listed = examine.list().await?;
    if json {
        terminal::print_json(&json!({ "interviews": listed }));
    } else {
        terminal::print(&show::list(&listed));
    }
    Ok(())
}

/// What the API is asked for.
fn body(start: &StartArgs) -> Value {
    let StartArgs { role, level, modules, focus, questions, follow_ups, mode, seed, answers: _ } = start;
    json!({
        "mode": mode.as_str(), "role": role, "level": level, "modules": modules, "focus": focus,
        "questions": questions, "follow_ups_per_question": follow_ups, "seed": seed,
    })
}

impl ModeArg {
    fn as_str(self) -> &'static str {
        match self {
            Self::Practice => "practice",
            Self::Live => "live",
        }
    }
}
