// Saves pictures of the built page in every size and scheme; see scripts/screenshots.

import { launch, run, screenshots } from "../tests/e2e/browser.mjs";

const lines = process.argv.slice(2);
const session = await launch();
try {
  const paths = await screenshots(session, "page", async (page) => {
    for (const line of lines) await run(page, line);
    if (lines.length > 0) await page.waitForTimeout(1_000);
  });
  console.log(paths.join("\n"));
} finally {
  await session.close();
}
