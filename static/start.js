// Starts the WebAssembly module. A file rather than Trunk's inline script, so that a strict Content-Security-Policy
// (no inline scripts) holds. Trunk.toml's `pattern_script` writes the addresses into the script element.
//
// A release build has two modules (scripts/hooks/split.mjs): the first draws the page, the second holds the rest and is
// loaded after the first paint. Where something of it is wanted earlier, Rust calls `kubesets.loadDeferred`, which has
// to wait on the spot. A development build has one module and no `data-late`.

const { dataset } = document.getElementById("start");
const address = (name) => new URL(name, document.baseURI).href;
const late = dataset.late && address(dataset.late);

let glue = null;
let compiled = null;
let isFilled = false;

/** Puts the functions of the second module into their slots, once. */
function fill() {
  if (isFilled) return;
  // It has started already, so this only gives its exports.
  const first = glue.initSync();
  new WebAssembly.Instance(compiled, { first });
  first["late.loaded"].value = 1;
  isFilled = true;
}

async function compile() {
  if (!late || compiled) return;
  const response = await fetch(late);
  if (!response.ok) throw new Error(`${late}: ${response.status}`);
  const module = await WebAssembly.compile(await response.arrayBuffer());
  compiled ??= module;
}

/** The bytes of an address, waited for on the spot. */
function bytesNow(url) {
  const request = new XMLHttpRequest();
  request.open("GET", url, false);
  // A request that is waited for cannot ask for bytes; this keeps each as one character.
  request.overrideMimeType("text/plain; charset=x-user-defined");
  request.send();
  if (request.status !== 200) throw new Error(`${url}: ${request.status}`);
  return Uint8Array.from(request.responseText, (character) => character.charCodeAt(0) & 0xff);
}

globalThis.kubesets = {
  loadDeferred() {
    performance.mark("kubesets: the second module was wanted early");
    compiled ??= new WebAssembly.Module(bytesNow(late));
    fill();
  },
};

/** Whether the last visit left something: bringing it back needs everything. */
function hasStored() {
  try {
    return localStorage.getItem("kubesets") !== null;
  } catch {
    return false;
  }
}

const painted = () => new Promise((resolve) => {
  // Hidden pages draw no frames.
  if (document.hidden) setTimeout(resolve);
  else requestAnimationFrame(() => setTimeout(resolve));
});

try {
  const early = hasStored() ? compile().catch(() => {}) : null;
  glue = await import(address(dataset.js));
  await early;
  await glue.default({ module_or_path: address(dataset.wasm) });
} catch (error) {
  const note = document.getElementById("start-failure");
  if (note) note.hidden = false;
  throw error;
}
if (late) {
  await painted();
  // A failure is met when something is wanted: then it is tried again.
  await compile().then(fill).catch(() => {});
}
