//! The store by its front door: what is saved comes back, nothing else opens it, nobody reads along.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection as Database;

use super::{
    DATABASE_FILE, Error, HookSecret, KEY_FILE, KeyFault, KeySource, MasterKey, NewConnection, OperationKind, Outcome, PathId, SealFault, Standing, StepState,
    Store, Workspace,
};
use crate::event::{Span, Timestamp};
use crate::okta::{ClientId, HookId, Secret};

const CLIENT_SECRET: &str = "canary-client-secret-6Qw0vJ";
const HOOK_SECRET: &str = "canary-hook-secret-9ZtP1x";

/// A folder that is removed when the test is over.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        let folder = std::env::temp_dir().join(format!("clarion-store-{}", uuid::Uuid::new_v4()));
        Folder(folder)
    }

    fn open(&self) -> Store {
        Store::open(&self.0, &KeySource::Folder).unwrap().0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn at(minute: i64) -> Timestamp {
    Timestamp::parse("2026-03-02T09:00:00Z").unwrap().plus(Span::minutes(minute))
}

fn workspace(name: &str) -> Workspace {
    Workspace::parse(name).unwrap()
}

fn new_connection(secret: &str) -> NewConnection {
    NewConnection {
        org_host: "company.okta.com".to_owned(),
        org_id: "00oabc".to_owned(),
        client_id: ClientId::parse("0oa123").unwrap(),
        client_secret: Secret::new(secret.to_owned()),
        public_url: Some("https://clarion.company.com".to_owned()),
    }
}

fn hook_id(id: &str) -> HookId {
    HookId::parse(id).unwrap()
}

fn events() -> Vec<String> {
    vec!["user.session.start".to_owned(), "user.account.lock".to_owned()]
}

/// A store with a connection whose hook is managed.
fn connected(folder: &Folder, name: &str) -> (Store, PathId) {
    let mut store = folder.open();
    let path_id = connect(&mut store, name);
    (store, path_id)
}

fn connect(store: &mut Store, name: &str) -> PathId {
    let (workspace, path_id) = (workspace(name), PathId::random().unwrap());
    store.save_credentials(&workspace, &new_connection(CLIENT_SECRET), at(0)).unwrap();
    store.want_hook(&workspace, &path_id, "https://clarion.company.com/hooks/okta/x", &events(), &Secret::new(HOOK_SECRET.to_owned()), at(1)).unwrap();
    store.note_hook(&path_id, Standing::Made, Some(&hook_id("who1")), at(2)).unwrap();
    store.manage_hook(&workspace, &path_id, &hook_id("who1"), at(120), at(3)).unwrap();
    path_id
}

fn database(folder: &Folder) -> Database {
    Database::open(folder.0.join(DATABASE_FILE)).unwrap()
}

#[test]
fn what_is_saved_comes_back_after_the_store_is_opened_again() {
    let folder = Folder::new();
    let (store, path_id) = connected(&folder, "default");
    drop(store);
    let store = folder.open();
    let workspace = workspace("default");
    let connection = store.connection(&workspace).unwrap().unwrap();
    assert_eq!((connection.org_host.as_str(), connection.org_id.as_str(), connection.client_id.as_str()), ("company.okta.com", "00oabc", "0oa123"));
    assert_eq!((connection.client_secret_at, connection.connected_at), (Some(at(0)), Some(at(3))));
    assert_eq!(store.client_secret(&workspace).unwrap().unwrap().expose(), CLIENT_SECRET);
    let hooks = store.hooks(&workspace).unwrap();
    assert_eq!((hooks.len(), hooks[0].standing, &hooks[0].hook_id, &hooks[0].events), (1, Standing::Managed, &Some(hook_id("who1")), &events()));
    let secrets = store.hook_secrets(&workspace).unwrap();
    assert_eq!((secrets.len(), &secrets[0].path_id, secrets[0].secret.expose(), secrets[0].retires_at), (1, &path_id, HOOK_SECRET, None));
    assert_eq!(store.workspace_of(&path_id).unwrap(), Some(workspace));
}

#[test]
fn workspaces_do_not_see_each_other() {
    let folder = Folder::new();
    let (mut store, first) = connected(&folder, "red");
    let second = connect(&mut store, "blue");
    assert_eq!(store.workspaces().unwrap(), [workspace("blue"), workspace("red")]);
    assert_eq!(store.hooks(&workspace("red")).unwrap().len(), 1);
    store.forget_connection(&workspace("red")).unwrap();
    assert_eq!(store.connection(&workspace("red")).unwrap(), None);
    assert_eq!(store.client_secret(&workspace("red")).unwrap(), None);
    assert_eq!(store.workspace_of(&first).unwrap(), None);
    assert_eq!(store.workspace_of(&second).unwrap(), Some(workspace("blue")));
    assert_eq!(store.client_secret(&workspace("blue")).unwrap().unwrap().expose(), CLIENT_SECRET);
}

#[test]
fn a_new_hook_sends_the_old_one_away_and_gives_its_secret_an_end() {
    let folder = Folder::new();
    let (mut store, old) = connected(&folder, "default");
    let (workspace, new) = (workspace("default"), PathId::random().unwrap());
    store.want_hook(&workspace, &new, "https://clarion.company.com/hooks/okta/y", &events(), &Secret::new("second".to_owned()), at(10)).unwrap();
    store.manage_hook(&workspace, &new, &hook_id("who2"), at(130), at(11)).unwrap();
    let standing =
        |store: &Store, path_id: &PathId| store.hooks(&workspace).unwrap().into_iter().find(|hook| hook.path_id == *path_id).map(|hook| hook.standing);
    assert_eq!((standing(&store, &old), standing(&store, &new)), (Some(Standing::Leaving), Some(Standing::Managed)));
    let good = |store: &Store, minute: i64| {
        let secrets = store.hook_secrets(&workspace).unwrap();
        secrets.iter().filter(|secret| secret.is_good_at(at(minute))).count()
    };
    assert_eq!((good(&store, 12), good(&store, 129), good(&store, 130)), (2, 2, 1));
    store.note_hook(&old, Standing::Gone, None, at(12)).unwrap();
    assert_eq!(store.erase_retired(&workspace, at(129)).unwrap(), 0, "it may still be needed");
    assert_eq!(store.erase_retired(&workspace, at(130)).unwrap(), 1);
    assert_eq!(standing(&store, &old), None, "nothing is left of it");
    assert_eq!(standing(&store, &new), Some(Standing::Managed));
}

#[test]
fn a_rotated_secret_leaves_the_older_one_an_end() {
    let folder = Folder::new();
    let (mut store, path_id) = connected(&folder, "default");
    let workspace = workspace("default");
    store.add_hook_secret(&workspace, &path_id, &Secret::new("second".to_owned()), at(5)).unwrap();
    assert!(store.hook_secrets(&workspace).unwrap().iter().all(|secret| secret.retires_at.is_none()), "until Okta is known to have it both last");
    store.retire_older_secrets(&path_id, at(125)).unwrap();
    let ends: Vec<(i64, Option<Timestamp>)> =
        store.hook_secrets(&workspace).unwrap().iter().map(|secret: &HookSecret| (secret.number, secret.retires_at)).collect();
    assert_eq!(ends, [(1, Some(at(125))), (2, None)]);
}

#[test]
fn the_journal_tells_what_was_cut_off() {
    let folder = Folder::new();
    let mut store = folder.open();
    let workspace = workspace("default");
    let first = store.begin(&workspace, OperationKind::Connect, at(0)).unwrap();
    store.note_step(first, "domain", StepState::Begun, None, at(0)).unwrap();
    store.note_step(first, "domain", StepState::Done, Some("using company.okta.com"), at(1)).unwrap();
    store.note_step(first, "token", StepState::Begun, None, at(2)).unwrap();
    drop(store);
    let mut store = folder.open();
    let open = store.open_operation(&workspace).unwrap().unwrap();
    let steps: Vec<(&str, StepState)> = open.steps.iter().map(|step| (step.name.as_str(), step.state)).collect();
    assert_eq!((open.kind, steps), (OperationKind::Connect, vec![("domain", StepState::Done), ("token", StepState::Begun)]));
    let second = store.begin(&workspace, OperationKind::Settle, at(5)).unwrap();
    store.end(second, Outcome::Done, Some("nothing to do"), at(6)).unwrap();
    assert_eq!(store.open_operation(&workspace).unwrap().unwrap().id, first, "as long as it is not settled");
    store.end_cut_off(&workspace, at(6)).unwrap();
    assert_eq!(store.open_operation(&workspace).unwrap(), None);
    assert_eq!(store.last_operation(&workspace).unwrap().unwrap().outcome, Some(Outcome::Done));
}

#[test]
fn the_audit_outlives_the_connection() {
    let folder = Folder::new();
    let (mut store, _) = connected(&folder, "default");
    let workspace = workspace("default");
    store.audit(&workspace, "connect", "hook who1", at(3)).unwrap();
    store.forget_connection(&workspace).unwrap();
    store.audit(&workspace, "disconnect", "", at(4)).unwrap();
    let entries = store.audit_entries(&workspace, 10).unwrap();
    assert_eq!(entries.iter().map(|entry| entry.what.as_str()).collect::<Vec<_>>(), ["disconnect", "connect"]);
}

// ---- keys and seals ------------------------------------------------------------------------------------------------------

fn given(byte: u8) -> KeySource {
    let text: String = (0..32u8).map(|at| format!("{:02x}", at.wrapping_mul(7).wrapping_add(byte))).collect();
    KeySource::Given(Secret::new(text))
}

#[test]
fn another_master_key_is_refused() {
    let folder = Folder::new();
    drop(Store::open(&folder.0, &given(1)).unwrap());
    assert_eq!(Store::open(&folder.0, &given(2)).unwrap_err(), Error::WrongKey);
    assert_eq!(Store::look(&folder.0, &given(2)).unwrap_err(), Error::WrongKey);
    assert!(Store::open(&folder.0, &given(1)).is_ok());
    assert!(!folder.0.join(KEY_FILE).exists(), "none is made where one is given");
}

#[test]
fn a_lost_key_file_is_not_replaced() {
    let folder = Folder::new();
    drop(connected(&folder, "default"));
    fs::remove_file(folder.0.join(KEY_FILE)).unwrap();
    assert!(matches!(Store::open(&folder.0, &KeySource::Folder).unwrap_err(), Error::Key(KeyFault::Gone(_))));
    assert!(!folder.0.join(KEY_FILE).exists());
}

#[test]
fn a_key_is_32_random_bytes_in_hexadecimal_or_base64() {
    let parse = |text: &str| MasterKey::parse(&Secret::new(text.to_owned())).map(|key| key.id());
    let hex = "00112233445566778899aabbccddeeff0123456789abcdef0011223344556677";
    let base64 = "ABEiM0RVZneImaq7zN3u/wEjRWeJq83vABEiM0RVZnc=";
    assert_eq!(parse(hex).unwrap(), parse(base64).unwrap());
    assert_eq!(parse(&format!("  {}\n", hex.to_uppercase())).unwrap(), parse(hex).unwrap());
    assert_eq!(parse(&base64.replace('/', "_").replace('=', "")).unwrap(), parse(hex).unwrap());
    for wrong in ["", "short", "zz112233445566778899aabbccddeeff0123456789abcdef0011223344556677", hex.get(..62).unwrap()] {
        assert_eq!(parse(wrong).unwrap_err(), KeyFault::Form, "{wrong}");
    }
    assert_eq!(parse(&"0".repeat(64)).unwrap_err(), KeyFault::Weak);
    assert_eq!(parse(&"ab".repeat(32)).unwrap_err(), KeyFault::Weak);
}

/// Changes a sealed secret behind the store's back and says why it then does not open.
fn tampered(change: impl FnOnce(&Database)) -> Error {
    let folder = Folder::new();
    let (mut store, _) = connected(&folder, "default");
    connect(&mut store, "other");
    drop(store);
    change(&database(&folder));
    folder.open().client_secret(&workspace("default")).unwrap_err()
}

#[test]
fn a_sealed_secret_opens_in_its_own_place_only() {
    let sealed = |why| Error::Sealed { field: "client secret", why };
    let moved = tampered(|db| {
        db.execute("UPDATE connection SET client_secret = (SELECT client_secret FROM connection WHERE workspace = 'other') WHERE workspace = 'default'", [])
            .unwrap();
    });
    assert_eq!(moved, sealed(SealFault::Moved));
    let of_hook = tampered(|db| {
        db.execute("UPDATE connection SET client_secret = (SELECT secret FROM hook_secret JOIN hook USING (path_id) WHERE workspace = 'default')", []).unwrap();
    });
    assert_eq!(of_hook, sealed(SealFault::Moved));
    let flipped = |at: usize| {
        tampered(move |db| {
            let mut bytes: Vec<u8> = db.query_row("SELECT client_secret FROM connection WHERE workspace = 'default'", [], |row| row.get(0)).unwrap();
            let at = at.min(bytes.len() - 1);
            bytes[at] ^= 1;
            db.execute("UPDATE connection SET client_secret = ?1 WHERE workspace = 'default'", [bytes]).unwrap();
        })
    };
    assert_eq!(flipped(0), sealed(SealFault::UnknownForm));
    assert_eq!(flipped(1), sealed(SealFault::OtherKey));
    assert_eq!(flipped(9), sealed(SealFault::Moved));
    for at in [17, 40, 41, 50, usize::MAX] {
        assert_eq!(flipped(at), sealed(SealFault::Damaged), "byte {at}");
    }
    let cut = |len: i64| {
        tampered(move |db| {
            db.execute("UPDATE connection SET client_secret = substr(client_secret, 1, ?1) WHERE workspace = 'default'", [len]).unwrap();
        })
    };
    for len in [0, 1, 20, 41, 60] {
        assert_eq!(cut(len), sealed(SealFault::Damaged), "{len} bytes");
    }
}

#[test]
fn the_same_secret_is_never_sealed_to_the_same_bytes() {
    let folder = Folder::new();
    let mut store = folder.open();
    let sealed = |store: &mut Store| -> Vec<u8> {
        store.save_credentials(&workspace("default"), &new_connection(CLIENT_SECRET), at(0)).unwrap();
        store.db.query_row("SELECT client_secret FROM connection", [], |row| row.get(0)).unwrap()
    };
    assert_ne!(sealed(&mut store), sealed(&mut store));
}

#[test]
fn no_file_of_the_folder_holds_a_secret_in_clear() {
    let folder = Folder::new();
    let (store, _) = connected(&folder, "default");
    // With the store still open the write-ahead log is there, too.
    let files: Vec<PathBuf> = fs::read_dir(&folder.0).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.iter().any(|file| file.to_string_lossy().ends_with("-wal")), "{files:?}");
    for file in &files {
        let bytes = fs::read(file).unwrap();
        for secret in [CLIENT_SECRET, HOOK_SECRET] {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{}", file.display());
        }
    }
    drop(store);
}

#[test]
fn no_debug_or_message_shows_a_secret() {
    let folder = Folder::new();
    let (store, _) = connected(&folder, "default");
    let secrets = store.hook_secrets(&workspace("default")).unwrap();
    let shown = format!("{store:?} {secrets:?} {:?} {:?}", new_connection(CLIENT_SECRET), given(1));
    assert!(!shown.contains("canary") && !shown.contains("0007"), "{shown}");
}

// ---- the folder ----------------------------------------------------------------------------------------------------------

#[cfg(unix)]
#[test]
fn folder_and_files_are_for_the_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let (store, _) = connected(&folder, "default");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder.0), 0o700);
    for entry in fs::read_dir(&folder.0).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
    drop(store);
    fs::set_permissions(&folder.0, fs::Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(folder.0.join(KEY_FILE), fs::Permissions::from_mode(0o644)).unwrap();
    drop(folder.open());
    assert_eq!((mode(&folder.0), mode(&folder.0.join(KEY_FILE))), (0o700, 0o600), "our own folder is closed again");
    let foreign = Folder::new();
    fs::create_dir(&foreign.0).unwrap();
    fs::set_permissions(&foreign.0, fs::Permissions::from_mode(0o755)).unwrap();
    fs::write(foreign.0.join("letter.txt"), "hello").unwrap();
    assert_eq!(Store::open(&foreign.0, &KeySource::Folder).unwrap_err(), Error::OpenToOthers(foreign.0.clone()));
    assert_eq!(mode(&foreign.0), 0o755);
}

#[test]
fn two_cannot_change_the_same_folder_and_one_can_look() {
    let folder = Folder::new();
    let (store, _) = connected(&folder, "default");
    assert_eq!(Store::open(&folder.0, &KeySource::Folder).unwrap_err(), Error::InUse(folder.0.clone()));
    assert!(Store::is_held_elsewhere(&folder.0));
    let mut looking = Store::look(&folder.0, &KeySource::Folder).unwrap().unwrap();
    assert!(looking.connection(&workspace("default")).unwrap().is_some());
    assert_eq!(looking.audit(&workspace("default"), "x", "", at(0)).unwrap_err(), Error::LookOnly);
    drop(store);
    assert!(!Store::is_held_elsewhere(&folder.0));
    assert!(Store::open(&folder.0, &KeySource::Folder).is_ok());
}

#[test]
fn looking_makes_nothing() {
    let folder = Folder::new();
    assert!(Store::look(&folder.0, &KeySource::Folder).unwrap().is_none());
    assert!(!folder.0.exists());
}

#[test]
fn a_database_that_is_newer_foreign_or_broken_is_refused() {
    let folder = Folder::new();
    drop(connected(&folder, "default"));
    database(&folder).pragma_update(None, "user_version", 99).unwrap();
    assert_eq!(Store::open(&folder.0, &KeySource::Folder).unwrap_err(), Error::Newer { found: 99, known: 1 });
    assert_eq!(Store::look(&folder.0, &KeySource::Folder).unwrap_err(), Error::Newer { found: 99, known: 1 });
    let foreign = Folder::new();
    fs::create_dir(&foreign.0).unwrap();
    database(&foreign).execute_batch("CREATE TABLE letters (text)").unwrap();
    assert_eq!(Store::open(&foreign.0, &KeySource::Folder).unwrap_err(), Error::NotOurs);
    let broken = Folder::new();
    fs::create_dir(&broken.0).unwrap();
    fs::write(broken.0.join(DATABASE_FILE), "this is no database at all, and long enough to be looked at".repeat(20)).unwrap();
    assert_eq!(Store::open(&broken.0, &KeySource::Folder).unwrap_err(), Error::NotOurs);
    let file = Folder::new();
    fs::write(&file.0, "").unwrap();
    assert!(matches!(Store::open(&file.0, &KeySource::Folder).unwrap_err(), Error::Folder { .. }));
    fs::remove_file(&file.0).unwrap();
}

#[test]
fn every_error_says_what_to_do_or_needs_no_more_words() {
    let path = PathBuf::from("/data");
    let errors = [
        Error::OpenToOthers(path.clone()),
        Error::InUse(path.clone()),
        Error::NotOurs,
        Error::Newer { found: 2, known: 1 },
        Error::damaged("a value"),
        Error::Key(KeyFault::Form),
        Error::Key(KeyFault::Gone(path)),
        Error::WrongKey,
        Error::Sealed { field: "client secret", why: SealFault::Moved },
    ];
    for error in errors {
        let text = error.to_string();
        assert!(error.help().is_some() && !text.ends_with('.') && text.chars().next().is_some_and(char::is_lowercase), "{text}");
    }
}

#[test]
fn names_of_workspaces_and_addresses_are_checked() {
    for fine in ["default", "a", "team-7", &"x".repeat(40)] {
        assert!(Workspace::parse(fine).is_some(), "{fine}");
    }
    for wrong in ["", "-a", "a-", "Team", "a b", "a/b", "ä", &"x".repeat(41)] {
        assert!(Workspace::parse(wrong).is_none(), "{wrong}");
    }
    let drawn = PathId::random().unwrap();
    assert_eq!(PathId::parse(drawn.as_str()), Some(drawn.clone()));
    assert_ne!(PathId::random().unwrap(), drawn);
    for wrong in ["", "../../../etc/passwd", &"g".repeat(32), &"A".repeat(32), &"0".repeat(31)] {
        assert!(PathId::parse(wrong).is_none(), "{wrong}");
    }
}
