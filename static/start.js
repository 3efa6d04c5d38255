// Starts the WebAssembly module. A file rather than Trunk's inline script, so that a strict Content-Security-Policy
// (no inline scripts) holds. Trunk.toml's `pattern_script` writes the addresses into the script element.

const { dataset } = document.getElementById("start");
const address = (name) => new URL(name, document.baseURI).href;

try {
  const { default: init } = await import(address(dataset.js));
  await init({ module_or_path: address(dataset.wasm) });
} catch (error) {
  const note = document.getElementById("start-failure");
  if (note) note.hidden = false;
  throw error;
}
