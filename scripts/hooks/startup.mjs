// Finds out which functions the page's start calls: opens it in Chromium with a module that takes note of its calls.

import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { CALLED } from "./split.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
/** What a first visit may look like: each has code of its own. */
const VISITS = [
  { viewport: { width: 1440, height: 900 }, colorScheme: "light" },
  { viewport: { width: 390, height: 844 }, colorScheme: "dark", hasTouch: true, reducedMotion: "reduce" },
];

/**
 * How many times slower than this machine a visitor's is: frames come between other parts of the start there. Each visit
 * is made several times, as hash tables are seeded at random: now and then one calls something that no other does.
 */
const SLOWER = [1, 1, 1, 1, 4, 8];

/** The browser, or `null` where there is none. */
export function browserPath() {
  const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
  return [process.env.CHROMIUM, ...places].find((path) => path && existsSync(path)) ?? null;
}

/** Makes what `page` does take `rate` times as long. */
export async function slow(page, rate) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Emulation.setCPUThrottlingRate", { rate });
}

/**
 * Opens `folder`, whose module is `instrumented` (split.mjs), and resolves to the set of its functions, by their
 * number among those that it defines, that were called until the page had been drawn and had come to rest.
 */
export async function calledAtStart(folder) {
  const { chromium } = await import("playwright-core");
  const { serve } = await import(join(root, "tests/e2e/server.mjs"));
  const { args } = JSON.parse(readFileSync(join(root, "webdriver.json"), "utf8"))["goog:chromeOptions"];
  const server = await serve(folder);
  const browser = await chromium.launch({
    executablePath: browserPath(), args: args.filter((argument) => !argument.startsWith("--headless")), headless: true,
  });
  try {
    const called = new Set();
    for (const [rate, visit] of SLOWER.flatMap((rate) => VISITS.map((visit) => [rate, visit]))) {
      const context = await browser.newContext(visit);
      const page = await context.newPage();
      await slow(page, rate);
      await page.goto(server.url);
      await page.waitForSelector("main");
      // The editor's chunk arrives last.
      await page.waitForSelector(".cm-editor", { state: "attached" });
      await page.evaluate(() => new Promise((resolve) => requestIdleCallback(() => requestAnimationFrame(resolve))));
      // Leaving stores the page, and no browser waits for code then: what that needs must be there from the start.
      await page.evaluate(() => new Promise((resolve) => {
        window.dispatchEvent(new Event("pagehide"));
        requestAnimationFrame(() => setTimeout(resolve));
      }));
      const numbers = await page.evaluate(async (prefix) => {
        const { js } = document.getElementById("start").dataset;
        const { initSync } = await import(new URL(js, document.baseURI).href);
        return Object.entries(initSync())
          .filter(([name, mark]) => name.startsWith(prefix) && mark.value === 1)
          .map(([name]) => Number(name.slice(prefix.length)));
      }, CALLED);
      numbers.forEach((number) => called.add(number));
      await context.close();
    }
    return called;
  } finally {
    await browser.close();
    await server.close();
  }
}
