//! `viva chat`: a conversation in the terminal, or through a pipe, one message a line.

mod command;
mod http;
mod local;
mod printer;
mod show;

use crate::args::ChatArgs;
use crate::failure::{Failure, Outcome};
use crate::remote::server_of;
use crate::terminal::input::{Input, Line};
use crate::terminal::progress::note;
use crate::terminal::{self, BOLD, DIM, RED, RESET, YELLOW};
use crate::wiring::Wiring;
use async_trait::async_trait;
use command::{Command, parse};
use futures::StreamExt;
use futures::stream::BoxStream;
use printer::Printer;
use serde_json::Value;
use viva_core::turn::Depth;

/// The file of the data folder that remembers what was typed.
const HISTORY: &str = "chat-history.txt";

/// One step of an answer, wherever it is made.
#[derive(Debug)]
pub(super) enum Step {
    /// What the message was taken for: the `query` of the API.
    Query(Value),
    /// A piece of the answer's Markdown.
    Delta(String),
    /// The whole answer, as the API gives it.
    Done(Box<Value>),
    /// It failed, or broke off.
    Failed(String),
}

/// What is said.
#[derive(Debug, Clone)]
pub(super) enum Said {
    Question(String),
    Deeper,
}

/// Where the conversations are: in this process, or in a server that holds the index. JSON is the API's.
#[async_trait]
pub(super) trait Talk: Send {
    /// A new conversation's id.
    async fn create(&mut self) -> Outcome<String>;
    /// Says something; dropping the stream stops the answer.
    async fn say(
        &mut self,
        conversation: &str,
        said: &Said,
        depth: Depth,
    ) -> Outcome<BoxStream<'static, Step>>;
    /// The latest conversations.
    async fn list(&mut self) -> Outcome<Vec<Value>>;
    /// One conversation with all its turns.
    async fn open(&mut self, conversation: &str) -> Outcome<Value>;
    /// How a turn's answer came about.
    async fn inspection(&mut self, conversation: &str, turn: &str) -> Outcome<Value>;
    /// Ends in order.
    async fn close(&mut self) {}
}

pub(crate) async fn run(wiring: &Wiring, args: ChatArgs, json: bool) -> Outcome<u8> {
    let depth: Depth = args.depth.parse().map_err(|error| Failure::usage(format!("--depth {error}")))?;
    let talk: Box<dyn Talk> = match wiring.home("viva chat") {
        Ok(home) => Box::new(local::Local::new(wiring, &home).await?),
        Err(error) => Box::new(http::Server::new(server_of(error)?, &wiring.settings)),
    };
    let mut chat = Chat { talk, conversation: None, depth, last: None, json, failed: false };
    if let Some(id) = args.open {
        chat.resume(&id).await?;
    }
    let mut input = Input::open(Some(wiring.settings.data.dir.join(HISTORY)))?;
    if input.is_terminal() {
        note(&format!(
            "{BOLD}Viva{RESET}  ask away; {BOLD}/help{RESET} lists the commands, Ctrl-C stops an answer, Ctrl-D leaves"
        ));
    }
    loop {
        let line = match input.next().await? {
            Line::Text(line) => line,
            Line::Interrupted => {
                note(&format!("{DIM}Ctrl-D leaves{RESET}"));
                continue;
            }
            Line::End => break,
        };
        match parse(&line) {
            Ok(Command::Nothing) => {}
            Ok(Command::Quit) => break,
            Ok(command) => {
                if let Err(failure) = chat.obey(command).await {
                    chat.failed = true;
                    failure.print(json);
                }
            }
            Err(hint) => note(&format!("{YELLOW}{hint}{RESET}")),
        }
    }
    chat.talk.close().await;
    // Somebody at a terminal has seen what failed; a script looks at the status.
    Ok(u8::from(chat.failed && !input.is_terminal()))
}

struct Chat {
    talk: Box<dyn Talk>,
    /// Made with the first message, so that looking around leaves nothing behind.
    conversation: Option<String>,
    depth: Depth,
    /// The last answer.
    last: Option<Value>,
    json: bool,
    failed: bool,
}

impl Chat {
    async fn obey(&mut self, command: Command) -> Outcome {
        match command {
            Command::Say(text) => self.say(Said::Question(text)).await,
            Command::Deeper => self.say(Said::Deeper).await,
            Command::Depth(depth) => {
                self.depth = depth;
                note(&format!("answers are {depth} from here on"));
                Ok(())
            }
            Command::Sources => self.with_last(|last| terminal::print(&show::sources(last))),
            Command::Why => self.why().await,
            Command::New => {
                self.conversation = None;
                self.last = None;
                note("a new conversation begins with your next question");
                Ok(())
            }
            Command::List => {
                let list = self.talk.list().await?;
                terminal::print(&show::conversations(&list));
                Ok(())
            }
            Command::Open(id) => self.resume(&id).await,
            Command::Export(file) => self.export(&file).await,
            Command::Help => {
                terminal::print(command::HELP);
                Ok(())
            }
            Command::Nothing | Command::Quit => Ok(()),
        }
    }

    async fn say(&mut self, said: Said) -> Outcome {
        let conversation = match &self.conversation {
            Some(id) => id.clone(),
            None => self.talk.create().await?,
        };
        self.conversation = Some(conversation.clone());
        let mut steps = self.talk.say(&conversation, &said, self.depth).await?;
        let mut printer = Printer::new(terminal::width(), self.json);
        loop {
            let step = tokio::select! {
                step = steps.next() => step,
                _ = tokio::signal::ctrl_c() => {
                    drop(steps);
                    printer.finish();
                    note(&format!("{YELLOW}stopped{RESET}"));
                    return Ok(());
                }
            };
            match step {
                Some(Step::Query(query)) => printer.understood(&query),
                Some(Step::Delta(text)) => printer.push(&text),
                Some(Step::Done(answer)) => {
                    printer.finish();
                    if self.json {
                        terminal::print(&format!("{answer}\n"));
                    } else {
                        terminal::print(&show::after(&answer));
                    }
                    self.last = Some(*answer);
                    return Ok(());
                }
                Some(Step::Failed(why)) => {
                    printer.finish();
                    return Err(Failure::new(why));
                }
                None => {
                    printer.finish();
                    return Err(Failure::new("the answer ended without an end"));
                }
            }
        }
    }

    fn with_last(&self, show: impl FnOnce(&Value)) -> Outcome {
        match &self.last {
            Some(last) => {
                show(last);
                Ok(())
            }
            None => Err(Failure::new("nothing was answered yet")),
        }
    }

    async fn why(&mut self) -> Outcome {
        let (Some(conversation), Some(last)) = (self.conversation.clone(), self.last.clone()) else {
            return Err(Failure::new("nothing was answered yet"));
        };
        let turn = last["id"].as_str().unwrap_or_default();
        let mut explained = last.clone();
        explained["inspection"] = self.talk.inspection(&conversation, turn).await?;
        terminal::print(&terminal::answer::explanation(&explained));
        Ok(())
    }

    async fn resume(&mut self, id: &str) -> Outcome {
        let opened = self.talk.open(id).await?;
        let turns = opened["turns"].as_array().map_or(&[][..], Vec::as_slice);
        self.last = turns.iter().rev().map(|turn| &turn["answer"]).find(|answer| !answer.is_null()).cloned();
        self.conversation = Some(id.to_owned());
        if !self.json {
            terminal::print(&show::conversation(&opened, terminal::width()));
        }
        Ok(())
    }

    async fn export(&mut self, file: &str) -> Outcome {
        let Some(conversation) = &self.conversation else {
            return Err(Failure::new("there is no conversation to export yet"));
        };
        let opened = self.talk.open(conversation).await?;
        std::fs::write(file, show::markdown(&opened))
            .map_err(|error| Failure::new(format!("cannot write {file}: {error}")))?;
        note(&format!("written to {file}"));
        Ok(())
    }
}

/// A failure in the middle of an answer, in one line.
fn said_of(problem: &Value) -> String {
    let part = |key: &str| problem[key].as_str().unwrap_or_default();
    match (part("title"), part("detail")) {
        ("", "") => format!("{RED}the server gave no reason{RESET}"),
        (title, "") => title.to_owned(),
        (title, detail) => format!("{title}: {detail}"),
    }
}
