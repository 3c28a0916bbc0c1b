// Sliders without a server. Each figure carries its first frame as SVG, and for every other frame
// the changes to the first frame's lines, ordered from the last line to the first; a new line is
// its number in data.lines.
addEventListener("DOMContentLoaded", () => {
  // What can be scrolled sideways can be reached by keyboard.
  const reach = () => {
    for (const box of document.querySelectorAll("div.math, .dl-frame, pre, .pst-scrollable-table-container")) {
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    }
  };
  reach();
  addEventListener("resize", reach);

  for (const figure of document.querySelectorAll(".dl-explore")) {
    const data = JSON.parse(figure.querySelector("script").textContent);
    const picture = figure.querySelector(".dl-frame");
    const controls = figure.querySelector(".dl-controls");
    const inputs = [...controls.querySelectorAll("input")];
    const base = picture.innerHTML.split("\n");
    const play = controls.querySelector("button");
    let timer = 0;

    const show = () => {
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
      if (Number(inputs[0].value) === data.sizes[0] - 1) inputs[0].value = 0;
      show();
      timer = setInterval(() => {
        inputs[0].value = Number(inputs[0].value) + 1;
        show();
        if (Number(inputs[0].value) === data.sizes[0] - 1) stop();
      }, 400);
    });
    show();
    controls.hidden = false;
  }
});
