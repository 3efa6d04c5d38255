// The page's module comes in two parts: a first visit draws with the first alone, and what needs the second never waits
// in vain, however late it comes.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, printed, run } from "./browser.mjs";
import { slow } from "../../scripts/hooks/startup.mjs";

const LATE = /kubesets-late-[0-9a-f]+\.wasm/;

let session;
before(async () => { session = await launch(); });
after(async () => { await session?.close(); });

const wantedEarly = (page) =>
  page.evaluate(() => performance.getEntriesByName("kubesets: the second module was wanted early").length);

/** Machines so many times slower than this one, and visits on each: hash tables are seeded at random, one may call what no other does. */
const SLOWER = [1, 4];
const VISITS = 3;

test("a first visit draws the page, with all its texts, without the second module", async () => {
  const early = [];
  for (const rate of SLOWER.flatMap((rate) => Array(VISITS).fill(rate))) {
    const context = await session.browser.newContext();
    try {
      const page = await context.newPage();
      await slow(page, rate);
      // The request in the background never ends; one that is waited for does.
      await page.route(LATE, (route) => {
        if (route.request().resourceType() === "xhr") return route.continue();
      });
      await page.goto(session.server.url);
      await page.locator(".cm-editor").first().waitFor();
      const isEarly = await wantedEarly(page) > 0;
      early.push([rate, isEarly]);
      if (isEarly) continue;
      // A text that is not there yet reads as zeros.
      const missing = await page.evaluate(() => document.documentElement.outerHTML.match(/.{0,80}\0.{0,80}/)?.[0] ?? null);
      assert.equal(missing, null);
    } finally {
      await context.close();
    }
  }
  for (const rate of SLOWER) {
    const isDrawn = early.some(([known, isEarly]) => known === rate && !isEarly);
    assert.ok(isDrawn, `${rate} times slower, the second module was wanted before the page had been drawn, each time`);
  }
});

test("what is typed before the second module has come has it loaded on the spot", async () => {
  const context = await session.browser.newContext();
  try {
    const page = await context.newPage();
    const errors = [];
    page.on("pageerror", (error) => errors.push(String(error)));
    // The request in the background never ends; the one that is waited for does.
    await page.route(LATE, (route) => {
      if (route.request().resourceType() === "xhr") return route.continue();
    });
    await page.goto(session.server.url);
    await page.locator("main").waitFor();
    await run(page, "kubectl get nodes");
    await printed(page, "node-1");
    assert.equal(await wantedEarly(page), 1);
    // Its texts come with the second module.
    await run(page, "kubectl explain statefulset.spec.replicas");
    await printed(page, "DESCRIPTION:");
    assert.doesNotMatch(await page.locator(".terminal").first().innerText(), /<no description>/);
    assert.deepEqual(errors, []);
  } finally {
    await context.close();
  }
});
