//! `syllabus.yaml`: what a guide promises to hold.

use crate::diagnostic::{Diagnostic, Placed};
use crate::names::slug;
use crate::source::Source;
use crate::yaml;
use serde::Deserialize;
use serde_saphyr::Spanned;

/// What must be there, and which roles and focus areas there are.
#[derive(Debug)]
pub(crate) struct Syllabus {
    pub(crate) source: Source,
    /// Slugs of the roles.
    pub(crate) roles: Vec<String>,
    /// Slugs of the focus areas.
    pub(crate) focus: Vec<String>,
    pub(crate) modules: Vec<SyllabusModule>,
}

#[derive(Debug)]
pub(crate) struct SyllabusModule {
    pub(crate) number: u16,
    pub(crate) id: Placed<String>,
    pub(crate) title: String,
    pub(crate) questions_at_least: usize,
    /// Ids of the questions that must be there, in reading order.
    pub(crate) required: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    roles: Vec<String>,
    focus_areas: Vec<String>,
    modules: Vec<RawModule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawModule {
    number: u16,
    id: Spanned<String>,
    title: String,
    questions_at_least: usize,
    required: Vec<RawQuestion>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawQuestion {
    id: String,
    /// For the authors; the entry has its own wording.
    #[serde(rename = "question")]
    _question: String,
}

/// Reads a syllabus; `None` where it cannot be read, which is reported.
pub(crate) fn parse(source: Source, diagnostics: &mut Vec<Diagnostic>) -> Option<Syllabus> {
    match yaml::parse::<Raw>(&source.text, 0) {
        Ok(Raw { roles, focus_areas, modules }) => Some(Syllabus {
            source,
            roles: roles.iter().map(|role| slug(role)).collect(),
            focus: focus_areas.iter().map(|area| slug(area)).collect(),
            modules: modules.into_iter().map(convert).collect(),
        }),
        Err(error) => {
            diagnostics.push(source.file.error(error.at, "syllabus-yaml", error.message));
            None
        }
    }
}

fn convert(raw: RawModule) -> SyllabusModule {
    let RawModule { number, id, title, questions_at_least, required } = raw;
    let required = required.into_iter().map(|RawQuestion { id, _question }| id).collect();
    SyllabusModule { number, id: yaml::placed(id, 0), title, questions_at_least, required }
}
