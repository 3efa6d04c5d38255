// The ZooKeeper story on the page: two drains go well, the third is refused by the budget, uncordon, and it goes on.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertAccessible, launch, printed, run, screenshot, withPage } from "./browser.mjs";

let session;
before(async () => { session = await launch(); });
after(async () => { await session?.close(); });

const budget = (page) => page.getByRole("region", { name: "Budget zk-pdb" });

async function settled(page) {
  await page.locator(".pace", { hasText: "Settled" }).waitFor({ timeout: 20_000 });
}

/** The node that runs a pod. */
const nodeOf = (page, pod) =>
  page.locator(".lane", { has: page.locator(`.tile[data-cell="${pod}"]`) }).locator(".lane-name").textContent();

/** Drains a node by its menu and the dialog, and gives the dialog to `look` before. */
async function drain(page, node, look = async () => {}) {
  await page.getByRole("button", { name: `Actions of ${node}`, exact: true }).click();
  await page.getByRole("menuitem", { name: "Drain…" }).click();
  const dialog = page.getByRole("dialog", { name: `Drain ${node}` });
  await dialog.waitFor();
  await look(dialog);
  await dialog.getByRole("button", { name: "Drain", exact: true }).click();
  await printed(page, `kubectl drain ${node}`);
}

test("ZooKeeper: the third drain is refused by the budget, and goes on after an uncordon", async () => {
  await withPage(session, {}, async (page) => {
    await page.getByRole("radio", { name: "100×", exact: true }).check({ force: true });
    const option = await page.locator("option", { hasText: "ZooKeeper and its budget" }).first().textContent();
    await page.getByLabel("Examples").selectOption({ label: option });
    await page.getByRole("button", { name: "Apply", exact: true }).click();
    await page.getByRole("region", { name: "StatefulSet zk" }).locator(".count-value", { hasText: "3/3" }).first()
      .waitFor({ timeout: 20_000 });
    await settled(page);
    await page.getByRole("tab", { name: "Budgets" }).click();
    await budget(page).getByText("1 may be evicted now").waitFor();

    // Three servers on four nodes: the first drain has a node to go to.
    const first = await nodeOf(page, "zk-0");
    await drain(page, first, async (dialog) => {
      await dialog.getByText("budget zk-pdb allows it: 1 of 1").waitFor();
      await assertAccessible(page);
      await screenshot(page, "drain-dialog");
    });
    await printed(page, `node/${first} drained`);
    await settled(page);

    // The second leaves zk-1 without a node.
    const second = await nodeOf(page, "zk-1");
    await drain(page, second);
    await printed(page, `node/${second} drained`);
    await budget(page).getByText("0 may be evicted now").waitFor();

    // The third is refused, and tried again every five seconds. From 10x on no single pod is drawn.
    await page.getByRole("radio", { name: "5×", exact: true }).check({ force: true });
    const third = await nodeOf(page, "zk-2");
    await drain(page, third, async (dialog) => {
      await dialog.getByText("waits", { exact: true }).waitFor();
    });
    await printed(page, "Cannot evict pod as it would violate the pod's disruption budget.");
    await budget(page).getByText("pod/zk-2").waitFor();
    await screenshot(page, "budget-refusal");

    await page.getByRole("button", { name: `Actions of ${first}`, exact: true }).click();
    await page.getByRole("menuitem", { name: "Uncordon" }).click();
    await printed(page, `node/${third} drained`);
    await page.getByRole("radio", { name: "100×", exact: true }).check({ force: true });
    await run(page, `kubectl uncordon ${second}`);
    await page.getByRole("region", { name: "StatefulSet zk" }).locator(".count-value", { hasText: "3/3" }).first()
      .waitFor({ timeout: 20_000 });
    await settled(page);
    assert.ok((await budget(page).locator(".refusal").count()) > 0);
  });
});

test("a drain that no budget will ever allow is told before, and after it was given up", async () => {
  await withPage(session, {}, async (page) => {
    await page.getByRole("radio", { name: "100×", exact: true }).check({ force: true });
    await run(page, "kubectl create deployment front --image=front:1 --replicas=4");
    await run(page, "kubectl create pdb all --selector=app=front --max-unavailable=0");
    await page.locator(".tile.is-ready").nth(3).waitFor({ timeout: 20_000 });
    await settled(page);
    const node = await page.locator(".lane", { has: page.locator(".tile") }).first().locator(".lane-name").innerText();
    await drain(page, node, async (dialog) => {
      await dialog.getByText("It would never end").waitFor();
      await dialog.getByText(`kubectl patch pdb all --type=merge -p '{"spec":{"maxUnavailable":1}}'`).waitFor();
      await assertAccessible(page);
      await screenshot(page, "drain-never");
    });
    await printed(page, "Cannot evict pod as it would violate the pod's disruption budget.");
    await page.locator(".prompt-field").focus();
    await page.keyboard.press("Control+c");
    await page.locator(`[data-cell='${node}'] .lane-name`).click();
    const why = page.locator(".inspector").getByRole("region", { name: "Why" });
    await why.getByText(`no drain can empty ${node}`).waitFor();
    await why.locator(".why-line", { hasText: "Blocked" }).waitFor();
  });
});

test("a node's labels and taints are edited in place", async () => {
  await withPage(session, {}, async (page) => {
    await page.getByRole("button", { name: "Actions of node-2", exact: true }).click();
    await page.getByRole("menuitem", { name: "Labels and taints" }).click();
    const label = page.getByRole("textbox", { name: "A label to add" });
    await label.fill("disk=ssd");
    await label.press("Enter");
    await printed(page, "node/node-2 labeled");
    const taint = page.getByRole("textbox", { name: "A taint to add" });
    await taint.fill("dedicated=db:NoSchedule");
    await taint.press("Enter");
    await printed(page, "node/node-2 tainted");
    await assertAccessible(page);
    await page.getByRole("button", { name: "Remove dedicated=db:NoSchedule" }).click();
    await printed(page, "node/node-2 untainted");
    await page.getByRole("button", { name: "Add a node" }).click();
    await page.locator(".lane-name", { hasText: "node-5" }).waitFor();
    await run(page, "kubectl get nodes");
    await printed(page, "node-5");
  });
});
