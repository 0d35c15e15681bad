// Checks the pages of the app in Chromium; README.md says what for and how to run it.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { chromium } from "playwright-core";
import * as inside from "./inside.mjs";
import { serve } from "./serve.mjs";

const WIDTHS = [360, 768, 1280];
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync"];

const option = (name) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
};
const folder = option("--static");
const shots = option("--shots");
const served = folder ? await serve(folder) : { base: process.argv[2]?.replace(/\/$/, "") };
if (!/^https?:/.test(served.base ?? "")) {
  console.error("usage: check.mjs URL | --static FOLDER  [--shots FOLDER]");
  process.exit(64);
}
const base = served.base;
const PATHS = folder ? ["/", "/first", "/empty", "/broken", "/hostile", "/plain", "/docs"] : ["/", "/docs"];

const wrong = [];
let checks = 0;
const check = (where, found) => {
  checks += 1;
  wrong.push(...[found].flat().filter(Boolean).map((what) => `${where}: ${what}`));
};
const expect = (where, holds, what) => check(where, holds ? [] : what);

// Each start has a profile of its own, which goes with it.
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", headless: true, args: FLAGS,
});

/** A page at `path` that notes what is said and asked. */
const open = async (path, width = 1280, colorScheme = "light") => {
  const page = await browser.newPage();
  const where = `${path} ${width} ${colorScheme}`;
  page.on("console", (m) => check(where, `console: ${m.text()}`));
  page.on("pageerror", (e) => check(where, `error: ${e.message}`));
  page.on("dialog", (d) => { check(where, `dialog: ${d.message()}`); d.dismiss(); });
  page.on("request", (r) => {
    const url = r.url();
    if (!url.startsWith(`${base}/`) && !url.startsWith("data:")) check(where, `asks another origin: ${url}`);
  });
  await page.setViewportSize({ width, height: 800 });
  await page.emulateMedia({ colorScheme });
  await page.goto(base + path, { waitUntil: "networkidle" });
  return { page, where };
};

const tabOrder = async (page, where) => {
  const count = await page.evaluate(inside.markControls);
  const reached = [];
  // A click moves the place that Tab starts from: it starts at the first control.
  await page.evaluate(() => document.querySelector("[data-control='0']").focus());
  for (let i = 1; i < count; i++) {
    await page.keyboard.press("Tab");
    reached.push(await page.evaluate(() => {
      const at = document.activeElement;
      const ring = getComputedStyle(at).outlineStyle !== "none";
      return { number: Number(at.dataset.control ?? -1), ring };
    }));
  }
  expect(where, reached.every((r, i) => r.number === i + 1), `Tab goes ${reached.map((r) => r.number).join(" ")}`);
  expect(where, reached.every((r) => r.ring), "the focus of a control is not seen");
};

const shoot = async (page, name) => {
  if (shots) await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
};

const looks = async (page, where) => {
  for (const name of ["overflow", "contrast", "structure", "collisions"]) check(where, await page.evaluate(inside[name]));
};

if (shots) await mkdir(shots, { recursive: true });
for (const path of PATHS) {
  for (const scheme of ["light", "dark"]) {
    for (const width of WIDTHS) {
      const { page, where } = await open(path, width, scheme);
      if (path === "/docs") {
        await page.waitForSelector("details.call");
        for (const call of await page.locator("details.call > summary").all()) await call.click();
      }
      await looks(page, where);
      const name = `${path.slice(1) || "index"}-${width}-${scheme}`;
      await shoot(page, name);
      if (width === 1280 && scheme === "light") {
        await tabOrder(page, where);
        await page.emulateMedia({ media: "print", colorScheme: "dark" });
        check(`${where} print`, await page.evaluate(inside.contrast));
        await shoot(page, `${name}-print`);
      }
      await page.close();
    }
  }
}

// The page to try the API: as many routes as described, and a request goes out.
{
  const { page, where } = await open("/docs");
  await page.waitForSelector("details.call");
  const { paths } = await (await page.request.get(`${base}/openapi.json`)).json();
  const methods = ["get", "post", "put", "patch", "delete", "head", "options"];
  const described = Object.values(paths).flatMap((p) => Object.keys(p).filter((k) => methods.includes(k))).length;
  const shown = await page.locator("details.call").count();
  expect(where, shown === described, `${shown} routes of ${described} are shown`);
  const call = (method, path) => page.locator("details.call").filter({
    has: page.locator(".verb", { hasText: new RegExp(`^${method}$`) }),
  }).filter({ has: page.locator("h3", { hasText: new RegExp(`^${path.replace(/[{}]/g, "\\$&")}$`) }) });
  const send = async (one) => {
    await one.locator("button.main").click();
    await one.locator(".answer .tag").waitFor();
    return { status: await one.locator(".answer .tag").innerText(), body: await one.locator(".answer pre").innerText() };
  };
  const get = call("GET", "/health");
  await get.locator("summary").focus();
  await page.keyboard.press("Enter");
  await get.locator("form.try").waitFor();
  expect(where, /^(200|503) /.test((await send(get).catch(() => ({ status: "none" }))).status), "GET /health is not answered");
  if (folder) {
    const post = call("POST", "/prediction");
    await post.locator("summary").click();
    await post.getByLabel("Example", { exact: true }).selectOption({ label: "several rows" });
    expect(where, (await post.getByLabel("Body", { exact: true }).inputValue()).includes("Plus"), "the chosen example is not filled in");
    await post.getByLabel("Content type", { exact: true }).selectOption("text/csv");
    const line = await post.locator(".curl").innerText();
    expect(where, line.includes("-H 'content-type: text/csv'") && line.includes("Basic,3"), `curl line: ${line}`);
    const csv = JSON.parse((await send(post)).body);
    expect(where, csv.type === "text/csv" && csv.body === "plan,tenure_months\nBasic,3\n", "the CSV body is sent otherwise");
    const row = call("GET", "/prediction");
    await row.locator("summary").click();
    await row.getByLabel("features", { exact: true }).fill("plan=Basic&tenure_months=3");
    await row.getByLabel("explain", { exact: true }).selectOption("true");
    expect(where, JSON.parse((await send(row)).body).path === "/prediction?explain=true&plan=Basic&tenure_months=3", "the query is sent otherwise");
    const version = call("GET", "/models/{version}");
    await version.locator("summary").click();
    await version.getByLabel("version", { exact: true }).fill("3/../4");
    const long = (await send(version)).body;
    expect(where, long.includes("/models/3%2F..%2F4") && long.length === 100_000, `a long body: ${long.length} characters`);
    expect(where, await version.locator(".answer img").count() === 0, "an answer became markup");
    await page.getByLabel("Bearer token").fill("secret");
    const retrain = call("POST", "/retrain");
    await retrain.locator("summary").click();
    expect(where, !(await page.locator(".curl").allInnerTexts()).join().includes("secret"), "the token is shown");
    expect(where, JSON.parse((await send(retrain)).body).authorization === "Bearer secret", "the token is not sent");
    const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href]));
    expect(where, !kept.includes("secret"), "the token is kept");
    await looks(page, `${where} after sending`);
    await shoot(page, "docs-sent");
  }
  await page.close();
}

// The dashboard refreshes itself, unless it is paused.
{
  const page = await browser.newPage({ viewport: { width: 360, height: 800 } });
  await page.clock.install();
  await page.goto(`${base}/`);
  let asked = 0;
  page.on("request", () => { asked += 1; });
  const mark = () => page.evaluate(() => { document.querySelector(".foot").textContent = "old"; });
  const foot = () => page.locator(".foot").innerText();
  // A table that was scrolled stays so, where there is one to scroll.
  const place = () => page.evaluate(() => document.querySelector("[aria-labelledby=runs-table]")?.scrollLeft);
  await page.evaluate(() => document.querySelector("[aria-labelledby=runs-table]")?.scrollTo({ left: 60 }));
  const before = await place();
  await mark();
  await page.clock.runFor(16_000);
  await page.waitForFunction(() => document.querySelector(".foot").textContent !== "old", null, { timeout: 5_000 }).catch(() => {});
  expect("refresh", (await foot()) !== "old" && asked === 1, `the page is not refreshed (${asked} requests)`);
  expect("refresh", (await place()) === before && (!folder || before === 60), "a table is scrolled back");
  await page.getByRole("button", { name: "Pause updates" }).click();
  await mark();
  await page.clock.runFor(60_000);
  expect("refresh", (await foot()) === "old" && asked === 1, "a paused page is refreshed");
  await page.close();
}

// Without scripts the page of the API says where the description is.
{
  const plain = await browser.newContext({ javaScriptEnabled: false });
  const page = await plain.newPage();
  await page.goto(`${base}/docs`);
  const link = page.locator("noscript a[href='/openapi.json']");
  expect("no script", await link.isVisible(), "nothing is said without scripts");
  await page.goto(`${base}/`);
  expect("no script", await page.locator("h1").isVisible(), "the dashboard is empty without scripts");
  await plain.close();
}

await browser.close();
served.server?.close();
for (const what of wrong) console.error(what);
console.log(`${checks} checks, ${wrong.length} failed`);
process.exit(wrong.length > 0 ? 1 : 0);
