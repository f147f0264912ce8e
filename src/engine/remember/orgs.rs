//! The orgs by name. Nearly every event is of the same org as the one before.

use std::sync::Arc;

use super::org::Org;

/// Orgs in the order of their names.
#[derive(Debug, Default)]
pub(super) struct Orgs {
    orgs: Vec<(Arc<str>, Org)>,
    /// The place of the one that was asked for last.
    last: usize,
}

impl Orgs {
    fn place(&self, name: &str) -> Result<usize, usize> {
        if self.is_last(name) { Ok(self.last) } else { self.orgs.binary_search_by(|(known, _)| (**known).cmp(name)) }
    }

    /// Says whether an org was asked for last. Mostly even its name is the same piece of memory.
    #[inline]
    fn is_last(&self, name: &str) -> bool {
        self.orgs.get(self.last).is_some_and(|(known, _)| std::ptr::eq(&raw const **known, name) || **known == *name)
    }

    pub(super) fn get(&self, name: &str) -> Option<&Org> {
        let place = self.place(name).ok()?;
        self.orgs.get(place).map(|(_, org)| org)
    }

    /// Returns an org; one that was not there is there now.
    pub(super) fn get_or_make(&mut self, name: &Arc<str>) -> &mut Org {
        if !self.is_last(name) {
            self.last = self.place(name).unwrap_or_else(|place| {
                self.orgs.insert(place, (name.clone(), Org::default()));
                place
            });
        }
        #[expect(clippy::indexing_slicing, reason = "it was found there, or put there")]
        &mut self.orgs[self.last].1
    }

    /// Puts an org in the place of what is there under its name.
    pub(super) fn put(&mut self, name: &Arc<str>, org: Org) {
        *self.get_or_make(name) = org;
    }

    pub(super) fn len(&self) -> usize {
        self.orgs.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &Org)> {
        self.orgs.iter().map(|(name, org)| (name, org))
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (&Arc<str>, &mut Org)> {
        self.orgs.iter_mut().map(|(name, org)| (&*name, org))
    }
}
