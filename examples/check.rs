use clarion::{cli::files::gather, diagnostic::human, pack::Library};
fn main(){
    let paths: Vec<std::path::PathBuf> = std::env::args().skip(1).map(Into::into).collect();
    let mut l = Library::new();
    for f in gather(&paths).unwrap() { l.add(&f.files, &Default::default()); }
    for f in &l.faults { println!("{}", human(f, &l.sources, false)); }
    println!("{} rules, {} faults", l.rules().count(), l.faults.len());
}
