// Fetches the editor's chunk when it is wanted, and hands Rust a handle.
//
// Rust calls this file through `#[wasm_bindgen(module = "/static/editor/loader.js")]`. The arguments are positional
// because that needs no object building on the Rust side.

let chunk = null;

/** The chunk's address: index.html names it, relative to the page, so any base path works. */
function address() {
  const meta = document.querySelector('meta[name="kubesets-editor"]');
  return new URL(meta?.content || "./editor.js", document.baseURI).href;
}

/** Begins to fetch the chunk, once; a failed attempt may be repeated. */
export function preloadEditor() {
  chunk ??= import(address()).catch((error) => {
    chunk = null;
    throw error;
  });
  return chunk;
}

/**
 * Makes an editor in `parent`. Calls `onReady(handle)`, or `onFailure(message)` when the chunk cannot be had
 * (the caller then keeps its textarea). The handle: `setDoc(text)`, `getDoc()`, `setMarkers(json)`,
 * `setReadOnly(on)`, `setDark(on)`, `goTo(line, column)`, `focus()`, `destroy()`.
 */
export function openEditor(parent, doc, label, dark, onChange, onApply, onReady, onFailure) {
  preloadEditor().then(
    ({ create }) => onReady(create(parent, { doc, label, dark, onChange, onApply })),
  ).catch((error) => onFailure(String(error?.message ?? error)));
}
