// Trunk's post-build hook, run on the staged files before they become dist/.
//
// Always: gives the editor's chunk a name with its hash. Release builds only: shrinks the WebAssembly module with
// wasm-opt, splits it into what the page's start needs and what may come later (split.mjs; results are kept in
// target/wasm-opt by the input's hash), takes comments out of the scripts, and writes the Content-Security-Policy.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { instrumented, split } from "./split.mjs";
import { browserPath, calledAtStart } from "./startup.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const staging = process.env.TRUNK_STAGING_DIR ?? join(root, "dist");
const release = process.env.TRUNK_PROFILE === "release";

// No `frame-ancestors` (a meta element cannot say it): the page may be embedded anywhere.
export const POLICY = [
  "default-src 'none'", "script-src 'self' 'wasm-unsafe-eval'", "style-src 'self'", "img-src 'self' data: blob:",
  "font-src 'self'", "connect-src 'self'", "worker-src 'self'", "manifest-src 'self'", "base-uri 'none'",
  "form-action 'none'",
].join("; ");

const hashOf = (bytes) => createHash("sha256").update(bytes).digest("hex").slice(0, 16);

const kept = join(root, "target/wasm-opt");
const wasmOptPath = join(root, "node_modules/binaryen/bin/wasm-opt");
// A function that is called from one place stays a function: it may leave the first module although its caller stays.
const APART = ["--one-caller-inline-max-function-size=30"];
// What rustc's wasm32 target uses by default, and nothing more.
const FEATURES = ["--enable-bulk-memory", "--enable-bulk-memory-opt", "--enable-multivalue", "--enable-mutable-globals",
  "--enable-nontrapping-float-to-int", "--enable-reference-types", "--enable-sign-ext", "--enable-call-indirect-overlong"];

function wasmOpt(bytes, options) {
  if (!existsSync(wasmOptPath)) throw new Error("wasm-opt is missing: run `npm ci` (scripts/serve and scripts/test do).");
  const folder = mkdtempSync(join(tmpdir(), "wasm-opt-"));
  const [from, to] = [join(folder, "in.wasm"), join(folder, "out.wasm")];
  writeFileSync(from, bytes);
  try {
    execFileSync(process.execPath, ["--no-warnings", wasmOptPath, from, ...FEATURES, ...options, "-o", to], { stdio: "inherit" });
    return readFileSync(to);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What `make` gives for this key, made once: the files are kept. */
async function once(key, names, make) {
  mkdirSync(kept, { recursive: true });
  const paths = names.map((name) => join(kept, `${key}.${name}`));
  if (!paths.every(existsSync)) {
    const made = await make();
    paths.forEach((path, nth) => {
      writeFileSync(`${path}.part`, made[nth]);
      renameSync(`${path}.part`, path);
    });
  }
  return paths.map((path) => readFileSync(path));
}

/** Replaces the staged module by its two parts; the second one's name goes into the page. */
async function shrinkAndSplit(name) {
  const original = readFileSync(join(staging, name));
  const tools = ["data.mjs", "finish.mjs", "split.mjs", "startup.mjs", "wasm.mjs"].map((tool) => readFileSync(join(root, "scripts/hooks", tool)));
  const version = readFileSync(join(root, "node_modules/binaryen/package.json"));
  const key = hashOf(Buffer.concat([original, version, ...tools]));
  const [whole] = await once(key, ["whole.wasm"], () => [wasmOpt(original, ["-Oz", ...APART, "--strip-debug", "--skip-pass=memory-packing"])]);
  if (!browserPath()) {
    console.log("No Chromium is here to see what the page's start needs: the module stays in one piece (set CHROMIUM).");
    writeFileSync(join(staging, name), whole);
    return;
  }
  const [first, second] = await once(key, ["first.wasm", "second.wasm"], async () => {
    const copy = mkdtempSync(join(tmpdir(), "kubesets-start-"));
    try {
      cpSync(staging, copy, { recursive: true });
      writeFileSync(join(copy, name), instrumented(whole));
      const called = await calledAtStart(copy);
      const parts = split(whole, (nth) => called.has(nth), wasmOpt);
      console.log(`wasm-opt: ${original.length} bytes became ${whole.length}; ${parts.first.length} are needed at the start`);
      return [parts.first, wasmOpt(parts.second, ["--strip-debug"])];
    } finally {
      rmSync(copy, { recursive: true });
    }
  });
  const late = `kubesets-late-${hashOf(second)}.wasm`;
  writeFileSync(join(staging, name), first);
  writeFileSync(join(staging, late), second);
  html = html.replace(/(<script[^>]*id="?start"?)/, `$1 data-late="./${late}"`);
  if (!html.includes(late)) throw new Error("index.html has no start script to name the second module");
}

const page = join(staging, "index.html");
let html = readFileSync(page, "utf8");

const editor = join(staging, "editor.js");
if (existsSync(editor)) {
  const name = `editor-${hashOf(readFileSync(editor))}.js`;
  renameSync(editor, join(staging, name));
  html = html.replace(/(\.\/)?editor\.js/, `./${name}`);
  writeFileSync(page, html);
}

if (release) {
  for (const name of readdirSync(staging).filter((name) => name.endsWith(".wasm"))) await shrinkAndSplit(name);
  const meta = `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`;
  html = html.replace(/<meta charset="?utf-8"?\s*\/?>/i, (found) => found + meta);
  if (!html.includes(meta)) throw new Error("index.html has no <meta charset> to put the Content-Security-Policy after");
  // Comments and indentation of the start script and of wasm-bindgen's are part of what a page loads before it is drawn.
  const { transformSync } = await import("esbuild");
  for (const path of readdirSync(staging).filter((name) => /^(start|kubesets-app-.*)\.js$/.test(name)).map((name) => join(staging, name))) {
    writeFileSync(path, transformSync(readFileSync(path, "utf8"), { minifyWhitespace: true, legalComments: "none" }).code);
  }
}
writeFileSync(page, html);
