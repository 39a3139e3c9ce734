//! The names of chunks and passages.
//!
//! Every field is hashed behind its length, so that no two different lists of fields look alike to the hash.

use sha2::{Digest as _, Sha256};
use viva_core::chunk::{ChunkId, Origin};
use viva_core::id::{Digest, QuestionId};
use viva_core::manifest::ModelIdentity;

/// Digest of a chunk's passages: equal digests share their dense rows.
pub(crate) fn content_digest(passages: &[String]) -> Digest {
    digest("viva content 1", passages.iter().map(String::as_bytes))
}

/// The name of the chunk of `question` that was cut from `origin` and has this `content`.
pub(crate) fn chunk_id(question: &QuestionId, origin: &Origin, content: Digest) -> ChunkId {
    let question = question.as_str().as_bytes();
    let Digest(bytes) = match origin {
        Origin::Card => digest("viva card 1", [question, &content.0]),
        Origin::Section { kind, anchor, part } => {
            let (kind, part) = (kind.as_str().as_bytes(), part.to_be_bytes());
            digest("viva section 1", [question, kind, anchor.as_bytes(), &part, &content.0])
        }
    };
    let first_half = bytes.iter().take(16).fold(0, |id: u128, byte| id << 8 | u128::from(*byte));
    ChunkId(first_half)
}

/// The name under which the vector of a passage is remembered. The model is part of it: the cache may outlive
/// a change of model, and a vector of another model is worse than none.
pub(crate) fn passage_digest(model: &ModelIdentity, passage: &str) -> Digest {
    let ModelIdentity { name, file, dimension } = model;
    let dimension = dimension.to_be_bytes();
    digest("viva passage 1", [name.as_bytes(), &file.0, &dimension, passage.as_bytes()])
}

fn digest<'a>(purpose: &str, fields: impl IntoIterator<Item = &'a [u8]>) -> Digest {
    let mut hash = Sha256::new();
    hash.update(purpose);
    for field in fields {
        hash.update((field.len() as u64).to_be_bytes());
        hash.update(field);
    }
    Digest(hash.finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use viva_core::guide::SectionKind;

    #[test]
    fn the_border_between_fields_counts() {
        let of = |passages: &[&str]| {
            content_digest(&passages.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>())
        };
        assert_ne!(of(&["ab", "c"]), of(&["a", "bc"]));
        assert_ne!(of(&["ab"]), of(&["ab", ""]));
        assert_eq!(of(&["ab", "c"]), of(&["ab", "c"]));
    }

    #[test]
    fn ids_tell_question_origin_and_content_apart() {
        let (gil, heap) = (QuestionId::new("gil").unwrap(), QuestionId::new("heap").unwrap());
        let section = |kind, anchor: &str, part| Origin::Section { kind, anchor: anchor.to_owned(), part };
        let (one, two) = (Digest([1; 32]), Digest([2; 32]));
        let ids = [
            chunk_id(&gil, &Origin::Card, one),
            chunk_id(&heap, &Origin::Card, one),
            chunk_id(&gil, &Origin::Card, two),
            chunk_id(&gil, &section(SectionKind::Text, "a", 0), one),
            chunk_id(&gil, &section(SectionKind::Text, "a", 1), one),
            chunk_id(&gil, &section(SectionKind::Text, "b", 0), one),
            chunk_id(&gil, &section(SectionKind::Deeper, "a", 0), one),
        ];
        let distinct: std::collections::HashSet<_> = ids.iter().collect();
        assert_eq!(distinct.len(), ids.len());
    }

    #[test]
    fn ids_stay_what_they_were() {
        // An id is an address that outlives the program: change the purpose string's version with the recipe.
        let gil = QuestionId::new("gil").unwrap();
        let id = chunk_id(&gil, &Origin::Card, Digest([7; 32]));
        assert_eq!(id, chunk_id(&gil, &Origin::Card, Digest([7; 32])));
        assert_eq!(format!("{:032x}", id.0), "811f66ab2ebb7ab5cc65998381a9a283");
    }

    #[test]
    fn another_model_has_other_passages() {
        let model = |name: &str, file, dimension| ModelIdentity { name: name.to_owned(), file, dimension };
        let (one, two) = (Digest([1; 32]), Digest([2; 32]));
        let digests = [
            passage_digest(&model("a", one, 384), "text"),
            passage_digest(&model("b", one, 384), "text"),
            passage_digest(&model("a", two, 384), "text"),
            passage_digest(&model("a", one, 385), "text"),
            passage_digest(&model("a", one, 384), "texts"),
        ];
        assert_eq!(digests.iter().collect::<std::collections::HashSet<_>>().len(), digests.len());
    }
}
