// What can be scrolled sideways can be reached by keyboard.
const reach = () => {
  const wide = "div.math, .dl-frame, pre, .pst-scrollable-table-container";
  for (const box of document.querySelectorAll(wide)) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
  }
};

// Sliders without a server. Each figure carries one frame as SVG, and for every frame the changes
// to this one's lines, ordered from the last line to the first; a new line is its number in
// data.lines. Nothing is read before the first move.
const slide = (figure) => {
  const picture = figure.querySelector(".dl-frame");
  const controls = figure.querySelector(".dl-controls");
  const inputs = [...controls.querySelectorAll("input")];
  const play = controls.querySelector("button");
  const last = Number(inputs[0].max);
  let data, base;
  let timer = 0;

  const show = () => {
    data ??= JSON.parse(figure.querySelector("script").textContent);
    base ??= picture.innerHTML.split("\n");
    let index = 0;
    inputs.forEach((input, k) => {
      const label = data.labels[k][input.value];
      index = index * data.sizes[k] + Number(input.value);
      input.setAttribute("aria-valuetext", label);
      input.nextElementSibling.textContent = label;
    });
    const lines = [...base];
    for (const [from, to, ...changed] of data.frames[index]) {
      lines.splice(from, to - from, ...changed.map((k) => data.lines[k]));
    }
    picture.innerHTML = lines.join("\n");
    picture.setAttribute("aria-label", data.alts[index] ?? data.alts[0]);
  };

  const stop = () => {
    clearInterval(timer);
    timer = 0;
    if (play) {
      play.textContent = "Play";
      play.setAttribute("aria-pressed", "false");
    }
  };

  const step = () => {
    inputs[0].value = Number(inputs[0].value) + 1;
    show();
    if (Number(inputs[0].value) === last) stop();
  };

  for (const input of inputs) {
    input.addEventListener("input", () => {
      stop();
      show();
    });
  }
  play?.addEventListener("click", () => {
    if (timer) return stop();
    play.textContent = "Pause";
    play.setAttribute("aria-pressed", "true");
    if (Number(inputs[0].value) === last) inputs[0].value = 0;
    show();
    timer = setInterval(step, 400);
  });
  if (inputs.some((input) => input.value !== input.defaultValue)) show(); // the browser kept it from before
  controls.hidden = false;
};

const ready = () => {
  document.querySelectorAll(".dl-explore").forEach(slide);
  (window.requestIdleCallback ?? setTimeout)(reach);
  addEventListener("resize", reach);
};
if (document.readyState === "loading") addEventListener("DOMContentLoaded", ready);
else ready();
