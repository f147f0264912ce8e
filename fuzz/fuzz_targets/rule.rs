//! Any bytes as a rule file: no panic, and every place inside the file.
#![no_main]

use std::collections::BTreeMap;

use clarion::pack::{File, Library, Role};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut library = Library::new();
    library.add(&[File { name: "fuzz.yml".to_owned(), role: Role::Rule, bytes: Ok(bytes.to_vec()) }], &BTreeMap::new());
    assert!(library.rules().count() > 0 || !library.faults.is_empty(), "neither a rule nor a fault");
    for fault in &library.faults {
        let text = library.sources.text(fault.span.file);
        assert!(fault.span.end as usize <= text.len(), "{fault:?}");
        assert!(text.is_char_boundary(fault.span.start as usize) && text.is_char_boundary(fault.span.end as usize), "{fault:?}");
        let _ = clarion::diagnostic::human(fault, &library.sources, false);
    }
});
