// The page at /docs: reads the description of the API and shows each route with a form to
// try it. All text goes in as text, never as markup. The token stays in its field.
"use strict";

(() => {
  const METHODS = ["get", "post", "put", "patch", "delete", "head", "options"];
  // The most of an answer that is read, and the most that is shown.
  const READ = 1_000_000;
  const SHOWN = 100_000;
  // Headers of an answer that say something about it.
  const TOLD = ["content-type", "content-length", "location", "retry-after", "allow", "www-authenticate", "etag"];

  let description = {};
  let ids = 0;
  const id = () => `f${++ids}`;

  /** An element with attributes and children; strings become text. */
  const el = (tag, attributes = {}, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value === true) node.setAttribute(name, "");
      else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, String(value));
    }
    node.append(...children.flat().filter((child) => child !== null && child !== undefined));
    return node;
  };

  /** What a local reference points to; other values as they are. */
  const follow = (value) => {
    let found = value;
    for (let hops = 0; hops < 8 && found && typeof found.$ref === "string"; hops++) {
      const parts = found.$ref.replace(/^#\//, "").split("/");
      found = parts.reduce((at, part) => at?.[part.replaceAll("~1", "/").replaceAll("~0", "~")], description);
    }
    return found ?? {};
  };

  const asText = (value) => (typeof value === "string" ? value : JSON.stringify(value, null, 2));

  /** The examples of a parameter or a body, by name. */
  const examplesOf = (part) => {
    const named = Object.entries(follow(part).examples ?? {}).map(([name, e]) => {
      const example = follow(e);
      return { name: example.summary ?? name, value: example.value };
    });
    if (named.length > 0 && !Array.isArray(part.examples)) return named;
    const schema = follow(part.schema);
    const value = part.example ?? schema.example ?? schema.examples?.[0] ?? schema.default;
    return value === undefined ? [] : [{ name: "example", value }];
  };

  /** The type of a schema in words. */
  const typeOf = (schema) => {
    const type = [schema.type ?? "any"].flat().join(" or ");
    const items = schema.items ? ` of ${typeOf(follow(schema.items))}` : "";
    return type + items + (schema.enum ? `: ${schema.enum.map(String).join(", ")}` : "");
  };

  const needsToken = (operation) => {
    const security = operation.security ?? description.security ?? [];
    return security.length > 0 && !security.some((one) => Object.keys(one).length === 0);
  };

  /** Rows under a caption; the first cell of each is its heading. */
  const table = (caption, heads, rows) =>
    el("div", { class: "scroll", role: "region", tabindex: 0, "aria-label": caption },
      el("table", {},
        el("caption", {}, caption),
        el("thead", {}, el("tr", {}, heads.map((head) => el("th", { scope: "col" }, head)))),
        el("tbody", {}, rows.map(([first, ...rest]) =>
          el("tr", {}, el("th", { scope: "row" }, first), rest.map((cell) => el("td", {}, cell)))))));

  const field = (label, control, note) => {
    control.id = id();
    const hint = note ? el("p", { class: "note", id: `${control.id}-note` }, note) : null;
    if (hint) control.setAttribute("aria-describedby", hint.id);
    return el("div", { class: "field" }, el("label", { for: control.id }, label), control, hint);
  };

  const select = (options) => el("select", {}, options.map(([value, text]) => el("option", { value }, text)));

  /** A control for a parameter. Those that must be given hold their example at first. */
  const inputFor = (parameter) => {
    const schema = follow(parameter.schema);
    const [example] = examplesOf(parameter);
    const choices = schema.enum ?? (schema.type === "boolean" ? [true, false] : null);
    const free = schema.type === "object" || schema.additionalProperties !== undefined;
    const shown = example === undefined ? "" : free && typeof example.value === "object"
      ? new URLSearchParams(example.value).toString() : asText(example.value);
    let control;
    if (choices) {
      control = select([...(parameter.required ? [] : [["", "–"]]), ...choices.map((c) => [String(c), String(c)])]);
    } else {
      const hint = shown || (free ? "name=value&name=value" : "");
      control = el("input", { type: "text", placeholder: hint, autocomplete: "off", spellcheck: "false" });
    }
    control.required = Boolean(parameter.required);
    if (parameter.required && shown !== "") control.value = shown;
    return { parameter, control, free };
  };

  /** The request that a form describes. */
  const requestOf = (call, form) => {
    let path = call.path;
    const query = new URLSearchParams();
    const headers = {};
    for (const { parameter, control, free } of form.inputs) {
      const value = control.value;
      if (parameter.in === "path") path = path.replaceAll(`{${parameter.name}}`, encodeURIComponent(value));
      else if (value === "") continue;
      else if (parameter.in === "query" && free) new URLSearchParams(value).forEach((v, k) => query.append(k, v));
      else if (parameter.in === "query") query.append(parameter.name, value);
      else if (parameter.in === "header") headers[parameter.name.toLowerCase()] = value;
    }
    const body = form.body && form.body.value !== "" ? form.body.value : undefined;
    if (body !== undefined) headers["content-type"] = form.type();
    const text = query.toString();
    return { method: call.method.toUpperCase(), path: text ? `${path}?${text}` : path, headers, body };
  };

  const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

  /** The request as a line for a shell; the token is named, not shown. */
  const curl = (request, token) => {
    const parts = ["curl"];
    if (request.method === "HEAD") parts.push("--head");
    else if (request.method !== "GET") parts.push("-X", request.method);
    for (const [name, value] of Object.entries(request.headers)) parts.push("-H", quoted(`${name}: ${value}`));
    if (token) parts.push("-H", '"authorization: Bearer $INCUMBENT_TOKEN"');
    if (request.body !== undefined) parts.push("--data-binary", quoted(request.body));
    return [...parts, quoted(location.origin + request.path)].join(" ");
  };

  /** The text of an answer as far as it is read, and whether that is all of it. */
  const read = async (answer) => {
    if (!answer.body) return { text: "", bytes: 0, whole: true };
    const reader = answer.body.getReader();
    const decoder = new TextDecoder();
    let text = "";
    let bytes = 0;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return { text: text + decoder.decode(), bytes, whole: true };
      bytes += value.length;
      text += decoder.decode(value, { stream: true });
      if (bytes >= READ) {
        await reader.cancel();
        return { text, bytes, whole: false };
      }
    }
  };

  const pretty = (text, type) => {
    if (!/\bjson\b/.test(type)) return text;
    try {
      // A whole number with more digits than a browser holds would be shown as another one.
      return /(^|[^\d.])\d{16,}(?![\d.eE])/.test(text) ? text : JSON.stringify(JSON.parse(text), null, 2);
    } catch {
      return text;
    }
  };

  const showAnswer = async (out, request, token) => {
    const headers = new Headers(request.headers);
    if (token) headers.set("authorization", `Bearer ${token}`);
    const began = performance.now();
    const answer = await fetch(request.path, { method: request.method, headers, body: request.body, cache: "no-store" });
    const type = answer.headers.get("content-type") ?? "";
    const readable = type === "" || /^text\/|json|xml|javascript/.test(type);
    const { text, bytes, whole } = await read(answer);
    const took = performance.now() - began;
    const told = TOLD.filter((name) => answer.headers.has(name));
    const full = readable ? (whole ? pretty(text, type) : text) : "";
    const tone = answer.ok ? "good" : answer.status < 400 ? "neutral" : "warning";
    const size = `${whole ? "" : "more than "}${bytes.toLocaleString("en")} bytes`;
    out.replaceChildren(...[
      el("p", { class: "actions" },
        el("span", { class: `tag ${tone}` }, `${answer.status} ${answer.statusText}`.trim()),
        el("span", { class: "note number" }, `${took.toFixed(took < 10 ? 1 : 0)} ms, ${size}`)),
      el("dl", { class: "headers" }, told.flatMap((name) => [el("dt", {}, name), el("dd", {}, answer.headers.get(name))])),
      readable ? null : el("p", { class: "note" }, "The body is no text and is not shown."),
      full === "" ? null : el("pre", { tabindex: 0, "aria-label": "Body of the answer" }, full.slice(0, SHOWN)),
      full.length > SHOWN || (readable && !whole)
        ? el("p", { class: "note" }, `Shown are the first ${SHOWN.toLocaleString("en")} characters.`) : null,
    ].filter(Boolean));
  };

  /** The form to try a call. */
  const tryForm = (call) => {
    const form = { inputs: call.parameters.map(inputFor), body: null, type: () => "" };
    const node = el("form", { class: "try", autocomplete: "off" }, el("h4", {}, "Try it"));
    for (const { parameter, control } of form.inputs) {
      const where = `${parameter.in}${parameter.required ? ", required" : ""}`;
      node.append(field(parameter.name, control, where));
    }
    const contents = Object.entries(call.body.content ?? {});
    if (contents.length > 0) {
      const types = select(contents.map(([type]) => [type, type]));
      const examples = select([]);
      const choice = field("Example", examples);
      form.body = el("textarea", { rows: 7, spellcheck: "false" });
      form.type = () => types.value;
      const found = () => examplesOf(call.body.content[types.value] ?? {});
      const fill = () => { form.body.value = asText(found()[examples.value || 0]?.value ?? ""); };
      const offer = () => {
        examples.replaceChildren(...found().map((e, i) => el("option", { value: i }, e.name)));
        choice.hidden = found().length < 2;
        fill();
      };
      types.addEventListener("change", offer);
      examples.addEventListener("change", fill);
      const kinds = field("Content type", types);
      kinds.hidden = contents.length < 2;
      node.append(kinds, choice, field("Body", form.body));
      offer();
    }
    const line = el("pre", { class: "curl", tabindex: 0, "aria-label": "The request as a curl command" });
    const send = el("button", { type: "submit", class: "main" }, "Send");
    const copy = el("button", { type: "button" }, "Copy curl");
    const out = el("div", { class: "answer", "aria-live": "polite" });
    const tokenField = document.getElementById("token");
    const update = () => { line.textContent = curl(requestOf(call, form), call.token || tokenField.value !== ""); };
    node.append(line, el("div", { class: "actions" }, send, copy), out);
    node.addEventListener("input", update);
    node.addEventListener("change", update);
    tokenField.addEventListener("input", update);
    copy.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(line.textContent);
        copy.textContent = "Copied";
      } catch {
        // Without a clipboard the line is marked, to be copied by hand.
        document.getSelection().selectAllChildren(line);
        copy.textContent = "Marked: copy it";
      }
      setTimeout(() => { copy.textContent = "Copy curl"; }, 2_000);
    });
    node.addEventListener("submit", async (event) => {
      event.preventDefault();
      const asked = `${call.method.toUpperCase()} ${call.path} changes something. Send it?`;
      if (call.changes && !window.confirm(asked)) return;
      send.disabled = true;
      out.replaceChildren(el("p", { class: "note" }, "Sending …"));
      try {
        await showAnswer(out, requestOf(call, form), tokenField.value);
      } catch (error) {
        out.replaceChildren(el("p", { class: "callout warning" }, `No answer: ${error.message}`));
      }
      send.disabled = false;
    });
    update();
    return node;
  };

  /** What is known of a call: parameters, bodies, answers. */
  const about = (call) => {
    const parts = [];
    if (call.description) parts.push(el("p", {}, call.description));
    if (call.token) parts.push(el("p", { class: "note" }, "Needs the bearer token where the app has one."));
    if (call.parameters.length > 0) {
      parts.push(table("Parameters", ["Name", "In", "Type", "Meaning"], call.parameters.map((p) => [
        el("code", {}, p.name), p.required ? `${p.in}, required` : p.in, typeOf(follow(p.schema)), p.description ?? ""])));
    }
    const contents = Object.entries(call.body.content ?? {});
    if (contents.length > 0) {
      parts.push(table("Request body", ["Content type", "Examples"], contents.map(([type, content]) => [
        el("code", {}, type), examplesOf(content).map((e) => e.name).join(", ") || "none"])));
      if (call.body.description) parts.push(el("p", { class: "note" }, call.body.description));
    }
    const answers = Object.entries(call.responses);
    if (answers.length > 0) {
      parts.push(table("Answers", ["Status", "Meaning", "Content type"], answers.map(([status, answer]) => [
        status, follow(answer).description ?? "", Object.keys(follow(answer).content ?? {}).join(", ") || "–"])));
    }
    return el("div", {}, parts);
  };

  const callNode = (call) => {
    const node = el("details", { class: "call" },
      el("summary", {},
        el("span", { class: `verb ${call.method}` }, call.method.toUpperCase()),
        el("h3", {}, call.path),
        el("span", { class: "short" }, call.summary)));
    // The inside is made when it is first looked at: long descriptions stay fast.
    node.addEventListener("toggle", () => {
      if (node.open && !node.querySelector(".inside")) {
        node.append(el("div", { class: "inside" }, about(call), el("div", {}, tryForm(call))));
      }
    });
    return node;
  };

  /** Every call of the description, in its order. */
  const calls = () => Object.entries(description.paths ?? {}).flatMap(([path, raw]) => {
    const item = follow(raw);
    return METHODS.filter((method) => item[method]).map((method) => {
      const operation = item[method];
      const own = (operation.parameters ?? []).map(follow);
      const shared = (item.parameters ?? []).map(follow)
        .filter((s) => !own.some((o) => o.name === s.name && o.in === s.in));
      return {
        path,
        method,
        summary: operation.summary ?? "",
        description: operation.description ?? "",
        group: operation.tags?.[0] ?? "Other",
        parameters: [...shared, ...own].filter((p) => p.in !== "cookie"),
        body: follow(operation.requestBody),
        responses: operation.responses ?? {},
        token: needsToken(operation),
        changes: operation["x-changes"] === true,
      };
    });
  });

  const show = () => {
    const all = calls();
    const tags = description.tags ?? [];
    const names = [...new Set([...tags.map((tag) => tag.name), ...all.map((call) => call.group)])]
      .filter((name) => all.some((call) => call.group === name));
    const routes = document.getElementById("routes");
    const links = el("ul");
    names.forEach((name, i) => {
      const heading = el("h2", { id: `group-${i}` }, name);
      const meaning = tags.find((tag) => tag.name === name)?.description;
      links.append(el("li", {}, el("a", { href: `#group-${i}` }, name)));
      routes.append(el("section", { class: "group", "aria-labelledby": heading.id }, heading,
        meaning ? el("p", {}, meaning) : null, all.filter((call) => call.group === name).map(callNode)));
    });
    const groups = document.getElementById("groups");
    groups.append(links);
    groups.hidden = names.length < 2;
    document.getElementById("access").hidden = !all.some((call) => call.token);
    const info = description.info ?? {};
    document.getElementById("about").replaceChildren(
      [`${info.title ?? "The API"} ${info.version ?? ""}`.trim(), `${all.length} routes`].join(", ") + ". ",
      info.description ? `${info.description} ` : "",
      el("a", { href: "/openapi.json" }, "OpenAPI description"));
  };

  const start = async () => {
    const line = document.getElementById("about");
    document.getElementById("token-form").addEventListener("submit", (event) => event.preventDefault());
    line.textContent = "Loading the description …";
    try {
      const answer = await fetch("/openapi.json", { headers: { accept: "application/json" } });
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      description = await answer.json();
    } catch (error) {
      line.textContent = `/openapi.json cannot be read: ${error.message}.`;
      return;
    }
    show();
  };

  start();
})();
