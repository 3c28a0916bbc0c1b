// What can be scrolled sideways shows it, and can be reached by keyboard.
const reach = (boxes) => {
  const hidden = (box) => box.scrollWidth - box.clientWidth;
  const edges = (box, left) => {
    box.classList.toggle("dl-before", box.scrollLeft > 1);
    box.classList.toggle("dl-after", left - box.scrollLeft > 1);
  };
  const sizes = boxes.map(hidden); // all are read before any is changed
  boxes.forEach((box, k) => {
    if (sizes[k] > 0 && box.tabIndex < 0) {
      box.tabIndex = 0;
      box.addEventListener("scroll", () => edges(box, hidden(box)), { passive: true });
    }
    if (sizes[k] > 0 || box.matches(".dl-before, .dl-after")) edges(box, sizes[k]);
  });
};

// Figures with settings, without a server. A figure shows one frame as SVG. A file of its own holds,
// for every frame, the changes to this one's lines, ordered from the last line to the first; a new
// line is its number in data.lines. The file is a script, since a page on a disk may read no other;
// it is asked for when a reader comes near.
const load = (figure) => {
  figure.data ??= new Promise((done, fail) => {
    const script = document.createElement("script");
    script.src = figure.dataset.frames;
    script.onload = () => done(globalThis.dlFrames[figure.id]);
    script.onerror = () => {
      delete figure.data; // the next move asks again
      fail(new Error(`${script.src} did not come`));
    };
    document.head.append(script);
  });
  return figure.data;
};

const slide = (figure) => {
  const picture = figure.querySelector(".dl-frame");
  const controls = figure.querySelector(".dl-controls");
  const caption = figure.querySelector("figcaption > span, figcaption details > span");
  const settings = [...controls.children].map((box) => [...box.querySelectorAll("input")]);
  const chosen = (inputs) =>
    inputs[0].type === "range" ? Number(inputs[0].value) : inputs.findIndex((input) => input.checked);
  let base;

  const show = async () => {
    const data = await load(figure);
    base ??= picture.innerHTML.split("\n");
    let index = 0;
    settings.forEach((inputs, k) => {
      const [input] = inputs;
      const place = chosen(inputs);
      index = index * data.sizes[k] + place;
      if (input.type !== "range") return;
      input.setAttribute("aria-valuetext", data.labels[k][place]);
      input.nextElementSibling.textContent = data.labels[k][place];
    });
    const lines = [...base];
    for (const [from, to, ...changed] of data.frames[index]) {
      lines.splice(from, to - from, ...changed.map((k) => data.lines[k]));
    }
    picture.innerHTML = lines.join("\n");
    if (data.captions.length) caption.innerHTML = data.captions[index];
  };

  let stop = () => {};
  for (const inputs of settings) {
    for (const input of inputs) {
      input.addEventListener("input", () => {
        stop();
        show();
      });
    }
    const [slider] = inputs;
    const button = slider.parentElement.querySelector("button");
    if (!button) continue;
    const end = () => Number(slider.value) === Number(slider.max);
    button.addEventListener("click", () => {
      const pause = button.getAttribute("aria-pressed") === "true";
      stop();
      if (pause) return;
      button.setAttribute("aria-pressed", "true");
      if (end()) slider.value = 0;
      show();
      const timer = setInterval(() => {
        slider.value = Number(slider.value) + 1;
        show();
        if (end()) stop();
      }, 400);
      stop = () => {
        clearInterval(timer);
        button.setAttribute("aria-pressed", "false");
      };
    });
  }
  for (const near of ["pointerenter", "focusin", "touchstart"]) {
    figure.addEventListener(near, () => load(figure), { once: true, passive: true });
  }
  const moved = (input) => input.value !== input.defaultValue || input.checked !== input.defaultChecked;
  if (settings.flat().some(moved)) show(); // the browser kept it from before
  controls.hidden = false;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (figure.id === "figure" && !still) controls.querySelector("button").click(); // the home page lives
};

const ready = () => {
  document.querySelectorAll(".dl-explore").forEach(slide);
  const boxes = [...document.querySelectorAll("div.math, .dl-frame, pre, .pst-scrollable-table-container")];
  (window.requestIdleCallback ?? setTimeout)(() => reach(boxes));
  addEventListener("resize", () => reach(boxes));
  // Code is laid out when it comes near.
  addEventListener("contentvisibilityautostatechange", (event) => event.skipped || reach([event.target]), true);
};
if (document.readyState === "loading") addEventListener("DOMContentLoaded", ready);
else ready();
