// The key stays on the server: the page calls this, on its own origin. In Next.js, save it as app/api/analyze/route.ts;
// anywhere else, it is a function from a web-standard Request to a Response.

declare const process: { env: Record<"LAMBDA_API_URL" | "API_KEY", string> };

/** API Gateway takes 10 MB; a page of ours never sends as much. */
const LARGEST = 10 * 1024 * 1024;

export async function POST(request: Request): Promise<Response> {
  const body = await request.arrayBuffer();
  if (body.byteLength > LARGEST) return Response.json({ message: "too large" }, { status: 413 });
  const answer = await fetch(process.env.LAMBDA_API_URL, {
    method: "POST",
    headers: { "Content-Type": "application/json", "x-api-key": process.env.API_KEY },
    body,
    // API Gateway waits 29 seconds for the function.
    signal: AbortSignal.timeout(35_000),
  }).catch(() => null);
  if (!answer) return Response.json({ message: "no answer" }, { status: 504 });
  return new Response(answer.body, {
    status: answer.status,
    headers: { "Content-Type": answer.headers.get("Content-Type") ?? "application/json" },
  });
}
