//! Flags that many commands share.

use crate::kubectl::flags::Flag;

/// `-f`, `-k`, `-R`
pub const FILES: &[Flag] = &[
    Flag::list("filename", "A file, a folder or a pattern of files that name the objects.").short('f'),
    Flag::text("kustomize", "", "A folder with a kustomization, whose objects are meant.").short('k'),
    Flag::switch("recursive", "Reads the folders within a folder too.").short('R'),
];

/// `-l`
pub const SELECTOR: &[Flag] = &[Flag::text(
    "selector",
    "",
    "Picks objects by labels: '=', '==', '!=', 'in', 'notin', such as -l key1=value1,key2 in (a,b). All must hold.",
)
.short('l')];

/// `--field-selector`
pub const FIELD_SELECTOR: &[Flag] = &[Flag::text(
    "field-selector",
    "",
    "Picks objects by fields: '=', '==', '!=', such as status.phase=Running. Each kind serves only a few fields.",
)];

/// `-A`
pub const ALL_NAMESPACES: &[Flag] =
    &[Flag::switch("all-namespaces", "Means the objects of all namespaces.").short('A')];

/// `--all`
pub const ALL: &[Flag] = &[Flag::switch("all", "Means all objects of the given types in the namespace.")];

/// `--dry-run`
pub const DRY_RUN: &[Flag] = &[Flag::text(
    "dry-run",
    "none",
    "Must be \"none\", \"server\" or \"client\". With client, the change is only printed; with server, the server \
     checks it and stores nothing.",
)
.bare("unchanged")];

/// `-o` of commands that print one result for each object.
pub const RESULT: &[Flag] = &[
    Flag::text("output", "", "Prints the object: json, yaml, name, jsonpath=…, go-template=… .").short('o'),
    Flag::text("template", "", "The template for -o go-template or -o jsonpath-file."),
    Flag::switch("allow-missing-template-keys", "Ignores fields that a template names and the object lacks.")
        .default("true"),
    Flag::switch("show-managed-fields", "Keeps metadata.managedFields; the sandbox has none."),
];

/// Flags that are understood and make no difference here.
pub const IGNORED: &[Flag] = &[Flag::text(
    "field-manager",
    "",
    "The name under which the server notes who set a field; ignored here.",
)];

/// `--record`
pub const RECORD: &[Flag] = &[Flag::switch("record", "Notes the line in the object as what changed it.")
    .deprecated("--record will be removed in the future")];

/// `--chunk-size`
pub const CHUNKS: &[Flag] =
    &[Flag::number("chunk-size", "500", "How many objects a list request asks for; ignored here.")];

/// `--validate`
pub const VALIDATE: &[Flag] = &[Flag::text(
    "validate",
    "strict",
    "How strictly fields are checked: strict (true), warn or ignore (false).",
)
.bare("strict")];

/// `--save-config`
pub const SAVE_CONFIG: &[Flag] =
    &[Flag::switch("save-config", "Remembers the configuration, so that apply can change it later.")];

/// `--windows-line-endings`
pub const LINE_ENDINGS: &[Flag] = &[Flag::switch(
    "windows-line-endings",
    "Ends the lines of the editor's text as Windows does; ignored here.",
)];

/// `--local`
pub const LOCAL: &[Flag] =
    &[Flag::switch("local", "Changes the file's object, not the server's; not in the sandbox.").absent()];

/// `--subresource`
pub const SUBRESOURCE: &[Flag] =
    &[Flag::text("subresource", "", "Works on a part of the object: status or scale.")];
