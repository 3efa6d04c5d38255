// The DaemonSet chapter on the page: create, label nodes in and out, roll, a bad image, undo.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertAccessible, assertFits, launch, printed, run, screenshot, withPage } from "./browser.mjs";

let session;
before(async () => { session = await launch(); });
after(async () => { await session?.close(); });

const strip = (page) => page.getByRole("region", { name: "DaemonSet ssd-monitor" });
const slot = (page, node) => strip(page).locator(`[data-node="${node}"]`);
const pods = (page) => strip(page).locator(".pod-button");

async function settled(page) {
  await page.locator(".pace", { hasText: "Settled" }).waitFor({ timeout: 20_000 });
}

async function opened(page, example) {
  await page.getByRole("radio", { name: "100×", exact: true }).check({ force: true });
  await page.getByLabel("Examples").selectOption({ label: example });
  await page.getByRole("button", { name: "Apply", exact: true }).click();
}

async function example(page) {
  const option = await page.locator("option", { hasText: "DaemonSet on labelled nodes" }).first().textContent();
  await opened(page, option);
  await strip(page).waitFor();
  await settled(page);
}

test("the DaemonSet chapter: no node suits, label in, label out, roll, bad image, undo", async () => {
  await withPage(session, {}, async (page) => {
    await example(page);
    assert.equal(await pods(page).count(), 0);
    await slot(page, "node-1").getByText("it lacks the label disk=ssd of the nodeSelector").waitFor();

    for (const node of ["node-1", "node-2", "node-3"]) {
      await run(page, `kubectl label node ${node} disk=ssd`);
      await slot(page, node).locator(".pod-button.is-ready").waitFor({ timeout: 20_000 });
    }
    await settled(page);
    assert.equal(await pods(page).count(), 3);

    await run(page, "kubectl label node node-3 disk=hdd --overwrite");
    await slot(page, "node-3").getByText("it lacks the label disk=ssd").waitFor({ timeout: 20_000 });
    await settled(page);
    assert.equal(await pods(page).count(), 2);

    await run(page, "kubectl set image ds/ssd-monitor main=luksa/ssd-monitor:2.0");
    await printed(page, "daemonset.apps/ssd-monitor image updated");
    await strip(page).locator(".badge-letter", { hasText: "B" }).nth(2).waitFor({ timeout: 20_000 });
    await settled(page);

    // A bad image stops at one node; the other keeps its pod.
    await run(page, "kubectl set image ds/ssd-monitor main=luksa/ssd-monitor:bad");
    await strip(page).locator(".pod-button.is-failed").first().waitFor({ timeout: 20_000 });
    assert.equal(await strip(page).locator(".pod-button.is-ready").count(), 1);
    await assertAccessible(page);
    await screenshot(page, "daemonset-bad-image");

    const history = page.getByRole("table", { name: "Revisions of daemonset/ssd-monitor" });
    await history.getByRole("button", { name: "Undo to revision 2" }).click();
    await printed(page, "daemonset.apps/ssd-monitor rolled back");
    await settled(page);
    assert.equal(await strip(page).locator(".pod-button.is-ready").count(), 2);
    assert.equal(await history.getByRole("row").count(), 4, "a header, and three revisions: the undone one was renumbered");
  });
});

test("a Deployment is shown by its ReplicaSets, can be paused, and undone from its history", async () => {
  await withPage(session, {}, async (page) => {
    await opened(page, await page.locator("option", { hasText: "Deployment" }).first().textContent());
    const hello = page.getByRole("region", { name: "Deployment hello" });
    await hello.locator(".count-value", { hasText: "6/6" }).first().waitFor({ timeout: 20_000 });
    await settled(page);
    await run(page, "kubectl set image deploy/hello hello=nginxdemos/hello:0.3");
    await hello.locator(".revision.is-newest .pod-button.is-ready").nth(5).waitFor({ timeout: 20_000 });
    await settled(page);
    assert.equal(await hello.locator(".revision").count(), 1, "the old one stands at zero");
    await page.getByRole("table", { name: "Revisions of deployment/hello" })
      .getByRole("button", { name: "Undo to revision 1" }).click();
    await printed(page, "deployment.apps/hello rolled back");
    await settled(page);
    await hello.getByRole("button", { name: "Pause rollout" }).click();
    await printed(page, "deployment.apps/hello paused");
    await hello.getByRole("button", { name: "Resume rollout" }).waitFor();
    await assertFits(page);
    await assertAccessible(page);
  });
});

test("on a phone no node of the cluster is cut off by long pod names", async () => {
  await withPage(session, { size: "phone" }, async (page) => {
    await page.getByRole("radio", { name: "100×", exact: true }).check({ force: true });
    const option = page.locator("option", { hasText: "DaemonSet on labelled nodes" }).first();
    await page.getByLabel("Examples").selectOption({ label: await option.textContent() });
    await page.getByRole("button", { name: "Apply daemonset.yaml" }).click();
    await strip(page).waitFor();
    await page.getByRole("button", { name: "Terminal", exact: true }).click();
    await run(page, "kubectl label node node-1 node-2 node-3 disk=ssd");
    await page.getByRole("button", { name: "Cluster", exact: true }).click();
    await page.locator(".tile").nth(2).waitFor({ timeout: 20_000 });
    await settled(page);
    const stage = await page.locator(".stage").boundingBox();
    const lanes = await page.locator(".stage .lane").all();
    assert.ok(lanes.length >= 4);
    for (const lane of lanes) {
      const box = await lane.boundingBox();
      assert.ok(box.x >= stage.x && box.x + box.width <= stage.x + stage.width + 0.5,
        `a node from ${box.x} to ${box.x + box.width} on a stage from ${stage.x} to ${stage.x + stage.width}`);
    }
    await screenshot(page, "daemonset-phone");
  });
});
