// Trunk's pre-build hook: bundles static/editor/editor.js and CodeMirror into static/vendor/editor.js, and the sheets of
// static/styles into static/vendor/styles.css, in the order that their index names. Makes only what is older than what it
// is made of.

import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const TOOLS = ["package-lock.json", "scripts/hooks/chunks.mjs"];
const changed = (path) => statSync(join(root, path)).mtimeMs;
const isFresh = (output, inputs) => existsSync(join(root, output))
  && [...TOOLS, ...inputs].every((path) => changed(path) <= changed(output));

const editor = "static/vendor/editor.js";
const editorIsFresh = isFresh(editor, ["static/editor/editor.js"]);
const sheet = "static/vendor/styles.css";
const sheetIsFresh = isFresh(sheet, ["static/styles", ...readdirSync(join(root, "static/styles")).map((name) => `static/styles/${name}`)]);
if (editorIsFresh && sheetIsFresh) process.exit(0);
if (!existsSync(join(root, "node_modules/esbuild"))) {
  console.error("The page's packages are missing: run `npm ci` (scripts/serve and scripts/test do).");
  process.exit(1);
}

const { build } = await import("esbuild");

/**
 * CodeMirror puts its styles into a <style> element, which `style-src 'self'` forbids, and into constructed style
 * sheets, which it allows, only inside a shadow root. This makes it choose the latter in the page as well.
 */
const constructedStyles = {
  name: "constructed-styles",
  setup({ onLoad }) {
    onLoad({ filter: /style-mod\.js$/ }, ({ path }) => {
      const before = readFileSync(path, "utf8");
      const contents = before.replace("!root.head && root.adoptedStyleSheets", "root.adoptedStyleSheets");
      if (contents === before) return { errors: [{ text: "style-mod no longer reads as scripts/hooks/chunks.mjs expects" }] };
      return { contents };
    });
  },
};

const common = { absWorkingDir: root, bundle: true, minify: true, target: "es2022", legalComments: "eof", logLevel: "warning" };
if (!editorIsFresh) {
  await build({ ...common, entryPoints: ["static/editor/editor.js"], outfile: editor, format: "esm", plugins: [constructedStyles] });
}
// What browsers of the day read is left as it is written.
if (!sheetIsFresh) {
  await build({ ...common, entryPoints: ["static/styles/index.css"], outfile: sheet, target: "esnext", legalComments: "none" });
}
