import { call, Refused } from "../../web-client/client";
import { Pad } from "./pad";

interface Answer {
  signs: { character: string; code: string; name: string; confidence: number }[];
  /** How sure the network is that it is none of its signs. */
  none: number;
}

/** Below it, the page says that it is not sure. */
const SURE = 0.5;

const find = <T extends Element>(selector: string) => document.querySelector<T>(selector)!;
const form = find<HTMLFormElement>("form");
const upload = find<HTMLInputElement>("input[name=image]");
const said = find<HTMLElement>(".said");
const list = find<HTMLOListElement>("ol");
const pad = new Pad(find<HTMLCanvasElement>("canvas"), find<HTMLElement>(".pen"));

find("[name=undo]").addEventListener("click", () => pad.undo());
find("[name=clear]").addEventListener("click", () => {
  pad.clear();
  form.reset();
  show("");
});
upload.addEventListener("change", () => upload.files!.length && form.requestSubmit());
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const chosen = upload.files![0];
  if (!chosen && pad.empty) return show("Draw a sign first, or choose a picture.", "failed");
  show("…");
  try {
    answer(await call<Answer>({ image: chosen ?? (await pad.picture()) }));
  } catch (error) {
    show(error instanceof Refused ? `Refused with ${error.status}: ${error.message}` : `No answer: ${error}`, "failed");
  }
  // The next question is about the drawing, unless another picture is chosen.
  upload.value = "";
});

function answer({ signs }: Answer): void {
  const [best] = signs;
  const words = `${best.name} (${best.code})`;
  show(best.confidence >= SURE ? `It is ${words}.` : `Not sure; perhaps ${words}, or none of the signs it knows.`, "answered");
  list.replaceChildren(...signs.map(line));
}

function line({ character, code, name, confidence }: Answer["signs"][number]): HTMLLIElement {
  const item = document.createElement("li");
  const percent = `${(100 * confidence).toFixed(confidence < 0.1 ? 1 : 0)} %`;
  const bar = Object.assign(document.createElement("meter"), { value: confidence, textContent: percent });
  bar.setAttribute("aria-label", `confidence in ${code}`);
  const middle = part("div", "", `${code}  ${name}`);
  middle.append(bar);
  item.append(part("span", "sign", character), middle, part("span", "share", percent));
  return item;
}

function part(tag: string, className: string, textContent: string): HTMLElement {
  return Object.assign(document.createElement(tag), { className, textContent });
}

function show(text: string, state = ""): void {
  list.replaceChildren();
  said.textContent = text;
  said.className = `said ${state}`;
}
