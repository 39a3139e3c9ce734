//! What the syllabus promises and the guide does not hold, and what modules say of themselves.

use crate::diagnostic::Diagnostic;
use crate::module_file::ModuleFile;
use crate::names::suggestion;
use crate::read::Reading;
use crate::syllabus::SyllabusModule;
use viva_core::guide::Module;
use viva_core::id::QuestionId;

/// What a module lacks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Lacking {
    /// Required ids that are not there.
    pub(super) missing: Vec<String>,
    /// Questions still to be written to reach the least number.
    pub(super) questions: usize,
}

/// What `module` lacks of what is `promised`.
pub(super) fn lacking(promised: &SyllabusModule, module: Option<&Module>) -> Lacking {
    let questions = module.map_or(&[][..], |module| &module.questions);
    let has = |id: &str| questions.iter().any(|question| question.id.as_str() == id);
    let missing = promised.required.iter().filter(|id| !has(id)).cloned().collect();
    Lacking { missing, questions: promised.questions_at_least.saturating_sub(questions.len()) }
}

/// Reports what is lacking, an error a module.
pub(super) fn check(reading: &Reading, diagnostics: &mut Vec<Diagnostic>) {
    let Some(syllabus) = &reading.syllabus else { return };
    for promised in &syllabus.modules {
        let module = reading.guide.modules().iter().find(|module| module.id.as_str() == promised.id.value);
        let Lacking { missing, questions } = lacking(promised, module);
        let mut problems = Vec::new();
        if module.is_none() {
            let near = suggestion(&promised.id.value, reading.guide.modules().iter().map(|m| m.id.as_str()));
            problems.push(format!("the module is missing{near}"));
        }
        if questions > 0 {
            let found = promised.questions_at_least - questions;
            problems.push(format!("{found} of at least {} questions", promised.questions_at_least));
        }
        if !missing.is_empty() {
            let missing: Vec<_> = missing.iter().map(|id| elsewhere(reading, id)).collect();
            problems.push(format!("missing: {}", missing.join(", ")));
        }
        if !problems.is_empty() {
            let message =
                format!("module {} `{}`: {}", promised.number, promised.id.value, problems.join("; "));
            diagnostics.push(syllabus.source.file.error(promised.id.at, "syllabus-missing", message));
        }
        if let Some(file) = reading.modules.iter().find(|file| file.module.id.as_str() == promised.id.value) {
            agrees(promised, file, diagnostics);
        }
    }
}

/// An id, with the module that it stands in instead of its own.
fn elsewhere(reading: &Reading, id: &str) -> String {
    let known = QuestionId::new(id).ok();
    let found = known.and_then(|id| reading.guide.question(&id));
    found.map_or_else(|| id.to_owned(), |question| format!("{id} (stands in `{}`)", question.module))
}

/// A module's number and title are those of the syllabus.
fn agrees(promised: &SyllabusModule, file: &ModuleFile, diagnostics: &mut Vec<Diagnostic>) {
    let Module { number, title, .. } = &file.module;
    if *number != promised.number || *title != promised.title {
        let message =
            format!("the syllabus calls it {} `{}`: make them agree", promised.number, promised.title);
        diagnostics.push(file.source.file.error(file.title_at, "module-yaml", message));
    }
}

/// What `module.yaml` says beyond its shape.
pub(super) fn modules(reading: &Reading, diagnostics: &mut Vec<Diagnostic>) {
    for file in &reading.modules {
        let ids = || reading.modules.iter().map(|other| other.module.id.as_str());
        for name in &file.prerequisites {
            if name.value == file.module.id.as_str() || !ids().any(|id| id == name.value) {
                let near = suggestion(&name.value, ids());
                let message = format!("`{}` is no other module{near}", name.value);
                diagnostics.push(file.source.file.error(name.at, "unknown-prerequisite", message));
            }
        }
        let sentences = file.module.summary.split_whitespace().filter(|word| word.ends_with(['.', '!', '?']));
        let sentences = sentences.count();
        if sentences != 2 {
            let message = format!("the summary has {sentences} sentences, two are wanted");
            diagnostics.push(file.source.file.warning(file.summary_at, "module-summary", message));
        }
    }
}
