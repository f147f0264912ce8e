//! Logins compared with capitals, which Okta writes in small letters.

use super::Subject;
use crate::diagnostic::{Code, Diagnostic};
use crate::language::ast::Comparison;
use crate::language::typed::{Node, Typed};

pub(super) fn check(subject: &Subject<'_>, warnings: &mut Vec<Diagnostic>) {
    subject.when.walk(&mut |part| {
        let Node::Compare(op, false, left, right) = &part.node else { return };
        let is_whole_or_part = matches!(
            op.positive(),
            Comparison::Equal | Comparison::In | Comparison::Contains | Comparison::StartsWith | Comparison::EndsWith | Comparison::Like
        );
        if !is_whole_or_part || !is_login(left) {
            return;
        }
        for (text, at) in right.texts() {
            if text.contains('@') && text.chars().any(char::is_uppercase) {
                let folded = op.text(true);
                warnings.push(
                    Diagnostic::new(Code::CaseSensitiveLogin, at, format!("`{text}` has capitals, and logins mostly do not"))
                        .label("compared letter by letter")
                        .help(format!("write `{folded}`, which ignores case")),
                );
            }
        }
    });
}

fn is_login(side: &Typed) -> bool {
    match &side.unnamed().node {
        Node::Field(_, field) => field.path().ends_with(".alternateId"),
        Node::Element(_, field) | Node::Indexed(_, _, _, field) => field.get().path.ends_with("alternateId"),
        _ => false,
    }
}
