// A static file server for dist/, with the right MIME types. It can serve under a path, as a site that embeds the
// page would.

import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join, normalize, sep } from "node:path";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".wasm": "application/wasm",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".json": "application/json",
  ".yaml": "text/plain; charset=utf-8",
};

/**
 * Serves `folder` at `http://127.0.0.1:<a free port><base>`; resolves to `{ url, requests, close }`. `pages` maps
 * further paths to HTML texts, for host pages that embed the app. `requests` lists the paths asked for.
 */
export async function serve(folder, { base = "/", pages = {} } = {}) {
  const requests = [];
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url, "http://localhost").pathname);
    requests.push(path);
    const send = (status, type, body) => response.writeHead(status, { "Content-Type": type }).end(body);
    if (pages[path] !== undefined) return send(200, TYPES[".html"], pages[path]);
    if (!path.startsWith(base)) return send(404, "text/plain", "not here");
    const name = normalize(path.slice(base.length) || "index.html");
    const file = join(folder, name.endsWith(sep) ? `${name}index.html` : name);
    if (!file.startsWith(join(folder, sep))) return send(404, "text/plain", "not here");
    try {
      send(200, TYPES[extname(file)] ?? "application/octet-stream", await readFile(file));
    } catch {
      send(404, "text/plain", "no such file");
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () => new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${server.address().port}${base}`, requests, close };
}
