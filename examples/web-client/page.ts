import { call, Refused, type Question } from "./client";

const form = document.querySelector("form")!;
const answer = document.querySelector("output")!;

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  answer.className = "";
  answer.textContent = "…";
  const fields = new FormData(form);
  const question = Object.fromEntries(fields) as unknown as Question;
  try {
    answer.textContent = JSON.stringify(await call(question), null, 2);
    answer.className = "answered";
  } catch (error) {
    answer.textContent = error instanceof Refused ? `Refused with ${error.status}: ${error.message}` : `No answer: ${error}`;
    answer.className = "failed";
  }
});
