// What is checked inside a page. Each function is sent to the browser as text, so it uses
// nothing from outside itself, and answers a list of what is wrong.

/** Text whose contrast to its ground is below 4.5. */
export const contrast = () => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const parse = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return { rgb: [r, g, b], a: a / 255 };
  };
  const over = (top, ground) => top.rgb.map((c, i) => c * top.a + ground[i] * (1 - top.a));
  const groundOf = (node) => {
    const layers = [];
    for (let at = node; at; at = at.parentElement) {
      const layer = parse(getComputedStyle(at).backgroundColor);
      if (layer.a > 0) layers.push(layer);
      if (layer.a === 1) break;
    }
    return layers.reverse().reduce((ground, layer) => over(layer, ground), [255, 255, 255]);
  };
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const wrong = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    const drawn = parent.checkVisibility() && parent.getClientRects().length > 0;
    if (!node.data.trim() || !drawn || ["TITLE", "NOSCRIPT", "OPTION"].includes(parent.tagName.toUpperCase())) continue;
    const style = getComputedStyle(parent);
    const ground = groundOf(parent);
    const ink = over(parse(parent instanceof SVGElement ? style.fill : style.color), ground);
    const [a, b] = [luminance(ink), luminance(ground)];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) wrong.add(`contrast ${ratio.toFixed(2)}: "${node.data.trim().slice(0, 40)}"`);
  }
  return [...wrong];
};

/** Headings out of order, tables without a caption, pictures and fields without a name. */
export const structure = () => {
  const wrong = [];
  const headings = [...document.querySelectorAll("h1,h2,h3,h4,h5,h6")].filter((h) => h.checkVisibility());
  if (headings.filter((h) => h.tagName === "H1").length !== 1) wrong.push("not exactly one h1");
  let before = 0;
  for (const heading of headings) {
    const level = Number(heading.tagName[1]);
    if (level > before + 1) wrong.push(`h${level} after h${before}: ${heading.textContent}`);
    before = level;
  }
  for (const table of document.querySelectorAll("table")) {
    if (!table.caption?.textContent.trim()) wrong.push("a table has no caption");
    if ([...table.querySelectorAll("th")].some((th) => !th.scope)) wrong.push("a heading of a table has no scope");
  }
  for (const svg of document.querySelectorAll("svg")) {
    const said = svg.closest("[aria-hidden=true]") || svg.closest("[role=img][aria-label]");
    if (!said) wrong.push("a picture has no text");
  }
  for (const control of document.querySelectorAll("input,select,textarea")) {
    if (control.labels.length === 0) wrong.push(`a field has no label: ${control.id}`);
  }
  const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
  if (new Set(ids).size !== ids.length) wrong.push("an id stands twice");
  for (const node of document.querySelectorAll("[aria-labelledby],[aria-describedby]")) {
    for (const name of ["aria-labelledby", "aria-describedby"]) {
      const id = node.getAttribute(name);
      if (id && !document.getElementById(id)) wrong.push(`${name} names nothing: ${id}`);
    }
  }
  return wrong;
};

/** Whether the page, or a text outside of a box that scrolls, is wider than the window. */
export const overflow = () => {
  const width = document.documentElement.clientWidth;
  const wrong = [];
  if (document.documentElement.scrollWidth > innerWidth) wrong.push(`the page is ${document.documentElement.scrollWidth} wide`);
  for (const node of document.querySelectorAll("main *")) {
    if (node.closest(".scroll, pre, svg") || !node.checkVisibility()) continue;
    const { right } = node.getBoundingClientRect();
    if (right > width + 1) wrong.push(`${node.tagName}.${node.className} ends at ${Math.round(right)} of ${width}`);
  }
  return wrong.slice(0, 5);
};

/** Pairs of texts in drawings that touch. */
export const collisions = () => {
  const wrong = [];
  for (const drawing of document.querySelectorAll(".plot .axis, .area")) {
    const texts = [...drawing.querySelectorAll("text")].filter((t) => t.checkVisibility());
    const boxes = texts.map((t) => t.getBoundingClientRect());
    const frame = drawing.closest(".card").getBoundingClientRect();
    boxes.forEach((a, i) => {
      if (a.left < frame.left - 1 || a.right > frame.right + 1) wrong.push(`cut off: ${texts[i].textContent}`);
      boxes.slice(i + 1).forEach((b, j) => {
        const apart = a.right <= b.left || b.right <= a.left || a.bottom - 2 <= b.top || b.bottom - 2 <= a.top;
        if (!apart) wrong.push(`"${texts[i].textContent}" touches "${texts[i + 1 + j].textContent}"`);
      });
    });
  }
  return wrong;
};

/** The controls that Tab should reach, marked with their number in the order of the page. */
export const markControls = () => {
  const all = document.querySelectorAll("a[href],button,input,select,textarea,summary,[tabindex='0']");
  const reachable = [...all].filter((e) => e.checkVisibility() && !e.disabled);
  reachable.forEach((e, i) => { e.dataset.control = i; });
  return reachable.length;
};
