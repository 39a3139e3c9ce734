//! `module.yaml`: what a module is called and what it covers.

use crate::diagnostic::{Diagnostic, Placed, Position};
use crate::files::folder_of;
use crate::source::Source;
use crate::yaml;
use serde::Deserialize;
use serde_saphyr::Spanned;
use viva_core::guide::Module;
use viva_core::id::ModuleId;

/// A module without its questions, and where its values are written.
#[derive(Debug)]
pub(crate) struct ModuleFile {
    pub(crate) module: Module,
    pub(crate) source: Source,
    pub(crate) summary_at: Position,
    pub(crate) title_at: Position,
    pub(crate) prerequisites: Vec<Placed<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    number: Spanned<u16>,
    id: Spanned<String>,
    title: Spanned<String>,
    summary: Spanned<String>,
    prerequisites: Option<Vec<Spanned<String>>>,
}

/// Reads a module file. `root_name` stands in for the folder where the file lies in the root itself.
/// What cannot be read is made up from the folder's name, so that the questions keep their module.
pub(crate) fn parse(source: Source, root_name: &str, diagnostics: &mut Vec<Diagnostic>) -> ModuleFile {
    let folder = match folder_of(&source.file.path) {
        "" => root_name.to_owned(),
        path => path.rsplit_once('/').map_or(path, |(_, name)| name).to_owned(),
    };
    match yaml::parse::<Raw>(&source.text, 0) {
        Ok(raw) => convert(raw, &folder, source, diagnostics),
        Err(error) => {
            let message = format!("{}; the module is named after its folder for now", error.message);
            diagnostics.push(source.file.error(error.at, "module-yaml", message));
            let module = from_folder(&folder);
            let at = Position::START;
            ModuleFile { module, source, summary_at: at, title_at: at, prerequisites: Vec::new() }
        }
    }
}

fn convert(raw: Raw, folder: &str, source: Source, diagnostics: &mut Vec<Diagnostic>) -> ModuleFile {
    let Raw { number, id, title, summary, prerequisites } = raw;
    let number = yaml::placed(number, 0);
    let id = yaml::placed(id, 0);
    let title = yaml::placed(title, 0);
    let summary = yaml::placed(summary, 0);
    let prerequisites = yaml::placed_list(prerequisites, 0);
    let expected = format!("{:02}-{}", number.value, id.value);
    if folder != expected {
        let message = format!("the folder is `{folder}` but number and id say `{expected}`: make them agree");
        diagnostics.push(source.file.error(id.at, "module-folder", message));
    }
    let module_id = ModuleId::new(id.value.as_str()).unwrap_or_else(|error| {
        diagnostics.push(source.file.error(id.at, "invalid-id", error.to_string()));
        from_folder(&id.value).id
    });
    let known = prerequisites.iter().filter_map(|name| ModuleId::new(name.value.as_str()).ok());
    let module = Module {
        number: number.value,
        id: module_id,
        title: title.value.trim().to_owned(),
        summary: summary.value.trim().to_owned(),
        prerequisites: known.collect(),
        questions: Vec::new(),
    };
    ModuleFile { module, source, summary_at: summary.at, title_at: title.at, prerequisites }
}

/// What a folder's name such as `09-threading` says about its module.
fn from_folder(folder: &str) -> Module {
    let (number, name) = match folder.split_once('-') {
        Some((digits, rest)) => digits.parse().map_or((0, folder), |number| (number, rest)),
        None => (0, folder),
    };
    Module {
        number,
        id: module_id(name),
        title: name.to_owned(),
        summary: String::new(),
        prerequisites: Vec::new(),
        questions: Vec::new(),
    }
}

/// A module id out of any name.
pub(crate) fn module_id(name: &str) -> ModuleId {
    let slug = crate::names::slug(name);
    let usable = ModuleId::new(slug).or_else(|_| ModuleId::new("documents"));
    usable.unwrap_or_else(|_| unreachable!("`documents` is a valid identifier"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::FileRef;

    fn check(text: &str, expected: &[&str]) -> Module {
        let source = Source::new(FileRef::new(0, "09-threads/module.yaml"), text.to_owned());
        let mut diagnostics = Vec::new();
        let file = parse(source, "content", &mut diagnostics);
        let found: Vec<_> = diagnostics.iter().map(|d| (d.line, d.column, d.rule)).collect();
        let found: Vec<_> = found.iter().map(|(l, c, rule)| format!("{l}:{c} {rule}")).collect();
        assert_eq!(found, expected, "{diagnostics:?}");
        file.module
    }

    #[test]
    fn a_module_file_is_read() {
        let module =
            check("number: 9\nid: threads\ntitle: Threads\nsummary: One. Two.\nprerequisites: [oop]\n", &[]);
        assert_eq!((module.number, module.id.as_str()), (9, "threads"));
        assert_eq!(module.prerequisites[0].as_str(), "oop");
    }

    #[test]
    fn mistakes_have_their_place() {
        check("number: 9\nid: process\ntitle: T\nsummary: S\n", &["2:5 module-folder"]);
        check("number: 9\nid: threads\ntitle: T\nsummary: S\nowner: x\n", &["5:1 module-yaml"]);
        let module = check("number: nine\nid: threads\n", &["1:9 module-yaml"]);
        assert_eq!((module.number, module.id.as_str()), (9, "threads"));
    }
}
