//! The rooms of the house: each uses only those before it, and each outside thing has one room.

use std::fs;
use std::path::{Path, PathBuf};

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder of sources").flatten() {
        let path = entry.path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

fn rooms() -> Vec<String> {
    let map = fs::read_to_string("src/lib.rs").expect("the map");
    map.lines().filter_map(|line| line.strip_prefix("pub mod ")).map(|name| name.trim_end_matches(';').to_owned()).collect()
}

fn is_test(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name == "tests.rs" || name == "laws.rs" || name == "testing.rs"
}

#[test]
fn a_room_uses_only_the_rooms_before_it() {
    let rooms = rooms();
    assert!(rooms.len() >= 8, "the map names {} rooms", rooms.len());
    let mut wrong = Vec::new();
    for (at, room) in rooms.iter().enumerate() {
        let folder = Path::new("src").join(room);
        let files = if folder.is_dir() { sources(&folder) } else { vec![folder.with_extension("rs")] };
        for file in files {
            let text = fs::read_to_string(&file).expect("a source");
            for (later, other) in rooms.iter().enumerate().skip(at + 1) {
                let uses = text.lines().any(|line| !line.trim_start().starts_with("//") && line.contains(&format!("crate::{other}")));
                if uses {
                    wrong.push(format!("{} (room {at}, {room}) uses {other} (room {later})", file.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_outside_thing_has_one_room() {
    let only: [(&str, &[&str]); 14] = [
        ("pest::", &["src/language/parse"]),
        ("serde_yaml::", &["src/pack"]),
        ("chrono::", &["src/event/time"]),
        ("chrono_tz", &["src/event/time"]),
        ("clap", &["src/cli"]),
        ("indicatif", &["src/cli"]),
        ("println!", &["src/cli"]),
        ("std::fs", &["src/cli", "src/store"]),
        ("rusqlite", &["src/store"]),
        ("chacha20poly1305", &["src/store"]),
        ("std::env", &["src/cli"]),
        ("reqwest::", &["src/okta", "src/fake_okta"]),
        ("jsonwebtoken::", &["src/okta", "src/fake_okta"]),
        ("tokio::", &["src/okta", "src/integration", "src/fake_okta", "src/cli"]),
    ];
    let mut wrong = Vec::new();
    for file in sources(Path::new("src")).iter().filter(|file| !is_test(file)) {
        let text = fs::read_to_string(file).expect("a source");
        for (thing, homes) in only {
            let uses = text.lines().any(|line| !line.trim_start().starts_with("//") && line.contains(thing) && !line.contains("env!("));
            if uses && !homes.iter().any(|home| file.starts_with(home)) && file != Path::new("src/main.rs") {
                wrong.push(format!("{} names {thing}, which belongs to {}", file.display(), homes.join(", ")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
