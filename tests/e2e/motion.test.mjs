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

test("in a crowd each pod keeps its place until all has come to rest, and then the gaps are closed", async () => {
  await withPage(session, {}, async (page) => {
    await speed(page, "100×");
    await run(page, "kubectl create deployment hello --image=nginxdemos/hello:0.2 --replicas=60");
    await page.locator(".count-value", { hasText: "60/60" }).first().waitFor({ timeout: 60_000 });
    await settled(page);
    // Quicker, a slow machine may draw no picture between a pod's end and the next one's beginning.
    await speed(page, "1×");
    await page.evaluate(() => {
      const places = new Map();
      globalThis.seen = { moved: [], gaps: 0, frames: 0 };
      const look = () => {
        const isMoving = !document.querySelector(".pace").textContent.startsWith("Settled");
        for (const tile of isMoving ? document.querySelectorAll(".lane:not(.shelf) > .tile") : []) {
          const place = `${tile.parentElement.dataset.lane} ${tile.offsetLeft} ${tile.offsetTop}`;
          const known = places.get(tile.dataset.flip);
          if (known !== undefined && known !== place) globalThis.seen.moved.push(`${tile.dataset.cell}: ${known} -> ${place}`);
          places.set(tile.dataset.flip, place);
        }
        globalThis.seen.gaps = Math.max(globalThis.seen.gaps, document.querySelectorAll(".gap").length);
        globalThis.seen.frames += isMoving ? 1 : 0;
        requestAnimationFrame(look);
      };
      look();
    });
    await run(page, "kubectl rollout restart deployment hello");
    await settled(page);
    await page.waitForFunction(() => document.querySelectorAll(".gap").length === 0
      && document.querySelectorAll(".tile.is-ready").length === 60);
    const seen = await page.evaluate(() => globalThis.seen);
    assert.deepEqual(seen.moved, []);
    assert.ok(seen.frames > 10 && seen.gaps > 0, JSON.stringify(seen));
    await assertFits(page);
    await assertAccessible(page);
    await screenshot(page, "crowd-small");
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
      assert.equal(await page.locator(".stage .tile").count(), 0);
      await assertFits(page);
      await assertAccessible(page);
      await screenshot(page, `crowd-${size}`);
      await page.getByRole("button", { name: "Draw its pods (node-2)" }).click();
      await lane.locator(".tile").first().waitFor();
      assert.equal(await page.locator(".stage .tile").count(), said);
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
