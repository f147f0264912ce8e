//! Any bytes as a stream of events: no panic, and what is read is what came.
#![no_main]

use std::sync::LazyLock;

use clarion::event::{Event, FieldId, FieldRef, Intake, Layout, Origin, Piece, Source, open};
use libfuzzer_sys::fuzz_target;

static LAYOUT: LazyLock<Layout> = LazyLock::new(Layout::everything);

fuzz_target!(|bytes: &[u8]| {
    let origin = Origin { source: Source::File, org: None };
    let mut event = Event::new();
    let mut piece = Piece::default();
    for result in [false, true] {
        // Once as they are, once as if they might be compressed.
        let mut intake: Intake<Box<dyn std::io::BufRead>> = Intake::new(if result { Box::new(open(bytes)) } else { Box::new(bytes) });
        while let Some(next) = intake.next_into(&mut piece) {
            if next.is_err() || event.read(&LAYOUT, &piece.bytes, &origin).is_err() {
                continue;
            }
            assert_eq!(event.raw(), piece.bytes);
            for field in FieldId::all() {
                if let Some(slot) = LAYOUT.slot(&FieldRef::Known(field)) {
                    let _ = event.value(slot).to_string();
                }
            }
        }
    }
});
