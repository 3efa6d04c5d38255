// The StatefulSet tutorial on the page: create, scale, update, canary, undo; by mouse, by keyboard; over a reload.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { SCHEMES, assertAccessible, assertFits, launch, printed, run, screenshot, withPage } from "./browser.mjs";

let session;
before(async () => { session = await launch(); });
after(async () => { await session?.close(); });

const set = (page) => page.getByRole("region", { name: "StatefulSet web" });
const letters = (page) => page.locator(".slots .badge-letter").allTextContents();
const partition = (page) => page.getByRole("slider", { name: "Partition of web" });

async function speed(page, word) {
  await page.getByRole("radio", { name: word, exact: true }).check({ force: true });
}

async function settled(page, timeout = 20_000) {
  await page.locator(".pace", { hasText: "Settled" }).waitFor({ timeout });
}

async function ready(page, text, timeout = 20_000) {
  await set(page).locator(".count-value", { hasText: text }).first().waitFor({ timeout });
  await settled(page, timeout);
}

/** Applies the example and waits until it has come up. */
async function applied(page) {
  await speed(page, "100×");
  await page.getByRole("button", { name: "Apply", exact: true }).click();
  await ready(page, "2/2");
}

test("the tutorial: create, scale up and down, update, canary by keyboard and by drag, undo", async () => {
  await withPage(session, {}, async (page) => {
    await page.getByText("4 nodes, and nothing runs yet").waitFor();
    await applied(page);
    await printed(page, "statefulset.apps/web created");
    assert.deepEqual(await letters(page), ["A", "A"]);

    await run(page, "kubectl scale sts web --replicas=5");
    await ready(page, "5/5");
    await run(page, "kubectl scale sts web --replicas=3");
    await ready(page, "3/3");
    assert.equal(await page.locator(".slot.is-kept").count(), 2, "the claims of web-3 and web-4 are kept");

    await run(page, "kubectl set image sts/web nginx=registry.k8s.io/nginx-slim:0.21");
    await page.locator(".slots .badge-letter", { hasText: "B" }).nth(2).waitFor({ timeout: 20_000 });
    await settled(page);
    assert.deepEqual(await letters(page), ["B", "B", "B"]);

    // Keyboard: two ordinals to the right.
    await partition(page).focus();
    await page.keyboard.press("ArrowRight");
    await printed(page, '"rollingUpdate":{"partition":1}');
    await page.keyboard.press("ArrowRight");
    await printed(page, '"rollingUpdate":{"partition":2}');
    assert.equal(await partition(page).getAttribute("aria-valuenow"), "2");
    await run(page, "kubectl set image sts/web nginx=registry.k8s.io/nginx-slim:0.24");
    await page.locator(".slots .badge-letter", { hasText: "C" }).first().waitFor();
    await settled(page);
    assert.deepEqual(await letters(page), ["B", "B", "C"]);

    // Drag: to before ordinal 1.
    const handle = await partition(page).boundingBox();
    const slot = await page.locator("[data-ordinal='1']").boundingBox();
    await page.mouse.move(handle.x + handle.width / 2, handle.y + handle.height / 2);
    await page.mouse.down();
    await page.mouse.move(slot.x + 10, slot.y + 20, { steps: 5 });
    await page.mouse.up();
    await page.locator(".log .entry-text", { hasText: '"partition":1' }).nth(1).waitFor();
    await settled(page);
    assert.deepEqual(await letters(page), ["B", "C", "C"]);

    // Back, from the history.
    await page.getByRole("button", { name: "Partition one lower" }).click();
    await settled(page);
    assert.deepEqual(await letters(page), ["C", "C", "C"]);
    await page.getByRole("button", { name: "Undo to revision 2" }).click();
    await printed(page, "statefulset.apps/web rolled back");
    await page.locator(".slots .badge-letter", { hasText: "B" }).nth(2).waitFor({ timeout: 20_000 });
    await settled(page);
    assert.deepEqual(await letters(page), ["B", "B", "B"]);
    assert.equal(await page.getByText("Everything is as it should be").count(), 1);
  });
});

test("every button runs its line in the terminal", async () => {
  await withPage(session, {}, async (page) => {
    await applied(page);
    await page.getByRole("button", { name: "One replica more" }).click();
    await printed(page, "kubectl scale statefulset web --replicas=3");
    await ready(page, "3/3");
    await page.locator(".tile", { hasText: "web-1" }).click({ button: "right" });
    await page.getByRole("menuitem", { name: "Delete" }).click();
    await printed(page, 'pod "web-1" deleted');
    await page.getByRole("button", { name: "Actions of node-2" }).click();
    await page.getByRole("menuitem", { name: "Cordon" }).click();
    await printed(page, "node/node-2 cordoned");
    await page.locator(".lane.is-cordoned").waitFor();
  });
});

test("the keyboard alone is enough", async () => {
  await withPage(session, { reducedMotion: "reduce" }, async (page) => {
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to the cluster");
    await applied(page);
    await page.locator("[data-cell='web-0'][role=gridcell]").focus();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "pod/web-0" }).waitFor();
    await page.keyboard.press("Shift+F10");
    await page.getByRole("menuitem", { name: "Describe" }).waitFor();
    await page.keyboard.press("Escape");
    assert.equal(await page.evaluate(() => document.activeElement.dataset.cell), "web-0");
    await page.keyboard.press("Space");
    await page.getByRole("button", { name: "Play", exact: true }).waitFor();
    // The deleted pod's successor gets the focus back.
    await page.keyboard.press("Space");
    await page.keyboard.press("Shift+F10");
    const remove = page.getByRole("menuitem", { name: "Delete" });
    for (let item = 0; item < 12 && !(await remove.evaluate((found) => found === document.activeElement)); item += 1) {
      await page.keyboard.press("ArrowDown");
    }
    await page.keyboard.press("Enter");
    await printed(page, 'pod "web-0" deleted');
    await settled(page);
    assert.equal(await page.evaluate(() => document.activeElement.dataset.cell), "web-0");

    // Tab completes in the terminal, and is no trap.
    const input = page.getByRole("textbox", { name: "Terminal command" });
    await input.focus();
    await page.keyboard.type("kubectl get state");
    await page.keyboard.press("Tab");
    assert.match(await input.inputValue(), /^kubectl get statefulsets?/);
    await page.keyboard.press("Escape");
    await page.keyboard.press("Tab");
    assert.notEqual(await page.evaluate(() => document.activeElement.className), "prompt-field");

    // Everything that can have the focus is reached, and nothing holds it.
    await page.evaluate(() => document.activeElement.blur());
    const seen = new Set();
    for (let step = 0; step < 120; step += 1) {
      await page.keyboard.press("Tab");
      seen.add(await page.evaluate(() => document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent.slice(0, 40)));
    }
    for (const name of ["Pause", "Apply", "Partition of web", "Terminal output", "Rollout history", "Help"]) {
      assert.ok([...seen].some((label) => label.includes(name)), `${name} is reached by Tab: ${[...seen].join(" | ")}`);
    }
  });
});

for (const size of ["wide", "tablet", "phone"]) {
  for (const scheme of SCHEMES) {
    test(`a running set is accessible and fits: ${size}, ${scheme}`, async () => {
      await withPage(session, { size, scheme }, async (page) => {
        await speed(page, "100×");
        await page.getByRole("button", { name: "Apply web.yaml" }).click();
        await ready(page, "2/2");
        await page.locator(".tile").first().click();
        const pages = size === "phone" ? ["Cluster", "Manifest", "Terminal", "History"] : [null];
        for (const name of pages) {
          if (name) await page.getByRole("navigation").getByRole("button", { name }).click();
          await page.waitForTimeout(300);
          await assertFits(page);
          await assertAccessible(page);
        }
      });
    });
  }
}

test("on a phone the words at the partition stand beside it, inside of the strip", async () => {
  await withPage(session, { size: "phone" }, async (page) => {
    const turn = (name) => page.getByRole("navigation").getByRole("button", { name, exact: true }).click();
    await speed(page, "100×");
    await page.getByRole("button", { name: "Apply web.yaml" }).click();
    await ready(page, "2/2");
    await turn("Terminal");
    await run(page, "kubectl scale sts web --replicas=5");
    await run(page, `kubectl patch sts web -p '{"spec":{"updateStrategy":{"rollingUpdate":{"partition":4}}}}'`);
    await turn("Cluster");
    await ready(page, "5/5");
    await page.waitForFunction(() => document.querySelector(".handle").style.left !== "0px");
    // All places of one moment: what is above may still change its height.
    const { strip, label, grip, slot, places } = await page.evaluate(() => {
      const box = (element) => {
        const { x, y, width, height } = element.getBoundingClientRect();
        return { x, y, width, height };
      };
      const [strip, label, grip, slot] = [".strip", ".handle-label", ".handle", "[data-ordinal='4']"].map(
        (one) => box(document.querySelector(one)));
      return { strip, label, grip, slot, places: [...document.querySelectorAll(".slot")].map(box) };
    });
    assert.ok(label.x >= strip.x && label.x + label.width <= strip.x + strip.width, JSON.stringify({ strip, label }));
    assert.ok(Math.abs(grip.y - slot.y) < 2 && grip.x < slot.x && grip.x > slot.x - 40, JSON.stringify({ grip, slot }));
    for (const place of places) {
      const { x, y, width, height } = place;
      const overlaps = x < label.x + label.width && x + width > label.x && y < label.y + label.height && y + height > label.y;
      assert.ok(!overlaps, JSON.stringify({ label, place }));
    }
  });
});

test("a fault in the manifest is marked at its line", async () => {
  await withPage(session, {}, async (page) => {
    await page.locator(".cm-content").waitFor();
    await page.locator(".cm-content").click();
    await page.keyboard.press("Control+a");
    // Typed over a selection, the browser itself tries to keep the old text's style inline, which the policy blocks.
    await page.keyboard.press("Delete");
    await page.keyboard.insertText("apiVersion: apps/v1\nkind: StatefulSet\nspec:\nreplica: 3\n");
    await page.locator(".problem", { hasText: 'unknown field "replica"' }).waitFor();
    await page.locator(".cm-lint-marker-error").first().waitFor();
    await page.locator(".problem").first().click();
    assert.equal(await page.evaluate(() => document.activeElement.className.includes("cm-content")), true);
  });
});

test("a reload brings everything back", async () => {
  await withPage(session, {}, async (page) => {
    await applied(page);
    await run(page, "kubectl scale sts web --replicas=3");
    await ready(page, "3/3");
    const before = await page.locator(".clock").textContent();
    await page.waitForTimeout(700);
    await page.reload();
    await ready(page, "3/3");
    assert.equal(await page.locator(".clock").textContent(), before);
    await printed(page, "statefulset.apps/web scaled");
    await page.getByRole("button", { name: "New cluster" }).click();
    await page.getByText("nothing runs yet").waitFor();
    await page.getByRole("button", { name: "Undo", exact: true }).click();
    await ready(page, "3/3");
  });
});

test("a broken stored page says so, and keeps the text", async () => {
  await withPage(session, {}, async (page) => {
    await applied(page);
    await page.waitForFunction(() => localStorage.kubesets?.includes("kubectl apply"));
    // Written after the page has stored its own on leaving.
    await page.addInitScript(() => {
      if (!sessionStorage.broken) {
        sessionStorage.broken = "1";
        for (const shelf of [localStorage, sessionStorage]) shelf.kubesets = `${shelf.kubesets.slice(0, -40)}!`;
      }
    });
    await page.reload();
    await page.getByText("could not be read").first().waitFor();
    assert.match(await page.getByRole("textbox", { name: "Stored text" }).inputValue(), /^kubesets 1 /);
    await page.getByText("nothing runs yet").waitFor();
    await page.getByRole("button", { name: "Discard" }).click();
    assert.equal(await page.locator(".broken").count(), 0);
  });
});

test("without storage the page works in memory", async () => {
  const before = () => {
    for (const shelf of ["localStorage", "sessionStorage"]) {
      Object.defineProperty(window, shelf, { get() { throw new DOMException("denied", "SecurityError"); } });
    }
  };
  await withPage(session, { before }, async (page) => {
    await applied(page);
  });
});

test("each tab and each frame keeps a session of its own, and the next visit gets the one that was used last", async () => {
  await withPage(session, {}, async (page) => {
    await applied(page);
    await page.waitForFunction(() => localStorage.kubesets?.includes("kubectl apply"));
    const other = await page.context().newPage();
    await other.goto(session.server.url);
    await ready(other, "2/2");
    const noSet = (shown) => shown.waitForFunction(() => document.querySelector("main") && !document.querySelector(".set"));
    await run(other, "kubectl delete statefulset web");
    await noSet(other);
    await other.waitForFunction(() => localStorage.kubesets?.includes("kubectl delete"));
    await page.reload();
    await ready(page, "2/2");
    await other.reload();
    await noSet(other);
    const next = await page.context().newPage();
    await next.goto(session.server.url);
    await noSet(next);
  });
});

test("where storage is full a person is told, and a reload brings nothing old back as if it were the last", async () => {
  const before = () => {
    const real = Storage.prototype.setItem;
    Storage.prototype.setItem = function (key, text) {
      if (text.length > 8_000) throw new DOMException("full", "QuotaExceededError");
      real.call(this, key, text);
    };
  };
  await withPage(session, { before }, async (page) => {
    await applied(page);
    await run(page, `kubectl annotate statefulset web note=${"x".repeat(9_000)}`);
    await page.getByText("There is no room left in this browser's storage").first().waitFor();
  });
});

test("an idle cluster asks for no frames", async () => {
  await withPage(session, {}, async (page) => {
    await applied(page);
    await page.evaluate(() => {
      globalThis.frames = 0;
      const real = globalThis.requestAnimationFrame;
      globalThis.requestAnimationFrame = (call) => { globalThis.frames += 1; return real(call); };
    });
    await page.waitForTimeout(500);
    assert.equal(await page.evaluate(() => globalThis.frames), 0);
    await screenshot(page, "idle");
  });
});
