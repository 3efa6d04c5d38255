// Why: a chosen object says what holds it up, leads to the field, offers the line that mends it, and shows the
// scheduler's attempts.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  assertAccessible, assertFits, launch, paste, printed, run, screenshot, SCHEMES, SIZES, terminal, withPage,
} from "./browser.mjs";

let session;
before(async () => { session = await launch(); });
after(async () => { await session?.close(); });

const inspector = (page) => page.locator(".inspector");
const why = (page) => inspector(page).getByRole("region", { name: "Why" });

async function settled(page) {
  await page.locator(".pace", { hasText: "Settled" }).waitFor({ timeout: 20_000 });
}

/** At full speed, with the first example applied. */
async function started(page) {
  await page.getByRole("radio", { name: "5×", exact: true }).check({ force: true });
  await page.getByRole("button", { name: "Apply web.yaml" }).click();
  await page.locator(".tile").nth(1).waitFor({ timeout: 20_000 });
  await settled(page);
}

/** On a phone a page is chosen first. */
async function turnTo(page, name) {
  const tab = page.getByRole("button", { name, exact: true });
  if (await tab.isVisible()) await tab.click();
}

async function typed(page, line) {
  await turnTo(page, "Terminal");
  await run(page, line);
  await turnTo(page, "Cluster");
}

/** A rollout that no rollback mends: the model case. */
async function broken(page) {
  await started(page);
  await typed(page, "kubectl set image sts/web nginx=registry.k8s.io/nginx-slim:bad");
  await page.locator(".tile.is-failed").first().waitFor({ timeout: 20_000 });
  await page.getByRole("region", { name: "StatefulSet web" }).getByRole("button", { name: "sts/web" }).click();
  await why(page).locator(".why-line", { hasText: "Blocked" }).waitFor({ timeout: 20_000 });
}

test("a broken rollout says what mends it, and the offered lines do", async () => {
  await withPage(session, {}, async (page) => {
    await broken(page);
    await typed(page, "kubectl rollout undo sts/web");
    await why(page).getByText("BrokenRollout").waitFor({ timeout: 20_000 });
    // Nothing is fetched of it until somebody clicks, which the page's own errors would show.
    const documented = why(page).getByRole("link", { name: "Kubernetes documentation, statefulset: forced rollback" });
    assert.equal(await documented.getAttribute("href"), "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#forced-rollback");
    assert.match(await documented.getAttribute("rel"), /\bnoopener\b/);
    await assertAccessible(page);
    // A click offers the line; only the person runs it.
    await why(page).getByRole("button", { name: "kubectl delete pod web-1" }).click();
    const prompt = terminal(page);
    assert.equal(await prompt.inputValue(), "kubectl delete pod web-1");
    assert.ok(await prompt.evaluate((field) => field === document.activeElement), "the prompt has the focus");
    assert.equal(await page.locator(".entry", { hasText: "kubectl delete pod web-1" }).count(), 0, "it was not run");
    await prompt.press("Enter");
    await printed(page, 'pod "web-1" deleted');
    await why(page).getByText("Everything is as it should be").waitFor({ timeout: 20_000 });
  });
});

test("a field leads to its line in the manifest", async () => {
  await withPage(session, {}, async (page) => {
    await broken(page);
    await page.locator(".cm-content").waitFor({ timeout: 20_000 });
    await page.locator(".tile", { hasText: "web-1" }).click();
    await why(page).getByText("cannot be pulled").waitFor();
    await why(page).getByRole("button", { name: /^spec\.template\.spec\.containers\[0\]\.image/ }).click();
    const line = page.locator(".cm-activeLine");
    await line.filter({ hasText: "image:" }).waitFor({ timeout: 10_000 });
    assert.ok(await page.locator(".cm-content").evaluate((content) => content.contains(document.activeElement)));
    // An object that stands in no manifest is opened as a copy.
    await page.locator('[data-cell="node-2"] .lane-name').click();
    await why(page).getByRole("button", { name: "spec.taints" }).click();
    await page.getByRole("button", { name: "node-node-2.yaml", exact: true }).waitFor();
  });
});

test("the inspector comes into sight, and gives the focus back when it is closed", async () => {
  for (const size of ["wide", "tablet", "phone"]) {
    await withPage(session, { size }, async (page) => {
      await page.getByRole("radio", { name: "5×", exact: true }).check({ force: true });
      await turnTo(page, "Terminal");
      await run(page, "kubectl create deployment web --image=nginx --replicas=3");
      await turnTo(page, "Cluster");
      const tile = page.locator(".tile").first();
      await tile.waitFor({ timeout: 20_000 });
      await settled(page);
      await tile.click();
      const close = inspector(page).getByRole("button", { name: "Close the inspector" });
      await close.waitFor();
      const box = await inspector(page).boundingBox();
      assert.ok(box.y >= 0 && box.y < SIZES[size].height - 80, `${size}: it begins at ${box.y}`);
      const chosen = await tile.boundingBox();
      assert.ok(chosen.y + chosen.height <= box.y || chosen.x + chosen.width <= box.x, `${size}: it covers what was chosen`);
      await (size === "wide" ? close.click() : close.press("Escape"));
      await inspector(page).waitFor({ state: "detached" });
      const focused = await page.evaluate(() => document.activeElement?.getAttribute("data-cell"));
      assert.equal(focused, await tile.getAttribute("data-cell"), size);
    });
  }
});

test("a notice covers nothing and ends with what it says", async () => {
  await withPage(session, {}, async (page) => {
    await started(page);
    await page.getByRole("button", { name: "Step back" }).click();
    await terminal(page).fill("kubectl delete pods --all");
    await terminal(page).press("Enter");
    const notice = page.locator(".notice.is-shown");
    await notice.getByText("The past stays as it was").waitFor();
    const box = await notice.boundingBox();
    const areas = await page.locator(".areas").boundingBox();
    assert.ok(box.y >= areas.y + areas.height - 1, JSON.stringify({ box, areas }));
    await page.getByRole("button", { name: "Back to the present" }).click();
    await notice.waitFor({ state: "detached" });
  });
});

const anti = `apiVersion: apps/v1
kind: StatefulSet
metadata: {name: zk}
spec:
  serviceName: zk
  replicas: 5
  podManagementPolicy: Parallel
  selector: {matchLabels: {app: zk}}
  template:
    metadata: {labels: {app: zk}}
    spec:
      containers: [{name: zk, image: "zk:1"}]
      affinity:
        podAntiAffinity:
          requiredDuringSchedulingIgnoredDuringExecution:
          - {labelSelector: {matchLabels: {app: zk}}, topologyKey: kubernetes.io/hostname}
`;

/** Five Pods that keep apart, on four nodes. */
async function tooFewNodes(page) {
  await page.getByRole("radio", { name: "5×", exact: true }).check({ force: true });
  await turnTo(page, "Terminal");
  await paste(page, `kubectl apply -f - <<'END'\n${anti}END\n`);
  await printed(page, "statefulset.apps/zk created");
  await turnTo(page, "Cluster");
  await page.locator(".tile.is-ready").nth(3).waitFor({ timeout: 20_000 });
  await page.locator(".tile.is-pending", { hasText: "zk-" }).first().click();
  await why(page).getByText("AntiAffinity", { exact: true }).waitFor({ timeout: 20_000 });
}

test("the scheduler's attempts are tables, node by filter and node by score", async () => {
  await withPage(session, {}, async (page) => {
    await tooFewNodes(page);
    const filters = inspector(page).getByRole("table", { name: /^Filters/ }).first();
    assert.equal(await filters.getByRole("row").count(), 5, "a header and four nodes");
    await filters.getByRole("columnheader", { name: "InterPodAffinity" }).waitFor();
    assert.equal(await filters.getByText("didn't match pod anti-affinity rules").count(), 4);
    await assertAccessible(page);
    // A machine joins, as is offered; then the scores say how it won.
    await why(page).getByRole("button", { name: /fault add node\/NAME/ }).click();
    await terminal(page).fill("fault add node/node-5");
    await terminal(page).press("Enter");
    await page.locator(".tile.is-ready").nth(4).waitFor({ timeout: 20_000 });
    assert.ok(await inspector(page).locator(".attempt").count() >= 2, "earlier attempts are kept");
  });
});

test("it fits and reads in each size and scheme", async () => {
  for (const size of Object.keys(SIZES)) {
    for (const scheme of SCHEMES) {
      await withPage(session, { size, scheme }, async (page) => {
        await tooFewNodes(page);
        await page.evaluate(() => scrollTo(0, 0));
        await assertFits(page);
        await assertAccessible(page);
        await screenshot(page, `why-scheduler-${SIZES[size].width}-${scheme}`);
      });
      await withPage(session, { size, scheme }, async (page) => {
        await broken(page);
        await page.evaluate(() => scrollTo(0, 0));
        await assertFits(page);
        await assertAccessible(page);
        await screenshot(page, `why-blocked-${SIZES[size].width}-${scheme}`);
      });
    }
  }
});
