// A site of one's own on this machine: serves the pages of a folder, and the proxy at /api/analyze.
//
//   node server.mjs <folder> <proxy.mjs> [port]        port: 3000; 0 for any that is free
import { createReadStream, existsSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { Readable } from "node:stream";
import { pathToFileURL } from "node:url";

/** Nothing else is given away: the folder may hold a .env.local with the key. */
const TYPES = { ".html": "text/html", ".css": "text/css", ".js": "text/javascript" };

const [folder, proxy, port = "3000"] = process.argv.slice(2);
const { POST } = await import(pathToFileURL(proxy));

async function analyze(incoming, outgoing) {
  const parts = [];
  for await (const part of incoming) parts.push(part);
  const url = `http://${incoming.headers.host}${incoming.url}`;
  const answer = await POST(new Request(url, { method: "POST", headers: incoming.headers, body: Buffer.concat(parts) }));
  outgoing.writeHead(answer.status, Object.fromEntries(answer.headers));
  Readable.fromWeb(answer.body).pipe(outgoing);
}

function file(incoming, outgoing) {
  const { pathname } = new URL(incoming.url, "http://x");
  const path = join(folder, pathname.endsWith("/") ? `${pathname}index.html` : pathname);
  const type = TYPES[extname(path)];
  if (!type || !existsSync(path)) return outgoing.writeHead(404).end();
  outgoing.writeHead(200, { "Content-Type": type });
  createReadStream(path).pipe(outgoing);
}

const server = createServer((incoming, outgoing) => {
  const calls = incoming.method === "POST" && incoming.url === "/api/analyze";
  return calls ? analyze(incoming, outgoing) : file(incoming, outgoing);
});
server.listen(Number(port), "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));
