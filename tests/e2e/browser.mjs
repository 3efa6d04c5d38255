// What the specs stand on: a browser, the built page, a terminal to type into, screenshots, axe-core.
//
//   CHROMIUM=/path/to/chromium   another browser than the system's
//   KUBESETS_DIST=dir            another build than dist/
//   KUBESETS_URL=http://…        a page that is served already (trunk serve), instead of dist/

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { serve } from "./server.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const require = createRequire(import.meta.url);
const dist = process.env.KUBESETS_DIST ?? join(root, "dist");

// One list for both kinds of browser test. Playwright chooses the headless mode by itself.
const webdriver = JSON.parse(readFileSync(join(root, "webdriver.json"), "utf8"));
const args = webdriver["goog:chromeOptions"].args.filter((argument) => !argument.startsWith("--headless"));

/** The widths that the page is made for. */
export const SIZES = {
  wide: { width: 1440, height: 900 },
  tablet: { width: 1024, height: 768 },
  phone: { width: 390, height: 844 },
};
export const SCHEMES = ["light", "dark"];

/** Starts the browser and the server; `close` ends both. */
export async function launch({ base, pages } = {}) {
  const executablePath = process.env.CHROMIUM || "/usr/bin/chromium";
  assert.ok(existsSync(executablePath), `no browser at ${executablePath}: set CHROMIUM`);
  const given = base || pages ? undefined : process.env.KUBESETS_URL;
  assert.ok(given || existsSync(join(dist, "index.html")), `${dist} holds no build: run \`trunk build --release\``);
  const server = given ? { url: given, requests: [], close: async () => {} } : await serve(dist, { base, pages });
  const browser = await chromium.launch({ executablePath, args, headless: true });
  return {
    server,
    browser,
    close: async () => {
      await browser.close();
      await server.close();
    },
  };
}

/**
 * Opens the page in a context of its own (empty storage) and waits until the app has drawn something.
 *
 * `options`: `size` (of SIZES), `scheme`, `path` (after the base, as a `#…` link), `before` (a script that runs before the
 * page's own), and any option of Playwright's `newContext`, as `reducedMotion` or `hasTouch`.
 */
export async function open({ browser, server }, options = {}) {
  const { size = "wide", scheme = "light", path = "", before, ...rest } = options;
  const context = await browser.newContext({ viewport: SIZES[size], colorScheme: scheme, ...rest });
  const page = await context.newPage();
  if (before) await page.addInitScript(before);
  const errors = [];
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(`console: ${message.text()} (${message.location().url})`);
  });
  page.on("pageerror", (error) => errors.push(`uncaught: ${error.stack ?? error}`));
  page.on("requestfailed", (request) => errors.push(`failed: ${request.url()} ${request.failure()?.errorText}`));
  page.on("request", (request) => {
    const { protocol, host } = new URL(request.url());
    if (["http:", "https:"].includes(protocol) && host !== new URL(server.url).host) {
      errors.push(`the page asked another host: ${request.url()}`);
    }
  });
  await page.goto(server.url + path);
  await page.waitForFunction(() => document.querySelector("main, [role=main]"), null, { timeout: 30_000 });
  return {
    page,
    errors,
    /** Fails on any console error (breaches of the Content-Security-Policy are among them), then closes the page. */
    async close() {
      await context.close();
      assert.deepEqual(errors, []);
    },
  };
}

/** Runs `body(page, opened)` on a freshly opened page; fails when the page reported an error meanwhile. */
export async function withPage(session, options, body) {
  const opened = await open(session, options);
  try {
    await body(opened.page, opened);
  } catch (error) {
    await screenshot(opened.page, "failure").catch(() => {});
    if (opened.errors.length > 0) console.error(opened.errors.join("\n"));
    await opened.page.context().close();
    throw error;
  }
  await opened.close();
}

/** The terminal's input line: the one text field that is labelled so. */
export function terminal(page) {
  return page.getByRole("textbox", { name: /terminal|command/i }).or(
    page.getByRole("combobox", { name: /terminal|command/i })).first();
}

/** What the terminal has printed so far. */
export function terminalLog(page) {
  return page.getByRole("log").first();
}

/** Types a line into the terminal, runs it, and waits until it is echoed in the log. */
export async function run(page, line) {
  const input = terminal(page);
  await input.click();
  await input.fill(line);
  await input.press("Enter");
  await page.waitForFunction(
    ([text]) => document.querySelector("[role=log]")?.textContent.includes(text), [line], { timeout: 10_000 });
}

/** Pastes a text into the terminal, as a person does who copied it from a document. */
export async function paste(page, text) {
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.evaluate((copied) => navigator.clipboard.writeText(copied), text);
  await terminal(page).click();
  await page.keyboard.press("Control+v");
}

/** Waits until the terminal's log holds `text` (a string) or matches it (a RegExp). */
export async function printed(page, text, timeout = 20_000) {
  await terminalLog(page).filter({ hasText: text }).waitFor({ timeout });
}

/** Saves a picture of the visible page into the folder `KUBESETS_SHOTS` (else target/e2e). */
export async function screenshot(page, name) {
  const folder = process.env.KUBESETS_SHOTS ?? join(root, "target", "e2e");
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${name}.png`);
  await page.screenshot({ path, animations: "disabled" });
  return path;
}

/** Opens the page in each size and scheme, lets `prepare(page)` bring it into a state, and saves the pictures. */
export async function screenshots(session, name, prepare = async () => {}) {
  const paths = [];
  for (const size of Object.keys(SIZES)) {
    for (const scheme of SCHEMES) {
      await withPage(session, { size, scheme }, async (page) => {
        await prepare(page);
        paths.push(await screenshot(page, `${name}-${SIZES[size].width}-${scheme}`));
      });
    }
  }
  return paths;
}

/** Runs axe-core on the page as it is now; fails with each violation and the elements it concerns. */
export async function assertAccessible(page, { exclude = [] } = {}) {
  // Evaluated by the debugger's protocol, so the page's Content-Security-Policy may stay.
  await page.evaluate(readFileSync(require.resolve("axe-core/axe.min.js"), "utf8"));
  const { violations } = await page.evaluate(
    (excluded) => globalThis.axe.run({ exclude: excluded.map((selector) => [selector]) }, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
      resultTypes: ["violations"],
    }), exclude);
  const described = violations.map(({ id, help, nodes }) =>
    `${id}: ${help}\n${nodes.map(({ html, failureSummary }) => `    ${html}\n      ${failureSummary}`).join("\n")}`);
  assert.deepEqual(described, [], described.join("\n"));
}

/** Fails when the page is wider than its window, which makes a phone scroll sideways. */
export async function assertFits(page) {
  const { content, visible } = await page.evaluate(() => ({
    content: document.documentElement.scrollWidth,
    visible: document.documentElement.clientWidth,
  }));
  assert.ok(content <= visible, `the page is ${content} px wide in a window of ${visible} px`);
}
