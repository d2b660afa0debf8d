// A field to draw in: by mouse, finger or pen, and by keyboard.

interface Point {
  x: number;
  y: number;
}

const THICKNESS = 14;
/** Pixels of one press of an arrow key. */
const STEP = 12;
const ARROWS: Record<string, Point> = {
  ArrowLeft: { x: -STEP, y: 0 },
  ArrowRight: { x: STEP, y: 0 },
  ArrowUp: { x: 0, y: -STEP },
  ArrowDown: { x: 0, y: STEP },
};

export class Pad {
  private strokes: Point[][] = [];
  private drawing = false;
  private at: Point;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly pen: HTMLElement,
  ) {
    this.at = { x: canvas.width / 2, y: canvas.height / 2 };
    canvas.addEventListener("pointerdown", (event) => this.begin(event));
    canvas.addEventListener("pointermove", (event) => this.draw(event));
    for (const over of ["pointerup", "pointercancel"]) canvas.addEventListener(over, () => (this.drawing = false));
    canvas.addEventListener("keydown", (event) => this.press(event));
    canvas.addEventListener("blur", () => (this.pen.hidden = true));
    this.show();
  }

  get empty(): boolean {
    return this.strokes.length === 0;
  }

  undo(): void {
    this.strokes.pop();
    this.lift();
  }

  clear(): void {
    this.strokes = [];
    this.lift();
  }

  /** What is drawn, as PNG. */
  picture(): Promise<Blob> {
    return new Promise((resolve, reject) =>
      this.canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("the browser made no picture of the drawing")))),
    );
  }

  private begin(event: PointerEvent): void {
    this.canvas.setPointerCapture(event.pointerId);
    this.drawing = true;
    this.pen.hidden = true;
    this.strokes.push([this.point(event)]);
    this.show();
  }

  private draw(event: PointerEvent): void {
    if (!this.drawing) return;
    // A quick hand moves on between two frames: the browser keeps the points.
    const points = event.getCoalescedEvents?.() ?? [];
    for (const each of points.length ? points : [event]) this.strokes.at(-1)!.push(this.point(each));
    this.show();
  }

  private press(event: KeyboardEvent): void {
    const arrow = ARROWS[event.key];
    if (!arrow && event.key !== " ") return;
    event.preventDefault();
    if (!arrow) this.pen.classList.toggle("down") && this.strokes.push([this.at]);
    if (arrow) this.move(arrow);
    this.showPen();
    this.show();
  }

  private move(by: Point): void {
    const within = (value: number) => Math.min(this.canvas.width, Math.max(0, value));
    this.at = { x: within(this.at.x + by.x), y: within(this.at.y + by.y) };
    if (this.pen.classList.contains("down")) this.strokes.at(-1)!.push(this.at);
  }

  private lift(): void {
    this.drawing = false;
    this.pen.classList.remove("down");
    this.show();
  }

  private point(event: PointerEvent): Point {
    const box = this.canvas.getBoundingClientRect();
    const scale = this.canvas.width / box.width;
    return { x: (event.clientX - box.left) * scale, y: (event.clientY - box.top) * scale };
  }

  private showPen(): void {
    this.pen.hidden = false;
    this.pen.style.left = `${(100 * this.at.x) / this.canvas.width}%`;
    this.pen.style.top = `${(100 * this.at.y) / this.canvas.height}%`;
  }

  private show(): void {
    const context = this.canvas.getContext("2d")!;
    context.fillStyle = "#fff";
    context.fillRect(0, 0, this.canvas.width, this.canvas.height);
    context.strokeStyle = "#222";
    context.lineWidth = THICKNESS;
    context.lineCap = context.lineJoin = "round";
    for (const stroke of this.strokes) {
      context.beginPath();
      // A stroke of one point is a dot.
      for (const point of [stroke[0], ...stroke]) context.lineTo(point.x, point.y);
      context.stroke();
    }
  }
}
