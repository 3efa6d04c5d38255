// The manifest editor: CodeMirror 6 with YAML, history, completion and markers.
//
// scripts/hooks/chunks.mjs bundles this file into a chunk of its own, which static/editor/loader.js
// imports after the page's first paint. Colours are the page's own custom properties, so light and dark follow the
// page; a fallback stands beside each for a page that does not define it.

import { closeBrackets, closeBracketsKeymap, completeAnyWord, autocompletion, completionKeymap }
  from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { HighlightStyle, bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { Compartment, EditorState, Transaction } from "@codemirror/state";
import { EditorView, drawSelection, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const layout = EditorView.theme({
  "&": { height: "100%", fontSize: "inherit", color: "var(--editor-text, CanvasText)",
    backgroundColor: "var(--editor-background, Canvas)" },
  ".cm-scroller": { fontFamily: "var(--font-mono, ui-monospace, monospace)", lineHeight: "1.5" },
  ".cm-content": { caretColor: "var(--editor-text, CanvasText)" },
  ".cm-cursor": { borderLeftColor: "var(--editor-text, CanvasText)" },
  ".cm-gutters": { color: "var(--editor-gutter, light-dark(#595959, #a6a6a6))", backgroundColor: "var(--editor-background, Canvas)",
    borderRight: "1px solid var(--editor-line, GrayText)" },
  ".cm-activeLine": { backgroundColor: "var(--editor-active-line, transparent)" },
  "&.cm-focused": { outline: "2px solid var(--focus, Highlight)", outlineOffset: "-2px" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground":
    { background: "var(--editor-selection, light-dark(#b9d6f7, #264f78))" },
  ".cm-tooltip": { color: "var(--editor-text, CanvasText)", backgroundColor: "var(--editor-background, Canvas)",
    border: "1px solid var(--editor-line, GrayText)" },
});

const highlight = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--syntax-key, inherit)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--syntax-string, inherit)" },
  { tag: [tags.number, tags.bool, tags.null, tags.keyword], color: "var(--syntax-number, inherit)" },
  { tag: [tags.comment, tags.lineComment], color: "var(--syntax-comment, light-dark(#595959, #a6a6a6))", fontStyle: "italic" },
  { tag: [tags.meta, tags.labelName, tags.typeName], color: "var(--syntax-meta, inherit)" },
  { tag: tags.invalid, color: "var(--syntax-invalid, inherit)", textDecoration: "underline wavy" },
]);

/** Turns `{line, column?, message, severity?}` (lines and columns from 1) into CodeMirror's diagnostics. */
function diagnosticsOf(doc, markers) {
  return markers.map(({ line, column, message, severity = "error" }) => {
    const at = doc.line(Math.min(Math.max(Math.trunc(line) || 1, 1), doc.lines));
    const indent = at.text.length - at.text.trimStart().length;
    const from = Math.min(at.from + (column > 0 ? column - 1 : indent), at.to);
    return { from, to: at.to, severity, message: String(message) };
  }).sort((a, b) => a.from - b.from);
}

/**
 * Makes an editor inside `parent` and returns its handle.
 *
 * `onChange(text)` is called after every change a person makes, never for `setDoc`. Ctrl-Enter (Cmd-Enter on a Mac)
 * calls `onApply(text)`. Tab moves the focus on, as everywhere on the page. A change of text clears no markers: the
 * caller, who checks the text, sets new ones.
 */
export function create(parent, { doc = "", onChange, onApply, dark = false, label = "Manifest" } = {}) {
  const readOnly = new Compartment();
  const theme = new Compartment();
  const readOnlyAs = (on) => EditorState.readOnly.of(Boolean(on));
  const themeAs = (on) => EditorView.theme({}, { dark: Boolean(on) });
  const apply = (view) => {
    onApply?.(view.state.doc.toString());
    return true;
  };

  const view = new EditorView({
    parent,
    doc,
    extensions: [
      keymap.of([
        { key: "Mod-Enter", run: apply, preventDefault: true },
        { key: "Ctrl-Enter", run: apply, preventDefault: true },
        ...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...completionKeymap, ...lintKeymap,
      ]),
      lineNumbers(),
      lintGutter(),
      history(),
      drawSelection(),
      highlightActiveLine(),
      bracketMatching(),
      closeBrackets(),
      indentOnInput(),
      indentUnit.of("  "),
      autocompletion({ activateOnTyping: false, override: [completeAnyWord] }),
      yaml(),
      syntaxHighlighting(highlight),
      layout,
      theme.of(themeAs(dark)),
      readOnly.of(readOnlyAs(false)),
      EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
      EditorView.updateListener.of((update) => {
        const byHand = update.transactions.some((tr) => tr.docChanged && !tr.annotation(Transaction.remote));
        if (byHand) onChange?.(update.state.doc.toString());
      }),
    ],
  });

  return {
    setDoc(text) {
      const now = view.state.doc.toString();
      if (text === now) return;
      view.dispatch({
        changes: { from: 0, to: now.length, insert: text },
        annotations: Transaction.remote.of(true),
      });
    },
    getDoc: () => view.state.doc.toString(),
    setMarkers(markers) {
      const list = typeof markers === "string" ? JSON.parse(markers) : markers;
      view.dispatch(setDiagnostics(view.state, diagnosticsOf(view.state.doc, list)));
    },
    setReadOnly: (on) => view.dispatch({ effects: readOnly.reconfigure(readOnlyAs(on)) }),
    setDark: (on) => view.dispatch({ effects: theme.reconfigure(themeAs(on)) }),
    goTo(line, column) {
      const at = view.state.doc.line(Math.min(Math.max(Math.trunc(line) || 1, 1), view.state.doc.lines));
      const indent = at.text.length - at.text.trimStart().length;
      view.dispatch({ selection: { anchor: Math.min(at.from + Math.max(column - 1 || 0, indent), at.to) } });
      view.dispatch({ effects: EditorView.scrollIntoView(at.from, { y: "center" }) });
      view.focus();
    },
    focus: () => view.focus(),
    destroy: () => view.destroy(),
  };
}
