//! What to say where no question passes the filters: which of them stand in the way.

use super::Filters;
use crate::sheet::can_be_asked;
use viva_core::guide::{Guide, Question};

/// For each filter that is set, by the name of its field, how many questions would pass if it alone were left open.
pub fn relaxed(guide: &Guide, filters: &Filters) -> Vec<(&'static str, usize)> {
    let without = [
        ("role", filters.role.is_some(), Filters { role: None, ..filters.clone() }),
        ("level", filters.level.is_some(), Filters { level: None, ..filters.clone() }),
        ("modules", !filters.modules.is_empty(), Filters { modules: vec![], ..filters.clone() }),
        ("focus", !filters.focus.is_empty(), Filters { focus: vec![], ..filters.clone() }),
    ];
    let gradable: Vec<&Question> = guide.questions().filter(|question| can_be_asked(question)).collect();
    let set = without.into_iter().filter(|(_, is_set, _)| *is_set);
    set.map(|(field, _, rest)| (field, gradable.iter().filter(|question| rest.allow(question)).count()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::guide;
    use viva_core::guide::Level;
    use viva_core::id::{ModuleId, Role};

    #[test]
    fn the_filter_that_stands_in_the_way_is_named() {
        let guide = guide();
        let filters = Filters {
            role: Some(Role::new("python-developer").unwrap()),
            level: Some(Level::Principal),
            modules: vec![ModuleId::new("threads").unwrap()],
            ..Filters::default()
        };
        let found = relaxed(&guide, &filters);
        assert_eq!(found, [("role", 0), ("level", 3), ("modules", 0)]);
        assert!(relaxed(&guide, &Filters::default()).is_empty());
    }
}
