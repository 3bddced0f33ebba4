// Spreads what a chapter shows over slides of one size, then hands them to reveal.js.
(() => {
  const [WIDTH, HEIGHT, ROOM] = [1280, 720, 708];
  const SMALLER = [1, 0.95, 0.9, 0.85]; // how small all may become where that saves a slide
  const LEAST = 0.5; // and a part that is too high alone
  const page = document.documentElement;

  function spread(slide) {
    const parts = [...slide.children].slice(1); // after its head
    const needed = SMALLER.map((zoom) => put(parts, slide, zoom).length);
    const slides = put(parts, slide, SMALLER[needed.indexOf(Math.min(...needed))]);
    slide.replaceWith(...slides);
    for (const made of slides) shrink(made);
  }

  // What does not fit any more goes onto a further slide, with the sentence that leads to it.
  function put(parts, slide, zoom) {
    const slides = [];
    function open(...first) {
      const next = slide.cloneNode(false);
      next.append(slide.firstElementChild.cloneNode(true), ...first);
      slide.before(next);
      slides.push(next);
    }
    open();
    for (const part of parts) {
      part.style.zoom = zoom;
      const now = slides.at(-1);
      now.append(part);
      if (now.scrollHeight <= ROOM) continue;
      const before = part.previousElementSibling;
      const together = before.matches(".lead") ? [before, part] : [part];
      if (now.querySelectorAll(":scope > .unit").length > together.length) open(...together);
    }
    for (const made of slides) made.remove();
    return slides;
  }

  function shrink(slide) {
    const parts = [...slide.children].slice(1);
    for (let zoom = SMALLER.at(-1); slide.scrollHeight > ROOM && zoom >= LEAST; zoom -= 0.05) {
      for (const part of parts) part.style.zoom = zoom;
    }
  }

  // A figure whose height follows from its width gets a wider place, drawn smaller, until it is not too high for it.
  const fits = new ResizeObserver((entries) => {
    for (const { target: figure } of entries) {
      const [place, zoom] = [figure.parentElement, Number(figure.style.zoom) || 1];
      if (place.scrollHeight > place.clientHeight + 1 && zoom > LEAST) figure.style.zoom = zoom - 0.05;
    }
  });

  async function begin() {
    await document.fonts.ready;
    await Promise.all([...document.images].map((image) => image.decode().catch(() => {})));
    page.classList.add("measuring");
    for (const slide of document.querySelectorAll(".slides > section > section:not(.with-figure)")) spread(slide);
    page.classList.remove("measuring");
    page.dataset.deck = "ready";
    for (const figure of document.querySelectorAll(".unit.figure")) fits.observe(figure);
    await Reveal.initialize({
      width: WIDTH, height: HEIGHT, margin: 0.02, center: false, hash: true, transition: "none",
      slideNumber: "c/t", controlsTutorial: false, scrollActivationWidth: null, pdfSeparateFragments: false, plugins: [RevealNotes],
      keyboardCondition: ({ target }) => !target.closest?.(".kmeans-em"), // there the arrows move what has the focus
    });
  }
  addEventListener("DOMContentLoaded", begin);
})();
