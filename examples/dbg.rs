use clarion::pack::*;
fn main(){
    let t = std::fs::read("/tmp/t.yml").unwrap();
    let mut l = Library::new();
    l.add(&[File{name:"t.yml".into(), role: Role::Rule, bytes: Ok(t)}], &Default::default());
    for f in &l.faults { println!("{:?} {:?}", f, l.sources.snippet(f.span)); }
    for (p,r) in l.rules() { println!("{:?} {}", r.when.node, p.sets.must(&r.when).is_full()); }
    println!("{:?}", clarion::diagnostic::nearest("trys", ["tries","type","eventType","alert.title"]));
    println!("{:?}", clarion::diagnostic::nearest("trys", clarion::event::fields().iter().map(|f| f.path)));
}
