// What moves: pods travel at a followable speed, stand still with time, and are summed up where single changes could not
// be followed.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertAccessible, assertFits, launch, run, screenshot, withPage } from "./browser.mjs";

let session;
before(async () => { session = await launch(); });
after(async () => { await session?.close(); });

const speed = (page, word) => page.getByRole("radio", { name: word, exact: true }).check({ force: true });

async function settled(page) {
  await page.locator(".pace", { hasText: "Settled" }).waitFor({ timeout: 60_000 });
}

/** Opens the page with a set that has settled, and notes every animation that the page begins from then on. */
async function withSet(options, body) {
  await withPage(session, options, async (page) => {
    await speed(page, "100×");
    await page.getByRole("button", { name: "Apply web.yaml" }).click();
    await page.locator(".tile.is-ready").nth(1).waitFor({ timeout: 20_000 });
    await settled(page);
    await page.evaluate(() => {
      globalThis.begun = [];
      const real = Element.prototype.animate;
      Element.prototype.animate = function animate(frames, begin) {
        const [on, within] = [this.className, this.parentElement?.className];
        globalThis.begun.push({ on, within, id: begin.id, transform: String(frames.transform ?? ""), ms: begin.duration });
        if (begin.id === globalThis.pausesAt) queueMicrotask(() => document.querySelector(".is-play").click());
        return real.call(this, frames, begin);
      };
    });
    await body(page);
  });
}

const begun = (page) => page.evaluate(() => globalThis.begun);
const onTiles = (list) => list.filter(({ on }) => /\btile\b/.test(on));

test("a pod comes from the shelf, fills while it is created, and leaves a ghost", async () => {
  await withSet({}, async (page) => {
    await speed(page, "1×");
    await run(page, "kubectl delete pod web-1");
    await settled(page);
    await page.waitForTimeout(300);
    const list = await begun(page);
    const travels = onTiles(list).filter(({ transform }) => transform.startsWith("translate("));
    assert.ok(travels.length > 0, JSON.stringify(list));
    assert.ok(travels.every(({ ms }) => ms > 0 && ms <= 250), "on its way for a quarter of a second at most");
    assert.ok(list.some(({ id, on }) => id === "fill" && on === "fill"), JSON.stringify(list));
    assert.ok(list.some(({ within }) => within === "ghosts"), JSON.stringify(list));
    assert.equal(await page.locator(".ghosts > *").count(), 0, "no ghost stays");
  });
});

test("what fills stands still while time does", async () => {
  await withSet({}, async (page) => {
    await speed(page, "0.5×");
    await page.evaluate(() => { globalThis.pausesAt = "fill"; });
    await run(page, "kubectl delete pod web-1");
    await page.getByRole("button", { name: "Play" }).waitFor({ timeout: 10_000 });
    const states = () => page.evaluate(() => document.getAnimations()
      .filter(({ id }) => id === "fill" || id === "travel")
      .map(({ id, playState, currentTime }) => `${id} ${playState} ${currentTime}`));
    const before = await states();
    assert.ok(before.some((state) => state.startsWith("fill paused")), before.join(", "));
    assert.ok(!before.some((state) => state.includes("running")), before.join(", "));
    await page.waitForTimeout(400);
    assert.deepEqual(await states(), before);
    await page.evaluate(() => { globalThis.pausesAt = undefined; });
    await page.getByRole("button", { name: "Play" }).click();
    await settled(page);
    assert.equal(await page.locator(".tile.is-ready").count(), 2);
  });
});

test("with less motion a pod changes its place, outlined, and nothing travels", async () => {
  await withSet({ reducedMotion: "reduce" }, async (page) => {
    await speed(page, "1×");
    await run(page, "kubectl delete pod web-1");
    await settled(page);
    const list = await begun(page);
    assert.ok(onTiles(list).length > 0, "the new tile is outlined");
    assert.deepEqual(list.filter(({ transform }) => transform), []);
  });
});

test("what has moved is on its way in the first picture that shows it, however long the picture took", async () => {
  await withPage(session, {}, async (page) => {
    await speed(page, "100×");
    await page.getByLabel("Examples").selectOption({ label: await page.getByLabel("Examples").locator("option", { hasText: "Deployment" }).first().textContent() });
    await page.getByRole("button", { name: "Apply", exact: true }).click();
    await page.locator(".tile.is-ready").nth(5).waitFor({ timeout: 20_000 });
    await settled(page);
    await speed(page, "1×");
    const client = await page.context().newCDPSession(page);
    await client.send("Emulation.setCPUThrottlingRate", { rate: 6 });
    await page.evaluate(() => {
      // Read when a picture has been painted: where the strip stands, and whether it is on its way.
      const strip = document.querySelector(".set");
      const painted = new MessageChannel();
      let last = strip.offsetTop;
      globalThis.moved = [];
      painted.port1.onmessage = () => {
        const top = strip.offsetTop;
        if (Math.abs(top - last) > 8) globalThis.moved.push({ by: top - last, animated: strip.getAnimations().length });
        last = top;
      };
      const look = () => {
        painted.port2.postMessage(0);
        requestAnimationFrame(look);
      };
      look();
    });
    await run(page, "kubectl rollout restart deployment hello");
    await settled(page);
    await client.send("Emulation.setCPUThrottlingRate", { rate: 1 });
    await page.waitForTimeout(1_500);
    const moved = await page.evaluate(() => globalThis.moved);
    assert.ok(moved.length > 0, "the stage grew");
    assert.deepEqual(moved.filter(({ animated }) => animated === 0), []);
    // What was on its way when all came to rest has arrived.
    assert.deepEqual(await page.evaluate(() => document.getAnimations().map(({ id, playState }) => `${id} ${playState}`)), []);
    assert.equal(await page.locator(".ghosts > *").count(), 0);
  });
});

test("at 10× single pods are drawn while only a far-off retry is due", async () => {
  await withSet({}, async (page) => {
    await speed(page, "10×");
    await run(page, "kubectl set image sts/web nginx=registry.k8s.io/nginx-slim:bad");
    await page.locator(".lane-crowd").first().waitFor({ timeout: 10_000 });
    // The pull is tried again after 10, 20, 40, 80 seconds of the simulation.
    await page.locator(".tile.is-failed").first().waitFor({ timeout: 20_000 });
    assert.equal(await page.getByRole("button", { name: "Pause", exact: true }).count(), 1, "time passes");
    assert.match(await page.locator(".pace").textContent(), /^Next in/);
    assert.equal(await page.locator(".lane-crowd").count(), 0);
  });
});

for (const word of ["10×", "100×"]) {
  test(`at ${word} nothing travels, and each node says in words how many pods it has`, async () => {
    await withSet({}, async (page) => {
      await run(page, "kubectl scale sts web --replicas=8");
      await settled(page);
      await speed(page, word);
      await page.evaluate(() => {
        globalThis.begun.length = 0;
        globalThis.texts = [];
        const stage = document.querySelector(".stage");
        new MutationObserver(() => {
          const text = [...stage.querySelectorAll(".lane-crowd")].map((lane) => lane.innerText.replace(/\s+/g, " ")).join("; ");
          if (text && text !== globalThis.texts.at(-1)?.text) globalThis.texts.push({ at: performance.now(), text });
        }).observe(stage, { childList: true, subtree: true, characterData: true });
      });
      await run(page, "kubectl rollout restart sts web");
      await page.locator(".lane-crowd").first().waitFor({ timeout: 10_000 });
      assert.equal(await page.locator(".stage .tile").count(), 0);
      await assertFits(page);
      await settled(page);
      const texts = await page.evaluate(() => globalThis.texts);
      assert.ok(texts.some(({ text }) => /\d ready/.test(text)), JSON.stringify(texts));
      for (let nth = 3; nth < texts.length; nth += 1) {
        const took = texts[nth].at - texts[nth - 3].at;
        assert.ok(took > 900, `three changes within ${took} ms: ${JSON.stringify(texts)}`);
      }
      assert.deepEqual(onTiles(await begun(page)).filter(({ transform }) => transform), []);
      assert.equal(await page.locator(".tile.is-ready").count(), 8, "at rest each pod is drawn");
    });
  });
}

/** Opens the page with so many pods at rest on it, which are painted. */
async function withCrowd(options, pods, body) {
  await withPage(session, options, async (page) => {
    await speed(page, "100×");
    await run(page, `kubectl create deployment hello --image=nginxdemos/hello:0.2 --replicas=${pods}`);
    await page.locator(".count-value", { hasText: `${pods}/${pods}` }).first().waitFor({ timeout: 60_000 });
    await settled(page);
    await body(page);
  });
}

test("in a crowd each pod keeps its place until all has come to rest, and then the gaps are closed", async () => {
  await withCrowd({}, 60, async (page) => {
    // Quicker, a slow machine may draw no picture between a pod's end and the next one's beginning.
    await speed(page, "0.5×");
    await page.evaluate(() => {
      const places = new Map();
      globalThis.seen = { moved: [], gaps: 0, frames: 0, most: 0 };
      const look = () => {
        const isMoving = !/^(Settled|Nothing is due)/.test(document.querySelector(".pace").textContent);
        const cells = isMoving ? document.querySelectorAll(".lane:not(.shelf) .pod-cell") : [];
        for (const cell of cells) {
          const place = `${cell.closest(".lane").dataset.lane} ${cell.offsetLeft} ${cell.offsetTop}`;
          const known = places.get(cell.dataset.flip);
          if (known !== undefined && known !== place) globalThis.seen.moved.push(`${cell.dataset.cell}: ${known} -> ${place}`);
          places.set(cell.dataset.flip, place);
        }
        globalThis.seen.most = Math.max(globalThis.seen.most, cells.length);
        globalThis.seen.gaps = Math.max(globalThis.seen.gaps, document.querySelectorAll(".gap").length);
        globalThis.seen.frames += isMoving ? 1 : 0;
        requestAnimationFrame(look);
      };
      look();
    });
    await run(page, "kubectl rollout restart deployment hello");
    // Who goes through the stage by keyboard finds a cell for each pod, also while all moves.
    await page.locator(".lane-head[data-cell]").first().focus();
    await settled(page);
    await page.waitForFunction(() => document.querySelectorAll(".gap").length === 0
      && document.querySelectorAll(".pod-cell.is-ready").length === 60);
    const seen = await page.evaluate(() => globalThis.seen);
    assert.deepEqual(seen.moved, []);
    assert.ok(seen.frames > 10 && seen.gaps > 0 && seen.most >= 60, JSON.stringify(seen));
    await assertFits(page);
    await assertAccessible(page);
    await screenshot(page, "crowd-small");
  });
});

/** What is painted in the middle of each pod's tile, and whether its cell lies on it. */
const painted = (page) => page.evaluate(() => [...document.querySelectorAll(".lane:not(.shelf) .pod-cell")].map((cell) => {
  const canvas = cell.closest(".pods").querySelector("canvas");
  const [own, whole] = [cell.getBoundingClientRect(), canvas.getBoundingClientRect()];
  const ratio = canvas.width / whole.width;
  const at = (x, y) => [...canvas.getContext("2d").getImageData(
    Math.round((own.left - whole.left + x) * ratio), Math.round((own.top - whole.top + y) * ratio), 1, 1).data].join(" ");
  // Its ground, its mark, and the gap to the right of it.
  return { name: cell.dataset.cell, ground: at(58, 24), mark: at(20, 31), beside: own.right + 1 < whole.right ? at(67, 24) : "0 0 0 0" };
}));

for (const scheme of ["light", "dark"]) {
  test(`in a crowd each pod is painted where its cell lies, in the page's colours (${scheme})`, async () => {
    await withCrowd({ scheme, deviceScaleFactor: 1.5 }, 60, async (page) => {
      await page.waitForFunction(() => document.querySelectorAll(".pod-cell").length === 60);
      const colours = await page.evaluate(() => {
        const sample = getComputedStyle(document.querySelector(".palette > .is-ready"));
        const context = document.createElement("canvas").getContext("2d");
        return [sample.backgroundColor, sample.outlineColor].map((colour) => {
          context.fillStyle = colour;
          context.fillRect(0, 0, 1, 1);
          return [...context.getImageData(0, 0, 1, 1).data].join(" ");
        });
      });
      const tiles = await painted(page);
      assert.equal(tiles.length, 60);
      for (const { name, ground, mark, beside } of tiles) {
        assert.deepEqual([ground, mark, beside], [...colours, "0 0 0 0"], name);
      }
      // Other colours are taken over at once.
      const before = tiles[0].ground;
      await page.getByLabel("Theme").selectOption(scheme === "light" ? "dark" : "light");
      await page.waitForFunction(() => document.getAnimations().length === 0);
      const after = await painted(page);
      assert.notEqual(after[0].ground, before);
      assert.ok(after.every(({ ground }) => ground === after[0].ground), JSON.stringify(after));
      // Another width, other rows.
      await page.setViewportSize({ width: 1100, height: 900 });
      await page.waitForFunction(() => new Promise((resolve) => { requestAnimationFrame(() => requestAnimationFrame(() => resolve(true))); }));
      const narrow = await painted(page);
      assert.ok(narrow.every(({ ground, beside }) => ground === after[0].ground && beside === "0 0 0 0"), JSON.stringify(narrow));
    });
  });
}

test("a painted pod can be pointed at while all moves: a click shows it, the other button opens its menu", async () => {
  await withCrowd({}, 60, async (page) => {
    await page.waitForFunction(() => document.querySelectorAll(".pod-cell").length === 60);
    await speed(page, "0.5×");
    await run(page, "kubectl rollout restart deployment hello");
    await page.waitForFunction(() => document.querySelectorAll(".pod-cell").length === 0);
    const canvas = page.locator(".lane:not(.shelf) canvas").first();
    await canvas.click({ position: { x: 100, y: 20 } });
    const chosen = page.locator(".inspector-name");
    assert.match(await chosen.textContent(), /hello-/);
    // The lane of the one that was chosen has cells now, the others do as the stage has the focus.
    await page.locator(".pod-cell").first().waitFor();
    const last = page.locator(".lane:not(.shelf)").nth(1);
    await last.locator(".pods").click({ button: "right", position: { x: 100, y: 20 } });
    await page.getByRole("menu").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("menu").waitFor({ state: "detached" });
    // Between two tiles there is nothing.
    await last.locator(".pods").click({ button: "right", position: { x: 68, y: 20 } });
    assert.equal(await page.getByRole("menu").count(), 0);
  });
});

test("hundreds of pods are summed up by node, and drawn where somebody wants them", async () => {
  for (const size of ["wide", "phone"]) {
    await withPage(session, { size }, async (page) => {
      await speed(page, "100×");
      if (size === "phone") await page.getByRole("button", { name: "Terminal", exact: true }).click();
      await run(page, "kubectl create deployment hello --image=nginxdemos/hello:0.2 --replicas=320");
      if (size === "phone") await page.getByRole("button", { name: "Cluster", exact: true }).click();
      await page.locator(".count-value", { hasText: "320/320" }).first().waitFor({ timeout: 60_000 });
      await settled(page);
      const lane = page.locator(".lane", { has: page.locator(".lane-name", { hasText: "node-2" }) });
      const said = Number(/(\d+)\s*ready/.exec(await lane.innerText())?.[1]);
      assert.ok(said > 60, await lane.innerText());
      assert.equal(await page.locator(".stage :is(.tile, .pod-cell)").count(), 0);
      await assertFits(page);
      await assertAccessible(page);
      await screenshot(page, `crowd-${size}`);
      await page.getByRole("button", { name: "Draw its pods (node-2)" }).click();
      await page.waitForFunction((count) => document.querySelectorAll(".pod-cell").length === count, said);
    });
  }
});

test("as the stage grows and shrinks nothing below it jumps while time passes", async () => {
  await withSet({}, async (page) => {
    await speed(page, "1×");
    await run(page, "kubectl delete pod web-0 web-1");
    // Where the strip below is laid out and where it is seen, in each frame.
    const tops = await page.evaluate(async () => {
      const strip = document.querySelector(".set");
      const seen = [];
      const end = performance.now() + 5_000;
      while (performance.now() < end) {
        await new Promise((resolve) => { requestAnimationFrame(resolve); });
        seen.push(Math.round(strip.getBoundingClientRect().top));
      }
      return seen;
    });
    const steps = tops.slice(1).map((top, nth) => Math.abs(top - tops[nth]));
    assert.ok(Math.max(...steps) < 40, `moved by ${Math.max(...steps)} px from one frame to the next`);
    assert.equal(tops.at(-1), tops[0], "pods that come back where they were leave the page as it was");
  });
});
