// Calls the stack's URL from a web page.

/** The key is left out where a server's proxy holds it. */
declare const process: { env: { NEXT_PUBLIC_LAMBDA_API_URL: string; NEXT_PUBLIC_API_KEY?: string } };

/** A picture, and what else the function is told about it. */
export interface Question {
  image: Blob;
  [more: string]: unknown;
}

/** What API Gateway or the function refused, with its status: 403 a wrong key, 429 too many requests, … */
export class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** Asks about an image. Throws Refused, or a TypeError when the browser got no answer that it may show. */
export async function call<Answer = unknown>(question: Question): Promise<Answer> {
  const key = process.env.NEXT_PUBLIC_API_KEY;
  const response = await fetch(process.env.NEXT_PUBLIC_LAMBDA_API_URL, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      ...(key && { "x-api-key": key }),
    },
    body: JSON.stringify({ ...question, image: await base64(question.image) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Refused(response.status, message(text));
  return JSON.parse(text);
}

/** A data URL is `data:image/png;base64,` and then what is wanted. */
async function base64(file: Blob): Promise<string> {
  const url = await new Promise<string>((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result as string);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
  return url.slice(url.indexOf(",") + 1);
}

function message(text: string): string {
  try {
    const { message, error } = JSON.parse(text);
    return message ?? error ?? text;
  } catch {
    return text;
  }
}
