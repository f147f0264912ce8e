//! Short stories of what comes late, twice, or not at all.
