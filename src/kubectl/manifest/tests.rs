//! Manifests as people write them, and what is said of those that are broken.

use super::files::matches_pattern;
use super::{Check, read_files};
use crate::kubectl::Session;

fn session(files: &[(&str, &str)]) -> Session {
    let files = files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    Session { files, ..Session::default() }
}

#[test]
fn patterns_match_as_in_a_shell() {
    for (pattern, path, expected) in [
        ("*.yaml", "web.yaml", true),
        ("*.yaml", "a/web.yaml", false),
        ("w?b*", "web.yaml", true),
        ("*", "", true),
        ("a*b*c", "aXbYc", true),
        ("a*b", "ac", false),
    ] {
        assert_eq!(matches_pattern(pattern, path), expected, "{pattern} {path}");
    }
}

#[test]
fn broken_manifests_are_refused_in_kubectls_words() {
    let cases = [
        (
            "kind: Pod\n",
            "error: error validating \"f.yaml\": error validating data: apiVersion not set; if you choose to ignore these errors, turn validation off with --validate=false\n",
        ),
        (
            "apiVersion: v1\n",
            "error: error validating \"f.yaml\": error validating data: kind not set; if you choose to ignore these errors, turn validation off with --validate=false\n",
        ),
        (
            "just text\n",
            "error: error validating \"f.yaml\": error validating data: invalid object to validate; if you choose to ignore these errors, turn validation off with --validate=false\n",
        ),
        (
            "apiVersion: v1\nkind: Pod\nmetadata: {name: 3}\n",
            "error: unable to decode \"f.yaml\": json: cannot unmarshal number into Go struct field ObjectMeta.metadata.name of type string\n",
        ),
        (
            "apiVersion: v1\nkind: Pod\nmetadata: {labels: {a: true}}\n",
            "error: unable to decode \"f.yaml\": json: cannot unmarshal bool into Go struct field ObjectMeta.metadata.labels of type string\n",
        ),
        (
            "apiVersion: apps/v1\nkind: StatfulSet\nmetadata: {name: web}\n",
            "error: resource mapping not found for name: \"web\" namespace: \"\" from \"f.yaml\": no matches for kind \"StatfulSet\" in version \"apps/v1\"\nensure CRDs are installed first\n",
        ),
    ];
    let list = |items: &str| format!("apiVersion: v1\nkind: List\nitems: [{items}]\n");
    let foo = "unable to recognize no matches for kind \"Foo\" in version \"v1\"\n";
    let untyped = "unable to get type info from the object \"*unstructured.Unstructured\": Object";
    let no_version = format!("{untyped} 'apiVersion' is missing in 'object has no apiVersion field'\n");
    let no_kind = format!("{untyped} 'Kind' is missing in 'object has no kind field '\n");
    let lists = [
        (list("{apiVersion: v1, kind: Foo}"), foo.to_owned()),
        (list("{kind: ConfigMap}"), no_version.clone()),
        (list("{}"), no_kind.clone()),
        (list("{kind: Pod}, {apiVersion: v1, kind: List, items: [{}]}"), no_version + &no_kind),
    ];
    let lists = lists.iter().map(|(text, expected)| (text.as_str(), expected.as_str()));
    for (text, expected) in cases.into_iter().chain(lists) {
        let documents =
            read_files(&session(&[("f.yaml", text)]), &["f.yaml".to_owned()], false, Check::Strict).unwrap();
        assert_eq!(documents.len(), 1, "{text}");
        assert_eq!(documents[0].as_ref().unwrap_err().render(), expected);
    }
}

#[test]
fn files_folders_and_patterns_are_found() {
    let files = session(&[
        ("a.yaml", "apiVersion: v1\nkind: Service\n---\n# nothing\n---\napiVersion: v1\nkind: Pod\n"),
        ("notes.txt", "x"),
        ("d/b.yaml", "apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: Pod}]\n"),
        ("e/c.yaml", "apiVersion: v1\nkind: PodList\nitems: [{metadata: {name: a}}, {kind: Foo}, {}]\n"),
    ]);
    let count = |name: &str| {
        read_files(&files, &[name.to_owned()], false, Check::Strict).map(|found| found.len()).ok()
    };
    assert_eq!(count("./a.yaml"), Some(2));
    assert_eq!(count("."), Some(2));
    assert_eq!(count("d"), Some(1));
    // Two pods and one refusal.
    assert_eq!(count("e"), Some(3));
    assert_eq!(count("*.yaml"), Some(2));
    assert_eq!(count("no.yaml"), None);
}

const POD: &str = "apiVersion: v1\nkind: Pod\n";

/// The files that names stand for, joined, or kubectl's refusal.
fn sources(session: &Session, names: &[&str], recursive: bool) -> String {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    match read_files(session, &names, recursive, Check::Strict) {
        Ok(found) => {
            let sources: Vec<String> = found.into_iter().map(|document| document.unwrap().source).collect();
            sources.join(" ")
        }
        Err(error) => error.render(),
    }
}

#[test]
fn folders_below_a_folder_are_read_when_asked_for() {
    let mut session = session(&[
        ("k/a-b.yaml", POD),
        ("k/a/x.yml", POD),
        ("k/a/deep/y.json", "{\"apiVersion\": \"v1\", \"kind\": \"Pod\"}"),
        ("k/notes.txt", "x"),
        ("k/z.yaml", POD),
        ("top.yaml", POD),
        ("/tmp/t.yaml", POD),
    ]);
    session.folders.insert("empty".to_owned());
    let none = "error: error reading [empty]: recognized file extensions are [.json .yaml .yml]\n";
    let cases: [(&[&str], bool, &str); 12] = [
        (&["k"], false, "k/a-b.yaml k/z.yaml"),
        (&["./k/"], true, "k/a/deep/y.json k/a/x.yml k/a-b.yaml k/z.yaml"),
        (&["."], false, "top.yaml"),
        (&["."], true, "k/a/deep/y.json k/a/x.yml k/a-b.yaml k/z.yaml top.yaml"),
        (&["k/a*"], false, "k/a/x.yml k/a-b.yaml"),
        (&["/home/learner/k/a"], false, "/home/learner/k/a/x.yml"),
        (&["/tmp"], false, "/tmp/t.yaml"),
        (&["empty"], false, none),
        (&["empty"], true, none),
        (&["top.yaml", "empty"], false, "top.yaml"),
        (&["empty", "top.yaml"], false, none),
        (&["nope", "empty"], false, "error: the path \"nope\" does not exist\n"),
    ];
    for (names, recursive, expected) in cases {
        assert_eq!(sources(&session, names, recursive), expected, "{names:?} {recursive}");
    }
    session.folder = "/home/learner/k".to_owned();
    assert_eq!(sources(&session, &["*.yaml", "../top.yaml"], false), "a-b.yaml z.yaml ../top.yaml");
    assert_eq!(sources(&session, &["../t*"], false), "../top.yaml");
    assert_eq!(sources(&session, &["/tmp/*"], false), "/tmp/t.yaml");
}
