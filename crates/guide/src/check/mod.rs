//! Whether a guide keeps its rules, and what there is in it.
//!
//! Reading reports what it cannot take in; this reports what a maintainer must mend. They are apart
//! because a server reads at every start and checks never.

mod entry;
mod links;
mod prose;
mod syllabus;

use crate::diagnostic::{Diagnostic, Severity};
use crate::entry::Layout;
use crate::examples::blocks::{PythonBlock, python_blocks};
use crate::examples::{Outcome, Run};
use crate::read::Reading;
use std::collections::HashMap;
use viva_core::guide::{Module, Question};
use viva_core::id::{ModuleId, QuestionId};

/// Everything that is wrong, and figures for each module.
#[derive(Debug, Clone)]
pub struct Report {
    /// What reading and checking found, by file and place.
    pub diagnostics: Vec<Diagnostic>,
    /// In the guide's order; modules that only the syllabus knows come last.
    pub modules: Vec<ModuleStatistics>,
}

impl Report {
    /// How many findings are errors.
    pub fn errors(&self) -> usize {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count()
    }

    /// Adds what running the examples found.
    pub fn add_run(&mut self, run: &Run) {
        self.diagnostics.extend(run.diagnostics.iter().cloned());
        self.diagnostics.sort();
        for module in &mut self.modules {
            let results = run.results.iter().filter(|result| result.module.as_str() == module.id);
            let mut counts = RunCounts::default();
            for result in results {
                match &result.outcome {
                    Outcome::Passed { .. } => counts.passed += 1,
                    Outcome::Failed => counts.failed += 1,
                    Outcome::NotRun { .. } => counts.not_run += 1,
                }
            }
            module.run = Some(counts);
        }
    }
}

/// What a module holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleStatistics {
    /// Place in the guide.
    pub number: u16,
    /// The module's id.
    pub id: String,
    /// Name for people.
    pub title: String,
    /// Entries, plain documents included.
    pub questions: usize,
    /// Words of all sections, key points and follow-ups, without code.
    pub words: usize,
    /// Python blocks that can run.
    pub runnable: usize,
    /// Python blocks that say why they cannot.
    pub no_run: Vec<NoRun>,
    /// Key points.
    pub key_points: usize,
    /// Follow-ups.
    pub follow_ups: usize,
    /// Ids that the syllabus requires and that are not there.
    pub missing: Vec<String>,
    /// Questions still to be written to reach the syllabus' least number.
    pub lacking: usize,
    /// What running the examples gave, where they were run.
    pub run: Option<RunCounts>,
}

/// A block that says why it cannot run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoRun {
    /// The entry it stands in.
    pub question: QuestionId,
    /// The line of its fence.
    pub line: u32,
    /// Its reason.
    pub reason: String,
}

/// How a module's examples fared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RunCounts {
    /// Ran and printed what they say.
    pub passed: usize,
    /// Did not.
    pub failed: usize,
    /// Were not run, for a reason that is no mistake.
    pub not_run: usize,
}

/// Checks all rules on what was read.
pub fn check(reading: &Reading) -> Report {
    let mut diagnostics = reading.diagnostics.clone();
    let mut blocks: HashMap<&QuestionId, Vec<PythonBlock>> = HashMap::new();
    for layout in &reading.layouts {
        let Some(question) = reading.guide.question(&layout.id) else { continue };
        let own = python_blocks(layout, &mut diagnostics);
        entry::check(question, layout, &own, reading.syllabus.as_ref(), &mut diagnostics);
        blocks.insert(&layout.id, own);
    }
    links::related(reading, &mut diagnostics);
    links::connected(reading, &mut diagnostics);
    links::aliases(reading, &mut diagnostics);
    links::sentences(reading, &mut diagnostics);
    syllabus::modules(reading, &mut diagnostics);
    syllabus::check(reading, &mut diagnostics);
    diagnostics.sort();
    Report { diagnostics, modules: statistics(reading, &blocks) }
}

fn statistics(reading: &Reading, blocks: &HashMap<&QuestionId, Vec<PythonBlock>>) -> Vec<ModuleStatistics> {
    let layouts: HashMap<&QuestionId, &Layout> = reading.layouts.iter().map(|l| (&l.id, l)).collect();
    let promised = reading.syllabus.as_ref().map_or(&[][..], |syllabus| &syllabus.modules);
    let mut statistics: Vec<_> = reading
        .guide
        .modules()
        .iter()
        .map(|module| {
            let promised = promised.iter().find(|promised| promised.id.value == module.id.as_str());
            let lacking =
                promised.map(|promised| syllabus::lacking(promised, Some(module))).unwrap_or_default();
            module_statistics(module, lacking, blocks, &layouts)
        })
        .collect();
    for promised in promised {
        let Ok(id) = ModuleId::new(promised.id.value.as_str()) else { continue };
        if reading.guide.module(&id).is_none() {
            let empty = Module {
                number: promised.number,
                id,
                title: promised.title.clone(),
                summary: String::new(),
                prerequisites: Vec::new(),
                questions: Vec::new(),
            };
            let lacking = syllabus::lacking(promised, None);
            statistics.push(module_statistics(&empty, lacking, blocks, &layouts));
        }
    }
    statistics
}

fn module_statistics(
    module: &Module,
    lacking: syllabus::Lacking,
    blocks: &HashMap<&QuestionId, Vec<PythonBlock>>,
    layouts: &HashMap<&QuestionId, &Layout>,
) -> ModuleStatistics {
    let syllabus::Lacking { missing, questions: lacking } = lacking;
    let mut statistics = ModuleStatistics {
        number: module.number,
        id: module.id.to_string(),
        title: module.title.clone(),
        questions: module.questions.len(),
        words: 0,
        runnable: 0,
        no_run: Vec::new(),
        key_points: 0,
        follow_ups: 0,
        missing,
        lacking,
        run: None,
    };
    for question in &module.questions {
        statistics.words += words(question, layouts.get(&question.id).copied());
        statistics.key_points += question.key_points.len();
        statistics.follow_ups += question.follow_ups.len();
        for block in blocks.get(&question.id).into_iter().flatten() {
            match &block.no_run {
                None => statistics.runnable += 1,
                Some(reason) => statistics.no_run.push(NoRun {
                    question: question.id.clone(),
                    line: block.at.line,
                    reason: reason.clone(),
                }),
            }
        }
    }
    statistics
}

/// Words of an entry; of a plain document the code counts too, because its blocks are not known apart.
fn words(question: &Question, layout: Option<&Layout>) -> usize {
    match layout {
        Some(layout) => layout.sections.iter().map(|section| prose::count_words(layout, &section.text)).sum(),
        None => question.sections.iter().map(|section| section.markdown.split_whitespace().count()).sum(),
    }
}

#[cfg(test)]
mod tests;
