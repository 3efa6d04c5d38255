// Trunk's post-build hook, run on the staged files before they become dist/.
//
// Always: gives the editor's chunk a name with its hash. Release builds only: shrinks the WebAssembly module with
// wasm-opt (results are kept in target/wasm-opt by the input's hash) and writes the Content-Security-Policy.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

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

function shrink(path) {
  const wasmOpt = join(root, "node_modules/binaryen/bin/wasm-opt");
  if (!existsSync(wasmOpt)) {
    throw new Error("wasm-opt is missing: run `npm ci` (scripts/serve and scripts/test do).");
  }
  const version = JSON.parse(readFileSync(join(root, "node_modules/binaryen/package.json"), "utf8")).version;
  // What rustc's wasm32 target uses by default, and nothing more.
  const features = ["--enable-bulk-memory", "--enable-bulk-memory-opt", "--enable-multivalue", "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int", "--enable-reference-types", "--enable-sign-ext", "--enable-call-indirect-overlong"];
  const options = ["-Oz", ...features];
  const kept = join(root, "target/wasm-opt");
  const result = join(kept, `${hashOf(Buffer.concat([readFileSync(path), Buffer.from(version + options)]))}.wasm`);
  if (!existsSync(result)) {
    mkdirSync(kept, { recursive: true });
    const before = statSync(path).size;
    execFileSync(process.execPath, ["--no-warnings", wasmOpt, path, ...options, "-o", `${result}.part`], { stdio: "inherit" });
    renameSync(`${result}.part`, result);
    console.log(`wasm-opt: ${before} bytes became ${statSync(result).size}`);
  }
  copyFileSync(result, path);
}

const page = join(staging, "index.html");
let html = readFileSync(page, "utf8");

const editor = join(staging, "editor.js");
if (existsSync(editor)) {
  const name = `editor-${hashOf(readFileSync(editor))}.js`;
  renameSync(editor, join(staging, name));
  html = html.replace(/(\.\/)?editor\.js/, `./${name}`);
}

if (release) {
  for (const name of readdirSync(staging).filter((name) => name.endsWith(".wasm"))) shrink(join(staging, name));
  const meta = `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`;
  html = html.replace(/<meta charset="?utf-8"?\s*\/?>/i, (found) => found + meta);
  if (!html.includes(meta)) throw new Error("index.html has no <meta charset> to put the Content-Security-Policy after");
}
writeFileSync(page, html);
