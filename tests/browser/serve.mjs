// Serves pages from a folder as the app would: with its policy, and with a few answers of
// an API to try.
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

const TYPES = { html: "text/html", css: "text/css", js: "text/javascript", json: "application/json" };

const body = async (request) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
};

/** Starts a server for `folder` on a free port of this machine; answers it and its address. */
export const serve = async (folder) => {
  const policy = await readFile(join(folder, "policy.txt"), "utf8");
  const server = createServer(async (request, response) => {
    const { pathname, search } = new URL(request.url, "http://localhost");
    const send = (status, type, text) => {
      response.writeHead(status, { "content-type": `${type}; charset=utf-8`, "content-security-policy": policy });
      response.end(text);
    };
    const echo = async (extra) => send(200, "application/json", JSON.stringify({
      method: request.method,
      path: pathname + search,
      type: request.headers["content-type"] ?? null,
      authorization: request.headers.authorization ?? null,
      body: await body(request),
      ...extra,
    }));
    if (pathname === "/prediction") return echo({ predictions: ["stays"] });
    if (pathname.startsWith("/models/")) return echo({ note: "<img src=x onerror=alert(1)>", filler: "x".repeat(200_000) });
    if (["/health", "/retrain"].includes(pathname)) return echo({});
    const name = pathname === "/" ? "index.html" : pathname.slice(1);
    if (!/^[a-z]+(\.[a-z]+)?$/.test(name)) return send(404, "text/plain", "not found");
    const file = name.includes(".") ? name : `${name}.html`;
    try {
      send(200, TYPES[file.split(".").pop()] ?? "text/plain", await readFile(join(folder, file), "utf8"));
    } catch {
      send(404, "text/plain", "not found");
    }
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return { server, base: `http://127.0.0.1:${server.address().port}` };
};
