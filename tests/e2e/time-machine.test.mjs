// The time machine, the timeline, the comparison and the question, by mouse and by keyboard.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  SCHEMES, SIZES, assertAccessible, assertFits, launch, run, screenshot, terminal, withPage,
} from "./browser.mjs";

let session;
before(async () => { session = await launch(); });
after(async () => { await session?.close(); });

/** A page with the tutorial's set, applied and settled. */
async function withSet(options, body) {
  await withPage(session, options, async (page) => {
    await page.getByRole("button", { name: /Apply web.yaml/ }).first().click();
    await settle(page);
    await body(page);
  });
}

async function settle(page) {
  // It may have come to rest by itself already.
  const button = page.getByRole("button", { name: "Run until settled" });
  if (await button.isEnabled()) await button.click({ timeout: 2_000 }).catch(() => {});
  await page.locator(".pace", { hasText: "Settled" }).waitFor({ timeout: 20_000 });
}

const tiles = (page) => page.locator(".stage .tile");

test("a reader goes back, branches, and comes back to the first branch", async () => {
  await withSet({}, async (page) => {
    await run(page, "kubectl scale statefulset web --replicas=3");
    await settle(page);
    await page.waitForFunction(() => document.querySelectorAll(".stage .tile").length === 3);
    const range = page.getByRole("slider", { name: "Moment of the session" });
    await range.fill("1000");
    await page.getByText("The past, read-only.").waitFor();
    assert.ok((await tiles(page).count()) < 2);
    await terminal(page).fill("kubectl get statefulset web -o jsonpath='{.spec.replicas} asked for'");
    await terminal(page).press("Enter");
    await page.getByText("2 asked for").waitFor();
    await page.getByText("Answered as of the moment that is shown.").waitFor();
    await terminal(page).fill("kubectl delete pod web-0");
    await terminal(page).press("Enter");
    await page.getByText("The past stays as it was: this line changes something. Go on from here").waitFor();
    await page.getByRole("button", { name: "Go on from here" }).click();
    await settle(page);
    await page.waitForFunction(() => document.querySelectorAll(".stage .tile").length === 2);
    await page.getByLabel("Branch").selectOption({ index: 0 });
    await page.waitForFunction(() => document.querySelectorAll(".stage .tile").length === 3);
    await page.reload();
    await page.getByLabel("Branch").waitFor();
    assert.equal(await page.getByLabel("Branch").locator("option").count(), 2);
  });
});

test("steps go back and on, and a command is taken back and given again", async () => {
  await withSet({}, async (page) => {
    await page.getByRole("button", { name: "To the visible change before" }).click();
    await page.getByText("The past, read-only.").waitFor();
    assert.equal(await page.locator(".stage .tile.is-ready").count(), 1);
    await page.getByRole("button", { name: "To the next visible change" }).click();
    await page.waitForFunction(() => document.querySelectorAll(".stage .tile.is-ready").length === 2);
    await page.getByRole("button", { name: /^Undo: kubectl apply/ }).click();
    await page.waitForFunction(() => document.querySelectorAll(".stage .tile").length === 0);
    await page.getByRole("button", { name: /^Redo: kubectl apply/ }).click();
    // Before that the page is still at rest.
    await page.getByRole("button", { name: /^Undo: kubectl apply/ }).waitFor();
    await settle(page);
    await page.waitForFunction(() => document.querySelectorAll(".stage .tile").length === 2);
  });
});

test("the timeline is zoomed by keyboard, read as a table, and saved", async () => {
  await withSet({}, async (page) => {
    await page.getByRole("tab", { name: "Timeline" }).click();
    const drawing = page.getByRole("group", { name: /^Timeline: 2 lanes/ });
    await page.waitForFunction(() => document.querySelectorAll(".timeline-plot svg g path").length >= 6);
    const before = await drawing.getAttribute("aria-label");
    await drawing.focus();
    await page.keyboard.press("+");
    await page.waitForFunction((old) => document.querySelector(".timeline-box").getAttribute("aria-label") !== old, before);
    await page.keyboard.press("0");
    await page.locator(".timeline summary").click();
    await page.getByRole("cell", { name: "ContainerCreating" }).first().waitFor();
    for (const [name, file, start] of [
      ["Save as SVG", "timeline.svg", "<svg"],
      ["Save as PNG", "timeline.png", "\u0089PNG".slice(1)],
    ]) {
      const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name }).click()]);
      assert.equal(download.suggestedFilename(), file);
      const chunks = [];
      for await (const chunk of await download.createReadStream()) chunks.push(chunk);
      const text = Buffer.concat(chunks).toString("latin1");
      assert.ok(text.slice(0, 10).includes(start), text.slice(0, 40));
    }
  });
});

test("of many lanes those in sight are drawn, and the axis and the counts stay in sight", async () => {
  await withPage(session, {}, async (page) => {
    await page.getByRole("radio", { name: "100×", exact: true }).check({ force: true });
    await run(page, "kubectl create deployment web --image=nginx --replicas=90");
    await settle(page);
    await page.getByRole("tab", { name: "Timeline" }).click();
    // The first and the last lane have bars, or not; the axis and the counts are inside of the box.
    const seen = () => page.evaluate(() => {
      const box = document.querySelector(".timeline-box").getBoundingClientRect();
      const lanes = document.querySelectorAll(".timeline-lanes svg > g > g");
      const isWithin = (name) => {
        const { top, bottom } = document.querySelector(name).getBoundingClientRect();
        return top >= box.top && bottom <= box.bottom;
      };
      const stay = [".timeline-head", ".timeline-foot"].every(isWithin);
      return [lanes.length, lanes[0].childElementCount > 0, lanes[lanes.length - 1].childElementCount > 0, stay].join(" ");
    });
    const comes = async (wanted) => {
      const end = Date.now() + 10_000;
      while (await seen() !== wanted && Date.now() < end) await page.evaluate(() => new Promise(requestAnimationFrame));
      assert.equal(await seen(), wanted);
    };
    await comes("90 true false true");
    await page.locator(".timeline-box").evaluate((box) => { box.scrollTop = box.scrollHeight; });
    await comes("90 false true true");
    // Zoomed out of sight, the first lane is drawn for what is shown when it is scrolled to.
    await page.locator(".timeline-box").focus();
    await page.keyboard.press("+");
    await page.locator(".timeline-box").evaluate((box) => { box.scrollTop = 0; });
    await comes("90 true false true");
    await page.waitForFunction(() => !document.querySelector(".timeline-lanes svg > g > g[transform]"));
  });
});

test("two runs are stepped together", async () => {
  await withPage(session, {}, async (page) => {
    await page.getByRole("tab", { name: "Compare" }).click();
    await page.getByRole("button", { name: "OrderedReady or Parallel" }).click();
    await page.getByRole("button", { name: "Step both" }).click();
    await page.getByRole("button", { name: "Step both" }).click();
    const pods = (side) => page.getByRole("list", { name: `Pods, ${side}` }).getByRole("listitem").count();
    assert.equal(await pods("OrderedReady"), 1);
    assert.equal(await pods("Parallel"), 5);
    await page.getByRole("button", { name: "To the end" }).click();
    await page.getByRole("row", { name: "Ready now 5 of 5 5 of 5" }).waitFor();
  });
});

test("a reader predicts the next pod and is told why", async () => {
  await withSet({}, async (page) => {
    await page.getByRole("button", { name: "Pause" }).click();
    await run(page, "kubectl set image statefulset/web nginx=registry.k8s.io/nginx-slim:0.21");
    await page.getByRole("button", { name: "Predict" }).click();
    const question = page.getByRole("region", { name: "Prediction" });
    await question.getByText("Which pod changes next?").waitFor();
    await question.getByRole("button", { name: "web-1" }).click();
    await question.getByText("Right:").waitFor();
    assert.match(await question.textContent(), /web-1 is told to end\. Why: .*web-1/);
  });
});

test("a rollout's history tells its course, and compares templates", async () => {
  await withSet({}, async (page) => {
    await run(page, "kubectl set image statefulset/web nginx=registry.k8s.io/nginx-slim:0.21");
    await settle(page);
    const table = page.getByRole("table", { name: /Revisions of statefulset\/web/ });
    await table.getByRole("cell", { name: "1 of 2" }).waitFor();
    await page.getByRole("button", { name: "Diff before: revision 2 against 1" }).click();
    const diff = page.getByRole("region", { name: "How two revisions differ" });
    assert.match(await diff.textContent(), /\+.*nginx-slim:0\.21/);
    await page.getByRole("button", { name: "Undo to revision 1" }).click();
    await settle(page);
    await table.getByText("was 1").waitFor();
  });
});

for (const size of Object.keys(SIZES)) {
  test(`the way back to a revision is in sight, and so is what is chosen: ${size}`, async () => {
    await withSet({ size }, async (page) => {
      const turn = async (name) => {
        if (size === "phone") await page.getByRole("navigation").getByRole("button", { name, exact: true }).click();
      };
      await turn("Terminal");
      await run(page, "kubectl set image statefulset/web nginx=registry.k8s.io/nginx-slim:0.21");
      await settle(page);
      await turn("History");
      const box = page.locator(".table-box").first();
      const undo = page.getByRole("button", { name: "Undo to revision 1" });
      const { within, all, right } = await box.evaluate((box) => ({
        within: box.clientWidth, all: box.scrollWidth, right: box.getBoundingClientRect().right }));
      if (size !== "phone") assert.equal(all, within, "the whole table is seen");
      const place = await undo.boundingBox();
      assert.ok(place.x + place.width <= right, `it ends at ${place.x + place.width}, the box at ${right}`);
      const isSeen = (selector) => page.waitForFunction((selector) => {
        const place = document.querySelector(selector)?.getBoundingClientRect();
        return place && place.top >= 0 && place.top + Math.min(place.height, 160) <= innerHeight;
      }, selector);
      await page.getByRole("button", { name: "Diff before: revision 2 against 1" }).click();
      await isSeen(".revision-diff");
      await page.getByRole("tab", { name: "Timeline" }).click();
      await isSeen(".timeline-box");
    });
  });
}

for (const size of Object.keys(SIZES)) {
  for (const scheme of SCHEMES) {
    test(`axe finds nothing in the time machine's parts, ${size} ${scheme}`, async () => {
      await withSet({ size, scheme }, async (page) => {
      const range = page.getByRole("slider", { name: "Moment of the session" });
      await range.fill("1500");
      await page.getByText("The past, read-only.").waitFor();
      await page.locator(".moments summary").click();
      await assertAccessible(page);
      await assertFits(page);
      await screenshot(page, `past-${SIZES[size].width}-${scheme}`);
      await page.getByRole("button", { name: "Go on from here" }).click();
      await page.getByRole("button", { name: "Predict" }).click();
      if (size === "phone") await page.getByRole("button", { name: "History", exact: true }).click();
      await page.getByRole("tab", { name: "Timeline" }).click();
      await page.waitForFunction(() => document.querySelectorAll(".timeline-plot svg g path").length > 0);
      await assertAccessible(page);
      await assertFits(page);
      await screenshot(page, `timeline-${SIZES[size].width}-${scheme}`);
      await page.getByRole("tab", { name: "Compare" }).click();
      await page.getByRole("button", { name: "Partition 0 or 2" }).click();
      await page.getByRole("slider", { name: "Moment of both runs" }).fill("47000");
      await assertAccessible(page);
      await assertFits(page);
      await screenshot(page, `compare-${SIZES[size].width}-${scheme}`);
      });
    });
  }
}
