// Measures the frames of the built page while a Deployment is rolled at 5x, from the browser's own trace.
//
//   node scripts/frames.mjs                        200 and 500 pods at 5x, 10 seconds each
//   node scripts/frames.mjs 200 --speed=1 --seconds=4 --trace=folder --profile
//   node scripts/frames.mjs 200 --every=3000       begins a rollout each 3 s, and so lets each end; usually each 0.35 s, so that none does
//   node scripts/frames.mjs 200 --untraced         only how many frames there are, as the page itself counts them
//   node scripts/frames.mjs --timeline             what the timeline costs: 100 pods, an hour shown
//   node scripts/frames.mjs --seek                 going to moments of an hour with 200 pods, until each is drawn
//
// `--trace` keeps the traces, for chrome://tracing or the browser's own tools. `--profile` adds which functions take
// the time; a release build has no names for those of the module. `--limit=16` fails when a frame has more script.
//
// Script is told apart from style, layout and paint, so that a machine that paints without a graphics card still says
// something about the page. Times within a frame are those that the page's thread ran, so that other programs on the
// machine do not count; how many frames there are, and how late, is what the clock says, and they do count there.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { launch, run, terminal, withPage } from "../tests/e2e/browser.mjs";

// No more than what is counted: recording takes the page's time, too. What it still takes, `--untraced` shows.
const CATEGORIES = ["devtools.timeline", "devtools.timeline.frame", "disabled-by-default-devtools.timeline.frame",
  "blink.user_timing"];
const PROFILE = ["v8", "disabled-by-default-v8.cpu_profiler"];

/** A frame's share of a second that has sixty. */
const FRAME_MS = 16;
/** Microseconds between two callbacks of one frame, at most. */
const SAME_FRAME_US = 1_000;

const SCRIPT = new Set(["FunctionCall", "FireAnimationFrame", "RunMicrotasks", "TimerFire", "EventDispatch",
  "EvaluateScript", "v8.callFunction", "FireIdleCallback"]);
const LAYOUT = new Set(["UpdateLayoutTree", "Layout", "IntersectionObserverController::computeIntersections"]);
const PAINT = new Set(["PrePaint", "Paint", "Layerize", "Commit", "UpdateLayer"]);
const GARBAGE = new Set(["MinorGC", "MajorGC", "BlinkGC.AtomicPhase"]);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    speed: { type: "string", default: "5" },
    seconds: { type: "string", default: "10" },
    every: { type: "string", default: "350" },
    trace: { type: "string" },
    profile: { type: "boolean", default: false },
    limit: { type: "string" },
    untraced: { type: "boolean", default: false },
    timeline: { type: "boolean", default: false },
    seek: { type: "boolean", default: false },
  },
});

/** Records the browser's trace of `page` while `body` runs. */
async function traced(page, body) {
  const client = await page.context().newCDPSession(page);
  const events = [];
  client.on("Tracing.dataCollected", ({ value }) => events.push(...value));
  const done = new Promise((resolve) => client.once("Tracing.tracingComplete", resolve));
  const includedCategories = values.profile ? [...CATEGORIES, ...PROFILE] : CATEGORIES;
  await client.send("Tracing.start", { transferMode: "ReportEvents", traceConfig: { includedCategories } });
  await body();
  await client.send("Tracing.end");
  await done;
  return events;
}

/** The thread that runs the page's script: the renderer's main thread with the most animation frames. */
function mainThread(events) {
  const counts = new Map();
  for (const { name, pid, tid } of events) {
    if (name === "FireAnimationFrame") counts.set(`${pid}/${tid}`, (counts.get(`${pid}/${tid}`) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
}

/**
 * Sums a thread's own time by kind. Events nest: the time of an inner one counts for its own kind alone, so that a layout
 * that a script forces counts as layout.
 */
function kinds(events) {
  const kindOf = (name) => SCRIPT.has(name) ? "script" : LAYOUT.has(name) ? "layout"
    : PAINT.has(name) ? "paint" : GARBAGE.has(name) ? "garbage" : undefined;
  const pieces = [];
  const open = [];
  const sorted = events.filter(({ ph, dur }) => ph === "X" && dur > 0).sort((a, b) => a.ts - b.ts || b.dur - a.dur);
  const close = (until) => {
    while (open.length > 0 && open.at(-1).end <= until) {
      const { kind, start, inner, spent } = open.pop();
      if (kind) pieces.push({ kind, at: start, ms: (spent - inner) / 1000 });
      if (open.length > 0) open.at(-1).inner += kind ? spent : inner;
    }
  };
  for (const { name, ts, dur, tdur } of sorted) {
    close(ts);
    open.push({ kind: kindOf(name), start: ts, end: ts + dur, inner: 0, spent: tdur ?? dur });
  }
  close(Infinity);
  return pieces;
}

/** When the frames began: callbacks that follow each other at once are of one frame. */
function frameStarts(events) {
  const starts = [];
  let end = -Infinity;
  const callbacks = events.filter(({ name, ph }) => name === "FireAnimationFrame" && ph === "X").sort((a, b) => a.ts - b.ts);
  for (const { ts, dur } of callbacks) {
    if (ts - end > SAME_FRAME_US) starts.push(ts);
    end = ts + dur;
  }
  return starts;
}

const quantile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
const ms = (value) => `${value.toFixed(1).padStart(6)} ms`;

function report(events, label) {
  const thread = mainThread(events);
  const own = events.filter(({ pid, tid }) => `${pid}/${tid}` === thread);
  const starts = frameStarts(own);
  const frames = starts.map((at) => ({ at, script: 0, layout: 0, paint: 0, garbage: 0 }));
  let index = 0;
  for (const { kind, at, ms: spent } of kinds(own).sort((a, b) => a.at - b.at)) {
    while (index + 1 < frames.length && frames[index + 1].at <= at) index += 1;
    if (frames.length > 0 && at >= frames[0].at) frames[index][kind] += spent;
  }
  frames.pop();
  const gaps = starts.slice(1).map((at, nth) => (at - starts[nth]) / 1000);
  const seconds = (starts.at(-1) - starts[0]) / 1e6;
  // What was shown: frames that the compositor drew.
  const shown = events.filter(({ name, ts }) => name === "DrawFrame" && ts >= starts[0] && ts <= starts.at(-1));
  const drawn = new Set(shown.map(({ ts }) => ts)).size;
  console.log(`${label}: ${frames.length} frames of script in ${seconds.toFixed(1)} s`);
  console.log(`  frames a second     ${(gaps.length / seconds).toFixed(1)} (drawn: ${(drawn / seconds).toFixed(1)})`);
  const late = gaps.filter((gap) => gap > 25).length;
  console.log(`  later than 25 ms    ${(100 * late / gaps.length).toFixed(1)} % of frames, the worst after ${Math.max(...gaps).toFixed(0)} ms`);
  for (const kind of ["script", "layout", "paint", "garbage"]) {
    const sorted = frames.map((frame) => frame[kind]).sort((a, b) => a - b);
    const sum = sorted.reduce((all, one) => all + one, 0);
    console.log(`  ${kind.padEnd(8)} a frame    median ${ms(quantile(sorted, 0.5))}   p95 ${ms(quantile(sorted, 0.95))}   worst ${ms(sorted.at(-1))}   sum ${sum.toFixed(0)} ms`);
  }
  const heavy = frames.filter(({ script }) => script > FRAME_MS).length;
  console.log(`  script above ${FRAME_MS} ms  ${heavy} of ${frames.length} frames`);
  const scripts = frames.map(({ script }) => script).sort((a, b) => a - b);
  return { worst: scripts.at(-1), rate: gaps.length / seconds, scripts };
}

/** The functions with the most own time, from the sampling profiler's events. */
function profile(events) {
  const nodes = new Map();
  const own = new Map();
  for (const { name, args, id } of events) {
    if (name !== "ProfileChunk") continue;
    for (const node of args.data.cpuProfile?.nodes ?? []) nodes.set(`${id}/${node.id}`, node.callFrame);
    (args.data.cpuProfile?.samples ?? []).forEach((sample, nth) => {
      const frame = nodes.get(`${id}/${sample}`);
      const label = `${frame?.functionName || "(anonymous)"} ${frame?.url?.split("/").pop() ?? ""}`;
      own.set(label, (own.get(label) ?? 0) + (args.data.timeDeltas?.[nth] ?? 0) / 1000);
    });
  }
  for (const [label, spent] of [...own].sort((a, b) => b[1] - a[1]).slice(0, 45)) {
    console.log(`  ${ms(spent)}  ${label}`);
  }
}

async function ready(page, count) {
  await page.locator(".count-value", { hasText: `${count}/${count}` }).first().waitFor({ timeout: 180_000 });
  await page.locator(".pace", { hasText: "Settled" }).waitFor({ timeout: 180_000 });
}

const speed = (page, word) => page.getByRole("radio", { name: word, exact: true }).check({ force: true });

/** Starts a Deployment on so many nodes that each has ten of its pods. */
async function withPods(page, pods) {
  await speed(page, "100×");
  const more = Array.from({ length: Math.max(0, Math.ceil(pods / 10) - 4) }, (_, nth) => `fault add node/node-${nth + 5}`);
  await run(page, more.join("; ") || "kubectl get nodes");
  await run(page, `kubectl create deployment hello --image=nginxdemos/hello:0.2 --replicas=${pods}`);
  await ready(page, pods);
}

/** An hour in which all pods are replaced every ten minutes. */
async function withHour(page, pods) {
  await withPods(page, pods);
  await run(page, "for i in 1 2 3 4 5 6; do sleep 590; kubectl rollout restart deployment hello; done; sleep 120");
  await page.waitForFunction(() => /^1:0\d:/.test(document.querySelector(".clock time").textContent), null, { timeout: 600_000 });
  await ready(page, pods);
}

/** The seconds of simulated time that the page shows. */
const clock = (page) => page.evaluate(() => {
  const parts = document.querySelector(".clock time").textContent.split(":").map(Number);
  return parts.reduce((all, part) => all * 60 + part, 0);
});

/**
 * Rolls the Deployment again and again, and says how fast time went while anything was due: a page with too much to do lets
 * less of it pass, and one at rest lets none pass.
 */
async function rolls(page) {
  await terminal(page).focus();
  await page.evaluate(() => {
    const busy = { ms: 0, at: performance.now() };
    busy.timer = setInterval(() => {
      const now = performance.now();
      if (!document.querySelector(".pace").textContent.includes("Settled")) busy.ms += now - busy.at;
      busy.at = now;
    }, 50);
    globalThis.busy = busy;
  });
  const from = await clock(page);
  const end = Date.now() + Number(values.seconds) * 1000;
  while (Date.now() < end) {
    // The prompt has the focus; looking for it again would take the page's time.
    await page.keyboard.insertText("kubectl rollout restart deployment hello");
    await page.keyboard.press("Enter");
    await new Promise((resolve) => setTimeout(resolve, Math.min(Number(values.every), Math.max(0, end - Date.now()))));
  }
  const passed = await clock(page) - from;
  const ms = await page.evaluate(() => {
    clearInterval(globalThis.busy.timer);
    return globalThis.busy.ms;
  });
  const share = ms / (Number(values.seconds) * 10);
  console.log(`time went at ${(passed / (ms / 1000)).toFixed(2)}x while anything was due, which was ${share.toFixed(0)} % of the time`);
}

function keep(events, name) {
  if (!values.trace) return;
  mkdirSync(values.trace, { recursive: true });
  writeFileSync(join(values.trace, `${name}.json`), JSON.stringify({ traceEvents: events }));
}

/** Counts the frames while pods roll, without the browser recording anything. */
async function counted(page, pods) {
  await page.evaluate(() => {
    const times = [];
    const note = (at) => {
      times.push(at);
      requestAnimationFrame(note);
    };
    globalThis.frameTimes = times;
    requestAnimationFrame(note);
  });
  await rolls(page);
  const gaps = await page.evaluate(() => globalThis.frameTimes.slice(1).map((at, nth) => at - globalThis.frameTimes[nth]));
  const seconds = gaps.reduce((all, one) => all + one, 0) / 1000;
  const late = gaps.filter((gap) => gap > 25).length;
  console.log(`${pods} pods at ${values.speed}x, not traced: ${(gaps.length / seconds).toFixed(1)} frames a second, `
    + `${(100 * late / gaps.length).toFixed(1)} % later than 25 ms, the worst after ${Math.max(...gaps).toFixed(0)} ms`);
}

async function measure(session, pods) {
  await withPage(session, {}, async (page) => {
    await withPods(page, pods);
    await speed(page, `${values.speed}×`);
    if (values.untraced) return counted(page, pods);
    const events = await traced(page, () => rolls(page));
    keep(events, `frames-${pods}`);
    const { worst } = report(events, `${pods} pods at ${values.speed}x`);
    if (values.profile) profile(events);
    if (values.limit && worst > Number(values.limit)) process.exitCode = 1;
  });
}

/**
 * What the timeline costs: frames of the same rollouts without it and with it, and frames in which nothing but the timeline
 * changes, because time stands still and a person zooms and moves it. There all script is the timeline's.
 */
async function measureTimeline(session, pods) {
  await withPage(session, {}, async (page) => {
    await withHour(page, pods);
    await speed(page, `${values.speed}×`);
    await page.getByRole("tab", { name: "Timeline" }).click();
    await page.waitForTimeout(2_000);
    await page.locator(".timeline-box").focus();
    const moved = await traced(page, async () => {
      for (const key of ["+", "+", "ArrowLeft", "ArrowLeft", "ArrowRight", "-", "-", "+", "0"].concat(Array(8).fill("+"))) {
        await page.keyboard.press(key);
        await page.waitForTimeout(400);
      }
    });
    keep(moved, "timeline-moved");
    const { worst } = report(moved, `${pods} pods and an hour zoomed and moved while time stands still`);
    await page.keyboard.press("0");
    const scripts = [];
    for (const tab of ["Budgets", "Timeline"]) {
      await page.getByRole("tab", { name: tab }).click();
      await page.waitForTimeout(2_000);
      const events = await traced(page, () => rolls(page));
      keep(events, `timeline-${tab}`);
      scripts.push(report(events, `${pods} pods at ${values.speed}x, ${tab} open`).scripts);
      await ready(page, pods);
    }
    const more = [0.5, 0.95].map((share) => quantile(scripts[1], share) - quantile(scripts[0], share));
    console.log(`the timeline adds to a frame: median ${ms(more[0])}   p95 ${ms(more[1])}`);
    if (values.profile) profile(moved);
    if (values.limit && worst > Number(values.limit)) process.exitCode = 1;
  });
}

/** Goes to moments of an hour; what each needs until it is drawn, of the page's thread and by the clock. */
async function measureSeek(session, pods) {
  await withPage(session, {}, async (page) => {
    await withHour(page, pods);
    const count = 40;
    const clocks = [];
    const events = await traced(page, async () => {
      for (let nth = 0; nth < count; nth += 1) {
        // Back and forth, never the same way twice.
        const share = ((nth * 17) % count + 0.5) / count;
        clocks.push(await page.evaluate(async (share) => {
          const range = document.querySelector(".scrub .range");
          performance.mark("seek");
          const from = performance.now();
          range.value = String(Math.round(Number(range.max) * share));
          range.dispatchEvent(new Event("input", { bubbles: true }));
          await new Promise((resolve) => { requestAnimationFrame(() => requestAnimationFrame(resolve)); });
          const took = performance.now() - from;
          performance.mark("drawn");
          return took;
        }, share));
        await page.waitForTimeout(150);
      }
    });
    keep(events, `seek-${pods}`);
    const thread = mainThread(events);
    const own = events.filter(({ pid, tid }) => `${pid}/${tid}` === thread);
    const pieces = kinds(own);
    const marks = (name) => own.filter((event) => event.name === name && /user_timing/.test(event.cat)).map(({ ts }) => ts).sort((a, b) => a - b);
    const [starts, ends] = [marks("seek"), marks("drawn")];
    const sums = starts.map((start, nth) => {
      const sum = { script: 0, layout: 0, paint: 0, garbage: 0 };
      for (const piece of pieces) if (piece.at >= start && piece.at <= ends[nth]) sum[piece.kind] += piece.ms;
      return { ...sum, all: sum.script + sum.layout + sum.paint + sum.garbage };
    });
    console.log(`${pods} pods, an hour, ${starts.length} moments:`);
    for (const kind of ["script", "layout", "paint", "garbage", "all"]) {
      const sorted = sums.map((sum) => sum[kind]).sort((a, b) => a - b);
      console.log(`  ${kind.padEnd(8)} of the thread   median ${ms(quantile(sorted, 0.5))}   p95 ${ms(quantile(sorted, 0.95))}   worst ${ms(sorted.at(-1))}`);
    }
    const sorted = clocks.sort((a, b) => a - b);
    console.log(`  until drawn, by the clock   median ${ms(quantile(sorted, 0.5))}   worst ${ms(sorted.at(-1))}`);
    if (values.profile) profile(events);
    if (values.limit && Math.max(...sums.map(({ all }) => all)) > Number(values.limit)) process.exitCode = 1;
  });
}

const session = await launch();
try {
  const counts = (usual) => (positionals.length > 0 ? positionals.map(Number) : usual);
  if (values.timeline) for (const pods of counts([100])) await measureTimeline(session, pods);
  else if (values.seek) for (const pods of counts([200])) await measureSeek(session, pods);
  else for (const pods of counts([200, 500])) await measure(session, pods);
} finally {
  await session.close();
}
