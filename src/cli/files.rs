//! Finding the files of packs on disk.
//!
//! Takes paths of files and folders; gives the packs they belong to, each with its rules, definitions, fixtures and lists. A rule
//! file that is named alone still finds the pack around it, so that its definitions have a meaning.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::pack::{File, Role};

/// Most files that one folder may hold; more is no folder of rules.
pub const FILES_MAX: usize = 50_000;

/// Deepest folder below a path.
const DEPTH_MAX: usize = 16;

/// The files of one pack.
#[derive(Debug)]
pub struct Folder {
    /// The pack's folder.
    pub root: PathBuf,
    /// Its files.
    pub files: Vec<File>,
}

/// Finds the packs of all paths.
///
/// # Errors
/// A sentence about the first path that does not exist or holds too much.
pub fn gather(paths: &[PathBuf]) -> Result<Vec<Folder>, String> {
    let mut rules: BTreeMap<PathBuf, BTreeSet<PathBuf>> = BTreeMap::new();
    for path in paths {
        let is_there = fs::symlink_metadata(path);
        if let Err(error) = is_there {
            return Err(format!("cannot read `{}`: {}", path.display(), plain(&error)));
        }
        if path.is_dir() {
            let mut found = Vec::new();
            walk(path, 0, &mut found)?;
            let own = root_above(path).unwrap_or_else(|| without_dot(path).to_owned());
            rules.entry(own.clone()).or_default();
            for file in found {
                let root = root_between(path, &file).unwrap_or_else(|| own.clone());
                rules.entry(root).or_default().insert(without_dot(&file).to_owned());
            }
        } else {
            let parent = folder_of(path);
            let root = root_above(&parent).unwrap_or(parent);
            rules.entry(root).or_default().insert(without_dot(path).to_owned());
        }
    }
    let mut folders = Vec::new();
    for (root, selected) in rules {
        folders.push(Folder { files: files_of(&root, &selected)?, root });
    }
    // A folder that holds nothing but other packs is not one itself.
    let several = folders.len() > 1;
    folders.retain(|folder| !several || folder.files.iter().any(|file| file.role == Role::Rule || file.role == Role::Manifest));
    Ok(folders)
}

/// Says an error of the system in plain words.
pub fn plain(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file or folder".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        std::io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        _ => error.to_string(),
    }
}

/// Marks a folder as a pack.
fn is_root(folder: &Path) -> bool {
    ["pack.yml", "pack.yaml", "definitions.yml", "definitions.yaml"].iter().any(|name| folder.join(name).is_file())
}

/// Finds the pack that a folder lies in.
fn root_above(folder: &Path) -> Option<PathBuf> {
    let first = without_dot(folder).to_owned();
    std::iter::successors(Some(first), |folder| Some(folder_above(folder))).take(DEPTH_MAX).find(|folder| is_root(folder))
}

/// Finds a pack below `from` that a file lies in.
fn root_between(from: &Path, file: &Path) -> Option<PathBuf> {
    file.ancestors().skip(1).take_while(|folder| *folder != from).find(|folder| is_root(folder)).map(|folder| without_dot(folder).to_owned())
}

/// Returns the folder that a file stands in; a bare name stands in `.`.
fn folder_of(file: &Path) -> PathBuf {
    let parent = without_dot(file).parent().unwrap_or(Path::new(""));
    without_dot(parent).to_owned()
}

/// Returns the folder around a folder. A relative path has an end, the folders do not: above `.` lies `..`.
fn folder_above(folder: &Path) -> PathBuf {
    match folder.components().next_back() {
        Some(Component::Normal(_)) => folder_of(folder),
        Some(Component::ParentDir) => folder.join(".."),
        Some(Component::RootDir | Component::Prefix(_)) => folder.to_owned(),
        Some(Component::CurDir) | None => PathBuf::from(".."),
    }
}

/// Takes `./` away, so that a file and a folder have one name each; what is then empty is `.`.
fn without_dot(path: &Path) -> &Path {
    let path = path.strip_prefix(".").unwrap_or(path);
    if path.as_os_str().is_empty() { Path::new(".") } else { path }
}

fn walk(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) -> Result<(), String> {
    if depth > DEPTH_MAX {
        return Ok(());
    }
    let entries = fs::read_dir(folder).map_err(|error| format!("cannot read `{}`: {}", folder.display(), plain(&error)))?;
    let mut entries: Vec<_> = entries.flatten().collect();
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        let path = entry.path();
        // A link to a folder is not followed: it could lead outside, or in a circle.
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => walk(&path, depth + 1, found)?,
            _ => found.push(path),
        }
        if found.len() > FILES_MAX {
            return Err(format!("`{}` holds more than {FILES_MAX} files", folder.display()));
        }
    }
    Ok(())
}

fn files_of(root: &Path, selected: &BTreeSet<PathBuf>) -> Result<Vec<File>, String> {
    let mut paths: BTreeMap<PathBuf, Role> = BTreeMap::new();
    if is_root(root) || root.join("fixtures").is_dir() {
        let mut around = Vec::new();
        walk(root, 0, &mut around)?;
        for path in around {
            let path = without_dot(&path).to_owned();
            match role(root, &path) {
                Some(Role::Rule) | None => {}
                Some(role) => {
                    paths.insert(path, role);
                }
            }
        }
    }
    for path in selected {
        match role(root, path) {
            // What a pack holds beside its rules has been found under the name that leads there from the pack.
            Some(role) if role != Role::Rule && !path.starts_with(root) && is_root(root) && root != Path::new(".") => {}
            Some(role) => {
                paths.insert(path.clone(), role);
            }
            // A file that was named is a rule whatever it is called.
            None if path.extension().is_none_or(|extension| extension != "md") && selected.len() == 1 => {
                paths.insert(path.clone(), Role::Rule);
            }
            None => {}
        }
    }
    Ok(paths.into_iter().map(|(path, role)| File { name: path.display().to_string(), role, bytes: read(&path) }).collect())
}

fn role(root: &Path, path: &Path) -> Option<Role> {
    Role::of(&inside(root, path)?.to_string_lossy().replace('\\', "/"))
}

/// Returns the path of a file inside its pack.
fn inside(root: &Path, path: &Path) -> Option<PathBuf> {
    let is_here = root == Path::new(".") && matches!(path.components().next(), Some(Component::Normal(_)));
    if is_here {
        return Some(path.to_owned());
    }
    if let Ok(relative) = path.strip_prefix(root) {
        return Some(relative.to_owned());
    }
    // `..` holds the file although its name does not say so. Only the folders are resolved: a link to a file is the file that it stands for.
    let folder = fs::canonicalize(folder_of(path)).ok()?;
    let relative = folder.strip_prefix(fs::canonicalize(root).ok()?).ok()?.join(path.file_name()?);
    Some(relative)
}

/// Reads a file that cannot be larger than a rule file may be.
fn read(path: &Path) -> Result<Vec<u8>, String> {
    use std::io::Read;
    let file = fs::File::open(path).map_err(|error| plain(&error))?;
    let kind = file.metadata().map_err(|error| plain(&error))?;
    if !kind.is_file() {
        return Err("it is not a file".to_owned());
    }
    let mut bytes = Vec::new();
    file.take(BYTES_MAX).read_to_end(&mut bytes).map_err(|error| plain(&error))?;
    Ok(bytes)
}

/// Most bytes read of a file; one more than a rule may have is enough to say that it is too large.
const BYTES_MAX: u64 = 64 * 1024 * 1024;
