// A site of one's own, as its server sees it: serves a folder, and the web client's proxy at /api/analyze.
// node web_server.mjs <folder> <proxy.mjs>; prints its port.
import { createReadStream, existsSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pathToFileURL } from "node:url";

const [folder, proxy] = process.argv.slice(2);
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
  const path = join(folder, new URL(incoming.url, "http://x").pathname);
  if (!existsSync(path)) return outgoing.writeHead(404).end();
  outgoing.writeHead(200, { "Content-Type": path.endsWith(".js") ? "text/javascript" : "text/html" });
  createReadStream(path).pipe(outgoing);
}

const server = createServer((incoming, outgoing) => {
  const calls = incoming.method === "POST" && incoming.url === "/api/analyze";
  return calls ? analyze(incoming, outgoing) : file(incoming, outgoing);
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
