// Trunk's pre-build hook: bundles static/editor/editor.js and CodeMirror into static/vendor/editor.js.
// Does nothing when the bundle is newer than what it is made of.

import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const output = join(root, "static/vendor/editor.js");
const inputs = ["static/editor/editor.js", "package-lock.json", "scripts/hooks/editor.mjs"];
const changed = (path) => statSync(join(root, path)).mtimeMs;

if (existsSync(output) && inputs.every((path) => changed(path) <= statSync(output).mtimeMs)) process.exit(0);
if (!existsSync(join(root, "node_modules/esbuild"))) {
  console.error("The manifest editor's packages are missing: run `npm ci` (scripts/serve and scripts/test do).");
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
      if (contents === before) return { errors: [{ text: "style-mod no longer reads as scripts/hooks/editor.mjs expects" }] };
      return { contents };
    });
  },
};

await build({
  absWorkingDir: root,
  entryPoints: ["static/editor/editor.js"],
  outfile: output,
  bundle: true,
  format: "esm",
  minify: true,
  target: "es2022",
  legalComments: "eof",
  logLevel: "warning",
  plugins: [constructedStyles],
});
