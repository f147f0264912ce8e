//! An arena: things in numbered places, found again by where they stand and by how many have stood there before.
//!
//! Where something stands follows from its id alone, so that it can be brought near before it is looked at.

use crate::engine::near::bring_all;

/// Names something in an arena; nothing that comes later has the same id. The default names nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Debug)]
pub(super) struct Id {
    place: u32,
    /// How often the place has changed hands, counted from one.
    version: u32,
}

#[derive(Debug)]
struct Slot<T> {
    version: u32,
    item: Option<T>,
}

/// Things in places; those of what has gone are given to what comes.
#[derive(Debug)]
pub(super) struct Arena<T> {
    slots: Vec<Slot<T>>,
    /// Places that are free, the last one to be given next.
    free: Vec<u32>,
}

/// Bytes of one thing beside itself: what tells it from those before it, and once it has gone the number of its place.
pub(super) const ID_BYTES: usize = size_of::<Id>();

impl<T> Default for Arena<T> {
    fn default() -> Self {
        Arena { slots: Vec::new(), free: Vec::new() }
    }
}

impl<T> Arena<T> {
    /// Takes something in. Memory ends long before numbers do.
    pub(super) fn insert(&mut self, item: T) -> Id {
        if let Some(place) = self.free.pop()
            && let Some(slot) = self.slots.get_mut(place as usize)
        {
            slot.item = Some(item);
            return Id { place, version: slot.version };
        }
        let place = u32::try_from(self.slots.len()).unwrap_or(u32::MAX);
        self.slots.push(Slot { version: 1, item: Some(item) });
        Id { place, version: 1 }
    }

    /// Takes something out.
    pub(super) fn remove(&mut self, id: Id) -> Option<T> {
        let slot = self.slots.get_mut(id.place as usize).filter(|slot| slot.version == id.version)?;
        let item = slot.item.take()?;
        slot.version = slot.version.wrapping_add(1).max(1);
        self.free.push(id.place);
        Some(item)
    }

    pub(super) fn get(&self, id: Id) -> Option<&T> {
        self.slots.get(id.place as usize).filter(|slot| slot.version == id.version)?.item.as_ref()
    }

    pub(super) fn get_mut(&mut self, id: Id) -> Option<&mut T> {
        self.slots.get_mut(id.place as usize).filter(|slot| slot.version == id.version)?.item.as_mut()
    }

    /// Brings near what is read when something is looked at.
    pub(super) fn bring(&self, id: Id) {
        self.slots.get(id.place as usize).into_iter().for_each(bring_all);
    }

    /// Returns how many there are.
    pub(super) fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// Returns everything in the order of places.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Id, &T)> {
        (0..).zip(&self.slots).filter_map(|(place, slot)| Some((Id { place, version: slot.version }, slot.item.as_ref()?)))
    }

    /// Returns everything in the order of places, to be changed.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (Id, &mut T)> {
        (0..).zip(&mut self.slots).filter_map(|(place, slot)| Some((Id { place, version: slot.version }, slot.item.as_mut()?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_id_names_one_thing_only(steps in prop::collection::vec((any::<bool>(), 0usize..8), 0..200)) {
            let mut arena = Arena::default();
            let mut ever: Vec<(Id, Option<usize>)> = vec![(Id::default(), None)];
            for (number, (inserts, which)) in steps.into_iter().enumerate() {
                if inserts {
                    ever.push((arena.insert(number), Some(number)));
                } else {
                    let at = ever.len().saturating_sub(1 + which);
                    let (id, item) = &mut ever[at];
                    prop_assert_eq!(arena.remove(*id), item.take());
                }
                prop_assert!(ever.iter().all(|(id, item)| arena.get(*id) == item.as_ref()), "{:?}", ever);
                let mut alive: Vec<(Id, usize)> = ever.iter().filter_map(|(id, item)| Some((*id, (*item)?))).collect();
                alive.sort_unstable();
                prop_assert_eq!(arena.len(), alive.len());
                prop_assert_eq!(arena.iter().map(|(id, item)| (id, *item)).collect::<Vec<_>>(), alive.clone());
                prop_assert_eq!(arena.iter_mut().map(|(id, item)| (id, *item)).collect::<Vec<_>>(), alive);
            }
        }
    }
}
