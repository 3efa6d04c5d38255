// Prints the gzip size of each file of dist/, and fails when the page's start or the page as a whole grows too heavy.
//
// The start is what the page loads until it is drawn and can be used. The module's second part and the editor come after
// the first paint (scripts/hooks/split.mjs, static/editor/loader.js).

import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

/** What the page may load before it is drawn. */
const START_KB = 450;
/**
 * Both parts of the module and all that is loaded with them, without the editor: a ratchet, which only goes down but for
 * a part that people get for it. The terminal's shell was one: a language and sixty programs, 95 kB after the first paint;
 * its tabs and kustomize another 28; `kubectl explain` with its texts, the answers to mistakes and the server's warnings 40;
 * the inside of containers, with the programs of a dozen images and the documents' manifests, 163; what `why` says of every
 * object, with the rule, the field and what mends it, 53; the time machine, the timeline, comparisons and motion 87; the
 * documentation's page for each rule, the way into braces, and drains that never end 7; pictures in turns, and places that
 * pods keep, 6; the timeline of a session that is only brought up to date, and a stage that listens for its cells, 9; the
 * documents' Deployment and DaemonSets, mistyped tags, and syncs of very many pods in several turns, 5; the painted tiles
 * of a crowd, 12; parts of objects, what was applied last, more of the server's warnings, a dozen of the shell's programs and
 * counting loops, and a claim that one pod may use, 33; what mends a pod by who owns it, and kubectl's orders of keys and of
 * equals, 27; configuration that pods lack, claims of ephemeral volumes, more of the server's rules and warnings, patterns,
 * separators and programs of the shell, and init containers that wait, 44; programs that an image lacks, hooks after the
 * start, lines that are asked in the past, zones of volumes, more of the server's rules, sed as a language, awk's files, and
 * patterns with references back, 59.
 */
const WHOLE_KB = 1743;
const dist = join(dirname(fileURLToPath(import.meta.url)), "..", "dist");

const files = readdirSync(dist, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
  .map((path) => {
    const bytes = readFileSync(path);
    return { name: relative(dist, path), raw: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length };
  })
  .sort((a, b) => b.gzip - a.gzip);

const isEditor = ({ name }) => /^editor-[0-9a-f]+\.js$/.test(name);
const isSecond = ({ name }) => /^kubesets-late-[0-9a-f]+\.wasm$/.test(name);
const note = (file) => (isEditor(file) ? "  (the editor, after first paint)" : isSecond(file) ? "  (after first paint)" : "");
const kilobytes = (list) => list.reduce((sum, { gzip }) => sum + gzip, 0) / 1000;
for (const file of files) {
  console.log(`${String(file.raw).padStart(9)}  gzip ${String(file.gzip).padStart(8)}  ${file.name}${note(file)}`);
}
const whole = kilobytes(files.filter((file) => !isEditor(file)));
const start = kilobytes(files.filter((file) => !isEditor(file) && !isSecond(file)));
console.log(`before the first paint: ${start.toFixed(1)} kB gzip, at most ${START_KB} kB`);
console.log(`with what comes after, but for the editor: ${whole.toFixed(1)} kB gzip, at most ${WHOLE_KB} kB`);
if (start > START_KB || whole > WHOLE_KB) {
  console.error("The page has grown.");
  process.exit(1);
}
