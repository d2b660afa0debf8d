// The key stays on the server: the page calls this, on its own origin. In Next.js, save it as app/api/analyze/route.ts;
// anywhere else, it is a function from a web-standard Request to a Response.

declare const process: { env: Record<"LAMBDA_API_URL" | "API_KEY", string> };

/** More than Lambda takes is not sent there. */
const LARGEST = 6 * 1024 * 1024;
/** API Gateway waits 29 seconds for the function. */
const PATIENCE_MS = 35_000;

export async function POST(request: Request): Promise<Response> {
  if (isFromElsewhere(request)) return refuse(403, "only pages of this site may call");
  const body = await request.arrayBuffer();
  if (body.byteLength > LARGEST) return refuse(413, "too large");
  const answer = await forward(body);
  if (!answer) return refuse(504, "no answer");
  return new Response(answer.body, {
    status: answer.status,
    headers: { "Content-Type": answer.headers.get("Content-Type") ?? "application/json" },
  });
}

/** A browser says whose page is calling. Another site's must not spend your quota through your visitors. */
function isFromElsewhere(request: Request): boolean {
  const origin = request.headers.get("Origin");
  const host = request.headers.get("X-Forwarded-Host") ?? request.headers.get("Host");
  return origin !== null && origin !== `https://${host}` && origin !== `http://${host}`;
}

async function forward(body: ArrayBuffer): Promise<Response | null> {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
  try {
    return await fetch(process.env.LAMBDA_API_URL, {
      method: "POST",
      headers: { "Content-Type": "application/json", "x-api-key": process.env.API_KEY },
      body,
      // A redirect would take the key along.
      redirect: "error",
      signal: patience.signal,
    });
  } catch (error) {
    console.error("no answer from the function's URL:", error);
    return null;
  } finally {
    clearTimeout(timer);
  }
}

function refuse(status: number, message: string): Response {
  return new Response(JSON.stringify({ message }), { status, headers: { "Content-Type": "application/json" } });
}
