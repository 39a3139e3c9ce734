//! The guide, the inside of an answer, what is not found.

use super::Text;
use super::data::{answer, chrome, id, inspection, record};
use std::collections::HashMap;
use viva_core::conversation::TurnOutcome;
use viva_core::guide::{Guide, Question};
use viva_core::id::ModuleId;
use viva_web::pages::{
    Advice, EntryPage, FilterChoice, GuideFilter, GuidePage, InsidePage, ModulePage, Progress, Results,
    Theme, entry_page, error_page, guide_page, inside_page, module_page, not_found_page, results_block,
};

pub(super) fn browsing(guide: &Guide, theme: Theme, t: Text<'_>) -> Vec<(&'static str, String)> {
    let chrome = chrome(theme);
    let inspection = inspection(t);
    let answer = answer(guide, t);
    let turn = record(1, Some(t("and why does it exist?")), TurnOutcome::Answered(Box::new(answer.clone())));
    let progress: HashMap<ModuleId, Progress> = guide
        .modules()
        .iter()
        .enumerate()
        .map(|(at, module)| (module.id.clone(), Progress { seen: at * 3 % 11, due: at % 3 }))
        .collect();
    let choice = FilterChoice::of(guide);
    let q = t("lock");
    let found: Vec<&Question> = guide.questions().take(30).collect();
    let results = Results { total: found.len() + 12, questions: found };
    let mut pages = vec![
        (
            "inside",
            inside_page(
                chrome,
                &InsidePage { turn: &turn, answer: &answer, inspection: Some(&inspection), guide },
            ),
        ),
        (
            "inside-gone",
            inside_page(chrome, &InsidePage { turn: &turn, answer: &answer, inspection: None, guide }),
        ),
        (
            "guide",
            guide_page(
                chrome,
                &GuidePage {
                    guide,
                    filter: GuideFilter::default(),
                    choice: &choice,
                    results: None,
                    progress: &progress,
                },
            ),
        ),
        (
            "guide-search",
            guide_page(
                chrome,
                &GuidePage {
                    guide,
                    filter: GuideFilter { q: &q, level: "mid", role: "", focus: "" },
                    choice: &choice,
                    results: Some(results.clone()),
                    progress: &progress,
                },
            ),
        ),
        ("results-block", results_block(&results)),
        (
            "guide-nothing",
            guide_page(
                chrome,
                &GuidePage {
                    guide,
                    filter: GuideFilter { q: &q, ..GuideFilter::default() },
                    choice: &choice,
                    results: Some(Results { questions: Vec::new(), total: 0 }),
                    progress: &progress,
                },
            ),
        ),
        ("not-found", not_found_page(chrome)),
        (
            "error",
            error_page(
                chrome,
                &Advice {
                    title: &t("The guide cannot be searched now"),
                    detail: &t("The index is being built: 212 of 520 entries."),
                    remedy: "Try again in a moment.",
                    request_id: Some(&t("01990c9e")),
                    retry: Some("/"),
                },
            ),
        ),
    ];
    if let Some(module) = guide.modules().get(8).or_else(|| guide.modules().first()) {
        pages.push(("module", module_page(chrome, &ModulePage { guide, module, progress: &progress })));
    }
    for (name, question) in [
        ("entry", "gil"),
        ("entry-diagram", "fault-tolerance"),
        ("entry-groups", "design-netflix"),
        ("entry-sequence", "cap-theorem-consistency"),
        ("entry-wide", "design-notification-system"),
    ] {
        if let Some(question) = guide.question(&id(question)) {
            pages.push((name, entry_page(chrome, &EntryPage { guide, question })));
        }
    }
    pages
}
