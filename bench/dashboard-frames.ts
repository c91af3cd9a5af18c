/**
 * How long the dashboard's frames take while many calls are live, in a real Chromium.
 * `npx tsx bench/dashboard-frames.ts` prints a table; `--out FILE` writes the numbers.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { setInterval as every } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { builtDashboard, launchChromium } from '../test/helpers/desk-page.ts';
import { deskCallDetail } from '../test/helpers/desk-samples.ts';
import { DeskServer } from '../test/helpers/desk-server.ts';
import { DeskTraffic } from '../test/helpers/desk-traffic.ts';
import { sampleEvent } from '../test/helpers/sample-events.ts';

const SECONDS = 15;
/** The feed's own pace: half of the calls have a new reading in each batch. */
const BATCH_MS = 256;
const PARTS = 2;
/** A frame of a 60 Hz screen that comes later than this was missed. */
const LATE_MS = 25;

interface Scenario {
  readonly name: string;
  readonly calls: number;
  readonly at?: string;
  readonly scroll?: boolean;
}

const SCENARIOS: readonly Scenario[] = [
  { name: 'wall, 200 calls', calls: 200 },
  { name: 'wall, 200 calls, scrolling', calls: 200, scroll: true },
  { name: 'wall, 500 calls', calls: 500 },
  { name: 'one call, live charts', calls: 200, at: '/calls/call-1' },
];

/** Runs in the page: the times between frames, and tasks of over 50 ms. */
const WATCH = `(() => {
  const frames = [], tasks = [];
  new PerformanceObserver((list) => tasks.push(...list.getEntries().map((e) => e.duration)))
    .observe({ type: 'longtask' });
  let last = performance.now();
  const frame = () => {
    const now = performance.now();
    frames.push(now - last);
    last = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  window.watched = { frames, tasks };
})()`;

interface Watched {
  readonly frames: number[];
  readonly tasks: number[];
  /** CPU time of the page's main thread, whoever else wants the processor. */
  readonly cpuMs: number;
}

async function watch(
  browser: Browser,
  { calls, at = '/', scroll = false }: Scenario,
): Promise<Watched> {
  const traffic = new DeskTraffic(calls, Date.now());
  const server = await DeskServer.start({
    pages: await builtDashboard(),
    calls: traffic.calls,
    details: [deskCallDetail()],
  });
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(`${server.url}#${at}`);
  await page.locator('.grid-body, .chart canvas').first().waitFor();
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
  const cpuMs = async () => {
    const { metrics } = await devtools.send('Performance.getMetrics');
    return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0);
  };
  await page.evaluate(WATCH);
  const before = await cpuMs();
  await drive(page, server, traffic, scroll);
  const after = await cpuMs();
  const watched = (await page.evaluate('window.watched')) as Omit<Watched, 'cpuMs'>;
  await page.close();
  await server.close();
  return { ...watched, cpuMs: after - before };
}

async function drive(page: Page, server: DeskServer, traffic: DeskTraffic, scroll: boolean) {
  await page.mouse.move(700, 500);
  let batch = 0;
  for await (const _ of every(BATCH_MS)) {
    const endMs = 61_440 + batch * BATCH_MS;
    const span = { startMs: endMs - BATCH_MS, endMs };
    const update = sampleEvent('emotion.updated', 141 + batch, { callId: 'call-1', span });
    server.push({ ...traffic.tick(batch % PARTS, PARTS), events: [update] });
    if (scroll) await page.mouse.wheel(0, Math.floor(batch / 20) % 2 === 0 ? 240 : -240);
    batch += 1;
    if (batch * BATCH_MS >= SECONDS * 1000) return;
  }
}

function percentile(sorted: readonly number[], share: number): number {
  return Number((sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(2));
}

/** The first frames belong to opening the page. */
function summary({ frames, tasks, cpuMs }: Watched) {
  const sorted = frames.slice(5).sort((a, b) => a - b);
  return {
    frames: sorted.length,
    p50: percentile(sorted, 0.5),
    p95: percentile(sorted, 0.95),
    p99: percentile(sorted, 0.99),
    max: percentile(sorted, 1),
    lateShare: Number((sorted.filter((ms) => ms > LATE_MS).length / sorted.length).toFixed(4)),
    tasksOver50Ms: tasks.length,
    mainThreadCpuMsPerSecond: Math.round(cpuMs / SECONDS),
    mainThreadCpuMsPerFrame: Number((cpuMs / frames.length).toFixed(2)),
  };
}

async function main(): Promise<void> {
  const rows = [];
  const browser = await launchChromium();
  for (const scenario of SCENARIOS) {
    rows.push({ scenario: scenario.name, ...summary(await watch(browser, scenario)) });
  }
  const chromium = browser.version();
  await browser.close();
  const result = {
    seconds: SECONDS,
    batchMs: BATCH_MS,
    viewport: '1440x900',
    rows,
    chromium,
    node: process.version,
    machine: `${cpus()[0]?.model} × ${cpus().length}`,
    loadAverage: loadavg()[0]?.toFixed(1),
    commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim(),
  };
  console.table(rows);
  const out = process.argv.indexOf('--out');
  if (out > 0) writeFileSync(process.argv[out + 1]!, `${JSON.stringify(result, null, 2)}\n`);
}

await main();
