//! Puts what was read together: unique ids, modules in order, one revision.

use crate::diagnostic::{Diagnostic, Position};
use crate::entry::{Entry, Layout, question_id};
use crate::module_file::{ModuleFile, module_id};
use crate::names::Unique;
use crate::plain::Draft;
use crate::revision;
use crate::syllabus::Syllabus;
use std::collections::HashMap;
use viva_core::guide::{Guide, Module, Question, QuestionKind};
use viva_core::id::{ModuleId, QuestionId};

/// Everything that the files of all roots gave.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    pub(crate) modules: Vec<ModuleFile>,
    pub(crate) entries: Vec<(Owner, Entry)>,
    pub(crate) drafts: Vec<Found>,
    pub(crate) syllabus: Option<Syllabus>,
    pub(crate) requirements: String,
}

/// A draft and where it was found.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) owner: Owner,
    pub(crate) path: String,
    pub(crate) draft: Draft,
}

#[derive(Debug)]
pub(crate) struct Assembled {
    pub(crate) guide: Guide,
    pub(crate) layouts: Vec<Layout>,
    pub(crate) modules: Vec<ModuleFile>,
    pub(crate) syllabus: Option<Syllabus>,
    pub(crate) requirements: String,
}

/// What a question belongs to before modules are numbered.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Owner {
    /// A module with a `module.yaml`.
    Declared(ModuleId),
    /// A module of plain documents: the root's own, or one that a question list names.
    Plain { root: usize, title: String },
}

impl Owner {
    /// The id that the module will have, unless another has it first.
    pub(crate) fn provisional_id(&self) -> ModuleId {
        match self {
            Self::Declared(id) => id.clone(),
            Self::Plain { title, .. } => module_id(title),
        }
    }
}

impl Parts {
    /// The owner of a file in the folder of module number `module`, or else of its root.
    pub(crate) fn owner(&self, module: Option<usize>, root: usize, root_name: &str) -> Owner {
        let declared = module.and_then(|index| self.modules.get(index));
        declared.map_or_else(
            || Owner::Plain { root, title: root_name.to_owned() },
            |file| Owner::Declared(file.module.id.clone()),
        )
    }
}

pub(crate) fn assemble(mut parts: Parts, diagnostics: &mut Vec<Diagnostic>) -> Assembled {
    let mut modules = Modules::declared(&mut parts.modules, diagnostics);
    let mut ids = Unique::default();
    let mut layouts: HashMap<QuestionId, Layout> = HashMap::new();
    let reading_order = reading_order(parts.syllabus.as_ref());
    parts.entries.sort_by_key(|(_, entry)| {
        let id = entry.question.id.as_str();
        (reading_order.get(id).copied().unwrap_or(usize::MAX), id.to_owned())
    });
    for (owner, entry) in std::mem::take(&mut parts.entries) {
        let Entry { mut question, layout } = entry;
        if !ids.take(question.id.as_str()) {
            let first = layouts.get(&question.id).map_or("", |first| first.source.file.path.as_str());
            let message =
                format!("the id `{}` is taken by `{first}`; the entry is skipped: rename it", question.id);
            diagnostics.push(layout.source.file.error(Position::START, "duplicate-id", message));
            continue;
        }
        layouts.insert(question.id.clone(), layout);
        let module = modules.of(owner);
        question.module = module.id.clone();
        module.questions.push(question);
    }
    for found in std::mem::take(&mut parts.drafts) {
        let Found { owner, path, draft } = found;
        let module = modules.of(owner);
        let id = question_id(&ids.slug(&draft.name, "document"));
        module.questions.push(plain_question(id, module.id.clone(), path, draft));
    }
    let modules = modules.numbered();
    let in_order = modules.iter().flat_map(|module| &module.questions);
    let layouts = in_order.filter_map(|question| layouts.remove(&question.id)).collect();
    let guide = Guide::new(revision::of(&modules), modules);
    let Parts { modules, entries: _, drafts: _, syllabus, requirements } = parts;
    Assembled { guide, layouts, modules, syllabus, requirements }
}

/// The place of each required question in the syllabus: it is written in an order to learn in.
fn reading_order(syllabus: Option<&Syllabus>) -> HashMap<&str, usize> {
    let modules = syllabus.map_or(&[][..], |syllabus| &syllabus.modules);
    let required = modules.iter().flat_map(|module| &module.required);
    required.enumerate().map(|(place, id)| (id.as_str(), place)).collect()
}

fn plain_question(id: QuestionId, module: ModuleId, source: String, draft: Draft) -> Question {
    let Draft { name: _, text, aliases, sections, module_title: _ } = draft;
    Question {
        id,
        module,
        text,
        kind: QuestionKind::Plain,
        level: None,
        roles: Vec::new(),
        focus: Vec::new(),
        aliases,
        related: Vec::new(),
        sections,
        key_points: Vec::new(),
        follow_ups: Vec::new(),
        source,
    }
}

/// The modules while they fill.
struct Modules {
    list: Vec<Module>,
    /// How many of them have a `module.yaml`; the others follow.
    declared: usize,
    places: HashMap<Owner, usize>,
    ids: Unique,
}

impl Modules {
    /// The modules that have a `module.yaml`, by number. Of two with one id the second is reported and
    /// its questions go to the first.
    fn declared(files: &mut [ModuleFile], diagnostics: &mut Vec<Diagnostic>) -> Self {
        files.sort_by(|a, b| {
            let key = |file: &ModuleFile| (file.module.number, file.source.file.clone());
            key(a).cmp(&key(b))
        });
        let mut modules =
            Self { list: Vec::new(), declared: 0, places: HashMap::new(), ids: Unique::default() };
        let mut numbers: HashMap<u16, ModuleId> = HashMap::new();
        for file in files.iter() {
            let Module { number, id, .. } = &file.module;
            let error = |rule, message: String| file.source.file.error(Position::START, rule, message);
            if !modules.ids.take(id.as_str()) {
                let message = format!("there is another module `{id}`: give each its own id");
                diagnostics.push(error("duplicate-module", message));
                continue;
            }
            if let Some(first) = numbers.insert(*number, id.clone()) {
                let message = format!("module `{first}` has number {number} too: renumber one of them");
                diagnostics.push(error("duplicate-module", message));
            }
            modules.places.insert(Owner::Declared(id.clone()), modules.list.len());
            modules.list.push(file.module.clone());
        }
        modules.declared = modules.list.len();
        modules
    }

    fn of(&mut self, owner: Owner) -> &mut Module {
        let place = self.places.get(&owner).copied().unwrap_or_else(|| {
            let title = match &owner {
                Owner::Declared(id) => id.as_str().to_owned(),
                Owner::Plain { title, .. } => title.clone(),
            };
            let id = module_id(&self.ids.slug(&title, "documents"));
            let (summary, prerequisites, questions) = (String::new(), Vec::new(), Vec::new());
            self.list.push(Module { number: 0, id, title, summary, prerequisites, questions });
            self.places.insert(owner, self.list.len() - 1);
            self.list.len() - 1
        });
        &mut self.list[place]
    }

    /// All modules; those of plain documents numbered after the others, in the order of their roots.
    fn numbered(self) -> Vec<Module> {
        let mut modules = self.list;
        let plain = modules.split_off(self.declared);
        let mut number = modules.iter().map(|module| module.number).max().unwrap_or(0);
        for mut module in plain {
            number = number.saturating_add(1);
            module.number = number;
            modules.push(module);
        }
        modules
    }
}
