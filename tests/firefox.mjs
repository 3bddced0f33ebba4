// Drives Firefox for firefox.py: a line of JSON in, [verb, …arguments], and a line of JSON out, {answer} or {error}.
import { createInterface } from "node:readline";
import puppeteer from "puppeteer-core";

const browser = await puppeteer.launch({ browser: "firefox", executablePath: process.argv[2] });
let page, told;

const verbs = {
  async open(url, width) {
    await page?.close();
    page = await browser.newPage();
    told = { console: [], requests: [] };
    page.on("console", (message) => told.console.push(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => told.console.push(`error: ${error.message}`));
    page.on("request", (request) => told.requests.push(request.url()));
    await page.setViewport({ width, height: 844 });
    await page.goto(url, { waitUntil: "load" });
  },
  told: () => told,
  evaluate: (script) => page.evaluate(script),
  click: (selector) => page.click(selector),
  async type(selector, keys) {
    await page.focus(selector);
    for (const key of keys) await page.keyboard.press(key);
  },
};

async function answered([verb, ...values]) {
  try {
    return { answer: await verbs[verb](...values) };
  } catch (error) {
    return { error: String(error) };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await answered(JSON.parse(line))));
}
await browser.close();
