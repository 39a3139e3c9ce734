//! The digest that names one state of a guide's content.
//!
//! Taken over the parsed guide in a fixed order, each text with its length in front, so that neither
//! file times, nor the order of directory entries, nor line endings count, and no two contents run
//! together. Hashing files was refused: a comment in `module.yaml` would then force an ingest.

use sha2::{Digest as _, Sha256};
use viva_core::guide::{FollowUp, KeyPoint, Module, Question, QuestionKind, Section};
use viva_core::id::Digest;

/// Part of the digest, so that a change of this serialisation is a change of every revision.
const FORMAT: &str = "viva-guide/1";

/// The revision of these modules.
pub(crate) fn of(modules: &[Module]) -> Digest {
    let mut writer = Writer(Sha256::new());
    writer.text(FORMAT);
    writer.list(modules, Writer::module);
    Digest(writer.0.finalize().into())
}

struct Writer(Sha256);

impl Writer {
    fn number(&mut self, number: u64) {
        self.0.update(number.to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.0.update(text.as_bytes());
    }

    fn list<T>(&mut self, items: &[T], write: fn(&mut Self, &T)) {
        self.number(items.len() as u64);
        for item in items {
            write(self, item);
        }
    }

    fn texts<T: AsRef<str>>(&mut self, items: &[T]) {
        self.list(items, |writer, item| writer.text(item.as_ref()));
    }

    fn module(&mut self, module: &Module) {
        let Module { number, id, title, summary, prerequisites, questions } = module;
        self.number(u64::from(*number));
        self.text(id.as_str());
        self.text(title);
        self.text(summary);
        self.texts(prerequisites);
        self.list(questions, Self::question);
    }

    fn question(&mut self, question: &Question) {
        // The module is the one being written, and where the file lies is not content.
        let Question {
            id,
            module: _,
            text,
            kind,
            level,
            roles,
            focus,
            aliases,
            related,
            sections,
            key_points,
            follow_ups,
            source: _,
        } = question;
        self.text(id.as_str());
        self.text(text);
        self.number(match kind {
            QuestionKind::Structured => 0,
            QuestionKind::Plain => 1,
        });
        self.text(level.map_or("", |level| level.as_str()));
        self.texts(roles);
        self.texts(focus);
        self.texts(aliases);
        self.texts(related);
        self.list(sections, Self::section);
        self.list(key_points, |writer, KeyPoint { weight, text }| {
            writer.text(weight.as_str());
            writer.text(text);
        });
        self.list(follow_ups, |writer, FollowUp { question, answer }| {
            writer.text(question);
            writer.text(answer);
        });
    }

    fn section(&mut self, section: &Section) {
        let Section { kind, anchor, heading, markdown } = section;
        self.text(kind.as_str());
        self.text(anchor);
        self.text(heading);
        self.text(markdown);
    }
}
