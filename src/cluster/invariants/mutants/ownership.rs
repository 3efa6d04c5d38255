//! Mutants of ownership: revisions of nobody's template, adoptions that are none of the adopter's business.

use serde_json::{Value, json};

use super::history::{CONTROLLERS, History, PERSON};
use super::{Mutant, mutant};
use crate::api::{Kind, ObjectKey};
use crate::sim::Span;

const SECOND: Span = Span::from_seconds(1);

fn web() -> ObjectKey {
    ObjectKey::new(Kind::StatefulSet, "default", "web")
}

fn pod() -> ObjectKey {
    ObjectKey::new(Kind::Pod, "default", "web-0")
}

fn orphan(value: &mut Value) {
    value["metadata"]["ownerReferences"] = json!([]);
}

/// A pod loses its owner and its label; somebody does something else; its set adopts it again.
fn adopt_after(history: &mut History, something: fn(&mut History)) {
    let owners = history.object(&pod()).to_value()["metadata"]["ownerReferences"].clone();
    history.write(PERSON, &pod(), orphan);
    something(history);
    history.pass(SECOND);
    history.write(CONTROLLERS, &pod(), |it| it["metadata"]["ownerReferences"] = owners);
}

pub(super) const MUTANTS: &[Mutant] = &[
    mutant("S-33", "a revision of a template that its set does not have", "set updated", |history| {
        history.until_nth(1, |change| change.makes(Kind::ControllerRevision, "web-"));
        history.alter(|it| it["data"]["spec"]["template"]["metadata"]["labels"]["app"] = json!("other"));
    }),
    mutant("S-33", "a revision because of an annotation of the set", "set", |history| {
        history.write(PERSON, &web(), |it| it["metadata"]["annotations"]["note"] = json!("x"));
        history.pass(SECOND);
        let revision = history.key(Kind::ControllerRevision, "web-");
        let words = [
            (revision.name.as_str(), "web-other"),
            ("\"app\":\"nginx\"", "\"app\":\"nginx\",\"note\":\"x\""),
        ];
        history.make_like(CONTROLLERS, &revision, &words);
    }),
    mutant("S-47", "a pod that is taken from its owner", "set", |history| {
        history.write(CONTROLLERS, &pod(), |it| {
            it["metadata"]["ownerReferences"][0]["name"] = json!("other");
            it["metadata"]["ownerReferences"][0]["uid"] = json!("other");
        });
    }),
    mutant("S-47", "an adoption by a set that does not select the pod", "set", |history| {
        adopt_after(history, |history| {
            history.write(PERSON, &pod(), |it| it["metadata"]["labels"]["app"] = json!("other"));
        });
    }),
    mutant("S-47", "an adoption by a set that is going", "set", |history| {
        adopt_after(history, |history| history.delete(PERSON, &web()));
    }),
    mutant("S-47", "an adoption by a set that is gone", "set", |history| {
        adopt_after(history, |history| history.remove(PERSON, &web()));
    }),
    mutant("S-47", "an adoption by an earlier set of the name", "set", |history| {
        adopt_after(history, |history| {
            history.remove(PERSON, &web());
            history.make_like(PERSON, &web(), &[]);
        });
    }),
];
