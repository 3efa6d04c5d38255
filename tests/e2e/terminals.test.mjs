// The terminals: tabs, lines that are pasted, lines that go on, keys that stop and end.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  assertAccessible, assertFits, launch, paste, printed, run, SCHEMES, screenshot, terminal, withPage,
} from "./browser.mjs";

let session;
before(async () => { session = await launch(); });
after(async () => { await session?.close(); });

const tab = (page, number) => page.getByRole("tab", { name: new RegExp(`^Terminal ${number}\\b`) });
const lines = (page) => page.locator(".log .entry .entry-text").allTextContents();
const selected = (page) => page.getByRole("tablist", { name: "Terminals" }).getByRole("tab", { selected: true });

async function showTerminal(page, size) {
  if (size === "phone") await page.getByRole("navigation").getByRole("button", { name: "Terminal" }).click();
}

test("one terminal watches while another acts", async () => {
  await withPage(session, {}, async (page) => {
    await page.getByRole("radio", { name: "10×", exact: true }).check({ force: true });
    await run(page, "kubectl get pods -w -l app=nginx");
    await page.getByRole("button", { name: "Ctrl-C" }).waitFor();
    await page.getByRole("button", { name: "New terminal" }).click();
    assert.equal(await selected(page).getAttribute("aria-label"), "Terminal 2");
    assert.equal(await page.evaluate(() => document.activeElement.className), "prompt-field", "a new terminal is there to type in");
    assert.deepEqual(await lines(page), []);
    await page.getByRole("button", { name: "Apply web.yaml" }).click();
    await printed(page, "statefulset.apps/web created");
    assert.equal(await tab(page, 1).getAttribute("aria-label"), "Terminal 1, runs kubectl get pods -w -l app=nginx");
    await run(page, "A=own; echo \"<$A>\"");
    await printed(page, "<own>");
    await tab(page, 1).click();
    await printed(page, /web-1\s+1\/1\s+Running/);
    assert.deepEqual(await lines(page), ["kubectl get pods -w -l app=nginx"]);
    // A button's line does not wait for the watch: it goes to the terminal that is free, and says so there.
    await page.getByRole("button", { name: "One replica more" }).click();
    await page.waitForFunction(() => document.querySelector("[aria-label='Terminal 2, has new output']"));
    await printed(page, /web-2\s+1\/1\s+Running/);

    // The keyboard: arrows choose, Delete closes.
    await selected(page).focus();
    await page.keyboard.press("ArrowRight");
    assert.equal(await selected(page).getAttribute("aria-label"), "Terminal 2");
    await page.keyboard.press("Home");
    assert.match(await selected(page).getAttribute("aria-label"), /^Terminal 1, runs/);
    await page.keyboard.press("Delete");
    assert.equal(await selected(page).getAttribute("aria-label"), "Terminal 2");
    assert.equal(await page.evaluate(() => document.activeElement.getAttribute("role")), "tab");
    assert.equal(await page.getByRole("button", { name: /^Close terminal/ }).count(), 0, "the last one stays");
    await page.getByRole("button", { name: "New terminal" }).click();
    await run(page, "echo \"<$A>\"");
    await printed(page, "<>");
    await page.waitForTimeout(700);
    await page.reload();
    await tab(page, 1).waitFor();
    assert.equal(await page.getByRole("tablist", { name: "Terminals" }).getByRole("tab").count(), 2, "tabs come back");
    await printed(page, "<>");
  });
});

test("pasted lines run one after the other, without their prompts", async () => {
  await withPage(session, {}, async (page) => {
    await page.getByRole("radio", { name: "10×", exact: true }).check({ force: true });
    await paste(page, "$ kubectl get nodes --no-headers | wc -l\n4\n$ sleep 3\n$ cat <<EOF > note\n> a\n> b\n> EOF\n$ wc -l note\n$ echo typed");
    await page.locator(".entry-line.is-waiting").first().waitFor();
    await printed(page, "2 note");
    assert.deepEqual(await lines(page), [
      "kubectl get nodes --no-headers | wc -l", "sleep 3", "cat <<EOF > note", "a", "b", "EOF", "wc -l note",
    ]);
    assert.equal(await terminal(page).inputValue(), "$ echo typed");
    await page.getByText("Left out 1 pasted lines").waitFor();
    await page.keyboard.press("Enter");
    await printed(page, "typed");
    // What never ends holds up what follows, until Ctrl-C.
    await paste(page, "kubectl get pods -w\necho after\n");
    await page.getByRole("button", { name: "Drop 1 waiting" }).waitFor();
    await terminal(page).press("Control+c");
    await page.locator(".output", { hasText: "after" }).waitFor();
    await paste(page, "kubectl get pods -w\necho never\n");
    await page.getByRole("button", { name: "Drop 1 waiting" }).click();
    await terminal(page).press("Control+c");
    await page.getByRole("button", { name: "Ctrl-C" }).waitFor({ state: "detached" });
    assert.ok(!(await lines(page)).includes("echo never"));
  });
});

test("unfinished lines go on; Ctrl-C and Ctrl-D do what they do", async () => {
  await withPage(session, {}, async (page) => {
    const sign = page.locator(".prompt .prompt-sign");
    const type = async (line) => {
      await terminal(page).fill(line);
      await terminal(page).press("Enter");
    };
    for (const start of ["for i in a b", "echo 'open", "cat <<EOF", "echo back\\"]) {
      await type(start);
      await page.waitForFunction(() => document.querySelector(".prompt .prompt-sign").textContent === ">");
      await terminal(page).press("Control+c");
      await page.waitForFunction(() => document.querySelector(".prompt .prompt-sign").textContent === "$");
    }
    await type("for i in a b");
    await type("do echo \"$i:$i\"");
    await type("done");
    await printed(page, "a:a b:b");
    assert.equal(await sign.textContent(), "$");
    // Recalled as it was, with all its lines.
    await terminal(page).press("ArrowUp");
    assert.equal(await terminal(page).inputValue(), "for i in a b\ndo echo \"$i:$i\"\ndone");
    await terminal(page).press("ArrowUp");
    assert.equal(await terminal(page).inputValue(), "echo back\\");
    await type("while true; do A=1; done");
    await page.getByRole("button", { name: "Ctrl-C" }).click();
    await printed(page, "exit 130");
    await type("cat > typed");
    await type("one");
    await terminal(page).press("Control+d");
    await type("cat typed");
    await page.locator(".output", { hasText: /^one$/ }).last().waitFor();
    await page.getByRole("button", { name: "New terminal" }).click();
    await terminal(page).press("Control+d");
    assert.equal(await page.getByRole("tablist", { name: "Terminals" }).getByRole("tab").count(), 1);
  });
});

for (const size of ["wide", "tablet", "phone"]) {
  for (const scheme of SCHEMES) {
    test(`terminals fit and are accessible: ${size}, ${scheme}`, async () => {
      await withPage(session, { size, scheme }, async (page) => {
        await page.getByRole("radio", { name: "10×", exact: true }).check({ force: true });
        await page.locator(".cm-content, .code-area").first().waitFor({ state: "attached" });
        await showTerminal(page, size);
        await run(page, "kubectl get nodes -w");
        await page.getByRole("button", { name: "New terminal" }).click();
        await paste(page, "cat > conf.yaml <<EOF\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: conf\nEOF\nkubectl apply -f conf.yaml\nkubectl get pod nope\nsleep 100\necho later\n");
        await printed(page, "NotFound");
        await page.getByRole("button", { name: "Drop 1 waiting" }).waitFor();
        await assertFits(page);
        await assertAccessible(page);
        await screenshot(page, `terminals-${size}-${scheme}`);
        for (let more = 0; more < 6; more += 1) await page.getByRole("button", { name: "New terminal" }).click();
        await run(page, "cat <<EOF");
        await assertFits(page);
        await assertAccessible(page);
        await screenshot(page, `terminals-many-${size}-${scheme}`);
        await page.getByRole("button", { name: "New terminal" }).click();
        await page.getByText("There are 8 terminals already").waitFor();
      });
    });
  }
}
