// The page loads, in every size and scheme, under any path, without an error and without another host.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { SCHEMES, SIZES, assertAccessible, assertFits, launch, withPage } from "./browser.mjs";

let session;
before(async () => { session = await launch(); });
after(async () => { await session?.close(); });

test("the page loads and has a title", async () => {
  await withPage(session, {}, async (page) => {
    assert.match(await page.title(), /kubesets/i);
    assert.equal(await page.locator("#start-failure").isVisible(), false);
  });
});

for (const size of Object.keys(SIZES)) {
  for (const scheme of SCHEMES) {
    test(`the page is accessible and fits: ${size}, ${scheme}`, async () => {
      await withPage(session, { size, scheme }, async (page) => {
        await assertFits(page);
        await assertAccessible(page);
      });
    });
  }
}

test("the page works under a path and inside a frame of another page", async () => {
  const host = '<!doctype html><html lang="en"><title>host</title><link rel="icon" href="data:,">' +
    '<iframe title="kubesets" src="docs/cluster/"></iframe>';
  const embedded = await launch({ base: "/docs/cluster/", pages: { "/host": host } });
  try {
    await withPage(embedded, {}, async (page) => {
      await page.waitForLoadState("networkidle");
      await page.goto(new URL("/host", embedded.server.url).href);
      await page.frameLocator("iframe").locator("main, [role=main]").first().waitFor();
      await page.waitForLoadState("networkidle");
      assert.equal(await page.evaluate(() => document.activeElement.tagName), "BODY", "the frame takes no focus");
    });
  } finally {
    await embedded.close();
  }
});

test("the editor's chunk makes an editor that holds text, shows markers and lets Tab through", async () => {
  await withPage(session, {}, async (page) => {
    const result = await page.evaluate(async () => {
      const address = document.querySelector('meta[name="kubesets-editor"]').content;
      const { create } = await import(new URL(address, document.baseURI).href);
      const parent = document.body.appendChild(document.createElement("div"));
      parent.id = "trial";
      const seen = { changes: 0, applied: null };
      globalThis.trial = { seen };
      const editor = create(parent, {
        doc: "kind: Pod\n",
        onChange: () => { seen.changes += 1; },
        onApply: (text) => { seen.applied = text; },
      });
      globalThis.trial.editor = editor;
      editor.setDoc("kind: StatefulSet\nspec:\n  replicas: three\n");
      editor.setMarkers([{ line: 3, message: "replicas must be a number", severity: "error" }, { line: 99, message: "x" }]);
      editor.focus();
      return { doc: editor.getDoc(), changes: seen.changes };
    });
    assert.deepEqual(result, { doc: "kind: StatefulSet\nspec:\n  replicas: three\n", changes: 0 });
    await page.locator("#trial .cm-lint-marker-error").first().waitFor();
    await page.keyboard.press("Control+Enter");
    assert.equal(await page.evaluate(() => globalThis.trial.seen.applied), result.doc);
    await page.keyboard.type("# ");
    assert.ok(await page.evaluate(() => globalThis.trial.seen.changes) > 0);
    assert.equal(await page.evaluate(() => document.querySelector("#trial").contains(document.activeElement)), true);
    await page.keyboard.press("Escape");
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.querySelector("#trial").contains(document.activeElement)), false);
    await page.evaluate(() => globalThis.trial.editor.destroy());
    assert.equal(await page.locator("#trial .cm-editor").count(), 0);
  });
});
