//! `viva search`: sections of the guide, best first.

use super::question;
use crate::args::SearchArgs;
use crate::failure::{Failure, Outcome};
use crate::remote::server_of;
use crate::terminal::{self, answer};
use crate::wiring::Wiring;
use viva_assistant::{Assistant, SearchRequest};
use viva_core::id::{ModuleId, Role};
use viva_core::search::{Filter, LegChoice};

pub(crate) async fn run(wiring: &Wiring, args: SearchArgs, json: bool) -> Outcome<u8> {
    let question = question(&args.question)?;
    let found = match wiring.home("viva search") {
        Ok(home) => {
            let filter = filter(&args)?;
            let assistant = wiring.searching(&home).await?;
            check_filter(&assistant, &filter)?;
            let request = SearchRequest { question, k: usize::from(args.k), filter, legs: LegChoice::Hybrid };
            let outcome = assistant.search(&request).await.map_err(|error| Failure::of(&error))?;
            viva_service::search_json(outcome)
        }
        Err(error) => {
            let mut query = vec![("q", question.as_str().to_owned()), ("k", args.k.to_string())];
            let filters = [("module", &args.module), ("level", &args.level), ("role", &args.role)];
            query.extend(filters.into_iter().filter_map(|(name, value)| Some((name, value.clone()?))));
            server_of(error)?.call(&wiring.settings, "/api/v1/search", &query, None).await?
        }
    };
    if json {
        terminal::print_json(&found);
    } else {
        terminal::print(&answer::hits(&found, terminal::width(), args.explain));
    }
    Ok(u8::from(!found["covered"].as_bool().unwrap_or(false)))
}

fn filter(args: &SearchArgs) -> Outcome<Filter> {
    let usage = |flag: &str, error: &dyn std::fmt::Display| Failure::usage(format!("{flag}: {error}"));
    Ok(Filter {
        module: args
            .module
            .as_deref()
            .map(ModuleId::new)
            .transpose()
            .map_err(|error| usage("--module", &error))?,
        level: args.level.as_deref().map(str::parse).transpose().map_err(|error| usage("--level", &error))?,
        role: args.role.as_deref().map(Role::new).transpose().map_err(|error| usage("--role", &error))?,
        questions: Vec::new(),
    })
}

/// A filter that names what the guide does not have would find nothing and say nothing.
pub(crate) fn check_filter(assistant: &Assistant, filter: &Filter) -> Outcome {
    let guide = &assistant.edition().map_err(|reason| Failure::of(&reason))?.guide;
    if let Some(module) = &filter.module
        && guide.module(module).is_none()
    {
        let known: Vec<&str> = guide.modules().iter().map(|module| module.id.as_str()).collect();
        return Err(
            Failure::usage(format!("--module: the guide has no module `{module}`")).hint(known.join(", "))
        );
    }
    if let Some(role) = &filter.role
        && !guide.questions().any(|question| question.roles.contains(role))
    {
        let mut known: Vec<&str> = guide.questions().flat_map(|q| &q.roles).map(Role::as_str).collect();
        known.sort_unstable();
        known.dedup();
        return Err(Failure::usage(format!("--role: the guide has no role `{role}`")).hint(known.join(", ")));
    }
    Ok(())
}
