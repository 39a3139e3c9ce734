//! `/c/{id}/turns/{turn}/inside`: how an answer came about.

use super::answer::mode_badge;
use super::inside_retrieval as retrieval;
use super::layout::{Chrome, Page, Tab, document};
use super::text::{count, depth_name, duration, encode, percent, title};
use maud::{Markup, html};
use std::time::Duration;
use viva_core::chat::Speaker;
use viva_core::conversation::TurnRecord;
use viva_core::guide::Guide;
use viva_core::id::QuestionId;
use viva_core::turn::{Answer, Coverage, Generation, Inspection, Timings};

/// How one answer came about.
#[derive(Debug, Clone, Copy)]
pub struct InsidePage<'a> {
    /// The turn.
    pub turn: &'a TurnRecord,
    /// Its answer.
    pub answer: &'a Answer,
    /// What was kept of its making; `None` where that is gone.
    pub inspection: Option<&'a Inspection>,
    /// For titles and for the entries about each stage.
    pub guide: &'a Guide,
}

/// Renders the page.
pub fn inside_page(chrome: Chrome<'_>, view: &InsidePage<'_>) -> String {
    let back = format!("/c/{}#turn-{}", encode(&view.turn.conversation), view.turn.number);
    let main = html! {
        div class="page" {
            p class="crumbs" { a href=(back) { "Back to the answer" } }
            h1 { "How this answer was made" }
            p class="lead" { "“" (title(&view.answer.query.original)) "”" }
            (body(view))
        }
    };
    let page = Page {
        title: "Look inside",
        tab: Some(Tab::Ask),
        scripts: &[],
        class: "",
        context: None,
        companion: None,
        main,
    };
    document(chrome, page)
}

/// The stages alone, for another page to put in.
pub fn inside_block(view: &InsidePage<'_>) -> String {
    body(view).into_string()
}

fn body(view: &InsidePage<'_>) -> Markup {
    html! {
        (way(view))
        (times(&view.answer.timings))
        ol class="stages" {
            (stage("understood", "Understood", understood(view), view.guide, &["rag", "viva-rag-walkthrough"]))
            @if let Some(inspection) = view.inspection {
                @let about = ["embeddings", "vector-database", "reranking-hybrid-search"];
                @let found = retrieval::found(view.guide, inspection);
                (stage("retrieved", "Retrieved and fused", found, view.guide, &about))
                (stage("covered", "Covered", covered(&inspection.coverage), view.guide, &["rag-evaluation", "classification-metrics"]))
                (stage("chosen", "Chosen", retrieval::chosen(view.guide, inspection), view.guide, &["chunking-strategies"]))
                @let about = ["prompt-engineering", "prompt-injection-guardrails"];
                (stage("prompt", "Prompt", prompt(inspection.generation.as_ref()), view.guide, &about))
            } @else {
                li { p class="notice" { "The details of the search are not kept for this answer. Ask again to see them." } }
            }
            (stage("answered", "Answer", answered(view), view.guide, &["hallucination", "llm-inference-optimization"]))
        }
    }
}

fn stage(id: &str, name: &str, content: Markup, guide: &Guide, entries: &[&str]) -> Markup {
    let known = entries.iter().filter_map(|id| guide.question(&QuestionId::new(*id).ok()?));
    let known: Vec<_> = known.collect();
    html! {
        li {
            h2 id=(id) { (name) }
            (content)
            @if !known.is_empty() {
                p class="read" { span class="muted" { "In the guide: " } @for (at, question) in known.iter().enumerate() {
                    @if at > 0 { " · " } a href={ "/questions/" (question.id) } { (title(&question.text)) }
                } }
            }
        }
    }
}

/// The pipeline from left to right, each stage with one number.
fn way(view: &InsidePage<'_>) -> Markup {
    let of = |tell: &dyn Fn(&Inspection) -> String| view.inspection.map(tell).unwrap_or_default();
    let candidates = of(&|inspection| count(inspection.candidates.len(), "candidate", "candidates"));
    let probability = of(&|inspection| format!("{:.2}", inspection.coverage.probability));
    let evidence = of(&|inspection| count(inspection.evidence_tokens, "token", "tokens"));
    let prompt = match view.inspection.and_then(|inspection| inspection.generation.as_ref()) {
        Some(generation) => count(generation.prompt.len(), "message", "messages"),
        None => "none".to_owned(),
    };
    let stages = [
        ("understood", "Understood", duration(view.answer.timings.understand)),
        ("retrieved", "Retrieved", candidates),
        ("covered", "Covered", probability),
        ("chosen", "Chosen", evidence),
        ("prompt", "Prompt", prompt),
        ("answered", "Answer", duration(view.answer.timings.total)),
    ];
    html! {
        nav aria-label="Stages" { ol class="way" {
            @for (id, name, number) in stages.iter().filter(|(id, ..)| view.inspection.is_some() || matches!(*id, "understood" | "answered")) {
                li { a href={ "#" (id) } { (name) span { (number) } } }
            }
        } }
    }
}

/// Where the time went, as one bar.
fn times(timings: &Timings) -> Markup {
    let Timings { understand, embed, search, first_token, total } = *timings;
    let choose = first_token.saturating_sub(understand + embed + search);
    let write = total.saturating_sub(first_token);
    let parts = [
        ("f-control", "Understand", understand),
        ("f-dense", "Embed", embed),
        ("f-bm25", "Search", search),
        ("f-muted", "Choose and prompt", choose),
        ("f-text", "Write and check", write),
    ];
    let whole = parts.iter().map(|(.., time)| *time).sum::<Duration>().as_secs_f64().max(f64::MIN_POSITIVE);
    let mut from = 0.0;
    let bars = parts.map(|(class, name, time)| {
        let width = time.as_secs_f64() / whole * 1_000.0;
        from += width;
        (class, name, time, from - width, width)
    });
    html! {
        div class="stack" {
            svg class="bar5" viewBox="0 0 1000 20" preserveAspectRatio="none" role="img"
                aria-label={ "Where " (duration(total)) " went; the list has the numbers" } {
                @for (class, _, _, from, width) in &bars {
                    rect class=(class) x=(format!("{from:.2}")) y="0" width=(format!("{width:.2}")) height="20" {}
                }
            }
            ul class="legend" {
                @for (class, name, time, ..) in &bars {
                    li {
                        svg class="key" viewBox="0 0 12 12" aria-hidden="true" { rect class=(class) width="12" height="12" {} }
                        (name) " " span class="num" { (duration(*time)) }
                    }
                }
                li { "Total " span class="num" { (duration(total)) } }
            }
        }
    }
}

fn understood(view: &InsidePage<'_>) -> Markup {
    let query = &view.answer.query;
    html! {
        p {
            @if query.original == query.standalone { "The question was complete in itself and was searched as asked, for a " }
            @else { "The question was completed before it was searched, for a " }
            (depth_name(view.answer.depth).to_lowercase()) " answer."
        }
        dl class="figures" {
            div { dt { "Asked" } dd { (query.original) } }
            @if query.original != query.standalone { div { dt { "Searched" } dd { (query.standalone) } } }
            @if let Some(reason) = &query.reason { div { dt { "Because" } dd { (reason) } } }
        }
    }
}

fn covered(coverage: &Coverage) -> Markup {
    let Coverage { covered, probability, threshold, features } = coverage;
    html! {
        p {
            "The guide " (if *covered { "covers" } else { "does not cover" }) " the question: a logistic regression puts it at "
            (percent(*probability)) ", and " (percent(*threshold)) " is enough."
        }
        @if !features.is_empty() {
            div class="table" role="group" tabindex="0" aria-label="Features of the verdict" {
                table {
                    thead { tr {
                        th scope="col" { "Feature" }
                        th scope="col" class="num" { "Value" }
                        th scope="col" class="num" { "Adds to the log-odds" }
                    } }
                    tbody { @for feature in features { tr {
                        td { (feature.name.replace('_', " ")) }
                        td class="num" { (without_zero_sign(format!("{:.3}", feature.value))) }
                        td class="num" { (without_zero_sign(format!("{:+.2}", feature.contribution))) }
                    } } }
                }
            }
        }
    }
}

/// A number as written, but for the sign of what was rounded to zero.
fn without_zero_sign(number: String) -> String {
    let is_zero = number.chars().all(|c| !c.is_ascii_digit() || c == '0');
    if is_zero { number.trim_start_matches(['-', '+']).to_owned() } else { number }
}

fn prompt(generation: Option<&Generation>) -> Markup {
    let Some(generation) = generation else {
        return html! { p { "No language model took part, so there was no prompt: the answer is the guide's own text." } };
    };
    let Generation { model, prompt_version, prompt, stop: _, dropped_markers: _ } = generation;
    let bytes: usize = prompt.iter().map(|message| message.text.len()).sum();
    html! {
        p { (model) " was sent " (count(prompt.len(), "message", "messages")) ", " (bytes) " bytes, prompt version " (prompt_version) "." }
        @for message in prompt {
            details class="prompt" {
                summary { (speaker(message.speaker)) ", " (count(message.text.chars().count(), "character", "characters")) }
                pre role="group" tabindex="0" aria-label={ "Message: " (speaker(message.speaker)) } { (message.text) }
            }
        }
    }
}

fn speaker(speaker: Speaker) -> &'static str {
    match speaker {
        Speaker::System => "System",
        Speaker::User => "User",
        Speaker::Assistant => "Assistant",
    }
}

fn answered(view: &InsidePage<'_>) -> Markup {
    let answer = view.answer;
    let generation = view.inspection.and_then(|inspection| inspection.generation.as_ref());
    html! {
        p {
            "The answer has " (count(answer.citations.len(), "citation", "citations")) "; each marker was checked against the evidence, and "
            (count(answer.grounding.unsupported.len(), "sentence names", "sentences name")) " numbers or identifiers that stand in no source."
        }
        dl class="figures" {
            div { dt { "Mode" } dd { (mode_badge(answer, generation.map(|generation| generation.model.as_str()))) } }
            div { dt { "First words after" } dd { (duration(answer.timings.first_token)) } }
            @if let Some(usage) = answer.usage {
                div { dt { "Tokens read" } dd { (usage.input_tokens) } }
                div { dt { "Tokens written" } dd { (usage.output_tokens) } }
            }
            @if let Some(generation) = generation {
                div { dt { "Markers taken out" } dd { (generation.dropped_markers) } }
                @if let Some(stop) = &generation.stop { div { dt { "Stopped" } dd { (stop) } } }
            }
            div { dt { "Guide revision" } dd { (answer.revision.short()) } }
        }
    }
}
