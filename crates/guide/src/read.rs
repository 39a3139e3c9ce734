//! From folders to a [`Guide`].
//!
//! Reading never fails: whatever is wrong with a file is reported and the rest is read. Refusing a guide
//! at its first mistake was rejected, because authors mend in batches and users must not lose five
//! hundred answers to one bad heading.

use crate::assemble::{self, Found, Owner, Parts};
use crate::diagnostic::{Diagnostic, Position};
use crate::entry::{self, Layout};
use crate::files::{self, Root, folder_of};
use crate::front_matter::{self, Block};
use crate::markdown::{self, MAX_NESTING, MAX_PIECES, Refused};
use crate::module_file::{self, ModuleFile};
use crate::numbered;
use crate::plain;
use crate::source::Source;
use crate::syllabus::{self, Syllabus};
use std::path::PathBuf;
use viva_core::guide::Guide;

/// What was read, what is wrong with it, and what the checks and the examples need besides.
#[derive(Debug)]
pub struct Reading {
    /// Everything that could be read.
    pub guide: Guide,
    /// What could not, by file and place.
    pub diagnostics: Vec<Diagnostic>,
    /// Where the pieces of the structured entries are written, in the guide's order.
    pub(crate) layouts: Vec<Layout>,
    pub(crate) modules: Vec<ModuleFile>,
    pub(crate) syllabus: Option<Syllabus>,
    pub(crate) requirements: String,
}

impl Reading {
    /// The Python packages that the examples need, as `requirements.txt` names them; may be empty.
    pub fn requirements(&self) -> &str {
        &self.requirements
    }
}

/// Reads every root: a content folder, any folder of Markdown and text, or a single file.
///
/// Of a folder are read, at any depth, `.md`, `.markdown` and `.txt` files and `module.yaml`; hidden
/// files and `README.md` are not. Only regular files below the root are opened, up to 10 MiB each.
///
/// Reading the whole guide takes well under half a second, so that a start can always read it and
/// compare [`Guide::revision`] instead of trusting file times.
pub fn read(roots: &[PathBuf]) -> Reading {
    let mut diagnostics = Vec::new();
    let opened: Vec<Root> = roots
        .iter()
        .enumerate()
        .filter_map(|(index, path)| Root::open(index, path, &mut diagnostics))
        .collect();
    let mut parts = Parts::default();
    for root in &opened {
        read_root(root, &mut parts, &mut diagnostics);
    }
    let assembled = assemble::assemble(parts, &mut diagnostics);
    diagnostics.sort();
    Reading {
        guide: assembled.guide,
        diagnostics,
        layouts: assembled.layouts,
        modules: assembled.modules,
        syllabus: assembled.syllabus,
        requirements: assembled.requirements,
    }
}

fn read_root(root: &Root, parts: &mut Parts, diagnostics: &mut Vec<Diagnostic>) {
    let open = |path: &str, diagnostics: &mut Vec<Diagnostic>| {
        root.read(path).map_err(|diagnostic| diagnostics.push(diagnostic)).ok()
    };
    if root.has_syllabus
        && parts.syllabus.is_none()
        && let Some(source) = open(files::SYLLABUS_FILE, diagnostics)
    {
        parts.syllabus = syllabus::parse(source, diagnostics);
    }
    if root.has_requirements
        && let Some(source) = open(files::REQUIREMENTS_FILE, diagnostics)
    {
        parts.requirements.push_str(&source.text);
        parts.requirements.push('\n');
    }
    let first_module = parts.modules.len();
    for path in &root.modules {
        if let Some(source) = open(path, diagnostics) {
            parts.modules.push(module_file::parse(source, &root.name, diagnostics));
        }
    }
    let mut folders = Folders { root, first_module, reported: Vec::new() };
    for path in &root.texts {
        if let Some(source) = open(path, diagnostics) {
            let module = folders.module_of(&source, parts, diagnostics);
            read_text(source, &root.name, module, parts, diagnostics);
        }
    }
}

/// Which module the files of a root belong to.
struct Folders<'a> {
    root: &'a Root,
    /// The first of this root's modules.
    first_module: usize,
    /// Folders that look like modules and are none.
    reported: Vec<String>,
}

impl Folders<'_> {
    /// The module of the nearest folder above a file that has a `module.yaml`.
    fn module_of(
        &mut self,
        source: &Source,
        parts: &Parts,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<usize> {
        let own = &parts.modules[self.first_module..];
        let mut folder = folder_of(&source.file.path);
        loop {
            let at = own.iter().position(|module| folder_of(&module.source.file.path) == folder);
            if let Some(at) = at {
                return Some(self.first_module + at);
            }
            if folder.is_empty() {
                break;
            }
            folder = folder_of(folder);
        }
        self.report_missing(source, own.is_empty(), diagnostics);
        None
    }

    fn report_missing(&mut self, source: &Source, no_modules: bool, diagnostics: &mut Vec<Diagnostic>) {
        let top = source.file.path.split_once('/').map(|(folder, _)| folder);
        let Some(top) = top.filter(|top| looks_like_module(top)) else { return };
        let is_content_folder = !no_modules || self.root.has_syllabus;
        if is_content_folder && !self.reported.iter().any(|folder| folder == top) {
            self.reported.push(top.to_owned());
            let file = crate::diagnostic::FileRef::new(source.file.root, top);
            let message = "the folder has no `module.yaml`: add one, so that its entries are a module";
            diagnostics.push(file.error(Position::START, "module-missing", message));
        }
    }
}

/// Whether a folder is called like a module: `09-threading`.
fn looks_like_module(folder: &str) -> bool {
    let mut parts = folder.splitn(2, '-');
    let digits = parts.next().unwrap_or_default();
    digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit()) && parts.next().is_some()
}

fn read_text(
    source: Source,
    root_name: &str,
    module: Option<usize>,
    parts: &mut Parts,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let is_markdown = !source.file.path.to_ascii_lowercase().ends_with(".txt");
    let block = if is_markdown { front_matter::find(&source.text) } else { Block::Missing };
    let body = match block {
        Block::Found { body, .. } => body,
        Block::Missing | Block::Unclosed => 0,
    };
    let outline = match markdown::outline(&source.text, body) {
        Ok(outline) => outline,
        Err(refused) => {
            let (offset, rule, message) = match refused {
                Refused::TooDeep { offset } => {
                    let message = format!("quotes, lists or emphasis nest deeper than {MAX_NESTING}");
                    (offset, "nesting-too-deep", message)
                }
                Refused::TooManyPieces { offset } => {
                    let message = format!("more than {MAX_PIECES} headings and code blocks");
                    (offset, "too-many-headings", message)
                }
            };
            let message = format!("{message}; the file is skipped: simplify or split it");
            diagnostics.push(source.file.error(source.position(offset), rule, message));
            return;
        }
    };
    match block {
        Block::Found { yaml, body }
            if module.is_some() || front_matter::has_question(&source.text[yaml.clone()]) =>
        {
            let owner = parts.owner(module, source.file.root, root_name);
            if let Some(entry) =
                entry::parse(source, yaml, body, outline, owner.provisional_id(), diagnostics)
            {
                parts.entries.push((owner, entry));
            }
            return;
        }
        Block::Unclosed if module.is_some() => {
            let message = "the front matter has no closing `---`; the file is read as a plain document";
            diagnostics.push(source.file.error(Position::START, "front-matter", message));
        }
        Block::Missing if module.is_some() && is_markdown => {
            let message = "an entry of a module begins with front matter between two `---` lines; \
                           without it the file is read as a plain document";
            diagnostics.push(source.file.error(Position::START, "front-matter-missing", message));
        }
        Block::Found { .. } | Block::Missing | Block::Unclosed => {}
    }
    let drafts = numbered::parse(&source, is_markdown).unwrap_or_else(|| {
        vec![if is_markdown { plain::markdown(&source, &outline) } else { plain::text(&source) }]
    });
    for draft in drafts {
        let owner = match &draft.module_title {
            Some(title) => Owner::Plain { root: source.file.root, title: title.clone() },
            None => parts.owner(module, source.file.root, root_name),
        };
        parts.drafts.push(Found { owner, path: source.file.path.clone(), draft });
    }
}

#[cfg(test)]
mod tests;
