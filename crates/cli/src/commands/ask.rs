//! `viva ask`: one question, one answer.

use super::question;
use crate::args::AskArgs;
use crate::failure::{Failure, Outcome};
use crate::remote::server_of;
use crate::terminal::{self, answer};
use crate::wiring::Wiring;
use futures::StreamExt;
use serde_json::{Value, json};
use std::pin::pin;
use viva_core::id::ModuleId;
use viva_core::search::Filter;
use viva_core::turn::{AnswerEvent, Ask, Depth};

pub(crate) async fn run(wiring: &Wiring, args: AskArgs, json: bool) -> Outcome<u8> {
    let AskArgs { question: words, depth, module, explain } = args;
    let depth: Depth = depth.parse().map_err(|error| Failure::usage(format!("--depth {error}")))?;
    let question = question(&words)?;
    let answered = match wiring.home("viva ask") {
        Ok(home) => {
            let module = module
                .map(ModuleId::new)
                .transpose()
                .map_err(|error| Failure::usage(format!("--module: {error}")))?;
            let filter = Filter { module, ..Filter::default() };
            let ask = Ask { question, depth, filter, inspect: explain };
            local(wiring, &home, ask).await?
        }
        Err(error) => {
            let body = json!({ "question": question.as_str(), "depth": depth.as_str(), "module": module, "inspect": explain });
            server_of(error)?.call(&wiring.settings, "/api/v1/ask", &[], Some(body)).await?
        }
    };
    if json {
        terminal::print_json(&answered);
    } else {
        terminal::print(&answer::answer(&answered, terminal::width()));
        if explain {
            terminal::print(&answer::explanation(&answered));
        }
    }
    Ok(u8::from(!answered["covered"].as_bool().unwrap_or(false)))
}

async fn local(wiring: &Wiring, home: &crate::wiring::OpenedHome, ask: Ask) -> Outcome<Value> {
    // Only a model needs the database: its tokens are counted there.
    let model = match &wiring.settings.model {
        Some(_) => wiring.model(wiring.store().await? as _).await?,
        None => None,
    };
    let assistant = wiring.asking(home, model).await?;
    super::search::check_filter(&assistant, &ask.filter)?;
    let mut events = pin!(assistant.answer(ask));
    while let Some(event) = events.next().await {
        match event {
            AnswerEvent::Done(answer) => return Ok(viva_service::answer_json(*answer)),
            AnswerEvent::Failed(failure) => return Err(Failure::new(failure.detail)),
            _ => {}
        }
    }
    Err(Failure::new("the answer ended without an end: this is a mistake in Viva"))
}
